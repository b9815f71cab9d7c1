"""The plain version of what is withheld: every bound worked out again after every change.

It is slow and easy to follow; the fast one is held against it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from remit.disclosure import Cell, CountTable

_BOUNDLESS = 1 << 60
Bounds = tuple[int, int]


def plainly_withheld(table: CountTable, *, smallest: int) -> frozenset[Cell]:
    small = [cell for cell, count in table.counts.items() if 0 < count < smallest]
    small = [cell for cell in small if cell not in table.fixed]
    shown = table.counts.keys() - table.fixed - table.unshown
    withheld: frozenset[Cell] = frozenset()
    while True:
        bounds, causes = _narrow(table, withheld, smallest=smallest)
        exposed = [cell for cell in small if bounds[cell][0] == bounds[cell][1]]
        nearest = list(dict.fromkeys(c for cell in exposed for c in _causing(cell, causes)))
        open_cells = [c for c in (*nearest, *exposed) if c in shown and c not in withheld]
        if not open_cells:
            break
        # A large count first; a small one, and at last a zero, only where no large one is left.
        ranks = [
            2 if n == 0 else int(n < smallest) for n in map(table.counts.__getitem__, open_cells)
        ]
        withheld |= {open_cells[ranks.index(min(ranks))]}
    # The search withholds too much: open again what does no harm, the chief counts first.
    for cell in sorted(withheld, key=lambda c: (table.rank.index(c[1]), -table.counts[c], c)):
        bounds, _ = _narrow(table, withheld - {cell}, smallest=smallest)
        if all(bounds[one][0] < bounds[one][1] for one in small):
            withheld -= {cell}
    # Bounds alone miss what follows from several sums at once: try the values one by one.
    for cell in small:
        while not _is_open(table, cell, withheld, smallest=smallest):
            near = (
                c for total, parts in table.sums for c in (total, *parts) if cell in (total, *parts)
            )
            chosen = next((c for c in (cell, *near) if c in shown and c not in withheld), None)
            if chosen is None:
                break
            withheld |= {chosen}
    return withheld


def _is_open(table: CountTable, cell: Cell, withheld: frozenset[Cell], *, smallest: int) -> bool:
    """Whether at least two values of a cell agree with all that is shown."""
    bounds, _ = _narrow(table, withheld, smallest=smallest)
    least, most = bounds[cell]
    possible = 0
    for value in range(least, min(most, least + smallest) + 1):
        tried, _ = _narrow(table, withheld, smallest=smallest, assumed=(cell, value))
        possible += all(low <= high for low, high in tried.values())
        if possible == 2:
            return True
    return False


def _causing(cell: Cell, causes: Mapping[Cell, tuple[Cell, ...]]) -> Iterator[Cell]:
    """The cells from which `cell` was worked out, the nearest first; later counts come first."""
    reached = [cell]
    for one in reached:
        new = [c for c in reversed(causes.get(one, ())) if c not in reached]
        yield from new
        reached += new


def _narrow(
    table: CountTable,
    withheld: frozenset[Cell],
    *,
    smallest: int,
    assumed: tuple[Cell, int] | None = None,
) -> tuple[Mapping[Cell, Bounds], Mapping[Cell, tuple[Cell, ...]]]:
    """What a reader can work out: bounds of each cell, and the sum that last narrowed them."""
    bounds: dict[Cell, Bounds] = {
        cell: (0, _BOUNDLESS) for total, parts in table.sums for cell in (total, *parts)
    }
    causes: dict[Cell, tuple[Cell, ...]] = {}
    for cell, count in table.counts.items():
        if cell in table.unshown:
            continue
        if cell in withheld:
            bounds[cell] = (0, _BOUNDLESS)
        elif 0 < count < smallest and cell not in table.fixed:
            bounds[cell] = (1, smallest - 1)
        else:
            bounds[cell] = (count, count)
    if assumed is not None:
        bounds[assumed[0]] = (assumed[1], assumed[1])
    changed = True
    while changed:
        changed = False
        for total, parts in table.sums:
            for cell, new in _tightened(total, parts, bounds):
                if new != bounds[cell]:
                    bounds[cell] = new
                    causes[cell] = (total, *parts)
                    changed = True
                    if new[0] > new[1]:
                        return bounds, causes
    return bounds, causes


def _tightened(
    total: Cell, parts: Sequence[Cell], bounds: Mapping[Cell, Bounds]
) -> Iterator[tuple[Cell, Bounds]]:
    low = sum(bounds[part][0] for part in parts)
    high = sum(bounds[part][1] for part in parts)
    least, most = bounds[total]
    yield total, (max(least, low), min(most, high))
    for part in parts:
        lowest, highest = bounds[part]
        yield (
            part,
            (max(lowest, least - (high - highest)), min(highest, most - (low - lowest))),
        )
