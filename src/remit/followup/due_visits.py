"""Which planned visits were due at the data cut: what is missing of others was not missed."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from remit.facts.arrays import dates_of, whole_numbers
from remit.facts.opened import Facts
from remit.followup.schedule import StudyVisits

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


def visits_not_due(visits: StudyVisits, facts: Facts) -> Flags:
    """The visits that were not due at the data cut; shape (rows,).

    A visit is due when its window is over, and while it is open once something was measured in it.
    Who is asked at a visit so hangs on its days and on coming there, and on nothing that came
    before: an early failure counts at a late visit no sooner than an early success.
    """
    planned = visits.visits
    first, last = _numbered(planned.first), _numbered(planned.last)
    cut = int(np.datetime64(facts.data_cut, "D").astype(np.int64))
    open_ = last > cut
    begun = np.flatnonzero(open_ & (first <= cut))
    if len(begun) == 0:
        return np.asarray(open_, np.bool_)
    found = open_.copy()
    person, day = _measured(facts, np.unique(planned.person[begun]))
    for row in begun.tolist():
        low, high = np.searchsorted(person, [planned.person[row], planned.person[row] + 1])
        days = day[low:high]
        found[row] = not bool(((days >= first[row]) & (days <= last[row])).any())
    return np.asarray(found, np.bool_)


def _numbered(days: npt.NDArray[np.datetime64]) -> Whole:
    return np.asarray(days.astype("datetime64[D]").astype(np.int64))


def _measured(facts: Facts, persons: Whole) -> tuple[Whole, Whole]:
    """The persons and days of all measurements of some persons, in the order of persons."""
    columns = ("person_id", "measurement_date")
    rows = facts.rows("measurement", columns, persons=tuple(persons.tolist()))
    person = np.asarray(whole_numbers(rows["person_id"]), np.int64)
    day = dates_of(rows["measurement_date"]).astype(np.int64)
    order = np.argsort(person, kind="stable")
    return person[order], day[order]
