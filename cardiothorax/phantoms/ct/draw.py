"""``draw_ct``: a plain chest CT of nobody with every coronary plaque known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...imaging.image import Image
from .bending import Bending, Placing
from .blobs import FWHM_PER_SIGMA, OVERSHOOT_WIDTH, Blobs, Sampling
from .calcium import OTHER, brighten, by_artery, calcium_gain
from .compose import AIR_HU, Composer
from .confounders import confounders
from .coronaries import Artery, coronary_tree
from .heart import Heart
from .lungs import lung_vessels
from .noise import noise
from .options import CtPhantomOptions
from .plaques import Plaque, plaques
from .streaks import add_metal_streaks, add_streaks
from .tissue import tissue
from .truth import Truth, truth_of

FINE_MM = 1.0
HIGHEST_HU = 3071
STOPS = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 5)) / 2
"""Where a moving heart is during a rotation, as a share of its way: longer at the two ends."""


@dataclass(frozen=True)
class CtPhantom:
    """``labels`` and ``heart`` lie on the image's grid; center lines are in millimeters LPS."""

    options: CtPhantomOptions
    image: Image
    labels: np.ndarray
    heart: np.ndarray
    truth: Truth
    centerlines: tuple[Artery, ...]


def draw_ct(options: CtPhantomOptions) -> CtPhantom:
    """Draw one study; see :class:`CtPhantomOptions`. The same options give the same voxels."""
    streams = np.random.default_rng(options.seed).spawn(8)
    place = _Place.of(options, streams[0])
    tree = coronary_tree(Heart(options.anatomy), options.coronaries, streams[1])
    drawn = [_placed(p, place) for p in plaques(tree, options.plaques, streams[2])]
    others = confounders(options, place.to_world, tree, streams[3])
    world_tree = tuple(Artery(a.name, a.territory, place.to_world(a.points), a.radii) for a in tree)
    grid = _sampling(options, world_tree, place)
    drift = streams[5].normal(size=3) * (0.6, 0.6, 0.25)
    volume, heart = _anatomy(options, grid, place, world_tree, drift, streams[4])
    labels = brighten(volume, grid, _calcium(drawn, others, options, drift))
    add_streaks(volume, grid, options, world_tree, streams[6])
    add_metal_streaks(volume, grid, streams[6])
    _add_noise(volume, grid, options, streams[7])
    array = np.clip(np.rint(volume), -1024, HIGHEST_HU).astype(np.int16)
    if options.scan.padding:
        array[:, _outside_circle(grid)] = -1024
    image = Image(
        array=array, spacing_mm=grid.spacing_mm, origin_mm=grid.origin_mm, modality="CT",
        spacing_source="PixelSpacing", tags=_tags(options), source=f"phantom ct {options.seed}",
    )  # fmt: skip
    return CtPhantom(options, image, labels, heart, truth_of(drawn, array, labels, grid), world_tree)


@dataclass(frozen=True)
class _Place:
    bending: Bending
    placing: Placing

    @classmethod
    def of(cls, options: CtPhantomOptions, rng: np.random.Generator) -> _Place:
        return cls(Bending.drawn(rng, options.anatomy.warp_mm), Placing.of(options.anatomy))

    def to_world(self, points: np.ndarray) -> np.ndarray:
        """World points of points in the heart's own frame."""
        return self.bending.inverse(self.placing.inverse(points))

    def atlas_to_world(self, points: np.ndarray) -> np.ndarray:
        return self.bending.inverse(points)


def _placed(plaque: Plaque, place: _Place) -> Plaque:
    blobs = Blobs(place.to_world(plaque.blobs.centers_mm), plaque.blobs.sigmas_mm, plaque.blobs.amounts)
    return Plaque(plaque.artery, blobs, plaque.mass_mg)


def _sampling(options: CtPhantomOptions, tree: tuple[Artery, ...], place: _Place) -> Sampling:
    """The grid: the picture's middle over the heart's, slices from below the apex to above the left main."""
    scan = options.scan
    marks = place.to_world(np.array([(8.0, -4, -8), (60, -30, -58), (-30, 0, -46), (0, -10, 40)]))
    low = marks[:, 2].min() - scan.margin_mm
    high = max(marks[3, 2], max(float(a.points[:, 2].max()) for a in tree) + 12) + scan.margin_mm
    count = scan.slices or int(np.clip(np.ceil((high - low) / scan.increment_mm), 8, 160))
    middle_z = (low + high) / 2
    pixel = scan.field_of_view_mm / scan.matrix
    half = pixel * (scan.matrix - 1) / 2
    origin = (
        float(marks[0, 0] + scan.center_mm[0] - half),
        float(marks[0, 1] + scan.center_mm[1] - half),
        float(middle_z - scan.increment_mm * (count - 1) / 2),
    )
    return Sampling(
        (count, scan.matrix, scan.matrix), (pixel, pixel, scan.increment_mm), origin,
        scan.slice_thickness_mm, scan.psf_fwhm_mm / FWHM_PER_SIGMA, scan.overshoot,
    )  # fmt: skip


