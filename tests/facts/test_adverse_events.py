"""Adverse events as they are read: what is known of each, and what nobody knows."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from remit.errors import DatasetError
from remit.facts.adverse_events import NO, NO_GRADE, UNKNOWN, YES, read_adverse_events
from remit.facts.opened import facts_in_memory
from remit.facts.snapshot import empty_table
from remit.facts.soundness import check_dataset
from remit.testing import small_facts

CUT = date(2024, 12, 31)
HERPES = {
    "adverse_event": "Herpes zoster",
    "start": "2024-03-05",
    "end": "2024-03-20",
    "body_system": "Infections and infestations",
    "reported_term": "shingles",
    "severity": "MODERATE",
    "serious": False,
    "related": True,
    "causality": "POSSIBLE",
    "action": "DRUG INTERRUPTED",
    "outcome": "RECOVERED/RESOLVED",
    "treatment_emergent": True,
}


def test_a_dataset_without_the_table_says_nothing_and_an_empty_one_that_there_were_none() -> None:
    assert read_adverse_events(small_facts([{"sex": "female"}], data_cut=CUT)) is None
    asked = small_facts([{"sex": "female"}], data_cut=CUT, complete=("adverse_event",))
    found = read_adverse_events(asked)
    assert found is not None
    assert len(found) == 0
    assert found.term.dtype.kind == "U"
    in_memory = facts_in_memory(
        {"person": empty_table("person"), "adverse_event": empty_table("adverse_event")},
        data_cut=CUT,
    )
    assert read_adverse_events(in_memory) is not None


def test_each_column_is_what_the_source_says() -> None:
    found = read_adverse_events(small_facts([HERPES], data_cut=CUT))
    assert found is not None
    assert found.person.tolist() == [1]
    assert (str(found.start[0]), str(found.end[0])) == ("2024-03-05", "2024-03-20")
    assert found.first_day[0] == found.last_day[0] == found.start[0]
    assert (found.term[0], found.body_system[0]) == ("Herpes zoster", HERPES["body_system"])
    assert (found.reported[0], found.causality[0]) == ("shingles", "POSSIBLE")
    assert found.is_coded.tolist() == [True]
    # MODERATE is a severity, and no grade.
    assert (found.severity[0], found.grade[0]) == ("MODERATE", NO_GRADE)
    assert (found.serious[0], found.related[0], found.treatment_emergent[0]) == (NO, YES, YES)
    assert (found.withdrawn[0], found.fatal[0]) == (NO, NO)


def test_what_the_source_does_not_say_is_not_known() -> None:
    row = {"adverse_event": None, "reported_term": "rash", "start": "2024-03-05"}
    found = read_adverse_events(small_facts([row], data_cut=CUT))
    assert found is not None
    assert (found.term[0], found.body_system[0], found.is_coded[0]) == ("rash", "", False)
    assert np.isnat(found.end[0])
    answers = (found.serious, found.related, found.treatment_emergent, found.withdrawn, found.fatal)
    assert [answer[0] for answer in answers] == [UNKNOWN] * 5
    assert found.grade[0] == NO_GRADE


def test_an_event_whose_day_is_open_stays_with_the_days_between_which_it_began() -> None:
    rows = [
        {**HERPES, "start": "2024-03", "end": "2024-04"},
        {**HERPES, "person_id": 2, "start": "2024-03-05", "end": "2024-04"},
    ]
    facts = small_facts(rows, data_cut=CUT)
    assert check_dataset(facts) == ()
    found = read_adverse_events(facts)
    assert found is not None
    assert np.isnat(found.start).tolist() == [True, False]
    assert np.isnat(found.end).tolist() == [True, True]
    assert [str(day) for day in found.first_day] == ["2024-03-01", "2024-03-05"]
    assert [str(day) for day in found.last_day] == ["2024-03-31", "2024-03-05"]


def test_rows_come_by_person_and_day_whatever_their_order() -> None:
    rows = [
        {**HERPES, "person_id": person, "start": day, "end": None}
        for person, day in ((2, "2024-05-01"), (1, "2024-06-01"), (2, "2024-04-01"))
    ]
    facts = small_facts(rows, data_cut=CUT)
    found = read_adverse_events(facts)
    assert found is not None
    assert found.person.tolist() == [1, 2, 2]
    assert [str(day) for day in found.start] == ["2024-06-01", "2024-04-01", "2024-05-01"]
    of_one = read_adverse_events(facts, persons=[1])
    assert of_one is not None
    assert of_one.person.tolist() == [1]


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("DRUG WITHDRAWN", YES),
        ("drug withdrawn; DOSE REDUCED", YES),
        ("DOSE NOT CHANGED", NO),
        ("NOT APPLICABLE", NO),
        ("UNKNOWN", UNKNOWN),
        ("stopped, perhaps", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_a_withdrawal_is_told_by_the_action_alone(action: str | None, expected: int) -> None:
    """The terms of the codelist ACN of CDISC."""
    found = read_adverse_events(small_facts([{**HERPES, "action": action}], data_cut=CUT))
    assert found is not None
    assert found.withdrawn.tolist() == [expected]


@pytest.mark.parametrize(
    ("outcome", "grade", "expected"),
    [
        ("FATAL", 5, YES),
        ("FATAL", None, YES),
        (None, 5, YES),
        ("UNKNOWN", 5, YES),
        ("RECOVERED/RESOLVED", 5, UNKNOWN),  # contradicts itself
        ("NOT RECOVERED/NOT RESOLVED", 4, NO),
        (None, 4, UNKNOWN),
    ],
)
def test_who_died_is_told_by_the_outcome_or_grade_5(
    outcome: str | None, grade: int | None, expected: int
) -> None:
    """Grade 5 is death related to the event (CTCAE 5.0)."""
    row = {**HERPES, "outcome": outcome, "grade": grade, "serious": True}
    found = read_adverse_events(small_facts([row], data_cut=CUT))
    assert found is not None
    assert found.fatal.tolist() == [expected]


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"grade": 6}, "grade outside 1 to 5"),
        ({"grade": 0}, "grade outside 1 to 5"),
        ({"end": "2024-03-04"}, "end before start"),
        ({"start": "2025-01-01", "end": None}, "after the data cut"),
        ({"start": "1980-01-01"}, "before birth"),
    ],
)
def test_rows_that_cannot_be_are_refused(change: dict[str, object], rule: str) -> None:
    with pytest.raises(DatasetError, match=f"adverse_event: {rule}"):
        small_facts([{**HERPES, **change}], data_cut=CUT)


def test_contradictions_are_told_and_taken() -> None:
    """An event that somebody died of is serious (ICH E2A, II.B) and of grade 5 (CTCAE 5.0)."""
    rows = [
        {**HERPES, "outcome": "FATAL"},
        {**HERPES, "outcome": "Fatal", "serious": True, "grade": 3},
        {**HERPES, "grade": 5},
        {**HERPES, "adverse_event": " ", "reported_term": None},
        {**HERPES, "outcome": "FATAL", "serious": None, "grade": 5},
    ]
    found = check_dataset(small_facts(rows, data_cut=CUT))
    assert {(one.rule, one.examples, one.severity) for one in found} == {
        ("fatal and not serious", (1,), "warning"),
        ("fatal and of another grade than 5", (2,), "warning"),
        ("grade 5 with an outcome that is not fatal", (3,), "warning"),
        ("no term", (4,), "warning"),
    }


def test_the_table_lies_in_the_snapshot_and_no_other_dataset_has_it(tmp_path: Path) -> None:
    with_it = small_facts([HERPES], data_cut=CUT, folder=tmp_path / "with")
    assert with_it.manifest.tables["adverse_event"].rows == 1
    without = small_facts([{"sex": "male"}], data_cut=CUT, folder=tmp_path / "without")
    assert "adverse_event" not in without.manifest.tables
