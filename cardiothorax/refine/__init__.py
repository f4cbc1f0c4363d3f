"""What turns probabilities into a mask that a reader accepts: dense CRF, then clean labels."""

from .dense import dense_crf
from .fit import Example, Fit, Trial, fit_parameters
from .labels import clean_labels
from .parameters import CrfParameters

__all__ = [
    "CrfParameters",
    "Example",
    "Fit",
    "Trial",
    "clean_labels",
    "dense_crf",
    "fit_parameters",
]
