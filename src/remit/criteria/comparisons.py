"""Comparisons of readings with constants and with each other, brought to an exact linear form.

A side of a comparison is a quotient of two linear sums of readings. Multiplying out gives
`sum(constant × reading) + constant  operator  0`, which both evaluators decide without rounding.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Literal, cast

from lark import Token

from remit.criteria.leaves import Slope
from remit.criteria.scope import (
    Scope,
    bind_window,
    check_anchor,
    operator_of,
    read_duration,
    token_of,
    tree_named,
    trees,
    whole,
)
from remit.criteria.sums import (
    NUMERIC_KINDS,
    ONE,
    Side,
    agreed,
    bind_side,
    dimension_error,
    dose_in,
    product,
    resolved_literal,
    selector_of,
    unit_of,
)
from remit.criteria.syntax import ParseTree
from remit.criteria.tree import (
    FLIPPED,
    AgeTest,
    CountTest,
    DoseDays,
    DoseTest,
    Leaf,
    LimitMultiple,
    LinearTest,
    Operator,
    Quantified,
    Reading,
    Test,
    Threshold,
    Value,
    ValueTest,
)
from remit.facts.concept import VALUE_KINDS, Concept

_AGE_UNITS: Mapping[str, Literal["year", "month"]] = {
    "year": "year",
    "years": "year",
    "month": "month",
    "months": "month",
}


def bind_comparison(node: ParseTree, scope: Scope) -> tuple[Leaf, ...]:
    """The tests of a comparison; a chain such as `a <= x <= b` gives one for each sign."""
    sides = trees(node)
    signs = [child for child in node.children if isinstance(child, Token)]
    return tuple(
        _compare(left, sign, right, node, scope)
        for left, sign, right in zip(sides, signs, sides[1:], strict=False)
    )


def _compare(left: ParseTree, sign: Token, right: ParseTree, node: ParseTree, scope: Scope) -> Leaf:
    operator = operator_of(sign)
    for subject, other, oriented in ((left, right, operator), (right, left, FLIPPED[operator])):
        if subject.data == "age":
            return _bind_age(subject, oriented, other, scope)
        if subject.data == "count":
            return _bind_count(subject, oriented, other, scope)
        if subject.data == "slope":
            return _bind_slope(subject, oriented, sign, other, scope)
        if subject.data == "value" and selector_of(subject) in {"HIGHEST", "LOWEST"}:
            return _bind_extreme(subject, oriented, sign, other, scope)
    first, second = bind_side(left, scope), bind_side(right, scope)
    for subject_side, limit_side, oriented in (
        (first, second, operator),
        (second, first, FLIPPED[operator]),
    ):
        if limit_side.limit is not None:
            # `2 * alt > uln` is no lone reading: only a reading as written has its record's limit.
            value = _lone_reading(subject_side) if subject_side.concept is not None else None
            if not isinstance(value, Value):
                raise scope.error(
                    f"{limit_side.limit} belongs to the record of one reading",
                    node,
                    expected="latest NAME in WINDOW compared with NUMBER * uln",
                )
            _refuse_equals(oriented, sign, subject_side, scope)
            multiple = LimitMultiple(oriented, limit_side.top.constant, limit_side.limit)
            return ValueTest(value, multiple)
    first, second = (
        agreed(first, second, left, right, scope),
        agreed(second, first, right, left, scope),
    )
    if first.dimension != second.dimension:
        raise dimension_error(first, second, node, scope)
    _refuse_equals(operator, sign, first if not first.is_literal else second, scope)
    return _linear_test(first, operator, second, node, scope)


def _refuse_equals(operator: Operator, sign: Token, side: Side, scope: Scope) -> None:
    discrete = side.concept is not None and side.concept.is_discrete
    if operator == "=" and not discrete:
        raise scope.error(
            "a bare = on a continuous quantity is not executed",
            sign,
            expected=">, >=, < or <=",
            got="=",
            next_step="the sign may have been lost from >= or <=: check the source, write it out",
        )


def _lone_reading(side: Side) -> Reading | None:
    if len(side.top.terms) == 1 and side.top.constant == 0 and not side.bottom.terms:
        return next(iter(side.top.terms))
    return None


def _linear_test(
    first: Side, operator: Operator, second: Side, node: ParseTree, scope: Scope
) -> Leaf:
    left = product(first.top, second.bottom, node, scope)
    right = product(second.top, first.bottom, node, scope)
    difference = left.plus(right.scaled(Fraction(-1)))
    terms = {reading: factor for reading, factor in difference.terms.items() if factor}
    if not terms:
        raise scope.error(
            "the comparison reads nothing of the person",
            node,
            expected="a reading such as `latest upcr in [screening - 28 days, screening]`",
        )
    divisors = []
    for bottom in (first.bottom, second.bottom):
        if not bottom.terms:
            continue
        reading, factor = next(iter(bottom.terms.items()))
        if len(bottom.terms) > 1 or bottom.constant or factor <= 0:
            raise scope.error(
                "a divisor must be one reading", node, expected="A / B with B a single reading"
            )
        divisors.append(reading)
    if len(terms) == 1 and not divisors:
        reading, factor = next(iter(terms.items()))
        threshold = -difference.constant / factor
        test = Threshold(operator if factor > 0 else FLIPPED[operator], threshold)
        return ValueTest(reading, test) if isinstance(reading, Value) else DoseTest(reading, test)
    ordered = tuple((factor, reading) for reading, factor in terms.items())
    return LinearTest(ordered, difference.constant, operator, tuple(divisors))


def _bind_age(node: ParseTree, operator: Operator, other: ParseTree, scope: Scope) -> AgeTest:
    anchor = check_anchor(token_of(node, "NAME"), scope)
    literal, inner = resolved_literal(other, scope)
    unit = next((t for t in literal.children if isinstance(t, Token) and t.type == "UNIT"), None)
    period = _AGE_UNITS.get(str(unit))
    if literal.data != "quantity" or period is None:
        raise inner.error(
            "an age is compared with a number of years or months",
            literal,
            expected="for example 18 years",
        )
    number = Fraction(str(token_of(literal, "NUMBER")))
    return AgeTest(anchor, period, operator, number)


def _bind_count(node: ParseTree, operator: Operator, other: ParseTree, scope: Scope) -> CountTest:
    concept = scope.concept(token_of(node, "NAME"))
    literal, inner = resolved_literal(other, scope)
    side = bind_side(literal, inner)
    if side.number is None or side.written is not None or not whole(side.number):
        raise inner.error("a count is compared with a whole number", literal, expected="2")
    window = bind_window(node, concept.name, scope)
    left_out = tree_named(node, "except")
    without = str(token_of(left_out, "NAME")) if left_out is not None else None
    if concept.kind in VALUE_KINDS:
        if concept.kind == "category" or left_out is not None:
            raise scope.error(f"records of {concept.name} are not counted so", node)
        return CountTest(scope.environment.measure(concept), window, operator, side.number)
    if without is not None:
        scope.concept(token_of(cast(ParseTree, left_out), "NAME"), concept.kind)
    events = scope.environment.events(concept.name, without=without)
    return CountTest(events, window, operator, side.number)


def _bind_slope(
    node: ParseTree, operator: Operator, sign: Token, other: ParseTree, scope: Scope
) -> Slope:
    """`slope of X in W per year < t`; the value is written in a unit of X."""
    period = token_of(node, "PERIOD")
    if str(period) != "year":
        # A month has no fixed length; and one unit of time leaves no doubt about a number.
        raise scope.error("a slope is that of a year", period, expected="year", got=str(period))
    if operator == "=":
        raise scope.error("a slope is compared with >, >=, < or <=", sign, expected=">=")
    concept = scope.concept(token_of(node, "NAME"), *NUMERIC_KINDS)
    window = bind_window(node, concept.name, scope)
    test = _test_of(concept, operator, sign, other, scope)
    if not isinstance(test, Threshold):
        raise scope.error(
            f"{test.side} belongs to one record, not to a slope", other, expected="a value"
        )
    return Slope(scope.environment.measure(concept), window, test)


def _bind_extreme(
    node: ParseTree, operator: Operator, sign: Token, other: ParseTree, scope: Scope
) -> Quantified:
    """`highest X > t` asks for any record above; `highest X < t` for every record below."""
    if operator == "=":
        raise scope.error("an extreme is compared with >, >=, < or <=", sign, expected=">=")
    highest = selector_of(node) == "HIGHEST"
    every = operator in ({"<", "<="} if highest else {">", ">="})
    concept = scope.concept(token_of(node, "NAME"), *NUMERIC_KINDS)
    window = bind_window(node, concept.name, scope)
    test = _test_of(concept, operator, sign, other, scope)
    return Quantified(scope.environment.measure(concept), window, test, every)


def bind_quantified(node: ParseTree, scope: Scope) -> Quantified:
    """`any X in W > t`, `every X in W > t`, with or without a confirming record."""
    concept = scope.concept(token_of(node, "NAME"), *NUMERIC_KINDS)
    sign = token_of(node, "COMPARE")
    window = bind_window(node, concept.name, scope)
    limit = next(child for child in trees(node) if child.data not in {"range", "day", "confirmed"})
    test = _test_of(concept, operator_of(sign), sign, limit, scope)
    confirmed = tree_named(node, "confirmed")
    gap = None
    if confirmed is not None:
        shortest, longest = (read_duration(child, scope) for child in trees(confirmed))
        if shortest.days is None or longest.days is None or shortest.days > longest.days:
            raise scope.error(
                "the gap must be in days or weeks, the shorter one first",
                confirmed,
                expected="[1 day, 14 days]",
            )
        gap = (shortest, longest)
    every = any(isinstance(child, Token) and child.type == "EVERY" for child in node.children)
    return Quantified(scope.environment.measure(concept), window, test, every, gap)


def bind_dose_days(node: ParseTree, scope: Scope) -> DoseDays:
    """`dose of X > Q on at least N [consecutive] days in W`."""
    concept = scope.concept(token_of(node, "NAME"), "drug")
    dose = dose_in(concept, bind_window(node, concept.name, scope), scope)
    sign, count = token_of(node, "COMPARE"), token_of(node, "INT")
    operator = operator_of(sign)
    if operator not in {">", ">="}:
        # A dose that is not known can only raise the amount of a day.
        raise scope.error("days are counted above a dose", sign, expected="> or >=", got=str(sign))
    if int(count) < 1:
        raise scope.error("so many days are always there", count, expected="1 day or more", got="0")
    limit = next(child for child in trees(node) if child.data not in {"range", "day"})
    subject = Side(ONE, ONE, unit_of(dose).dimension, concept)
    side = bind_side(limit, scope)
    if side.top.terms or side.bottom.terms or side.limit is not None:
        raise scope.error("a dose is compared with a constant here", limit, expected="10 mg/d")
    constant = _constant(side, subject, limit, scope)
    threshold = Threshold(operator, constant / unit_of(dose).factor)
    if operator == ">=" and threshold.value <= 0:
        raise scope.error("every day has so much", limit, expected="> 0 mg/d, or a larger dose")
    consecutive = any(
        isinstance(child, Token) and child.type == "CONSECUTIVE" for child in node.children
    )
    return DoseDays(dose, threshold, int(count), consecutive)


def _test_of(
    concept: Concept, operator: Operator, sign: Token, node: ParseTree, scope: Scope
) -> Test:
    """A test of single records against a constant or a multiple of their limit of normal."""
    assert concept.unit is not None
    subject = Side(ONE, ONE, concept.unit.dimension, concept)
    side = bind_side(node, scope)
    _refuse_equals(operator, sign, subject, scope)
    if side.limit is not None:
        return LimitMultiple(operator, side.top.constant, side.limit)
    if side.top.terms or side.bottom.terms:
        raise scope.error("records are compared with a constant", node, expected="a value")
    return Threshold(operator, _constant(side, subject, node, scope) / concept.unit.factor)


def _constant(side: Side, subject: Side, node: ParseTree, scope: Scope) -> Fraction:
    """A side without readings as a number of the same dimension as the subject."""
    side = agreed(side, subject, node, node, scope)
    if side.dimension != subject.dimension:
        raise dimension_error(subject, side, node, scope)
    return side.top.constant
