"""What an import read, kept and left out, and what it did not understand: the same for each format.

A report holds counts, ids of rows, codes and names of tests: never what was found in a patient.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Literal

from remit.errors import DatasetError, Place

SHOWN = 5  # keys of rows that are told
Kind = Literal["code", "unit", "name", "answer"]
# What became of rows that the dataset has not as they were: united with others; left out, since
# they cannot be; not read, since nobody asks for them; rows of another table now.
Fate = Literal["merged", "refused", "not_read", "moved"]
CellChange = Literal["unreadable", "rounded", "inferred"]


@dataclass(frozen=True, slots=True)
class DoseNote:
    """What was done with eras that overlap or follow one another.

    Attributes:
        eras: how many rows of the source it concerns; persons: of how many.
        examples: up to five ids of such rows, the smallest.
    """

    what: str
    eras: int
    persons: int
    examples: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Rows that were not taken, for one reason.

    Attributes:
        examples: the first few ids, or numbers of rows where a source has no ids.
        on_purpose: whether the user said so; a strict import refuses the others.
        fate: what became of them.
    """

    reason: str
    rows: int
    examples: tuple[str, ...]
    on_purpose: bool = False
    fate: Fate = "refused"

    def __post_init__(self) -> None:
        if self.on_purpose and self.fate == "refused":
            object.__setattr__(self, "fate", "not_read")


@dataclass(frozen=True, slots=True)
class TableIntake:
    """One table of the dataset, and the rows that it was made of.

    Attributes:
        source: the file (and sheet) that was read; None where the source has none.
        read: its rows. kept: how many rows the dataset has.
        made: rows of the dataset that the source has not as such, such as two of one that was cut.
        first_day, last_day: the earliest and the latest first day of a record; None without one.
        codes: how many of the rows are understood; None for a table without codes.
    """

    table: str
    source: str | None
    read: int
    kept: int
    left_out: tuple[LeftOut, ...] = ()
    made: int = 0
    first_day: date | None = None
    last_day: date | None = None
    codes: CodedRows | None = None

    def rows_of(self, *fates: Fate) -> int:
        """How many rows of the source became this."""
        return sum(item.rows for item in self.left_out if item.fate in fates)

    @property
    def unaccounted(self) -> int:
        """Rows of the source of which nothing is said: 0, unless a reader has a fault."""
        return (
            self.read
            + self.made
            - self.kept
            - self.rows_of("merged", "refused", "not_read", "moved")
        )


@dataclass(frozen=True, slots=True)
class CodedRows:
    """Rows of a table by what their codes say.

    Attributes:
        understood: those of a concept of the dictionary, by concept; a row may be of several.
        of_concepts: the rows of any concept. of_none: with a code that is known, of no concept.
        unresolved: with a code that nobody knows, or none.
    """

    understood: Mapping[str, int]
    of_concepts: int
    of_none: int
    unresolved: int


@dataclass(frozen=True, slots=True)
class ChangedCells:
    """Cells of a column that are not as the source has them; the row stays.

    Attributes:
        rule: what was done, in words.
    """

    table: str
    column: str
    what: CellChange
    rule: str
    cells: int


@dataclass(frozen=True, slots=True)
class UnitRows:
    """A unit of a table, and its rows.

    Attributes:
        written: as the source has it: the id, the text or both.
        unit: what it stands for, as UCUM; None where nobody knows it.
    """

    table: str
    written: str
    unit: str | None
    rows: int


@dataclass(frozen=True, slots=True)
class UnreadTable:
    """A table of the source that nothing is read of, and its rows."""

    table: str
    source: str
    rows: int


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A code, unit, name or answer of a table that Remit cannot read.

    Attributes:
        written: as the source has it.
        name: what the source's vocabulary calls a code, or what may be meant by a unit.
    """

    table: str
    kind: Kind
    written: str
    rows: int
    persons: int
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Undated:
    """Of how many persons a study has no date on which they are screened."""

    study: str
    persons: int
    of: int


@dataclass(frozen=True, slots=True)
class IntakeReport:
    """What an import did.

    Attributes:
        cut_given: whether the user gave the data cut; else it is the latest day of the data.
        not_understood: the most persons first.
        doses: what was done with dose eras that overlap.
        undated: the studies that lack screening dates.
        notes: what else the reader has to know, a sentence each.
        open_names: code, as text -> the name of the source that stands under it: nothing maps it.
        unread: tables of the source that nothing is read of.
        cells: what was emptied, rounded or inferred, by column.
        units: all that occur, the most rows first.
        vocabulary: the version of the vocabulary that codes were looked up in; None without one.
    """

    persons: int
    data_cut: date
    cut_given: bool
    tables: tuple[TableIntake, ...]
    not_understood: tuple[NotUnderstood, ...] = ()
    doses: tuple[DoseNote, ...] = ()
    undated: tuple[Undated, ...] = ()
    notes: tuple[str, ...] = ()
    open_names: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[UnreadTable, ...] = ()
    cells: tuple[ChangedCells, ...] = ()
    units: tuple[UnitRows, ...] = ()
    vocabulary: str | None = None

    @property
    def left_out(self) -> int:
        """How many rows were not taken."""
        return sum(item.rows for table in self.tables for item in table.left_out)


def joined_left_out(items: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """What was left out in several pieces of a table, as one list; the most rows first."""
    found: dict[str, list[LeftOut]] = {}
    for item in items:
        found.setdefault(item.reason, []).append(item)
    joined = [
        LeftOut(
            reason,
            sum(item.rows for item in same),
            tuple(example for item in same for example in item.examples)[:SHOWN],
            all(item.on_purpose for item in same),
            same[0].fate,
        )
        for reason, same in found.items()
    ]
    return tuple(sorted(joined, key=lambda item: -item.rows))


def most_first(items: Iterable[NotUnderstood]) -> tuple[NotUnderstood, ...]:
    """By persons, then rows; what is written settles a tie."""
    return tuple(sorted(items, key=lambda item: (-item.persons, -item.rows, item.written)))


def require_nothing_left_out(left_out: Mapping[str, tuple[LeftOut, ...]]) -> None:
    """Nothing, when every row of a strict import was taken.

    Args:
        left_out: by table.

    Raises:
        DatasetError: the first table with rows that were not.
    """
    for table, items in left_out.items():
        for item in items:
            if item.on_purpose or item.fate in {"moved", "not_read"}:
                continue
            raise DatasetError(
                f"rows of {table} cannot be taken: {item.reason}",
                expected="every row, since the import is strict",
                got=f"{item.rows:,} rows, such as {', '.join(item.examples)}",
                next_step="correct these rows at their source, or leave out --strict",
                place=table,
            )


def refused(
    what: str, *, expected: str, got: str, next_step: str, file: Path, row: int | None = None
) -> DatasetError:
    """The refusal of an import: what is wrong, and in which row of the file.

    Args:
        row: as a spreadsheet counts, so that the head is row 1; None for the file as a whole.
    """
    place = Place(str(file), row)
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place=place)
