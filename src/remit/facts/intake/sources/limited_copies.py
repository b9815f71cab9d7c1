"""Readers in copies of this process, each within limits; what they say comes in the order asked.

A copy shares what is in memory and Python's seed of hashes, so that it starts at once and names
things as this process does. Each takes the next task and says what it found, answer by answer.
Whatever breaks a copy is an error that names its file. Linux alone has copies that may be trusted.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import warnings
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Generic, NoReturn, Protocol, TypeVar

from remit.facts.intake.sources.limited_process import (
    Limits,
    bind_process,
    broken_reader,
    needs_memory,
    start_clock,
)
from remit.facts.process_copies import may_be_copied

_MOST = 2  # copies
_AHEAD = 2  # tasks that a copy has at once, so that it never waits for the next


class ReadTask(Protocol):
    """What a copy is asked to read: some files, or a part of one."""

    def title(self, place: int) -> str:
        """What errors call one of its files."""


_Task = TypeVar("_Task", bound=ReadTask)
_Said = TypeVar("_Said")


@dataclass(frozen=True, slots=True)
class Reached:
    """A copy says which of the files of its task it begins."""

    place: int


@dataclass(frozen=True, slots=True)
class _Ended:
    """A copy says that its task is done, or what went wrong."""

    error: Exception | None = None


@dataclass(slots=True)
class _Copy(Generic[_Task, _Said]):
    """A copy, the pipe to it, and its tasks with the answers that wait for their turn."""

    process: BaseProcess
    pipe: Connection
    tasks: deque[_Given[_Task, _Said]] = field(default_factory=deque)


@dataclass(slots=True)
class _Given(Generic[_Task, _Said]):
    """A task that a copy has, and what was said of it and is not yet asked for."""

    task: _Task
    place: int = 0
    said: deque[_Said | _Ended] = field(default_factory=deque)


def copy_count() -> int:
    """How many copies of this process may read: as many as processors may be used, up to two."""
    if multiprocessing.current_process().daemon or not may_be_copied():
        return 0
    return min(_MOST, len(os.sched_getaffinity(0)))


def answers_in_order(
    tasks: Iterable[_Task],
    work: Callable[[_Task, int], Iterator[_Said | Reached]],
    *,
    count: int,
    limits: Limits,
) -> Iterator[_Said]:
    """What copies of this process say of some tasks, in the order of these.

    Args:
        work: gives the answers to a task, in the copy of a number; they can be pickled.
        count: how many copies.
        limits: of each; the memory beside what this process has, the time from answer to answer.

    Raises:
        DatasetError: a file that breaks its reader. What `work` raises comes here in its turn.
    """
    copies: list[_Copy[_Task, _Said]] = []
    try:
        for number in range(count):
            copies.append(_begun(work, number, limits, [copy.pipe for copy in copies]))
        yield from _in_order(copies, iter(tasks), limits)
    finally:  # an error, Ctrl-C, or nobody asks for more
        for copy in copies:
            _end(copy)


def _in_order(
    copies: Sequence[_Copy[_Task, _Said]], tasks: Iterator[_Task], limits: Limits
) -> Iterator[_Said]:
    order: deque[_Given[_Task, _Said]] = deque()
    while True:
        _give(copies, tasks, order, limits)
        if not order:
            return
        said = order[0].said
        while not said:
            speaking = wait([copy.pipe for copy in copies if copy.tasks])
            for copy in copies:
                if copy.pipe in speaking:
                    _receive(copy, limits)
            _give(copies, tasks, order, limits)
        answer = said.popleft()
        if not isinstance(answer, _Ended):
            yield answer
        elif answer.error is not None:
            raise answer.error
        else:
            order.popleft()


def _give(
    copies: Sequence[_Copy[_Task, _Said]],
    tasks: Iterator[_Task],
    order: deque[_Given[_Task, _Said]],
    limits: Limits,
) -> None:
    """Hand out tasks; few answers lie here before their turn comes."""
    while len(order) < 2 * _AHEAD * len(copies):
        copy = min(copies, key=lambda one: len(one.tasks))
        if len(copy.tasks) >= _AHEAD or (task := next(tasks, None)) is None:
            return
        given = _Given[_Task, _Said](task)
        order.append(given)
        copy.tasks.append(given)
        with suppress(OSError):  # it has ended: that is told where its answer is read
            copy.pipe.send(task)


def _receive(copy: _Copy[_Task, _Said], limits: Limits) -> None:
    """Take what a copy says next."""
    given = copy.tasks[0]
    try:
        said = copy.pipe.recv()
    except (EOFError, OSError):
        copy.process.join()
        code = copy.process.exitcode or 0
        said = _Ended(broken_reader(given.task.title(given.place), code, limits))
    if isinstance(said, Reached):
        given.place = said.place
        return
    given.said.append(said)
    if isinstance(said, _Ended):
        copy.tasks.popleft()


def _end(copy: _Copy[_Task, _Said]) -> None:
    copy.process.kill()
    copy.pipe.close()
    copy.process.join()
    copy.process.close()


def _begun(
    work: Callable[[_Task, int], Iterator[_Said | Reached]],
    number: int,
    limits: Limits,
    before: Sequence[Connection],
) -> _Copy[_Task, _Said]:
    """A copy that waits for tasks."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe()
    process = context.Process(
        target=_work, args=(work, number, limits, theirs, [ours, *before]), daemon=True
    )
    with warnings.catch_warnings():
        # Python warns of any thread, also of those that libraries keep for later and that wait.
        warnings.simplefilter("ignore", DeprecationWarning)
        process.start()
    theirs.close()
    return _Copy(process, ours)


def _work(
    work: Callable[[_Task, int], Iterator[_Said | Reached]],
    number: int,
    limits: Limits,
    pipe: Connection,
    others: Sequence[Connection],
) -> NoReturn:
    """Answer until nobody asks any more; nothing of the copied process is cleaned up or printed."""
    try:
        # Else it would go on to wait when the process that asks is gone.
        for other in others:
            other.close()
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that asks ends this one
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.freeze()
        bind_process(replace(limits, memory=limits.memory + _memory_of_this_process()))
        while True:
            _answer(pipe, pipe.recv(), work, number, limits)
    except BaseException:  # noqa: BLE001 - whoever asks sees that the answer is not whole
        os._exit(1)


def _answer(
    pipe: Connection,
    task: _Task,
    work: Callable[[_Task, int], Iterator[_Said | Reached]],
    number: int,
    limits: Limits,
) -> None:
    """Send all that is found of a task; the clock runs while it is read."""
    place = 0
    try:
        start_clock(limits.seconds)
        for said in work(task, number):
            start_clock(0)
            place = said.place if isinstance(said, Reached) else place
            pipe.send(said)
            start_clock(limits.seconds)
        ended = _Ended()
    except MemoryError:
        ended = _Ended(needs_memory(task.title(place), limits))
    except Exception as error:  # noqa: BLE001 - it is raised where the answer is asked for
        ended = _Ended(error)
    finally:
        start_clock(0)
    pipe.send(ended)


def _memory_of_this_process() -> int:
    """Bytes of addresses that it has."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    return pages * os.sysconf("SC_PAGE_SIZE")
