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

from remit.criteria.columns.subjects import PersonsOfPart, Subjects, persons_of
from remit.criteria.meanings import evaluate_columns
from remit.criteria.tree import Node
from remit.facts.arrays import NO_DAY, Days, Whole, distinct_rows
from remit.facts.dated_part import DatedPart
from remit.facts.opened import Facts
from remit.facts.reading import Part
from remit.protocol.bound import BoundEntryEvents, bind_entry
from remit.protocol.schema import Protocol
from remit.screening.entry_records import (
    EntryRecords,
    ObservedPeriods,
    entry_records,
    joined,
    periods_of,
)
from remit.truth import Status


@dataclass(frozen=True, slots=True)
class _Entry:
    """What a study asks of the records that may date a person, in the codes of a dataset."""

    protocol: Protocol
    events: tuple[BoundEntryEvents, ...]


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
    entries = tuple(_Entry(protocol, bind_entry(protocol, facts.codes)) for protocol in asked)
    parts = tuple(_dated_part(entries, facts, part) for part in facts.parts)
    said = ", ".join(protocol.id for protocol in asked)
    workers = facts.workers
    if workers is not None:
        workers = workers.then(partial(entered_facts, protocols=asked))
    dated = replace(facts, parts=parts, workers=workers)
    return dated.under_rule(f"dated by the entry events of {said}")


def _dated_part(entries: Sequence[_Entry], facts: Facts, part: Part) -> DatedPart:
    """A part with the dates that the entries of some studies give to its persons."""
    people = persons_of(part)
    periods = periods_of(part, people.ids)
    dates = {
        (item.protocol.id, name): days
        for item in entries
        for name, days in _dates(item, facts, part, people, periods).items()
    }
    return DatedPart(part, people.ids, dates)


def _dates(
    item: _Entry, facts: Facts, part: Part, people: PersonsOfPart, periods: ObservedPeriods
) -> dict[str, Days]:
    """The dates that an entry gives to the persons of a part, by their names; shape (persons,)."""
    entry, ids = item.protocol.entry, people.ids
    assert entry is not None
    # Events of which the same is asked are asked together: a cohort often has one rule for all.
    same: dict[Node | None, list[EntryRecords]] = {}
    for events in item.events:
        found = entry_records(events, entry, part, ids, periods)
        same.setdefault(events.node, []).append(found)
    last = entry.counts == "last"
    held = []
    for node, some in same.items():
        found = _in_order(joined(some), last=last)
        if node is not None and len(found):
            found = _held(node, found, item.protocol, facts, part, people, periods)
        held.append(found)
    counting = _counting(held[0] if len(held) == 1 else _in_order(joined(held), last=last), ids)
    chosen = (counting.day, periods.begin[counting.period], periods.end[counting.period])
    dates = {}
    for name, days in zip(entry.dates, chosen, strict=True):
        dates[name] = np.full(len(ids), NO_DAY, np.int32)
        dates[name][counting.place] = days
    return dates


def _in_order(found: EntryRecords, *, last: bool) -> EntryRecords:
    """By person, day (the last first, if that counts) and period; each of what differs once."""
    asked = -found.day if last else found.day
    place, day, period, fits = distinct_rows(found.place, asked, found.period, found.fits)
    return EntryRecords(
        np.asarray(place, np.int64),
        np.asarray(-day if last else day, np.int32),
        np.asarray(period, np.int64),
        np.asarray(fits, np.int8),
    )


def _held(
    node: Node,
    found: EntryRecords,
    protocol: Protocol,
    facts: Facts,
    part: Part,
    people: PersonsOfPart,
    periods: ObservedPeriods,
) -> EntryRecords:
    """The records, each with whether what is asked of them holds on its day."""
    known = np.flatnonzero(found.fits == Status.MET)
    some = found if len(known) == len(found) else found.at(known)
    subjects = _subjects(some, protocol, facts.data_cut, people, periods)
    verdicts = evaluate_columns({"entry": node}, part, subjects, complete=facts.complete)
    statuses = verdicts["entry"].statuses
    # What does not apply asks for nothing.
    holds = np.where(statuses == int(Status.NOT_APPLICABLE), np.int8(Status.MET), statuses)
    if some is found:
        return replace(found, fits=holds)
    fits = found.fits.copy()
    fits[known] = holds
    return replace(found, fits=fits)


def _subjects(
    found: EntryRecords,
    protocol: Protocol,
    data_cut: date,
    people: PersonsOfPart,
    periods: ObservedPeriods,
) -> Subjects:
    """Each record as a subject: its person on the day on which it begins."""
    entry = protocol.entry
    assert entry is not None
    days = (found.day, periods.begin.take(found.period), periods.end.take(found.period))
    born_first = people.born_first.take(found.place)
    one_day = people.born_last is people.born_first
    return Subjects(
        people.ids.take(found.place),
        dict(zip(entry.dates, days, strict=True)),
        people.sex.take(found.place),
        born_first,
        born_first if one_day else people.born_last.take(found.place),
        protocol.id,
        data_cut,
        own_cuts=None if people.own_cuts is None else people.own_cuts.take(found.place),
    )


def _counting(found: EntryRecords, ids: Whole) -> EntryRecords:
    """The record of each person that counts, where it is known which one that is.

    Args:
        found: in order.
    """
    at = np.full(len(ids), -1, np.int64)
    # Whose records all fail is dated by the first of them.
    _note_first(at, found.place, np.arange(len(found)))
    _note_first(at, found.place, np.flatnonzero(found.fits != int(Status.NOT_MET)))
    if (found.fits == int(Status.UNKNOWN)).any():
        sure = np.full(len(ids), -1, np.int64)
        _note_first(sure, found.place, np.flatnonzero(found.fits == int(Status.MET)))
        # Of two on one day the one that fits for sure counts: both give the same day.
        as_early = (sure >= 0) & (found.day[sure] == found.day[at])
        at = np.where(as_early, sure, at)
        open_ = (at >= 0) & (found.fits[at] == int(Status.UNKNOWN))
        at = np.where(open_, -1, at)
    return found.at(at[at >= 0])


def _note_first(at: Whole, place: npt.NDArray[np.integer], among: npt.NDArray[np.integer]) -> None:
    """The first of some records of each person who has one, at her place."""
    of = place.take(among)
    first = np.append(True, of[1:] != of[:-1])[: len(of)]
    at[of.compress(first)] = among.compress(first)
