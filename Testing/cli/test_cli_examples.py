"""Every example in a help text is a command that would be accepted as it stands."""

from __future__ import annotations

import shlex
from collections.abc import Iterator

import click
import pytest

from cardiothorax.cli.main import cardiothorax


def commands(command: click.Command, name: str = "cardiothorax") -> Iterator[tuple[str, click.Command]]:
    yield name, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for sub in command.list_commands(context):
            found = command.get_command(context, sub)
            assert found is not None
            yield from commands(found, f"{name} {sub}")


ALL = dict(commands(cardiothorax))


def examples_of(command: click.Command) -> list[str]:
    text = f"{command.help or ''}\n{command.epilog or ''}".replace("\\\n", " ")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    return [line for line in lines if line.startswith("cardiothorax ")]


EXAMPLES = sorted({line for command in ALL.values() for line in examples_of(command)})


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 40
    silent = [name for name, command in ALL.items() if not any(line.startswith(name) for line in EXAMPLES)]
    assert silent == ["cardiothorax models remove"], "what deletes needs no example"


@pytest.mark.parametrize("line", EXAMPLES)
def test_it_is_accepted(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Options, their values, and what is required; files are taken to be there."""
    monkeypatch.setattr(click.Path, "convert", lambda self, value, parameter, context: value)
    command: click.Command = cardiothorax
    words = shlex.split(line)[1:]
    while isinstance(command, click.Group):
        found = command.get_command(click.Context(command), words[0])
        assert found is not None, f"there is no command {words[0]}"
        command, words = found, words[1:]
    command.make_context(line, words)


def test_groups_say_whole_sentences() -> None:
    for name, command in ALL.items():
        if isinstance(command, click.Group):
            shown = command.get_help(click.Context(command, info_name=name))
            assert "..." not in shown.split("Options:")[1].replace("[ARGS]...", ""), name
