"""What a drawn chest CT can be asked to look like. Everything has a plain default."""

from __future__ import annotations

from dataclasses import dataclass, field

ARTERY_NAMES = ("lm", "lad", "lcx", "rca")


@dataclass(frozen=True)
class AnatomyOptions:
    """Shapes. Angles in degrees, shifts in millimeters LPS, scales around 1."""

    heart_scale: float = 1.0
    heart_shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    heart_turn_degrees: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Turns of the heart about the x (left), y (back) and z (head) axes, in this order."""
    chambers: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    """Sizes of left ventricle, right ventricle, left atrium, right atrium."""
    aorta_scale: float = 1.0
    pulmonary_scale: float = 1.0
    fat_mm: float = 4.0
    """Mean thickness of the fat between heart and pericardium; 0.5 is a very thin patient, 12 much."""
    groove_fat: float = 1.0
    """How deep fat fills the grooves: 0.3 little, 1.5 much."""
    thorax_scale: tuple[float, float] = (1.0, 1.0)
    """Width and depth of the rib cage."""
    wall_fat_mm: float = 18.0
    breast_mm: float = 0.0
    """How far breasts rise above the chest wall; 0 for a man."""
    diaphragm_mm: float = 0.0
    """Height of the diaphragm: positive is a shallow breath."""
    warp_mm: float = 3.0
    """Size of the smooth random bending of everything."""
    calcified_cartilage: float = 0.3
    """Share of the rib cartilages that is calcified."""
    marrow_hu: float = 180.0
    """Inside of the vertebrae at 120 kVp: 90 in old age, 260 in youth."""


@dataclass(frozen=True)
class CoronaryOptions:
    """The coronary tree's variation."""

    dominance: str = "right"
    """``right``, ``left`` or ``balanced``: which artery gives the posterior descending branch."""
    lm_length_mm: float = 9.0
    diagonals: int = 2
    marginals: int = 2
    wander_mm: float = 1.5
    """Size of the arteries' own windings."""
    caliber: float = 1.0


@dataclass(frozen=True)
class PlaqueOptions:
    """Calcified plaques: how many and how they look in a standard scan (120 kVp, 3 mm, soft kernel)."""

    lesions: int = 6
    peak_hu: float = 290.0
    """Median over lesions; single lesions scatter log-normally."""
    peak_scatter: float = 0.55
    length_mm: float = 3.5
    length_scatter: float = 0.75
    chain: float = 0.15
    """Share of lesions that are long chains of 12 to 45 mm."""
    shares: tuple[float, float, float, float] = (0.04, 0.45, 0.15, 0.36)
    """LM, LAD, LCX, RCA."""
    proximal: float = 1.6
    """Above 0: how strongly plaques prefer the first part of an artery."""


@dataclass(frozen=True)
class ConfounderOptions:
    """What passes 130 HU and is no coronary calcium. Counts, or 0 to 1 for how much."""

    aortic_wall: int = 0
    aortic_root: int = 0
    aortic_valve: float = 0.0
    mitral_annulus: float = 0.0
    pericardium: int = 0
    nodes: int = 0
    granulomas: int = 0
    sternal_wires: bool = False
    bypass_clips: int = 0
    stents: int = 0
    pacemaker: int = 0
    """Number of leads."""
    central_line: bool = False
    skin_wires: int = 0
    specks: int = 0
    """Bright specks anywhere in the heart's fat and muscle that noise alone makes."""
    streaks: int = 0


@dataclass(frozen=True)
class ScanOptions:
    """The scanner. Lengths in millimeters, noise in HU in soft tissue of the middle of the body."""

    field_of_view_mm: float = 220.0
    matrix: int = 512
    slice_thickness_mm: float = 3.0
    increment_mm: float = 3.0
    slices: int = 0
    """How many; 0 covers the heart with some margin."""
    margin_mm: float = 8.0
    """Below the apex and above the left main artery, when ``slices`` is 0."""
    psf_fwhm_mm: float = 1.5
    overshoot: float = 0.0
    """Edge enhancement of sharp kernels: 0 none, 0.6 a lung kernel."""
    noise_hu: float = 16.0
    noise_fwhm_mm: float = 1.8
    """Grain size."""
    stripes: float = 0.2
    """Share of the noise that runs in streaks from side to side (photon starvation)."""
    stripe_angle: float = 0.0
    """Radians from the horizontal."""
    kvp: int = 120
    motion_mm: float = 0.0
    """How far the heart moves while a slice is taken: 0 a gated scan, 3 to 8 ungated."""
    blood_hu: float = 42.0
    muscle_hu: float = 48.0
    fat_hu: float = -98.0
    fat_haze_hu: float = 8.0
    """How much brighter the fat on the heart is: motion and small vessels fill it in ungated scans."""
    lung_hu: float = -860.0
    contrast_hu: float = 0.0
    """Added to the blood: contrast medium. 0 for every calcium scan."""
    center_mm: tuple[float, float] = (0.0, 0.0)
    """The picture's middle relative to the heart's, left and back."""
    padding: bool = False
    """Outside the reconstructed circle -1024, as many scanners write."""
    kernel: str = "B35f"
    manufacturer: str = "SIEMENS"


@dataclass(frozen=True)
class CtPhantomOptions:
    """One study. The same options give the same voxels."""

    seed: int = 1
    anatomy: AnatomyOptions = field(default_factory=AnatomyOptions)
    coronaries: CoronaryOptions = field(default_factory=CoronaryOptions)
    plaques: PlaqueOptions = field(default_factory=PlaqueOptions)
    confounders: ConfounderOptions = field(default_factory=ConfounderOptions)
    scan: ScanOptions = field(default_factory=ScanOptions)
