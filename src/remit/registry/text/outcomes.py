"""Outcome measures, with a name and a time frame that a site ran together taken apart."""

from __future__ import annotations

import re

from remit.registry.record import CriterionFlag, OutcomeText, OutcomeType, Span
from remit.registry.text.eligibility import flags_of

_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_TIME = re.compile(
    rf"(?:\d{{1,3}}(?:\.\d{{1,3}})?\s{{0,3}}"
    rf"(?:(?:-|–|to|and|,|or)\s{{0,3}}\d{{1,4}}\s{{0,3}}){{0,12}}-?\s{{0,3}}{_UNIT}\b"
    rf"|\d{{1,3}}(?:st|nd|rd|th)\s{{1,3}}{_UNIT}\b"
    r"|(?:Baseline|Weeks?|Days?|Months?|Years?|Hours?|Up to|From|At|Through"
    r"|Throughout|During|Within|"
    r"Over|After|Before|Until|Since|Pre|Post|Every|End of|Immediately|Screening|Visit"
    r"|First|One|Two|Three|"
    r"Four|Five|Six|Twelve|an average)\b"
    r"|(?:through study completion|up to \d|weeks? \d|months? \d))"
)
_PLAIN_TIME = re.compile(
    r"\b(?:(?:up to|within|at)\s)?\d{1,3}(?:\.\d{1,2})?(?:\s?(?:-|–|to|and)\s?\d{1,3})?[\s-]?"
    rf"{_UNIT}\b|\b(?:week|month|day|year)s?\s\d{{1,3}}\b",
    re.I,
)
_LONGEST_NAME = 600


def outcome(
    kind: OutcomeType,
    measure: str,
    description: str | None,
    time_frame: str | None,
    *,
    source_text: str,
    span: Span,
) -> OutcomeText:
    """An outcome with its flags: a lost sign counts, and so does a list lost after a colon."""
    text = f"{measure}\n{description or ''}".strip()
    flags: frozenset[CriterionFlag] = flags_of(text, promise_kept=False)
    return OutcomeText(
        kind, measure, description or None, time_frame or None, source_text, span, flags
    )


def split_name_and_time(text: str) -> tuple[str, str | None]:
    """The name and the time frame of a line in which a site ran both together.

    The time starts where a time expression follows the name without a blank. None where no
    such place is found; nothing is cut then.

    Example:
        >>> split_name_and_time("Renal response24 weeks")
        ('Renal response', '24 weeks')
        >>> split_name_and_time("Response at 24 weeks")
        ('Response at 24 weeks', None)
    """
    for at in range(1, min(len(text), _LONGEST_NAME)):
        before, here = text[at - 1], text[at]
        if before.isspace() or here.isspace() or not _edge(before, here):
            continue
        if _TIME.match(text, at):
            if before.isdigit() and here.isdigit():
                continue
            return text[:at].strip(), text[at:].strip()
    return text.strip(), None


def find_times(text: str) -> tuple[tuple[int, int], ...]:
    """Where a text names a time: the offsets of "24 weeks", "week 24" and the like, in order.

    Example:
        >>> find_times("Renal response 24 weeks UPCR below 0.5")
        ((15, 23),)
    """
    return tuple(found.span() for found in _PLAIN_TIME.finditer(text))


def _edge(before: str, here: str) -> bool:
    """Whether two words may have been run together here."""
    if here.isdigit():
        return before.isalpha() or before in ")]%.\"'"
    if here.isupper():
        return before.islower() or before.isdigit() or before in ")]%.\"'" or before.isupper()
    return before.isalnum() or before in ")]%"
