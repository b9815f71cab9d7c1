"""One person: each criterion with its verdict, the records behind it and what is missing.

The records come from the reference evaluator; a verdict that differs from the engine's is a bug of
ours and is refused, never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from remit.criteria.evidence import Evidence
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.reference import combine
from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import PersonRecords
from remit.criteria.settlers import Settler, find_settlers
from remit.criteria.tree import Leaf, Placed, leaves_of
from remit.errors import DatasetError
from remit.facts.deaths import deaths_of
from remit.facts.dictionary import own_code_names
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundCriterion
from remit.protocol.schema import Criterion
from remit.screening.code_gaps import NO_GAPS, CodeGaps
from remit.screening.study_screenings import Screening, Standing
from remit.truth import Reason, Status, Truth, reasons_of_mask


@dataclass(frozen=True, slots=True)
class LeafFinding:
    """One leaf of an expression: as written, its answer and the records that decided it."""

    text: str
    status: Status
    reason: Reason | None
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class CriterionFinding:
    """One criterion for one person."""

    criterion: Criterion
    status: Status
    reasons: frozenset[Reason]
    leaves: tuple[LeafFinding, ...]
    settlers: tuple[Settler, ...]

    def __repr__(self) -> str:
        return f"<CriterionFinding {self.criterion.id}: {self.status.word}>"

    @property
    def passes(self) -> bool | None:
        """Whether the person may stay in; None while it is unknown."""
        if self.status is Status.UNKNOWN:
            return None
        fails = Status.NOT_MET if self.criterion.kind == "inclusion" else Status.MET
        return self.status is not fails


@dataclass(frozen=True, slots=True)
class Explanation:
    """One person in a study.

    Attributes:
        standings: cohort id (None for the whole study) -> where the person stands.
        findings: all criteria of the protocol, in its order.
        code_gaps: what the codes of the dataset leave open.
        died: the day on which the person died, if that was before the screening: then no criterion
            can make her eligible.
    """

    study: str
    person: int
    anchors: Mapping[str, str]
    standings: Mapping[str | None, Standing]
    findings: tuple[CriterionFinding, ...]
    died: date | None = None
    code_gaps: CodeGaps = NO_GAPS

    def __repr__(self) -> str:
        where = ", ".join(dict.fromkeys(standing.word for standing in self.standings.values()))
        return f"<Explanation {self.study}, person {self.person}: {where}>"


def explain_person(screening: Screening, person: int) -> Explanation:
    """Explain a person's verdicts.

    Raises:
        DatasetError: the dataset has no such person.
    """
    return explain_persons(screening, (person,))[0]


def explain_persons(
    screening: Screening, persons: tuple[int, ...], *, settle: bool = True
) -> tuple[Explanation, ...]:
    """Explain several persons, in the order given.

    Args:
        settle: look for what would settle an unknown criterion, which takes longer than the rest.

    Raises:
        DatasetError: the dataset has no such person.
    """
    missing = sorted(set(persons).difference(screening.person_ids.tolist()))
    if missing:
        raise DatasetError(
            "the dataset has no such person",
            expected="a person_id of the table person",
            got=str(missing[0]),
            next_step="take an id from `remit screen --format json`",
            place=screening.facts.folder,
        )
    read = _codes_read(screening)
    tables = {
        name: screening.facts.rows(
            name, persons=persons, concepts=None if table.concept is None else read.get(name, ())
        )
        for name, table in TABLES.items()
        if "person_id" in table.schema.names
    }
    asked, leaves = _asked(screening)
    found = {
        records.person: _explain(screening, asked, leaves, records, settle=settle)
        for records in read_persons(
            tables,
            study=screening.protocol.id,
            data_cut=screening.facts.data_cut,
            complete=screening.facts.complete,
        )
    }
    gaps = screening.code_gaps()
    return tuple(replace(found[person], code_gaps=gaps) for person in persons)


def _codes_read(screening: Screening) -> Mapping[str, set[int]]:
    """Table -> the codes that the criteria read of it: nothing else can be a record behind them."""
    codes: dict[str, set[int]] = {}
    for item in screening.bound.criteria:
        for placed in () if item.node is None else leaves_of(item.node):
            for read in placed.leaf.reads:
                codes.setdefault(read.table, set()).update(read.ids or ())
    return codes


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A criterion with its leaves.

    Attributes:
        places: of each leaf among the different ones of all criteria.
        answers: truths of the leaves -> that of the criterion, and what would settle it. Many
            persons have the same: each is worked out once.
    """

    item: BoundCriterion
    leaves: tuple[Placed, ...]
    places: tuple[int, ...]
    answers: dict[tuple[Truth, ...], tuple[Truth, tuple[Settler, ...]]]

    def answer(
        self, truths: tuple[Truth, ...], *, settle: bool
    ) -> tuple[Truth, tuple[Settler, ...]]:
        known = self.answers.get(truths)
        if known is None:
            known = self.answers[truths] = self._worked_out(truths, settle=settle)
        return known

    def _worked_out(
        self, truths: tuple[Truth, ...], *, settle: bool
    ) -> tuple[Truth, tuple[Settler, ...]]:
        node = self.item.node
        assert node is not None
        by_leaf = {placed.leaf: truth for placed, truth in zip(self.leaves, truths, strict=True)}
        truth = combine(node, lambda placed: by_leaf[placed.leaf])
        settles = settle and truth.status is Status.UNKNOWN
        return truth, find_settlers(node, by_leaf) if settles else ()


