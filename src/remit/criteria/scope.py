"""A text being bound: errors that point into it, its names, windows, dates and durations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Literal, TypeVar, cast

from lark import Token, Tree

from remit.criteria.dates import Duration, Moment, Period, Window
from remit.criteria.environment import Environment
from remit.criteria.syntax import ParseTree, expression_error, parse_expression
from remit.criteria.tree import Operator
from remit.errors import ExpressionError
from remit.facts.concept import Concept

BoundT = TypeVar("BoundT")
_OPERATORS: dict[str, Operator] = {"≥": ">=", "≤": "<="}


def operator_of(token: Token) -> Operator:
    text = str(token)
    return _OPERATORS.get(text, cast(Operator, text))


def trees(node: ParseTree) -> list[ParseTree]:
    return [child for child in node.children if isinstance(child, Tree)]


def tree_named(node: ParseTree, *names: str) -> ParseTree | None:
    """The first child tree of one of these rules."""
    return next((child for child in trees(node) if child.data in names), None)


def token_of(node: ParseTree, *types: str) -> Token:
    """The first child token of one of these types; the grammar promises that there is one."""
    return next(
        child for child in node.children if isinstance(child, Token) and child.type in types
    )


@dataclass(frozen=True, slots=True)
class Scope:
    """One text being bound: its environment, its source for errors, the definitions being read.

    `bound` keeps what each definition means in an environment, so that one that is named twice is
    one node and not two: definitions that double with each line stay as long as they are written.
    """

    environment: Environment
    text: str
    source: str
    inside: tuple[str, ...] = ()
    bound: dict[tuple[int, str, str], tuple[Environment, object]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def error(
        self,
        what: str,
        node: ParseTree | Token,
        *,
        expected: str | None = None,
        got: str | None = None,
        next_step: str | None = None,
    ) -> ExpressionError:
        start, end = span_of(node)
        return expression_error(
            what,
            text=self.text,
            start=start,
            end=end,
            source=self.source,
            expected=expected,
            got=got,
            next_step=next_step,
        )

    def definition(self, name: str, token: Token) -> Scope:
        """The scope of a named definition's own text."""
        if name in self.inside:
            raise self.error(f"the definition {name!r} refers to itself", token)
        return Scope(
            self.environment,
            self.environment.definitions[name],
            f"{self.source}, definition {name}",
            (*self.inside, name),
            self.bound,
        )

    def once(self, name: str, form: str, bind: Callable[[], BoundT]) -> BoundT:
        """What a definition means here: bound when it is first named, then the same again."""
        # The environment is kept beside it, so that its id is not given to another.
        key = (id(self.environment), name, form)
        if key not in self.bound:
            self.bound[key] = (self.environment, bind())
        return cast(BoundT, self.bound[key][1])

    def parameter(self, token: Token) -> Scope:
        """The scope of a parameter's own text."""
        name = f"${token}"
        text = parameter_text(token, self)
        if name in self.inside:
            raise self.error(f"the parameter {str(token)!r} refers to itself", token)
        return Scope(
            self.environment,
            text,
            f"{self.source}, parameter {token}",
            (*self.inside, name),
            self.bound,
        )

    def concept(self, token: Token, *kinds: str) -> Concept:
        """The concept that a name token means, of one of these kinds."""
        name = str(token)
        dictionary = self.environment.dictionary
        if name not in dictionary.concepts:
            near = ", ".join(dictionary.nearest(name) or dictionary.nearest(name.lower()))
            raise self.error(
                f"the concept {name!r} is not in the dictionary",
                token,
                expected=near or "a concept of the dictionary",
                got=name,
                next_step="correct the name, or add the concept with its codes and source",
            )
        concept = dictionary.concepts[name]
        if kinds and concept.kind not in kinds:
            raise self.error(
                f"{name!r} is a {concept.kind} and cannot stand here",
                token,
                expected=" or ".join(sorted(kinds)),
                got=concept.kind,
            )
        return concept


def span_of(node: ParseTree | Token) -> tuple[int, int]:
    if isinstance(node, Token):
        start = node.start_pos or 0
        return start, node.end_pos or start + len(node)
    if node.meta.empty:
        return 0, 1
    return node.meta.start_pos, node.meta.end_pos


# ---- windows ------------------------------------------------------------------------------------


def bind_window(node: ParseTree, concept: str, scope: Scope) -> Window:
    """The window written at a reading, or the default window of its concept."""
    written = tree_named(node, "range", "day")
    if written is not None:
        return _read_window(written, scope)
    text = scope.environment.window_text(concept)
    if text is None:
        raise scope.error(
            f"{concept!r} is read without a window",
            node,
            expected="a window such as `in [screening - 28 days, screening]`",
            got="no window, and the protocol declares no default one",
            next_step="write the window, or declare windows.default in the protocol",
        )
    return window_of_text(text, scope.environment, source=f"{scope.source}, window of {concept}")


