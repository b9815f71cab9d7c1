"""How rows are read, wherever they are: needed columns of needed concepts, in one stated order.

A `Part` holds every row of a range of persons. A snapshot has parts of about 100,000 persons;
tables in memory, a database or a cluster's partition are parts alike. Rows of `measurement` carry
two columns that are worked out when they are written (or read, where the source has none):

- `place`: the record's place in its person's order of date, time (empty first) and id, over all
  concepts. It is the order in which a record is later than another.
- `kind`: which of `Part.kinds` the row is: its operator, unit id and unit text. So a unit is
  looked up once a kind and not once a row.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeGuard

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import (
    EMPTY,
    Days,
    Whole,
    among,
    arrow_of,
    dates_of,
    order_of,
    rows_at,
    rows_in_order,
    texts_of,
    times_of,
    whole_numbers,
)
from remit.facts.asked_days import AskedDays
from remit.facts.signs import CONTRADICTED, contradicted
from remit.facts.tables import TABLES, FactTable

PLACE, KIND = "place", "kind"
STUDY = "study"  # the column of tables whose rows belong to a study
# Columns that `measurement` has when it is read, beside those of the table.
ADDED: Mapping[str, Mapping[str, pa.DataType]] = {
    "measurement": {PLACE: pa.int32(), KIND: pa.int16()},
}
ADDED_FIELDS = {
    name: pa.field(name, kind, nullable=False)
    for columns in ADDED.values()
    for name, kind in columns.items()
}
MOST_KINDS = 1 << 15
DAY_MS = 86_400_000

# Codes that are read with the same columns, and those columns; None: every row.
Block = tuple[frozenset[int] | None, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Kind:
    """What rows of measurements share: OMOP ids of operator and unit (0: none), the unit's text.

    The operator of a number whose source text has another sign is `CONTRADICTED`.
    """

    operator: int
    unit: int
    unit_text: str | None


class Part(Protocol):
    """All rows of a range of persons."""

    @property
    def kinds(self) -> Sequence[Kind]:
        """What the numbers in the column `kind` of `measurement` stand for."""

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """Rows of a table in `reading_order`; no row where the source lacks the table.

        Args:
            table: a name of `TABLES`.
            columns: of the table, or added to it (`ADDED`).
            concepts: rows with these codes in the table's concept column; all when None, or where
                the table has no such column.
            study: rows of this one, of a table that has the column; all when None.
            persons: rows of these; all when None, or where the table is of no person.
        """


class DistantPart(Part, Protocol):
    """A part of which each question costs a way: what will be asked is better fetched at once."""

    def fetched(
        self,
        needs: Mapping[str, Sequence[Block]],
        *,
        persons: Collection[int] | None = None,
        days: AskedDays | None = None,
    ) -> Part:
        """The same part, with the rows that tables are asked for at hand.

        Args:
            needs: table -> its blocks, as they will be asked for.
            persons: the only ones that will be; all when None.
            days: rows of other days may be left out; none when None.
        """


class OpenDaysPart(Part, Protocol):
    """A part of which nobody knows, before its rows are read, which of their days are open."""

    def open_days(
        self,
        of: Mapping[str, Collection[int] | None] | None = None,
        *,
        persons: Collection[int] | None = None,
    ) -> pa.Table:
        """Rows of `imprecise_date`.

        Args:
            of: about rows of these tables with these codes, all codes when None; others may be
                among them. About all when None, which reads all tables.
            persons: of these; of all when None.
        """


class DatedPersons(Part, Protocol):
    """A part that knows the dates of its persons beside the rows that say so."""

    def days_of(self, study: str, persons: Whole) -> Mapping[str, Days] | None:
        """Name -> the day of each person in a study, `NO_DAY` without; None: ask the rows.

        Args:
            persons: all of the part, ascending.
        """


# What a part can do is looked for once in its class: Python's own look at a protocol takes longer
# than to read a small table.
def is_distant(part: Part) -> TypeGuard[DistantPart]:
    """Whether a part lies far."""
    return hasattr(type(part), "fetched")


def has_open_days(part: Part) -> TypeGuard[OpenDaysPart]:
    """Whether a part finds open days among its rows."""
    return hasattr(type(part), "open_days")


def knows_dates(part: Part) -> TypeGuard[DatedPersons]:
    """Whether a part knows dates beside its rows."""
    return hasattr(type(part), "days_of")


def at_hand(
    part: Part,
    needs: Mapping[str, Sequence[Block]],
    *,
    persons: Collection[int] | None = None,
    days: AskedDays | None = None,
) -> Part:
    """A part to ask these rows of: itself, where they are not far."""
    if not is_distant(part):
        return part
    return part.fetched(needs, persons=persons, days=days)


def reading_order(table: FactTable) -> tuple[str, ...]:
    """The columns by which rows of a table are ordered when they are read.

    >>> reading_order(TABLES["measurement"])
    ('measurement_concept_id', 'person_id', 'place')
    """
    if table.name == "measurement":
        return (*table.order[:2], PLACE)
    return tuple(dict.fromkeys((*table.order, table.key)))


def with_place_and_kind(rows: pa.Table) -> tuple[pa.Table, tuple[Kind, ...]]:
    """Rows of `measurement` with the two added columns, in reading order.

    Args:
        rows: all rows of their persons, with every column of the table.
    """
    person = whole_numbers(rows["person_id"])
    in_time = _order_in_time(rows, person)
    place = _running_number(person[in_time])
    # What lies in the order of person and place is put in that of codes without moving those.
    by_code = order_of(whole_numbers(rows["measurement_concept_id"])[in_time])
    order = in_time[by_code]
    fields = [*rows.schema, *ADDED_FIELDS.values()]
    rows = _with_coded_texts(rows)
    kind, kinds = kinds_of(rows)
    added = [arrow_of(place[by_code], pa.int32()), arrow_of(kind[order], pa.int16())]
    columns = [*rows_in_order(rows, order).columns, *added]
    return pa.Table.from_arrays(columns, schema=pa.schema(fields)), kinds


def _with_coded_texts(rows: pa.Table) -> pa.Table:
    """The rows with texts as numbers of a short list: few differ, and they are asked twice."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type) and rows[field.name].null_count < rows.num_rows:
            coded = _one_chunk(rows[field.name]).dictionary_encode()
            rows = rows.set_column(place, field.name, coded)
    return rows


