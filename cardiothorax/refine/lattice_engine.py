"""The mean field of pydensecrf: the authors' own permutohedral lattice, compiled."""

from __future__ import annotations

import numpy as np

from ..errors import ModelProblem
from .parameters import CrfParameters


def mean_field(grey: np.ndarray, energies: np.ndarray, params: CrfParameters) -> np.ndarray:
    """Marginals float32 ``[c, h, w]`` of energies ``[c, h, w]``; lengths are pixels of this picture."""
    try:
        import pydensecrf.densecrf as densecrf
        from pydensecrf.utils import create_pairwise_bilateral, create_pairwise_gaussian
    except ImportError as problem:
        raise ModelProblem(
            f"The CRF engine pydensecrf is not installed ({problem}).",
            "Install it with: pip install 'cardiothorax[crf]' (needs a C++ compiler), or use engine grid.",
        ) from problem
    classes, height, width = energies.shape
    field = densecrf.DenseCRF(height * width, classes)
    field.setUnaryEnergy(np.ascontiguousarray(energies.reshape(classes, -1)))
    if params.smoothness_weight > 0:
        sigma_px = params.smoothness_sigma_px
        field.addPairwiseEnergy(
            create_pairwise_gaussian((sigma_px, sigma_px), (height, width)), compat=params.smoothness_weight
        )
    if params.appearance_weight > 0:
        # One intensity makes a lattice of three dimensions, not the five of a color picture.
        sigma_px = params.appearance_sigma_px
        features = create_pairwise_bilateral(
            (sigma_px, sigma_px), (params.appearance_sigma_grey,), grey[..., None], chdim=2
        )
        field.addPairwiseEnergy(features, compat=params.appearance_weight)
    return np.array(field.inference(params.iterations), np.float32).reshape(energies.shape)
