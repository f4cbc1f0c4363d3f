"""A child process that plays the worker's part: ``success``, ``error``, ``garbage``, ``crash``, ``endless``.

``python fake_process.py PART ANSWERS FOLDER IDLE_SECONDS``. It speaks the protocol of ``cardiothorax.jobs``.
ANSWERS is a file beside this one, ``fake_film`` for instance, whose ``respond(inputs, arrays)`` gives values
and arrays as the task's ``run_task`` does, computed with the package's own functions: so a panel has
something true to show without a network. Its ``spoil(values, arrays)`` gives a result that does not fit.
"""

from __future__ import annotations

import importlib
import os
import sys
import time
from pathlib import Path

from cardiothorax.jobs.messages import encode
from cardiothorax.jobs.packing import pack_arrays, unpack_job

STEP = "Finding lungs and heart"


def main():
    part, answers, folder = sys.argv[1], sys.argv[2], Path(sys.argv[3])
    for line in sys.stdin.buffer:
        job = int(line)
        say({"type": "started", "job": job})
        step = {"fraction": 0.3, "step": STEP, "seconds_left": 2.0}
        say({"type": "progress", "job": job, **step})
        PARTS[part](job, folder / f"job{job}", importlib.import_module(answers))


def say(message):
    sys.stdout.buffer.write(encode(message))
    sys.stdout.buffer.flush()


def success(job, folder, answers):
    _, inputs, arrays = unpack_job(folder)
    answer(job, folder, *answers.respond(inputs, arrays))


def answer(job, folder, values, arrays):
    files = pack_arrays(folder, arrays, "out")
    say({"type": "result", "job": job, "values": values, "arrays": files, "seconds": 0.1})


def error(job, folder, answers):
    message = "The weights do not fit their card."
    problem = {"code": "model_problem", "message": message, "hint": "Add the model again."}
    say({"type": "problem", "job": job, "error": problem})


def garbage(job, folder, answers):
    sys.stdout.buffer.write(b"Loading ... 37 %\n\xff\xfe\x00\n@cardiothorax {not json\n")
    sys.stdout.buffer.flush()


def nonsense(job, folder, answers):
    _, inputs, arrays = unpack_job(folder)
    answer(job, folder, *answers.spoil(*answers.respond(inputs, arrays)))


def crash(job, folder, answers):
    sys.stderr.write("Segmentation fault in a library\n")
    sys.stderr.flush()
    os._exit(11)


def endless(job, folder, answers):
    while True:
        time.sleep(0.1)


PARTS = {f.__name__: f for f in (success, error, garbage, nonsense, crash, endless)}

if __name__ == "__main__":
    main()
