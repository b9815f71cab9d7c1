"""The one resolution of codes, and tables in memory as an opened dataset."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from remit.errors import DatasetError
from remit.facts.codes import NO_VOCABULARY, codes_of
from remit.facts.opened import facts_in_memory
from remit.facts.tables import TABLES

CUT = date(2025, 6, 30)
PAIRS = ((10, 11), (10, 12), (20, 21), (10, 10))


def ancestry(*pairs: tuple[int, int]) -> pa.Table:
    rows = [{"ancestor_concept_id": a, "descendant_concept_id": b} for a, b in pairs]
    return pa.Table.from_pylist(rows, schema=TABLES["concept_ancestor"].schema)


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
