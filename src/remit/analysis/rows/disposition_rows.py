"""How it ended for whoever came into a study: to the end, or before it, and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from remit.analysis.methods.exact_tables import fisher_test
from remit.analysis.rows.baseline_rows import counted_of
from remit.analysis.rows.question import MethodQuestion, Statistic, tested_part
from remit.errors import MethodError

COMPLETED, ENDED, UNKNOWN = "completed", "ended early", "unknown"


def describe_disposition(
    question: MethodQuestion, *, together: bool = False, compared: tuple[str, ...] = ()
) -> Iterator[Statistic]:
    """How many of each arm came to the end, ended early, and for which reason; shares of all.

    The parts are `completed`, `ended early`, `unknown` of whom no end is known, and below `ended
    early` each reason. They add up to the arm: a person is in one of them.

    Args:
        question: its answers have levels: the first is to have come to the end, each other one a
            reason to have ended before.
        together: of all arms together as well.
        compared: reasons of which the arms are compared by Fisher's test, beside completion.

    Raises:
        MethodError: the answers have no levels, or a reason to be compared is none of them.
    """
    answers = question.answers
    reasons = answers.levels[1:]
    strange = [reason for reason in compared if reason not in reasons]
    if not reasons or strange:
        raise MethodError(
            "an end of the study is its completion or a reason to have left it",
            expected=f"reasons among {', '.join(reasons)}" if reasons else "answers with levels",
            got=", ".join(strange) or "none",
            next_step="give completion as the first level, and each reason as another",
        )
    by_arm = {arm: _ends(question, (arm,)) for arm in question.arms}
    of_arms: dict[tuple[str, ...], Mapping[str, int]] = {(arm,): by_arm[arm] for arm in by_arm}
    if together:
        of_arms[()] = _ends(question, question.arms)
    for arms, ends in of_arms.items():
        whole = sum(ends.values())
        done, unknown = ends[answers.levels[0]], ends[UNKNOWN]
        yield from counted_of(done, whole, arms, (COMPLETED,))
        yield from counted_of(whole - done - unknown, whole, arms, (ENDED,))
        yield from counted_of(unknown, whole, arms, (UNKNOWN,))
        for reason in reasons:
            yield from counted_of(ends[reason], whole, arms, (ENDED, reason))
    for level, part in ((answers.levels[0], (COMPLETED,)), *((r, (ENDED, r)) for r in compared)):
        table = [
            [ends[level], sum(ends.values()) - ends[level]]
            for ends in by_arm.values()
            if sum(ends.values())
        ]
        if len(table) > 1:
            n = sum(map(sum, table))
            yield from tested_part("fisher_test", fisher_test(table), n, (), part)


def _ends(question: MethodQuestion, arms: tuple[str, ...]) -> Mapping[str, int]:
    """Each end -> how many persons of some arms it came to."""
    answers = question.answers.where(np.isin(question.answers.arm, arms))
    known = answers.used
    found = {
        level: int(np.count_nonzero(known.value == at)) for at, level in enumerate(answers.levels)
    }
    return {**found, UNKNOWN: len(answers.person) - len(known.person)}
