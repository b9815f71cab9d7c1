"""Which record counts for each subject, and rows of `measurement` as columns of readings."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, reduce

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import MET_CODE, NOT_MET_CODE
from remit.criteria.columns.numbers import (
    HIGHEST,
    LOWEST,
    Categories,
    Flags,
    Numbers,
    ScalarT,
    Whole,
    categories_of,
    from_zero,
    no_numbers,
    same_in_all,
    zeros_of,
)
from remit.criteria.columns.rows import ROW, Rows
from remit.criteria.columns.subjects import WindowDays
from remit.facts.arrays import EMPTY
from remit.facts.reading import KIND, PLACE, Kind
from remit.facts.selection import chosen, kept
from remit.facts.tables import OPERATORS
from remit.truth import Reason
from remit.units import UNLISTED, unit_key

_SIGNS: Sequence[str] = ("=", "<", "<=", ">=", ">", "?")
EXACT, UNKNOWN_SIGN = 0, 5
_FEW = 8  # ids to compare with


@dataclass(frozen=True, slots=True)
class Kinds:
    """What the numbers in the column `kind` stand for; arrays have shape (kinds,).

    Attributes:
        sign: the place of the operator in `=`, `<`, `<=`, `>=`, `>`, unknown.
        unit: the place in `units`; -1 where none is given, -2 where nobody knows it.
    """

    sign: npt.NDArray[np.int8]
    unit: npt.NDArray[np.int16]
    units: tuple[str, ...]


def kinds_as_columns(kinds: Sequence[Kind], own_units: Collection[str] = ()) -> Kinds:
    """Each kind's operator and unit, looked up once.

    Args:
        own_units: those beside the closed table that some study brings.
    """
    return _columns_of(tuple(kinds), frozenset(own_units))


@lru_cache(maxsize=64)
def _columns_of(kinds: tuple[Kind, ...], own: frozenset[str]) -> Kinds:
    """The same; a part is asked again for each study, and parts are often alike."""
    units: dict[str, int] = {}
    signs, places = [], []
    for kind in kinds:
        word = OPERATORS.get(kind.operator, "?") if kind.operator else "="
        signs.append(_SIGNS.index(word))
        unit = _unit_of(kind.unit, kind.unit_text, own)
        if unit is None:
            places.append(-1)
        elif unit.startswith(UNLISTED) and unit not in own:
            places.append(-2)
        else:
            places.append(units.setdefault(unit, len(units)))
    return Kinds(np.array(signs, np.int8), np.array(places, np.int16), tuple(units))


@lru_cache(maxsize=4096)
def _unit_of(omop_id: int, text: str | None, own: frozenset[str]) -> str | None:
    return unit_key(omop_id=omop_id, text=text, own=own)  # the kinds of all parts are alike


def inside(rows: Rows, span: WindowDays) -> Flags:
    """Which rows begin on a day of their subject's window."""
    held = rows.start >= span.first_of(rows.subject)
    held &= rows.start <= span.last_of(rows.subject)
    return held


def ending_in_latest(rows: Rows, span: WindowDays) -> npt.NDArray[np.int64]:
    """Rows of which the last of each subject is the one that `latest` gives."""
    if span.nearest_to is None:
        return np.flatnonzero(inside(rows, span))
    return latest(rows, span)


def latest(
    rows: Rows, span: WindowDays, *, rank: npt.NDArray[np.integer] | None = None
) -> npt.NDArray[np.int64]:
    """The row that counts for each subject that has one in its window, in the order of subjects.

    The latest; or, where the window belongs to a date, the one nearest to it, the later of two as
    near.

    Args:
        rank: of each row; a row of a higher rank counts before the latest. None: all are alike.
    """
    at = np.flatnonzero(inside(rows, span))
    if span.nearest_to is None and rank is None:
        return at.compress(_last_of_runs(rows.subject.take(at)))
    keys: list[npt.NDArray[np.generic]] = [rows.columns[PLACE][at]]
    if span.nearest_to is not None:
        later = rows.start[at] - span.nearest_to[rows.subject[at]]
        keys.append(-np.abs(later))
        if span.not_after is not None:
            keys.append(~(span.not_after[rows.subject[at]] & (later > 0)))
    if rank is not None:
        keys.append(rank[at])
    at = at[np.lexsort((*keys, rows.subject[at]))]
    return at.compress(_last_of_runs(rows.subject.take(at)))


