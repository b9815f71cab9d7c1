"""How a computed number is printed: three conventions, and a rounding that was made twice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

from remit.analysis.referee.printed_numbers import PrintedNumber

HALF_UP = "rounded half away from zero"
HALF_EVEN = "rounded half to even"
CUT = "cut off, not rounded"
TWICE = "rounded twice"
# Those that whoever computes correctly may have used; the others explain what is only close.
SOUND = frozenset({HALF_UP, HALF_EVEN})
_DIGITS = 60
# A float stands for the decimal it was meant to be: 30.449999999999999 is 30.45.
_SNAP = 12


def convention_of(value: Fraction | float, printed: PrintedNumber) -> str | None:
    """How a number has to be rounded to be printed so; None where no convention prints it so.

    >>> from decimal import Decimal
    >>> convention_of(Fraction(1, 8), PrintedNumber("0.12", Decimal("0.12")))
    'rounded half to even'
    """
    return next(conventions_of(value, printed), None)


def common_convention(
    values: Iterable[Fraction | float], printed: Iterable[PrintedNumber]
) -> str | None:
    """The one convention by which each number is printed so; None where there is none."""
    each = [
        list(conventions_of(value, number)) for value, number in zip(values, printed, strict=True)
    ]
    return next((name for name in each[0] if all(name in ways for ways in each)), None)


def conventions_of(value: Fraction | float, printed: PrintedNumber) -> Iterator[str]:
    """All conventions by which a number is printed so, the sound ones first."""
    exact = decimal_of(value)
    if exact is None:
        return
    for name, way in ((HALF_UP, ROUND_HALF_UP), (HALF_EVEN, ROUND_HALF_EVEN), (CUT, ROUND_DOWN)):
        if _to(exact, printed.decimals, way) == printed.value:
            yield name
    once = _to(exact, printed.decimals + 1, ROUND_HALF_UP)
    if _to(once, printed.decimals, ROUND_HALF_UP) == printed.value:
        yield TWICE


def decimal_of(value: Fraction | float) -> Decimal | None:
    """A number as a decimal: exact of a fraction, to twelve digits of a float; None if infinite."""
    with localcontext() as context:
        context.prec = _DIGITS
        if isinstance(value, Fraction):
            return Decimal(value.numerator) / Decimal(value.denominator)
        found = Decimal(repr(value))
        if not found.is_finite():
            return None
        context.prec = _SNAP
        return +found


def shown(value: Fraction | float, decimals: int = 4) -> str:
    """A number in arithmetic that is shown, with no more digits than are needed."""
    exact = decimal_of(value)
    if exact is None:
        return "infinite"
    if exact and abs(exact) < Decimal(10) ** -decimals:
        return f"{exact:.2E}"
    text = f"{_to(exact, decimals, ROUND_HALF_UP):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _to(value: Decimal, decimals: int, way: str) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS + max(0, decimals)
        return value.quantize(Decimal(1).scaleb(-decimals), rounding=way)
