"""``cardiothorax calcium-visual``: the grade of a chest CT from what a reader's eye says of each artery."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

EPILOG = """\b
Example:
  cardiothorax calcium-visual --lm 1 --lad 2 --lcx 0 --rca 1

\b
For plain chest CT that is not gated or has thick slices, where an Agatston score
is no score in the sense of risk tables. How much of each artery's length is
calcified:
  0  none
  1  less than one third
  2  one to two thirds
  3  more than two thirds
The sum is the ordinal score of Shemesh et al., Radiology 2010, who compared the
groups 0, 1-3, 4-6 and 7-12; their names here are mild, moderate and severe.
CAC-DRS: Hecht et al., J Cardiovasc Comput Tomogr 2018. Its V is the reader's
overall impression: the one printed is a suggestion.
"""


def _extent(name: str, artery: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    return click.option(name, required=True, type=click.IntRange(0, 3), metavar="0-3", help=artery)


@click.command("calcium-visual", epilog=EPILOG)
@_extent("--lm", "Left main.")
@_extent("--lad", "Left anterior descending.")
@_extent("--lcx", "Left circumflex.")
@_extent("--rca", "Right coronary artery.")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def calcium_visual(lm: int, lad: int, lcx: int, rca: int) -> int:
    """Ordinal score and CAC-DRS of a chest CT from what you see in each artery."""
    from ..calcium.visual import VisualExtents
    from ..report.wording import NOTICE

    seen = VisualExtents(lm, lad, lcx, rca)
    first, last = seen.group
    group = "" if first == last else f" ({first} to {last})"
    click.echo(f"Ordinal score {seen.ordinal} of 12: {seen.grade}{group}")
    click.echo(f"CAC-DRS {seen.cac_drs} (suggested: your overall impression decides V)")
    click.echo(NOTICE)
    return 0
