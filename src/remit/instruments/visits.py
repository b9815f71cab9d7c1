"""Visits as rows: whose, on which day, and the days from which its values may come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.subjects import span_of_dates
from remit.criteria.dates import Duration, Moment, Window
from remit.errors import DatasetError
from remit.facts.arrays import LAST_DAY, NO_DAY, whole_numbers
from remit.facts.opened import Facts

Days = npt.NDArray[np.datetime64]


@dataclass(frozen=True, slots=True)
class Visits:
    """The visits of a sheet, one a row, ordered by person and day.

    Attributes:
        person: person ids, shape (rows,). `label` names each visit; empty where they have none.
        day: the visit's day; `first` and `last` are the days from which its values may come.
        moments: name of another visit -> its row for each row, -1 where there is none.
    """

    person: npt.NDArray[np.int64]
    label: tuple[str, ...]
    day: Days
    first: Days
    last: Days
    moments: Mapping[str, npt.NDArray[np.int64]]

    def __len__(self) -> int:
        return len(self.person)


def visits_in_order(
    person: npt.NDArray[np.int64],
    day: Days,
    *,
    days: Window | None = None,
    label: Sequence[str] | None = None,
) -> Visits:
    """Visits in the order of person and day; the one before is `previous`.

    The first visit of a person is the `baseline` of all of them.

    Args:
        days: from which values of a visit may come, around `visit`; the day itself when None.
    """
    order = np.lexsort((day, person))
    person, day = person[order], day[order].astype("datetime64[D]")
    rows = np.arange(len(person), dtype=np.int64)
    same = np.concatenate([[False], person[1:] == person[:-1]]) if len(person) else rows > 0
    starts = np.maximum.accumulate(np.where(same, 0, rows)) if len(person) else rows
    labels = () if label is None else tuple(label[place] for place in order)
    moments = {"previous": np.where(same, rows - 1, -1), "baseline": starts}
    first = last = day
    if days is not None:
        first, last = _bounds(days, day, moments)
    return Visits(person, labels, day, first, last, moments)


def _bounds(
    days: Window, day: Days, moments: Mapping[str, npt.NDArray[np.int64]]
) -> tuple[Days, Days]:
    """The first and the last day of a window around each visit; none where a date is missing."""
    whole = day.astype(np.int64).astype(np.int32)
    dates = {name: np.where(at < 0, np.int32(NO_DAY), whole[at]) for name, at in moments.items()}
    span = span_of_dates(days, {**dates, "visit": whole}, count=len(day), last_day=LAST_DAY)
    return span.first.astype("datetime64[D]"), span.last.astype("datetime64[D]")


def days_before(count: int) -> Window:
    """The window of so many days before a visit, and its own day.

    >>> str(days_before(30))
    'in [visit - 30 days, visit]'
    """
    return Window(Moment("visit", Duration(count, "day"), -1), Moment("visit"))


def chosen_persons(facts: Facts, persons: Sequence[int] | None) -> npt.NDArray[np.int64]:
    """The ids of these persons in order; of all when None.

    Raises:
        DatasetError: one is not in the dataset.
    """
    everyone = np.sort(np.asarray(whole_numbers(facts.rows("person", ["person_id"])["person_id"])))
    if persons is None:
        return np.asarray(everyone, np.int64)
    chosen = np.unique(np.array(persons, np.int64))
    strange = chosen[~np.isin(chosen, everyone)]
    if len(strange):
        raise DatasetError(
            f"the dataset has no person {strange[0]}",
            expected="a person_id of the table person",
            got=str(strange[0]),
            next_step="check the number",
            place=facts.folder,
        )
    return chosen
