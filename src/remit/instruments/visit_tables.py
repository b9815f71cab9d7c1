"""A table of visits to a sheet, column by column: the fast way in for many visits.

Any dataframe that hands out Arrow's stream of columns is such a table.

One row a visit. A finding or choice is a column of words, a grade a column of whole numbers, a
quantity a column of numbers with, beside it, `NAME.unit` (words), `NAME.uln` and `NAME.lln`. With
`person` and `date` the visit before is `previous` and the first of a person is `baseline`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.criteria.columns.numbers import (
    HIGHEST,
    LOWEST,
    MICRO,
    Categories,
    Numbers,
    no_numbers,
    zeros_of,
)
from remit.criteria.columns.sheet import Sheet
from remit.errors import InstrumentError, UnitError
from remit.facts.selection import kept
from remit.facts.tables import FEMALE, MALE
from remit.instruments.answers import (
    answer_words,
    answered_categories,
    is_not_assessed,
    nearest_names,
    possible_values,
)
from remit.instruments.biopsy_class import written_answer
from remit.instruments.inputs import Inputs
from remit.instruments.visit_frames import plain_table
from remit.instruments.visits import Visits, visits_in_order
from remit.instruments.written_numbers import TOO_LARGE, crossed_limits
from remit.truth import Reason
from remit.units import unit_named

_BESIDE = ("unit", "uln", "lln")


@dataclass(frozen=True, slots=True)
class VisitTable:
    """A table of visits as a sheet.

    Attributes:
        visits: in the sheet's order: person, then date.
        names: of persons who are called by a text: a person's number is the place of hers; None
            where persons are numbers.
        dated: whether the table says whose visits these are, and when.
    """

    sheet: Sheet
    visits: Visits
    names: pa.Array | None
    dated: bool

    def called(self, persons: npt.NDArray[np.int64]) -> pa.Array:
        """Persons as the table calls them."""
        numbers = pa.array(persons, pa.int64())
        return numbers if self.names is None else self.names.take(numbers)


def read_visits(visits: object, inputs: Inputs) -> VisitTable:
    """The sheet of a table of visits.

    Args:
        visits: an Arrow table, a dataframe of pandas or Polars, or whatever else hands out Arrow's
            stream of columns. Columns are named by items and concepts; `person` (texts or whole
            numbers) and `date` (dates) are optional and go together.

    Raises:
        InstrumentError: it is no table, a column that nobody asks for or that stands twice, an
            answer that does not fit, a unit that the closed table does not know, a number that is
            negative, too large or has more than six decimal places, or a person with two visits on
            one day.
    """
    table = plain_table(visits)
    _check_names(table, inputs)
    dated = "person" in table.column_names
    table, ordered, persons = _in_order(table)
    numbers: dict[str, Numbers] = {}
    names = [*inputs.measures, *inputs.doses, *inputs.dose_days]
    if "age" in inputs.people:
        names.append("age")
    for name in names:
        if name in table.column_names:
            numbers[name] = _numbers(name, table)
    values = {name: category.values for name, category in inputs.categories.items()}
    if "sex" in inputs.people:
        values["sex"] = {"female": FEMALE, "male": MALE}
    categories = {
        name: _categories(name, table, known)
        for name, known in values.items()
        if name in table.column_names
    }
    sheet = Sheet(table.num_rows, numbers, categories, ordered.moments)
    return VisitTable(sheet, ordered, persons, dated)


def _check_names(table: pa.Table, inputs: Inputs) -> None:
    measured = [*inputs.measures, *inputs.doses, *inputs.dose_days]
    allowed = ["person", "date", *inputs.names]
    beside = [f"{name}.{side}" for name in measured for side in _BESIDE]
    names = table.column_names
    for name in names:
        if name not in allowed and name not in beside:
            raise InstrumentError(
                f"nobody asks for the column {name!r}",
                expected=", ".join(nearest_names(name, allowed)) or "a column for an item",
                got=name,
                next_step="correct the name, or leave the column out; --describe lists all",
            )
        if names.count(name) > 1:
            raise InstrumentError(
                f"the column {name!r} stands twice",
                expected="each column once",
                got=f"{names.count(name)} columns",
                next_step="keep the one that counts",
            )
        if name in beside and name.rpartition(".")[0] not in names:
            raise InstrumentError(
                f"the column {name!r} stands without its values",
                expected=f"a column {name.rpartition('.')[0]!r} beside it",
                got=", ".join(names),
                next_step="add the values, or leave the column out",
            )


def _in_order(table: pa.Table) -> tuple[pa.Table, Visits, pa.Array | None]:
    """The rows in the order of person and date, their visits, and the names of the persons."""
    count = table.num_rows
    named = {"person", "date"} & set(table.column_names)
    if len(named) == 1:
        raise InstrumentError(
            "person and date go together",
            expected="both columns or neither",
            got=named.pop(),
            next_step="add the other column",
        )
    if not named:
        alone = np.arange(count, dtype=np.int64)
        day = np.full(count, np.datetime64("1970-01-01"))
        visits = visits_in_order(alone, day)
        return table, replace(visits, moments={}), None
    if any(table[name].null_count for name in ("person", "date")):
        raise InstrumentError(
            "a visit has no person or no date",
            expected="both in every row",
            got="an empty cell",
            next_step="give every visit its person and its date",
        )
    (person, names), day = _persons(table["person"]), _days(table["date"])
    visits = visits_in_order(person, day)
    same = (visits.person[1:] == visits.person[:-1]) & (visits.day[1:] == visits.day[:-1])
    if same.any():
        raise InstrumentError(
            "a person has two visits on one day",
            expected="one row a person and day",
            got=f"{int(same.sum()) + 1} rows or more of one person and day",
            next_step="join the two rows, after deciding which value of that day counts",
        )
    return table.take(pa.array(np.lexsort((day, person)))), visits, names


def _persons(column: pa.ChunkedArray) -> tuple[npt.NDArray[np.int64], pa.Array | None]:
    """The number of each row's person, and the names that numbers of texts are places among."""
    if pa.types.is_integer(column.type):
        try:
            return np.asarray(column.cast(pa.int64()).to_numpy(), np.int64), None
        except pa.ArrowInvalid:
            raise InstrumentError(
                "person: an id is too large for a whole number",
                expected=f"at most {2**63 - 1}",
                got="a larger number",
                next_step="write the ids as texts",
            ) from None
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        raise InstrumentError(
            "person: this is no column of ids",
            expected="texts or whole numbers",
            got=str(column.type),
            next_step="write the ids as texts",
        )
    texts = column.cast(pa.string())
    names = pc.unique(texts).sort()
    return np.asarray(pc.index_in(texts, names).to_numpy(), np.int64), names


