"""What a cell of a pasted table says: `12/34 (35.3)`, `45.2 ± 12.1`, `16.6 (9.7 to 23.6)`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from remit.analysis.referee.printed_numbers import (
    PrintedNumber,
    plain_spelling,
    read_interval,
    read_number,
    refused,
)
from remit.analysis.referee.printed_rows import RowDraft, Scale
from remit.errors import PrintedTableError

_STATS = (
    # What is printed before and within brackets, by how heads and labels say it.
    (
        r"n\s*/\s*N\s*\(\s*%\s*\)|n\s*\(\s*%\s*\)|no\.?\s*\(\s*%\s*\)|number\s*\(\s*%\s*\)",
        "x",
        "pct",
    ),
    (r"%\s*\(\s*n\s*\)", "pct", "x"),
    (r"n\s*/\s*N", "x", ""),
    (r"mean\s*(?:\(\s*SD\s*\)|±\s*SD|\+/-\s*SD)", "mean", "sd"),
    (r"mean\s*(?:\(\s*SEM?\s*\)|±\s*SEM?|\+/-\s*SEM?)", "mean", "se"),
    (r"median\s*[(\[]\s*(?:IQR|Q1\s*[,;-]\s*Q3|25th.*75th[^)\]]*)\s*[)\]]", "median", "iqr"),
    (r"median\s*[(\[]\s*(?:range|min\s*[,;-]\s*max)\s*[)\]]", "median", "range"),
    (r"mean\s*[(\[]\s*[0-9.]*\s*%?\s*CI\s*[)\]]", "mean", "ci"),
    (r"(?<=[,;])\s*%|\(\s*%\s*\)|\bpercent\b", "pct", ""),
    (r"(?<=[,;])\s*(?:n|no\.)\s*$|^\s*n\s*$", "x", ""),
    (r"(?<=[,;])\s*mean\s*$", "mean", ""),
    (r"(?<=[,;])\s*median\s*$", "median", ""),
)
_PATTERNS = tuple((re.compile(pattern, re.I), first, second) for pattern, first, second in _STATS)
PAIRS = 8  # of them say what stands in brackets or behind ±
_SPREADS = frozenset({"sd", "se"})
_OF = re.compile(r"^([0-9][0-9, ]*?)\s*/\s*([0-9][0-9, ]*?)(?:\s*[(\[]\s*(.+?)\s*[)\]])?$")
_BRACKET = re.compile(r"^([^(\[]+?)\s*[(\[]\s*(.+?)\s*[)\]]$")
_PLUS = re.compile(r"^(.+?)\s*(?:±|\+/-|\+-)\s*(.+)$")
UNSAID = (
    "the table does not say what this is: add `n (%)`, `mean (SD)`, `median (IQR)` or `%` to the "
    "row's label or to the head"
)


@dataclass(frozen=True, slots=True)
class CellMeaning:
    """What the cells of a row or a column hold; both empty where it is not said.

    Attributes:
        first, second: the statistic, and the one in brackets or behind ±.
        stripped: the label without the words that say it; `suffix` are these words.
    """

    first: str = ""
    second: str = ""
    stripped: str = ""
    suffix: str = ""

    @property
    def known(self) -> bool:
        return bool(self.first)


def meaning_of(label: str) -> CellMeaning:
    """What a label or a head says of its cells."""
    plain = plain_spelling(label)
    for pattern, first, second in _PATTERNS:
        found = pattern.search(plain)
        if found:
            rest = f"{plain[: found.start()]}{plain[found.end() :]}".strip(" ,;:-")
            return CellMeaning(first, second, rest, f", {found.group(0).strip()}")
    return CellMeaning()


def meanings_said(text: str) -> tuple[CellMeaning, ...]:
    """All that a title or a note says of the cells of its table, such as `mean ± SD`."""
    plain = plain_spelling(text)
    said = {
        CellMeaning(first, second, suffix=found.group(0))
        for pattern, first, second in _PATTERNS[:PAIRS]
        for found in pattern.finditer(plain)
    }
    return tuple(sorted(said, key=lambda one: one.suffix))


def _by_note(cell: str, spare: Sequence[CellMeaning]) -> CellMeaning:
    """What a note says of a cell that neither row nor head explains; nothing where two may be."""
    signs = "±+" if _PLUS.match(cell) else "(["
    fitting = {
        (one.first, one.second) for one in spare if any(sign in one.suffix for sign in signs)
    }
    return CellMeaning(*fitting.pop()) if len(fitting) == 1 else CellMeaning()


def put_cell(
    draft: RowDraft,
    cell: str,
    *,
    name: str,
    arm: bool,
    scale: Scale | None,
    interval: bool,
    meaning: CellMeaning,
    spare: Sequence[CellMeaning],
    line: int,
    source: str,
) -> None:
    """Read a cell into the draft of its row.

    Raises:
        PrintedTableError: it is neither a number nor numbers in a form that tables use.
    """
    reader = _Reader(name, line, source)
    plain = re.sub(
        r"[*\u2020\u2021\u00a7\u00b6#\u00b9\u00b2\u00b3]+$", "", plain_spelling(cell)
    ).strip()
    if not arm:
        if scale is None:
            raise refused("a column of no arm and no estimate", cell, key=name, line=line)
        _put_estimate(draft, plain, scale, reader, interval=interval)
        return
    of = _OF.match(plain)
    if of:
        draft.put(name, "x", reader.number(of.group(1), "x"))
        draft.put(name, "n", reader.number(of.group(2), "n"))
        if of.group(3):
            draft.put(name, "pct", reader.number(of.group(3), "pct"))
        return
    bracket, plus = _BRACKET.match(plain), _PLUS.match(plain)
    if not meaning.known and (bracket or plus):
        meaning = _by_note(plain, spare)
    parts = bracket or plus
    if parts and not _may_be(meaning, parts.group(1), plus=plus is not None):
        meaning = CellMeaning()
    if bracket and bracket.group(2).endswith("%") and not _has_two(bracket.group(2)):
        _put_pair(draft, bracket.group(1), bracket.group(2), "x", "pct", reader)
    elif bracket and _has_two(bracket.group(2)):
        _put_span(draft, bracket.group(1), bracket.group(2), meaning, reader)
    elif parts and meaning.first and meaning.second in {"pct", "sd", "se", "x"}:
        _put_pair(draft, parts.group(1), parts.group(2), meaning.first, meaning.second, reader)
    elif parts:
        for what, text in (("first", parts.group(1)), ("second", parts.group(2))):
            number = reader.number(text, what)
            if number is not None:
                draft.left.append((number, UNSAID))
    else:
        number = reader.number(plain, meaning.first or "value")
        if number is None:
            return
        if number.percent:
            draft.put(name, "pct", number.named(f"{name} pct"))
        elif meaning.first:
            draft.put(name, meaning.first, number)
        else:
            draft.left.append((number, UNSAID))


def _may_be(meaning: CellMeaning, first: str, *, plus: bool) -> bool:
    """Whether a cell is what its head says: no share stands behind ±, and 33.1 is no count."""
    if plus:
        return meaning.second in _SPREADS
    return meaning.first != "x" or re.fullmatch(r"[0-9][0-9, ]*", first.strip()) is not None


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads numbers of one cell, with where it stands."""

    name: str
    line: int
    source: str

    def number(self, text: str, what: str) -> PrintedNumber | None:
        key = f"{self.name} {what}"
        return read_number(text, key=key, line=self.line, source=self.source)

    def interval(self, text: str, what: str) -> tuple[PrintedNumber, PrintedNumber]:
        inner = re.sub(r"^[0-9.]+\s*%\s*CI\s*[:,]?\s*", "", text.strip(), flags=re.I)
        key = f"{self.name} {what}"
        return read_interval(inner, key=key, line=self.line, source=self.source)


