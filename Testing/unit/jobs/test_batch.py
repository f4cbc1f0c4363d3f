"""Folders of studies: a row each, resumed, interrupted, killed, several at once."""

from __future__ import annotations

import csv
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cardiothorax.errors import StoreProblem
from cardiothorax.jobs import Batch, LocalExecutor, RowDone, StudyProgress, run_batch
from cardiothorax.jobs.batch import stem_of
from cardiothorax.jobs.journal import JOURNAL_FILE, Journal, study_key
from cardiothorax.jobs.messages import Result
from Testing.unit.jobs.waiting import UNIT_FOLDER, posix_only

TASK = "jobs.batch_task_for_tests"
COLUMNS = ("file", "value", "flags", "error", "seconds", "pid")


@pytest.fixture
def folder(tmp_path):
    return Studies(tmp_path)


class Studies:
    """A folder of studies, a place for results, and a note of what was computed."""

    def __init__(self, root):
        self.root, self.out, self.log = root, root / "Ergebnis ü", root / "computed.txt"

    def write(self, **words):
        for name, text in words.items():
            (self.root / f"{name}.txt").write_text(text, encoding="utf-8")
        return [self.root / f"{name}.txt" for name in words]

    def batch(self, files, **options):
        task_options = {"log": str(self.log), **options.pop("options", {})}
        return Batch(files, self.out, TASK, COLUMNS, options=task_options, **options)

    def run(self, files, **options):
        return run_batch(self.batch(files, **options))

    @property
    def computed(self):
        return self.log.read_text().split() if self.log.exists() else []

    @property
    def rows(self):
        with open(self.out / "results.csv", encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))


def test_a_row_a_study_in_the_order_of_the_inputs(folder):
    files = folder.write(b="2", a="1")
    report = folder.run(files)
    assert (report.total, report.finished, report.failed, report.resumed) == (2, 2, 0, 0)
    assert [(row["file"], row["value"], row["flags"], row["error"]) for row in folder.rows] == [
        (str(files[0]), "2.0", "a;b", ""),
        (str(files[1]), "1.0", "a;b", ""),
    ]
    assert all(float(row["seconds"]) >= 0 for row in folder.rows)
    kept = json.loads((folder.out / "results.json").read_text(encoding="utf-8"))
    assert [r["result"]["value"] for r in kept["results"]] == [2.0, 1.0]


def test_a_bad_study_costs_one_row(folder):
    report = folder.run(folder.write(a="1", b="bad", c="3"))
    assert report.failed == 1
    assert [row["error"] for row in folder.rows] == ["", "b.txt is not a film. Give another one.", ""]
    assert folder.rows[1]["value"] == ""


def test_a_file_that_is_not_there_costs_one_row(folder):
    report = folder.run([*folder.write(a="1"), folder.root / "gone.txt"])
    assert report.failed == 1
    assert "gone.txt cannot be read" in folder.rows[1]["error"]


def test_finished_studies_are_not_computed_again(folder):
    files = folder.write(a="1", b="2")
    folder.run(files)
    report = folder.run([*files, *folder.write(c="3")])
    assert folder.computed == ["a.txt", "b.txt", "c.txt"]
    assert (report.finished, report.resumed) == (3, 2)
    assert [row["value"] for row in folder.rows] == ["1.0", "2.0", "3.0"]


def test_failed_studies_are_tried_again(folder):
    files = folder.write(a="bad", b="2")
    folder.run(files)
    folder.run(files)
    assert folder.computed == ["a.txt", "b.txt", "a.txt"]


@pytest.mark.parametrize("change", ["content", "options", "fingerprint", "no resume"])
def test_what_changes_a_result_makes_it_computed_again(folder, change):
    (file,) = folder.write(a="1")
    folder.run([file])
    if change == "content":
        folder.write(a="5")
    folder.run(
        [file],
        options={"factor": 3} if change == "options" else {},
        fingerprint={"model": "other"} if change == "fingerprint" else {},
        resume=change != "no resume",
    )
    assert folder.computed == ["a.txt", "a.txt"]
    assert folder.rows[0]["value"] == {"content": "5.0", "options": "3.0"}.get(change, "1.0")


def test_a_study_that_was_renamed_is_known_by_its_content(folder):
    (file,) = folder.write(a="1")
    folder.run([file])
    renamed = file.rename(file.with_name("other.txt"))
    report = folder.run([renamed])
    assert report.resumed == 1
    assert folder.rows[0]["file"] == str(renamed)
    kept = json.loads((folder.out / "results.json").read_text(encoding="utf-8"))
    assert kept["results"][0]["result"]["source"] == "other.txt"


def test_copies_of_a_study_each_get_their_files(folder):
    files = folder.write(a="1", b="1")
    folder.run(files, options={"masks": True})
    assert {path.name for path in folder.out.glob("*.mask")} == {"a.txt.mask", "b.txt.mask"}
    assert folder.run(files, options={"masks": True}).resumed == 2
    assert folder.computed == ["a.txt", "b.txt"]


