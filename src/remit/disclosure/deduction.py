"""Cells tied by sums, and what a reader can work out of those that are shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

_BOUNDLESS = 1 << 60
# Values tried at most while another way to fill a table is looked for; past it, more is withheld.
_TRIES = 2_000

# A cell: where it stands, and the name of the count.
Cell = tuple[tuple[str, ...], str]


@dataclass(frozen=True, slots=True)
class CountTable:
    """Cells and the sums that tie them.

    Attributes:
        counts: every cell that is shown or must be kept from being worked out.
        sums: a total and the parts that add up to it; cells that have no count may stand in them.
        unshown: differences that no page shows and that must not be worked out either.
        fixed: cells that are known anyway and are never withheld.
        rank: names of the counts that are shown, the chief ones first.
    """

    counts: Mapping[Cell, int]
    sums: tuple[tuple[Cell, tuple[Cell, ...]], ...]
    unshown: frozenset[Cell]
    fixed: frozenset[Cell]
    rank: tuple[str, ...]


class Reader:
    """Bounds of each cell as a reader narrows them, sum by sum, until nothing changes.

    Cells are numbered in the order of the counts. The bounds are kept and changed in place: a
    change is worked out around its cell alone, not over the whole table. A cell is `settled`
    where its first sum has no other open cell: it is then known before any other sum is read, and
    nothing passes through it. So a table falls apart into small regions.

    Attributes:
        counts: of each cell; None where the table has none.
        small: cells that must not be worked out.
        exposed: those of them that are.
    """

    def __init__(self, table: CountTable, *, smallest: int) -> None:
        cells = dict.fromkeys(table.counts)
        for total, parts in table.sums:
            cells[total] = None
            cells.update(dict.fromkeys(parts))
        number = {cell: place for place, cell in enumerate(cells)}
        self.counts: list[int | None] = [*table.counts.values()]
        self.counts += [None] * (len(cells) - len(self.counts))
        self.sums = [
            (number[total], *map(number.__getitem__, parts)) for total, parts in table.sums
        ]
        self.sums_of: list[list[int]] = [[] for _ in cells]
        for at, one in enumerate(self.sums):
            for place in one:
                self.sums_of[place].append(at)
        self.small: set[int] = set()
        self.low, self.high = [0] * len(cells), [_BOUNDLESS] * len(cells)
        for place, (cell, count) in enumerate(table.counts.items()):
            hidden = 0 < count < smallest and cell not in table.fixed
            if hidden:
                self.small.add(place)
            if cell in table.unshown:
                continue
            self.low[place], self.high[place] = (1, smallest - 1) if hidden else (count, count)
        # What a cell tells by its text, and by what is left of it; the bounds go on from there.
        self.texts = list(zip(self.low, self.high, strict=True))
        self.own = list(self.texts)
        self.cause = [-1] * len(cells)
        self.settled = [low == high for low, high in self.own]
        self.exposed: set[int] = set()
        self.trail: list[tuple[int, int, int]] = []
        self.waits = bytearray(len(self.sums))
        for at, one in enumerate(self.sums):
            for place in one:
                if self.sums_of[place][0] == at and not self.settled[place]:
                    self._settle(place)
        self._read_again(place for place, known in enumerate(self.settled) if not known)
        self.exposed = {p for p in self.small if self.low[p] == self.high[p]}

    def withhold(self, place: int) -> None:
        """Take a cell's text away, and read again what hung on it."""
        self.own[place] = (0, _BOUNDLESS)
        changed, waiting = {place}, [place]
        while waiting:
            cell = waiting.pop()
            before = self.settled[cell]
            if self._settle(cell) == before and cell != place:
                continue
            changed.add(cell)
            waiting += (
                one
                for at in self.sums_of[cell]
                for one in self.sums[at]
                if one != cell and self.sums_of[one][0] == at and self.settled[one]
            )
        if changed == {place} and self.settled[place]:
            return
        touched = self._read_again(changed) | changed
        self.exposed -= touched
        self.exposed |= {p for p in touched & self.small if self.low[p] == self.high[p]}

    def show(self, place: int) -> bool:
        """Give a cell its text back unless that tells a small one; whether it was given back."""
        mark = len(self.trail)
        if self._assume(place, *self.texts[place]) and not any(
            cell in self.small and self.low[cell] == self.high[cell]
            for cell, _, _ in self.trail[mark:]
        ):
            self.own[place] = self.texts[place]
            return True
        self._undo(mark)
        return False

    def _settle(self, place: int) -> bool:
        """Whether the cell is known at once: by its own text, or by its first sum alone."""
        low, high = self.own[place]
        at = self.sums_of[place][0] if self.sums_of[place] else -1
        self.cause[place] = -1
        known = low == high
        if not known and at >= 0:
            others = [one for one in self.sums[at] if one != place]
            known = all(self._known_before(one, at) for one in others)
            if known:
                total, *parts = self.sums[at]
                rest = sum(self.low[one] for one in parts if one != place)
                low = high = rest if place == total else self.low[total] - rest
                self.cause[place] = at
        self.settled[place] = known
        self.low[place], self.high[place] = low, high
        return known

    def _known_before(self, place: int, at: int) -> bool:
        low, high = self.own[place]
        return low == high or (self.settled[place] and self.sums_of[place][0] < at)

    def _read_again(self, changed: Iterable[int]) -> set[int]:
        """Narrow from the start every region that a changed cell stands in; its open cells."""
        region: set[int] = set()
        sums: set[int] = set()
        waiting = [at for cell in changed for at in self.sums_of[cell]]
        while waiting:
            at = waiting.pop()
            if at in sums:
                continue
            sums.add(at)
            for cell in self.sums[at]:
                if not self.settled[cell] and cell not in region:
                    region.add(cell)
                    waiting += self.sums_of[cell]
        for cell in region:
            self.low[cell], self.high[cell] = self.own[cell]
            self.cause[cell] = -1
        order = sorted(sums)
        for at in order:
            self.waits[at] = 1
        again = [-1]
        while again:
            # A sum that a later one of the same round wakes is read in the next round.
            again.clear()
            for at in order:
                if self.waits[at]:
                    fits = self._tighten(at, again)
                    assert fits, "the counts of a table agree with its sums"
        self.trail.clear()
        return region

    def _tighten(self, at: int, woken: list[int]) -> bool:
        """Narrow the cells of one sum; False where it cannot hold. `woken` gets the sums to read
        again; one pass over a sum is enough for itself."""
        low, high, cells = self.low, self.high, self.sums[at]
        self.waits[at] = 0
        found = []
        if len(cells) == 3:  # nearly all have two parts
            total, one, two = cells
            bottom, low_1, low_2 = low[total], low[one], low[two]
            top, high_1, high_2 = high[total], high[one], high[two]
            if low_1 + low_2 > bottom or high_1 + high_2 < top:
                found.append((total, max(bottom, low_1 + low_2), min(top, high_1 + high_2)))
            if bottom - high_2 > low_1 or top - low_2 < high_1:
                found.append((one, max(low_1, bottom - high_2), min(high_1, top - low_2)))
            if bottom - high_1 > low_2 or top - low_1 < high_2:
                found.append((two, max(low_2, bottom - high_1), min(high_2, top - low_1)))
        else:
            total, *parts = cells
            bottom, top = low[total], high[total]
            least = sum([low[cell] for cell in parts])
            most = sum([high[cell] for cell in parts])
            if least > bottom or most < top:
                found.append((total, max(bottom, least), min(top, most)))
            lack, room = bottom - most, top - least
            for cell in parts:
                low_1, high_1 = low[cell], high[cell]
                if lack + high_1 > low_1 or room + low_1 < high_1:
                    found.append((cell, max(low_1, lack + high_1), min(high_1, room + low_1)))
        if not found:
            return True
        waits = self.waits
        for cell, least, most in found:
            self.trail.append((cell, low[cell], high[cell]))
            if least > most:
                return False
            low[cell], high[cell] = least, most
            self.cause[cell] = at
            for other in self.sums_of[cell]:
                if not waits[other] and other != at:
                    waits[other] = 1
                    woken.append(other)
        return True

    def causing(self, place: int) -> Iterator[int]:
        """The cells from which one was worked out, the nearest first; later counts come first."""
        reached, seen = [place], {place}
        for cell in reached:
            at = self.cause[cell]
            if at >= 0:
                new = [one for one in reversed(self.sums[at]) if one not in seen]
                yield from new
                reached += new
                seen.update(new)

    # ---- another way to fill the table -----------------------------------------------------------

    def filled_otherwise(self, place: int, *, smallest: int) -> set[int]:
        """Small cells that have other values in a whole table that agrees with all that is shown.

        Empty where no such table has another value of this cell, or none is found in `_TRIES`.
        """
        order, seen = [place], {place}
        for cell in order:
            for at in self.sums_of[cell]:
                for one in self.sums[at]:
                    if one not in seen and self.low[one] != self.high[one]:
                        seen.add(one)
                        order.append(one)
        least, most = self.low[place], self.high[place]
        for value in range(least, min(most, least + smallest) + 1):
            if value == self.counts[place]:
                continue
            mark = len(self.trail)
            found: set[int] = set()
            if self._assume(place, value) and self._fill(order):
                found = {p for p in order if p in self.small and self.low[p] != self.counts[p]}
            self._undo(mark)
            if found:
                return found
        return set()

    def _fill(self, order: Sequence[int]) -> bool:
        """Give every one of these cells a value, the true one first; whether all fit together."""
        stack: list[tuple[int, Iterator[int], int]] = []
        at = tries = 0
        while True:
            while at < len(order) and self.low[order[at]] == self.high[order[at]]:
                at += 1
            if at == len(order):
                return True
            stack.append((at, self._values(order[at]), len(self.trail)))
            while stack:
                at, values, mark = stack[-1]
                self._undo(mark)
                value = next(values, None)
                tries += 1
                if tries > _TRIES:
                    return False
                if value is None:
                    stack.pop()
                elif self._assume(order[at], value):
                    break
            else:
                return False

    def _values(self, place: int) -> Iterator[int]:
        """A few values that a cell may have; of a small one another first, to settle it too."""
        low, high, count = self.low[place], self.high[place], self.counts[place]
        wanted = [low if count is None else count, low, low + 1, high - 1, high]
        if place in self.small and count is not None:
            wanted = [count - 1, count + 1, *wanted]
        return iter(dict.fromkeys(value for value in wanted if low <= value <= high))

    def _assume(self, place: int, low: int, high: int | None = None) -> bool:
        """Narrow one cell and what follows from it; False where that contradicts."""
        before = self.low[place], self.high[place]
        self.trail.append((place, *before))
        self.low[place] = max(low, before[0])
        self.high[place] = min(low if high is None else high, before[1])
        woken = list(self.sums_of[place])
        for at in woken:
            if not self._tighten(at, woken):
                for one in woken:
                    self.waits[one] = 0
                return False
        return True

    def _undo(self, mark: int) -> None:
        for cell, low, high in reversed(self.trail[mark:]):
            self.low[cell], self.high[cell] = low, high
        del self.trail[mark:]
