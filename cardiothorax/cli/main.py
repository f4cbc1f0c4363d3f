"""Entry point: finds the command, says errors in one line, sets the exit code."""

from __future__ import annotations

import os
import sys
import traceback
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..errors import Cancelled, CardiothoraxError

EXIT_USAGE, EXIT_INPUTS_FAILED, EXIT_INTERRUPTED = 2, 3, 130
EXIT_UNEXPECTED = 1

COMMANDS = {
    "ctr": ("ctr", "Measure the cardiothoracic ratio of chest radiographs."),
    "calcium": ("calcium", "Score coronary calcium on CT, artery by artery."),
    "calcium-score": ("calcium_score", "Score given artery labels on a CT, without a network."),
    "calcium-visual": ("calcium_visual", "Grade a chest CT from what you see in each artery."),
    "calcium-risk": ("calcium_risk", "Ten-year risk with a score, and its percentile."),
    "calcium-calibrate": ("calcium_calibrate", "Mass factor from a scan with calibration rods."),
    "demo": ("demo", "Measure one study: report, picture, masks and table."),
    "evaluate": ("evaluate", "Compare results with a reference: agreement and accuracy."),
    "models": ("models", "List, inspect, add, remove and verify trained networks."),
    "phantom": ("phantom", "Make studies that are nobody's, with known truth."),
    "train": ("train", "Train a network, or measure one."),
}
"""Command: module in this package (which has an attribute of the command's name), and what it does."""

SECTIONS = {
    "Chest radiographs": ("ctr",),
    "Coronary calcium on CT": (
        "calcium",
        "calcium-score",
        "calcium-visual",
        "calcium-risk",
        "calcium-calibrate",
    ),
    "General": ("demo", "evaluate", "models", "phantom", "train"),
}
"""How the help groups them."""

EPILOG = """\b
Examples:
  cardiothorax demo
  cardiothorax ctr film.dcm --out results --overlay
  cardiothorax ctr archive/ --out results --masks --jobs 2
  cardiothorax calcium ct/ --out results --masks --report
  cardiothorax calcium-score ct/ --labels lesions.nrrd --out results
  cardiothorax models list

Research use only: not a medical device. Nothing is sent anywhere.
"""


class LazyGroup(click.Group):
    """Knows its commands' names and short helps without importing them: ``--help`` takes no time."""

    def list_commands(self, context: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, context: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        module = COMMANDS[name][0]
        return getattr(import_module(f".{module}", __package__), name.replace("-", "_"))  # type: ignore[no-any-return]

    def format_commands(self, context: click.Context, formatter: click.HelpFormatter) -> None:
        width = max(map(len, COMMANDS))  # one column through all sections
        for title, names in SECTIONS.items():
            with formatter.section(title):
                formatter.write_dl([(name.ljust(width), COMMANDS[name][1]) for name in names])

    def resolve_command(self, context: click.Context, args: list[str]) -> Any:
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            from difflib import get_close_matches

            close = get_close_matches(args[0], COMMANDS, n=1)
            guess = f"Did you mean {close[0]!r}?" if close else f"Commands: {', '.join(COMMANDS)}."
            raise click.UsageError(f"There is no command {args[0]!r}. {guess}", context)
        return super().resolve_command(context, args)


@click.group(cls=LazyGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="cardiothorax")
@click.option("--debug", is_flag=True, expose_value=False, help="Show the traceback of an error.")
def cardiothorax() -> None:
    """Measurements on chest films and CT that a reader can check and correct."""


def main(arguments: list[str] | None = None) -> None:
    """Run and exit: 0 done, 2 usage or something needed is missing, 3 some inputs failed, 130 interrupted."""
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    arguments = [argument for argument in arguments if argument != "--debug"]  # good with every command
    try:
        code = cardiothorax.main(arguments, prog_name="cardiothorax", standalone_mode=False)
    except click.ClickException as problem:
        code = problem.exit_code
        context = getattr(problem, "ctx", None)
        if type(problem).__name__ == "NoArgsIsHelpError":  # since click 8.2: a group without its command
            click.echo(problem.format_message(), err=True)
        else:
            see = f" Try '{context.command_path} --help'." if context else ""
            _say(f"{problem.format_message()}{see}")
    except (click.Abort, KeyboardInterrupt, Cancelled):
        code = EXIT_INTERRUPTED
        _say("Interrupted. What was finished is kept; the same command goes on.")
    except BrokenPipeError:  # the reader of our output has gone (| head): nobody left to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except CardiothoraxError as problem:
        code = EXIT_USAGE
        _say(str(problem), debug)
    except Exception as problem:
        code = EXIT_UNEXPECTED
        _say(f"Unexpected {type(problem).__name__}: {problem}. Add --debug to see where.", debug)
    sys.exit(code if isinstance(code, int) else 0)


def _say(text: str, debug: bool = False) -> None:
    if debug:
        traceback.print_exc()
    click.echo("Error: " + " ".join(text.split()), err=True)


if __name__ == "__main__":
    main()
