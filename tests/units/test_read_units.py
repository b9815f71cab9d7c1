"""Units are read through the one table wherever a text names one: records, forms, visit tables."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

import remit
from remit.errors import InstrumentError
from remit.instruments.written_numbers import Answer
from remit.testing import Row, small_facts, study_text, verdicts

DAY = "2024-03-20"


def status(expression: str, **record: object) -> str:
    """The answer of a criterion for one record with the unit as a laboratory wrote it."""
    rows: list[Row] = [
        {"anchor": "screening", "date": "2024-03-31"},
        {"date": DAY, **record},
    ]
    facts = small_facts(rows, data_cut=date(2024, 6, 30))
    return verdicts(study_text({"E1": expression}), facts)[1]["E1"]


@pytest.mark.parametrize(
    ("number", "unit_text"),
    [
        ("90", "G/L"),
        ("90", "x10E9/L"),
        ("90", "K/cumm"),
        ("9", "万/μL"),
        ("0.9", "lakhs/cumm"),
        ("90000", "{cells}/uL"),
        ("90", "×10³／μＬ"),
    ],
)
def test_a_record_is_read_in_the_unit_of_its_slip(number: str, unit_text: str) -> None:
    count = {"concept": "platelets", "number": number, "unit_text": unit_text}
    assert status("platelets < 90.1 10*9/L", **count) == "met"
    assert status("platelets > 89.9 10*9/L", **count) == "met"


@pytest.mark.parametrize("omop_id", [8784, 8785, 8888, 8647])
def test_cells_per_volume_have_ids_of_their_own(omop_id: int) -> None:
    """OMOP 8784, 8785, 8888: cells per microlitre, per cubic millimetre, cells per cubic one."""
    count = {"concept": "platelets", "number": "90000", "unit": omop_id}
    assert status("platelets < 100 10*9/L", **count) == "met"


def test_grams_in_capitals_are_no_count_of_complement() -> None:
    """`G/L` is giga per litre: a protein in it is unknown, unless its id says gram."""
    c3 = {"concept": "c3", "number": "0.5", "unit_text": "G/L"}
    assert status("c3 < 0.9 g/L", **c3) == "unknown(unit_unknown)"
    assert status("c3 < 0.9 g/L", **c3, unit="g/L") == "met"


def test_the_unit_of_an_enzyme_has_two_names() -> None:
    for text in ("U/l", "IU/l", "UI/L", "u/L"):
        assert status("alt < 121 U/L", concept="alt", number="120", unit_text=text) == "met"
    for limit, answer in (("119.9", "met"), ("120.1", "not_met")):
        katal = {"concept": "alt", "number": "2", "unit_text": "µkat/L"}
        assert status(f"alt > {limit} U/L", **katal) == answer


def test_relative_units_of_a_kit_are_known_and_never_converted() -> None:
    kit: dict[str, object] = {"concept": "anti_dsdna", "number": "120", "unit_text": "RU/mL"}
    assert status("anti_dsdna > 30 [IU]/mL", **kit) == "unknown(unit_unknown)"
    assert status("anti_dsdna > 1 * uln", **kit, high="30") == "met"


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("124 mcmol/L", "124 umol/L"),
        ("1.4 ㎎/㎗", "1.4 mg/dL"),
        ("１．４ ｍｇ／ｄＬ", "1.4 mg/dL"),
        ("1.4 MG/DL", "1.4 mg/dL"),
    ],
)
def test_a_form_is_read_in_the_unit_that_is_typed(written: str, plain: str) -> None:
    def filtration(creatinine: str) -> str:
        form: dict[str, Answer] = {"age": 40, "sex": "female", "creatinine": creatinine}
        outcomes = {item.id: item.value for item in remit.score("egfr", form).outcomes}
        return outcomes["egfr_ckd_epi_2021"]

    assert filtration(written) == filtration(plain) != "not complete"


def test_a_visit_table_is_read_in_the_unit_of_its_column() -> None:
    def scores(unit: str) -> list[object]:
        table = pa.table({"platelets": [90.0, 300.0], "platelets.unit": [unit, unit]})
        rows = remit.score_visits("sledai_2k", table).to_arrow()
        return list(zip(rows["low"].to_pylist(), rows["high"].to_pylist(), strict=True))

    assert scores("x10E3/uL") == scores("G/l") == scores("10*9/L")


def test_a_hint_is_told_where_the_unit_has_digits_too() -> None:
    """A text with digits may hold a value and is not repeated; what is meant is told."""
    with pytest.raises(InstrumentError) as refused:
        remit.score("sledai_2k", {"platelets": "90 109/L"})
    assert refused.value.expected == "one of 10*9/L"
    assert "109" not in str(refused.value)
