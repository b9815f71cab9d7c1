"""Is a dataset sound? Each rule that its rows break, with counts and row ids, never a value.

Required values are never empty in an opened dataset: its files declare so, and `open_dataset`
refuses any other.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import ibis
from ibis import _
from ibis.expr.types import BooleanValue, Table

from remit.errors import DatasetError
from remit.facts.dataset import Dataset, connect
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import TABLES
from remit.units import unit_table

Severity = Literal["error", "warning"]
SHOWN = 5

# table -> its first day, its last day
DAYS = {
    "observation_period": ("observation_period_start_date", "observation_period_end_date"),
    "visit_occurrence": ("visit_start_date", "visit_end_date"),
    "condition_occurrence": ("condition_start_date", "condition_end_date"),
    "drug_exposure": ("drug_exposure_start_date", "drug_exposure_end_date"),
    "dose_era": ("dose_era_start_date", "dose_era_end_date"),
    "procedure_occurrence": ("procedure_date", None),
    "measurement": ("measurement_date", None),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that rows of a table break.

    Attributes:
        rows: how many rows break it.
        examples: up to five keys of such rows, the smallest.
        detail: what differs from one finding of the rule to the next, such as the unit.
    """

    severity: Severity
    rule: str
    table: str
    rows: int
    examples: tuple[int, ...]
    detail: str = ""

    def __str__(self) -> str:
        what = f"{self.rule} ({self.detail})" if self.detail else self.rule
        key = TABLES[self.table].key
        ids = ", ".join(str(example) for example in self.examples)
        return f"{self.table}: {what}: {self.rows} rows, {key} {ids}"


def check_dataset(dataset: Dataset, *, strict_units: bool = False) -> tuple[Finding, ...]:
    """What is wrong with the rows of the dataset, errors first.

    Args:
        strict_units: a unit that nobody knows is an error; else a warning, since a criterion that
            meets one answers `unknown` (`unit_unknown`).
    """
    backend = connect(dataset)
    tables = {name: backend.table(name) for name in TABLES}
    found = (
        *_person_findings(tables),
        *_day_findings(tables, ibis.date(dataset.data_cut.isoformat())),
        *_key_findings(tables),
        *_era_findings(tables["dose_era"]),
        *_unit_findings(tables, "error" if strict_units else "warning"),
        *_code_findings(tables),
    )
    backend.disconnect()
    return tuple(sorted(found, key=lambda finding: finding.severity))


def require_sound(dataset: Dataset, *, strict_units: bool = False) -> None:
    """Nothing, when no row breaks a rule whose breach is an error.

    Raises:
        DatasetError: the first findings, with row ids.
    """
    found = check_dataset(dataset, strict_units=strict_units)
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        more = f"\n  and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        raise DatasetError(
            "the dataset breaks rules that every answer rests on",
            excerpt="\n".join(f"  {finding}" for finding in errors[:SHOWN]) + more,
            next_step="correct these rows at their source and write the dataset anew",
            place=dataset.folder,
        )


def _finding(
    rows: Table, name: str, rule: str, *, severity: Severity = "error", detail: str = ""
) -> Iterator[Finding]:
    key = TABLES[name].key
    counted = rows.count().to_pyarrow().as_py()
    if counted:
        first = rows.select(key).order_by(key).limit(SHOWN).to_pyarrow()[key].to_pylist()
        yield Finding(severity, rule, name, int(counted), tuple(first), detail)


def _day_number(year: ibis.Value, month: ibis.Value, day: ibis.Value) -> ibis.Value:
    # Not a date: the 30th of February at birth must be found here, not break the query.
    return year.cast("int64") * 10000 + month.cast("int64") * 100 + day.cast("int64")


def _person_findings(tables: dict[str, Table]) -> Iterator[Finding]:
    person = tables["person"]
    month, day = person.month_of_birth, person.day_of_birth
    impossible = (month < 1) | (month > 12) | (day < 1) | (day > 31)
    yield from _finding(person.filter(impossible), "person", "impossible birth date")
    for name in TABLES:
        if name not in {"person", "concept_ancestor"}:
            strangers = tables[name].anti_join(person, "person_id")
            yield from _finding(strangers, name, "person unknown")


def _day_findings(tables: dict[str, Table], data_cut: ibis.Value) -> Iterator[Finding]:
    born = tables["person"].select(
        "person_id",
        born=_day_number(
            _.year_of_birth, _.month_of_birth.fill_null(1), _.day_of_birth.fill_null(1)
        ),
    )
    for name, (first, last) in DAYS.items():
        rows = tables[name]
        start = rows[first]
        number = _day_number(start.year(), start.month(), start.day())
        early = rows.mutate(number=number).join(born, "person_id").filter(_.number < _.born)
        yield from _finding(early, name, "before birth")
        yield from _finding(rows.filter(rows[first] > data_cut), name, "after the data cut")
        if last is not None:
            ended: BooleanValue = rows[last] < rows[first]
            yield from _finding(rows.filter(ended), name, "end before start")
    measured = tables["measurement"]
    elsewhere: BooleanValue = measured.measurement_datetime.date() != measured.measurement_date
    yield from _finding(measured.filter(elsewhere), "measurement", "time on another day")
    periods = tables["observation_period"]
    late = periods.filter(
        (periods.observation_period_end_date > data_cut)
        & (periods.observation_period_start_date <= data_cut)
    )
    yield from _finding(late, "observation_period", "end after the data cut")
    signed = tables["attestation"]
    yield from _finding(
        signed.filter(signed.signed_date > data_cut), "attestation", "after the data cut"
    )


