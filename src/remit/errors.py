"""The errors that Remit raises on bad input, one class and one exit code a kind.

Every message says four things: what is wrong, what was expected, what was got and what to do.
No message holds a patient's value.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.terminal import one_line, visible_text


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input an error lies. Lines and columns count from 1."""

    source: str
    line: int | None = None
    column: int | None = None

    def __str__(self) -> str:
        parts = [self.source]
        if self.line is not None:
            parts.append(str(self.line))
            if self.column is not None:
                parts.append(str(self.column))
        return ":".join(parts)


class RemitError(Exception):
    """An error that the user can mend.

    Args:
        what: what is wrong, one sentence without a full stop.
        expected: what was expected instead.
        got: what was found.
        next_step: what the user can do now.
        place: the file or text, with line and column where known.
        excerpt: lines to show below, such as a text with a caret.
        others: further errors of the same input, shown below this one.
    """

    exit_code = 1

    def __init__(
        self,
        what: str,
        *,
        expected: str | None = None,
        got: str | None = None,
        next_step: str | None = None,
        place: Place | str | Path | None = None,
        excerpt: str | None = None,
        others: Sequence[RemitError] = (),
    ) -> None:
        self.what = what
        self.expected = expected
        self.got = got
        self.next_step = next_step
        self.place = Place(str(place)) if isinstance(place, str | Path) else place
        self.excerpt = excerpt
        self.others = tuple(others)
        super().__init__(self.render())

    def __reduce__(self) -> tuple[object, ...]:
        """How another process makes the same error: by its parts, not by its rendered text."""
        parts = self.what, self.expected, self.got, self.next_step, self.place, self.excerpt
        return _again, (type(self), *parts, self.others)

    @property
    def each(self) -> tuple[RemitError, ...]:
        """This error by itself, and the others of the same input."""
        alone = type(self)(
            self.what,
            expected=self.expected,
            got=self.got,
            next_step=self.next_step,
            place=self.place,
            excerpt=self.excerpt,
        )
        return alone, *self.others

    def render(self) -> str:
        """The message; what a file says in it neither acts on a terminal nor begins a line."""
        head = f"{self.place}: {self.what}" if self.place is not None else self.what
        lines = [one_line(head)]
        if self.excerpt:
            lines.append(visible_text(self.excerpt))
        if self.expected:
            lines.append(f"  expected: {one_line(self.expected)}")
        if self.got:
            lines.append(f"  got:      {one_line(self.got)}")
        if self.next_step:
            lines.append(f"  do:       {one_line(self.next_step)}")
        lines += [other.render() for other in self.others]
        if self.others:
            lines.append(f"{1 + len(self.others)} errors in all")
        return "\n".join(lines)


def _again(
    kind: type[RemitError],
    what: str,
    expected: str | None,
    got: str | None,
    next_step: str | None,
    place: Place | None,
    excerpt: str | None,
    others: tuple[RemitError, ...],
) -> RemitError:
    return kind(
        what,
        expected=expected,
        got=got,
        next_step=next_step,
        place=place,
        excerpt=excerpt,
        others=others,
    )


def all_in_one(errors: Sequence[RemitError]) -> RemitError:
    """The first of some errors, of its own kind, with the others below it.

    >>> print(all_in_one([PageError("one"), PageError("two")]))
    one
    two
    2 errors in all
    """
    first, *others = (one for error in errors for one in error.each)
    return type(first)(
        first.what,
        expected=first.expected,
        got=first.got,
        next_step=first.next_step,
        place=first.place,
        excerpt=first.excerpt,
        others=others,
    )


class PageError(RemitError):
    """A registry page that cannot be read."""

    exit_code = 3


class ProtocolError(RemitError):
    """A protocol file that breaks the schema or contradicts itself."""

    exit_code = 4


class ExpressionError(RemitError):
    """An expression of the criterion language that does not parse or does not type-check."""

    exit_code = 5


class DatasetError(RemitError):
    """A dataset of facts that is incomplete, damaged or of the wrong type."""

    exit_code = 6


class UnitError(RemitError):
    """A unit that the closed table does not know, or a conversion that has no meaning."""

    exit_code = 7


class ConceptError(RemitError):
    """A concept dictionary entry that is wrong or unknown."""

    exit_code = 8


class InstrumentError(RemitError):
    """An instrument or response definition that is wrong or unknown, or items that do not fit."""

    exit_code = 10


class MethodError(RemitError):
    """Numbers that a statistical method cannot take, or a method that nobody knows."""

    exit_code = 11


class PrintedTableError(RemitError):
    """Printed numbers that cannot be read, or that can be read in two ways."""

    exit_code = 12


class OmicsError(RemitError):
    """Samples, or values measured in them, that cannot be read, joined or analysed as asked."""

    exit_code = 13


class OutputError(RemitError):
    """An output path that exists already or cannot be written."""

    exit_code = 9
