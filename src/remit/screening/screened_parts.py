"""The parts of a dataset, screened two at a time: verdicts, reasons and attrition of each.

A part's columns are small enough to stay near the processor. So all that can be said of a part is
worked out there, and what is left for the whole is to add up and to lay side by side.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import LeafCodes, Masks, Verdicts
from remit.criteria.columns.subjects import Subjects, persons_of, study_subjects
from remit.criteria.meanings import AskedNodes, asked_nodes, evaluate_for_each
from remit.facts.arrays import NO_DAY, Days, Whole
from remit.facts.arrow_memory import kept_memory
from remit.facts.deaths import death_bounds
from remit.facts.opened import Facts
from remit.facts.reading import Part
from remit.facts.selection import taken
from remit.protocol.bound import BoundCriterion, BoundProtocol
from remit.screening.attrition import Flags, Step, count_attrition
from remit.screening.masks import Kinds, MaskKinds
from remit.screening.part_processes import answers_of_copies, may_copy
from remit.truth import Status

_AT_ONCE = 2
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class StudyPart:
    """What a study finds of the persons of one part; every array has shape (persons,).

    Attributes:
        statuses: criterion id -> `Status` codes.
        reasons: criterion id -> places among the kinds of masks.
        died: who died before the protocol's own date.
        may_have_died: who may have, the day of death being open; None: nobody.
        cohorts: the standings and steps of each cohort, in the order of `cohorts_of`.
    """

    statuses: dict[str, LeafCodes]
    reasons: dict[str, Kinds]
    died: Flags
    cohorts: tuple[tuple[npt.NDArray[np.int8], tuple[Step, ...]], ...]
    may_have_died: Flags | None = None


@dataclass(frozen=True, slots=True)
class ScreenedPart:
    """The persons of one part, ascending, and what each study finds of them."""

    person_ids: Whole
    studies: tuple[StudyPart, ...]


def cohorts_of(
    bound: BoundProtocol,
) -> Iterator[tuple[str | None, str, tuple[BoundCriterion, ...]]]:
    """The id, label and criteria of each cohort; the whole study is one where it has none."""
    protocol = bound.protocol
    groups: list[tuple[str | None, str]] = [(g.id, g.label) for g in protocol.cohorts]
    for cohort, label in groups or [(None, "all")]:
        criteria = tuple(bound.by_id[criterion.id] for criterion in protocol.criteria_of(cohort))
        yield cohort, label, criteria


def screened_parts(
    bounds: Sequence[BoundProtocol],
    facts: Facts,
    kinds: MaskKinds,
    *,
    persons: tuple[int, ...] | None = None,
) -> Iterator[ScreenedPart]:
    """Each part of a dataset, screened for some studies, in order.

    Args:
        kinds: where the kinds of masks are collected.
        persons: these only; all when None.
    """
    asked = asked_of_studies(bounds)

    def work_out(part: Part) -> tuple[ScreenedPart, Masks]:
        found = screened_part(bounds, facts, part, kinds, persons=persons, asked=asked)
        return found, kinds.kinds  # a copy of this process has met others by now

    for found, masks in for_each_part(facts.parts, work_out):
        yield under_kinds(found, kinds.places(masks))


def asked_of_studies(bounds: Sequence[BoundProtocol]) -> tuple[AskedNodes, ...]:
    """What is to be done for each study in each part."""
    return tuple(
        asked_nodes(
            {item.criterion.id: item.node for item in bound.criteria if item.node is not None}
        )
        for bound in bounds
    )


def screened_part(
    bounds: Sequence[BoundProtocol],
    facts: Facts,
    part: Part,
    kinds: MaskKinds,
    *,
    persons: tuple[int, ...] | None = None,
    asked: Sequence[AskedNodes] | None = None,
) -> ScreenedPart:
    """One part of a dataset, as `screened_parts`.

    Args:
        asked: of the studies, where they are known already.
    """
    asked = asked_of_studies(bounds) if asked is None else asked
    known = persons_of(part, persons=persons)
    subjects = [
        study_subjects(
            part,
            study=bound.protocol.id,
            data_cut=facts.data_cut,
            persons=persons,
            known=known,
        )
        for bound in bounds
    ]
    verdicts = evaluate_for_each(asked, part, subjects, complete=facts.complete, persons=persons)
    first, last = death_bounds(part, known.ids, asked=persons)
    studies = []
    for bound, found, who in zip(bounds, verdicts, subjects, strict=True):
        anchor = bound.protocol.default_anchor
        died = _died_before(who, anchor, last)
        may_have = None
        if first is not last:
            may_have = _died_before(who, anchor, first) & ~died
        studies.append(study_part(bound, found, died, kinds, may_have_died=may_have))
    return ScreenedPart(known.ids, tuple(studies))


def for_each_part(parts: Sequence[Part], work_out: Callable[[Part], _Result]) -> Iterator[_Result]:
    """What is worked out of each part, in order; two parts at a time.

    Args:
        work_out: gives all that it finds, in a form that can be pickled: where it may, a copy of
            this process runs it, and what it changes is changed there.
    """
    if len(parts) == 1:
        with kept_memory():
            found = work_out(parts[0])
        yield found
        return
    if may_copy(parts):
        with kept_memory():
            yield from answers_of_copies(parts, work_out, count=_AT_ONCE)
        return
    with kept_memory(), ThreadPoolExecutor(_AT_ONCE) as pool:
        # No more parts ahead than are worked on: their rows lie in memory.
        waiting: deque[Future[_Result]] = deque()
        for part in parts:
            waiting.append(pool.submit(work_out, part))
            if len(waiting) > _AT_ONCE:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def under_kinds(part: ScreenedPart, numbers: Kinds) -> ScreenedPart:
    """A part whose kinds of masks get other numbers.

    Args:
        numbers: the new one of each kind, shape (kinds,).
    """
    if (numbers == np.arange(len(numbers))).all():
        return part
    studies = [
        replace(study, reasons={name: taken(numbers, kind) for name, kind in study.reasons.items()})
        for study in part.studies
    ]
    return replace(part, studies=tuple(studies))


def study_part(
    bound: BoundProtocol,
    verdicts: Mapping[str, Verdicts],
    died: Flags,
    kinds: MaskKinds,
    *,
    may_have_died: Flags | None = None,
) -> StudyPart:
    """What a study finds, from the verdicts of its criteria by their ids; others are held back."""
    statuses: dict[str, LeafCodes] = {}
    reasons: dict[str, Kinds] = {}
    for item in bound.criteria:
        name = item.criterion.id
        if item.node is not None:
            statuses[name] = verdicts[name].statuses
            reasons[name] = kinds.places(verdicts[name].reasons)
            continue
        assert item.held_back is not None, "a criterion without a tree is held back"
        statuses[name] = np.full(len(died), Status.UNKNOWN, np.int8)
        reasons[name] = kinds.places(np.full(len(died), item.held_back.bit, np.int32))
    cohorts = [
        count_attrition(criteria, statuses, died, may_have_died=may_have_died)
        for _, _, criteria in cohorts_of(bound)
    ]
    return StudyPart(statuses, reasons, died, tuple(cohorts), may_have_died)


def _died_before(who: Subjects, anchor: str, dead: Days) -> Flags:
    """Who died before a named date; who has none is screened on no day."""
    day = who.dates.get(anchor, np.full(len(who), NO_DAY, np.int32))
    return np.asarray((dead != NO_DAY) & (day != NO_DAY) & (dead < day), np.bool_)
