"""Ten-year risk of coronary heart disease with the calcium score (McClelland et al., JACC 2015: MESA).

Cholesterol and HDL in mg/dl, systolic pressure in mmHg. For readers, never a diagnosis: the cohort was
American, 45 to 84 years old and free of cardiovascular disease.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from ..errors import CardiothoraxError

BASELINE_SURVIVAL = 0.99833
ETHNICITIES = {"white": 0.0, "chinese": -0.3475, "black": 0.0353, "hispanic": -0.0222}
PER_LOG_SCORE = 0.2743
COEFFICIENTS = {
    "age_years": 0.0172,
    "male": 0.4079,
    "diabetes": 0.3892,
    "smoker": 0.3717,
    "cholesterol_mg_dl": 0.0043,
    "hdl_mg_dl": -0.0114,
    "lipid_drug": 0.1206,
    "systolic_mmhg": 0.0066,
    "pressure_drug": 0.2278,
    "family_history": 0.3239,
}
KNOWN_AGES = (45, 84)
"""Of the cohort, in whole years, both inclusive."""
CREDIBLE = {
    "cholesterol_mg_dl": ("Total cholesterol", "mg/dl", 50, 500),
    "hdl_mg_dl": ("HDL cholesterol", "mg/dl", 10, 200),
    "systolic_mmhg": ("Systolic pressure", "mmHg", 60, 250),
}
"""Risk factor: its name, unit, and the range beyond which a value is a slip or another unit."""
MG_DL_PER_MMOL_L = 38.67
"""Of cholesterol and of HDL cholesterol."""


class RiskUnknown(CardiothoraxError):
    """The score's cohort says nothing about such a person, or a value is not in the unit asked for."""

    code = "risk_unknown"


@dataclass(frozen=True)
class Person:
    """Risk factors as MESA recorded them; ``ethnicity`` one of :data:`ETHNICITIES`.

    ``smoker`` now; ``family_history`` of a heart attack in parents, siblings or children.
    """

    age_years: float
    male: bool
    ethnicity: str
    cholesterol_mg_dl: float
    hdl_mg_dl: float
    systolic_mmhg: float
    diabetes: bool = False
    smoker: bool = False
    lipid_drug: bool = False
    pressure_drug: bool = False
    family_history: bool = False


def mesa_risk(person: Person, agatston: float) -> float:
    """The share, 0 to 1, of such persons who have a coronary event within ten years.

    Raises :class:`RiskUnknown` outside the cohort's ages, for unknown ethnicities and impossible values.

    >>> man = Person(70, True, "hispanic", 190, 50, 130, pressure_drug=True)
    >>> round(mesa_risk(man, 0), 4), round(mesa_risk(man, 100), 4)
    (0.0306, 0.1043)
    """
    _check(person)
    if not 0 <= agatston < math.inf:
        raise RiskUnknown(f"The Agatston score is {agatston:g}; it is 0 or more.")
    predictor = ETHNICITIES[person.ethnicity] + PER_LOG_SCORE * math.log(agatston + 1)
    predictor += sum(weight * getattr(person, name) for name, weight in COEFFICIENTS.items())
    return 1.0 - math.pow(BASELINE_SURVIVAL, math.exp(predictor))


def _check(person: Person) -> None:
    if person.ethnicity not in ETHNICITIES:
        raise RiskUnknown(
            f"The risk score knows {', '.join(ETHNICITIES)}, not {person.ethnicity!r}.",
            "Choose the nearest, or give no risk.",
        )
    youngest, oldest = KNOWN_AGES
    if not youngest <= person.age_years < oldest + 1:
        raise RiskUnknown(
            f"Age is {person.age_years:g} years; the risk score was made for {youngest} to {oldest}.",
            "Outside of these ages give no risk.",
        )
    for field, (name, unit, low, high) in CREDIBLE.items():
        value = getattr(person, field)
        if not low <= value <= high:
            hint = f" 1 mmol/l of it is {MG_DL_PER_MMOL_L:g} mg/dl." if unit == "mg/dl" else ""
            raise RiskUnknown(
                f"{name} is {value:g} {unit}; {low} to {high} {unit} was expected.",
                f"Check the value and its unit.{hint}",
            )
    if person.hdl_mg_dl >= person.cholesterol_mg_dl:
        raise RiskUnknown(
            f"HDL cholesterol ({person.hdl_mg_dl:g} mg/dl) is not below total cholesterol "
            f"({person.cholesterol_mg_dl:g} mg/dl), of which it is a part.",
            "Check whether the two were exchanged.",
        )
