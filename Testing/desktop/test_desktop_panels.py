"""The shared parts of panels with a task of their own: nothing in them is about films."""

from __future__ import annotations

import csv
from types import SimpleNamespace

import pytest

from Testing.desktop.drawn_executor import DrawnExecutor

COLUMNS = ("file", "letters", "first", "edited", "verdict", "flags", "error", "seconds")


@pytest.fixture
def ui(desktop):
    import ctk
    import qt

    return SimpleNamespace(
        statusLabel=qt.QLabel(), statusIcon=qt.QLabel(), detailsButton=qt.QPushButton(),
        batchFolderEdit=ctk.ctkPathLineEdit(), batchButton=qt.QPushButton(),
        batchProgressBar=qt.QProgressBar(), batchTable=qt.QTableWidget(),
        exportFolderEdit=ctk.ctkPathLineEdit(), exportButton=qt.QPushButton(),
        applyButton=qt.QPushButton(), progressBar=qt.QProgressBar(), locked=qt.QLineEdit(),
    )  # fmt: skip


@pytest.fixture
def status(ui):
    from cardiothorax.panels.status import StatusLine

    return StatusLine(ui)


def words():
    from dataclasses import fields

    from cardiothorax.panels.batch_words import BatchWords

    said = {field.name: field.name for field in fields(BatchWords)}
    said |= {"results": "results", "done": "{n} of {total}{rest}, {table}", "left": ", {n} left"}
    return BatchWords(**said)


def texts_task():
    """A task that counts the letters of text files; its nodes are a plain volume and text node."""
    import slicer

    from cardiothorax.errors import UnreadableImage
    from cardiothorax.panels.batch_task import BatchTask, Correction, Job

    class Texts(BatchTask):
        name, columns, titles = "texts", COLUMNS, ("Letters", "First")

        def find(self, folder, excluded):
            found = sorted(folder.glob("*.txt"))
            if not found:
                raise UnreadableImage(f"{folder.name}: no texts found there.")
            return found

        def job(self, settings):
            return Job({"times": settings}, {}, settings)

        def texts(self, row):
            return str(row["letters"]), row["first"]

        def read(self, place, result):
            return result["letters"], place.beside(".mark").exists()

        def show(self, place, content):
            nodes = SimpleNamespace(
                anchor=slicer.mrmlScene.AddNewNodeByClass("vtkMRMLTextNode", place.name),
                volume=slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", place.name),
                scene=slicer.mrmlScene,
            )
            return SimpleNamespace(nodes=nodes, letters=content[0], marked=content[1])

        def remove(self, nodes):
            slicer.mrmlScene.RemoveNode(nodes.anchor)

        def correction(self, study):
            letters = study.letters

            def write(place):
                place.beside(".mark").write_text(str(letters))

            return Correction({"letters": letters, "edited": True}, {"letters": letters}, write)

    task = Texts()
    task.words = words()
    return task


def measure(inputs):
    with open(inputs["file"], encoding="utf-8") as file:
        text = file.read()
    letters = len(text) * inputs["times"]
    row = {"letters": letters, "first": text[:1], "verdict": "ok", "flags": "a_b;c"}
    return {"row": row, "result": {"letters": letters}, "files": []}


@pytest.fixture
def batch(ui, status, tmp_path):
    from cardiothorax.panels.batch_panel import BatchPanel

    folder = tmp_path / "texts"
    folder.mkdir()
    for name in ("a", "bb", "ccc"):
        (folder / f"{name}.txt").write_text(name)
    opened = []
    panel = BatchPanel(
        ui, status, texts_task(),
        settings=lambda: 2, makeExecutor=lambda: DrawnExecutor(measure), onStudy=opened.append,
    )  # fmt: skip
    panel.opened = opened
    panel.folderField.path = folder
    panel.updateState()
    yield panel
    panel.close()


def run_through(desktop, panel):
    panel.ui.batchButton.click()
    assert desktop.process(until=lambda: not panel.running, timeout=30)
    desktop.check()


