"""What unknown verdicts hang on: codes and units that nobody could read, and undeclared tables."""

from __future__ import annotations

from datetime import date

from remit.protocol import read_protocol_text
from remit.screening import screen_dataset
from remit.screening.open_verdicts import OpenCause, OpenVerdicts, open_verdicts
from remit.testing import Row, small_facts, study_text

CUT = date(2024, 6, 30)
PROTOCOL = read_protocol_text(
    study_text(
        {
            "A": "not any rituximab in [screening - 1 year, screening]",
            "B": "latest platelets in [screening - 1 year, screening] > 50 10*9/L",
            "C": "age at screening >= 18 years",
        }
    ),
    source="test",
)
DRUG: Row = {"concept": 999_001, "table": "drug_exposure", "date": "2024-02-01"}


def _found(*rows: Row, mapped: tuple[str, ...] = ()) -> OpenVerdicts:
    everyone: list[Row] = [
        {"person_id": person, "anchor": "screening", "date": "2024-03-31"} for person in (1, 2, 3)
    ]
    facts = small_facts([*everyone, *rows], data_cut=CUT, mapped=mapped, own_codes=())
    screening = screen_dataset(PROTOCOL, facts)
    return open_verdicts((screening, screening))


def test_a_code_counts_the_verdicts_of_those_who_carry_it() -> None:
    found = _found(DRUG, {**DRUG, "person_id": 2}, mapped=("drug_exposure",))
    # Criterion A of persons 1 and 2, in two screenings.
    assert found.causes == (OpenCause("code", "drug_exposure", "999001", 4, 2),)
    study = found.studies[0]
    assert (study.persons, study.verdicts, study.hanging) == (3, 9, 2)
    assert (study.undated, study.unsigned) == (0, 0)


def test_an_undeclared_table_is_no_code() -> None:
    found = _found()
    assert found.causes == (OpenCause("undeclared", "drug_exposure", "", 6, 3),)


def test_a_unit_counts_the_verdicts_of_its_values() -> None:
    value: Row = {"concept": "platelets", "date": "2024-03-01", "number": "60"}
    found = _found(
        {**value, "unit_text": "furlongs"},
        {**value, "person_id": 2},
        {**value, "person_id": 3, "unit": "10*9/L"},
        mapped=("drug_exposure",),
    )
    assert set(found.causes) == {
        OpenCause("unit", "measurement", "furlongs", 2, 1),
        OpenCause("unit", "measurement", "(no unit)", 2, 1),
    }


def test_without_a_date_nothing_hangs_on_codes() -> None:
    facts = small_facts([DRUG], data_cut=CUT, mapped=())
    found = open_verdicts((screen_dataset(PROTOCOL, facts),))
    assert found.causes == ()
    assert (found.studies[0].undated, found.studies[0].hanging) == (3, 0)


def test_no_screening_has_no_causes() -> None:
    assert open_verdicts(()) == OpenVerdicts((), ())
