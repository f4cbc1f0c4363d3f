"""An exported model with random weights, and an empty folder for added models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cardiothorax.models import export
from cardiothorax.resources import resource
from Testing.unit.models.small_models import HAS_TORCH, make_card, random_network


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    """Exported with random weights; without torch, the shipped network under the same name."""
    folder = tmp_path_factory.mktemp("models") / "test-net"
    if HAS_TORCH:
        export(random_network(), make_card(), folder)
        return folder
    shutil.copytree(resource("Models", "ctr-unet-slim"), folder)
    card = folder / "model.json"
    card.write_text(card.read_text(encoding="utf-8").replace("ctr-unet-slim", "test-net"), encoding="utf-8")
    return folder


@pytest.fixture
def copied(exported, tmp_path):
    return Path(shutil.copytree(exported, tmp_path / "copy" / "test-net"))


@pytest.fixture
def own_models(tmp_path, monkeypatch):
    folder = tmp_path / "Modèles 模型"
    monkeypatch.setenv("CARDIOTHORAX_MODELS", str(folder))
    return folder
