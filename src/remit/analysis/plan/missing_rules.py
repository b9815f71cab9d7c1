"""The rule for missing answers that follows from an estimand, and the sentence that says it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from remit.analysis.plan.event_strategies import EventStrategy
from remit.protocol.analysis_sections import Analysis
from remit.protocol.imputation_sections import BY_REFERENCE, Supposition

MissingRule = Literal[
    "non_responder", "observed_only", "missing_at_random", "imputed", "censored", "open"
]

MISSING_WORDS: Mapping[MissingRule, str] = {
    "non_responder": "who has no answer counts as without response",
    "observed_only": "observed answers only; a proportion has bounds for what the others could be",
    "missing_at_random": "a model over all visits, answers missing at random given the others",
    "imputed": "made up many times by a model of the others, and the estimates pooled",
    "censored": "followed until the last visit that could be assessed",
    "open": "of whom it is unknown counts neither way; the bounds say what they could change",
}
SUPPOSED: Mapping[Supposition, str] = {
    "missing_at_random": "as in the own arm, missing at random given covariates and other answers",
    "jump_to_reference": "with the mean of {reference} from there on (jump to reference)",
    "copy_reference": "as if the person had been in {reference} all along (copy reference)",
    "copy_increments": "with the changes of {reference} from there on (copy increments)",
    "last_mean_carried_forward": "with the own arm's mean at the last answer, carried on",
    "return_to_baseline": "with the person's own value at baseline",
}
# Methods that use the answers of all visits of a person, and those of them that impute.
MODELLED = frozenset({"repeated_measures"})
IMPUTING = frozenset({"imputed_differences", "tipping_point", "imputed_responses"})


def missing_rule(analysis: Analysis, events: Sequence[EventStrategy]) -> tuple[MissingRule, str]:
    """The rule for missing answers that follows from an estimand, and why."""
    strategies = {event.strategy for event in events}
    methods = set(analysis.methods)
    if analysis.quantity is None and analysis.definition is None:
        return "open", "what is unknown of a person is neither an event nor none"
    if analysis.time_to_response is not None:
        return "censored", "a time that was not reached is known up to the last assessed visit"
    if analysis.quantity is not None:
        first = next((name for name in analysis.methods if name in MODELLED | IMPUTING), None)
        if first in MODELLED:
            return "missing_at_random", "the model uses all visits of a person"
        if first in IMPUTING:
            return "imputed", "no event is a failure, and the method imputes"
        return "observed_only", "no method of this analysis uses the other visits of a person"
    if strategies <= {"composite"}:
        return "non_responder", "every event is a failure, and so is an answer that is not there"
    if IMPUTING & methods:
        return "imputed", "an event is not a failure, and the method imputes"
    return "observed_only", "an event is not a failure, so a missing answer is none either"


def missing_sentence(
    analysis: Analysis, events: Sequence[EventStrategy], arms: Mapping[str, str]
) -> str:
    """What is done about answers that are not there, as a statistician signs it.

    Args:
        arms: id -> label.
    """
    rule, ground = missing_rule(analysis, events)
    said = f"{MISSING_WORDS[rule]}; derived: {ground}."
    if analysis.imputation is None or not IMPUTING & set(analysis.methods):
        return said
    return " ".join([said, *_imputed(analysis, events, arms, sensitivity=rule != "imputed")])


def _imputed(
    analysis: Analysis,
    events: Sequence[EventStrategy],
    arms: Mapping[str, str],
    *,
    sensitivity: bool,
) -> Iterator[str]:
    stated = analysis.imputation
    assert stated is not None
    reference = arms.get(stated.reference or "", "the reference arm")

    def supposed(how: Supposition) -> str:
        return SUPPOSED[how].format(reference=reference)

    if sensitivity:
        yield "In a sensitivity analysis instead:"
    for event in events:
        if event.strategy in {"hypothetical", "treatment_policy"}:
            which = (
                "all answers" if event.strategy == "hypothetical" else "answers that are missing"
            )
            how = supposed(event.imputed_as)
            yield f"{which} after the event {event.event} are imputed {how};"
    yield f"other missing answers are imputed {supposed('missing_at_random')};"
    yield f"{stated.imputations} imputations from seed {stated.seed}, pooled by Rubin's rules."
    if any(how in BY_REFERENCE for how in (*stated.sensitivity, *(e.imputed_as for e in events))):
        yield "Gaps before a last answer are imputed as missing at random whatever is supposed."
    for how in stated.sensitivity:
        yield f"Sensitivity: all that is missing after a last answer is imputed {supposed(how)}."
    if stated.shifts:
        shifts = ", ".join(f"{shift:g}" for shift in stated.shifts)
        yield f"Sensitivity: imputed answers of the arm that is not {reference} are shifted by"
        yield f"{shifts}."
    if "tipping_point" in analysis.methods:
        yield "The shift at which the difference is no longer significant is searched for."
