"""Parse tree to typed tree: the boolean structure, events, coded values and attestations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import cast

from lark import Token

from remit.criteria.comparisons import bind_comparison, bind_dose_days, bind_quantified
from remit.criteria.dates import Moment, Window
from remit.criteria.environment import Environment, Score
from remit.criteria.parameters import with_values
from remit.criteria.scope import (
    Scope,
    bind_window,
    span_of,
    token_of,
    tree_named,
    trees,
    window_text,
)
from remit.criteria.sums import NUMERIC_KINDS, dose_in
from remit.criteria.syntax import MOST_NESTED, ParseTree, parse_expression, too_deep
from remit.criteria.tree import (
    AbsenceRule,
    And,
    AtLeast,
    Attested,
    AttributeIn,
    CountTest,
    Exists,
    FirstKnown,
    If,
    Leaf,
    Node,
    Not,
    Or,
    Placed,
    SexIs,
    Tally,
    Threshold,
    Unchanged,
    ValueIn,
    ValueTest,
    depth_of,
)
from remit.facts.concept import VALUE_KINDS
from remit.facts.tables import FEMALE, MALE

SEXES = {"female": FEMALE, "male": MALE}


def bind_expression(text: str, environment: Environment, *, source: str = "expression") -> Node:
    """The typed tree of an expression.

    Raises:
        ExpressionError: with a caret, for a text that does not parse, a name nobody knows (the
            nearest are given), a unit of the wrong dimension, a window without an anchor, a bare
            `=` on a continuous quantity, or parts that lie in one another too deep.
    """
    tree = parse_expression(text, source=source)
    try:
        node = _bind(cast(ParseTree, tree.children[0]), Scope(environment, text, source))
    except RecursionError as error:
        raise too_deep(text, source) from error
    # Definitions that name one another are as deep as all of them together.
    if depth_of(node) > MOST_NESTED:
        raise too_deep(text, source)
    return node


def _placed(leaf: Leaf, node: ParseTree, scope: Scope) -> Placed:
    start, end = span_of(node)
    text = with_values(scope.text[start:end], scope.environment.parameters)
    return Placed(leaf, text, start, end)


def _bind(node: ParseTree, scope: Scope) -> Node:
    rule = str(node.data)
    if rule in {"conjunction", "disjunction"}:
        parts = tuple(_bind(child, scope) for child in trees(node))
        return And(parts) if rule == "conjunction" else Or(parts)
    if rule == "negation":
        return Not(_bind(trees(node)[0], scope))
    if rule == "conditional":
        condition, then = trees(node)
        return If(_bind(condition, scope), _bind(then, scope))
    if rule == "at_least":
        return _bind_at_least(node, scope)
    if rule == "first_known":
        return FirstKnown(tuple(_bind(part, scope) for part in trees(node)))
    if rule == "meets":
        return _bind_meets(node, scope)
    if rule == "comparison":
        tests = bind_comparison(node, scope)
        placed = tuple(_with_score(_placed(leaf, node, scope), scope) for leaf in tests)
        return placed[0] if len(placed) == 1 else And(placed)
    if rule == "consecutive":
        return _bind_consecutive(node, scope)
    if rule == "attested":
        return _placed(_bind_attested(node, scope), node, scope)
    if rule == "exists":
        return _placed(_bind_exists(node, scope), node, scope)
    if rule == "recorded":
        return _placed(_bind_recorded(node, scope), node, scope)
    if rule == "quantified":
        return _placed(bind_quantified(node, scope), node, scope)
    if rule == "unchanged":
        return _placed(_bind_unchanged(node, scope), node, scope)
    if rule == "dose_days":
        return _placed(bind_dose_days(node, scope), node, scope)
    assert rule == "membership", rule
    return _with_score(_placed(_bind_membership(node, scope), node, scope), scope)


# ---- scores that are worked out ------------------------------------------------------------------


def _with_score(recorded: Placed, scope: Scope) -> Node:
    """A recorded result and, where none is known, the score worked out from its items."""
    leaf = recorded.leaf
    scores = scope.environment.scores
    match leaf:
        case ValueTest(value=value, test=Threshold() as test) if value.measure.name in scores:
            score = scores[value.measure.name]
            inner = _score_scope(score, value.window, scope)
            groups = tuple(
                tuple((points, _bind_text(text, inner)) for points, text in group)
                for group in score.groups
            )
            tally = Tally(value.measure.name, groups, test.operator, test.value)
            return FirstKnown((recorded, tally), value.measure.name)
        case ValueIn() if leaf.name in scores:
            score = scores[leaf.name]
            inner = _score_scope(score, leaf.window, scope)
            ids = {
                name: value.omop
                for name, value in scope.environment.dictionary.concept(leaf.name).values.items()
            }
            parts = [
                _bind_text(text, inner)
                for name, text in score.values.items()
                if ids.get(name) in leaf.accepted
            ]
            if not parts:
                return recorded
            worked_out = parts[0] if len(parts) == 1 else Or(tuple(parts))
            # Reached only where nothing is recorded: what is not met then stays as unknown as that.
            sure = Or((worked_out, recorded)) if score.once else worked_out
            return FirstKnown((recorded, sure), leaf.name)
        case _:
            return recorded


def _score_scope(score: Score, window: Window, scope: Scope) -> Scope:
    """The scope in which a score's items are read: in the window of the score's own reading."""
    environment = replace(
        score.environment,
        anchors=score.environment.anchors | scope.environment.anchors,
        default_window=window_text(window),
        codes=scope.environment.codes,
    )
    return Scope(environment, "", scope.source)


def _bind_text(text: str, scope: Scope) -> Node:
    inner = replace(scope, text=text)
    tree = parse_expression(text, source=inner.source)
    return _bind(cast(ParseTree, tree.children[0]), inner)


# The named dates of a subject that is a visit: its own, and that of the visit before.
_CONSECUTIVE = ("visit", "previous")


def _read_at(name: str, environment: Environment) -> Environment:
    """The same names, where a bare one is read on a named date."""
    return replace(environment, default_window=f"[{name}, {name}]", concept_windows={})


def _bind_consecutive(node: ParseTree, scope: Scope) -> And:
    """A comparison that holds at a visit and at the one before it."""
    anchors, parts = scope.environment.anchors, []
    for name in _CONSECUTIVE:
        if name not in anchors:
            raise scope.error(
                f"the study has no date {name!r}",
                token_of(node, "CONSECUTIVE"),
                expected="a subject that is a visit, with the dates visit and previous",
                got=", ".join(sorted(anchors)),
            )
        there = replace(scope, environment=_read_at(name, scope.environment))
        window = Window(Moment(name), Moment(name))
        for leaf in bind_comparison(node, there):
            if any(read != window for read in leaf.windows):
                raise scope.error(
                    "a reading has days of its own",
                    node,
                    expected="a name alone, such as upcr < 0.5 g/g, which is read at both",
                    got="a window or a date",
                )
            parts.append(_with_score(_placed(leaf, node, scope), there))
    return And(tuple(parts))


def _bind_at_least(node: ParseTree, scope: Scope) -> Node:
    count = token_of(node, "INT")
    parts = trees(node)
    if not 1 <= int(count) <= len(parts):
        raise scope.error(
            "so many cannot be met",
            count,
            expected=f"a number from 1 to {len(parts)}",
            got=str(count),
        )
    return AtLeast(int(count), tuple(_bind(part, scope) for part in parts))


def _bind_meets(node: ParseTree, scope: Scope) -> Node:
    name = token_of(node, "NAME")
    environment = scope.environment
    if str(name) not in environment.definitions:
        raise scope.error(
            f"the definition {str(name)!r} is not known",
            name,
            expected=environment.nearest(name, environment.definitions) or "a named definition",
            got=str(name),
        )
    inner = scope.definition(str(name), name)

    def bind() -> Node:
        tree = parse_expression(inner.text, source=inner.source)
        return _bind(cast(ParseTree, tree.children[0]), inner)

    return scope.once(str(name), "start", bind)


def _bind_attested(node: ParseTree, scope: Scope) -> Attested:
    name = token_of(node, "NAME")
    known = scope.environment.attestations
    if str(name) not in known:
        raise scope.error(
            f"no one is asked for {str(name)!r}",
            name,
            expected=scope.environment.nearest(name, known) or "an attestation of the protocol",
            got=str(name),
            next_step="declare it under [attestations] with the question and who answers it",
        )
    return Attested(str(name))


def _bind_recorded(node: ParseTree, scope: Scope) -> CountTest:
    """Whether a record is there at all: its absence needs no coverage, it is the answer."""
    concept = scope.concept(token_of(node, "NAME"), *NUMERIC_KINDS)
    measure = replace(scope.environment.measure(concept), absence=AbsenceRule("always"))
    return CountTest(measure, bind_window(node, concept.name, scope), ">=", Fraction(1))


_EVENT_KINDS = ("condition", "drug", "procedure", "visit")


def _bind_exists(node: ParseTree, scope: Scope) -> Exists:
    name = token_of(node, "NAME")
    concept = scope.concept(name)
    if concept.kind in VALUE_KINDS:
        raise scope.error(
            f"{str(name)!r} is a {concept.kind}: say what its value must be",
            node,
            expected="any NAME in WINDOW > VALUE",
            got="no comparison",
        )
    without = None
    left_out = tree_named(node, "except")
    if left_out is not None:
        token = token_of(left_out, "NAME")
        without = str(token)
        scope.concept(token, concept.kind)
    overlapping = tuple(
        scope.environment.events(scope.concept(token_of(child, "NAME"), *_EVENT_KINDS).name)
        for child in trees(node)
        if child.data == "overlapping"
    )
    return Exists(
        scope.environment.events(concept.name, without=without),
        bind_window(node, concept.name, scope),
        overlapping,
    )


def _bind_unchanged(node: ParseTree, scope: Scope) -> Unchanged:
    concept = scope.concept(token_of(node, "NAME"), "drug")
    return Unchanged(dose_in(concept, bind_window(node, concept.name, scope), scope))


def _bind_membership(node: ParseTree, scope: Scope) -> Leaf:
    subject, *coded = trees(node)
    if subject.data == "sex":
        accepted = _coded_ids(coded, SEXES, "sex", scope)
        return SexIs(accepted, tuple(sorted(SEXES.values())))
    names = [child for child in subject.children if isinstance(child, Token)]
    concept_token = next(token for token in names if token.type == "NAME")
    concept = scope.concept(concept_token, "category")
    values = {name: value.omop for name, value in concept.values.items()}
    accepted = _coded_ids(coded, values, concept.name, scope)
    known = tuple(sorted(values.values()))
    ids = scope.environment.ids_of(scope.environment.dictionary.leaves(concept.name))
    if subject.data == "attribute":
        event_token = [token for token in names if token.type == "NAME"][1]
        event = scope.concept(event_token, "procedure")
        window = bind_window(subject, event.name, scope)
        events = scope.environment.events(event.name)
        return AttributeIn(concept.name, ids, events, window, accepted, known)
    selector = next((token.type for token in names if token.type != "NAME"), "LATEST")
    if selector in {"HIGHEST", "LOWEST"}:
        raise scope.error(f"a coded value has no {selector.lower()}", subject, expected="latest")
    window = bind_window(subject, concept.name, scope)
    return ValueIn(concept.name, ids, window, selector == "EARLIEST", accepted, known)


def _coded_ids(
    coded: Sequence[ParseTree], values: dict[str, int], name: str, scope: Scope
) -> tuple[int, ...]:
    ids = set()
    for child in coded:
        token = token_of(child, "NAME", "TEXT")
        word = str(token).strip('"')
        if word not in values:
            raise scope.error(
                f"{word!r} is not a value of {name}",
                token,
                expected=", ".join(values),
                got=word,
            )
        ids.add(values[word])
    return tuple(sorted(ids))