def _asked(screening: Screening) -> tuple[tuple[_Asked, ...], tuple[Leaf, ...]]:
    """The criteria, and the different leaves of all of them."""
    places: dict[Leaf, int] = {}
    asked = []
    for item in screening.bound.criteria:
        leaves = () if item.node is None else tuple(leaves_of(item.node))
        own = tuple(places.setdefault(placed.leaf, len(places)) for placed in leaves)
        asked.append(_Asked(item, leaves, own, {}))
    return tuple(asked), tuple(places)


def _explain(
    screening: Screening,
    asked: tuple[_Asked, ...],
    leaves: tuple[Leaf, ...],
    records: PersonRecords,
    *,
    settle: bool,
) -> Explanation:
    person = records.person
    place = int(np.searchsorted(screening.person_ids, person))
    known = [evaluate_leaf(leaf, records) for leaf in leaves]
    own = own_code_names(screening.protocol.dictionary)
    findings = []
    for one in asked:
        criterion = one.item.criterion
        status = Status(int(screening.statuses[criterion.id][place]))
        reasons = reasons_of_mask(screening.reasons[criterion.id][place])
        if one.item.node is None:
            findings.append(CriterionFinding(criterion, status, reasons, (), ()))
            continue
        found = [known[number] for number in one.places]
        truth, settlers = one.answer(tuple(leaf.truth for leaf in found), settle=settle)
        assert (truth.status, truth.reasons) == (status, reasons), (
            f"{criterion.id}: evaluators disagree"
        )
        told = tuple(
            LeafFinding(
                placed.text,
                leaf.truth.status,
                next(iter(leaf.truth.reasons), None),
                tuple(record.labelled(own) for record in leaf.evidence) if own else leaf.evidence,
            )
            for placed, leaf in zip(one.leaves, found, strict=True)
        )
        findings.append(CriterionFinding(criterion, status, reasons, told, settlers))
    standings = {
        cohort.cohort: Standing(int(cohort.standings[place])) for cohort in screening.cohorts
    }
    anchors = {name: day.isoformat() for name, day in records.anchors.items()}
    died = None
    if screening.died[place]:
        died = deaths_of(screening.facts, np.array([person]))[person]
    return Explanation(screening.protocol.id, person, anchors, standings, tuple(findings), died)
