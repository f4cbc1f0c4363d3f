"""The fully connected CRF: one function, two engines."""

from __future__ import annotations

import numpy as np

from .parameters import CrfParameters

ENGINES = ("grid", "pydensecrf")
LEAST_PROBABILITY = 1e-5
"""Probabilities are raised to this before the logarithm, as pydensecrf's ``unary_from_softmax`` does."""


def dense_crf(
    grey_uint8: np.ndarray,
    probabilities: np.ndarray,
    *,
    engine: str = "grid",
    params: CrfParameters | None = None,
    device: str = "cpu",
) -> np.ndarray:
    """Refine class probabilities by the picture they were made from.

    ``grey_uint8`` is the picture ``[h, w]``, ``probabilities`` are floats ``[classes, h, w]`` that sum
    to one over the classes. Returns float32 ``[classes, h, w]`` that sum to one.

    ``engine`` is ``grid`` (own, needs numpy and scipy) or ``pydensecrf`` (the extra ``crf``). Both run
    the same mean field with symmetric normalization, the pixel itself counted among its neighbors as
    pydensecrf counts it. ``device`` is for the grid: ``cpu`` runs it in numpy, ``cuda`` or ``mps`` in torch
    there, and ``torch`` in torch on the CPU (slower than numpy: for comparing the two).

    Raises ``ValueError`` for shapes, types or names that do not fit and
    :class:`~cardiothorax.errors.ModelProblem` for an engine that is not installed.
    """
    params = CrfParameters() if params is None else params
    _check(grey_uint8, probabilities, engine, device)
    energies = -np.log(np.clip(probabilities, LEAST_PROBABILITY, 1.0)).astype(np.float32)
    scaled = params.at_width(grey_uint8.shape[1])
    if engine == "pydensecrf":
        from .lattice_engine import mean_field as lattice_mean_field

        return lattice_mean_field(grey_uint8, energies, scaled)
    from .grid_engine import mean_field

    return mean_field(grey_uint8, energies, scaled, device=device)


def _check(grey: np.ndarray, probabilities: np.ndarray, engine: str, device: str) -> None:
    if engine not in ENGINES:
        raise ValueError(f"engine must be one of {', '.join(ENGINES)}, but is {engine!r}")
    if device != "cpu" and engine != "grid":
        raise ValueError(f"{engine} runs on the CPU only, but the device is {device!r}")
    if grey.ndim != 2 or grey.size == 0 or grey.dtype != np.uint8:
        raise ValueError(f"the picture must be uint8 [h, w], but is {grey.dtype} {list(grey.shape)}")
    if probabilities.ndim != 3 or probabilities.shape[1:] != grey.shape or probabilities.shape[0] < 1:
        raise ValueError(
            f"probabilities must be [classes, {grey.shape[0]}, {grey.shape[1]}] as the picture is, "
            f"but are {list(probabilities.shape)}"
        )
    if not np.isfinite(probabilities).all():
        raise ValueError("probabilities must be finite, but some are NaN or infinite")
