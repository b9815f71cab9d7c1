"""Screening: a protocol over facts, to verdicts, attrition and explanations."""

from remit.screening.attrition import Step
from remit.screening.explanation import Explanation, explain_person, explain_persons
from remit.screening.study_screenings import (
    CohortScreening,
    Screening,
    Standing,
    screen_dataset,
    screen_studies,
)

__all__ = [
    "CohortScreening",
    "Explanation",
    "Screening",
    "Standing",
    "Step",
    "explain_person",
    "explain_persons",
    "screen_dataset",
    "screen_studies",
]
