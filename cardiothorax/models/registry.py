"""The models on this machine: those that are shipped and those that the user added."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import zipfile
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path

from ..errors import ModelProblem
from ..resources import resource
from .card import CARD_FILE, ONNX_FILE, WEIGHTS_FILE, Card, card_from_json, card_to_json, read_card
from .checksums import verify

DEFAULT_BY_TASK = {
    "calcium": "calcium-cacnet-slim",
    "ctr": "ctr-unet-slim",
    "radiograph-gate": "frontal-gate",
}
OVERRIDE = "CARDIOTHORAX_MODELS"
MODEL_FILES = (CARD_FILE, WEIGHTS_FILE, ONNX_FILE)
LARGEST_FILE_BYTES = 2 << 30
"""A zip that unpacks to more than this is refused: it is no model."""


@dataclass(frozen=True)
class ModelEntry:
    """A model folder. ``card`` is None and ``problem`` says why when the card cannot be used."""

    name: str
    folder: Path
    shipped: bool
    card: Card | None
    problem: str = ""

    def checked_card(self, task: str | None = None) -> Card:
        """The card; :class:`ModelProblem` when it is broken, or of another task."""
        card = self.card or read_card(self.folder)
        if task is not None and card.task != task:
            raise ModelProblem(f"The model {card.name} is made for the task {card.task!r}, not for {task!r}.")
        return card


def user_folder() -> Path:
    """Where added models are kept; the environment variable ``CARDIOTHORAX_MODELS`` overrides it."""
    if os.environ.get(OVERRIDE):
        return Path(os.environ[OVERRIDE]).expanduser()
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    return base / "cardiothorax" / "models"


def list_models(task: str | None = None) -> tuple[ModelEntry, ...]:
    """Shipped models first, then added ones, each by name; broken ones are listed with their problem."""
    entries = []
    for root, shipped in ((resource("Models"), True), (user_folder(), False)):
        if root.is_dir():
            folders = sorted(f for f in root.iterdir() if (f / CARD_FILE).is_file() and f.name[0] != ".")
            entries += [_entry(folder, shipped) for folder in folders]
    return tuple(e for e in entries if task is None or e.card is None or e.card.task == task)


def find_model(name_or_path: str | Path | None = None, *, task: str = "ctr") -> ModelEntry:
    """By name, or by the path of a model's folder or of any of its files; None: the default of the task."""
    if name_or_path is None or str(name_or_path) in ("", "default"):
        if task not in DEFAULT_BY_TASK:
            raise ModelProblem(
                f"There is no default model for the task {task!r}.",
                "Add one with 'cardiothorax models add' and name it, or do without a network.",
            )
        name_or_path = DEFAULT_BY_TASK[task]
    entries = list_models()
    for entry in entries:
        if entry.name == str(name_or_path):
            return entry
    path = Path(name_or_path)
    if path.is_dir() or path.is_file():
        return _entry_at(path)
    raise _unknown(str(name_or_path), entries)


def card_with_weights(sha256: str, *, task: str) -> Card | None:
    """The card of the model with these weights, as a result names them; None where this computer has it
    no more, or in another version."""
    for entry in list_models(task):
        if sha256 and entry.card and sha256 in (entry.card.weights_sha256, entry.card.onnx_sha256):
            return entry.card
    return None


def add_model(source: Path | str, *, name: str | None = None) -> ModelEntry:
    """Copy a model (folder or zip) into the user's folder: whole and verified, or not at all.

    ``name`` takes the place of the card's: a network that was trained anew is often named like a shipped one.
    """
    path = Path(source)
    root = user_folder()
    try:
        root.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".adding-", dir=root))
    except OSError as problem:
        raise ModelProblem(f"{root} cannot be written: {problem.strerror or problem}.") from problem
    try:
        if path.is_dir():
            _copy_folder(path, staging)
        elif path.is_file() and zipfile.is_zipfile(path):
            _unpack(path, staging)
        else:
            raise ModelProblem(f"{path} is neither a model's folder nor a zip of one.")
        card = read_card(staging)
        if name is not None:
            card = card_from_json(card_to_json(replace(card, name=name)), origin=f"The name {name!r}")
            (staging / CARD_FILE).write_text(card_to_json(card), encoding="utf-8")
        _check_free(card.name)
        verify_model(ModelEntry(card.name, staging, False, card))
        os.replace(staging, root / card.name)
    except OSError as problem:
        wrong = f"{path} could not be copied to {root}: {problem.strerror or problem}."
        raise ModelProblem(wrong, "Check free space and permissions.") from problem
    finally:
        shutil.rmtree(staging, ignore_errors=True)
    return _entry(root / card.name, shipped=False)


