"""Documents name what exists: links resolve, every flag is explained, the promised commands are there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from cardiothorax.calcium.result import FLAG_CODES as CALCIUM_CODES
from cardiothorax.ctr.result import FLAG_CODES as CTR_CODES
from Testing.unit.house.source import MODULES, REPOSITORY

DOCUMENTS = sorted(
    [*REPOSITORY.glob("*.md"), *(REPOSITORY / "Docs").rglob("*.md"), *REPOSITORY.glob("*/*.md")]
)
DOCUMENTS = sorted({d for d in DOCUMENTS if ".venv" not in d.parts and "node_modules" not in d.parts})
MODULE_NAMES = [module.name for module in MODULES]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+\s+(.*)$", re.MULTILINE)


def anchors(path: Path) -> set[str]:
    """As GitHub makes them of headings."""
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        for heading in HEADING.findall(path.read_text("utf-8"))
    }


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: str(d.relative_to(REPOSITORY)))
def test_links_resolve(document: Path) -> None:
    broken = []
    for target in LINK.findall(document.read_text("utf-8")):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        name, _, anchor = target.partition("#")
        path = (document.parent / name).resolve() if name else document
        if not path.exists() or (anchor and anchor not in anchors(path)):
            broken.append(target)
    assert not broken


FLAGS = {"ctrmeasure.md": CTR_CODES, "calciumscore.md": CALCIUM_CODES}
"""A module's page, and what it has to explain."""


@pytest.mark.parametrize(
    ("page", "grade"), [(page, grade) for page, codes in FLAGS.items() for grade in codes]
)
def test_every_flag_is_explained_under_its_grade(page: str, grade: str) -> None:
    """A row of the table of flags: ``| `code` | grade | ...``."""
    text = (REPOSITORY / "Docs" / page).read_text("utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (note|review|reject) \|", text, re.MULTILINE))
    assert {code for code, said in rows.items() if said == grade} == set(FLAGS[page][grade])


def test_makefile_targets_of_the_readme_exist() -> None:
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    documents = "".join(d.read_text("utf-8") for d in DOCUMENTS)
    for target in set(re.findall(r"`make (\w+)", documents)):
        assert re.search(rf"^(?:[\w ]+ )?{target}(?: [\w ]+)?:", makefile, re.MULTILINE), f"make {target}"


def test_named_files_exist() -> None:
    """Scripts and folders that documents name in back ticks."""
    folders = "|".join(("tools", "Testing", "Docs", "Resources", "cardiothorax", *MODULE_NAMES))
    missing = [
        f"{document.name}: {name}"
        for document in DOCUMENTS
        for name in re.findall(rf"`((?:{folders})/[\w./-]+\.\w+)`", document.read_text("utf-8"))
        if not (REPOSITORY / name).exists() and not name.endswith("bench-gpu.json")
    ]
    assert not missing


def quoted_messages() -> list[str]:
    """First cells of the README's table of messages, what stands between back ticks, cut at ``...``."""
    table = (
        (REPOSITORY / "README.md")
        .read_text("utf-8")
        .split("## When something goes wrong")[1]
        .split("\n## ")[0]
    )
    cells = re.findall(r"^\| ([^|]+) \|", table, re.MULTILINE)
    quotes = [quote for cell in cells for quote in re.findall(r"`([^`]+)`", cell)]
    return [
        part.strip() for q in quotes if not q.startswith("make ") for part in q.split("...") if len(part) > 4
    ]


FROM_ELSEWHERE = {"DLL load failed while importing onnxruntime", "No module named 'cardiothorax'"}
"""Python's own messages."""


@pytest.mark.parametrize("message", sorted(set(quoted_messages()) - FROM_ELSEWHERE))
def test_troubleshooting_quotes_what_is_really_said(message: str) -> None:
    folders = ("cardiothorax", "tools", *MODULE_NAMES)
    files = [path for folder in folders for path in (REPOSITORY / folder).rglob("*.*")]
    code = [p.read_text("utf-8") for p in files if p.suffix in (".py", ".sh", ".ui")]
    said = message.removeprefix("is ")  # "a CT slice" is one of a table of kinds
    assert any(said in text for text in code)


def test_offline_instructions_name_the_tested_versions() -> None:
    """Else a hospital installs what nobody tried."""
    constraints = (REPOSITORY / "constraints.txt").read_text("utf-8").lower().splitlines()
    command = re.search(
        r"^python -m pip download (.*)$", (REPOSITORY / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert command is not None
    pins = re.findall(r"\S+==\S+", command[1])
    assert len(pins) == 3
    assert set(pins) <= set(constraints)


def commands_in_documents() -> list[str]:
    """``cardiothorax ...`` in code blocks and in back ticks, without remarks."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text("utf-8").replace("\\\n", " ")
        blocks = "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.MULTILINE | re.DOTALL))
        found |= {
            line.split(" #")[0].strip() for line in blocks.splitlines() if line.startswith("cardiothorax ")
        }
        found |= {" ".join(quoted.split()) for quoted in re.findall(r"`(cardiothorax [^`]+)`", text)}
    return sorted(found)


@pytest.mark.parametrize("line", commands_in_documents())
def test_documented_commands_exist(line: str) -> None:
    from cardiothorax.cli.main import cardiothorax

    command: click.Command = cardiothorax
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(click.Context(command), name)
        assert found is not None, f"there is no command {name}"
        command = found
    known = {
        option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)
    }
    asked = {word for word in words if word.startswith("-")} - {"--help"}
    assert asked <= known, f"unknown: {sorted(asked - known)}"
