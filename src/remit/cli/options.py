"""What commands share: options, the chosen study, and running a study's steps."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

import remit
from remit.cli.command_group import OUTPUTS
from remit.cli.parameter_types import Whole
from remit.cli.print_forms import is_flag
from remit.cli.printer import print_text, working
from remit.output import check_free, clean_leftovers
from remit.replacement import check_apart, replacing

if TYPE_CHECKING:
    from remit.facts.dictionary import Dictionary
    from remit.protocol import Protocol
    from remit.study import StudyStep, Work

READ = "remit.read"  # where a context keeps the paths that its command reads


def keep(context: click.Context | None, path: Path) -> None:
    """Keep in mind that a command reads this, so that no output of it takes its place.

    Raises:
        OutputError: an output would.
    """
    if context is not None:
        context.meta.setdefault(READ, []).append(path)
        for out in context.meta.get(OUTPUTS, []):
            check_apart(out, path)


class Input(click.Path):
    """A path to read from, which no output of the same command may replace."""

    def __init__(self, *, exists: bool = False, file_okay: bool = True, dir_okay: bool = True):
        super().__init__(path_type=Path, exists=exists, file_okay=file_okay, dir_okay=dir_okay)

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        keep(ctx, path)
        return path


FOLDER = Input(file_okay=False)
FILE = Input()


class Output(click.Path):
    """A path to write to, free before the work begins.

    What a killed run left of it is removed, and named.

    Args:
        may_be_there: the command looks itself whether what is there is what it would write.
    """

    def __init__(self, *, file_okay: bool = True, may_be_there: bool = False) -> None:
        super().__init__(path_type=Path, file_okay=file_okay)
        self.may_be_there = may_be_there

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> Path:
        out = Path(os.fsdecode(super().convert(value, param, ctx)))
        for path in clean_leftovers(out):
            print_text(f"removed what a killed run left: {path}", err=True)
        if ctx is not None:
            for path in ctx.meta.get(READ, []):
                check_apart(out, path)
        if not self.may_be_there:
            check_free(out)
        if ctx is not None:
            ctx.meta.setdefault(OUTPUTS, []).append(out)
        return out


OUT_FOLDER = Output(file_okay=False)
OUT_FILE = Output()
SAME_OR_NEW = Output(file_okay=False, may_be_there=True)


def _replace(context: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        context.with_resource(replacing())


# Read before all others, so that outputs know of it.
REPLACE = click.option(
    "--replace",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_replace,
    help="Write over what is there.",
)
_DEFAULT = click.core.ParameterSource.DEFAULT
PERSONS = click.option(
    "--person",
    "persons",
    multiple=True,
    metavar="ID",
    help="This person only, by the id as the source has it (repeatable).",
)
SET = click.option(
    "--set", "settings", multiple=True, metavar="NAME=VALUE", help="Set a parameter otherwise."
)

CONCEPTS_OF = click.option(
    "--study", "study", help="A study of your own, whose own concepts and units count too."
)


def _smallest(context: click.Context, option: click.Parameter, value: int) -> int:
    if value in {1, 2}:
        raise click.BadParameter("1 and 2 hide nothing: give 0 to show all, or 3 or more")
    return value


SMALLEST = click.option(
    "--smallest",
    type=Whole(0, example=5),
    default=0,
    show_default=True,
    callback=_smallest,
    help="Round all counts to its multiples, so that none below it can be worked out.",
)


def lookback_option(
    *, default: int | None, least: int
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Days to look back; more than a long life is a slip. Without a default the instrument says."""
    days = Whole(least, 366 * 120, example=28)
    told = "Days." if default is not None else "Days; the instrument's own window if not given."
    return click.option("--lookback", type=days, default=default, show_default=True, help=told)


def given(context: click.Context, *names: str) -> list[str]:
    """Those of the options that were typed, as they are typed."""
    typed = [name for name in names if context.get_parameter_source(name) is not _DEFAULT]
    options = {option.name: option.opts[0] for option in context.command.params}
    return ["--json" if is_flag(context, name) else options[name] for name in typed]


def refuse(context: click.Context, *names: str, because: str) -> None:
    """Refuse options that say nothing beside others, rather than pass over them in silence."""
    found = given(context, *names)
    if found:
        raise click.UsageError(f"{' and '.join(found)} {because}")


def chosen_study(study: str, settings: tuple[str, ...] = ()) -> Protocol:
    pairs = dict(_setting(text) for text in settings)
    if os.path.lexists(study):
        keep(click.get_current_context(silent=True), Path(study))
    return remit.open_protocol(study, **pairs)


def chosen_dictionary(study: str | None) -> Dictionary:
    """The packaged concepts, and those of a study of one's own."""
    from remit.facts.dictionary import packaged_dictionary

    return packaged_dictionary() if study is None else chosen_study(study).dictionary


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
            print_text(f"  {study}: {followed.note}", err=True)
    return done


def _step_done(started: list[tuple[str, float]]) -> None:
    if started:
        name, since = started.pop()
        print_text(f"  {name:34}{time.monotonic() - since:6.1f} s", err=True)
