"""The plain-text and HTML views of a study."""

from __future__ import annotations

import pytest

from remit.protocol import packaged_protocols, protocol_named
from remit.views.notebook import notebook_html
from remit.views.terminal.protocols import describe_protocol


@pytest.mark.parametrize("name", packaged_protocols())
def test_the_text_shows_every_part(name: str) -> None:
    protocol = protocol_named(name)
    text = describe_protocol(protocol)
    flat = " ".join(text.split())
    for criterion in protocol.criteria:
        assert f"\n  {criterion.id} " in text
        assert " ".join((criterion.expression or "").split()) in flat
        assert criterion.text in flat
    for parameter in protocol.parameters:
        assert f"{parameter} = {protocol.setting(parameter)}" in flat
    for outcome in protocol.outcomes:
        assert outcome.measure in flat
    for visit in protocol.visits:
        assert f"  {visit.id}: " in text


@pytest.mark.parametrize("width", [60, 100])
def test_no_line_is_wider_than_asked(width: int) -> None:
    text = describe_protocol(protocol_named("nct06167174"), width=width)
    body = text.splitlines()[3:]
    assert max(len(line) for line in body) <= width


def test_a_changed_parameter_is_marked() -> None:
    protocol = protocol_named("nct06904729").with_parameters({"schwartz": "reported_by_laboratory"})
    text = describe_protocol(protocol)
    assert "schwartz = reported_by_laboratory (changed)" in text
    assert "refractory_nephritis = two_standard_courses:" in text


def test_html_is_escaped() -> None:
    protocol = protocol_named("nct06167174")
    html = notebook_html(protocol)
    assert "platelets &lt; 50 10*9/L" in html
    assert html.count("<tr>") == len(protocol.criteria) + 1


@pytest.mark.parametrize("name", packaged_protocols())
def test_an_expression_is_shown_with_the_values_of_its_parameters_too(name: str) -> None:
    study = protocol_named(name)
    flat = " ".join(describe_protocol(study).split())
    named = [c.expression for c in study.criteria if "$" in (c.expression or "")]
    assert flat.count(" that is: ") == len(named)


def test_a_parameter_that_is_set_otherwise_is_shown_so() -> None:
    study = protocol_named("nct06167174").with_parameters({"proteinuria_lookback": "42 days"})
    flat = " ".join(describe_protocol(study).split())
    assert "that is: any urine_protein_24h in [screening - 42 days, screening] > 1 g/d" in flat
