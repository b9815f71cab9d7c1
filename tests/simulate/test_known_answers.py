"""The rules behind the known truth, on states written by hand: the boundary rows."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction

import numpy as np
import pytest

from remit.simulate.calendar import (
    EPOCH,
    Birth,
    DayRange,
    Flags,
    add_months,
    completed_years,
    day_of,
    from_parts,
    parts_of,
)
from remit.simulate.oracle.kleene import (
    Answers,
    any_of,
    at_least,
    decided,
    first_known,
    total_at_least,
    unknown_for,
    when,
)
from remit.simulate.oracle.lookups import against, against_limit, flaw_of, pick_latest
from remit.simulate.state import MICRO, NO_AMOUNT, NO_LIMIT, Labs, WrittenUnit
from remit.truth import (
    Reason,
    Status,
    Truth,
    truth_at_least,
    truth_first_known,
    truth_if,
    truth_tally,
    unknown,
)

UNITS = (
    WrittenUnit(9510, "g/g", "g/g"),
    WrittenUnit(44777612, "mg/mmol", "mg/mmol"),
    WrittenUnit(None, None, None),
    WrittenUnit(None, "mg/TV", None),
    WrittenUnit(8840, "mg/dL", "mg/dL"),
)


def labs(*rows: tuple[int, int, int, int, int]) -> Labs:
    """One person's UPCR records: day, second, amount in millionths, unit, bound."""
    columns = np.array(rows, np.int64).T[:, None, :]
    day, second, amount, unit, bound = columns
    return Labs(
        there=np.ones(day.shape, np.bool_),
        day=day.astype(np.int32),
        second=second.astype(np.int32),
        amount=amount,
        unit=unit.astype(np.int8),
        units=UNITS,
        bound=bound.astype(np.int8),
        high=np.full(day.shape, MICRO),
        low=np.full(day.shape, NO_LIMIT),
        coded=np.full(day.shape, -1, np.int8),
        codes=(0,),
    )


def answered(answers: Answers) -> list[str]:
    """Status of each record, or the reason where it is unknown."""
    return [
        Reason(reason).word if status == Status.UNKNOWN else Status(status).word
        for status, reason in zip(answers.status[0], answers.reasons[0], strict=True)
    ]


@pytest.mark.parametrize(
    ("amount", "unit", "bound", "word"),
    [
        (1_000_000, 0, 0, "not_met"),
        (1_000_001, 0, 0, "met"),
        (113_120_000, 1, 0, "not_met"),
        (113_120_001, 1, 0, "met"),
        (2_000_000, 2, 0, "unit_missing"),
        (2_000_000, 3, 0, "unit_unknown"),
        (2_000_000, 4, 0, "unit_unknown"),
        (NO_AMOUNT, 2, 0, "no_value"),
        (60_000_000, 0, 0, "met"),
        (60_000_001, 0, 0, "implausible"),
        (1_000_000, 0, 1, "not_met"),
        (1_000_001, 0, 1, "censored"),
        (1_000_000, 0, 2, "not_met"),
        (1_000_000, 0, 4, "met"),
        (1_000_000, 0, 3, "censored"),
        (1_000_001, 0, 3, "met"),
        (999_999, 0, 4, "censored"),
        (1_000_001, 0, 5, "met"),
    ],
)
def test_one_record_above_a_threshold(amount: int, unit: int, bound: int, word: str) -> None:
    record = labs((0, -1, amount, unit, bound))
    assert answered(against(record, "upcr", ">", "1")) == [word]


@pytest.mark.parametrize(
    ("bound", "below", "at_most"),
    [
        (1, "met", "met"),
        (2, "censored", "met"),
        (3, "not_met", "censored"),
        (4, "not_met", "not_met"),
    ],
)
def test_bounds_at_the_threshold(bound: int, below: str, at_most: str) -> None:
    record = labs((0, -1, 1_000_000, 0, bound))
    assert answered(against(record, "upcr", "<", "1")) == [below]
    assert answered(against(record, "upcr", "<=", "1")) == [at_most]


def test_limit_of_normal_needs_no_unit() -> None:
    records = labs(
        (0, -1, 1_500_000, 2, 0), (0, -1, 1_500_001, 3, 0), (0, -1, int(NO_AMOUNT), 0, 0)
    )
    high = against_limit(records, ">", "1.5", limits=records.high)
    assert answered(high) == ["not_met", "met", "no_value"]
    low = against_limit(records, ">=", "1", limits=records.low)
    assert answered(low) == ["no_reference_range", "no_reference_range", "no_value"]


def test_latest_is_by_day_then_time_then_id() -> None:
    every = DayRange(np.zeros(1, np.int32), np.full(1, 9, np.int32), np.ones(1, np.bool_))
    for rows, column in (
        (((3, 50, 1, 0, 0), (4, -1, 1, 0, 0), (10, 5, 1, 0, 0)), 1),
        (((4, 0, 1, 0, 0), (4, -1, 1, 0, 0)), 0),
        (((4, 9, 1, 0, 0), (4, 9, 1, 0, 0)), 1),
        (((10, 9, 1, 0, 0), (-1, 9, 1, 0, 0)), -1),
    ):
        assert pick_latest(labs(*rows), every).tolist() == [column]


