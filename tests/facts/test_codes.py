"""The one resolution of codes, and tables in memory as an opened dataset."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from remit.errors import DatasetError
from remit.facts.codes import NO_VOCABULARY, codes_of
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import facts_in_memory
from remit.facts.tables import TABLES

CUT = date(2025, 6, 30)
PAIRS = ((10, 11), (10, 12), (20, 21), (10, 10))


def ancestry(*pairs: tuple[int, int]) -> pa.Table:
    rows = [{"ancestor_concept_id": a, "descendant_concept_id": b} for a, b in pairs]
    return pa.Table.from_pylist(rows, schema=TABLES["concept_ancestor"].schema)


def test_what_a_concept_excludes_is_none_of_it_nor_is_anything_below() -> None:
    """OHDSI/PhenotypeLibrary takes drug-induced lupus (4063581) out of SLE (257628)."""
    lupus = packaged_dictionary().concept("sle")
    (listed, *_) = (code.omop for code in lupus.codes if code.omop == 257628)
    assert listed is not None
    codes = codes_of(
        ancestry((listed, 4063581), (listed, 9_000_001), (listed, 9_000_002), (4063581, 9_000_002))
    )
    plain = replace(lupus, excludes=())
    assert {4063581, 9_000_001, 9_000_002} < set(codes.ids_of_concepts([plain]))
    without = set(codes.ids_of_concepts([replace(lupus, excludes=(4063581,))]))
    assert not {4063581, 9_000_002} & without
    assert {listed, 9_000_001} < without


def test_a_listed_code_stays_with_all_below_it_though_it_lies_below_an_excluded_one() -> None:
    lupus = packaged_dictionary().concept("sle")
    codes = codes_of(ancestry((9_000_001, 257628), (9_000_001, 9_000_002), (257628, 9_000_002)))
    found = codes.ids_of_concepts([replace(lupus, excludes=(9_000_001,))])
    assert {257628, 9_000_002} <= set(found)


@pytest.mark.parametrize(
    ("rows", "known"),
    [
        (((10, 11),), {11}),  # a table without a row of itself is believed
        (((11, 11), (10, 11)), {11}),
        (((12, 12), (10, 11)), set()),  # something above 11 is not there
        (((10, 10), (11, 11)), {11}),
    ],
)
def test_a_row_of_itself_says_that_all_above_a_code_is_known(
    rows: tuple[tuple[int, int], ...], known: set[int]
) -> None:
    codes = codes_of(ancestry(*rows), occurring={"visit_occurrence": frozenset({11})})
    assert codes.vocabulary == known


def visits(*codes: int) -> pa.Table:
    day = date(2025, 1, 1)
    rows = [
        {
            "visit_occurrence_id": number,
            "person_id": 1,
            "visit_concept_id": code,
            "visit_start_date": day,
            "visit_end_date": day,
            "visit_type_concept_id": 0,
        }
        for number, code in enumerate(codes)
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["visit_occurrence"].schema)


def test_a_code_means_itself_and_all_below_it() -> None:
    codes = codes_of(ancestry(*PAIRS))
    assert codes.ids_of([10]) == (10, 11, 12)
    assert codes.ids_of([20, 10, 10]) == (10, 11, 12, 20, 21)
    assert codes.ids_of([11]) == (11,), "nothing lies below it"
    assert codes.ids_of([]) == ()
    assert NO_VOCABULARY.ids_of([10]) == (10,)


def test_codes_that_no_row_carries_are_left_out_but_never_the_concepts_own() -> None:
    facts = facts_in_memory(
        {"concept_ancestor": ancestry(*PAIRS), "visit_occurrence": visits(12, 21)}, data_cut=CUT
    )
    assert facts.codes.ids_of([10]) == (10, 12)
    assert facts.codes.occurring is not None
    assert facts.codes.occurring["visit_occurrence"] == {12, 21}


def test_tables_in_memory_are_facts() -> None:
    with facts_in_memory(
        {"visit_occurrence": visits(9, 7)}, data_cut=CUT, complete=("drug_exposure",)
    ) as facts:
        assert facts.data_cut == CUT
        assert facts.complete == {"drug_exposure"}
        assert facts.rows("visit_occurrence", ["visit_concept_id"]).num_rows == 2
        assert facts.rows("measurement", ["place", "kind"]).num_rows == 0
        assert facts.rows("person").column_names == TABLES["person"].schema.names


def test_tables_in_memory_are_held_against_their_declaration() -> None:
    with pytest.raises(DatasetError, match="nobody knows a table 'labs'"):
        facts_in_memory({"labs": visits()}, data_cut=CUT)
    with pytest.raises(DatasetError, match="lacks the column"):
        facts_in_memory({"person": visits()}, data_cut=CUT)
