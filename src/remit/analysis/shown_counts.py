"""How many reached what at each visit, as it may be shown: small counts hidden."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from remit.analysis.time_summary import TimesSummary, summarize_times
from remit.disclosure import Cell, CountTable, is_told, shown_cells
from remit.endpoints.adjudication import Adjudication
from remit.endpoints.response_counts import ResponseCounts, count_responses
from remit.endpoints.response_times import time_to
from remit.endpoints.study_responses import StudyAdjudication


@dataclass(frozen=True, slots=True)
class ShownVisit:
    """The counts of one visit.

    Attributes:
        counts: persons of each grade.
        gates: the first gate that the best grade fails, with persons; the most frequent first.
        gates_withheld: whether the gates would tell a hidden count, and are left out.
    """

    visit: str
    counts: tuple[str, ...]
    not_assessable: str
    n: str
    gates: tuple[tuple[str, int], ...]
    gates_withheld: bool


@dataclass(frozen=True, slots=True)
class ShownTimes:
    """How many ever reached a grade or a better one.

    Attributes:
        middle: `TimesSummary.middle_of_reached`; None where nobody reached it or the count is
            hidden.
    """

    grade: str
    reached: str
    persons: str
    middle: float | None


@dataclass(frozen=True, slots=True)
class ShownCounts:
    """The counts of one definition; `times` is empty unless it is one of response."""

    grades: tuple[str, ...]
    visits: tuple[ShownVisit, ...]
    times: tuple[ShownTimes, ...]


def shown_counts(
    study: StudyAdjudication,
    adjudication: Adjudication,
    visits: tuple[str, ...],
    *,
    smallest: int = 0,
) -> ShownCounts:
    """The counts of one definition with those below `smallest` hidden.

    Who has a grade at a visit is among those who ever reached it, so the two are judged together.

    Raises:
        ValueError: `smallest` is 1, 2 or negative.
        ProtocolError: a visit is not planned.
    """
    definition = adjudication.definition
    summaries: dict[str, TimesSummary] = {}
    if definition.type == "response":
        for response in definition.responses:
            deaths = study.followed.deaths
            times = time_to(adjudication, study.visits, response.grade, deaths=deaths)
            summaries[response.grade] = summarize_times(times)
    counted = {visit: count_responses(study, adjudication, visit) for visit in visits}
    cells = {visit: _cells_of(counts) for visit, counts in counted.items()}
    texts = shown_cells(_table(adjudication.grades, cells, summaries), smallest=smallest)
    return ShownCounts(
        adjudication.grades,
        tuple(
            _visit(counts, {name: texts[(visit,), name] for name in cells[visit]},
                   smallest=smallest)
            for visit, counts in counted.items()
        ),
        tuple(
            ShownTimes(
                grade,
                reached := texts[(grade,), "reached"],
                texts[(), "n"],
                summary.middle_of_reached if is_told(reached) else None,
            )
            for grade, summary in summaries.items()
        ),
    )  # fmt: skip


def _cells_of(counts: ResponseCounts) -> dict[str, int]:
    return {**counts.grades, "open": counts.not_assessable, "n": counts.n}


def _table(
    grades: tuple[str, ...],
    counted: dict[str, dict[str, int]],
    summaries: dict[str, TimesSummary],
) -> CountTable:
    counts: dict[Cell, int] = {}
    sums: list[tuple[Cell, tuple[Cell, ...]]] = []
    unshown: set[Cell] = set()

    def difference(whole: Cell, part: Cell, rest: Cell) -> None:
        counts[rest] = counts[whole] - counts[part]
        unshown.add(rest)
        sums.append((whole, (part, rest)))

    persons = max((row["n"] for row in counted.values()), default=0)
    counts[(), "n"] = max([persons, *(item.persons for item in summaries.values())])
    for grade, item in summaries.items():
        counts[(grade,), "reached"] = item.reached
        difference(((), "n"), ((grade,), "reached"), ((grade,), "never"))
    reached = list(summaries)
    for better, worse in pairwise(reached):
        difference(((worse,), "reached"), ((better,), "reached"), ((worse,), "between"))
    for visit, row in counted.items():
        here = (visit,)
        counts |= {(here, name): count for name, count in row.items()}
        sums.append(((here, "n"), tuple((here, name) for name in (*grades, "open"))))
        for place, grade in enumerate(grades[:-1]):
            # Those with this grade or a better one here.
            cell: Cell = (here, f"to {grade}")
            counts[cell] = sum(row[one] for one in grades[: place + 1])
            unshown.add(cell)
            sums.append((cell, tuple((here, one) for one in grades[: place + 1])))
            if grade in summaries and counts[cell] <= summaries[grade].reached:
                difference(((grade,), "reached"), cell, (here, f"late {grade}"))
    known = {cell for cell in counts if cell[1] == "n"}
    rank = ("n", "reached", *grades, "open")
    return CountTable(counts, tuple(sums), frozenset(unshown), frozenset(known), rank)


def _visit(counts: ResponseCounts, texts: dict[str, str], *, smallest: int) -> ShownVisit:
    hidden = not all(map(is_told, texts.values()))
    withheld = hidden or any(count < smallest for _, count in counts.gates)
    return ShownVisit(
        counts.visit,
        tuple(texts[grade] for grade in counts.grades),
        texts["open"],
        texts["n"],
        () if withheld else counts.gates,
        withheld,
    )
