"""Films as bad rooms, detectors and archives make them, to measure how the network stands up to them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy import ndimage

from ..errors import CardiothoraxError
from ..imaging.image import Image
from .validation import Change


def change_named(name: str) -> Change | None:
    """``None`` for ``none``; an unknown name lists the known ones."""
    if name == "none":
        return None
    if name not in CHANGES:
        raise CardiothoraxError(f"There is no change {name!r}.", f"Known: none, {', '.join(CHANGES)}.")
    return CHANGES[name]


def _on(film: Image, grey: np.ndarray) -> Image:
    return replace(film, array=np.clip(grey, 0, 255).astype(np.float32))


def _inverted(film: Image) -> Image:
    return _on(film, 255 - film.array)


def _dark(film: Image) -> Image:
    return _on(film, 255 * (film.array / 255) ** 2.5 * 0.6)


def _washed_out(film: Image) -> Image:
    return _on(film, 255 * (film.array / 255) ** 0.4)


def _flat(film: Image) -> Image:
    """Twelve grey levels around the middle."""
    return _on(film, np.round(film.array / 255 * 12) + 120)


def _noisy(film: Image) -> Image:
    noise = np.random.default_rng(0).standard_normal(film.array.shape)
    return _on(film, film.array + 20 * noise)


def _blurred(film: Image) -> Image:
    sigma = max(film.array.shape) / 300
    return _on(film, ndimage.gaussian_filter(film.array, (0, sigma, sigma)))


def _border(film: Image) -> Image:
    """A white frame on two sides and a black one on the others, as scanners leave them."""
    grey = film.array.copy()
    rows, columns = grey.shape[1:]
    grey[:, : rows // 40], grey[:, -(rows // 50) :] = 255, 0
    grey[:, :, : columns // 50], grey[:, :, -(columns // 40) :] = 0, 255
    return _on(film, grey)


def _shaded(film: Image) -> Image:
    """Illumination falling off from left to right."""
    fall = np.linspace(1.25, 0.55, film.array.shape[2])
    return _on(film, film.array * fall)


CHANGES: dict[str, Change] = {
    "inverted": _inverted,
    "dark": _dark,
    "washed_out": _washed_out,
    "flat": _flat,
    "noisy": _noisy,
    "blurred": _blurred,
    "border": _border,
    "shaded": _shaded,
}
