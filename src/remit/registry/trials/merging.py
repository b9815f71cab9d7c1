"""Linked records merged field by field: claims, a choice by declared precedence, disagreements."""

from __future__ import annotations

from collections.abc import Sequence

from remit.registry.record import Field, Record, TrialDate, Value
from remit.registry.trials.criteria_merging import merge_criteria
from remit.registry.trials.differences import find_disagreements
from remit.registry.trials.trial import FieldClaim, LinkDecision, MergedOutcome, Trial, TrialField

# The registries themselves first, then the mirrors by how much of the text they keep.
PRECEDENCE = ("ctgov_json", "umin", "clinconnect", "medpath", "trial_page", "trial_table")
# Fields that change while a trial runs: the page that is newest by its own date comes first.
_CURRENT = frozenset(
    {"status", "enrolment", "enrolment_actual", "date_completion", "date_last_update"}
)
_PAGE_DATES = ("date_current_as_of", "date_last_update", "date_verified")
# Said of the page or its layout, not of the trial.
_NOT_OF_TRIAL = frozenset({"section"})


def merge_records(records: Sequence[Record], decisions: Sequence[LinkDecision]) -> Trial:
    """The trial that the linked records tell of together.

    For each field the chosen values are those of the first record, in the order of `PRECEDENCE`,
    that states one; for a status, an enrolment or a completion date the record with the newest
    date of its own goes first. A page with lost signs never supplies a criterion that another
    one has.
    """
    ordered = sorted(records, key=lambda r: PRECEDENCE.index(r.format))
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
    for record in order:
        values = _stated(record.named(name))
        if values:
            return TrialField(name, values, record.source, claims)
    return TrialField(name, (), None, claims)


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
