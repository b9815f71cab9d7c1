"""Linked records merged field by field, by declared precedence, and criteria aligned.

Lost signs are put back from the page that kept them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from remit.registry.pages.formats import FORMATS
from remit.registry.record import Field, Record, TrialDate, Value
from remit.registry.text.operators import neutralise, signed_words
from remit.registry.trials.alignment import align_criteria
from remit.registry.trials.differences import find_disagreements
from remit.registry.trials.trial import (
    CriterionClaim,
    FieldClaim,
    LinkDecision,
    MergedCriterion,
    MergedOutcome,
    Repair,
    Trial,
    TrialField,
)
from remit.registry.trials.wordings import best_wording

_RANKS = {kind.name: kind.rank for kind in FORMATS}
# Fields that change while a trial runs: the page that is newest by its own date comes first.
_CURRENT = frozenset(
    {"status", "enrolment", "enrolment_actual", "date_completion", "date_last_update"}
)
_PAGE_DATES = ("date_current_as_of", "date_last_update", "date_verified")
# Said of the page or its layout, not of the trial.
_NOT_OF_TRIAL = frozenset({"section"})


def merge_records(records: Sequence[Record], decisions: Sequence[LinkDecision]) -> Trial:
    """The trial that the linked records tell of together.

    For each field the chosen values are those of the first record, in the order of the ranks of
    their formats, that states one; for a status, an enrolment or a completion date the record with
    the newest date of its own goes first. Where a later one says the same in a better wording, its
    wording is taken. A page with lost signs never supplies a criterion that
    another one has.
    """
    ordered = sorted(records, key=lambda r: _RANKS[r.format])
    fields = tuple(_merge_field(name, records, ordered) for name in _names(records))
    criteria = merge_criteria(ordered)
    cohorts = next((r.cohorts for r in ordered if r.cohorts), ())
    return Trial(
        tuple(records),
        fields,
        cohorts,
        criteria,
        _outcomes(ordered),
        find_disagreements(fields, criteria),
        tuple(decisions),
    )


def _names(records: Sequence[Record]) -> tuple[str, ...]:
    names = dict.fromkeys(field.name for record in records for field in record.fields)
    return tuple(name for name in names if name not in _NOT_OF_TRIAL)


def _merge_field(name: str, records: Sequence[Record], ordered: Sequence[Record]) -> TrialField:
    claims = tuple(
        FieldClaim(name, record.source, field.value, field.text, field.span, field.state)
        for record in records
        for field in record.named(name)
    )
    order = sorted(ordered, key=_newest_first) if name in _CURRENT else ordered
    said = [(record, values) for record in order if (values := _stated(record.named(name)))]
    if not said:
        return TrialField(name, (), None, claims)
    record, values = said[best_wording(name, [values for _, values in said])]
    return TrialField(name, values, record.source, claims)


def _stated(fields: Sequence[Field]) -> tuple[Value, ...]:
    return tuple(field.value for field in fields if field.value is not None)


def _newest_first(record: Record) -> tuple[int, ...]:
    dates = [
        value.iso
        for name in _PAGE_DATES
        for value in record.values(name)
        if isinstance(value, TrialDate)
    ]
    newest = max(dates, default="0000")
    return tuple(-int(part) for part in (newest + "-00-00").split("-")[:3])


def _outcomes(ordered: Sequence[Record]) -> tuple[MergedOutcome, ...]:
    """The outcomes of the first record that has any, preferring one without lost signs."""
    having = [record for record in ordered if record.outcomes]
    having.sort(key=lambda r: sum("lossy_operator" in o.flags for o in r.outcomes))
    if not having:
        return ()
    return tuple(MergedOutcome(having[0].source, item) for item in having[0].outcomes)


def merge_criteria(records: Sequence[Record]) -> tuple[MergedCriterion, ...]:
    """The criteria of the records, given in order of precedence, each once with all its wordings.

    The record with the fewest damaged criteria gives the order; what only another record has is
    added after it, under a key that names that record's place among the pages.
    """
    having = [record for record in records if record.criteria]
    if not having:
        return ()
    base, *others = sorted(having, key=_damage)
    claims: list[list[CriterionClaim]] = [
        [CriterionClaim(base.source, criterion)] for criterion in base.criteria
    ]
    for place, record in enumerate(others, start=2):
        extra: list[list[CriterionClaim]] = []
        aligned = align_criteria(record.criteria, [wordings[0].criterion for wordings in claims])
        for criterion, at in zip(record.criteria, aligned, strict=True):
            if at is None:
                moved = replace(criterion, key=f"P{place}.{criterion.key}")
                extra.append([CriterionClaim(record.source, moved)])
            else:
                claims[at].append(CriterionClaim(record.source, criterion))
        claims += extra
    return tuple(_merge(wordings) for wordings in claims)


def _damage(record: Record) -> float:
    damaged = sum(bool(criterion.flags) for criterion in record.criteria)
    return damaged / len(record.criteria)


def _repairs(
    kept: CriterionClaim, lossy: CriterionClaim, wordings: Sequence[CriterionClaim]
) -> bool:
    """Whether a wording may replace a lossy one: the same words, and no page with another sign."""
    if "lossy_operator" in kept.criterion.flags:
        return False
    whole = {
        " ".join(signed_words(claim.criterion.text))
        for claim in wordings
        if "lossy_operator" not in claim.criterion.flags
    }
    same_words = neutralise(kept.criterion.text) == neutralise(lossy.criterion.text)
    return same_words and len(whole) == 1


def _merge(wordings: Sequence[CriterionClaim]) -> MergedCriterion:
    chosen = min(wordings, key=lambda claim: len(claim.criterion.flags))
    lossy = next((c for c in wordings if "lossy_operator" in c.criterion.flags), None)
    repair = None
    if lossy and not _repairs(chosen, lossy, wordings):
        chosen = lossy
    elif lossy:
        repair = Repair(
            lossy.source,
            lossy.criterion.text,
            lossy.criterion.span,
            chosen.source,
            chosen.criterion.text,
            chosen.criterion.span,
        )
    first = wordings[0].criterion
    return MergedCriterion(
        first.key,
        first.kind,
        first.cohort,
        first.number,
        first.parent,
        chosen.criterion.text,
        chosen.source,
        chosen.criterion.span,
        chosen.criterion.flags,
        repair,
        tuple(wordings),
    )
