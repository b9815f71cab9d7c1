"""What stands between a study and its persons: which criterion costs most, which test is missing.

Costs are told one criterion at a time: what would change if it alone were left out. A test, a
signature or a date is what an unknown part of an open criterion reads; that nothing else is missing
is said only where every unknown part of all open criteria reads it, so that it settles the person.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.records import read_records
from remit.criteria.columns.subjects import persons_of, study_subjects
from remit.criteria.meanings import codes_of_leaves, distinct_leaves
from remit.criteria.tree import Attested, Leaf, leaves_of
from remit.facts.reading import Part
from remit.protocol.bound import BoundCriterion
from remit.screening.attrition import Flags
from remit.screening.causes import Titles, titles_of
from remit.screening.missing_words import leaf_title
from remit.screening.screened_parts import for_each_part
from remit.screening.study_screenings import CohortScreening, Screening, Standing
from remit.truth import Reason, Status

Kind = Literal["record", "signature", "date", "source"]
_FROM_RECORDS = frozenset({"record", "date"})


@dataclass(frozen=True, slots=True)
class CriterionCost:
    """What one criterion costs a cohort. All counts are persons who did not die before.

    Attributes:
        excluded: kept out by it, whatever else keeps them out.
        excluded_only: kept out by it and by nothing else.
        eligible_without: of those, who would be eligible without it; the others would be open.
        open: open at it, and kept out by nothing.
        open_only: of those, who are open at nothing else: its answer settles them.
    """

    criterion: str
    excluded: int
    excluded_only: int
    eligible_without: int
    open: int
    open_only: int


@dataclass(frozen=True, slots=True)
class MissingTest:
    """What undetermined persons of a cohort wait for.

    Attributes:
        title: the test, drug or event, or what is to be signed.
        verdicts: open criteria, over all persons, with an unknown part that reads it.
        persons: of how many undetermined persons.
        settles: of those, for whom nothing else is missing.
        last_record: of those, for whom no other record or date is missing, whatever has to be
            signed or looked up at the source; 0 for a signature and a source.
        reason: why it is unknown, most often.
    """

    kind: Kind
    title: str
    verdicts: int
    persons: int
    settles: int
    last_record: int
    reason: Reason


def criterion_costs(screening: Screening, cohort: CohortScreening) -> tuple[CriterionCost, ...]:
    """The cost of each criterion of a cohort, the dearest first: who would get in without it."""
    living = ~screening.died
    persons = len(living)
    fails = {item.criterion.id: _fails(item, screening) & living for item in cohort.criteria}
    opens = {name: (screening.statuses[name] == Status.UNKNOWN) & living for name in fails}
    failing, waiting = np.zeros(persons, np.int16), np.zeros(persons, np.int16)
    for name in fails:
        failing += fails[name]
        waiting += opens[name]
    alone, last = failing == 1, (failing == 0) & (waiting == 1)
    nothing_open, inside = waiting == 0, failing == 0
    costs = [
        CriterionCost(
            name,
            excluded=_count(fails[name]),
            excluded_only=_count(fails[name] & alone),
            eligible_without=_count(fails[name] & alone & nothing_open),
            open=_count(opens[name] & inside),
            open_only=_count(opens[name] & last),
        )
        for name in fails
    ]
    return tuple(
        sorted(costs, key=lambda cost: (-cost.excluded_only, -cost.open_only, -cost.excluded))
    )


def _fails(item: BoundCriterion, screening: Screening) -> Flags:
    fails = Status.NOT_MET if item.criterion.kind == "inclusion" else Status.MET
    return np.asarray(screening.statuses[item.criterion.id] == fails, np.bool_)


def _count(flags: Flags) -> int:
    return int(np.count_nonzero(flags))


@dataclass(slots=True)
class _Tally:
    """What was counted of one thing so far."""

    verdicts: int = 0
    persons: int = 0
    settles: int = 0
    last_record: int = 0
    reasons: npt.NDArray[np.int64] = field(
        default_factory=lambda: np.zeros(max(Reason) + 1, np.int64)
    )

    def add(self, other: _Tally) -> None:
        self.verdicts += other.verdicts
        self.persons += other.persons
        self.settles += other.settles
        self.last_record += other.last_record
        self.reasons += other.reasons


_Thing = tuple[Kind, str]


def missing_tests(screening: Screening, cohort: CohortScreening) -> tuple[MissingTest, ...]:
    """What the undetermined of a cohort wait for; what settles most persons comes first.

    The rows of the dataset are read once more, for the undetermined alone.
    """
    open_ = np.flatnonzero(cohort.standings == Standing.UNDETERMINED)
    asked = screening.person_ids[open_]
    titles = titles_of(screening.protocol, screening.facts.codes)
    found: dict[_Thing, _Tally] = {}

    def work_out(part: Part) -> Mapping[_Thing, _Tally]:
        return _tallies(part, screening, cohort, asked, titles)

    for tallies in for_each_part(screening.facts.parts, work_out):
        for thing, tally in tallies.items():
            found.setdefault(thing, _Tally()).add(tally)
    tests = [
        MissingTest(
            kind,
            title,
            tally.verdicts,
            tally.persons,
            tally.settles,
            tally.last_record,
            Reason(int(np.argmax(tally.reasons))),
        )
        for (kind, title), tally in found.items()
    ]
    return tuple(sorted(tests, key=_by_gain))


def _by_gain(test: MissingTest) -> tuple[int, int, int, int, str]:
    return -test.settles, -test.last_record, -test.persons, -test.verdicts, test.title


def _tallies(
    part: Part,
    screening: Screening,
    cohort: CohortScreening,
    asked: npt.NDArray[np.int64],
    titles: Titles,
) -> Mapping[_Thing, _Tally]:
    """What the undetermined of one part wait for."""
    everyone = persons_of(part).ids
    persons = everyone[np.isin(everyone, asked)]
    if not len(persons):
        return {}
    chosen = tuple(persons.tolist())
    subjects = study_subjects(
        part,
        study=screening.protocol.id,
        data_cut=screening.facts.data_cut,
        persons=chosen,
        known=persons_of(part, persons=chosen),
    )
    nodes = [item.node for item in cohort.criteria if item.node is not None]
    leaves = distinct_leaves(nodes)
    reads = [read for leaf in leaves for read in leaf.reads]
    records = read_records(reads, part, subjects, complete=screening.facts.complete, persons=chosen)
    codes = codes_of_leaves(leaves, records)
    at = np.searchsorted(screening.person_ids, persons)
    waits: dict[_Thing, Flags] = {}
    found: dict[_Thing, _Tally] = {}
    for item in cohort.criteria:
        open_ = screening.statuses[item.criterion.id][at] == Status.UNKNOWN
        if not open_.any():
            continue
        here: dict[_Thing, Flags] = {}
        for thing, reason, flags in _unknown_parts(item, codes, open_, titles):
            here[thing] = here[thing] | flags if thing in here else flags
            found.setdefault(thing, _Tally()).reasons[reason] += _count(flags)
        for thing, flags in here.items():
            found[thing].verdicts += _count(flags)
            waits[thing] = waits[thing] | flags if thing in waits else flags
    things, records_too = np.zeros(len(persons), np.int16), np.zeros(len(persons), np.int16)
    for (kind, _), flags in waits.items():
        things += flags
        records_too += flags if kind in _FROM_RECORDS else False
    for thing, flags in waits.items():
        tally = found[thing]
        tally.persons = _count(flags)
        tally.settles = _count(flags & (things == 1))
        if thing[0] in _FROM_RECORDS:
            tally.last_record = _count(flags & (records_too == 1))
    return found


def _unknown_parts(
    item: BoundCriterion,
    codes: Mapping[Leaf, npt.NDArray[np.int8]],
    open_: Flags,
    titles: Titles,
) -> Iterator[tuple[_Thing, Reason, Flags]]:
    """Each unknown part of an open criterion: what it reads, why it is unknown, and of whom."""
    if item.node is None:
        assert item.held_back is not None, "a criterion without a tree is held back"
        yield ("source", item.criterion.id), item.held_back, open_
        return
    for leaf in dict.fromkeys(placed.leaf for placed in leaves_of(item.node)):
        code = codes[leaf]
        for number in _reasons_in(code[open_]):
            flags = open_ & (code == number)
            reason = Reason(number)
            yield _thing(leaf, reason, titles), reason, flags


def _reasons_in(codes: npt.NDArray[np.int8]) -> Sequence[int]:
    counts = np.bincount(codes, minlength=1)
    return [n for n in np.flatnonzero(counts).tolist() if n >= min(Reason)]


def _thing(leaf: Leaf, reason: Reason, titles: Titles) -> _Thing:
    if reason is Reason.NO_ANCHOR:
        names: Collection[str] = dict.fromkeys(
            name for window in leaf.windows for name in window.anchors
        )
        return "date", " or ".join(name.replace("_", " ") for name in names)
    if isinstance(leaf, Attested):
        return "signature", leaf_title(leaf, titles)
    return "record", leaf_title(leaf, titles)
