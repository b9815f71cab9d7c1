"""The scores of a patient's page, as its protocol names them: stacks, strips of grades, series.

What an instrument gives follows from what it is: a total by groups of items is a stack, ladders
are a strip, any other number is a series.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.numbers import MICRO, Categories, Numbers
from remit.endpoints.course_series import SERIES_SCORES, point_of
from remit.endpoints.definition_choice import RESPONSE_PARAMETERS, definitions_of
from remit.endpoints.patient_course import (
    CourseVisit,
    GradePanel,
    GradeStrip,
    GroupPoints,
    Point,
    ScoreStack,
    Series,
)
from remit.endpoints.study_responses import StudyAdjudication
from remit.errors import ProtocolError
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.instrument import Instrument, Ladder, Total
from remit.instruments.points import group_points
from remit.instruments.scores import Scores
from remit.protocol import Protocol
from remit.units import unit_text

Rows = npt.NDArray[np.intp]
Visits = tuple[CourseVisit, ...]


@dataclass(frozen=True, slots=True)
class ScorePanels:
    """What the scores of a page give, each kind in the order of the protocol."""

    stacks: tuple[ScoreStack, ...]
    grades: tuple[GradePanel, ...]
    series: tuple[Series, ...]


def panel_scores(protocol: Protocol) -> tuple[str, ...]:
    """The instruments whose panels a patient's page has.

    Those under `[report]` of the protocol; else those that its response definitions read.

    Raises:
        ProtocolError: an instrument is not packaged.
    """
    if protocol.report is None:
        definitions = definitions_of(protocol)
        names = [
            name
            for key in RESPONSE_PARAMETERS
            if key in protocol.parameters
            for name in protocol.parameters[key].options
        ]
        read = [i for name in names if name in definitions for i in definitions[name].instruments]
        return tuple(dict.fromkeys(name for name in read if name not in SERIES_SCORES))
    strange = [name for name in protocol.report.panels if name not in packaged_instruments()]
    if strange:
        raise ProtocolError(
            f"{protocol.id} shows a panel of {strange[0]!r}, which is no packaged score",
            expected=", ".join(packaged_instruments()),
            got=strange[0],
            next_step="name packaged scores under [report]",
            place=protocol.place_of("report", "panels"),
        )
    return protocol.report.panels


def page_scores(protocol: Protocol) -> tuple[str, ...]:
    """Every instrument that a patient's page reads beside what the definitions do."""
    return tuple(dict.fromkeys((*panel_scores(protocol), *SERIES_SCORES)))


def score_panels(study: StudyAdjudication, rows: Rows, visits: Visits) -> ScorePanels:
    """The panels of one person; an instrument that was not scored gives none."""
    stacks: list[ScoreStack] = []
    grades: list[GradePanel] = []
    series: list[Series] = []
    for name in panel_scores(study.protocol):
        scores = study.followed.scores.get(name)
        if scores is None:
            continue
        instrument = scores.instrument
        for total in _own_totals(instrument):
            numbers = study.followed.sheet.numbers[total.id]
            points = _points(numbers, rows, visits)
            if _is_by_group(instrument, total):
                recorded = tuple(bool(numbers.row[row] >= 0) for row in rows)
                stacks.append(_stack(scores, total, rows, points, recorded))
            else:
                series.append(Series(total.id, total.label, "", in_laboratory=False, points=points))
        for formula in instrument.formulas:
            if formula.id == instrument.main:
                points = _points(study.followed.sheet.numbers[formula.id], rows, visits)
                unit = unit_text(formula.unit)
                series.append(
                    Series(formula.id, formula.label, unit, in_laboratory=False, points=points)
                )
        ladders = _own_ladders(instrument)
        if ladders:
            grades.append(_grade_panel(scores, ladders, rows))
    return ScorePanels(tuple(stacks), tuple(grades), tuple(series))


def _own_totals(instrument: Instrument) -> list[Total]:
    """The main total and those of other items; a part of it, or one of grades, says it again."""
    ladders = {ladder.id for ladder in instrument.ladders}
    order = sorted(instrument.totals, key=lambda total: total.id != instrument.main)
    told: set[str] = set()
    own = []
    for total in order:
        items = _items_of(instrument, total)
        if not ladders.isdisjoint(total.of) or total.new_since is not None or items & told:
            continue
        own.append(total)
        told |= items
    return own


def _items_of(instrument: Instrument, total: Total) -> set[str]:
    return {
        item.id
        for item in instrument.items
        if (not total.of or item.id in total.of or item.group in total.of)
        and item.id not in total.without
        and item.group not in total.without
    }


def _is_by_group(instrument: Instrument, total: Total) -> bool:
    """Whether the points of its groups add up to a total, and there are some."""
    items = _items_of(instrument, total)
    groups = {item.group for item in instrument.items if item.id in items}
    return total.rule == "sum" and not total.doubled and len(groups) > 1


def _own_ladders(instrument: Instrument) -> list[Ladder]:
    """The ladders that the main total adds up, else all."""
    main = next((total for total in instrument.totals if total.id == instrument.main), None)
    added = [ladder for ladder in instrument.ladders if main is not None and ladder.id in main.of]
    return added or list(instrument.ladders)


def _stack(
    scores: Scores, total: Total, rows: Rows, points: tuple[Point, ...], recorded: tuple[bool, ...]
) -> ScoreStack:
    instrument = scores.instrument
    items = _items_of(instrument, total)
    names = {item.group or item.id for item in instrument.items if item.id in items}
    verdicts = {name: found.verdict for name, found in scores.findings.items()}
    groups = tuple(
        GroupPoints(name, _whole(column.low[rows]), _whole(column.high[rows]))
        for name, column in group_points(instrument, verdicts, scores.sheet).items()
        if name in names
    )
    return ScoreStack(
        total.id,
        total.label,
        groups,
        tuple(sum(group.low[k] for group in groups) for k in range(len(rows))),
        tuple(sum(group.high[k] for group in groups) for k in range(len(rows))),
        points,
        recorded,
    )


def _grade_panel(scores: Scores, ladders: list[Ladder], rows: Rows) -> GradePanel:
    instrument = scores.instrument
    if len(ladders) == 1:
        label, shared = ladders[0].label, 0
    else:
        totals = [total.label for total in instrument.totals if total.id == instrument.main]
        label = (totals or [instrument.title])[0].split(",")[0]
        # The word that all begin with says which instrument it is.
        shared = int(len({ladder.id.split("_")[0] for ladder in ladders}) == 1)
    strips = tuple(
        GradeStrip(
            ladder.id,
            ladder.label if len(ladders) == 1 else " ".join(ladder.id.split("_")[shared:]),
            ladder.grades,
            tuple(_possible(scores.grades[ladder.id], ladder.grades, int(row)) for row in rows),
        )
        for ladder in ladders
    )
    return GradePanel(instrument.id, label, strips)


def _points(numbers: Numbers, rows: Rows, visits: Visits) -> tuple[Point, ...]:
    return tuple(
        point_of(numbers, int(row), visit, numbers.low[row] / MICRO, numbers.high[row] / MICRO)
        for row, visit in zip(rows, visits, strict=True)
    )


def _whole(micro: Iterable[int]) -> tuple[int, ...]:
    return tuple(int(number) // MICRO for number in micro)


def _possible(column: Categories, grades: tuple[str, ...], row: int) -> tuple[str, ...]:
    mask = int(column.possible[row])
    return tuple(grade for place, grade in enumerate(grades) if mask & (1 << place))
