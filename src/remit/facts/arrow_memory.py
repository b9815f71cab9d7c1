"""Where Arrow's memory comes from while many rows are read.

Its own pool gives the pages of each batch back to the system soon after, and is given new ones,
which the system clears: a third of the processor time of reading. The pool of the system keeps
them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pyarrow as pa


@contextmanager
def kept_memory() -> Iterator[None]:
    """Arrow's memory from the system within the block; threads share it."""
    before = pa.default_memory_pool()
    pa.set_memory_pool(pa.system_memory_pool())
    try:
        yield
    finally:
        pa.set_memory_pool(before)
