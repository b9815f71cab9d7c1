"""The kinds of row that a test may write, and the rows of tables that each stands for."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from operator import index
from typing import SupportsIndex, TypeAlias, cast

import pyarrow as pa

from remit.facts.dictionary import packaged_dictionary
from remit.facts.imprecise_dates import BIRTH
from remit.facts.tables import ARROW, FEMALE, MALE, OPERATORS, TABLES
from remit.testing.cases import STUDY
from remit.units import unit_named

Row: TypeAlias = Mapping[str, object]
Columns: TypeAlias = dict[str, object]
Made: TypeAlias = list[tuple[str, Columns]]

_BIRTH = "1990-06-15"
_SEXES: Mapping[object, int] = {"female": FEMALE, "male": MALE, "unknown": 0}
# What a test may say of an adverse event beside its term and days: columns of its table.
EVENT_COLUMNS = (
    *("body_system", "reported_term", "severity", "grade", "serious", "related"),
    *("causality", "action", "outcome", "treatment_emergent"),
)
_SIGNS = {sign: code for code, sign in OPERATORS.items()}


@dataclass(frozen=True, slots=True)
class Between:
    """A day that is not exactly known."""

    first: date
    last: date


def _day(value: object) -> date | Between | None:
    """A day; `2024`, `2024-05` and `2024-05-03/2024-06-10` are days that are not exactly known."""
    if value is None or isinstance(value, date):
        return value
    text = str(value)
    begin, _, end = text.partition("/")
    if end:
        return Between(date.fromisoformat(begin), date.fromisoformat(end))
    if re.fullmatch(r"\d{4}(-\d{2})?", text) is None:
        return date.fromisoformat(text)
    year, month = (int(part) for part in (*text.split("-"), "0")[:2])
    length = monthrange(year, month or 12)[1]
    return Between(date(year, month or 1, 1), date(year, month or 12, length))


def settled_days(table: str, columns: Columns) -> list[tuple[str, Between]]:
    """The columns whose day is not exactly known; each gets a day, a last one its last."""
    found = []
    for name, value in columns.items():
        if isinstance(value, Between):
            found.append((name, value))
            ends = TABLES[table].end == name != TABLES[table].start
            columns[name] = value.last if ends else value.first
    for name in [name for name, _ in found if name == BIRTH]:
        del columns[name]
    return found


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def _code(value: object) -> object:
    """The OMOP id of a concept: itself, or the first of those of a name."""
    return packaged_dictionary().omop_ids(value)[0] if isinstance(value, str) else value


def _table(row: Row) -> str:
    concept = row["concept"]
    if "table" in row:
        return str(row["table"])
    dictionary = packaged_dictionary()
    if isinstance(concept, str):
        return dictionary.concept(concept).table
    for name, known in dictionary.concepts.items():
        if concept in dictionary.omop_ids(name):
            return known.table
    return "measurement"


def _record(row: Row) -> Made:
    table = TABLES[_table(row)]
    if table.concept is None or table.start is None:
        raise ValueError("a table that holds no records of concepts")
    columns: Columns = {table.concept: _code(row["concept"]), table.start: _day(row["date"])}
    if table.end is not None and table.end != table.start:
        # An open end is known of conditions only.
        may_be_open = table.name == "condition_occurrence"
        columns[table.end] = _day(row.get("end", None if may_be_open else row["date"]))
    if table.name != "measurement":
        return [(table.name, columns)]
    unit = row.get("unit")
    columns |= {
        "value_as_number": _number(row.get("number")),
        "unit_concept_id": unit_named(unit).omop_ids[0] if isinstance(unit, str) else unit,
        "unit_source_value": row.get("unit_text"),
        "operator_concept_id": _SIGNS[str(row["sign"])] if "sign" in row else None,
        "range_low": _number(row.get("low")),
        "range_high": _number(row.get("high")),
        "value_as_concept_id": _value(row),
        "measurement_event_id": row.get("of"),
    }
    if "time" in row:
        columns["measurement_datetime"] = datetime.fromisoformat(f"{row['date']}T{row['time']}")
    return [(table.name, columns)]


def _value(row: Row) -> object:
    value = row.get("value")
    if not isinstance(value, str):
        return value
    return packaged_dictionary().concept(str(row["concept"])).values[value].omop


def _drug(row: Row) -> Made:
    code, start = _code(row["drug"]), _day(row["start"])
    end = _day(row.get("end", start))
    exposure: Columns = {
        "drug_concept_id": code,
        "drug_exposure_start_date": start,
        "drug_exposure_end_date": end,
        "route_concept_id": row.get("route"),
    }
    if row.get("dose") is None:
        return [("drug_exposure", exposure)]
    amount, _, unit = str(row["dose"]).partition(" ")
    era: Columns = {
        "drug_concept_id": code,
        "dose_value": Decimal(amount),
        "unit_concept_id": unit_named(unit).omop_ids[0],
        "dose_era_start_date": start,
        "dose_era_end_date": end,
    }
    return [("drug_exposure", exposure), ("dose_era", era)]


def person_row(row: Row) -> Made:
    birth = row.get("birth", _BIRTH)
    stated = _day(birth) if "/" in str(birth) else None
    text = str(birth).split("-")[0] if stated is not None else str(birth)
    parts: list[int | None] = [int(part) for part in text.split("-")]
    if len(parts) > 3:
        raise ValueError("a birth is a year, a month and a day")
    year, month, on = [*parts, None, None][:3]
    date(year or 0, month or 1, on or 1)  # raises on a day that is none
    columns: Columns = {
        "gender_concept_id": _SEXES[row.get("sex", "female")],
        "year_of_birth": year,
        "month_of_birth": month,
        "day_of_birth": on,
    }
    if stated is not None:
        columns[BIRTH] = stated
    return [("person", columns)]


def _period(row: Row) -> Made:
    observed = row["observed"]
    if observed is None:
        return [("observation_period", {"observation_period_start_date": None})]
    if isinstance(observed, str) or not isinstance(observed, Sequence):
        raise TypeError("observed is a pair of days")
    first, last = observed
    columns: Columns = {
        "observation_period_start_date": _day(first),
        "observation_period_end_date": _day(last),
    }
    return [("observation_period", columns)]


def _anchor(row: Row) -> Made:
    columns: Columns = {
        "study": row.get("study", STUDY),
        "anchor": row["anchor"],
        "anchor_date": _day(row["date"]),
    }
    return [("study_anchor", columns)]


def _death(row: Row) -> Made:
    return [("death", {"death_date": _day(row["died"])})]


def _event(row: Row) -> Made:
    columns: Columns = {
        "term": row["adverse_event"],
        "start_date": _day(row["start"]),
        "end_date": _day(row.get("end")),
        **{name: row.get(name) for name in EVENT_COLUMNS},
    }
    return [("adverse_event", columns)]


def _attestation(row: Row) -> Made:
    columns: Columns = {
        "study": row.get("study", STUDY),
        "item": row["attested"],
        "answer": row.get("answer", True),
        "signed_by": row.get("by", "Dr A"),
        "signed_date": _day(row["date"]),
    }
    return [("attestation", columns)]


def _ancestry(row: Row) -> Made:
    columns: Columns = {
        "ancestor_concept_id": _code(row["ancestor"]),
        "descendant_concept_id": _code(row["descendant"]),
    }
    return [("concept_ancestor", columns)]


def check_values(table: str, columns: Columns) -> None:
    """Nothing, when each value is one of its column; Arrow alone would cut 1.5 to the id 1.

    Raises:
        TypeError, ValueError, OverflowError: a value of another type, or one that is too large.
    """
    for column in TABLES[table].columns:
        value = columns.get(column.name)
        if value is not None and column.type in {"id", "concept", "int"}:
            value = index(cast(SupportsIndex, value))
        pa.scalar(value, ARROW[column.type])


MAKERS: Mapping[str, Callable[[Row], Made]] = {
    "concept": _record,
    "drug": _drug,
    "birth": person_row,
    "observed": _period,
    "anchor": _anchor,
    "attested": _attestation,
    "ancestor": _ancestry,
    "died": _death,
    "adverse_event": _event,
}


KEYS: Mapping[str, frozenset[str]] = {
    kind: frozenset(keys.split())
    for kind, keys in {
        "concept": "concept date end number unit unit_text sign low high time value of table",
        "drug": "drug start end dose route",
        "birth": "birth sex",
        "observed": "observed",
        "anchor": "anchor date study",
        "attested": "attested answer by date study",
        "ancestor": "ancestor descendant",
        "died": "died",
        "adverse_event": " ".join(("adverse_event start end", *EVENT_COLUMNS)),
    }.items()
}
