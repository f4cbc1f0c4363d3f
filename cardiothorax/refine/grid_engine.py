"""Mean field of the dense CRF with its Gaussian kernels evaluated on grids."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Backend, Tile, open_backend
from .kernels import AppearanceKernel, SmoothnessKernel
from .parameters import CrfParameters


def mean_field(
    grey: np.ndarray, energies: np.ndarray, params: CrfParameters, *, device: str = "cpu"
) -> np.ndarray:
    """Marginals float32 ``[c, h, w]`` of energies ``[c, h, w]``; lengths are pixels of this picture."""
    # The class that fills the picture, the background, goes last: see below.
    order = np.argsort(-energies.mean(axis=(1, 2)), kind="stable")
    energies = energies[order]
    if len(energies) == 1:
        return np.ones(energies.shape, np.float32)
    with open_backend(device) as backend:
        kernels = _kernels(grey, params, backend)
        # Log-odds against the last class. What it sends need not be filtered: all classes together send
        # what a picture full of ones sends.
        odds = backend.array(energies[-1] - energies[:-1])
        marginals = backend.empty(odds.shape)
        _update(marginals, odds, [], backend)
        if kernels and params.iterations:
            ones, sums = backend.array(np.ones((1, *grey.shape), np.float32)), backend.empty((1, *grey.shape))
            for kernel in kernels:
                kernel.apply(ones, sums)
                odds -= sums
            messages = [backend.empty(odds.shape) for _ in kernels]
            for _ in range(params.iterations):
                for kernel, message in zip(kernels, messages, strict=True):
                    kernel.apply(marginals, message)
                _update(marginals, odds, messages, backend)
        result = np.empty(energies.shape, np.float32)
        result[order[:-1]] = backend.to_numpy(marginals)
        result[order[-1]] = np.maximum(1.0 - result[order[:-1]].sum(axis=0), 0.0)
    return result


def _update(marginals: Any, odds: Any, messages: list[Any], backend: Backend) -> None:
    """Set ``marginals`` from log-odds and the messages of each kernel, all ``[c - 1, h, w]``."""

    def update(tile: Tile) -> None:
        part = (slice(None), *tile)
        logits = odds[part] + 0.0
        if messages:
            received = messages[0][part]
            for message in messages[1:]:
                received = received + message[part]
            logits += received
            logits += received.sum(0)
        marginals[part] = backend.softmax(logits)

    backend.each(update, backend.tiles(odds.shape[1:]))


def _kernels(grey: np.ndarray, params: CrfParameters, backend: Backend) -> list[Any]:
    kernels: list[Any] = []
    if params.smoothness_weight > 0:
        kernels.append(
            SmoothnessKernel(grey.shape, params.smoothness_sigma_px, params.smoothness_weight, backend)
        )
    if params.appearance_weight > 0:
        kernels.append(
            AppearanceKernel(
                grey,
                params.appearance_sigma_px,
                params.appearance_sigma_grey,
                params.appearance_weight,
                backend,
            )
        )
    return kernels