def test_flaw_is_the_first_of_the_table() -> None:
    assert flaw_of(labs((0, -1, 99_000_000, 3, 0)), "upcr").tolist() == [[Reason.UNIT_UNKNOWN]]


@pytest.mark.parametrize("months", [-60, -12, -6, -1, 0, 1, 13])
def test_calendar_months_clip(months: int) -> None:
    days = np.arange(day_of(date(2019, 12, 1)), day_of(date(2024, 4, 1)), dtype=np.int32)
    for day, moved in zip(days, add_months(days, months), strict=True):
        start = EPOCH + timedelta(days=int(day))
        count = start.year * 12 + start.month - 1 + months
        year, month = divmod(count, 12)
        expected = start.day
        while True:
            try:
                wanted = date(year, month + 1, expected)
                break
            except ValueError:
                expected -= 1
        assert day_of(wanted) == moved


def test_ages_and_imprecise_births() -> None:
    born = np.array([day_of(date(2000, 3, 1)), day_of(date(2000, 3, 2))], np.int32)
    on = np.full(2, day_of(date(2018, 3, 1)), np.int32)
    assert completed_years(born, on).tolist() == [18, 17]
    year, month, day = parts_of(born)
    assert from_parts(year, month, day).tolist() == born.tolist()
    vague = Birth(*(np.array(part, np.int32) for part in ([2000, 2000], [0, 2], [0, 0])))
    assert vague.earliest.tolist() == [day_of(date(2000, 1, 1)), day_of(date(2000, 2, 1))]
    assert vague.latest.tolist() == [day_of(date(2000, 12, 31)), day_of(date(2000, 2, 29))]


def _parts() -> dict[Status, tuple[Answers, Truth]]:
    one: Flags = np.ones(1, np.bool_)
    not_applicable = when(decided(~one), decided(one))
    return {
        Status.MET: (decided(one), Truth(Status.MET)),
        Status.NOT_MET: (decided(~one), Truth(Status.NOT_MET)),
        Status.UNKNOWN: (unknown_for(Reason.NO_DATA, 1), unknown(Reason.NO_DATA)),
        Status.NOT_APPLICABLE: (not_applicable, Truth(Status.NOT_APPLICABLE)),
    }


@pytest.mark.parametrize("minimum", [1, 2, 3])
@pytest.mark.parametrize("first", list(Status))
@pytest.mark.parametrize("second", list(Status))
@pytest.mark.parametrize("third", list(Status))
def test_logic_agrees_with_the_one_person_logic(
    minimum: int, first: Status, second: Status, third: Status
) -> None:
    parts = [_parts()[status] for status in (first, second, third)]
    expected = truth_at_least(minimum, [truth for _, truth in parts])
    found = at_least(minimum, [answers for answers, _ in parts])
    assert found.status[0] == expected.status
    assert found.reasons[0] == sum(reason.bit for reason in expected.reasons)


@pytest.mark.parametrize("condition", list(Status))
@pytest.mark.parametrize("then", list(Status))
def test_condition_agrees_with_the_one_person_logic(condition: Status, then: Status) -> None:
    (asked, if_truth), (answer, then_truth) = _parts()[condition], _parts()[then]
    expected = truth_if(if_truth, then_truth)
    found = when(asked, answer)
    assert found.status[0] == expected.status
    assert any_of(found, found).reasons[0] == sum(reason.bit for reason in expected.reasons)


KNOWABLE = (Status.NOT_MET, Status.MET, Status.UNKNOWN)


@pytest.mark.parametrize("threshold", [1, 4, 6, 8])
@pytest.mark.parametrize("first", KNOWABLE)
@pytest.mark.parametrize("second", KNOWABLE)
@pytest.mark.parametrize("third", KNOWABLE)
def test_totals_agree_with_the_one_person_logic(
    threshold: int, first: Status, second: Status, third: Status
) -> None:
    """Points of 4 and 2 in one group, of which the highest counts, and of 4 in another."""
    of = [_parts()[status] for status in (first, second, third)]
    expected = truth_tally(
        [
            [(Fraction(4), of[0][1]), (Fraction(2), of[1][1])],
            [(Fraction(4), of[2][1])],
        ],
        lambda total: total >= threshold,
    )
    found = total_at_least(threshold, [[(4, of[0][0]), (2, of[1][0])], [(4, of[2][0])]])
    assert found.status[0] == expected.status
    assert found.reasons[0] == sum(reason.bit for reason in expected.reasons)


@pytest.mark.parametrize("first", KNOWABLE)
@pytest.mark.parametrize("second", KNOWABLE)
def test_first_known_agrees_with_the_one_person_logic(first: Status, second: Status) -> None:
    of = [_parts()[status] for status in (first, second)]
    expected = truth_first_known([truth for _, truth in of])
    found = first_known(*(answers for answers, _ in of))
    assert found.status[0] == expected.status
    assert found.reasons[0] == sum(reason.bit for reason in expected.reasons)
