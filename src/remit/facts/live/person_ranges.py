"""Ranges of a part's persons, whose measurements are worked on while they lie near the processor.

To type, check and order the rows of 100,000 persons at once takes longer than range by range: each
pass over a column waits for the memory. What is found is laid together by codes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa

from remit.facts.arrays import whole_numbers
from remit.facts.live.source import Wanted

PERSONS = 20_000


def person_ranges(wanted: Wanted, people: pa.Table) -> Sequence[tuple[Wanted, pa.Table]]:
    """The same rows range by range, each with its persons.

    Args:
        people: the persons of these rows, ascending.
    """
    count = max(1, round(people.num_rows / PERSONS))
    ends = [people.num_rows * number // count for number in range(count + 1)]
    ids = whole_numbers(people["person_id"])
    cuts = [int(ids[end - 1]) for end in ends[1:-1]]
    return [
        (
            replace(wanted, after=after, last=last),
            people.slice(begin, end - begin),
        )
        for after, last, begin, end in zip(
            (wanted.after, *cuts), (*cuts, wanted.last), ends[:-1], ends[1:], strict=True
        )
    ]


def joined_by_code(pieces: Sequence[pa.Table], code: str) -> pa.Table:
    """Rows of ranges of persons, each by code, as rows of all by code.

    Args:
        pieces: in the order of the ranges.
        code: the column of the code.
    """
    if len(pieces) == 1:
        return pieces[0]
    runs: dict[int, list[pa.Table]] = {}
    for piece in pieces:
        codes = whole_numbers(piece[code])
        begins = [0, *(np.flatnonzero(codes[1:] != codes[:-1]) + 1).tolist()][: len(codes)]
        for begin, end in zip(begins, [*begins[1:], len(codes)], strict=True):
            runs.setdefault(int(codes[begin]), []).append(piece.slice(begin, end - begin))
    ordered = [run for _, found in sorted(runs.items()) for run in found]
    return pa.concat_tables(ordered or pieces[:1]).combine_chunks()