def _days(column: pa.ChunkedArray) -> npt.NDArray[np.datetime64]:
    # Arrow says that a text is no date (ArrowInvalid), or that the type has no dates at all.
    try:
        return np.asarray(column.cast(pa.date32()).to_numpy(), "datetime64[D]")
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InstrumentError(
            "date: this is no column of dates",
            expected="dates, or texts such as 2025-01-31",
            got=str(column.type),
            next_step="write the dates as dates",
        ) from error


def _micro(name: str, table: pa.Table) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    column = table[name]
    if pa.types.is_null(column.type):
        column = column.cast(pa.int64())
    kind = column.type
    if not any(
        is_(kind) for is_ in (pa.types.is_integer, pa.types.is_decimal, pa.types.is_floating)
    ):
        raise InstrumentError(
            f"{name}: this is no column of numbers",
            expected="whole numbers, decimals or floats",
            got=str(column.type),
            next_step="write the numbers as numbers, the unit in its own column",
        )
    missing = column.is_null().to_numpy()
    if pa.types.is_decimal(column.type):
        return _decimal_micro(name, column), missing
    filled = pc.fill_null(column, 0).to_numpy()
    if not pa.types.is_integer(column.type):
        missing = missing | np.isnan(filled)
        filled = np.where(missing, 0.0, filled)
    _check_size(name, lowest=filled.min(initial=0), highest=filled.max(initial=0))
    if pa.types.is_integer(column.type):
        return filled.astype(np.int64) * MICRO, missing
    micro = np.round(filled * MICRO)
    # A float stands for the decimal that prints it; one with more places is not rounded silently.
    if np.any(np.abs(filled * MICRO - micro) > 1e-3 * np.maximum(1, np.abs(micro) * 1e-9)):
        raise InstrumentError(
            f"{name}: a number has more than six decimal places",
            expected="at most six",
            got="more",
            next_step="round it, and say so",
        )
    return micro.astype(np.int64), missing


