"""Mean field of the dense CRF with its Gaussian kernels evaluated on grids."""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Backend, Tile
from .kernels import AppearanceKernel, SmoothnessKernel
from .numpy_backend import NumpyBackend
from .parameters import CrfParameters

_STEP_SIGMAS = 0.67
"""Pixels that send may be this part of the narrowest kernel's sigma apart: sums of a Gaussian over samples
so close are those over every pixel to eight digits, and what is sent varies little between them."""
_MOST_STEP_PX = 3
"""Further apart saves nothing: what remains is the work that every pixel needs once."""
_LEAST_SENDERS = 256
"""Along each side of the picture. A smaller picture is quick enough with every pixel sending."""


def mean_field(
    grey: np.ndarray, energies: np.ndarray, params: CrfParameters, *, device: str = "cpu"
) -> np.ndarray:
    """Marginals float32 ``[c, h, w]`` of energies ``[c, h, w]``; lengths are pixels of this picture."""
    # The class that fills the picture, the background, goes last: see below.
    order = np.argsort(-energies.mean(axis=(1, 2)), kind="stable")
    energies = energies[order]
    if len(energies) == 1:
        return np.ones(energies.shape, np.float32)
    with _backend(device) as backend:
        step_px = _step_px(grey.shape, params)
        kernels = _kernels(grey, params, step_px, backend)
        # Log-odds against the last class. What it sends need not be filtered: all classes together send
        # what a picture full of ones sends.
        odds = backend.array(energies[-1] - energies[:-1])
        marginals = backend.empty(odds.shape)
        if kernels and params.iterations:
            _iterate(odds, marginals, kernels, params.iterations, step_px, backend)
        else:
            _update(marginals, odds, [], backend)
        result = np.empty(energies.shape, np.float32)
        result[order[:-1]] = backend.to_numpy(marginals)
        result[order[-1]] = np.maximum(1.0 - result[order[:-1]].sum(axis=0), 0.0)
    return result


def _iterate(
    odds: Any, marginals: Any, kernels: list[Any], iterations: int, step_px: int, backend: Backend
) -> None:
    """Set ``marginals`` by the mean field of the senders alone and a last update of all pixels, which only
    receives. Without steps that is the mean field of all pixels."""
    of_senders = (slice(None), slice(None, None, step_px), slice(None, None, step_px))
    sent = backend.empty(odds[of_senders].shape)
    _update(sent, odds[of_senders], [], backend)
    ones = backend.array(np.ones((1, *sent.shape[1:]), np.float32))
    sums = backend.empty((1, *odds.shape[1:]))
    for kernel in kernels:
        kernel.read(ones, sums)
        odds -= sums
    messages = [backend.empty(sent.shape) for _ in kernels]
    for _ in range(iterations - 1):
        for kernel, message in zip(kernels, messages, strict=True):
            kernel.apply(sent, message)
        _update(sent, odds[of_senders], messages, backend)
    messages = [backend.empty(odds.shape) for _ in kernels]
    for kernel, message in zip(kernels, messages, strict=True):
        kernel.read(sent, message)
    _update(marginals, odds, messages, backend)


def _step_px(shape: tuple[int, ...], params: CrfParameters) -> int:
    """How far apart the pixels are, along rows and columns, that send for all."""
    kernels_px = (
        (params.smoothness_sigma_px, params.smoothness_weight),
        (params.appearance_sigma_px, params.appearance_weight),
    )
    narrowest_px = min((sigma_px for sigma_px, weight in kernels_px if weight > 0), default=0.0)
    return max(1, min(int(_STEP_SIGMAS * narrowest_px), _MOST_STEP_PX, min(shape) // _LEAST_SENDERS))


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


def _kernels(grey: np.ndarray, params: CrfParameters, step_px: int, backend: Backend) -> list[Any]:
    kernels: list[Any] = []
    if params.smoothness_weight > 0:
        kernels.append(
            SmoothnessKernel(
                grey.shape, params.smoothness_sigma_px, params.smoothness_weight, step_px, backend
            )
        )
    if params.appearance_weight > 0:
        kernels.append(
            AppearanceKernel(
                grey,
                params.appearance_sigma_px,
                params.appearance_sigma_grey,
                params.appearance_weight,
                step_px,
                backend,
            )
        )
    return kernels


def _backend(device: str) -> Backend:
    """Numpy for ``cpu``, torch on the CPU for ``torch``, and torch on any other device that it names."""
    if device == "cpu":
        return NumpyBackend()
    from .torch_backend import TorchBackend

    return TorchBackend("cpu" if device == "torch" else device)
