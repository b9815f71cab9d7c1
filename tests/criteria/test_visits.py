"""The columns evaluator says of a visit what the reference says of the same days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np
import pytest

from remit.criteria.binder import bind_expression
from remit.criteria.columns.on_sheet import check_node, evaluate_sheet
from remit.criteria.columns.sheet import Sheet
from remit.criteria.environment import Environment
from remit.criteria.meanings import evaluate
from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import PersonRecords
from remit.criteria.tree import Node
from remit.errors import ExpressionError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import Facts
from remit.instruments.inputs import inputs_of
from remit.instruments.sheets import gather_sheet
from remit.instruments.visits import Visits, days_before, visits_in_order
from remit.truth import Status, reasons_of_mask

STUDY = "NCT05631717"
LOOKBACK = 28
EXPRESSIONS = (
    "upcr > 1 g/g",
    "upcr <= 113.12 mg/mmol",
    "first known of (urine_protein_24h > 0.5 g/d, upcr > 0.5 g/g)",
    "creatinine <= 1.2 mg/dL",
    "platelets < 100 10*9/L",
    "c3 < lln or c4 < lln",
    "anti_dsdna > uln",
    "alt > 1.5 * uln",
    "sledai_2k >= 6",
    "sledai_2k = 8",
    "ana_titre >= 1:80",
    "at least 2 of (leukocytes < 3 10*9/L, crp > 10 mg/L, hemoglobin < 10 g/dL)",
    "creatinine / creatinine <= 125 %",
    "(weight as kg) / (height as cm) > 0.3 or weight - 10 kg > 40 kg",
    "0.413 * (height as cm) / (creatinine as mg/dL) >= 30",
    "dose of glucocorticoid at visit <= 20 mg/d",
    "dose of mycophenolate_mofetil at visit > 1 g/d",
    "dose of prednisolone at visit / weight >= 0.5 mg/kg/d",
    "highest dose of glucocorticoid in [visit - 12 weeks, visit] <= 10 mg/d",
    "highest dose of glucocorticoid in (visit - 4 weeks, visit) > 20 mg/d",
    "highest dose of mycophenolate_mofetil in [visit - 1 year, visit - 12 weeks] < 2 g/d",
    "highest dose of glucocorticoid in [visit - 24 weeks, visit] / weight >= 0.5 mg/kg/d",
    "dose of glucocorticoid > 10 mg/d on at least 7 days in [visit - 8 weeks, visit]",
    "dose of glucocorticoid > 10 mg/d on at least 3 consecutive days in [visit - 8 weeks, visit]",
    "slicc_2012 is fulfilled",
    "recorded upcr and not recorded crp",
    "sex is female",
    "age at visit >= 18 years and age at visit < 40 years",
    "if sex is female then pregnancy_test_urine is negative",
)


@dataclass(frozen=True)
class Prepared:
    environment: Environment
    dataset: Facts
    persons: tuple[PersonRecords, ...]


@pytest.fixture(scope="module")
def prepared(small_cohort: Facts) -> Prepared:
    dataset = small_cohort
    tables = {name: dataset.rows(name) for name in dataset.manifest.tables}
    found = read_persons(
        tables, study=STUDY, data_cut=dataset.data_cut, complete=dataset.manifest.complete
    )
    persons = tuple(
        PersonRecords(
            **{
                **{name: getattr(p, name) for name in PersonRecords.__dataclass_fields__},
                "anchors": {"visit": p.anchors["screening"]},
            }
        )
        for p in found
        if "screening" in p.anchors
    )
    environment = Environment(
        packaged_dictionary(),
        frozenset({"visit"}),
        f"[visit - {LOOKBACK} days, visit]",
        codes=dataset.codes,
    )
    return Prepared(environment, dataset, persons)


def _at_visit(node_text: str, environment: Environment) -> Node:
    """The same text where a bare name reads the visit."""
    at = Environment(
        environment.dictionary, environment.anchors, "[visit, visit]", codes=environment.codes
    )
    node = bind_expression(node_text, at)
    check_node(node, (), source=node_text)
    return node


def _sheet(prepared: Prepared, nodes: list[Node]) -> Sheet:
    visits = visits_in_order(
        np.array([person.person for person in prepared.persons], np.int64),
        np.array([person.anchors["visit"] for person in prepared.persons], "datetime64[D]"),
        days=days_before(LOOKBACK),
    )
    return _gathered(prepared, nodes, visits)


def _gathered(prepared: Prepared, nodes: list[Node], visits: Visits) -> Sheet:
    inputs = inputs_of(nodes, prepared.environment.dictionary)
    return gather_sheet(inputs, visits, prepared.dataset)


def test_it_agrees_with_the_reference_on_messy_records(prepared: Prepared) -> None:
    nodes = {text: _at_visit(text, prepared.environment) for text in EXPRESSIONS}
    sheet = _sheet(prepared, list(nodes.values()))
    wrong = []
    statuses = set()
    for text, node in nodes.items():
        windowed = bind_expression(text, prepared.environment)
        verdicts = evaluate_sheet(node, sheet)
        for row, person in enumerate(prepared.persons):
            truth, _ = evaluate(windowed, person)
            got = Status(verdicts.statuses[row]), reasons_of_mask(int(verdicts.reasons[row]))
            statuses.add((text, truth.status))
            if got != (truth.status, truth.reasons):
                wrong.append((text, person.person, truth, got))
    assert not wrong, wrong[:10]
    assert len(prepared.persons) >= 300
    # Each of the three answers occurs often enough for the agreement to mean something.
    for status in (Status.MET, Status.NOT_MET, Status.UNKNOWN):
        assert sum(found is status for _, found in statuses) > len(EXPRESSIONS) / 2


SPANS = (
    "highest dose of glucocorticoid in [baseline, visit] <= 10 mg/d",
    "highest dose of glucocorticoid in (previous, visit] <= 7.5 mg/d",
    "dose of glucocorticoid >= 20 mg/d on at least 60 consecutive days in [baseline, visit]",
    "highest dose of glucocorticoid in [previous + 4 weeks, visit] <= 7.5 mg/d",
    "highest dose of glucocorticoid in [baseline + 20 weeks, visit] <= 10 mg/d",
    "dose of glucocorticoid at baseline > 20 mg/d",
)


def test_spans_between_visits_agree_with_the_reference(prepared: Prepared) -> None:
    """Three visits a person, 84 days apart; the first has none before it."""
    anchors = frozenset({"visit", "baseline", "previous"})
    environment = Environment(
        packaged_dictionary(), anchors, "[visit, visit]", codes=prepared.dataset.codes
    )
    nodes = [bind_expression(text, environment) for text in SPANS]
    for node in nodes:
        check_node(node, ("baseline", "previous"), source="here")
    steps = (-168, -84, 0)
    people = [(person, step) for person in prepared.persons for step in steps]
    days = [person.anchors["visit"] + timedelta(days=step) for person, step in people]
    visits = visits_in_order(
        np.array([person.person for person, _ in people], np.int64),
        np.array(days, "datetime64[D]"),
        days=days_before(LOOKBACK),
    )
    sheet = _gathered(prepared, nodes, visits)
    wrong, statuses = [], []
    for text, node in zip(SPANS, nodes, strict=True):
        verdicts = evaluate_sheet(node, sheet)
        for row, (person, step) in enumerate(people):
            day = days[row]
            dates = {"visit": day, "baseline": person.anchors["visit"] - timedelta(days=168)}
            if step > steps[0]:
                dates["previous"] = day - timedelta(days=84)
            truth, _ = evaluate(node, replace(person, anchors=dates))
            got = Status(verdicts.statuses[row]), reasons_of_mask(int(verdicts.reasons[row]))
            statuses.append(truth.status)
            if got != (truth.status, truth.reasons):
                wrong.append((text, person.person, truth, got))
    assert not wrong, wrong[:10]
    assert min(statuses.count(s) for s in (Status.MET, Status.NOT_MET, Status.UNKNOWN)) > 300


@pytest.mark.parametrize(
    "text",
    [
        "any upcr > 1 g/g",
        "highest dose of glucocorticoid in [.., visit] > 5 mg/d",
        "highest dose of glucocorticoid in [2024-01-01, visit] > 5 mg/d",
        "dose of glucocorticoid at 2024-01-01 > 5 mg/d",
    ],
)
def test_other_spans_of_days_are_refused(prepared: Prepared, text: str) -> None:
    node = bind_expression(text, prepared.environment)
    with pytest.raises(ExpressionError, match="cannot be answered from a sheet"):
        check_node(node, (), source="here")
