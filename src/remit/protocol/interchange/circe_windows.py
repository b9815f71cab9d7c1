"""A count of records in a window of Circe, as an expression of the criterion language.

Circe clips every window to the observation period around the day of entry. The language has no
"the later of two days"; it needs none: of two windows with a common end one lies in the other, so
that something in both is something in the shorter one, and at most so many in either is at most so
many in it. Of the first record ever the same is said of each bound by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

# A window of all days: the language asks for a bound on one side at least.
EVER = "[.., 9999-12-31]"
# Days of 200 years: no record of a person is so far from another.
FARTHEST = 73_000
INDEX, OBSERVED_FROM, OBSERVED_UNTIL = "index", "observation_start", "observation_end"


@dataclass(frozen=True, slots=True)
class CirceWindow:
    """The days, from that of entry, on which a record may begin; None: no bound.

    Attributes:
        observed: whether only the observation period around the day of entry counts.
    """

    low: int | None
    high: int | None
    observed: bool


@dataclass(frozen=True, slots=True)
class Occurrence:
    """How many records: at least, at most, or exactly so many."""

    least: int | None
    most: int | None


def moment(days: int) -> str:
    """So many days after the day of entry.

    >>> moment(-30), moment(0), moment(1)
    ('index - 30 days', 'index', 'index + 1 day')
    """
    if days == 0:
        return INDEX
    unit = "day" if abs(days) == 1 else "days"
    return f"{INDEX} {'+' if days > 0 else '-'} {abs(days)} {unit}"


def _span(first: str, last: str) -> str:
    return f"[{first}, {last}]"


def nested_windows(window: CirceWindow) -> tuple[tuple[str, ...], ...]:
    """Pieces of a window, one after the other; of each piece windows that lie in one another.

    >>> nested_windows(CirceWindow(0, 90, observed=True))
    (('[index, index + 90 days]', '[index, observation_end]'),)
    >>> nested_windows(CirceWindow(None, 0, observed=False))
    (('[.., index]',),)
    """
    low, high = window.low, window.high
    first = ".." if low is None else moment(low)
    last = ".." if high is None else moment(high)
    if not window.observed:
        return ((EVER if low is None and high is None else _span(first, last),),)
    ends_inside = high is not None and high <= 0
    begins_inside = low is not None and low >= 0
    if low is None and high is None:
        return ((_span(OBSERVED_FROM, OBSERVED_UNTIL),),)
    if low is None:
        whole = (_span(OBSERVED_FROM, last),)
        return (whole if ends_inside else (*whole, _span(OBSERVED_FROM, OBSERVED_UNTIL)),)
    if high is None:
        whole = (_span(first, OBSERVED_UNTIL),)
        return (whole if begins_inside else (*whole, _span(OBSERVED_FROM, OBSERVED_UNTIL)),)
    if low == high == 0:
        return ((_span(first, last),),)
    if ends_inside:
        return ((_span(first, last), _span(OBSERVED_FROM, last)),)
    if begins_inside:
        return ((_span(first, last), _span(first, OBSERVED_UNTIL)),)
    return (
        *nested_windows(CirceWindow(low, 0, observed=True)),
        *nested_windows(CirceWindow(1, high, observed=True)),
    )


def joined(parts: Sequence[str], word: str) -> str:
    """Expressions with a word between them, in brackets where there are several."""
    return parts[0] if len(parts) == 1 else f"({f' {word} '.join(parts)})"


def counted(concept: str, window: CirceWindow, occurrence: Occurrence) -> str | None:
    """So many records of a concept in a window; None where the language has no words for it.

    >>> counted("sle", CirceWindow(None, 0, observed=False), Occurrence(None, 0))
    'not any sle in [.., index]'
    """
    pieces = nested_windows(window)
    found = []
    if occurrence.least is not None and occurrence.least > 0:
        if len(pieces) > 1 and occurrence.least > 1:
            return None
        found.append(
            joined(
                [
                    joined([_at_least(concept, span, occurrence.least) for span in piece], "and")
                    for piece in pieces
                ],
                "or",
            )
        )
    if occurrence.most is not None:
        if len(pieces) > 1 and occurrence.most > 0:
            return None
        found.append(
            joined(
                [
                    joined([_at_most(concept, span, occurrence.most) for span in piece], "or")
                    for piece in pieces
                ],
                "and",
            )
        )
    return joined(found, "and") if found else None


def _at_least(concept: str, span: str, number: int) -> str:
    return (
        f"any {concept} in {span}" if number == 1 else f"count of {concept} in {span} >= {number}"
    )


def _at_most(concept: str, span: str, number: int) -> str:
    return (
        f"not any {concept} in {span}"
        if number == 0
        else (f"count of {concept} in {span} <= {number}")
    )


def first_ever(concept: str, window: CirceWindow) -> str:
    """The first record of a concept that a person ever had begins in a window.

    It begins no earlier than a day when there is none before that day, and no later than a day
    when there is one up to it.

    >>> first_ever("sle", CirceWindow(0, 90, observed=False))
    '(any sle in [.., index + 90 days] and not any sle in [.., index))'
    """
    lows = [] if window.low is None else [moment(window.low)]
    highs = [] if window.high is None else [moment(window.high)]
    if window.observed:
        # The period holds the day of entry: a bound on its side of that day is the only one.
        if window.low is None or window.low < 0:
            lows.append(OBSERVED_FROM)
        if window.high is None or window.high > 0:
            highs.append(OBSERVED_UNTIL)
    until = [f"any {concept} in [.., {high}]" for high in highs] or [f"any {concept} in {EVER}"]
    return joined([*until, *(f"not any {concept} in [.., {low})" for low in lows)], "and")
