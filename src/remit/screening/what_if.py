"""What another set of criteria would do: the same persons, without some criteria or with others.

Leaving criteria out needs no record: the verdicts of the others stay as they are. Where a number or
a parameter is another, the study is screened anew. Either way it is told who stands otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.protocol.bound import BoundProtocol
from remit.protocol.other_threshold import (
    ChangedText,
    is_comparison,
    require_once,
    with_threshold,
)
from remit.protocol.schema import Criterion, Protocol
from remit.result_table import ResultTable, Tabular
from remit.screening.attrition import Flags, count_attrition
from remit.screening.study_screenings import CohortScreening, Screening, Standing, screen_studies
from remit.screening.worklist import STATUS_WORDS
from remit.truth import Status

MOVED_COLUMNS = pa.schema(
    [(name, pa.string()) for name in ("person", "cohort", "was", "status", "changed_by")]
)


@dataclass(frozen=True, slots=True)
class Move:
    """How many persons stand otherwise, from where and to where."""

    was: Standing
    now: Standing
    persons: int


@dataclass(frozen=True, slots=True)
class WhatIf(Tabular):
    """A study as it is and as it might be, over the same persons.

    Attributes:
        dropped: the criteria that are left out.
        changed: the expressions with another number.
        settings: the parameters that are set otherwise.
    """

    before: Screening
    after: Screening
    dropped: tuple[Criterion, ...] = ()
    changed: tuple[ChangedText, ...] = ()
    settings: Mapping[str, str] | None = None

    def __repr__(self) -> str:
        moved = sum(move.persons for cohort in self.cohorts for move in moves(*cohort))
        return f"<WhatIf {self.before.protocol.id}: {moved:,} stand otherwise>"

    @property
    def cohorts(self) -> Iterator[tuple[CohortScreening, CohortScreening]]:
        """Each cohort before and after."""
        return zip(self.before.cohorts, self.after.cohorts, strict=True)

    def to_arrow(self) -> pa.Table:
        """Who stands otherwise, as `moved_table`."""
        return moved_table(self)

    def persons(self) -> ResultTable:
        """One row a person and cohort who stands otherwise, and the criteria that did it."""
        return ResultTable(moved_table(self))


def compare_studies(
    protocol: Protocol,
    facts: Facts,
    *,
    without: Collection[str] = (),
    settings: Collection[str] = (),
) -> WhatIf:
    """A study as it is beside the study that somebody thinks of; rows are read once for both.

    Args:
        without: ids of criteria that are left out.
        settings: comparisons with another number, such as `sledai_2k >= 4`, and parameters as
            `NAME=VALUE`.

    Raises:
        ProtocolError: the study has no such criterion, comparison or parameter, one is told twice,
            or no criterion would be left.
        ExpressionError: a setting is neither.
    """
    require_once(tuple(settings))
    pairs = [text.partition("=") for text in settings if not is_comparison(text)]
    named = {name.strip(): value.strip() for name, _, value in pairs}
    other = protocol.with_parameters(named) if named else protocol
    changed: list[ChangedText] = []
    for text in filter(is_comparison, settings):
        found = with_threshold(other, text)
        other = found.protocol
        changed += found.changed
    dropped = tuple(protocol.criterion(name) for name in dict.fromkeys(without))
    screenings = screen_studies((protocol,) if other is protocol else (protocol, other), facts)
    after = without_criteria(screenings[-1], without) if without else screenings[-1]
    return WhatIf(screenings[0], after, dropped, tuple(changed), named)


def without_criteria(screening: Screening, criteria: Collection[str]) -> Screening:
    """The screening of the study without some criteria. No record is read.

    Raises:
        ProtocolError: the study has no such criterion, or none would be left.
    """
    protocol = screening.protocol
    dropped = {protocol.criterion(name).id for name in criteria}
    kept = tuple(c for c in protocol.criteria if c.id not in dropped)
    if not kept:
        raise ProtocolError(
            "no criterion would be left",
            expected="a study with at least one criterion",
            got=f"all {len(protocol.criteria)} left out",
            next_step="keep one",
            place=protocol.place_of("criteria"),
        )
    bound = screening.bound
    left = tuple(item for item in bound.criteria if item.criterion.id not in dropped)
    narrowed = BoundProtocol(
        protocol.model_copy(update={"criteria": kept}),
        left,
        {item.criterion.id: item for item in left},
    )
    return replace(
        screening,
        bound=narrowed,
        statuses={name: v for name, v in screening.statuses.items() if name not in dropped},
        reasons={name: v for name, v in screening.reasons.items() if name not in dropped},
        cohorts=tuple(_cohort_of_fewer(cohort, dropped, screening) for cohort in screening.cohorts),
    )


def _cohort_of_fewer(
    cohort: CohortScreening, dropped: Collection[str], screening: Screening
) -> CohortScreening:
    """A cohort with its standings and steps counted anew; itself where it loses no criterion."""
    criteria = tuple(item for item in cohort.criteria if item.criterion.id not in dropped)
    if len(criteria) == len(cohort.criteria):
        return cohort
    standings, steps = count_attrition(criteria, screening.statuses, screening.died)
    return replace(cohort, criteria=criteria, standings=standings, steps=steps)


def moves(before: CohortScreening, after: CohortScreening) -> tuple[Move, ...]:
    """Who stands otherwise in a cohort, counted by where from and where to."""
    pair = before.standings.astype(np.int64) * len(Standing) + after.standings
    counts = np.bincount(pair, minlength=len(Standing) ** 2).tolist()
    found = (
        Move(Standing(place // len(Standing)), Standing(place % len(Standing)), count)
        for place, count in enumerate(counts)
        if count
    )
    return tuple(move for move in found if move.was is not move.now)


def moved_table(what_if: WhatIf) -> pa.Table:
    """Columns `MOVED_COLUMNS`: a row a person and cohort who stands otherwise.

    `changed_by` names the criteria whose answer is another, or that are left out and had kept the
    person out or open.
    """
    names = person_names(what_if.before.facts)
    pieces = []
    for before, after in what_if.cohorts:
        at = np.flatnonzero(before.standings != after.standings)
        words = [STATUS_WORDS[standing] for standing in Standing]
        pieces.append(
            pa.table(
                {
                    "person": names.all_shown(what_if.before.person_ids[at]),
                    "cohort": [before.cohort] * len(at),
                    "was": [words[code] for code in before.standings[at].tolist()],
                    "status": [words[code] for code in after.standings[at].tolist()],
                    "changed_by": _changed_by(what_if, before, at),
                },
                schema=MOVED_COLUMNS,
            )
        )
    return pa.concat_tables(pieces)


def _changed_by(
    what_if: WhatIf, cohort: CohortScreening, at: npt.NDArray[np.intp]
) -> Sequence[str]:
    """The criteria that moved each of these persons, in the study's order."""
    causes: list[tuple[str, Flags]] = []
    for item in cohort.criteria:
        name = item.criterion.id
        was = what_if.before.statuses[name][at]
        if name in what_if.after.statuses:
            moved = was != what_if.after.statuses[name][at]
        else:
            fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
            moved = (was == fails) | (was == Status.UNKNOWN)
        causes.append((name, moved))
    return [" ".join(name for name, moved in causes if moved[place]) for place in range(len(at))]