def rows_of(panel):
    with open(panel._run.out / "results.csv", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_batch_of_another_task_without_a_comparison(desktop, batch, ui):
    assert batch.agreement is None
    run_through(desktop, batch)
    assert ui.statusLabel.text == "3 of 3, results.csv"
    headers = [ui.batchTable.horizontalHeaderItem(n).text() for n in range(ui.batchTable.columnCount)]
    assert headers == ["title", "Letters", "First", "Verdict", "Flags"]
    assert [batch.table.text(1, n) for n in range(5)] == ["bb.txt", "4", "b", "ok", "a b, c"]


def test_a_row_opens_and_its_correction_is_written_and_resumed(desktop, batch):
    import slicer

    run_through(desktop, batch)
    before = slicer.mrmlScene.GetNumberOfNodes()
    batch.open(0)
    study = batch.opened[-1]
    assert (study.letters, study.marked) == (2, False)
    study.letters = 7
    batch.keepCorrection(study)
    assert batch.table.text(0, 1) == "7"
    batch.open(1)
    assert rows_of(batch)[0]["letters"] == "7"
    assert slicer.mrmlScene.GetNumberOfNodes() == before + 2, "one study at a time is in the scene"
    run_through(desktop, batch)
    batch.open(0)
    assert (batch.opened[-1].letters, batch.opened[-1].marked) == (7, True)


def test_a_study_that_is_not_the_open_row_changes_no_row(desktop, batch):
    run_through(desktop, batch)
    batch.open(0)
    other = SimpleNamespace(nodes=SimpleNamespace(anchor=object(), volume=object()), letters=99)
    batch.keepCorrection(other)
    batch.measuredAgain(other)
    assert not batch.saveCorrection()
    assert [row["letters"] for row in rows_of(batch)] == ["2", "4", "6"]


def test_a_correction_that_cannot_be_written_stays_to_be_written(desktop, batch, ui):
    run_through(desktop, batch)
    batch.open(0)
    study = batch.opened[-1]
    study.letters = 7
    batch.keepCorrection(study)
    table = batch._run.out / "results.csv"
    table.unlink()
    table.mkdir()  # as unwritable as a full disk
    (table / "in the way").touch()
    assert not batch.saveCorrection()
    assert "results.csv" in ui.statusLabel.text
    (table / "in the way").unlink()
    table.rmdir()
    assert batch.saveCorrection()
    assert rows_of(batch)[0]["letters"] == "7"


def test_settings_that_cannot_be_met_are_said(desktop, batch, ui, monkeypatch):
    from cardiothorax.panels.packages import PackagesMissing

    def fail(settings):
        raise PackagesMissing("Counting needs fingers.")

    monkeypatch.setattr(batch._task, "job", fail)
    ui.batchButton.click()
    assert not batch.running
    assert ui.statusLabel.text == "Counting needs fingers."


@pytest.mark.parametrize(
    ("files", "names"),
    [
        (["/data/a.dcm", "/data/b.dcm"], ["a.dcm", "b.dcm"]),
        (["/data/p1/SE1", "/data/p2/SE1", "/data/p2/SE2"], ["p1/SE1", "p2/SE1", "SE2"]),
        (["/p1/st/SE1", "/p2/st/SE1", "/p2/tt/SE1"], ["p1/st/SE1", "p2/st/SE1", "tt/SE1"]),
        (["SE1", "/p1/SE1"], ["SE1", "p1/SE1"]),
        (["/p1/SE1", "/p1/SE1"], ["/p1/SE1", "/p1/SE1"]),
        ([], []),
    ],
)
def test_a_row_is_named_as_briefly_as_tells_it_from_the_others(desktop, files, names):
    from cardiothorax.panels.batch_table import shortNames

    assert shortNames(files) == names


def test_models_and_what_may_be_chosen_instead(desktop, monkeypatch):
    import qt

    from cardiothorax.panels import models

    card = SimpleNamespace(version="2.0.0")
    found = [
        SimpleNamespace(name=name, card=None if name == "broken" else card) for name in ("b", "broken", "a")
    ]
    monkeypatch.setattr(models, "list_models", lambda task: tuple(found) if task == "texts" else ())
    combo, node = qt.QComboBox(), SimpleNamespace(model="")
    selector = models.ModelSelector(
        combo, "texts", lambda p: p.model, lambda p, name: setattr(p, "model", name), others=[("", "none")]
    )
    selector.setParameters(node)
    assert [combo.itemText(n) for n in range(combo.count)] == ["b 2.0.0", "a 2.0.0", "none"]
    assert combo.currentIndex == 2, "no model is a choice like the others"
    combo.currentIndex = 1
    assert node.model == "a"
    node.model = "gone"
    selector.setParameters(node)
    assert node.model == "b", "a model that the computer does not have gives way to the first"


def test_export_says_what_is_missing(desktop, ui, status, tmp_path):
    from cardiothorax.errors import StoreProblem
    from cardiothorax.panels.export_panel import ExportPanel, ExportTask, ExportWords

    class Files(ExportTask):
        folder = "Texts"
        words = ExportWords("export", "nothing yet", "choose first", "{count} files in {folder}")

        def choice(self, parameters):
            return parameters.files

        def write(self, review, folder, choice):
            if review == "full disk":
                raise StoreProblem("The disk is full.")
            return [folder / name for name in choice]

    settled = []
    reviewing = SimpleNamespace(review=None, settle=lambda: settled.append(True))
    node = SimpleNamespace(files=[], exportFolder=str(tmp_path / "out"), setValue=lambda name, text: None)
    panel = ExportPanel(ui, status, Files(), reviewing)
    panel.setParameters(node)
    for review, files, tip in (
        (None, ["a"], "nothing yet"),
        ("r", [], "choose first"),
        ("r", ["a"], "export"),
    ):
        reviewing.review, node.files = review, files
        panel.updateState()
        assert (ui.exportButton.toolTip, ui.exportButton.enabled) == (tip, tip == "export")
    panel.export()
    assert ui.statusLabel.text == "1 files in out"
    reviewing.review = "full disk"
    panel.export()
    assert "disk is full" in ui.statusLabel.text
    assert len(settled) == 2


@pytest.mark.parametrize(
    ("text", "name"), [("CT 3/4: früh", "CT_3_4__früh"), ("...", "study"), ("1.2.840.1", "1.2.840.1")]
)
def test_file_names_fit_every_system(desktop, text, name):
    from cardiothorax.panels.paths import fileName

    assert fileName(text, otherwise="study") == name
