"""Cells of OMOP tables as the types of Remit's: exact, column by column; what is none is empty.

Exports write one id as `12`, `12.0` or a number of floating point, one day as `2024-01-31`,
`20240131` or midnight of it. A value that cannot be read is emptied and counted, never guessed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import decimals_of
from remit.facts.intake.sources.csv_file import iso_day
from remit.facts.intake.sources.held_numbers import held_number
from remit.facts.tables import NUMBER, Type

_EXACT = rf"^[+-]?\d{{1,12}}(\.\d{{1,{NUMBER.scale}}})?$"
_UNITS, _DIGITS = 10.0**NUMBER.scale, 10.0**15
_DAY = r"^\d{4}-\d{2}-\d{2}([ T]\d{2}:.*)?$"
_PLAIN_DAY = r"^(\d{4})(\d{2})(\d{2})$"
# Nothing, as R, Python and databases write it; in a text `NA` may be a word of the source.
_NOTHING = ("", "NA", "NaN", "nan", "None", "<NA>", "NaT", "(null)")
_FEW = 4  # rows a text, from which on each text is read once
_TIME = (
    r"^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2})(:\d{2})?(\.\d{1,3})?\d*\s*(Z|UTC|[+-]\d{2}:?\d{2})?$"
)


def typed(column: pa.Array, kind: Type) -> tuple[pa.Array, int]:
    """A column as a type of the fact tables, and how many of its values are none of that type."""
    ready = _ready(column, kind)
    if ready is not None:
        return ready, 0
    column = _without_nothing(column, _NOTHING if kind != "text" else _NOTHING[:1])
    made = _READERS[kind](column)
    return made, made.null_count - column.null_count


def held_numbers(column: pa.Array) -> tuple[pa.Array, int, int]:
    """As `typed` of numbers, and how many of them have more decimals than the tables hold."""
    ready = _ready(column, "number")
    if ready is not None:
        return ready, 0, 0
    column = _without_nothing(column, _NOTHING)
    made, rounded = _held(column)
    return made, made.null_count - column.null_count, rounded


def _ready(column: pa.Array, kind: Type) -> pa.Array | None:
    """Texts as a type, the short way, where all of them are exactly of it; else None."""
    if not pa.types.is_string(column.type):
        return None
    if kind == "text":
        return None if pc.any(pc.equal(pc.binary_length(column), 0)).as_py() else column
    if kind == "id":
        # Arrow takes 0x1F for a number too.
        if any(pc.any(pc.match_substring(column, sign)).as_py() for sign in "xX"):
            return None
        try:
            return column.cast(pa.int64())
        except pa.ArrowInvalid:
            return None
    if kind == "bool":
        return None
    # Of most columns few texts differ: each is read once.
    coded = column.dictionary_encode()
    if len(coded.dictionary) * _FEW > len(column):
        return None
    texts = _without_nothing(coded.dictionary, _NOTHING)
    made, rounded = _held(texts) if kind == "number" else (_READERS[kind](texts), 0)
    # What is odd is counted by rows, the long way.
    return None if rounded or made.null_count > texts.null_count else made.take(coded.indices)


def _without_nothing(column: pa.Array, nothing: Sequence[str]) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_null(column.type):
        column = column.cast(pa.string())
    if pa.types.is_string(column.type):
        return pc.if_else(pc.is_in(column, value_set=pa.array(nothing)), None, column)
    if pa.types.is_floating(column.type):
        return pc.if_else(pc.is_nan(column), None, column)
    return column


def written_ids(column: pa.Array) -> pa.Array:
    """Ids as texts: `12.0` is `12`, and so is the floating-point number."""
    if pa.types.is_floating(column.type):
        whole = _whole(column)
        texts = pc.if_else(pc.is_valid(whole), whole.cast(pa.string()), column.cast(pa.string()))
        return pc.if_else(pc.is_nan(column), None, texts)
    texts = typed(column, "text")[0]
    if not pc.any(pc.match_substring_regex(texts, r"[.\s]")).as_py():
        return texts
    texts = pc.utf8_trim_whitespace(texts)
    return pc.replace_substring_regex(texts, r"^(-?\d+)\.0+$", r"\1")


def _ids(column: pa.Array) -> pa.Array:
    return _whole(column)


def _concepts(column: pa.Array) -> pa.Array:
    if column.type == pa.int32():
        return column
    wide = _whole(column)
    fits = pc.and_(pc.greater_equal(wide, -(1 << 31)), pc.less(wide, 1 << 31))
    return pc.if_else(fits, wide, None).cast(pa.int32())


def _whole(column: pa.Array) -> pa.Array:
    """Whole numbers of 64 bits."""
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_decimal(kind) or kind == pa.uint64():
        texts = written_ids(column)
        right = pc.match_substring_regex(texts, r"^-?\d{1,18}$")
        return _or_each(pc.if_else(right, texts, None), texts, pa.int64(), _whole_number)
    if pa.types.is_floating(kind):
        doubles = column.cast(pa.float64())
        whole = pc.and_(pc.equal(pc.floor(doubles), doubles), pc.less(pc.abs(doubles), 2.0**53))
        return pc.if_else(whole, doubles, None).cast(pa.int64())
    if pa.types.is_integer(kind):
        return column.cast(pa.int64())
    return pa.nulls(len(column), pa.int64())


def _whole_number(text: str) -> int | None:
    digits = text.removeprefix("-")
    found = int(text) if digits.isascii() and digits.isdecimal() else None
    return found if found is not None and -(1 << 63) <= found < 1 << 63 else None


def _numbers(column: pa.Array) -> pa.Array:
    return _held(column)[0]


def _held(column: pa.Array) -> tuple[pa.Array, int]:
    """Decimals of six places, and how many had more."""
    if pa.types.is_string(column.type):
        # But for exponents, what Arrow takes is as `_number` takes it.
        if not pc.any(pc.match_substring(column, "e", ignore_case=True)).as_py():
            try:
                return column.cast(NUMBER), 0
            except pa.ArrowInvalid:
                pass
        texts = pc.utf8_trim_whitespace(column)
        exact = pc.match_substring_regex(texts, _EXACT)
        coded = pc.if_else(exact, None, texts).dictionary_encode()
        each = [_number(text) for text in coded.dictionary.to_pylist()]
        held = pa.array([number for number, _ in each], NUMBER).take(coded.indices)
        rounded = pa.array([is_rounded for _, is_rounded in each], pa.bool_()).take(coded.indices)
        made = pc.coalesce(pc.if_else(exact, texts, None).cast(NUMBER), held)
        return made, pc.sum(rounded).as_py() or 0
    if pa.types.is_integer(column.type) or pa.types.is_decimal(column.type):
        try:
            return column.cast(NUMBER), 0
        except pa.ArrowInvalid:
            pass
    elif not pa.types.is_floating(column.type):
        return pa.nulls(len(column), NUMBER), 0
    return _doubles(column.cast(pa.float64()))


def _doubles(column: pa.Array) -> tuple[pa.Array, int]:
    """As `_held`, of numbers of floating point.

    The shortest text that is the number is what the source meant: 48.1, not 48.10000000000000142.
    Two numbers of fifteen digits are never one double: so a double that is nearest to a number of
    six places is found without its text, which takes ten times longer. So is one that only its
    last digits, which came of reckoning, tell from such a number: 0.30000000000000004.
    """
    if column.null_count == len(column):
        return pa.nulls(len(column), NUMBER), 0
    doubles = pc.fill_null(column, 0.0)
    held = np.frombuffer(doubles.buffers()[1], np.float64, len(doubles), 8 * doubles.offset)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        units = np.rint(held * _UNITS)
        # The double that is nearest to that number: the division is rounded once.
        near = (units / _UNITS == held) & (np.abs(units) < _DIGITS)
        others = np.flatnonzero(~near)
        rounded = 0
        if len(others):
            whole = np.where(np.abs(units[others]) < _DIGITS, units[others], np.nan)
            apart = np.abs(held[others] - whole / _UNITS)
            # A good third of the fifteenth digit: what is nearer is that number with fifteen.
            bound = 0.35 * 10.0 ** (np.floor(np.log10(np.abs(held[others]))) - 14)
            near[others] = apart <= bound
            rounded = int(np.count_nonzero(near[others]))
            units = np.where(near, units, 0.0)
    exact = decimals_of(units.astype(np.int64), NUMBER)
    is_near = pa.array(near, pa.bool_())
    exact = pc.if_else(pc.and_(is_near, pc.is_valid(column)), exact, None)
    if len(others) == rounded:
        return exact, rounded
    found, more = _held(pc.if_else(is_near, None, column).cast(pa.string()))
    return pc.coalesce(exact, found), rounded + more


def _number(text: str) -> tuple[Decimal | None, bool]:
    """The number of a text, if it is one, and whether it had more places."""
    try:
        written = Decimal(text)
    except InvalidOperation:
        return None, False
    held = held_number(written) if text.isascii() and "_" not in text else None
    return held, held is not None and held != written


def _days(column: pa.Array) -> pa.Array:
    kind = column.type
    if pa.types.is_timestamp(kind):
        return (pc.local_timestamp(column) if kind.tz else column).cast(pa.date32(), safe=False)
    if pa.types.is_date(kind):
        return column.cast(pa.date32())
    texts = written_ids(column)
    texts = pc.replace_substring_regex(texts, _PLAIN_DAY, r"\1-\2-\3")
    right = pc.match_substring_regex(texts, _DAY)
    # Few days differ: each is looked at once.
    days = pc.utf8_slice_codeunits(pc.if_else(right, texts, None), 0, 10)
    return _or_each(pa.nulls(len(days), pa.string()), days, pa.date32(), iso_day)


def _moments(column: pa.Array) -> pa.Array:
    """Times as the clock on the spot showed them: a zone that stands behind says nothing else."""
    kind = column.type
    if kind == pa.timestamp("ms"):
        return column
    if pa.types.is_timestamp(kind):
        local = pc.local_timestamp(column) if kind.tz else column
        return pc.floor_temporal(local, unit="millisecond").cast(pa.timestamp("ms"))
    if pa.types.is_date(kind):
        return column.cast(pa.timestamp("ms"))
    texts = pc.utf8_trim_whitespace(typed(column, "text")[0])
    plain = pc.replace_substring_regex(texts, _TIME, r"\1T\2\3\4")
    only_day = pc.match_substring_regex(plain, r"^\d{4}-\d{2}-\d{2}$")
    plain = pc.if_else(only_day, pc.binary_join_element_wise(plain, "00:00", "T"), plain)
    right = pc.match_substring_regex(plain, r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?$")
    checked = pc.if_else(right, plain, None)
    try:
        return checked.cast(pa.timestamp("ms"))
    except pa.ArrowInvalid:  # a day or an hour that no calendar or clock has
        none = pa.nulls(len(checked), pa.string())
        return _or_each(none, checked, pa.timestamp("ms"), _moment)


def _moment(text: str) -> datetime | None:
    try:
        found = datetime.fromisoformat(text)
        return found.replace(microsecond=found.microsecond // 1000 * 1000)
    except ValueError:
        return None


def _texts(column: pa.Array) -> pa.Array:
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def _or_each(
    ready: pa.Array, texts: pa.Array, kind: pa.DataType, read: Callable[[str], object]
) -> pa.Array:
    """Texts that Arrow casts, and for the others what each distinct one is."""
    made = ready.cast(kind)
    odd = pc.and_(pc.is_null(ready), pc.is_valid(texts))
    if not pc.any(odd).as_py():
        return made
    coded = pc.if_else(odd, texts, None).dictionary_encode()
    each = pa.array([read(text) for text in coded.dictionary.to_pylist()], kind)
    return pc.coalesce(made, each.take(coded.indices))


def _flags(column: pa.Array) -> pa.Array:
    return column.cast(pa.bool_())


_READERS: Mapping[Type, Callable[[pa.Array], pa.Array]] = {
    "bool": _flags,
    "id": _ids,
    "concept": _concepts,
    "int": _concepts,
    "number": _numbers,
    "date": _days,
    "datetime": _moments,
    "text": _texts,
}
