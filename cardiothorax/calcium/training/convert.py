"""The user's own copies of orCaScore and COCA into the folder that training reads.

orCaScore (Wolterink 2016): ``<name>CTI.mhd`` is the calcium scan, ``<name>R.mhd`` its reference standard
(1 LAD, 2 LCX, 3 RCA), anywhere below the folder; the coronary angiographies (``CTAI``) are left out.

COCA (Stanford AIMI), gated part: ``patient/<n>/<series>/*.dcm`` and ``calcium_xml/<n>.xml``, property lists
with contours by slice. A patient without a list has no calcium.
"""

from __future__ import annotations

import plistlib
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import CardiothoraxError, GeometryProblem, StoreProblem
from ...imaging.ct import read_ct
from ...imaging.image import Image
from ...imaging.masks import write_mask
from ...progress import Progress, silent
from ...records import write_atomically
from ..given_labels import CODES_OF_A_BYTE, read_labels
from ..labels import LAD, LCX, LM, RCA
from .layout import Study, split_by_patient, write_index

COCA_NAMES = {
    "left anterior descending artery": LAD,
    "left circumflex artery": LCX,
    "right coronary artery": RCA,
    "left coronary artery": LM,
    "left main": LM,
}
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?")
Case = tuple[str, Callable[[], tuple[Image, np.ndarray]]]


def convert(
    layout: str, source: Path, folder: Path, *, val_share: float = 0.2, progress: Progress = silent
) -> tuple[int, list[str]]:
    """Write ``images/``, ``labels/`` and ``index.csv`` into ``folder``; ``layout``: ``orcascore``, ``coca``.

    Returns how many studies are there now and, in words, which could not be converted. What was converted
    before stays. Each study is its own patient, and ``val_share`` of them are for validation.
    """
    cases = list(CASES[layout](source))
    if not cases:
        raise StoreProblem(f"{source} does not look like {layout}: no study was found.", EXPECTED[layout])
    studies, problems = [], []
    for done, (name, read) in enumerate(cases):
        progress(done / len(cases), name)
        image_file = folder / "images" / f"{name}.nrrd"
        labels_file = folder / "labels" / f"{name}.nrrd"
        try:
            if not (image_file.exists() and labels_file.exists()):
                image, labels = read()
                write_mask(labels_file, labels, image)
                _write_ct(image_file, image)
        except CardiothoraxError as problem:
            problems.append(f"{name}: {problem}")
            continue
        studies.append(Study(name, name, "train", layout))
    write_index(split_by_patient(studies, val_share), folder)
    return len(studies), problems


def orcascore_cases(source: Path) -> Iterator[Case]:
    references = {p.name.lower(): p for p in source.rglob("*") if p.name.lower().endswith("r.mhd")}
    for file in sorted(source.rglob("*"), key=lambda p: p.name):
        if file.name.lower().endswith("cti.mhd"):
            name = file.name[: -len("CTI.mhd")]
            reference = references.get(f"{name}R.mhd".lower())
            if reference is not None:
                yield name, lambda file=file, reference=reference: _orcascore(file, reference)  # type: ignore[misc]


def _orcascore(file: Path, reference: Path) -> tuple[Image, np.ndarray]:
    image = replace(read_ct(file), modality="CT")
    labels = read_labels(reference, image, known=CODES_OF_A_BYTE)
    return image, np.where(np.isin(labels, (LAD, LCX, RCA)), labels, 0).astype(np.uint8)


def coca_cases(source: Path) -> Iterator[Case]:
    for root in (source, source / "Gated_release_final"):
        if (root / "patient").is_dir() and (root / "calcium_xml").is_dir():
            for folder in sorted((root / "patient").iterdir(), key=lambda p: (len(p.name), p.name)):
                if folder.is_dir():
                    file = root / "calcium_xml" / f"{folder.name}.xml"
                    yield f"coca_{folder.name}", lambda folder=folder, file=file: _coca(folder, file)  # type: ignore[misc]


def _coca(folder: Path, file: Path) -> tuple[Image, np.ndarray]:
    series = [p for p in folder.iterdir() if p.is_dir()]
    image = read_ct(series[0] if len(series) == 1 else folder)
    labels = np.zeros(image.array.shape, np.uint8)
    if file.exists():
        for code, slice_mm, points in coca_contours(file):
            _fill(labels[_slice_at(image, slice_mm, file)], points, code)
    return image, labels


def coca_contours(file: Path) -> Iterator[tuple[int, float, np.ndarray]]:
    """Artery's label, position of the slice in millimeters, points ``[n, 2]`` (column, row) in pixels."""
    try:
        with open(file, "rb") as handle:
            images = plistlib.load(handle)["Images"]
    except (OSError, ValueError, KeyError, plistlib.InvalidFileException) as problem:
        raise StoreProblem(f"{file.name} is not one of COCA's lists of contours: {problem}.") from problem
    except Exception as problem:  # the XML parser's own error is no ValueError
        raise StoreProblem(f"{file.name} is not XML: {problem}.") from problem
    for each in images:
        for roi in each.get("ROIs", ()):
            if len(roi.get("Point_px", ())) < 3:
                continue
            name = str(roi.get("Name", "")).strip()
            if name.lower() not in COCA_NAMES:
                raise StoreProblem(f"{file.name} names {name!r}, which is none of {sorted(COCA_NAMES)}.")
            points = np.array([_numbers(point, 2) for point in roi["Point_px"]])
            yield COCA_NAMES[name.lower()], _numbers(roi["Point_mm"][0], 3)[2], points


def _numbers(text: str, count: int) -> list[float]:
    """Of ``(12.5, 30.25)``."""
    found = [float(number) for number in NUMBER.findall(text)]
    if len(found) != count:
        raise StoreProblem(f"{text!r} are not {count} numbers.")
    return found


def _slice_at(image: Image, slice_mm: float, file: Path) -> int:
    place = (slice_mm - image.origin_mm[2]) / (image.spacing_mm[2] * image.direction_matrix[2, 2])
    index = round(float(place))
    if abs(place - index) > 0.25 or not 0 <= index < len(image.array):
        raise GeometryProblem(
            f"{file.name} has a contour at {slice_mm:g} mm, where the series has no slice.",
            "The list belongs to another series.",
        )
    return index


def _fill(labels: np.ndarray, points: np.ndarray, code: int) -> None:
    """Pixels inside and on the contour; what is not bright enough there is removed in packing."""
    from PIL import Image as Picture
    from PIL import ImageDraw

    drawn = Picture.new("L", labels.shape[::-1], 0)
    ImageDraw.Draw(drawn).polygon([(float(x), float(y)) for x, y in points], fill=1, outline=1)
    labels[np.asarray(drawn, bool)] = code


def _write_ct(file: Path, image: Image) -> None:
    import SimpleITK

    stored: Any = SimpleITK.GetImageFromArray(np.ascontiguousarray(image.array))
    stored.SetSpacing(image.spacing_mm)
    stored.SetOrigin(image.origin_mm)
    stored.SetDirection(image.direction)
    with write_atomically(file) as temporary:
        SimpleITK.WriteImage(stored, str(temporary), True)


CASES = {"orcascore": orcascore_cases, "coca": coca_cases}
EXPECTED = {
    "orcascore": "Expected files like TRV1P1CTI.mhd and TRV1P1R.mhd.",
    "coca": "Expected the folders patient and calcium_xml of the gated part.",
}
