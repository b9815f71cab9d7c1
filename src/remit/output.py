"""Writing what a user asked for: whole or not at all, and over what is there only when told to.

What is written lies in a folder beside the output until it is whole. The writer holds a lock on it,
which the system lets go when the writer ends, however it ends: so what a kill left behind is told
from what is being written, and is removed at the next run.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from pathlib import Path

from remit.errors import OutputError

if sys.platform != "win32":
    import fcntl


_MANIFEST = "manifest.json"
_REPLACES: ContextVar[bool] = ContextVar("replaces", default=False)


@contextmanager
def replacing() -> Iterator[None]:
    """Within the block outputs take the place of what is there, each once it is whole.

    A folder is replaced only where Remit wrote it, which its manifest says.
    """
    before = _REPLACES.set(True)
    try:
        yield
    finally:
        _REPLACES.reset(before)


def check_free(out: Path) -> None:
    """Nothing, when an output may be written there: asked before the work, not after it.

    Raises:
        OutputError: something is there that stays there.
    """
    if not os.path.lexists(out) or (out.is_dir() and not any(out.iterdir())):
        return
    if not _REPLACES.get():
        raise _taken(out)
    if out.is_dir() and not _is_ours(out):
        raise OutputError(
            "this folder is replaced by nobody: it is none that Remit wrote",
            expected=f"a folder whose {_MANIFEST} is one of Remit's",
            next_step="give another path, or remove the folder yourself",
            place=out,
        )


def _is_ours(folder: Path) -> bool:
    try:
        page = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(page, dict) and str(page.get("kind", "")).startswith("remit.")


def clean_leftovers(out: Path) -> tuple[Path, ...]:
    """Remove what killed runs left of an output, and return the paths; nothing that is in use."""
    return _cleaned(out.parent, _prefix(out))


@contextmanager
def new_folder(out: Path) -> Iterator[Path]:
    """A folder to fill; it becomes `out` when the block ends well, and vanishes when it does not.

    Raises:
        OutputError: `out` is a file or a folder with something in it (see `replacing`), or cannot
            be written.
    """
    try:
        check_free(out)
        with _beside(out) as folder:
            yield folder
            folder.chmod(0o755)
            check_free(out)
            if out.is_dir() and any(out.iterdir()):
                with _beside(out) as old:
                    out.rename(old / out.name)
                    folder.rename(out)
            else:
                if out.is_dir():
                    out.rmdir()
                folder.rename(out)
    except OSError as error:
        raise _cannot_write(out, error) from error


@contextmanager
def new_file(out: Path) -> Iterator[Path]:
    """A path to write to; it becomes the new file `out` when the block ends well, and only then.

    Raises:
        OutputError: something is there already, or the file cannot be written.
    """
    try:
        with _beside(out) as folder:
            beside = folder / out.name
            yield beside
            if _REPLACES.get() and not out.is_dir():
                beside.replace(out)
                return
            # A link, unlike a rename, fails where something is: no writer overwrites another.
            os.link(beside, out)
    except OSError as error:
        raise _cannot_write(out, error) from error


def write_new_file(out: Path | str, text: str) -> Path:
    """Write the text to a new file and return its path.

    Raises:
        OutputError: something is there already, or the file cannot be written.
    """
    out = Path(out)
    with new_file(out) as beside, beside.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    return out


def scratch_folder() -> AbstractContextManager[Path]:
    """A folder of this process alone, for what may lie on the disk while it is worked out."""
    return _locked_folder(Path(tempfile.gettempdir()), "remit-scratch-")


def _beside(out: Path) -> AbstractContextManager[Path]:
    out.parent.mkdir(parents=True, exist_ok=True)
    return _locked_folder(out.parent, _prefix(out))


def _prefix(out: Path) -> str:
    """How the folders begin in which an output is written."""
    return f".{out.name}.remit-"


@contextmanager
def _locked_folder(parent: Path, prefix: str) -> Iterator[Path]:
    """A new folder that vanishes after the block, unless it was moved; killed ones are removed."""
    _cleaned(parent, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    lock = _lock_of(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _cleaned(parent: Path, prefix: str) -> tuple[Path, ...]:
    """The folders of this prefix that no process holds, removed."""
    removed = []
    try:
        found = sorted(path for path in parent.iterdir() if path.name.startswith(prefix))
    except OSError:
        return ()
    for folder in found:
        lock = _lock_of(folder) if _is_old(folder) else None
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)
            if not folder.exists():
                removed.append(folder)
    return tuple(removed)


def _lock_of(folder: Path) -> int | None:
    """A lock on a folder; None where another holds it, or the system has none."""
    if sys.platform == "win32":
        return None
    try:
        lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def _is_old(folder: Path) -> bool:
    """Whether its writer has had the time to take the lock: a moment lies between the two."""
    try:
        made = folder.stat(follow_symlinks=False)
        with tempfile.TemporaryFile(dir=folder.parent) as now:
            return os.fstat(now.fileno()).st_mtime - made.st_mtime > 0.1
    except OSError:
        return False


def _taken(out: Path) -> OutputError:
    return OutputError(
        "the output exists already",
        expected="a path where nothing is",
        got="a folder" if out.is_dir() else "a file",
        next_step="give another path, or add --replace to write over what is there",
        place=out,
    )


def _cannot_write(out: Path, error: OSError) -> OutputError:
    if os.path.lexists(out):
        return _taken(out)
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
