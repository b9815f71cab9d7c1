"""What an output may take the place of: what Remit wrote, whole, and nothing that is read."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from remit.errors import OutputError

_MANIFEST = "manifest.json"
# What file managers leave in folders that they show.
_OF_SYSTEMS = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})
_REPLACES: ContextVar[bool] = ContextVar("replaces", default=False)


@contextmanager
def replacing() -> Iterator[None]:
    """Within the block outputs take the place of what is there, each once it is whole.

    A folder is replaced only where Remit wrote it and all that is in it, which its manifest says.
    """
    before = _REPLACES.set(True)
    try:
        yield
    finally:
        _REPLACES.reset(before)


def replaces() -> bool:
    """Whether outputs take the place of what is there."""
    return _REPLACES.get()


def check_apart(out: Path, read: Path) -> None:
    """Nothing, when to replace an output takes nothing away from what is read.

    Raises:
        OutputError: the output is what is read, holds it, or is a file of it.
    """
    if not (_REPLACES.get() and os.path.lexists(out) and os.path.lexists(read)):
        return
    kept, gone = Path(os.path.realpath(read)), Path(os.path.realpath(out))
    if kept.is_relative_to(gone) or (
        gone.is_relative_to(kept) and _is_named(gone.relative_to(kept), _kind_and_names(kept)[1])
    ):
        raise OutputError(
            "what is read would be replaced",
            expected="an output apart from the dataset, the study and the files that are read",
            next_step="give another path",
            place=out,
        )


def check_ours(folder: Path) -> None:
    """Nothing, when Remit wrote the folder and all that is in it.

    Raises:
        OutputError: it did not.
    """
    kind, names = _kind_and_names(folder)
    if not kind:
        raise OutputError(
            "this folder is replaced by nobody: it is none that Remit wrote",
            expected=f"a folder whose {_MANIFEST} is one of Remit's",
            next_step="give another path, or remove the folder yourself",
            place=folder,
        )
    for above, folders, files in os.walk(folder):
        links = [name for name in folders if Path(above, name).is_symlink()]
        for path in (Path(above, name) for name in sorted([*links, *files])):
            if path.name not in _OF_SYSTEMS and not _is_named(path.relative_to(folder), names):
                raise OutputError(
                    "this folder holds a file that Remit did not write, and is not replaced",
                    expected=f"the files that its {_MANIFEST} names",
                    got=str(path.relative_to(folder)),
                    next_step="move that file elsewhere, or give another path",
                    place=folder,
                )


def _kind_and_names(folder: Path) -> tuple[str, frozenset[str]]:
    """What Remit wrote a folder as, empty where it did not, and the paths that it names."""
    try:
        page = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        kind = str(page["kind"])
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return "", frozenset()
    return (kind, frozenset(_files_in(page))) if kind.startswith("remit.") else ("", frozenset())


def _files_in(page: object) -> Iterator[str]:
    """The files that a manifest names; each kind names them elsewhere, by `file` or `files`."""
    waiting = [page]
    while waiting:
        match waiting.pop():
            case {"file": str() as file, **others}:
                yield file
                waiting += others.values()
            case {"files": dict() | list() as files, **others}:
                yield from map(str, files)
                waiting += others.values()
            case dict() as entries:
                waiting += entries.values()
            case list() as entries:
                waiting += entries


def _is_named(path: Path, names: frozenset[str]) -> bool:
    """Whether a manifest names a file, or a folder that holds it."""
    of_manifest = str(path) in {_MANIFEST, f"{_MANIFEST}.signature"}
    return of_manifest or any(each.as_posix() in names for each in (path, *path.parents))


def check_kind(new: Path, old: Path) -> None:
    """Nothing, when the one folder may stand for the other: a screening for no dataset.

    Raises:
        OutputError: it may not.
    """
    kinds = [_kind_and_names(folder)[0] for folder in (new, old)]
    if kinds[0] != kinds[1]:
        raise OutputError(
            "this folder holds something else, and is not replaced",
            expected=kinds[0] or "nothing",
            got=kinds[1],
            next_step="give another path, or remove the folder yourself",
            place=old,
        )
