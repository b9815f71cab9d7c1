"""Room for the columns of a screening: in memory, or in a file where there are many persons.

Ten million persons and four studies take about 3 GB. A column in a file is an array like any other;
its pages are given back to the system after each part, so that a screening takes no more memory
for a hundred parts than for ten.
"""

from __future__ import annotations

import mmap
from tempfile import TemporaryFile
from typing import IO, TypeVar

import numpy as np
import numpy.typing as npt

ScalarT = TypeVar("ScalarT", bound=np.generic)

IN_MEMORY = 1 << 29  # bytes of a result that stays there
_WORD = 64  # bytes: where columns begin
_GRAIN = mmap.ALLOCATIONGRANULARITY
# Where the system has no such advice, it keeps what it likes.
_LET_GO: int | None = getattr(mmap, "MADV_DONTNEED", None)


class ColumnRoom:
    """Where columns of persons are laid, until it is closed; what was laid stays after that.

    Args:
        size: bytes that all of them will take, as far as is known.
    """

    def __init__(self, size: int) -> None:
        # Without a name: it goes when the last of its columns goes.
        self._file: IO[bytes] | None = None
        if size > IN_MEMORY:
            self._file = TemporaryFile()  # noqa: SIM115 - see `__exit__`
        self._size = size
        self._end = self._left = 0
        self._pages: list[mmap.mmap] = []

    def __enter__(self) -> ColumnRoom:
        return self

    def __exit__(self, *_: object) -> None:
        if self._file is not None:
            self._file.close()

    def column(self, count: int, kind: npt.DTypeLike) -> npt.NDArray[np.generic]:
        """A column of so many zeros."""
        size = -(-count * np.dtype(kind).itemsize // _WORD) * _WORD
        if self._file is None or size == 0:
            return np.zeros(count, kind)
        if size > self._left:
            self._widen(self._file, max(size, self._size))
        pages = self._pages[-1]
        begin = len(pages) - self._left
        self._left -= size
        return np.frombuffer(pages, kind, count, begin)

    def _widen(self, file: IO[bytes], size: int) -> None:
        """More of the file, as one range: each range takes one of the files a process may open."""
        self._left = -(-size // _GRAIN) * _GRAIN
        self._end += self._left
        file.truncate(self._end)  # a hole: what was never written is zero and takes no room
        self._pages.append(mmap.mmap(file.fileno(), self._left, offset=self._end - self._left))

    def let_go(self) -> None:
        """Give the memory of the columns back; what was laid stays."""
        if _LET_GO is not None:
            for pages in self._pages:
                pages.madvise(_LET_GO)
