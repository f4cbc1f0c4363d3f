"""A study of a batch: a text file that says what shall happen to it."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from cardiothorax.errors import UnreadableImage


def run_task(inputs, arrays, progress):
    progress(0.5, "Reading")
    path = Path(inputs["file"])
    words = path.read_text(encoding="utf-8").split()
    computed = Path(inputs["log"])
    with open(computed, "a", encoding="utf-8") as file:
        file.write(f"{path.name}\n")
    match words:
        case ["bad"]:
            raise UnreadableImage(f"{path.name} is not a film.", "Give another one.")
        case ["kill"]:
            os.kill(os.getpid(), signal.SIGKILL)
        case ["kill-once"]:
            mark = path.with_suffix(".killed")
            if not mark.exists():
                mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
            words = ["1"]
        case ["wait"]:
            time.sleep(600)
    row = {"value": float(words[0]) * inputs.get("factor", 1), "flags": "a;b", "pid": os.getpid()}
    files = [f"{inputs['name']}.mask"] if inputs.get("masks") else []
    for file in files:
        (Path(inputs["out"]) / file).write_text("mask", encoding="utf-8")
    result = {"value": row["value"], "name": inputs["name"], "source": path.name}
    return {"row": row, "result": result, "files": files}, {}
