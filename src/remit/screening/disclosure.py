"""Counts as they may be shown: small ones hidden, and what would tell a small one withheld.

The counts of a screening are cells tied by sums (entering = excluded + remaining, and so on).
Larger cells are withheld until no sum, and no chain of sums, fixes a small cell or a small
difference. Cohorts that share their first criteria share those cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.screening.attrition import waiting_for_people
from remit.screening.running import Screening, Standing

WITHHELD = "withheld"
_BOUNDLESS = 1 << 60
_COUNTS = ("excluded", "passed", "unknown", "not_applicable", "remaining", "certain")
# The sums of one step; `<` marks a count before it. The persons that enter are certain or open so
# far; of each some are excluded, unknown, or let in here, and none of these six is ever shown.
_SUMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("<remaining", ("excluded", "remaining")),
    ("remaining", ("passed", "unknown", "not_applicable")),
    ("remaining", ("unknown", "in")),
    ("remaining", ("certain", "open")),
    ("in", ("passed", "not_applicable")),
    ("in", ("certain", "open_in")),
    ("<certain", ("certain", "lost")),
    ("lost", ("certain_excluded", "certain_unknown")),
    ("<open", ("open_excluded", "open_unknown", "open_in")),
    ("open", ("unknown", "open_in")),
    ("excluded", ("certain_excluded", "open_excluded")),
    ("unknown", ("certain_unknown", "open_unknown")),
)
_RANK = (
    *("not_eligible", "undetermined", "certain", "waiting"),
    *("excluded", "remaining", "passed", "unknown", "not_applicable"),
)

# A cell: the criteria applied so far, and the name of the count.
Cell = tuple[tuple[str, ...], str]
Bounds = tuple[int, int]


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One attrition step, each count as it may be shown."""

    criterion: str
    entering: str
    excluded: str
    passed: str
    unknown: str
    not_applicable: str
    remaining: str
    certain: str