def remove_model(name: str) -> Path:
    """Delete an added model and return where it was. Shipped models stay."""
    entry = find_model(name)
    if entry.shipped or entry.folder.parent != user_folder():
        raise ModelProblem(f"{name} was not added by you: only added models can be removed.")
    shutil.rmtree(entry.folder)
    return entry.folder


def verify_model(entry: ModelEntry) -> tuple[str, ...]:
    """Check card and checksums and return the verified files; :class:`ModelProblem` otherwise."""
    card = entry.checked_card()
    sums = {WEIGHTS_FILE: card.weights_sha256, ONNX_FILE: card.onnx_sha256}
    present = [name for name, total in sums.items() if total or (entry.folder / name).exists()]
    if not present:
        raise ModelProblem(f"{entry.folder} has neither {ONNX_FILE} nor {WEIGHTS_FILE}.")
    for name in present:
        verify(entry.folder / name, sums[name])
    return tuple(present)


def _entry(folder: Path, shipped: bool) -> ModelEntry:
    try:
        card = read_card(folder)
    except ModelProblem as problem:
        return ModelEntry(folder.name, folder, shipped, None, str(problem))
    return ModelEntry(card.name, folder, shipped, card)


def _entry_at(path: Path) -> ModelEntry:
    if path.is_file() and path.name not in MODEL_FILES:
        hint = (
            "Add it first: cardiothorax models add FILE.zip."
            if path.suffix.lower() == ".zip"
            else (f"A model is a folder with {CARD_FILE} and its weights; give the folder.")
        )
        raise ModelProblem(f"{path} is not a model.", hint)
    folder = (path if path.is_dir() else path.parent).resolve()
    card = read_card(folder)
    return ModelEntry(card.name, folder, False, card)


def _unknown(name: str, entries: tuple[ModelEntry, ...]) -> ModelProblem:
    names = [entry.name for entry in entries]
    close = get_close_matches(name, names, n=1)
    if close:
        return ModelProblem(f"There is no model {name!r}.", f"Did you mean {close[0]!r}?")
    known = ", ".join(names) if names else f"none (looked in {resource('Models')} and {user_folder()})"
    return ModelProblem(f"There is no model {name!r}.", f"Models on this machine: {known}.")


def _check_free(name: str) -> None:
    taken = next((e for e in list_models() if e.name == name), None)
    if taken is not None:
        remove = f"Remove it first: cardiothorax models remove {name}."
        hint = "Give it another name with --name." if taken.shipped else remove
        raise ModelProblem(f"There is already a model {name!r} in {taken.folder}.", hint)


def _copy_folder(source: Path, target: Path) -> None:
    for name in MODEL_FILES:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)


def _unpack(source: Path, target: Path) -> None:
    """Only the model's own files, by their last name: a zip cannot write anywhere else."""
    try:
        with zipfile.ZipFile(source) as archive:
            cards = [m for m in archive.namelist() if Path(m).name == CARD_FILE]
            if len(cards) != 1:
                raise ModelProblem(f"{source} holds {len(cards)} files {CARD_FILE}, expected one.")
            inside = cards[0][: -len(CARD_FILE)]
            for name in MODEL_FILES:
                if inside + name not in archive.namelist():
                    continue
                if archive.getinfo(inside + name).file_size > LARGEST_FILE_BYTES:
                    raise ModelProblem(f"{name} in {source} is larger than any model's.")
                with archive.open(inside + name) as packed, open(target / name, "wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
    except (zipfile.BadZipFile, RuntimeError, EOFError) as problem:
        raise ModelProblem(f"{source} cannot be unpacked: {problem}.") from problem
