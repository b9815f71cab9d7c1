"""Kleene logic over all subjects at once, on the codes of the leaves.

A leaf's code is 1 where it is met, 2 where it is not met, and else the number of its `Reason`.

Inside a tree a status is a rank: 0 not applicable, 1 not met, 2 unknown, 3 met. Then `or` is the
greatest rank, `not` is `(4 - rank) % 4`, and `and` follows. Reasons are asked for afterwards, in
the rows whose whole is unknown: beside the rank goes a mask of codes, which holds reasons only
where the rank is 2.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import lcm

import numpy as np
import numpy.typing as npt

from remit.criteria.tree import (
    And,
    AtLeast,
    FirstKnown,
    If,
    Leaf,
    Node,
    Not,
    Or,
    Placed,
    Tally,
    shared_nodes,
)
from remit.facts.selection import chosen, kept, taken
from remit.truth import Reason, Status

LeafCodes = npt.NDArray[np.int8]
Masks = npt.NDArray[np.int32]
Rows = npt.NDArray[np.intp] | slice  # slice: all rows
Flags = npt.NDArray[np.bool_]

MET_CODE, NOT_MET_CODE = 1, 2

_IDLE, _NOT_MET, _UNKNOWN, _MET = 0, 1, 2, 3
_RANK: Mapping[Status, int] = {
    Status.NOT_APPLICABLE: _IDLE,
    Status.NOT_MET: _NOT_MET,
    Status.UNKNOWN: _UNKNOWN,
    Status.MET: _MET,
}
_NO_MASKS: Masks = np.zeros(0, np.int32)
_FIRST = int(min(Reason))  # the codes below it are those of met and not met
_FEW = 4  # up to this part of the rows are picked out


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Codes of `Status` and masks of reasons, one a person."""

    statuses: LeafCodes
    reasons: Masks


@dataclass(frozen=True, slots=True)
class _Ranked:
    """Ranks, and masks with a bit for each code; those of met and not met mean nothing.

    The masks are empty where no reasons are asked for.
    """

    ranks: LeafCodes
    masks: Masks


@dataclass(frozen=True, slots=True)
class _Codes:
    """The codes of the leaves, and of each node that several ways lead to what was found."""

    leaves: Mapping[Leaf, LeafCodes]
    shared: frozenset[int]
    known: dict[int, _Ranked]


def combine_codes(node: Node, codes: Mapping[Leaf, LeafCodes]) -> Verdicts:
    """The verdicts of a tree from the codes of its leaves, shape (persons,) each."""
    shared = shared_nodes(node)
    ranks = _rank(node, _Codes(codes, shared, {}), None).ranks
    open_ = ranks == _UNKNOWN
    number = int(np.count_nonzero(open_))
    # `Reason.bit` counts from the first reason.
    if number * _FEW < len(ranks):
        reasons = np.zeros(len(ranks), np.int32)
        if number:
            rows = np.flatnonzero(open_)
            reasons[rows] = _rank(node, _Codes(codes, shared, {}), rows).masks >> _FIRST
    else:
        # To pick so many rows out of each leaf takes longer than to work with all of them.
        masks = _rank(node, _Codes(codes, shared, {}), slice(None)).masks
        reasons = kept(open_, masks >> np.int32(_FIRST))
    return Verdicts(_statuses(ranks), reasons)


def all_of(verdicts: Sequence[Verdicts]) -> Verdicts:
    """The conjunction of verdicts that are known already."""
    if len(verdicts) == 1:
        return verdicts[0]
    found = _all_of([_Ranked(_ranks(v.statuses), v.reasons) for v in verdicts])
    return Verdicts(_statuses(found.ranks), found.masks)


def first_reasons(open_: Flags, masks: Masks) -> LeafCodes:
    """The first reason of each mask where a flag is set (`no_data` where it is empty), else 0."""
    lowest = masks & -masks
    lowest += kept(masks == 0, np.int32(Reason.NO_DATA.bit))
    # The exponent of a power of two, as a float holds it: above 23 bits, and 127 for 1.
    place = (lowest.astype(np.float32).view(np.int32) >> 23) - (127 - _FIRST)
    return kept(open_, place.astype(np.int8))


