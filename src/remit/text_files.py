"""Text files that people write: read as UTF-8, or refused with what is wrong and where."""

from __future__ import annotations

from pathlib import Path

from remit.errors import Place, RemitError


def read_text_file(
    path: Path,
    *,
    what: str,
    form: str,
    error: type[RemitError],
    check: str = "check the path",
    save: str = "save the file as UTF-8",
) -> str:
    """The text of a file; a mark of byte order at its start is no part of it.

    Args:
        what: the file in words, such as `the form`; `form` is what it holds, such as `JSON`.
        check: what to do when it cannot be read; `save`: when it is not UTF-8.

    Raises:
        RemitError: of the kind `error`: it cannot be read, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as found:
        raise error(
            f"{what} cannot be read",
            expected=f"a readable {form} file",
            got=found.strerror or type(found).__name__,
            next_step=check,
            place=path,
        ) from found
    except UnicodeDecodeError as found:
        raise error(
            f"{what} is not UTF-8 text",
            expected=f"{form} in UTF-8",
            got=f"a byte at position {found.start} that UTF-8 does not know",
            next_step=save,
            place=Place(str(path), found.object.count(b"\n", 0, found.start) + 1),
        ) from found
