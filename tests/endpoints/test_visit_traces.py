"""A response can be traced to its records, and the two evaluators agree on every leaf of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest

from remit.criteria.columns.on_sheet import codes_on_sheet
from remit.endpoints import definition_named, packaged_definitions
from remit.endpoints.definition import Intercurrent
from remit.endpoints.leaf_records import TracedRecord, trace_visits
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_study
from remit.endpoints.traced_rows import TRACED, traced_batches
from remit.endpoints.visit_traces import (
    TracedGate,
    TracedLeaf,
    TracedResponse,
    reference_truth,
    trace_person,
    trace_responses,
    truth_of_code,
)
from remit.errors import DatasetError
from remit.facts.opened import Facts, facts_in_memory
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.tables import TABLES
from remit.instruments.catalogue import ABSENT, PRESENT
from remit.protocol import protocol_named
from remit.testing import Row, small_facts
from remit.truth import Status
from report.followed import followed_study

BASELINE = date(2024, 1, 1)
RESCUE = 2100003003


def day(number: int) -> date:
    return BASELINE + timedelta(days=number)


def judged(rows: list[Row], definition: str) -> StudyAdjudication:
    anchors: list[Row] = [
        {"anchor": name, "date": BASELINE, "study": "T-1"} for name in ("baseline", "screening")
    ]
    facts = small_facts([*anchors, *rows], data_cut=date(2024, 12, 31))
    return adjudicate_study(followed_study(), facts, (definition_named(definition),))


def traced(rows: list[Row], definition: str, visit: str = "week_12") -> TracedResponse:
    (found,) = trace_person(judged(rows, definition), 1, (visit,))
    return found


def gate(found: TracedResponse, name: str, grade: str = "CR") -> TracedGate:
    return next(one for one in found.gates if (one.grade, one.id) == (grade, name))


def shown(records: tuple[TracedRecord, ...]) -> list[tuple[str, str, date, Decimal | None]]:
    return [(r.name, r.evidence.table, r.evidence.day, r.evidence.number) for r in records]


def measured(name: str, number: int, value: str, unit: str, **more: object) -> Row:
    return {"concept": name, "date": day(number), "number": value, "unit": unit, **more}


def drug(name: str, first: int, last: int, dose: str | None = None) -> Row:
    return {"drug": name, "start": day(first), "end": day(last), "dose": dose}


VALUES: list[Row] = [
    measured("upcr", -3, "2.4", "g/g"),
    measured("upcr", 84, "0.3", "g/g"),
    measured("creatinine", 0, "0.9", "mg/dL"),
    measured("creatinine", 84, "0.8", "mg/dL"),
]


def test_who_misses_complete_response_by_her_dose_sees_the_era_and_the_baseline() -> None:
    """The example: 22.5 mg a day, 12.5 mg above the 10 mg of the registry page."""
    rows = [*VALUES, drug("prednisolone", 60, 100, "22.5 mg/d")]
    found = traced(rows, "nanjing_registry")
    assert found.response == "PR"
    steroid = gate(found, "steroid")
    assert steroid.status is Status.NOT_MET
    (leaf,) = steroid.leaves
    assert (leaf.value, leaf.threshold, leaf.distance, leaf.unit) == (22.5, 10, 12.5, "mg/d")
    (era,) = leaf.records
    assert (era.name, era.evidence.table) == ("dose of glucocorticoid", "dose_era")
    assert (era.evidence.day, era.evidence.end) == (day(60), day(100))
    assert (era.evidence.number, era.evidence.unit) == (Decimal("22.5"), "mg/d")
    halved = next(
        leaf for leaf in gate(found, "improvement", "PR").leaves
        if leaf.text == "upcr / upcr at baseline < 50 %"
    )  # fmt: skip
    assert (halved.value, halved.threshold, halved.distance) == (12.5, 50, -37.5)
    assert shown(halved.records) == [
        ("upcr", "measurement", day(84), Decimal("0.3")),
        ("upcr at baseline", "measurement", day(-3), Decimal("2.4")),
    ]
    assert {record.evidence.table for record in found.records} == {"measurement", "dose_era"}


def test_a_dose_that_was_worked_out_names_its_strength() -> None:
    anchors: list[Row] = [
        {"anchor": name, "date": BASELINE, "study": "T-1"} for name in ("baseline", "screening")
    ]
    rows = [*anchors, *VALUES, drug("prednisolone", 60, 100, "22.5 mg/d")]
    plain = small_facts(rows, data_cut=date(2024, 12, 31))
    tables = {name: held for name in TABLES if (held := plain.rows(name)).num_rows}
    (era,) = tables["dose_era"].to_pylist()
    strength = {
        "drug_strength_id": 1,
        "drug_concept_id": 900,
        "ingredient_concept_id": 901,
        "amount_value": Decimal("7.5"),
        "amount_unit_concept_id": 8576,
    }
    basis = {
        "dose_basis_id": 1,
        "person_id": era["person_id"],
        "ingredient_concept_id": era["drug_concept_id"],
        "drug_concept_id": 900,
        "dose_start_date": day(60),
        "dose_end_date": day(100),
        "of_sig": True,
        "of_amount": True,
    }
    for name, row in (("drug_strength", strength), ("dose_basis", basis)):
        tables[name] = pa.Table.from_pylist([row], TABLES[name].schema)
    facts = facts_in_memory(tables, data_cut=plain.data_cut, own_codes=plain.manifest.own_codes)
    origin = StrengthsOrigin("vocabulary", "v5.0 of May")
    facts = replace(facts, manifest=replace(facts.manifest, strengths=origin))
    study = adjudicate_study(followed_study(), facts, (definition_named("nanjing_registry"),))
    (found,) = trace_person(study, 1, ("week_12",))
    (leaf,) = gate(found, "steroid").leaves
    ((told,),) = [record.evidence.strengths for record in leaf.records]
    assert (told.product, told.amount, told.unit) == (900, Decimal("7.5"), "mg")
    assert (told.how, told.origin) == ("sig × amount", origin)


def test_an_exposure_without_an_era_is_shown() -> None:
    """What was taken and of which nobody says how much leaves the dose unknown."""
    rows = [*VALUES, drug("prednisolone", 0, 83, "5 mg/d"), drug("prednisolone", 80, 100)]
    (leaf,) = gate(traced(rows, "nanjing_registry"), "steroid").leaves
    assert leaf.status is Status.UNKNOWN
    assert [r.evidence.table for r in leaf.records] == ["drug_exposure"]
    before = gate(traced(rows, "nanjing_registry", "week_8"), "steroid").leaves[0]
    assert (before.value, [r.evidence.table for r in before.records]) == (5, ["dose_era"])


def test_a_drug_of_rescue_is_shown() -> None:
    sediment = [
        measured("urine_rbc", 84, "1", "/[HPF]"), measured("urine_rbc_casts", 84, "0", "/[LPF]"),
    ]  # fmt: skip
    rows = [*VALUES, *sediment, drug("cyclophosphamide", 40, 40)]
    found = traced(rows, "lunar")
    assert (found.response, found.imputed, found.imputed_for) == ("CR", "NR", "rescue_treatment")
    rescue = gate(found, "rescue_treatment", "")
    assert (rescue.part, rescue.status) == ("intercurrent", Status.MET)
    drugs = [record for leaf in rescue.leaves for record in leaf.records]
    assert [(r.evidence.table, r.evidence.day) for r in drugs] == [("drug_exposure", day(40))]


def test_a_finding_counts_as_the_sheet_reads_it() -> None:
    """Of the days since the visit before the presence, not the form that came later."""
    rows: list[Row] = [
        *VALUES,
        {"concept": RESCUE, "date": day(77), "value": PRESENT},
        {"concept": RESCUE, "date": day(84), "value": ABSENT},
    ]
    found = traced(rows, "access")
    (leaf,) = gate(found, "rescue_treatment", "").leaves
    assert (leaf.status, leaf.records[0].evidence.day) == (Status.MET, day(77))
    assert found.imputed_for is None or found.imputed == "NR"


def test_a_worked_out_number_leads_to_what_it_was_worked_out_from() -> None:
    (leaf, _) = gate(traced(VALUES, "kdigo_2024"), "kidney_function").leaves
    assert shown(leaf.records) == [
        ("creatinine", "measurement", day(84), Decimal("0.8")),
        ("creatinine at baseline", "measurement", day(0), Decimal("0.9")),
    ]


def test_a_score_leads_to_the_items_that_gave_points() -> None:
    """A derived item leads to its value, a recorded one to its record; a recorded total to that."""
    rows: list[Row] = [
        *VALUES,
        measured("platelets", 0, "80", "10*9/L"),
        {"concept": 2100001001, "date": day(0), "value": PRESENT},
        {"concept": 2100001002, "date": day(0), "value": ABSENT},
        {"concept": "sledai_2k", "date": day(84), "number": "4"},
    ]
    (leaf,) = gate(traced(rows, "sledai_fall_4"), "attainable", "R").leaves
    assert leaf.status is Status.MET
    names = {record.name for record in leaf.records}
    assert {"seizure at baseline", "platelets at baseline", "upcr at baseline"} <= names
    assert "psychosis at baseline" not in names
    fall = gate(traced(rows, "sledai_fall_4"), "fall", "R").leaves[0]
    recorded = [r for r in fall.records if r.name == "sledai_2k"]
    assert [r.evidence.number for r in recorded] == [Decimal(4)]


def test_a_bound_is_shown_as_one() -> None:
    rows = [*VALUES[:1], measured("upcr", 84, "0.2", "g/g", sign="<"), *VALUES[2:]]
    leaf = next(one for one in gate(traced(rows, "nanjing_registry"), "proteinuria").leaves)
    assert (leaf.status, leaf.value, leaf.records[0].sign) == (Status.MET, None, "<")


def test_who_was_not_followed_is_named() -> None:
    with pytest.raises(DatasetError, match="person 7 was not followed in T-1"):
        trace_person(judged(VALUES, "access"), 7, ("week_12",))


def test_the_rows_hold_every_record() -> None:
    rows = [*VALUES, drug("prednisolone", 60, 100, "22.5 mg/d")]
    (batch,) = traced_batches(judged(rows, "nanjing_registry"), ("week_12",))
    assert batch.schema == TRACED
    found = batch.to_pylist()
    era = next(row for row in found if row["table"] == "dose_era")
    assert (era["grade"], era["gate"], era["compared"], era["threshold"]) == (
        "CR", "steroid", 22.5, 10,
    )  # fmt: skip
    assert (era["status"], era["number"], era["date"]) == ("not_met", Decimal("22.5"), day(60))
    assert any(row["name"] == "upcr at baseline" for row in found)
    assert any(row["table"] is None and row["reason"] == "no_data" for row in found)


# ---- the two evaluators --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def many(cohort_of: Callable[[int, int], Facts]) -> Facts:
    return cohort_of(2000, 1)


def every_followed(facts: Facts, definitions: tuple[str, ...]) -> list[StudyAdjudication]:
    """Everyone with a baseline, whether taken into a study or not: more than 300 persons."""
    found = tuple(definition_named(name) for name in definitions)
    studies = []
    for name in ("nct05631717", "nct06167174"):
        protocol = protocol_named(name)
        anchor = next(visit.anchor for visit in protocol.visits)
        rows = facts.rows("study_anchor").to_pylist()
        persons = sorted(
            {r["person_id"] for r in rows if r["study"] == protocol.id and r["anchor"] == anchor}
        )
        arms = dict.fromkeys(persons[:300], protocol.arms[0].id)
        studies.append(adjudicate_study(protocol, facts, found, arms=arms))
    return studies


def test_every_leaf_has_one_answer(many: Facts) -> None:
    """300 persons at every visit; a worked out number is checked in plain fractions."""
    seen: Counter[Status] = Counter()
    persons: Counter[str] = Counter()
    open_ = checked = 0
    for study in every_followed(many, ("nanjing_registry", "kdigo_2024")):
        sheet, people = study.followed.sheet, np.unique(study.visits.visits.person).tolist()
        persons[study.protocol.id] = len(people)
        held = trace_visits(study.followed, people)
        for adjudication in study.adjudications:
            for leaf, codes in codes_on_sheet(adjudication.bound.nodes, sheet).items():
                for row in held.people:
                    column, plain = truth_of_code(int(codes[row])), reference_truth(leaf, row, held)
                    if plain is None:
                        open_ += 1
                        assert column.status is Status.UNKNOWN, (leaf, row)
                        continue
                    assert plain == column, (leaf, row)
                    seen[plain.status] += 1
                    checked += 1
    assert persons["NCT05631717"] >= 300
    assert min(seen[status] for status in (Status.MET, Status.NOT_MET, Status.UNKNOWN)) > 2000
    assert open_ < checked


def test_every_definition_can_be_traced(many: Facts) -> None:
    """All packaged definitions, at the last visit; disagreement would be refused."""
    protocol = protocol_named("nct06167174")
    study = adjudicate_study(protocol, many, tuple(packaged_definitions().values()))
    people = np.unique(study.visits.visits.person).tolist()[:30]
    found = list(trace_responses(study, study.visits.ids[-1:], persons=people))
    assert len(found) == len(packaged_definitions()) * len(people)
    leaves: list[TracedLeaf] = [leaf for one in found for g in one.gates for leaf in g.leaves]
    tables = {record.evidence.table for leaf in leaves for record in leaf.records}
    assert tables >= {"measurement", "dose_era"}
    decided = [leaf for leaf in leaves if leaf.value is not None]
    assert decided
    # No item gave a point to a score of 0, and no era speaks of a dose of 0.
    assert all(leaf.records or leaf.value == 0 for leaf in decided)


ASKED = (
    "any upcr at baseline > 1 g/g",
    "any upcr at previous > 1 g/g",
    "every upcr in [baseline, visit] < 3 g/g",
    "count of upcr in (previous, visit] >= 1",
    "earliest upcr in [baseline, visit] > 2 g/g",
    "any prednisolone in (baseline, visit]",
    "any cyclophosphamide in (baseline - 6 months, visit]",
    "any infection in (previous, visit]",
    "dose of prednisolone unchanged in [previous, visit]",
)


def test_what_no_sheet_holds_is_read_alike_from_records(many: Facts) -> None:
    """Events, all records of a window and the days of other visits, at every visit."""
    events = tuple(
        Intercurrent(id=f"event_{place}", text=text, expression=text)
        for place, text in enumerate(ASKED)
    )
    definition = definition_named("kdigo_2024").model_copy(update={"intercurrent": events})
    seen: Counter[tuple[str, Status]] = Counter()
    for name in ("nct05631717", "nct06167174"):
        study = adjudicate_study(protocol_named(name), many, (definition,))
        people = np.unique(study.visits.visits.person).tolist()
        for one in trace_responses(study, study.visits.ids, persons=people):
            for event in one.gates:
                if event.part == "intercurrent":
                    seen[event.text, event.status] += 1
                    wanted = {Status.MET} if event.text.startswith("any ") else set()
                    (leaf,) = event.leaves
                    assert leaf.records or event.status not in wanted, (one.person, event.text)
                    if event.text.startswith("earliest") and event.status is not Status.UNKNOWN:
                        assert leaf.distance is not None
                        assert (leaf.distance > 0) is (event.status is Status.MET)
    for text in ASKED:
        assert len({status for found, status in seen if found == text}) > 1, text


def test_the_days_of_the_baseline_belong_to_it() -> None:
    """`any … at baseline` reads the days of the planned baseline, as `upcr at baseline` does."""
    event = Intercurrent(id="high", text="high", expression="any upcr at baseline > 2 g/g")
    definition = definition_named("kdigo_2024").model_copy(update={"intercurrent": (event,)})
    anchors: list[Row] = [
        {"anchor": name, "date": BASELINE, "study": "T-1"} for name in ("baseline", "screening")
    ]
    facts = small_facts([*anchors, *VALUES], data_cut=date(2024, 12, 31))
    study = adjudicate_study(followed_study(), facts, (definition,))
    (found,) = trace_person(study, 1, ("week_12",))
    (leaf,) = gate(found, "high", "").leaves
    assert (leaf.status, leaf.records[0].evidence.day) == (Status.MET, day(-3))
