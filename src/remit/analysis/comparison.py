"""Re-adjudication: the same patients at one visit under many definitions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, permutations, product

import numpy as np
import numpy.typing as npt

from remit.analysis.agreement import Kappa, Rate, cohen_kappa, wilson_rate
from remit.disclosure import check_smallest, stand_ins
from remit.endpoints.adjudication import Adjudication, is_response
from remit.endpoints.study_responses import StudyAdjudication
from remit.truth import Status


@dataclass(frozen=True, slots=True)
class Flip:
    """One person who responds under one definition and not under another, and what decided it."""

    person: int
    responder_under: str
    not_under: str
    grade: str
    gate: str


@dataclass(frozen=True, slots=True)
class ArmRate:
    """The response rate of one arm under one definition.

    Attributes:
        observed: responders among those who can be assessed.
        imputed: responders among all, after the definition's own rules.
    """

    definition: str
    arm: str
    observed: Rate
    imputed: Rate
    not_assessable: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """The same patients under every definition.

    Attributes:
        persons: ids, shape (persons,).
        responders: definition id -> codes of `Status`: responder of any grade or not; (persons,).
        grades: definition id -> observed grade as a word.
        agreement: pair of definition ids -> kappa over those whom both can assess.
        elsewhere: definition id -> when its source judges, where that is not at this visit.
        smallest: all is of stand-ins, so that counts are its multiples; 0 where it is of everybody.
    """

    visit: str
    persons: npt.NDArray[np.int64]
    definitions: tuple[str, ...]
    responders: Mapping[str, npt.NDArray[np.int8]]
    grades: Mapping[str, tuple[str, ...]]
    agreement: Mapping[tuple[str, str], Kappa]
    rates: tuple[ArmRate, ...]
    flips: tuple[Flip, ...]
    elsewhere: Mapping[str, str]
    smallest: int = 0

    def __repr__(self) -> str:
        return f"<Comparison of {len(self.definitions)} definitions at {self.visit}>"


def compare_responses(study: StudyAdjudication, visit: str, *, smallest: int = 0) -> Comparison:
    """The same patients under every definition of response, at one visit.

    A definition of flare is left out: to meet it is no response. So are persons whose visit was not
    yet due at the data cut.

    Args:
        smallest: compare stand-ins (`remit.disclosure`), for counts that may be shown to others.

    Raises:
        ProtocolError: the study plans no such visit.
        ValueError: `smallest` is 1, 2 or negative.
    """
    check_smallest(smallest)
    rows = study.rows_at(visit)
    compared = [a for a in study.adjudications if a.definition.type != "flare"]
    rows = rows[~study.followed.not_due[rows]]
    elsewhere = {}
    for item in compared:
        window, timely = item.definition.window, study.in_window(item)
        if window is not None and timely is not None and not np.any(timely[rows]):
            elsewhere[item.definition.id] = window.words
    persons = study.visits.visits.person[rows]
    arms = study.arms or None
    if smallest:
        columns = _columns(compared, rows, _arm_of(persons, arms))
        rows = rows[stand_ins(columns, persons=len(rows), smallest=smallest)]
        persons = study.visits.visits.person[rows]
    found = compare_definitions(
        compared,
        rows=rows,
        persons=persons,
        visit=study.visit_named(visit),
        arms=arms,
        elsewhere=elsewhere,
    )
    return replace(found, smallest=smallest)


def _columns(
    compared: Sequence[Adjudication], rows: npt.NDArray[np.int64], arm_of: npt.NDArray[np.str_]
) -> Iterator[npt.NDArray[np.bool_]]:
    """Who is counted in a comparison, count by count: in rates, in pairs, at gates."""
    observed = [is_response(item)[rows] for item in compared]
    imputed = [is_response(item, standard="imputed")[rows] for item in compared]
    arms = [arm_of == arm for arm in np.unique(arm_of)]
    yield from arms[1:]
    for codes in (*observed, *imputed):
        for answer in (Status.MET, Status.NOT_MET):
            yield codes == answer
            yield from ((codes == answer) & arm for arm in arms[1:])
    for item, codes in zip(compared, observed, strict=True):
        grade = item.definition.responses[-1].grade
        failing = item.first_failing(grade)[rows]
        for gate in range(len(item.gate_ids(grade))):
            yield (codes == Status.NOT_MET) & (failing == gate)
    for first, second in combinations(observed, 2):
        for one, other in product((Status.MET, Status.NOT_MET), repeat=2):
            yield (first == one) & (second == other)


def compare_definitions(
    adjudications: Sequence[Adjudication],
    *,
    rows: npt.NDArray[np.int64],
    persons: npt.NDArray[np.int64],
    visit: str,
    arms: Mapping[int, str] | None = None,
    elsewhere: Mapping[str, str] | None = None,
) -> Comparison:
    """Compare definitions at one visit.

    Args:
        rows: the rows of that visit, one a person; `persons` are their ids.
        arms: person -> arm; all persons are one arm when None.
        elsewhere: as `Comparison` has it; none when None.
    """
    names = tuple(item.definition.id for item in adjudications)
    observed = {a.definition.id: is_response(a)[rows] for a in adjudications}
    imputed = {a.definition.id: is_response(a, standard="imputed")[rows] for a in adjudications}
    grades = {a.definition.id: tuple(np.array(a.words(a.places))[rows]) for a in adjudications}
    agreement = {}
    flips: list[Flip] = []
    for place, first in enumerate(adjudications):
        for second in adjudications[place + 1 :]:
            pair = (first.definition.id, second.definition.id)
            agreement[pair] = _kappa(observed[pair[0]], observed[pair[1]])
    met, not_met = int(Status.MET), int(Status.NOT_MET)
    yes = {name: found == met for name, found in observed.items()}
    no = {name: found == not_met for name, found in observed.items()}
    misses = {a.definition.id: _Misses.of(a) for a in adjudications}
    for under, other in permutations(names, 2):
        missed = misses[other]
        flips += [
            Flip(int(persons[at]), under, other, missed.grade, missed.gate(rows[at]))
            for at in np.flatnonzero(yes[under] & no[other])
        ]
    arm_of = _arm_of(persons, arms)
    rates = [
        _rate(name, str(arm), observed[name][arm_of == arm], imputed[name][arm_of == arm])
        for name in names
        for arm in np.unique(arm_of)
    ]
    return Comparison(
        visit,
        persons,
        names,
        observed,
        grades,
        agreement,
        tuple(rates),
        tuple(flips),
        elsewhere or {},
    )


def _arm_of(persons: npt.NDArray[np.int64], arms: Mapping[int, str] | None) -> npt.NDArray[np.str_]:
    words = [arms.get(int(p), "no arm") if arms else "all" for p in persons]
    return np.array(words, np.str_)


def _kappa(first: npt.NDArray[np.int8], second: npt.NDArray[np.int8]) -> Kappa:
    known = (first != Status.UNKNOWN) & (second != Status.UNKNOWN)
    return cohen_kappa(first[known].astype(np.int64), second[known].astype(np.int64))


def _rate(
    name: str, arm: str, observed: npt.NDArray[np.int8], imputed: npt.NDArray[np.int8]
) -> ArmRate:
    known = observed != Status.UNKNOWN
    judged = imputed != Status.UNKNOWN
    return ArmRate(
        name,
        arm,
        wilson_rate(int(np.count_nonzero(observed == Status.MET)), int(np.count_nonzero(known))),
        wilson_rate(int(np.count_nonzero(imputed == Status.MET)), int(np.count_nonzero(judged))),
        int(np.count_nonzero(~known)),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Misses:
    """Which condition of its last grade each row of an adjudication fails first."""

    grade: str
    gates: tuple[str, ...]
    failing: npt.NDArray[np.int64]

    @classmethod
    def of(cls, item: Adjudication) -> _Misses:
        grade = item.definition.responses[-1].grade
        return cls(grade, item.gate_ids(grade), item.first_failing(grade))

    def gate(self, row: int) -> str:
        return self.gates[int(self.failing[row])]
