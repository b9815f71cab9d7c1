"""Which rows of DRUG_STRENGTH are kept, and which of them give a fixed amount.

What the columns mean is the OMOP CDM 5.4 specification's (OHDSI): valid rows have no
`invalid_reason` and end on 2099-12-31; `denominator_unit_concept_id` is filled for concentrations;
`box_size` counts the pieces of a box. Which of them give a dose: OHDSI, "How to Calculate Drug
Dose", case 1.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from remit.facts.intake.omop.drug_strengths import single_strengths
from remit.facts.tables import TABLES
from remit.facts.vocabulary.strength_rows import KeptStrengths, kept_strengths

MG, G, ML = 8576, 8504, 8587
_ROW = {"drug_concept_id": 900, "ingredient_concept_id": 7}
TABLET: Mapping[str, object] = {**_ROW, "amount_value": "5", "amount_unit_concept_id": str(MG)}


def kept(*rows: Mapping[str, object], drugs: tuple[int, ...] = (900,)) -> KeptStrengths:
    names = dict.fromkeys(name for row in rows for name in row)
    table = pa.table({name: [row.get(name) for row in rows] for name in names})
    return kept_strengths(table.to_batches(), drugs)


def test_a_tablet_of_one_ingredient_has_a_fixed_amount() -> None:
    found = kept(TABLET, {**TABLET, "drug_concept_id": 901})
    assert found.rows.schema == TABLES["drug_strength"].schema
    (row,) = found.rows.to_pylist()
    assert (row["amount_value"], row["amount_unit_concept_id"]) == (Decimal(5), MG)
    assert single_strengths(found) == {900: (7, 5_000_000, MG)}
    assert (found.read, found.others) == (2, 1)


@pytest.mark.parametrize(
    "ends",
    [
        {"invalid_reason": "D"},
        {"invalid_reason": "U"},
        {"valid_end_date": "20200101"},
        {"valid_end_date": "2099-12-30"},
        {"invalid_reason": "D", "valid_end_date": "nonsense"},
    ],
)
def test_a_row_that_ended_is_not_read(ends: Mapping[str, object]) -> None:
    found = kept({**TABLET, **ends})
    assert (found.read, found.ended, found.rows.num_rows) == (1, 1, 0)
    assert single_strengths(found) == {}
    # Beside a valid row it counts for nothing.
    found = kept({**TABLET, "amount_value": "6", **ends}, {**TABLET, **dict.fromkeys(ends)})
    assert single_strengths(found) == {900: (7, 5_000_000, MG)}


@pytest.mark.parametrize("end", ["20991231", "2099-12-31", "2099-12-31 00:00:00", "", None])
def test_a_row_that_goes_on_is_valid(end: str | None) -> None:
    assert single_strengths(kept({**TABLET, "valid_end_date": end, "invalid_reason": " "}))


def test_days_and_numbers_of_databases_are_read_alike() -> None:
    plain = kept(TABLET).rows
    for amount, unit, end in itertools.product(
        (5, 5.0, Decimal("5.000000"), "5e0", " 5 ", "+5.00", "05"),
        (MG, float(MG), f"{MG}.0", Decimal(MG)),
        (date(2099, 12, 31), "20991231"),
    ):
        row = {**_ROW, "amount_value": amount, "amount_unit_concept_id": unit}
        assert kept({**row, "valid_end_date": end}).rows.equals(plain), (amount, unit, end)


def test_a_combination_has_no_single_strength() -> None:
    found = kept(TABLET, {**TABLET, "ingredient_concept_id": 8})
    assert found.rows.num_rows == 2
    assert single_strengths(found) == {}


def test_two_rows_that_contradict_each_other_give_no_strength() -> None:
    found = kept(TABLET, {**TABLET, "amount_value": "10"})
    assert (found.rows.num_rows, found.again) == (2, 0)
    assert single_strengths(found) == {}


def test_a_row_that_stands_twice_counts_once() -> None:
    found = kept(TABLET, {**TABLET, "amount_value": "5.0"}, TABLET)
    assert (found.rows.num_rows, found.again) == (1, 2)
    assert single_strengths(found) == {900: (7, 5_000_000, MG)}


@pytest.mark.parametrize(
    "form",
    [
        {"denominator_unit_concept_id": ML},
        {"denominator_value": "5"},
        {"numerator_value": "5"},
        {"numerator_unit_concept_id": MG},
        {"amount_unit_concept_id": ML},
        {"amount_unit_concept_id": None},
        {"amount_value": None},
        {"amount_value": "0"},
        {"amount_value": "-5"},
        {"box_size": "30"},
        {"box_size": "0"},
    ],
)
def test_other_forms_have_no_fixed_amount(form: Mapping[str, object]) -> None:
    found = kept({**TABLET, **form})
    assert found.rows.num_rows == 1
    assert single_strengths(found) == {900: (7, 0, 0)}


def test_a_box_of_one_piece_is_that_piece() -> None:
    assert single_strengths(kept({**TABLET, "box_size": "1"})) == {900: (7, 5_000_000, MG)}


@pytest.mark.parametrize(
    ("amount", "held"),
    [
        ("0.0000125", None),  # of no whole number of millionths: a dose would be rounded
        ("0.000001", 1),
        ("0.30000000000000004", 300_000),  # what reckoning with doubles leaves behind
        ("1e-18", None),
        ("99999999999999999999", None),
        ("1234567890123.5", None),  # beyond what a dose can hold
        ("12345678901.123456", 12_345_678_901_123_456),
    ],
)
def test_amounts_are_kept_exactly_and_never_rounded_to_a_dose(
    amount: str, held: int | None
) -> None:
    found = kept({**TABLET, "amount_value": amount, "amount_unit_concept_id": G})
    assert found.rows["amount_value"].to_pylist() == [Decimal(amount)]
    assert single_strengths(found) == {900: (7, held, G) if held else (7, 0, 0)}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"amount_value": "5 mg"}, "amount_value is no number"),
        ({"amount_value": "5,0"}, "amount_value is no number"),
        ({"amount_value": "Infinity"}, "amount_value is no number"),
        ({"amount_value": "1_0"}, "amount_value is no number"),
        ({"amount_value": "٥"}, "amount_value is no number"),
        ({"amount_value": "1e400"}, "more digits than can be held"),
        ({"amount_value": "1e-19"}, "more digits than can be held"),
        ({"amount_value": "9" * 21}, "more digits than can be held"),
        ({"amount_value": "9" * 500}, "amount_value is no number"),
        ({"amount_unit_concept_id": "mg"}, "amount_unit_concept_id is no whole number"),
        ({"amount_unit_concept_id": "8576.5"}, "amount_unit_concept_id is no whole number"),
        ({"box_size": "many"}, "box_size is no whole number"),
        ({"ingredient_concept_id": None}, "no ingredient_concept_id"),
        ({"ingredient_concept_id": "0"}, "no ingredient_concept_id"),
        ({"ingredient_concept_id": "99999999999"}, "ingredient_concept_id is no whole number"),
        ({"valid_end_date": "soon"}, "valid_end_date is no day"),
        ({"valid_end_date": "20990230"}, "valid_end_date is no day"),
    ],
)
def test_a_row_that_cannot_be_read_leaves_its_drug_in_doubt(
    fault: Mapping[str, object], said: str
) -> None:
    wrong = {name: None if value is None else str(value) for name, value in TABLET.items()}
    found = kept({**wrong, **fault}, wrong, {**wrong, "drug_concept_id": "901"}, drugs=(900, 901))
    ((reason, drugs),) = found.refused.items()
    assert said in reason
    assert drugs == (900,)
    # Nobody can tell what it would have said: it may be a second ingredient.
    assert single_strengths(found) == {901: (7, 5_000_000, MG)}
    assert found.read == found.rows.num_rows + 1


def test_the_order_of_rows_says_nothing() -> None:
    rows = [
        TABLET,
        {**TABLET, "amount_value": "10"},
        {**TABLET, "ingredient_concept_id": 8, "amount_value": None},
        {**TABLET, "drug_concept_id": 901, "denominator_unit_concept_id": ML},
    ]
    first, *others = (kept(*order, drugs=(900, 901)) for order in itertools.permutations(rows))
    assert first.rows["drug_strength_id"].to_pylist() == [1, 2, 3, 4]
    assert all(other.rows.equals(first.rows) for other in others)


def test_drugs_of_any_type_and_none() -> None:
    rows = [{**TABLET, "drug_concept_id": drug} for drug in ("900", "900.0", " 900 ")]
    assert kept(*rows).again == 2
    odd = [{**TABLET, "drug_concept_id": drug} for drug in ("", None, "x", "-900", "0", "9" * 30)]
    assert kept(*odd, drugs=(900, 0, -900)).others == len(odd)
    assert kept({"other": 1}).others == 1
    assert kept_strengths([], (900,)) == KeptStrengths()
