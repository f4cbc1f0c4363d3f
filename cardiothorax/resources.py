"""Where the files that travel with the package are: models, samples, colors, terminologies."""

from __future__ import annotations

from pathlib import Path


def resources_folder() -> Path:
    """``_resources`` inside an installed package, ``Resources`` beside the package in the source tree."""
    package = Path(__file__).resolve().parent
    installed = package / "_resources"
    return installed if installed.is_dir() else package.parent / "Resources"


def resource(*parts: str) -> Path:
    """``resource("Models", "ctr-unet-slim", "model.json")``; the file need not exist."""
    return resources_folder().joinpath(*parts)
