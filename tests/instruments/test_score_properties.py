"""What must hold of scores: activity never lowers, unknown only widens, units do not matter."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from remit.criteria.binder import bind_expression
from remit.criteria.columns.on_sheet import evaluate_sheet
from remit.endpoints import adjudicate_sheet, bind_definition, definition_named
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.catalogue import (
    instrument_environment,
    instrument_named,
    packaged_instruments,
)
from remit.instruments.forms import form_sheet
from remit.instruments.inputs import inputs_of
from remit.instruments.scores import score_sheet

# Totals of findings and grades that only add: not prorated, and nothing counts backwards.
ADDING = sorted(
    instrument.id
    for instrument in packaged_instruments().values()
    if instrument.totals
    and all(total.rule != "prorated" and not total.grade_points for total in instrument.totals)
    and not any(item.reverse for item in instrument.items)
    and any(item.type == "finding" and item.points for item in instrument.items)
)


def test_many_instruments_are_held_to_it() -> None:
    assert {"sledai_2k", "selena_sledai", "acr_1997", "eular_acr_2019"} <= set(ADDING)


@pytest.mark.parametrize("name", ADDING)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(data=st.data())
def test_activity_never_lowers_a_total_and_unknown_only_widens_it(
    name: str, data: st.DataObject
) -> None:
    bound = bound_packaged(name, NO_VOCABULARY)
    findings = [i.id for i in bound.instrument.items if i.type == "finding" and i.points]
    words = st.sampled_from(["present", "absent", "not_attributed", None])
    base = {item: data.draw(words) for item in findings}
    # SLICC 2012: beside haemolytic anaemia a Coombs test does not count: it may lower a total.
    takes_away = {item.unless for item in bound.instrument.items}
    chosen = data.draw(st.sampled_from([name for name in findings if name not in takes_away]))
    rows = [{**base, chosen: word} for word in ("absent", "present", None)]
    scores = score_sheet(bound, form_sheet(rows, bound.inputs))
    for total in bound.instrument.totals:
        numbers = scores.numbers[total.id]
        (absent, present, unknown), highs = numbers.low.tolist(), numbers.high.tolist()
        assert absent <= present, (total.id, chosen)
        assert highs[0] <= highs[1], (total.id, chosen)
        assert unknown <= min(absent, present), (total.id, chosen)
        assert highs[2] >= max(highs[0], highs[1]), (total.id, chosen)
        assert total.range[0] * 1_000_000 <= absent
        assert highs[1] <= total.range[1] * 1_000_000


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    st.sampled_from(["upcr", "creatinine", "platelets", "c3", "hemoglobin"]),
    st.integers(1, 400),
    st.integers(1, 400),
    st.sampled_from([">", ">=", "<", "<="]),
)
def test_the_unit_of_entry_changes_no_verdict(
    name: str, value: int, threshold: int, operator: str
) -> None:
    concept = packaged_dictionary().concept(name)
    assert concept.unit is not None
    environment = instrument_environment(instrument_named("bilag_2004"), NO_VOCABULARY)
    text = f"{name} {operator} {Decimal(threshold) / 100} {concept.unit.code}"
    node = bind_expression(text, environment)
    inputs = inputs_of([node], environment.dictionary)
    exact = Fraction(value, 100)
    rows = []
    for unit, factor in concept.factors.items():
        written = exact / factor * 1_000_000
        if written.denominator == 1:
            number = Decimal(written.numerator) / 1_000_000
            rows.append({name: f"{number:f} {unit}"})
    found = evaluate_sheet(node, form_sheet(rows, inputs)).statuses.tolist()
    assert len(set(found)) == 1, (text, rows, found)


def test_the_printed_unit_decides_where_the_definition_judges_in_it() -> None:
    """KDIGO prints 0.5 g/g and 50 mg/mmol: 53 mg/mmol is below the first, not below the second."""
    environment = instrument_environment(instrument_named("bilag_2004"), NO_VOCABULARY)
    answers = []
    for text in ("upcr < 0.5 g/g", "upcr < 50 mg/mmol"):
        node = bind_expression(text, environment)
        sheet = form_sheet([{"upcr": "53 mg/mmol"}], inputs_of([node], environment.dictionary))
        answers.append(int(evaluate_sheet(node, sheet).statuses[0]))
    assert answers == [1, 0]


def test_decimals_decide_at_the_threshold() -> None:
    """1.8 - 1.5 is 0.3 and not less: the SRI asks for a rise below 0.3 (Furie 2009)."""
    bound = bind_definition(definition_named("msri_4"), NO_VOCABULARY)
    rows = []
    for pga in ("1.5", "1.8", "1.79"):
        sledai = 12 if pga == "1.5" else 6
        rows.append({"pga": pga, "sledai_2k": sledai})
    names = set(bound.inputs.names)
    rows = [{key: value for key, value in row.items() if key in names} for row in rows]
    sheet = form_sheet(rows, bound.inputs, moments={"baseline": [0, 0, 0]})
    found = adjudicate_sheet(bound, sheet)
    assert found.words(found.places)[1:] == ["NR", "R"]
