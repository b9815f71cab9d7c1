"""Runs both evaluators over the same data and counts where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache

import pyarrow as pa
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from criteria.columned import column_truths
from criteria.expressions import expressions
from criteria.synthetic import DATA_CUT, ENVIRONMENT, STUDY, make_tables
from remit.criteria.binding import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.meaning import evaluate
from remit.criteria.reference.reading import read_persons
from remit.truth import Reason, Status, Truth

EXPRESSIONS_AT_ONCE = 20
COMPLETE = ((), ("measurement",), ("condition_occurrence", "drug_exposure"))


@dataclass(slots=True)
class Agreement:
    """How often each status and reason was given, and each difference in words."""

    pairs: int = 0
    expressions: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Agreement) -> None:
        self.pairs += other.pairs
        self.expressions += other.expressions
        self.statuses.update(other.statuses)
        self.reasons.update(other.reasons)
        self.differences.extend(other.differences)

    def describe(self) -> str:
        lines = [
            f"{self.pairs} person x expression pairs ({self.expressions} expressions), "
            f"{len(self.differences)} differences"
        ]
        lines += [f"  {status.word:22} {self.statuses[status]}" for status in Status]
        lines += [f"    {reason.word:20} {self.reasons[reason]}" for reason in sorted(self.reasons)]
        return "\n".join(lines)


def _said(truth: Truth) -> str:
    return f"{truth.status.word} {sorted(reason.word for reason in truth.reasons)}"


def compare_evaluators(
    texts: Sequence[str],
    tables: Mapping[str, pa.Table],
    environment: Environment,
    *,
    study: str = STUDY,
    data_cut: date = DATA_CUT,
    complete: frozenset[str] = frozenset(),
) -> Agreement:
    """Both answers for every expression and person."""
    nodes = {text: bind_expression(text, environment) for text in texts}
    names = {text: f"c{number}" for number, text in enumerate(nodes)}
    answers = column_truths(
        {names[text]: node for text, node in nodes.items()},
        tables,
        study=study,
        data_cut=data_cut,
        complete=complete,
    )
    found = Agreement(expressions=len(nodes))
    for person in read_persons(tables, study=study, data_cut=data_cut, complete=complete):
        for text, node in nodes.items():
            found_in_columns = answers[person.person][names[text]]
            truth, _ = evaluate(node, person)
            found.pairs += 1
            found.statuses[truth.status] += 1
            found.reasons.update(truth.reasons)
            if found_in_columns != truth:
                found.differences.append(
                    f"{text}\n  person {person.person}: columns {_said(found_in_columns)}, "
                    f"reference {_said(truth)}"
                )
    return found


@cache
def _tables(number: int, persons: int) -> Mapping[str, pa.Table]:
    return make_tables(number, persons)


def compare_generated(
    *,
    rounds: int,
    persons: int,
    seed_number: int | None = None,
    report: Callable[[Agreement], None] = lambda found: None,
) -> Agreement:
    """Both evaluators on generated expressions over generated data.

    Args:
        rounds: each compiles `EXPRESSIONS_AT_ONCE` expressions over one data set.
        seed_number: of the expressions; None draws the same ones each time.
        report: called with the sum so far after each round.
    """
    total = Agreement()

    @given(
        st.lists(
            expressions(), min_size=EXPRESSIONS_AT_ONCE, max_size=EXPRESSIONS_AT_ONCE, unique=True
        ),
        st.integers(0, 3),
        st.sampled_from(COMPLETE),
    )
    def one_round(texts: list[str], data: int, complete: tuple[str, ...]) -> None:
        tables = _tables(data, persons)
        total.add(compare_evaluators(texts, tables, ENVIRONMENT, complete=frozenset(complete)))
        report(total)

    # A difference names its own expression and person, so that nothing needs to be shrunk.
    chosen = settings(
        max_examples=rounds,
        derandomize=seed_number is None,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    test = chosen(one_round)
    if seed_number is not None:
        test = seed(seed_number)(test)
    test()
    return total
