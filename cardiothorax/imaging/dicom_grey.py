"""The header's grey chain: modality LUT or rescale, VOI LUT or window, polarity, padding.

DICOM PS3.3 C.11.1 (modality), C.11.2 (VOI), C.11.6 (presentation); PS3.4 N.2 for the order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import UnsupportedImage
from .grayscale import WHITE, LookUpTable, Window, automatic_window, linear

VoiChoice = int | tuple[float, float] | None
"""Number of one of the header's VOI LUTs and windows (from 0, LUTs first), or (center, width)."""

_Step = Callable[[np.ndarray], np.ndarray]


def film_grey(
    name: str, dataset: Any, stored: np.ndarray, voi: VoiChoice = None
) -> tuple[np.ndarray, tuple[str, ...]]:
    """``stored`` [rows, cols] as 0 to 255 float32, bright = dense, and notes on what was unusual.

    Integer films are looked up in a table of their values: every pixel goes through the same chain,
    and a large film costs one pass.
    """
    notes: list[str] = []
    padding = padded(dataset, stored)
    modality = _modality(dataset, notes)
    display = _voi(name, dataset, voi, notes)
    levels = _levels(stored)
    if display is not None and _flat(display(modality(levels))):
        notes.append("The header's window shows nothing of the film: ignored.")
        display = None
    if display is None:
        display = _without_window(dataset, modality, stored, padding, notes)
    shown = display(modality(levels))
    if _inverted(dataset, notes):
        shown = np.float32(WHITE) - shown
    grey = shown if levels is stored else _looked_up(shown, stored, int(levels[0]))
    if padding is not None:
        grey[padding] = 0.0
        notes.append("Padding around the film was masked (PixelPaddingValue).")
    return grey, tuple(notes)


def padded(dataset: Any, stored: np.ndarray) -> np.ndarray | None:
    """Where the film is padding: PixelPaddingValue (to PixelPaddingRangeLimit) in straight runs from
    an edge, since the same value inside a patient is tissue or metal. ``None`` where there is none."""
    if dataset.get("PixelPaddingValue") in (None, "") or stored.dtype.kind not in "iu":
        return None
    # The header may give the value with the other sign than the pixels have: the bits are the same.
    ends = [dataset.PixelPaddingValue, dataset.get("PixelPaddingRangeLimit", dataset.PixelPaddingValue)]
    low, high = sorted(int(v) for v in np.array(ends, np.int64).astype(stored.dtype))
    found = (stored >= low) & (stored <= high)
    if not (found[[0, -1]].any() or found[:, [0, -1]].any()):
        return None
    runs = np.zeros_like(found)
    for axis in (0, 1):
        runs |= np.logical_and.accumulate(found, axis=axis)
        runs |= np.flip(np.logical_and.accumulate(np.flip(found, axis), axis=axis), axis)
    return runs


def _levels(stored: np.ndarray) -> np.ndarray:
    """All values from the film's least to its largest; the film itself where that is no short list."""
    if stored.dtype.kind not in "iu" or stored.dtype.itemsize > 2:
        return stored
    return np.arange(int(stored.min()), int(stored.max()) + 1)


def _looked_up(table: np.ndarray, stored: np.ndarray, lowest: int) -> np.ndarray:
    index = stored if lowest == 0 else stored.astype(np.int32) - lowest
    return table.take(index)


def _flat(shown: np.ndarray) -> bool:
    return bool(shown.min() == shown.max())


def _as_stored(values: np.ndarray) -> np.ndarray:
    return values


def _modality(dataset: Any, notes: list[str]) -> _Step:
    tables = _look_up_tables(dataset.get("ModalityLUTSequence"))
    if tables:
        return tables[0]
    slope, intercept = _number(dataset, "RescaleSlope", 1.0), _number(dataset, "RescaleIntercept", 0.0)
    if slope == 0.0 or not np.isfinite([slope, intercept]).all():
        notes.append(f"RescaleSlope {slope:g} with RescaleIntercept {intercept:g} is no scale: ignored.")
        return _as_stored
    if (slope, intercept) == (1.0, 0.0):
        return _as_stored
    return lambda values: values * np.float64(slope) + intercept


