"""The record that dates a person, where a study says which one does: its entry event.

Each record that may be it is a subject of its own: the person on the day on which it begins. The
expression of the event is asked of all of them by the evaluator that asks criteria. The dates stand
on top of an opened dataset, as those of a rule do; a date that the dataset holds goes first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.criteria.columns.subjects import PersonsOfPart, Subjects, persons_of
from remit.criteria.meanings import evaluate_columns
from remit.facts.arrays import LAST_DAY, NO_DAY, Days, Whole, dates_of, whole_numbers
from remit.facts.imprecise_dates import possible_days
from remit.facts.opened import Facts
from remit.facts.reading import Part
from remit.facts.screening_dates import DatedPart, date_rows
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundEntryEvents, bind_entry
from remit.protocol.protocol_sections import EntryRule
from remit.protocol.schema import Protocol
from remit.truth import Status

_PERIOD = ("person_id", "observation_period_start_date", "observation_period_end_date")


@dataclass(frozen=True, slots=True)
class EntryRecords:
    """Records that may date persons, each in one observation period; shape (candidates,).

    Attributes:
        fits: `Status` codes: whether the record's day is known, and what is asked of it holds.
    """

    person: Whole
    day: Days
    period_start: Days
    period_end: Days
    fits: npt.NDArray[np.int8]

    def at(self, kept: npt.NDArray[np.integer] | npt.NDArray[np.bool_]) -> EntryRecords:
        """Some of them."""
        return EntryRecords(
            self.person[kept],
            self.day[kept],
            self.period_start[kept],
            self.period_end[kept],
            self.fits[kept],
        )


def entered_facts(facts: Facts, protocols: Sequence[Protocol]) -> Facts:
    """The dataset with the dates of each person by the entry events of some studies.

    A person of whose records none fits is dated by the first of them, so that the criteria can say
    why. Somebody without any has no date, nor has one of whom it is not known which record is the
    first that fits.

    Raises:
        ProtocolError: a concept or an expression of an entry is wrong.
    """
    asked = tuple(protocol for protocol in protocols if protocol.entry is not None)
    if not asked:
        return facts
    parts = []
    for part in facts.parts:
        rows = [_rows(protocol, facts, part) for protocol in asked]
        parts.append(DatedPart(part, pa.concat_tables(rows)))
    said = ", ".join(protocol.id for protocol in asked)
    workers = facts.workers
    if workers is not None:
        workers = workers.then(partial(entered_facts, protocols=asked))
    dated = replace(facts, parts=tuple(parts), workers=workers)
    return dated.under_rule(f"dated by the entry events of {said}")


def _rows(protocol: Protocol, facts: Facts, part: Part) -> pa.Table:
    """The rows of `study_anchor` that the entry of a study adds to a part."""
    entry = protocol.entry
    assert entry is not None
    people = persons_of(part)
    bound = bind_entry(protocol, facts.codes)
    found = [_candidates(item, entry, part, people) for item in bound]
    held = [
        _held(item, candidates, protocol, part, people, facts.data_cut, complete=facts.complete)
        for item, candidates in zip(bound, found, strict=True)
    ]
    chosen = _chosen(_joined(held), last=entry.counts == "last")
    rows = []
    for anchor, days in zip(
        entry.dates, (chosen.day, chosen.period_start, chosen.period_end), strict=True
    ):
        placed = np.full(len(people.ids), NO_DAY, np.int32)
        placed[np.searchsorted(people.ids, chosen.person)] = days
        rows.append(date_rows(part, people.ids, placed, {protocol.id: anchor}))
    return pa.concat_tables(rows)


def _candidates(
    item: BoundEntryEvents, entry: EntryRule, part: Part, people: PersonsOfPart
) -> EntryRecords:
    """The records of a concept that begin inside an observation period, each with that period."""
    table = TABLES[item.events.table]
    assert table.start is not None
    names = [table.key, "person_id", table.start]
    names += ["route_concept_id"] if item.events.routes else []
    rows = part.rows(table.name, names, concepts=item.events.ids)
    if item.events.routes:
        routes = whole_numbers(rows["route_concept_id"], empty=0)
        rows = rows.filter(pa.array(np.isin(routes, item.events.routes)))
    person = np.asarray(whole_numbers(rows["person_id"]), np.int64)
    first = last = dates_of(rows[table.start])
    stated = possible_days(part).get((table.name, table.start))
    if stated is not None:
        first, last = stated.widened(whole_numbers(rows[table.key]), first, last)
    sure = first == last
    if item.first_ever and len(person):
        _, owner = np.unique(person, return_inverse=True)
        opens, closes = _least(first, owner), _least(last, owner)
        # The earliest begins no later than `closes`; where none may begin before, it does so then.
        sure &= (first == closes) & (opens == closes)
        kept = first <= closes
        person, first, last, sure = person[kept], first[kept], last[kept], sure[kept]
    return _in_periods(person, first, last, sure, entry, part, people)


def _least(days: Days, owner: npt.NDArray[np.integer]) -> Days:
    """The earliest day of each record's person; shape (records,)."""
    least = np.full(int(owner.max()) + 1, LAST_DAY, np.int32)
    np.minimum.at(least, owner, days)
    return np.asarray(least[owner], np.int32)