def _statuses(ranks: LeafCodes) -> LeafCodes:
    return reduce(np.add, [kept(ranks == _RANK[s], np.int8(s)) for s in Status if s])


def _ranks(statuses: LeafCodes) -> LeafCodes:
    return reduce(np.add, [kept(statuses == np.int8(s), np.int8(r)) for s, r in _RANK.items() if r])


def _rank(node: Node, codes: _Codes, rows: Rows | None) -> _Ranked:
    """The ranks of all rows without masks; with them those of some rows.

    What is shared is worked out once; else nothing is held longer than it is needed.
    """
    if id(node) not in codes.shared:
        return _ranked(node, codes, rows)
    if id(node) not in codes.known:
        codes.known[id(node)] = _ranked(node, codes, rows)
    return codes.known[id(node)]


def _ranked(node: Node, codes: _Codes, rows: Rows | None) -> _Ranked:
    match node:
        case Placed():
            return _leaf_ranks(codes.leaves[node.leaf], rows)
        case Not():
            part = _rank(node.part, codes, rows)
            return _Ranked(_negated(part.ranks), part.masks)
        case Or():
            parts = [_rank(part, codes, rows) for part in node.parts]
            return _with_masks(_greatest([part.ranks for part in parts]), parts)
        case And():
            return _all_of([_rank(part, codes, rows) for part in node.parts])
        case If():
            condition, then = (_rank(part, codes, rows) for part in (node.condition, node.then))
            applies, open_ = condition.ranks == _MET, condition.ranks == _UNKNOWN
            unknown: LeafCodes = kept(open_, np.int8(_UNKNOWN))
            ranks = chosen(applies, then.ranks, unknown)
            if rows is None:
                return _Ranked(ranks, _NO_MASKS)
            return _Ranked(ranks, chosen(applies, then.masks, condition.masks))
        case AtLeast():
            return _at_least(node.minimum, [_rank(part, codes, rows) for part in node.parts])
        case FirstKnown():
            return _first_known([_rank(part, codes, rows) for part in node.parts])
        case Tally():
            return _tally(node, codes, rows)


def _leaf_ranks(codes: LeafCodes, rows: Rows | None) -> _Ranked:
    """Rank and mask of each code of a leaf: by arithmetic, eight times as fast as looking it up."""
    if rows is not None:
        codes = codes[rows] if isinstance(rows, slice) else taken(codes, rows)
    met, not_met = (codes == MET_CODE).view(np.int8), (codes == NOT_MET_CODE).view(np.int8)
    ranks = met - not_met + np.int8(_UNKNOWN)
    if rows is None:
        return _Ranked(ranks, _NO_MASKS)
    return _Ranked(ranks, np.left_shift(np.int32(1), codes, dtype=np.int32))


def _negated(ranks: LeafCodes) -> LeafCodes:
    return (4 - ranks) & np.int8(3)


def _all_of(parts: Sequence[_Ranked]) -> _Ranked:
    negated = _greatest([_negated(part.ranks) for part in parts])
    return _with_masks(_negated(negated), parts)


def _greatest(ranks: Sequence[LeafCodes]) -> LeafCodes:
    return reduce(np.maximum, ranks)


def _with_masks(ranks: LeafCodes, parts: Sequence[_Ranked]) -> _Ranked:
    """The reasons of the unknown parts, where the whole is unknown."""
    union = reduce(np.bitwise_or, (part.masks for part in parts))
    return _Ranked(ranks, kept(ranks == _UNKNOWN, union) if len(union) else union)


def _at_least(minimum: int, parts: Sequence[_Ranked]) -> _Ranked:
    size = np.int16 if len(parts) < 1 << 14 else np.int64
    met, open_ = (
        reduce(np.add, [(part.ranks == rank).astype(size) for part in parts])
        for rank in (_MET, _UNKNOWN)
    )
    idle = _greatest([part.ranks for part in parts]) == _IDLE
    reached, missed = met >= minimum, met + open_ < minimum
    ranks = reached.view(np.int8) - missed.view(np.int8) + np.int8(_UNKNOWN)
    return _with_masks(kept(~idle, ranks), parts)


