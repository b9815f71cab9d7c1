"""A small dataset from rows: what a test says, the tables it stands for, a default for the rest."""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
from calendar import monthrange
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from operator import index
from pathlib import Path
from typing import SupportsIndex, TypeAlias, cast

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.imprecise_dates import BIRTH, NAME
from remit.facts.opened import Facts
from remit.facts.snapshot import write_dataset
from remit.facts.tables import ARROW, CODED, FEMALE, MALE, OPERATORS, TABLES
from remit.testing.cases import STUDY
from remit.units import unit_named

Row: TypeAlias = Mapping[str, object]
Columns: TypeAlias = dict[str, object]
Made: TypeAlias = list[tuple[str, Columns]]

_BIRTH = "1990-06-15"
_SEXES: Mapping[object, int] = {"female": FEMALE, "male": MALE, "unknown": 0}
_SIGNS = {sign: code for code, sign in OPERATORS.items()}


@dataclass(frozen=True, slots=True)
class _Between:
    """A day that is not exactly known."""

    first: date
    last: date


def _day(value: object) -> date | _Between | None:
    """A day; `2024`, `2024-05` and `2024-05-03/2024-06-10` are days that are not exactly known."""
    if value is None or isinstance(value, date):
        return value
    text = str(value)
    begin, _, end = text.partition("/")
    if end:
        return _Between(date.fromisoformat(begin), date.fromisoformat(end))
    if re.fullmatch(r"\d{4}(-\d{2})?", text) is None:
        return date.fromisoformat(text)
    year, month = (int(part) for part in (*text.split("-"), "0")[:2])
    length = monthrange(year, month or 12)[1]
    return _Between(date(year, month or 1, 1), date(year, month or 12, length))


def _settled(table: str, columns: Columns) -> list[tuple[str, _Between]]:
    """The columns whose day is not exactly known; each gets a day, a last one its last."""
    found = []
    for name, value in columns.items():
        if isinstance(value, _Between):
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
    }.items()
}


def small_facts(
    rows: Sequence[Row],
    *,
    data_cut: date,
    complete: Sequence[str] = (),
    mapped: Collection[str] = CODED,
    own_codes: Collection[str] = CODED,
    folder: Path | str | None = None,
    check: bool = True,
) -> Facts:
    """Write some rows as a dataset and open it.

    A row is of the kind whose key it has; `person_id` is 1 where it is not said:

    - `concept`: a name of the dictionary or an OMOP id; `date`; for a measurement `number`, `unit`,
      `sign` (`<`), `low` and `high` (limits of normal), `time` (`08:30`), `unit_text`, or a coded
      `value` (a name or an OMOP id); for a condition or stay an `end`; `of`, the id of a procedure.
    - `drug`: a name or an OMOP id; `start`, `end`, `route` (an OMOP id), `dose` (`20 mg/d`).
    - `birth` and `sex`: a woman born on 15 June 1990 where nobody says otherwise.
    - `observed`: first and last day, or None for never; from birth to the data cut where nobody
      says otherwise.
    - `anchor`: its name, with `date`; `study` (`TEST`).
    - `attested`: an item, with `answer`, `by`, `date`; `study`.
    - `ancestor`, `descendant`: what lies below what, as names or OMOP ids.
    - `died`: the day of death.

    `id` sets the key of a record; `table` says where an OMOP id belongs that the dictionary lacks.

    Args:
        data_cut: the last day that the data can speak of.
        complete: tables in which a missing record means that nothing happened.
        mapped: tables in which a record of a concept carries one of its standard codes; all when
            nobody says otherwise, since a test says what it means. Give `()` for data as a
            hospital hands them over.
        own_codes: tables in which it carries Remit's own code, where the concept has one.
        folder: where to write; a folder that goes when Python ends when None.
        check: refuse rows that cannot be, such as a measurement before birth.

    Raises:
        DatasetError: a row of no kind, a key that its kind has not, or rows that cannot be.
        ConceptError: the dictionary has no such concept.
        UnitError: the unit table has no such unit.
        OutputError: `folder` exists.

    >>> rows = [{"person_id": 7, "drug": "prednisolone", "start": "2024-05-01", "dose": "20 mg/d"}]
    >>> small_facts(rows, data_cut=date(2024, 6, 30)).manifest.tables["dose_era"].rows
    1
    """
    found: dict[str, list[Columns]] = {name: [] for name in TABLES}
    persons: dict[object, None] = {}
    for place, row in enumerate(rows, start=1):
        kind = _kind_of(row, place)
        strange = set(row) - KEYS[kind] - {"person_id", "id"}
        if strange:
            what = f"it has no {min(strange, key=str)!r}"
            raise _wrong(place, what, ", ".join(sorted(KEYS[kind])), row)
        open_: list[list[tuple[str, _Between]]] = []
        try:
            made = MAKERS[kind](row)
            for table, columns in made:
                if "person_id" in _names(table):
                    columns["person_id"] = row.get("person_id", 1)
                if "id" in row:
                    columns.setdefault(TABLES[table].key, row["id"])
                open_.append(_settled(table, columns))
                check_values(table, columns)
        except KeyError as error:
            what = f"{error} is missing in it or not known"
            raise _wrong(place, what, ", ".join(sorted(KEYS[kind])), row) from error
        except (TypeError, ValueError, OverflowError, InvalidOperation) as error:
            raise _wrong(place, "a value does not fit", f"what a {kind} takes", row) from error
        for (table, columns), days in zip(made, open_, strict=True):
            if "person_id" in columns:
                persons[columns["person_id"]] = None
            columns.setdefault(TABLES[table].key, len(found[table]) + 1)
            found[table].append(columns)
            for name, between in days:
                found[NAME].append(
                    {
                        "imprecise_date_id": len(found[NAME]) + 1,
                        "person_id": columns["person_id"],
                        "fact_table": table,
                        "fact_id": columns[TABLES[table].key],
                        "date_column": name,
                        "first_date": between.first,
                        "last_date": between.last,
                    }
                )
    _add_defaults(found, persons, data_cut)
    tables = {
        name: pa.Table.from_pylist([_filled(name, item) for item in items], TABLES[name].schema)
        for name, items in found.items()
        if items or TABLES[name].required
    }
    if folder is None:
        made_for_test = tempfile.mkdtemp(prefix="remit-test-")
        atexit.register(shutil.rmtree, made_for_test, ignore_errors=True)
        folder = Path(made_for_test) / "facts"
    return write_dataset(
        folder,
        tables,
        source="rows of a test",
        data_cut=data_cut,
        complete=complete,
        mapped=mapped,
        own_codes=own_codes,
        check=check,
    )