def _key_findings(tables: dict[str, Table]) -> Iterator[Finding]:
    keys: dict[str, tuple[str, ...]] = {
        name: (table.key,) for name, table in TABLES.items() if name != "concept_ancestor"
    }
    keys["study_anchor"] = ("study", "person_id", "anchor")
    for name, key in keys.items():
        counted = tables[name].group_by(key).agg(copies=_.count()).filter(_.copies > 1)
        rule = "two anchors of one name" if name == "study_anchor" else "duplicate key"
        yield from _finding(counted, name, rule)
    linked = tables["measurement"].filter(_.measurement_event_id.notnull())
    procedures = tables["procedure_occurrence"].select(
        measurement_event_id=_.procedure_occurrence_id
    )
    loose = linked.anti_join(procedures, "measurement_event_id")
    yield from _finding(loose, "measurement", "procedure unknown", severity="warning")


def _era_findings(eras: Table) -> Iterator[Finding]:
    before = ibis.window(
        group_by=["person_id", "drug_concept_id"],
        order_by=["dose_era_start_date", "dose_era_id"],
    )
    so_far = ibis.window(
        group_by=["person_id", "drug_concept_id"],
        order_by=["dose_era_start_date", "dose_era_id"],
        preceding=(None, 1),
    )
    eras = eras.mutate(
        ended=eras.dose_era_end_date.max().over(so_far),
        same=(
            eras.dose_value.lag().over(before).identical_to(eras.dose_value)
            & eras.unit_concept_id.lag().over(before).identical_to(eras.unit_concept_id)
        ),
    )
    overlapping = eras.filter(_.ended >= _.dose_era_start_date)
    yield from _finding(overlapping, "dose_era", "overlaps an era of the same drug")
    touching = eras.filter((_.dose_era_start_date.delta(_.ended, unit="day") == 1) & _.same)
    yield from _finding(
        touching, "dose_era", "continues an era of the same dose", severity="warning"
    )


# table -> the column of its codes, where "no such record" may decide an answer
_CODES = {
    "condition_occurrence": "condition_concept_id",
    "drug_exposure": "drug_concept_id",
    "procedure_occurrence": "procedure_concept_id",
}


def _code_findings(tables: dict[str, Table]) -> Iterator[Finding]:
    """Codes that no concept claims: one of them may be what a criterion finds to be absent."""
    claimed = packaged_dictionary().claimed_ids()
    below = tables["concept_ancestor"]
    below = below.filter(below.ancestor_concept_id.isin(claimed)).select("descendant_concept_id")
    for name, column in _CODES.items():
        rows = tables[name].filter(_[column].notin(claimed))
        rows = rows.anti_join(below, rows[column] == below.descendant_concept_id)
        codes = rows.group_by(code=rows[column]).agg(rows=_.count())
        common = codes.order_by(codes.rows.desc(), codes.code).limit(SHOWN).to_pyarrow()
        if common.num_rows:
            detail = f"most often {column} {', '.join(map(str, common['code'].to_pylist()))}"
            yield from _finding(
                rows, name, "code that no concept claims", severity="warning", detail=detail
            )


def _unit_findings(tables: dict[str, Table], severity: Severity) -> Iterator[Finding]:
    known_ids = sorted({id_ for unit in unit_table().values() for id_ in unit.omop_ids})
    known_texts = sorted(
        {text for unit in unit_table().values() for text in (unit.code, *unit.spellings)}
    )
    measured = tables["measurement"]
    coded = measured.unit_concept_id.fill_null(0) != 0
    by_id = measured.filter(coded & measured.unit_concept_id.notin(known_ids))
    by_text = measured.filter(
        ~coded
        & measured.unit_source_value.notnull()
        & measured.unit_source_value.notin([*known_texts, ""])
    )
    dosed = tables["dose_era"]
    doses = dosed.filter(
        (dosed.unit_concept_id.fill_null(0) != 0) & dosed.unit_concept_id.notin(known_ids)
    )
    for rows, name, column in (
        (by_id, "measurement", "unit_concept_id"),
        (by_text, "measurement", "unit_source_value"),
        (doses, "dose_era", "unit_concept_id"),
    ):
        units = rows.select(column).distinct().order_by(column).to_pyarrow()[column].to_pylist()
        for unit in units:
            of_unit = rows.filter(rows[column] == unit)
            yield from _finding(
                of_unit, name, "unit unknown", severity=severity, detail=f"{column} {unit}"
            )
