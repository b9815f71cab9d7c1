"""Numbers as they are printed: their digits, what rounding hides behind them, and odd spellings.

A spelling that can be read in two ways is refused, never guessed; one that is read in a way that
a reader should know of says so in `reading`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from remit.errors import Place, PrintedTableError

DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_SPACES = re.compile(r"[\u00a0\u1680\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]")
_MARKS = re.compile(
    r"[\s*\u2020\u2021\u00a7\u00b6\u2016#^\u00b9\u00b2\u00b3\u2070-\u2079\u1d43-\u1d4d]+$"
)
_LETTER = re.compile(r"(?<=[0-9%)])([a-h])$")
_RELATION = re.compile(
    r"^(?:p(?:-?\s?value)?\s*(?=[=<>\u2264\u2265]))?\s*(<=|>=|=<|=>|[=<>\u2264\u2265~\u2248])?\s*",
    re.I,
)
_PLAIN = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_POWER = re.compile(r"\s*[x\u00d7]\s*10\s*\^?\s*([+-]?[0-9]{1,3})$", re.I)
_GROUPED = re.compile(r"[+-]?[0-9]{1,3}(?:[ ][0-9]{3})+(?:\.[0-9]+)?")
_COMMAS = re.compile(r"[+-]?[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[+-]?[0-9]{1,3}(?:,[0-9]{3}){2,}")
_COMMA = re.compile(r"[+-]?([0-9]+),([0-9]+)")
NOT_SIGNIFICANT = frozenset({"ns", "n.s.", "n.s", "not significant", "nonsignificant"})
ABSENT = frozenset({"", "-", "na", "n/a", "n.a.", "nr", "nd", "null", "none", "~", ".", "..."})
LARGEST, MOST_DECIMALS = Decimal("1e12"), 320
LONGEST = 60  # characters of a printed number; more is text


class Relation(StrEnum):
    """How a printed number stands to the one that was computed."""

    EQUAL = "="
    BELOW = "<"
    AT_MOST = "<="
    ABOVE = ">"
    AT_LEAST = ">="


_RELATIONS = {
    "": Relation.EQUAL,
    "=": Relation.EQUAL,
    "<": Relation.BELOW,
    ">": Relation.ABOVE,
    "<=": Relation.AT_MOST,
    "=<": Relation.AT_MOST,
    "\u2264": Relation.AT_MOST,
    ">=": Relation.AT_LEAST,
    "=>": Relation.AT_LEAST,
    "\u2265": Relation.AT_LEAST,
}


@dataclass(frozen=True, slots=True)
class PrintedNumber:
    """A number as printed.

    Attributes:
        text: as it stands in the source.
        value: what it says, to its last digit.
        relation: `=`, or which bound it is.
        percent: a per cent sign stands behind it.
        key: what it is called in its source; `line` where it stands.
        reading: how an odd spelling was read; empty where there is nothing to say.
    """

    text: str
    value: Decimal
    relation: Relation = Relation.EQUAL
    percent: bool = False
    key: str = ""
    line: int | None = None
    reading: str = ""

    @property
    def number(self) -> float:
        return float(self.value)

    @property
    def decimals(self) -> int:
        """Digits behind the point; negative where whole tens or more were printed with a power."""
        exponent = self.value.as_tuple().exponent
        assert isinstance(exponent, int)
        return -exponent

    @property
    def half(self) -> Fraction:
        """Half a unit of the last digit: as far as rounding may have moved it."""
        return Fraction(10) ** -self.decimals / 2

    @property
    def low(self) -> float:
        """The smallest number that rounds to it."""
        return float(Fraction(self.value) - self.half)

    @property
    def high(self) -> float:
        """The largest number that rounds to it."""
        return float(Fraction(self.value) + self.half)

    @property
    def is_weak(self) -> bool:
        """Whether it is a bound: many numbers agree with it."""
        return self.relation is not Relation.EQUAL

    @property
    def whole(self) -> int | None:
        """The count that it is; None where it is none."""
        is_count = self.decimals <= 0 and self.value >= 0 and not self.is_weak
        return int(self.value) if is_count else None

    def named(self, key: str) -> PrintedNumber:
        return replace(self, key=key)


def plain_spelling(text: str) -> str:
    """The text with each dash a hyphen, each space a blank, and a raised point a point."""
    text = _SPACES.sub(" ", text).translate(dict.fromkeys(map(ord, DASHES), "-"))
    return re.sub(r"(?<=[0-9])[\u00b7\u2219\u22c5](?=[0-9])", ".", text).strip()


def read_number(
    text: str, *, key: str = "", line: int | None = None, source: str = ""
) -> PrintedNumber | None:
    """The number that a text says; None where it says that there is none.

    Raises:
        PrintedTableError: it is no number, or may be two.

    >>> read_number("<0.001").relation.value, read_number("\u22120\u00b75").value
    ('<', Decimal('-0.5'))
    """
    plain = plain_spelling(text)
    if plain.lower() in ABSENT:
        return None
    if plain.lower() in NOT_SIGNIFICANT:
        reading = "NS read as p > 0.05: the level is not printed"
        return PrintedNumber(
            text, Decimal("0.05"), Relation.ABOVE, key=key, line=line, reading=reading
        )
    readings = []
    bare = _MARKS.sub("", plain) if len(plain) <= LONGEST else plain
    if bare != plain:
        readings.append(f"{plain[len(bare) :].strip()} taken for a mark of a footnote")
    letter = _LETTER.search(bare)
    if letter is not None:
        readings.append(f"{letter.group(1)} taken for a mark of a footnote")
        bare = bare[:-1]
    sign = _RELATION.match(bare)
    word = (sign.group(1) if sign else None) or ""
    if word in {"~", "\u2248"}:
        raise refused(f"{text!r} is about a number", text, key=key, line=line, source=source)
    body = bare[sign.end() :] if sign else bare
    percent = body.endswith("%")
    body = body.rstrip("% ")
    digits, how = _digits(body)
    if digits is None:
        what = how or f"{text!r} is no number"
        raise refused(what, text, key=key, line=line, source=source)
    if how:
        readings.append(how)
    value = Decimal(digits)
    exponent = value.as_tuple().exponent
    if abs(value) >= LARGEST or (isinstance(exponent, int) and exponent < -MOST_DECIMALS):
        what = f"{text!r} is larger or finer than what tables print"
        raise refused(what, text, key=key, line=line, source=source)
    return PrintedNumber(text, value, _RELATIONS[word], percent, key, line, "; ".join(readings))


def refused(
    what: str, got: str, *, key: str = "", line: int | None = None, source: str = ""
) -> PrintedTableError:
    """The error of a text that is not read, with where it stands."""
    return PrintedTableError(
        f"{key}: {what}" if key else what,
        expected="a number as printed, such as 12, 35.3, <0.001 or -0.5",
        got=got[:LONGEST],
        next_step="write the number alone; put words into label or note",
        place=Place(source or "the table", line),
    )


def _digits(body: str) -> tuple[str | None, str]:
    """The number in plain digits, and how it was read or why it was not."""
    if len(body) > LONGEST:
        return None, "a text stands where a number should"
    if body.isascii() and _PLAIN.fullmatch(body):
        return body, ""
    power = _POWER.search(body)
    if power and _PLAIN.fullmatch(body[: power.start()]):
        return f"{body[: power.start()]}e{power.group(1)}", ""
    if _GROUPED.fullmatch(body):
        return body.replace(" ", ""), "blanks between thousands"
    if _COMMAS.fullmatch(body):
        return body.replace(",", ""), "commas between thousands"
    comma = _COMMA.fullmatch(body)
    if comma:
        whole, rest = comma.groups()
        if len(rest) == 3 and whole != "0" and len(whole) <= 3:
            return None, f"{body!r} may be a decimal comma or thousands: write it with a point"
        return body.replace(",", "."), "the comma read as a decimal comma"
    return None, ""


# ---- intervals ----------------------------------------------------------------------------------

_LEVEL = re.compile(
    r"^\s*([0-9]{2}(?:\.[0-9]+)?)\s*%\s*(?:CI|CrI|confidence interval)?\s*[:,]?\s*", re.I
)
_APART = (r"\s+to\s+", r"\s*;\s*", r"\s*,\s+", r"(?<=[0-9])\s*-\s*(?=[-+]?[0-9.])")


def read_interval(
    text: str, *, key: str = "", line: int | None = None, source: str = ""
) -> tuple[PrintedNumber, PrintedNumber]:
    """The two bounds of an interval such as `(9.7, 23.6)`, `-1.2 to 0.2` or `0.7-1.5`.

    Raises:
        PrintedTableError: there are no two numbers, or they can be parted in two ways.
    """
    plain = plain_spelling(text)
    inner = plain.strip("()[] ")
    found: list[tuple[PrintedNumber, PrintedNumber]] = []
    for apart in (*_APART, r"\s*,\s*"):
        parts = re.split(apart, inner)
        if len(parts) != 2:
            continue
        if apart == r"\s*,\s*" and not all("." in part for part in parts):
            continue  # `9,7,23,6` and `1,5`: a comma may be of the numbers
        try:
            low, high = (read_number(part, key=key, line=line, source=source) for part in parts)
        except PrintedTableError:
            continue
        if low is not None and high is not None:
            found.append((low, high))
            break
    if not found:
        raise PrintedTableError(
            f"{key or 'an interval'} cannot be read",
            expected="two numbers, such as (9.7, 23.6) or -1.2 to 0.2",
            got=text[:LONGEST],
            next_step="write the two bounds with `to` between them",
            place=Place(source or "the table", line),
        )
    return found[0]
