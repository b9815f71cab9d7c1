"""Files of a dataset that stay open: what was verified is read, whatever its name leads to."""

from __future__ import annotations

import hashlib
import io
import os
import stat
import threading
import weakref
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pyarrow as pa

from remit.errors import DatasetError

FileT = TypeVar("FileT")

AGAIN = "copy the dataset again from its source, or write it anew"
_PIECE = 1 << 20
# What comes of bytes that are no Parquet file: Arrow's own errors (no sound type, a codec or type
# that it lacks), OSError from the decoders of Thrift and of pages, and the error of Python that a
# name raises which is no UTF-8.
UNREADABLE = (pa.ArrowException, OSError, UnicodeDecodeError)


class OpenFile:
    """One open file. Its size and the times of its last change are those at opening.

    Reading it refuses what was changed since; another file under its name changes nothing. The time
    of writing can be set back; so where the system's own time of change differs, the bytes are
    hashed again and held against those of the first hash.
    """

    def __init__(self, path: Path, descriptor: int, state: os.stat_result) -> None:
        self.path = path
        self._descriptor = descriptor
        self._state = state
        self._changed = state.st_ctime_ns
        self._first: str | None = None
        self._lock = threading.Lock()
        self._closing = weakref.finalize(self, os.close, descriptor)

    @property
    def size(self) -> int:
        """Its bytes."""
        return self._state.st_size

    def read_at(self, offset: int, count: int) -> bytes:
        """Up to `count` bytes from `offset`; fewer at the end only.

        Raises:
            DatasetError: the dataset was closed.
        """
        self._check_open()
        pieces: list[bytes] = []
        while count and (piece := self._piece(offset, count)):
            pieces.append(piece)
            offset, count = offset + len(piece), count - len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _piece(self, offset: int, count: int) -> bytes:
        # A forked process shares the file's one position, and no lock: so it is not used.
        if hasattr(os, "pread"):
            return os.pread(self._descriptor, count, offset)
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, count)

    @property
    def descriptor(self) -> int:
        """Its number in this process; it is closed with the file."""
        self._check_open()
        return self._descriptor

    def sha256(self) -> str:
        """The hash of its bytes, as hexadecimal text."""
        digest = hashlib.sha256()
        for offset in range(0, self.size, _PIECE):
            digest.update(self.read_at(offset, _PIECE))
        found = digest.hexdigest()
        self._first = self._first or found
        return found

    def source(self) -> pa.NativeFile:
        """The file as Arrow reads it; each has a position of its own."""
        return pa.PythonFile(_Cursor(self), mode="r")

    def check_unchanged(self) -> None:
        """Nothing, when its bytes are those that were there at opening.

        Raises:
            DatasetError: it was written to since.
        """
        self._check_open()
        now = os.fstat(self._descriptor)
        held = self._state
        same = (now.st_size, now.st_mtime_ns) == (held.st_size, held.st_mtime_ns)
        if same and now.st_ctime_ns != self._changed:
            # A new name, a right or a copy's link change this time too, but not the bytes.
            same = self._first is not None and self.sha256() == self._first
            self._changed = now.st_ctime_ns if same else self._changed
        if not same:
            raise DatasetError(
                "the file was written to while the dataset was open",
                expected="the bytes that were verified",
                got="a file changed since",
                next_step="open the dataset again; write a new one rather than change this",
                place=self.path,
            )

    def check_name(self) -> None:
        """Nothing, when its name still leads to it: for a reader that goes by names.

        Raises:
            DatasetError: the file was moved, removed or replaced, or written to.
        """
        self.check_unchanged()
        named = os.stat(self.path) if self.path.exists() else None
        held = self._state
        if named is None or (named.st_dev, named.st_ino) != (held.st_dev, held.st_ino):
            raise DatasetError(
                "the file was moved or replaced while the dataset was open",
                expected="the file that was verified",
                got="nothing" if named is None else "another file",
                next_step="open the dataset again",
                place=self.path,
            )

    def _check_open(self) -> None:
        if not self._closing.alive:
            raise DatasetError(
                "the dataset was closed",
                expected="rows read while it is open",
                next_step="open it again, or read inside the `with` block",
                place=self.path,
            )

    def close(self) -> None:
        """Let the file go; what was read stays."""
        self._closing()


def open_file(path: Path) -> OpenFile:
    """The file at a path, open for reading.

    Raises:
        DatasetError: there is none, or it cannot be read.
    """
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags)
    except FileNotFoundError:
        raise DatasetError(
            "the file is missing",
            expected="every file that the manifest lists",
            got="nothing",
            next_step=AGAIN,
            place=path,
        ) from None
    except OSError as error:
        raise DatasetError(
            "the file cannot be read",
            expected="a file that you may read",
            got=error.strerror or type(error).__name__,
            next_step="check the permissions, and how many files may be open at once",
            place=path,
        ) from error
    state = os.fstat(descriptor)
    if not stat.S_ISREG(state.st_mode):  # a pipe would be waited for, a folder cannot be read
        os.close(descriptor)
        raise DatasetError(
            "this is no file",
            expected="a file of the dataset",
            got="a folder" if stat.S_ISDIR(state.st_mode) else "a pipe, a socket or a device",
            next_step=AGAIN,
            place=path,
        )
    return OpenFile(path, descriptor, state)


def hashes_of(files: Iterable[OpenFile]) -> tuple[str, ...]:
    """The sha256 of each file, in the order given; large ones are read in threads."""
    files = tuple(files)
    return _each_hashed(OpenFile.sha256, files, size=sum(file.size for file in files))


def hash_files(paths: Iterable[Path]) -> tuple[str, ...]:
    """The sha256 of each file, as hexadecimal text, in the order given."""

    def hashed(path: Path) -> str:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()

    paths = tuple(paths)
    return _each_hashed(hashed, paths, size=sum(path.stat().st_size for path in paths))


def _each_hashed(
    hashed: Callable[[FileT], str], files: Sequence[FileT], *, size: int
) -> tuple[str, ...]:
    if len(files) == 1 or size < 4 * _PIECE:
        return tuple(map(hashed, files))  # sooner done than threads are started
    with ThreadPoolExecutor() as pool:
        return tuple(pool.map(hashed, files))


class _Cursor(io.RawIOBase):
    """A position in an open file."""

    def __init__(self, file: OpenFile) -> None:
        super().__init__()
        self._file = file
        self._at = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._at, os.SEEK_END: self._file.size}[whence]
        self._at = start + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        left = max(self._file.size - self._at, 0)
        found = self._file.read_at(self._at, left if size is None or size < 0 else min(size, left))
        self._at += len(found)
        return found


def read_parquet(file: OpenFile, read: Callable[[], pa.Table]) -> pa.Table:
    """The rows that `read` takes from the file, which are of the bytes that were verified.

    Raises:
        DatasetError: the file was changed since it was verified, or Parquet cannot read it.
    """
    try:
        return read()
    except UNREADABLE:
        pass  # the message may tell a value; so no traceback may lead to it
    finally:  # bytes that were changed may be none that Parquet can read
        file.check_unchanged()
    raise DatasetError(
        "the rows of the file cannot be read",
        expected="a Parquet file that is whole",
        got="the bytes of the manifest, which Parquet cannot read",
        next_step=AGAIN,
        place=file.path,
    )
