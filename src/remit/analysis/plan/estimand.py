"""The estimand of a planned analysis, and the rule for missing answers that follows from it.

The five attributes are those of ICH E9(R1): treatment, population, variable, intercurrent events
with a strategy each, and summary. How missing answers are handled is no sixth one: a strategy that
makes an event a failure makes an answer that is not there one too, and a strategy that asks what
would have been leaves it to a model.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.analysis.plan.event_strategies import EventStrategy
from remit.analysis.plan.missing_rules import MissingRule, missing_rule, missing_sentence
from remit.analysis.plan.safety_variables import safety_variable
from remit.endpoints.definition import Definition
from remit.endpoints.definition_choice import definitions_of
from remit.endpoints.study_responses import DIED
from remit.instruments.toml_files import found_by_name
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.protocol.protocol_sections import ParameterChoice

NOT_DUE_WORDS = (
    "who has no answer since her time for it was not over at the data cut is left out and counted, "
    "whatever came before"
)
# What a method estimates, in words; tests estimate nothing.
SUMMARIES: Mapping[str, str] = {
    "clopper_pearson": "proportion",
    "wilson": "proportion",
    "jeffreys": "proportion",
    "mid_p": "proportion",
    "newcombe_difference": "risk difference",
    "miettinen_nurminen_difference": "risk difference",
    "mantel_haenszel_difference": "risk difference over strata",
    "stratified_score_difference": "risk difference over strata",
    "weighted_difference": "risk difference over strata",
    "exact_difference": "risk difference",
    "risk_ratio": "risk ratio",
    "score_risk_ratio": "risk ratio",
    "common_risk_ratio": "risk ratio over strata",
    "odds_ratio": "odds ratio",
    "common_odds_ratio": "odds ratio over strata",
    "mean_interval": "mean",
    "ancova": "difference of adjusted means",
    "repeated_measures": "difference of adjusted means",
    "kaplan_meier": "median time",
    "cox_model": "hazard ratio",
    "restricted_mean_difference": "difference of restricted means",
    "restricted_mean": "restricted mean time",
    "agresti_coull": "proportion",
    "agresti_caffo_difference": "risk difference",
    "logistic_regression": "odds ratio",
    "firth_regression": "odds ratio",
    "exact_logistic": "odds ratio",
    "mean_difference": "difference of means",
    "asymptotic_shift": "median of differences between two persons",
    "exact_shift": "median of differences between two persons",
    "imputed_differences": "difference of adjusted means",
    "tipping_point": "difference of adjusted means",
    "imputed_responses": "risk difference",
    "cumulative_incidence": "cumulative incidence",
    "turnbull_curve": "share free of it over time",
}


@dataclass(frozen=True, slots=True)
class Estimand:
    """What an analysis estimates, in words that a statistician signs.

    Attributes:
        definition: the response definition of its variable; None where it has none.
        missing: the rule for missing answers that follows. ground: why that one.
        missing_said: the same as a sentence, with all that is stated of imputations.
    """

    treatment: str
    population: str
    variable: str
    definition: Definition | None
    events: tuple[EventStrategy, ...]
    summary: str
    missing: MissingRule
    ground: str
    missing_said: str

    @property
    def sentence(self) -> str:
        """The estimand in one sentence."""
        events = "; ".join(f"{event.event}: {event.strategy}" for event in self.events)
        told = f"; intercurrent events: {events}" if events else ""
        return f"{self.summary} of {self.variable} in {self.population}, {self.treatment}{told}"


def definition_of(analysis: Analysis, protocol: Protocol) -> Definition | None:
    """The response definition that an analysis means, with the protocol's settings.

    Raises:
        InstrumentError: there is none of this name.
    """
    named = analysis.definition
    if named is None:
        return None
    name = protocol.setting(named.parameter) if isinstance(named, ParameterChoice) else named
    step = "name a packaged definition, or one that the study brings"
    return found_by_name(name, definitions_of(protocol), what="response definition", next_step=step)


def estimand_of(analysis: Analysis, protocol: Protocol) -> Estimand:
    """The estimand of a planned analysis.

    Raises:
        InstrumentError: it names a response definition that there is not.
    """
    definition = definition_of(analysis, protocol)
    events = _events(analysis, definition)
    missing, ground = missing_rule(analysis, events)
    populations = {population.id: population.label for population in protocol.populations}
    return Estimand(
        _treatment(analysis, protocol),
        populations.get(analysis.population, analysis.population),
        _variable(analysis, definition),
        definition,
        events,
        _summary(analysis),
        missing,
        ground,
        missing_sentence(analysis, events, {arm.id: arm.label for arm in protocol.arms}),
    )


def _events(analysis: Analysis, definition: Definition | None) -> tuple[EventStrategy, ...]:
    """Those of the plan, and those of the definition of which the plan says nothing."""
    told = {
        event.event: EventStrategy(
            event.event,
            event.text,
            event.strategy,
            event.expression,
            event.imputed_as or "missing_at_random",
        )
        for event in analysis.intercurrent
    }
    own: dict[str, EventStrategy] = {}
    if definition is not None and definition.type != "flare":
        for event in definition.intercurrent:
            own[event.id] = EventStrategy(event.id, event.text, "composite")
        if definition.death == "non_responder":
            own[DIED] = EventStrategy(DIED, "The person died.", "composite")
    return tuple({**own, **told}.values())


def _treatment(analysis: Analysis, protocol: Protocol) -> str:
    labels = {arm.id: arm.label for arm in protocol.arms}
    if analysis.compare is not None:
        first, second = (labels[arm] for arm in analysis.compare)
        return f"{first} against {second}"
    return "each arm by itself" if len(labels) > 1 else "one arm"


def _variable(analysis: Analysis, definition: Definition | None) -> str:
    if analysis.response is not None:
        assert definition is not None
        grades = " or ".join(analysis.response.grades)
        return f"{grades} by {definition.title} at {', '.join(analysis.visits)}"
    if analysis.time_to_response is not None:
        assert definition is not None
        return f"the time to {analysis.time_to_response.grade} or better by {definition.title}"
    if analysis.quantity is not None:
        what = "the change from baseline of" if analysis.quantity.change else "the value of"
        return f"{what} {analysis.quantity.name} at {', '.join(analysis.visits)}"
    if analysis.incidence is not None:
        return f"the incidence of: {' '.join(analysis.incidence.expression.split())}"
    return safety_variable(analysis)


def _summary(analysis: Analysis) -> str:
    found = dict.fromkeys(SUMMARIES[name] for name in analysis.methods if name in SUMMARIES)
    if found:
        return " and ".join(found)
    if analysis.time_to_response is not None:
        return "time"
    return "mean" if analysis.quantity is not None else "proportion"
