"""The header's grey chain: modality LUT or rescale, VOI LUT or window, polarity, padding."""

from __future__ import annotations

from typing import Any

import numpy as np

from .grayscale import WHITE, LookUpTable, Window, automatic_window, linear

VoiChoice = int | tuple[float, float] | None


def film_grey(dataset: Any, stored: np.ndarray, voi: VoiChoice = None) -> tuple[np.ndarray, tuple[str, ...]]:
    """``stored`` [rows, cols] as 0 to 255 float32, bright = dense, and notes on what was unusual.

    Integer films are looked up in a table of their values, so every pixel goes through one chain.
    """
    notes: list[str] = []
    padding = _padding(dataset, stored)
    if stored.dtype.kind in "iu" and stored.dtype.itemsize <= 2:
        low, high = int(stored.min()), int(stored.max())
        table = np.arange(low, high + 1)
        grey = _chain(dataset, table, stored, padding, voi, notes)[stored.astype(np.int32) - low]
    else:
        grey = _chain(dataset, stored, stored, padding, voi, notes)
    if padding is not None:
        grey[padding] = 0.0
        notes.append("Padding around the film was masked (PixelPaddingValue).")
    return grey, tuple(notes)


def _chain(
    dataset: Any,
    values: np.ndarray,
    stored: np.ndarray,
    padding: np.ndarray | None,
    voi: VoiChoice,
    notes: list[str],
) -> np.ndarray:
    modality = _modality(dataset, notes)
    display = _voi(dataset, voi, notes)
    shown = modality(values)
    if display is not None:
        grey = display(shown)
    elif int(dataset.get("BitsStored") or 16) <= 8 and modality is _as_stored and values.min() >= 0:
        grey = shown.astype(np.float32)
    else:
        black, white = automatic_window(modality(stored), None if padding is None else ~padding)
        grey = linear(shown, black, white)
        notes.append(f"No window in the header: {black:g} to {white:g} shown as black to white.")
    return WHITE - grey if _inverted(dataset, notes) else grey


def _as_stored(values: np.ndarray) -> np.ndarray:
    return values


def _modality(dataset: Any, notes: list[str]) -> Any:
    table = _look_up_table(dataset.get("ModalityLUTSequence"))
    if table:
        return table
    slope, intercept = _number(dataset, "RescaleSlope", 1.0), _number(dataset, "RescaleIntercept", 0.0)
    if slope == 0.0:
        notes.append("RescaleSlope is 0: ignored.")
        slope = 1.0
    if (slope, intercept) == (1.0, 0.0):
        return _as_stored
    return lambda values: values * np.float64(slope) + intercept


def _voi(dataset: Any, choice: VoiChoice, notes: list[str]) -> Any:
    if isinstance(choice, tuple):
        return Window(*choice, function="LINEAR_EXACT")
    table = _look_up_table(dataset.get("VOILUTSequence"))
    if table and choice is None:
        return table.display
    windows = _windows(dataset)
    usable = [w for w in windows if w.usable]
    if len(usable) < len(windows):
        notes.append("A window without a positive width was ignored.")
    if not usable:
        return None
    return usable[min(choice or 0, len(usable) - 1)]


def _windows(dataset: Any) -> list[Window]:
    centers, widths = _numbers(dataset, "WindowCenter"), _numbers(dataset, "WindowWidth")
    function = str(dataset.get("VOILUTFunction") or "LINEAR").strip().upper()
    return [Window(c, w, function) for c, w in zip(centers, widths, strict=False)]


def _inverted(dataset: Any, notes: list[str]) -> bool:
    """MONOCHROME1 and PresentationLUTShape INVERSE say the same thing (DICOM PS3.3 C.8.11.3.1.2),
    so both together turn the film once."""
    if str(dataset.get("PhotometricInterpretation", "")).strip().upper() == "MONOCHROME1":
        notes.append("Polarity turned (MONOCHROME1).")
        return True
    if str(dataset.get("PresentationLUTShape", "")).strip().upper() == "INVERSE":
        notes.append("Polarity turned (PresentationLUTShape INVERSE).")
        return True
    return False


def _look_up_table(sequence: Any) -> LookUpTable | None:
    if not sequence:
        return None
    item = sequence[0]
    count, first, bits = (int(v) for v in item.LUTDescriptor)
    count = count % 65536 or 65536
    data = item.LUTData
    if isinstance(data, (bytes, bytearray)):
        kind = np.uint8 if len(data) == count else np.dtype("<u2")
        values = np.frombuffer(data, kind)
    else:
        values = np.atleast_1d(np.asarray(data, np.int64)) & 0xFFFF
    return LookUpTable(values[:count].astype(np.float64), first, bits)


def _padding(dataset: Any, stored: np.ndarray) -> np.ndarray | None:
    value = dataset.get("PixelPaddingValue")
    if value is None:
        return None
    limit = dataset.get("PixelPaddingRangeLimit", value)
    low, high = sorted((int(value), int(limit)))
    found = (stored >= low) & (stored <= high)
    edge = np.zeros_like(found)
    for axis in (0, 1):
        edge |= np.logical_and.accumulate(found, axis=axis)
        edge |= np.flip(np.logical_and.accumulate(np.flip(found, axis), axis=axis), axis)
    return edge if edge.any() else None


def _number(dataset: Any, name: str, default: float) -> float:
    values = _numbers(dataset, name)
    return values[0] if values else default


def _numbers(dataset: Any, name: str) -> list[float]:
    value = dataset.get(name)
    if value is None or value == "":
        return []
    try:
        return (
            [float(value)]
            if not hasattr(value, "__iter__") or isinstance(value, str)
            else [float(v) for v in value]
        )
    except (TypeError, ValueError):
        return []
