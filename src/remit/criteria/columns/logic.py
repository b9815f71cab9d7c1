"""Kleene logic over all subjects at once, on the codes of the leaves.

A leaf's code is 1 where it is met, 2 where it is not met, and else the number of its `Reason`.

Inside a tree a status is a rank: 0 not applicable, 1 not met, 2 unknown, 3 met. Then `or` is the
greatest rank, `not` is `(4 - rank) % 4`, and `and` follows. Beside the rank goes the mask of
reasons, which is zero unless the rank is 2.
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
)
from remit.facts.selection import chosen, kept
from remit.truth import Reason, Status

LeafCodes = npt.NDArray[np.int8]
Masks = npt.NDArray[np.int32]

MET_CODE, NOT_MET_CODE = 1, 2

_UNKNOWN = 2
_STATUS_OF_RANK = np.array(
    [Status.NOT_APPLICABLE, Status.NOT_MET, Status.UNKNOWN, Status.MET], np.int8
)
# By status: not met, met, unknown, not applicable.
_RANK_OF_STATUS = np.array([1, 3, 2, 0], np.int8)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Codes of `Status` and masks of reasons, one a person."""

    statuses: LeafCodes
    reasons: Masks


@dataclass(frozen=True, slots=True)
class _Ranked:
    ranks: LeafCodes
    masks: Masks


def combine_codes(node: Node, codes: Mapping[Leaf, LeafCodes]) -> Verdicts:
    """The verdicts of a tree from the codes of its leaves, shape (persons,) each."""
    found = _rank(node, codes)
    return Verdicts(np.take(_STATUS_OF_RANK, found.ranks, mode="clip"), found.masks)


def all_of(verdicts: Sequence[Verdicts]) -> Verdicts:
    """The conjunction of verdicts that are known already."""
    parts = [_Ranked(np.take(_RANK_OF_STATUS, v.statuses), v.reasons) for v in verdicts]
    found = _all_of(parts)
    return Verdicts(np.take(_STATUS_OF_RANK, found.ranks, mode="clip"), found.masks)


def _rank(node: Node, codes: Mapping[Leaf, LeafCodes]) -> _Ranked:
    match node:
        case Placed():
            return _Ranked(*_leaf_ranks(codes[node.leaf]))
        case Not():
            part = _rank(node.part, codes)
            return _Ranked(_negated(part.ranks), part.masks)
        case Or():
            parts = [_rank(part, codes) for part in node.parts]
            return _with_masks(_greatest([part.ranks for part in parts]), parts)
        case And():
            return _all_of([_rank(part, codes) for part in node.parts])
        case If():
            condition, then = _rank(node.condition, codes), _rank(node.then, codes)
            applies, open_ = condition.ranks == 3, condition.ranks == _UNKNOWN
            unknown: LeafCodes = kept(open_, np.int8(_UNKNOWN))
            return _Ranked(
                chosen(applies, then.ranks, unknown),
                chosen(applies, then.masks, condition.masks),
            )
        case AtLeast():
            return _at_least(node.minimum, [_rank(part, codes) for part in node.parts])
        case FirstKnown():
            return _first_known([_rank(part, codes) for part in node.parts])
        case Tally():
            return _tally(node, codes)


def _leaf_ranks(codes: LeafCodes) -> tuple[LeafCodes, Masks]:
    """Rank and mask of each code of a leaf: by arithmetic, eight times as fast as looking it up."""
    met, not_met = (codes == MET_CODE).view(np.int8), (codes == NOT_MET_CODE).view(np.int8)
    # `Reason.bit`: met and not met lie below the first reason and are shifted out.
    masks = np.left_shift(np.int32(1), codes, dtype=np.int32)
    return met - not_met + np.int8(_UNKNOWN), np.right_shift(masks, int(min(Reason)), out=masks)


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
    return _Ranked(ranks, kept(ranks == _UNKNOWN, union))


def _at_least(minimum: int, parts: Sequence[_Ranked]) -> _Ranked:
    size = np.int16 if len(parts) < 1 << 14 else np.int64
    met, open_ = (
        reduce(np.add, [(part.ranks == rank).astype(size) for part in parts])
        for rank in (3, _UNKNOWN)
    )
    idle = _greatest([part.ranks for part in parts]) == 0
    reached, missed = met >= minimum, met + open_ < minimum
    ranks = reached.view(np.int8) - missed.view(np.int8) + np.int8(_UNKNOWN)
    return _with_masks(kept(~idle, ranks), parts)


def _first_known(parts: Sequence[_Ranked]) -> _Ranked:
    ranks = parts[-1].ranks
    for part in reversed(parts[:-1]):
        ranks = chosen(part.ranks == _UNKNOWN, ranks, part.ranks)
    return _with_masks(ranks, parts)


def _tally(node: Tally, codes: Mapping[Leaf, LeafCodes]) -> _Ranked:
    """The points that are sure and those that are possible; between the two nothing is known.

    Points are brought to whole numbers, of 16 bits where they fit. Only the tests for equality
    could be decided further, by a total that no choice of the open parts reaches; the reference
    does, so this does as well.
    """
    ranked = [[(points, _rank(part, codes)) for points, part in group] for group in node.groups]
    clear = lcm(node.number.denominator, *(p.denominator for g in ranked for p, _ in g))
    number = int(node.number * clear)
    rows = len(ranked[0][0][1].ranks)
    largest = sum(max(abs(int(points * clear)) for points, _ in group) for group in ranked)
    size: type[np.signedinteger] = np.int16 if max(largest, abs(number)) < 1 << 15 else np.int64
    low, high = _zeros(rows, size), _zeros(rows, size)
    masks = np.zeros(rows, np.int32)
    for group in ranked:
        sure, most = _zeros(rows, size), _zeros(rows, size)
        for points, part in group:
            worth = size(int(points * clear))
            np.maximum(sure, (part.ranks == 3).view(np.int8) * worth, out=sure)
            np.maximum(most, (part.ranks >= _UNKNOWN).view(np.int8) * worth, out=most)
        for points, part in group:
            if len(group) == 1 and points > 0:
                masks |= part.masks  # zero unless it is open
                continue
            open_ = (part.ranks == _UNKNOWN) & (int(points * clear) > sure)
            masks |= kept(open_, part.masks)
        low += sure
        high += most
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
            failed |= ~met & ~_reachable(ranked, number, clear)
    ranks = met.view(np.int8) - failed.view(np.int8) + np.int8(_UNKNOWN)
    return _Ranked(ranks, kept(ranks == _UNKNOWN, masks))


def _zeros(rows: int, size: type[np.signedinteger]) -> npt.NDArray[np.signedinteger]:
    return np.zeros(rows, size)


def _reachable(
    ranked: Sequence[Sequence[tuple[Fraction, _Ranked]]], number: int, clear: int
) -> npt.NDArray[np.bool_]:
    """Whether some choice of the open parts gives exactly this total, for each row."""
    columns = np.stack([part.ranks for group in ranked for _, part in group])
    kinds, inverse = np.unique(columns, axis=1, return_inverse=True)
    answers = []
    for kind in kinds.T:
        totals, place = {0}, 0
        for group in ranked:
            statuses = kind[place : place + len(group)]
            place += len(group)
            worth = [int(points * clear) for points, _ in group]
            sure = max((w for w, s in zip(worth, statuses, strict=True) if s == 3), default=0)
            open_ = [w for w, s in zip(worth, statuses, strict=True) if s == _UNKNOWN and w > sure]
            totals = {total + w for total in totals for w in (sure, *open_)}
        answers.append(number in totals)
    return np.array(answers, np.bool_)[inverse.reshape(-1)]
