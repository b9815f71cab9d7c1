"""Texts at their extremes: shared definitions stay short, what is too deep or too long is told."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

import pytest

import remit
from remit.criteria.binder import bind_expression
from remit.criteria.possibility import can_be
from remit.criteria.syntax import MOST_DIGITS, MOST_NESTED, point_at
from remit.criteria.tree import Node, depth_of, leaves_of, parts_of, shared_nodes
from remit.errors import ExpressionError, ProtocolError
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import Facts
from remit.protocol import read_protocol_text
from remit.protocol.bound import bind_protocol, protocol_environment
from remit.protocol.impossibility import impossible_criteria
from remit.screening import explain_person, screen_dataset
from remit.testing import small_facts, study_text
from remit.truth import Status

DAY = date(2024, 6, 1)
FLARE = "any flare in [screening - 28 days, screening]"


@pytest.fixture(scope="module")
def facts() -> Iterator[Facts]:
    rows: list[Mapping[str, object]] = [
        {"birth": date(1990, 6, 15)},
        {"anchor": "screening", "date": DAY},
        {"concept": "upcr", "date": DAY, "number": 2, "unit": "g/g"},
        {"concept": "flare", "date": DAY},
    ]
    with small_facts(rows, data_cut=date(2024, 6, 30)) as opened:
        yield opened


def defined(lines: int, last: str, each: str, expression: str = "meets d0") -> str:
    """A study whose definitions each name the next, as often as `each` says."""
    texts = {f"d{n}": each.format(f"d{n + 1}") for n in range(lines)} | {f"d{lines}": last}
    named = "".join(f"{name} = {json.dumps(text)}\n" for name, text in texts.items())
    head, criterion = study_text({"C1": expression}).split("\n[[criteria]]")
    return f"{head}\n[definitions]\n{named}\n[[criteria]]{criterion}"


DOUBLES = {
    "meets {0} or meets {0}": (FLARE, "meets d0", "met"),
    "meets {0} and meets {0}": (FLARE, "meets d0", "met"),
    "(meets {0} or not meets {0}) and meets {0}": (FLARE, "meets d0", "met"),
    "at least 2 of (meets {0}, meets {0}, meets {0})": (FLARE, "meets d0", "met"),
    "first known of (meets {0}, meets {0})": (FLARE, "meets d0", "met"),
    "if meets {0} then meets {0}": (FLARE, "meets d0", "met"),
    "{0} + {0}": ("upcr", "d0 > 1 g/g", "met"),
}


@pytest.mark.parametrize("each", DOUBLES)
def test_definitions_that_double_are_shared(facts: Facts, each: str) -> None:
    """Of 30 lines the last stands 2 to the power of 30 times in the first."""
    last, expression, status = DOUBLES[each]
    began = time.process_time()
    plan = read_protocol_text(defined(30, last, each, expression), source="study")
    bound = bind_protocol(plan, NO_VOCABULARY)
    impossible_criteria(bound)
    screening = screen_dataset(plan, facts)
    (row,) = screening.verdict_table().to_pylist()
    (finding,) = explain_person(screening, 1).findings
    assert (row["status"], finding.status.word) == (status, status)
    assert len(finding.leaves) == 1
    # An inclusion that is met, one that is open, and one that is failed, in the worklist's words.
    reversed_plan = read_protocol_text(
        defined(30, last, each, f"not ({expression})"), source="study"
    )
    nothing = small_facts([{"anchor": "screening", "date": DAY}], data_cut=date(2024, 6, 30))
    for one, rows in ((plan, facts), (plan, nothing), (reversed_plan, facts)):
        assert screen_dataset(one, rows).worklist().to_arrow().num_rows == 1
    assert time.process_time() - began < 5


def test_a_definition_named_twice_is_one_node() -> None:
    plan = read_protocol_text(defined(2, FLARE, "meets {0} or not meets {0}"), source="study")
    node = bind_protocol(plan, NO_VOCABULARY).criteria[0].node
    assert node is not None
    assert len(list(leaves_of(node))) == 1
    assert len(shared_nodes(node)) == 1, "the leaf is shared too, but it is no more than itself"
    assert depth_of(node) == 5
    assert can_be(node, Status.MET)


def _copied(node: Node) -> int:
    return 1 + sum(_copied(part) for part in parts_of(node))


def test_what_is_not_shared_is_walked_as_before() -> None:
    plan = read_protocol_text(
        study_text({"C1": f"({FLARE} or {FLARE}) and not {FLARE}"}), source="x"
    )
    node = bind_expression(
        plan.criteria[0].expression or "", protocol_environment(plan, NO_VOCABULARY)
    )
    assert (len(list(leaves_of(node))), shared_nodes(node), _copied(node)) == (3, frozenset(), 6)


def test_a_definition_read_on_other_dates_is_another() -> None:
    """`at two consecutive visits` reads the same name on two dates: nothing is shared there."""
    plan = read_protocol_text(study_text({"C1": FLARE}), source="x")
    environment = replace(
        protocol_environment(plan, NO_VOCABULARY),
        anchors=frozenset({"visit", "previous"}),
        definitions={"d0": "upcr + upcr", "d1": "d0 + d0"},
    )
    node = bind_expression("d1 > 1 g/g at two consecutive visits", environment)
    assert len({placed.leaf for placed in leaves_of(node)}) == 2


DEEP = {
    "not": "not " * 5000 + FLARE,
    "sum": " + ".join(["upcr"] * 1000) + " > 1 g/g",
    "quotient": " / ".join(["upcr"] * 1000) + " > 1",
    "if": f"if {FLARE} then " * 1000 + FLARE,
    "brackets of lists": "at least 1 of (" * 500 + f"{FLARE}, {FLARE})" + f", {FLARE})" * 499,
}


@pytest.mark.parametrize("text", DEEP.values(), ids=DEEP)
def test_what_is_nested_too_deeply_is_told(text: str) -> None:
    with pytest.raises(ProtocolError, match="nested too deeply") as refused:
        bind_protocol(read_protocol_text(study_text({"C1": text}), source="x"), NO_VOCABULARY)
    assert len(str(refused.value)) < 1000


@pytest.mark.parametrize("lines", [150, 2000])
def test_definitions_that_name_one_another_too_deep_are_told(lines: int) -> None:
    plan = read_protocol_text(defined(lines, FLARE, "not meets {0}"), source="x")
    with pytest.raises(ProtocolError, match="nested too deeply"):
        bind_protocol(plan, NO_VOCABULARY)


def test_what_is_long_and_not_deep_is_read(facts: Facts) -> None:
    many = f"({' or '.join([FLARE] * 3000)})"
    brackets = "(" * 1000 + FLARE + ")" * 1000
    deep = "not " * (MOST_NESTED - 10) + FLARE
    plan = read_protocol_text(study_text({"A": many, "B": brackets, "C": deep}), source="x")
    rows = screen_dataset(plan, facts).verdict_table().to_pylist()
    assert {row["status"] for row in rows} == {"met"}


HUGE = "9" * 5000
LONG = [
    f"upcr > {HUGE} g/g",
    f"upcr > 0.{HUGE} g/g",
    f"age at screening >= {HUGE} years",
    f"anti_dsdna_titre >= 1:{HUGE}",
    f"any flare in [screening - {HUGE} days, screening]",
    f"at least {HUGE} of ({FLARE}, {FLARE})",
    f"count of flare in [screening - 28 days, screening] >= {HUGE}",
    f"dose of prednisone > 10 mg/d on at least {HUGE} days in [screening - 28 days, screening]",
    "upcr > " + "9" * (MOST_DIGITS + 1) + " g/g",
]


@pytest.mark.parametrize("text", LONG)
def test_a_number_of_too_many_digits_is_told(text: str) -> None:
    with pytest.raises(ProtocolError, match="more digits than any measurement") as refused:
        bind_protocol(read_protocol_text(study_text({"C1": text}), source="x"), NO_VOCABULARY)
    assert len(str(refused.value)) < 1500


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("upcr > {0} g/g", "not_met"),
        ("upcr < {0} g/g", "met"),
        ("upcr > 0.{0} g/g", "met"),
        ("age at screening >= {0} years", "not_met"),
        ("count of flare in [screening - 28 days, screening] >= {0}", "not_met"),
        ("count of flare in [screening - 28 days, screening] < {0}", "met"),
        ("dose of prednisone at screening < {0} mg/d", "met"),
    ],
)
def test_a_number_of_as_many_digits_as_there_may_be_is_compared(
    facts: Facts, text: str, status: str
) -> None:
    written = text.format("9" * MOST_DIGITS)
    plan = read_protocol_text(study_text({"C1": written}), source="x")
    screening = screen_dataset(plan, facts)
    (row,) = screening.verdict_table().to_pylist()
    (finding,) = explain_person(screening, 1).findings
    assert row["status"] == finding.status.word
    assert row["status"] == status


def test_a_caret_in_a_long_line_shows_its_surroundings() -> None:
    line, mark = point_at("a" * 5000 + "X" + "b" * 5000, 5000, 5001).split("\n")
    assert len(line) < 250
    assert line[mark.index("^")] == "X"


@pytest.mark.parametrize(
    "text", ["upcr > 1\x00 g/g", "upcr > 1 \U000e0041g/g", "", " ", "\x1b[31m"]
)
def test_odd_characters_are_no_expression(text: str) -> None:
    environment = protocol_environment(
        read_protocol_text(study_text({"C1": FLARE}), source="x"), NO_VOCABULARY
    )
    with pytest.raises(ExpressionError) as refused:
        bind_expression(text, environment)
    assert "\x1b" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["version = " + "1" * 5000, "x = " + "[" * 5000, "x = " + "{a=" * 3000]
)
def test_a_protocol_file_at_its_extremes_is_refused(text: str) -> None:
    with pytest.raises(ProtocolError):
        read_protocol_text(f'kind = "remit.protocol"\n{text}', source="x")


@pytest.mark.parametrize("day", [date(9999, 12, 31), date(9999, 12, 1)])
def test_the_last_day_of_the_calendar_is_a_day_like_another(day: date) -> None:
    rows: list[Mapping[str, object]] = [{"birth": date(9960, 6, 15)}]
    rows += [{"anchor": a, "date": day, "study": "NCT05631717"} for a in ("screening", "baseline")]
    rows += [{"anchor": "screening", "date": day}]
    rows += [{"concept": "upcr", "date": day, "number": 2, "unit": "g/g"}]
    with small_facts(rows, data_cut=date(9999, 12, 31)) as facts:
        text = study_text(
            {"A": "any flare in (screening, screening + 1 year)", "B": "upcr > 1 g/g"}
        )
        screening = screen_dataset(read_protocol_text(text, source="x"), facts)
        words = [finding.status.word for finding in explain_person(screening, 1).findings]
        assert [row["status"] for row in screening.verdict_table().to_pylist()] == words
        assert remit.adjudicate("nct05631717", facts).visits.ids
