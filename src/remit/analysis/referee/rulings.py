"""What the referee says of a printed number, and how several findings become one ruling."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from remit.analysis.referee.printed_numbers import PrintedNumber


class Ruling(StrEnum):
    """What is said of a printed number."""

    REPRODUCED = "reproduced"
    CLOSE = "close"
    CONSISTENT = "consistent"
    CANNOT = "cannot come from these counts"
    INCONSISTENT = "inconsistent"
    NOT_CHECKABLE = "not checkable"
    GIVEN = "given"


MEANING = {
    Ruling.REPRODUCED: "a method gives the printed digits from other printed numbers",
    Ruling.CLOSE: "not the digits, but rounding, strata or adjustment that is named explains them",
    Ruling.CONSISTENT: "nothing speaks against it, and it says too little to be reproduced",
    Ruling.CANNOT: "no method that was tried gives it from the printed counts",
    Ruling.INCONSISTENT: "it contradicts another printed number",
    Ruling.NOT_CHECKABLE: "what would be needed is not printed",
    Ruling.GIVEN: "others were checked against it, and nothing printed determines it",
}


@dataclass(frozen=True, slots=True)
class Remark:
    """What one check found of a number.

    Attributes:
        numbers: what it is about: one number, or the two bounds of an interval.
        by: the methods that give the digits.
        tried: all methods that were tried.
        lines: the arithmetic.
        from_counts: it rests on counts, not on the agreement of printed results.
        against: the number that it contradicts, where it is inconsistent with one.
    """

    numbers: tuple[PrintedNumber, ...]
    ruling: Ruling
    lines: tuple[str, ...]
    by: tuple[str, ...] = ()
    tried: tuple[str, ...] = ()
    from_counts: bool = False
    against: PrintedNumber | None = None


@dataclass(frozen=True, slots=True)
class RefereedNumber:
    """The ruling on one printed number, or on the two bounds of an interval.

    Attributes:
        table, row: where it is printed; `number` is its key and `printed` its text.
        by: the methods that give the printed digits, of all that were `tried`.
        arithmetic: how it was worked out, a line a step.
        line: of the file.
    """

    table: str
    row: str
    number: str
    printed: str
    ruling: Ruling
    by: tuple[str, ...]
    tried: tuple[str, ...]
    arithmetic: tuple[str, ...]
    line: int | None


def ruled(table: str, row: str, remarks: Sequence[Remark]) -> RefereedNumber:
    """All that was found of one number as one ruling."""
    numbers = remarks[0].numbers
    ruling, deciding = _decided(remarks)
    ordered = sorted(remarks, key=lambda one: one is not deciding)
    readings = dict.fromkeys(f"read: {number.reading}" for number in numbers if number.reading)
    return RefereedNumber(
        table,
        row,
        " to ".join(dict.fromkeys(number.key for number in numbers)),
        " to ".join(number.text for number in numbers),
        ruling,
        tuple(dict.fromkeys(name for one in ordered if one.ruling is ruling for name in one.by)),
        tuple(dict.fromkeys(name for one in ordered for name in one.tried)),
        tuple(dict.fromkeys(line for one in ordered for line in one.lines)) + tuple(readings),
        next((number.line for number in numbers if number.line is not None), None),
    )


# The first that was found is said. A number that its counts give is not made wrong by a result of
# another method beside it; one that they cannot give is not made right by it.
_COUNTS = (Ruling.CANNOT, Ruling.REPRODUCED)
_ORDER = (
    Ruling.INCONSISTENT,
    Ruling.REPRODUCED,
    Ruling.CLOSE,
    Ruling.CONSISTENT,
    Ruling.NOT_CHECKABLE,
    Ruling.GIVEN,
)


def _decided(remarks: Sequence[Remark]) -> tuple[Ruling, Remark]:
    for wanted in _COUNTS:
        found = _first(remarks, wanted, from_counts=True)
        if found is not None:
            return wanted, found
    for wanted in _ORDER:
        found = _first(remarks, wanted)
        if found is not None:
            return wanted, found
    found = remarks[0]
    return found.ruling, found


def _first(
    remarks: Iterable[Remark], ruling: Ruling, *, from_counts: bool = False
) -> Remark | None:
    return next(
        (one for one in remarks if one.ruling is ruling and (one.from_counts or not from_counts)),
        None,
    )