def _anatomy(
    options: CtPhantomOptions, grid: Sampling, place: _Place, tree: tuple[Artery, ...], drift: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:  # fmt: skip
    """(noise-free float32 HU, heart mask), slice by slice with the slice profile averaged."""
    x, y, z = (grid.centers(n) for n in range(3))
    edge = 4.0
    fx = np.arange(x[0] - edge, x[-1] + edge, FINE_MM, dtype=np.float32)
    fy = np.arange(y[0] - edge, y[-1] + edge, FINE_MM, dtype=np.float32)
    low = np.array([fx[0], fy[0], z[0] - grid.thickness_mm])
    high = np.array([fx[-1], fy[-1], z[-1] + grid.thickness_mm])
    parts = tissue(options, place.bending, tree, low, high, rng)
    flat = (1, len(fy), len(fx))
    texture = noise(rng, flat, FINE_MM, grain_fwhm_mm=3.0, stripes=0.0)[0]
    coarse = noise(rng, flat, FINE_MM, grain_fwhm_mm=12.0, stripes=0.0)[0]
    vessels = lung_vessels(rng, place.atlas_to_world, options)
    vessels = vessels[np.all((vessels[:, :3] > low) & (vessels[:, :3] < high), axis=1)]
    composer = Composer(options, parts, fx, fy, FINE_MM, tree, vessels, texture, coarse)
    sharp = _blur_to(fx, x, grid.psf_sigma_mm), _blur_to(fy, y, grid.psf_sigma_mm)
    wide = (
        _blur_to(fx, x, grid.psf_sigma_mm * OVERSHOOT_WIDTH),
        _blur_to(fy, y, grid.psf_sigma_mm * OVERSHOOT_WIDTH),
    )
    volume = np.empty(grid.shape, np.float32)
    heart = np.empty(grid.shape, bool)
    samples = max(1, round(grid.thickness_mm / 1.3))
    offsets = (np.arange(samples) + 0.5) / samples - 0.5
    travel = np.outer(STOPS, drift) * options.scan.motion_mm
    nearest_x = np.searchsorted(fx, x)
    nearest_y = np.searchsorted(fy, y)
    for k, height in enumerate(z):
        thin = [composer.plane(float(height + o * grid.thickness_mm)) for o in offsets]
        mean = _smeared(np.asarray(np.mean(thin, axis=0, dtype=np.float32)), composer, float(height), travel)
        volume[k] = (1 + grid.overshoot) * (sharp[1] @ mean @ sharp[0].T)
        if grid.overshoot:
            volume[k] -= grid.overshoot * (wide[1] @ mean @ wide[0].T)
        heart[k] = composer.heart(float(height))[nearest_y][:, nearest_x]
    return volume, heart


def _smeared(plane: np.ndarray, composer: Composer, height: float, travel: np.ndarray) -> np.ndarray:
    """The plane with the heart, not the chest, averaged over where it is during a rotation."""
    if not np.any(travel):
        return plane
    moving = composer.part("sac", height, grow_mm=3.0, width_mm=8.0)
    blurred = np.mean([_shifted(_shifted(plane, s[1], 0), s[0], 1) for s in travel], axis=0, dtype=np.float32)
    return np.asarray(plane + moving * (blurred - plane))


def _shifted(plane: np.ndarray, distance_mm: float, axis: int) -> np.ndarray:
    """Moved along an axis by linear interpolation; what leaves on one side comes in on the other."""
    whole = int(np.floor(distance_mm / FINE_MM))
    share = np.float32(distance_mm / FINE_MM - whole)
    return np.asarray(np.roll(plane, whole, axis) * (1 - share) + np.roll(plane, whole + 1, axis) * share)


def _blur_to(known: np.ndarray, wanted: np.ndarray, sigma: float) -> np.ndarray:
    """Matrix ``[wanted, known]``: Gaussian blur and resampling in one; rows add up to 1."""
    away = (wanted[:, None] - known[None, :]) / max(sigma, 0.3)
    matrix = np.exp(-0.5 * away * away)
    return np.asarray((matrix / matrix.sum(axis=1, keepdims=True)).astype(np.float32))


def _calcium(
    drawn: list[Plaque], others: Blobs, options: CtPhantomOptions, drift: np.ndarray
) -> dict[int, Blobs]:
    """What brightens the scan, by label, in the HU of its tube voltage, smeared by motion."""
    gain = calcium_gain(options.scan.kvp)
    groups = by_artery(drawn) | {OTHER: others}
    return {code: _moved(b.times(gain), options.scan.motion_mm, drift) for code, b in groups.items()}


def _moved(blobs: Blobs, motion_mm: float, drift: np.ndarray) -> Blobs:
    """Smeared along the way that the heart goes during a rotation."""
    if motion_mm <= 0:
        return blobs
    stops = STOPS * motion_mm
    copies = [Blobs(blobs.centers_mm + s * drift, blobs.sigmas_mm, blobs.amounts / len(stops)) for s in stops]
    return Blobs.joined(copies)


def _add_noise(
    volume: np.ndarray, grid: Sampling, options: CtPhantomOptions, rng: np.random.Generator
) -> None:
    """In place. Noise is less in the lungs and at the rim, where fewer photons are lost."""
    scan = options.scan
    overlap = max(0.0, 1 - grid.spacing_mm[2] / grid.thickness_mm)
    grain = noise(
        rng, grid.shape, grid.spacing_mm[0],
        grain_fwhm_mm=scan.noise_fwhm_mm, stripes=scan.stripes, angle=scan.stripe_angle,
        between_slices=min(0.15 + overlap, 0.9),
    )  # fmt: skip
    level = np.clip((volume - AIR_HU) / 1000, 0.35, 1.1) ** 0.5
    volume += grain * level * np.float32(scan.noise_hu)


def _outside_circle(grid: Sampling) -> np.ndarray:
    rows, cols = grid.shape[1:]
    j, i = np.ogrid[:rows, :cols]
    return np.asarray((j - (rows - 1) / 2) ** 2 + (i - (cols - 1) / 2) ** 2 > (min(rows, cols) / 2) ** 2)


def _tags(options: CtPhantomOptions) -> dict[str, str]:
    scan = options.scan
    return {
        "KVP": str(scan.kvp),
        "ConvolutionKernel": scan.kernel,
        "SliceThickness": f"{scan.slice_thickness_mm:g}",
        "Manufacturer": scan.manufacturer,
        "ManufacturerModelName": "phantoms.ct",
    }
