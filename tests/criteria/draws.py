"""One value of several, as `Generator.choice` draws it, at a tenth of its cost.

That makes an array of the values for each draw; generated data take tens of thousands of draws.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from functools import cache
from typing import TypeVar

import numpy as np

T = TypeVar("T")


def one_of(random: np.random.Generator, values: Sequence[T]) -> T:
    """One of the values, each as likely."""
    return values[int(random.integers(len(values)))]


def weighted(random: np.random.Generator, values: Sequence[T], chances: Sequence[float]) -> T:
    """One of the values, each with its chance."""
    return values[bisect_right(_sums(tuple(chances)), random.random())]


@cache
def _sums(chances: tuple[float, ...]) -> list[float]:
    sums = np.cumsum(chances)
    return list((sums / sums[-1]).tolist())
