"""Tables of facts under pseudonyms: other ids, other days, and no free text.

All days of a person move by the same number of days, birth and death too, so that ages and the days
between two records stay. Ids of rows are numbered anew, since a hospital's own lead back to it. Of
texts stays what is a code, a known unit or a plain number.

Whatever goes on until the data cut ends with the last day on which something was recorded of the
person. Else the ends of all would lie between a year before and a year after the cut, which gives
the cut away, and with it each shift. After that day nothing is known of her: it is her data cut.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import (
    EMPTY,
    NO_DAY,
    Whole,
    dates_of,
    rows_at,
    texts_of,
    whole_numbers,
)
from remit.facts.declared import declared_rows
from remit.facts.imprecise_dates import NAME as IMPRECISE
from remit.facts.intake.deidentified.hidden_ranges import (
    KeyedDays,
    birth_ranges,
    has_range,
    hidden_ranges,
    widened,
    with_own_days,
)
from remit.facts.intake.deidentified.pseudonym_key import KeyFile, PseudonymKey
from remit.facts.intake.deidentified.withheld_texts import with_column, without_texts
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.rows.impossible_rows import is_numbered
from remit.facts.intake.rows.imprecise_rows import apart_eras
from remit.facts.intake.rows.row_store import RowStore, row_store
from remit.facts.person_cuts import NAME as CUTS
from remit.facts.screening_dates import births_of
from remit.facts.snapshot import empty_table
from remit.facts.tables import TABLES, FactTable

Flags = npt.NDArray[np.bool_]
_DAY_MS = 86_400_000
_EPOCH = date(1970, 1, 1).toordinal()
# The day on which each record was made or began.
FIRST_DAYS: Mapping[str, str] = {
    **{name: table.start for name, table in TABLES.items() if table.start is not None},
    "study_anchor": "anchor_date",
    "attestation": "signed_date",
}


@dataclass(frozen=True, slots=True)
class Pseudonyms:
    """The persons of a source under their pseudonyms.

    Attributes:
        key: what gave them. called: number of before -> the source's id.
        names: new number, from 1 on -> pseudonym. They are in the order of pseudonyms, which tells
            nothing of the order of the source.
    """

    key: PseudonymKey
    called: Mapping[int, str]
    names: tuple[str, ...]
    _persons: Whole
    _numbers: Whole

    def number(self, persons: Whole) -> Whole:
        """The new numbers of persons by their numbers of before."""
        return self._numbers[np.searchsorted(self._persons, persons)]


def pseudonyms_of(persons: PersonNumbers, key: PseudonymKey) -> Pseudonyms:
    """The pseudonyms of all persons of a source."""
    called = {number: name for name, number in persons.numbers.items()}
    old = np.array(sorted(called), np.int64)
    hidden = [key.pseudonym(called[int(number)]) for number in old]
    ranked = sorted(range(len(old)), key=hidden.__getitem__)
    numbers = np.empty(len(old), np.int64)
    numbers[ranked] = np.arange(1, len(old) + 1)
    return Pseudonyms(key, called, tuple(hidden[place] for place in ranked), old, numbers)


@dataclass(frozen=True, slots=True)
class HiddenParts:
    """The rows of a dataset under pseudonyms; `hidden_parts` gives them.

    Attributes:
        data_cut: their latest day: a cut of before would tell by how much days moved.
    """

    data_cut: date
    _store: RowStore

    def parts(self) -> Iterator[dict[str, pa.Table]]:
        """Part by part the tables, with ids of rows that are ours."""
        before: Counter[str] = Counter()
        for part in self._store.parts():
            given = {name: part.get(name, empty_table(name)) for name in TABLES}
            found = _renumbered(given, before)
            before.update({name: rows.num_rows for name, rows in found.items()})
            yield {name: declared_rows(TABLES[name], rows) for name, rows in found.items()}


@contextmanager
def hidden_parts(
    out: Path,
    parts: Iterable[Mapping[str, pa.Table]],
    persons: PersonNumbers,
    file: KeyFile,
    data_cut: date,
) -> Iterator[HiddenParts]:
    """All tables of a dataset under pseudonyms, from parts of it; they vanish after the block.

    Args:
        out: beside which rows lie that memory does not hold.
        data_cut: of the days before they move.

    Raises:
        DatasetError: the file of the key cannot be written.
        OutputError: the disk is full.
    """
    pseudonyms = pseudonyms_of(persons, file.key)
    latest, known = date.min, dict[str, str]()
    with row_store(out) as store:
        for tables in parts:
            moved = deidentified(tables, pseudonyms, data_cut=data_cut)
            for name, rows in moved.items():
                store.add(name, rows)
            latest = max(latest, _latest_day(moved))
            ids = _persons(tables["person"])
            numbers = pseudonyms.number(ids).tolist()
            known |= {
                pseudonyms.names[number - 1]: pseudonyms.called[person]
                for person, number in zip(ids.tolist(), numbers, strict=True)
            }
        file.keep(known)
        yield HiddenParts(data_cut if latest == date.min else latest, store)


def deidentified(
    tables: Mapping[str, pa.Table], pseudonyms: Pseudonyms, *, data_cut: date
) -> Mapping[str, pa.Table]:
    """The tables of a part under pseudonyms; ids of rows are still those of before.

    Args:
        tables: rows of the persons of one part, all of whom have a row in `person`.
        data_cut: of the days before they move.

    """
    here = _persons(tables["person"])
    order = np.argsort(here)
    days = _keyed_days(here[order], pseudonyms)
    cut = data_cut.toordinal() - _EPOCH
    exact = _exact_days(tables, here[order], cut)
    last = _last_days(tables, here[order], days, exact, cut)
    found = dict[str, pa.Table]()
    ranges = tables.get(IMPRECISE, empty_table(IMPRECISE))
    place = np.searchsorted(here[order], _persons(ranges))
    ranges = hidden_ranges(ranges, days.taken(place), cut=cut)
    place = np.searchsorted(here[order], here)
    people, ranges = birth_ranges(tables["person"], ranges, days.taken(place), cut=cut)
    tables = {**tables, "person": people}
    for name, rows in tables.items():
        table = TABLES[name]
        if table.person is None or name in {"person_name", CUTS, IMPRECISE}:
            found[name] = rows
            continue
        old = _persons(rows)
        place = np.searchsorted(here[order], old)
        rows = _ended(table, rows, last[place], cut)
        rows = _moved(table, rows, days.shifts[place])
        if ranges.num_rows:
            rows = with_own_days(name, rows, ranges)
        rows = with_column(rows, table.person, pa.array(pseudonyms.number(old), pa.int64()))
        found[name] = without_texts(table, rows)
    known = np.where(exact == NO_DAY, NO_DAY, exact + days.shifts)
    _with_ranges(known, np.searchsorted(here[order], _persons(ranges)), ranges)
    found[CUTS] = _own_cuts(found["person"], known, pseudonyms.number(here[order]))
    numbers = pseudonyms.number(_persons(ranges))
    ranges = with_column(ranges, "person_id", pa.array(numbers, pa.int64()))
    found[IMPRECISE] = _of_new_persons(ranges)
    found = dict(apart_eras(found)[0])
    numbers = _persons(found["person"])
    called = [pseudonyms.names[number - 1] for number in numbers]
    found["person_name"] = pa.Table.from_arrays(
        [pa.array(numbers), pa.array(called, pa.string())], schema=TABLES["person_name"].schema
    )
    return found


def _keyed_days(persons: Whole, pseudonyms: Pseudonyms) -> KeyedDays:
    """What the key says of the days of persons."""
    names = [pseudonyms.called[person] for person in persons.tolist()]
    key = pseudonyms.key
    columns = ([of(name) for name in names] for of in (key.shift, key.grid, key.tail))
    return KeyedDays(*(np.array(column, np.int64) for column in columns))


def _exact_days(tables: Mapping[str, pa.Table], persons: Whole, cut: int) -> Whole:
    """The last day on which something was recorded of each person, before days move.

    A day that is not exactly known is none: it is the first or the last of a year, which would
    tell the shift. Nor is a named date that is still to come.
    """
    last = np.full(len(persons), NO_DAY, np.int64)
    ranges = tables.get(IMPRECISE, empty_table(IMPRECISE))
    for name, column in FIRST_DAYS.items():
        rows = tables.get(name)
        if rows is not None and rows.num_rows:
            rows = rows_at(rows, ~has_range(name, column, rows, ranges))
            place = np.searchsorted(persons, _persons(rows))
            day = dates_of(rows[column]).astype(np.int64)
            np.maximum.at(last, place[day <= cut], day[day <= cut])
    return last


def _last_days(
    tables: Mapping[str, pa.Table], persons: Whole, days: KeyedDays, exact: Whole, cut: int
) -> Whole:
    """The days of `_exact_days`; who has none has the last day of a stretch."""
    last = exact.copy()
    ranges = tables.get(IMPRECISE, empty_table(IMPRECISE))
    if ranges.num_rows:
        place = np.searchsorted(persons, _persons(ranges))
        first = np.full(len(persons), NO_DAY, np.int64)
        np.maximum.at(first, place, dates_of(ranges["first_date"]).astype(np.int64))
        none = (last == NO_DAY) & (first != NO_DAY)
        end = widened(first[none], first[none], days.taken(np.flatnonzero(none)), cut=cut)[1]
        last[none] = end - days.shifts[none]
    return last


def _with_ranges(known: Whole, place: Whole, ranges: pa.Table) -> None:
    """Who has no exact day has the latest of the days from which on she may have a record.

    Args:
        known: moved days of persons, `NO_DAY` where there is none; they are changed.
        place: of the person of each range in `known`. ranges: moved and widened.
    """
    none = known[place] == NO_DAY
    np.maximum.at(known, place[none], dates_of(ranges["first_date"]).astype(np.int64)[none])


def _own_cuts(people: pa.Table, known: Whole, numbers: Whole) -> pa.Table:
    """The table `person_cut`: of whom nothing is recorded is known until she was born.

    Args:
        people: with moved births. known: a day of each of `numbers`, or `NO_DAY`.
    """
    persons, born = births_of(people)
    day = known[np.argsort(numbers)]
    day = np.where(day == NO_DAY, born, day).astype(np.int32)
    columns = [pa.array(persons), pa.array(day).cast(pa.date32())]
    return pa.Table.from_arrays(columns, schema=TABLES[CUTS].schema)


def _renumbered(tables: Mapping[str, pa.Table], before: Mapping[str, int]) -> dict[str, pa.Table]:
    """The tables of a part in the order of persons and days, with ids of rows that are ours."""
    found, keys = dict[str, pa.Table](), dict[str, tuple[Whole, Whole]]()
    for name, rows in tables.items():
        table = TABLES[name]
        if table.person is not None:
            rows = rows.sort_by([(column, "ascending") for column in (table.person, *_days(table))])
        if is_numbered(table):
            first = before.get(name, 0) + 1
            numbers = np.arange(first, first + rows.num_rows, dtype=np.int64)
            keys[name] = (whole_numbers(rows[table.key]).astype(np.int64), numbers)
            rows = with_column(rows, table.key, pa.array(numbers, pa.int64()))
        found[name] = rows
    found[IMPRECISE] = _of_new_rows(found[IMPRECISE], keys)
    for name, column in (
        ("measurement", "measurement_event_id"),
        ("observation", "observation_event_id"),
    ):
        found[name] = _linked(found[name], column, keys["procedure_occurrence"])
    return found


def _latest_day(tables: Mapping[str, pa.Table]) -> date:
    """The latest day of moved tables, before which a data cut may not lie."""
    days = [pc.max(tables[name][c]).as_py() for name, c in FIRST_DAYS.items() if name in tables]
    for name, column in (
        ("observation_period", "observation_period_end_date"),
        (IMPRECISE, "last_date"),
    ):
        if name in tables:
            days.append(pc.max(tables[name][column]).as_py())
    return max((day for day in days if day is not None), default=date.min)


def _persons(rows: pa.Table) -> Whole:
    return whole_numbers(rows["person_id"]).astype(np.int64)


def _ended(table: FactTable, rows: pa.Table, last: Whole, cut: int) -> pa.Table:
    """The rows, of which none goes on until the data cut."""
    if table.end is None or table.end == table.start:
        return rows
    end = dates_of(rows[table.end]).astype(np.int64)
    open_ = end >= cut
    days = pa.array(np.where(open_, last, end).astype(np.int32), pa.int32(), mask=end == NO_DAY)
    return with_column(rows, table.end, days.cast(pa.date32()))


def _of_new_persons(rows: pa.Table) -> pa.Table:
    """Ranges of births and deaths under the new numbers of their persons."""
    ids = whole_numbers(rows["fact_id"]).astype(np.int64)
    persons = whole_numbers(rows["person_id"]).astype(np.int64)
    own = pc.is_in(rows["fact_table"], value_set=pa.array(["person", "death"]))
    return with_column(rows, "fact_id", pc.if_else(own, pa.array(persons), pa.array(ids)))


def _of_new_rows(rows: pa.Table, keys: Mapping[str, tuple[Whole, Whole]]) -> pa.Table:
    """Ranges of records by the new ids of these."""
    ids = whole_numbers(rows["fact_id"]).astype(np.int64)
    tables, table = texts_of(rows["fact_table"])
    for place, name in enumerate(tables):
        at = np.flatnonzero(table == place)
        if name is not None and name in keys and len(at):
            old, new = keys[name]
            order = np.argsort(old)
            ids[at] = new[order[np.searchsorted(old[order], ids[at])]]
    return with_column(rows, "fact_id", pa.array(ids, pa.int64()))


def _days(table: FactTable) -> tuple[str, ...]:
    return () if table.start is None else (table.start,)


def _moved(table: FactTable, rows: pa.Table, days: Whole) -> pa.Table:
    """The rows with each day and time moved."""
    for column in table.columns:
        held = rows[column.name]
        if column.type == "date":
            number = pc.cast(held, pa.int32())
            moved = pc.cast(pc.add(number, pa.array(days, pa.int32())), pa.date32())
        elif column.type == "datetime":
            number = pc.cast(held, pa.int64())
            moved = pc.cast(pc.add(number, pa.array(days * _DAY_MS, pa.int64())), held.type)
        else:
            continue
        rows = with_column(rows, column.name, moved)
    return _reborn(rows, days) if table.name == "person" else rows


def _reborn(people: pa.Table, days: Whole) -> pa.Table:
    """Persons with their births moved, of those that are known to the day."""
    parts = [
        whole_numbers(people[name]).astype(np.int64)
        for name in ("year_of_birth", "month_of_birth", "day_of_birth")
    ]
    found: list[list[int | None]] = [[], [], []]
    for (year, month, day), shift in zip(zip(*parts, strict=True), days.tolist(), strict=True):
        if day == EMPTY:
            # A range of days, which has moved.
            told: tuple[int | None, ...] = (int(year), None, None)
        else:
            moved = date(int(year), int(month), int(day)) + timedelta(days=shift)
            told = (moved.year, moved.month, moved.day)
        for column, part in zip(found, told, strict=True):
            column.append(part)
    for name, column in zip(
        ("year_of_birth", "month_of_birth", "day_of_birth"), found, strict=True
    ):
        people = with_column(people, name, pa.array(column, pa.int32()))
    return people


def _linked(rows: pa.Table, column: str, keys: tuple[Whole, Whole]) -> pa.Table:
    """Rows that belong to a procedure, by its new id."""
    held = whole_numbers(rows[column]).astype(np.int64)
    if not len(keys[0]):
        none = pa.nulls(rows.num_rows, pa.int64())
        return with_column(rows, column, none)
    order = np.argsort(keys[0])
    place = np.minimum(np.searchsorted(keys[0][order], held), len(order) - 1)
    is_there: npt.NDArray[np.bool_] = (keys[0][order][place] == held) & (held != EMPTY)
    linked = pa.array(keys[1][order][place], pa.int64(), mask=~is_there)
    return with_column(rows, column, linked)
