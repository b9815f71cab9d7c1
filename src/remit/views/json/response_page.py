"""Responses as JSON: definitions compared, by person or as counts that may be shown, and times."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from pydantic import ConfigDict

from remit.analysis.agreement import Rate
from remit.analysis.comparison import Comparison
from remit.analysis.comparison_counts import ShownComparison, ShownRate
from remit.disclosure import counts_note
from remit.endpoints.response_times import time_to
from remit.endpoints.study_responses import StudyAdjudication
from remit.facts.person_names import NO_NAMES, PersonNames, person_names
from remit.truth import Status
from remit.views.json import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RatePart:
    """A rate with its 95 % interval; counts are texts where they are rounded."""

    count: int | str
    n: int | str
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmPart:
    """One arm under one definition."""

    definition: str
    arm: str
    observed: RatePart
    imputed: RatePart
    not_assessable: int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class KappaPart:
    """The agreement of two definitions; the numbers are null where kappa is not defined."""

    first: str
    second: str
    n: int | None
    agreed: int | None
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownKappaPart:
    """As `KappaPart`, with rounded counts."""

    first: str
    second: str
    n: str
    agreed: str
    kappa: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FlipPart:
    """One person who responds under one definition and not under another."""

    person: int | str
    person_id: int
    responder_under: str
    not_under: str
    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownFlipPart:
    """How many respond under one definition and not under another."""

    persons: str
    responder_under: str
    not_under: str
    gate: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """The same patients under every definition, person by person.

    `grades` and `responders` hold a word a person, in the order of `persons`, which are the ids as
    the source has them; `person_ids` are the numbers that tables carry.
    """

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.comparison"]
    version: Literal[1]
    visit: str
    persons: tuple[int | str, ...]
    person_ids: tuple[int, ...]
    judged_elsewhere: Mapping[str, str]
    grades: Mapping[str, tuple[str, ...]]
    responders: Mapping[str, tuple[str, ...]]
    rates: tuple[ArmPart, ...]
    agreement: tuple[KappaPart, ...]
    flips: tuple[FlipPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonCountsPage:
    """The same with counts rounded to multiples of `smallest`, and no person named.

    `counts` says how.
    """

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    kind: Literal["remit.comparison.counts"]
    version: Literal[2]
    smallest: int
    counts: str
    visit: str
    persons: str
    without: tuple[str, ...]
    judged_elsewhere: Mapping[str, str]
    rates: tuple[ArmPart, ...]
    agreement: tuple[ShownKappaPart, ...]
    flips: tuple[ShownFlipPart, ...]


def comparison_page(comparison: Comparison, *, names: PersonNames = NO_NAMES) -> ComparisonPage:
    """The comparison with every person.

    Args:
        names: how the dataset calls its persons.
    """
    return ComparisonPage(
        kind="remit.comparison",
        version=1,
        visit=comparison.visit,
        persons=tuple(names.told(person) for person in comparison.persons.tolist()),
        person_ids=tuple(comparison.persons.tolist()),
        judged_elsewhere=comparison.elsewhere,
        grades={name: tuple(map(str, words)) for name, words in comparison.grades.items()},
        responders={
            name: tuple(Status(int(code)).word for code in codes)
            for name, codes in comparison.responders.items()
        },
        rates=tuple(
            ArmPart(
                definition=item.definition,
                arm=item.arm,
                observed=_rate(item.observed, item.observed),
                imputed=_rate(item.imputed, item.imputed),
                not_assessable=item.not_assessable,
            )
            for item in comparison.rates
        ),
        agreement=tuple(
            KappaPart(
                first=first,
                second=second,
                n=kappa.n,
                agreed=kappa.agreed,
                kappa=kappa.value,
                low=kappa.low,
                high=kappa.high,
            )
            for (first, second), kappa in comparison.agreement.items()
        ),
        flips=tuple(
            FlipPart(
                person=names.told(flip.person),
                person_id=flip.person,
                responder_under=flip.responder_under,
                not_under=flip.not_under,
                gate=flip.gate,
            )
            for flip in comparison.flips
        ),
    )


def comparison_counts_page(shown: ShownComparison) -> ComparisonCountsPage:
    """The comparison as it may be shown."""
    return ComparisonCountsPage(
        kind="remit.comparison.counts",
        version=2,
        smallest=shown.smallest,
        counts=counts_note(shown.smallest),
        visit=shown.visit,
        persons=shown.persons,
        without=shown.without,
        judged_elsewhere=shown.elsewhere,
        rates=tuple(
            ArmPart(
                definition=item.definition,
                arm=item.arm,
                observed=_rate(item.observed, item.observed.rate),
                imputed=_rate(item.imputed, item.imputed.rate),
                not_assessable=item.not_assessable,
            )
            for item in shown.rates
        ),
        agreement=tuple(
            ShownKappaPart(
                first=first,
                second=second,
                n=found.n,
                agreed=found.agreed,
                kappa=found.kappa.value,
                low=found.kappa.low,
                high=found.kappa.high,
            )
            for (first, second), found in shown.agreement.items()
        ),
        flips=tuple(
            ShownFlipPart(
                persons=flip.persons,
                responder_under=flip.responder_under,
                not_under=flip.not_under,
                gate=flip.gate,
            )
            for flip in shown.flips
        ),
    )


def _rate(counts: Rate | ShownRate, rate: Rate) -> RatePart:
    return RatePart(count=counts.count, n=counts.n, low=rate.low, high=rate.high)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    """When one person first reached a grade, or until when it is known not to be so (censored)."""

    __pydantic_config__: ClassVar[ConfigDict] = PAGE

    person: int | str
    person_id: int
    definition: str
    grade: str
    reached: bool
    days: int
    visit: str | None
    open_before: int
    known_without: int
    died: bool


def time_rows(study: StudyAdjudication) -> Iterator[TimeRow]:
    """Time to each grade of response, person by person, with censoring."""
    names = person_names(study.followed.facts)
    for adjudication in study.adjudications:
        for response in adjudication.definition.responses:
            deaths = study.followed.deaths
            for item in time_to(adjudication, study.visits, response.grade, deaths=deaths):
                yield TimeRow(
                    person=names.told(item.person),
                    person_id=item.person,
                    definition=adjudication.definition.id,
                    grade=response.grade,
                    reached=item.reached,
                    days=item.days,
                    visit=item.visit,
                    open_before=item.open_before,
                    known_without=item.known_without,
                    died=item.died,
                )
