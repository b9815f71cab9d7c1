"""Resources that stand several times: copies are united, of versions the newest counts.

Source: HL7 FHIR R4, `Resource.meta`. The newest is the one that was last updated; where a copy does
not say when, the one with the highest version, if all versions are whole numbers. Where nothing
says which of two different ones is newer, none is taken.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from remit.facts.arrays import Whole, whole_numbers
from remit.facts.intake.fhir.resources.fhir_joined import Versions

SAME, OLDER, DIFFERS = (
    "says all of another one again",
    "an older version of another one",
    "differs from another one of its id, and nothing says which is newer",
)
_AT_ONCE = 1 << 23  # keys that are sorted at once


class _Copy(NamedTuple):
    resource: int
    kind: int
    version: str | None
    updated: str | None
    print: int


@dataclass(frozen=True, slots=True)
class Copies:
    """The resources that are left out since another one of their id counts.

    Attributes:
        gone: their numbers, rising; below zero those of which only a record in doubt was kept.
        open: those of which nothing says which version counts: records in doubt, rising.
        rules: kind and rule -> the numbers.
    """

    gone: Whole
    open: Whole
    rules: dict[tuple[int, str], list[int]] = field(default_factory=dict)


def find_copies(versions: Versions, in_doubt: Collection[int] = ()) -> Copies:
    """The resources that another one stands for.

    Args:
        in_doubt: the kinds of which a record stays where two versions differ.
    """
    rules: dict[tuple[int, str], list[int]] = {}
    gone, open_ = list[int](), list[int]()
    keys = np.asarray(whole_numbers(versions.rows["key"]), np.int64)
    passes = -(-len(keys) // _AT_ONCE) or 1
    for number in range(passes):
        rows = np.flatnonzero(keys % passes == number) if passes > 1 else np.arange(len(keys))
        rows = rows[np.argsort(keys[rows], kind="stable")]
        ordered = keys[rows]
        same = ordered[1:] == ordered[:-1]
        if not same.any():
            continue
        many = np.r_[same, False] | np.r_[False, same]
        begins = np.flatnonzero(np.r_[True, ~same][many])
        for group in _groups(versions, rows[many], begins):
            for copy, rule in _decided(group):
                if copy.resource >= 0:
                    rules.setdefault((copy.kind, rule), []).append(copy.resource)
                (open_ if rule == DIFFERS and copy.kind in in_doubt else gone).append(copy.resource)
    left, differ = (np.sort(np.array(each, np.int64)) for each in (gone, open_))
    return Copies(left, differ, rules)


def _groups(versions: Versions, rows: Whole, begins: Whole) -> Iterator[Sequence[_Copy]]:
    names = ["resource", "kind", "version", "updated", "print"]
    held = versions.taken(rows)
    copies = [_Copy(*row) for row in zip(*(held[name].to_pylist() for name in names), strict=True)]
    for first, last in zip(begins.tolist(), [*begins.tolist()[1:], len(copies)], strict=True):
        yield copies[first:last]


def _decided(group: Sequence[_Copy]) -> Iterator[tuple[_Copy, str]]:
    """Those of one id that are left out, and why."""
    if len({copy.print for copy in group}) == 1 and group[0].print:
        yield from ((copy, SAME) for copy in group[1:])
        return
    ranks = _ranks(group)
    best = max(ranks)
    newest = [copy for copy, rank in zip(group, ranks, strict=True) if rank == best]
    yield from ((copy, OLDER) for copy, rank in zip(group, ranks, strict=True) if rank != best)
    if len({copy.print for copy in newest}) == 1 and newest[0].print:
        yield from ((copy, SAME) for copy in newest[1:])
    elif len(newest) > 1:
        yield from ((copy, DIFFERS) for copy in newest)


def _ranks(group: Sequence[_Copy]) -> list[tuple[float, int]]:
    """What puts copies in order; the same for all where nothing does."""
    moments = [_moment(copy.updated) for copy in group]
    numbers = [_number(copy.version) for copy in group]
    by_time = None not in moments
    by_number = None not in numbers
    return [
        (
            moment if by_time and moment is not None else 0.0,
            number if by_number and number is not None else 0,
        )
        for moment, number in zip(moments, numbers, strict=True)
    ]


def _moment(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    try:
        return (found if found.tzinfo is not None else found.replace(tzinfo=UTC)).timestamp()
    except (OverflowError, ValueError):
        return None


def _number(text: str | None) -> int | None:
    """The number of a version; `W/"3"` is how HTTP writes the third."""
    digits = (text or "").removeprefix('W/"').removesuffix('"')
    return int(digits) if digits.isascii() and digits.isdecimal() and len(digits) < 19 else None
