"""Whether a plan can be carried out: each method fits its variable, each name is known."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from remit.analysis.plan.change_rules import change_rule
from remit.analysis.plan.estimand import definition_of
from remit.analysis.plan.missing_rules import IMPUTING
from remit.analysis.rows.imputation_check import imputation_faults
from remit.analysis.rows.quantities import quantity_named
from remit.analysis.rows.responder_groups import asked_of_groups
from remit.analysis.rows.rival_check import rival_faults
from remit.analysis.rows.statistics import methods_of
from remit.criteria.binder import bind_expression
from remit.endpoints.definition import Definition
from remit.endpoints.study_responses import DIED
from remit.errors import (
    ExpressionError,
    InstrumentError,
    Place,
    ProtocolError,
    RemitError,
    all_in_one,
)
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.catalogue import outputs_environment, packaged_instruments
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.protocol.bound import in_file, protocol_environment
from remit.protocol.mentions import unknown_name

# Methods that look at `adjusted_for`.
ADJUSTING = frozenset(
    {
        "ancova",
        "repeated_measures",
        "imputed_differences",
        "tipping_point",
        "imputed_responses",
        "logistic_regression",
        "firth_regression",
        "exact_logistic",
        "cox_model",
    }
)


def check_plan(protocol: Protocol) -> None:
    """Nothing, when every planned analysis can be carried out.

    Raises:
        RemitError: of the kind of the first fault; all are told, each with its line.
    """
    if not protocol.analyses:
        raise ProtocolError(
            f"{protocol.id} plans no analyses",
            expected="[[analyses]] in the protocol",
            got="none",
            next_step="write the plan; `remit plan show nct05631717` shows one",
        )
    faults = [
        fault
        for position, analysis in enumerate(protocol.analyses)
        for fault in _faults(position, analysis, protocol)
    ]
    for position, comparison in enumerate(protocol.responder_comparisons):
        place = protocol.place_of("responder_comparisons", position, "id")
        asked = asked_of_groups(comparison)
        faults += [*_definition_faults(asked, protocol, place)]
        faults += [*_quantity_faults(asked, protocol, place)]
    if faults:
        raise all_in_one(faults)


def _quantity_faults(analysis: Analysis, protocol: Protocol, place: Place) -> Iterator[RemitError]:
    for name in (*_quantities(analysis), *analysis.adjusted_for):
        try:
            quantity_named(name, protocol, NO_VOCABULARY)
        except ProtocolError as error:
            yield in_file(error, analysis.id, place)


def _faults(position: int, analysis: Analysis, protocol: Protocol) -> Iterator[RemitError]:
    def place(key: str) -> Place:
        return protocol.place_of("analyses", position, key)

    known = methods_of(analysis)
    for name in analysis.methods:
        if name not in known:
            yield ProtocolError(
                f"the analysis {analysis.id!r} cannot use the method {name!r}",
                expected=f"one of {', '.join(known)}",
                got=name,
                next_step="name a method for this kind of variable; see docs/reference/methods.md",
                place=place("methods"),
            )
    yield from _definition_faults(analysis, protocol, place("id"))
    yield from _quantity_faults(analysis, protocol, place("id"))
    yield from _event_faults(analysis, protocol, place("intercurrent"))
    yield from _shift_faults(analysis, place("shift"))
    yield from _date_faults(analysis, protocol, place("adverse_events"))
    yield from imputation_faults(analysis, place)
    yield from rival_faults(analysis, place("methods"))
    yield from _covariate_faults(analysis, place("adjusted_for"))
    texts = [analysis.incidence.expression] if analysis.incidence else []
    environment = protocol_environment(protocol, NO_VOCABULARY)
    for text in (*texts, *analysis.strata):
        try:
            bind_expression(text, environment, source=analysis.id)
        except ExpressionError as error:
            yield in_file(error, analysis.id, place("id"))


def _covariate_faults(analysis: Analysis, place: Place) -> Iterator[RemitError]:
    """Covariates that no method of an analysis looks at."""
    if analysis.adjusted_for and not ADJUSTING & set(analysis.methods):
        yield ProtocolError(
            f"no method of the analysis {analysis.id!r} adjusts for a covariate",
            expected=f"one of {', '.join(sorted(ADJUSTING & set(methods_of(analysis))))}",
            got=", ".join(analysis.methods),
            next_step="name such a method, or take `adjusted_for` out",
            place=place,
        )


def _quantities(analysis: Analysis) -> Sequence[str]:
    if analysis.liver is not None:
        return (*analysis.liver.transaminases, analysis.liver.bilirubin)
    return () if analysis.quantity is None else (analysis.quantity.name,)


def _shift_faults(analysis: Analysis, place: Place) -> Iterator[RemitError]:
    """An instrument without grades to shift, tests that it has not, and limits that say nothing."""
    shift = analysis.shift
    if shift is None:
        return
    if shift.instrument is not None:
        graded = {name: one for name, one in packaged_instruments().items() if one.shifts}
        known = graded.get(shift.instrument)
        strange = [test for test in shift.tests if known is not None and test not in known.shifts]
        if known is None or strange:
            yield ProtocolError(
                f"the analysis {analysis.id!r} asks for grades that there are not",
                expected=", ".join(graded if known is None else known.shifts),
                got=shift.instrument if known is None else ", ".join(strange),
                next_step="name an instrument with shifts, and its tests",
                place=place,
            )
    environment = outputs_environment((), NO_VOCABULARY)
    for limits in shift.limits:
        for text in change_rule(limits).texts:
            try:
                bind_expression(text, environment, source=analysis.id)
            except ExpressionError as error:
                yield in_file(error, f"{analysis.id}, {limits.of}", place)


def _date_faults(analysis: Analysis, protocol: Protocol, place: Place) -> Iterator[RemitError]:
    """Named dates between which events are counted and which the protocol does not declare."""
    asked = analysis.adverse_events
    for name in () if asked is None else (asked.since, asked.until):
        if name is not None and name not in protocol.anchors:
            yield unknown_name("named date", name, protocol.anchors, place)


def _definition_faults(
    analysis: Analysis, protocol: Protocol, place: Place
) -> Iterator[RemitError]:
    try:
        definition = definition_of(analysis, protocol)
    except InstrumentError as error:
        yield in_file(error, analysis.id, place)
        return
    grades = _grades(analysis)
    if definition is None:
        return
    for grade in grades:
        if grade not in definition.grades:
            yield ProtocolError(
                f"the analysis {analysis.id!r} asks for a grade that {definition.id} has not",
                expected=", ".join(definition.grades),
                got=grade,
                next_step="name a grade of the definition",
                place=place,
            )


def _grades(analysis: Analysis) -> Sequence[str]:
    if analysis.response is not None:
        return analysis.response.grades
    return () if analysis.time_to_response is None else (analysis.time_to_response.grade,)


def _event_faults(analysis: Analysis, protocol: Protocol, place: Place) -> Iterator[RemitError]:
    """What a strategy cannot be for a kind of variable, and events that nothing knows."""
    try:
        own = _events_of(analysis, definition_of(analysis, protocol))
    except InstrumentError:
        return
    environment = outputs_environment((), NO_VOCABULARY)
    for event in analysis.intercurrent:
        if event.expression is not None:
            try:
                bind_expression(event.expression, environment, source=event.event)
            except ExpressionError as error:
                yield in_file(error, f"{analysis.id}, {event.event}", place)
        elif event.event not in own:
            yield ProtocolError(
                f"nothing says how the event {event.event!r} is recognised",
                expected="an expression, or an event of the response definition: "
                + (", ".join(own) or "it has none"),
                got="neither",
                next_step="write its expression, read over the days since the visit before",
                place=place,
            )
        fits = _strategies(analysis, event.event)
        if event.strategy == "principal_stratum":
            yield ProtocolError(
                f"whom {event.event!r} would not befall under either treatment is known of nobody",
                expected=" or ".join(fits),
                got=event.strategy,
                next_step="say `hypothetical`, or analyse a population by what is known at "
                "baseline; who had no event after it is no stratum that chance made",
                place=place,
            )
        elif event.strategy not in fits:
            yield ProtocolError(
                f"the strategy {event.strategy} is none for the variable of {analysis.id!r}",
                expected=" or ".join(fits),
                got=event.strategy,
                next_step="choose a strategy that this variable can have, or another variable",
                place=place,
            )


def _strategies(analysis: Analysis, event: str) -> tuple[str, ...]:
    if analysis.response is not None:
        # What would have been is known to a method that imputes alone.
        imputed = ("hypothetical",) if IMPUTING & set(analysis.methods) else ()
        return ("composite", "treatment_policy", *imputed, "while_on_treatment")
    if analysis.quantity is not None:
        # A dead person has no number, whatever is done about it.
        policy = () if event == DIED else ("treatment_policy",)
        return (*policy, "hypothetical", "while_on_treatment")
    if analysis.time_to_response is not None:
        policy = () if event == DIED else ("treatment_policy",)
        return ("composite", *policy, "hypothetical", "while_on_treatment")
    return ("treatment_policy",)


def _events_of(analysis: Analysis, definition: Definition | None) -> tuple[str, ...]:
    if definition is not None:
        return (*(event.id for event in definition.intercurrent), DIED)
    return () if analysis.quantity is None else (DIED,)
