"""From a study's plan and its dataset to the answers of everyone: who counts, and with what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from remit.analysis.plan.change_rules import change_rule
from remit.analysis.plan.estimand import definition_of
from remit.analysis.rows.due_times import not_over, perhaps_not_due
from remit.analysis.rows.quantities import PlannedQuantity, quantity_named
from remit.criteria.binder import bind_expression
from remit.criteria.columns.logic import combine_codes
from remit.criteria.columns.on_sheet import codes_of_leaves, leaves_in_order
from remit.criteria.columns.sheet import Sheet
from remit.criteria.tree import Node
from remit.endpoints.adjudication import happened_by
from remit.endpoints.bound_definition import bind_definition
from remit.endpoints.definition import Definition
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_followed, needs_of
from remit.facts.adverse_events import AdverseEvents, read_adverse_events
from remit.facts.codes import Codes as ResolvedCodes
from remit.facts.opened import Facts
from remit.facts.person_names import PersonNames, person_names
from remit.followup.dataset_visits import read_follow_up
from remit.followup.follow_up import VisitNeeds
from remit.instruments.catalogue import outputs_environment
from remit.instruments.inputs import Inputs, inputs_of
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.protocol.schema import Criterion
from remit.screening import screen_dataset
from remit.screening.masks import MaskColumn
from remit.truth import reasons_of_mask

ALL = "all"
Whole = npt.NDArray[np.int64]
Codes = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class TrialAnswers:
    """Everyone taken into a study, with all that its plan reads of them.

    Attributes:
        persons: ids, ascending, shape (persons,). `arm`: of each, `all` where there are no arms.
        study: their visits and responses under every definition of the plan.
        quantities: name -> how it is read at visits.
        events: expression of an intercurrent event -> whether it was recorded at a visit or at one
            before it, shape (visits,).
        at_visits: expression of a change -> codes of `Status` at each visit, shape (visits,).
        adverse_events: of them; None where the dataset has no table of them, or none is asked for.
        anchor_days: named date -> the day of each person, NaT where there is none.
        statuses, reasons: expression -> codes of `Status` and masks of `Reason`, shape (persons,).
        not_over: expression of an incidence -> whose time for it was not over at the data cut,
            shape (persons,).
        unsure: the visits that may not have been due, shape (visits,); see `perhaps_not_due`.
    """

    persons: Whole
    arm: npt.NDArray[np.str_]
    names: PersonNames
    study: StudyAdjudication
    quantities: Mapping[str, PlannedQuantity]
    events: Mapping[str, Flags]
    statuses: Mapping[str, Codes]
    reasons: Mapping[str, MaskColumn]
    not_over: Mapping[str, Flags]
    unsure: Flags
    at_visits: Mapping[str, Codes] = field(default_factory=dict)
    adverse_events: AdverseEvents | None = None
    anchor_days: Mapping[str, npt.NDArray[np.datetime64]] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"<TrialAnswers {self.study.protocol.id}: {len(self.persons)} persons>"

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms of the protocol in its order; those of the allocation that it has not, after."""
        there = set(self.arm.tolist())
        planned = [arm.id for arm in self.study.protocol.arms if arm.id in there]
        return (*planned, *sorted(there - set(planned)))

    def places_at(self, visit: str) -> Whole:
        """The row of each person's visit, shape (persons,); -1 where she has none."""
        rows = self.study.rows_at(visit)
        found = np.full(len(self.persons), -1, np.int64)
        found[np.searchsorted(self.persons, self.study.visits.visits.person[rows])] = rows
        return found

    def reason(self, expression: str, place: int) -> str:
        """Why an expression is unknown of a person."""
        mask = self.reasons[expression][place]
        return ", ".join(reason.word for reason in reasons_of_mask(mask))


