"""Where absence may be read as "no": whether observation periods hold a window."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.subjects import Flags, Subjects, WindowDays
from remit.criteria.readings import AbsenceRule
from remit.facts.arrays import NO_DAY, Days
from remit.facts.selection import chosen

SHIFT = 32  # a subject and a day side by side in 64 bits


Stretches = tuple[npt.NDArray[np.int32], Days, Days]


def merged(subject: npt.NDArray[np.int32], start: Days, end: Days) -> Stretches:
    """Stretches of days with those that overlap or follow each other made one, by subject."""
    if len(subject) == 0:
        return subject, start, end
    key = (subject.astype(np.int64) << SHIFT) + start
    if (key[1:] < key[:-1]).any():
        order = np.argsort(key, kind="stable")
        subject, start, end = subject[order], start[order], end[order]
    person = subject.astype(np.int64) << SHIFT
    # The last day so far of each subject: keys of a later subject are all greater.
    so_far = np.maximum.accumulate(person + end)
    begins = np.ones(len(subject), np.bool_)
    begins[1:] = (person + start)[1:] > so_far[:-1] + 1
    at = np.flatnonzero(begins)
    return subject[at], start[at], np.maximum.reduceat(end, at).astype(np.int32)


def covered_by(
    stretches: Stretches,
    span: WindowDays,
    rule: AbsenceRule,
    who: Subjects,
) -> Flags:
    """Whether one stretch holds the window (its last days, by the rule `lookback`)."""
    subject, start, end = stretches
    first = np.maximum(span.first, who.born_first)
    if rule.rule == "lookback":
        assert rule.days is not None, "the rule says so many days"
        back = span.last - np.int32(rule.days - 1)
        back = chosen(span.last == NO_DAY, np.int32(NO_DAY), back)
        first = np.maximum(first, back)
    if _one_of_each(subject, len(who)):
        covered = np.asarray((start <= first) & (end >= span.last), np.bool_)
    else:
        holds = (start <= first.take(subject)) & (end >= span.last.take(subject))
        covered = np.zeros(len(who), np.bool_)
        covered[subject.compress(holds)] = True
    if span.missing is not None:
        covered &= ~span.missing
    return covered


def _one_of_each(subject: npt.NDArray[np.int32], count: int) -> bool:
    """Whether the subjects are 0, 1, 2 …, each once."""
    return len(subject) == count and bool((subject == np.arange(count, dtype=np.int32)).all())
