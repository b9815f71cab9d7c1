"""The rows of DRUG_STRENGTH about some drugs, as a dataset keeps them: valid, each once, exact.

Source: OMOP CDM 5.4 (OHDSI), table DRUG_STRENGTH: a row without `invalid_reason` is valid, and its
`valid_end_date` is 2099-12-31. A row that says less than that of itself is no valid one; one that
cannot be read is refused, and its drug is in doubt: nobody can tell what it would have said.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Context, Decimal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from remit.facts.arrays import Whole, whole_numbers
from remit.facts.tables import AMOUNT, INT32_MAX, TABLES

NAME = "drug_strength"
# Of these a row consists; the last two say whether it is valid.
VALIDITY = ("valid_end_date", "invalid_reason")
_KEPT = tuple(TABLES[NAME].columns[1:])
_DRUG = _KEPT[0].name
_ENDLESS = date(2099, 12, 31)
_NOTHING = frozenset({"", "NA", "NaN", "nan", "None", "<NA>", "NaT", "NULL", "null", "(null)"})
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,4})?")
_DAY = re.compile(r"([0-9]{4})-?([0-9]{2})-?([0-9]{2})([ T].*)?")
_EXACT = Context(prec=200)
_LONGEST = 100  # characters of a number
_PLACES, _DIGITS = AMOUNT.scale, AMOUNT.precision - AMOUNT.scale

Cell = int | Decimal | None
StrengthRow = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class KeptStrengths:
    """Rows of DRUG_STRENGTH, and what became of the others.

    Attributes:
        rows: as `drug_strength` has them, numbered in their order.
        read: all rows that there were. others: about no drug of these. ended: not valid any more.
        again: that say all of another one again.
        refused: what was wrong -> the drugs of such rows, a row each.
    """

    rows: pa.Table = field(default_factory=TABLES[NAME].schema.empty_table)
    read: int = 0
    others: int = 0
    ended: int = 0
    again: int = 0
    refused: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    @property
    def doubtful(self) -> frozenset[int]:
        """The drugs of refused rows."""
        return frozenset(drug for drugs in self.refused.values() for drug in drugs)


class _UnreadableError(Exception):
    """A cell that is nothing of its column's type."""


def kept_strengths(batches: Iterable[pa.RecordBatch], drugs: Collection[int]) -> KeptStrengths:
    """The valid rows about some drugs.

    Args:
        batches: rows of DRUG_STRENGTH of any source; a column but that of the drug may be missing.
    """
    asked = np.array(sorted(drug for drug in drugs if 0 < drug <= INT32_MAX), np.int64)
    read = others = ended = again = 0
    held: set[StrengthRow] = set()
    refused: dict[str, list[int]] = {}
    for batch in batches:
        read += batch.num_rows
        of_drug = _drugs(batch)
        here = np.isin(of_drug, asked)
        others += int(np.count_nonzero(~here))
        if not here.any():
            continue
        rows = pa.Table.from_batches([batch]).filter(pa.array(here))
        cells = {name: _texts(rows, name) for name in (*(c.name for c in _KEPT), *VALIDITY)}
        for at, drug in enumerate(of_drug[here].tolist()):
            try:
                if _has_ended(*(cells[name][at] for name in VALIDITY)):
                    ended += 1
                    continue
                row = _row(drug, [cells[column.name][at] for column in _KEPT[1:]])
            except _UnreadableError as fault:
                refused.setdefault(str(fault), []).append(drug)
                continue
            again += row in held
            held.add(row)
    return KeptStrengths(
        _numbered(held),
        read,
        others,
        ended,
        again,
        {fault: tuple(sorted(refused[fault])) for fault in sorted(refused)},
    )


def _drugs(batch: pa.RecordBatch) -> Whole:
    """The drug of each row; 0 for none."""
    if _DRUG not in batch.schema.names:
        return np.zeros(batch.num_rows, np.int64)
    column = batch[_DRUG]
    if not pa.types.is_integer(column.type):
        texts = pc.utf8_trim_whitespace(column.cast(pa.string()))
        whole = pc.match_substring_regex(texts, r"^[0-9]{1,18}(\.0*)?$")
        plain = pc.replace_substring_regex(texts, r"\.0*$", "")
        column = pc.if_else(whole, plain, None)
    return np.asarray(whole_numbers(column.cast(pa.int64()), empty=0), np.int64)


def _texts(rows: pa.Table, name: str) -> list[str | None]:
    """The cells of a column as texts; nothing for what stands for nothing."""
    if name not in rows.column_names:
        return [None] * rows.num_rows
    column = rows[name]
    if pa.types.is_floating(column.type):
        column = pc.if_else(pc.is_nan(column), None, column)
    texts = pc.utf8_trim_whitespace(column.cast(pa.string())).to_pylist()
    return [None if text in _NOTHING else text for text in texts]


def _has_ended(last: str | None, reason: str | None) -> bool:
    if reason is not None:
        return True
    if last is None:
        return False
    found = _DAY.fullmatch(last)
    try:
        day = None if found is None else date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        day = None
    if day is None:
        raise _UnreadableError("valid_end_date is no day")
    return day < _ENDLESS


def _row(drug: int, cells: list[str | None]) -> StrengthRow:
    """A row of the table, but for its number.

    Raises:
        _UnreadableError: a cell is no value of its column.
    """
    found: list[Cell] = [drug]
    for column, text in zip(_KEPT[1:], cells, strict=True):
        value: Cell = None
        if text is not None:
            read = _amount if column.type == "amount" else _whole
            value = read(column.name, text)
        if column.required and (value is None or value <= 0):
            raise _UnreadableError(f"no {column.name}")
        found.append(value)
    return tuple(found)


def _whole(name: str, text: str) -> int:
    number = int(text.partition(".")[0]) if _INTEGER.fullmatch(text) else None
    if number is None or not -INT32_MAX <= number <= INT32_MAX:
        raise _UnreadableError(f"{name} is no whole number")
    return number


def _amount(name: str, text: str) -> Decimal:
    if len(text) > _LONGEST or not _NUMBER.fullmatch(text):
        raise _UnreadableError(f"{name} is no number")
    number = _EXACT.create_decimal(text)
    number = Decimal(0) if not number else number.normalize(_EXACT)
    exponent = number.as_tuple().exponent
    assert isinstance(exponent, int), "it is finite"
    if number.adjusted() >= _DIGITS or exponent < -_PLACES:
        raise _UnreadableError(f"{name} has more digits than can be held exactly")
    return number


def _numbered(held: Collection[StrengthRow]) -> pa.Table:
    """The rows in one order, whichever they came in."""
    ordered = sorted(held, key=lambda row: [(cell is not None, cell or 0) for cell in row])
    schema = TABLES[NAME].schema
    columns: list[list[Cell]] = [list(range(1, len(ordered) + 1))]
    columns += [[row[at] for row in ordered] for at in range(len(_KEPT))]
    return pa.Table.from_arrays(
        [pa.array(column, f.type) for column, f in zip(columns, schema, strict=True)], schema=schema
    )