@dataclass(frozen=True, slots=True)
class ShownCohort:
    """The counts of one cohort as they may be shown; `waiting` is part of `undetermined`."""

    cohort: str | None
    label: str
    persons: str
    eligible: str
    undetermined: str
    not_eligible: str
    waiting: str
    steps: tuple[ShownStep, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells and the sums that tie them.

    Attributes:
        counts: every cell that is shown or must be kept from being worked out.
        sums: a total and the parts that add up to it.
        unshown: differences that no page shows and that must not be worked out either.
        fixed: cells that are known anyway and are never withheld.
        rank: names of counts, the chief ones first.
    """

    counts: Mapping[Cell, int]
    sums: tuple[tuple[Cell, tuple[Cell, ...]], ...]
    unshown: frozenset[Cell]
    fixed: frozenset[Cell]
    rank: tuple[str, ...] = _RANK


def shown_count(count: int, *, smallest: int) -> str:
    """A count in text; one between 0 and `smallest` is hidden. `smallest=0` shows all.

    Raises:
        ValueError: `smallest` is 1 or 2, which hide nothing, or negative.

    >>> shown_count(3, smallest=5), shown_count(0, smallest=5), shown_count(3, smallest=0)
    ('<5', '0', '3')
    """
    _check_smallest(smallest)
    return f"<{smallest}" if 0 < count < smallest else f"{count:,}"


def is_told(text: str) -> bool:
    """Whether a shown count is the number itself: neither hidden nor rounded.

    >>> is_told("1,240"), is_told("<5"), is_told("≈20"), is_told(WITHHELD)
    (True, False, False, False)
    """
    return text.replace(",", "").isdigit()


def rounded_count(count: int, *, smallest: int) -> str:
    """A count of a list without sums: small ones hidden, others rounded to whole `smallest`.

    >>> rounded_count(1238, smallest=5), rounded_count(1238, smallest=0)
    ('≈1,240', '1,238')
    """
    if smallest == 0 or count < smallest:
        return shown_count(count, smallest=smallest)
    return f"≈{(count + smallest // 2) // smallest * smallest:,}"


def shown_reasons(
    screening: Screening, shown: Sequence[ShownCohort], *, smallest: int
) -> Mapping[str, Mapping[str, str]]:
    """Criterion -> reason word -> persons unknown for it, over all persons.

    Where the unknown of a criterion's own step is hidden in `shown`, its reasons would tell it:
    they are withheld.
    """
    hidden = {
        step.criterion for cohort in shown for step in cohort.steps if not is_told(step.unknown)
    }
    return {
        item.criterion.id: {
            word: WITHHELD
            if item.criterion.id in hidden
            else rounded_count(count, smallest=smallest)
            for word, count in screening.reason_counts(item.criterion.id).items()
        }
        for item in screening.bound.criteria
    }


def shown_cohorts(screening: Screening, *, smallest: int) -> tuple[ShownCohort, ...]:
    """Every cohort's counts and steps as they may be shown, judged together."""
    table = _table_of(screening)
    texts = shown_cells(table, smallest=smallest)
    cohorts = []
    for cohort in screening.cohorts:
        ids = tuple(step.criterion for step in cohort.steps)
        steps = tuple(
            ShownStep(
                step.criterion,
                texts[ids[:place], "remaining"],
                *(texts[ids[: place + 1], name] for name in _COUNTS),
            )
            for place, step in enumerate(cohort.steps)
        )
        cohorts.append(
            ShownCohort(
                cohort.cohort,
                cohort.label,
                persons=texts[(), "remaining"],
                eligible=texts[ids, "certain"],
                undetermined=texts[ids, "undetermined"],
                not_eligible=texts[ids, "not_eligible"],
                waiting=texts[ids, "waiting"],
                steps=steps,
            )
        )
    return tuple(cohorts)


def _table_of(screening: Screening) -> Table:
    start: tuple[str, ...] = ()
    persons = len(screening.person_ids)
    counts: dict[Cell, int] = {(start, name): persons for name in ("remaining", "certain")}
    counts[start, "open"] = 0
    sums: dict[tuple[Cell, tuple[Cell, ...]], None] = {}
    unshown = set()
    for cohort in screening.cohorts:
        before = start
        for step in cohort.steps:
            here = (*before, step.criterion)
            for name in _COUNTS:
                counts[here, name] = getattr(step, name)
            # Differences that a reader can take: certainty lost here, and open after this step.
            counts[here, "lost"] = counts[before, "certain"] - step.certain
            counts[here, "open"] = step.remaining - step.certain
            unshown |= {(here, "lost"), (here, "open")}
            for total, parts in _SUMS:
                cells = tuple(
                    (before if part[0] == "<" else here, part.lstrip("<")) for part in parts
                )
                sums[(before if total[0] == "<" else here, total.lstrip("<")), cells] = None
            before = here
        counts[before, "undetermined"] = cohort.count(Standing.UNDETERMINED)
        counts[before, "not_eligible"] = cohort.count(Standing.NOT_ELIGIBLE)
        waiting = waiting_for_people(cohort.criteria, cohort.standings, screening.reasons)
        counts[before, "waiting"] = waiting
        counts[before, "others"] = counts[before, "undetermined"] - waiting
        unshown.add((before, "others"))
        gone = tuple((before[: k + 1], "excluded") for k in range(len(before)))
        sums[(before, "not_eligible"), gone] = None
        sums[(start, "remaining"), ((before, "not_eligible"), (before, "remaining"))] = None
        sums[(before, "remaining"), ((before, "certain"), (before, "undetermined"))] = None
        sums[(before, "undetermined"), ((before, "waiting"), (before, "others"))] = None
    known = frozenset((start, name) for name in ("remaining", "certain", "open"))
    return Table(counts, tuple(sums), frozenset(unshown), known)


def shown_cells(table: Table, *, smallest: int) -> Mapping[Cell, str]:
    """The text of every cell that may be asked for: a count, `<smallest` or `withheld`.

    Bounds on each cell are narrowed sum by sum until nothing changes. While a small cell is left
    with one possible value, the smallest open cell of the sums that fixed it is withheld.
    """
    _check_smallest(smallest)
    withheld = _withhold(table, smallest=smallest)
    return {
        cell: WITHHELD if cell in withheld else shown_count(count, smallest=smallest)
        for cell, count in table.counts.items()
        if cell not in table.unshown
    }


def _withhold(table: Table, *, smallest: int) -> frozenset[Cell]:
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


def _is_open(table: Table, cell: Cell, withheld: frozenset[Cell], *, smallest: int) -> bool:
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
    table: Table,
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


def _check_smallest(smallest: int) -> None:
    if smallest < 0 or smallest in (1, 2):
        raise ValueError(f"smallest is 0 (show all) or at least 3, not {smallest}")
