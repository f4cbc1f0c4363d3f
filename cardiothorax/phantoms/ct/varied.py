"""Options drawn from a seed: what a cohort of phantoms looks like."""

from __future__ import annotations

import numpy as np

from ...errors import CardiothoraxError
from .options import (
    AnatomyOptions,
    ConfounderOptions,
    CoronaryOptions,
    CtPhantomOptions,
    PlaqueOptions,
    ScanOptions,
)

SPLITS = {"train": 0, "test": 1}
NO_CALCIUM = 0.35
SCANNERS = {
    "train": (("SIEMENS", "B35f"), ("GE MEDICAL SYSTEMS", "STANDARD"), ("Philips", "XCB")),
    "test": (("TOSHIBA", "FC12"), ("SIEMENS", "Qr36d"), ("GE MEDICAL SYSTEMS", "SOFT")),
}


def random_options(seed: int, *, split: str = "train", whole_chest: bool | None = None) -> CtPhantomOptions:
    """Options of study ``seed`` of a cohort.

    ``split="test"`` draws from another stream of random numbers and from ranges moved a little: no study of
    one split repeats in the other. About a third has no coronary calcium. ``whole_chest`` False gives a
    calcium scan's field of view around the heart, True a chest CT, None a mixture.
    """
    if split not in SPLITS:
        raise CardiothoraxError(f"The split is {split!r}.", "Use train or test.")
    rng = np.random.default_rng([int(seed), SPLITS[split], 7_130])
    chest = bool(rng.random() < 0.3) if whole_chest is None else whole_chest
    far = 1.15 if split == "test" else 1.0
    anatomy = _anatomy(rng, far)
    return CtPhantomOptions(
        seed=int(rng.integers(2**62)),
        anatomy=anatomy,
        coronaries=_coronaries(rng, far),
        plaques=_plaques(rng),
        confounders=_confounders(rng),
        scan=_scan(rng, split, chest, anatomy),
    )


def _anatomy(rng: np.random.Generator, far: float) -> AnatomyOptions:
    woman = rng.random() < 0.5
    fat = float(np.exp(rng.normal(np.log(4.0), 0.6 * far)))
    return AnatomyOptions(
        heart_scale=float(np.clip(rng.normal(1.0 - 0.04 * woman, 0.09 * far), 0.78, 1.3)),
        heart_shift_mm=_three(rng.normal(size=3) * (6 * far, 3.5 * far, 8)),
        heart_turn_degrees=_three(rng.normal(size=3) * (8 * far, 8 * far, 10 * far)),
        chambers=_four(np.clip(rng.normal(1, 0.07 * far, size=4), 0.84, 1.22)),
        aorta_scale=float(np.clip(rng.normal(1.02, 0.1), 0.82, 1.4)),
        pulmonary_scale=float(np.clip(rng.normal(1.0, 0.1), 0.8, 1.3)),
        fat_mm=float(np.clip(fat, 0.4, 14)),
        groove_fat=float(np.clip(rng.normal(0.35 + 0.16 * fat, 0.3), 0.2, 2.0)),
        thorax_scale=(
            float(rng.normal(1.0 - 0.05 * woman, 0.06)),
            float(rng.normal(1.0 - 0.03 * woman, 0.06)),
        ),
        wall_fat_mm=float(np.clip(rng.normal(18, 9), 3, 50)),
        breast_mm=float(rng.uniform(8, 55)) if woman else 0.0,
        diaphragm_mm=float(rng.normal(0, 9)),
        warp_mm=float(rng.uniform(1.5, 5.0)),
        calcified_cartilage=float(rng.beta(1.2, 2.2)),
        marrow_hu=float(rng.uniform(90, 250)),
    )


def _coronaries(rng: np.random.Generator, far: float) -> CoronaryOptions:
    return CoronaryOptions(
        dominance=str(rng.choice(["right", "left", "balanced"], p=[0.78, 0.12, 0.10])),
        lm_length_mm=float(np.clip(rng.normal(9.0, 3.0 * far), 2.5, 15)),
        diagonals=int(rng.integers(1, 4)),
        marginals=int(rng.integers(1, 4)),
        wander_mm=float(rng.uniform(0.8, 2.8)),
        caliber=float(rng.uniform(0.8, 1.25)),
    )


