"""The trial's conclusion under every response definition: the same analyses, asked again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pyarrow as pa

from remit.analysis.rows.result_row import ResultRow, rows_of
from remit.analysis.rows.statistics import SEEN
from remit.endpoints.definition import Definition
from remit.endpoints.definition_choice import definitions_of
from remit.protocol import Protocol
from remit.protocol.analysis_sections import Analysis
from remit.protocol.protocol_sections import ParameterChoice

UNDER = "__under__"  # between the id of an analysis and that of a definition


def asked_again(protocol: Protocol) -> tuple[Analysis, ...]:
    """Each comparison of responses of a plan under every definition but its own.

    The best grade stands for the best grade, any response for any response; what asks for another
    grade, or for no response, has no counterpart elsewhere. A flare is no response.
    """
    return tuple(
        variant
        for analysis in protocol.analyses
        if analysis.response is not None
        and analysis.compare is not None
        and isinstance(analysis.response.definition, ParameterChoice)
        and analysis.response.definition.parameter in protocol.parameters
        for variant in _variants(analysis, protocol)
    )


def _variants(analysis: Analysis, protocol: Protocol) -> Iterator[Analysis]:
    assert analysis.response is not None
    assert isinstance(analysis.response.definition, ParameterChoice)
    known = definitions_of(protocol)
    own = known[protocol.setting(analysis.response.definition.parameter)]
    for definition in known.values():
        grades = counterpart(analysis.response.grades, own, definition)
        if definition.id == own.id or definition.type == "flare" or not grades:
            continue
        response = analysis.response.model_copy(
            update={"definition": definition.id, "grades": grades}
        )
        changed = {
            "id": f"{analysis.id}{UNDER}{definition.id}",
            "role": "exploratory",
            "response": response,
            "family": None,
            "intercurrent": (),
        }
        yield analysis.model_copy(update=changed)


def counterpart(grades: Sequence[str], own: Definition, other: Definition) -> tuple[str, ...]:
    """The grades of another definition that stand for some grades of a study's own; none at all."""
    if set(grades) == set(own.grades[:-1]):
        return other.grades[:-1]
    return ("CR",) if tuple(grades) == ("CR",) and "CR" in other.grades else ()


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What a comparison concludes under one definition.

    Attributes:
        analysis: of the plan. own: whether it is the plan's own definition.
        difference, test: the rows of the first difference and of the first p.
        seen: how many answers were observed, of `difference.n`.
        favours: the arm that does better beyond chance at `alpha_of` it; empty where neither does.
        flips: whether that is another one than under the plan's own definition.
    """

    analysis: str
    title: str
    definition: str
    own: bool
    difference: ResultRow
    test: ResultRow | None
    seen: int
    favours: str
    flips: bool


def concluding_rows(rows: Sequence[ResultRow]) -> tuple[ResultRow, ...]:
    """The rows that conclusions are drawn of."""
    return tuple(row for row in rows if row.statistic in {"risk difference", "p", SEEN})


def conclusions_of(table: pa.Table) -> tuple[Conclusion, ...]:
    """The conclusions of the rows of a table that `row_table` made."""
    return conclusions(rows_of(table))


def conclusions(rows: Sequence[ResultRow]) -> tuple[Conclusion, ...]:
    """The conclusions of all comparisons of responses, the plan's own definition first."""
    found: list[Conclusion] = []
    for name in dict.fromkeys(row.analysis.partition(UNDER)[0] for row in rows):
        here = [row for row in rows if row.analysis.partition(UNDER)[0] == name]
        own = _favoured([row for row in here if row.analysis == name])
        for analysis in sorted({row.analysis for row in here}, key=lambda one: (one != name, one)):
            of = [row for row in here if row.analysis == analysis]
            differences = [row for row in of if row.statistic == "risk difference"]
            if not differences:
                continue
            tests = [row for row in of if row.statistic == "p"]
            favours = _favoured(of)
            found.append(
                Conclusion(
                    name,
                    of[0].title,
                    of[0].definition,
                    analysis == name,
                    differences[0],
                    tests[0] if tests else None,
                    int(sum(row.value or 0 for row in of if row.statistic == SEEN)),
                    favours,
                    favours != own,
                )
            )
    return tuple(found)


def alpha_of(row: ResultRow) -> float:
    """The error that the level of an interval leaves."""
    return round(1 - (0.95 if row.level is None else row.level), 12)


def _favoured(rows: Sequence[ResultRow]) -> str:
    """The arm that does better, where the first test says that it is not by chance."""
    tests = [row for row in rows if row.statistic == "p"]
    differences = [row for row in rows if row.statistic == "risk difference"]
    if (
        not tests
        or not differences
        or tests[0].value is None
        or tests[0].value >= alpha_of(differences[0])
    ):
        return ""
    first = differences[0]
    if first.value is None or first.value == 0:
        return ""
    return first.arm if first.value > 0 else first.versus
