"""Days of birth that look like a placeholder are told in the report."""

from __future__ import annotations

from datetime import date

import pytest

from remit.facts.intake.persons.placeholder_births import BirthDays
from remit.facts.snapshot import empty_table

CUT = date(2024, 5, 1)
Day = tuple[int, int | None, int | None]


def _notes(days: list[Day]) -> tuple[str, ...]:
    schema = empty_table("person").schema
    births = BirthDays()
    for part in (days[: len(days) // 2], days[len(days) // 2 :]):
        rows = [
            {
                "person_id": n,
                "gender_concept_id": 0,
                "year_of_birth": year,
                "month_of_birth": month,
                "day_of_birth": day,
                "race_concept_id": 0,
                "ethnicity_concept_id": 0,
            }
            for n, (year, month, day) in enumerate(part)
        ]
        births.add(schema.empty_table().from_pylist(rows, schema=schema))
    return births.notes(CUT)


SPREAD: list[Day] = [(1950 + n % 50, 1 + n % 12, 1 + n % 28) for n in range(200)]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (SPREAD, None),
        ([*SPREAD, (1900, 1, 1)], "1900-01-01 (1)"),
        ([*SPREAD, (1900, None, None)], "1900 (1)"),
        ([*SPREAD, (1909, 5, 1)], None),  # 115 years, as old as anybody
        ([*SPREAD, (1908, 12, 31)], "1908-12-31 (1)"),
        ([*SPREAD, *[(1970, 1, 1)] * 5], "1970-01-01 (5)"),
        ([*SPREAD, *[(1970, 1, 1)] * 4], None),
        ([*SPREAD, *[(1970, None, None)] * 90], None),  # a year alone is shared by many
        ([*SPREAD * 2, *[(1970, 1, 1)] * 8], None),  # fewer than 2 %
    ],
)
def test_a_day_that_hardly_anybody_was_born_on_is_told(days: list[Day], said: str | None) -> None:
    notes = _notes(days)
    assert len(notes) == (said is not None)
    if said is not None:
        assert said in notes[0]
