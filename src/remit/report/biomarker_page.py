"""The answer whether something is a biomarker as one page that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from importlib.metadata import version

from markupsafe import Markup
from matplotlib.figure import Figure

from remit.omics.prediction import DefinedPredictions, Prediction
from remit.report.figures.biomarker_figures import areas_figure, null_figure, roc_figure
from remit.report.figures.figure_style import figure_bytes
from remit.report.markup import packaged_text, rendered
from remit.report.result_parts import DrawnFigure, ResultPart
from remit.views.analysis_texts import ResultTexts
from remit.views.rounded import interval_text, rounded
from remit.views.terminal.omics_texts import prediction_lines, prediction_rows


def biomarker_html(found: DefinedPredictions) -> str:
    """The page: the verdict first, then what it stands on, a section a definition."""
    style = packaged_text("analysis.css")
    parts = tuple(_part(name, one) for name, one in found.predictions.items())
    only = next(iter(found.predictions.values())) if len(parts) == 1 else None
    return rendered(
        "biomarker.html",
        title=found.sentence if only is None else only.verdict.sentence,
        finding="" if only is None else only.verdict.finding.value,
        parts=parts,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        version=version("remit-lupus"),
    )


def _part(name: str, one: Prediction) -> ResultPart:
    rows = tuple(
        (what, rounded(area.value, 2), interval_text(area.low, area.high, 2))
        for what, area in prediction_rows(one)
    )
    table = ResultTexts("Area under the ROC curve", ("", "AUC", "95 % interval"), rows)
    lines = (f"{one.verdict.finding}: {one.verdict.sentence}.", f"Response: {one.rule}.")
    figures: list[DrawnFigure] = []
    if one.scores:
        figures = [
            _drawn("roc", "ROC curve", roc_figure(one),
                   "Persons by their rank among those whom no model had seen."),
            _drawn("null", "Chance", null_figure(one),
                   "The same pipeline with labels shuffled among persons."),
            _drawn("areas", "Beside the clinic", areas_figure(one),
                   "Features, clinical columns and both, by the same folds."),
        ]  # fmt: skip
    anchor = f"d-{name}" if name else "answer"
    return ResultPart(
        anchor, name or "Answer", lines, (table,), tuple(prediction_lines(one)), tuple(figures)
    )


def _drawn(name: str, title: str, figure: Figure, told: str) -> DrawnFigure:
    svg = base64.b64encode(figure_bytes(figure, "svg")).decode()
    return DrawnFigure(name, title, told, f"data:image/svg+xml;base64,{svg}")
