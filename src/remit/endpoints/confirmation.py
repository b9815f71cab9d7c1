"""Responses that count only when the planned visit before showed them too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import Verdicts, all_of
from remit.criteria.columns.numbers import Categories
from remit.endpoints.adjudication import Adjudication, Whole, grades_of, reaches
from remit.endpoints.definition import CONFIRMED, VisitConfirmation
from remit.truth import Reason, Status


def confirm(
    adjudication: Adjudication, confirmation: VisitConfirmation, previous: Whole
) -> Adjudication:
    """The grades that the planned visit before confirms.

    Where gates are named, each must have been met at that visit as well. Otherwise the whole
    response must: of two visits the worse counts, and a gate `confirmation` says for each grade
    whether the visit before reached it or a better one. A visit without one before it is neither
    confirmed nor denied. Flares stay as they are.

    Args:
        previous: the row of the visit before, -1 where there is none; shape (rows,).
    """
    if adjudication.definition.type == "flare":
        return adjudication
    if confirmation.gates:
        return _gates_confirmed(adjudication, confirmation.gates, previous)
    return _response_confirmed(adjudication, previous)


def confirm_as_defined(
    adjudications: Sequence[Adjudication], previous: Whole
) -> tuple[Adjudication, ...]:
    """Each under the confirmation of its own definition; the others as they are."""
    return tuple(
        item if asked is None else confirm(item, asked, previous)
        for item in adjudications
        for asked in (item.definition.confirmation,)
    )


def _gates_confirmed(
    adjudication: Adjudication, names: tuple[str, ...], previous: Whole
) -> Adjudication:
    gates = {
        key: all_of([verdict, _at(verdict, previous)]) if key[1] in names else verdict
        for key, verdict in adjudication.gates.items()
    }
    found = grades_of(adjudication.definition, gates, adjudication.applies)
    return replace(adjudication, possible=found, gates=gates, alone=adjudication.possible)


def _at(verdict: Verdicts, rows: Whole) -> Verdicts:
    """A verdict of other rows; unknown where there is none."""
    there = rows >= 0
    statuses = np.where(there, verdict.statuses[rows], np.int8(Status.UNKNOWN))
    reasons = np.where(there, verdict.reasons[rows], np.int32(Reason.NO_ANCHOR.bit))
    return Verdicts(statuses.astype(np.int8), reasons.astype(np.int32))


def _response_confirmed(adjudication: Adjudication, previous: Whole) -> Adjudication:
    now = adjudication.possible
    before = now.take(previous)
    possible = np.zeros(len(now), np.int64)
    for place in range(len(now.ids)):
        bit, as_good = np.int64(1 << place), np.int64((2 << place) - 1)
        here = ((now.possible & bit) > 0) & ((before.possible & as_good) > 0)
        there = ((before.possible & bit) > 0) & ((now.possible & as_good) > 0)
        possible |= np.where(here | there, bit, np.int64(0))
    single = (possible & (possible - 1)) == 0
    why = np.where(single, 0, np.where(now.why > 0, now.why, before.why)).astype(np.int8)
    gates = dict(adjudication.gates)
    for place, grade in enumerate(adjudication.grades[:-1]):
        gates[grade, CONFIRMED] = _reached(before, place)
    found = replace(now, possible=possible, why=why)
    return replace(adjudication, possible=found, gates=gates, alone=now)


def _reached(grades: Categories, place: int) -> Verdicts:
    """Whether each row has the grade at a place, or a better one."""
    met, failed = reaches(grades, place)
    status = np.where(met, Status.MET, np.where(failed, Status.NOT_MET, Status.UNKNOWN))
    why: npt.NDArray[np.int64] = np.where(grades.why > 0, grades.why, Reason.NO_DATA)
    bits = np.left_shift(np.int64(1), why - int(Reason.NO_ANCHOR))
    reasons = np.where(status == Status.UNKNOWN, bits, 0)
    return Verdicts(status.astype(np.int8), reasons.astype(np.int32))
