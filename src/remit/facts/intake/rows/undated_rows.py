"""Rows of a table declared complete whose days cannot be: on any day, and not left out.

Where a missing record means that nothing happened, a row that is refused for its day would say
"no". It happened, on a day that nobody can read: from birth to the data cut.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.errors import DatasetError
from remit.facts.arrays import EMPTY, NO_DAY, Whole, dates_of, whole_numbers
from remit.facts.imprecise_dates import COLUMNS, NAME
from remit.facts.intake.rows.impossible_rows import births_of_possible, on_calendar
from remit.facts.snapshot import empty_table
from remit.facts.tables import TABLES, FactTable

UNREADABLE = "{rows} rows have no day that can be: on any day from birth to the data cut"
Flags = npt.NDArray[np.bool_]
_EPOCH = date(1970, 1, 1).toordinal()
_FIRST_ID = 1 << 40  # above the numbers that readers give to ranges


@dataclass(slots=True)
class UndatedRows:
    """What keeps such rows, part by part.

    Attributes:
        complete: the tables that are declared so. numbered: those whose rows are numbered anew.
        ranges: how many ranges were made so far.
    """

    complete: Collection[str]
    numbered: Collection[str]
    data_cut: date
    ranges: int = field(default=0)

    def kept(
        self, tables: Mapping[str, pa.Table]
    ) -> tuple[dict[str, pa.Table], Mapping[tuple[str, str], int]]:
        """The tables of a part, and what was mended.

        Raises:
            DatasetError: such a row is of a table whose ids do not tell its rows apart.
        """
        found, mended = dict(tables), dict[tuple[str, str], int]()
        asked = [name for name in self.complete if name in COLUMNS and found[name].num_rows]
        if not asked:
            return found, mended
        cut = self.data_cut.toordinal() - _EPOCH
        person, born = births_of_possible(found["person"], cut)
        for name in asked:
            table, rows = TABLES[name], found[name]
            if table.start is None or not len(person):
                continue
            who = whole_numbers(rows["person_id"]).astype(np.int64)
            place = np.minimum(np.searchsorted(person, who), len(person) - 1)
            wrong = without_day(table, rows, (person, born), cut)
            if not wrong.any():
                continue
            key = whole_numbers(rows[table.key]).astype(np.int64)
            twice = np.unique(key[wrong], return_counts=True)[1].max() > 1
            if twice or np.isin(key[wrong], key[~wrong]).any():
                twice = _differ(table, rows.filter(pa.array(np.isin(key, key[wrong]))))
            self._require_ids(name, apart=not twice)
            mended[name, UNREADABLE] = int(np.count_nonzero(wrong))
            birth = np.where(wrong, born[place], 0)
            found[name] = _opened(table, rows, wrong, birth, cut)
            if name != "dose_era":  # without a dose, on all of these days
                added = self._ranges(table, who[wrong], key[wrong], birth[wrong], cut)
                held = _without(found.get(NAME, empty_table(NAME)), name, key[wrong])
                found[NAME] = pa.concat_tables([held, *added])
        return found, mended

    def _require_ids(self, name: str, *, apart: bool) -> None:
        if name in self.numbered or not apart:
            raise DatasetError(
                f"{name} cannot be declared complete: rows of it have no day that can be read",
                expected="an id of its own for each row, so that it can be kept on any day",
                got="ids that repeat, or none",
                next_step="correct the days or the ids, or leave --complete out",
                place=name,
            )

    def _ranges(
        self, table: FactTable, person: Whole, key: Whole, birth: Whole, cut: int
    ) -> Iterator[pa.Table]:
        columns = [table.start]
        if table.end not in {None, table.start} and table.name != "condition_occurrence":
            columns.append(table.end)
        _, first = np.unique(key, return_index=True)  # a row may stand twice
        for column in columns:
            begin = _FIRST_ID + self.ranges
            self.ranges += len(first)
            rows = {
                "imprecise_date_id": pa.array(range(begin, begin + len(first)), pa.int64()),
                "person_id": pa.array(person[first], pa.int64()),
                "fact_table": pa.array([table.name] * len(first), pa.string()),
                "fact_id": pa.array(key[first], pa.int64()),
                "date_column": pa.array([column] * len(first), pa.string()),
                "first_date": _days(birth[first]),
                "last_date": _days(np.full(len(first), cut, np.int64)),
            }
            yield pa.table(rows).cast(empty_table(NAME).schema)


def without_day(table: FactTable, rows: pa.Table, births: tuple[Whole, Whole], cut: int) -> Flags:
    """Which rows of known persons have no day that can be; shape (rows,).

    Args:
        births: of all persons who can be, as `births_of_possible` has them.
    """
    assert table.start is not None, "only such tables are asked"
    person, born = births
    who = whole_numbers(rows["person_id"]).astype(np.int64)
    place = np.minimum(np.searchsorted(person, who), len(person) - 1)
    start = dates_of(rows[table.start]).astype(np.int64)
    wrong = (start == NO_DAY) | ~on_calendar(start) | (start < born[place])
    if table.end is not None and table.end != table.start:
        end = dates_of(rows[table.end]).astype(np.int64)
        wrong |= (end != NO_DAY) & ((end < start) | ~on_calendar(end))
    wrong &= (who != EMPTY) & (person[place] == who) & (born[place] < cut)
    return np.asarray(wrong, np.bool_)


def _opened(table: FactTable, rows: pa.Table, wrong: Flags, birth: Whole, cut: int) -> pa.Table:
    here = pa.array(wrong, pa.bool_())

    def put(rows: pa.Table, name: str, value: object) -> pa.Table:
        place = rows.schema.get_field_index(name)
        kind = rows.schema.types[place]
        new = pa.scalar(None, kind) if value is None else value
        return rows.set_column(place, rows.schema.field(place), pc.if_else(here, new, rows[name]))

    assert table.start is not None, "only such tables are asked"
    rows = put(rows, table.start, _days(birth))
    moment = f"{table.start.removesuffix('_date')}_datetime"
    if moment in rows.column_names:
        rows = put(rows, moment, None)
    if table.end is not None and table.end != table.start:
        ends = table.name != "condition_occurrence"
        rows = put(rows, table.end, _days(np.full(len(birth), cut, np.int64)) if ends else None)
    return put(rows, "dose_value", None) if table.name == "dose_era" else rows


def _differ(table: FactTable, rows: pa.Table) -> bool:
    """Whether rows of one id say different things."""
    once = rows.group_by(rows.column_names).aggregate([])
    return len(set(once[table.key].to_pylist())) < int(once.num_rows)


def _without(ranges: pa.Table, name: str, keys: Whole) -> pa.Table:
    """The ranges of other rows."""
    theirs = pc.and_(
        pc.equal(ranges["fact_table"], name),
        pc.is_in(ranges["fact_id"], value_set=pa.array(keys, pa.int64())),
    )
    return ranges.filter(pc.invert(theirs))


def _days(days: Whole) -> pa.Array:
    return pa.array(days.astype(np.int32), pa.int32()).cast(pa.date32())