def _voi(name: str, dataset: Any, choice: VoiChoice, notes: list[str]) -> _Step | None:
    """The chosen or first of the header's VOI LUTs and windows; ``None`` where it has none of use."""
    if isinstance(choice, tuple):
        asked = Window(*choice, function="LINEAR_EXACT")  # the paper's rule: center ± width / 2
        if not asked.usable:
            raise UnsupportedImage(
                f"A window of width {asked.width:g} at {asked.center:g} shows nothing.",
                "Give a width above 0.",
            )
        return asked
    windows = _windows(dataset)
    usable = [window for window in windows if window.usable]
    if len(usable) < len(windows):
        notes.append("A window whose width is not positive was ignored.")
    steps: list[_Step] = [table.display for table in _look_up_tables(dataset.get("VOILUTSequence"))]
    steps += usable
    if choice is not None and not 0 <= choice < len(steps):
        raise UnsupportedImage(
            f"{name} has {len(steps)} windows; number {choice} was asked for.", "Count from 0."
        )
    return steps[choice or 0] if steps else None


def _without_window(
    dataset: Any, modality: _Step, stored: np.ndarray, padding: np.ndarray | None, notes: list[str]
) -> _Step:
    bits = int(dataset.BitsStored)
    if bits <= 8 and modality is _as_stored and stored.min() >= 0 and stored.max() < 2**bits:
        return lambda values: linear(values, 0.0, 2.0**bits - 1)
    black, white = automatic_window(modality(stored), None if padding is None else ~padding)
    notes.append(f"No window in the header: {black:g} to {white:g} shown from black to white.")
    return lambda values: linear(values, black, white)


def _windows(dataset: Any) -> list[Window]:
    centers, widths = _numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth")
    function = str(dataset.get("VOILUTFunction") or "LINEAR").strip().upper()
    return [Window(c, w, function) for c, w in zip(centers, widths, strict=False)]


def _inverted(dataset: Any, notes: list[str]) -> bool:
    """MONOCHROME1 and PresentationLUTShape INVERSE say the same thing (PS3.3 C.8.11.3.1.2), so both
    together turn the film once."""
    if str(dataset.PhotometricInterpretation).strip().upper() == "MONOCHROME1":
        notes.append("Polarity turned (MONOCHROME1).")
        return True
    if str(dataset.get("PresentationLUTShape") or "").strip().upper() == "INVERSE":
        notes.append("Polarity turned (PresentationLUTShape INVERSE).")
        return True
    return False


def _look_up_tables(sequence: Any) -> list[LookUpTable]:
    return [_look_up_table(item) for item in sequence or () if "LUTDescriptor" in item and "LUTData" in item]


def _look_up_table(item: Any) -> LookUpTable:
    count, first, bits = (int(v) for v in item.LUTDescriptor)
    count = count % 65536 or 65536  # 0 stands for 65536, and a count read as signed is negative
    data = item.LUTData
    if isinstance(data, (bytes, bytearray)):  # OW keeps bytes; 8-bit entries may be packed
        values = np.frombuffer(data, np.uint8 if len(data) < 2 * count else np.dtype("<u2")).astype(np.int64)
    else:
        values = np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF
    return LookUpTable(values[:count].astype(np.float64), first, bits)


def _number(dataset: Any, keyword: str, default: float) -> float:
    values = _numbers(dataset, keyword)
    return values[0] if values else default


def _numbers(dataset: Any, keyword: str) -> list[float]:
    value = dataset.get(keyword)
    if value is None or value == "":
        return []
    return [float(v) for v in value] if hasattr(value, "__iter__") else [float(value)]
