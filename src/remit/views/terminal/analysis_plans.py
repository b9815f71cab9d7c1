"""A plan of analyses as plain text: what a statistician reads, and signs."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from remit.analysis.methods.register import method_named
from remit.analysis.plan.estimand import NOT_DUE_WORDS, Estimand, estimand_of
from remit.analysis.plan.event_strategies import strategy_words
from remit.analysis.plan.plan_lock import plan_hash
from remit.analysis.rows.responder_groups import asked_of_groups
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.protocol.group_sections import ResponderComparison
from remit.protocol.matching_sections import Matching

WIDTH = 96
_LABEL = 22


def describe_plan(protocol: Protocol, *, locked: str) -> str:
    """The plan of a study.

    Args:
        locked: what is said of its lock (`plan_lock.lock_state`).

    Raises:
        InstrumentError: an analysis names a response definition that there is not.
    """
    return "\n".join(_lines(protocol, locked))


def _lines(protocol: Protocol, locked: str) -> Iterator[str]:
    yield f"Statistical analysis plan: {protocol.id}"
    yield from _said("", protocol.title)
    yield from _said("Plan", f"{locked}; hash {plan_hash(protocol)[:16]}")
    yield "\nPopulations"
    for population in protocol.populations:
        yield from _said(f"  {population.label}", population.text)
        if population.expression is not None:
            yield from _said("", f"that is: {' '.join(population.expression.split())}")
    if protocol.families:
        yield "\nMultiplicity"
    for family in protocol.families:
        members = [a.id for a in protocol.analyses if a.family == family.id]
        told = f"{family.text} {family.procedure.replace('_', ' ')}, two-sided {family.alpha:g}: "
        yield from _said(f"  {family.id}", told + ", ".join(members))
    for number, analysis in enumerate(protocol.analyses, 1):
        yield f"\n{number}. {analysis.title} ({analysis.role})"
        yield from _analysis(analysis, estimand_of(analysis, protocol))
    for matching in protocol.matchings:
        yield f"\nMatching. {matching.title}"
        yield from _matching(matching, protocol)
    for comparison in protocol.responder_comparisons:
        yield f"\nComparison. {comparison.title}"
        yield from _comparison(comparison, protocol)


def _analysis(analysis: Analysis, estimand: Estimand) -> Iterator[str]:
    yield from _said("  Id", analysis.id)
    if analysis.outcome is not None:
        yield from _said("  Outcome", analysis.outcome)
    yield from _said("  Treatment", estimand.treatment)
    yield from _said("  Population", estimand.population)
    yield from _said("  Variable", estimand.variable)
    if estimand.definition is not None:
        yield from _said("", estimand.definition.citation)
    for event in estimand.events:
        words = strategy_words(analysis, event.strategy)
        told = f"{event.text} {words[0].upper()}{words[1:]} ({event.strategy})."
        yield from _said(f"  Event {event.event}", told)
    yield from _said("  Missing answers", estimand.missing_said)
    yield from _said("  Not yet due", NOT_DUE_WORDS)
    for name in analysis.methods:
        found = method_named(name)
        yield from _said(f"  {'Method' if name == analysis.methods[0] else ''}", found.title)
        yield from _said("", found.reference)
    timed = analysis.time_to_response
    if timed is not None and timed.weights is not None:
        told = f"of the log-rank test: rho {timed.weights.rho:g}, gamma {timed.weights.gamma:g}"
        yield from _said("  Weights", told)
    if analysis.adjusted_for:
        yield from _said("  Covariates", f"at baseline: {', '.join(analysis.adjusted_for)}")
    for text in analysis.strata:
        yield from _said("  Stratum", text)
    yield from _said("  Intervals", f"{100 * analysis.level:g} %, two-sided")


_RULES = {
    "random": "drawn at random until no test is significant",
    "nearest": "each case in turn the nearest control of the same sex",
    "optimal": "as many pairs of one sex as there can be, at the least sum of differences in age",
}


def _matching(matching: Matching, protocol: Protocol) -> Iterator[str]:
    labels = {group.id: group.label for group in protocol.cohorts}
    populations = {population.id: population.label for population in protocol.populations}
    yield from _said("  Id", matching.id)
    yield from _said("  Cases", populations[matching.population])
    yield from _said("  Controls", f"cohort {matching.controls}, {labels[matching.controls]}")
    yield from _said("  Rule", matching.text)
    yield from _said("", f"{_RULES[matching.rule]}; age in completed years at {matching.age_at}")
    limits = (
        f"{matching.size} controls, at most {matching.draws:,} draws, seed {matching.seed}"
        if matching.rule == "random"
        else f"at most {matching.caliper:g} years apart, seed {matching.seed}"
    )
    yield from _said("  Limits", limits)
    told = f"age by Student's t, sex by Fisher's test, significant below {matching.alpha:g}"
    yield from _said("  Tests", told)


def _comparison(comparison: ResponderComparison, protocol: Protocol) -> Iterator[str]:
    estimand = estimand_of(asked_of_groups(comparison), protocol)
    reached, others = comparison.labels
    grades = " or ".join(comparison.response.grades)
    named = "" if estimand.definition is None else f" by {estimand.definition.title}"
    yield from _said("  Id", comparison.id)
    yield from _said("  Population", estimand.population)
    yield from _said("  Groups", f"{reached}: {grades}{named} at {comparison.visit}; {others}: not")
    yield from _said("  Missing answers", "in neither group")
    yield from _said("  Compared", ", ".join(("age", "sex", *comparison.of)))
    tests = (comparison.test_of_numbers, comparison.test_of_words)
    yield from _said("  Tests", ", ".join(name.replace("_", " ") for name in tests))
    yield from _said("  Rule", comparison.text)


def _said(label: str, text: str) -> Iterator[str]:
    head = f"{label:<{_LABEL}}"
    if len(label) >= _LABEL:
        yield label
        head = " " * _LABEL
    yield textwrap.fill(
        " ".join(text.split()),
        width=WIDTH,
        initial_indent=head,
        subsequent_indent=" " * _LABEL,
        break_long_words=False,
        break_on_hyphens=False,
    )
