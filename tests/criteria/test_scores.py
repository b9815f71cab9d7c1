"""Tallies and first-known in both evaluators, and scores worked out inside criteria."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from remit.criteria.binder import bind_expression
from remit.criteria.columns.logic import combine_codes
from remit.criteria.environment import Environment
from remit.criteria.meanings import evaluate
from remit.criteria.reference import combine
from remit.criteria.reference.records import NumberRecord, PersonRecords
from remit.criteria.tree import And, Attested, FirstKnown, Leaf, Node, Not, Or, Placed, Tally
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.facts.tables import FEMALE
from remit.instruments.catalogue import NOT_ATTRIBUTED, PRESENT, instrument_named
from remit.instruments.criteria_scores import packaged_scores
from remit.truth import MET, NOT_MET, Reason, Status, Truth, reasons_of_mask, unknown

# ---- both evaluators of the new nodes ------------------------------------------------------------

NAMES = tuple("abcdef")
KINDS = (MET, NOT_MET, unknown(Reason.NO_DATA), unknown(Reason.CENSORED))
CODE = {MET: 1, NOT_MET: 2, KINDS[2]: int(Reason.NO_DATA), KINDS[3]: int(Reason.CENSORED)}


def _leaf(name: str) -> Placed:
    return Placed(Attested(name), name, 0, 1)


def _wider(parts: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    several = st.lists(parts, min_size=1, max_size=3).map(tuple)
    points = st.integers(1, 8).map(lambda n: Fraction(n, 2))
    group = st.lists(st.tuples(points, parts), min_size=1, max_size=3).map(tuple)
    tally = st.builds(
        Tally,
        st.just("score"),
        st.lists(group, min_size=1, max_size=4).map(tuple),
        st.sampled_from([">", ">=", "<", "<=", "="]),
        st.integers(0, 12).map(lambda n: Fraction(n, 2)),
    )
    return st.one_of(
        parts.map(Not), several.map(And), several.map(Or), several.map(FirstKnown), tally
    )


TREES = st.recursive(st.sampled_from(NAMES).map(_leaf), _wider, max_leaves=10)
PEOPLE = st.lists(
    st.fixed_dictionaries({name: st.sampled_from(KINDS) for name in NAMES}), min_size=1, max_size=8
)


def _placed(person: dict[str, Truth], placed: Placed) -> Truth:
    return person[placed.text]


@given(TREES, PEOPLE)
def test_both_evaluators_agree_on_scores(node: Node, people: list[dict[str, Truth]]) -> None:
    codes: dict[Leaf, npt.NDArray[np.int8]] = {
        Attested(name): np.array([CODE[person[name]] for person in people], np.int8)
        for name in NAMES
    }
    verdicts = combine_codes(node, codes)
    for place, person in enumerate(people):
        truth = combine(node, partial(_placed, person))
        assert Status(int(verdicts.statuses[place])) is truth.status
        assert reasons_of_mask(int(verdicts.reasons[place])) == truth.reasons


# ---- SLEDAI-2K inside a criterion ----------------------------------------------------------------

SCREENING = date(2024, 3, 31)
ENVIRONMENT = Environment(
    packaged_dictionary(),
    frozenset({"screening"}),
    "[screening - 28 days, screening]",
    scores=packaged_scores(),
    codes=NO_VOCABULARY,
)
PERSON = PersonRecords(
    person=1,
    gender=FEMALE,
    birth_year=1990,
    birth_month=6,
    birth_day=15,
    anchors={"screening": SCREENING},
    periods=((date(2020, 1, 1), date(2024, 6, 30)),),
    data_cut=date(2024, 6, 30),
)
ITEMS = {item.id: item.omop for item in instrument_named("sledai_2k").items}


def _item(name: str, code: int, *, row: int = 0) -> NumberRecord:
    omop = ITEMS[name]
    assert omop is not None
    return NumberRecord(row=row or omop, concept=omop, day=SCREENING, code=code)


def _value(name: str, number: str, unit: str, **more: Any) -> NumberRecord:
    code = packaged_dictionary().omop_ids(name)[0]
    record = NumberRecord(
        row=code, concept=code, day=SCREENING, number=Decimal(number), unit_text=unit
    )
    return replace(record, **more)


def _status(text: str, *records: NumberRecord) -> Status:
    person = replace(PERSON, numbers=records)
    return evaluate(bind_expression(text, ENVIRONMENT), person)[0].status


ALL_ABSENT = tuple(_item(name, 2100000902) for name in ITEMS)


# Weights: Gladman, Ibanez, Urowitz. J Rheumatol 2002;29:288.
@pytest.mark.parametrize(
    ("records", "expected"),
    [
        ((), Status.UNKNOWN),
        ((_item("seizure", PRESENT),), Status.MET),  # 8 points are certain
        ((_item("rash", PRESENT),), Status.UNKNOWN),  # 2 points, the rest not assessed
        (ALL_ABSENT, Status.NOT_MET),
        ((_item("arthritis", PRESENT), _item("rash", PRESENT)), Status.MET),  # 4 + 2 = 6
        ((_item("seizure", NOT_ATTRIBUTED),), Status.UNKNOWN),  # present, not due to lupus: 0
        ((_value("sledai_2k", "5", "{score}"), _item("seizure", PRESENT)), Status.NOT_MET),
        ((_value("sledai_2k", "6", "{score}"), *ALL_ABSENT), Status.MET),
        # 0.51 g/day is proteinuria (4) and C3 below its own limit is low complement (2)
        (
            (
                _value("urine_protein_24h", "0.51", "g/d"),
                _value("c3", "60", "mg/dL", low=Decimal(90)),
            ),
            Status.MET,
        ),
        # exactly 0.5 g/day is none; low complement and 4 others stay open
        (
            (
                _value("urine_protein_24h", "0.5", "g/d"),
                _value("c3", "60", "mg/dL", low=Decimal(90)),
            ),
            Status.UNKNOWN,
        ),
        # a recorded finding goes before the value: absent by the physician's attribution
        (
            (
                *ALL_ABSENT,
                _value("urine_protein_24h", "3", "g/d"),
                _value("c3", "60", "mg/dL", low=Decimal(90)),
            ),
            Status.NOT_MET,
        ),
    ],
)
def test_sledai_in_a_criterion(records: tuple[NumberRecord, ...], expected: Status) -> None:
    assert _status("sledai_2k >= 6", *records) is expected


def test_the_reasons_are_those_of_the_open_items() -> None:
    person = replace(PERSON, numbers=(_value("platelets", "50", "g/g"),))
    truth, _ = evaluate(bind_expression("sledai_2k >= 6", ENVIRONMENT), person)
    assert truth.reasons == {Reason.NO_DATA, Reason.UNIT_UNKNOWN}
