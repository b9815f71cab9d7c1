"""Births that look like a placeholder, such as 1900-01-01 for "unknown": told, and not judged.

A source that has no birth often writes a day that stands for none. It is believed here, since only
the source can say so; but whoever reads the report is told of days that hardly anybody can have
been born on: more than 115 years before the data cut, or shared by five persons and 2 % of all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

_COLUMNS = ("year_of_birth", "month_of_birth", "day_of_birth")
_OLDEST = 115  # years; the oldest person whose age is known died at 122
_FEW, _SHARE = 5, 50
_SHOWN = 5


@dataclass(slots=True)
class BirthDays:
    """How many persons were born on each day, part after part."""

    persons: int = 0
    days: Counter[tuple[int, int | None, int | None]] = field(default_factory=Counter)

    def add(self, people: pa.Table) -> None:
        """Count the births of a part."""
        counted = people.group_by(list(_COLUMNS)).aggregate([([], "count_all")])
        for row in counted.to_pylist():
            self.days[row[_COLUMNS[0]], row[_COLUMNS[1]], row[_COLUMNS[2]]] += row["count_all"]
        self.persons += people.num_rows

    def notes(self, data_cut: date) -> tuple[str, ...]:
        """What whoever reads the report has to look at."""
        found = [
            (persons, day)
            for day, persons in self.days.items()
            if data_cut.year - day[0] > _OLDEST
            or (None not in day and persons >= max(_FEW, self.persons / _SHARE))
        ]
        found.sort(key=lambda one: (-one[0], str(one[1])))
        said = ", ".join(f"{_written(day)} ({persons:,})" for persons, day in found[:_SHOWN])
        if not found:
            return ()
        rest = "" if len(found) <= _SHOWN else f" and {len(found) - _SHOWN:,} other days"
        return (
            f"person: births that may stand for none: {said}{rest}. They are believed: if the "
            "source writes such a day for an unknown birth, ages are wrong; correct it there",
        )


def _written(day: tuple[int, int | None, int | None]) -> str:
    year, month, of_month = day
    return "-".join([f"{year:04}", *(f"{n:02}" for n in (month, of_month) if n is not None)])
