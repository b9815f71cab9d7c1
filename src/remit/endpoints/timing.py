"""Whether a planned visit is one at which the source of a definition judges."""

from __future__ import annotations

from datetime import date

import numpy as np
import numpy.typing as npt

from remit.criteria.dates import Duration, shift_date
from remit.endpoints.schema import VisitWindow
from remit.endpoints.visits import Days, StudyVisits

# Trials call week 24 six months, which is 13 to 16 days later, and week 52 one year. Week 16 is 20
# to 23 days after three months, by the calendar of each person, and has to stay outside for all.
NEAR_DAYS = 18


def visits_in_window(window: VisitWindow, visits: StudyVisits) -> npt.NDArray[np.bool_]:
    """The visits whose planned day lies in a window, or at most `NEAR_DAYS` outside it.

    Returns:
        Shape (rows,). Days are counted from the planned day of the person's baseline.
    """
    planned = visits.visits.day
    starts, place = np.unique(planned[visits.visits.moments["baseline"]], return_inverse=True)
    days = starts.astype(object).tolist()
    near = np.timedelta64(NEAR_DAYS, "D")
    inside = planned + near >= _shifted(days, window, window.first)[place]
    if window.last is not None:
        inside &= planned - near <= _shifted(days, window, window.last)[place]
    return np.asarray(inside, np.bool_)


def _shifted(days: list[date], window: VisitWindow, count: int) -> Days:
    length = Duration(count, window.unit)
    return np.array([shift_date(day, length, sign=1) for day in days], "datetime64[D]")
