"""Windows of time since baseline, and the planned visits that lie in one."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, model_validator

from remit.criteria.dates import Duration, shift_date
from remit.followup.schedule import StudyVisits
from remit.instruments.instrument import Strict
from remit.instruments.visits import Days

# Trials call week 24 six months, which is 13 to 16 days later, and week 52 one year. Week 16 is 20
# to 23 days after three months, by the calendar of each person, and has to stay outside for all.
NEAR_DAYS = 18


class VisitWindow(Strict):
    """The visits at which the source judges, counted from baseline in weeks or calendar months.

    Without `last` it judges from `first` on.
    """

    unit: Literal["week", "month"]
    first: Annotated[int, Field(ge=0)]
    last: int | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.last is not None and self.last < self.first:
            raise ValueError(f"the window ends at {self.last}, before it begins at {self.first}")
        return self

    @property
    def words(self) -> str:
        """The window as a text.

        >>> VisitWindow(unit="month", first=6, last=12).words
        'months 6 to 12'
        """
        if self.last == self.first:
            return f"{self.unit} {self.first}"
        if self.last is None:
            return f"{self.unit} {self.first} or later"
        return f"{self.unit}s {self.first} to {self.last}"


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
