"""Weights are used only when they are the ones that the card describes."""

from __future__ import annotations

import hashlib
from pathlib import Path

from ..errors import ModelProblem


def sha256_of(file: Path) -> str:
    try:
        with open(file, "rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except FileNotFoundError as problem:
        raise ModelProblem(f"{file} is missing.", "Add the model again.") from problem
    except OSError as problem:
        raise ModelProblem(f"{file} cannot be read: {problem.strerror or problem}.") from problem


def verify(file: Path, expected: str) -> None:
    """:class:`ModelProblem` naming both sums unless ``file`` has the sum of the card."""
    found = sha256_of(file)
    if not expected:
        raise ModelProblem(f"The card beside {file} has no checksum for it.", "Export the model again.")
    if found != expected:
        raise ModelProblem(
            f"{file} is not the file that its card describes: sha256 is {found}, the card says {expected}.",
            "The file is damaged or was exchanged: add the model again from a source you trust.",
        )