def arranged_rows(table: FactTable, rows: pa.Table) -> tuple[pa.Table, tuple[Kind, ...]]:
    """Rows of a table in reading order, with the columns that are added, and the kinds."""
    if table.name == "measurement":
        return with_place_and_kind(rows)
    return rows.sort_by([(column, "ascending") for column in reading_order(table)]), ()


def places_of(rows: pa.Table) -> npt.NDArray[np.int32]:
    """The place of each row of `measurement` in its person's order, from 1; shape (rows,).

    Args:
        rows: all rows of their persons.
    """
    person = whole_numbers(rows["person_id"])
    order = _order_in_time(rows, person)
    place = np.empty(len(order), np.int32)
    place[order] = _running_number(person[order])
    return place


def _order_in_time(rows: pa.Table, person: npt.NDArray[np.integer]) -> Whole:
    """The order of rows of `measurement` by person, date, time (empty first) and id."""
    day = dates_of(rows["measurement_date"])
    time, row = times_of(rows["measurement_datetime"]), whole_numbers(rows["measurement_id"])
    # Times of one day differ as their distances from its midnight do, which are small numbers.
    since, timed = day.astype(np.int64), time != EMPTY
    since *= -DAY_MS
    since += time
    if timed.any():
        # Whole minutes, or noon alone: fewer bits, so that one sort of words is enough.
        since //= max(int(np.gcd.reduce(since[timed])), 1)
    since[~timed] = since.min(where=timed, initial=0) - 1
    return order_of(person, day, since, row)


