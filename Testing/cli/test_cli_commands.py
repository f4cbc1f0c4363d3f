"""Help, demo and the models commands."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import zipfile

import pytest

from cardiothorax.cli.main import COMMANDS, SECTIONS
from cardiothorax.resources import resource

GATE = resource("Models", "frontal-gate")


def test_help_names_every_command_and_imports_none(cardiothorax):
    done = cardiothorax("--help")
    assert done.code == 0
    unwrapped = " ".join(done.out.split())
    for name, (_, text) in COMMANDS.items():
        assert f"  {name} " in done.out
        assert text in unwrapped
    code = (
        "import sys\nfrom cardiothorax.cli.main import main\n"
        "try: main(['--help'])\nexcept SystemExit: pass\n"
        "print({'numpy', 'rich', 'torch', 'SimpleITK', 'cardiothorax.cli.ctr'} & set(sys.modules))"
    )
    quick = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert quick.stdout.strip().endswith("set()")


def test_every_command_stands_in_one_section_of_the_help(cardiothorax):
    names = [name for section in SECTIONS.values() for name in section]
    assert names == list(COMMANDS)
    out = cardiothorax("--help").out
    places = [out.index(f"\n{title}:\n") for title in SECTIONS]
    assert places == sorted(places)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_by_an_example(cardiothorax, name):
    done = cardiothorax(name, "--help")
    assert done.code == 0, done.err
    text = done.out
    if "\nCommands:\n" in text and "xample" not in text:  # a group whose commands have the examples
        listed = text.split("\nCommands:\n")[1].splitlines()
        subs = [line.split()[0] for line in listed if line[:2] == "  " and line[2:3].strip()]
        text = "".join(cardiothorax(name, sub, "--help").out for sub in subs)
    examples = text.split("xample", 1)[-1]
    assert "xample" in text
    assert f"cardiothorax {name}" in examples


@pytest.mark.parametrize(
    ("group", "heading"), [([], "General"), (["models"], "Commands"), (["phantom"], "Commands")]
)
def test_without_a_command_the_help_is_shown(cardiothorax, group, heading):
    done = cardiothorax(*group)
    assert done.code == 2
    assert f"\n{heading}:\n" in done.err
    assert "Error" not in done.err


def test_debug_is_good_with_every_command(cardiothorax):
    done = cardiothorax("models", "info", "no-such-model", "--debug")
    assert done.code == 2
    assert "Traceback" in done.err
    assert "There is no model 'no-such-model'" in done.err


def test_version(cardiothorax):
    from cardiothorax import __version__

    assert cardiothorax("--version").out.strip() == f"cardiothorax, version {__version__}"


# -- demo --------------------------------------------------------------------------------------------


def test_demo_says_the_numbers_and_where_everything_is(cardiothorax, film):
    pytest.importorskip("jinja2", reason="needs the extra report")
    done = cardiothorax("demo", film, "--out", "shown")
    assert done.code == 0, done.err
    out = cardiothorax.folder / "shown"
    for name in ("report.html", "film.png", "film_labels.nrrd", "results.csv", "results.json"):
        assert (out / name).stat().st_size > 0
        assert name in done.out
    assert "CTR 0." in done.out
    assert "not a medical device" in done.out
    assert "True ratio of this synthesized film: 0." in done.out
    assert "<html" in (out / "report.html").read_text(encoding="utf-8")


def test_demo_of_a_film_that_is_not_there(cardiothorax):
    done = cardiothorax("demo", "gone.dcm")
    assert done.code == 3
    assert "gone.dcm" in done.err


# -- models ------------------------------------------------------------------------------------------


@pytest.fixture
def own_model(tmp_path):
    """The shipped gate under another name, as a folder to be added."""
    folder = tmp_path / "download"
    shutil.copytree(GATE, folder)
    card = json.loads((folder / "model.json").read_text(encoding="utf-8"))
    card["name"] = "my-gate"
    (folder / "model.json").write_text(json.dumps(card), encoding="utf-8")
    return folder


def test_shipped_models_are_listed_and_good(cardiothorax):
    listed = cardiothorax("models", "list")
    assert listed.code == 0
    assert "ctr-unet-slim" in listed.out
    assert "(shipped, default)" in listed.out
    assert "frontal-gate" not in cardiothorax("models", "list", "--task", "ctr").out
    verified = cardiothorax("models", "verify")
    assert verified.code == 0
    assert "ctr-unet-slim: good (weights.safetensors, model.onnx)" in verified.out


def test_info_shows_license_training_and_limits(cardiothorax):
    card = json.loads(resource("Models", "ctr-unet-slim", "model.json").read_text(encoding="utf-8"))
    done = cardiothorax("models", "info", "ctr-unet-slim")
    assert card["licence"] in done.out
    for limit in card["limits"]:
        assert limit in done.out
    for source in card["training"]["sources"]:
        assert source["name"] in done.out
    as_json = cardiothorax("models", "info", "ctr-unet-slim", "--json")
    shown = json.loads(as_json.out)
    assert card["input"].items() <= shown["input"].items(), "a shipped card may be older than a new field"
    assert {**shown, "input": card["input"]} == card


@pytest.mark.parametrize("zipped", [False, True])
def test_a_model_is_added_verified_and_removed(cardiothorax, own_model, zipped):
    source = own_model
    if zipped:
        source = own_model.with_suffix(".zip")
        with zipfile.ZipFile(source, "w") as archive:
            for path in own_model.iterdir():
                archive.write(path, f"my-gate/{path.name}")
    added = cardiothorax("models", "add", source)
    assert added.code == 0, added.err
    assert "License of its weights" in added.out
    assert "my-gate" in cardiothorax("models", "list").out
    assert cardiothorax("models", "verify", "my-gate").code == 0
    assert cardiothorax("models", "remove", "my-gate").code == 0
    assert "my-gate" not in cardiothorax("models", "list").out


def test_a_damaged_model_is_named_by_verify_and_not_added(cardiothorax, own_model):
    cardiothorax("models", "add", own_model)
    added = cardiothorax.folder / "added models" / "my-gate" / "model.onnx"
    added.write_bytes(added.read_bytes()[:-1] + b"\0")
    verified = cardiothorax("models", "verify")
    assert verified.code == 3
    assert "my-gate: " in verified.err
    assert "sha256 is" in verified.err
    assert "frontal-gate: good" in verified.out
    shutil.copy(added, own_model / "model.onnx")
    cardiothorax("models", "remove", "my-gate")
    again = cardiothorax("models", "add", own_model)
    assert again.code == 2
    assert "sha256 is" in again.err


def test_shipped_models_stay(cardiothorax):
    done = cardiothorax("models", "remove", "ctr-unet-slim")
    assert done.code == 2
    assert "was not added by you" in done.err
    assert (resource("Models", "ctr-unet-slim") / "model.json").exists()
