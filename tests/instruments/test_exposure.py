"""Doses over a span of days, held against the reference evaluator day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pyarrow as pa
import pytest

from criteria.spec.running import table_of
from remit.criteria.dates import Moment, Window
from remit.criteria.environment import Environment, absence_rule
from remit.criteria.reference.doses import daily_dose
from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.spans import Days
from remit.criteria.tree import Dose
from remit.errors import ConceptError, DatasetError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.facts.snapshot import empty_table, write_dataset
from remit.facts.tables import CODED, TABLES
from remit.instruments.exposure import Exposure, drug_exposure
from remit.truth import Reason

AT, LOOKBACK = date(2024, 12, 1), 28


@pytest.fixture(scope="module")
def cohort(small_cohort: Facts) -> Facts:
    return small_cohort


def test_the_sum_is_that_of_the_single_days(cohort: Facts) -> None:
    dictionary = packaged_dictionary()
    concept = dictionary.concept("glucocorticoid")
    environment = Environment(dictionary, frozenset({"visit"}), codes=cohort.codes)
    now = Window(Moment("visit"), Moment("visit"))
    dose = Dose(
        "glucocorticoid", environment.ingredients(concept), now, absence_rule(concept.absence)
    )
    tables = {name: cohort.rows(name) for name in cohort.manifest.tables}
    people = read_persons(tables, study="", data_cut=cohort.data_cut)
    found = {
        row.person: row for row in drug_exposure("glucocorticoid", cohort, at=AT, lookback=LOOKBACK)
    }
    some = 0
    for person in people:
        row = found[person.person]
        days = [AT - timedelta(days=back) for back in range(LOOKBACK)]
        each = [daily_dose(dose, Days(day, day), person) for day in days]
        assert row.cumulative == sum((amount.value for amount in each), Fraction(0))
        assert (row.daily, row.why_daily) == (each[0].value, each[0].at_least)
        assert (row.why_cumulative is None) == all(amount.at_least is None for amount in each)
        assert row.mean_daily == row.cumulative / LOOKBACK
        if row.daily_per_kg is not None:
            assert row.daily_per_kg == pytest.approx(float(row.daily) / (row.weight or 0))
        some += row.cumulative > 0
    assert some >= 40
    assert len(found) == 400


# Section 10 of the specification: mg equal to 5 mg of prednisone. OMOP ids of the ingredients.
EQUAL_TO_FIVE = {
    1551099: ("prednisone", "5"),
    1550557: ("prednisolone", "5"),
    1506270: ("methylprednisolone", "4"),
    975125: ("hydrocortisone", "20"),
    1507705: ("cortisone", "25"),
    1518254: ("dexamethasone", "0.75"),
    920458: ("betamethasone", "0.6"),
    19086888: ("deflazacort", "6"),
}
MG = 8576


def test_every_glucocorticoid_counts_in_mg_of_prednisone(tmp_path: Path) -> None:
    """Twice that dose a day for seven days of fourteen: 10 mg a day, 70 mg, 5 mg on average."""
    start, end = AT - timedelta(days=6), AT
    eras = [
        {
            "dose_era_id": number,
            "person_id": person,
            "drug_concept_id": drug,
            "unit_concept_id": MG,
            "dose_value": 2 * Decimal(dose),
            "dose_era_start_date": start,
            "dose_era_end_date": end,
        }
        for number, (person, (drug, (_, dose))) in enumerate(
            enumerate(EQUAL_TO_FIVE.items(), start=1), start=1
        )
    ]
    everyone = range(1, len(EQUAL_TO_FIVE) + 1)
    persons: list[dict[str, object]] = [
        {"person_id": person, "year_of_birth": 1990} for person in everyone
    ]
    tables = {name: empty_table(name) for name, table in TABLES.items() if table.required}
    tables["person"] = _rows("person", persons)
    tables["dose_era"] = _rows("dose_era", eras)
    dataset = write_dataset(
        tmp_path / "data",
        tables,
        source="test",
        data_cut=date(2025, 6, 30),
        complete=("dose_era", "drug_exposure"),
        mapped=CODED,
        check=False,
    )
    found = drug_exposure("glucocorticoid", dataset, at=AT, lookback=14)
    assert [row.daily for row in found] == [10] * len(EQUAL_TO_FIVE)
    assert [row.cumulative for row in found] == [70] * len(EQUAL_TO_FIVE)
    assert [row.mean_daily for row in found] == [5] * len(EQUAL_TO_FIVE)


def _rows(name: str, rows: list[dict[str, object]]) -> pa.Table:
    schema = TABLES[name].schema
    full = [{f.name: row.get(f.name, None if f.nullable else 1) for f in schema} for row in rows]
    return pa.Table.from_pylist(full, schema=schema)


def test_what_is_not_there_is_named(cohort: Facts) -> None:
    with pytest.raises(ConceptError, match="prednison"):
        drug_exposure("prednisonee", cohort, at=AT, lookback=28)
    with pytest.raises(ConceptError, match="has no dose"):
        drug_exposure("upcr", cohort, at=AT, lookback=28)
    with pytest.raises(DatasetError, match="no person 999999"):
        drug_exposure("prednisolone", cohort, at=AT, lookback=28, persons=(999999,))


# ---- pulses --------------------------------------------------------------------------------------

BY_VEIN, BY_MOUTH = 4171047, 4132161
PREDNISONE, METHYLPREDNISOLONE = 1551099, 1506270
OTHER = {"drug_type_concept_id": 32817}


def _taken(number: int, drug: int, first: str, last: str, route: int | None) -> dict[str, object]:
    begins, ends = date.fromisoformat(first), date.fromisoformat(last)
    return {
        "drug_exposure_id": number, "person_id": 1, "drug_concept_id": drug, **OTHER,
        "drug_exposure_start_date": begins, "drug_exposure_end_date": ends,
        "route_concept_id": route,
    }  # fmt: skip


def _era(number: int, drug: int, first: str, last: str, dose: str) -> dict[str, object]:
    return {
        "dose_era_id": number, "person_id": 1, "drug_concept_id": drug, "unit_concept_id": 8576,
        "dose_value": Decimal(dose), "dose_era_start_date": date.fromisoformat(first),
        "dose_era_end_date": date.fromisoformat(last),
    }  # fmt: skip


def _exposed(
    folder: Path, exposures: list[dict[str, object]], eras: list[dict[str, object]]
) -> Exposure:
    """The exposure of one person, observed throughout, over the 28 days that end on AT."""
    period = {
        "observation_period_id": 1, "person_id": 1, "period_type_concept_id": 32817,
        "observation_period_start_date": date(2020, 1, 1),
        "observation_period_end_date": date(2024, 12, 31),
    }  # fmt: skip
    person: dict[str, object] = {
        "person_id": 1, "gender_concept_id": 8532, "year_of_birth": 1990,
    }  # fmt: skip
    rows: dict[str, list[dict[str, object]]] = {
        "person": [person],
        "observation_period": [period],
        "drug_exposure": exposures,
        "dose_era": eras,
    }
    tables = {name: table_of(name, rows.get(name, ())) for name in TABLES}
    dataset = write_dataset(
        folder / "data", tables, source="test", data_cut=date(2024, 12, 31), mapped=CODED
    )
    (row,) = drug_exposure("glucocorticoid", dataset, at=AT, lookback=LOOKBACK)
    return row


def test_a_pulse_counts_into_no_other_dose(tmp_path: Path) -> None:
    """Section 10: methylprednisolone 4 mg is prednisone 5 mg; 3 x 500 mg is 1,875 mg of it."""
    row = _exposed(
        tmp_path,
        [
            _taken(1, PREDNISONE, "2024-10-01", "2024-12-31", BY_MOUTH),
            _taken(2, METHYLPREDNISOLONE, "2024-11-29", "2024-12-01", BY_VEIN),
        ],
        [
            _era(1, PREDNISONE, "2024-10-01", "2024-12-31", "10"),
            _era(2, METHYLPREDNISOLONE, "2024-11-29", "2024-12-01", "500"),
        ],
    )
    assert (row.daily, row.cumulative, row.mean_daily) == (10, 280, 10)
    assert (row.pulses, row.why_pulses, row.why_daily) == (1875, None, None)


def test_without_a_route_or_by_another_nothing_is_a_pulse(tmp_path: Path) -> None:
    for place, route in enumerate((None, 0, BY_MOUTH)):
        row = _exposed(
            tmp_path / str(place),
            [_taken(1, METHYLPREDNISOLONE, "2024-11-29", "2024-12-01", route)],
            [_era(1, METHYLPREDNISOLONE, "2024-11-29", "2024-12-01", "500")],
        )
        assert (row.daily, row.cumulative, row.pulses) == (625, 1875, 0)


def test_both_ways_on_the_days_of_one_era_cannot_be_told_apart(tmp_path: Path) -> None:
    row = _exposed(
        tmp_path,
        [
            _taken(1, METHYLPREDNISOLONE, "2024-11-01", "2024-12-01", BY_MOUTH),
            _taken(2, METHYLPREDNISOLONE, "2024-11-29", "2024-12-01", BY_VEIN),
        ],
        [_era(1, METHYLPREDNISOLONE, "2024-11-01", "2024-12-01", "16")],
    )
    assert (row.daily, row.cumulative) == (20, 560)
    assert (row.pulses, row.why_pulses) == (0, Reason.NO_DOSE)


def test_a_pulse_without_a_dose_leaves_the_daily_dose_known(tmp_path: Path) -> None:
    row = _exposed(
        tmp_path,
        [
            _taken(1, PREDNISONE, "2024-10-01", "2024-12-31", None),
            _taken(2, METHYLPREDNISOLONE, "2024-11-29", "2024-12-01", BY_VEIN),
        ],
        [_era(1, PREDNISONE, "2024-10-01", "2024-12-31", "10")],
    )
    assert (row.daily, row.why_daily, row.cumulative, row.why_cumulative) == (10, None, 280, None)
    assert (row.pulses, row.why_pulses) == (0, Reason.NO_DOSE)
