"""All figures of a trial: which there are, what each shows, and the rows it was drawn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from remit.analysis.rows.event_lines import event_lines, event_lines_of, lines_table
from remit.analysis.rows.event_statistics import WATCHED
from remit.analysis.rows.every_definition import (
    UNDER,
    concluding_rows,
    conclusions,
    conclusions_of,
)
from remit.analysis.rows.flow_rows import flow_of
from remit.analysis.rows.grade_states import grade_states, grade_states_of
from remit.analysis.rows.result_row import ResultRow, row_table, rows_of
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.analysis.rows.visit_answers import shown_answers, shown_table
from remit.facts.adverse_events import YES
from remit.protocol.analysis_sections import Analysis
from remit.report.figures.course_figure import course_figure, spaghetti_figure, waterfall_figure
from remit.report.figures.event_figures import timeline_figure, volcano_figure
from remit.report.figures.figure_source import FigureSource, Options
from remit.report.figures.flow_figure import flow_figure
from remit.report.figures.forest_figure import forest_figure
from remit.report.figures.state_figures import sankey_figure, swimmer_figure
from remit.report.figures.survival_figure import (
    between_visits_figure,
    incidence_figure,
    survival_figure,
)
from remit.report.figures.tipping_figure import tipping_figure
from remit.terminal import plain_text, short_text

FLOW, STATES = "flow", "responses"
ROOM = 48  # letters of a name in a figure; tables have all of it
MOST_ROWS = 120  # persons of a figure with a row each; more cannot be read


@dataclass(frozen=True, slots=True)
class TrialFigure:
    """A figure.

    Attributes:
        name: of its files. about: the analysis, or `flow` or `responses`.
        told: what it shows, in a sentence for whoever does not see it.
        source: the rows that it is drawn of, and what draws it.
    """

    name: str
    about: str
    title: str
    told: str
    source: FigureSource


def trial_figures(found: TrialAnalysis) -> tuple[TrialFigure, ...]:
    """The figures of a trial, in the order of its plan."""
    return tuple(_figures(found))


def arm_labels(found: TrialAnalysis) -> Mapping[str, str]:
    """The arms that are there, in the protocol's order, with what they are called."""
    known = {arm.id: arm.label for arm in found.protocol.arms}
    return {arm: plain_text(known.get(arm, arm)) for arm in found.trial.arms}


def visit_labels(found: TrialAnalysis) -> Mapping[str, str]:
    """The visits of the protocol with what they are called."""
    return {visit.id: plain_text(visit.label) for visit in found.protocol.visits}


def _short(labels: Mapping[str, str]) -> Mapping[str, str]:
    return {name: short_text(label, width=ROOM) for name, label in labels.items()}


def _figures(found: TrialAnalysis) -> Iterator[TrialFigure]:
    labels, visits = _short(arm_labels(found)), _short(visit_labels(found))
    named: Options = {"visits": visits, "labels": labels}
    if found.flow is not None:
        told = "Boxes from all who were screened to those whose response was assessed, by arm."
        source = FigureSource(found.flow.to_arrow(), flow_of, flow_figure, named)
        yield TrialFigure("flow", FLOW, "Flow of participants", told, source)
    for analysis in found.protocol.analyses:
        yield from _of_analysis(found, analysis, labels, visits)
    states = grade_states(found.trial)
    if states is not None and states.visits:
        table = states.to_arrow()
        told = f"How many persons have which response under {states.title}, and who moves where."
        source = FigureSource(table, grade_states_of, sankey_figure, named)
        yield TrialFigure("responses_flow", STATES, "Responses between visits", told, source)
        if len(states.of) <= MOST_ROWS:
            told = f"One row a person: the response at each visit under {states.title}."
            source = FigureSource(table, grade_states_of, swimmer_figure, named)
            yield TrialFigure("responses_by_person", STATES, "Responses by person", told, source)
    if any(UNDER in row.analysis for row in found.rows):
        yield from _of_definitions(found, labels)


def _of_definitions(found: TrialAnalysis, labels: Mapping[str, str]) -> Iterator[TrialFigure]:
    every = conclusions(found.rows)
    for name in dict.fromkeys(one.analysis for one in every):
        here = [one for one in every if one.analysis == name]
        if len(here) < 2:
            continue
        told = "The difference of the arms under each definition of response, with intervals."
        rows = [row for row in found.rows if row.analysis.partition(UNDER)[0] == name]
        table = row_table(concluding_rows(rows))
        source = FigureSource(table, conclusions_of, forest_figure, {"labels": labels})
        title = f"{here[0].title}: under every definition"
        yield TrialFigure(f"{name}_definitions", name, title, told, source)


