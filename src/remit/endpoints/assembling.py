"""A dataset to the sheet that response definitions read: values, doses and computed scores."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from remit.criteria.compiling.sources import Sources
from remit.criteria.dates import Moment, Window
from remit.criteria.environment import Environment
from remit.criteria.tabular import Numbers, Sheet
from remit.criteria.tabular.comparing import reading_of
from remit.criteria.tabular.sheet import VISIT
from remit.criteria.tree import Measure, Value
from remit.endpoints.bound_definition import BoundDefinition
from remit.facts.dictionary import packaged_dictionary
from remit.followup.schedule import StudyVisits
from remit.instruments import Scores, bound_packaged, score_sheet
from remit.instruments.gathering import gather_sheet
from remit.instruments.inputs import Inputs
from remit.instruments.visits import Visits


@dataclass(frozen=True, slots=True)
class Assembled:
    """The sheet of a study's visits.

    Attributes:
        sheet: what definitions read; outputs of instruments are columns of it.
        scores: instrument id -> its results, with every item.
    """

    visits: StudyVisits
    sheet: Sheet
    scores: Mapping[str, Scores]


def assemble_sheet(
    bounds: Sequence[BoundDefinition],
    visits: StudyVisits,
    sources: Sources,
    *,
    more: Iterable[str] = (),
    everyone: bool = True,
) -> Assembled:
    """Gather what some definitions read, and score their instruments.

    What intercurrent events read is present at a visit if it was recorded as present on any day
    since the visit before.

    Args:
        more: further instruments to score.
        everyone: keep all persons; else those of whom anything that is read was recorded at a visit
            after the baseline.
    """
    names = dict.fromkeys([*(n for b in bounds for n in b.definition.instruments), *more])
    instruments = {name: bound_packaged(name) for name in names}
    outputs = {out for bound in instruments.values() for out in bound.instrument.outputs}
    wanted = Inputs()
    for bound in bounds:
        wanted = wanted.plus(bound.inputs.without(outputs))
    recorded = _recorded_totals(outputs)
    base = gather_sheet(wanted.plus(recorded), visits.visits, sources, choice="nearest")
    sheets = {
        name: gather_sheet(bound.inputs, visits.visits, sources, choice="nearest")
        for name, bound in instruments.items()
    }
    events = Inputs()
    for bound in bounds:
        events = events.plus(Inputs(categories=bound.event_inputs.categories))
    since = gather_sheet(events, _since_previous(visits.visits), sources, choice="present")
    base = base.with_columns(categories=since.categories)
    kept = np.ones(len(visits.visits), np.bool_)
    if not everyone:
        kept = _followed([base, *sheets.values()], visits)
    visits = visits.of(kept)
    rows = np.flatnonzero(kept)
    sheet = _rows_of(base, rows, visits)
    scores = {
        name: score_sheet(bound, _rows_of(sheets[name], rows, visits))
        for name, bound in instruments.items()
    }
    for found in scores.values():
        numbers = {
            name: _recorded_first(recorded.measures.get(name), sheet, column)
            for name, column in found.numbers.items()
        }
        sheet = sheet.with_columns(numbers=numbers, categories=found.grades)
    return Assembled(visits, sheet, scores)


def _since_previous(visits: Visits) -> Visits:
    """The same visits, each with all days since the one before; the baseline from its own day.

    An intercurrent event counts whenever it was recorded, also between the windows of two visits.
    """
    previous = visits.moments["previous"]
    after = visits.last[previous] + np.timedelta64(1, "D")
    return replace(visits, first=np.where(previous < 0, visits.day, after))


def _recorded_totals(outputs: Iterable[str]) -> Inputs:
    """Totals that data may hold as recorded results."""
    dictionary = packaged_dictionary()
    environment = Environment(dictionary, frozenset({"visit"}))
    concepts = [dictionary.concepts[name] for name in outputs if name in dictionary.concepts]
    return Inputs({c.name: environment.measure(c) for c in concepts if c.kind == "score"})


def _recorded_first(measure: Measure | None, sheet: Sheet, computed: Numbers) -> Numbers:
    """A recorded total where a usable one is, as in criteria; else the one worked out."""
    if measure is None:
        return computed
    at_visit = Window(Moment(VISIT), Moment(VISIT))
    recorded = reading_of(Value(measure, at_visit), sheet)
    known = recorded.is_exact
    return replace(
        computed,
        low=np.where(known, recorded.low, computed.low),
        high=np.where(known, recorded.high, computed.high),
        why=np.where(known, np.int8(0), computed.why),
        row=np.where(known, recorded.row, computed.row),
        day=np.where(known, recorded.day, computed.day),
    )


def _followed(sheets: Sequence[Sheet], visits: StudyVisits) -> npt.NDArray[np.bool_]:
    """Rows of persons of whom something was recorded at a visit after the baseline."""
    seen = np.zeros(len(visits.visits), np.bool_)
    for sheet in sheets:
        rows = [column.row for column in sheet.numbers.values()]
        rows += [column.row for column in sheet.categories.values()]
        for row in rows:
            seen |= (row >= 0) & (visits.place > 0)
    return np.asarray(
        np.isin(visits.visits.person, np.unique(visits.visits.person[seen])), np.bool_
    )


def _rows_of(sheet: Sheet, rows: npt.NDArray[np.int64], visits: StudyVisits) -> Sheet:
    numbers = {name: column.take(rows) for name, column in sheet.numbers.items()}
    categories = {name: column.take(rows) for name, column in sheet.categories.items()}
    return Sheet(len(rows), numbers, categories, visits.visits.moments)
