"""One thin plane of the chest at a time: distances become fractions, fractions become Hounsfield units."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from .coronaries import Artery
from .options import CtPhantomOptions
from .tissue import Tissue

Plane = Callable[[str], np.ndarray]
AIR_HU = -1000.0


@dataclass(frozen=True)
class Composer:
    """Draws planes at any height on the fine grid ``x``, ``y`` (mm) of square pixels ``pixel_mm``."""

    options: CtPhantomOptions
    tissue: Tissue
    x: np.ndarray
    y: np.ndarray
    pixel_mm: float
    tree: tuple[Artery, ...]
    """In the world's millimeters."""
    lung_vessels: np.ndarray
    """``[n, 4]`` world x, y, z and radius of points along vessels of the lungs."""
    texture: np.ndarray
    """Fine random pattern, float32 ``[rows, cols]``, SD 1, for marrow, fat and muscle."""
    coarse: np.ndarray
    """The same with a grain of a centimeter, for glands and strands in fat."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_wx", _weights(self.tissue.x, self.x))
        object.__setattr__(self, "_wy", _weights(self.tissue.y, self.y))

    def plane(self, z: float) -> np.ndarray:
        """float32 ``[rows, cols]`` of noise-free Hounsfield units."""
        at = self._reader(z)
        hu = self._wall(at, z)
        hu = self._inside(at, hu, z)
        return self._bones(at, hu, z)

    def heart(self, z: float) -> np.ndarray:
        """Heart and roots of the great vessels with their fat, bool; not the bones that touch it."""
        at = self._reader(z)
        bones = np.minimum(np.minimum(at("spine"), at("sternum")), np.minimum(at("ribs"), at("disc")))
        return np.asarray((at("heart") < 2.0) & (bones > 2.0))

    def part(self, name: str, z: float, *, grow_mm: float, width_mm: float) -> np.ndarray:
        """0 to 1 across a border ``width_mm`` wide, ``grow_mm`` outside of the surface."""
        return self._share(self._reader(z)(name) - np.float32(grow_mm), width_mm)

    def _reader(self, z: float) -> Plane:
        where = np.clip(
            (z - self.tissue.z[0]) / (self.tissue.z[1] - self.tissue.z[0]), 0, len(self.tissue.z) - 1.001
        )
        low, share = int(where), np.float32(where - int(where))
        wx: np.ndarray = self._wx  # type: ignore[attr-defined]
        wy: np.ndarray = self._wy  # type: ignore[attr-defined]

        def read(name: str) -> np.ndarray:
            field = self.tissue.fields[name]
            coarse = field[low] * (1 - share) + field[low + 1] * share
            return np.asarray(wy @ coarse @ wx.T)

        return read

    def _share(self, distance: np.ndarray, width_mm: float | None = None) -> np.ndarray:
        """Part of a pixel that is inside."""
        return np.asarray(
            np.clip(np.float32(0.5) - distance * np.float32(1 / (width_mm or self.pixel_mm)), 0, 1)
        )

    def _rolled(self, z: float) -> np.ndarray:
        """The texture of this height: neighbors within 1.5 mm share it."""
        step = int(np.floor(z / 1.5))
        return np.roll(np.roll(self.texture, 37 * step % 251, axis=0), 61 * step % 239, axis=1)

    def _wall(self, at: Plane, z: float) -> np.ndarray:
        scan = self.options.scan
        skin = at("skin")
        hu = _blend(np.full(skin.shape, AIR_HU, np.float32), 20.0, self._share(skin))
        grain = self._rolled(z)
        hu = _blend(hu, scan.fat_hu - 4 + 7 * grain, self._share(skin + 2.0))
        if "gland" in self.tissue.fields:
            strands = (
                self._share(at("gland") + 5 - 9 * np.roll(self.coarse, int(z * 2) % 97, axis=1), 9.0) * 0.8
            )
            hu = _blend(hu, 20.0, strands)
        muscle = self._share(np.maximum(at("muscle"), skin + 5))
        streaky = scan.muscle_hu + 6 + 5 * grain - 60 * np.clip(grain - 1.4, 0, 1)
        return _blend(hu, streaky, muscle)

    def _inside(self, at: Plane, hu: np.ndarray, z: float) -> np.ndarray:
        scan = self.options.scan
        grain = self._rolled(z)
        cavity = at("cavity")
        strands = np.clip(0.7 - 5 * np.abs(np.roll(self.coarse, int(z / 2) * 7 % 113, axis=0)), 0, 1)
        hu = _blend(hu, scan.fat_hu + 6 * grain + 50 * strands, self._share(cavity - 1.0))
        haze = self.options.scan.fat_haze_hu * np.clip(0.7 + 0.5 * grain, 0, 2)
        hu = hu + haze * self._share(at("heart") + 1.0, 4.0)
        hu = _blend(hu, 57.0 + 2 * grain, self._share(at("liver")))
        hu = _blend(hu, 48.0, self._share(at("spleen")))
        hu = _blend(hu, 15.0 + 18 * grain, self._share(at("stomach")))
        hu = _blend(hu, 45.0, self._share(np.maximum(np.abs(at("diaphragm") - 1.5) - 1.5, cavity)))
        lungs = at("lungs")
        gradient = np.clip((self.y[:, None] + 20) * 0.5, -30, 60)
        hu = _blend(hu, scan.lung_hu + gradient + 18 * grain, self._share(lungs))
        hu = np.maximum(hu, self._lung_vessels(z, lungs))
        hu = _blend(
            hu, scan.muscle_hu - 25, 0.55 * self._share(np.maximum(np.abs(at("heart") - 0.5) - 0.6, cavity))
        )
        soft = at("soft_hu")
        hu = _blend(hu, soft, self._share(at("vessels")))
        hu = _blend(hu, soft, self._share(at("chambers")))
        hu = _blend(hu, scan.blood_hu + scan.contrast_hu, self._arteries(z))
        hu = _blend(hu, 35.0, self._share(at("esophagus")))
        airways = at("airways")
        hu = _blend(hu, 20.0, self._share(airways - 1.5))
        return _blend(hu, -990.0, self._share(airways))

    def _bones(self, at: Plane, hu: np.ndarray, z: float) -> np.ndarray:
        grain = self._rolled(z)
        strength = {80: 1.45, 100: 1.19, 110: 1.09, 120: 1.0, 130: 0.94, 140: 0.89}.get(
            self.options.scan.kvp, 1.0
        )
        hu = _blend(hu, 75.0 + 4 * grain, self._share(at("disc")))
        cartilage = at("cartilage")
        shell = (520 + 130 * grain) * strength
        density = self.options.anatomy.marrow_hu
        insides = {"ribs": density, "sternum": 0.5 * density, "spine": density}
        calcified = self.options.anatomy.calcified_cartilage
        soft = 95 + (60 + 230 * np.clip(grain + 2 * calcified - 1.2, 0, 2)) * calcified
        for name, cortex_mm in (("ribs", 1.6), ("sternum", 1.5), ("spine", 1.3)):
            field = at(name)
            part = cartilage if name == "ribs" else np.float32(0)
            hu = _blend(hu, shell * (1 - part) + part * (soft + 40), self._share(field))
            marrow = (insides[name] + 25 * grain) * strength
            hu = _blend(hu, marrow * (1 - part) + part * soft, self._share(field + cortex_mm))
        return hu

    def _arteries(self, z: float) -> np.ndarray:
        share = np.zeros((len(self.y), len(self.x)), np.float32)
        for artery in self.tree:
            self._stamp(share, np.c_[artery.points, artery.radii][::2], z, 1.0)
        return share

    def _lung_vessels(self, z: float, lungs: np.ndarray) -> np.ndarray:
        share = np.zeros((len(self.y), len(self.x)), np.float32)
        self._stamp(share, self.lung_vessels, z, 1.0)
        return np.where(lungs < 1.0, share * 900 - 870, AIR_HU - 100).astype(np.float32)

    def _stamp(self, share: np.ndarray, balls: np.ndarray, z: float, edge_mm: float) -> None:
        """Raise ``share`` to the part of each pixel within the balls ``[n, 4]``."""
        near = balls[np.abs(balls[:, 2] - z) < balls[:, 3] + edge_mm]
        for bx, by, bz, radius in near:
            reach = radius + edge_mm
            i0, i1 = np.searchsorted(self.x, (bx - reach, bx + reach))
            j0, j1 = np.searchsorted(self.y, (by - reach, by + reach))
            if i0 == i1 or j0 == j1:
                continue
            away = np.sqrt(
                (self.x[None, i0:i1] - bx) ** 2 + (self.y[j0:j1, None] - by) ** 2 + np.float32((bz - z) ** 2)
            )
            patch = share[j0:j1, i0:i1]
            np.maximum(patch, self._share(away - np.float32(radius), edge_mm), out=patch)


def _blend(under: np.ndarray, over: np.ndarray | float, share: np.ndarray) -> np.ndarray:
    return np.asarray(under + (over - under) * share, dtype=np.float32)


def _weights(known: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """Matrix ``[wanted, known]`` of linear interpolation on an even axis."""
    where = np.clip((wanted - known[0]) / (known[1] - known[0]), 0, len(known) - 1.001)
    low = where.astype(int)
    matrix = np.zeros((len(wanted), len(known)), np.float32)
    rows = np.arange(len(wanted))
    matrix[rows, low] = 1 - (where - low)
    matrix[rows, low + 1] += where - low
    return matrix
