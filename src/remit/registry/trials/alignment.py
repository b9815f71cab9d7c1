"""Which criterion of one page is which of another: the same side, cohort, numbers and words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from remit.registry.record import CriterionText
from remit.registry.text.operators import neutralise
from remit.registry.text.plain_words import is_number, plain_words

# Wordings of one criterion on two mirrors differ by a blank or a full stop, not by a word.
ALIGNED = 0.92
# Comparing longer texts letter by letter takes too long; they align only if equal.
_LONGEST_ALIGNED = 1500
# How many of a criterion's rarest words are looked up, and in how many criteria each.
_RARE = 4
_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class _Wording:
    """What two criteria must share (side, cohort, numbers), and the words that may differ a bit."""

    shared: tuple[str, str | None, tuple[str, ...]]
    words: tuple[str, ...]
    plain: str


def align_criteria(
    criteria: Sequence[CriterionText], others: Sequence[CriterionText]
) -> tuple[int | None, ...]:
    """For each criterion the position of the same one among the others, or None; each taken once.

    Criteria with the same words are found first, so that a near one never takes their place.
    """
    mine = [_wording(item) for item in criteria]
    theirs = [_wording(item) for item in others]
    same: dict[tuple[object, ...], list[int]] = {}
    by_word: dict[tuple[object, str], list[int]] = {}
    for place in reversed(range(len(theirs))):
        same.setdefault((theirs[place].shared, theirs[place].words), []).append(place)
    for place, item in enumerate(theirs):
        for word in set(item.words):
            by_word.setdefault((item.shared, word), []).append(place)
    found: list[int | None] = [
        places.pop() if (places := same.get((item.shared, item.words))) else None for item in mine
    ]
    taken = {place for place in found if place is not None}
    for k, item in enumerate(mine):
        if found[k] is None:
            found[k] = _near(item, theirs, by_word, taken)
            taken.update(place for place in (found[k],) if place is not None)
    return tuple(found)


def _wording(criterion: CriterionText) -> _Wording:
    words = plain_words(criterion.text)
    numbers = tuple(word for word in words if is_number(word))
    return _Wording((criterion.kind, criterion.cohort, numbers), words, neutralise(criterion.text))


def _near(
    item: _Wording,
    theirs: Sequence[_Wording],
    by_word: dict[tuple[object, str], list[int]],
    taken: set[int],
) -> int | None:
    """The nearest criterion that is free, if it is near enough."""
    places = sorted(
        (p for word in set(item.words) if (p := by_word.get((item.shared, word)))), key=len
    )
    near = {place for rare in places[:_RARE] for place in rare[:_CANDIDATES]} - taken
    best, found = ALIGNED, None
    for place in sorted(near):
        alike = _ratio(item.plain, theirs[place].plain)
        if alike > best or (alike == best and found is None):
            best, found = alike, place
    return found


def _ratio(left: str, right: str) -> float:
    longer = max(len(left), len(right))
    if longer > _LONGEST_ALIGNED or abs(len(left) - len(right)) > longer * (1 - ALIGNED) * 2:
        return 0.0
    matcher = SequenceMatcher(None, left, right)
    return matcher.ratio() if matcher.quick_ratio() >= ALIGNED else 0.0
