"""Dose eras of one drug that overlap, made into eras of which each day has one.

A source has one era for each prescription: 5 mg in the morning and 2.5 mg at night are two. The
language reads one dose a day and drug, so `remit facts check` refuses what overlaps. On each day:

- Different doses in one unit add up, exactly. So an era inside another raises the dose for its
  days alone, and the other goes on before and after it.
- The same dose counts once, over the days that it stands twice: a prescription that was written
  anew before the old one ended is one dose. That is a rule and not a finding, so it is reported.
- With three eras the doses that differ add up: 10, 10 and 5 mg are 15 mg.
- Where one dose is empty or negative, or two units are not the same one, the sum is unknown: the
  era has no dose, and what hangs on it is unknown (`no_dose`). Nothing is converted here.

Days that follow one another with the same dose are one era. An era that nothing touches stays as it
came, with its id. All this holds day by day, so the order of the rows says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Days, Whole, arrow_of, dates_of, decimals_of, order_of, whole_numbers
from remit.facts.intake.accounting.report import SHOWN, DoseNote
from remit.facts.tables import NUMBER, TABLES
from remit.units import find_unit

SUMMED = "different doses of one drug overlap: added up"
TWICE = "the same dose stands twice on the same days: counted once"
UNITS = "doses in different units overlap: unknown, nothing is converted"
NO_NUMBER = "a dose without a number overlaps another: unknown"
JOINED = "eras of the same dose follow one another: joined"
TOO_MUCH = "the sum is more than the table can hold: unknown"

_NONE = np.int64(-1)  # in millionths: a dose that is not known
_MOST = 10**18  # the least that a number of the tables cannot hold, in millionths
_APART = np.int64(1) << 33

Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class DisjointEras:
    """Rows of `dose_era` of which each day of a person and drug has one, and what was done.

    Attributes:
        merged: the rows that overlapped or followed others. made: those that stand for them.
        changed: the ids of such rows, some of which those that stand for them have again.
    """

    eras: pa.Table
    notes: tuple[DoseNote, ...]
    merged: int = 0
    made: int = 0
    changed: Whole = field(default_factory=lambda: np.zeros(0, np.int64))


@dataclass(frozen=True, slots=True)
class _Eras:
    """Eras in the order of person, drug and first day; shape (eras,).

    Attributes:
        at: the place of the row. dose: in millionths, -1 where it is not known.
        unit: a number for each unit that is one, beside its id.
        cluster: those that overlap or follow one another have the same number.
    """

    at: Whole
    row: Whole
    person: Whole
    drug: Whole
    start: Days
    end: Days
    dose: Whole
    unit: Whole
    unit_id: Whole
    cluster: Whole

    def __len__(self) -> int:
        return len(self.row)

    def taken(self, places: npt.NDArray[np.integer]) -> _Eras:
        return _Eras(*(getattr(self, name)[places] for name in self.__slots__))


@dataclass(frozen=True, slots=True)
class _Runs:
    """Runs of days on which the same eras count, cluster by cluster; shape (runs,)."""

    cluster: Whole
    start: Whole
    end: Whole


def disjoint_eras(rows: pa.Table, *, data_cut: date, used: Whole | None = None) -> DisjointEras:
    """Rows of `dose_era` with one dose a day, person and drug, and what had to be done.

    Args:
        rows: those of some persons, all of each; none ends before it starts, or starts after the
            data cut.
        data_cut: what an era that was cut says of days after it alone is left out.
        used: ids that eras of other persons have; the greatest is enough while there is room above.
    """
    eras = _ordered(rows)
    alone = np.bincount(eras.cluster)[eras.cluster] == 1 if len(eras) else np.ones(0, np.bool_)
    if alone.all():
        return DisjointEras(rows, ())
    crowd = eras.taken(np.flatnonzero(~alone))
    taken = eras.row if used is None else np.concatenate([eras.row, used])
    made, notes = _resolved(crowd, taken, data_cut.toordinal() - date(1970, 1, 1).toordinal())
    kept = rows.take(arrow_of(np.sort(eras.at[alone]), pa.int64()))
    eras_of_all = pa.concat_tables([kept, made.cast(rows.schema)])
    same = _unchanged(made, rows)
    changed = np.setdiff1d(crowd.row, same)
    new = made.num_rows - len(same)
    return DisjointEras(eras_of_all, tuple(notes), len(changed), new, changed)


def _unchanged(made: pa.Table, rows: pa.Table) -> Whole:
    """The ids of eras that stand as they came, since those that follow them have another dose."""
    held, now = (
        [
            np.asarray(whole_numbers(table[name], empty=0), np.int64)
            for name in rows.column_names
            if name != "person_id"
        ]
        for table in (rows, made)
    )
    order = np.argsort(held[0])
    place = order[np.minimum(np.searchsorted(held[0][order], now[0]), len(order) - 1)]
    same = [column[place] == new for column, new in zip(held, now, strict=True)]
    return now[0][np.all(same, axis=0)]


def joined_notes(notes: Iterable[DoseNote]) -> tuple[DoseNote, ...]:
    """The notes of several groups of persons as one list; no person is in two groups."""
    found: dict[str, list[DoseNote]] = {}
    for note in notes:
        found.setdefault(note.what, []).append(note)
    return tuple(
        DoseNote(
            what,
            sum(note.eras for note in same),
            sum(note.persons for note in same),
            tuple(sorted(id_ for note in same for id_ in note.examples)[:SHOWN]),
        )
        for what, same in found.items()
    )


def _ordered(rows: pa.Table) -> _Eras:
    row, person, drug = (
        whole_numbers(rows[name]).astype(np.int64)
        for name in ("dose_era_id", "person_id", "drug_concept_id")
    )
    start, end = dates_of(rows["dose_era_start_date"]), dates_of(rows["dose_era_end_date"])
    dose = np.maximum(whole_numbers(rows["dose_value"], empty=-1).astype(np.int64), _NONE)
    ids = whole_numbers(rows["unit_concept_id"], empty=0).astype(np.int64)
    order = order_of(person, drug, start, row)
    eras = _Eras(order, row, person, drug, start, end, dose, _units(ids), ids, row)
    eras = replace(eras.taken(order), at=order)
    return replace(eras, cluster=_clusters(eras))


def _units(ids: Whole) -> Whole:
    """A number for each unit: two ids of one unit of the closed table have the same."""
    distinct, place = np.unique(ids, return_inverse=True)
    first: dict[str | int, int] = {}
    same = []
    for number in distinct.tolist():
        unit = find_unit(omop_id=number, text=None)
        same.append(first.setdefault(unit.code if unit else number, number))
    return np.array(same, np.int64)[place]


def _clusters(eras: _Eras) -> Whole:
    """A number for the eras of one person and drug that overlap or follow one another."""
    new = _changes(eras.person, eras.drug)
    # The latest end so far of a person and drug: they are set apart by more days than there are.
    shift = np.cumsum(new) * _APART
    latest = np.maximum.accumulate(eras.end + shift) - shift
    new[1:] |= eras.start[1:] > latest[:-1] + 1
    return np.asarray(np.cumsum(new) - 1, np.int64)


def _changes(*keys: npt.NDArray[np.integer]) -> Flags:
    """Where a row has another key than the one before it, as the first has."""
    found = np.ones(len(keys[0]), np.bool_)
    found[1:] = np.any([key[1:] != key[:-1] for key in keys], axis=0)
    return found


def _runs(eras: _Eras) -> tuple[_Runs, Whole, Whole]:
    """The runs of days between all borders of a cluster, and pairs of a run and an era of it."""
    cluster = np.r_[eras.cluster, eras.cluster]
    border = np.r_[eras.start.astype(np.int64), eras.end.astype(np.int64) + 1]
    order = order_of(cluster, border)
    cluster, border = cluster[order], border[order]
    distinct = _changes(cluster, border)
    cluster, border = cluster[distinct], border[distinct]
    place = np.flatnonzero(cluster[1:] == cluster[:-1])
    runs = _Runs(cluster[place], border[place], border[place + 1] - 1)
    # Borders as one rising word, so that the runs of each era are found at once.
    low, width = int(border.min()), (int(border.max()) - int(border.min()) + 1).bit_length()
    word = (runs.cluster << width) | (runs.start - low)
    first = np.searchsorted(word, (eras.cluster << width) | (eras.start - low))
    last = np.searchsorted(word, (eras.cluster << width) | (eras.end - low), "right")
    count = last - first
    era = np.repeat(np.arange(len(eras)), count)
    run = np.arange(len(era)) - np.repeat(np.cumsum(count) - count - first, count)
    return runs, run.astype(np.int64), era.astype(np.int64)


def _resolved(eras: _Eras, used: Whole, last_day: int) -> tuple[pa.Table, list[DoseNote]]:
    """Clustered eras as rows with one dose a day up to a last one, and what was done with them."""
    runs, run, era = _runs(eras)
    order = order_of(run, eras.unit[era], eras.dose[era], eras.row[era])
    run, era = run[order], era[order]
    dose, unit = eras.dose[era], eras.unit[era]
    begins = np.flatnonzero(_changes(run))  # each run has an era
    same = _changes(run, unit, dose)
    again = ~same & (dose != _NONE)
    counted = np.where(again | (dose == _NONE), 0, dose)
    total = np.add.reduceat(counted, begins)
    # Doubles tell whether whole numbers have run over; they need not tell by how much.
    beyond = np.add.reduceat(counted.astype(np.float64), begins) >= _MOST
    mixed = np.minimum.reduceat(unit, begins) != np.maximum.reduceat(unit, begins)
    empty = np.logical_or.reduceat(dose == _NONE, begins)
    total[mixed | beyond | empty] = _NONE
    unit_id = np.where(mixed, 0, eras.unit_id[era[begins]])
    several = np.add.reduceat((~again).astype(np.int64), begins) > 1
    group = np.cumsum(same) - 1
    twice = np.isin(group, group[again])
    whole = ~(mixed | empty | beyond)
    told = (
        (SUMMED, (several & whole)[run]),
        (TWICE, twice),
        (UNITS, mixed[run]),
        (NO_NUMBER, (several & empty & ~mixed)[run]),
        (TOO_MUCH, (beyond & ~mixed & ~empty)[run]),
    )
    notes = [note for what, which in told for note in _note(what, eras, era[which])]
    new = _changes(runs.cluster, total, unit_id)
    # A run that goes on after another, where no era covers both, is an era that was joined.
    latest = np.maximum.reduceat(eras.end[era], begins)
    meets = np.r_[False, ~new[1:] & (latest[:-1] < runs.start[1:])]
    notes += _note(JOINED, eras, era[(meets | np.r_[meets[1:], False])[run]])
    first = np.flatnonzero(new)
    last = np.r_[first[1:], len(new)] - 1
    begun = runs.start[first] <= last_day
    first, last = first[begun], last[begun]
    joined = _Runs(runs.cluster[first], runs.start[first], runs.end[last])
    return _table(joined, total[first], unit_id[first], eras, used), notes


def _note(what: str, eras: _Eras, places: Whole) -> Iterator[DoseNote]:
    places = np.unique(places)
    if len(places):
        rows = np.sort(eras.row[places])[:SHOWN]
        persons = len(np.unique(eras.person[places]))
        yield DoseNote(what, len(places), persons, tuple(rows.tolist()))


def _table(runs: _Runs, dose: Whole, unit: Whole, eras: _Eras, used: Whole) -> pa.Table:
    """Rows of `dose_era`: a run has the id of the first era of it that no run before has taken."""
    first = np.searchsorted(eras.cluster, runs.cluster, side="left")
    count = np.searchsorted(eras.cluster, runs.cluster, side="right") - first
    rank = np.arange(len(dose)) - np.searchsorted(runs.cluster, runs.cluster, side="left")
    own = rank < count
    ids = eras.row[np.where(own, first + rank, first)]
    ids[~own] = _new_ids(used, int(np.count_nonzero(~own)))
    schema = TABLES["dose_era"].schema
    columns = (
        arrow_of(ids, pa.int64()),
        arrow_of(eras.person[first], pa.int64()),
        arrow_of(eras.drug[first], pa.int32()),
        _or_empty(arrow_of(unit, pa.int32()), unit == 0),
        _or_empty(decimals_of(dose, NUMBER), dose == _NONE),
        arrow_of(runs.start, pa.int32()).view(pa.date32()),
        arrow_of(runs.end, pa.int32()).view(pa.date32()),
    )
    return pa.Table.from_arrays(list(columns), schema=schema)


def _new_ids(used: Whole, count: int) -> Whole:
    """Ids that no row has; hashes may leave no room above the greatest."""
    top = int(used.max())
    if top + count < 1 << 63:
        return np.arange(top + 1, top + 1 + count, dtype=np.int64)
    free = np.setdiff1d(np.arange(1, len(used) + count + 1, dtype=np.int64), used)
    return np.asarray(free[:count], np.int64)


def _or_empty(column: pa.Array, empty: Flags) -> pa.Array:
    return pc.if_else(pa.array(empty, pa.bool_()), pa.scalar(None, column.type), column)
