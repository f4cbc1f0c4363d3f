"""The worker process as its users meet it: real child processes, well and badly behaved."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from cardiothorax.errors import Cancelled, UnreadableImage, WorkerProblem
from cardiothorax.jobs import Problem, Progressed, Result, Worker

TASK = "jobs.worker_tasks_for_tests"
UNIT_FOLDER = str(Path(__file__).parents[1])
LONGEST_CANCEL_SECONDS = 0.5
posix_only = pytest.mark.skipif(os.name != "posix", reason="uses POSIX signals")


@pytest.fixture(autouse=True)
def tasks_can_be_imported(monkeypatch):
    monkeypatch.setenv("PYTHONPATH", UNIT_FOLDER)


@pytest.fixture
def worker():
    with Worker() as worker:
        yield worker


def submit(worker, do, arrays=None, *, timeout_seconds=None, **inputs):
    return worker.submit(TASK, {"do": do, **inputs}, arrays, timeout_seconds=timeout_seconds)


def until(worker, kinds, seconds=20.0):
    """All messages up to the first of one of ``kinds``."""
    messages, end = [], time.monotonic() + seconds
    while time.monotonic() < end:
        messages += worker.poll()
        if any(isinstance(message, kinds) for message in messages):
            return messages
        time.sleep(0.005)
    raise AssertionError(f"no {kinds} within {seconds} s, only {messages}; log: {worker.log}")


def outcome(worker, seconds=20.0):
    return until(worker, (Result, Problem), seconds)[-1]


def wait_for(condition, seconds=5.0):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


def alive(pid):
    """Neither gone nor a zombie that nobody has collected yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except OSError:
        return False
    return state != "Z"


def folders_of(worker):
    return sorted(p.name for p in worker._folder.iterdir())


# -- it works ----------------------------------------------------------------------------------------


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


# -- cancelling and closing --------------------------------------------------------------------------


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


# -- dying, lying, hanging ---------------------------------------------------------------------------


@posix_only
def test_a_crash_is_a_problem_with_the_last_words(worker):
    submit(worker, "crash")
    problem = outcome(worker)
    assert isinstance(problem.error, WorkerProblem)
    assert "crashed (SIGSEGV)" in problem.error.message
    assert "about to crash" in problem.error.hint
    assert problem.process_lost
    submit(worker, "double")
    assert isinstance(outcome(worker), Result)


@posix_only
def test_kill_9_is_a_problem_that_names_memory(worker):
    submit(worker, "sleep")
    until(worker, Progressed)
    os.kill(worker.process_id, signal.SIGKILL)
    problem = outcome(worker)
    assert "killed" in problem.error.message
    assert "memory" in problem.error.message


@posix_only
def test_killed_between_two_jobs_nobody_notices(worker):
    submit(worker, "double")
    pid = outcome(worker).values["pid"]
    os.kill(pid, signal.SIGKILL)
    submit(worker, "double")
    result = outcome(worker)
    assert isinstance(result, Result)
    assert result.values["pid"] != pid


@pytest.mark.parametrize("code", [0, 7])
def test_a_process_that_leaves_in_mid_job_is_a_problem(worker, code):
    submit(worker, "exit_quietly", code=code)
    assert f"exit code {code}" in outcome(worker).error.message


def test_what_a_library_prints_or_reads_disturbs_nothing(worker):
    submit(worker, "chatter")
    result = outcome(worker)
    assert isinstance(result, Result)
    assert result.values == {"read": ""}
    assert "hello from a library" in worker.log


def test_out_of_memory_is_said_and_the_next_job_has_a_new_process(worker):
    worker.start()
    pid = worker.process_id
    submit(worker, "no_memory")
    assert "out of memory" in outcome(worker).error.message
    submit(worker, "double")
    assert outcome(worker).values["pid"] != pid


@posix_only
def test_a_full_disk_in_the_worker_is_said(worker):
    submit(worker, "full_disk")
    problem = outcome(worker)
    assert "disk is full" in problem.error.message


