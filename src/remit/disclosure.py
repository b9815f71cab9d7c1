"""Counts as they may be shown: the one place through which they pass before anybody reads them.

Small counts are neither hidden nor rounded one by one, for sums then give them away. Persons are
put in order by what they are counted under, so that those alike stand together, and taken
`smallest` at a time; one of each such group is counted in the place of all. So every count is a
multiple of `smallest`, and the page is the exact page of people who could be: no sum or difference
of its counts tells of a group of 1 to `smallest - 1`. This is microaggregation (Domingo-Ferrer,
Mateo-Sanz. IEEE Trans Knowl Data Eng 2002;14:189) of the answers themselves;
`docs/decisions/0007-rounded-counts.md` has the proof and the price.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]

# Exchanges tried at most; of very many persons, some spread over all are enough.
_TRIES = 1_200
# How far from its group a stand-in is looked for, in groups.
_REACH = 3
_ROWS_AT_ONCE = 10_000


def check_smallest(smallest: int) -> None:
    """Refuse a limit that hides nothing.

    Raises:
        ValueError: `smallest` is 1 or 2, or negative; 0 shows all.
    """
    if smallest < 0 or smallest in (1, 2):
        raise ValueError(f"smallest is 0 (show all) or at least 3, not {smallest}")


def shown_count(count: int, *, smallest: int) -> str:
    """A count in text; with `smallest` it is one of stand-ins and marked as rounded.

    Raises:
        ValueError: `smallest` is 1, 2 or negative.

    >>> shown_count(1240, smallest=5), shown_count(0, smallest=5), shown_count(3, smallest=0)
    ('≈1,240', '≈0', '3')
    """
    check_smallest(smallest)
    if smallest == 0:
        return f"{count:,}"
    # A count of persons that were not rounded: a mistake of ours that must not reach a reader.
    assert count % smallest == 0, "a rounded count is a multiple of its base"
    return f"≈{count:,}"


def counts_note(smallest: int) -> str:
    """What is said of the counts beside them; empty where they are exact.

    >>> counts_note(0)
    ''
    >>> counts_note(5).partition(":")[0]
    'Counts marked ≈ are rounded to multiples of 5'
    """
    if smallest == 0:
        return ""
    return (
        f"Counts marked ≈ are rounded to multiples of {smallest}: {smallest} persons with much the "
        f"same answers are counted as {smallest} times one of them. ≈0 can be a few persons. "
        f"Counts add up; most are less than {smallest} from the exact one, some several times as "
        "far. Rates, intervals, agreement and medians are those of the rounded counts."
    )


def stand_ins(columns: Iterable[Column], *, persons: int, smallest: int) -> Places:
    """The places of those who stand for all, ascending, each `smallest` times for each group.

    The same persons in any order give the same counts.

    Args:
        columns: one for each count that is told: whether a person is counted; shape (persons,)
            each. All that is told must follow from them. Those whose counts matter most come first.
        persons: how many there are. Up to `smallest - 1` of them, the last in order, are left out.
    """
    packed = _packed(columns, persons)
    groups = persons // smallest
    if groups == 0:
        return np.zeros(0, np.int64)
    order = np.argsort(packed.view(f"S{packed.shape[1]}")[:, 0], kind="stable")
    ranked = packed[order[: groups * smallest]]
    chosen = _exchanged(ranked, smallest)
    return np.repeat(np.sort(order[chosen]), smallest)


def _packed(columns: Iterable[Column], persons: int) -> Bytes:
    """A row a person, a bit a count: the first count is the highest bit of the first byte."""
    rest = iter(columns)
    found = []
    while batch := list(islice(rest, 8)):
        found.append(np.packbits(np.stack(batch), axis=0)[0])
    # One byte more that is never zero: equal texts of bytes are then equal rows.
    found.append(np.ones(persons, np.uint8))
    return np.ascontiguousarray(np.stack(found, axis=1))


def _exchanged(ranked: Bytes, smallest: int) -> Places:
    """The rows that stand for their groups, after exchanges.

    With the error e and the counts x of a stand-in, one x' in its place leaves the squared error
    |e - s x + s x'|^2. All are whole numbers below 2 ** 24, so that the sums are exact.
    """
    groups = len(ranked) // smallest
    chosen = np.arange(groups) * smallest + smallest // 2
    error = (smallest * _sums(ranked[chosen]) - _sums(ranked)).astype(np.float32)
    tried = np.unique(np.linspace(0, groups - 1, min(groups, _TRIES // 2)).astype(np.int64))
    reach = np.arange(-_REACH * smallest, (_REACH + 1) * smallest)
    near = np.unique((tried[:, np.newaxis] * smallest + reach).clip(0, len(ranked) - 1))
    bits = np.unpackbits(ranked[near], axis=1).astype(np.float32) * smallest
    squares = np.einsum("ij,ij->i", bits, bits)
    starts = np.searchsorted(near, (tried - _REACH) * smallest).tolist()
    ends = np.searchsorted(near, (tried + _REACH + 1) * smallest).tolist()
    held = np.searchsorted(near, chosen[tried]).tolist()
    tries, moved = _TRIES, True
    while moved and tries > 0:
        moved = False
        for at, (start, end) in enumerate(zip(starts, ends, strict=True)):
            now = held[at]
            without = error - bits[now]
            left = bits[start:end] @ (2 * without) + squares[start:end]
            best = start + int(left.argmin())
            if left[best - start] < left[now - start]:
                held[at], error, moved = best, without + bits[best], True
        tries -= len(tried)
    chosen[tried] = near[held]
    return chosen


def _sums(rows: Bytes) -> npt.NDArray[np.int64]:
    """The persons counted under each bit."""
    total = np.zeros(rows.shape[1] * 8, np.int64)
    for start in range(0, len(rows), _ROWS_AT_ONCE):
        bits = np.unpackbits(rows[start : start + _ROWS_AT_ONCE], axis=1)
        total += bits.sum(axis=0, dtype=np.int64)
    return total
