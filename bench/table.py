"""The table that a run prints: each row with its cost, its ratio to the scan, and its target."""

from __future__ import annotations

from dataclasses import dataclass

from processes import Cost

_WHAT = 52


@dataclass(frozen=True, slots=True)
class Target:
    """At most so many scans, seconds on the clock and GiB; None: no such bound.

    Attributes:
        also: what else was asked for, in words, and whether it is so.
    """

    scans: float | None = None
    seconds: float | None = None
    memory: float | None = None
    also: tuple[tuple[str, bool], ...] = ()

    def judged(self, cost: Cost, scan: float | None) -> list[tuple[str, bool]]:
        """Each bound in words, and whether it is kept."""
        found = []
        if self.scans is not None and scan is not None:
            found.append((f"≤ {self.scans} × scan", cost.wall <= self.scans * scan))
        if self.seconds is not None:
            found.append((f"≤ {self.seconds:.1f} s", cost.wall <= self.seconds))
        if self.memory is not None:
            found.append((f"≤ {self.memory} GiB", cost.memory <= self.memory))
        return [*found, *self.also]


class Table:
    """Prints rows as they come. `scan`: the seconds of the scan, once it is measured."""

    def __init__(self) -> None:
        self.scan: float | None = None
        self._reached = self._missed = 0

    def head(self) -> None:
        columns = f"{'wall s':>8}{'cpu s':>8}{'GiB':>7}{'× scan':>8}"
        print(f"{'':{_WHAT}}{columns}  target", flush=True)

    def row(self, what: str, cost: Cost, target: Target | None = None, *, note: str = "") -> None:
        """Print a row, and whether it keeps its target."""
        ratio = f"{cost.wall / self.scan:8.2f}" if self.scan else f"{'':8}"
        judged = [] if target is None else target.judged(cost, self.scan)
        self._reached += sum(kept for _, kept in judged)
        self._missed += sum(not kept for _, kept in judged)
        said = ", ".join(f"{bound} {'reached' if kept else 'missed'}" for bound, kept in judged)
        figures = f"{cost.wall:8.2f}{cost.processor:8.2f}{cost.memory:7.2f}{ratio}"
        print(f"{what:{_WHAT}}{figures}  {'; '.join(filter(None, (said, note)))}", flush=True)

    def skipped(self, what: str, why: str) -> None:
        """Print a row that could not be measured, and why."""
        print(f"{what:{_WHAT}}{'':31}  {why}", flush=True)

    def summary(self) -> str:
        """How many targets were reached and missed."""
        return f"{self._reached} targets reached, {self._missed} missed"
