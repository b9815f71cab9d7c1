"""What happened to many persons in a window: conditions, drugs, procedures, stays, biopsies.

Each function follows one line of the language page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np

from remit.simulate.calendar import DayRange, Days, Flags
from remit.simulate.oracle.kleene import Answers, choose, decided
from remit.simulate.oracle.lookups import concept_named, covered, leaf_names
from remit.simulate.state import DrawnCohort, Labs, Spells
from remit.truth import Reason

FOREVER = np.int32(2**29)


@cache
def _route_of(name: str) -> tuple[int, ...]:
    return concept_named(name).route


def records_of(
    cohort: DrawnCohort, name: str, *, leave_out: str | None = None
) -> tuple[Spells, Flags]:
    """The records of a concept or class, and whether each lasts on when no end is recorded."""
    spells, chronic = _by_any_route(cohort, name, leave_out=leave_out)
    if _route_of(name):
        on_route = np.isin(spells.route, _route_of(name))
        spells = replace(spells, there=spells.there & on_route)
    return spells, chronic


def _without_route(cohort: DrawnCohort, name: str, window: DayRange) -> Flags:
    """Who has a record in the window of which nobody knows whether it is by the route asked for."""
    if not _route_of(name):
        return np.zeros(cohort.size, np.bool_)
    spells, _ = _by_any_route(cohort, name, leave_out=None)
    first = np.maximum(spells.start, window.low[:, None])
    inside = first <= np.minimum(spells.end, window.high[:, None])
    return np.asarray((spells.there & (spells.route == 0) & inside).any(axis=1), np.bool_)


def _by_any_route(cohort: DrawnCohort, name: str, *, leave_out: str | None) -> tuple[Spells, Flags]:
    kind = concept_named(name).kind
    source = {
        "condition": cohort.conditions,
        "drug": cohort.exposures,
        "procedure": cohort.procedures,
        "visit": cohort.visits,
    }[kind]
    spared = leaf_names(leave_out) if leave_out else ()
    leaves = [leaf for leaf in leaf_names(name) if leaf in source and leaf not in spared]
    nobody = np.zeros((cohort.size, 0), np.int32)
    none = Spells(nobody.astype(np.bool_), nobody, nobody, nobody.astype(np.bool_), nobody)
    found = [none, *(source[leaf] for leaf in leaves)]
    chronic = np.concatenate(
        [
            np.zeros(0, np.bool_),
            *(
                np.full(source[leaf].there.shape[1], concept_named(leaf).course == "chronic")
                for leaf in leaves
            ),
        ]
    )
    spells = Spells(
        there=np.concatenate([spell.there for spell in found], axis=1),
        start=np.concatenate([spell.start for spell in found], axis=1),
        end=np.concatenate([spell.end for spell in found], axis=1),
        endless=np.concatenate([spell.endless for spell in found], axis=1),
        route=np.concatenate([spell.route for spell in found], axis=1),
    )
    return spells, chronic


def _ends(spells: Spells, chronic: Flags) -> tuple[Days, Days]:
    """The last day on which each record certainly, and on which it possibly, holds."""
    open_end = np.where(chronic, FOREVER, spells.start)
    certain = np.where(spells.endless, open_end, spells.end).astype(np.int32)
    possible = np.where(spells.endless, FOREVER, spells.end).astype(np.int32)
    return certain, possible


def happened(
    cohort: DrawnCohort,
    name: str,
    window: DayRange,
    *,
    leave_out: str | None = None,
    overlapping: Sequence[str] = (),
) -> Answers:
    """Whether a record of the concept lies in the window, sharing there a day with others."""
    spells, chronic = records_of(cohort, name, leave_out=leave_out)
    certain_end, possible_end = _ends(spells, chronic)
    low, high = window.low[:, None], window.high[:, None]
    first = np.maximum(spells.start, low)
    certain = spells.there & (first <= np.minimum(certain_end, high))
    possible = spells.there & (first <= np.minimum(possible_end, high))
    unrouted = _without_route(cohort, name, window)
    for other in overlapping:
        unrouted |= _without_route(cohort, other, window)
        beside, _ = records_of(cohort, other)
        meets = np.zeros(spells.there.shape, np.bool_)
        may_meet = np.zeros(spells.there.shape, np.bool_)
        for there, start, end in zip(beside.there.T, beside.start.T, beside.end.T, strict=True):
            begin = np.maximum(first, start[:, None])
            last = np.minimum(end[:, None], high)
            meets |= there[:, None] & (begin <= np.minimum(certain_end, last))
            may_meet |= there[:, None] & (begin <= np.minimum(possible_end, last))
        certain &= meets
        possible &= may_meet
    return choose(
        (~window.known, Reason.NO_ANCHOR),
        (certain.any(axis=1), True),
        (possible.any(axis=1), Reason.NO_END_DATE),
        (~covered(cohort, window, name), Reason.NOT_COVERED),
        (unrouted, Reason.CODE_UNRESOLVED),
        otherwise=False,
    )


def at_most_one(cohort: DrawnCohort, name: str, window: DayRange) -> Answers:
    """Whether no more than one record of the concept lies in the window."""
    spells, chronic = records_of(cohort, name)
    certain_end, possible_end = _ends(spells, chronic)
    low, high = window.low[:, None], window.high[:, None]
    first = np.maximum(spells.start, low)
    certain = (spells.there & (first <= np.minimum(certain_end, high))).sum(axis=1)
    possible = (spells.there & (first <= np.minimum(possible_end, high))).sum(axis=1)
    return choose(
        (~window.known, Reason.NO_ANCHOR),
        (certain > 1, False),
        (possible > 1, Reason.NO_END_DATE),
        (~covered(cohort, window, name), Reason.NOT_COVERED),
        otherwise=True,
    )


def finding_of_latest_biopsy(
    cohort: DrawnCohort, finding: str, window: DayRange, *answers: str
) -> Answers:
    """Whether the finding recorded for the last biopsy of the window is one of the answers."""
    biopsies = cohort.procedures["renal_biopsy"]
    found: Labs = cohort.biopsy_findings[finding]
    inside = biopsies.there & window.holds(biopsies.start)
    rank = biopsies.start.astype(np.int64) * 8 + np.arange(biopsies.there.shape[1])
    column = np.where(inside, rank, -(2**60)).argmax(axis=1)[:, None]
    recorded = np.take_along_axis(found.there, column, axis=1)[:, 0]
    coded = np.take_along_axis(found.coded, column, axis=1)[:, 0]
    values = concept_named(finding).values
    wanted = np.array([code in {values[a].omop for a in answers} for code in found.codes])
    listed = np.array([code in {v.omop for v in values.values()} for code in found.codes])
    absent = covered(cohort, window, "renal_biopsy")
    none = ~inside.any(axis=1)
    return choose(
        (~window.known, Reason.NO_ANCHOR),
        (none & ~absent, Reason.NOT_COVERED),
        (none, False),
        (~recorded, Reason.NO_DATA),
        (coded < 0, Reason.NO_VALUE),
        (~listed[coded], Reason.CODE_UNKNOWN),
        otherwise=decided(wanted[coded]),
    )
