"""What changed between two readings of one trial: criteria, outcomes, sizes, dates, and the rest.

Spelling, case and order are no change; a sign that one page has lost is none of the trial's. A
change matters where it touches what the trial set out to show, in whom, or in how many (ICH E9,
5.1 and 5.7; the WHO's standard asks registers to show it).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal, TypeVar

from remit.errors import PageError
from remit.registry.record import (
    CriterionText,
    Field,
    OutcomeText,
    Record,
    RegistryId,
    Span,
    TrialDate,
)
from remit.registry.text.operators import find_lost_operators, neutralise, signed_words
from remit.registry.text.plain_words import differing, is_number, plain_words
from remit.registry.text.titles import normal_text
from remit.registry.trials.alignment import align_criteria
from remit.registry.trials.differences import is_same_value, plain_value

Item = TypeVar("Item")
Part = Literal["criterion", "outcome", "field"]
# Said of the reading, not of the trial.
_OF_READING = frozenset(
    {"section", "derived", "other", "url", "date_last_update", "date_last_update_submitted"}
    | {"date_verified", "date_current_as_of", "note", "similar_trials", "data_source"}
)
# From here on two wordings are one thing of which something was changed.
_SAME_SUBJECT = 0.6
_READ_ON = ("date_current_as_of", "date_last_update", "date_last_update_submitted", "date_verified")
WHO = "who may take part changed"
WHAT = "what the trial sets out to show changed"
SIZE = "how many are to take part changed"
AFTER_START = "{}, after it began on {}"
MAYBE_AFTER = "{}; whether before it began is not told"


@dataclass(frozen=True, slots=True)
class ReadingChange:
    """One change.

    Attributes:
        part, name: what it is of: the side of a criterion, the type of an outcome, a field.
        before, after: what was said; None where nothing was, and where nothing is any more.
        before_span, after_span: the lines of that.
        matters: why it matters; empty where it does not.
    """

    part: Part
    name: str
    before: str | None
    after: str | None
    before_span: Span | None
    after_span: Span | None
    matters: str = ""


def reading_changes(older: Record, newer: Record) -> tuple[ReadingChange, ...]:
    """The changes from one reading of a trial to a later one; those of criteria come first.

    Of two pages of different form, what only one of them can say is no change.

    Raises:
        PageError: the records state numbers of different trials, or numbers of two registries and
            neither names the other.
    """
    _check_same(older, newer)
    when = _started_before(older, newer)
    alike = older.format == newer.format
    found: list[ReadingChange] = []
    if alike or (older.criteria and newer.criteria):
        found += _criteria(older.criteria, newer.criteria)
    if alike or (older.outcomes and newer.outcomes):
        found += _outcomes(older.outcomes, newer.outcomes, when)
    before, after = (
        {field.name: None for field in record.fields if alike or field.value is not None}
        for record in (older, newer)
    )
    names = before | after if alike else {name: None for name in before if name in after}
    return (*found, *_fields(older, newer, names))


def _check_same(older: Record, newer: Record) -> None:
    """That no registry calls the two records by two numbers, and two registries by one trial's."""
    before, after = _numbers(older), _numbers(newer)
    shared = before.keys() & after.keys()
    other = [name for name in shared if before[name].isdisjoint(after[name])]
    if other:
        raise _two_trials(min(before[other[0]]), min(after[other[0]]), newer)
    first, second = sorted(set().union(*before.values())), sorted(set().union(*after.values()))
    if first and second and not (shared or _names_one(older, second) or _names_one(newer, first)):
        raise _two_trials(first[0], second[0], newer)


def _names_one(record: Record, numbers: Iterable[str]) -> bool:
    """Whether a record has one of these numbers in any of its fields."""
    return any(number in field.text for number in numbers for field in record.fields)


def _two_trials(before: str, after: str, newer: Record) -> PageError:
    return PageError(
        "the records are of two trials",
        expected="two readings of one trial",
        got=f"{before} and {after}, neither of which names the other",
        next_step="give two versions of one record, the older one first",
        place=newer.source,
    )


def _numbers(record: Record) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for one in record.own_ids:
        found.setdefault(one.registry, set()).add(one.number)
    return found


def _started_before(older: Record, newer: Record) -> str | None:
    """The day on which the trial began, where the newer reading is of a later day.

    Empty where that day had not come yet; None where the records do not tell.
    """
    starts = [*_days(newer, "date_start"), *_days(older, "date_start")]
    read = [day for name in _READ_ON for day in _days(newer, name)]
    if not starts or not read:
        return None
    start, seen = starts[0], max(read)
    # "2024-05" is before "2024-05-20" as text; a month that holds the other day tells nothing.
    if start.startswith(seen) or seen.startswith(start):
        return None
    return start if start < seen else ""


def _days(record: Record, name: str) -> list[str]:
    return [value.iso for value in record.values(name) if isinstance(value, TrialDate)]


# ---- criteria ------------------------------------------------------------------------------------


def _criteria(
    older: Sequence[CriterionText], newer: Sequence[CriterionText]
) -> Iterable[ReadingChange]:
    before = [item for item in older if item.kind != "preamble"]
    after = [item for item in newer if item.kind != "preamble"]
    places = align_criteria(after, before)
    for item, place in zip(after, places, strict=True):
        if place is not None and _says_other(before[place].text, item.text):
            yield _criterion(before[place], item)
    kept = {place for place in places if place is not None}
    gone = [item for place, item in enumerate(before) if place not in kept]
    come = [item for item, place in zip(after, places, strict=True) if place is None]
    for old, new in _paired([(c.text, c) for c in gone], [(c.text, c) for c in come]):
        yield _criterion(old, new)


