"""Every choice of days tried out, one by one: what an answer over unknown days must hold against.

Some rows of a person lose their day. Each choice of days within the ranges is then evaluated as if
every day were known, by the evaluator of those. Where two choices answer differently the answer
over the ranges must be unknown; where it is no unknown, all choices must give it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import product

import numpy as np
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from criteria.agreement import drawn_data
from criteria.draws import one_of
from criteria.expressions import (
    LEAVES,
    coded_tests,
    count_tests,
    dose_tests,
    exists_tests,
)
from remit.criteria.binder import bind_expression
from remit.criteria.leaves import Leaf
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.reference.records import (
    DaysOfDate,
    DoseRecord,
    EventRecord,
    NumberRecord,
    PersonRecords,
)
from remit.criteria.reference.spans import value_days, window_days
from remit.criteria.tree import leaves_of
from remit.facts.imprecise_dates import UnknownDay
from remit.truth import Reason, Status, Truth

Record = NumberRecord | EventRecord | DoseRecord
MOST_CHOICES = 250
# Of a record whose code nobody knows, if it may be in the window; of a dose that no extent tells.
_DOUBTS = {Reason.CODE_UNRESOLVED, Reason.NO_DOSE}
_OF_DOSES = ("dose_era", "drug_exposure")
_ONE_DAY = {"procedure_occurrence", "observation"}
# All kinds, with more of those that are few of all expressions.
_LEAVES = st.one_of(LEAVES, LEAVES, exists_tests(), count_tests(), coded_tests(), dose_tests())


@dataclass(slots=True)
class Tally:
    """Cases by the kind of their leaf, and what is wrong, in words.

    Attributes:
        differing: cases in which two choices of days answer differently.
        held_back: cases in which all choices give one decided answer and the answer is unknown.
    """

    cases: Counter[str] = field(default_factory=Counter)
    differing: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    held_back: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    def describe(self) -> str:
        lines = [
            f"{sum(self.cases.values())} cases, {sum(self.differing.values())} hang on the day, "
            f"{len(self.wrong)} wrong"
        ]
        lines += [
            f"  {kind:12} {number:7} hang on the day {self.differing[kind]:6}, decided "
            f"{self.decided[kind]:6}, held back {self.held_back[kind]:5}"
            for kind, number in sorted(self.cases.items())
        ]
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a record of a person stands."""

    table: str
    at: int


def _records(person: PersonRecords, table: str) -> Sequence[Record]:
    if table == "measurement":
        return person.numbers
    return person.doses if table == "dose_era" else person.events.get(table, ())


def _with(person: PersonRecords, place: Place, record: Record) -> PersonRecords:
    held = list(_records(person, place.table))
    held[place.at] = record
    if place.table == "measurement":
        return replace(person, numbers=tuple(r for r in held if isinstance(r, NumberRecord)))
    if place.table == "dose_era":
        return replace(person, doses=tuple(r for r in held if isinstance(r, DoseRecord)))
    events = tuple(r for r in held if isinstance(r, EventRecord))
    return replace(person, events={**person.events, place.table: events})


def _on(record: EventRecord | DoseRecord, start: date, end: date | None) -> Record:
    """The record on these days."""
    if isinstance(record, EventRecord):
        return replace(record, start=start, end=end)
    assert end is not None, "an era has an end"
    return replace(record, start=start, end=end)


def _what_is_read(leaf: Leaf, person: PersonRecords) -> PersonRecords:
    """The person with the records alone that the leaf reads."""
    ids: dict[str, set[int]] = {}
    for read in leaf.reads:
        ids.setdefault(read.table, set()).update(read.ids or ())
    return replace(
        person,
        numbers=tuple(r for r in person.numbers if r.concept in ids.get("measurement", ())),
        doses=tuple(r for r in person.doses if r.concept in ids.get("dose_era", ())),
        events={
            name: tuple(row for row in rows if row.concept in ids.get(name, ()))
            for name, rows in person.events.items()
        },
    )


def _edges(leaf: Leaf, person: PersonRecords) -> list[date]:
    """The first and the last days of the windows, at which a day matters most."""
    found = []
    for window in leaf.windows:
        for days in (window_days(window, person), value_days(window, person)):
            if days is not None:
                found += [day for day in (days.first, days.last) if date.min < day < date.max]
    return found


def _moved(record: Record, days: int) -> Record:
    """The record so many days later, as a whole."""
    by = timedelta(days=days)
    if isinstance(record, NumberRecord):
        return replace(record, day=record.day + by, time=None)
    end = None if record.end is None else record.end + by
    return _on(record, record.start + by, end)


