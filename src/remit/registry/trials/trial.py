"""Records linked as one trial: which page said what, what was chosen, and where pages differ."""

from __future__ import annotations

from dataclasses import dataclass

from remit.registry.record import (
    Cohort,
    CriterionFlag,
    CriterionKind,
    CriterionText,
    FieldState,
    OutcomeText,
    Record,
    Span,
    Value,
)
from remit.registry.trials.link_grounds import LinkEvidence, Question, Veto


@dataclass(frozen=True, slots=True)
class LinkDecision:
    """Whether two records are of one trial, and why. `left` and `right` name the pages.

    Where `questions` stand, much speaks for a link and nothing forbids it, but a person must say
    whether what differs tells two trials apart; until then the records are not linked.
    """

    left: str
    right: str
    linked: bool
    score: float
    evidence: tuple[LinkEvidence, ...]
    vetoes: tuple[Veto, ...]
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldClaim:
    """What one page says of one field. A field with several items has one claim for each."""

    name: str
    source: str
    value: Value | None
    text: str
    span: Span
    state: FieldState


@dataclass(frozen=True, slots=True)
class TrialField:
    """A field of the trial: the chosen values, the page they come from, and every claim."""

    name: str
    values: tuple[Value, ...]
    chosen_source: str | None
    claims: tuple[FieldClaim, ...]


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A field for which two pages, or two places of the trial, say different things."""

    name: str
    claims: tuple[FieldClaim, ...]
    detail: str


@dataclass(frozen=True, slots=True)
class CriterionClaim:
    """A criterion as one page words it."""

    source: str
    criterion: CriterionText


@dataclass(frozen=True, slots=True)
class Repair:
    """A lost sign put back from another page: the lossy wording and the whole one."""

    lossy_source: str
    lossy_text: str
    lossy_span: Span
    evidence_source: str
    evidence_text: str
    evidence_span: Span


@dataclass(frozen=True, slots=True)
class MergedCriterion:
    """One criterion of the trial, with its wording on every page that has it.

    `text`, `source` and `span` are of the wording in use; after a repair that is the page that
    kept the sign.
    """

    key: str
    kind: CriterionKind
    cohort: str | None
    number: str
    parent: str | None
    text: str
    source: str
    span: Span
    flags: frozenset[CriterionFlag]
    repair: Repair | None
    claims: tuple[CriterionClaim, ...]


@dataclass(frozen=True, slots=True)
class MergedOutcome:
    """One outcome of the trial and the page that it comes from."""

    source: str
    outcome: OutcomeText


@dataclass(frozen=True, slots=True)
class Trial:
    """All records of one trial.

    Example:
        >>> from remit.registry import fixture_pages, link_records, read_page
        >>> trial = link_records([read_page(fixture_pages()[0])])[0]
        >>> trial.value("status")
        'Recruiting'
    """

    records: tuple[Record, ...]
    fields: tuple[TrialField, ...]
    cohorts: tuple[Cohort, ...]
    criteria: tuple[MergedCriterion, ...]
    outcomes: tuple[MergedOutcome, ...]
    disagreements: tuple[Disagreement, ...]
    decisions: tuple[LinkDecision, ...]

    def __repr__(self) -> str:
        pages, criteria = len(self.records), len(self.criteria)
        return f"<Trial told by {pages} pages: {criteria} criteria>"

    def field(self, name: str) -> TrialField | None:
        """The field of that name, or None where no page has it."""
        return next((field for field in self.fields if field.name == name), None)

    def value(self, name: str) -> Value | None:
        """The first chosen value of that field, or None."""
        found = self.field(name)
        return found.values[0] if found and found.values else None
