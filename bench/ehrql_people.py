"""People for the questions of both languages: fact tables, and the same rows as ehrQL reads them.

Everybody is observed for life, since ehrQL does not know whether a person was observed. Records lie
at the ends of the windows that are asked for, values at the thresholds, births around birthdays.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
from ehrql_questions import AGES, ANCHORS, CODED, EVENTS, QUANTITIES

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from criteria.spec.running import table_of
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import TABLES
from remit.units import unit_table

STUDY = "study"
DATA_CUT = date(2029, 12, 31)
_DAYS = tuple(map(date.fromisoformat, ("2024-03-31", "2024-02-29", "2023-03-01", "2024-05-30")))
_BACK = (0, 1, 2, 6, 7, 8, 13, 14, 15, 27, 28, 29, 30, 31, 32, 83, 84, 85, 89, 92, 167, 168, 169)
_FAR = (181, 182, 184, 364, 365, 366, 367, 1825, 1826, 1827, 1828, -1, -7, -14, -30, -31, -90)
# Beside the concept's own unit: another of it, one of something else, none.
_OTHER_UNITS = {"upcr": "mg/g", "platelets": "10*3/uL"}
DIVISORS = {"upcr": {"g/g": 1.0, "mg/g": 1000.0}, "platelets": {"10*9/L": 1.0, "10*3/uL": 1.0}}
_UNLISTED = 77

Row = Mapping[str, object]


class People:
    """So many persons: `tables` as facts, `rows` as ehrQL's tables."""

    def __init__(self, random: np.random.Generator, persons: int) -> None:
        self._random = random
        self._dictionary = packaged_dictionary()
        self._units = unit_table()
        self._facts: dict[str, list[Row]] = {name: [] for name in TABLES}
        self.rows: dict[str, list[Row]] = {"people": [], "values": [], "events": []}
        # Ids that do not rise with the days: of two records of one day either may be the greater.
        self._ids = iter((random.permutation(100 * persons) + 1).tolist())
        for person in range(1, persons + 1):
            self._add_person(person)
        self.tables: Mapping[str, pa.Table] = {
            name: table_of(name, found) for name, found in self._facts.items()
        }

    def _add_person(self, person: int) -> None:
        base = _DAYS[self._below(len(_DAYS))]
        birth = _years_before(base, AGES[self._below(len(AGES))])
        birth += timedelta(days=(-1, 0, 0, 1, 40)[self._below(5)])
        sex = ("female", "male", None)[self._below(3)]
        row: dict[str, object] = {"patient_id": person, "birth": birth, "sex": sex}
        self._facts["person"].append(
            {
                "person_id": person,
                "gender_concept_id": {"female": 8532, "male": 8507, None: 0}[sex],
                "year_of_birth": birth.year,
                "month_of_birth": birth.month,
                "day_of_birth": birth.day,
            }
        )
        self._facts["observation_period"].append(
            {
                "observation_period_id": person,
                "person_id": person,
                "observation_period_start_date": date(1900, 1, 1),
                "observation_period_end_date": DATA_CUT,
            }
        )
        for anchor in ANCHORS:
            if self._random.random() < 0.92:
                day = base + timedelta(days=(0, 0, 0, -1, 1, 3)[self._below(6)])
                row[anchor] = day
                self._facts["study_anchor"].append(
                    {"person_id": person, "study": STUDY, "anchor": anchor, "anchor_date": day}
                )
        self.rows["people"].append(row)
        if self._random.random() < 0.03:
            return
        for name in QUANTITIES:
            for _ in range(self._below(5)):
                self._add_value(person, name, base)
        for name in CODED:
            for _ in range(self._below(4)):
                self._add_answer(person, name, base)
        for name in EVENTS:
            for _ in range((0, 0, 1, 1, 2, 3)[self._below(6)]):
                self._add_event(person, name, base)

    def _add_value(self, person: int, name: str, base: date) -> None:
        own, near = QUANTITIES[name]
        number = Decimal(near[self._below(len(near))])
        if own not in ("", "1:"):
            number += Decimal(("0", "0", "0.25", "-0.25", "20.25")[self._below(5)])
        unit: str | None = None if own in ("", "1:") else own
        drawn = self._random.random()
        if unit is not None and drawn < 0.3:
            unit = _OTHER_UNITS.get(name, own)
            number *= Decimal(int(DIVISORS.get(name, {}).get(unit, 1.0)))
        elif unit is not None and drawn < 0.36:
            unit = None
        elif unit is not None and drawn < 0.4:
            unit = "mm[Hg]"
        value = None if self._random.random() < 0.05 else number
        self._add_measurement(person, name, base, value_as_number=value, unit=unit)

    def _add_answer(self, person: int, name: str, base: date) -> None:
        listed = [value.omop for value in self._dictionary.concept(name).values.values()]
        answer = (*listed, *listed, *listed, _UNLISTED, None)[self._below(3 * len(listed) + 2)]
        self._add_measurement(person, name, base, value_as_concept_id=answer)

    def _add_measurement(
        self,
        person: int,
        name: str,
        base: date,
        *,
        value_as_number: Decimal | None = None,
        value_as_concept_id: int | None = None,
        unit: str | None = None,
    ) -> None:
        key, code, day = next(self._ids), self._code(name), self._near(base)
        minute = (None, None, 0, 480, 481)[self._below(5)]
        unit_id = None if unit is None else self._units[unit].omop_ids[0]
        self._facts["measurement"].append(
            {
                "measurement_id": key,
                "person_id": person,
                "measurement_concept_id": code,
                "measurement_date": day,
                "measurement_datetime": None
                if minute is None
                else datetime.combine(day, time(minute // 60, minute % 60)),
                "value_as_number": value_as_number,
                "value_as_concept_id": value_as_concept_id,
                "unit_concept_id": unit_id,
            }
        )
        self.rows["values"].append(
            {
                "patient_id": person,
                "record": key,
                "code": code,
                "day": day,
                "minute": minute,
                "number": None if value_as_number is None else float(value_as_number),
                "unit": unit_id,
                "answer": value_as_concept_id,
            }
        )

    def _add_event(self, person: int, name: str, base: date) -> None:
        kind = self._dictionary.concept(self._dictionary.leaves(name)[0].name).kind
        table = {
            "condition": "condition_occurrence",
            "drug": "drug_exposure",
            "procedure": "procedure_occurrence",
            "visit": "visit_occurrence",
        }[kind]
        key, code, start = next(self._ids), self._code(name), self._near(base)
        end: date | None = start + timedelta(days=(0, 1, 14, 28, 365)[self._below(5)])
        if kind == "condition" and self._random.random() < 0.3:
            end = None
        kept = TABLES[table]
        assert kept.key is not None
        assert kept.concept is not None
        assert kept.start is not None
        row = {kept.key: key, "person_id": person, kept.concept: code, kept.start: start}
        if kind == "procedure":
            end = start
        else:
            assert kept.end is not None
            row[kept.end] = end
        self._facts[table].append(row)
        self.rows["events"].append(
            {"patient_id": person, "record": key, "code": code, "start": start, "end": end}
        )

    def _code(self, name: str) -> int:
        ids = self._dictionary.omop_ids(name)
        return ids[self._below(len(ids))]

    def _near(self, base: date) -> date:
        back = _FAR if self._random.random() < 0.35 else _BACK
        return base - timedelta(days=back[self._below(len(back))])

    def _below(self, number: int) -> int:
        return int(self._random.integers(number))


def _years_before(day: date, years: int) -> date:
    if (day.month, day.day) == (2, 29):
        return date((day.year - years) // 4 * 4, 2, 29)
    return day.replace(year=day.year - years)
