"""Numbers as laboratories print them: with a sign, a decimal comma, a titre; or a mere word.

What is no number stays a text. `1.234` where the comma is for decimals may be a thousand or a slip,
so it is no number either.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from remit.facts.intake.sources.held_numbers import held_number
from remit.facts.intake.sources.sheet_grid import Cell, cell_words
from remit.facts.tables import OPERATORS
from remit.units import Unit, find_unit

ROUNDED = "numbers with more than six decimals were rounded to six"
_SIGNS = {"<": "<", ">": ">", "≤": "<=", "≥": ">=", "<=": "<=", ">=": ">=", "=<": "<=", "=>": ">="}
_OPERATOR_IDS = {sign: code for code, sign in OPERATORS.items()}
_BY_MARK = {
    mark: re.compile(
        rf"(?P<sign>[<>]=?|=[<>]|[≤≥])?\s*(?P<number>[+-]?[0-9]+(?:{re.escape(mark)}[0-9]+)?)"
    )
    for mark in (".", ",")
}
_TITRE = re.compile(r"(?P<sign>[<>]=?|=[<>]|[≤≥])?\s*1\s*[:/]\s*(?P<number>[0-9]+)")
_DOSE = re.compile(r"(?P<number>[0-9]+(?:[.,][0-9]+)?)\s*(?P<unit>\S.*)?")


@dataclass(frozen=True, slots=True)
class WrittenNumber:
    """A number as it was written.

    Attributes:
        operator: the OMOP id of the sign before it; None without one.
        rounded: whether the tables could not hold all of its decimals.
    """

    number: Decimal
    operator: int | None = None
    rounded: bool = False


def number_of(cell: Cell, *, decimal: str = ".") -> WrittenNumber | None:
    """The number in a cell; None where there is none, or two could be meant.

    >>> number_of("<0,2", decimal=",").number, number_of("1,8"), number_of("neg")
    (Decimal('0.2'), None, None)
    """
    if isinstance(cell, Decimal):
        return _held(cell, None)
    if not isinstance(cell, str):
        return None
    found = _BY_MARK[decimal].fullmatch(cell)
    if found is None:
        return None
    return _held(Decimal(found["number"].replace(",", ".")), found["sign"])


def titre_of(cell: Cell) -> WrittenNumber | None:
    """The reciprocal of a titre in a cell.

    >>> titre_of("1:80").number, titre_of("80")
    (Decimal('80'), None)
    """
    found = _TITRE.fullmatch(cell) if isinstance(cell, str) else None
    return None if found is None else _held(Decimal(found["number"]), found["sign"])


def _held(number: Decimal, sign: str | None) -> WrittenNumber | None:
    operator = _OPERATOR_IDS[_SIGNS[sign]] if sign else None
    kept = held_number(number)
    return None if kept is None else WrittenNumber(kept, operator, rounded=kept != number)


def is_ambiguous(cell: Cell, *, decimal: str) -> bool:
    """Whether a text is a number only by the other decimal mark.

    >>> is_ambiguous("1,8", decimal="."), is_ambiguous("1.234,5", decimal=",")
    (True, True)
    """
    if not isinstance(cell, str) or number_of(cell, decimal=decimal) is not None:
        return False
    return re.fullmatch(r"[<>≤≥=]*\s*[+-]?[0-9][0-9.,' ]*", cell) is not None


@dataclass(frozen=True, slots=True)
class WrittenDose:
    """A dose over time: a number and a unit such as `mg/d`; `rounded` as of `WrittenNumber`."""

    number: Decimal
    unit: Unit
    rounded: bool = False


Per = Literal["day", "week"]
_PER = {("mg", "day"): "mg/d", ("g", "day"): "g/d", ("mg", "week"): "mg/wk"}


def dose_of(
    cell: Cell, unit: str, *, decimal: str, per: Per | None, times: int | None = None
) -> WrittenDose | None:
    """The dose in a cell; None where it is not told for a time, or not so that all read it alike.

    Args:
        unit: of the row; the cell itself may hold it instead.
        per: the time that the map declares for units of mass.
        times: how often a day a mass is taken, as the row says.

    >>> dose_of("20 mg/d", "", decimal=".", per=None).number
    Decimal('20')
    >>> dose_of("20 mg 2x/d", "", decimal=".", per=None) is None
    True
    >>> dose_of("20", "mg", decimal=".", per=None, times=2).number
    Decimal('40')
    """
    if isinstance(cell, str):
        found = _DOSE.fullmatch(cell)
        if found is None:
            return None
        written, said = number_of(found["number"], decimal=decimal), (found["unit"] or "").strip()
        if said and unit and said != unit:
            return None
        unit = said or unit
    else:
        written = number_of(cell, decimal=decimal)
    known = find_unit(omop_id=None, text=unit)
    if written is None or known is None:
        return None
    number, per = written.number, "day" if times is not None else per
    if per is not None and (known.code, per) in _PER:
        known = find_unit(omop_id=None, text=_PER[known.code, per])
        number *= times or 1
    elif times not in {None, 1}:
        return None  # so much a day, and that several times
    if known is None or dict(known.dimension) != {"g": 1, "d": -1}:
        return None
    return WrittenDose(number, known, written.rounded)


def shape_of(cell: Cell) -> str:
    """What a cell looks like, without saying it: digits as 9, letters as a.

    >>> shape_of("3. März 24")
    '9. aaaa 99'
    """
    text = cell_words(cell)[:20]
    return "".join("9" if c.isdigit() else "a" if c.isalpha() else c for c in text)
