"""The times of a group to a response, in a few numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from remit.endpoints.response_times import TimeToResponse


@dataclass(frozen=True, slots=True)
class TimesSummary:
    """The times of a group to one grade.

    Attributes:
        censored: those who were assessed after the baseline and never reached it.
        died: those whose death came before they reached it.
        never_assessed: those of whom no visit after the baseline could be assessed.
        middle_of_reached: the plain median of the days of those who reached it, None where nobody
            did. It leaves out the censored, so it is no estimate of the median time to response:
            that one is read off a Kaplan-Meier curve (J Am Stat Assoc 1958;53:457), for which
            `remit adjudicate --times` gives the data.
    """

    persons: int
    reached: int
    censored: int
    died: int
    never_assessed: int
    middle_of_reached: float | None


def summarize_times(times: Sequence[TimeToResponse]) -> TimesSummary:
    """How many reached a grade, and the middle of their days.

    >>> at = [TimeToResponse(n, True, day, "week", 0, 0) for n, day in enumerate((28, 56))]
    >>> summarize_times([*at, TimeToResponse(3, False, 168, "week_24", 0, 168)]).middle_of_reached
    42.0
    """
    days = [item.days for item in times if item.reached]
    died = sum(item.died for item in times)
    never = sum(item.visit is None and not item.died for item in times)
    middle = float(median(days)) if days else None
    censored = len(times) - len(days) - died - never
    return TimesSummary(len(times), len(days), censored, died, never, middle)