def read_answers(
    protocol: Protocol,
    facts: Facts,
    analyses: Sequence[Analysis],
    *,
    arms: Mapping[int, str] | None = None,
    definitions: Iterable[Definition] = (),
) -> TrialAnswers:
    """Everyone taken into a study, with what some analyses of it read.

    Args:
        arms: who was taken in, and into which arm; as the dataset says when None.
        definitions: response definitions to adjudicate beside those of the analyses.

    Raises:
        ProtocolError: a name or an expression of the plan is wrong, or the study plans no visits.
        DatasetError: the dataset holds rows that cannot be, or the allocation is that of others.
    """
    facts = facts.under(protocol.dictionary)
    wanted = {d.id: d for a in analyses if (d := definition_of(a, protocol)) is not None}
    wanted |= {definition.id: definition for definition in definitions}
    bound = tuple(bind_definition(definition, facts.codes) for definition in wanted.values())
    quantities = {
        name: quantity_named(name, protocol, facts.codes)
        for analysis in analyses
        for name in _quantities_of(analysis)
    }
    scores = [score for quantity in quantities.values() for score in quantity.instruments]
    scores += [a.shift.instrument for a in analyses if a.shift and a.shift.instrument]
    needs = needs_of(bound, more_scores=scores)
    inputs = needs.inputs
    for quantity in quantities.values():
        inputs = inputs.plus(quantity.inputs)
    events, changes = _bound_events(analyses, facts.codes), _bound_changes(analyses, facts.codes)
    inputs = inputs.plus(inputs_of(changes.values(), facts.codes.dictionary))
    of_events = inputs_of(events.values(), facts.codes.dictionary)
    since = needs.since_previous.plus(Inputs(categories=of_events.categories))
    followed = read_follow_up(
        protocol, facts, VisitNeeds(inputs.plus(of_events), since, needs.instruments), arms=arms
    )
    happened = happened_by(events.values(), followed.sheet)
    recorded = {text: happened[node] for text, node in events.items()}
    study = adjudicate_followed(followed, bound)
    persons = np.unique(study.visits.visits.person)
    arm = np.array([study.arms.get(int(who), ALL) for who in persons], np.str_)
    statuses, reasons = _answered(protocol, facts, analyses, persons)
    planned = [one.adverse_events for one in analyses if one.adverse_events]
    adverse = read_adverse_events(facts, persons=persons.tolist()) if planned else None
    anchors = {name for one in planned for name in (one.since, one.until) if name is not None}
    asked = [a.incidence.expression for a in analyses if a.incidence is not None]
    return TrialAnswers(
        persons,
        arm,
        person_names(facts),
        study,
        quantities,
        recorded,
        statuses,
        reasons,
        not_over(asked, protocol, facts, persons) if len(persons) else {},
        perhaps_not_due(study.visits, facts),
        _at_visits(changes, study.followed.sheet),
        adverse,
        _anchor_days(protocol, facts, anchors, persons),
    )


def _bound_events(analyses: Sequence[Analysis], codes: ResolvedCodes) -> Mapping[str, Node]:
    """The expressions of intercurrent events, as a visit reads them."""
    environment = outputs_environment((), codes)
    return {
        event.expression: bind_expression(event.expression, environment, source=event.event)
        for analysis in analyses
        for event in analysis.intercurrent
        if event.expression is not None
    }


def _bound_changes(analyses: Sequence[Analysis], codes: ResolvedCodes) -> Mapping[str, Node]:
    """The expressions of states and changes of values, as a visit reads them."""
    environment = outputs_environment((), codes)
    return {
        text: bind_expression(text, environment, source=analysis.id)
        for analysis in analyses
        if analysis.shift is not None
        for limits in analysis.shift.limits
        for text in change_rule(limits).texts
    }


def _at_visits(nodes: Mapping[str, Node], sheet: Sheet) -> Mapping[str, Codes]:
    codes = codes_of_leaves(leaves_in_order(nodes.values()), sheet)
    return {text: combine_codes(node, codes).statuses for text, node in nodes.items()}


def _anchor_days(
    protocol: Protocol, facts: Facts, names: Collection[str], persons: Whole
) -> Mapping[str, npt.NDArray[np.datetime64]]:
    found = {name: np.full(len(persons), np.datetime64("NaT", "D")) for name in names}
    if not names:
        return found
    columns = ("person_id", "study", "anchor", "anchor_date")
    for row in facts.rows("study_anchor", columns, persons=persons.tolist()).to_pylist():
        if row["study"] == protocol.id and row["anchor"] in found:
            place = int(np.searchsorted(persons, row["person_id"]))
            found[row["anchor"]][place] = row["anchor_date"]
    return found


def _quantities_of(analysis: Analysis) -> tuple[str, ...]:
    own: tuple[str, ...] = () if analysis.quantity is None else (analysis.quantity.name,)
    if analysis.liver is not None:
        own = (*analysis.liver.transaminases, analysis.liver.bilirubin)
    return tuple(dict.fromkeys((*own, *analysis.adjusted_for)))


def _answered(
    protocol: Protocol, facts: Facts, analyses: Sequence[Analysis], persons: Whole
) -> tuple[Mapping[str, Codes], Mapping[str, MaskColumn]]:
    """Each expression of populations, incidences and strata over the persons of the study.

    They are criteria in all but name, so they are answered as criteria are.
    """
    populations = {population.id: population.expression for population in protocol.populations}
    texts: dict[str, None] = {}
    for analysis in analyses:
        own = populations[analysis.population]
        incidence = None if analysis.incidence is None else analysis.incidence.expression
        for text in (own, incidence, *analysis.strata):
            if text is not None:
                texts[text] = None
    for matching in protocol.matchings:
        expression = populations[matching.population]
        if expression is not None:
            texts[expression] = None
    if not texts or not len(persons):
        return {}, {}
    ids = {f"expression-{number}": text for number, text in enumerate(texts)}
    asked = tuple(
        Criterion(id=name, kind="inclusion", text=text, state="executable", expression=text)
        for name, text in ids.items()
    )
    plan = protocol.model_copy(update={"criteria": asked, "cohorts": ()})
    screened = screen_dataset(plan, facts, persons=tuple(persons.tolist()))
    place = np.searchsorted(screened.person_ids, persons)
    taken = screened.taken(place)
    return (
        {text: taken.statuses[name] for name, text in ids.items()},
        {text: taken.reasons[name] for name, text in ids.items()},
    )
