"""The counts of a screening as they may be shown.

They are cells tied by sums (entering = excluded + remaining, and so on). Cohorts that share their
first criteria share those cells.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from remit.disclosure import WITHHELD, Cell, CountTable, is_told, rounded_count, shown_cells
from remit.screening.attrition import waiting_for_people
from remit.screening.study_screenings import Screening, Standing

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


def _table_of(screening: Screening) -> CountTable:
    """A cell is the criteria applied so far and the name of the count."""
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
    return CountTable(counts, tuple(sums), frozenset(unshown), known, _RANK)
