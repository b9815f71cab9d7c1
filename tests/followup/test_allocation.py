"""An allocation that leaves open who is in which arm is refused; nobody becomes everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from remit.endpoints.definition_choice import chosen_definitions
from remit.endpoints.study_responses import adjudicate_study
from remit.errors import DatasetError
from remit.facts.opened import Facts
from remit.followup.allocation import arms_of_file, read_arms
from remit.protocol import protocol_named

STUDY = "NCT05631717"
PLAN = protocol_named("nct05631717")


def allocation(path: Path, **columns: Sequence[object] | pa.Array) -> Path:
    pq.write_table(pa.table(dict(columns)), path / "arms.parquet")
    return path / "arms.parquet"


def test_persons_and_arms_are_read(tmp_path: Path) -> None:
    path = allocation(tmp_path, person_id=[1, 2], arm=["drug", "placebo"])
    assert arms_of_file(path, STUDY) == {1: "drug", 2: "placebo"}


def test_one_file_may_hold_several_studies(tmp_path: Path) -> None:
    studies = ["OTHER", STUDY, " nct05631717 "]
    path = allocation(tmp_path, person_id=[1, 1, 2], arm=["a", "b", "c"], study=studies)
    assert arms_of_file(path, STUDY) == {1: "b", 2: "c"}


WRONG: Mapping[str, tuple[Mapping[str, object], str]] = {
    "in two arms": (
        {"person_id": [1, 2, 1], "arm": ["drug", "drug", "placebo"]},
        "in several arms, such as 'drug', 'placebo'",
    ),
    "twice in one arm": ({"person_id": [1, 1], "arm": ["drug", "drug"]}, "stands twice"),
    "text ids": ({"person_id": ["1", "2"], "arm": ["a", "b"]}, "person_id of the allocation"),
    "ids with decimals": ({"person_id": [1.0, 2.0], "arm": ["a", "b"]}, "person_id of the alloc"),
    "true and false": ({"person_id": [True, False], "arm": ["a", "b"]}, "person_id of the alloc"),
    "an empty id": ({"person_id": [1, None], "arm": ["a", "b"]}, "1 empty cells"),
    "an empty arm": ({"person_id": [1, 2], "arm": ["a", None]}, "1 empty cells"),
    "a blank arm": ({"person_id": [1, 2], "arm": ["a", " "]}, "a person has no arm"),
    "numbered arms": ({"person_id": [1, 2], "arm": [0, 1]}, "arm of the allocation"),
    "an empty study": ({"person_id": [1], "arm": ["a"], "study": [None]}, "study of the alloc"),
    "of another study": (
        {"person_id": [1], "arm": ["a"], "study": ["NCT06167174"]},
        "rows of NCT06167174",
    ),
    "no rows": (
        {"person_id": pa.array([], pa.int64()), "arm": pa.array([], pa.string())},
        "takes nobody into NCT05631717",
    ),
    "no rows of any type": (
        {"person_id": pa.array([], pa.null()), "arm": pa.array([], pa.null())},
        "does not fit",
    ),
    "without arms": ({"person_id": [1]}, "lacks a column"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_an_allocation_leaves_open_is_refused(tmp_path: Path, wrong: str) -> None:
    columns, said = WRONG[wrong]
    path = allocation(tmp_path, **columns)
    with pytest.raises(DatasetError) as refused:
        arms_of_file(path, STUDY)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_a_column_that_stands_twice_is_refused(tmp_path: Path) -> None:
    columns = [pa.array([1]), pa.array(["a"]), pa.array(["b"])]
    table = pa.Table.from_arrays(columns, names=["person_id", "arm", "arm"])
    pq.write_table(table, tmp_path / "arms.parquet")
    with pytest.raises(DatasetError, match="two columns of that name"):
        arms_of_file(tmp_path / "arms.parquet", STUDY)


def test_a_name_of_a_column_that_is_no_text_is_refused(tmp_path: Path) -> None:
    path = allocation(tmp_path, person_id=[1], arm=["a"])
    path.write_bytes(path.read_bytes().replace(b"person_id", b"person_\xff\xff"))
    with pytest.raises(DatasetError, match="the allocation cannot be read"):
        arms_of_file(path, STUDY)


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint32(), pa.int64()])
def test_whole_numbers_of_any_width_are_persons(tmp_path: Path, kind: pa.DataType) -> None:
    arms = pa.array(["a", "b"]).dictionary_encode()
    path = allocation(tmp_path, person_id=pa.array([1, 2], kind), arm=arms)
    assert arms_of_file(path, STUDY) == {1: "a", 2: "b"}


def test_a_folder_is_no_allocation(tmp_path: Path) -> None:
    allocation(tmp_path, person_id=[1], arm=["a"])
    with pytest.raises(DatasetError, match="cannot be read"):
        arms_of_file(tmp_path, STUDY)


# ---- what comes of it ---------------------------------------------------------------------------


def _with_allocation(facts: Facts, rows: Sequence[tuple[str, int, str]]) -> Facts:
    names = ("study", "person_id", "arm")
    kinds = (pa.string(), pa.int64(), pa.string())
    columns = [pa.array([row[at] for row in rows], kind) for at, kind in enumerate(kinds)]
    table = pa.Table.from_arrays(columns, names=list(names))
    return replace(facts, extras={**facts.extras, "allocation": table})


def _followed(facts: Facts, arms: Mapping[int, str] | None = None) -> set[int]:
    study = adjudicate_study(PLAN, facts, chosen_definitions(PLAN, "lunar"), arms=arms)
    return {int(person) for person in study.visits.visits.person}


def test_an_allocation_without_the_study_takes_in_nobody(small_cohort: Facts) -> None:
    assert len(_followed(small_cohort)) > 0
    other = _with_allocation(small_cohort, [("NCT06167174", 1, "all")])
    assert read_arms(other, STUDY) == {}
    assert _followed(other) == set()
    assert _followed(_with_allocation(small_cohort, [])) == set()


def test_without_any_allocation_those_with_records_are_followed(small_cohort: Facts) -> None:
    open_label = replace(small_cohort, extras={})
    assert read_arms(open_label, STUDY) is None
    assert len(_followed(open_label)) > 0


def test_another_table_is_not_taken_for_the_allocation(small_cohort: Facts) -> None:
    """A damaged or misspelt name must not make everyone with records a person of the study."""
    others = dict(small_cohort.extras)
    held = others.pop("allocation")
    for extras in (others, {**others, "allocatiom": held}, {"Allocation": held}):
        facts = replace(small_cohort, extras=extras)
        with pytest.raises(DatasetError, match="does not say who was taken into which"):
            _followed(facts)


def test_persons_of_other_data_are_refused(small_cohort: Facts) -> None:
    with pytest.raises(DatasetError, match="1 of 2 persons, person_id 999999"):
        _followed(small_cohort, {1: "a", 999999: "a"})


def test_persons_of_another_study_are_refused(small_cohort: Facts) -> None:
    anchors = small_cohort.rows("study_anchor").to_pylist()
    names = {visit.anchor for visit in PLAN.visits}
    own = [row for row in anchors if row["study"] == STUDY and row["anchor"] in names]
    dated = {row["person_id"] for row in own}
    everyone = small_cohort.rows("person")["person_id"].to_pylist()
    strangers = [person for person in everyone if person not in dated]
    assert strangers
    with pytest.raises(DatasetError, match="nobody of the allocation has"):
        _followed(small_cohort, dict.fromkeys(strangers[:5], "a"))


def test_the_arms_of_the_dataset_are_those_followed(small_cohort: Facts) -> None:
    arms = read_arms(small_cohort, STUDY)
    assert arms is not None
    assert _followed(small_cohort, arms) == set(arms) & _followed(small_cohort)