def _wrong(place: int, what: str, expected: str, row: Row) -> DatasetError:
    said = ", ".join(map(str, row)) if isinstance(row, Mapping) else type(row).__name__
    return DatasetError(
        f"row {place}: {what}",
        expected=expected,
        got=said or "an empty row",
        next_step="see help(remit.testing.small_facts)",
    )


def _kind_of(row: Row, place: int) -> str:
    if isinstance(row, Mapping):
        for kind in MAKERS:
            if kind in row:
                return kind
        if "sex" in row:
            return "birth"
    raise _wrong(place, "it is of no kind", f"one of the keys {', '.join(MAKERS)}", row)


def _names(table: str) -> tuple[str, ...]:
    return tuple(column.name for column in TABLES[table].columns)


def _filled(table: str, columns: Columns) -> Columns:
    """A required concept that no test needs is 0."""
    return {
        column.name: columns.get(
            column.name, 0 if column.required and column.type == "concept" else None
        )
        for column in TABLES[table].columns
    }


def _add_defaults(
    found: Mapping[str, list[Columns]], persons: Mapping[object, None], data_cut: date
) -> None:
    """A person and an observation period for everyone of whom a row speaks."""
    for person in persons:
        own = [row for row in found["person"] if row["person_id"] == person]
        if not own:
            found["person"].append({**person_row({})[0][1], "person_id": person})
    births = {row["person_id"]: row for row in found["person"]}
    observed = {row["person_id"] for row in found["observation_period"]}
    periods = found["observation_period"]
    periods[:] = [row for row in periods if row.get("observation_period_start_date") is not None]
    number = max((int(str(row["observation_period_id"])) for row in periods), default=0)
    for person, born in births.items():
        if person not in observed:
            number += 1
            first = date(
                int(str(born["year_of_birth"])),
                int(str(born["month_of_birth"] or 1)),
                int(str(born["day_of_birth"] or 1)),
            )
            periods.append(
                {
                    "observation_period_id": number,
                    "person_id": person,
                    "observation_period_start_date": first,
                    "observation_period_end_date": data_cut,
                }
            )
