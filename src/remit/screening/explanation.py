"""One person: each criterion with its verdict, the records behind it and what is missing.

The records come from the reference evaluator; a verdict that differs from the engine's is a bug of
ours and is refused, never shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import numpy as np

from remit.criteria.deciders import ScoreTotal, deciding_leaves, leaves_by_score, score_totals
from remit.criteria.evidence import Evidence
from remit.criteria.meanings import evaluate_leaf
from remit.criteria.parameters import with_values
from remit.criteria.reference import combine
from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import PersonRecords
from remit.criteria.reference.values import Found
from remit.criteria.settlers import Settler, find_settlers
from remit.criteria.tree import Leaf, Placed, leaves_of
from remit.errors import DatasetError
from remit.facts.deaths import deaths_of, open_deaths_of
from remit.facts.dictionary import own_code_names
from remit.facts.imprecise_dates import UnknownDay
from remit.facts.kept_rows import facts_of_persons
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.facts.soundness import require_sound
from remit.facts.tables import TABLES
from remit.protocol.bound import BoundCriterion, BoundProtocol, bind_protocol
from remit.protocol.schema import Criterion, Protocol
from remit.screening.causes import Cause, Titles, titles_of
from remit.screening.code_gaps import NO_GAPS, CodeGaps
from remit.screening.decisive_reasons import causes_of_criterion
from remit.screening.missing_words import Missing, missing_of
from remit.screening.record_origins import SourceTrace, source_trace
from remit.screening.study_screenings import Screening, Standing, screen_bound
from remit.truth import Reason, Status, Truth, reasons_of_mask


@dataclass(frozen=True, slots=True)
class LeafFinding:
    """One leaf of an expression: its words, its answer and the records that decided it.

    Attributes:
        text: as written, each parameter with its value.
        score: the score of whose items it is one; None where it is none.
        decides: whether the answer of the criterion rests on it.
    """

    text: str
    status: Status
    reason: Reason | None
    evidence: tuple[Evidence, ...]
    score: str | None = None
    decides: bool = True


@dataclass(frozen=True, slots=True)
class CriterionFinding:
    """One criterion for one person.

    Attributes:
        expression: that of the criterion, each parameter with its value.
        totals: score -> the points that its items give, for scores that are sums of points.
        causes: what decided a criterion that keeps the person out.
        missing: the fewest facts that would let her pass one that is unknown.
    """

    criterion: Criterion
    status: Status
    reasons: frozenset[Reason]
    leaves: tuple[LeafFinding, ...]
    settlers: tuple[Settler, ...]
    expression: str | None = None
    totals: Mapping[str, ScoreTotal] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    missing: tuple[Missing, ...] = ()

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
        person: the number that the rows carry; `told` is the id as the source has it.
        standings: cohort id (None for the whole study) -> where the person stands.
        findings: all criteria of the protocol, in its order.
        code_gaps: what the codes of the dataset leave open.
        died: the day on which the person died, if that was before the screening: then no criterion
            can make her eligible.
        died_between: between which days, where the day is not exactly known; without `died` she may
            have died before the screening, and is not eligible for certain.
    """

    study: str
    person: int
    anchors: Mapping[str, str]
    standings: Mapping[str | None, Standing]
    findings: tuple[CriterionFinding, ...]
    died: date | None = None
    died_between: UnknownDay | None = None
    code_gaps: CodeGaps = NO_GAPS
    told: int | str = ""

    def __post_init__(self) -> None:
        if self.told == "":
            object.__setattr__(self, "told", self.person)

    @property
    def name(self) -> str:
        """The id as people read it."""
        return str(self.told)

    def __repr__(self) -> str:
        where = ", ".join(dict.fromkeys(standing.word for standing in self.standings.values()))
        return f"<Explanation {self.study}, person {self.person}: {where}>"


def explain_person(screening: Screening, person: int) -> Explanation:
    """Explain a person's verdicts.

    Raises:
        DatasetError: the dataset has no such person.
    """
    return explain_persons(screening, (person,))[0]


