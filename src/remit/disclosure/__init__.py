"""Counts as they may be shown: the one place that hides small ones.

Larger cells of a table are withheld until no sum, and no chain of sums, fixes a small cell or a
small difference. What the cells mean is the caller's concern.
"""

from __future__ import annotations

from itertools import chain

from remit.disclosure.deduction import Cell, CountTable, Reader

__all__ = [
    "WITHHELD",
    "Cell",
    "CountTable",
    "is_told",
    "rounded_count",
    "shown_cells",
    "shown_count",
]

WITHHELD = "withheld"


def shown_count(count: int, *, smallest: int) -> str:
    """A count in text; one between 0 and `smallest` is hidden. `smallest=0` shows all.

    Raises:
        ValueError: `smallest` is 1 or 2, which hide nothing, or negative.

    >>> shown_count(3, smallest=5), shown_count(0, smallest=5), shown_count(3, smallest=0)
    ('<5', '0', '3')
    """
    _check_smallest(smallest)
    return f"<{smallest}" if 0 < count < smallest else f"{count:,}"


def rounded_count(count: int, *, smallest: int) -> str:
    """A count of a list without sums: small ones hidden, others rounded to whole `smallest`.

    >>> rounded_count(1238, smallest=5), rounded_count(1238, smallest=0)
    ('≈1,240', '1,238')
    """
    if smallest == 0 or count < smallest:
        return shown_count(count, smallest=smallest)
    return f"≈{(count + smallest // 2) // smallest * smallest:,}"


def is_told(text: str) -> bool:
    """Whether a shown count is the number itself: neither hidden nor rounded.

    >>> is_told("1,240"), is_told("<5"), is_told("≈20"), is_told(WITHHELD)
    (True, False, False, False)
    """
    return text.replace(",", "").isdigit()


def shown_cells(table: CountTable, *, smallest: int) -> dict[Cell, str]:
    """The text of every cell that may be asked for: a count, `<smallest` or `withheld`.

    Raises:
        ValueError: `smallest` is 1 or 2, which hide nothing, or negative.
    """
    _check_smallest(smallest)
    withheld = _withhold(table, smallest=smallest)
    return {
        cell: WITHHELD if cell in withheld else shown_count(count, smallest=smallest)
        for cell, count in table.counts.items()
        if cell not in table.unshown
    }


def _check_smallest(smallest: int) -> None:
    if smallest < 0 or smallest in (1, 2):
        raise ValueError(f"smallest is 0 (show all) or at least 3, not {smallest}")


def _withhold(table: CountTable, *, smallest: int) -> frozenset[Cell]:
    """The cells to withhold, in three passes.

    While a small cell is left with one possible value, a cell of the sums that fixed it goes.
    That takes too much: what does no harm is opened again, the chief counts first. Bounds alone
    miss what follows from several sums at once: at last another way to fill the table is looked
    for each small cell, and one more cell goes where there is none.
    """
    if not any(0 < count < smallest for count in table.counts.values()):
        return frozenset()
    reader = Reader(table, smallest=smallest)
    names = list(table.counts)
    shown = {
        place
        for place, cell in enumerate(names)
        if cell not in table.fixed and cell not in table.unshown
    }
    withheld: set[int] = set()
    while True:
        chosen = _nearest_open(reader, shown - withheld, smallest=smallest)
        if chosen is None:
            break
        withheld.add(chosen)
        reader.withhold(chosen)
    counts = reader.counts
    order = {name: place for place, name in enumerate(table.rank)}
    # Where some small cell is told by what must be shown, nothing may be opened.
    if not reader.exposed:
        for place in sorted(
            withheld, key=lambda p: (order[names[p][1]], -(counts[p] or 0), names[p])
        ):
            if reader.show(place):
                withheld.discard(place)
    different: set[int] = set()
    for place in sorted(reader.small):
        while place not in different:
            found = reader.filled_otherwise(place, smallest=smallest)
            if found:
                different |= found
                break
            near = (one for at in reader.sums_of[place] for one in reader.sums[at])
            go = next((p for p in (place, *near) if p in shown and p not in withheld), None)
            if go is None:
                break
            withheld.add(go)
            reader.withhold(go)
    return frozenset(names[place] for place in withheld)


def _nearest_open(reader: Reader, open_: set[int], *, smallest: int) -> int | None:
    """The cell to withhold next: of those from which a small cell was worked out, the nearest.

    A large count first; a small one, and at last a zero, only where no large one is left.
    """
    best: tuple[int, int] | None = None
    exposed = sorted(reader.exposed)
    nearest = (place for cell in exposed for place in reader.causing(cell))
    for place in chain(nearest, exposed):
        if place in open_:
            count = reader.counts[place] or 0
            rank = 2 if count == 0 else int(count < smallest)
            if rank == 0:
                return place
            if best is None or rank < best[0]:
                best = (rank, place)
    return None if best is None else best[1]
