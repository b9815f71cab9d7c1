"""Where a command reads facts: a dataset's folder, or a live source. One option object for all."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.options import FOLDER, Input
from remit.cli.parameter_types import Whole

if TYPE_CHECKING:
    from remit.facts.live.address import Address
    from remit.facts.live.local_files import LocalFiles
    from remit.facts.opened import Facts
    from remit.protocol import Protocol

_WITH_ENGINE = (
    *("schema", "data_cut", "complete", "mapped", "seconds"),
    *("vocabulary", "signed", "dates"),
)


@dataclass(frozen=True, slots=True)
class FactsChoice:
    """Facts as a user named them.

    Attributes:
        folder: of a dataset; None for a live source.
        address: of a live source; what was said of its data stands beside it: the data cut, tables
            that are complete or mapped, a vocabulary, files of signatures and of named dates.
        cluster: who works on it, `spark` or `dask`, and where that is; None: this process.
    """

    folder: Path | None = None
    address: Address | None = None
    data_cut: date | None = None
    complete: tuple[str, ...] = ()
    mapped: tuple[str, ...] = ()
    cluster: tuple[str, str] | None = None
    vocabulary: Path | None = None
    signed: Path | None = None
    dates: Path | None = None

    def open(self, *studies: Protocol) -> Facts:
        """The facts, verified or in a transaction.

        Args:
            studies: those that are asked, which files of a live source may name beside the packaged
                ones.

        Raises:
            DatasetError: they cannot be read.
        """
        opening = self._opening(studies)
        facts = opening()
        if self.cluster is None:
            return facts
        from remit.screening.clusters import workers_of

        return replace(facts, workers=workers_of(*self.cluster, opening))

    def _opening(self, studies: Sequence[Protocol]) -> Callable[[], Facts]:
        if self.address is None:
            from remit.facts.opened import open_facts

            assert self.folder is not None, "one of both is given"
            # A worker stands in another folder.
            folder = self.folder if self.cluster is None else self.folder.resolve()
            return partial(open_facts, folder)
        from remit.facts.live.live_facts import LiveChoices, open_live

        choices = LiveChoices(
            data_cut=self.data_cut,
            complete=self.complete,
            mapped=self.mapped,
            # A worker stands in another folder.
            vocabulary=self._vocabulary(),
            files=self._files(studies),
        )
        address = self.address if self.cluster is None else self.address.anywhere()
        return partial(open_live, address, choices)

    def _vocabulary(self) -> Path | None:
        from remit.facts.live.live_facts import OWN_VOCABULARY

        # A folder of that name is told by more of its path.
        if self.vocabulary is None or self.vocabulary == OWN_VOCABULARY:
            return self.vocabulary
        return self.vocabulary.resolve()

    def _files(self, studies: Sequence[Protocol]) -> LocalFiles:
        from remit.facts.live.local_files import LocalFiles

        if self.signed is None and self.dates is None:
            return LocalFiles()
        from remit.facts.intake.persons.anchor_file import StudyDates
        from remit.study import packaged_studies

        asked = {study.id: study for study in (*packaged_studies(), *studies)}
        return LocalFiles(
            signed=None if self.signed is None else self.signed.resolve(),
            dates=None if self.dates is None else self.dates.resolve(),
            items={name: tuple(study.attestations) for name, study in asked.items()},
            studies={
                name: StudyDates(tuple(study.anchors), study.default_anchor)
                for name, study in asked.items()
            },
        )

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
        "engines",
        multiple=True,
        metavar="ADDRESS",
        help="Read where the data live, in place of --facts: duckdb:FILE, parquet:FOLDER or "
        "postgresql://HOST/DATABASE. Nothing is written there. And who works on them, beside "
        "either: spark:local[2], spark://HOST:PORT, dask:local[2] or dask://HOST:PORT.",
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
        "--vocabulary",
        type=Input(),
        metavar="PLACE",
        help="With --engine: what codes mean: a folder or zip archive of Athena; or the word "
        "source, for the vocabulary tables beside the data.",
    ),
    click.option(
        "--signed",
        type=Input(exists=True, dir_okay=False),
        help="With --engine: a CSV file of what people signed: person, item, answer, by, date.",
    ),
    click.option(
        "--anchors",
        "dates",
        type=Input(exists=True, dir_okay=False),
        help="With --engine: a CSV file of named dates: person, anchor, date, and study if it is "
        "one alone.",
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
        engines: tuple[str, ...],
        schema: str | None,
        data_cut: date | None,
        complete: tuple[str, ...],
        mapped: tuple[str, ...],
        seconds: int,
        vocabulary: Path | None,
        signed: Path | None,
        dates: Path | None,
        **own: object,
    ) -> None:
        context = click.get_current_context()
        clusters = [_cluster(text) for text in engines if _is_cluster(text)]
        sources = [text for text in engines if not _is_cluster(text)]
        if len(clusters) > 1 or len(sources) > 1:
            raise click.UsageError("--engine names one source and one cluster at the most")
        cluster = clusters[0] if clusters else None
        if not sources:
            given = [name for name in _WITH_ENGINE if _typed(context, name)]
            if given:
                raise click.UsageError(f"{_word(context, given[0])} goes with --engine")
            if folder is None and (required or clusters):
                raise click.UsageError("say where the data are: --facts FOLDER or --engine ADDRESS")
            choice = None if folder is None else FactsChoice(folder, cluster=cluster)
            command(*args, facts=choice, **own)
            return
        if folder is not None:
            raise click.UsageError("--engine reads in place of --facts: give one of them")
        from remit.facts.live.address import address_of

        schemas = tuple(name.strip() for name in (schema or "").split(",") if name.strip())
        address = address_of(sources[0], schemas=schemas, statement_seconds=seconds)
        choice = FactsChoice(
            None, address, data_cut, complete, mapped, cluster, vocabulary, signed, dates
        )
        command(*args, facts=choice, **own)

    for option in reversed(_ENGINE):
        taken = option(taken)
    folder_option = click.option("--facts", "folder", type=FOLDER, help="The dataset's folder.")
    return folder_option(taken)


def _typed(context: click.Context, name: str) -> bool:
    return context.get_parameter_source(name) is not click.core.ParameterSource.DEFAULT


def _word(context: click.Context, name: str) -> str:
    return next(option.opts[0] for option in context.command.params if option.name == name)


def _is_cluster(text: str) -> bool:
    return text.casefold().split(":")[0] in {"spark", "dask"}


def _cluster(text: str) -> tuple[str, str]:
    """Which library works on the parts, and where, as it calls that itself."""
    kind, _, where = text.partition(":")
    kind = kind.casefold()
    local = re.fullmatch(r"local\[[1-9][0-9]*\]", where)
    if local is None and not re.fullmatch(r"//[^\s/@]+:[0-9]+", where):
        raise click.BadParameter(
            f"write {kind}:local[2] or {kind}://HOST:PORT", param_hint="--engine"
        )
    scheme = "spark" if kind == "spark" else "tcp"
    return kind, where if local is not None else f"{scheme}:{where}"
