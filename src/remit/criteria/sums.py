"""Sums of readings: one side of a comparison, as a quotient of two linear sums in base units."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Literal, cast

from lark import Token

from remit.criteria.dates import Window
from remit.criteria.scope import (
    Scope,
    bind_window,
    read_moment,
    token_of,
    trees,
)
from remit.criteria.syntax import ParseTree, parse_expression
from remit.criteria.tree import Dose, Reading, Value
from remit.errors import UnitError
from remit.facts.concept import VALUE_KINDS, Concept
from remit.units import (
    DIMENSIONLESS,
    Dimension,
    Unit,
    combine_dimensions,
    unit_named,
    unit_table,
)

NUMERIC_KINDS = ("quantity", "titre", "score")


@dataclass(frozen=True, slots=True)
class Linear:
    """`sum(factor × reading) + constant`, in base units."""

    terms: Mapping[Reading, Fraction]
    constant: Fraction

    def scaled(self, factor: Fraction) -> Linear:
        return Linear(
            {reading: value * factor for reading, value in self.terms.items()},
            self.constant * factor,
        )

    def plus(self, other: Linear) -> Linear:
        terms = dict(self.terms)
        for reading, factor in other.terms.items():
            terms[reading] = terms.get(reading, Fraction(0)) + factor
        return Linear(terms, self.constant + other.constant)


ONE = Linear({}, Fraction(1))


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a comparison, with what the checks need to know about how it was written."""

    top: Linear
    bottom: Linear
    dimension: Dimension
    concept: Concept | None = None  # of a lone reading
    written: Unit | None = None  # of a lone literal
    number: Fraction | None = None  # of a lone literal
    limit: Literal["uln", "lln"] | None = None

    @property
    def is_literal(self) -> bool:
        return self.number is not None


def agreed(side: Side, other: Side, node: ParseTree, beside: ParseTree, scope: Scope) -> Side:
    """A literal in the unit of the concept on the other side."""
    concept = other.concept
    if not side.is_literal or concept is None or concept.unit is None:
        return side
    assert side.number is not None
    if side.written is None:
        if concept.kind in {"titre", "score"}:
            return side
        raise scope.error(
            f"the number has no unit, and {concept.name} has one",
            node,
            expected=f"for example {concept.unit.code}",
            got="a number without a unit",
        )
    factor = concept.factors.get(side.written.code)
    if factor is None:
        # Without a dimension any two units would fit: 50 % is no protein/creatinine ratio.
        if side.written.dimension == concept.unit.dimension != DIMENSIONLESS:
            factor = side.written.factor / concept.unit.factor
        else:
            raise dimension_error(other, side, node, scope)
    constant = side.number * factor * concept.unit.factor
    return replace(side, top=Linear({}, constant), dimension=concept.unit.dimension)


def dimension_error(first: Side, second: Side, node: ParseTree, scope: Scope) -> Exception:
    known = next((side for side in (first, second) if side.concept is not None), None)
    units = ", ".join(known.concept.factors) if known and known.concept else "matching units"
    literal = next((side.written for side in (first, second) if side.written), None)
    return scope.error(
        "the two sides measure different things",
        node,
        expected=units or "a number without a unit",
        got=literal.code if literal else "different dimensions",
        next_step="write the unit of the same quantity",
    )


def unit_of(reading: Reading) -> Unit:
    return unit_named(reading.measure.unit if isinstance(reading, Value) else "mg/d")


def product(first: Linear, second: Linear, node: ParseTree, scope: Scope) -> Linear:
    if not first.terms:
        return second.scaled(first.constant)
    if not second.terms:
        return first.scaled(second.constant)
    raise scope.error(
        "two readings are multiplied",
        node,
        expected="a comparison that stays linear, such as A / B >= 2 or A - B > 1 g/d",
        next_step="formulas with products and powers are instruments, not expressions",
    )


