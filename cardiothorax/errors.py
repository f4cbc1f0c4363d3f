"""Every error a user can meet: what is wrong with what, and what to do about it."""

from __future__ import annotations


class CardiothoraxError(Exception):
    """``message`` says what is wrong with what (file, tag, value); ``hint`` says what to do.

    Panels show both; the command line prints them on one line. ``code`` is stable and short.
    """

    code = "error"

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()

    def __reduce__(self) -> tuple[type, tuple[str, str]]:
        return type(self), (self.message, self.hint)


class UnreadableImage(CardiothoraxError):
    """The file is not an image, is cut short, or cannot be decoded."""

    code = "unreadable_image"


class UnsupportedImage(CardiothoraxError):
    """The file is an image, but not of a kind that this task measures."""

    code = "unsupported_image"


class GeometryProblem(CardiothoraxError):
    """Positions, spacing or orientation are missing or contradict each other."""

    code = "geometry_problem"


class ModelProblem(CardiothoraxError):
    """A model is missing, damaged, of another task, or cannot be run here."""

    code = "model_problem"


class WorkerProblem(CardiothoraxError):
    """The computing process died, was killed, ran out of memory or answered nonsense."""

    code = "worker_problem"


class StoreProblem(CardiothoraxError):
    """A result or correction could not be written or read back."""

    code = "store_problem"


class Cancelled(CardiothoraxError):
    """The reader stopped the run; nothing was changed."""

    code = "cancelled"

    def __init__(self, message: str = "Cancelled.", hint: str = "") -> None:
        super().__init__(message, hint)
