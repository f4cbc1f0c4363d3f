"""Mean field of the dense CRF with its Gaussian kernels evaluated on a grid.

The smoothness kernel is a product of two Gaussians, one an axis: each is a band matrix, and nothing
is approximated but the tail. The appearance kernel is a Gaussian over position and intensity: pixels
are spread linearly on a coarse grid (splat), the grid is blurred along its three axes (blur), and pixels
read it back linearly (slice), after Chen, Paris and Durand, "Real-time edge-aware image processing with the
bilateral grid" (2007).

Both kernels K are normalized as D^-1/2 K D^-1/2 with D the row sums of K, the pixel itself among them:
pydensecrf's NORMALIZE_SYMMETRIC.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from .backend import Backend, open_backend
from .bilateral_grid import BilateralGrid
from .parameters import CrfParameters
from .smoothness import SmoothnessKernel


def mean_field(
    grey: np.ndarray, energies: np.ndarray, params: CrfParameters, *, device: str | None = None
) -> np.ndarray:
    """Marginals float32 ``[c, h, w]`` of energies ``[c, h, w]``; lengths are pixels of this picture."""
    backend = open_backend(device)
    kernels = _kernels(grey, params, backend)
    shape = energies.shape
    logits = backend.array(-energies.reshape(shape[0], -1))
    marginals = backend.softmax(logits)
    # All classes together send what a picture full of ones sends, so the last class needs no filtering.
    everything = _filtered(kernels, backend.array(np.ones((1, grey.size), np.float32)))
    for _ in range(params.iterations if kernels else 0):
        messages = _filtered(kernels, marginals[:-1])
        marginals = backend.updated(logits, messages, everything)
    return backend.to_numpy(marginals).reshape(shape)


def _kernels(grey: np.ndarray, params: CrfParameters, backend: Backend) -> list[Any]:
    kernels: list[Any] = []
    if params.smoothness_weight > 0:
        kernels.append(
            SmoothnessKernel(grey.shape, params.smoothness_sigma_px, params.smoothness_weight, backend)
        )
    if params.appearance_weight > 0:
        kernels.append(
            BilateralGrid(
                grey, params.appearance_sigma_px, params.appearance_sigma_grey, params.appearance_weight, backend
            )
        )
    return kernels


def _filtered(kernels: list[Any], values: Any) -> Any:
    return sum(kernel.apply(values) for kernel in kernels)
