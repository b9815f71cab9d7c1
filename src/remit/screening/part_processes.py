"""Processes that work on the parts of a dataset, each a copy of this one.

Threads take turns at Python's lock; processes do not. A copy shares what is in memory, so nothing
is opened anew, and it sends back what it worked out. Linux alone has copies that may be trusted:
on macOS a copied process may not use the system's libraries, and Windows has none.
"""

from __future__ import annotations

import os
import pickle
import select
import signal
import struct
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import NoReturn, TypeVar, cast

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.process_copies import may_be_copied
from remit.facts.reading import Part

_NUMBER = struct.Struct("<q")
_PIPE = 1 << 20  # bytes that a pipe holds: the most that a user may ask for
_Result = TypeVar("_Result")
_Task = TypeVar("_Task")


@dataclass(frozen=True, slots=True)
class _Worker:
    """A process, and the ends of its pipes that are held here."""

    process: int
    tasks: int
    answers: int


def may_copy(parts: Sequence[Part] = ()) -> bool:
    """Whether copies of this process may work, and on these parts.

    Not where the rows come over a connection that two cannot share.
    """
    return may_be_copied() and all(getattr(part, "copies_may_read", False) for part in parts)


def answers_of_copies(
    parts: Sequence[_Task], work_out: Callable[[_Task], _Result], *, count: int
) -> Iterator[_Result]:
    """What is worked out of each part, in order, by copies of this process.

    Args:
        work_out: its result can be pickled; what else it changes is changed in the copy alone.
        count: how many copies.

    Raises:
        DatasetError: a copy ended before its answer was whole. What `work_out` raises comes here.
    """
    workers: list[_Worker] = []
    try:
        for _ in range(min(count, len(parts))):
            workers.append(_copy(parts, work_out, workers))
        for answer in _in_order(workers, len(parts)):
            yield cast(_Result, answer)
    finally:  # an error, Ctrl-C, or nobody asks for more
        for worker in workers:
            _end(worker)


def _in_order(workers: Sequence[_Worker], count: int) -> Iterator[object]:
    """Answers in the order of the parts; few lie here before their turn comes."""
    idle = list(workers)
    busy: dict[int, tuple[_Worker, int]] = {}
    ready: dict[int, object] = {}
    given = 0
    for wanted in range(count):
        while True:
            while idle and given < min(count, wanted + 2 * len(workers)):
                worker = idle.pop()
                os.write(worker.tasks, _NUMBER.pack(given))
                busy[worker.answers] = worker, given
                given += 1
            if wanted in ready:
                break
            for pipe in select.select(list(busy), (), ())[0]:
                worker, number = busy.pop(pipe)
                ready[number] = _answer(worker)
                idle.append(worker)
        yield ready.pop(wanted)


def _answer(worker: _Worker) -> object:
    """The answer that a worker begins to send."""
    count = _NUMBER.unpack(_read(worker, _NUMBER.size))[0]
    sizes = struct.unpack(f"<{count}q", _read(worker, count * _NUMBER.size))
    text, *buffers = [_read(worker, size) for size in sizes]
    found, error = pickle.loads(text, buffers=buffers)
    if error is not None:
        raise error
    answer: object = found
    return answer


def _read(worker: _Worker, size: int) -> bytearray:
    """So many bytes of an answer."""
    found = bytearray(size)
    view, at = memoryview(found), 0
    while at < size:
        got = os.readv(worker.answers, [view[at:]])
        if got == 0:
            raise DatasetError(
                "a process that worked on a part of the dataset ended too soon",
                expected="an answer of each part; no result is made of some",
                got=_ending(worker),
                next_step="look whether the memory was used up, and try again",
            )
        at += got
    return found


def _ending(worker: _Worker) -> str:
    """How a worker ended that closed its pipe."""
    status = os.waitid(os.P_PID, worker.process, os.WEXITED | os.WNOWAIT)
    if status is None or status.si_code == os.CLD_EXITED:
        return "its end"
    return f"its end by {signal.Signals(status.si_status).name}"


def _end(worker: _Worker) -> None:
    with suppress(ProcessLookupError):
        os.kill(worker.process, signal.SIGKILL)
    os.close(worker.tasks)
    os.close(worker.answers)
    with suppress(ChildProcessError):
        os.waitpid(worker.process, 0)


def _copy(
    parts: Sequence[_Task], work_out: Callable[[_Task], object], before: Sequence[_Worker]
) -> _Worker:
    """A copy of this process that waits for the numbers of parts."""
    tasks, to_worker = os.pipe()
    from_worker, answers = os.pipe()
    with warnings.catch_warnings():
        # Python warns of any thread, also of those that libraries keep for later and that wait.
        warnings.simplefilter("ignore", DeprecationWarning)
        process = os.fork()
    if process == 0:
        # Else it would go on to wait when the process that asks is gone.
        for pipe in (to_worker, from_worker, *(p for w in before for p in (w.tasks, w.answers))):
            os.close(pipe)
        _work(parts, work_out, tasks, answers)
    os.close(tasks)
    os.close(answers)
    _widen(from_worker)
    return _Worker(process, to_worker, from_worker)


def _widen(pipe: int) -> None:
    """Let a pipe hold more, so that the two sides wait for each other less often."""
    import fcntl

    with suppress(OSError):  # no more is allowed: it works as well
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE)


def _work(
    parts: Sequence[_Task], work_out: Callable[[_Task], object], tasks: int, answers: int
) -> NoReturn:
    """Answer until nobody asks any more; nothing of the copied process is cleaned up or printed."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks ends this one
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        pa.set_cpu_count(1)  # the other processors have copies of their own
        while task := os.read(tasks, _NUMBER.size):
            _send(answers, _outcome(work_out, parts[_NUMBER.unpack(task)[0]]))
    except BaseException:  # noqa: BLE001 - whoever asks sees that the answer is not whole
        os._exit(1)
    os._exit(0)


def _outcome(work_out: Callable[[_Task], object], part: _Task) -> tuple[object, Exception | None]:
    """What was worked out, or what went wrong."""
    try:
        return work_out(part), None
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is asked for
        return None, error


def _send(pipe: int, outcome: tuple[object, Exception | None]) -> None:
    """Write an outcome: how many pieces, their sizes, and the pieces; arrays as they lie."""
    buffers: list[pickle.PickleBuffer] = []
    text = pickle.dumps(outcome, protocol=5, buffer_callback=buffers.append)
    pieces = [memoryview(text), *(buffer.raw() for buffer in buffers)]
    sizes = [piece.nbytes for piece in pieces]
    head = struct.pack(f"<{1 + len(sizes)}q", len(sizes), *sizes)
    for piece in (memoryview(head), *pieces):
        at = 0
        while at < piece.nbytes:
            at += os.write(pipe, piece[at:])
