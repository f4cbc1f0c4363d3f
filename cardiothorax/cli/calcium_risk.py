"""``cardiothorax calcium-risk``: what a score means for a person."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from ..calcium.risk import Person

EPILOG = """\b
Examples:
  cardiothorax calcium-risk --agatston 100 --age 70 --sex male --ethnicity hispanic \\
      --cholesterol 190 --hdl 50 --systolic 130 --pressure-drug
  cardiothorax calcium-risk --agatston 40 --age 60 --sex female --ethnicity white \\
      --cholesterol 5.4 --hdl 1.4 --mmol --systolic 125 --smoker
  cardiothorax calcium-risk --agatston 40 --age 60 --sex female --ethnicity white \\
      --percentiles mytable.csv

\b
Risk: McClelland et al., J Am Coll Cardiol 2015 (MESA): heart attack, resuscitated
cardiac arrest, death of coronary disease, or angina that led to revascularization,
within ten years. It holds for people of 45 to 84 years without cardiovascular
disease, and for scores of gated scans without contrast agent.

\b
The table of percentiles is your own: no table with a free license was found. CSV:
  sex,ethnicity,age_from,age_to,p25,p50,p75,p90
  female,white,55,64,0,0,25,140
with sex male or female, any names of ethnicities, whole years, both inclusive.
With --percentiles alone, cholesterol, HDL and pressure need not be given.

\b
Exit code: 0 done, 2 something is missing or outside of what is known.
"""

_NUMBERS = ("cholesterol", "hdl", "systolic")


@click.command("calcium-risk", epilog=EPILOG)
@click.option(
    "--agatston", required=True, type=click.FloatRange(min=0), help="Total Agatston score of the patient."
)
@click.option("--age", "age_years", required=True, type=float, metavar="YEARS", help="45 to 84.")
@click.option("--sex", required=True, type=click.Choice(["female", "male"]))
@click.option(
    "--ethnicity",
    required=True,
    metavar="NAME",
    help="white, chinese, black or hispanic (MESA); for percentiles, as your table names it.",
)
@click.option("--cholesterol", type=float, metavar="MG/DL", help="Total cholesterol.")
@click.option("--hdl", type=float, metavar="MG/DL", help="HDL cholesterol.")
@click.option("--mmol", is_flag=True, help="Cholesterol and HDL are in mmol/l.")
@click.option("--systolic", type=float, metavar="MMHG", help="Systolic blood pressure.")
@click.option("--pressure-drug", is_flag=True, help="Takes drugs against high blood pressure.")
@click.option("--lipid-drug", is_flag=True, help="Takes lipid-lowering drugs.")
@click.option("--smoker", is_flag=True, help="Smokes now.")
@click.option("--diabetes", is_flag=True, help="Has diabetes.")
@click.option("--family-history", is_flag=True, help="Heart attack in a parent, sibling or child.")
@click.option(
    "--percentiles",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="CSV",
    help="Your table of percentiles, see below.",
)
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calcium_risk(
    agatston: float,
    age_years: float,
    sex: str,
    ethnicity: str,
    cholesterol: float | None,
    hdl: float | None,
    mmol: bool,
    systolic: float | None,
    percentiles: Path | None,
    **drugs_and_habits: bool,
) -> int:
    """Ten-year risk of coronary heart disease with an Agatston score, and its place among percentiles."""
    from ..calcium.risk import MG_DL_PER_MMOL_L, Person

    given = {"cholesterol": cholesterol, "hdl": hdl, "systolic": systolic}
    missing = [f"--{name}" for name in _NUMBERS if given[name] is None]
    lines = []
    if cholesterol is not None and hdl is not None and systolic is not None:
        unit = MG_DL_PER_MMOL_L if mmol else 1.0
        person = Person(
            age_years, sex == "male", ethnicity.strip().lower(), cholesterol * unit, hdl * unit, systolic,
            **drugs_and_habits,
        )  # fmt: skip
        lines += _risk_in_words(person, agatston)
    elif percentiles is None or len(missing) < len(_NUMBERS) or mmol or any(drugs_and_habits.values()):
        raise click.UsageError(f"The risk needs {', '.join(missing)}, too.")
    if percentiles is not None:
        lines.append(_place_in_words(percentiles, agatston, sex, ethnicity, age_years))
    click.echo("\n".join(lines))
    return 0


def _risk_in_words(person: Person, agatston: float) -> list[str]:
    from ..calcium.risk import mesa_risk
    from ..report.wording import NOTICE

    without = f" ({_percent(mesa_risk(person, 0))} with a score of 0)" if agatston > 0 else ""
    return [
        f"Ten-year risk of coronary heart disease: {_percent(mesa_risk(person, agatston))}{without}",
        "MESA, for people of 45 to 84 years without cardiovascular disease, score of a gated plain CT.",
        NOTICE,
    ]


def _place_in_words(table: Path, agatston: float, sex: str, ethnicity: str, age_years: float) -> str:
    from ..calcium.percentiles import group_of, place, read_percentiles

    group = group_of(read_percentiles(table), sex=sex, ethnicity=ethnicity, age_years=age_years)
    people = f"{group.ethnicity} {group.sex}s of {group.age_from} to {group.age_to} years"
    return f"Among {people} in {table.name}: {place(group, agatston).words}"


def _percent(share: float) -> str:
    return f"{100 * share:.2f} %"
