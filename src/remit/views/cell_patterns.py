"""Cells of a printed table: which statistics stand in one, and with how many digits.

A pattern is text with places in braces: `{mean:1} ({standard deviation:2})`. A place names a
statistic, where two methods give one also the method (`{fisher_test/p:p4}`), then, after a point,
another field of the row than its value (`low`, `high`, `n`, `missing`), and after a colon how it
is written:

| written | as |
|---|---|
| `0`, `1`, `2` … | a number with so many digits after the point |
| `%0`, `%1` … | a share in percent |
| `<0`, `<1` … | the same; a share that is there and would print as less than 1 is said to be that |
| `p3`, `p4` … | a p value; what would print as nothing is said to be below |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from remit.analysis.rows.result_row import ResultRow
from remit.views.rounded import NOTHING, rounded

_PLACE = re.compile(
    r"\{(?:(?P<method>\w+)/)?(?P<name>[\w ]+?)(?:\.(?P<field>low|high|n|missing))?"
    r"(?::(?P<kind>[%<p]?)(?P<digits>\d))?\}"
)


@dataclass(frozen=True, slots=True)
class CellPattern:
    """How a cell is written.

    Attributes:
        text: with places for statistics.
        none: where the first number of it is 0; as any other when None.
        absent: where there is no such row.
        analysis, part, arms: of which rows it is, where of others than its line and column say:
            of another analysis, of all parts together with (), of one arm, of two, of all with ().
    """

    text: str
    none: str | None = None
    absent: str = ""
    analysis: str | None = None
    part: tuple[str, ...] | None = None
    arms: tuple[str, ...] | None = None

    def written(self, rows: Sequence[ResultRow]) -> str:
        """The cell of the rows of one arm, visit and part.

        Raises:
            LookupError: two rows stand for one place, or the pattern has none.
        """
        places = list(_PLACE.finditer(self.text))
        if not places or set("{}") & set(_PLACE.sub("", self.text)):
            raise LookupError(f"{self.text!r} has no places such as {{mean:1}}, or a broken one")
        found = [self._row_at(place, rows) for place in places]
        if all(row is None for row in found):
            return self.absent
        first = found[0]
        if self.none is not None and first is not None and _number(places[0], first) == 0:
            return CellPattern(self.none).written(rows) if "{" in self.none else self.none
        numbers = iter(
            NOTHING if row is None else _text(place, row)
            for place, row in zip(places, found, strict=True)
        )
        return _PLACE.sub(lambda _: next(numbers), self.text)

    def _row_at(self, place: re.Match[str], rows: Sequence[ResultRow]) -> ResultRow | None:
        here = [
            row
            for row in rows
            if row.statistic == place["name"] and place["method"] in (None, row.method)
        ]
        if len(here) > 1:
            ids = ", ".join(row.id for row in here)
            raise LookupError(f"several rows stand for {place[0]}; name the method: {ids}")
        return here[0] if here else None


def _number(place: re.Match[str], row: ResultRow) -> float | None:
    number: float | None = getattr(row, place["field"] or "value")
    return number


def _text(place: re.Match[str], row: ResultRow) -> str:
    number, digits = _number(place, row), int(place["digits"] or 0)
    if number is None:
        return NOTHING
    kind = place["kind"] or ""
    if kind == "p":
        least = 10.0**-digits
        return f"<{rounded(least, digits)}" if number < least / 2 else rounded(number, digits)
    if kind == "<" and 0 < number < 0.01:
        return "<1"
    return rounded(100 * number if kind in {"%", "<"} else number, digits)
