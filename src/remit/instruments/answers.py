"""The words of answers, the same in a form and in a table of visits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import Categories, categories_of
from remit.truth import Reason

NOT_ASSESSED = frozenset(
    {"", "not_assessed", "unknown", "nd", "not_done", "not_applicable", "na", "n/a"}
)
# Present, and nobody has said whether lupus is the cause.
ATTRIBUTION_UNKNOWN = "attribution_unknown"
_YES_AND_NO: Mapping[str, str] = {
    "yes": "present", "y": "present", "true": "present",
    "no": "absent", "n": "absent", "false": "absent",
}  # fmt: skip


def plain_word(text: str) -> str:
    """An answer without capitals and spaces.

    >>> plain_word(" Not attributed")
    'not_attributed'
    """
    return "_".join(text.lower().split())


def is_not_assessed(text: str) -> bool:
    """Whether an answer says that nothing is known."""
    return plain_word(text) in NOT_ASSESSED


def possible_values(text: str, values: Sequence[str]) -> frozenset[str] | None:
    """The values that an answer leaves possible: one, several, none where it was not assessed.

    None where it is no answer.

    >>> sorted(possible_values("attribution unknown", ("present", "absent", "not_attributed")))
    ['not_attributed', 'present']
    """
    word = plain_word(text)
    named = {plain_word(value): value for value in values}
    if word in named:
        return frozenset({named[word]})
    if word in NOT_ASSESSED:
        return frozenset()
    if "not_attributed" not in values:
        return None
    if word == ATTRIBUTION_UNKNOWN:
        return frozenset({"present", "not_attributed"})
    return frozenset({_YES_AND_NO[word]}) if word in _YES_AND_NO else None


def answer_words(values: Sequence[str]) -> str:
    """The answers that fit, for an error text."""
    more = (ATTRIBUTION_UNKNOWN,) if "not_attributed" in values else ()
    return ", ".join((*values, *more, "not_assessed"))


def answered_categories(
    values: Mapping[str, int],
    answers: Sequence[frozenset[str]],
    at: npt.NDArray[np.integer],
) -> Categories:
    """A column from the values that each answer leaves possible.

    Args:
        values: value name -> its id.
        at: the place of each row's answer, negative where nothing was said.
    """
    ids = tuple(sorted(values.values()))
    everything = (1 << len(ids)) - 1
    masks = [sum(1 << ids.index(values[name]) for name in answer) for answer in answers]
    reasons = [
        Reason.NO_VALUE if not answer else Reason.NEEDS_ATTESTATION if len(answer) > 1 else 0
        for answer in answers
    ]
    # A place of -1 reads the last, which is nothing.
    possible = np.array([*(mask or everything for mask in masks), everything], np.int64)
    why = np.array([*reasons, Reason.NO_DATA], np.int8)
    empty = categories_of(ids, np.full(len(at), -1))
    return replace(empty, possible=possible[at], why=why[at])