def _of_events(
    found: TrialAnalysis,
    analysis: Analysis,
    rows: tuple[ResultRow, ...],
    labels: Mapping[str, str],
) -> Iterator[TrialFigure]:
    """Adverse events: which terms differ between the arms, and when each person had hers."""
    name, title, events = analysis.id, analysis.title, found.events[analysis.id]
    terms = [row for row in rows if len(row.part) == 2 and row.versus]
    if terms:
        told = (
            "Each point is a term: how many more of one arm had it, against the p of its test. "
            "The p are not adjusted for their number: they say where to look, and prove nothing."
        )
        source = FigureSource(row_table(terms), rows_of, volcano_figure, {"labels": labels})
        yield TrialFigure(f"{name}_volcano", name, f"{title}: arms compared", told, source)
    watched = next(one for one in found.answers if (one.analysis, one.about) == (name, (WATCHED,)))
    lines = event_lines(events, watched)
    if 0 < len({line.person_id for line in lines}) <= MOST_ROWS:
        left = int(np.count_nonzero((events.counts == YES) & np.isnan(events.day)))
        told = "One line a person with an event, as long as she was watched; bars are events."
        if left:
            told += f" {left} events without an exact day are not drawn."
        drawn = FigureSource(
            lines_table(lines), event_lines_of, timeline_figure, {"labels": labels}
        )
        yield TrialFigure(f"{name}_timeline", name, f"{title}: by person", told, drawn)


def _of_analysis(
    found: TrialAnalysis, analysis: Analysis, labels: Mapping[str, str], visits: Mapping[str, str]
) -> Iterator[TrialFigure]:
    rows = tuple(row for row in found.rows if row.analysis == analysis.id)
    answers = [one for one in found.answers if one.analysis == analysis.id]
    name, title = analysis.id, analysis.title
    if analysis.time_to_response is not None:
        yield from _of_time(name, title, rows, labels)
    if analysis.id in found.events:
        yield from _of_events(found, analysis, rows, labels)
    if analysis.quantity is None or not any(len(one.used.person) for one in answers):
        return
    here = {visit: visits[visit] for visit in analysis.visits}
    if any(row.statistic in {"mean", "adjusted mean"} and row.level is not None for row in rows):
        told = "The mean of each arm at each visit with its interval; small numbers are persons."
        named: Options = {"visits": here, "labels": labels}
        source = FigureSource(row_table(rows), rows_of, course_figure, named)
        yield TrialFigure(f"{name}_course", name, title, told, source)
    if len(analysis.visits) > 1:
        told = "One line a person over the visits, a panel an arm."
        what = "change" if analysis.quantity.change else "value"
        named = {"visits": here, "labels": labels, "what": what}
        source = FigureSource(shown_table(answers), shown_answers, spaghetti_figure, named)
        yield TrialFigure(f"{name}_persons", name, f"{title}: by person", told, source)
    shifted = tuple(row for row in rows if row.method == "tipping_point")
    if any(row.at is not None and row.value is not None for row in shifted):
        told = "The difference of the arms by what was added to imputed answers, with intervals."
        stated = analysis.imputation
        reference = "" if stated is None else stated.reference or ""
        named = {"labels": labels, "reference": reference}
        source = FigureSource(row_table(shifted), rows_of, tipping_figure, named)
        yield TrialFigure(f"{name}_tipping", name, f"{title}: tipping point", told, source)
    last = answers[-1]
    if analysis.quantity.change and 0 < len(last.used.person) <= MOST_ROWS:
        told = f"One bar a person: the change at {visits[last.visit]}, from rise to fall."
        source = FigureSource(
            shown_table([last]), shown_answers, waterfall_figure, {"labels": labels}
        )
        title = f"{title}: by person at {visits[last.visit]}"
        yield TrialFigure(f"{name}_waterfall", name, title, told, source)


# Of each method of curves: the end of the figure's name, what it shows, and who draws it.
_CURVES: Mapping[str, tuple[str, str, Callable[..., Figure]]] = {
    "kaplan_meier": (
        "curve",
        "The share of each arm that has reached it by each week, with the numbers at risk.",
        survival_figure,
    ),
    "cumulative_incidence": (
        "incidence",
        "The share of each arm that has reached it by each week, and the share that had another "
        "event first, with the numbers at risk.",
        incidence_figure,
    ),
    "turnbull_curve": (
        "between_visits",
        "The share of each arm that has reached it, as far as visits tell: a box where nobody "
        "knows how it rises.",
        between_visits_figure,
    ),
}


def _of_time(
    name: str, title: str, rows: Sequence[ResultRow], labels: Mapping[str, str]
) -> Iterator[TrialFigure]:
    for method, (end, told, draw) in _CURVES.items():
        here = tuple(row for row in rows if row.method == method)
        if any(row.at is not None for row in here):
            source = FigureSource(row_table(here), rows_of, draw, {"labels": labels})
            yield TrialFigure(f"{name}_{end}", name, title, told, source)