def _first_known(parts: Sequence[_Ranked]) -> _Ranked:
    ranks = parts[-1].ranks
    for part in reversed(parts[:-1]):
        ranks = chosen(part.ranks == _UNKNOWN, ranks, part.ranks)
    return _with_masks(ranks, parts)


def _tally(node: Tally, codes: _Codes, rows: Rows | None) -> _Ranked:
    """The points that are sure and those that are possible; between the two nothing is known.

    Points are brought to whole numbers, of 16 bits where they fit. Only the tests for equality
    could be decided further, by a total that no choice of the open parts reaches; the reference
    does, so this does as well.
    """
    clear = lcm(node.number.denominator, *(p.denominator for g in node.groups for p, _ in g))
    number = _whole(node.number, clear)
    worths = [[_whole(points, clear) for points, _ in group] for group in node.groups]
    largest = max(sum(max(map(abs, group)) for group in worths), abs(number))
    size: type[np.signedinteger] = np.int64
    if largest < 1 << 15:
        size = np.int8 if largest < 1 << 7 else np.int16
    low = high = np.zeros(1, size)
    masks = _NO_MASKS if rows is None else np.zeros(1, np.int32)
    ranked: list[list[LeafCodes]] = []
    # Group by group: together the parts would take more room than is near the processor.
    for group, worth_of in zip(node.groups, worths, strict=True):
        parts = [_rank(part, codes, rows) for _, part in group]
        sure = most = size(0)
        for worth, part in zip(worth_of, parts, strict=True):
            sure = np.maximum(sure, kept(part.ranks == _MET, size(worth)))
            most = np.maximum(most, kept(part.ranks >= _UNKNOWN, size(worth)))
        for worth, part in zip(worth_of, parts, strict=True) if rows is not None else ():
            if len(group) == 1 and worth > 0:
                masks = masks | part.masks  # no reason unless it is open
                continue
            open_ = (part.ranks == _UNKNOWN) & (size(worth) > sure)
            masks = masks | kept(open_, part.masks)
        low = low + sure
        high = high + most
        if node.operator == "=":
            ranked.append([part.ranks for part in parts])
    match node.operator:
        case ">":
            met, failed = low > number, high <= number
        case ">=":
            met, failed = low >= number, high < number
        case "<":
            met, failed = high < number, low >= number
        case "<=":
            met, failed = high <= number, low > number
        case "=":
            met, failed = (low == number) & (high == number), (low > number) | (high < number)
            failed |= ~met & ~_reachable(ranked, worths, number)
    ranks = met.view(np.int8) - failed.view(np.int8) + np.int8(_UNKNOWN)
    return _Ranked(ranks, kept(ranks == _UNKNOWN, masks) if len(masks) else masks)


def _whole(number: Fraction, clear: int) -> int:
    """So many times a number, which that makes whole; in whole numbers, which are far faster."""
    return number.numerator * (clear // number.denominator)


def _reachable(
    ranked: Sequence[Sequence[LeafCodes]], worths: Sequence[Sequence[int]], number: int
) -> npt.NDArray[np.bool_]:
    """Whether some choice of the open parts gives exactly this total, for each row."""
    columns = np.stack([ranks for group in ranked for ranks in group])
    kinds, inverse = np.unique(columns, axis=1, return_inverse=True)
    answers = []
    for kind in kinds.T:
        totals, place = {0}, 0
        for worth in worths:
            statuses = kind[place : place + len(worth)]
            place += len(worth)
            sure = max((w for w, s in zip(worth, statuses, strict=True) if s == _MET), default=0)
            open_ = [w for w, s in zip(worth, statuses, strict=True) if s == _UNKNOWN and w > sure]
            totals = {total + w for total in totals for w in (sure, *open_)}
        answers.append(number in totals)
    return np.array(answers, np.bool_)[inverse.reshape(-1)]
