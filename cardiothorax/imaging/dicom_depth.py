"""Films whose header gives fewer bits than their pixels use."""

from __future__ import annotations

from typing import Any

import numpy as np


def correct_depth(dataset: Any) -> tuple[str, ...]:
    """Sets ``BitsStored`` of an uncompressed film to what its pixels use, and says so.

    Bits above those stored may also be an overlay, burnt in beside the film as old devices did; then
    the header is right. The film with fewer jumps from pixel to pixel is the true one: a wrong depth
    wraps bright tissue to black along every contour, an overlay left in adds white strokes.
    """
    stored = int(dataset.BitsStored)
    if not _may_hold_more(dataset, stored):
        return ()
    order = "<" if dataset.file_meta.TransferSyntaxUID.is_little_endian else ">"
    count = int(dataset.Rows) * int(dataset.Columns)
    if len(dataset.PixelData) < 2 * count:
        return ()  # cut short, which the decoder will say
    pixels = np.frombuffer(dataset.PixelData, f"{order}u2", count).reshape(dataset.Rows, dataset.Columns)
    used = int(pixels.max()).bit_length()
    if used <= stored or _jumps(pixels, stored) >= _jumps(pixels & (2**stored - 1), stored):
        return ()
    dataset.BitsStored, dataset.HighBit = used, used - 1
    return (f"The header says {stored} bits (BitsStored), the pixels use {used}: these were taken.",)


def _may_hold_more(dataset: Any, stored: int) -> bool:
    return (
        not dataset.file_meta.TransferSyntaxUID.is_encapsulated
        and "PixelData" in dataset
        and int(dataset.BitsAllocated) == 16
        and stored < 16
        and int(dataset.SamplesPerPixel) == 1
        and int(dataset.PixelRepresentation) == 0
    )


def _jumps(pixels: np.ndarray, bits: int) -> int:
    """Neighbors in a row that differ by more than half of the range of ``bits``, on every fourth row."""
    return int(np.count_nonzero(np.abs(np.diff(pixels[::4].astype(np.int32), axis=1)) > 2 ** (bits - 1)))