def test_a_study_whose_files_were_deleted_is_computed_again(folder):
    (file,) = folder.write(a="1")
    folder.run([file], options={"masks": True})
    (folder.out / "a.txt.mask").unlink()
    assert folder.run([file], options={"masks": True}).resumed == 0
    assert (folder.out / "a.txt.mask").is_file()


@posix_only
def test_a_study_whose_worker_was_killed_is_tried_once_more(folder):
    report = folder.run(folder.write(a="1", b="kill-once", c="3"))
    assert report.failed == 0
    assert folder.computed == ["a.txt", "b.txt", "b.txt", "c.txt"]


@posix_only
def test_a_study_that_kills_every_worker_costs_one_row(folder):
    report = folder.run(folder.write(a="1", b="kill", c="3"))
    assert report.failed == 1
    assert "killed" in folder.rows[1]["error"]
    assert [row["value"] for row in folder.rows] == ["1.0", "", "3.0"]


def test_a_study_over_its_time_costs_one_row(folder):
    executor = LocalExecutor(timeout_seconds=1.0)
    try:
        report = folder.run(folder.write(a="wait", b="2"), executor=executor)
    finally:
        executor.close()
    assert report.failed == 1
    assert "no result after 1 s" in folder.rows[0]["error"]
    assert folder.computed == ["a.txt", "b.txt"]


def test_several_at_once_use_several_processes(folder):
    files = folder.write(**{f"s{i}": str(i) for i in range(6)})
    executor = LocalExecutor(2)
    try:
        folder.run(files, executor=executor)
    finally:
        executor.close()
    assert [row["value"] for row in folder.rows] == [f"{i}.0" for i in range(6)]
    assert len({row["pid"] for row in folder.rows}) == 2


def test_polling_tells_steps_and_rows_and_never_waits(folder):
    batch = folder.batch(folder.write(a="1"))
    happened, longest = [], 0.0
    while not batch.finished:
        start = time.monotonic()
        happened += batch.poll()
        longest = max(longest, time.monotonic() - start)
        time.sleep(0.005)
    batch.close()
    assert [type(event) for event in happened] == [StudyProgress, RowDone]
    assert happened[0].step == "Reading"
    assert longest < 0.5


def test_rows_are_on_the_disk_while_the_batch_still_runs(folder):
    batch = folder.batch(folder.write(a="1", b="wait"))
    while not batch.done:
        batch.poll()
    assert [row["value"] for row in folder.rows] == ["1.0"]
    assert batch.seconds_left is not None
    batch.stop()
    report = batch.close()
    assert (report.finished, report.total) == (1, 2)
    assert [row["value"] for row in folder.rows] == ["1.0"]


