"""Writing a report: whole or not at all, and never over another file."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from remit.errors import OutputError


def write_report(path: Path | str, html: str) -> Path:
    """Write the page to a new file and return its path.

    Raises:
        OutputError: something is there already, or the file cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError as error:
        raise _cannot_write(path, error) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(html)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        # A link, unlike a rename, fails where something is: no writer overwrites another.
        os.link(beside, path)
    except FileExistsError as error:
        raise OutputError(
            "the output exists already",
            expected="a path where nothing is",
            next_step="give another path, or remove what is there",
            place=path,
        ) from error
    except OSError as error:
        raise _cannot_write(path, error) from error
    finally:
        beside.unlink(missing_ok=True)
    return path


def _cannot_write(path: Path, error: OSError) -> OutputError:
    return OutputError(
        "the output cannot be written",
        got=error.strerror or type(error).__name__,
        next_step="check the permissions and the free space, or give another path",
        place=path,
    )
