"""Readers in copies of the process: their answers, their limits, and what breaks one."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from remit.errors import DatasetError
from remit.facts.intake.sources import limited_copies
from remit.facts.intake.sources.limited_copies import Reached, answers_in_order, copy_count
from remit.facts.intake.sources.limited_process import MEGABYTE, Limits

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has copies")
SMALL = Limits(memory=256 * MEGABYTE, seconds=60, size=16 * MEGABYTE)


@dataclass(frozen=True)
class Named:
    """A task with a number; each of its two files is called by it."""

    number: int

    def title(self, place: int) -> str:
        return f"{self.number}.{place}.ndjson"


def answers(
    work: Callable[[int], Iterator[object]], count: int, *, copies: int = 2, limits: Limits = SMALL
) -> Iterator[object]:
    return answers_in_order(
        map(Named, range(count)),
        lambda task, copy: work(task.number),
        count=copies,
        limits=limits,
    )


def children() -> set[str]:
    """The processes of this one; none before the first test here."""
    return set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())


@pytest.fixture(autouse=True)
def no_copy_stays() -> Iterator[None]:
    before = children()
    yield
    assert children() <= before


@pytest.mark.parametrize("copies", [1, 2])
@pytest.mark.parametrize("slow", [0, 1])
def test_answers_come_in_the_order_of_the_tasks(copies: int, slow: int) -> None:
    def said(number: int) -> Iterator[object]:
        if number % 2 == slow:
            time.sleep(0.02)
        yield from ((number, part, "x" * 100_000 * part) for part in range(3))

    found = [answer[:2] for answer in cast(Iterator[tuple[int, ...]], answers(said, 7))]
    assert found == [(number, part) for number in range(7) for part in range(3)]


def test_two_copies_share_the_tasks() -> None:
    def said(number: int) -> Iterator[object]:
        time.sleep(0.02)
        yield os.getpid()

    found = list(answers(said, 10))
    assert len({*found}) == 2
    assert os.getpid() not in found


def test_the_first_error_in_the_order_of_the_tasks_is_raised() -> None:
    def said(number: int) -> Iterator[object]:
        yield number
        if number == 2:
            time.sleep(0.2)
        if number in {2, 3}:
            raise DatasetError("bad", place=f"{number}.ndjson")

    found = list[object]()
    with pytest.raises(DatasetError) as raised:
        found.extend(answers(said, 6))
    assert str(raised.value.place) == "2.ndjson"


def hungry() -> None:
    held = [bytes(64 * MEGABYTE)]
    while True:
        held.append(held[0] + b"x")


def endless() -> None:
    while True:
        pass


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def gone() -> None:
    os._exit(3)


@pytest.mark.parametrize(
    ("breaks", "said"),
    [
        (hungry, "more memory"),
        (endless, "takes too long"),
        (killed, "signal 9"),
        (gone, "exit 3"),
    ],
)
@pytest.mark.parametrize("copies", [1, 2])
def test_what_breaks_a_copy_names_its_file(
    breaks: Callable[[], None], said: str, copies: int
) -> None:
    def read(number: int) -> Iterator[object]:
        yield Reached(0)
        yield number
        yield Reached(1)
        if number == 3:
            breaks()

    found = list[object]()
    # The clock is short for the one that it stops: on a busy machine it would overtake the others.
    seconds = 1 if breaks is endless else SMALL.seconds
    limits = Limits(memory=256 * MEGABYTE, seconds=seconds, size=MEGABYTE)
    asked = answers(read, 6, copies=copies, limits=limits)
    with pytest.raises(DatasetError, match=said) as raised:
        found.extend(asked)
    assert found == [0, 1, 2, 3]
    assert str(raised.value.place) == "3.1.ndjson"


def test_the_clock_runs_from_answer_to_answer() -> None:
    def said(number: int) -> Iterator[object]:
        for part in range(4):
            time.sleep(0.4)
            yield part

    limits = Limits(memory=256 * MEGABYTE, seconds=1, size=MEGABYTE)
    assert list(answers(said, 1, limits=limits)) == [0, 1, 2, 3]


def test_a_copy_that_is_killed_between_two_tasks_is_told() -> None:
    def said(number: int) -> Iterator[object]:
        yield os.getpid()

    asked = answers(said, 50, copies=1)
    os.kill(cast(int, next(asked)), signal.SIGKILL)
    with pytest.raises(DatasetError, match="signal 9"):
        list(asked)


def test_who_stops_asking_ends_the_copies() -> None:
    def said(number: int) -> Iterator[object]:
        if number:
            time.sleep(600)
        yield number

    asked = answers(said, 4)
    assert next(asked) == 0
    cast(Generator[object, None, None], asked).close()


def test_no_task_has_no_answer() -> None:
    assert list(answers(lambda number: iter(()), 0)) == []


def test_there_are_as_many_copies_as_processors_up_to_two(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = [threading.main_thread()]  # other tests leave threads of Spark and Dask behind
    monkeypatch.setattr(threading, "enumerate", lambda: alone)
    for processors, copies in ((1, 1), (2, 2), (16, 2)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _, n=processors: set(range(n)))
        assert copy_count() == copies


def test_no_copy_is_made_beside_another_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    ended = threading.Event()
    thread = threading.Thread(target=ended.wait)
    thread.start()
    try:
        assert copy_count() == 0
    finally:
        ended.set()
        thread.join()
    alone = [threading.main_thread()]
    monkeypatch.setattr(threading, "enumerate", lambda: alone)
    assert limited_copies.copy_count() > 0