def explain_in_dataset(protocol: Protocol, facts: Facts, person: int) -> Explanation:
    """Explain one person of a dataset for a study, without screening the others.

    Raises:
        ProtocolError: an expression does not bind.
        DatasetError: the dataset has no such person, or was not checked on writing and holds rows
            that cannot be.
    """
    if not facts.manifest.checked:
        require_sound(facts)
    bound = bind_protocol(protocol, facts.codes)
    alone = facts_of_persons(facts, (person,), codes=_codes_read(bound))
    screening = screen_bound((bound,), alone, persons=(person,))[0]
    # A table of no person lies in one part alone, which may not be that of the person.
    return _explained(screening, (person,), facts)[0]


def explain_persons(screening: Screening, persons: tuple[int, ...]) -> tuple[Explanation, ...]:
    """Explain several persons, in the order given.

    Raises:
        DatasetError: the dataset has no such person.
    """
    return _explained(screening, persons, screening.facts)


def _explained(
    screening: Screening, persons: tuple[int, ...], whole: Facts
) -> tuple[Explanation, ...]:
    """As `explain_persons`; `whole` is the dataset with all of its parts."""
    missing = sorted(set(persons).difference(screening.person_ids.tolist()))
    if missing:
        raise DatasetError(
            "the dataset has no such person",
            expected="a person_id of the table person",
            got=str(missing[0]),
            next_step="take an id from `remit screen --format json`",
            place=screening.facts.folder,
        )
    read = _codes_read(screening.bound)
    tables = {
        name: screening.facts.rows(
            name,
            persons=persons,
            concepts=None if table.concept is None else read.get(name, ()),
            study=screening.protocol.id,
        )
        for name, table in TABLES.items()
        if "person_id" in table.schema.names
    }
    trace = source_trace(tables, whole)
    asked, leaves = _asked(screening)
    found = {
        records.person: _explain(screening, asked, leaves, records, trace)
        for records in read_persons(
            tables,
            study=screening.protocol.id,
            data_cut=screening.facts.data_cut,
            complete=screening.facts.complete,
        )
    }
    gaps, names = screening.code_gaps(), person_names(screening.facts)
    return tuple(
        replace(found[person], code_gaps=gaps, told=names.told(person)) for person in persons
    )


def _codes_read(bound: BoundProtocol) -> Mapping[str, set[int]]:
    """Table -> the codes that the criteria read of it: nothing else can be a record behind them."""
    codes: dict[str, set[int]] = {}
    for item in bound.criteria:
        for placed in () if item.node is None else leaves_of(item.node):
            for read in placed.leaf.reads:
                codes.setdefault(read.table, set()).update(read.ids or ())
    return codes


@dataclass(frozen=True, slots=True)
class _Answer:
    """What follows from the truths of a criterion's leaves.

    Attributes:
        decides: whether the answer rests on each leaf.
    """

    truth: Truth
    settlers: tuple[Settler, ...]
    decides: tuple[bool, ...]
    totals: Mapping[str, ScoreTotal]


@dataclass(frozen=True, slots=True, eq=False)
class _Asked:
    """A criterion with its leaves.

    Attributes:
        leaves: each with the score of whose items it is one.
        places: of each leaf among the different ones of all criteria.
        answers: truths of the leaves -> what follows. Many persons have the same: each is worked
            out once.
    """

    item: BoundCriterion
    leaves: tuple[tuple[Placed, str | None], ...]
    places: tuple[int, ...]
    answers: dict[tuple[Truth, ...], _Answer]

    def answer(self, truths: tuple[Truth, ...]) -> _Answer:
        known = self.answers.get(truths)
        if known is None:
            known = self.answers[truths] = self._worked_out(truths)
        return known

    def _worked_out(self, truths: tuple[Truth, ...]) -> _Answer:
        node = self.item.node
        assert node is not None
        by_leaf = {
            placed.leaf: truth for (placed, _), truth in zip(self.leaves, truths, strict=True)
        }
        truth = combine(node, lambda placed: by_leaf[placed.leaf])
        settlers = find_settlers(node, by_leaf) if truth.status is Status.UNKNOWN else ()
        deciding = set(deciding_leaves(node, by_leaf))
        decides = tuple(placed in deciding for placed, _ in self.leaves)
        return _Answer(truth, settlers, decides, score_totals(node, by_leaf))


