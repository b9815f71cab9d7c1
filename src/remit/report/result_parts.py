"""The sections of a trial's results: texts, tables of texts and figures, to read or to print."""

from __future__ import annotations

from dataclasses import dataclass

from remit.views.analysis_texts import ResultTexts


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A figure with its image as text."""

    name: str
    title: str
    told: str
    data: str


@dataclass(frozen=True, slots=True)
class ResultPart:
    """A section of the page."""

    anchor: str
    title: str
    lines: tuple[str, ...]
    tables: tuple[ResultTexts, ...]
    notes: tuple[str, ...]
    figures: tuple[DrawnFigure, ...]
