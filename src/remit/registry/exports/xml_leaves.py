"""The records of an XML file as leaves, one record at a time, whatever the size of the file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from xml.parsers import expat

from remit.errors import PageError, Place
from remit.registry.exports.leaf import Leaf

MAX_DEPTH = 200
_PIECE = 1 << 16  # bytes


@dataclass(slots=True)
class _Element:
    tag: str
    line: int
    attributes: dict[str, str]
    text: list[str] = field(default_factory=list)
    children: list[_Element] = field(default_factory=list)


def xml_records(stream: BinaryIO, source: str, item: str) -> Iterator[tuple[Leaf, ...]]:
    """The leaves of each element `item`, in the order of the file; memory holds one of them.

    A path names the elements below the item; attributes follow "@". An element that occurs twice
    below one parent carries its place: "arm_group[1].arm_group_label".

    Raises:
        PageError: the file is no XML, is cut off, nests deeper than 200 levels, or declares
            entities of its own. What was read before the fault was given already.
    """
    reader = _Reader(source, item)
    while piece := stream.read(_PIECE):
        yield from reader.feed(piece)
    yield from reader.close()


class _Reader:
    def __init__(self, source: str, item: str) -> None:
        self._source, self._item = source, item
        self._open: list[_Element] = []
        self._depth = 0
        self._done: list[tuple[Leaf, ...]] = []
        self._parser = expat.ParserCreate()
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text
        self._parser.EntityDeclHandler = self._entity

    def feed(self, piece: bytes, *, last: bool = False) -> Iterator[tuple[Leaf, ...]]:
        fault: PageError | None = None
        try:
            self._parser.Parse(piece, last)
        except expat.ExpatError as error:
            fault = self._fault(expat.ErrorString(error.code), error.lineno)
            fault.__cause__ = error
        except PageError as error:
            fault = error
        except (LookupError, ValueError) as error:  # of an encoding that Python or expat has not
            fault = self._fault(f"an encoding that is not read ({error})", 1)
            fault.__cause__ = error
        done, self._done = self._done, []
        yield from done
        if fault is not None:
            raise fault

    def close(self) -> Iterator[tuple[Leaf, ...]]:
        yield from self.feed(b"", last=True)

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise self._fault(f"more than {MAX_DEPTH} levels", self._parser.CurrentLineNumber)
        if not self._open and tag != self._item:
            return
        element = _Element(tag, self._parser.CurrentLineNumber, attributes)
        if self._open:
            self._open[-1].children.append(element)
        self._open.append(element)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if not self._open:
            return
        element = self._open.pop()
        if not self._open:
            self._done.append(tuple(_leaves(element, "")))

    def _text(self, text: str) -> None:
        if self._open:
            self._open[-1].text.append(text)

    def _entity(self, *_: object) -> None:
        raise self._fault("a declaration of entities", self._parser.CurrentLineNumber)

    def _fault(self, got: str, line: int) -> PageError:
        return PageError(
            "the XML cannot be read",
            expected="a whole XML file without entities of its own, as a registry exports it",
            got=got,
            next_step="export or download it again; the file may be cut off",
            place=Place(self._source, line),
        )


def _leaves(element: _Element, path: str) -> Iterator[Leaf]:
    for name, value in element.attributes.items():
        yield Leaf(f"{path}@{name}" if path else f"@{name}", value, element.line, element.line)
    text = "".join(element.text)
    if text.strip():
        last = element.line + text.rstrip().count("\n")
        yield Leaf(path or "#text", text, element.line, last)
    often = Counter(child.tag for child in element.children)
    seen: Counter[str] = Counter()
    for child in element.children:
        name = child.tag if often[child.tag] == 1 else f"{child.tag}[{seen[child.tag]}]"
        seen[child.tag] += 1
        yield from _leaves(child, f"{path}.{name}" if path else name)
