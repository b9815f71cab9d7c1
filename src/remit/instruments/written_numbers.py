"""A number as a form writes it: `1.2 mg/dL`, `<0.2`, `1:80`, or an object with limits of normal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from math import isfinite

from remit.criteria.columns.numbers import MICRO
from remit.errors import InstrumentError, UnitError
from remit.units import nearest_units, unit_named

Answer = str | int | float | Decimal | bool | None | Mapping[str, object]

DOSE, PLAIN, DILUTION = '"10 mg/d"', "3", '"1:80"'
# Numbers are held in millionths of 64 bits.
TOO_LARGE = 10**12

_NUMBER = re.compile(r"^\s*(<=|>=|<|>|≤|≥)?\s*([0-9]+(?:\.[0-9]+)?)\s*(\S.*?)?\s*$")
_SIGNS = {"≤": "<=", "≥": ">="}
_DIGITS = re.compile(r"[0-9]+(?:\.[0-9]+)?")
_TITRE = re.compile(r"^\s*((?:<=|>=|<|>)?)\s*1\s*:\s*([0-9]+)\s*$")
# What follows a number and is more of it: a decimal comma, a mark of thousands, a range, a power.
_MORE_DIGITS = re.compile(r"^(?:[,.'’\-–]\s*[0-9]|[eE][0-9])")
# Digits and signs in their wide form, as Japanese slips print them.
_WIDE = {wide: wide - 0xFEE0 for wide in range(0xFF01, 0xFF5F)}
_YEARS = frozenset({"a", "y", "yr", "year", "years"})


def read_number(
    name: str, answer: Answer, example: str, place: str
) -> tuple[str | None, int, str | None, tuple[int, int]]:
    """A number that a form gives.

    Returns:
        Its sign (`<`, `<=`, `>`, `>=` or None), the number in millionths, the code of its unit, and
        the upper and lower limit of normal in millionths, 0 where there is none.

    Raises:
        InstrumentError: it is no such number.
    """
    limits = (0, 0)
    if isinstance(answer, Mapping):
        strange = set(answer) - {"value", "unit", "uln", "lln", "operator"}
        if strange or "value" not in answer:
            raise InstrumentError(
                f"{name}: a quantity is an object with value, unit, uln, lln and operator",
                expected='{"value": 40, "unit": "U/L", "uln": 35}',
                got=", ".join(sorted(map(str, answer))) or "an empty object",
                next_step="correct the names",
                place=place,
            )
        limits = (
            _limit(name, "uln", answer.get("uln"), place),
            _limit(name, "lln", answer.get("lln"), place),
        )
        if limits[0] and limits[0] <= limits[1]:
            raise crossed_limits(name, place=place)
        if kind_of(answer["value"]) in {"nothing", "true or false"}:
            raise _no_number(name, answer["value"], example, place)
        words = (answer.get("operator") or "", answer["value"], answer.get("unit") or "")
        text = " ".join(_plain(word) for word in words if word != "")
    else:
        if isinstance(answer, bool):
            raise _no_number(name, answer, example, place)
        text = _plain(answer)
    if text.strip().startswith("-"):
        raise InstrumentError(
            f"{name}: it cannot be negative",
            expected="zero or more",
            got="a negative number",
            next_step="correct the answer, or write not_assessed",
            place=place,
        )
    found = _NUMBER.match(text.translate(_WIDE))
    if found is None:
        raise _no_number(name, answer, example, place)
    sign, digits, rest = found.groups()
    code = _unit(name, rest, example, place)
    return _SIGNS.get(sign, sign), _micro(name, digits, place), code, limits


def dilution_of(answer: Answer) -> Answer:
    """A titre of 1:80 as the 80 by which it is compared; any other answer unchanged."""
    found = _TITRE.match(answer) if isinstance(answer, str) else None
    return answer if found is None else "".join(found.groups())


def kind_of(answer: object) -> str:
    """What kind of answer it is; never the answer itself, which is a patient's."""
    match answer:
        case None:
            return "nothing"
        case bool():
            return "true or false"
        case Mapping():
            return "an object"
        case int():
            return "a number"
        case float() | Decimal():
            finite = answer.is_finite() if isinstance(answer, Decimal) else isfinite(answer)
            return "a number" if finite else "a number that is not finite"
        case str():
            return "a text with a number" if _DIGITS.search(answer) else "a text without a number"
        case _:
            return "a list or something else"


