"""Outcome measures, with a name and a time frame that a site ran together taken apart."""

from __future__ import annotations

import re

from remit.registry.record import CriterionFlag, OutcomeText, OutcomeType, Span
from remit.registry.text.eligibility import flags_of

_UNIT = r"(?:second|minute|hour|day|week|month|year)s?"
_TIME = re.compile(
    rf"(?:\d{{1,3}}(?:\.\d+)?\s*(?:(?:-|–|to|and|,|or)\s*\d+\s*)*-?\s*{_UNIT}\b"
    rf"|\d{{1,3}}(?:st|nd|rd|th)\s+{_UNIT}\b"
    r"|(?:Baseline|Weeks?|Days?|Months?|Years?|Hours?|Up to|From|At|Through"
    r"|Throughout|During|Within|"
    r"Over|After|Before|Until|Since|Pre|Post|Every|End of|Immediately|Screening|Visit"
    r"|First|One|Two|Three|"
    r"Four|Five|Six|Twelve|an average)\b"
    r"|(?:through study completion|up to \d|weeks? \d|months? \d))"
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
            start = at
            digits = re.match(r"\d+", text[at:])
            if before.isdigit() and digits:
                continue
            return text[:start].strip(), text[start:].strip()
    return text.strip(), None


def _edge(before: str, here: str) -> bool:
    """Whether two words may have been run together here."""
    if here.isdigit():
        return before.isalpha() or before in ")]%.\"'"
    if here.isupper():
        return before.islower() or before.isdigit() or before in ")]%.\"'" or before.isupper()
    return before.isalnum() or before in ")]%"
