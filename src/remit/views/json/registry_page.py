"""Records and trials of registry pages as JSON.

What is plain already stands as the registry has it; the parts here write ages as numbers and flags
in order. Pydantic fills each from the attributes of the registry's value.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict

from remit.registry.record import (
    Arm,
    Cohort,
    CriterionFlag,
    CriterionKind,
    Dropped,
    FieldState,
    Location,
    Official,
    OutcomeType,
    Record,
    RegistryId,
    SimilarTrial,
    Span,
    TrialDate,
    Unparsed,
)
from remit.registry.trials.trial import LinkDecision, Repair, Trial


def whole_or_text(number: Decimal | None) -> int | str | None:
    """A whole number as it is, any other as text: 0.5 stays 0.5.

    >>> whole_or_text(Decimal("18.0")), whole_or_text(Decimal("0.5"))
    (18, '0.5')
    """
    if number is None:
        return None
    return int(number) if number == number.to_integral_value() else str(number)


Age: TypeAlias = Annotated[int | str | None, BeforeValidator(whole_or_text)]
Flags: TypeAlias = Annotated[tuple[CriterionFlag, ...], BeforeValidator(sorted)]


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, from_attributes=True, json_schema_serialization_defaults_required=True
    )


class AgeLimitPart(_Part):
    """An age limit; `value` and `unit` are null where the page says that there is none."""

    value: Age
    unit: str | None
    inclusive: bool
    text: str


Value: TypeAlias = (
    str
    | int
    | bool
    | RegistryId
    | AgeLimitPart
    | TrialDate
    | Official
    | Location
    | SimilarTrial
    | Arm
)


class FieldPart(_Part):
    """One statement of a page, with its lines."""

    name: str
    value: Value | None
    text: str
    span: Span
    state: FieldState
    paths: tuple[str, ...]


class CriterionTextPart(_Part):
    """One eligibility criterion as a page words it."""

    key: str
    kind: CriterionKind
    cohort: str | None
    number: str
    parent: str | None
    text: str
    source_text: str
    span: Span
    flags: Flags


class OutcomeTextPart(_Part):
    """One outcome measure as a page words it."""

    type: OutcomeType
    measure: str
    description: str | None
    time_frame: str | None
    source_text: str
    span: Span
    flags: Flags


class RecordPage(_Part):
    """What one registry page says of a trial, with the lines of each statement."""

    kind: Literal["registry_record"] = "registry_record"
    version: Literal[1] = 1
    source: str
    format: str
    fields: tuple[FieldPart, ...]
    cohorts: tuple[Cohort, ...]
    criteria: tuple[CriterionTextPart, ...]
    outcomes: tuple[OutcomeTextPart, ...]
    dropped: tuple[Dropped, ...]
    unparsed: tuple[Unparsed, ...]
    notes: tuple[str, ...]


class FieldClaimPart(_Part):
    """What one page says of one field."""

    name: str
    source: str
    value: Value | None
    text: str
    span: Span
    state: FieldState


class TrialFieldPart(_Part):
    """A field of the trial: the chosen values, the page they come from, and every claim."""

    name: str
    values: tuple[Value, ...]
    chosen_source: str | None
    claims: tuple[FieldClaimPart, ...]


class CriterionClaimPart(_Part):
    """A criterion as one page words it."""

    source: str
    criterion: CriterionTextPart


class MergedCriterionPart(_Part):
    """One criterion of the trial, with its wording on every page that has it."""

    key: str
    kind: CriterionKind
    cohort: str | None
    number: str
    parent: str | None
    text: str
    source: str
    span: Span
    flags: Flags
    repair: Repair | None
    claims: tuple[CriterionClaimPart, ...]


class MergedOutcomePart(_Part):
    """One outcome of the trial and the page that it comes from."""

    source: str
    outcome: OutcomeTextPart


class DisagreementPart(_Part):
    """A field for which two pages, or two places of the trial, say different things."""

    name: str
    claims: tuple[FieldClaimPart, ...]
    detail: str


class TrialPage(_Part):
    """The records of one trial, what was chosen, and where they differ."""

    kind: Literal["registry_trial"] = "registry_trial"
    version: Literal[1] = 1
    records: tuple[RecordPage, ...]
    fields: tuple[TrialFieldPart, ...]
    cohorts: tuple[Cohort, ...]
    criteria: tuple[MergedCriterionPart, ...]
    outcomes: tuple[MergedOutcomePart, ...]
    disagreements: tuple[DisagreementPart, ...]
    decisions: tuple[LinkDecision, ...]


def record_page(record: Record) -> RecordPage:
    """The record with its kind and version."""
    return RecordPage.model_validate(record)


def trial_page(trial: Trial) -> TrialPage:
    """The trial with its kind and version; each record is nested as a page of its own."""
    return TrialPage.model_validate(trial)
