"""Eligibility text split into criteria: markers, nesting, lost lists and lost signs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from remit.registry.record import CriterionFlag, CriterionKind, CriterionText, Span
from remit.registry.text.operators import find_lost_operators

_BULLET = re.compile(r"^([-–—*•●○▪◦·‣])\s+(?=\S)")
_NUMBERED = re.compile(r"^(?:\(?(\d{1,2}(?:[.-]\d{1,2}){0,2})[.)、](?!\d)|\[(\d{1,2})\])\s*(?=\S)")
_LETTER = re.compile(r"^\(?([a-zA-Z])[.)]\s+(?=\S)")
_ROMAN = re.compile(r"^\(?(i{1,3}|iv|vi{0,3}|ix|x)[.)]\s+(?=\S)")
_RANKS = {"1": 1, "a": 2, "i": 3, "-": 4}
HEADING = re.compile(
    r"^[\W_]*(?:(?:key|main|major|general|principal|patients?|subjects?|participants?)\s+)*"
    r"(inclusion|exclusion)(?:\s+criteria)?(?:\s*\([^)]{0,60}\))?\s*[:：]?\s*$",
    re.I,
)
_COHORT_HEADING = re.compile(
    r"^[\W_]*(inclusion|exclusion)\s+criteria\s+(?:for|of|[-–])\s+(?:the\s+)?([^:.]{3,80}?)\s*:?\s*$",
    re.I,
)
_PREAMBLE = re.compile(
    r"follow|criteria|eligible|enrolled|must (?:meet|fulfil)|(?:all|any|one) of", re.I
)
_PROMISE = re.compile(
    r"defin|diagnos|criteria|refractory|includ|following|such as|as follows", re.I
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One line, or one part of a line, of eligibility text."""

    text: str
    source: str
    span: Span
    indent: int = 0
    style: str = ""
    printed: str = ""


def read_piece(raw: str, line: int) -> Piece:
    """The piece that a line is, its marker taken off.

    Example:
        >>> piece = read_piece("  3. Age ≥ 18", 7)
        >>> piece.text, piece.printed, piece.indent
        ('Age ≥ 18', '3', 2)
    """
    body = raw.strip()
    indent = len(raw) - len(raw.lstrip())
    rest, style, printed = body, "", ""
    while found := _BULLET.match(rest):
        style, rest = found[1], rest[found.end() :]
    numbered = _NUMBERED.match(rest)
    roman, letter = _ROMAN.match(rest), _LETTER.match(rest)
    if numbered:
        style, printed, rest = "1", numbered[1] or numbered[2], rest[numbered.end() :]
    elif roman:
        style, printed, rest = "i", roman[1], rest[roman.end() :]
    elif letter:
        style, printed, rest = "a", letter[1], rest[letter.end() :]
    return Piece(" ".join(rest.split()), body, Span(line, line), indent, style, printed)


def split_paragraph(text: str, line: int) -> tuple[Piece, ...]:
    """The items of one paragraph whose line breaks were lost.

    Items start with " - ", " * " or " • " before a new clause, or with 1., 2., 3. in sequence.
    A hyphen between two numbers ("18 - 65") never splits.
    """
    marks = [
        m.span()
        for m in re.finditer(r"(?:(?<=\s)|^)[-*•]\s+(?=[^\s-])", text)
        if not _in_range(text, *m.span())
    ]
    clear = [start for start, end in marks if _starts_item(text, start, end)]
    # Where most marks stand before small letters, the page writes its items so.
    cuts = clear if len(clear) * 2 > len(marks) else [start for start, _ in marks]
    if not cuts:
        cuts = _sequence_cuts(text)
    edges = sorted({0, *cuts, len(text)})
    parts = [text[a:b] for a, b in pairwise(edges) if text[a:b].strip()]
    return tuple(read_piece(part.strip(), line) for part in parts)


