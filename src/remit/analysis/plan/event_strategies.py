"""What is done about each intercurrent event of an estimand, in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.protocol.analysis_sections import Analysis, Strategy
from remit.protocol.imputation_sections import Supposition

STRATEGY_WORDS: Mapping[Strategy, str] = {
    "composite": "part of the answer: it is a failure",
    "treatment_policy": "answers count whether it happened or not",
    "hypothetical": "answers after it are set aside, as if it had not happened",
    "while_on_treatment": "the last answer before it counts",
    "principal_stratum": "of those alone to whom it would not happen under either treatment",
}
# Of a time to something.
TIME_WORDS: Mapping[Strategy, str] = {
    "composite": "the response never comes then: the person waits to the end",
    "treatment_policy": "responses count whether it happened or not",
    "hypothetical": "the person is watched up to it alone, as if nothing were known after",
    "while_on_treatment": "it competes: a response counts before it alone, and comes no more after",
    "principal_stratum": "of those alone to whom it would not happen under either treatment",
}


@dataclass(frozen=True, slots=True)
class EventStrategy:
    """An intercurrent event of an estimand and what is done about it.

    Attributes:
        imputed_as: what is supposed of answers that are not there after it, where they are imputed.
    """

    event: str
    text: str
    strategy: Strategy
    expression: str | None = None
    imputed_as: Supposition = "missing_at_random"


def strategy_words(analysis: Analysis, strategy: Strategy) -> str:
    """What a strategy does to the variable of an analysis."""
    timed = analysis.time_to_response is not None
    return TIME_WORDS[strategy] if timed else STRATEGY_WORDS[strategy]
