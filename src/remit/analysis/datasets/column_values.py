"""Values of columns as Arrow arrays: what is not known is missing, no number and no empty text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Flags = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]


def text_values(texts: Iterable[str | None]) -> pa.Array:
    """Texts without blanks at their end; an empty one is missing."""
    return pa.array([(one or "").rstrip() or None for one in texts], pa.string())


def number_values(values: npt.NDArray[np.float64]) -> pa.Array:
    """Numbers; what is not a number is missing."""
    plain = np.ascontiguousarray(values, np.float64)
    return pa.array(plain, pa.float64(), mask=~np.isfinite(plain))


def whole_values(values: npt.NDArray[np.int64], known: Flags | None = None) -> pa.Array:
    """Whole numbers; missing where not `known`."""
    plain = np.ascontiguousarray(values, np.int64)
    return pa.array(plain, pa.int64(), mask=None if known is None else ~known)


def day_values(days: npt.NDArray[np.datetime64]) -> pa.Array:
    """Days; missing where there is none."""
    plain = np.ascontiguousarray(days).astype("datetime64[D]")
    return pa.array(plain, pa.date32(), mask=np.isnat(plain))


def date_values(days: Sequence[date | None]) -> pa.Array:
    """The same of dates of Python."""
    return pa.array(days, pa.date32())


def flag_values(flags: Flags) -> pa.Array:
    """`Y` where it is so, missing elsewhere."""
    return picked_words(np.where(flags, 0, -1).astype(np.int64), ("Y",))


def picked_words(places: Whole, words: Sequence[str]) -> pa.Array:
    """The word at each place; missing where the place is negative. Nothing is copied a row."""
    indices = pa.array(places, pa.int32(), mask=places < 0)
    return pa.DictionaryArray.from_arrays(indices, pa.array(words, pa.string())).cast(pa.string())


def study_days(days: npt.NDArray[np.datetime64], start: npt.NDArray[np.datetime64]) -> pa.Array:
    """Days since a start, which is day 1: there is no day 0."""
    known = ~(np.isnat(days) | np.isnat(start))
    since = np.zeros(len(days), np.int64)
    since[known] = (days[known] - start[known]).astype("timedelta64[D]").astype(np.int64)
    return whole_values(np.where(since >= 0, since + 1, since), known)