def _has_two(text: str) -> bool:
    """Whether a bracket holds two numbers: of an interval, or quartiles."""
    try:
        read_interval(re.sub(r"^[0-9.]+\s*%\s*CI\s*[:,]?\s*", "", text.strip(), flags=re.I))
    except PrintedTableError:
        return False
    return True


def _put_pair(
    draft: RowDraft, first: str, second: str, one: str, other: str, reader: _Reader
) -> None:
    draft.put(reader.name, one, reader.number(first, one))
    draft.put(reader.name, other, reader.number(second, other))


def _put_span(
    draft: RowDraft, first: str, second: str, meaning: CellMeaning, reader: _Reader
) -> None:
    """A number with two in brackets: quartiles or extremes, where the table says so."""
    low, high = reader.interval(second, meaning.second or "bounds")
    ends = {"iqr": ("q1", "q3"), "range": ("min", "max")}.get(meaning.second)
    number = reader.number(first, meaning.first or "value")
    if ends is None:
        found = (number, low.named(f"{low.key} low"), high.named(f"{high.key} high"))
        draft.left += [(one, UNSAID) for one in found if one is not None]
        return
    draft.put(reader.name, meaning.first, number)
    draft.put(reader.name, ends[0], low.named(f"{reader.name} {ends[0]}"))
    draft.put(reader.name, ends[1], high.named(f"{reader.name} {ends[1]}"))


def _put_estimate(
    draft: RowDraft, plain: str, scale: Scale, reader: _Reader, *, interval: bool
) -> None:
    found: dict[str, PrintedNumber] = {}
    bracket = _BRACKET.match(plain)
    if interval:
        found["low"], found["high"] = reader.interval(plain, "ci")
    else:
        number = reader.number(bracket.group(1) if bracket else plain, "estimate")
        if number is not None:
            found["estimate"] = number.named(reader.name)
        if bracket:
            found["low"], found["high"] = reader.interval(bracket.group(2), "ci")
    if found:
        draft.estimates.setdefault(scale, {}).update(found)
