"""An analysis as a table of texts: a row a statistic, or a row a visit; an arm a column."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from remit.analysis.rows.analysis_sheets import AnalysisSheet
from remit.analysis.rows.imputed_statistics import SHIFT
from remit.analysis.rows.question import COUNT
from remit.analysis.rows.result_row import ResultRow
from remit.views.result_words import value_text

COMPARED = "comparison"
_SHOWN = frozenset(
    {"difference", "median of differences", "p", "adjusted p", SHIFT, "not estimable"}
)


@dataclass(frozen=True, slots=True)
class ResultTexts:
    """A table of texts; the first cell of a row is its head."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def analysis_texts(
    sheets: Sequence[AnalysisSheet], labels: Mapping[str, str], visits: Mapping[str, str]
) -> ResultTexts:
    """The rows of one analysis.

    Args:
        sheets: one a visit, one at least. labels: arm -> what it is called. visits: likewise.
    """
    arms = [arm for arm in labels if any(arm in sheet.by_arm for sheet in sheets)]
    numbers = any(row.statistic == "mean" for sheet in sheets for row in sheet.rows)
    lines = _by_visit(sheets, arms, visits) if numbers else _by_statistic(sheets, arms, visits)
    compared = (COMPARED,) if any(sheet.between for sheet in sheets) else ()
    heads = ("visit" if numbers else "", *(labels[arm] for arm in arms), *compared)
    return ResultTexts(sheets[0].title, heads, tuple(line[: len(heads)] for line in lines))


def notes_of(sheets: Sequence[AnalysisSheet], visits: Mapping[str, str]) -> tuple[str, ...]:
    """What is to be known of the numbers, each once, with of whom and at which visits."""
    found: dict[str, dict[str, list[str]]] = {}
    for sheet in sheets:
        for whom, warning in sheet.warnings:
            found.setdefault(warning, {}).setdefault(sheet.visit, []).append(whom)
    return tuple(_notes(found, visits if len(sheets) > 1 else {}, len(sheets)))


def _notes(
    found: Mapping[str, Mapping[str, Sequence[str]]], visits: Mapping[str, str], sheets: int
) -> Iterator[str]:
    for warning, by_visit in found.items():
        groups: dict[tuple[str, ...], list[str]] = {}
        for visit, whom in by_visit.items():
            groups.setdefault(tuple(filter(None, whom)), []).append(visit)
        for whom, at in groups.items():
            named = [visits[visit] for visit in at if visits.get(visit)]
            when = "every visit" if named and len(at) == sheets else ", ".join(named)
            head = ", ".join(filter(None, (" and ".join(whom), when)))
            yield f"{head}: {warning}" if head else warning


def _by_visit(
    sheets: Sequence[AnalysisSheet], arms: Sequence[str], visits: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    for sheet in sheets:
        cells = ("; ".join(_numbers(sheet.by_arm.get(arm, ()))) for arm in arms)
        first, *others = _compared(sheet.between) or [("", "")]
        yield (visits[sheet.visit], *cells, first[1])
        for head, compared in others:
            yield (f"{visits[sheet.visit]}, {head}", *("" for _ in arms), compared)


def _compared(rows: Sequence[ResultRow]) -> list[tuple[str, str]]:
    """What each method says of two arms, and each supposition that it was tried with."""
    found: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        if row.at is not None or row.statistic not in _SHOWN:
            continue
        named = value_text(row) if row.statistic != SHIFT else f"{SHIFT} {value_text(row)}"
        found.setdefault((row.method, *row.part), []).append(named)
    return [(", ".join(key).replace("_", " "), "; ".join(told)) for key, told in found.items()]


def _numbers(rows: Sequence[ResultRow]) -> Iterator[str]:
    by_name = {(row.method == COUNT, row.statistic): row for row in rows}
    mean, spread = by_name.get((True, "mean")), by_name.get((True, "standard deviation"))
    if mean is not None and spread is not None:
        yield f"n {mean.n}"
        yield f"mean {value_text(mean)} (SD {value_text(spread).removesuffix(f' {spread.unit}')})"
    for row in rows:
        if row.method != COUNT and row.statistic in {"mean", "adjusted mean"}:
            name = row.statistic
            if name == "mean":
                name = f"{100 * (row.level or 0.95):g} % interval of it"
            yield f"{name} {value_text(row)}"


def _by_statistic(
    sheets: Sequence[AnalysisSheet], arms: Sequence[str], visits: Mapping[str, str]
) -> Iterator[tuple[str, ...]]:
    for sheet in sheets:
        at = f", {visits[sheet.visit]}" if len(sheets) > 1 else ""
        found: dict[tuple[str, str, tuple[str, ...]], dict[str, str]] = {}
        for arm, rows in sheet.by_arm.items():
            for row in rows:
                if row.at is None and arm in arms:
                    key = (row.method, row.statistic, row.part)
                    found.setdefault(key, {})[arm] = value_text(row)
        for (method, statistic, part), cells in found.items():
            head = ", ".join([_named(method, statistic), *part]).replace("_", " ")
            yield (head + at, *(cells.get(arm, "") for arm in arms), "")
        for row in sheet.between:
            if row.statistic not in {"statistic", "df"}:
                yield (
                    _named(row.method, row.statistic) + at, *("" for _ in arms), value_text(row)
                )  # fmt: skip


def _named(method: str, statistic: str) -> str:
    return statistic if method == COUNT else f"{statistic} ({method.replace('_', ' ')})"
