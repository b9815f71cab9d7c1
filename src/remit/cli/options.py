"""What commands share: options, errors as exit codes, progress, and running a study's steps."""

from __future__ import annotations

import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

import remit
from remit.errors import OutputError, RemitError

if TYPE_CHECKING:
    from rich.console import RenderableType

    from remit.protocol import Protocol
    from remit.study import StudyStep, Work
    from remit.views.json import Json

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path)
_DEFAULT = click.core.ParameterSource.DEFAULT
AS_JSON = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
FACTS = click.option("--facts", "facts", type=FOLDER, required=True, help="The dataset's folder.")
SET = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter otherwise."
)


def _smallest(context: click.Context, option: click.Parameter, value: int) -> int:
    if value in {1, 2}:
        raise click.BadParameter("1 and 2 hide nothing: give 0 to show all, or 3 or more")
    return value


SMALLEST = click.option(
    "--smallest",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    callback=_smallest,
    help="Round all counts to its multiples, so that none below it can be worked out.",
)


def lookback_option(
    *, default: int | None, least: int
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Days to look back; more than a long life is a slip. Without a default the instrument says."""
    days = click.IntRange(least, 366 * 120)
    told = "Days." if default is not None else "Days; the instrument's own window if not given."
    return click.option("--lookback", type=days, default=default, show_default=True, help=told)


def given(context: click.Context, *names: str) -> list[str]:
    """Those of the options that were typed, as they are typed."""
    typed = [name for name in names if context.get_parameter_source(name) is not _DEFAULT]
    options = {option.name: option.opts[0] for option in context.command.params}
    return [options[name] for name in typed]


def refuse(context: click.Context, *names: str, because: str) -> None:
    """Refuse options that say nothing beside others, rather than pass over them in silence."""
    found = given(context, *names)
    if found:
        raise click.UsageError(f"{' and '.join(found)} {because}")


class CommandGroup(click.Group):
    """A group whose commands end with the exit code of the kind of error."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OSError as error:
            # Files are named in their errors; without a name it is what we print to. A pipe that
            # was closed is no error: click ends quietly.
            if error.filename is not None or error.errno == errno.EPIPE:
                raise
            _say(OutputError(
                "the result cannot be printed",
                expected="a terminal, a pipe or a file with room",
                got=error.strerror or type(error).__name__,
                next_step="check the free space, or write elsewhere",
            ))  # fmt: skip
            # Nothing more can go there; else the interpreter would try once more at its end.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(OutputError.exit_code)
        except RemitError as error:
            _say(error)
            ctx.exit(error.exit_code)


def _say(error: RemitError) -> None:
    # https://no-color.org: any value that is not empty.
    colour = None if os.environ.get("NO_COLOR") else "red"
    click.echo(f"{click.style('error', fg=colour, bold=True)}: {error}", err=True)


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Show on the terminal's error channel what is being done, and for how long it has been."""
    if not sys.stderr.isatty():
        yield lambda words: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status(what) as status:
        yield status.update


def print_json(value: Json) -> None:
    from remit.views.json import json_text

    click.echo(json_text(value))


def print_view(view: RenderableType) -> None:
    from rich.console import Console

    from remit.views.terminal.plain_tables import Visible

    Console().print(Visible(view))


def chosen_study(study: str, settings: tuple[str, ...] = ()) -> Protocol:
    pairs = dict(_setting(text) for text in settings)
    return remit.open_protocol(study, **pairs)


def _setting(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not sign:
        raise click.BadParameter(f"{text!r} is not NAME=VALUE", param_hint="--set")
    return name.strip(), value.strip()


def run_shown(work: Work) -> Work:
    """Take the steps of a study, and say how long each took."""
    from remit.study import run_study

    started: list[tuple[str, float]] = []

    def on_step(step: StudyStep) -> None:
        _step_done(started)
        started.append((step.name, time.monotonic()))
        say(step.name)

    with working("starting") as say:
        done = run_study(work, on_step=on_step)
    _step_done(started)
    for study, followed in done.followed.items():
        if followed.note:
            click.echo(f"  {study}: {followed.note}", err=True)
    return done


def _step_done(started: list[tuple[str, float]]) -> None:
    if started:
        name, since = started.pop()
        click.echo(f"  {name:34}{time.monotonic() - since:6.1f} s", err=True)
