"""Tasks that behave well or badly on purpose; the worker finds this module by its dotted name."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import numpy as np

from cardiothorax.errors import UnreadableImage


def run_task(inputs, arrays, progress):
    return BEHAVIOURS[inputs["do"]](inputs, arrays, progress)


def double(inputs, arrays, progress):
    for step in range(4):
        progress(step / 4, f"Step {step + 1} of 4")
    return {"sum": float(sum(a.sum() for a in arrays.values())), "pid": os.getpid()}, {
        name: a * 2 for name, a in arrays.items()
    }


def sleep(inputs, arrays, progress):
    progress(0.1, "Sleeping")
    if inputs.get("ignore_sigterm"):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if inputs.get("grandchild_file"):
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
        with open(inputs["grandchild_file"], "w", encoding="utf-8") as file:
            file.write(str(child.pid))
    time.sleep(inputs.get("seconds", 600))
    return {}, {}


def crash(inputs, arrays, progress):
    print("about to crash", file=sys.stderr, flush=True)
    os.kill(os.getpid(), signal.SIGSEGV)


def exit_quietly(inputs, arrays, progress):
    os._exit(inputs.get("code", 7))


def chatter(inputs, arrays, progress):
    """A library that prints, in Python and straight to the file descriptor, and reads its input."""
    print("hello from a library")
    print('@cardiothorax {"type": "result", "job": 1, "values": {"sum": -1}, "arrays": {}, "seconds": 0}')
    os.write(1, b"\xff\xfe raw bytes without an end")
    return {"read": sys.stdin.read()}, {}


def no_memory(inputs, arrays, progress):
    return {}, {"huge": np.ones(2**47)}


def full_disk(inputs, arrays, progress):
    """The result does not fit in the file size that is left."""
    import resource

    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    return {}, {"large": np.zeros(100_000)}


def unreadable(inputs, arrays, progress):
    raise UnreadableImage("film.dcm is cut short.", "Copy it again.")


def fault(inputs, arrays, progress):
    raise KeyError("a fault of the program")


def not_a_number(inputs, arrays, progress):
    return {"value": float("nan")}, {}


BEHAVIOURS = {
    f.__name__: f
    for f in (
        double,
        sleep,
        crash,
        exit_quietly,
        chatter,
        no_memory,
        full_disk,
        unreadable,
        fault,
        not_a_number,
    )
}
