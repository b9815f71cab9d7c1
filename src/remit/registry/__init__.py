"""Registry pages read into records, and records of one trial linked, with the evidence kept.

Example:
    >>> from remit.registry import fixture_pages, link_records, read_page
    >>> trials = link_records([read_page(page) for page in fixture_pages()])
"""

from remit.registry.pages.formats import (
    FORMATS,
    PageFormat,
    fixture_pages,
    read_page,
    read_text,
    recognise_format,
)
from remit.registry.record import (
    AgeLimit,
    Arm,
    Cohort,
    CriterionText,
    Dropped,
    Field,
    Location,
    Official,
    OutcomeText,
    Record,
    RegistryId,
    SimilarTrial,
    Span,
    TrialDate,
    Unparsed,
    Value,
)
from remit.registry.text.operators import LostOperator, find_lost_operators
from remit.registry.trials.link_evidence import LinkEvidence, Veto
from remit.registry.trials.links import compare_records, decide_links, link_records
from remit.registry.trials.trial import (
    CriterionClaim,
    Disagreement,
    FieldClaim,
    LinkDecision,
    MergedCriterion,
    MergedOutcome,
    Repair,
    Trial,
    TrialField,
)

__all__ = [
    "FORMATS",
    "AgeLimit",
    "Arm",
    "Cohort",
    "CriterionClaim",
    "CriterionText",
    "Disagreement",
    "Dropped",
    "Field",
    "FieldClaim",
    "LinkDecision",
    "LinkEvidence",
    "Location",
    "LostOperator",
    "MergedCriterion",
    "MergedOutcome",
    "Official",
    "OutcomeText",
    "PageFormat",
    "Record",
    "RegistryId",
    "Repair",
    "SimilarTrial",
    "Span",
    "Trial",
    "TrialDate",
    "TrialField",
    "Unparsed",
    "Value",
    "Veto",
    "compare_records",
    "decide_links",
    "find_lost_operators",
    "fixture_pages",
    "link_records",
    "read_page",
    "read_text",
    "recognise_format",
]
