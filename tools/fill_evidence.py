"""Fill the figures of ``Docs/*.md`` from ``Docs/evidence/*.json``, so that none is typed by hand.

A figure stands between two comments that do not show: ``<!--= ctr.json all.icc as ci .3f --> ... <!--/-->``
names the file, the way to the value in it, and how it is written:

    .3f         a Python format
    % .1f       a share as a percentage
    ci .3f      {"estimate", "low", "high"} as 0.982 (0.975 to 0.989); "ci% .1f" in percent
    prop% .1f   the same with {"count", "total"}: 95.0 % (90.2 to 97.5; 95 of 100)
    s           text as it is

Run it after the files changed (``make evidence``). With ``--check`` nothing is written and the exit
status says whether something would change. A figure whose file or value is missing reads NOT_MEASURED.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
NOT_MEASURED = "not measured yet"
FIGURE = re.compile(r"(<!--=\s*(\S+)\s+(\S+)\s+as\s+(.+?)\s*-->)(.*?)(<!--/-->)")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, say what would change")
    check = parser.parse_args().check
    stale, missing = [], []
    for document in sorted((ROOT / "Docs").glob("*.md")):
        before = document.read_text("utf-8")
        after = filled(before, ROOT / "Docs" / "evidence")
        missing += [f"{document.name}: {m[2]} {m[3]}" for m in FIGURE.finditer(after) if m[5] == NOT_MEASURED]
        if after != before:
            stale.append(document.name)
            if not check:
                document.write_text(after, "utf-8")
    print(f"{'would change' if check else 'filled anew'}: {', '.join(stale) or 'nothing'}")
    print("\n".join(f"not measured: {figure}" for figure in missing) or "every figure is measured")
    return int(check and bool(stale))


def filled(text: str, folder: Path) -> str:
    """``text`` with every figure taken anew from the JSON files in ``folder``."""

    def fill(figure: re.Match[str]) -> str:
        value = look_up(folder / figure[2], figure[3])
        written = NOT_MEASURED if value is None else write(value, figure[4])
        return f"{figure[1]}{written}{figure[6]}"

    return FIGURE.sub(fill, text)


def look_up(file: Path, way: str) -> Any:
    """The value at the end of ``way`` (``metrics.heart.0.value``), or None where there is none.

    A step through a list may also choose by a field: ``metrics.name=dice_heart,source=jsrt.value``.
    """
    if not file.exists():
        return None
    value = json.loads(file.read_text("utf-8"))
    for step in way.split("."):
        value = _step(value, step)
        if value is None:
            return None
    return value


def _step(value: Any, step: str) -> Any:
    if isinstance(value, dict):
        return value.get(step)
    if isinstance(value, list):
        if step.lstrip("-").isdigit():
            return value[int(step)] if -len(value) <= int(step) < len(value) else None
        wanted = dict(pair.split("=", 1) for pair in step.split(","))
        return next((v for v in value if all(str(v.get(k)) == w for k, w in wanted.items())), None)
    return None


def write(value: Any, form: str) -> str:
    kind, _, digits = form.rpartition(" ")
    if kind in ("ci", "ci%", "prop%"):
        scale, unit = (1, "") if kind == "ci" else (100, " %")
        low, high = (format(scale * value[end], digits) for end in ("low", "high"))
        of = f"; {value['count']} of {value['total']}" if kind == "prop%" else ""
        return f"{format(scale * value['estimate'], digits)}{unit} ({low} to {high}{of})"
    if kind == "%":
        return f"{format(100 * value, digits)} %"
    return format(value, "" if form == "s" else form)


if __name__ == "__main__":
    sys.exit(main())
