"""What happened to persons, such as adverse events: how many had it, how often, and how fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.estimates import Estimate
from remit.analysis.methods.event_rates import event_rate
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.rows.baseline_rows import counted_of
from remit.analysis.rows.question import COUNT, MethodQuestion, Statistic, tested_part
from remit.analysis.rows.result_row import ResultRow
from remit.errors import MethodError

Part = tuple[str, ...]
Pair = tuple[str, str]
YEAR = 365.25  # days
UNWATCHED = "of {} it is unknown how long they were watched: they are in no rate"
OUTSIDE = "{} events of persons outside the population are not counted"


@dataclass(frozen=True, slots=True, eq=False)
class PersonEvents:
    """Events of persons, one a row.

    Attributes:
        person: whose, shape (events,). parts: of each, what it is from wide to narrow, such as a
            body system and a term; all of one length.
        day: of each, days since the person was first watched, not a number where it is unknown;
            None where no day is.
    """

    person: npt.NDArray[np.int64]
    parts: tuple[Part, ...]
    day: npt.NDArray[np.float64] | None = None

    def __post_init__(self) -> None:
        n = len(self.person)
        days = n if self.day is None else len(self.day)
        if len(self.parts) != n or days != n or len({len(part) for part in self.parts}) > 1:
            raise MethodError(
                "each event has a person, its parts, all of one length, and a day where days are",
                expected=f"{n} of each",
                got=f"{len(self.parts)} parts and {days} days",
                next_step="give () as the parts where events are of one kind",
            )


def describe_incidence(
    question: MethodQuestion,
    events: PersonEvents,
    *,
    pairs: Sequence[Pair] = (),
    rates: bool = False,
    together: bool = False,
) -> Iterator[Statistic]:
    """Of all events, and of each part of them: persons with one, their share, and events.

    Args:
        question: its answers are one a person of the population: the days that she was watched.
        pairs: arms whose shares are compared by Fisher's test, where one of them has an event.
        rates: persons with a first event by 100 years until it, and events by 100 years watched.
        together: of all arms together as well.

    Yields:
        Of each arm and part: `count` and `proportion` of persons, `events`, with rates also
        `incidence rate` and `event rate`; of each pair and part: `p`.
    """
    answers = question.answers.where(np.isin(question.answers.arm, question.arms))
    arm_of = dict(zip(answers.person.tolist(), answers.arm.tolist(), strict=True))
    watched = {
        person: days
        for person, days, known in zip(
            answers.person.tolist(), answers.value.tolist(), answers.known.tolist(), strict=True
        )
        if known
    }
    whole = {arm: int(np.count_nonzero(answers.arm == arm)) for arm in question.arms}
    found, outside = _events_by_part(events, arm_of)
    groups: list[tuple[tuple[str, ...], tuple[str, ...]]] = [
        ((arm,), (arm,)) for arm in question.arms
    ]
    if together:
        groups.append(((), question.arms))
    for part, of_person in found.items():
        had = {
            arm: [days for person, days in of_person.items() if arm_of[person] == arm]
            for arm in question.arms
        }
        for arms, members in groups:
            n = sum(whole[arm] for arm in members)
            count = sum(len(had[arm]) for arm in members)
            number = sum(len(days) for arm in members for days in had[arm])
            yield from counted_of(count, n, arms, part)
            warned = (OUTSIDE.format(outside),) if outside and not part else ()
            yield Statistic(
                method=COUNT, name="events", estimate=Estimate(float(number), warnings=warned),
                n=n, arms=arms, part=part,
            )  # fmt: skip
            if rates:
                there = [person for person, arm in arm_of.items() if arm in members]
                yield from _rates(there, of_person, watched, arms, part, question.level)
        for first, second in pairs:
            counts = [len(had[arm]) for arm in (first, second)]
            if not any(counts):
                continue
            table = [
                [count, whole[arm] - count]
                for count, arm in zip(counts, (first, second), strict=True)
            ]
            n = whole[first] + whole[second]
            yield from tested_part("fisher_test", fisher_test(table), n, (first, second), part)


def parts_in_order(rows: Sequence[ResultRow], by: Sequence[str]) -> tuple[Part, ...]:
    """The parts of rows for reading: wide ones by their name, narrow ones by how many had them.

    Args:
        by: arms by whose number of persons narrow parts fall, the first first; then by name.
    """
    counts: dict[Part, dict[str, float]] = defaultdict(dict)
    for row in rows:
        if row.statistic == "count" and not row.versus and row.value is not None:
            counts[row.part][row.arm] = row.value

    def place(part: Part) -> tuple[object, ...]:
        if len(part) < 2:
            return (part,)
        falling = tuple(-counts[part].get(arm, 0.0) for arm in by)
        return (part[:-1], falling, part[-1])

    return tuple(sorted(counts, key=place))


Days = list[float]


def _events_by_part(
    events: PersonEvents, arm_of: Mapping[int, str]
) -> tuple[dict[Part, dict[int, Days]], int]:
    """Part, and each wider one -> person -> days of her events; and how many are of nobody here."""
    found: dict[Part, dict[int, Days]] = {(): {}}
    days = np.full(len(events.person), np.nan) if events.day is None else events.day
    outside = 0
    for person, part, day in zip(events.person.tolist(), events.parts, days.tolist(), strict=True):
        if person not in arm_of:
            outside += 1
            continue
        for depth in range(len(part) + 1):
            found.setdefault(part[:depth], {}).setdefault(person, []).append(day)
    return found, outside


def _rates(
    there: Sequence[int],
    of_person: Mapping[int, Days],
    watched: Mapping[int, float],
    arms: tuple[str, ...],
    part: Part,
    level: float,
) -> Iterator[Statistic]:
    """Rates by 100 person-years of those of whom it is known how long they were watched."""
    seen = [person for person in there if person in watched]
    firsts = {person: min(of_person[person]) for person in seen if person in of_person}
    blind = [person for person, day in firsts.items() if np.isnan(day)]
    told = []
    if len(seen) < len(there):
        told.append(UNWATCHED.format(len(there) - len(seen)))
    events = sum(len(of_person[person]) for person in seen if person in of_person)
    whole = sum(watched[person] for person in seen)
    until = sum(min(watched[person], firsts.get(person, watched[person])) for person in seen)
    for name, number, time, warned in (
        ("incidence rate", len(firsts), until, [*told, *_undated(len(blind))]),
        ("event rate", events, whole, told),
    ):
        if name == "incidence rate" and blind:
            estimate = Estimate(None, level=level, warnings=tuple(warned))
        else:
            rate = event_rate(number, time / YEAR, per=100.0, level=level)
            estimate = Estimate(
                rate.value, rate.low, rate.high, rate.level, (*rate.warnings, *warned)
            )
        yield Statistic(
            method="event_rate", name=name, estimate=estimate, n=len(seen), arms=arms,
            unit="/100 a", part=part,
        )  # fmt: skip


def _undated(number: int) -> Iterator[str]:
    if number:
        yield f"of {number} the first event has no day: no time until it is known"