def _in_periods(
    person: Whole,
    first: Days,
    last: Days,
    sure: npt.NDArray[np.bool_],
    entry: EntryRule,
    part: Part,
    people: PersonsOfPart,
) -> EntryRecords:
    """Records and the observation periods in which they may begin, with the days asked around."""
    rows = part.rows("observation_period", _PERIOD)
    owner = np.asarray(whole_numbers(rows[_PERIOD[0]]), np.int64)
    begin, end = dates_of(rows[_PERIOD[1]]), dates_of(rows[_PERIOD[2]])
    order = np.argsort(owner, kind="stable")
    owner, begin, end = owner[order], begin[order], end[order]
    low, high = np.searchsorted(owner, person), np.searchsorted(owner, person, side="right")
    count = high - low
    record = np.repeat(np.arange(len(person)), count)
    period = np.repeat(low - (np.cumsum(count) - count), count) + np.arange(int(count.sum()))
    opens = begin[period].astype(np.int64) + entry.observed_before
    closes = end[period].astype(np.int64) - entry.observed_after
    possible = (first[record] <= closes) & (last[record] >= opens)
    certain = (first[record] >= opens) & (last[record] <= closes) & sure[record]
    # One whose day is not known counts for the earliest that it may be, or for the latest.
    day = (last if entry.counts == "last" else first)[record]
    fits = np.where(certain, Status.MET, Status.UNKNOWN).astype(np.int8)
    found = EntryRecords(person[record], day, begin[period], end[period], fits)
    found = found.at(possible & np.isin(found.person, people.ids))
    keys = (found.period_end, found.period_start, found.day, found.person)
    return found.at(np.lexsort(keys))


def _held(
    item: BoundEntryEvents,
    found: EntryRecords,
    protocol: Protocol,
    part: Part,
    people: PersonsOfPart,
    data_cut: date,
    *,
    complete: frozenset[str],
) -> EntryRecords:
    """The candidates, each with whether the expression of their event holds."""
    entry = protocol.entry
    assert entry is not None
    if item.node is None or not len(found.person):
        return found
    place = np.searchsorted(people.ids, found.person)
    subjects = Subjects(
        found.person,
        dict(zip(entry.dates, (found.day, found.period_start, found.period_end), strict=True)),
        people.sex[place],
        people.born_first[place],
        people.born_last[place],
        protocol.id,
        data_cut,
        own_cuts=None if people.own_cuts is None else people.own_cuts[place],
    )
    verdicts = evaluate_columns({"entry": item.node}, part, subjects, complete=complete)
    statuses = verdicts["entry"].statuses
    # What does not apply asks for nothing.
    holds = np.where(statuses == Status.NOT_APPLICABLE, Status.MET, statuses).astype(np.int8)
    return replace(found, fits=np.where(found.fits == Status.MET, holds, found.fits))


def _joined(found: Sequence[EntryRecords]) -> EntryRecords:
    return EntryRecords(
        np.concatenate([each.person for each in found]),
        np.concatenate([each.day for each in found]),
        np.concatenate([each.period_start for each in found]),
        np.concatenate([each.period_end for each in found]),
        np.concatenate([each.fits for each in found]),
    )


def _chosen(found: EntryRecords, *, last: bool) -> EntryRecords:
    """The candidate of each person that counts, where it is known which one that is."""
    day = -found.day.astype(np.int64) if last else found.day.astype(np.int64)
    # Those that do not fit come after all that may. Of two on one day the one that fits for sure
    # comes first: both give the same day.
    fails, open_ = found.fits == Status.NOT_MET, found.fits == Status.UNKNOWN
    order = np.lexsort((found.period_start, open_, day, fails, found.person))
    ordered = found.at(order)
    begins = np.ones(len(order), np.bool_)
    begins[1:] = ordered.person[1:] != ordered.person[:-1]
    return ordered.at(begins & (ordered.fits != Status.UNKNOWN))
