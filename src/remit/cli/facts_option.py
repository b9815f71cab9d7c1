"""Where a command reads facts: a dataset's folder, or a live source. One option object for all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.options import FOLDER
from remit.cli.parameter_types import Whole

if TYPE_CHECKING:
    from remit.facts.live.address import Address
    from remit.facts.opened import Facts

_WITH_ENGINE = ("schema", "data_cut", "complete", "mapped", "seconds")


@dataclass(frozen=True, slots=True)
class FactsChoice:
    """Facts as a user named them.

    Attributes:
        folder: of a dataset; None for a live source.
        address: of a live source; what was said of its data stands beside it.
    """

    folder: Path | None = None
    address: Address | None = None
    data_cut: date | None = None
    complete: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()

    def open(self) -> Facts:
        """The facts, verified or in a transaction.

        Raises:
            DatasetError: they cannot be read.
        """
        import remit

        if self.address is None:
            assert self.folder is not None, "one of both is given"
            return remit.open_facts(self.folder)
        from remit.facts.live.live_facts import LiveChoices, open_live

        choices = LiveChoices(data_cut=self.data_cut, complete=self.complete, mapped=self.mapped)
        return open_live(self.address, choices)

    @property
    def said(self) -> str:
        """How to name them again."""
        return f"--facts {self.folder}" if self.address is None else f"--engine {self.address}"


def _day(context: click.Context, option: click.Parameter, text: str | None) -> date | None:
    from remit.cli.intake_options import day_given

    return day_given(context, option, text)


_ENGINE = (
    click.option(
        "--engine",
        metavar="ADDRESS",
        help="Read where the data live, in place of --facts: duckdb:FILE, parquet:FOLDER or "
        "postgresql://HOST/DATABASE. Nothing is written there.",
    ),
    click.option(
        "--schema",
        metavar="NAME",
        help="With --engine: the schema of the tables, or NAME,VOCABULARY; the one that has "
        "persons if not given.",
    ),
    click.option(
        "--data-cut",
        metavar="DATE",
        callback=_day,
        help="With --engine: the last day that the data can speak of; their latest if not given.",
    ),
    click.option(
        "--complete",
        multiple=True,
        metavar="TABLE",
        help="With --engine: a missing record of this table means that nothing happened.",
    ),
    click.option(
        "--mapped",
        multiple=True,
        metavar="TABLE",
        help="With --engine: whatever is recorded in this table carries its standard code.",
    ),
    click.option(
        "--statement-timeout",
        "seconds",
        type=Whole(0, 86_400, example=600),
        default=0,
        metavar="SECONDS",
        help="With --engine: how long one question to the database may take; no limit if not "
        "given.",
    ),
)


def facts_option(command: Callable[..., None], *, required: bool = True) -> Callable[..., None]:
    """The options that say where facts are; the command takes them as one `facts`.

    Args:
        required: whether the command needs facts; else `facts` is None without.
    """

    @wraps(command)
    def taken(
        *args: object,
        folder: Path | None,
        engine: str | None,
        schema: str | None,
        data_cut: date | None,
        complete: tuple[str, ...],
        mapped: tuple[str, ...],
        seconds: int,
        **own: object,
    ) -> None:
        context = click.get_current_context()
        if engine is None:
            given = [name for name in _WITH_ENGINE if _typed(context, name)]
            if given:
                raise click.UsageError(f"{_word(context, given[0])} goes with --engine")
            if folder is None and required:
                raise click.UsageError("say where the data are: --facts FOLDER or --engine ADDRESS")
            command(*args, facts=None if folder is None else FactsChoice(folder), **own)
            return
        if folder is not None:
            raise click.UsageError("--engine reads in place of --facts: give one of them")
        from remit.facts.live.address import address_of

        schemas = tuple(name.strip() for name in (schema or "").split(",") if name.strip())
        address = address_of(engine, schemas=schemas, statement_seconds=seconds)
        choice = FactsChoice(None, address, data_cut, complete, mapped)
        command(*args, facts=choice, **own)

    for option in reversed(_ENGINE):
        taken = option(taken)
    folder_option = click.option("--facts", "folder", type=FOLDER, help="The dataset's folder.")
    return folder_option(taken)


def _typed(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT


def _word(context: click.Context, name: str) -> str:
    return next(option.opts[0] for option in context.command.params if option.name == name)
