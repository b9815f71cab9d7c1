"""A dataset to a sheet: for each visit the record that counts for each quantity and finding.

A visit is a person, a day and the days from which its values may come. Of several records the
latest counts, or the one nearest to the visit's day; ties go as the language has them. A baseline
takes a later day only for want of another; presence, where it counts once seen, goes first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.criteria.columns.numbers import (
    HIGHEST,
    LOWEST,
    MICRO,
    Categories,
    Numbers,
    categories_of,
    no_numbers,
)
from remit.criteria.columns.sheet import VISIT, Sheet, moment_of
from remit.criteria.compiling.dose_readings import read_dose_days, read_doses
from remit.criteria.compiling.parts import WIDE
from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Moment, Window
from remit.criteria.tree import Dose, DoseDays
from remit.facts.tables import OPERATORS
from remit.instruments.catalogue import PRESENT
from remit.instruments.inputs import Inputs
from remit.instruments.people import people_at
from remit.instruments.visits import Visits
from remit.truth import Reason
from remit.units import find_unit

Choice = Literal["latest", "nearest", "present"]
_STUDY = "sheet"


def gather_sheet(
    inputs: Inputs,
    visits: Visits,
    sources: Sources,
    *,
    choice: Choice = "latest",
) -> Sheet:
    """The sheet of some visits.

    Args:
        sources: the dataset's tables; `keep` is not used.
        choice: which record counts where several lie in a visit's days.
    """
    numbers: dict[str, Numbers] = {}
    categories: dict[str, Categories] = {}
    names = [*inputs.measures, *inputs.categories]
    ids = [m.ids for m in inputs.measures.values()] + [c.ids for c in inputs.categories.values()]
    picked = _pick_records(ids, visits, sources, choice)
    for place, name in enumerate(names):
        rows = picked.filter(pc.equal(picked["part"], place))
        if name in inputs.measures:
            numbers[name] = _numbers_of(rows, len(visits))
        else:
            categories[name] = _categories_of(rows, len(visits), inputs.categories[name].known)
    numbers.update(_doses_of(inputs.doses, visits, sources))
    numbers.update(_dose_days_of(inputs.dose_days, visits, sources))
    if inputs.people:
        age, sex = people_at(visits.person, visits.day, sources)
        numbers["age"], categories["sex"] = age, sex
    return Sheet(len(visits), numbers, categories, visits.moments)


# ---- measurements --------------------------------------------------------------------------------


def _pick_records(
    ids: Sequence[tuple[int, ...]], visits: Visits, sources: Sources, choice: Choice
) -> pa.Table:
    """The record that counts, for each visit and part; parts are numbered as `ids` are."""
    pairs = [(code, part) for part, codes in enumerate(ids) for code in codes]
    wanted = ibis.memtable(
        pa.table(
            {
                "code": pa.array([code for code, _ in pairs], pa.int32()),
                "part": pa.array([part for _, part in pairs], pa.int32()),
            }
        )
    )
    table = sources.tables["measurement"]
    table = table.filter(table.measurement_concept_id.isin(sorted({code for code, _ in pairs})))
    held = ibis.memtable(visits.table)
    joined = table.join(held, table.person_id == held.visitor)
    joined = joined.filter(
        joined.measurement_date >= joined.first_day, joined.measurement_date <= joined.last_day
    )
    joined = joined.join(wanted, joined.measurement_concept_id == wanted.code)
    order = [
        joined.measurement_date.desc(),
        joined.measurement_datetime.desc(nulls_first=False),
        joined.measurement_id.desc(),
    ]
    if choice == "present":
        order = [(joined.value_as_concept_id == PRESENT).desc(nulls_first=False), *order]
    if choice == "nearest":
        later = joined.measurement_date.delta(joined.visit_day, unit="day")
        order = [(joined.is_baseline & (later > 0)).asc(), later.abs().asc(), *order]
    rank = ibis.row_number().over(group_by=["row", "part"], order_by=order)
    millionths = {
        name: (joined[column].cast(WIDE) * MICRO).cast("int64")
        for name, column in (
            ("micro", "value_as_number"),
            ("low_limit", "range_low"),
            ("high_limit", "range_high"),
        )
    }
    chosen = joined.mutate(rank=rank, **millionths).filter(lambda t: t["rank"] == 0)
    return chosen.select(
        "row", "part", "measurement_id", "measurement_date", "micro", "low_limit", "high_limit",
        "operator_concept_id", "value_as_concept_id", "unit_concept_id", "unit_source_value",
    ).to_pyarrow()  # fmt: skip


def _column(rows: pa.Table, name: str, empty: int) -> npt.NDArray[np.int64]:
    filled = pc.fill_null(rows[name].cast(pa.int64()), empty)
    return np.asarray(filled.to_numpy(), np.int64)


def _numbers_of(rows: pa.Table, count: int) -> Numbers:
    """Records of one quantity, placed at their visits."""
    made = no_numbers(count)
    at = _column(rows, "row", -1)
    valued = rows["micro"].is_valid().to_numpy()
    micro = _column(rows, "micro", 0)
    codes = rows["operator_concept_id"].to_pylist()
    operators = [OPERATORS.get(code, "?") if code else "=" for code in codes]
    sign = np.array(operators, dtype="U2")
    low = np.where(valued & ~np.isin(sign, ("<", "<=", "?")), micro, LOWEST)
    high = np.where(valued & ~np.isin(sign, (">", ">=", "?")), micro, HIGHEST)
    why = np.where(valued, np.where(sign == "=", 0, Reason.CENSORED), Reason.NO_VALUE)
    units, unit = _units_of(rows)
    out = replace(
        made,
        units=units,
        low=made.low.copy(), high=made.high.copy(),
        low_open=made.low_open.copy(), high_open=made.high_open.copy(),
        unit=made.unit.copy(), why=made.why.copy(), uln=made.uln.copy(), lln=made.lln.copy(),
        row=made.row.copy(), day=made.day.copy(),
    )  # fmt: skip
    out.low[at], out.high[at] = low, high
    out.low_open[at], out.high_open[at] = (sign == ">") & valued, (sign == "<") & valued
    out.unit[at], out.why[at] = unit, why
    out.uln[at], out.lln[at] = _column(rows, "high_limit", 0), _column(rows, "low_limit", 0)
    out.row[at] = _column(rows, "measurement_id", -1)
    out.day[at] = rows["measurement_date"].to_numpy().astype("datetime64[D]")
    return out


def _units_of(rows: pa.Table) -> tuple[tuple[str, ...], npt.NDArray[np.int16]]:
    codes: dict[str, int] = {}
    seen: dict[tuple[int | None, str | None], int] = {}
    places = []
    pairs = zip(
        rows["unit_concept_id"].to_pylist(), rows["unit_source_value"].to_pylist(), strict=True
    )
    for omop, text in pairs:
        if (omop, text) not in seen:
            unit = find_unit(omop_id=omop, text=text)
            if unit is not None:
                seen[omop, text] = codes.setdefault(unit.code, len(codes))
            else:
                seen[omop, text] = -1 if not omop and not text else -2
        places.append(seen[omop, text])
    return tuple(codes), np.array(places, np.int16)


def _categories_of(rows: pa.Table, count: int, known: tuple[int, ...]) -> Categories:
    """Records of one coded value, placed at their visits."""
    empty = categories_of(known, np.full(count, -1))
    at = _column(rows, "row", -1)
    code = _column(rows, "value_as_concept_id", 0)
    position = {value: place for place, value in enumerate(known)}
    places = np.array([position.get(int(value), -1) for value in code], np.int64)
    found = categories_of(known, places)
    why = np.where(places >= 0, 0, np.where(code == 0, Reason.NO_VALUE, Reason.CODE_UNKNOWN))
    made = replace(
        empty, possible=empty.possible.copy(), why=empty.why.copy(), row=empty.row.copy(),
        day=empty.day.copy(),
    )  # fmt: skip
    made.possible[at], made.why[at] = found.possible, why
    made.row[at] = _column(rows, "measurement_id", -1)
    made.day[at] = rows["measurement_date"].to_numpy().astype("datetime64[D]")
    return made


# ---- doses and persons ---------------------------------------------------------------------------


def _doses_of(doses: Mapping[str, Dose], visits: Visits, sources: Sources) -> Mapping[str, Numbers]:
    """The daily dose at each visit, or the highest of a span that begins and ends by visits.

    Each visit is a person of its own to the compiler.
    """
    if not doses or len(visits) == 0:
        return {column: no_numbers(len(visits)) for column in doses}
    at_visit = Window(Moment(VISIT), Moment(VISIT))
    wanted = [
        dose if moment_of(dose.window) is None else replace(dose, window=at_visit)
        for dose in doses.values()
    ]
    table, scales = read_doses(wanted, visit_sources(visits, sources))
    found = table.order_by("person_id").to_pyarrow()
    columns = {}
    for number, (column, dose) in enumerate(zip(doses, wanted, strict=True)):
        low = found[f"dose_{number}"].to_numpy()
        why = found[f"why_{number}"].to_numpy()
        made = no_numbers(len(visits))
        columns[column] = replace(
            made,
            low=low,
            high=np.where(why == 0, low, HIGHEST),
            why=why,
            units=("mg/d",),
            unit=np.zeros(len(visits), np.int16),
            scale=scales[dose],
            day=visits.day,
        )
    return columns


def _dose_days_of(
    dose_days: Mapping[str, DoseDays], visits: Visits, sources: Sources
) -> Mapping[str, Numbers]:
    """How many days above a dose each visit looks back on."""
    if not dose_days or len(visits) == 0:
        return {column: no_numbers(len(visits)) for column in dose_days}
    table = read_dose_days(tuple(dose_days.values()), visit_sources(visits, sources))
    found = table.order_by("person_id").to_pyarrow()
    columns = {}
    for number, column in enumerate(dose_days):
        low, why = found[f"days_{number}"].to_numpy() * MICRO, found[f"why_{number}"].to_numpy()
        high = np.where(why == 0, low, HIGHEST)
        made = no_numbers(len(visits))
        columns[column] = replace(made, low=low, high=high, why=why, day=visits.day)
    return columns


def visit_sources(visits: Visits, sources: Sources) -> Sources:
    """The tables as if each visit were a person of its own, with its visits as anchors."""
    held = ibis.memtable(visits.table)

    def with_rows(name: str, key: str) -> ir.Table:
        table = sources.tables[name]
        joined = table.join(held, table.person_id == held.visitor)
        kept = {column: joined[column] for column in table.columns if column != "person_id"}
        kept[key] = ibis.row_number().over(order_by=[joined.row, joined[key]])
        return joined.select(person_id=joined.row, **kept)

    person = sources.tables["person"]
    joined = person.join(held, person.person_id == held.visitor)
    kept = {column: joined[column] for column in person.columns if column != "person_id"}
    keys = {
        "dose_era": "dose_era_id",
        "drug_exposure": "drug_exposure_id",
        "observation_period": "observation_period_id",
    }
    tables = {
        **{name: with_rows(name, key) for name, key in keys.items()},
        "person": joined.select(person_id=joined.row, **kept),
        "study_anchor": ibis.memtable(_anchors_of(visits)),
    }
    return Sources({**sources.tables, **tables}, _STUDY, sources.data_cut, sources.complete)


def _anchors_of(visits: Visits) -> pa.Table:
    """The day of each visit, and of the others that it may be read against."""
    rows = np.arange(len(visits), dtype=np.int64)
    found = {VISIT: rows, **visits.moments}
    there = {name: rows[at >= 0] for name, at in found.items()}
    days = [visits.day[found[name][who]] for name, who in there.items()]
    names = [name for name, who in there.items() for _ in range(len(who))]
    return pa.table(
        {
            "person_id": np.concatenate(list(there.values())),
            "study": pa.array([_STUDY] * len(names)),
            "anchor": pa.array(names),
            "anchor_date": pa.array(np.concatenate(days), pa.date32()),
        }
    )
