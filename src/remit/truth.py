"""The four-valued verdict and the reasons for unknown.

Meaning: `docs/decisions/0002-criterion-language.md`. Kleene's strong three-valued logic on `met`,
`not_met` and `unknown`; `not_applicable` is neutral in `and`, `or` and `at least`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from fractions import Fraction
from functools import cache


class Status(IntEnum):
    """A criterion's answer. The numbers are the codes on disk."""

    NOT_MET = 0
    MET = 1
    UNKNOWN = 2
    NOT_APPLICABLE = 3

    @property
    def word(self) -> str:
        return self.name.lower()


class Reason(IntEnum):
    """Why a leaf is unknown, in the order in which one reason is chosen among several."""

    NO_ANCHOR = 3
    NO_DATA = 4
    NOT_COVERED = 5
    CODE_UNRESOLVED = 6
    NO_VALUE = 7
    UNIT_MISSING = 8
    UNIT_UNKNOWN = 9
    IMPLAUSIBLE = 10
    NO_REFERENCE_RANGE = 11
    CENSORED = 12
    UNCONFIRMED = 13
    IMPRECISE_BIRTH_DATE = 14
    NO_DOSE = 15
    NO_END_DATE = 16
    NOT_POSITIVE = 17
    CODE_UNKNOWN = 18
    NEEDS_ATTESTATION = 19
    INCOMPLETE = 20
    LOSSY_OPERATOR = 21
    NOT_IN_DATA = 22
    NOT_WRITTEN = 23
    IMPRECISE_DATE = 24

    @property
    def word(self) -> str:
        return self.name.lower()

    @property
    def bit(self) -> int:
        """The reason as one bit of a mask (bit 0 is NO_ANCHOR)."""
        return 1 << (int(self) - int(Reason.NO_ANCHOR))


@cache
def reasons_of_mask(mask: int) -> frozenset[Reason]:
    """The reasons in a bit mask, as screenings hold it.

    >>> sorted(reason.word for reason in reasons_of_mask(0b11))
    ['no_anchor', 'no_data']
    """
    return frozenset(reason for reason in Reason if mask & reason.bit)


@dataclass(frozen=True, slots=True)
class Truth:
    """A status and, when it is unknown, the reasons."""

    status: Status
    reasons: frozenset[Reason] = frozenset()

    def __post_init__(self) -> None:
        assert (self.status is Status.UNKNOWN) == bool(self.reasons), "unknown has a reason"


MET = Truth(Status.MET)
NOT_MET = Truth(Status.NOT_MET)
NOT_APPLICABLE = Truth(Status.NOT_APPLICABLE)


def unknown(*reasons: Reason) -> Truth:
    """Unknown for these reasons.

    >>> unknown(Reason.NO_DATA).status.word
    'unknown'
    """
    return Truth(Status.UNKNOWN, frozenset(reasons))


def _unknown_of(parts: Iterable[Truth]) -> Truth:
    return Truth(Status.UNKNOWN, frozenset().union(*(part.reasons for part in parts)))


def truth_not(part: Truth) -> Truth:
    """Negation; unknown and not applicable stay."""
    if part.status is Status.MET:
        return NOT_MET
    if part.status is Status.NOT_MET:
        return MET
    return part


def truth_at_least(minimum: int, parts: Sequence[Truth]) -> Truth:
    """Whether at least `minimum` of the applicable parts are met.

    >>> truth_at_least(2, [MET, unknown(Reason.NO_DATA), NOT_MET]).status.word
    'unknown'
    """
    applicable = [part for part in parts if part.status is not Status.NOT_APPLICABLE]
    if not applicable:
        return NOT_APPLICABLE
    met = sum(part.status is Status.MET for part in applicable)
    open_parts = [part for part in applicable if part.status is Status.UNKNOWN]
    if met >= minimum:
        return MET
    if met + len(open_parts) < minimum:
        return NOT_MET
    return _unknown_of(open_parts)


def truth_or(parts: Sequence[Truth]) -> Truth:
    """Disjunction: met if any part is met."""
    return truth_at_least(1, parts)


def truth_and(parts: Sequence[Truth]) -> Truth:
    """Conjunction: not met if any part is not met."""
    return truth_not(truth_at_least(1, [truth_not(part) for part in parts]))


def truth_first_known(parts: Sequence[Truth]) -> Truth:
    """The first part that is not unknown; unknown for the reasons of all where each is.

    >>> truth_first_known([unknown(Reason.NO_DATA), MET]).status.word
    'met'
    """
    for part in parts:
        if part.status is not Status.UNKNOWN:
            return part
    return _unknown_of(parts)


def truth_tally(
    groups: Sequence[Sequence[tuple[Fraction, Truth]]], passes: Callable[[int | Fraction], bool]
) -> Truth:
    """Whether a sum of points passes: of each group the highest points among its met parts.

    Args:
        passes: true for the totals above (or below) a threshold, or for one total.

    >>> points = [[(Fraction(4), MET)], [(Fraction(2), unknown(Reason.NO_DATA))]]
    >>> [truth_tally(points, lambda n: n >= k).status.word for k in (4, 5, 7)]
    ['met', 'unknown', 'not_met']
    """
    known: int | Fraction = 0
    added: set[int | Fraction] = {0}
    open_parts: list[Truth] = []
    for group in groups:
        sure: int | Fraction = 0
        if any(t.status is Status.MET for _, t in group):
            sure = max(plain_number(p) for p, t in group if t.status is Status.MET)
            known += sure
        higher = [
            (plain_number(p), t)
            for p, t in group
            if t.status is Status.UNKNOWN and plain_number(p) > sure
        ]
        if higher:
            more = {p - sure for p, _ in higher}
            added |= {total + p for total in added for p in more}
            open_parts.extend(t for _, t in higher)
    answers = {passes(known + total) for total in added}
    if len(answers) > 1:
        return _unknown_of(open_parts)
    return MET if answers.pop() else NOT_MET


def plain_number(number: int | Fraction) -> int | Fraction:
    """A whole number as one: to add and to compare those is many times faster.

    >>> plain_number(Fraction(4)), plain_number(Fraction(1, 2))
    (4, Fraction(1, 2))
    """
    return number.numerator if number.denominator == 1 else number


def truth_if(condition: Truth, then: Truth) -> Truth:
    """A conditional criterion: not applicable where the condition is not met.

    >>> truth_if(NOT_MET, MET).status.word
    'not_applicable'
    """
    if condition.status is Status.MET:
        return then
    if condition.status is Status.UNKNOWN:
        return condition
    return NOT_APPLICABLE
