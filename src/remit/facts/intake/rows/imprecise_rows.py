"""Days that are not exactly known, made ready to be written: an import takes no check afterwards.

A record whose range is lost would count as one of a known day. So a range goes only with its
record, and what cannot be is an error of the reader, which stops the import.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.arrays import Whole, dates_of, order_of, rows_at, texts_of, whole_numbers
from remit.facts.imprecise_dates import BIRTH, COLUMNS, NAME, without_lost_rows
from remit.facts.intake.accounting.report import SHOWN, LeftOut
from remit.facts.tables import TABLES

Flags = npt.NDArray[np.bool_]
_EPOCH = date(1970, 1, 1).toordinal()
LOST = "its record was left out"
OVERLAPS = "its days are not exactly known and may overlap another dose of the drug: presence only"
_CUT = "{rows} last possible days lay after the data cut: it is the last"


@dataclass(frozen=True, slots=True)
class SettledRows:
    """The tables with ranges of days that can be, and what was left out and mended."""

    tables: Mapping[str, pa.Table]
    left_out: Mapping[str, LeftOut] = field(default_factory=dict)
    mended: Mapping[tuple[str, str], int] = field(default_factory=Counter)


def settled_rows(
    tables: Mapping[str, pa.Table], *, data_cut: date, numbered: Collection[str]
) -> SettledRows:
    """The rows of a part with their ranges of days as they are to be written.

    Args:
        numbered: the tables whose rows were numbered anew, so that no range leads to its row.

    Raises:
        DatasetError: a range of a date that has none, of a row that was numbered anew, or one that
            does not hold the record's own day.
    """
    if NAME not in tables or not tables[NAME].num_rows:
        return SettledRows(tables)
    _require_dates(tables[NAME], numbered)
    held = without_lost_rows(tables)
    gone = tables[NAME].num_rows - held[NAME].num_rows
    held, cut = _cut(held, data_cut.toordinal() - _EPOCH)
    before = held[NAME].num_rows
    held, eras = apart_eras(held)
    gone += before - held[NAME].num_rows
    left = {NAME: LeftOut(LOST, gone, ())} if gone else {}
    _require_own_days(held)
    if len(eras):
        examples = tuple(map(str, np.sort(eras)[:SHOWN].tolist()))
        left["dose_era"] = LeftOut(OVERLAPS, len(eras), examples)
    return SettledRows(held, left, {(NAME, _CUT): cut} if cut else {})


def _dates(rows: pa.Table) -> Iterator[tuple[str, str, Flags]]:
    """The dates of which ranges are given, each with its rows."""
    tables, table = texts_of(rows["fact_table"])
    columns, column = texts_of(rows["date_column"])
    for place, name in enumerate(tables):
        for number, of in enumerate(columns):
            here = (table == place) & (column == number)
            if here.any():
                yield str(name), str(of), np.asarray(here, np.bool_)


def _require_dates(rows: pa.Table, numbered: Collection[str]) -> None:
    for table, column, _ in _dates(rows):
        if column not in COLUMNS.get(table, ()):
            raise DatasetError(
                f"{table}.{column} is no date that may be imprecise",
                expected="a date of a record, a death, or the birth of a person",
                got="another column",
                next_step="leave these rows out of the table imprecise_date",
                place=NAME,
            )
        if table in numbered:
            raise DatasetError(
                f"ids of {table} stand for several rows, while days of some are not exactly known",
                expected="an id of its own for each row whose day is open",
                got="ids that repeat",
                next_step="give each row an id of its own",
                place=table,
            )


def _cut(tables: Mapping[str, pa.Table], cut: int) -> tuple[Mapping[str, pa.Table], int]:
    """No record begins after the data cut; how many ranges said that it may."""
    rows = tables[NAME]
    last = dates_of(rows["last_date"]).astype(np.int64)
    begins = np.zeros(len(last), np.bool_)
    for table, column, here in _dates(rows):
        if column in {TABLES[table].start, BIRTH}:
            begins |= here
    late = begins & (last > cut)
    last = np.where(late, cut, last)
    place = rows.schema.get_field_index("last_date")
    days = pa.array(last.astype(np.int32), pa.int32()).cast(pa.date32())
    rows = rows.set_column(place, rows.schema.field(place), days)
    first = dates_of(rows["first_date"]).astype(np.int64)
    return {**tables, NAME: rows_at(rows, first != last)}, int(np.count_nonzero(late))


def _require_own_days(tables: Mapping[str, pa.Table]) -> None:
    """Each range is one, and holds the day that its record carries."""
    rows = tables[NAME]
    first, last = (dates_of(rows[f"{end}_date"]) for end in ("first", "last"))
    wrong = first > last
    for table, column, here in _dates(rows):
        if column == BIRTH:
            continue
        of = tables[table]
        key = whole_numbers(of[TABLES[table].key]).astype(np.int64)
        order = np.argsort(key, kind="stable")
        asked = whole_numbers(rows["fact_id"]).astype(np.int64)[here]
        own = dates_of(of[column])[order[np.searchsorted(key[order], asked)]]
        wrong[np.flatnonzero(here)] |= (own < first[here]) | (own > last[here])
    if wrong.any():
        raise DatasetError(
            "a range of possible days does not hold the day of its record",
            expected="a first day not after the last one, and the record's own day between them",
            got=f"{np.count_nonzero(wrong):,} other ranges",
            next_step="correct the table imprecise_date",
            place=NAME,
        )


def apart_eras(tables: Mapping[str, pa.Table]) -> tuple[Mapping[str, pa.Table], Whole]:
    """The tables without eras on open days that may share a day with, or touch, another era.

    Eras are made to have one dose a day, which cannot be done day by day where days are open.
    """
    eras = tables.get("dose_era")
    open_ = [here for table, _, here in _dates(tables[NAME]) if table == "dose_era"]
    if eras is None or not open_:
        return tables, np.zeros(0, np.int64)
    ids = whole_numbers(tables[NAME]["fact_id"]).astype(np.int64)
    key = whole_numbers(eras["dose_era_id"]).astype(np.int64)
    first, last = _extents(eras, key, tables[NAME])
    person, drug = (whole_numbers(eras[name]) for name in ("person_id", "drug_concept_id"))
    order = order_of(person, drug, first)
    same = (person[order][1:] == person[order][:-1]) & (drug[order][1:] == drug[order][:-1])
    group = np.concatenate([[0], np.cumsum(~same)]).astype(np.int64) * (1 << 33)
    # The last day so far within each person and drug: a later group lies above all before.
    ended = np.maximum.accumulate(group + last[order])
    meets = same & (group[1:] + first[order][1:] <= ended[:-1] + 1)
    several = np.zeros(len(key), np.bool_)
    several[order[1:]] |= meets
    following = np.minimum.accumulate((group + first[order])[::-1])[::-1]
    several[order[:-1]] |= same & (group[:-1] + last[order][:-1] + 1 >= following[1:])
    gone = several & np.isin(key, ids[np.logical_or.reduce(open_)])
    if not gone.any():
        return tables, np.zeros(0, np.int64)
    kept = {**tables, "dose_era": rows_at(eras, ~gone)}
    return without_lost_rows(kept), key[gone]


def _extents(eras: pa.Table, key: Whole, ranges: pa.Table) -> tuple[Whole, Whole]:
    """The first and the last day that each era may hold."""
    found = []
    order = np.argsort(key, kind="stable")
    for column, end in (("dose_era_start_date", "first"), ("dose_era_end_date", "last")):
        days = dates_of(eras[column]).astype(np.int64)
        for table, of, here in _dates(ranges):
            if (table, of) == ("dose_era", column):
                asked = whole_numbers(ranges["fact_id"]).astype(np.int64)[here]
                at = order[np.searchsorted(key[order], asked)]
                days[at] = dates_of(ranges[f"{end}_date"])[here]
        found.append(days)
    first, last = found
    return first, last
