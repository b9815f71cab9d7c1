"""What is told to settle a criterion settles it: add that fact and no other, and screen anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from remit.criteria.missing_facts import MissingFact, fewest_missing
from remit.criteria.readings import Threshold
from remit.criteria.reference.records import PersonRecords
from remit.criteria.reference.spans import window_days
from remit.criteria.tree import Attested, ValueTest, leaves_of
from remit.protocol import packaged_protocols, protocol_named
from remit.protocol.bound import BoundCriterion
from remit.screening import screen_dataset
from remit.screening.criterion_records import criterion_records
from remit.screening.decisive_leaves import LeafTruths
from remit.testing import Row, small_facts
from remit.truth import Status

CUT, DAY = date(2024, 12, 31), date(2024, 6, 1)


def passes(item: BoundCriterion) -> Status:
    return Status.MET if item.criterion.kind == "inclusion" else Status.NOT_MET


def row_of(fact: MissingFact, records: PersonRecords, study: str) -> Row | None:
    """A signature, or a number on the right side of a threshold; None for what is neither."""
    leaf, met = fact.placed.leaf, fact.wanted is Status.MET
    if isinstance(leaf, Attested):
        return {"attested": leaf.item, "answer": met, "date": CUT, "study": study}
    if not isinstance(leaf, ValueTest) or not isinstance(leaf.test, Threshold):
        return None
    days = window_days(leaf.value.window, records)
    assert days is not None, "all dates are there"
    limit, measure = leaf.test.value, leaf.value.measure
    aside = abs(limit) / 10 or Fraction(1, 10)
    if leaf.test.operator != "=":
        above = (leaf.test.operator in {">", ">="}) is met
        number = limit + aside if above else limit - aside
    else:
        number = limit if met else limit + aside
    written = str(Decimal(number.numerator) / Decimal(number.denominator))
    unit: Row = {"unit": measure.unit} if measure.multipliers else {}
    return {"concept": measure.name, "date": min(days.last, CUT), "number": written, **unit}


def settling_rows(item: BoundCriterion, records: PersonRecords, study: str) -> list[Row] | None:
    assert item.node is not None
    truths = LeafTruths(records)
    known = {placed.leaf: truths.found(placed.leaf).truth for placed in leaves_of(item.node)}
    facts = fewest_missing(item.node, known, answer=passes(item))
    rows = [row_of(fact, records, study) for fact in facts]
    return [row for row in rows if row is not None] if facts and None not in rows else None


@pytest.mark.parametrize("study", packaged_protocols())
def test_the_facts_that_are_named_let_the_person_pass(study: str) -> None:
    plan = protocol_named(study)
    dates: list[Row] = [{"anchor": name, "date": DAY, "study": plan.id} for name in plan.anchors]
    before = screen_dataset(plan, small_facts(dates, data_cut=CUT))

    def asked() -> Iterator[tuple[str, PersonRecords]]:
        open_ = {
            item.criterion.id: np.array([True])
            for item in before.bound.criteria
            if item.node is not None and before.statuses[item.criterion.id][0] == Status.UNKNOWN
        }
        for records, names in criterion_records(before, open_):
            yield from ((name, records) for name in names)

    found = {name: settling_rows(before.bound.by_id[name], at, plan.id) for name, at in asked()}
    told = {name: rows for name, rows in found.items() if rows is not None}
    assert len(told) >= 4
    # One person a criterion, so that no fact helps another.
    persons = [
        {"person_id": number, **row}
        for number, rows in enumerate(told.values(), start=1)
        for row in [*dates, *rows]
    ]
    after = screen_dataset(plan, small_facts(persons, data_cut=CUT))
    for place, name in enumerate(told):
        assert after.statuses[name][place] in {
            passes(after.bound.by_id[name]),
            Status.NOT_APPLICABLE,
        }, name