def test_an_interrupted_batch_keeps_its_rows_and_goes_on(folder):
    files = folder.write(a="1", b="2", c="3")

    def interrupt(event):
        if isinstance(event, RowDone) and event.file.endswith("b.txt"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_batch(folder.batch(files), interrupt)
    assert [row["value"] for row in folder.rows] == ["1.0", "2.0"]
    report = folder.run(files)
    assert report.resumed == 2
    assert folder.computed.count("a.txt") == folder.computed.count("b.txt") == 1
    assert [row["value"] for row in folder.rows] == ["1.0", "2.0", "3.0"]


@posix_only
def test_a_batch_whose_whole_program_is_killed_goes_on(folder):
    files = folder.write(a="1", b="wait")
    script = (
        "import sys\n"
        "from cardiothorax.jobs import Batch, run_batch\n"
        "out, log, *files = sys.argv[1:]\n"
        f"run_batch(Batch(files, out, {TASK!r}, {COLUMNS!r}, options={{'log': log}}))\n"
    )
    path = os.pathsep.join([str(Path(__file__).parents[3]), UNIT_FOLDER])
    program = subprocess.Popen(
        [sys.executable, "-c", script, str(folder.out), str(folder.log), *map(str, files)],
        env={**os.environ, "PYTHONPATH": path},
    )
    end = time.monotonic() + 20
    while folder.computed != ["a.txt", "b.txt"]:
        assert time.monotonic() < end
        time.sleep(0.02)
    program.send_signal(signal.SIGKILL)
    program.wait()
    assert [row["value"] for row in folder.rows] == ["1.0"]
    folder.write(b="2")
    assert folder.run(files).resumed == 1
    assert [row["value"] for row in folder.rows] == ["1.0", "2.0"]


def test_a_last_line_cut_by_a_power_failure_is_dropped(folder):
    files = folder.write(a="1", b="2")
    folder.run(files)
    journal = folder.out / JOURNAL_FILE
    journal.write_bytes(journal.read_bytes()[:-30])
    assert folder.run(files).resumed == 1
    assert folder.run(files).resumed == 2
    assert folder.computed == ["a.txt", "b.txt", "b.txt"]


@pytest.mark.parametrize("masks", [False, True])
def test_a_correction_takes_the_results_place_and_is_resumed(folder, masks):
    """Also while others are computed, and for a task that leaves files of its own."""
    inputs = folder.write(a="1", b="2")
    batch = folder.batch(inputs, options={"masks": masks})
    while not isinstance((happened := batch.poll() or [None])[-1], RowDone):
        pass
    row = batch.correct(0, {"value": 7.5, "flags": "edited"}, {"value": 7.5})
    assert row["value"] == 7.5
    assert row["file"] == happened[-1].file
    batch.keep(0)
    assert [r["value"] for r in folder.rows] == ["7.5"], "in the table at once"
    run_batch(batch)
    assert [r["value"] for r in folder.rows] == ["7.5", "2.0"]
    resumed = folder.batch(inputs, options={"masks": masks})
    assert run_batch(resumed).resumed == 2
    assert [r["value"] for r in folder.rows] == ["7.5", "2.0"]
    assert resumed.studies[0].entry["result"] == {"value": 7.5}


def test_a_correction_after_the_end_is_in_both_tables(folder):
    batch = folder.batch(folder.write(a="1"))
    run_batch(batch)
    batch.correct(0, {"value": 3.0}, {"value": 3.0})
    batch.keep(0)
    assert folder.rows[0]["value"] == "3.0"
    kept = json.loads((folder.out / "results.json").read_text("utf-8"))["results"]
    assert kept[0]["result"] == {"value": 3.0}


def test_a_table_that_cannot_be_written_now_does_not_stop_the_run(folder, monkeypatch):
    """Another program holds it open (Windows): rows stay in the journal, the table comes at the end."""
    real_open = open

    def locked(file, mode="r", *args, **options):
        if str(file).endswith("results.csv") and mode == "a":
            raise PermissionError(13, "in use")
        return real_open(file, mode, *args, **options)

    monkeypatch.setattr("builtins.open", locked)
    folder.run(folder.write(a="1"))
    monkeypatch.undo()
    assert [row["value"] for row in folder.rows] == ["1.0"]


def test_a_folder_for_results_that_cannot_be_made_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreProblem, match="could not be written"):
        Batch([], tmp_path / "file" / "out", TASK, COLUMNS)


def test_studies_of_the_same_name_get_names_of_their_own(folder):
    files = [folder.root / patient / "film.dcm" for patient in ("p1", "p2")]
    names = [study.name for study in folder.batch([*files, files[0]]).studies]
    assert names[:2] == ["film", "p2-film"]
    assert len(set(names)) == 3


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("film.dcm", "film"),
        ("film.v2.PNG", "film.v2"),
        ("a.nii.gz", "a"),
        ("IM0001", "IM0001"),
        ("1.2.840.10008.5", "1.2.840.10008.5"),
        (".dcm", ".dcm"),
    ],
)
def test_the_name_of_output_files(name, stem):
    assert stem_of(Path(name)) == stem


def test_a_folder_counts_by_names_and_contents(tmp_path):
    (tmp_path / "a").write_text("1")
    first = study_key(tmp_path, {})
    assert study_key(tmp_path, {}) == first
    assert study_key(tmp_path, {"crf": "off"}) != first
    (tmp_path / "a").rename(tmp_path / "b")
    assert study_key(tmp_path, {}) != first


def test_the_journal_gives_back_what_it_was_given(tmp_path):
    journal = Journal(tmp_path)
    journal.add("k", {"row": {"value": 0.1 + 0.2, "file": "ü"}})
    again = Journal(tmp_path)
    assert again.entries == {"k": {"row": {"value": 0.1 + 0.2, "file": "ü"}}}


class CountingExecutor:
    """A cluster in small: any object with these names serves."""

    capacity = 3

    def __init__(self):
        self.jobs, self.most = {}, 0

    def submit(self, key, task, inputs):
        self.jobs[key] = inputs
        self.most = max(self.most, len(self.jobs))

    def poll(self):
        done, self.jobs = (self.jobs, {}) if len(self.jobs) == 3 else ({}, self.jobs)
        return [(k, Result(1, {"row": {"value": float(k)}, "result": None})) for k in done]

    def cancel(self):
        self.jobs.clear()

    def close(self):
        raise AssertionError("an executor that was given is not closed")


def test_any_executor_can_take_the_place_of_local_processes(folder):
    executor = CountingExecutor()
    folder.run(folder.write(**{f"s{i}": str(i) for i in range(6)}), executor=executor)
    assert [row["value"] for row in folder.rows] == [f"{i}.0" for i in range(6)]
    assert executor.most == 3
