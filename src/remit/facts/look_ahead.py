"""The next item of some that are slow to come, while one is worked with."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

ItemT = TypeVar("ItemT")


def taken_ahead(items: Iterator[ItemT]) -> Iterator[ItemT]:
    """The same items in their order; a thread takes the next one while one is worked with.

    >>> list(taken_ahead(iter([1, 2, 3])))
    [1, 2, 3]
    """
    with ThreadPoolExecutor(1) as taker:
        coming = taker.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = taker.submit(next, items, None)
            yield item
            del item  # not kept until the one after it is there
