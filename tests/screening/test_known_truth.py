"""The engine's verdicts equal the planted truth, for every person and criterion."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pyarrow as pa
import pytest

from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.facts.snapshot import write_dataset
from remit.facts.tables import CODED, TABLES
from remit.protocol import packaged_protocols, protocol_named
from remit.screening import Screening, Standing, explain_persons, screen_dataset
from remit.simulate import compare_with_truth, read_truth
from remit.truth import Status

PERSONS = 2000


@pytest.fixture(scope="module")
def cohort(each_cohort: Facts) -> Facts:
    return each_cohort


@pytest.fixture(scope="module")
def screened(cohort: Facts) -> Callable[[str], Screening]:
    """The screening of a packaged study by name, worked out once."""
    return cache(lambda study: screen_dataset(protocol_named(study), cohort))


@pytest.mark.parametrize("study", packaged_protocols())
def test_verdicts_equal_the_planted_truth(
    cohort: Facts, screened: Callable[[str], Screening], study: str
) -> None:
    screening = screened(study)
    compared = compare_with_truth(screening, read_truth(cohort))
    assert compared.pairs == PERSONS * len(screening.protocol.criteria)
    assert (compared.wrong, compared.missed, compared.other_reason) == (0, 0, 0), compared.examples


@pytest.mark.parametrize("study", packaged_protocols())
def test_every_criterion_is_met_not_met_and_unknown(
    screened: Callable[[str], Screening], study: str
) -> None:
    """A criterion whose planted truth never varies would prove nothing."""
    screening = screened(study)
    for item in screening.bound.criteria:
        seen = {Status(int(code)) for code in set(screening.statuses[item.criterion.id].tolist())}
        if item.node is None:
            assert seen == {Status.UNKNOWN}
        else:
            assert {Status.MET, Status.NOT_MET, Status.UNKNOWN} <= seen, item.criterion.id


def test_every_verdict_can_be_explained(screened: Callable[[str], Screening]) -> None:
    """The explanation is made by the other evaluator, which refuses to differ from the engine."""
    for study in packaged_protocols():
        screening = screened(study)
        persons = tuple(int(person) for person in screening.person_ids[:150])
        for explanation in explain_persons(screening, persons):
            assert len(explanation.findings) == len(screening.protocol.criteria)
            for finding in explanation.findings:
                assert (finding.passes is None) == bool(finding.reasons)


def test_screening_a_few_persons_gives_their_rows_of_the_whole(
    cohort: Facts, screened: Callable[[str], Screening]
) -> None:
    protocol = protocol_named("nct05631717")
    whole = screened(protocol.name)
    few = screen_dataset(protocol, cohort, persons=(3, 700, 1999))
    assert few.person_ids.tolist() == [3, 700, 1999]
    for name, codes in few.statuses.items():
        assert codes.tolist() == whole.statuses[name][[2, 699, 1998]].tolist()
        masks = whole.reasons[name].masks[[2, 699, 1998]]
        assert few.reasons[name].masks.tolist() == masks.tolist()


def test_codes_below_a_concept_count_when_the_dataset_says_what_lies_below(
    small_cohort: Facts, tmp_path: Path
) -> None:
    """A clinical drug (here 777,777) below the ingredient rituximab is rituximab."""
    cohort = small_cohort
    protocol = protocol_named("nct05631717")
    plain = screen_dataset(protocol, cohort)
    person = int(plain.person_ids[plain.statuses["E1a"] == Status.NOT_MET][0])
    anchors = cohort.rows("study_anchor").to_pylist()
    screened = next(
        row["anchor_date"]
        for row in anchors
        if (row["person_id"], row["study"], row["anchor"]) == (person, protocol.id, "screening")
    )
    tables = {name: cohort.rows(name) for name in cohort.manifest.tables}
    exposure = {
        "drug_exposure_id": 10**9,
        "person_id": person,
        "drug_concept_id": 777_777,
        "drug_exposure_start_date": screened,
        "drug_exposure_end_date": screened,
        "drug_type_concept_id": 0,
    }
    schema = TABLES["drug_exposure"].schema
    rows = [*tables["drug_exposure"].to_pylist(), exposure]
    tables["drug_exposure"] = pa.Table.from_pylist(rows, schema=schema)
    rituximab = packaged_dictionary().omop_ids("rituximab")[0]
    for below, expected in (((), Status.UNKNOWN), ((777_777,), Status.MET)):
        pairs = [{"ancestor_concept_id": rituximab, "descendant_concept_id": c} for c in below]
        ancestry = TABLES["concept_ancestor"].schema
        tables["concept_ancestor"] = pa.Table.from_pylist(pairs, schema=ancestry)
        out = tmp_path / f"with-{len(below)}"
        data = write_dataset(
            out, tables, source="test", data_cut=cohort.data_cut, mapped=CODED, own_codes=CODED
        )
        found = screen_dataset(protocol, data, persons=(person,))
        assert found.statuses["E1a"].tolist() == [expected]


def test_attrition_adds_up(screened: Callable[[str], Screening]) -> None:
    screening = screened("umin000042298")
    for group in screening.cohorts:
        entering = PERSONS
        for step in group.steps:
            assert step.entering == entering
            parts = step.excluded + step.passed + step.unknown + step.not_applicable
            assert parts == step.entering
            assert step.remaining == step.entering - step.excluded
            entering = step.remaining
        last = group.steps[-1]
        assert group.count(Standing.ELIGIBLE) == last.certain
        assert group.count(Standing.ELIGIBLE) + group.count(Standing.UNDETERMINED) == last.remaining