def bind_side(node: ParseTree, scope: Scope) -> Side:
    rule = str(node.data)
    if rule in {"add", "subtract", "multiply", "divide"}:
        return _combine(rule, node, scope)
    if rule == "quantity":
        number = Fraction(str(token_of(node, "NUMBER")))
        unit = next((t for t in node.children if isinstance(t, Token) and t.type == "UNIT"), None)
        return _literal(number, unit, scope)
    if rule == "negative":
        side = bind_side(trees(node)[0], scope)
        assert side.number is not None, "the grammar has seen to it"
        return replace(side, top=side.top.scaled(Fraction(-1)), number=-side.number)
    if rule == "titre":
        number = Fraction(str(token_of(node, "TITRE")).split(":")[1])
        return _literal(number, None, scope)
    if rule == "limit":
        end = "uln" if token_of(node, "ULN", "LLN").type == "ULN" else "lln"
        return Side(ONE, ONE, DIMENSIONLESS, limit=cast(Literal["uln", "lln"], end))
    if rule == "parameter":
        return _parameter(node, scope)
    if rule == "converted":
        return _converted(node, scope)
    if rule == "value":
        return _value(node, scope)
    if rule in {"dose", "highest_dose"}:
        return _dose(node, scope)
    raise scope.error(
        f"{rule.replace('_', ' ')} cannot stand in this comparison",
        node,
        expected="a reading of a quantity, score or dose",
    )


def _literal(number: Fraction, unit_token: Token | None, scope: Scope) -> Side:
    if unit_token is None:
        return Side(Linear({}, number), ONE, DIMENSIONLESS, number=number)
    own = scope.environment.dictionary.own_unit(str(unit_token))
    try:
        unit = unit_named(str(unit_token)) if own is None else own.unit
    except UnitError as error:
        raise scope.error(
            error.what,
            unit_token,
            expected=error.expected,
            got=error.got,
            next_step=error.next_step,
        ) from error
    if unit.zero:
        near = [
            u.code for u in unit_table().values() if u.dimension == unit.dimension and not u.zero
        ]
        raise scope.error(
            f"a threshold in {unit.code} cannot be written: its scale does not begin at 0",
            unit_token,
            expected=", ".join(near),
            got=unit.code,
            next_step="convert the threshold; records may be in either",
        )
    constant = Linear({}, number * unit.factor)
    return Side(constant, ONE, unit.dimension, written=unit, number=number)


def _parameter(node: ParseTree, scope: Scope) -> Side:
    literal, inner = resolved_literal(node, scope)
    return bind_side(literal, inner)


def _converted(node: ParseTree, scope: Scope) -> Side:
    side = bind_side(trees(node)[0], scope)
    token = token_of(node, "UNIT")
    unit = _literal(Fraction(1), token, scope).written
    assert unit is not None
    concept = side.concept
    if concept is not None and concept.unit is not None and unit.code in concept.factors:
        factor = concept.factors[unit.code] * concept.unit.factor
    elif unit.dimension == side.dimension:
        factor = unit.factor
    else:
        raise scope.error(
            f"the reading cannot be given in {unit.code}",
            token,
            expected=", ".join(concept.factors) if concept else "a unit of its dimension",
            got=unit.code,
        )
    return Side(side.top.scaled(1 / factor), side.bottom, DIMENSIONLESS)


