"""Visits as rows: a person, a day, and the days from which the values of that visit may come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

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

    @property
    def table(self) -> pa.Table:
        """The visits as the query engine joins them."""
        return pa.table(
            {
                "row": np.arange(len(self), dtype=np.int64),
                "is_baseline": self.moments.get("baseline", -1) == np.arange(len(self)),
                "visitor": self.person,
                "visit_day": pa.array(self.day, pa.date32()),
                "first_day": pa.array(self.first, pa.date32()),
                "last_day": pa.array(self.last, pa.date32()),
            }
        )


def visits_in_order(
    person: npt.NDArray[np.int64], day: Days, *, lookback: int, label: Sequence[str] | None = None
) -> Visits:
    """Visits whose values may be up to `lookback` days old; the one before is `previous`.

    The first visit of a person is the `baseline` of all of them.
    """
    order = np.lexsort((day, person))
    person, day = person[order], day[order].astype("datetime64[D]")
    rows = np.arange(len(person), dtype=np.int64)
    same = np.concatenate([[False], person[1:] == person[:-1]]) if len(person) else rows > 0
    starts = np.maximum.accumulate(np.where(same, 0, rows)) if len(person) else rows
    labels = () if label is None else tuple(label[place] for place in order)
    return Visits(
        person,
        labels,
        day,
        day - np.timedelta64(lookback, "D"),
        day,
        {"previous": np.where(same, rows - 1, -1), "baseline": starts},
    )
