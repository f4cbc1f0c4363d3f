"""An exported model with random weights, and an empty folder for added models."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from cardiothorax.models import export
from Testing.unit.models.small_models import make_card, random_network


@pytest.fixture(scope="session")
def exported(tmp_path_factory):
    pytest.importorskip("torch", reason="exporting needs the extra train")
    pytest.importorskip("onnx", reason="exporting needs the extra train")
    folder = tmp_path_factory.mktemp("models") / "test-net"
    export(random_network(), make_card(), folder)
    return folder


@pytest.fixture
def copied(exported, tmp_path):
    return Path(shutil.copytree(exported, tmp_path / "copy" / "test-net"))


@pytest.fixture
def own_models(tmp_path, monkeypatch):
    folder = tmp_path / "Modèles 模型"
    monkeypatch.setenv("CARDIOTHORAX_MODELS", str(folder))
    return folder