def _asked(screening: Screening) -> tuple[tuple[_Asked, ...], tuple[Leaf, ...]]:
    """The criteria, and the different leaves of all of them."""
    places: dict[Leaf, int] = {}
    asked = []
    for item in screening.bound.criteria:
        leaves = () if item.node is None else tuple(leaves_by_score(item.node))
        own = tuple(places.setdefault(placed.leaf, len(places)) for placed, _ in leaves)
        asked.append(_Asked(item, leaves, own, {}))
    return tuple(asked), tuple(places)


def _explain(
    screening: Screening,
    asked: tuple[_Asked, ...],
    leaves: tuple[Leaf, ...],
    records: PersonRecords,
    trace: SourceTrace,
) -> Explanation:
    person = records.person
    place = int(np.searchsorted(screening.person_ids, person))
    known = trace.traced([evaluate_leaf(leaf, records) for leaf in leaves])
    own = own_code_names(screening.protocol.dictionary)
    if own:
        known = [
            replace(found, evidence=tuple(record.labelled(own) for record in found.evidence))
            for found in known
        ]
    titles = titles_of(screening.protocol, screening.facts.codes)
    findings = []
    for one in asked:
        criterion = one.item.criterion
        status = Status(int(screening.statuses[criterion.id][place]))
        reasons = reasons_of_mask(screening.reasons[criterion.id][place])
        finding = CriterionFinding(criterion, status, reasons, (), ())
        if one.item.node is not None:
            finding = _with_leaves(finding, one, [known[number] for number in one.places])
        findings.append(_in_words(finding, one.item, records, titles))
    standings = {
        cohort.cohort: Standing(int(cohort.standings[place])) for cohort in screening.cohorts
    }
    anchors = {name: day.isoformat() for name, day in records.anchors.items()}
    died = between = None
    if screening.died[place]:
        died = deaths_of(screening.facts, np.array([person]))[person]
    may_have = screening.may_have_died
    if died is not None or (may_have is not None and may_have[place]):
        between = open_deaths_of(screening.facts, np.array([person])).get(person)
    study = screening.protocol.id
    return Explanation(study, person, anchors, standings, tuple(findings), died, between)


def _with_leaves(
    finding: CriterionFinding, asked: _Asked, known: Sequence[Found]
) -> CriterionFinding:
    """A finding with its leaves, after they were found to give the verdict of the engine."""
    answer = asked.answer(tuple(leaf.truth for leaf in known))
    same = (answer.truth.status, answer.truth.reasons) == (finding.status, finding.reasons)
    assert same, f"{finding.criterion.id}: evaluators disagree"
    leaves = tuple(
        LeafFinding(
            placed.text,
            found.truth.status,
            next(iter(found.truth.reasons), None),
            found.evidence,
            score,
            decides,
        )
        for (placed, score), found, decides in zip(asked.leaves, known, answer.decides, strict=True)
    )
    return replace(finding, leaves=leaves, settlers=answer.settlers, totals=answer.totals)


def _in_words(
    finding: CriterionFinding, item: BoundCriterion, records: PersonRecords, titles: Titles
) -> CriterionFinding:
    """A finding with what people read of it: values of parameters, causes, missing facts."""
    written = finding.criterion.expression
    if written is not None:
        written = with_values(written, titles.protocol.literal_texts())
    return replace(
        finding,
        expression=written,
        causes=causes_of_criterion(item, records, titles) if finding.passes is False else (),
        missing=missing_of(item, records, titles) if finding.passes is None else (),
    )