def _says_other(before: str, after: str) -> bool:
    """Whether two wordings of one criterion differ in a word, such as "no", or in a sign.

    Signs are compared where both are whole.
    """
    if any(differing(plain_words(before), plain_words(after))):
        return True
    if find_lost_operators(before) or find_lost_operators(after):
        return False
    return signed_words(before) != signed_words(after) and neutralise(before) == neutralise(after)


def _criterion(old: CriterionText | None, new: CriterionText | None) -> ReadingChange:
    kinds = tuple(dict.fromkeys(item.kind for item in (old, new) if item is not None))
    return ReadingChange(
        "criterion",
        " -> ".join(kinds),
        None if old is None else old.text,
        None if new is None else new.text,
        None if old is None else old.span,
        None if new is None else new.span,
        WHO,
    )


# ---- outcomes ------------------------------------------------------------------------------------


def _outcomes(
    older: Sequence[OutcomeText], newer: Sequence[OutcomeText], when: str | None
) -> Iterable[ReadingChange]:
    before = [(item.measure, item) for item in older]
    after = [(item.measure, item) for item in newer]
    for old, new in _paired(before, after):
        if old is not None and new is not None and _says_same(old, new):
            continue
        types = tuple(dict.fromkeys(item.type for item in (old, new) if item is not None))
        yield ReadingChange(
            "outcome",
            " -> ".join(types),
            None if old is None else _outcome(old),
            None if new is None else _outcome(new),
            None if old is None else old.span,
            None if new is None else new.span,
            _why(when) if "primary" in types else "",
        )


def _says_same(old: OutcomeText, new: OutcomeText) -> bool:
    return old.type == new.type and normal_text(_outcome(old)) == normal_text(_outcome(new))


def _outcome(item: OutcomeText) -> str:
    parts = (item.measure, item.time_frame, item.description)
    return "; ".join(" ".join(part.split()) for part in parts if part)


def _why(when: str | None) -> str:
    if when is None:
        return MAYBE_AFTER.format(WHAT)
    return AFTER_START.format(WHAT, when) if when else WHAT


# ---- fields --------------------------------------------------------------------------------------


def _fields(older: Record, newer: Record, names: Iterable[str]) -> Iterable[ReadingChange]:
    for name in names:
        if name in _OF_READING:
            continue
        before, after = _stated(older, name), _stated(newer, name)
        gone = [one for one in before if not any(_same(one, other) for other in after)]
        come = [one for one in after if not any(_same(one, other) for other in before)]
        for place in range(max(len(gone), len(come))):
            old = gone[place] if place < len(gone) else None
            new = come[place] if place < len(come) else None
            yield ReadingChange(
                "field",
                name,
                None if old is None else plain_value(old.value),
                None if new is None else plain_value(new.value),
                None if old is None else old.span,
                None if new is None else new.span,
                SIZE if name == "enrolment" else WHO if name in _OF_PEOPLE else "",
            )


_OF_PEOPLE = frozenset({"age_minimum", "age_maximum", "sex", "healthy_volunteers"})


def _stated(record: Record, name: str) -> list[Field]:
    """The fields of a name that state a value, each value once."""
    found: list[Field] = []
    for field in record.named(name):
        if field.value is not None and not any(_same(field, other) for other in found):
            found.append(field)
    return found


def _same(left: Field, right: Field) -> bool:
    if isinstance(left.value, RegistryId) and isinstance(right.value, RegistryId):
        return left.value == right.value
    if isinstance(left.value, TrialDate) and isinstance(right.value, TrialDate):
        return (left.value.iso, left.value.kind) == (right.value.iso, right.value.kind)
    return is_same_value(left.name, left.value, right.value)


# ---- pairs ---------------------------------------------------------------------------------------


def _paired(
    before: Sequence[tuple[str, Item]], after: Sequence[tuple[str, Item]]
) -> Iterable[tuple[Item | None, Item | None]]:
    """What is about the same thing, the most alike first; then what went, and what came."""
    words = {text: _subject(text) for text, _ in (*before, *after)}
    rated = sorted(
        (
            (-alike, i, j)
            for i, (old, _) in enumerate(before)
            for j, (new, _) in enumerate(after)
            if (alike := _alike(words[old], words[new])) >= _SAME_SUBJECT
        )
    )
    pairs: dict[int, int] = {}
    taken: set[int] = set()
    for _, i, j in rated:
        if i not in pairs and j not in taken:
            pairs[i] = j
            taken.add(j)
    for i, (_, old) in enumerate(before):
        yield old, after[pairs[i]][1] if i in pairs else None
    for j, (_, new) in enumerate(after):
        if j not in taken:
            yield None, new


def _subject(text: str) -> tuple[str, ...]:
    """The words of a text without its numbers, which are what changes most."""
    words = plain_words(text)
    return tuple(word for word in words if not is_number(word)) or words


def _alike(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    if left == right:
        return 1.0
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _SAME_SUBJECT else 0.0