def _check_size(name: str, *, lowest: float, highest: float) -> None:
    if lowest < 0 or highest >= TOO_LARGE:
        raise InstrumentError(
            f"{name}: a number is {'negative' if lowest < 0 else 'too large'}",
            expected=f"zero or more, below {TOO_LARGE:,}",
            got="a negative number" if lowest < 0 else "a larger number",
            next_step="correct the number or its unit, or leave the cell empty",
        )


def _decimal_micro(name: str, column: pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """Decimals as millionths: with six places and 18 digits that is the stored whole number."""
    try:
        exact = pc.fill_null(column, 0).cast(pa.decimal128(18, 6)).combine_chunks()
    except pa.ArrowInvalid as error:
        raise InstrumentError(
            f"{name}: a number has more than six decimal places or twelve digits before the point",
            expected="at most six places and twelve digits",
            got="more",
            next_step="round it, and say so",
        ) from error
    words = np.frombuffer(exact.buffers()[1], np.int64)[2 * exact.offset :]
    # The low half; 18 digits never reach the high one.
    micro = words[: 2 * len(exact) : 2].copy()
    _check_size(name, lowest=micro.min(initial=0), highest=0)
    return micro


def _numbers(name: str, table: pa.Table) -> Numbers:
    micro, missing = _micro(name, table)
    count = len(micro)
    units, unit = _units(name, table)
    uln, lln = _limit(f"{name}.uln", table), _limit(f"{name}.lln", table)
    if np.any((uln > 0) & (uln <= lln)):
        raise crossed_limits(name, place=None)
    if (zeros := zeros_of(units)) is not None:
        zero = zeros.take(unit)
        micro, uln, lln = micro - zero, kept(uln != 0, uln - zero), kept(lln != 0, lln - zero)
    return replace(
        no_numbers(count),
        low=np.where(missing, LOWEST, micro),
        high=np.where(missing, HIGHEST, micro),
        units=units,
        unit=unit,
        why=np.where(missing, np.int8(Reason.NO_DATA), np.int8(0)),
        uln=uln,
        lln=lln,
    )


def _limit(name: str, table: pa.Table) -> npt.NDArray[np.int64]:
    """A limit of normal, 0 where there is none."""
    if name not in table.column_names:
        return np.zeros(table.num_rows, np.int64)
    micro, missing = _micro(name, table)
    return np.where(missing, 0, micro)


def _units(name: str, table: pa.Table) -> tuple[tuple[str, ...], npt.NDArray[np.int16]]:
    column = f"{name}.unit"
    if column not in table.column_names:
        return (), np.full(table.num_rows, -1, np.int16)
    encoded = table[column].combine_chunks().cast(pa.string()).dictionary_encode()
    codes: dict[str, int] = {}
    places = []
    for text in encoded.dictionary.to_pylist():
        try:
            places.append(codes.setdefault(unit_named(text).code, len(codes)))
        except UnitError as error:
            raise InstrumentError(
                f"{name}: {error.what}",
                expected=error.expected,
                got=error.got,
                next_step=error.next_step,
            ) from error
    at = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    lookup = np.array([*places, -1], np.int16)
    return tuple(codes), lookup[at]


def _categories(name: str, table: pa.Table, values: Mapping[str, int]) -> Categories:
    # Arrow says that a value is no text (ArrowInvalid: bytes), or that the type is none: lists.
    try:
        texts = table[name].combine_chunks().cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise InstrumentError(
            f"{name}: this is no column of words",
            expected=answer_words(tuple(values)),
            got=str(table[name].type),
            next_step="write the answers as words",
        ) from error
    encoded = texts.dictionary_encode()
    answers = []
    for word in encoded.dictionary.to_pylist():
        word = word if is_not_assessed(word) else written_answer(name, word)
        possible = possible_values(word, tuple(values))
        if possible is None:
            raise InstrumentError(
                f"{name}: a word is not one of its answers",
                expected=answer_words(tuple(values)),
                got="another word",
                next_step="correct the answer",
            )
        answers.append(possible)
    at = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False)
    return answered_categories(values, answers, at)
