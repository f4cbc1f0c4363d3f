"""What Slicer's Python lacks, asked for once, when it is needed."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import sys

import slicer
from slicer.i18n import tr as _

REQUIREMENTS = ("onnxruntime>=1.20,<2",)
"""Everything else that a network needs comes with Slicer."""


class PackagesMissing(Exception):
    """The reader declined, or an extension is not there; the text says what to do."""


def ensurePackages(device: str, *, requester: str, needs: str) -> None:
    """Offer to install what is missing. Nothing is fetched without consent.

    :param device: as the package calls it; for the GPU PyTorch is needed as well.
    :param requester: name of the module, for Slicer's question.
    :param needs: how a message begins, with the place for their names: "Measuring needs {packages}".
    :raise PackagesMissing: what is missing and what to do.
    """
    from slicer.packaging import pip_ensure

    begin = needs.format(packages=_names())
    try:
        pip_ensure(list(REQUIREMENTS), requester=requester)
    except RuntimeError as declined:
        end = _("; installing it was declined. Press Apply to be asked again.")
        raise PackagesMissing(f"{begin}{end}") from declined
    except Exception as problem:
        end = _(
            ", which could not be installed. Check the internet connection and press Apply to be asked "
            "again; for a machine without internet see the README."
        )
        raise PackagesMissing(f"{begin}{end}") from problem
    if device in ("cuda", "mps") and importlib.util.find_spec("torch") is None:
        _ensureTorch()


def _names() -> str:
    return ", ".join(re.split(r"[<>=!~ ]", requirement)[0] for requirement in REQUIREMENTS)


def _ensureTorch() -> None:
    try:
        import PyTorchUtils
    except ImportError as problem:
        raise PackagesMissing(
            _("The GPU needs PyTorch. Install the extension PyTorch in the Extensions Manager, "
              "or choose the device auto or CPU.")
        ) from problem  # fmt: skip
    if PyTorchUtils.PyTorchUtilsLogic().installTorch(askConfirmation=True) is None:
        raise PackagesMissing(_("PyTorch was not installed. Choose the device auto or CPU, or Apply again."))


def pythonExecutable() -> str:
    """PythonSlicer in Slicer; elsewhere the Python that runs this."""
    name = "PythonSlicer.exe" if os.name == "nt" else "PythonSlicer"
    beside = os.path.join(slicer.app.slicerHome, "bin", name)
    return beside if os.path.isfile(beside) else shutil.which("PythonSlicer") or sys.executable
