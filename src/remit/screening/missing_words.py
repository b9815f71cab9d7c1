"""What an open criterion waits for, in a coordinator's words: a record, a date, a signature."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from remit.criteria.leaves import Slope
from remit.criteria.missing_facts import fewest_missing
from remit.criteria.readings import Dose
from remit.criteria.reference.records import PersonRecords
from remit.criteria.tree import (
    AgeTest,
    Attested,
    AttributeIn,
    CountTest,
    DoseDays,
    DoseTest,
    Exists,
    Leaf,
    LinearTest,
    Quantified,
    SexIs,
    Unchanged,
    ValueIn,
    ValueTest,
    leaves_of,
)
from remit.protocol.bound import BoundCriterion
from remit.screening.causes import Titles
from remit.screening.decisive_leaves import LeafTruths
from remit.screening.reason_words import REASON
from remit.truth import Reason, Status

Kind = Literal["date", "record", "signature", "source"]


@dataclass(frozen=True, slots=True)
class Missing:
    """A fact that is missing.

    Attributes:
        kind: a named date of the study, a record, a signature, or a better source of the criterion.
        words: what it is.
        who: who is asked to sign; empty for all that is no signature.
    """

    kind: Kind
    words: str
    who: str = ""


def missing_of(item: BoundCriterion, records: PersonRecords, titles: Titles) -> tuple[Missing, ...]:
    """The fewest facts that would let a person pass a criterion that is open."""
    if item.node is None:
        assert item.held_back is not None, "a criterion without a tree is held back"
        return (Missing("source", REASON[item.held_back]),)
    truths = LeafTruths(records)
    known = {placed.leaf: truths.found(placed.leaf).truth for placed in leaves_of(item.node)}
    passes = Status.MET if item.criterion.kind == "inclusion" else Status.NOT_MET
    facts = fewest_missing(item.node, known, answer=passes)
    # Where no answer lets the person in, all that is not known is told.
    asked = [(fact.placed.leaf, fact.wanted) for fact in facts] or [
        (leaf, Status.UNKNOWN) for leaf, truth in known.items() if truth.status is Status.UNKNOWN
    ]
    return tuple(
        dict.fromkeys(
            one
            for leaf, wanted in asked
            for one in _words(leaf, wanted, known[leaf].reasons, records, titles)
        )
    )


def _words(
    leaf: Leaf,
    wanted: Status,
    reasons: Iterable[Reason],
    records: PersonRecords,
    titles: Titles,
) -> tuple[Missing, ...]:
    reason = min(reasons)
    if isinstance(leaf, Attested):
        return (signature_of(leaf.item, wanted, titles),)
    if reason is Reason.NO_ANCHOR:
        names = (name for window in leaf.windows for name in window.anchors)
        missing = dict.fromkeys(name for name in names if name not in records.anchors)
        return tuple(Missing("date", f"the date of {name.replace('_', ' ')}") for name in missing)
    return (Missing("record", f"{leaf_title(leaf, titles)}: {_why(leaf, reason, wanted)}"),)


def _why(leaf: Leaf, reason: Reason, wanted: Status) -> str:
    """What is missing, so that who brings it settles it: a record, a second one, or more days."""
    if reason is Reason.NO_DATA and _asks_for_two(leaf):
        return "fewer than two records in the window"
    if reason is Reason.NOT_COVERED and wanted is Status.MET and _asks_for_one(leaf):
        # Days without a record would say no.
        return f"no record in the window, and {REASON[reason]}"
    return REASON[reason]


def _asks_for_two(leaf: Leaf) -> bool:
    """Whether one record alone is no answer: another confirms it, or makes a slope of it."""
    return isinstance(leaf, Slope) or (isinstance(leaf, Quantified) and leaf.gap is not None)


def _asks_for_one(leaf: Leaf) -> bool:
    """Whether only what is recorded can give the answer yes."""
    match leaf:
        case Exists() | AttributeIn():
            return True
        case CountTest():
            return leaf.operator in {">", ">="}
        case DoseTest() | DoseDays():
            return leaf.threshold.operator in {">", ">="}
        case Quantified():
            return not leaf.every
        case _:
            return False


def signature_of(item: str, wanted: Status, titles: Titles) -> Missing:
    """The signature that a criterion waits for; who is to give it is said by the protocol.

    Args:
        wanted: met or not met, the answer that lets the person in; unknown where either may do.
    """
    asked = titles.protocol.attestations.get(item)
    text = item.replace("_", " ") if asked is None else asked.text.rstrip(". ")
    answer = "signature (no)" if wanted is Status.NOT_MET else "signature"
    return Missing(
        "signature", f"{answer}: {text}", (asked.asks if asked is not None else "") or "signature"
    )


def leaf_title(leaf: Leaf, titles: Titles) -> str:
    """What a leaf reads, by its title."""
    match leaf:
        case ValueTest():
            return titles.concept(leaf.value.measure.name)
        case LinearTest():
            return " and ".join(
                f"dose of {titles.concept(reading.name)}"
                if isinstance(reading, Dose)
                else titles.concept(reading.measure.name)
                for reading in leaf.readings
            )
        case CountTest():
            return titles.concept(leaf.counted.name)
        case Exists():
            others = "".join(f" with {titles.concept(other.name)}" for other in leaf.overlapping)
            return titles.concept(leaf.events.name) + others
        case ValueIn():
            return titles.concept(leaf.name)
        case AttributeIn():
            return f"{titles.concept(leaf.name)} of {titles.concept(leaf.events.name)}"
        case DoseTest() | DoseDays() | Unchanged():
            return f"dose of {titles.concept(leaf.dose.name)}"
        case SexIs():
            return "sex"
        case AgeTest():
            return "birth date"
        case Attested():
            return leaf.item.replace("_", " ")
        case _:
            return titles.concept(leaf.measure.name)