def window_of_text(text: str, environment: Environment, *, source: str) -> Window:
    """The window that a text such as `[screening - 28 days, screening]` means.

    Raises:
        ExpressionError: it does not parse, or names a date that the environment does not know.
    """
    scope = Scope(environment, f"in {text}", source)
    tree = parse_expression(scope.text, source=source, form="span")
    return _read_window(cast(ParseTree, tree.children[0]), scope)


def window_text(window: Window) -> str:
    """A window as the text that `Environment.default_window` holds: a range without its `in`."""
    return (
        f"{'(' if window.start_open else '['}{window.start or '..'}, "
        f"{window.end or '..'}{')' if window.end_open else ']'}"
    )


def _read_window(node: ParseTree, scope: Scope) -> Window:
    if node.data == "day":
        moment = read_moment(trees(node)[0], scope)
        return Window(moment, moment)
    first, last = trees(node)
    start = None if first.data == "unbounded" else read_moment(first, scope)
    end = None if last.data == "unbounded" else read_moment(last, scope)
    if start is None and end is None:
        raise scope.error(
            "the window has no anchor",
            node,
            expected="a bound such as `screening` on at least one side",
            got="[.., ..]",
        )
    opening, closing = (child.type for child in node.children if isinstance(child, Token))
    return Window(start, end, opening == "OPEN_OUT", closing == "CLOSE_OUT")


def read_moment(node: ParseTree, scope: Scope) -> Moment:
    token = token_of(node, "NAME", "DATE")
    anchor: str | date
    if token.type == "DATE":
        try:
            anchor = date.fromisoformat(str(token))
        except ValueError as error:
            raise scope.error(
                "there is no such day", token, expected="year-month-day", got=str(token)
            ) from error
    else:
        anchor = str(token)
        check_anchor(token, scope)
    lengths = trees(node)
    if not lengths:
        return Moment(anchor)
    signs: list[Literal[-1, 1]] = [
        -1 if child.type == "MINUS" else 1
        for child in node.children
        if isinstance(child, Token) and child.type in {"PLUS", "MINUS"}
    ]
    offset = read_duration(lengths[0], scope)
    if len(lengths) == 1:
        return Moment(anchor, offset, signs[0])
    further = read_duration(lengths[1], scope)
    if further.days is None:
        raise scope.error(
            "a second length moves by days",
            lengths[1],
            expected="days or weeks, after months or years",
            got=str(further),
        )
    return Moment(anchor, offset, signs[0], signs[1] * further.days)


def check_anchor(token: Token, scope: Scope) -> str:
    """The name of an anchor that the study has."""
    anchors = scope.environment.anchors
    if str(token) not in anchors:
        raise scope.error(
            f"{str(token)!r} is not a named date of the study",
            token,
            expected=", ".join(sorted(anchors)) or "a declared anchor",
            got=str(token),
        )
    return str(token)


def read_duration(node: ParseTree, scope: Scope) -> Duration:
    """A duration, written out or given by a parameter."""
    if node.data == "duration":
        count, period = token_of(node, "INT"), token_of(node, "PERIOD")
        return _checked(duration_of(str(count), str(period)), node, scope)
    name = token_of(node, "NAME")
    words = parameter_text(name, scope).split()
    if len(words) != 2 or not words[0].isdigit() or words[1].rstrip("s") not in _PERIODS:
        raise scope.error(
            f"the parameter {str(name)!r} is not a duration",
            name,
            expected="a text such as '28 days'",
            got=" ".join(words),
        )
    return _checked(duration_of(words[0], words[1]), name, scope)


def _checked(duration: Duration, node: ParseTree | Token, scope: Scope) -> Duration:
    """The duration, unless it leads out of the calendar."""
    days = duration.days if duration.days is not None else duration.months * 31
    if days > _LONGEST_YEARS * 12 * 31:
        raise scope.error(
            "the duration is longer than any record reaches",
            node,
            expected=f"at most {_LONGEST_YEARS} years",
            got=str(duration),
            next_step="write `..` for no bound",
        )
    return duration


_PERIODS = ("day", "week", "month", "year")
_LONGEST_YEARS = 200


def duration_of(count: str, period: str) -> Duration:
    return Duration(int(count), cast(Period, period.removesuffix("s")))


def parameter_text(token: Token, scope: Scope) -> str:
    """The literal text of a parameter."""
    parameters = scope.environment.parameters
    if str(token) not in parameters:
        raise scope.error(
            f"the parameter {str(token)!r} is not declared",
            token,
            expected=scope.environment.nearest(token, parameters) or "a parameter of the protocol",
            got=str(token),
        )
    return parameters[str(token)]


def whole(number: Fraction) -> bool:
    return number.denominator == 1
