"""The JSON that commands print: one name a page or row, that of its schema file."""

from __future__ import annotations

from collections.abc import Mapping

from remit.endpoints.grounds import PersonResponse
from remit.facts.intake.accounting.report_page import ImportReportPage
from remit.views.json.explanation_page import ExplanationPage
from remit.views.json.omics_page import BiomarkerPage, ExpressionTestsPage, SamplesPage
from remit.views.json.referee_page import RefereePage
from remit.views.json.registry_page import RecordPage, TrialPage
from remit.views.json.response_page import ComparisonCountsPage, ComparisonPage, TimeRow
from remit.views.json.score_page import DoseRow, ScorePage, ShiftRow
from remit.views.json.screening_page import ScreeningPage
from remit.views.json.trace_page import TracePage
from remit.views.json.what_if_page import ObstaclesPage, WhatIfPage

PUBLISHED: Mapping[str, type] = {
    "biomarker": BiomarkerPage,
    "expression-tests": ExpressionTestsPage,
    "samples": SamplesPage,
    "comparison": ComparisonPage,
    "comparison-counts": ComparisonCountsPage,
    "dose-row": DoseRow,
    "explanation": ExplanationPage,
    "import-report": ImportReportPage,
    "obstacles": ObstaclesPage,
    "record": RecordPage,
    "referee": RefereePage,
    "response-row": PersonResponse,
    "response-trace": TracePage,
    "score": ScorePage,
    "screening": ScreeningPage,
    "shift-row": ShiftRow,
    "time-row": TimeRow,
    "trial": TrialPage,
    "what-if": WhatIfPage,
}