def _near(record: Record, edges: Sequence[date], random: np.random.Generator) -> Record:
    """The record, now and then moved to begin or to end about the edge of a window."""
    if isinstance(record, NumberRecord):
        record = replace(record, time=None)
    if not edges or random.random() < 0.3:
        return record
    edge = edges[int(random.integers(len(edges)))] + timedelta(days=int(random.integers(-3, 4)))
    if isinstance(record, NumberRecord):
        return _moved(record, (edge - record.day).days)
    end = record.end if random.random() < 0.5 else None
    return _moved(record, (edge - (end or record.start)).days)


def _range(day: date, random: np.random.Generator) -> UnknownDay:
    before, after = (int(n) for n in random.integers(0, 5, 2))
    return UnknownDay(day - timedelta(days=before), day + timedelta(days=after + (before == 0)))


def _blurred(record: Record, table: str, random: np.random.Generator) -> Record:
    """The record on unknown days, about its own."""
    if isinstance(record, NumberRecord):
        return replace(record, possible=_range(record.day, random))
    start = _range(record.start, random)
    if table in _ONE_DAY:
        return replace(record, possible_start=start, possible_end=start)
    end = None if record.end is None else _range(record.end, random)
    which = int(random.integers(3)) if end is not None else 0
    return replace(
        record,
        possible_start=start if which != 1 else None,
        possible_end=end if which != 0 else None,
    )


def _days(days: UnknownDay) -> list[date]:
    count = (days.last - days.first).days
    return [days.first + timedelta(days=n) for n in range(count + 1)]


def _choices(record: Record, table: str) -> list[Record]:
    """The record on each choice of its days."""
    if isinstance(record, NumberRecord):
        assert record.possible is not None, "it is blurred"
        return [replace(record, day=day, possible=None) for day in _days(record.possible)]
    bare = replace(record, possible_start=None, possible_end=None)
    if table in _ONE_DAY:
        assert record.possible_start is not None, "it is blurred"
        return [_on(bare, day, day) for day in _days(record.possible_start)]
    starts = _days(record.possible_start) if record.possible_start else [record.start]
    ends: list[date | None] = [record.end]
    if record.possible_end:
        ends = list(_days(record.possible_end))
    return [
        _on(bare, start, end) for start, end in product(starts, ends) if end is None or start <= end
    ]


def worlds(person: PersonRecords, places: Sequence[Place]) -> Iterator[PersonRecords]:
    """The person under each choice of days; an era and its exposure have theirs together."""
    groups: dict[object, list[Place]] = {}
    for number, place in enumerate(places):
        key: object = number
        if place.table in _OF_DOSES:
            key = _stated(_records(person, place.table)[place.at])
        groups.setdefault(key, []).append(place)
    for key, group in [*groups.items()]:
        if len({place.table for place in group}) == 1:  # two eras are two statements
            del groups[key]
            groups.update({place: [place] for place in group})
    firsts = [group[0] for group in groups.values()]
    each = [_choices(_records(person, p.table)[p.at], p.table) for p in firsts]
    for records in product(*each):
        known = person
        for group, record in zip(groups.values(), records, strict=True):
            for place in group:
                held = _records(known, place.table)[place.at]
                if isinstance(record, NumberRecord) or isinstance(held, NumberRecord):
                    known = _with(known, place, record)
                else:
                    bare = replace(held, possible_start=None, possible_end=None)
                    known = _with(known, place, _on(bare, record.start, record.end))
        yield known


def _stated(record: Record) -> tuple[int, date, date, date, date]:
    """The drug and the possible days of an era or an exposure."""
    assert not isinstance(record, NumberRecord), "a drug"
    assert record.end is not None, "a drug has an end"
    start = record.possible_start or UnknownDay(record.start, record.start)
    end = record.possible_end or UnknownDay(record.end, record.end)
    last, first = min(start.last, end.last), max(end.first, start.first)
    return record.concept, start.first, last, first, end.last


