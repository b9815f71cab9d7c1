"""Eligibility text cut into items: lines, wrapped lines, lists in one paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from remit.registry.record import Span
from remit.registry.text.headings import read_heading
from remit.registry.text.markers import Marker, level_marker, read_bullets, read_marker, weak_marker

# How far a weak marker looks for the item that confirms it.
_AHEAD = 12
# Widths at which sites wrap lines.
_NARROWEST, _WIDEST = 60, 120
_OPEN_END = re.compile(r"(?:,|;)?\s*(?:\band/or|\bor|\boder|\bou|\b[ou])\s*[:,]?$|/$", re.I)
_TAG = re.compile(r"</?(?:b|strong|i|em|u|p|br|li|ul|ol|div|span|h[1-6])\s?/?>", re.I)
_MARK = re.compile(r"(?:(?<=\s)|^)[-–*•●]\s+(?=[^\s-])|(?<=\s)[•●▪]\s*(?=\S)")
_GLUED_MARK = re.compile(r"(?:(?<=[^\W_])|(?<=[)%.;:]))-\s+(?=[A-Z])")
_SEQUENCE = re.compile(
    r"(?:(?<=\s)|(?<=[.;:；：。，])|(?<=[.;],)|^)"
    r"(?:[(（]?(?P<number>\d{1,2})(?P<close>[.)）、．])(?!\d(?<=[.．]\d))|(?P<circled>[①-⑳]))\s*(?=\S)"
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One line, or one part of a line, of eligibility text.

    `style` is the family of its marker, `printed` the number or letter, `shape` how the marker is
    written; `gap` tells that an empty line stands before it.
    """

    text: str
    source: str
    span: Span
    indent: int = 0
    style: str = ""
    printed: str = ""
    shape: str = ""
    gap: bool = False


def read_piece(raw: str, line: int, *, gap: bool = False) -> Piece:
    """The piece that a line is, its marker taken off; `gap` where an empty line stands above.

    Example:
        >>> piece = read_piece("  3. Age ≥ 18", 7)
        >>> piece.text, piece.printed, piece.indent
        ('Age ≥ 18', '3', 2)
    """
    body = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    whole = _TAG.sub(" ", body).strip()
    style, at = read_bullets(whole)
    rest = whole[at:]
    marker = read_marker(rest)
    printed = shape = ""
    if marker is not None:
        style, printed, shape = marker.style, marker.printed, marker.shape
        rest = rest[marker.length :]
    text = " ".join(rest.split())
    return Piece(text, body, Span(line, line), indent, style, printed, shape, gap)


def _marked(piece: Piece, text: str, marker: Marker) -> Piece:
    rest = " ".join(text[marker.length :].split())
    return replace(piece, text=rest, style=marker.style, printed=marker.printed, shape=marker.shape)


def read_pieces(lines: Iterable[tuple[int, str]]) -> tuple[Piece, ...]:
    """The pieces of numbered lines, empty ones too; lines that the site wrapped are one piece.

    Example:
        >>> [p.text for p in read_pieces([(1, "1. SLE"), (2, ""), (3, "2. Consent")])]
        ['SLE', 'Consent']
    """
    rows: list[tuple[int, str, bool]] = []
    gap = False
    for number, raw in lines:
        if raw.strip():
            rows.append((number, raw, gap))
            gap = False
        else:
            gap = True
    wrapped = _wraps(rows)
    runs: list[list[Piece]] = []
    column = 0
    for k, (number, raw, after_gap) in enumerate(rows):
        piece = read_piece(raw, number, gap=after_gap)
        if wrapped and k and not after_gap and _continues(rows[k - 1][1], raw, column, wrapped):
            # A marker that a wrapped line happens to begin with is a word of its sentence.
            runs[-1].append(replace(piece, text=" ".join(piece.source.split())))
        else:
            column = piece.indent + _marker_width(raw)
            runs.append([piece])
    return tuple(_joined(run) for run in runs)


def _marker_width(raw: str) -> int:
    body = raw.strip()
    _, at = read_bullets(body)
    marker = read_marker(body[at:])
    return at + (marker.length if marker else 0)


def _wraps(rows: Sequence[tuple[int, str, bool]]) -> int:
    """The width at which a text is wrapped, or 0 where its lines end where they want to."""
    width = max((len(raw.rstrip()) for _, raw, _ in rows), default=0)
    if not _NARROWEST <= width <= _WIDEST:
        return 0
    full = total = 0
    for (_, above, _), (_, below, gap) in pairwise(rows):
        if gap or _begins_item(below):
            continue
        total += 1
        full += _is_full(above, below, width)
    return width if full and full * 10 >= total * 7 else 0


def _is_full(above: str, below: str, width: int) -> bool:
    """Whether the first word of a line had no room at the end of the line above."""
    return len(above.rstrip()) + 1 + len(below.split(maxsplit=1)[0]) > width


