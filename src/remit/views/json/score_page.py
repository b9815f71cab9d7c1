"""Scores, shifts and doses as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from remit.facts.person_names import NO_NAMES, PersonNames
from remit.instruments.cards import Card, CardOutcome, ItemLine
from remit.instruments.exposure import Exposure
from remit.instruments.shifts import Shift
from remit.truth import Reason
from remit.views.json import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusablePart:
    """What was given and not used."""

    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OutcomePart:
    """One output; `why` is null where it is complete."""

    id: str
    label: str
    value: str
    complete: bool
    why: str | None
    unconfirmed: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemPart:
    """One item: its answer, the points that it gives and where the answer comes from."""

    id: str
    answer: str
    points: str | None
    source: str | None
    contradiction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScorePage:
    """An instrument at one visit."""

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.score"]
    version: Literal[1]
    instrument: str
    visit: str
    unusable: tuple[UnusablePart, ...]
    outcomes: tuple[OutcomePart, ...]
    items: tuple[ItemPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """The worst grade of a test after baseline beside that at baseline, of one person."""

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    person: int | str
    person_id: int
    test: str
    baseline: str
    baseline_date: str
    worst: str | None
    worst_date: str | None
    worst_day: int | None
    worst_visit: int | None
    shift: str
    visits: int
    unknown_visits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoseRow:
    """What one person took; a dose with a reason beside it is only a lower bound."""

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    person: int | str
    person_id: int
    daily_mg: float
    daily_lower_bound_because: str | None
    cumulative_mg: float
    cumulative_lower_bound_because: str | None
    mean_daily_mg: float
    pulses_mg: float
    pulses_lower_bound_because: str | None
    weight_kg: float | None
    daily_mg_per_kg: float | None


def score_page(card: Card) -> ScorePage:
    """The card with its kind and version."""
    return ScorePage(
        kind="remit.score",
        version=1,
        instrument=card.instrument.id,
        visit=card.visit,
        unusable=tuple(UnusablePart(name=name, why=why) for name, why in card.unusable),
        outcomes=tuple(_outcome(outcome) for outcome in card.outcomes),
        items=tuple(_item(line) for line in card.items),
    )


def _outcome(outcome: CardOutcome) -> OutcomePart:
    return OutcomePart(
        id=outcome.id,
        label=outcome.label,
        value=outcome.value,
        complete=outcome.complete,
        why=outcome.why or None,
        unconfirmed=outcome.unconfirmed,
    )


def _item(line: ItemLine) -> ItemPart:
    return ItemPart(
        id=line.id,
        answer=line.answer,
        points=line.points or None,
        source=line.source or None,
        contradiction=line.contradiction or None,
    )


def shift_row(shift: Shift, *, names: PersonNames = NO_NAMES) -> ShiftRow:
    """The shift with its grades in words; `names` says how the dataset calls its persons."""
    return ShiftRow(
        person=names.told(shift.person),
        person_id=shift.person,
        test=shift.test,
        baseline=shift.baseline.text,
        baseline_date=shift.baseline_date.isoformat(),
        worst=None if shift.worst is None else shift.worst.text,
        worst_date=None if shift.worst_date is None else shift.worst_date.isoformat(),
        worst_day=shift.worst_day,
        worst_visit=shift.worst_visit,
        shift=shift.shift_text,
        visits=shift.visits,
        unknown_visits=shift.unknown_visits,
    )


def dose_row(exposure: Exposure, *, names: PersonNames = NO_NAMES) -> DoseRow:
    """The doses in mg, exact ones as the nearest float; `names` as for `shift_row`."""
    return DoseRow(
        person=names.told(exposure.person),
        person_id=exposure.person,
        daily_mg=float(exposure.daily),
        daily_lower_bound_because=_word(exposure.why_daily),
        cumulative_mg=float(exposure.cumulative),
        cumulative_lower_bound_because=_word(exposure.why_cumulative),
        mean_daily_mg=float(exposure.mean_daily),
        pulses_mg=float(exposure.pulses),
        pulses_lower_bound_because=_word(exposure.why_pulses),
        weight_kg=exposure.weight,
        daily_mg_per_kg=exposure.daily_per_kg,
    )


def _word(reason: Reason | None) -> str | None:
    return None if reason is None else reason.word