def crossed_limits(name: str, *, place: str | None) -> InstrumentError:
    """The error of limits of normal of which the upper one is not above the lower one."""
    return InstrumentError(
        f"{name}: the upper limit of normal is not above the lower one",
        expected="lln below uln, both in the unit of the value",
        got="uln at or below lln",
        next_step="correct the limits, or leave them out",
        place=place,
    )


def _plain(value: object) -> str:
    """A number without an exponent; any other value as it is written."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        return str(value)
    number = Decimal(value) if isinstance(value, int) else Decimal(str(value))
    # A power of thousands would be as many digits, all of them refused.
    far = number.is_finite() and number.adjusted() > 30
    return f"1{'0' * 30}" if far else f"{number:f}" if number.is_finite() else "no number"


def _unit(name: str, text: str | None, example: str, place: str) -> str | None:
    if text is None:
        return None
    if _MORE_DIGITS.match(text):
        raise InstrumentError(
            f"{name}: this is not one plain number",
            expected=f"for example {example}",
            got="a comma, a mark of thousands, a range or a power within the number",
            next_step="write a decimal point, nothing between thousands, and one end of a range",
            place=place,
        )
    if name == "age":
        if text.lower() in _YEARS:
            return None
        raise InstrumentError(
            "age: it is counted in years",
            expected=f"for example {PLAIN}",
            got=text,
            next_step="write the years alone",
            place=place,
        )
    try:
        unit = unit_named(text)
    except UnitError as error:
        # A unit is told as it is written; with digits of its own it may hold a value.
        valued = _DIGITS.search(text) is not None
        hinted = not valued or nearest_units(text)
        raise InstrumentError(
            f"{name}: {'what follows the number is no unit' if valued else error.what}",
            expected=error.expected if hinted else f"for example {example}",
            got="a text with digits" if valued else error.got,
            next_step=error.next_step,
            place=place,
        ) from error
    if example == PLAIN and unit.dimension:
        raise InstrumentError(
            f"{name}: it has no unit",
            expected=f"a plain number, for example {example}",
            got=text,
            next_step="write the number alone, on the scale that --describe names",
            place=place,
        )
    return unit.code


def _no_number(name: str, answer: object, example: str, place: str) -> InstrumentError:
    return InstrumentError(
        f"{name}: this is no number",
        expected=f"for example {example}",
        got=kind_of(answer),
        next_step="correct the answer, or write not_assessed",
        place=place,
    )


def _limit(name: str, side: str, value: object, place: str) -> int:
    """A limit of normal, 0 where there is none."""
    if value is None:
        return 0
    text = _plain(value)
    if not _DIGITS.fullmatch(text):
        raise InstrumentError(
            f"{name}: the limit of normal {side} is no number",
            expected="a number above zero, in the unit of the value",
            got=kind_of(value) if not text.startswith("-") else "a negative number",
            next_step="correct the limit, or leave it out",
            place=place,
        )
    return _micro(name, text, place)


def _micro(name: str, digits: str, place: str) -> int:
    whole, point, rest = digits.strip().partition(".")
    # Python refuses to read thousands of digits; what lies beyond these is refused below anyhow.
    number = Fraction(f"{whole.lstrip('0')[:20] or '0'}{point}{rest[:20]}")
    if number >= TOO_LARGE or (number * MICRO).denominator != 1:
        small = number < TOO_LARGE
        raise InstrumentError(
            f"{name}: the number has more than {'six decimal places' if small else '12 digits'}",
            expected="at most 12 digits before the point and six after it",
            got="more decimal places" if small else "a larger number",
            next_step="round it, and say so" if small else "correct the number, or its unit",
            place=place,
        )
    return (number * MICRO).numerator
