"""The text of a saved page: read from disk, and refused where it can hold no page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from remit.errors import PageError, Place

MAX_BYTES = 5_000_000


def load_text(path: Path) -> str:
    """The text of a page on disk, as UTF-8 without a byte-order mark.

    Raises:
        PageError: the file is missing, a folder, unreadable, over 5 MB, binary or not UTF-8.
    """
    source = str(path)
    if path.is_dir():
        raise PageError(
            "this is a folder, not a page",
            expected="one file that holds one registry page",
            got="a folder",
            next_step=f"name the pages in it, for example {path / '*.txt'}",
            place=source,
        )
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _too_big(source, size)
        raw = path.read_bytes()
    except FileNotFoundError as error:
        raise PageError(
            "no such file",
            expected="a registry page saved as text or JSON",
            got="nothing at that path",
            next_step="check the path, or save the page there first",
            place=source,
        ) from error
    except OSError as error:
        raise PageError(
            "the file cannot be read",
            expected="a file that you may read",
            got=error.strerror or type(error).__name__,
            next_step="check the path and the permissions of the file",
            place=source,
        ) from error
    return _decode(raw, source)


def _decode(raw: bytes, source: str) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PageError(
            "the page is not UTF-8",
            expected="UTF-8 text",
            got="a UTF-16 byte-order mark at byte 0",
            next_step="save the page again as UTF-8",
            place=Place(source, 1),
        )
    nul = raw.find(b"\0")
    if nul >= 0:
        raise PageError(
            "the file is binary, not a page",
            expected="text",
            got=f"a NUL byte at byte {nul}",
            next_step="save the page as plain text or JSON and read that file",
            place=Place(source, raw.count(b"\n", 0, nul) + 1),
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The decoder of "utf-8-sig" counts from after the mark.
        start = error.start + (3 if raw.startswith(b"\xef\xbb\xbf") else 0)
        place = Place(source, raw.count(b"\n", 0, start) + 1)
        raise _not_utf8(raw[start], start, place) from error


def decoded_lines(stream: BinaryIO, source: str) -> Iterator[str]:
    """The lines of a stream as text with their ends, without a byte-order mark; one in memory.

    Raises:
        PageError: a line is not UTF-8; those before it were given.
    """
    before = 0
    for number, raw in enumerate(stream, start=1):
        try:
            text = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            place = Place(source, number)
            raise _not_utf8(raw[error.start], before + error.start, place) from error
        yield text.removeprefix("\ufeff") if number == 1 else text
        before += len(raw)


def _not_utf8(byte: int, offset: int, place: Place) -> PageError:
    return PageError(
        "the page is not UTF-8",
        expected="UTF-8 text",
        got=f"byte 0x{byte:02x} at byte offset {offset}",
        next_step="save the page again as UTF-8",
        place=place,
    )


def check_text(text: str, source: str) -> None:
    """Refuse a text that holds no page.

    Raises:
        PageError: the text is empty, only blank, over 5 MB or holds NUL characters.
    """
    if len(text) > MAX_BYTES // 4:
        size = len(text.encode("utf-8", "surrogatepass"))
        if size > MAX_BYTES:
            raise _too_big(source, size)
    nul = text.find("\0")
    if nul >= 0:
        raise PageError(
            "the text is binary, not a page",
            expected="text",
            got=f"a NUL character at position {nul}",
            next_step="save the page as plain text or JSON and read that",
            place=Place(source, text.count("\n", 0, nul) + 1),
        )
    if not text.strip():
        raise PageError(
            "the page is empty",
            expected="the text of a registry page",
            got="no text" if not text else "only blanks and line ends",
            next_step="save the page again; the site may not have finished loading",
            place=Place(source, 1) if text else source,
        )


def _too_big(source: str, size: int) -> PageError:
    return PageError(
        "the page is too big",
        expected=f"at most {MAX_BYTES:,} bytes",
        got=f"{size:,} bytes",
        next_step="save one trial's page alone; a registry export is split into pages first",
        place=source,
    )
