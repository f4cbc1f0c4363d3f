"""Listing, finding, adding, verifying and removing models."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from cardiothorax.errors import ModelProblem
from cardiothorax.models import (
    add_model,
    find_model,
    list_models,
    open_model,
    registry,
    remove_model,
    verify_model,
)
from Testing.unit.models.small_models import FILES


def test_an_added_model_is_listed_found_verified_and_removed(exported, own_models):
    entry = add_model(exported)
    assert entry.folder == own_models / "test-net"
    assert not entry.shipped
    assert sorted(p.name for p in entry.folder.iterdir()) == FILES
    assert "test-net" in [e.name for e in list_models("ctr")]
    assert verify_model(find_model("test-net")) == ("weights.safetensors", "model.onnx")
    assert open_model("test-net", device="cpu").card.name == "test-net"
    remove_model("test-net")
    assert "test-net" not in [e.name for e in list_models()]
    assert list(own_models.iterdir()) == []


@pytest.mark.parametrize("inside", ["", "download/test-net/"])
def test_a_zip_is_added_wherever_the_model_lies_in_it(exported, own_models, tmp_path, inside):
    file = tmp_path / "m.zip"
    with zipfile.ZipFile(file, "w") as archive:
        for path in exported.iterdir():
            archive.write(path, inside + path.name)
        archive.writestr(inside + "../../evil.txt", "out of the folder")
        archive.writestr(inside + "setup.py", "code")
    entry = add_model(file)
    assert sorted(p.name for p in entry.folder.iterdir()) == FILES
    assert not list(tmp_path.rglob("evil.txt"))


def test_a_damaged_model_is_not_added_and_leaves_nothing(copied, own_models):
    (copied / "model.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelProblem, match="sha256"):
        add_model(copied)
    assert list(own_models.iterdir()) == []


@pytest.mark.parametrize("make", ["text", "empty zip", "cut zip", "folder"])
def test_what_is_no_model_is_not_added(own_models, tmp_path, exported, make):
    source = tmp_path / "source"
    if make == "text":
        source.write_text("hello")
    elif make == "folder":
        source.mkdir()
    else:
        with zipfile.ZipFile(source, "w") as archive:
            if make == "cut zip":
                archive.write(exported / "model.json", "model.json")
                archive.write(exported / "model.onnx", "model.onnx")
        if make == "cut zip":
            data = bytearray(source.read_bytes())
            data[5000:6000] = b"\0" * 1000
            source.write_bytes(data)
    with pytest.raises(ModelProblem):
        add_model(source)
    assert list(own_models.iterdir()) == []


def test_a_name_that_is_taken_is_not_overwritten(exported, own_models):
    add_model(exported)
    with pytest.raises(ModelProblem, match="already a model 'test-net'") as caught:
        add_model(exported)
    assert "cardiothorax models remove test-net" in caught.value.hint


def test_shipped_models_and_models_elsewhere_are_not_removed(exported, own_models):
    shipped = [entry for entry in list_models() if entry.shipped]
    assert shipped
    for name in (shipped[0].name, str(exported)):
        with pytest.raises(ModelProblem, match="was not added by you"):
            remove_model(name)
    assert (exported / "model.json").exists()


def test_a_broken_model_is_listed_with_its_problem(exported, own_models):
    folder = add_model(exported).folder
    (folder / "model.json").write_text("{")
    entry = next(e for e in list_models() if e.folder == folder)
    assert entry.card is None
    assert "not valid JSON" in entry.problem
    remove_model("test-net")
    assert not folder.exists()


def test_a_mistyped_name_is_guessed_and_an_unknown_one_lists_what_is_here(exported, own_models):
    add_model(exported)
    with pytest.raises(ModelProblem) as caught:
        open_model("tset-net")
    assert caught.value.hint == "Did you mean 'test-net'?"
    with pytest.raises(ModelProblem) as caught:
        open_model("zzz")
    assert "test-net" in caught.value.hint


def test_a_zip_given_as_a_model_says_how_to_add_it(tmp_path):
    (tmp_path / "m.zip").write_bytes(b"PK")
    with pytest.raises(ModelProblem) as caught:
        find_model(tmp_path / "m.zip")
    assert "cardiothorax models add" in caught.value.hint


def test_the_default_of_each_task_is_shipped():
    for task, name in registry.DEFAULT_BY_TASK.items():
        entry = find_model(None, task=task)
        assert (entry.name, entry.shipped) == (name, True)
        assert verify_model(entry)


@pytest.mark.parametrize(
    ("system", "variables", "expected"),
    [
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/cardiothorax/models"),
        ("linux", {}, "~/.local/share/cardiothorax/models"),
        ("darwin", {}, "~/Library/Application Support/cardiothorax/models"),
        ("win32", {"LOCALAPPDATA": "/local"}, "/local/cardiothorax/models"),
    ],
)
def test_the_users_folder_is_where_the_system_keeps_such_data(monkeypatch, system, variables, expected):
    for name in ("CARDIOTHORAX_MODELS", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(registry.sys, "platform", system)
    assert registry.user_folder() == Path(expected).expanduser()
