"""Why other definitions of response conclude otherwise, as a table of texts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from remit.analysis.rows.definition_reasons import DefinitionReason
from remit.analysis.rows.every_definition import Conclusion, conclusions
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.views.analysis_texts import ResultTexts

FARTHEST = 3  # definitions that are explained where none leads to another conclusion
NONE_SUCH = "no such condition"


def reason_texts(
    found: TrialAnalysis, analysis: str, labels: Mapping[str, str]
) -> ResultTexts | None:
    """Who answers otherwise under definitions with another conclusion, by the condition.

    Where none has another one, the definitions whose difference lies farthest from the plan's are
    explained; None where there is nothing to explain.

    Args:
        labels: arm -> what it is called.
    """
    here = [one for one in conclusions(found.rows) if one.analysis == analysis]
    own = next((one.definition for one in here if one.own), "")
    flips = [one.definition for one in here if one.flips]
    chosen = flips or _farthest(here)
    reasons = [
        one
        for name in chosen
        for one in sorted(found.reasons, key=lambda one: -one.persons)
        if (one.analysis, one.definition) == (analysis, name)
    ]
    if not reasons:
        return None
    arms = [row.arm for row in reasons[0].rows]
    heads = ("responds only under", "not under", "because", "there", *(labels[a] for a in arms))
    rows = tuple(tuple(_cells(one, own)) for one in reasons)
    which = (
        "that conclude otherwise" if flips else "whose difference is farthest from that of the plan"
    )
    caption = f"{here[0].title}: who answers otherwise under definitions {which}, and why"
    return ResultTexts(caption, heads, rows)


def _farthest(here: list[Conclusion]) -> list[str]:
    """The definitions that somebody can be assessed by and that are farthest from the plan's."""
    plan = next((one.difference.value for one in here if one.own), None)
    if plan is None:
        return []
    far = [
        (abs(value - plan), one.definition)
        for one in here
        if not one.own and one.seen and (value := one.difference.value) is not None
    ]
    return [name for _, name in sorted(far, key=lambda one: (-one[0], one[1]))[:FARTHEST]]


def _cells(reason: DefinitionReason, own: str) -> Iterator[str]:
    for name in (reason.responds_under, reason.not_under):
        yield f"{name} (plan)" if name == own else name
    named = reason.gate.replace("_", " ")
    said = named if reason.known else f"{named} is not known"
    yield f"{said}: {reason.asked}" if reason.asked else said
    yield NONE_SUCH if reason.there is None else f"asked: {reason.there}" if reason.asked else "–"
    for row in reason.rows:
        yield f"{row.value or 0:g} of {row.n}"
