"""Over which days a person was watched, by a rule that the user declares, where the source is mute.

OMOP has periods of observation, and a map may name such columns; many sources have neither. Then
nothing counts as absent, unless whoever imports says by which rule people were watched:

- `first-to-last-record`: from the first to the last day on which any record of a person begins; a
  death is no record of care.
- `first-to-last-visit`: the same of visits alone.
- a CSV file (person, start, end), a period a row.

A period of the source goes first: the rule speaks of persons who have none. A day that is not
exactly known begins and ends nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import NO_DAY, Days, Whole, arrow_of, dates_of, whole_numbers
from remit.facts.imprecise_dates import NAME as IMPRECISE
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.sources.csv_file import day_of, read_csv_rows, wrong_row
from remit.facts.screening_dates import born_of
from remit.facts.tables import TABLES

BY_RECORDS, BY_VISITS = "first-to-last-record", "first-to-last-visit"
FORMS = f"{BY_RECORDS}, {BY_VISITS}, or a CSV file (person, start, end)"
WHAT = "the file of observed periods"
PERIODS = "observation_period"
_TABLE = TABLES[PERIODS]
_EPOCH = date(1970, 1, 1).toordinal()
# A day of these is no day on which somebody who watches would have written down what happened; a
# dose is made of an exposure, and of one without a day it is open from birth on.
_NO_CARE = frozenset({PERIODS, "death", "dose_era"})

CoverageRule = Path | str
# Person, first and last day of each period; shape (periods,).
Periods = tuple[Whole, Days, Days]


def coverage_rule(text: str) -> CoverageRule:
    """A rule from what a user typed.

    Raises:
        DatasetError: it is none of those that there are.

    >>> coverage_rule("first-to-last-visit")
    'first-to-last-visit'
    """
    if text in {BY_RECORDS, BY_VISITS}:
        return text
    path = Path(text)
    if path.suffix.casefold() == ".csv" or path.is_file():
        return path
    raise DatasetError(
        "this is no rule for coverage",
        expected=FORMS,
        got=text,
        next_step="write one of these, or leave it out: nothing is covered then",
    )


@dataclass(slots=True)
class Coverage:
    """Makes periods of the persons of one part after the other.

    Attributes:
        given: the periods of a file; None for a rule by records.
        made: periods so far. persons: of how many. open: persons who have none in the end.
    """

    rule: CoverageRule
    data_cut: date
    last: int
    given: Periods | None = None
    made: int = 0
    persons: int = 0
    open: int = 0

    def periods(self, tables: Mapping[str, pa.Table]) -> pa.Table:
        """The rows of `observation_period` of a part, those by the rule among them."""
        held = tables[PERIODS]
        people = np.sort(np.asarray(whole_numbers(tables["person"]["person_id"]), np.int64))
        watched = np.asarray(whole_numbers(held["person_id"]), np.int64)
        mute = np.setdiff1d(people, watched, assume_unique=False)
        person, start, end = self.given if self.given is not None else self._by_days(tables)
        here = np.isin(person, mute)
        person, start, end = person[here], start[here], end[here]
        count, whose = len(person), len(np.unique(person))
        self.made, self.persons = self.made + count, self.persons + whose
        self.open += len(mute) - whose
        columns = {
            _TABLE.key: arrow_of(np.arange(self.last + 1, self.last + count + 1), pa.int64()),
            "person_id": arrow_of(person, pa.int64()),
            _TABLE.start: arrow_of(start.astype(np.int32), pa.int32()).view(pa.date32()),
            _TABLE.end: arrow_of(end.astype(np.int32), pa.int32()).view(pa.date32()),
            "period_type_concept_id": pa.array(np.zeros(count, np.int32)),
        }
        self.last += count
        rows = pa.Table.from_arrays([columns[n] for n in held.column_names], schema=held.schema)
        return pa.concat_tables([held, rows])

    def note(self) -> str:
        """What the rule did, for the report."""
        return (
            f"coverage was declared: {self.made:,} periods of {self.persons:,} persons by the rule "
            f"{shown_rule(self.rule)}. Within them a record that is not there counts as absent; of "
            f"{self.open:,} other persons without a period of the source nothing is covered"
        )

    def _by_days(self, tables: Mapping[str, pa.Table]) -> Periods:
        """From the first to the last day that the rule looks at, of each person who has one."""
        open_rows = _imprecise(tables.get(IMPRECISE))
        pieces = list(_days(tables, self.rule, open_rows))
        person = np.concatenate([np.zeros(0, np.int64), *(who for who, _ in pieces)])
        day = np.concatenate([np.zeros(0, np.int32), *(when for _, when in pieces)])
        people, place = np.unique(person, return_inverse=True)
        first = np.full(len(people), np.iinfo(np.int32).max, np.int32)
        last = np.full(len(people), np.iinfo(np.int32).min, np.int32)
        np.minimum.at(first, place, day)
        np.maximum.at(last, place, day)
        return people, first, last


def shown_rule(rule: CoverageRule) -> str:
    """A rule in words."""
    return rule.name if isinstance(rule, Path) else rule


def _days(
    tables: Mapping[str, pa.Table],
    rule: CoverageRule,
    open_rows: Mapping[tuple[str, str], Collection[int]],
) -> Iterator[tuple[Whole, Days]]:
    """Persons and first days of the records that a rule looks at."""
    for name, rows in tables.items():
        start = TABLES[name].start
        if start is None or name in _NO_CARE or not rows.num_rows:
            continue
        if rule == BY_VISITS and name != "visit_occurrence":
            continue
        day = dates_of(rows[start])
        known = day != NO_DAY
        if open_ := open_rows.get((name, start)):
            known &= ~np.isin(whole_numbers(rows[TABLES[name].key]), list(open_))
        yield np.asarray(whole_numbers(rows["person_id"]), np.int64)[known], day[known]


def _imprecise(rows: pa.Table | None) -> Mapping[tuple[str, str], Collection[int]]:
    """Table and column -> the ids of rows whose day there is not exactly known."""
    found: dict[tuple[str, str], set[int]] = {}
    for row in [] if rows is None else rows.to_pylist():
        found.setdefault((row["fact_table"], row["date_column"]), set()).add(row["fact_id"])
    return found


def read_periods(
    path: Path, persons: PersonNumbers, births: tuple[Whole, Days], data_cut: date
) -> Periods:
    """The periods of a file; one that goes on after the data cut ends with it.

    Args:
        births: of all persons of the dataset, as `births_of` has them.

    Raises:
        DatasetError: a person whom nobody knows, a period that ends before it starts, starts before
            birth or after the data cut, or overlaps another of that person.
    """
    cut = data_cut.toordinal() - _EPOCH
    found: dict[int, list[tuple[int, int]]] = {}
    for row in read_csv_rows(path, ("person", "start", "end"), what=WHAT):
        person = persons.numbers.get(row.cells["person"])
        born = None if person is None else born_of(person, births)
        if person is None or born is None:
            raise wrong_row(
                row, path, "the dataset has no such person", "an id as the source has it"
            )
        start, end = (day_of(row, name, path).toordinal() - _EPOCH for name in ("start", "end"))
        if end < start:
            raise wrong_row(
                row, path, "the period ends before it starts", "an end from its start on"
            )
        if start < born:
            raise wrong_row(row, path, "the period starts before birth", "a start from birth on")
        if start > cut:
            expected = f"a start up to {data_cut.isoformat()}, the last day of the data"
            raise wrong_row(row, path, "the period starts after the data cut", expected)
        if any(start <= last and end >= first for first, last in found.get(person, ())):
            raise wrong_row(row, path, "two periods of one person overlap", "periods side by side")
        found.setdefault(person, []).append((start, end))
    flat = [(p, s, min(e, cut)) for p, spans in sorted(found.items()) for s, e in sorted(spans)]
    columns = np.array(flat, np.int64).reshape(-1, 3)
    return columns[:, 0], columns[:, 1].astype(np.int32), columns[:, 2].astype(np.int32)
