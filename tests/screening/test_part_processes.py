"""Copies of the process work on the parts: the same answers, and an end at once when one is due."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from remit.errors import DatasetError
from remit.facts.reading import Part
from remit.screening import part_processes
from remit.screening.part_processes import answers_of_copies, may_copy
from remit.terminal import WAITS

linux = pytest.mark.skipif(sys.platform != "linux", reason="copies are made on Linux alone")


class Numbered:
    """A part that is a number."""

    copies_may_read = True

    def __init__(self, number: int) -> None:
        self.number = number


def numbered(count: int) -> Sequence[Part]:
    return [cast(Part, Numbered(number)) for number in range(count)]


def number_of(part: Part) -> int:
    return cast(Numbered, part).number


def children() -> set[int]:
    """The processes that this one has begun and that are there still; other tests have servers."""
    found = set()
    for place in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = place.read_text()
        except OSError:
            continue  # it has ended
        if int(text.rpartition(")")[2].split()[1]) == os.getpid():
            found.add(int(place.parent.name))
    return found


@pytest.fixture
def before() -> set[int]:
    """The children that were there before a test."""
    return children()


@linux
def test_answers_come_in_the_order_of_the_parts(before: set[int]) -> None:
    def slow(part: Part) -> tuple[int, int, np.ndarray]:
        number = number_of(part)
        if number % 3 == 0:
            time.sleep(0.05)
        return number, os.getpid(), np.arange(number * 1000)

    found = list(answers_of_copies(numbered(9), slow, count=2))
    assert [number for number, _, _ in found] == list(range(9))
    assert all((values == np.arange(number * 1000)).all() for number, _, values in found)
    assert os.getpid() not in {process for _, process, _ in found}
    assert children() <= before


@linux
def test_an_error_of_a_part_is_raised_here_with_all_that_it_says(before: set[int]) -> None:
    def refuse(part: Part) -> int:
        if number_of(part) == 2:
            raise DatasetError("bad", expected="good", got="bad", next_step="mend", place="file")
        return number_of(part)

    asked = answers_of_copies(numbered(5), refuse, count=2)
    found: list[int] = []
    with pytest.raises(DatasetError) as raised:
        found.extend(asked)
    assert str(raised.value) == "file: bad\n  expected: good\n  got:      bad\n  do:       mend"
    assert children() <= before


@linux
@pytest.mark.parametrize("how", ["killed", "gone"])
def test_a_copy_that_ends_too_soon_is_told(how: str, before: set[int]) -> None:
    def ends(part: Part) -> int:
        if number_of(part) == 1 and how == "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        if number_of(part) == 1:
            os._exit(3)
        return number_of(part)

    with pytest.raises(DatasetError, match="ended too soon") as raised:
        list(answers_of_copies(numbered(4), ends, count=2))
    assert raised.value.got == ("its end by SIGKILL" if how == "killed" else "its end")
    assert children() <= before


@linux
def test_a_copy_that_is_killed_while_it_sends_gives_no_part_of_an_answer(before: set[int]) -> None:
    def large(part: Part) -> np.ndarray:
        if number_of(part) == 0:
            # It stands in the middle of what it sends: the pipe holds a part of it.
            threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGKILL)).start()
        return np.zeros(64 << 20, np.int8)

    asked = answers_of_copies(numbered(2), large, count=1)
    real = part_processes._read

    def slow(worker: part_processes._Worker, size: int) -> bytearray:
        if size > 1 << 20:
            time.sleep(1)
        return real(worker, size)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(part_processes, "_read", slow)
        with pytest.raises(DatasetError, match="ended too soon"):
            next(asked)
    assert children() <= before


@linux
def test_who_stops_asking_ends_the_copies(before: set[int]) -> None:
    def forever(part: Part) -> int:
        if number_of(part):
            time.sleep(600)
        return number_of(part)

    begun = time.monotonic()
    asked = answers_of_copies(numbered(3), forever, count=2)
    assert next(asked) == 0
    cast(Generator[int, None, None], asked).close()
    assert children() <= before
    assert time.monotonic() - begun < 60


@linux
@pytest.mark.parametrize("by", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_signal_ends_all_processes_at_once(by: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        "import os, sys, time\n"
        "from remit.screening.part_processes import answers_of_copies\n"
        "def work(part):\n"
        "    os.write(1, str(os.getpid()).encode().ljust(12))\n"
        "    time.sleep(600 if part else 0)\n"
        "    return bytes(8 << 20)\n"
        "list(answers_of_copies([0, 1, 2], work, count=2))\n"
    )
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        copies = {int(process.stdout.read(12)) for _ in range(3)}
        assert len(copies) == 2
        process.send_signal(by)
        assert process.wait(60) != 0
        if by == signal.SIGINT:  # it had time to end them; else they end when they would send
            assert not any(Path(f"/proc/{copy}").exists() for copy in copies)
        for copy in copies:
            if Path(f"/proc/{copy}").exists():
                os.kill(copy, signal.SIGKILL)


def test_other_threads_and_other_sources_are_no_place_for_copies() -> None:
    files = numbered(2)
    assert not may_copy([*files, cast(Part, object())])
    done = threading.Event()
    other = threading.Thread(target=done.wait)
    other.start()
    try:
        assert not may_copy(files)
    finally:
        done.set()
        other.join()
    seen: list[bool] = []
    beside = threading.Thread(target=lambda: seen.append(may_copy(files)))
    beside.start()
    beside.join()
    assert seen == [False]


@linux
def test_a_thread_that_waits_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    main = threading.main_thread()
    waits = threading.Thread(name=WAITS)
    monkeypatch.setattr(threading, "enumerate", lambda: [main, waits])
    assert may_copy(numbered(2))
