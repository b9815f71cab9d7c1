"""Tables of counts as arrays, for methods that need no distribution of scipy's too."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from remit.errors import MethodError


def counts_of(table: Sequence[Sequence[int]]) -> npt.NDArray[np.int64]:
    """A table of counts as an array.

    Raises:
        MethodError: its rows differ in length, or it holds what is no count.
    """
    lengths = {len(row) for row in table}
    if len(table) < 2 or len(lengths) != 1 or min(lengths) < 2:
        raise MethodError(
            "a table has two rows and two columns at least, and rows of one length",
            expected="such as [[7, 5], [2, 10]]",
            got=f"{len(table)} rows of length {', '.join(map(str, sorted(lengths)))}",
            next_step="give every cell, 0 where there is nobody",
        )
    counts = np.asarray(table)
    if counts.dtype.kind not in "iu" or (counts < 0).any():
        raise MethodError(
            "a table holds counts",
            expected="whole numbers from 0",
            got=str(table),
            next_step="count the persons of each cell",
        )
    return counts.astype(np.int64)
