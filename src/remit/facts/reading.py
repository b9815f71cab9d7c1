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
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import EMPTY, dates_of, times_of, whole_numbers
from remit.facts.tables import TABLES, FactTable

PLACE, KIND = "place", "kind"
# Columns that `measurement` has when it is read, beside those of the table.
ADDED: Mapping[str, Mapping[str, pa.DataType]] = {
    "measurement": {PLACE: pa.int32(), KIND: pa.int16()},
}


@dataclass(frozen=True, slots=True)
class Kind:
    """What rows of measurements share: OMOP ids of operator and unit (0: none), the unit's text."""

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
    ) -> pa.Table:
        """Rows of a table in `reading_order`; no row where the source lacks the table.

        Args:
            table: a name of `TABLES`.
            columns: of the table, or added to it (`ADDED`).
            concepts: rows with these codes in the table's concept column; all when None.
            persons: rows of these; all when None.
        """


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
    person, day = whole_numbers(rows["person_id"]), dates_of(rows["measurement_date"])
    time = times_of(rows["measurement_datetime"])
    row = whole_numbers(rows["measurement_id"])
    order = np.lexsort((row, time, day, person))
    place = np.empty(len(order), np.int32)
    place[order] = _running_number(person[order])
    kind, kinds = kinds_of(rows)
    rows = rows.append_column(PLACE, pa.array(place, pa.int32()))
    rows = rows.append_column(KIND, pa.array(kind, pa.int16()))
    concept = whole_numbers(rows["measurement_concept_id"])
    return rows.take(pa.array(np.lexsort((place, person, concept)))), kinds


def kinds_of(rows: pa.Table) -> tuple[npt.NDArray[np.int16], tuple[Kind, ...]]:
    """The kind of each row of `measurement`, shape (rows,), and what the numbers stand for."""
    operators = whole_numbers(rows["operator_concept_id"], empty=0)
    units = whole_numbers(rows["unit_concept_id"], empty=0)
    encoded = _one_chunk(rows["unit_source_value"]).dictionary_encode()
    texts = [*encoded.dictionary.to_pylist(), None]
    text = whole_numbers(encoded.indices, empty=len(texts) - 1).astype(np.int64)
    known_operators, operator = np.unique(operators, return_inverse=True)
    known_units, unit = np.unique(units, return_inverse=True)
    key = (operator * len(known_units) + unit) * len(texts) + text
    found, kind = np.unique(key, return_inverse=True)
    kinds = tuple(
        Kind(
            int(known_operators[code // len(texts) // len(known_units)]),
            int(known_units[code // len(texts) % len(known_units)]),
            texts[code % len(texts)],
        )
        for code in found.tolist()
    )
    return kind.astype(np.int16), kinds


def _one_chunk(column: pa.ChunkedArray) -> pa.Array:
    joined = column.combine_chunks()
    return joined if isinstance(joined, pa.Array) else pa.concat_arrays(joined.chunks)


def _running_number(groups: npt.NDArray[np.integer]) -> npt.NDArray[np.int32]:
    """1, 2, 3 … within each run of equal groups."""
    number = np.arange(len(groups), dtype=np.int64)
    begins = np.ones(len(groups), np.bool_)
    begins[1:] = groups[1:] != groups[:-1]
    start = np.maximum.accumulate(np.where(begins, number, 0)) if len(groups) else number
    return (number - start + 1).astype(np.int32)


class TablesPart:
    """Tables in memory as one part; each is brought into reading order when it is first read."""

    def __init__(self, tables: Mapping[str, pa.Table]) -> None:
        self._tables = dict(tables)
        self._ready: dict[str, pa.Table] = {}
        self._kinds: tuple[Kind, ...] | None = None

    @property
    def kinds(self) -> Sequence[Kind]:
        self._table("measurement")
        return self._kinds or ()

    def rows(
        self,
        table: str,
        columns: Sequence[str],
        *,
        concepts: Collection[int] | None = None,
        persons: Collection[int] | None = None,
    ) -> pa.Table:
        """As `Part.rows`."""
        return chosen_rows(
            self._table(table), TABLES[table], columns, concepts=concepts, persons=persons
        )

    def _table(self, name: str) -> pa.Table:
        if name not in self._ready:
            rows = self._tables.get(name, TABLES[name].schema.empty_table())
            if name == "measurement":
                self._ready[name], self._kinds = with_place_and_kind(rows)
            else:
                keys = [(column, "ascending") for column in reading_order(TABLES[name])]
                self._ready[name] = rows.sort_by(keys)
        return self._ready[name]


def chosen_rows(
    rows: pa.Table,
    table: FactTable,
    columns: Sequence[str],
    *,
    concepts: Collection[int] | None,
    persons: Collection[int] | None,
) -> pa.Table:
    """Some columns of the rows with these codes and of these persons; their order stays."""
    kept: npt.NDArray[np.bool_] | None = None
    for name, wanted in ((table.concept, concepts), ("person_id", persons)):
        if wanted is None or name is None:
            continue
        held = np.isin(whole_numbers(rows[name]), np.array(sorted(wanted), np.int64))
        kept = held if kept is None else kept & held
    chosen = rows.select(list(columns))
    if kept is None or kept.all():
        return chosen
    return chosen.take(pa.array(np.flatnonzero(kept)))


__all__ = [
    "ADDED",
    "EMPTY",
    "KIND",
    "PLACE",
    "Kind",
    "Part",
    "TablesPart",
    "chosen_rows",
    "kinds_of",
    "reading_order",
    "with_place_and_kind",
]
