"""Processes that crash, lie, hang or run out of something: each is a problem in words."""

from __future__ import annotations

import gc
import os
import signal
import sys

import numpy as np
import pytest

from cardiothorax.errors import WorkerProblem
from cardiothorax.jobs import Problem, Progressed, Result, Worker
from Testing.unit.jobs.waiting import (
    alive,
    folders_of,
    outcome,
    posix_only,
    submit,
    until,
    wait_for,
)


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


def test_inputs_that_cannot_travel_are_the_callers_fault_and_leave_nothing(worker):
    worker.start()
    for bad in ({1, 2}, float("nan")):
        with pytest.raises((TypeError, ValueError)):
            submit(worker, "double", bad=bad)
    with pytest.raises(ValueError, match=r"[Oo]bject"):
        submit(worker, "double", {"a": np.array([{}], dtype=object)})
    assert folders_of(worker) == ["log.txt"]
    assert not worker.running


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


def test_without_a_place_for_temporary_files(monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    with pytest.raises(WorkerProblem, match="No folder for temporary files"):
        Worker()


@posix_only
def test_a_process_that_has_ended_is_never_ended_a_second_time(monkeypatch):
    """Its number may belong to another program by then."""
    ended = []
    real = os.killpg
    monkeypatch.setattr(os, "killpg", lambda pid, number: (ended.append(pid), real(pid, number)))
    worker = Worker()
    submit(worker, "double")
    outcome(worker)
    pid = worker.process_id
    worker.close()
    worker.close()
    del worker
    gc.collect()
    assert ended == [pid]


def test_after_its_idle_time_the_process_goes_and_comes_back():
    with Worker(idle_seconds=0.3) as worker:
        submit(worker, "double")
        pid = outcome(worker).values["pid"]
        wait_for(lambda: not alive(pid))
        submit(worker, "double")
        assert outcome(worker).values["pid"] != pid


# -- fakes in the place of the worker ------------------------------------------------------------------


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
