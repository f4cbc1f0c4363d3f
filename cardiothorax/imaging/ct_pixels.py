"""The pixels of a CT series: decoded slice by slice, on several threads where that helps."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import UnreadableImage, UnsupportedImage
from .ct_headers import CHOOSE_CT, SliceHeader
from .ct_values import LOWEST_HU, NOT_HOUNSFIELD, rescaled
from .dicom_header import check_has_pixels, complete
from .dicom_pixels import stored_frames
from .guard import damage_named

BITS_FOR_DISPLAY = 8
"""256 grey values: HU from air to calcium need eleven bits and more."""
_MOST_THREADS = 4
"""Decoders leave Python's lock for most of their time; more threads only cost memory."""


def series_values(slices: Sequence[SliceHeader]) -> tuple[np.ndarray, tuple[str, ...]]:
    """HU ``[slices, rows, columns]`` in the order of ``slices``, as rescaled by each slice's own header
    (int16, int32, or float64 where a slope is no whole number), and notes on masked padding."""
    files = [(path, list(group)) for path, group in groupby(slices, key=lambda header: header.path)]
    # Outside of the threads: filters for warnings are the process's, and threads would mix them up.
    with warnings.catch_warnings(), ThreadPoolExecutor(min(_MOST_THREADS, os.cpu_count() or 1)) as pool:
        warnings.simplefilter("ignore")
        read = [
            slice_read for file in pool.map(lambda file: _file_values(*file), files) for slice_read in file
        ]
    padding = [shown for _, shown in read if shown is not None]
    notes: tuple[str, ...] = ()
    if padding:
        notes = (f"Padding of {max(padding):g} HU around the field of view was set to {LOWEST_HU}.",)
    return np.stack([values for values, _ in read]), notes


def same_pixels(one: SliceHeader, other: SliceHeader) -> bool:
    """Whether two slices show the same HU."""
    (first, _), (second, _) = series_values([one]), series_values([other])
    return first.shape == second.shape and bool((first == second).all())


def _file_values(path: Path, slices: list[SliceHeader]) -> list[tuple[np.ndarray, float | None]]:
    import pydicom

    with damage_named(path.name, "DICOM"):
        dataset = pydicom.dcmread(path, force=True)
        check_has_pixels(path.name, dataset)
        complete(dataset)
        frames = stored_frames(path.name, dataset)
        _check_shape(path.name, frames, slices)
        _check_depth(path.name, dataset)
        return [rescaled(header.name, dataset, frames[header.frame or 0], header.tags) for header in slices]


def _check_depth(name: str, dataset: Any) -> None:
    bits = int(dataset.BitsStored)
    if bits <= BITS_FOR_DISPLAY:
        raise UnsupportedImage(
            f"{name} stores {bits} bits a pixel: a copy for display, in which Hounsfield units are lost.",
            NOT_HOUNSFIELD,
        )


def _check_shape(name: str, frames: np.ndarray, slices: list[SliceHeader]) -> None:
    if frames.ndim != 3:
        raise UnsupportedImage(f"{name} is a color picture, not a CT slice.", CHOOSE_CT)
    if len(frames) <= max(header.frame or 0 for header in slices):
        raise UnreadableImage(
            f"{name} holds {len(frames)} frames, its header describes more.", "Copy it again."
        )
    if len(frames) > 1 and slices[0].frame is None:
        raise UnsupportedImage(
            f"{name} holds {len(frames)} frames without saying where each lies.",
            "Export the series as single slices, or as an enhanced CT.",
        )