def _in_range(text: str, at: int, end: int) -> bool:
    """Whether the mark joins two numbers or two classes: "18 - 65", "III - IV"."""
    before = re.search(r"(\d|\b[IVX]+)\s*$", text[max(0, at - 12) : at])
    after = re.match(r"\d|[IVX]+\b", text[end : end + 12])
    return text[at] == "-" and before is not None and after is not None


def _starts_item(text: str, at: int, end: int) -> bool:
    before = text[max(0, at - 12) : at].rstrip()
    word = re.match(r"\S+", text[end : end + 40])
    if text[at] in "*•" or not before or word is None:
        return True
    # "eGFR" begins with a small letter and is a name all the same.
    return word[0] != word[0].lower() or not word[0][0].isalpha() or before[-1] in ".;:)"


def _sequence_cuts(text: str) -> list[int]:
    cuts: list[int] = []
    closing = ""
    for found in re.finditer(r"(?:(?<=\s)|(?<=[.;:])|^)\(?(\d{1,2})([.)])(?!\d)\s*(?=\S)", text):
        if int(found[1]) == len(cuts) + 1 and found[2] == (closing or found[2]):
            cuts.append(found.start())
            closing = found[2]
    return cuts if len(cuts) > 1 else []


def join_continuations(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """Wrapped lines joined to the item that they continue."""
    joined: list[Piece] = []
    for piece in pieces:
        previous = joined[-1] if joined else None
        if (
            previous is not None
            and previous.style
            and not piece.style
            and (piece.text[:1].islower() or piece.indent > previous.indent)
            and not previous.text.endswith((".", ";", ":"))
        ):
            joined[-1] = replace(
                previous,
                text=f"{previous.text} {piece.text}",
                source=f"{previous.source}\n{piece.source}",
                span=Span(previous.span.first, piece.span.last),
            )
        else:
            joined.append(piece)
    return tuple(joined)


def read_criteria(
    pieces: Iterable[Piece],
    kind: CriterionKind | None = None,
    *,
    cohort: str | None = None,
    taken: Iterable[CriterionText] = (),
) -> tuple[CriterionText, ...]:
    """The criteria of the pieces, in page order.

    Headings such as "Exclusion Criteria:" switch the kind and are themselves no criterion;
    pieces before any heading count as `kind`, or are a preamble where `kind` is None. `taken`
    holds the criteria already read from the page, so that keys stay unique.
    """
    runs: list[tuple[CriterionKind | None, str | None, list[Piece]]] = [(kind, cohort, [])]
    for piece in join_continuations(tuple(pieces)):
        named = HEADING.match(piece.text)
        group = _COHORT_HEADING.match(piece.text)
        if named and not piece.printed:
            runs.append((_kind_of(named[1]), cohort, []))
        elif group:
            runs.append((_kind_of(group[1]), group[2].strip(), []))
        else:
            runs[-1][2].append(piece)
    counts: dict[str, int] = {}
    for criterion in taken:
        if criterion.parent is None:
            stem = criterion.key.rstrip("0123456789")
            counts[stem] = counts.get(stem, 0) + 1
    result: list[CriterionText] = []
    for run_kind, run_cohort, run in runs:
        result += _read_run(run, run_kind, run_cohort, counts)
    return tuple(result)


def _kind_of(word: str) -> CriterionKind:
    return "inclusion" if word.lower() == "inclusion" else "exclusion"


def _read_run(
    pieces: list[Piece], kind: CriterionKind | None, cohort: str | None, counts: dict[str, int]
) -> list[CriterionText]:
    opening = _opening(pieces) if kind else 0
    parents = nest(pieces[opening:])
    with_children = set(parents)
    prefix = "" if cohort is None else f"C{cohort}."
    keys: list[str] = []
    children: dict[str, int] = {}
    result: list[CriterionText] = []
    for k, piece in enumerate(pieces):
        item_kind: CriterionKind = "preamble" if kind is None or k < opening else kind
        parent_at = parents[k - opening] if k >= opening else None
        parent = keys[parent_at + opening] if parent_at is not None else None
        if parent is None:
            stem = f"{prefix}{item_kind[0].upper()}"
            counts[stem] = counts.get(stem, 0) + 1
            position, key = counts[stem], f"{stem}{counts[stem]}"
        else:
            children[parent] = children.get(parent, 0) + 1
            position, key = children[parent], f"{parent}.{children[parent]}"
        keys.append(key)
        has_child = (k - opening) in with_children
        promise_kept = has_child or (item_kind == "preamble" and k + 1 < len(pieces))
        result.append(
            CriterionText(
                key,
                item_kind,
                cohort,
                piece.printed or str(position),
                parent,
                piece.text,
                piece.source,
                piece.span,
                flags_of(piece.text, promise_kept=promise_kept),
            )
        )
    return result


def flags_of(text: str, *, promise_kept: bool) -> frozenset[CriterionFlag]:
    """The flags of a criterion; `promise_kept` says whether what its end announces follows.

    Example:
        >>> sorted(flags_of("Liver function:", promise_kept=False))
        ['incomplete']
    """
    flags: set[CriterionFlag] = set()
    if find_lost_operators(text):
        flags.add("lossy_operator")
    ends = text.rstrip()
    promised = ends.endswith((":", "：")) or (ends.endswith((",", "，")) and _PROMISE.search(ends))
    if promised and not promise_kept:
        flags.add("incomplete")
    return frozenset(flags)


def _opening(pieces: list[Piece]) -> int:
    """How many first pieces only announce the list ("all of the following:")."""
    if len(pieces) < 2:
        return 0
    first = pieces[0]
    announces = first.text.endswith((":", "：")) and _PREAMBLE.search(first.text) is not None
    deeper = pieces[1].indent >= first.indent
    return int(announces and not first.printed and len(first.text.split()) >= 4 and deeper)


def nest(pieces: Sequence[Piece]) -> tuple[int | None, ...]:
    """For each piece the position of the piece that it is nested in, or None.

    A deeper indent nests; so does a new kind of marker below a line that ends with a colon, or a
    lower one (1. → a. → i. → bullet). In a flat list, "Liver function: …" nests below a
    heading that promises "functions" in the plural.
    """
    flat = not any(p.style for p in pieces) and len({p.indent for p in pieces}) <= 1
    if flat:
        return _nest_flat(pieces)
    parents: list[int | None] = []
    stack: list[int] = []
    for k, piece in enumerate(pieces):
        while stack and not _deeper(piece, pieces[stack[-1]], [pieces[j].style for j in stack]):
            stack.pop()
        parents.append(stack[-1] if stack else None)
        stack.append(k)
    return tuple(parents)


def _deeper(piece: Piece, above: Piece, styles: list[str]) -> bool:
    if abs(piece.indent - above.indent) >= 2:
        return piece.indent > above.indent
    if piece.style == above.style or piece.style in styles:
        return False
    if above.text.endswith((":", "：")):
        return True
    return _rank(piece.style) > _rank(above.style) > 0


def _rank(style: str) -> int:
    return _RANKS.get(style, 4) if style else 0


def _nest_flat(pieces: Sequence[Piece]) -> tuple[int | None, ...]:
    parents: list[int | None] = []
    head: int | None = None
    for k, piece in enumerate(pieces):
        if head is not None and _belongs(piece.text, pieces[head].text):
            parents.append(head)
            continue
        parents.append(None)
        head = k if piece.text.endswith((":", "：")) else None
    return tuple(parents)


def _belongs(text: str, promise: str) -> bool:
    before, colon, _ = text.partition(":")
    if not colon or len(promise.split()) < 4:
        return False
    plurals = {w[:-1] for w in re.findall(r"[a-z]{4,}s\b", promise.lower())}
    return bool(plurals & set(re.findall(r"[a-z]+", before.lower())))