def _plaques(rng: np.random.Generator) -> PlaqueOptions:
    """Who has more plaques has denser and longer ones."""
    burden = 0.0 if rng.random() < NO_CALCIUM else float(np.exp(rng.uniform(np.log(1), np.log(60))))
    return PlaqueOptions(
        lesions=round(burden),
        peak_hu=float(np.exp(rng.normal(np.log(255 + 2.5 * burden), 0.2))),
        peak_scatter=float(rng.uniform(0.35, 0.6)),
        length_mm=float(rng.uniform(1.5, 4.5) + 0.04 * burden),
        length_scatter=float(rng.uniform(0.5, 0.9)),
        chain=float(rng.uniform(0, 0.1 + 0.006 * burden)),
        shares=_four(rng.dirichlet(np.array([0.05, 0.46, 0.17, 0.36]) * 12 + 0.3)),
        proximal=float(rng.uniform(1.0, 2.2)),
    )


def _confounders(rng: np.random.Generator) -> ConfounderOptions:
    def some(chance: float, most: int) -> int:
        return int(rng.integers(1, most + 1)) if rng.random() < chance else 0

    def much(chance: float) -> float:
        return float(rng.uniform(0.05, 1) ** 1.5) if rng.random() < chance else 0.0

    surgery = rng.random() < 0.10
    return ConfounderOptions(
        aortic_wall=some(0.5, 12),
        aortic_root=some(0.4, 4),
        aortic_valve=much(0.3),
        mitral_annulus=much(0.25),
        pericardium=some(0.06, 3),
        nodes=some(0.3, 4),
        granulomas=some(0.3, 4),
        sternal_wires=bool(surgery),
        bypass_clips=int(rng.integers(2, 12)) if surgery else 0,
        stents=some(0.08, 2),
        pacemaker=some(0.08, 3),
        central_line=bool(rng.random() < 0.06),
        skin_wires=some(0.35, 4),
        specks=some(0.4, 6),
        streaks=some(0.45, 6),
    )


def _scan(rng: np.random.Generator, split: str, chest: bool, anatomy: AnatomyOptions) -> ScanOptions:
    maker, kernel = SCANNERS[split][int(rng.integers(3))]
    sharp = rng.random() < (0.25 if chest else 0.1)
    if chest:
        thickness = float(rng.choice([1.25, 2.0, 2.5, 3.0, 5.0]))
        increment = (
            thickness * float(rng.choice([1.0, 1.0, 0.8, 0.5])) if thickness > 2 else max(thickness, 2.0)
        )
        kvp = int(rng.choice([120, 120, 100, 140, 80]))
        motion = float(rng.uniform(1.5, 8.0))
    else:
        thickness = float(rng.choice([2.5, 3.0, 3.0, 3.0, 1.5]))
        increment = thickness * (0.5 if thickness >= 3 and rng.random() < 0.15 else 1.0)
        kvp = int(rng.choice([120, 120, 120, 120, 100]))
        motion = float(rng.uniform(0, 1.5)) if rng.random() < 0.75 else float(rng.uniform(1.5, 4))
    noise = float(np.clip(np.exp(rng.normal(np.log(15), 0.3)) * (1 + 0.01 * anatomy.wall_fat_mm), 8, 32))
    return ScanOptions(
        field_of_view_mm=float(rng.uniform(300, 400) if chest else rng.uniform(180, 260)),
        slice_thickness_mm=thickness,
        increment_mm=increment,
        margin_mm=float(rng.uniform(2, 20)),
        psf_fwhm_mm=float(rng.uniform(0.9, 1.2) if sharp else rng.uniform(1.25, 1.9)),
        overshoot=float(rng.uniform(0.15, 0.5)) if sharp else 0.0,
        noise_hu=noise * (1.5 if sharp else 1.0),
        noise_fwhm_mm=float(rng.uniform(0.9, 1.3) if sharp else rng.uniform(1.4, 2.8)),
        stripes=float(rng.uniform(0, 0.45)),
        stripe_angle=float(rng.normal(0, 0.35)),
        kvp=kvp,
        motion_mm=motion,
        blood_hu=float(rng.uniform(33, 52)),
        muscle_hu=float(rng.uniform(40, 55)),
        fat_hu=float(rng.uniform(-112, -85)),
        fat_haze_hu=float(rng.uniform(0, 15) + rng.uniform(0, 5) * motion),
        lung_hu=float(rng.uniform(-900, -780)),
        center_mm=(float(rng.normal() * 10), float(rng.normal() * 10)),
        padding=bool(rng.random() < 0.3),
        kernel=kernel,
        manufacturer=maker,
    )


def _three(values: np.ndarray) -> tuple[float, float, float]:
    return float(values[0]), float(values[1]), float(values[2])


def _four(values: np.ndarray) -> tuple[float, float, float, float]:
    return float(values[0]), float(values[1]), float(values[2]), float(values[3])
