"""A worker process that does what it should: steps, results, cancelling, closing."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.errors import Cancelled, UnreadableImage, WorkerProblem
from cardiothorax.jobs import Problem, Progressed, Result, Worker
from Testing.unit.jobs.waiting import (
    TASK,
    UNIT_FOLDER,
    alive,
    folders_of,
    outcome,
    posix_only,
    submit,
    until,
    wait_for,
)

LONGEST_CANCEL_SECONDS = 0.5


def test_a_job_reports_steps_and_gives_values_and_arrays(worker):
    film = np.arange(12, dtype=np.float32).reshape(3, 4)
    number = submit(worker, "double", {"film": film, "labels": np.ones((2, 2), np.uint8)})
    messages = until(worker, (Result, Problem))
    steps = [m for m in messages if isinstance(m, Progressed)]
    assert [(m.fraction, m.step) for m in steps] == [(i / 4, f"Step {i + 1} of 4") for i in range(4)]
    assert [m.seconds_left is None for m in steps] == [True, True, False, False]
    result = messages[-1]
    assert isinstance(result, Result)
    assert result.job == number
    assert result.values["sum"] == 66 + 4
    np.testing.assert_array_equal(result.arrays["film"], film * 2)
    assert result.arrays["film"].dtype == np.float32
    assert result.arrays["labels"].dtype == np.uint8
    assert not worker.running


def test_the_second_job_runs_in_the_same_warm_process(worker):
    submit(worker, "double")
    first = outcome(worker).values["pid"]
    submit(worker, "double")
    assert outcome(worker).values["pid"] == first == worker.process_id


def test_run_waits_and_tells_progress(worker):
    steps = []
    result = worker.run(TASK, {"do": "double"}, progress=lambda fraction, step: steps.append(step))
    assert result.values["sum"] == 0
    assert steps[0] == "Step 1 of 4"


def test_nothing_of_a_finished_job_stays_on_the_disk(worker):
    submit(worker, "double", {"film": np.zeros(10)})
    outcome(worker)
    assert folders_of(worker) == ["log.txt"]


def test_submit_and_poll_never_wait(worker):
    start = time.monotonic()
    submit(worker, "sleep")
    worker.poll()
    assert time.monotonic() - start < 0.5


def test_a_second_job_is_refused_while_one_runs(worker):
    submit(worker, "sleep")
    with pytest.raises(WorkerProblem, match="busy"):
        submit(worker, "double")


def test_a_temporary_folder_with_any_letters(tmp_path, monkeypatch):
    folder = tmp_path / "Müller 雨 x"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    with Worker() as worker:
        assert worker._folder.parent == folder
        submit(worker, "double", {"film": np.ones(3)})
        assert outcome(worker).values["sum"] == 3
    assert list(folder.iterdir()) == []


def test_an_error_of_the_task_arrives_as_it_was_raised(worker):
    submit(worker, "unreadable")
    error = outcome(worker).error
    assert type(error) is UnreadableImage
    assert (error.message, error.hint) == ("film.dcm is cut short.", "Copy it again.")
    with pytest.raises(UnreadableImage):
        worker.run(TASK, {"do": "unreadable"})


# -- cancelling and closing ---------------------------------------------------------------------------


@posix_only
@pytest.mark.parametrize("ignore_sigterm", [False, True])
def test_cancel_ends_the_process_and_all_it_started(worker, tmp_path, ignore_sigterm):
    note = tmp_path / "pid"
    submit(worker, "sleep", ignore_sigterm=ignore_sigterm, grandchild_file=str(note))
    until(worker, Progressed)
    wait_for(lambda: note.exists() and note.read_text())
    child, grandchild = worker.process_id, int(note.read_text())
    start = time.monotonic()
    worker.cancel()
    assert time.monotonic() - start < LONGEST_CANCEL_SECONDS
    messages = worker.poll()
    assert [type(m.error) for m in messages] == [Cancelled]
    assert not worker.running
    wait_for(lambda: not alive(child) and not alive(grandchild), seconds=LONGEST_CANCEL_SECONDS)


def test_after_cancel_the_next_job_runs_in_a_new_process(worker):
    submit(worker, "double")
    before = outcome(worker).values["pid"]
    submit(worker, "sleep")
    until(worker, Progressed)
    worker.cancel()
    worker.poll()
    submit(worker, "double")
    messages = until(worker, (Result, Problem))
    assert messages[-1].values["pid"] != before
    assert {m.job for m in messages} == {3}


def test_cancel_without_a_job_does_nothing(worker):
    worker.cancel()
    assert worker.poll() == []
    submit(worker, "double")
    outcome(worker)
    pid = worker.process_id
    worker.cancel()
    worker.cancel()
    assert worker.poll() == []
    assert worker.process_id == pid


def test_closing_while_a_job_runs_leaves_nothing():
    worker = Worker()
    submit(worker, "sleep")
    until(worker, Progressed)
    pid, folder = worker.process_id, worker._folder
    worker.close()
    worker.close()
    assert worker.poll() == []
    assert not folder.exists()
    wait_for(lambda: not alive(pid))


def test_a_forgotten_worker_leaves_nothing():
    worker = Worker()
    submit(worker, "sleep")
    until(worker, Progressed)
    pid, folder = worker.process_id, worker._folder
    del worker
    gc.collect()
    wait_for(lambda: not alive(pid) and not folder.exists())


@posix_only
def test_when_the_application_is_killed_the_worker_goes_too(tmp_path):
    """The child notices that nobody holds the other end, and takes its folder along."""
    script = tmp_path / "application.py"
    script.write_text(
        "import time\n"
        "from cardiothorax.jobs import Worker\n"
        "worker = Worker()\n"
        f"worker.submit({TASK!r}, {{'do': 'sleep'}})\n"
        "while not worker.poll(): time.sleep(0.01)\n"
        "print(worker.process_id, worker._folder, flush=True)\n"
        "time.sleep(600)\n"
    )
    path = os.pathsep.join([str(Path(__file__).parents[3]), UNIT_FOLDER])
    application = subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    )
    pid, folder = application.stdout.readline().split(maxsplit=1)
    application.kill()
    application.communicate()
    wait_for(lambda: not alive(int(pid)) and not Path(folder.strip()).exists())
