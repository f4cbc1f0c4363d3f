"""The cardiac calcification insert (QRM, CCI) in its chest body, as a simulated scan.

Nine hydroxyapatite cylinders in soft-tissue material and two calibration rods; sizes, densities and masses
are those of the maker's data sheet as McCollough et al., Radiology 2007 give them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from ...errors import CardiothoraxError
from ...imaging.image import Image
from .blobs import FWHM_PER_SIGMA
from .noise import noise
from .shapes import Grid, cylinder_part, disc_part

SIZES_MM = (5.0, 3.0, 1.0)
"""Length and diameter."""
DENSITIES_MG_CM3 = (200.0, 400.0, 800.0)
ROD_MM, ROD_MG_CM3 = 20.0, 200.0
BODY_HU, HEART_HU, LUNG_HU, WATER_HU, SPINE_HU, FAT_HU = 40.0, 40.0, -800.0, 0.0, 220.0, -90.0
BODY_MM = (300.0, 200.0)
RING_MM = 50.0
"""The extension ring makes the body 400 by 300 mm."""
LAYOUT_DEGREES = {200.0: 210.0, 400.0: 330.0, 800.0: 90.0}
"""Density -> angle (degrees) of its row of cylinders around the insert's middle."""
ROW_MM = {5.0: 28.0, 3.0: 19.0, 1.0: 11.0}
"""Size -> distance from the insert's middle."""
WATER_ROD_MM, CALCIUM_ROD_MM = (-32.0, 20.0), (32.0, 20.0)


@dataclass(frozen=True)
class Protocol:
    """A vendor's calcium scan. ``psf_fwhm_mm`` is that of its recommended kernel."""

    manufacturer: str
    kernel: str
    thickness_mm: float
    increment_mm: float
    field_of_view_mm: float
    psf_fwhm_mm: float
    noise_hu: float
    hu_per_mg_cm3: float
    """Vendors' beams differ: the inverse of their mass factor."""


PROTOCOLS = {
    "ge": Protocol("GE MEDICAL SYSTEMS", "STANDARD", 2.5, 2.5, 250.0, 1.45, 14.0, 1 / 0.89),
    "siemens": Protocol("SIEMENS", "B35f", 3.0, 3.0, 220.0, 1.5, 13.0, 1 / 0.80),
    "philips": Protocol("Philips", "XCB", 3.0, 3.0, 220.0, 1.45, 13.0, 1 / 0.80),
    "canon": Protocol("TOSHIBA", "FC12", 3.0, 3.0, 220.0, 1.5, 14.0, 1 / 0.72),
}


@dataclass(frozen=True)
class InsertCylinder:
    """One cylinder of the insert; ``code`` is its label."""

    code: int
    size_mm: float
    density_mg_cm3: float
    center_mm: tuple[float, float, float]

    @property
    def volume_mm3(self) -> float:
        return float(np.pi * self.size_mm**3 / 4)

    @property
    def mass_mg(self) -> float:
        return self.volume_mm3 * self.density_mg_cm3 / 1000.0


@dataclass(frozen=True)
class QrmScan:
    """``labels`` uint8 ``[k, j, i]``: 1 to 9 around each cylinder (order of ``cylinders``), 0 elsewhere."""

    image: Image
    labels: np.ndarray
    cylinders: tuple[InsertCylinder, ...]
    protocol: Protocol
    rods_mm: dict[str, tuple[float, float]]
    """Middle (x, y) of the rods ``water`` and ``calcium``."""


def insert_cylinders() -> tuple[InsertCylinder, ...]:
    """All nine, 5 mm first; true volumes and masses are theirs."""
    found: list[InsertCylinder] = []
    for size in SIZES_MM:
        for density in DENSITIES_MG_CM3:
            angle = np.deg2rad(LAYOUT_DEGREES[density])
            place = (ROW_MM[size] * float(np.cos(angle)), ROW_MM[size] * float(np.sin(angle)), 0.0)
            found.append(InsertCylinder(len(found) + 1, size, density, place))
    return tuple(found)


