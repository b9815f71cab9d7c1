"""Doses that a form or a table gives in units of their own.

Source: section 10 of the specification (mg of prednisone a day); 70 mg a week is 10 mg a day.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from remit.criteria.columns.margins import margin_of
from remit.criteria.columns.on_sheet import evaluate_sheet
from remit.criteria.tree import leaves_of
from remit.endpoints.bound_definition import BoundDefinition, bind_definition
from remit.endpoints.definition_files import definition_named
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.forms import form_sheet
from remit.instruments.scores import score_sheet
from remit.instruments.visit_tables import read_visits
from remit.truth import Reason, Status, reasons_of_mask

DOSE = "dose of glucocorticoid"


@pytest.fixture(scope="module")
def access() -> BoundDefinition:
    """Page 001: at most 10 mg of prednisone a day."""
    return bind_definition(definition_named("nanjing_registry"), NO_VOCABULARY)


CASES = [
    ("10 mg/d", Status.MET, 10.0),
    ("10.000001 mg/d", Status.NOT_MET, 10.000001),
    ("70 mg/wk", Status.MET, 10.0),
    ("70.000001 mg/wk", Status.NOT_MET, 70.000001 / 7),
    ("0.01 g/d", Status.MET, 10.0),
    ("0.02 g/d", Status.NOT_MET, 20.0),
    ("10 mg", Status.MET, 10.0),
]


@pytest.mark.parametrize(("answer", "status", "mg"), CASES)
def test_a_dose_is_judged_in_mg_a_day(
    access: BoundDefinition, answer: str, status: Status, mg: float
) -> None:
    gate = access.gates["CR", "steroid"]
    number, unit = answer.split()
    made = form_sheet([{DOSE: answer}], access.inputs)
    columns = {DOSE: [float(number)], f"{DOSE}.unit": [unit]}
    table = read_visits(pa.table(columns), access.inputs).sheet
    for sheet in (made, table):
        assert Status(evaluate_sheet(gate, sheet).statuses[0]) == status
        (placed,) = leaves_of(gate)
        margin = margin_of(placed.leaf, sheet)
        assert margin is not None
        assert margin.value[0] == pytest.approx(mg, rel=1e-12)


@pytest.mark.parametrize(
    ("answer", "reason"), [("10", Reason.UNIT_MISSING), ("10 mg/dL", Reason.UNIT_UNKNOWN)]
)
def test_a_dose_without_a_usable_unit_is_unknown(
    access: BoundDefinition, answer: str, reason: Reason
) -> None:
    gate = access.gates["CR", "steroid"]
    verdict = evaluate_sheet(gate, form_sheet([{DOSE: answer}, {}], access.inputs))
    assert [Status(code) for code in verdict.statuses] == [Status.UNKNOWN] * 2
    found = [reasons_of_mask(int(mask)) for mask in verdict.reasons]
    assert found == [frozenset({reason}), frozenset({Reason.NO_DATA})]


def test_doses_of_two_visits_meet_in_mg_a_day() -> None:
    """The flare index: 70 mg a week and 0.01 g are 10 mg a day, 140 mg a week is twice that."""
    bound = bound_packaged("selena_flare_index", NO_VOCABULARY)
    rows = [{DOSE: before, "weight": "60 kg"} for before in ("70 mg/wk", "0.01 g/d", "140 mg/wk")]
    sheet = form_sheet(rows, bound.inputs, moments={"previous": (-1, 0, 1)})
    scores = score_sheet(bound, sheet)
    for name in ("prednisone_increased", "prednisone_doubled"):
        found = [Status(code) for code in scores.findings[name].verdict.statuses]
        assert found == [Status.UNKNOWN, Status.NOT_MET, Status.MET], name


def test_a_negative_dose_is_refused(access: BoundDefinition) -> None:
    with pytest.raises(InstrumentError, match="it cannot be negative"):
        form_sheet([{DOSE: "-5 mg/d"}], access.inputs)
    with pytest.raises(InstrumentError, match="dose of glucocorticoid: a number is negative"):
        read_visits(pa.table({DOSE: [-5.0], f"{DOSE}.unit": ["mg/d"]}), access.inputs)
