"""What turns probabilities into a mask that a reader accepts: dense CRF, then clean labels."""

from .dense import dense_crf
from .fit import Example, Fit, Trial, fit_parameters
from .labels import Cleaning, OrganCleaning, clean_labels, clean_labels_with_report
from .parameters import CrfParameters

__all__ = [
    "Cleaning",
    "CrfParameters",
    "Example",
    "Fit",
    "OrganCleaning",
    "Trial",
    "clean_labels",
    "clean_labels_with_report",
    "dense_crf",
    "fit_parameters",
]
