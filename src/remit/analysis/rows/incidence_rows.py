"""What happened to persons, such as adverse events: how many had it, how often, and how fast."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
import numpy.typing as npt

from remit.analysis.methods.estimates import Estimate, Significance
from remit.analysis.methods.event_rates import event_rate
from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.methods.two_proportions import miettinen_nurminen_difference
from remit.analysis.rows.baseline_rows import counted_of
from remit.analysis.rows.question import COUNT, MethodQuestion, Statistic, tested_part
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.visit_answers import VisitAnswers
from remit.errors import MethodError

Part = tuple[str, ...]
Pair = tuple[str, str]
Days = list[float]
YEAR = 365.25  # days
UNWATCHED = "of {} it is unknown how long they were watched: they are in no rate"
UNDATED = "of {} persons an event has no day: it is unknown for how long they had none"
LATE = "{} events after the end of watching are in no rate"
EMPTY = "an arm has nobody"
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

    def digest(self, answers: VisitAnswers) -> str:
        """A hash of the events and of the population, whatever their order: the source of rows."""
        days = [None] * len(self.parts) if self.day is None else self.day.tolist()
        lines = sorted(map(repr, zip(self.person.tolist(), self.parts, days, strict=True)))
        return sha256("\n".join([answers.digest, *lines]).encode()).hexdigest()


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
        pairs: arms that are compared where one of them has an event, the first less the second.
        rates: persons with a first event by 100 years until it, and events by 100 years watched.
        together: of all arms together as well.

    Yields:
        Of each arm and part: `count` and `proportion` of persons, `events`, with rates also
        `incidence rate` and `event rate`; of each pair and part: `risk difference` and `p`.
    """
    answers = question.answers.where(np.isin(question.answers.arm, question.arms))
    watch = _Watch.of(answers)
    found, outside = _events_by_part(events, watch.arm)
    groups = [(arm,) for arm in question.arms] + ([()] if together else [])
    for part, of_person in found.items():
        counts: dict[str, int] = {}
        for arms in groups:
            members = arms or question.arms
            n = sum(watch.persons[arm] for arm in members)
            had = {who: days for who, days in of_person.items() if watch.arm[who] in members}
            number = sum(map(len, had.values()))
            yield from counted_of(len(had), n, arms, part)
            warned = (OUTSIDE.format(outside),) if outside and not part else ()
            yield Statistic(
                method=COUNT, name="events", estimate=Estimate(float(number), warnings=warned),
                n=n, arms=arms, part=part,
            )  # fmt: skip
            if arms:
                counts[arms[0]] = len(had)
            if rates:
                yield from watch.rates(had, members, arms, part, question.level)
        for first, second in pairs:
            if counts[first] or counts[second]:
                yield from _compared(counts, watch.persons, (first, second), part, question.level)


def _compared(
    counts: Mapping[str, int], persons: Mapping[str, int], pair: Pair, part: Part, level: float
) -> Iterator[Statistic]:
    (x, n), (y, m) = ((counts[arm], persons[arm]) for arm in pair)
    difference = miettinen_nurminen_difference(x, n, y, m, level=level)
    yield Statistic(
        method="miettinen_nurminen_difference", name="risk difference", estimate=difference,
        n=n + m, arms=pair, part=part,
    )  # fmt: skip
    test = Significance(None, warnings=(EMPTY,))
    if n and m:
        test = fisher_test([[x, n - x], [y, m - y]])
    yield from tested_part("fisher_test", test, n + m, pair, part)


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


@dataclass(frozen=True, slots=True)
class _Watch:
    """Who was watched, and for how long.

    Attributes:
        arm: of each person. days: of each of whom it is known.
        persons, blind, whole: of each arm, how many there are, of how many the days are not known,
            and the days of all others.
    """

    arm: Mapping[int, str]
    days: Mapping[int, float]
    persons: Mapping[str, int]
    blind: Mapping[str, int]
    whole: Mapping[str, float]

    @classmethod
    def of(cls, answers: VisitAnswers) -> _Watch:
        arm = dict(zip(answers.person.tolist(), answers.arm.tolist(), strict=True))
        used = answers.used
        days = dict(zip(used.person.tolist(), used.value.tolist(), strict=True))
        persons, blind = Counter(arm.values()), Counter[str]()
        whole: dict[str, float] = defaultdict(float)
        for who, of in arm.items():
            if who in days:
                whole[of] += days[who]
            else:
                blind[of] += 1
        return cls(arm, days, persons, blind, whole)

    def rates(
        self,
        had: Mapping[int, Days],
        members: Sequence[str],
        arms: tuple[str, ...],
        part: Part,
        level: float,
    ) -> Iterator[Statistic]:
        """Rates by 100 person-years of those of whom it is known how long they were watched."""
        blind = sum(self.blind[arm] for arm in members)
        n = sum(self.persons[arm] for arm in members) - blind
        told = (UNWATCHED.format(blind),) if blind else ()
        inside = {
            who: [day for day in days if not day > self.days[who]]
            for who, days in had.items()
            if who in self.days
        }
        seen = {who: days for who, days in inside.items() if days}
        late = sum(len(days) - len(inside[who]) for who, days in had.items() if who in inside)
        if late:
            told = (*told, LATE.format(late))
        whole = sum(self.whole[arm] for arm in members)
        events = event_rate(sum(map(len, seen.values())), whole / YEAR, per=100.0, level=level)
        undated = sum(np.isnan(min(days)) or np.isnan(max(days)) for days in seen.values())
        first = Estimate(None, level=level, warnings=(UNDATED.format(undated),))
        if not undated:
            # Who had the event is watched for a first one no longer than until it.
            after = sum(max(0.0, self.days[who] - min(days)) for who, days in seen.items())
            first = event_rate(len(seen), (whole - after) / YEAR, per=100.0, level=level)
        for name, rate in (("incidence rate", first), ("event rate", events)):
            estimate = Estimate(
                rate.value, rate.low, rate.high, rate.level, (*rate.warnings, *told)
            )
            yield Statistic(
                method="event_rate", name=name, estimate=estimate, n=n, arms=arms,
                unit="/100 a", part=part,
            )  # fmt: skip
