"""The worklist: its order, its words and its columns, written by hand from the rows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from remit.protocol import Protocol, protocol_named, read_protocol, read_protocol_text
from remit.screening import screen_dataset
from remit.screening.worklist import natural_key, worklist_rows, worklist_table
from remit.testing import Row, small_facts, study_text
from screening.named_facts import named_facts

CUT = date(2024, 12, 31)
PLATELETS = "platelets >= 50 10*9/L"
PROTEIN = "any urine_protein_24h in [screening - 90 days, screening] > 1 g/d confirmed within "
CRITERIA = {"A": PLATELETS, "B": f"{PROTEIN}[1 day, 14 days]", "C": "crp < 5 mg/L"}


def protocol(criteria: dict[str, str] | None = None) -> Protocol:
    return read_protocol_text(study_text(criteria or CRITERIA), source="test")


def person(number: int, *rows: Row, screened: bool = True) -> list[Row]:
    anchor: list[Row] = [{"anchor": "screening", "date": "2024-06-01"}]
    # Somebody of whom nothing is known is born all the same.
    born: list[Row] = [{"birth": "1990-06-15"}]
    return [{"person_id": number, **row} for row in [*born, *(anchor if screened else []), *rows]]


def value(concept: str, number: str, unit: str, day: str = "2024-05-20") -> Row:
    return {"concept": concept, "date": day, "number": number, "unit": unit}


GOOD = value("platelets", "80", "10*9/L")
LOW = value("platelets", "42", "10*9/L")
QUIET = value("crp", "2", "mg/L")
LOUD = value("crp", "9", "mg/L")
ONCE = value("urine_protein_24h", "1.4", "g/d")
TWICE = value("urine_protein_24h", "1.2", "g/d", "2024-05-27")
DIED: Row = {"died": "2024-03-01"}


def test_the_nearest_to_eligible_stands_first_and_the_dead_last() -> None:
    rows = [
        *person(1, LOW, LOUD),  # two failing, one open
        *person(2, GOOD, QUIET, ONCE, TWICE, DIED),
        *person(3, GOOD),  # two open
        *person(4, LOW, QUIET, ONCE, TWICE),  # one failing
        *person(5, GOOD, QUIET, ONCE, TWICE),
        *person(6, GOOD, QUIET, ONCE),  # one open
        *person(7, screened=False),
    ]
    screening = screen_dataset(protocol(), small_facts(rows, data_cut=CUT))
    table = worklist_table(screening)
    assert table["person"].to_pylist() == ["5", "6", "3", "7", "4", "1", "2"]
    assert table["status"].to_pylist() == ["eligible", *["open"] * 3, *["not eligible"] * 3]
    assert table["note"].to_pylist() == [
        *[None] * 3,
        "no date of screening",
        *[None] * 2,
        "died on 2024-03-01",
    ]
    found = {row["person"]: row for row in table.to_pylist()}
    assert found["5"] == {
        "person": "5",
        "cohort": None,
        "status": "eligible",
        "screening_date": date(2024, 6, 1),
        "note": None,
        "first_reason": None,
        "failing_count": 0,
        "failing": None,
        "open_count": 0,
        "open": None,
        "open_titles": None,
        "settled_by": None,
        "signed_by": None,
    }
    # The one thing that would settle it.
    confirm = "B: Urine protein in 24 hours: no second record confirms it"
    assert (found["6"]["first_reason"], found["6"]["settled_by"]) == (confirm, confirm)
    assert (found["6"]["open"], found["6"]["open_titles"]) == ("B", "B None")
    assert found["3"]["settled_by"] == (
        "B: Urine protein in 24 hours: fewer than two records in the window; "
        "C: C-reactive protein: no record in the window"
    )
    # Without the date nothing else can be said: it alone is named, for all that wait for it.
    assert found["7"]["settled_by"] == "A, B, C: the date of screening"
    assert found["7"]["screening_date"] is None
    assert found["1"]["first_reason"] == "A: Platelet count 42 10⁹/L, 2024-05-20"
    assert (found["1"]["failing"], found["1"]["failing_count"]) == ("A C", 2)
    assert (found["1"]["open"], found["1"]["settled_by"]) == ("B", None)
    assert found["2"]["first_reason"] == "died on 2024-03-01"
    assert screening.worklist().to_arrow().equals(table)


def test_the_first_rows_are_those_of_the_whole_list() -> None:
    rows = [*person(1, LOW), *person(2, GOOD, QUIET, ONCE), *person(3, GOOD)]
    screening = screen_dataset(protocol(), small_facts(rows, data_cut=CUT))
    whole = worklist_rows(screening)
    assert worklist_rows(screening, most=2) == whole[:2]
    assert worklist_rows(screening, most=0) == ()


def test_who_must_sign_is_told_by_the_protocol() -> None:
    study = protocol_named("nct06167174")
    rows: list[Row] = [
        {"anchor": "screening", "date": "2024-06-01", "study": study.id},
        {"birth": "1990-01-01"},
    ]
    screening = screen_dataset(study, small_facts(rows, data_cut=CUT))
    (row,) = worklist_rows(screening)
    # No biopsy: not eligible, so nobody is asked to sign.
    assert (row.signatures, row.facts) == ({}, {})


SIGNED = """
[attestations.consent]
text = "The person has given informed consent."
asks = "the investigator who took consent"

