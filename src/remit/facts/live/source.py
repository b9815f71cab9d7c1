"""What a live source is asked: its tables, its codes, and rows of a range of persons.

A source answers with Arrow tables of the columns as it keeps them, named in small letters as OMOP
has them. What a value means, and which rows cannot be, is worked out by whoever asks, in the same
way for every source.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.asked_days import AskedDays
from remit.facts.intake.omop.drug_strengths import STRENGTHS
from remit.facts.intake.rows.raw_tables import RAW_TABLES
from remit.facts.tables import TABLES, Column, FactTable
from remit.facts.vocabulary.vocabulary_files import COLUMNS

# What is read of a source: the tables of facts, and those of which rows of these are made.
VOCABULARY: Mapping[str, FactTable] = {
    name: FactTable(
        name,
        tuple(Column(column, "text", required=False) for column in (*needed, *optional)),
        key=needed[0],
        order=needed,
        required=False,
    )
    for name, (needed, optional) in COLUMNS.items()
    if name not in {*TABLES, STRENGTHS.name}
}
READ: Mapping[str, FactTable] = {
    **VOCABULARY,
    **TABLES,
    **RAW_TABLES,
    STRENGTHS.name: STRENGTHS,
}
# How a source keeps the values of a column: whole and other numbers, days, moments, anything else.
ColumnKind = Literal["small", "whole", "number", "day", "moment", "text", "bool"]


@dataclass(frozen=True, slots=True)
class SourceColumn:
    """A column of a source.

    Attributes:
        written: its name as the source has it.
        filled: whether the source itself sees to it that no value is empty.
        unique: whether it sees to it that no value stands twice.
        sparse: whether its statistics say that nearly all values are empty; a guess.
    """

    written: str
    kind: ColumnKind
    filled: bool = False
    unique: bool = False
    sparse: bool = False


@dataclass(frozen=True, slots=True)
class SourceTable:
    """A table of a source.

    Attributes:
        schema: where the source keeps it; empty where it has no such thing.
        written: its name as the source has it.
        columns: by their names in small letters.
    """

    schema: str
    written: str
    columns: Mapping[str, SourceColumn]

    @property
    def shown(self) -> str:
        return f"{self.schema}.{self.written}" if self.schema else self.written


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of a table; of each condition that is None, all.

    Attributes:
        after, last: persons above the one and up to the other, which may be open.
        persons: these alone.
        concepts: rows with these codes; 0 stands for none too.
        sources: of the rows without a code, where they are wanted, those whose source's code is
            one of these; 0 stands for none too.
        keys: rows whose key is one of these.
        study: rows of this one, of a table that says it.
        above, below: rows of `concept_ancestor` with these ids.
        chosen: a column of a table of the vocabulary, and the values that it has in these rows.
        days: rows of other days may be left out.
    """

    after: int | None = None
    last: int | None = None
    persons: Collection[int] | None = None
    concepts: Collection[int] | None = None
    sources: Collection[int] | None = None
    keys: Collection[int] | None = None
    study: str | None = None
    above: Collection[int] | None = None
    below: Collection[int] | None = None
    chosen: tuple[str, Collection[int | str]] | None = None
    days: AskedDays | None = None


@dataclass(frozen=True, slots=True)
class CodeGroup:
    """The rows of a table that carry one code.

    Attributes:
        code: 0 where it is none that the tables of facts can hold.
        first, last: the least and the greatest key of the rows; None where they have none.
    """

    code: int
    rows: int
    first: int | None
    last: int | None


class SourceRows(Protocol):
    """Rows of tables, whoever has them."""

    @property
    def shown(self) -> str:
        """What and where the source is, without a secret."""

    @property
    def tables(self) -> Mapping[str, SourceTable]:
        """The tables of OMOP that it has, by their names in small letters."""

    def rows(self, table: str, columns: Sequence[str], wanted: Wanted) -> pa.Table:
        """Columns of rows, in any order; a column that the source lacks is left out.

        Threads may ask at once.
        """


# The columns of some rows of a table.
Question = tuple[tuple[str, ...], Wanted]


class Source(SourceRows, Protocol):
    """Tables in a database, read in one transaction that writes nothing."""

    @property
    def read_at(self) -> str:
        """When its transaction began, by its own clock, in ISO 8601."""

    @property
    def copies_may_read(self) -> bool:
        """Whether copies of this process may ask it, and see what this one sees."""

    def answered(self, table: str, questions: Sequence[Question]) -> SourceRows:
        """Whom to ask these questions, which differ in their columns and codes, each once.

        The source itself, or one that has looked at the table once for all of them.
        """

    def code_groups(self, table: str, concept: str, key: str) -> Sequence[CodeGroup]:
        """The codes that the rows of a table carry, each once."""

    def row_codes(self, table: str) -> Sequence[Sequence[object]]:
        """What rows of a table say of their codes, each once, as `statements.row_codes` asks it."""

    def row_count(self, table: str) -> int:
        """How many rows a table has."""

    def last_days(self, table: str, column: str) -> pa.Array:
        """The two latest days of a column, or all its distinct values where they are no days."""

    def person_borders(self, persons: int) -> Sequence[int]:
        """The last person of each range of so many, ascending; that of the last range too."""

    def heads(self, concepts: Collection[int]) -> pa.Table:
        """Of those of some concepts that stand above any, a row of `concept_ancestor` each."""

    def close(self) -> None:
        """Let it go; what was asked stays."""


def unreadable(what: str, *, got: str, next_step: str, place: str) -> DatasetError:
    """The refusal of a source that answers otherwise than it should."""
    return DatasetError(
        what,
        expected="tables of the OMOP CDM 5.3 or 5.4, which this role may read",
        got=got,
        next_step=next_step,
        place=place,
    )
