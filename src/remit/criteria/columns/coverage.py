"""Where absence may be read as "no": whether observation periods hold a window."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.subjects import Flags, Subjects, WindowDays
from remit.criteria.readings import AbsenceRule
from remit.facts.arrays import LAST_DAY, NO_DAY, Days
from remit.facts.selection import chosen, taken

SHIFT = 32  # a subject and a day side by side in 64 bits


Stretches = tuple[npt.NDArray[np.int64], Days, Days]


def merged(subject: npt.NDArray[np.int64], start: Days, end: Days) -> Stretches:
    """Stretches of days with those that overlap or follow each other made one, by subject."""
    if len(subject) == 0:
        return subject, start, end
    again = subject[1:] == subject[:-1]
    if ((subject[1:] > subject[:-1]) | (again & (start[1:] >= start[:-1]))).all():
        if not (again & (start[1:] <= end[:-1] + np.int32(1))).any():
            return subject, start, end  # nothing touches: nearly always, of observation periods
    else:
        order = np.argsort((subject << SHIFT) + start, kind="stable")
        subject, start, end = subject[order], start[order], end[order]
    person = subject << SHIFT
    # The last day so far of each subject: keys of a later subject are all greater.
    so_far = np.maximum.accumulate(person + end)
    begins = np.ones(len(subject), np.bool_)
    begins[1:] = (person + start)[1:] > so_far[:-1] + 1
    at = np.flatnonzero(begins)
    return subject[at], start[at], np.maximum.reduceat(end, at).astype(np.int32)


@dataclass(frozen=True, slots=True)
class Periods:
    """Stretches by subject; most have one, which stands at the place of its subject.

    Attributes:
        first_start, first_end: of the first stretch, shape (subjects,); one that holds no day where
            there is none.
        others: the stretches after the first.
    """

    first_start: Days
    first_end: Days
    others: Stretches


def periods_of(stretches: Stretches, count: int) -> Periods:
    """The same stretches, which are ordered by subject, beside so many subjects."""
    subject, start, end = stretches
    first_start, first_end = np.full(count, LAST_DAY, np.int32), np.full(count, NO_DAY, np.int32)
    begins = np.ones(len(subject), np.bool_)
    begins[1:] = subject[1:] != subject[:-1]
    at, after = np.flatnonzero(begins), np.flatnonzero(~begins)
    first_start[subject.take(at)], first_end[subject.take(at)] = start.take(at), end.take(at)
    others = subject.take(after), start.take(after), end.take(after)
    return Periods(first_start, first_end, others)


def covered_by(
    stretches: Periods,
    span: WindowDays,
    rule: AbsenceRule,
    who: Subjects,
) -> Flags:
    """Whether one stretch holds the window (its last days, by the rule `lookback`)."""
    subject, start, end = stretches.others
    first = np.maximum(span.first, who.born_first)
    if rule.rule == "lookback":
        assert rule.days is not None, "the rule says so many days"
        back = span.last - np.int32(rule.days - 1)
        back = chosen(span.last == NO_DAY, np.int32(NO_DAY), back)
        first = np.maximum(first, back)
    covered = np.asarray((stretches.first_start <= first) & (stretches.first_end >= span.last))
    holds = start <= taken(first, subject)
    holds &= end >= span.last_of(subject)
    covered[subject.compress(holds)] = True
    if span.missing is not None:
        covered &= ~span.missing
    return covered