def earliest(rows: Rows, span: WindowDays) -> npt.NDArray[np.int64]:
    """The first row of each subject that has one in its window."""
    at = np.flatnonzero(inside(rows, span))
    return at.compress(_first_of_runs(rows.subject.take(at)))


def _last_of_runs(groups: npt.NDArray[np.integer]) -> Flags:
    keep = np.ones(len(groups), np.bool_)
    np.not_equal(groups[1:], groups[:-1], out=keep[:-1])
    return keep


def _first_of_runs(groups: npt.NDArray[np.integer]) -> Flags:
    keep = np.ones(len(groups), np.bool_)
    np.not_equal(groups[1:], groups[:-1], out=keep[1:])
    return keep


def numbers_of(rows: Rows, kinds: Kinds) -> Numbers:
    """The number of each row of `measurement`, as recorded, less the zero of its unit."""
    kind = rows.columns[KIND]
    sign, unit = kinds.sign.take(kind), kinds.unit.take(kind)
    zeros = zeros_of(kinds.units)
    value = from_zero(rows.columns["value_as_number"], unit, zeros)
    count = len(rows)
    made = no_numbers(count)
    why = same_in_all(np.int8(0), count)
    low = high = np.asarray(value, np.int64)
    low_open = high_open = same_in_all(np.bool_(0), count)
    printed = None
    valued = value != EMPTY
    if sign.any():
        low = chosen((sign == 1) | (sign == 2) | (sign == UNKNOWN_SIGN), np.int64(LOWEST), low)
        high = chosen(sign >= 3, np.int64(HIGHEST), high)
        low_open, high_open = sign == 4, sign == 1
        why = kept(sign != EXACT, np.int8(Reason.CENSORED))
        printed = np.asarray(value, np.int64)
    if not valued.all():
        low = chosen(valued, low, np.int64(LOWEST))
        high = chosen(valued, high, np.int64(HIGHEST))
        why = chosen(valued, why, np.int8(Reason.NO_VALUE))
        low_open, high_open = low_open & valued, high_open & valued
    return replace(
        made,
        low=low,
        high=high,
        low_open=low_open,
        high_open=high_open,
        units=kinds.units,
        unit=unit,
        why=why,
        uln=_limit(rows, "range_high", unit, zeros),
        lln=_limit(rows, "range_low", unit, zeros),
        row=np.asarray(rows.columns.get(ROW, made.row), np.int64),
        day=rows.start.astype("datetime64[D]") if ROW in rows.columns else made.day,
        printed=printed,
    )


def _limit(rows: Rows, name: str, unit: npt.NDArray[np.integer], zeros: Whole | None) -> Whole:
    column = rows.columns.get(name)
    if column is None:
        return same_in_all(np.int64(0), len(unit))
    return kept(column != EMPTY, from_zero(column, unit, zeros))


def spread_numbers(numbers: Numbers, subject: npt.NDArray[np.integer], count: int) -> Numbers:
    """One number a subject from those of some; the others have none (`no_data`)."""
    if len(numbers) == count:
        return numbers
    made = no_numbers(count)

    low = _put(numbers.low, made.low, subject)
    return replace(
        made,
        low=low,
        high=_put(numbers.high, made.high, subject),
        low_open=_put(numbers.low_open, made.low_open, subject),
        high_open=_put(numbers.high_open, made.high_open, subject),
        units=numbers.units,
        unit=_put(numbers.unit, made.unit, subject),
        why=_put(numbers.why, made.why, subject),
        uln=_put(numbers.uln, made.uln, subject),
        lln=_put(numbers.lln, made.lln, subject),
        row=_put(numbers.row, made.row, subject),
        day=_put(numbers.day, made.day, subject),
        scale=numbers.scale,
        printed=_spread_printed(numbers, subject, count),
    )


