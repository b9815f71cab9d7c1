"""How the file of a registry is read: which of its values is which field of a record, as data.

Every value of the file ends in a field, in what was dropped as personal, or in `unparsed`: what a
form has no name for is a field named `other` (or as `rest` says), with its path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from remit.registry.exports.leaf import Leaf, span_of, written_text
from remit.registry.pages.lines import date_notes
from remit.registry.record import (
    CriterionKind,
    CriterionText,
    Dropped,
    Field,
    FieldState,
    OutcomeText,
    OutcomeType,
    Record,
    Unparsed,
    Value,
)
from remit.registry.text.eligibility import doubt_one_side, read_criteria, read_paragraph
from remit.registry.text.escapes import decode, written_part
from remit.registry.text.items import read_pieces
from remit.registry.text.outcomes import outcome
from remit.registry.text.privacy import scrub_text
from remit.registry.text.written_dates import read_date
from remit.registry.text.written_values import (
    is_placeholder,
    read_age,
    read_count,
    read_registry_id,
    read_volunteers,
)

Part = Field | OutcomeText
# Some leaves that belong together -> the parts that they are.
ItemReader = Callable[[Sequence[Leaf]], Iterable[Part]]
# A leaf, and what the leaves beside it say of it -> of which kind of personal data it is, or None.
PersonalData = Callable[[Leaf, Mapping[str, str]], str | None]
DayOrder = Literal["day_first", "month_first"]
# Line ends as files write them: tags of HTML, and the carriage return of XML.
_END = r"(?:<br\s?/?>|&#xD;|&#13;|\r)"
_BREAK = re.compile(rf"[ \t]*{_END}[ \t]*", re.I)
_TAG = re.compile(_END, re.I)  # what follows it keeps its indentation
_TWO_PARTS = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")


def nothing_personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    """Of a form in which no value is personal by its place."""
    return None


@dataclass(frozen=True, slots=True)
class ExportForm:
    """The form of a registry's file.

    Attributes:
        name, site: of the format, as `PageFormat` has them.
        names: shape of a value -> the field that it is. `items`: shape of what belongs together,
            such as an arm -> how it is read; a shape there is of the item, its leaves lie below.
        criteria: shape of an eligibility text -> the side that it is of, None where its headings
            say that. Texts of one record are read in the order of the file.
        rest: beginning of a shape -> the field of what has no name of its own; `other` else.
        bookkeeping: shapes of what the exporting program wrote, not the registry.
        several: fields whose text is a list with semicolons.
        personal: which leaves are dropped. numbered: endings of shapes whose digits are no
            telephone numbers.
        day_order: how dates of digits are written in a record, where that can be told.
    """

    name: str
    site: str
    names: Mapping[str, str]
    items: Mapping[str, ItemReader] = field(default_factory=dict)
    criteria: Mapping[str, CriterionKind | None] = field(default_factory=dict)
    rest: Mapping[str, str] = field(default_factory=dict)
    bookkeeping: frozenset[str] = frozenset()
    several: frozenset[str] = frozenset()
    personal: PersonalData = nothing_personal
    numbered: re.Pattern[str] = re.compile(r"(?!)")
    day_order: Callable[[Sequence[Leaf]], DayOrder | None] = lambda leaves: None
    kind_of_date: Callable[[Leaf, Mapping[str, Leaf]], str | None] = lambda leaf, leaves: None


def field_of(
    name: str, value: Value | None, group: Sequence[Leaf], state: FieldState = "stated"
) -> Field:
    """A field that some leaves are."""
    paths = tuple(leaf.path for leaf in group)
    return Field(name, value, written_text(group), span_of(group), state, paths)


def read_export(form: ExportForm, leaves: Sequence[Leaf], source: str) -> Record:
    """The record that the leaves of one trial are.

    Raises:
        PageError: never; a value that a form does not know is kept as it is.
    """
    reading = _Reading(form)
    kept = tuple(reading.admit(leaves))
    order = form.day_order(kept)
    by_path = {leaf.path: leaf for leaf in kept}
    for path, group in _groups(form, kept).items():
        first = group[0]
        if path in by_path and first.shape in form.criteria:
            reading.read_list(first, form.criteria[first.shape])
        elif (item := _item_of(form, first)) is not None:
            reading.add(form.items[item](group), group)
        else:
            reading.fields += _single(form, first, by_path, order)
    return Record(
        source,
        form.name,
        tuple(reading.fields),
        (),
        doubt_one_side(reading.criteria, named=[one.name for one in reading.fields]),
        tuple(reading.outcomes),
        tuple(reading.dropped),
        tuple(reading.unparsed),
        date_notes(reading.fields),
    )


class _Reading:
    """The parts of one record while it is read."""

    def __init__(self, form: ExportForm) -> None:
        self.form = form
        self.fields: list[Field] = []
        self.criteria: list[CriterionText] = []
        self.outcomes: list[OutcomeText] = []
        self.dropped: list[Dropped] = []
        self.unparsed: list[Unparsed] = []

    def admit(self, leaves: Sequence[Leaf]) -> Iterator[Leaf]:
        """The leaves that become fields: decoded, once, and without personal data."""
        form = self.form
        told = {leaf.path: str(leaf.value) for leaf in leaves}
        for leaf in leaves:
            if leaf.value is None:
                continue
            kind = form.personal(leaf, told)
            if kind is not None:
                self.dropped.append(Dropped(leaf.line, kind, leaf.path))
                continue
            clean, kinds = _scrubbed(leaf, form.numbered)
            self.dropped += [Dropped(leaf.line, kind, leaf.path) for kind in kinds]
            if leaf.shape in form.bookkeeping:
                said = Unparsed(leaf.line, str(clean.value), "boilerplate", leaf.path)
                self.unparsed.append(said)
            elif clean.value != "" or not kinds:
                yield clean

    def add(self, parts: Iterable[Part], group: Sequence[Leaf]) -> None:
        for part in parts:
            if isinstance(part, Field):
                self.fields.append(part)
            else:
                self.outcomes.append(part)
                heading = f"{part.type} outcome"
                self.fields.append(field_of("section", heading, group, "heading"))

    def read_list(self, leaf: Leaf, side: CriterionKind | None) -> None:
        """The criteria of one eligibility text; none of "Not applicable"."""
        lines = tuple(_text_lines(leaf))
        if is_placeholder(" ".join(line for _, line in lines)):
            name = f"{side}_criteria" if side else "eligibility"
            self.fields.append(field_of(name, None, [leaf], "not_given"))
            return
        written = leaf.written if leaf.written is not None else str(leaf.value)
        filled = [(number, line) for number, line in lines if line.strip()]
        if len(filled) == 1:
            pieces = read_paragraph(filled[0][1], filled[0][0])
        else:
            pieces = read_pieces(lines)
        found = read_criteria(pieces, side, taken=self.criteria)
        self.criteria += [
            replace(item, source_text=written_part(item.source_text, written)) for item in found
        ]
        self.fields.append(field_of("section", "Eligibility criteria", [leaf], "heading"))


def _scrubbed(leaf: Leaf, numbered: re.Pattern[str]) -> tuple[Leaf, tuple[str, ...]]:
    if not isinstance(leaf.value, str):
        return leaf, ()
    plain = decode(leaf.value)
    kinds: tuple[str, ...] = ()
    if not numbered.search(leaf.shape):
        plain, kinds = scrub_text(plain)
    # Where personal data were found, nothing of the text as written is kept.
    written = plain if kinds else leaf.value
    return Leaf(leaf.path, plain, leaf.line, leaf.last_line, written), kinds


def _groups(form: ExportForm, leaves: Sequence[Leaf]) -> dict[str, list[Leaf]]:
    """The leaves that belong together: those of one item, and each other one alone."""
    groups: dict[str, list[Leaf]] = {}
    for leaf in leaves:
        item = _item_of(form, leaf)
        path = leaf.path if item is None else _path_of_item(leaf, item)
        groups.setdefault(path, []).append(leaf)
    return groups


def _item_of(form: ExportForm, leaf: Leaf) -> str | None:
    """The shape of the item that a leaf lies in, the widest one."""
    shape = leaf.shape
    at = shape.find(".")
    while at >= 0:
        if shape[:at] in form.items:
            return shape[:at]
        at = shape.find(".", at + 1)
    return shape if shape in form.items else None


def _path_of_item(leaf: Leaf, item: str) -> str:
    parts = leaf.path.split(".")
    return ".".join(parts[: item.count(".") + 1])


def _text_lines(leaf: Leaf) -> Iterator[tuple[int, str]]:
    """The lines of a text with their numbers; one that "<br>" parts is several on one line."""
    for number, line in enumerate(str(leaf.value).split("\n"), start=leaf.line):
        # A text of JSON stands on one line of its file, whatever line ends it says.
        at = min(number, leaf.last_line)
        pieces = _TAG.split(line)
        filled = [piece for piece in pieces if piece.strip()]
        for piece in filled or [""]:
            yield at, piece


def text_of(value: object) -> str:
    """A text as it is read: line breaks of HTML as line ends, without blanks around it.

    Example:
        >>> text_of(" Both <br>Men<br/>Women ")
        'Both\\nMen\\nWomen'
    """
    return _BREAK.sub("\n", str(value)).strip()


def whole_outcome(kind: OutcomeType) -> ItemReader:
    """The reader of a text that is one outcome as it stands: its sentences are not parted."""

    def read(group: Sequence[Leaf]) -> Iterable[Part]:
        text = "\n".join(text_of(leaf.value) for leaf in group)
        if not text.strip():
            yield field_of("outcomes", None, group, "no_value")
            return
        yield outcome(kind, text, None, None, source_text=written_text(group), span=span_of(group))

    return read


# ---- single values -------------------------------------------------------------------------------


def _single(
    form: ExportForm, leaf: Leaf, leaves: Mapping[str, Leaf], order: DayOrder | None
) -> Iterator[Field]:
    """The field, or the fields, that one value is."""
    name = form.names.get(leaf.shape)
    if name is None:
        starts = [start for start in form.rest if leaf.shape.startswith(start)]
        name = form.rest[max(starts, key=len)] if starts else "other"
    if isinstance(leaf.value, str) and name in form.several and ";" in leaf.value:
        parts = [part for part in map(text_of, leaf.value.split(";")) if part]
        for part in parts:
            yield _valued(name, part, leaf)
        if not parts:
            yield field_of(name, None, [leaf], "not_given")
        return
    if name.startswith("date_"):
        yield _dated(form, name, leaf, leaves, order)
    else:
        yield _valued(name, leaf.value, leaf)


def _dated(
    form: ExportForm,
    name: str,
    leaf: Leaf,
    leaves: Mapping[str, Leaf],
    order: DayOrder | None,
) -> Field:
    said = form.kind_of_date(leaf, leaves)
    kind: Literal["estimated", "actual"] | None = None
    if said in ("estimated", "actual"):
        kind = "estimated" if said == "estimated" else "actual"
    text = text_of(leaf.value)
    found = read_date(_in_order(text, order), kind)
    if found is not None:
        return field_of(name, replace(found, text=text), [leaf])
    return field_of(name, text, [leaf])


def _in_order(text: str, order: DayOrder | None) -> str:
    """A date of two small numbers, such as 05/06/2020, as year, month and day."""
    found = _TWO_PARTS.fullmatch(text)
    if found is None or order is None:
        return text
    day, month = (found[1], found[2]) if order == "day_first" else (found[2], found[1])
    return f"{found[3]}-{int(month):02d}-{int(day):02d}"


def order_of(written: str, plain: str) -> DayOrder | None:
    """How a record writes its dates, told by one that it also writes as YYYYMMDD.

    Example:
        >>> order_of("05/06/2020", "20200605"), order_of("06/06/2020", "20200606")
        ('day_first', None)
    """
    found, known = _TWO_PARTS.fullmatch(written.strip()), read_date(plain)
    if found is None or known is None or known.precision != "day":
        return None
    pair = (int(found[1]), int(found[2]))
    month, day = (int(part) for part in known.iso.split("-")[1:])
    if pair == (day, month) and day != month:
        return "day_first"
    return "month_first" if pair == (month, day) and day != month else None


def _valued(name: str, value: object, leaf: Leaf) -> Field:
    """A field with its value read as its name asks; text that is none is kept as text."""
    plain: Value = value if isinstance(value, str | int | bool) else str(value)
    text = text_of(plain) if isinstance(plain, str) else str(plain)
    if isinstance(plain, str):
        plain = text
    if not text:
        return field_of(name, None, [leaf], "no_value")
    if name == "secondary_id":
        if is_placeholder(text):
            return field_of(name, None, [leaf], "not_given")
        return field_of(name, text, [leaf])
    reader = _READERS.get(name)
    if reader is None:
        return field_of(name, plain, [leaf])
    found = reader(text)
    if found is None and is_placeholder(text):
        return field_of(name, None, [leaf], "not_given")
    return field_of(name, plain if found is None else found, [leaf])


def _count(text: str) -> Value | None:
    """How many people: a number, or the sum over groups ("Group 1:50;Group 2:50;")."""
    whole = read_count(text)
    if whole is not None:
        return whole
    groups = [part for part in text.split(";") if part.strip()]
    sizes = [read_count(part.rpartition(":")[2]) for part in groups]
    if len(groups) < 1 or ":" not in text or any(size is None for size in sizes):
        return None
    return sum(size for size in sizes if size is not None)


_READERS: Mapping[str, Callable[[str], Value | None]] = {
    "registry_id": read_registry_id,
    "age_minimum": read_age,
    "age_maximum": read_age,
    "enrolment": _count,
    "enrolment_actual": _count,
    "healthy_volunteers": read_volunteers,
}
