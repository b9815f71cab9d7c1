"""Parsers in a child process, with limits on memory, time and size.

A file of a stranger may crash a parser written in C, make it run for ever or fill the memory. So it
is read by another process, and what it read comes back as a file of Arrow. A file that breaks the
reader is an error that names it; the files beside it are still read.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TypeAlias, cast

import pyarrow as pa

from remit.errors import DatasetError

if sys.platform != "win32":
    import resource

MEGABYTE = 1 << 20
# How a process ends by SIGALRM and by SIGXFSZ (POSIX; the numbers are those of Linux and macOS).
_TOO_LONG, _TOO_MUCH = -14, -25
Option: TypeAlias = str | int | bool | None
Parser: TypeAlias = Callable[..., pa.Table]


@dataclass(frozen=True, slots=True)
class Limits:
    """What the reading of one file may take.

    Attributes:
        memory: of the process, in bytes. seconds: for one file.
        size: the largest file that is read, and that is written, in bytes.
    """

    memory: int = 3072 * MEGABYTE
    seconds: float = 600
    size: int = 4096 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Job:
    """One file and what reads it.

    Attributes:
        parser: `package.module:function`; called with the path and the options.
        shown: what errors call the file; its name when empty.
    """

    parser: str
    path: Path
    options: Mapping[str, Option] = field(default_factory=dict)
    shown: str = ""

    @property
    def title(self) -> str:
        return self.shown or self.path.name


def parse_limited(
    jobs: Sequence[Job], limits: Limits | None = None
) -> tuple[pa.Table | DatasetError, ...]:
    """What each file says, or why it cannot be read; in the order of the jobs.

    All jobs share one process; where a file breaks it, another goes on behind that file.
    """
    held = Limits() if limits is None else limits
    found: list[pa.Table | DatasetError] = []
    with tempfile.TemporaryDirectory(prefix="remit-parsers-") as name:
        folder = Path(name)
        while len(found) < len(jobs):
            code = _run(jobs, len(found), folder, held)
            before = len(found)
            while len(found) < len(jobs) and (answer := _answer(folder, len(found))) is not None:
                found.append(answer)
            if len(found) < len(jobs):
                # The child ended within this file: it is the one that broke it.
                found.append(broken_reader(jobs[len(found)].title, code, held))
            assert len(found) > before, "each run settles a file"
    return tuple(found)


def _run(jobs: Sequence[Job], first: int, folder: Path, limits: Limits) -> int:
    """Run the child from a job on; how it ended, as `subprocess` tells it."""
    order = {
        "limits": asdict(limits),
        "first": first,
        "jobs": [
            {
                "parser": job.parser,
                "path": str(job.path),
                "options": dict(job.options),
                "title": job.title,
            }
            for job in jobs[first:]
        ],
    }
    (folder / "order.json").write_text(json.dumps(order), encoding="utf-8")
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        # Threads of a library reserve memory each, which counts against the limit.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "ARROW_NUM_THREADS": "1",
        "PYTHONFAULTHANDLER": "",
    }
    try:
        ran = subprocess.run(
            [sys.executable, "-m", __name__, str(folder)],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=limits.seconds * (len(jobs) - first) + 60,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return _TOO_LONG
    return ran.returncode


def _answer(folder: Path, number: int) -> pa.Table | DatasetError | None:
    """What the child said of a job; None where it came to no end."""
    failed, made = folder / f"{number}.json", folder / f"{number}.arrow"
    if failed.exists():
        try:
            said = json.loads(failed.read_text(encoding="utf-8"))
        except ValueError:
            return None
        return DatasetError(**said)
    if made.exists():
        with pa.OSFile(str(made)) as file, pa.ipc.open_file(file) as reader:
            table = reader.read_all()
        made.unlink()
        return table
    return None


def broken_reader(title: str, code: int, limits: Limits) -> DatasetError:
    """The error of a file at which its reader ended.

    Args:
        title: what it calls the file. code: how the process ended, as `subprocess` tells it.
    """
    if code == _TOO_LONG:
        what, got = "the file takes too long to read", f"more than {limits.seconds:g} seconds"
    elif code == _TOO_MUCH:
        what, got = "the file is too large", f"more than {limits.size // MEGABYTE:,} MB"
    else:
        ended = f"signal {-code}" if code < 0 else f"exit {code}"
        what = "the file breaks its reader, or needs more memory than it may have"
        got = f"the reader ended with {ended}; it may use {limits.memory // MEGABYTE:,} MB"
    return DatasetError(
        what,
        expected="a whole file of this format",
        got=got,
        next_step="write the file anew at its source; split it where it is large",
        place=title,
    )


def needs_memory(title: str, limits: Limits) -> DatasetError:
    """The error of a file that its reader has no memory for."""
    return DatasetError(
        "the file needs more memory than its reader may have",
        expected=f"at most {limits.memory // MEGABYTE:,} MB",
        next_step="split the file at its source",
        place=title,
    )


def main(folder: Path) -> None:
    """The child: each job of the order, and a file for each answer."""
    order = json.loads((folder / "order.json").read_text(encoding="utf-8"))
    limits = Limits(**order["limits"])
    bind_process(limits)
    for number, job in enumerate(order["jobs"], start=order["first"]):
        start_clock(limits.seconds)
        try:
            _keep(_parsed(job, limits), folder, number, job["title"])
        except DatasetError as error:
            _write_failure(folder, number, error, job["title"])
        except OSError as error:
            unread = DatasetError(
                "the file cannot be read",
                expected="a file that this user may read",
                got=error.strerror or type(error).__name__,
                next_step="check the file and its permissions",
                place=job["title"],
            )
            _write_failure(folder, number, unread, job["title"])
        except MemoryError:
            _write_failure(folder, number, needs_memory(job["title"], limits), job["title"])
        finally:
            start_clock(0)


def bind_process(limits: Limits) -> None:
    """Limit this process; where the system has no such limits, only the parent's clock is left."""
    if sys.platform != "win32":
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.size, limits.size))
        # The default action ends the process even within C code, where Python cannot look.
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


