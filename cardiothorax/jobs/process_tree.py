"""Starting a process so that it can be ended together with everything it started."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

END_SECONDS = 0.4
"""Longest that ending waits for the system to take the process away."""


def start_group(
    command: Sequence[str], *, folder: Path, log: IO[bytes], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """The process leads a group of its own: a Ctrl+C in the terminal does not reach it."""
    own_group: dict[str, Any] = {"start_new_session": True}
    if sys.platform == "win32":
        flags = subprocess.CREATE_NO_WINDOW | subprocess.CREATE_NEW_PROCESS_GROUP
        own_group = {"creationflags": flags}
    return subprocess.Popen(
        list(command),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        cwd=folder,
        env=dict(environment),
        bufsize=0,
        **own_group,
    )


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End the process and its descendants at once; nothing can refuse. Takes at most half a second."""
    if sys.platform == "win32":
        _end_tree_on_windows(process)
    else:
        # Also when the leader has gone already: what it started may still run.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
    with contextlib.suppress(OSError):
        process.kill()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(END_SECONDS)
    with contextlib.suppress(OSError):  # the other pipe is closed by the thread that reads it
        if process.stdin is not None:
            process.stdin.close()


def _end_tree_on_windows(process: subprocess.Popen[bytes]) -> None:
    """``taskkill /T`` walks the tree while the parent still lives; PythonSlicer is only a launcher."""
    with contextlib.suppress(OSError, subprocess.TimeoutExpired):
        subprocess.run(
            ["taskkill", "/F", "/T", "/PID", str(process.pid)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=END_SECONDS,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )


def ending_in_words(returncode: int | None) -> str:
    """How a process ended, for a reader."""
    if returncode is None:
        return "closed its pipe"
    if returncode < 0:
        number = -returncode
        if number == getattr(signal, "SIGKILL", 9):
            return "was killed from outside (often because memory ran out)"
        try:
            name = signal.Signals(number).name
        except ValueError:
            name = f"signal {number}"
        return f"crashed ({name})"
    if returncode in (0xC0000005, 0xC0000374, 0xC00000FD):
        return f"crashed (0x{returncode:X})"
    if returncode == 137:  # a launcher passes on its child's SIGKILL like this
        return "was killed from outside (often because memory ran out)"
    return f"ended by itself (exit code {returncode})"
