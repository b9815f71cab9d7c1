"""The adverse events of a dataset, as a study asked for them: columns over all persons.

A dataset without the table `adverse_event` says nothing of them: nobody knows whether there were
any. One that has it, if only without a row, says that they were asked for of all its persons.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import NO_DAY, Days, Whole, dates_of, texts_of, whole_numbers
from remit.facts.event_words import is_fatal, is_withdrawn
from remit.facts.imprecise_dates import possible_days
from remit.facts.opened import Facts
from remit.facts.tables import TABLES

NAME = "adverse_event"
NO_GRADE, DEATH = 0, 5
YES, NO, UNKNOWN = 1, 0, -1
_TABLE = TABLES[NAME]

Dates: TypeAlias = npt.NDArray[np.datetime64]
Texts: TypeAlias = npt.NDArray[np.str_]
# `YES`, `NO` or `UNKNOWN`.
Answers: TypeAlias = npt.NDArray[np.int8]
Grades: TypeAlias = npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, eq=False)
class AdverseEvents:
    """Adverse events, one a row, by person, first possible day and id; every column (events,).

    Attributes:
        event, person: ids.
        concept: the OMOP id that the event was understood as; 0 where there is none.
        start: the day on which it began; NaT where that is not exactly known.
        first_day, last_day: the days between which it began; both `start` where that is known.
        end: the day on which it ended; NaT where it goes on, or its end is not exactly known.
        term: the term that a dictionary gave (a preferred term of MedDRA), else the reported one;
            empty where the source has neither.
        is_coded: whether `term` is one that the source says a dictionary gave.
        body_system: its system organ class; empty where the source has none.
        reported: the term as it was reported; empty where it is not told.
        severity: the source's word, such as MILD; empty where there is none. It is no grade.
        grade: of CTCAE, 1 to 5; `NO_GRADE` where the source has none.
        serious, related, treatment_emergent: as the source says it.
        causality, action, outcome: the source's own words; empty where there are none.
        withdrawn: whether a treatment was withdrawn for it, by `action`.
        fatal: by `outcome`, or by a grade of 5 where it is silent; not known where they contradict.
    """

    event: Whole
    person: Whole
    concept: Whole
    start: Dates
    first_day: Dates
    last_day: Dates
    end: Dates
    term: Texts
    is_coded: npt.NDArray[np.bool_]
    body_system: Texts
    reported: Texts
    severity: Texts
    grade: Grades
    serious: Answers
    related: Answers
    treatment_emergent: Answers
    causality: Texts
    action: Texts
    outcome: Texts
    withdrawn: Answers
    fatal: Answers

    def __len__(self) -> int:
        return len(self.person)


def read_adverse_events(
    facts: Facts, *, persons: Collection[int] | None = None
) -> AdverseEvents | None:
    """The adverse events of a dataset; None where it has no table of them, so that nobody knows.

    Args:
        persons: of these only; of all when None.
    """
    if NAME not in facts.manifest.tables:
        return None
    rows = facts.rows(NAME, persons=persons)
    first, last, ends = _possible(facts, rows, persons)
    order = np.lexsort((whole_numbers(rows[_TABLE.key]), first, whole_numbers(rows["person_id"])))
    rows = rows.take(pa.array(order))
    first, last, ends = first[order], last[order], ends[order]
    told, reported = _texts(rows, "term"), _texts(rows, "reported_term")
    action, outcome = _texts(rows, "action"), _texts(rows, "outcome")
    grade = _small(rows, "grade", NO_GRADE)
    fatal = _by_words(outcome, is_fatal)
    fatal[grade == DEATH] = np.where(fatal == NO, UNKNOWN, YES)[grade == DEATH]
    return AdverseEvents(
        event=np.asarray(whole_numbers(rows[_TABLE.key]), np.int64),
        person=np.asarray(whole_numbers(rows["person_id"]), np.int64),
        concept=np.asarray(whole_numbers(rows["adverse_event_concept_id"]), np.int64),
        start=_dates(np.where(first == last, first, np.int32(NO_DAY))),
        first_day=_dates(first),
        last_day=_dates(last),
        end=_dates(ends),
        term=np.where(told == "", reported, told),
        is_coded=told != "",
        body_system=_texts(rows, "body_system"),
        reported=reported,
        severity=_texts(rows, "severity"),
        grade=grade,
        serious=_answers(rows, "serious"),
        related=_answers(rows, "related"),
        treatment_emergent=_answers(rows, "treatment_emergent"),
        causality=_texts(rows, "causality"),
        action=action,
        outcome=outcome,
        withdrawn=_by_words(action, is_withdrawn),
        fatal=fatal,
    )


def _possible(
    facts: Facts, rows: pa.Table, persons: Collection[int] | None
) -> tuple[Days, Days, Days]:
    """The first and the last day on which each event may have begun, and its end if known."""
    key = np.asarray(whole_numbers(rows[_TABLE.key]), np.int64)
    start, end = dates_of(rows["start_date"]), dates_of(rows["end_date"])
    stated = possible_days(facts, {NAME: None}, persons=persons)
    first, last = start, start
    if (days := stated.get((NAME, "start_date"))) is not None:
        first, last = days.widened(key, start, start)
    if (days := stated.get((NAME, "end_date"))) is not None:
        earliest, latest = days.widened(key, end, end)
        end = np.where(earliest == latest, end, np.int32(NO_DAY))
    return first, last, end


def _dates(days: Days) -> Dates:
    found = days.astype("datetime64[D]")
    found[days == NO_DAY] = np.datetime64("NaT")
    return found


def _texts(rows: pa.Table, column: str) -> Texts:
    texts, place = texts_of(rows[column])
    distinct: Texts = np.array([(text or "").strip() for text in texts], np.str_)
    return np.asarray(distinct[place], np.str_)


def _small(rows: pa.Table, column: str, empty: int) -> Grades:
    return np.asarray(whole_numbers(rows[column].cast(pa.int8()), empty=empty), np.int8)


def _answers(rows: pa.Table, column: str) -> Answers:
    return _small(rows, column, UNKNOWN)


def _by_words(words: Texts, says: Callable[[str], bool | None]) -> Answers:
    """The answer of each distinct word."""
    distinct, place = np.unique(words, return_inverse=True)
    told = [says(str(word)) for word in distinct]
    return np.array([UNKNOWN if one is None else int(one) for one in told], np.int8)[place]
