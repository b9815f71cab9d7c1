"""What the rows of a table say together, found out in bounded memory: their ids and last days."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.facts.arrays import NO_DAY, Whole, whole_numbers

_AT_ONCE = 1 << 25  # ids that are sorted at once: 256 MB


@dataclass(slots=True)
class RowKeys:
    """The ids of a table's rows, as ranges: most sources write ids that rise.

    Attributes:
        rows: how many were seen. empty: how many are none.
        top: the greatest; None before the first.
    """

    rows: int = 0
    empty: int = 0
    top: int | None = None
    _lows: list[int] = field(default_factory=list)
    _highs: list[int] = field(default_factory=list)
    _twice: bool = False

    def add(self, column: pa.Array | pa.ChunkedArray) -> None:
        """Take note of the ids of more rows."""
        self.rows += len(column)
        self.empty += column.null_count
        keys = whole_numbers(column.drop_null() if column.null_count else column)
        if not len(keys):
            return
        if not (keys[1:] > keys[:-1]).all():
            keys = np.sort(keys)
            self._twice |= bool((keys[1:] == keys[:-1]).any())
        self._lows.append(int(keys[0]))
        self._highs.append(int(keys[-1]))
        self.top = max(self._highs[-1], self._highs[-1] if self.top is None else self.top)

    @property
    def surely_distinct(self) -> bool:
        """Whether the ranges alone say that each id stands for one row."""
        if self._twice or self.empty:
            return False
        order = np.argsort(np.array(self._lows, np.int64))
        lows, highs = (np.array(ends, np.int64)[order] for ends in (self._lows, self._highs))
        return bool((lows[1:] > highs[:-1]).all())


def repeated_keys(chunks: Callable[[], Iterable[pa.Array]], rows: int) -> Whole:
    """The ids that stand for several rows, rising.

    Args:
        chunks: the ids, from the start each time that it is called: each pass sorts a part.
    """
    passes, found = -(-rows // _AT_ONCE) or 1, list[Whole]()
    for number in range(passes):
        pieces = [np.zeros(0, np.int64)]
        for column in chunks():
            keys = np.asarray(whole_numbers(column.drop_null()), np.int64)
            pieces.append(keys[keys % passes == number] if passes > 1 else keys)
        ordered = np.sort(np.concatenate(pieces))
        pieces.clear()
        found.append(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))
    return np.sort(np.concatenate(found))


def latest_two(days: npt.NDArray[np.integer]) -> tuple[int, ...]:
    """The last two days among some, the later one first; empty ones are none."""
    if not len(days):
        return ()
    last = int(days.max())
    before = int(days[days < last].max(initial=NO_DAY))
    return tuple(day for day in (last, before) if day != NO_DAY)
