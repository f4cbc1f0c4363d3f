"""A chest radiograph of nobody, with its masks and its cardiothoracic ratio.

>>> film = make(7, options=CxrOptions(side_px=256))
>>> film.labels.shape, 0.3 < film.truth.ctr < 0.7
((256, 256), True)
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from ..imaging.image import Image
from ..records import to_plain, write_atomically
from . import anatomy, devices, findings, projection, skeleton, soft, tone, vessels
from .dicom import TOP, write_dicom
from .options import CxrOptions, varied
from .shapes import Film
from .truth import LABELS, CxrTruth, measure

__all__ = ["CxrOptions", "PhantomFilm", "make", "training_films", "write", "write_dicom"]

SOURCE = "synthetic chest radiograph"
ROUGH_PX = 512
"""Side of the picture on which a first drawing's ratio is counted."""


@dataclass(frozen=True)
class PhantomFilm:
    """``image`` holds grey values 0 to 255 in display sense (bright is dense) as float32
    ``[1, rows, cols]``; ``labels`` uint8 ``[rows, cols]`` as in :mod:`.truth`."""

    image: Image
    labels: np.ndarray
    truth: CxrTruth
    options: CxrOptions = field(default_factory=CxrOptions)


def make(seed: int, *, options: CxrOptions | None = None) -> PhantomFilm:
    """The same seed and options give the same film, bit by bit on one machine."""
    options = options or CxrOptions()
    draw = _Streams(seed)
    film = _film(options, draw("film"))
    thorax = _thorax(film, options, draw)
    grey = _picture(thorax, film, options, draw)
    labels = _labels(thorax, film)
    if options.collimated:  # what the blades cover cannot be seen, so it is not part of the truth
        blades = tuple(0.07 * draw("frame").random(4))
        grey, labels = tone.frame(grey, blades, 0.0), tone.frame(labels, blades, 0)
    image = Image(
        array=(np.rint(grey * TOP) * (255 / TOP)).astype(np.float32)[None],
        spacing_mm=(film.pixel_mm, film.pixel_mm, 1.0),
        modality="DX",
        tags={
            "ViewPosition": "AP" if options.portable else "PA",
            "PatientOrientation": "L\\F",
            "BodyPartExamined": "CHEST",
        },
        spacing_source="PixelSpacing",
        source=f"{SOURCE} {seed}",
    )
    return PhantomFilm(image, labels, measure(labels, film.pixel_mm, seed=seed, body=thorax.body), options)


def write(film: PhantomFilm, folder: Path | str, name: str) -> tuple[Path, Path, Path]:
    """``name.dcm``, ``name_labels.nrrd`` and ``name_truth.json`` in ``folder``."""
    from ..imaging import write_mask

    folder = Path(folder)
    paths = folder / f"{name}.dcm", folder / f"{name}_labels.nrrd", folder / f"{name}_truth.json"
    write_dicom(film, paths[0])
    write_mask(paths[1], film.labels, film.image)
    plain = {"truth": to_plain(film.truth), "options": to_plain(film.options)}
    with write_atomically(paths[2]) as temporary:
        temporary.write_text(json.dumps(plain, indent=1) + "\n", encoding="utf-8")
    return paths


def training_films(n: int, side: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """``n`` varied films and their labels, uint8 ``[n, side, side]`` each: films in bed, findings,
    devices and frames among them, so that a network meets what it will meet."""
    images = np.empty((n, side, side), np.uint8)
    labels = np.empty_like(images)
    for k in range(n):
        film = make(seed * 100_003 + k, options=varied(seed * 100_003 + k, side))
        images[k], labels[k] = np.rint(film.image.array[0]), film.labels
    return images, labels


def _thorax(film: Film, options: CxrOptions, draw: _Streams) -> anatomy.Thorax:
    """Outlines whose masks have the ratio asked for: what the diaphragm and a tilt take away from the
    widest row is known only when the chest is drawn, so it is drawn twice."""
    body = anatomy.draw_body(options, film.height_mm, draw("body"))
    rough = replace(film, rows=ROUGH_PX, cols=ROUGH_PX, pixel_mm=film.height_mm / ROUGH_PX)
    first = anatomy.build(body, options.findings, draw("outlines"))
    found = measure(_labels(first, rough), rough.pixel_mm, seed=0, body=body).ctr
    aimed = replace(body, ctr=body.ctr * body.ctr / found)
    return anatomy.build(aimed, options.findings, draw("outlines"))


def _labels(thorax: anatomy.Thorax, film: Film) -> np.ndarray:
    labels = np.zeros((film.rows, film.cols), np.uint8)
    for name, mask in thorax.masks(film).items():
        labels[mask] = LABELS[name]
    return labels


class _Streams:
    """One generator for each part, so that a new part never changes the others."""

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def __call__(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self._seed, *name.encode()])


def _film(options: CxrOptions, rng: np.random.Generator) -> Film:
    field_mm = options.field_mm or float(np.clip(358 + 14 * rng.standard_normal(), 325, 400))
    tilt = options.tilt_degrees
    if tilt is None:
        tilt = float((2.2 if options.portable else 1.1) * rng.standard_normal())
    return Film(options.side_px, options.side_px, field_mm / options.side_px, tilt)


def _picture(thorax: anatomy.Thorax, film: Film, options: CxrOptions, draw: _Streams) -> np.ndarray:
    """Thickness by thickness, then light, then grey 0 to 1."""
    x, y = film.coordinates()
    tissue = soft.trunk(thorax, x, y, draw("trunk")) + soft.breasts(thorax, x, y, draw("breasts"))
    tissue *= soft.unevenness(film, draw("unevenness"))
    lung, share = soft.lungs(thorax, film, draw("lungs"))
    lung *= vessels.parenchyma(film, draw("parenchyma"))
    blood = vessels.vessels(thorax, film, share, draw("vessels"))
    filled = findings.consolidation(thorax, film, options.findings, draw("findings"))
    air = soft.AIR_IN_LUNG * lung * (1 - filled) + soft.airways(thorax, film, draw("airways"))
    air += soft.bowel_gas(thorax, x, y, draw("gas"))
    bone = skeleton.on_coarse(thorax, film, draw("bones"))
    water = np.maximum(tissue - air + vessels.BLOOD_OVER_LUNG * blood, 0)
    metal = devices.devices(thorax, film, options.devices, draw("devices"))
    received = projection.exposure_of(film, water, bone, metal, _beam(options, draw("beam")), draw("noise"))
    rng = draw("tone")
    look = options.look or str(rng.choice(["film", "digital", "flat"], p=[0.5, 0.35, 0.15]))
    exposure = options.exposure or float(np.exp(0.15 * rng.standard_normal()))
    grey = tone.develop(film, received, tone.draw_tone(look, exposure, rng))
    if options.marker:
        grey = tone.marker(film, grey, options.marker, 14 + 10 * rng.random(), 16 + 12 * rng.random())
    return np.asarray(np.clip(grey, 0, 1))


def _beam(options: CxrOptions, rng: np.random.Generator) -> projection.Beam:
    """A film in bed has no or a coarse grid: more scatter, fewer photons, a little motion."""
    u = rng.random(3)
    if options.portable:
        return projection.Beam(0.9 + 0.8 * u[0], 0.5e5 * (1 + u[1]), 0.28 + 0.14 * u[2])
    return projection.Beam(0.40 + 0.3 * u[0], 1.2e5 * (1 + u[1]), 0.18 + 0.09 * u[2])