def _begins_item(raw: str) -> bool:
    body = raw.strip()[:80]
    style, at = read_bullets(body)
    return bool(style) or read_marker(body[at:]) is not None


def _continues(above: str, below: str, column: int, width: int) -> bool:
    indent = len(below) - len(below.lstrip())
    if indent != column or not _is_full(above, below, width):
        return False
    # A number that happens to begin a wrapped line is no marker: it stands in the text's column.
    unmarked = column == len(above) - len(above.lstrip())
    return not (unmarked and _begins_item(below))


def resolve_markers(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """The pieces with their weak markers read where the list around them says so.

    Example:
        >>> lines = ["1.SLE", "2.Aged 18 or over", "3.7 <= SLEDAI <= 12", "4.Consent"]
        >>> found = resolve_markers([read_piece(line, n) for n, line in enumerate(lines, 1)])
        >>> [(p.printed, p.text) for p in found][2]
        ('3', '7 <= SLEDAI <= 12')
    """
    markers = [_marker_of(piece) for piece in pieces]
    resolved: list[Piece] = []
    last: dict[tuple[int, str], tuple[int, str]] = {}
    for k, piece in enumerate(pieces):
        marker = markers[k]
        if marker is not None and not piece.printed:
            if marker.shape == "1." and _has_levels(k, pieces):
                markers[k] = marker = level_marker(piece.text[:80])
                piece = _marked(piece, piece.text, marker) if marker else piece
            elif _is_confirmed(k, pieces, markers, last):
                piece = _marked(piece, piece.text, marker)
            else:
                markers[k] = marker = None
        elif marker is not None and marker.style == "i" and marker.place in (1, 5, 10):
            # "h) … i) …": the ninth letter, not the first Roman number.
            letter = Marker("a", piece.printed, marker.shape.replace("i", "a"), marker.length)
            if last.get((piece.indent, "a"), (0, ""))[0] == letter.place - 1:
                piece = replace(piece, style="a", shape=letter.shape)
                marker = letter
        elif marker is not None and marker.style == "a" and marker.printed in ("I", "V", "X"):
            # "I. … II. …" and "IV. … V. …" are Roman numbers, not letters.
            roman = Marker("I", piece.printed, marker.shape.replace("A", "I"), marker.length)
            ahead = markers[k + 1] if k + 1 < len(markers) else None
            before = last.get((piece.indent, "I"), (0, ""))[0]
            begins = ahead is not None and (ahead.style, ahead.place) == ("I", 2)
            if (before and before == roman.place - 1) or (begins and roman.place == 1):
                piece = replace(piece, style="I", printed=roman.printed, shape=roman.shape)
                marker = roman
        if marker is not None and marker.place:
            last[piece.indent, marker.style] = (marker.place, piece.source[:24])
        resolved.append(piece)
    return tuple(resolved)


def _marker_of(piece: Piece) -> Marker | None:
    if piece.printed:
        return Marker(piece.style, piece.printed, piece.shape, 0)
    return weak_marker(piece.text[:80])


def _is_confirmed(
    k: int,
    pieces: Sequence[Piece],
    markers: Sequence[Marker | None],
    last: dict[tuple[int, str], tuple[int, str]],
) -> bool:
    """Whether the list above and below takes a weak marker for its next item."""
    marker, piece = markers[k], pieces[k]
    assert marker is not None
    if marker.shape == "1." and not _has_plain_number(k, pieces):
        # "1.5 mg" above "2.5 mg" are values, whatever their whole numbers count.
        return False
    place, before = last.get((piece.indent, marker.style), (0, ""))
    ahead = _next_place(k, pieces, markers)
    if place and place == marker.place - 1:
        # The last of a list has only the items above it to go by: "2.Aged …" writes no blank.
        alike = weak_marker(before)
        glued = re.match(r"\d{1,2}(?:[.)]\S|[-–])", before) is not None or (
            alike is not None and alike.shape == marker.shape not in ("1.", "1-")
        )
        return ahead == marker.place + 1 or (ahead in (0, 1) and (glued or marker.style == "a"))
    return marker.place == 1 and ahead == 2


def _has_plain_number(k: int, pieces: Sequence[Piece]) -> bool:
    """Whether an item near by, marked like this one, has a number that is no value."""
    near = pieces[max(0, k - _AHEAD) : k + _AHEAD + 1]
    bullet = pieces[k].style
    return any(
        other.printed.isdigit()
        and other.indent == pieces[k].indent
        and bool(read_bullets(other.source[:12])[0]) == bool(bullet)
        for other in near
    )


def _has_levels(k: int, pieces: Sequence[Piece]) -> bool:
    """Whether "2.1" stands beside "2.2": levels of one list, not values."""
    own = re.match(r"(\d{1,2})\.(\d{1,2})", pieces[k].text)
    for j in (k - 1, k + 1):
        if own is None or not 0 <= j < len(pieces):
            continue
        text = pieces[j].printed if "." in pieces[j].printed else pieces[j].text
        beside = re.match(r"(\d{1,2})\.(\d{1,2})(?!\d)", text)
        if beside and beside[1] == own[1] and abs(int(beside[2]) - int(own[2])) == 1:
            return True
    return False


def _next_place(k: int, pieces: Sequence[Piece], markers: Sequence[Marker | None]) -> int:
    """The number of the next item of the same family and indent; 0 where none is near."""
    own, indent = markers[k], pieces[k].indent
    assert own is not None
    for j in range(k + 1, min(k + 1 + _AHEAD, len(pieces))):
        other = markers[j]
        if other is None or pieces[j].indent != indent or other.style != own.style:
            continue
        if other.place:
            return other.place
    return 0


def join_continuations(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Wrapped lines, and alternatives after "…, or", joined to the item that they continue."""
    runs: list[list[Piece]] = []
    for piece in pieces:
        if runs and not piece.style and _belongs_to(piece, runs[-1]):
            runs[-1].append(piece)
        else:
            runs.append([piece])
    return tuple(_joined(run) for run in runs)


def _belongs_to(piece: Piece, run: Sequence[Piece]) -> bool:
    first, previous = run[0], run[-1]
    heading = read_heading(piece.text)
    if heading is not None and (piece.text[:1].isupper() or piece.text[-1:] in ":："):
        return False
    if _OPEN_END.search(previous.text[-12:]) and piece.indent >= first.indent:
        return not piece.gap or piece.text[:1].islower()
    if not first.style or read_heading(first.text) is not None:
        return False
    goes_on = piece.text[:1].islower() or piece.indent > first.indent
    return goes_on and not previous.text.endswith((".", ";", ":"))


def _joined(run: Sequence[Piece]) -> Piece:
    if len(run) == 1:
        return run[0]
    return replace(
        run[0],
        text=" ".join(piece.text for piece in run),
        source="\n".join(piece.source for piece in run),
        span=Span(run[0].span.first, run[-1].span.last),
    )


def split_paragraph(text: str, line: int) -> tuple[Piece, ...]:
    """The items of one paragraph whose line breaks were lost.

    Items start with " - ", " * " or " • " before a new clause, or with 1., 2., 3. in sequence.
    A hyphen between two numbers ("18 - 65") never splits.
    """
    marks = [m.span() for m in _MARK.finditer(text) if not _in_range(text, *m.span())]
    clear = [start for start, end in marks if _starts_item(text, start, end)]
    # Where most marks stand before small letters, the page writes its items so.
    cuts = clear if len(clear) * 2 > len(marks) else [start for start, _ in marks]
    if len(cuts) < 2:
        glued = [m.start() for m in _GLUED_MARK.finditer(text)]
        cuts = [*cuts, *glued] if len(glued) > 1 else cuts
    if not cuts:
        cuts = sequence_cuts(text)
    edges = sorted({0, *cuts, len(text)})
    parts = [text[a:b] for a, b in pairwise(edges) if text[a:b].strip()]
    return resolve_markers([read_piece(part.strip(), line) for part in parts])


def _in_range(text: str, at: int, end: int) -> bool:
    """Whether the mark joins two numbers or two classes: "18 - 65", "III - IV"."""
    before = re.search(r"(\d|\b[IVX]+)\s*$", text[max(0, at - 12) : at])
    after = re.match(r"\d|[IVX]+\b", text[end : end + 12])
    return text[at] in "-–" and before is not None and after is not None


def _starts_item(text: str, at: int, end: int) -> bool:
    before = text[max(0, at - 12) : at].rstrip()
    word = re.match(r"\S+", text[end : end + 40])
    if text[at] in "*•●▪" or not before or word is None:
        return True
    # "eGFR" begins with a small letter and is a name all the same.
    return word[0] != word[0].lower() or not word[0][0].isalpha() or before[-1] in ".;:)"


def sequence_cuts(text: str) -> list[int]:
    """Where the items of a numbered list in one line begin; a second list may begin at 1 again.

    Example:
        >>> sequence_cuts("1. SLE 2. Consent")
        [0, 7]
    """
    marks = [
        (m.start(), _circled(m["circled"]) if m["circled"] else int(m["number"]), m["close"] or "①")
        for m in _SEQUENCE.finditer(text)
    ]
    cuts: list[int] = []
    closing, expected = "", 1
    for k, (start, number, close) in enumerate(marks):
        if closing and close != closing:
            continue
        if number == expected:
            cuts.append(start)
            closing, expected = close, expected + 1
        elif number == 1 and expected > 2 and _next_of(marks, k, close) == 2:
            cuts.append(start)
            expected = 2
    return cuts if len(cuts) > 1 else []


def _circled(sign: str) -> int:
    return ord(sign) - ord("①") + 1


def _next_of(marks: Sequence[tuple[int, int, str]], k: int, close: str) -> int:
    following: Iterator[int] = (n for _, n, c in marks[k + 1 : k + 9] if c == close)
    return next(following, 0)