def _combine(rule: str, node: ParseTree, scope: Scope) -> Side:
    left_node, right_node = trees(node)
    left, right = bind_side(left_node, scope), bind_side(right_node, scope)
    if rule in {"add", "subtract"}:
        left = agreed(left, right, left_node, right_node, scope)
        right = agreed(right, left, right_node, left_node, scope)
        if left.dimension != right.dimension:
            raise dimension_error(left, right, node, scope)
        if left.bottom.terms or right.bottom.terms or left.limit or right.limit:
            raise scope.error("a quotient cannot be added to", node, expected="a sum of readings")
        other = right.top if rule == "add" else right.top.scaled(Fraction(-1))
        shared = left.concept if left.concept == right.concept else None
        return Side(left.top.plus(other), ONE, left.dimension, concept=shared)
    if left.limit or right.limit:
        number = right.top.constant if left.limit else left.top.constant
        plain = right if left.limit else left
        if rule == "divide" or plain.top.terms or plain.bottom.terms or plain.dimension:
            raise scope.error(
                "uln and lln are only multiplied by a number", node, expected="1.5 * uln"
            )
        return Side(Linear({}, number), ONE, DIMENSIONLESS, limit=left.limit or right.limit)
    if rule == "multiply":
        return Side(
            product(left.top, right.top, node, scope),
            product(left.bottom, right.bottom, node, scope),
            combine_dimensions(left.dimension, right.dimension),
        )
    if not right.top.terms and right.top.constant == 0:
        raise scope.error("division by zero", node, expected="a divisor above zero")
    dimension = combine_dimensions(left.dimension, right.dimension, power=-1)
    if not right.top.terms:
        return Side(left.top.scaled(1 / right.top.constant), left.bottom, dimension)
    return Side(
        product(left.top, right.bottom, node, scope),
        product(left.bottom, right.top, node, scope),
        dimension,
    )


def selector_of(node: ParseTree) -> str:
    kinds = {"LATEST", "EARLIEST", "HIGHEST", "LOWEST"}
    tokens = [child for child in node.children if isinstance(child, Token)]
    return next((token.type for token in tokens if token.type in kinds), "LATEST")


def _value(node: ParseTree, scope: Scope) -> Side:
    name = token_of(node, "NAME")
    definitions = scope.environment.definitions
    bare = all(not isinstance(child, Token) or child is name for child in node.children)
    if str(name) in definitions and bare and not trees(node):
        inner = scope.definition(str(name), name)

        def bind() -> Side:
            tree = parse_expression(inner.text, source=inner.source, form="numeric")
            return bind_side(cast(ParseTree, tree.children[0]), inner)

        return scope.once(str(name), "numeric", bind)
    concept = scope.concept(name)
    if concept.kind not in NUMERIC_KINDS:
        wanted = "`NAME is one of {...}`" if concept.kind in VALUE_KINDS else "`any NAME in WINDOW`"
        raise scope.error(
            f"{concept.name!r} is a {concept.kind} and has no number",
            node,
            expected=f"a quantity, titre or score; a {concept.kind} is read with {wanted}",
            got=concept.kind,
        )
    selector = selector_of(node)
    if selector in {"HIGHEST", "LOWEST"}:
        raise scope.error(
            f"{selector.lower()} stands alone on its side of a comparison", node, expected="latest"
        )
    window = bind_window(node, concept.name, scope)
    reading = Value(scope.environment.measure(concept), window, selector == "EARLIEST")
    return _lone(reading, concept)


def _lone(reading: Reading, concept: Concept) -> Side:
    unit = unit_of(reading)
    return Side(Linear({reading: unit.factor}, Fraction(0)), ONE, unit.dimension, concept)


def _dose(node: ParseTree, scope: Scope) -> Side:
    concept = scope.concept(token_of(node, "NAME"), "drug")
    if node.data == "highest_dose":
        window = bind_window(node, concept.name, scope)
    else:
        moment = read_moment(trees(node)[0], scope)
        window = Window(moment, moment)
    return _lone(dose_in(concept, window, scope), concept)


def dose_in(concept: Concept, window: Window, scope: Scope) -> Dose:
    """The dose of a drug or class in a window."""
    return scope.environment.dose(concept, window)


def resolved_literal(node: ParseTree, scope: Scope) -> tuple[ParseTree, Scope]:
    """A literal, through a parameter if it is one."""
    if node.data != "parameter":
        return node, scope
    inner = scope.parameter(token_of(node, "NAME"))
    tree = parse_expression(inner.text, source=inner.source, form="numeric")
    return cast(ParseTree, tree.children[0]), inner