def start_clock(seconds: float) -> None:
    """End this process after so many seconds; never where they are 0."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)


def _keep(table: pa.Table, folder: Path, number: int, title: str) -> None:
    """Write what was read for the parent.

    Raises:
        DatasetError: there is no room for it.
    """
    part = folder / f"{number}.part"
    try:
        with pa.OSFile(str(part), "wb") as file, pa.ipc.new_file(file, table.schema) as out:
            out.write_table(table)
        part.rename(folder / f"{number}.arrow")
    except OSError as error:
        raise DatasetError(
            "what was read cannot be kept",
            expected="room for it in the folder of temporary files",
            got=error.strerror or type(error).__name__,
            next_step="free some space, or set TMPDIR to a folder that has it",
            place=title,
        ) from error


def _parsed(job: Mapping[str, object], limits: Limits) -> pa.Table:
    path, title = Path(str(job["path"])), str(job["title"])
    size = path.stat().st_size
    if size > limits.size:
        raise DatasetError(
            "the file is too large",
            expected=f"at most {limits.size // MEGABYTE:,} MB",
            got=f"{size // MEGABYTE:,} MB",
            next_step="split the file at its source",
            place=title,
        )
    module, _, function = str(job["parser"]).partition(":")
    parser = cast(Parser, getattr(importlib.import_module(module), function))
    return parser(path, **cast("dict[str, Option]", job["options"]))


def _write_failure(folder: Path, number: int, error: DatasetError, title: str) -> None:
    said = {
        "what": error.what,
        "expected": error.expected,
        "got": error.got,
        "next_step": error.next_step,
        "excerpt": error.excerpt,
        "place": str(error.place) if error.place is not None else title,
    }
    part = folder / f"{number}.failed"
    part.write_text(json.dumps(said), encoding="utf-8")
    part.rename(folder / f"{number}.json")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
