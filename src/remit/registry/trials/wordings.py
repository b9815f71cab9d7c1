"""Which of several pages words a field best, where they say the same.

The page that ranks first is believed. Another one only lends its wording: a name that is not in
capitals, a site with its facility, a day where the first gives the month.
"""

from __future__ import annotations

from collections.abc import Sequence

from remit.registry.record import Location, TrialDate, Value
from remit.registry.text.titles import normal_text, sponsor_words

# Letters that are capitals for another reason than the page's style.
_ACRONYMS = frozenset({"title_acronym", "registry_id", "secondary_id", "receipt_number"})
_ORGANISATIONS = frozenset({"sponsor", "collaborator", "funder"})
_FEW_LETTERS = 5


def best_wording(name: str, pages: Sequence[tuple[Value, ...]]) -> int:
    """The place of the page whose values are taken; `pages` are in order of precedence.

    Example:
        >>> best_wording("sponsor", [("EXAMPLE UNIVERSITY",), ("Example University",)])
        1
        >>> best_wording("sponsor", [("EXAMPLE UNIVERSITY",), ("Another University",)])
        0
    """
    best = 0
    for at in range(1, len(pages)):
        if _is_better(name, pages[best], pages[at]):
            best = at
    return best


def _is_better(name: str, held: Sequence[Value], other: Sequence[Value]) -> bool:
    """Whether the other page says all that the held one says, and says it better."""
    if all(isinstance(value, Location) for value in (*held, *other)):
        return _has_facilities(held, other)
    if all(isinstance(value, TrialDate) for value in (*held, *other)):
        return _is_more_precise(held, other)
    if name in _ACRONYMS or not all(isinstance(value, str) for value in (*held, *other)):
        return False
    mine, theirs = [str(v) for v in held], [str(v) for v in other]
    if {_plain(name, text) for text in mine} != {_plain(name, text) for text in theirs}:
        return False
    return any(_shouts(text) for text in mine) and not any(_shouts(text) for text in theirs)


def _plain(name: str, text: str) -> object:
    return sponsor_words(text) if name in _ORGANISATIONS else normal_text(text)


def _shouts(text: str) -> bool:
    letters = [c for c in text if c.isalpha()]
    return len(letters) >= _FEW_LETTERS and text.isupper()


def _has_facilities(held: Sequence[Value], other: Sequence[Value]) -> bool:
    """Whether the same cities come with facilities there and without any here."""
    mine = [v for v in held if isinstance(v, Location)]
    theirs = [v for v in other if isinstance(v, Location)]
    cities = {normal_text(place.city or "") for place in mine}
    return (
        "" not in cities
        and not any(place.facility for place in mine)
        and cities == {normal_text(place.city or "") for place in theirs}
        and all(place.facility for place in theirs)
    )


def _is_more_precise(held: Sequence[Value], other: Sequence[Value]) -> bool:
    mine = {v.iso for v in held if isinstance(v, TrialDate)}
    theirs = {v.iso for v in other if isinstance(v, TrialDate)}
    if len(mine) != 1 or len(theirs) != 1:
        return False
    (month,), (day,) = mine, theirs
    return day != month and day.startswith(month + "-")
