"""Days of which FHIR tells only a month, a year or nothing: the first and the last possible one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    PATIENT,
    PREDNISONE,
    RXNORM,
    coded,
    condition,
    lines,
    read_here,
    rows_of,
    state,
)

CUT = date(2024, 6, 30)


def spans(folder: Path, *resources: Mapping[str, object]) -> list[tuple[object, ...]]:
    found = read_here(folder, *resources, data_cut=CUT)
    return [
        (row["fact_table"], row["date_column"], row["first_date"], row["last_date"])
        for row in rows_of(found, "imprecise_date")
    ]


def test_a_year_is_any_of_its_days(tmp_path: Path) -> None:
    found = spans(tmp_path, condition(onsetDateTime="2015"))
    table, column = "condition_occurrence", "condition_start_date"
    assert found == [(table, column, date(2015, 1, 1), date(2015, 12, 31))]
    assert spans(tmp_path, condition()) == []


def test_a_month_ends_with_the_data(tmp_path: Path) -> None:
    found = spans(tmp_path, condition(onsetDateTime="2024-06"))
    assert found[0][2:] == (date(2024, 6, 1), date(2024, 6, 30))


def test_a_row_carries_a_day_on_which_it_can_have_begun(tmp_path: Path) -> None:
    # The patient was born in March of that year, and the disease was over in October.
    born = {**PATIENT, "birthDate": "2015-03-04"}
    sick = condition(onsetDateTime="2015", abatementDateTime="2015-10-01")
    found = read_here(tmp_path, files={"a.ndjson": lines(born, sick)}, data_cut=CUT)
    row = rows_of(found, "condition_occurrence")[0]
    assert row["condition_start_date"] == row["condition_end_date"] == date(2015, 10, 1)


def test_what_is_over_ended_between_its_start_and_the_end_of_the_data(tmp_path: Path) -> None:
    over = condition(clinicalStatus=state("condition-clinical", "resolved"))
    assert spans(tmp_path, over) == [
        ("condition_occurrence", "condition_end_date", date(2020, 5, 1), CUT)
    ]


def test_a_death_without_a_day_is_after_the_last_record(tmp_path: Path) -> None:
    dead = {**PATIENT, "deceasedBoolean": True}
    found = read_here(tmp_path, files={"a.ndjson": lines(dead, condition())}, data_cut=CUT)
    assert rows_of(found, "death")[0]["death_date"] == CUT
    span = rows_of(found, "imprecise_date")[0]
    assert (span["fact_table"], span["first_date"]) == ("death", date(2020, 5, 1))


def test_what_goes_on_ends_with_the_data(tmp_path: Path) -> None:
    stay = {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "in-progress",
        "class": {"code": "IMP"},
        **ABOUT,
        "period": {"start": "2024-06-01"},
    }
    taken = {
        "resourceType": "MedicationStatement",
        "id": "t1",
        "status": "active",
        **ABOUT,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        "effectivePeriod": {"start": "2024-01-01"},
    }
    assert spans(tmp_path, stay, taken) == []
    found = read_here(tmp_path, stay, taken, data_cut=CUT)
    assert rows_of(found, "visit_occurrence")[0]["visit_end_date"] == CUT
    assert rows_of(found, "drug_exposure")[0]["drug_exposure_end_date"] == CUT
    # Nothing says when the others ended.
    over = {**taken, "status": "completed", "effectivePeriod": None, "dateAsserted": "2024-01-01"}
    row = rows_of(read_here(tmp_path, over, data_cut=CUT), "drug_exposure")[0]
    assert row["drug_exposure_end_date"] == date(2024, 1, 1)


def test_two_days_of_a_death_are_all_between_them(tmp_path: Path) -> None:
    """R4 `Patient.link` "replaced-by": what the duplicate said of the person is not lost."""
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]
    double = {**PATIENT, "id": "p0", "link": link, "deceasedDateTime": "2023-05-01"}
    for own, days in (
        ({}, (date(2023, 5, 1), date(2023, 5, 1))),
        ({"deceasedDateTime": "2023-05-01"}, (date(2023, 5, 1), date(2023, 5, 1))),
        ({"deceasedDateTime": "2023-06-03"}, (date(2023, 5, 1), date(2023, 6, 3))),
    ):
        held = {"a.ndjson": lines(double, {**PATIENT, **own}, condition())}
        found = read_here(tmp_path, files=held, data_cut=CUT)
        (death,) = rows_of(found, "death")
        spans = [(s["first_date"], s["last_date"]) for s in rows_of(found, "imprecise_date")]
        assert spans == ([] if days[0] == days[1] else [days])
        assert death["death_date"] == days[1]
