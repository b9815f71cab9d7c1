"""A process, and what it took: wall and processor time, and its peak memory."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REMIT = (sys.executable, "-m", "remit.cli")


SECONDS_BETWEEN_LOOKS = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds on the clock and of all processors, and GiB at the peak of all processes."""

    wall: float
    processor: float
    memory: float


def run_process(
    command: Sequence[str | Path], *, codes: Collection[int] = (0,)
) -> tuple[str, Cost]:
    """The output of a process, and its cost; another exit code than these ends the run."""
    environment = dict(os.environ)
    # Users have Python's compiled files on disk; so has what is measured.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    words = [str(word) for word in command]
    with tempfile.TemporaryFile("w+") as errors:
        started = time.perf_counter()
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=errors, text=True, cwd=ROOT, env=environment
        ) as process:
            assert process.stdout is not None
            ended = threading.Event()
            peaks: list[int] = [0]
            watch = threading.Thread(target=_watch, args=(process.pid, ended, peaks))
            watch.start()
            output = process.stdout.read()
            ended.set()
            watch.join()
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        wall = time.perf_counter() - started
        if process.returncode not in codes:
            errors.seek(0)
            sys.exit(f"{' '.join(words)} ended with {process.returncode}\n{errors.read()[-2000:]}")
    memory = max(usage.ru_maxrss, *peaks) / 2**20
    return output, Cost(wall, usage.ru_utime + usage.ru_stime, memory)


def _watch(process: int, ended: threading.Event, peaks: list[int]) -> None:
    """Note the memory of a process together with its copies, where it has some.

    What they share counts once, as the system shares it out (Linux alone tells it).
    """
    while not ended.wait(SECONDS_BETWEEN_LOOKS):
        try:
            copies = Path(f"/proc/{process}/task/{process}/children").read_text().split()
            if copies:
                peaks.append(_shared_out(process) + sum(_shared_out(copy) for copy in copies))
        except OSError:
            continue  # one of them has ended, or this is another system


def _shared_out(process: int | str) -> int:
    """KiB of a process, its part of what it shares included."""
    for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1])
    return 0


def run_remit(
    *words: str | Path, times: int = 1, between: Callable[[], None] = lambda: None
) -> Cost:
    """The cost of a command of Remit, as `median_of`.

    Args:
        times: how often it is measured, after a first run that is not.
        between: called after each run, such as to remove what it wrote.
    """
    costs = []
    for _ in range(times + 1):
        costs.append(run_process([*REMIT, *words])[1])
        between()
    return median_of(costs[1:])


def median_of(costs: Sequence[Cost]) -> Cost:
    """The run with the median seconds, and the greatest memory of all."""
    runs = sorted(costs, key=lambda cost: cost.wall)
    return replace(runs[len(runs) // 2], memory=max(cost.memory for cost in costs))


def machine() -> str:
    """The machine and how busy it is, in words."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return f"{os.cpu_count()} cores, {total:.0f} GiB, load {os.getloadavg()[0]:.1f}"
