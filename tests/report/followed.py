"""Three followed persons whose every value is written here, for a small study with four visits.

Visits: days 0, 28, 56 and 84 after baseline on 2024-01-01.

person 1 (arm a): all values at every visit; complete responder.
person 2 (arm b): protein stays; C3 only once; the second anti-dsDNA is `<0.2`; visit 3 is missed.
person 3 (arm b): creatinine in umol/L; protein falls by 60 %; a SLEDAI total was recorded.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.facts.snapshot import empty_table, write_dataset
from remit.facts.tables import CODED, OPERATORS, TABLES
from remit.instruments.catalogue import ABSENT, PRESENT, packaged_instruments
from remit.protocol import Protocol, read_protocol_text
from remit.units import unit_named
from report.by_hand import HOSTILE, STUDY

BASELINE = date(2024, 1, 1)
_MORE = """
[report]
panels = PANELS

[parameters.response_definition]
type = "name"
text = "Which definition is the study's own."
default = "nanjing_registry"
ground = "The first."
options = { nanjing_registry = "The first." }

[[arms]]
id = "a"
label = "Arm A"
text = "A."

[[arms]]
id = "b"
label = "Arm B"
text = "B."
"""
_VISIT = """
[[visits]]
id = "{id}"
label = "{id}"
week = {week}
window = "14 days"
sources = [{{ page = "p1", first_line = 1, last_line = 2 }}]
"""
Measured = tuple[int, str, str | int, str]  # day, concept, number (perhaps with a sign), unit


def followed_study(
    *, visits: bool = True, panels: Sequence[str] = ("sledai_2k", "bilag_2004")
) -> Protocol:
    text = STUDY.replace("COHORTS", "").replace("CONCERNS", "").replace("HOSTILE", HOSTILE)
    text = text.replace('screening = "The day', 'baseline = "The start."\nscreening = "The day')
    text += _MORE.replace("PANELS", str(list(panels)))
    if visits:
        weeks = {"baseline": 0, "week_4": 4, "week_8": 8, "week_12": 12}
        text += "".join(_VISIT.format(id=name, week=week) for name, week in weeks.items())
    return read_protocol_text(text, source="t1.toml")


def _person_1() -> list[Measured]:
    rows: list[Measured] = []
    for day, upcr, creatinine, c3, dna, pga in (
        (0, "2.4", "1.5", "60", "80", "2"),
        (28, "1.2", "1.2", "75", "40", "1.5"),
        (56, "0.6", "1.0", "92", "20", "0.9"),
        (84, "0.4", "0.9", "100", "12", "0.3"),
    ):
        rows += [
            (day, "upcr", upcr, "g/g"),
            (day, "creatinine", creatinine, "mg/dL"),
            (day, "c3", c3, "mg/dL"),
            (day, "c4", "15", "mg/dL"),
            (day, "anti_dsdna", dna, "[IU]/mL"),
            (day, "pga", pga, "{score}"),
        ]
    rows += [(0, "rash", PRESENT, ""), (28, "rash", ABSENT, "")]
    for item in packaged_instruments()["sledai_2k"].items:
        if item.id != "rash":
            rows.append((0, item.id, PRESENT if item.id == "arthritis" else ABSENT, ""))
    return rows


def _person_2() -> list[Measured]:
    rows: list[Measured] = [
        (day, "upcr", number, "g/g") for day, number in ((0, "1.5"), (28, "1.6"), (84, "1.8"))
    ]
    rows += [(day, "creatinine", "1.1", "mg/dL") for day in (0, 28, 84)]
    rows += [(28, "c3", "85", "mg/dL"), (0, "anti_dsdna", "5", "[IU]/mL")]
    return [*rows, (28, "anti_dsdna", "<0.2", "[IU]/mL")]


def _person_3() -> list[Measured]:
    rows: list[Measured] = [
        (day, "urine_protein_24h", number, "g/d")
        for day, number in ((0, "3"), (28, "2"), (58, "1.2"), (84, "1.2"))
    ]
    rows += [(day, "creatinine", "53", "umol/L") for day in (0, 28, 58, 84)]
    return [*rows, (0, "sledai_2k", "8", "{score}")]


_LIMITS: Mapping[str, tuple[str | None, str | None]] = {
    "c3": ("90", "180"),
    "c4": ("10", "40"),
    "anti_dsdna": (None, "30"),
}


def followed_people(
    folder: Path,
    *,
    copies: int = 1,
    findings: Sequence[tuple[int, int, int, int]] = (),
    measured: Sequence[tuple[int, int, str, str, str]] = (),
) -> Facts:
    """The three persons, each so many times: person 1, then 1001, 2001 and so on.

    Further records: `findings` are person, day, the OMOP id of an item, and its value; `measured`
    are person and what `Measured` says.
    """
    tables = {name: empty_table(name) for name in TABLES}
    found: dict[str, list[dict[str, object]]] = {name: [] for name in tables}
    for turn in range(copies):
        for number, rows in enumerate((_person_1(), _person_2(), _person_3()), start=1):
            _add(found, turn * 1000 + number, rows)
    for who, on, concept, value, unit in measured:
        place = len(found["measurement"]) + 1
        found["measurement"].append(_measurement(who, place, (on, concept, value, unit)))
    for person, day, item, finding in findings:
        row = _record(person, len(found["measurement"]) + 1, day)
        coded = {"measurement_concept_id": item, "value_as_concept_id": finding}
        found["measurement"].append({**row, **coded})
    for name, rows_of in found.items():
        if rows_of:
            tables[name] = pa.Table.from_pylist(rows_of, schema=TABLES[name].schema)
    return write_dataset(
        folder, tables, source="by hand", data_cut=date(2024, 12, 31), seed=7,
        complete=["dose_era", "drug_exposure"], mapped=CODED, own_codes=CODED,
    )  # fmt: skip


def followed_arms(copies: int = 1) -> Mapping[int, str]:
    """Person -> arm."""
    people = [turn * 1000 + number for turn in range(copies) for number in (1, 2, 3)]
    return {person: "a" if person % 1000 == 1 else "b" for person in people}


def _add(found: dict[str, list[dict[str, object]]], person: int, rows: list[Measured]) -> None:
    found["person"].append(
        {
            "person_id": person,
            "gender_concept_id": 8532,
            "year_of_birth": 1990,
            "month_of_birth": 2,
            "day_of_birth": 3,
            "race_concept_id": 0,
            "ethnicity_concept_id": 0,
        }
    )
    found["study_anchor"] += [
        {"person_id": person, "study": "T-1", "anchor": name, "anchor_date": BASELINE}
        for name in ("baseline", "screening")
    ]
    found["observation_period"].append(
        {
            "observation_period_id": person,
            "person_id": person,
            "observation_period_start_date": date(2020, 1, 1),
            "observation_period_end_date": date(2024, 12, 31),
            "period_type_concept_id": 0,
        }
    )
    # 30 mg of prednisone a day for the first 6 weeks, then 7.5 mg.
    for place, (dose, first, last) in enumerate((("30", 0, 41), ("7.5", 42, 120))):
        found["dose_era"].append(
            {
                "dose_era_id": person * 10 + place,
                "person_id": person,
                "drug_concept_id": 1551099,
                "unit_concept_id": 8576,
                "dose_value": Decimal(dose),
                "dose_era_start_date": BASELINE + timedelta(first),
                "dose_era_end_date": BASELINE + timedelta(last),
            }
        )
    for row in rows:
        found["measurement"].append(_measurement(person, len(found["measurement"]) + 1, row))


def _record(person: int, key: int, day: int) -> dict[str, object]:
    return {
        "measurement_id": key,
        "person_id": person,
        "measurement_date": BASELINE + timedelta(day),
        "measurement_type_concept_id": 0,
    }


def _measurement(person: int, key: int, row: Measured) -> dict[str, object]:
    day, name, value, unit = row
    made = _record(person, key, day)
    if isinstance(value, int):
        item = packaged_instruments()["sledai_2k"].item(name)
        return {**made, "measurement_concept_id": item.omop, "value_as_concept_id": value}
    codes = {sign: code for code, sign in OPERATORS.items()}
    number = value.lstrip("<>=")
    sign = value[: len(value) - len(number)]
    low, high = _LIMITS.get(name, (None, None))
    return {
        **made,
        "measurement_concept_id": packaged_dictionary().omop_ids(name)[0],
        "value_as_number": Decimal(number),
        "operator_concept_id": codes[sign] if sign else None,
        "unit_source_value": unit if unit != "{score}" else None,
        "unit_concept_id": next(iter(unit_named(unit).omop_ids), 0),
        "range_low": Decimal(low) if low else None,
        "range_high": Decimal(high) if high else None,
    }