def test_a_full_disk_at_submitting_is_said_and_leaves_nothing(worker, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    worker.start()
    with monkeypatch.context() as patch:
        patch.setattr("cardiothorax.jobs.worker.pack_job", full)
        with pytest.raises(WorkerProblem, match="No space left"):
            submit(worker, "double")
    assert folders_of(worker) == ["log.txt"]
    submit(worker, "double")
    assert isinstance(outcome(worker), Result)


def test_a_fault_of_the_program_is_a_problem_with_its_traceback_in_the_log(worker):
    submit(worker, "fault")
    problem = outcome(worker)
    assert "KeyError" in problem.error.message
    assert any("worker_tasks_for_tests.py" in line for line in problem.log)


def test_a_result_that_is_not_a_number_is_a_problem(worker):
    submit(worker, "not_a_number")
    assert "unexpected error" in outcome(worker).error.message


def test_a_job_over_its_time_is_ended(worker):
    submit(worker, "sleep", timeout_seconds=0.6)
    problem = outcome(worker, seconds=10)
    assert "no result after 0.6 s" in problem.error.message
    assert worker.process_id is None


def test_an_unknown_task_guesses_what_was_meant(worker):
    worker.submit("ctrr", {})
    assert "Did you mean 'ctr'?" in outcome(worker).error.hint


def test_a_task_whose_package_is_missing_names_it(worker):
    worker.submit("no.such.module", {})
    assert "cannot be loaded" in outcome(worker).error.message


def test_an_interpreter_that_is_not_there():
    expected = pytest.raises(WorkerProblem, match="could not be started with /no/such/python")
    with Worker(python="/no/such/python") as worker, expected:
        submit(worker, "double")


def test_after_its_idle_time_the_process_goes_and_comes_back():
    with Worker(idle_seconds=0.3) as worker:
        submit(worker, "double")
        pid = outcome(worker).values["pid"]
        wait_for(lambda: not alive(pid))
        submit(worker, "double")
        assert outcome(worker).values["pid"] != pid


# -- fakes in the place of the worker ----------------------------------------------------------------


def fake(script):
    return Worker(command=[sys.executable, "-c", script])


def test_a_process_that_goes_idle_just_when_the_job_comes_is_started_again(tmp_path):
    """The fake takes the job and leaves as an idle worker does; the second start is the real one."""
    first = tmp_path / "first"
    script = (
        f"import os, sys, runpy, pathlib\n"
        f"first = pathlib.Path({str(first)!r})\n"
        f"if not first.exists():\n"
        f"    first.touch(); sys.stdin.readline(); os._exit(0)\n"
        f"from cardiothorax.jobs import worker_main\n"
        f"os._exit(worker_main.main(sys.argv[1:]))\n"
    )
    with fake(script) as worker:
        submit(worker, "double")
        assert isinstance(outcome(worker), Result)


def test_noise_before_the_protocol_is_logged_and_skipped():
    script = (
        "import os, sys\n"
        "print('Switch to module: Welcome'); sys.stdout.flush()\n"
        "from cardiothorax.jobs import worker_main\n"
        "os._exit(worker_main.main(sys.argv[1:]))\n"
    )
    with fake(script) as worker:
        submit(worker, "double")
        assert isinstance(outcome(worker), Result)
        assert "Switch to module: Welcome" in worker.log


@pytest.mark.parametrize(
    "answer",
    [
        "@cardiothorax {broken",
        '@cardiothorax {"no": "type"}',
        '@cardiothorax {"type": "result", "job": 1}',
        '@cardiothorax {"type": "result", "job": 1, "values": {}, "arrays": {"a": "gone.npy"}, "seconds": 1}',
        '@cardiothorax {"type": "progress", "job": 1, "fraction": "half", "step": ""}',
    ],
)
def test_nonsense_behind_the_mark_is_a_problem(answer):
    with fake(f"import time; print({answer!r}, flush=True); time.sleep(600)") as worker:
        submit(worker, "double")
        problem = outcome(worker)
        assert isinstance(problem.error, WorkerProblem)
        assert "nonsense" in problem.error.message
        assert worker.process_id is None


@posix_only
def test_an_array_that_is_a_pickle_is_not_loaded(tmp_path):
    """A result file is data, never code."""
    array = np.array([{"a": 1}], dtype=object)
    script = (
        "import json, pathlib, sys, time\n"
        "import numpy as np\n"
        "folder = pathlib.Path(sys.argv[1]) / 'job1'\n"
        "sys.stdin.readline()\n"
        "np.save(folder / 'out0.npy', np.array([{}], dtype=object), allow_pickle=True)\n"
        "message = dict(type='result', job=1, values={}, arrays={'a': 'out0.npy'}, seconds=1)\n"
        "print('@cardiothorax ' + json.dumps(message), flush=True); time.sleep(600)\n"
    )
    assert array.dtype == object
    with fake(script) as worker:
        submit(worker, "double")
        assert "nonsense" in outcome(worker).error.message


@posix_only
def test_a_dead_process_is_noticed_though_something_holds_its_pipe(tmp_path):
    note = tmp_path / "pid"
    script = (
        "import os, pathlib, subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(note)!r}).write_text(str(child.pid))\n"
        "os._exit(3)\n"
    )
    with fake(script) as worker:
        submit(worker, "double")
        assert "exit code 3" in outcome(worker).error.message
        wait_for(lambda: not alive(int(note.read_text())))


def test_answers_about_another_job_are_ignored():
    old = '@cardiothorax {"type": "progress", "job": 99, "fraction": 0.5, "step": "old"}'
    with fake(f"import time; print({old!r}, flush=True); time.sleep(1); print('end')") as worker:
        submit(worker, "double")
        messages = until(worker, Problem)
        assert not any(isinstance(m, Progressed) for m in messages)