def _blur(
    leaf: Leaf, person: PersonRecords, random: np.random.Generator
) -> tuple[PersonRecords, list[Place]] | None:
    tables = ("measurement", "dose_era", *person.events)
    places = [Place(t, n) for t in tables for n in range(len(_records(person, t)))]
    if not places:
        return None
    number = min(one_of(random, (1, 1, 2, 2, 3)), len(places))
    chosen = [places[int(n)] for n in random.choice(len(places), number, replace=False)]
    edges, choices = _edges(leaf, person), 1
    taken = []
    for place in chosen:
        record = _blurred(
            _near(_records(person, place.table)[place.at], edges, random), place.table, random
        )
        choices *= len(_choices(record, place.table))
        if choices > MOST_CHOICES:
            break
        person = _with(person, place, record)
        taken.append(place)
        if place.table == "dose_era" and random.random() < 0.6:
            twin = _exposure_of(record, person)
            if twin is not None and twin not in chosen:
                person = _with(person, twin, _of_one_statement(record, twin, person))
                taken.append(twin)
    return (person, taken) if taken else None


def _exposure_of(era: Record, person: PersonRecords) -> Place | None:
    """An exposure to the drug of an era."""
    held = person.events.get("drug_exposure", ())
    places = (n for n, row in enumerate(held) if row.concept == era.concept)
    found = next(places, None)
    return None if found is None else Place("drug_exposure", found)


def _of_one_statement(era: Record, twin: Place, person: PersonRecords) -> Record:
    """The exposure with the days of the era."""
    exposure = _records(person, twin.table)[twin.at]
    assert isinstance(era, DoseRecord), "an era"
    assert isinstance(exposure, EventRecord), "an exposure"
    return replace(
        exposure,
        start=era.start,
        end=era.end,
        possible_start=era.possible_start,
        possible_end=era.possible_end,
    )


def _belonging(person: PersonRecords, random: np.random.Generator) -> PersonRecords:
    """The person, now and then with days that belong to a named date."""
    if random.random() < 0.6:
        return person
    found = {
        name: DaysOfDate(
            day - timedelta(days=one_of(random, (0, 3, 14))),
            day + timedelta(days=one_of(random, (0, 3, 14))),
            nearest=bool(random.random() < 0.7),
            not_after=bool(random.random() < 0.4),
        )
        for name, day in person.anchors.items()
    }
    return replace(person, belonging=found)


def check_case(
    leaf: Leaf, text: str, person: PersonRecords, random: np.random.Generator, tally: Tally
) -> None:
    """One leaf over one person, some of whose records lose their day."""
    person = _belonging(person, random)
    blurred = _blur(leaf, _what_is_read(leaf, person), random)
    if blurred is None:
        return
    open_, places = blurred
    answer = evaluate_leaf(leaf, open_).truth
    found: set[Truth] = {evaluate_leaf(leaf, known).truth for known in worlds(open_, places)}
    kind = type(leaf).__name__
    tally.cases[kind] += 1
    statuses = {truth.status for truth in found}
    if len(found) > 1:
        tally.differing[kind] += 1
    if answer.status is not Status.UNKNOWN:
        tally.decided[kind] += 1
        if statuses != {answer.status}:
            rows = [_records(open_, place.table)[place.at] for place in places]
            tally.wrong.append(f"{text}: {answer} of {sorted(s.word for s in statuses)}: {rows}")
    elif len(statuses) == 1 and Status.UNKNOWN not in statuses:
        tally.held_back[kind] += 1
    # Two choices of which one is doubtful itself may be said to be doubtful for that.
    doubts = frozenset(reason for truth in found for reason in truth.reasons)
    if len(statuses) > 1 and not answer.reasons <= {Reason.IMPRECISE_DATE, *_DOUBTS & doubts}:
        tally.wrong.append(f"{text}: {answer} says another reason than the day")


def check_generated(*, rounds: int, persons: int, seed_number: int) -> Tally:
    """Leaves of generated expressions over generated persons, some of whose days are lost."""
    tally = Tally()

    @given(_LEAVES, st.integers(0, 5), st.booleans(), st.integers(0, 2**32 - 1))
    def one_round(text: str, number: int, complete: bool, drawn: int) -> None:
        random = np.random.default_rng(drawn)
        data = drawn_data(number, persons, one_of(random, (0, 7, 8)))
        node = bind_expression(text, data.environment)
        tables = {"measurement", "condition_occurrence", "drug_exposure", "dose_era"}
        for placed in leaves_of(node):
            if not placed.leaf.reads:
                continue
            for person in data.persons.values():
                whole = frozenset(tables) if complete else frozenset()
                check_case(placed.leaf, text, replace(person, complete=whole), random, tally)

    chosen = settings(
        max_examples=rounds,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    seed(seed_number)(chosen(one_round))()
    return tally
