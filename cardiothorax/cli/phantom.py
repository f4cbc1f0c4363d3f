"""``cardiothorax phantom``: studies of nobody, with known truth."""

from __future__ import annotations

import csv
from pathlib import Path

import click

from .groups import WholeSentences

FINDING_HELP = "effusion_right, effusion_left, consolidation_right or consolidation_left; may be repeated."

CXR_EPILOG = """\b
Example:
  cardiothorax phantom cxr --seed 1 --count 10 --out phantoms
  cardiothorax ctr phantoms --out results
  cardiothorax evaluate ctr --results results/results.csv \\
      --reference phantoms/reference.csv --out agreement
"""

CT_EPILOG = """\b
Example:
  cardiothorax phantom ct --seed 1 --out phantoms
"""

INSERT_EPILOG = """\b
Example:
  cardiothorax phantom insert --out insert
  cardiothorax calcium-calibrate insert/insert.nrrd \\
      --rod 330,302,7 --water 181,302,7 --density 200
  cardiothorax calcium-score insert/insert.nrrd --labels insert/insert_labels.nrrd \\
      --preset siemens --out scored
"""


@click.group(cls=WholeSentences)
def phantom() -> None:
    """Make studies of nobody, with known truth, for trying and testing."""


@phantom.command(epilog=CXR_EPILOG)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Of the first film; the next ones count up.",
)
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many films.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to."
)
@click.option(
    "--side", type=click.IntRange(64, 4096), default=1024, show_default=True, help="Rows and columns."
)
@click.option(
    "--ctr",
    type=float,
    default=None,
    help="Cardiothoracic ratio to aim at, 0.36 to 0.66 (drawn if not given).",
)
@click.option("--sex", type=click.Choice(["female", "male"]), default=None, help="Drawn if not given.")
@click.option("--inspiration", type=float, default=None, help="0 a shallow, 1 a deep breath.")
@click.option("--rotation", type=float, default=None, help="Degrees about the long axis.")
@click.option("--tilt", type=float, default=None, help="Degrees in the picture's plane.")
@click.option("--portable", is_flag=True, help="An AP film taken in bed.")
@click.option("--exposure", type=float, default=None, help="1 is normal, 2 darker, 0.5 paler.")
@click.option(
    "--look", type=click.Choice(["film", "digital", "flat"]), default=None, help="Tone of the picture."
)
@click.option("--finding", "findings", multiple=True, help=FINDING_HELP)
@click.option(
    "--device", "devices", multiple=True, help="leads, tube, central_line or pacemaker; may be repeated."
)
@click.option("--collimated", is_flag=True, help="With a dark frame.")
@click.option("--inverted", is_flag=True, help="Stored as MONOCHROME1.")
@click.option("--varied", is_flag=True, help="Draw all of the above for each film.")
def cxr(
    seed: int,
    count: int,
    out: Path,
    side: int,
    ctr: float | None,
    sex: str | None,
    inspiration: float | None,
    rotation: float | None,
    tilt: float | None,
    portable: bool,
    exposure: float | None,
    look: str | None,
    findings: tuple[str, ...],
    devices: tuple[str, ...],
    collimated: bool,
    inverted: bool,
    varied: bool,
) -> None:
    """Chest radiographs as DICOM, each with its masks and its cardiothoracic ratio.

    For every film DIR gets cxr_SEED.dcm, cxr_SEED_labels.nrrd (0 background, 1 left lung, 2 right
    lung, 3 heart) and cxr_SEED_truth.json; reference.csv lists the ratios of all.
    """
    from ..phantoms import cxr as films
    from ..phantoms.options import varied as draw_options

    asked = films.CxrOptions(
        side_px=side, ctr=ctr, sex=sex, inspiration=inspiration, rotation_degrees=rotation,
        tilt_degrees=tilt, portable=portable, exposure=exposure, look=look, findings=findings,
        devices=devices, collimated=collimated, polarity="MONOCHROME1" if inverted else "MONOCHROME2",
    )  # fmt: skip
    rows = []
    for number in range(seed, seed + count):
        film = films.make(number, options=draw_options(number, side) if varied else asked)
        path = films.write(film, out, f"cxr_{number:04d}")[0]
        rows.append((path.name, film.truth.ctr, film.truth.t_px, film.truth.th_px))
        click.echo(f"{path}  CTR {film.truth.ctr:.3f}", err=True)
    _write_reference(out / "reference.csv", rows)


