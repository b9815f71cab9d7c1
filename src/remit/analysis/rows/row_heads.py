"""From statistics to result rows: what all rows of an analysis say alike, and what each adds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np

from remit.analysis.methods.register import Method, methods
from remit.analysis.rows.question import Statistic
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.visit_answers import NO_RESPONSE, OBSERVED, PERHAPS, VisitAnswers

COUNTED = "counted"
# Methods that make answers up themselves, whatever the rule for missing ones says.
OWN_RULE = frozenset({"imputed_responses"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RowHead:
    """What all rows of one analysis say alike; the fields are those of `ResultRow`."""

    study: str
    analysis: str
    title: str
    role: str = "safety"
    population: str = ""
    estimand: str = ""
    definition: str = ""
    definition_hash: str = ""
    plan_hash: str = ""
    plan: str = ""


def result_rows(
    head: RowHead,
    answers: VisitAnswers,
    statistics: Iterable[Statistic],
    *,
    notes: tuple[str, ...] = (),
    source: str | None = None,
) -> tuple[ResultRow, ...]:
    """A result row for each statistic of some answers.

    Args:
        notes: warnings of every row.
        source: hash of all that the numbers stand on, where that is more than the answers.
    """
    known = _registered()
    source = answers.digest if source is None else source
    told: dict[tuple[str, ...], tuple[int, int, tuple[str, ...]]] = {}
    rows = []
    for statistic in statistics:
        if statistic.arms not in told:
            of = answers
            if statistic.arms:
                of = answers.where(np.isin(answers.arm, statistic.arms))
            used = int(np.count_nonzero(of.known))
            said = (*_left_out(answers, statistic.arms), *_imputed(of))
            told[statistic.arms] = (len(of.person), used, said)
        persons, used, imputed = told[statistic.arms]
        if statistic.method in OWN_RULE:
            imputed = tuple(word for word in imputed if not word.endswith(NO_RESPONSE))
        arm, versus = (*statistic.arms, "", "")[:2]
        estimate = statistic.estimate
        interval = estimate.low is not None or estimate.high is not None
        registered = known.get(statistic.method)
        rows.append(
            ResultRow(
                id=_row_id(head.analysis, answers.visit, statistic),
                study=head.study,
                analysis=head.analysis,
                title=head.title,
                role=head.role,
                population=head.population,
                estimand=head.estimand,
                definition=head.definition,
                definition_hash=head.definition_hash,
                visit=answers.visit,
                at=statistic.at,
                arm=arm,
                versus=versus,
                method=statistic.method,
                part=statistic.part,
                statistic=statistic.name,
                unit=statistic.unit,
                value=estimate.value,
                low=estimate.low,
                high=estimate.high,
                level=estimate.level if interval else None,
                n=statistic.n,
                missing=persons - (used if statistic.at_risk else statistic.n),
                warnings=(*estimate.warnings, *notes, *imputed),
                reference=COUNTED if registered is None else registered.reference,
                source_hash=source,
                plan_hash=head.plan_hash,
                plan=head.plan,
            )
        )
    return tuple(rows)


@cache
def _registered() -> dict[str, Method]:
    return methods()


def _row_id(analysis: str, visit: str, statistic: Statistic) -> str:
    between = "-vs-".join(statistic.arms)
    parts = [analysis, visit, between, statistic.method, *statistic.part, statistic.name]
    named = [part.replace(" ", "_").replace(".", "_") for part in parts if part]
    step = [] if statistic.at is None else [f"{statistic.at:g}".replace(".", "_")]
    return ".".join([*named, *step])


def _left_out(answers: VisitAnswers, arms: tuple[str, ...]) -> Iterator[str]:
    """How many of some arms, or of all, were left out since nothing was due of them, by why."""
    those = [answers.left_out.get(arm, ()) for arm in arms] if arms else answers.left_out.values()
    for why, number in sorted(Counter(why for found in those for why in found).items()):
        yield f"{number} left out: {why}"


def _imputed(answers: VisitAnswers) -> Iterator[str]:
    """How many answers are others than those observed, by why; and how many may not be due."""
    perhaps = int(np.count_nonzero(np.char.find(answers.how[~answers.known], PERHAPS) >= 0))
    if perhaps:
        yield f"{perhaps} of {len(answers.person)}: missing ({PERHAPS})"
    if answers.event is not None:
        return
    how = Counter(answers.how[answers.known].tolist())
    for why, number in sorted(how.items()):
        if why != OBSERVED:
            yield f"{number} of {len(answers.person)}: {why}"
