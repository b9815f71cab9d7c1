"""Writing what a user asked for: whole or not at all, and over what is there only when told to.

What is written lies in a folder beside the output until it is whole. The writer holds a lock on it,
which the system lets go when the writer ends, however it ends: so what a kill left behind is told
from what is being written, and is removed at the next run.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from remit.errors import OutputError
from remit.replacement import check_kind, check_ours, replaces

if sys.platform != "win32":
    import fcntl


# Under this name lies for a moment what another takes the place of.
_REPLACED = ".replaced"


def check_free(out: Path) -> None:
    """Nothing, when an output may be written there: asked before the work, not after it.

    Raises:
        OutputError: something is there that stays there.
    """
    if not os.path.lexists(out) or (out.is_dir() and not any(out.iterdir())):
        return
    if not replaces() or not out.exists():  # a link that leads nowhere is nothing to replace
        raise _taken(out)
    if out.is_dir():
        check_ours(out)


def _exchange(new: Path, out: Path, old: Path) -> None:
    """Put the new in the place of the old, which is back in it whatever stops that in between."""
    try:
        out.rename(old)
        new.rename(out)
    except BaseException:
        if not os.path.lexists(out):
            old.rename(out)
        raise


def clean_leftovers(out: Path) -> tuple[Path, ...]:
    """Remove what killed runs left of an output, and return the paths; nothing that is in use.

    What a run was about to replace when it was killed is put back.
    """
    return _cleaned(out.parent, _prefix(out), out)


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
                check_kind(folder, out)
                with _beside(out) as aside:
                    _exchange(folder, out, aside / _REPLACED)
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
            if replaces() and not out.is_dir():
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


def scratch_folder(*, beside: Path | None = None) -> AbstractContextManager[Path]:
    """A folder of this process alone, for what may lie on the disk while it is worked out.

    Args:
        beside: an output: what is large lies on the disk of that, since a temporary one may be in
            memory.
    """
    if beside is not None:
        return _beside(beside)
    return _locked_folder(Path(tempfile.gettempdir()), "remit-scratch-")


def _beside(out: Path) -> AbstractContextManager[Path]:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(out, error) from error
    return _locked_folder(out.parent, _prefix(out), out)


def _prefix(out: Path) -> str:
    """How the folders begin in which an output is written."""
    return f".{out.name}.remit-"


@contextmanager
def _locked_folder(parent: Path, prefix: str, out: Path | None = None) -> Iterator[Path]:
    """A new folder that vanishes after the block, unless it was moved; killed ones are removed."""
    _cleaned(parent, prefix, out)
    try:
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
    except OSError as error:
        raise _cannot_write(parent / prefix if out is None else out, error) from error
    lock = _lock_of(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        if lock is not None:
            os.close(lock)


def _cleaned(parent: Path, prefix: str, out: Path | None = None) -> tuple[Path, ...]:
    """The folders of this prefix that no process holds, removed; what stood at `out` is back."""
    removed = []
    try:
        names = sorted(name for name in os.listdir(parent) if name.startswith(prefix))
    except OSError:
        return ()
    for folder in (parent / name for name in names):
        lock = _lock_of(folder) if _is_old(folder) else None
        if lock is not None:
            if out is not None and (folder / _REPLACED).exists() and not os.path.lexists(out):
                (folder / _REPLACED).rename(out)
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
    again = "give another path, or add --replace to write over what is there"
    return OutputError(
        "the output exists already",
        expected="a path where nothing is",
        got="a link" if out.is_symlink() else "a folder" if out.is_dir() else "a file",
        next_step="give another path" if replaces() else again,
        place=out,
    )


def _cannot_write(out: Path, error: OSError) -> OutputError:
    if os.path.lexists(out) and not replaces():
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
