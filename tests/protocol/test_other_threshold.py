"""Another number in a study: only the number changes, and only where it is meant."""

from __future__ import annotations

import pytest

from remit.errors import ExpressionError, ProtocolError
from remit.facts.codes import NO_VOCABULARY
from remit.protocol import Protocol, protocol_named, read_protocol_text
from remit.protocol.bound import bind_protocol
from remit.protocol.other_threshold import is_comparison, require_once, with_threshold
from remit.testing import study_text


def _study(**criteria: str) -> Protocol:
    return read_protocol_text(study_text(criteria), source="test")


@pytest.mark.parametrize(
    ("written", "asked", "meant"),
    [
        ("sledai_2k >= 6", "sledai_2k >= 4", "sledai_2k >= 4"),
        ("latest sledai_2k >= 6", "sledai_2k >= 4", "latest sledai_2k >= 4"),
        ("sledai_2k ≥ 6", "sledai_2k >= 4", "sledai_2k ≥ 4"),
        ("6 <= sledai_2k", "sledai_2k >= 4", "4 <= sledai_2k"),
        (
            "16 years <= age at screening <= 60 years",
            "age at screening <= 65 years",
            "16 years <= age at screening <= 65 years",
        ),
        ("alt > 1.5 * uln", "alt > 3 * uln", "alt > 3 * uln"),
        ("ana_titre >= 1:80", "ana_titre >= 1:160", "ana_titre >= 1:160"),
        (
            "any upcr in [screening - 30 days, screening] > 1 g/g",
            "any upcr > 0.5 g/g",
            "any upcr in [screening - 30 days, screening] > 0.5 g/g",
        ),
        (
            "platelets >= 50 10*9/L and platelets < 400 10*9/L",
            "platelets >= 30 10*9/L",
            "platelets >= 30 10*9/L and platelets < 400 10*9/L",
        ),
        (
            "upcr in [screening - 30 days, screening] > 1 g/g or "
            "upcr in [screening - 60 days, screening] > 1 g/g",
            "upcr in [screening - 60 days, screening] > 2 g/g",
            "upcr in [screening - 30 days, screening] > 1 g/g or "
            "upcr in [screening - 60 days, screening] > 2 g/g",
        ),
    ],
)
def test_the_number_and_nothing_else(written: str, asked: str, meant: str) -> None:
    found = with_threshold(_study(A=written, B="sex is female"), asked)
    assert found.protocol.criterion("A").expression == meant
    assert [(item.where, item.before, item.after) for item in found.changed] == [
        ("A", written, meant)
    ]
    bind_protocol(found.protocol, NO_VOCABULARY)


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("sledai_2k >= 6", "sledai_2k > 4"),  # another sign asks something else
        ("highest upcr in [screening - 30 days, screening] > 1 g/g", "upcr > 2 g/g"),
        ("alt > 1.5 * uln", "alt > 60 U/L"),
        ("alt > 1.5 * uln", "alt > 1 * lln"),
    ],
)
def test_what_asks_something_else_is_no_such_comparison(written: str, asked: str) -> None:
    with pytest.raises(ProtocolError, match="no such comparison") as caught:
        with_threshold(_study(A=written), asked)
    assert "(A)" in str(caught.value)


def test_a_definition_changes_for_all_who_read_it() -> None:
    study = protocol_named("nct06167174")
    written = study.definition_texts()["high_blood_lipids"]
    first = written.split(" or ")[0].split(">")[0].strip()
    found = with_threshold(study, f"{first} > 3 * uln")
    assert [item.where for item in found.changed] == ["high_blood_lipids"]
    assert found.protocol.definition_texts()["high_blood_lipids"] != written
    bind_protocol(found.protocol, NO_VOCABULARY)


def test_a_parameter_that_stands_for_a_number_is_replaced() -> None:
    found = with_threshold(protocol_named("nct05631717"), "upcr > 0.5 g/g")
    assert "upcr > 0.5 g/g" in (found.protocol.criterion("I4").expression or "")
    bind_protocol(found.protocol, NO_VOCABULARY)


@pytest.mark.parametrize("asked", ["attested consent", "any rituximab", "1 > 2", "upcr > ulnn"])
def test_what_names_no_threshold_is_refused(asked: str) -> None:
    with pytest.raises((ExpressionError, ProtocolError)):
        with_threshold(protocol_named("nct05631717"), asked)


def test_what_is_a_comparison() -> None:
    assert is_comparison("sledai_2k >= 4")
    assert is_comparison("age at screening <= 65 years")
    assert not is_comparison("laboratory_lookback=90 days")
    assert not is_comparison("laboratory_lookback = 90 days")


@pytest.mark.parametrize(
    ("settings", "is_once"),
    [
        (("sledai_2k >= 4", "sledai_2k >= 9"), False),
        (("sledai_2k >= 4", "9 <= latest sledai_2k"), False),
        (("upcr in [screening - 30 days, screening] > 1 g/g", "upcr > 2 g/g"), False),
        (("sledai_2k >= 4", "sledai_2k <= 9"), True),
        (
            (
                "upcr in [screening - 30 days, screening] > 1 g/g",
                "upcr in [screening - 60 days, screening] > 2 g/g",
            ),
            True,
        ),
        (("points=4", "points = 5"), False),
        (("points=4", "weeks=4"), True),
    ],
)
def test_one_thing_is_asked_for_once(settings: tuple[str, ...], is_once: bool) -> None:
    if is_once:
        require_once(settings)
        return
    with pytest.raises(ProtocolError, match="one thing twice"):
        require_once(settings)