def kinds_of(rows: pa.Table) -> tuple[npt.NDArray[np.int16], tuple[Kind, ...]]:
    """The kind of each row of `measurement`, shape (rows,), and what the numbers stand for.

    Raises:
        DatasetError: there are more kinds than a column of kinds can tell apart.
    """
    operators, operator = _coded(rows["operator_concept_id"])
    units, unit = _coded(rows["unit_concept_id"])
    texts, text = _coded(rows["unit_source_value"])
    operators.append(CONTRADICTED)
    says_other = contradicted(rows["operator_concept_id"], rows["value_source_value"])
    operator[says_other] = len(operators) - 1
    key = (operator * len(units) + unit) * len(texts) + text
    most = len(operators) * len(units) * len(texts)
    # Few could be there: they are counted, and each row looks its number up.
    few = most <= max(len(key), MOST_KINDS)
    found = np.flatnonzero(np.bincount(key, minlength=most)) if few else np.unique(key)
    if len(found) > MOST_KINDS:
        raise DatasetError(
            "the rows of measurement carry too many different units",
            expected=f"at most {MOST_KINDS:,} of operator, unit id and unit text together",
            got=f"{len(found):,}",
            next_step="look for free text in unit_source_value, and clear it",
        )
    kinds = [
        Kind(
            int(operators[code // len(texts) // len(units)] or 0),
            int(units[code // len(texts) % len(units)] or 0),
            texts[code % len(texts)],
        )
        for code in found.tolist()
    ]
    # An empty id is as good as 0, and the order of texts is that of the rows: neither may show.
    distinct = sorted(set(kinds), key=_kind_order)
    number = {kind: place for place, kind in enumerate(distinct)}
    numbers = np.array([number[kind] for kind in kinds], np.int16)
    if not few:
        return numbers[np.searchsorted(found, key)], tuple(distinct)
    of_key = np.zeros(most, np.int16)
    of_key[found] = numbers
    return of_key[key], tuple(distinct)


def _kind_order(kind: Kind) -> tuple[int, int, bool, str]:
    return kind.operator, kind.unit, kind.unit_text is not None, kind.unit_text or ""


def _coded(column: pa.ChunkedArray) -> tuple[list[Any], npt.NDArray[np.int64]]:
    """The distinct values of a column, None the last of them, and the number of each row's."""
    if column.null_count == len(column):
        return [None], np.zeros(len(column), np.int64)
    held = _one_chunk(column)
    encoded = held if pa.types.is_dictionary(held.type) else held.dictionary_encode()
    values = [*encoded.dictionary.to_pylist(), None]
    return values, whole_numbers(encoded.indices, empty=len(values) - 1).astype(np.int64)


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


def _running_number(groups: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """1, 2, 3 … within each run of equal groups."""
    begins = np.append(np.flatnonzero(groups[1:] != groups[:-1]) + 1, len(groups))
    lengths = np.diff(begins, prepend=0)
    begin = np.repeat(begins - lengths, lengths)
    return np.asarray(np.arange(1, len(groups) + 1) - begin, np.int32)


class TablesPart:
    """Tables in memory as one part; each is brought into reading order when it is first read.

    Args:
        in_order: those that lie in reading order; not measurements.
    """

    def __init__(self, tables: Mapping[str, pa.Table], *, in_order: Collection[str] = ()) -> None:
        self._tables = dict(tables)
        # One entry is set at once, so that threads may fill it side by side.
        self._ready: dict[str, tuple[pa.Table, tuple[Kind, ...]]] = {
            name: (self._tables[name], ()) for name in in_order
        }

    @property
    def kinds(self) -> Sequence[Kind]:
        """As `Part.kinds`."""
        return self.arranged("measurement")[1]

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
        study: str | None = None,
    ) -> pa.Table:
        """As `Part.rows`."""
        return chosen_rows(
            self.arranged(table)[0],
            TABLES[table],
            columns,
            concepts=concepts,
            persons=persons,
            study=study,
        )

    def arranged(self, name: str) -> tuple[pa.Table, tuple[Kind, ...]]:
        """All rows of a table in reading order, with the columns that are added, and the kinds."""
        if name not in self._ready:
            rows = self._tables.get(name)
            if rows is None:
                rows = pa.Table.from_batches([], TABLES[name].schema)
            self._ready[name] = arranged_rows(TABLES[name], rows)
        return self._ready[name]


def chosen_rows(
    rows: pa.Table,
    table: FactTable,
    columns: Sequence[str],
    *,
    concepts: Collection[int] | None,
    persons: Collection[int] | None,
    study: str | None = None,
) -> pa.Table:
    """Some columns of the rows with these codes, persons and study; their order stays."""
    kept: npt.NDArray[np.bool_] | None = None
    for name, wanted in ((table.concept, concepts), (table.person, persons)):
        if wanted is None or name is None:
            continue
        held = among(whole_numbers(rows[name]), wanted)
        kept = held if kept is None else kept & held
    if study is not None and STUDY in rows.column_names:
        texts, text = texts_of(rows[STUDY])
        of_study = np.array([known == study for known in texts], np.bool_)[text]
        kept = of_study if kept is None else kept & of_study
    chosen = rows.select(list(columns))
    if kept is None or kept.all():
        return chosen
    return rows_at(chosen, kept)
