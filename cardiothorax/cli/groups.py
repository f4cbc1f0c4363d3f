"""Commands that hold commands."""

from __future__ import annotations

import click

_WHOLE = 1000


class WholeSentences(click.Group):
    """Lists its commands in the order of work, as defined, each with its first sentence uncut."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(self.commands)

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        rows = [(name, command.get_short_help_str(_WHOLE)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(rows)