[attestations.diet]
text = "The person keeps to the diet."
asks = "the patient"

[attestations.fertile]
text = "The person can conceive."
asks = "the investigator who took consent"
"""


def test_signatures_are_grouped_by_who_gives_them(tmp_path: Path) -> None:
    text = study_text(
        {
            "I1": "attested consent",
            "I2": "attested diet",
            "I3": "if attested fertile then attested diet",
            "I4": PLATELETS,
        }
    )
    text = text.replace('state = "executable"', 'state = "needs_attestation"', 3)
    head, marked, rest = text.partition("\n[[criteria]]")
    file = tmp_path / "own.toml"
    file.write_text(head + SIGNED + marked + rest, encoding="utf-8")
    study = read_protocol(file)
    facts = small_facts(person(1, GOOD), data_cut=CUT)
    (row,) = worklist_table(screen_dataset(study, facts)).to_pylist()
    assert row["open"] == "I1 I2 I3"
    # The fewest: who cannot conceive passes I3 by that answer alone.
    assert row["settled_by"] == (
        "I1: signature: The person has given informed consent; "
        "I2: signature: The person keeps to the diet; "
        "I3: signature (no): The person can conceive"
    )
    assert row["signed_by"] == "the investigator who took consent: I1, I3; the patient: I2"


def test_ids_stand_as_they_came_and_in_their_natural_order(tmp_path: Path) -> None:
    rows = [*person(1, GOOD, QUIET), *person(2, GOOD, QUIET), *person(3, GOOD, QUIET)]
    names = {1: "LN-10", 2: "LN-9", 3: "0012"}
    facts = named_facts(rows, names, data_cut=CUT, folder=tmp_path / "facts")
    table = worklist_table(screen_dataset(protocol(), facts))
    assert table["person"].to_pylist() == ["0012", "LN-9", "LN-10"]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["P10", "P9", "P1"], ["P1", "P9", "P10"]),
        (["b-2-1", "a-10-1", "A-9-3"], ["A-9-3", "a-10-1", "b-2-1"]),
        (["10", "9", "0012"], ["9", "10", "0012"]),
        (["x²", "x2", "x" + "9" * 5000], ["x2", "x" + "9" * 5000, "x²"]),
    ],
)
def test_the_natural_order(names: list[str], expected: list[str]) -> None:
    assert sorted(names, key=natural_key) == expected


def test_each_cohort_has_a_row() -> None:
    study = protocol_named("umin000042298")
    rows: list[Row] = [
        {"anchor": "consent", "date": "2024-06-01", "study": study.id},
        {"anchor": "screening", "date": "2024-06-01", "study": study.id},
        {"birth": "2015-01-01"},
    ]
    table = worklist_table(screen_dataset(study, small_facts(rows, data_cut=CUT)))
    assert sorted(table["cohort"].to_pylist()) == sorted(group.id for group in study.cohorts)
    reasons = set(table["first_reason"].to_pylist())
    assert reasons == {"I0a: age 9 years, 2024-06-01"}


def test_of_nobody_the_list_is_empty() -> None:
    screening = screen_dataset(protocol(), small_facts([], data_cut=CUT))
    table = worklist_table(screening)
    assert (table.num_rows, table.column_names[:3]) == (0, ["person", "cohort", "status"])


def test_where_all_died_each_is_told() -> None:
    rows = [*person(1, GOOD, DIED), *person(2, LOW, DIED)]
    table = worklist_table(screen_dataset(protocol(), small_facts(rows, data_cut=CUT)))
    assert set(table["first_reason"].to_pylist()) == {"died on 2024-03-01"}
    assert table["failing"].to_pylist() == [None, "A"]


BIOPSY = "any renal_biopsy in [screening - 90 days, screening]"
UNWATCHED: Row = {"observed": None}


@pytest.mark.parametrize(
    ("criterion", "settled_by"),
    [
        # One of the two records that confirm each other says nothing.
        (CRITERIA["B"], "Urine protein in 24 hours: fewer than two records in the window"),
        (
            "slope of creatinine in [screening - 90 days, screening] per year > 0 umol/L",
            "Serum creatinine: fewer than two records in the window",
        ),
        # Days without a record would keep her out: it is the record that is missing.
        (
            BIOPSY,
            "Renal biopsy: no record in the window, and the records do not cover the whole window",
        ),
        (f"not {BIOPSY}", "Renal biopsy: the records do not cover the whole window"),
    ],
)
def test_what_is_told_to_settle_a_criterion_does(criterion: str, settled_by: str) -> None:
    facts = small_facts(person(1, UNWATCHED), data_cut=CUT)
    (row,) = worklist_table(screen_dataset(protocol({"I1": criterion}), facts)).to_pylist()
    assert row["settled_by"] == f"I1: {settled_by}"
