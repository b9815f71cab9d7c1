"""What if: the same as screening the other study, and costs and gaps as counted one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

import numpy as np
import pytest

from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.protocol import Protocol, protocol_named, read_protocol_text
from remit.screening import Standing, explain_persons, screen_dataset
from remit.screening.obstacles import criterion_costs, missing_tests
from remit.screening.what_if import WhatIf, moved_table, moves, without_criteria
from remit.testing import Row, small_facts, study_text
from remit.truth import Reason, Status

STUDIES = ("nct05631717", "nct06167174", "nct06904729", "umin000042298")


def _fewer(protocol: Protocol, dropped: Collection[str]) -> Protocol:
    kept = tuple(c for c in protocol.criteria if c.id not in dropped)
    return protocol.model_copy(update={"criteria": kept})


@pytest.mark.parametrize("name", STUDIES)
def test_a_criterion_left_out_is_as_if_the_study_never_had_it(
    name: str, small_cohort: Facts
) -> None:
    protocol = protocol_named(name)
    screening = screen_dataset(protocol, small_cohort)
    ids = [criterion.id for criterion in protocol.criteria]
    for dropped in ([ids[0]], ids[1:4], ids[::2]):
        found = without_criteria(screening, dropped)
        other = screen_dataset(_fewer(protocol, dropped), small_cohort)
        assert list(found.statuses) == list(other.statuses)
        for mine, theirs in zip(found.cohorts, other.cohorts, strict=True):
            assert mine.steps == theirs.steps
            assert (mine.standings == theirs.standings).all()


def test_who_moved_is_who_stands_otherwise(small_cohort: Facts) -> None:
    protocol = protocol_named("nct05631717")
    before = screen_dataset(protocol, small_cohort)
    what_if = WhatIf(before, without_criteria(before, ["I2", "I0"]))
    rows = moved_table(what_if).to_pylist()
    counted = sum(move.persons for move in moves(before.cohorts[0], what_if.after.cohorts[0]))
    assert len(rows) == counted > 0
    statuses = before.statuses
    for row in rows:
        place = int(np.searchsorted(before.person_ids, int(row["person"])))
        assert row["was"] == "not eligible"
        assert set(row["changed_by"].split()) <= {"I2", "I0"}
        assert any(statuses[name][place] == Status.NOT_MET for name in ("I2", "I0"))


def test_leaving_out_what_is_not_there_or_everything_is_refused(small_cohort: Facts) -> None:
    screening = screen_dataset(protocol_named("nct05631717"), small_cohort)
    with pytest.raises(ProtocolError, match="no criterion 'E99'"):
        without_criteria(screening, ["E99"])
    with pytest.raises(ProtocolError, match="no criterion would be left"):
        without_criteria(screening, list(screening.statuses))


@pytest.mark.parametrize("name", STUDIES)
def test_costs_are_those_of_leaving_each_criterion_out(name: str, small_cohort: Facts) -> None:
    screening = screen_dataset(protocol_named(name), small_cohort)
    cohort = screening.cohorts[0]
    out = cohort.standings == Standing.NOT_ELIGIBLE
    for cost in criterion_costs(screening, cohort):
        found = without_criteria(screening, [cost.criterion]).cohorts[0]
        freed = out & (found.standings != Standing.NOT_ELIGIBLE)
        assert cost.excluded_only == freed.sum()
        assert cost.eligible_without == (freed & (found.standings == Standing.ELIGIBLE)).sum()
        settled = (cohort.standings == Standing.UNDETERMINED) & (found.standings == 1)
        assert cost.open_only == settled.sum()


@pytest.mark.parametrize("name", STUDIES)
def test_signatures_are_counted_as_the_plain_evaluator_finds_them(
    name: str, small_cohort: Facts
) -> None:
    """Person by person: each `attested` part that is unknown in an open criterion."""
    screening = screen_dataset(protocol_named(name), small_cohort)
    cohort = screening.cohorts[0]
    open_ = screening.person_ids[cohort.standings == Standing.UNDETERMINED]
    asked = {item.criterion.id for item in cohort.criteria}
    waiting: Counter[str] = Counter()
    for found in explain_persons(screening, tuple(open_.tolist())):
        parts = {
            leaf.text.removeprefix("attested ").replace("_", " ")
            for finding in found.findings
            if finding.criterion.id in asked and finding.status is Status.UNKNOWN
            for leaf in finding.leaves
            if leaf.reason is Reason.NEEDS_ATTESTATION
        }
        waiting.update(parts)
    tests = missing_tests(screening, cohort)
    assert {t.title: t.persons for t in tests if t.kind == "signature"} == waiting


STUDY = read_protocol_text(
    study_text(
        {
            "A": "latest platelets in [screening - 1 year, screening] > 50 10*9/L",
            "B": "latest upcr in [screening - 1 year, screening] > 1 g/g or "
            "latest platelets in [screening - 30 days, screening] < 20 10*9/L",
            "C": "age at screening >= 18 years",
        }
    ),
    source="test",
)
PLATELETS: Row = {"concept": "platelets", "date": "2024-03-20", "number": "60", "unit": "10*9/L"}
UPCR: Row = {"concept": "upcr", "date": "2024-03-20", "number": "2", "unit": "g/g"}


def test_what_settles_a_person_is_what_alone_is_missing() -> None:
    """1 lacks both, 2 the ratio, 3 the count (B is met by the ratio), 4 nothing, 5 the date."""
    rows: list[Row] = [
        {"person_id": person, "anchor": "screening", "date": "2024-03-31"}
        for person in (1, 2, 3, 4)
    ]
    rows += [{**PLATELETS, "person_id": person} for person in (2, 4)]
    rows += [{**UPCR, "person_id": person} for person in (3, 4)]
    rows += [{"person_id": 5, "birth": "1990-06-15"}]
    screening = screen_dataset(STUDY, small_facts(rows, data_cut=date(2024, 6, 30)))
    cohort = screening.cohorts[0]
    assert cohort.standings.tolist() == [2, 2, 2, 1, 2]
    found = {test.title: test for test in missing_tests(screening, cohort)}
    platelets, ratio = found["Platelet count"], found["Urine protein/creatinine ratio"]
    # Person 1 lacks platelets in A and in B, person 3 in A alone.
    assert (platelets.verdicts, platelets.persons, platelets.settles) == (3, 2, 1)
    assert (ratio.verdicts, ratio.persons, ratio.settles) == (2, 2, 1)
    assert platelets.last_record == ratio.last_record == 1
    assert platelets.reason is Reason.NO_DATA
    dated = found["screening"]
    assert (dated.kind, dated.persons, dated.settles, dated.verdicts) == ("date", 1, 1, 3)


def test_who_died_costs_no_criterion() -> None:
    rows: list[Row] = [
        {"anchor": "screening", "date": "2024-03-31"},
        {"died": "2024-01-01"},
    ]
    screening = screen_dataset(STUDY, small_facts(rows, data_cut=date(2024, 6, 30)))
    cohort = screening.cohorts[0]
    assert missing_tests(screening, cohort) == ()
    assert all(cost.open == cost.excluded == 0 for cost in criterion_costs(screening, cohort))
