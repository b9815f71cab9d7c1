"""Registry pages read into records, and records of one trial linked, with the evidence kept.

Example:
    >>> from remit.registry import fixture_pages, link_records, read_page
    >>> trials = link_records([read_page(page) for page in fixture_pages()])
"""

from remit.registry.pages.formats import (
    FORMATS,
    fixture_pages,
    read_page,
    read_records,
    read_text,
    recognise_format,
)
from remit.registry.record import (
    AgeLimit,
    Arm,
    Location,
    Official,
    Record,
    RegistryId,
    SimilarTrial,
    Span,
    TrialDate,
)
from remit.registry.text.operators import find_lost_operators
from remit.registry.trials.links import compare_records, decide_links, link_records
from remit.registry.trials.trial import (
    Disagreement,
    FieldClaim,
    LinkDecision,
    Trial,
)

__all__ = [
    "FORMATS",
    "AgeLimit",
    "Arm",
    "Disagreement",
    "FieldClaim",
    "LinkDecision",
    "Location",
    "Official",
    "Record",
    "RegistryId",
    "SimilarTrial",
    "Span",
    "Trial",
    "TrialDate",
    "compare_records",
    "decide_links",
    "find_lost_operators",
    "fixture_pages",
    "link_records",
    "read_page",
    "read_records",
    "read_text",
    "recognise_format",
]
