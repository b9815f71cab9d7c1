"""Writing what a user asked for: whole or not at all, and never over what is there."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from remit.errors import OutputError


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill; it becomes `out` when the block ends well, and vanishes when it does not.

    Raises:
        OutputError: `out` is a file or a folder with something in it, or cannot be written.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise OutputError(
            "the output exists already",
            expected="a path where nothing is, or an empty folder",
            next_step="give another path, or remove what is there",
            place=out,
        )
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=out.parent))
        folder.chmod(0o755)
    except OSError as error:
        raise _cannot_write(out, error) from error
    try:
        yield folder
        if out.is_dir():
            out.rmdir()
        folder.rename(out)
    except OSError as error:
        raise _cannot_write(out, error) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """A path to write to; it becomes the new file `out` when the block ends well, and only then.

    Raises:
        OutputError: something is there already, or the file cannot be written.
    """
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
            beside = Path(folder) / out.name
            yield beside
            os.link(beside, out)
    except OSError as error:
        raise _cannot_write(out, error) from error


def write_new_file(out: Path | str, text: str) -> Path:
    """Write the text to a new file and return its path.

    Raises:
        OutputError: something is there already, or the file cannot be written.
    """
    out = Path(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{out.name}.", dir=out.parent)
    except OSError as error:
        raise _cannot_write(out, error) from error
    beside = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.chmod(0o644)
        # A link, unlike a rename, fails where something is: no writer overwrites another.
        os.link(beside, out)
    except OSError as error:
        raise _cannot_write(out, error) from error
    finally:
        beside.unlink(missing_ok=True)
    return out


def _cannot_write(out: Path, error: OSError) -> OutputError:
    if os.path.lexists(out):
        return OutputError(
            "the output exists already",
            expected="a path where nothing is",
            got="a folder" if out.is_dir() else "a file",
            next_step="give another path, or remove what is there",
            place=out,
        )
    file = next((above for above in out.parents if above.is_file()), None)
    if file is not None:
        return OutputError(
            "the output cannot be written",
            expected="a path below folders only",
            got=f"{file} is a file",
            next_step="give another path",
            place=out,
        )
    return OutputError(
        "the output cannot be written",
        expected="a folder in which you may write",
        got=error.strerror or type(error).__name__,
        next_step="check the permissions and the free space, or give another path",
        place=out,
    )