def qrm_insert(
    vendor: str = "siemens", *, seed: int = 1, offset_mm: float = 0.4, ring: bool = False,
    noise_hu: float | None = None, matrix: int = 512,
) -> QrmScan:  # fmt: skip
    """A scan by ``vendor`` (a key of :data:`PROTOCOLS`), the cylinders ``offset_mm`` off a slice's middle.

    ``ring`` puts on the extension ring of a large patient, with more noise; ``noise_hu`` 0 gives an image
    without noise.
    """
    if vendor not in PROTOCOLS:
        raise CardiothoraxError(f"No protocol is called {vendor!r}.", f"Use one of {', '.join(PROTOCOLS)}.")
    protocol = PROTOCOLS[vendor]
    grid = Grid(protocol.field_of_view_mm, matrix, 15, protocol.thickness_mm, protocol.increment_mm)
    volume = np.repeat(_body(grid, ring, protocol)[None], grid.slices, axis=0)
    labels = np.zeros(volume.shape, np.uint8)
    for cylinder in insert_cylinders():
        center = (cylinder.center_mm[0], cylinder.center_mm[1], offset_mm)
        part = cylinder_part(grid, cylinder.size_mm / 2, cylinder.size_mm, center)
        volume += (cylinder.density_mg_cm3 * protocol.hu_per_mg_cm3 - HEART_HU) * part
        labels[_around(grid, center, cylinder.size_mm / 2 + 2.5)] = cylinder.code
    sigma = protocol.psf_fwhm_mm / FWHM_PER_SIGMA / grid.pixel_mm
    volume = ndimage.gaussian_filter(volume, (0, sigma, sigma))
    level = protocol.noise_hu * (1.5 if ring else 1.0) if noise_hu is None else noise_hu
    grain = noise(np.random.default_rng(seed), volume.shape, grid.pixel_mm, grain_fwhm_mm=1.9, stripes=0.0)
    array = np.clip(np.rint(volume + level * grain), -1024, 3071).astype(np.int16)
    return QrmScan(_image(grid, array, protocol), labels, insert_cylinders(), protocol,
                   {"water": WATER_ROD_MM, "calcium": CALCIUM_ROD_MM})  # fmt: skip


def _body(grid: Grid, ring: bool, protocol: Protocol) -> np.ndarray:
    """One slice without cylinders, float64: chest, lungs, spine, insert, rods."""
    edges = grid.inplane_edges()
    middle = (edges[1:] + edges[:-1]) / 2
    x, y = middle[None, :], middle[:, None]

    def oval(cx: float, cy: float, wide: float, deep: float) -> np.ndarray:
        away = np.hypot((x - cx) / wide, (y - cy) / deep)
        return np.asarray(np.clip((1 - away) * min(wide, deep) / grid.pixel_mm + 0.5, 0, 1))

    half = BODY_MM[0] / 2, BODY_MM[1] / 2
    hu = np.full((grid.matrix, grid.matrix), -1000.0)
    shapes = [(FAT_HU, (0.0, 20.0, half[0] + RING_MM, half[1] + RING_MM))] if ring else []
    shapes += [
        (BODY_HU, (0.0, 20.0, *half)),
        (LUNG_HU, (-68.0, 15.0, 62.0, 78.0)),
        (LUNG_HU, (68.0, 15.0, 62.0, 78.0)),
        (SPINE_HU, (0.0, 88.0, 17.0, 17.0)),
    ]
    for value, place in shapes:
        hu += (value - hu) * oval(*place)
    calcium = ROD_MG_CM3 * protocol.hu_per_mg_cm3
    for value, (cx, cy), radius in (
        (HEART_HU, (0.0, 0.0), 50.0),
        (WATER_HU, WATER_ROD_MM, ROD_MM / 2),
        (calcium, CALCIUM_ROD_MM, ROD_MM / 2),
    ):
        hu += (value - hu) * disc_part(edges - cx, edges - cy, radius)
    return hu


def _around(grid: Grid, center: tuple[float, float, float], reach: float) -> tuple[slice, ...]:
    edges = grid.inplane_edges()[:-1] + grid.pixel_mm / 2
    spans = [np.flatnonzero(np.abs(axis - c) <= reach) for axis, c in zip(
        (grid.slice_centers(), edges, edges), (center[2], center[1], center[0]), strict=True)]  # fmt: skip
    return tuple(slice(int(s[0]), int(s[-1]) + 1) for s in spans)


def _image(grid: Grid, array: np.ndarray, protocol: Protocol) -> Image:
    edge = float(grid.inplane_edges()[0]) + grid.pixel_mm / 2
    return Image(
        array=array,
        spacing_mm=(grid.pixel_mm, grid.pixel_mm, grid.increment_mm),
        origin_mm=(edge, edge, float(grid.slice_centers()[0])),
        modality="CT",
        spacing_source="PixelSpacing",
        tags={
            "KVP": "120", "SliceThickness": f"{grid.thickness_mm:g}", "ConvolutionKernel": protocol.kernel,
            "Manufacturer": protocol.manufacturer, "ManufacturerModelName": "phantoms.ct.qrm",
        },
        source="simulated calcification insert",
    )  # fmt: skip
