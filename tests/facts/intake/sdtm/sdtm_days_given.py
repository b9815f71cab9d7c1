"""Spans of days as tests write them."""

from __future__ import annotations

from datetime import date

from remit.facts.intake.sdtm.sdtm_days import DaySpan


def span(first: str, last: str) -> DaySpan:
    return DaySpan(date.fromisoformat(first), date.fromisoformat(last))