def _put(
    values: npt.NDArray[ScalarT], empty: npt.NDArray[ScalarT], subject: npt.NDArray[np.integer]
) -> npt.NDArray[ScalarT]:
    """The values at their subjects, and what stands for none elsewhere."""
    if values.strides == (0,) and len(values) and values[0] == empty[0]:
        return empty  # one value in every row stays so
    filled = empty.astype(values.dtype)
    filled[subject] = values
    return filled


def _spread_printed(numbers: Numbers, subject: npt.NDArray[np.integer], count: int) -> Whole | None:
    if numbers.printed is None:
        return None
    filled = np.zeros(count, np.int64)
    filled[subject] = numbers.printed
    return filled


def spread_codes(
    codes: npt.NDArray[np.int8],
    subject: npt.NDArray[np.integer],
    span: WindowDays,
    count: int,
    *,
    earliest: bool = False,
) -> npt.NDArray[np.int8]:
    """One code a subject: `no_data` where none is given, `no_anchor` without the date.

    Of several codes of a subject the last counts.
    """
    found = np.full(count, Reason.NO_DATA, np.int8)
    found[subject] = codes
    return with_no_anchor(found if earliest else with_no_latest(found, span), span)


def with_no_latest(codes: npt.NDArray[np.int8], span: WindowDays) -> npt.NDArray[np.int8]:
    """The codes, `not_covered` where a later record may count that the data cannot hold yet."""
    if span.after_cut is None:
        return codes
    return chosen(span.after_cut, np.int8(Reason.NOT_COVERED), codes)


def absent_codes(doubts: npt.NDArray[np.int8], code: int) -> npt.NDArray[np.int8]:
    """A code where the absence of records is believed, else why it is not."""
    return chosen(doubts == 0, np.int8(code), doubts)


def with_no_anchor(codes: npt.NDArray[np.int8], span: WindowDays) -> npt.NDArray[np.int8]:
    """The codes, `no_anchor` where the window hangs on a date that is not there."""
    if span.missing is None:
        return codes
    return chosen(span.missing, np.int8(Reason.NO_ANCHOR), codes)


def coded_codes(
    code: npt.NDArray[np.integer], accepted: tuple[int, ...], known: tuple[int, ...]
) -> npt.NDArray[np.int8]:
    """Codes of coded values: met where accepted; the reason where there is none or nobody knows it.

    Args:
        code: OMOP ids, 0 where no value was recorded.
    """
    found = chosen(one_of(code, known), np.int8(NOT_MET_CODE), np.int8(Reason.CODE_UNKNOWN))
    found = chosen(one_of(code, accepted), np.int8(MET_CODE), found)
    return chosen(code == 0, np.int8(Reason.NO_VALUE), found)


def one_of(code: npt.NDArray[np.integer], ids: Collection[int]) -> Flags:
    """Which codes are one of some; a few are compared one by one."""
    if len(ids) > _FEW or not ids:
        return np.isin(code, tuple(ids))
    return reduce(np.logical_or, (code == known for known in ids))


def categories_of_rows(rows: Rows, known: tuple[int, ...], count: int) -> Categories:
    """The coded value of each subject from at most one row each; `known` are the column's ids."""
    code = rows.columns["value_as_concept_id"]
    order = np.argsort(np.array(known, np.int64))
    ids = np.array(known, np.int64)[order]
    at = np.minimum(np.searchsorted(ids, code), len(ids) - 1)
    places = np.where(ids[at] == code, order[at], -1)
    found = categories_of(known, places)
    why = np.where(places >= 0, 0, np.where(code == 0, Reason.NO_VALUE, Reason.CODE_UNKNOWN))
    empty = categories_of(known, np.full(count, -1))
    possible, reason = empty.possible.copy(), empty.why.copy()
    row, day = empty.row.copy(), empty.day.copy()
    possible[rows.subject], reason[rows.subject] = found.possible, why
    if ROW in rows.columns:
        row[rows.subject] = rows.columns[ROW]
        day[rows.subject] = rows.start.astype("datetime64[D]")
    return Categories(known, possible, reason, row, day)