@phantom.command(epilog=CT_EPILOG)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=1,
    show_default=True,
    help="Of the first study; the next ones count up.",
)
@click.option("--count", type=click.IntRange(min=1), default=1, show_default=True, help="How many studies.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to."
)
@click.option(
    "--split",
    type=click.Choice(["train", "test"]),
    default="test",
    show_default=True,
    help="Which of the two cohorts, drawn from different numbers and ranges.",
)
@click.option(
    "--scan",
    type=click.Choice(["mixed", "cardiac", "chest"]),
    default="mixed",
    show_default=True,
    help="A calcium scan around the heart, a chest CT without ECG, or either.",
)
@click.option(
    "--lesions", type=click.IntRange(0, 200), default=None, help="Coronary plaques (drawn if not given)."
)
@click.option(
    "--matrix", type=click.IntRange(64, 1024), default=512, show_default=True, help="Rows, columns."
)
@click.option("--jpegls", is_flag=True, help="Compress losslessly: a third of the size.")
def ct(
    seed: int,
    count: int,
    out: Path,
    split: str,
    scan: str,
    lesions: int | None,
    matrix: int,
    jpegls: bool,
) -> None:
    """Plain chest CT as DICOM series, each with its coronary calcium known.

    DIR/ct_SEED gets series/ (the slices), labels.nrrd (0 background, 1 LAD, 2 LCX, 3 RCA, 4 left main,
    5 calcium and metal elsewhere) and truth.json (every plaque with its mass, the center lines of the
    arteries, all options). A true lesion is where a label stands and the threshold is reached.
    """
    from dataclasses import replace

    from ..phantoms import ct as chest

    chosen = {"mixed": None, "cardiac": False, "chest": True}[scan]
    for number in range(seed, seed + count):
        options = chest.random_options(number, split=split, whole_chest=chosen)
        options = replace(options, scan=replace(options.scan, matrix=matrix))
        if lesions is not None:
            options = replace(options, plaques=replace(options.plaques, lesions=lesions))
        study = chest.draw_ct(options)
        folder = out / f"ct_{number:04d}"
        chest.write_ct_series(study, folder, compression="jpegls" if jpegls else "none")
        mass = sum(study.truth.mass_mg.values())
        click.echo(f"{folder}  {len(study.image.array)} slices, {mass:.1f} mg coronary calcium", err=True)


@phantom.command(epilog=INSERT_EPILOG)
@click.option(
    "--vendor",
    type=click.Choice(["ge", "siemens", "philips", "canon"]),
    default="siemens",
    show_default=True,
    help="Whose calcium scan: slices, kernel, brightness.",
)
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Of the noise.")
@click.option("--ring", is_flag=True, help="With the extension ring of a large patient.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="Folder to write to."
)
def insert(vendor: str, seed: int, ring: bool, out: Path) -> None:
    """The cardiac calcification insert in its chest: nine cylinders and two rods of known density.

    DIR gets insert.nrrd, insert_labels.nrrd (1 around every cylinder) and insert_truth.json (sizes, masses,
    the rods' places and the mass factor that they should give).
    """
    from ..phantoms import ct as chest

    path = chest.write_insert(chest.qrm_insert(vendor, seed=seed, ring=ring), out)
    click.echo(path, err=True)


def _write_reference(path: Path, rows: list[tuple[str, float, float, float]]) -> None:
    from ..records import write_atomically

    with write_atomically(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as handle:
        writer = csv.writer(handle)
        writer.writerow(["file", "ctr", "thoracic_diameter_px", "cardiac_diameter_px"])
        writer.writerows([name, repr(ctr), repr(t), repr(th)] for name, ctr, t, th in rows)
