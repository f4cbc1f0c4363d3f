"""``cardiothorax calcium-score``: scores of labels that somebody drew."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import click

from .calcium import checked_options, run_and_say, scoring_options

EPILOG = """\b
Example:
  cardiothorax calcium-score study/ --labels lesions.nrrd --out results --report

\b
Labels: 1 LAD, 2 LCX, 3 RCA, 4 LM, 5 not coronary, 0 elsewhere. Only voxels from
the threshold on count, so a lesion may be painted generously. The labels lie on
the CT's own grid, in any order of axes and slices; a segmentation that was saved
cut to what is drawn is good too.

\b
Exit code: 0 scored, 2 usage, 3 the image or the labels cannot be used (the row
in results.csv says why), 130 interrupted.
"""


@click.command("calcium-score", epilog=EPILOG)
@click.argument("image")
@click.option(
    "--labels",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="NRRD, NIfTI or MHA with a label for each voxel.",
)
@click.option(
    "--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder for the results."
)
@scoring_options
@click.option("--report", is_flag=True, help="Write a page, a picture and a lesion table.")
@click.option("--quiet", is_flag=True, help="Say nothing but errors.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calcium_score(image: str, labels: Path, out: Path, quiet: bool, **options: Any) -> int:
    """Score the artery labels of IMAGE (a CT) without a network: the same numbers and files as 'calcium'."""
    from ..calcium.table import COLUMNS
    from ..calcium.worker_task import TASK
    from ..jobs import Batch, LocalExecutor

    plain = {**checked_options(options), "labels": os.fspath(labels.resolve()), "method": "none"}
    drawn = hashlib.sha256(labels.read_bytes()).hexdigest()
    executor = LocalExecutor(1)
    try:
        batch = Batch(
            [image], out, TASK, COLUMNS, options=plain, fingerprint={"drawn": drawn}, executor=executor
        )
        return run_and_say(batch, quiet=quiet)
    finally:
        executor.close()
