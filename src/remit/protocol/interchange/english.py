"""A criterion in words that a physician reads: the bound tree, always in the same words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remit.criteria.leaves import (
    DoseTest,
    Leaf,
)
from remit.criteria.tree import (
    And,
    AtLeast,
    FirstKnown,
    If,
    Node,
    Not,
    Or,
    Placed,
    Tally,
    leaves_of,
    parts_of,
)
from remit.facts.codes import NO_VOCABULARY
from remit.protocol.bound import BoundCriterion, BoundProtocol, bind_entry
from remit.protocol.interchange.english_leaves import (
    LEAF_WORDS,
    RELATIONS,
    Words,
    anchor_words,
    fraction_text,
    is_weighted,
)
from remit.protocol.interchange.losses import Exported, Loss, distinct_losses

OF_ANY_STUDY = (
    "when the answer is unknown, and what must be covered or mapped to believe that something did "
    "not happen: a reader decides that by sense",
    "the codes and the units that count: remit facts concepts names them",
    "how days count that are not exactly known",
)


def english_definition(bound: BoundProtocol) -> Exported:
    """A study in English, and what its sentences do not say."""
    losses = [Loss("", text) for text in OF_ANY_STUDY]
    for item in bound.criteria:
        for tally in _tallies(item.node) if item.node is not None else ():
            losses.append(Loss(item.criterion.id, f"the items and points of {tally}"))
        for placed in leaves_of(item.node) if item.node is not None else ():
            if isinstance(placed.leaf, DoseTest) and is_weighted(placed.leaf.dose):
                name = placed.leaf.dose.name
                losses.append(Loss(item.criterion.id, f"the factors of the dose of {name}"))
    return Exported(english_text(bound), distinct_losses(losses))


def _tallies(node: Node) -> Iterator[str]:
    """The scores that a node works out, by name."""
    if isinstance(node, Tally):
        yield node.name
        return
    if isinstance(node, FirstKnown) and node.score is not None:
        yield node.score
        return
    for part in parts_of(node):
        yield from _tallies(part)


def english_text(bound: BoundProtocol) -> str:
    """A study's criteria in English, one after the other, in the order of the file."""
    protocol = bound.protocol
    statements = {name: item.text for name, item in protocol.attestations.items()}
    words = Words(protocol.dictionary, statements)
    lines = [f"{protocol.id}: {protocol.title}", ""]
    for anchor, text in protocol.anchors.items():
        lines.append(f"Day called {anchor_words(anchor)}: {text}")
    lines += _entry_lines(bound, words)
    for kind, head in (
        ("inclusion", "To take part, each of these must hold:"),
        ("exclusion", "Nobody takes part of whom one of these holds:"),
    ):
        asked = [item for item in bound.criteria if item.criterion.kind == kind]
        lines += ["", head] if asked else []
        for item in asked:
            lines += ["", *criterion_lines(item, words)]
    return "\n".join(lines) + "\n"


def _entry_lines(bound: BoundProtocol, words: Words) -> list[str]:
    """Which record dates a person, where the study says it."""
    entry = bound.protocol.entry
    if entry is None:
        return []
    around = f"{entry.observed_before} days before it and {entry.observed_after} days after it"
    lines = [
        "",
        f"The day of {anchor_words(entry.anchor)} is that of the {entry.counts} of these records "
        f"that begins inside an observation period, which reaches at least {around}:",
    ]
    for item, found in zip(entry.events, bind_entry(bound.protocol, NO_VOCABULARY), strict=True):
        which = "the first record ever of" if item.first_ever else "a record of"
        asked = "" if found.node is None else ", if on that day"
        lines.append(f"  - {which} {words.concept(item.concept)}{asked}")
        if found.node is not None:
            lines += [f"    {line}" for line in node_lines(found.node, words)]
    return lines


def criterion_lines(item: BoundCriterion, words: Words) -> list[str]:
    """The lines of one criterion: its id and text, and below them what its expression asks."""
    whose = f" (cohort {', '.join(item.criterion.cohorts)})" if item.criterion.cohorts else ""
    lines = [f"{item.criterion.id}{whose}. {item.criterion.text}"]
    if item.node is None:
        reason = "unclear" if item.held_back is None else item.held_back.word.replace("_", " ")
        return [*lines, f"  This is not worked out: {reason}."]
    return [*lines, *(f"  {line}" for line in node_lines(item.node, words))]


def node_lines(node: Node, words: Words) -> list[str]:
    """What a node asks; what it is made of stands below it, further in."""
    match node:
        case Placed():
            return [f"- {leaf_words(node.leaf, words)}"]
        case And():
            return _listed("all of these hold:", node.parts, words)
        case Or():
            return _listed("one of these holds, or more:", node.parts, words)
        case Not():
            return _listed("this does not hold:", (node.part,), words)
        case AtLeast():
            return _listed(f"at least {node.minimum} of these hold:", node.parts, words)
        case If():
            return [
                *_listed("asked only where this holds:", (node.condition,), words),
                *_listed("then:", (node.then,), words),
            ]
        case FirstKnown():
            if node.score is not None:
                own = node_lines(node.parts[0], words)
                return [*own, "  (where no result is recorded: worked out from its items)"]
            return _listed("the first of these that is known:", node.parts, words)
        case Tally():
            relation = RELATIONS[node.operator]
            title = words.concept(node.name)
            return [
                f"- {title}, as the sum of its items, is {relation} {fraction_text(node.number)}"
            ]


def _listed(head: str, parts: Sequence[Node], words: Words) -> list[str]:
    inner = [f"  {line}" for part in parts for line in node_lines(part, words)]
    return [f"- {head}", *inner]


def leaf_words(leaf: Leaf, words: Words) -> str:
    """What a leaf asks, without a full stop."""
    return LEAF_WORDS[type(leaf)](leaf, words)
