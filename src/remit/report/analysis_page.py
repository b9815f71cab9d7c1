"""The results of a trial as one page that needs nothing else: tables, notes and figures.

Tables are views of the result rows; no number is worked out here.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from markupsafe import Markup

from remit.analysis.datasets.trial_datasets import trial_datasets
from remit.analysis.rows.analysis_sheets import analysis_sheets
from remit.analysis.rows.every_definition import UNDER, Conclusion, alpha_of, conclusions
from remit.analysis.rows.planned_events import NO_TABLE
from remit.analysis.rows.result_row import ResultRow
from remit.analysis.rows.row_files import controls_csv, write_manifest, write_rows, write_shown
from remit.analysis.rows.study_baseline import StudyBaseline
from remit.analysis.rows.trial_analysis import TrialAnalysis
from remit.output import new_folder
from remit.report.figures.figure_style import figure_bytes
from remit.report.figures.trial_figures import (
    FLOW,
    STATES,
    TrialFigure,
    arm_labels,
    trial_figures,
    visit_labels,
)
from remit.report.markup import packaged_text, rendered
from remit.report.result_parts import DrawnFigure, ResultPart
from remit.report.result_print import printed_results
from remit.terminal import visible_text
from remit.views.adam_folder import write_adam
from remit.views.analysis_texts import ResultTexts, analysis_texts, notes_of
from remit.views.balance_tables import balance_texts, matching_lines
from remit.views.event_listings import event_listings
from remit.views.part_tables import part_notes, part_sheets, rows_of_lines, sheet_texts
from remit.views.reason_texts import reason_texts
from remit.views.result_words import value_text
from remit.views.rounded import p_text
from remit.views.sheet_book import write_sheet_book
from remit.views.sheet_rtf import rtf_text
from remit.views.table_sheets import TableColumn, TableLine, TableSheet
from remit.views.terminal.analysis_plans import describe_plan
from remit.views.trial_tables import baseline_table, responders_table


def write_analysis(found: TrialAnalysis, out: Path, *, adam: datetime | None = None) -> Path:
    """Write the results of a trial into the new folder `out`.

    The folder holds `index.html` (all of it to read), `rows.parquet`, `rows.csv` and `rows.json`
    (the same rows), `answers.parquet` (the patient-visits behind them), `plan.txt`, `figures/`
    (each as SVG and PDF, its rows as CSV and Parquet, and the Python that draws it of them),
    `tables.rtf` and `tables.xlsx` (the tables of the page), `listings.html` and `listings.xlsx`
    (adverse events line by line, where the plan counts some), `results.pdf` (the page for print),
    `controls-ID.csv` (who was chosen, of each matching of controls), and `manifest.json` with the
    hash of each file.

    Args:
        adam: write the analysis datasets too, into `adam/`; the time that their files bear.

    Raises:
        OutputError: `out` exists or cannot be written.
        DatasetError: an id or a title is too long for a dataset of ADaM.
    """
    datasets = None if adam is None else trial_datasets(found)
    with new_folder(out) as folder:
        write_rows(found, folder)
        plan = found.rows[0].plan if found.rows else ""
        text = describe_plan(found.protocol, locked=plan)
        (folder / "plan.txt").write_text(visible_text(text) + "\n", encoding="utf-8")
        figures = trial_figures(found)
        drawn = _write_figures(figures, folder / "figures")
        parts = tuple(_parts(found, figures, drawn))
        page = analysis_page(found, parts)
        (folder / "index.html").write_text(page, encoding="utf-8")
        _write_tables(found, parts, folder)
        _write_listings(found, folder)
        for matching in found.matchings:
            name = f"controls-{matching.matching.id}.csv"
            (folder / name).write_text("\ufeff" + controls_csv(matching), encoding="utf-8")
        (folder / "results.pdf").write_bytes(printed_results(found, parts, folder))
        if datasets is not None and adam is not None:
            (folder / "adam").mkdir()
            write_adam(datasets, folder / "adam", made=adam)
        write_manifest(found, folder)
    return out


def analysis_page(found: TrialAnalysis, parts: Sequence[ResultPart]) -> Markup:
    """The page of the sections of a trial's results."""
    facts = found.trial.study.followed.facts
    style = packaged_text("analysis.css")
    first = found.rows[0] if found.rows else None
    return rendered(
        "analysis.html",
        study=found.protocol.id,
        title=found.protocol.title,
        persons=f"{len(found.trial.persons):,}",
        plan=first.plan if first else "",
        plan_hash=first.plan_hash[:16] if first else "",
        source=facts.manifest.source,
        data_cut="" if facts.data_cut is None else facts.data_cut.isoformat(),
        digest=facts.manifest.digest[:16],
        parts=parts,
        style=Markup(style),
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        version=version("remit-lupus"),
    )


def _write_figures(figures: Sequence[TrialFigure], folder: Path) -> dict[str, DrawnFigure]:
    folder.mkdir()
    drawn = {}
    for one in figures:
        figure = one.source.figure()
        svg = figure_bytes(figure, "svg")
        (folder / f"{one.name}.svg").write_bytes(svg)
        (folder / f"{one.name}.pdf").write_bytes(figure_bytes(figure, "pdf"))
        write_shown(one.source.table, folder, one.name)
        script = one.source.script(one.name, one.title)
        (folder / f"{one.name}.py").write_text(script, encoding="utf-8")
        data = f"data:image/svg+xml;base64,{base64.b64encode(svg).decode()}"
        drawn[one.name] = DrawnFigure(one.name, one.title, one.told, data)
    return drawn


def _write_listings(found: TrialAnalysis, folder: Path) -> None:
    """Adverse events and deaths, a line each; apart from the page, as they are long."""
    tables = event_listings(found, arm_labels(found))
    if not tables:
        return
    missing = () if found.trial.adverse_events is not None else (f"{NO_TABLE}.",)
    parts = [
        ResultPart(f"listing-{number}", table.caption, lines, (table,), (), ())
        for number, table in enumerate(tables, 1)
        for lines in [(*missing, f"{len(table.rows):,} lines.")]
    ]
    (folder / "listings.html").write_text(analysis_page(found, parts), encoding="utf-8")
    sheets = [_as_sheet(table, missing) for table in tables]
    write_sheet_book(sheets, folder / "listings.xlsx")


def _as_sheet(table: ResultTexts, notes: tuple[str, ...]) -> TableSheet:
    return TableSheet(
        "",
        table.caption,
        "",
        table.heads[:1],
        tuple(TableColumn(head) for head in table.heads[1:]),
        tuple(TableLine(cells[:1], cells[1:]) for cells in table.rows),
        notes,
    )


def _write_tables(found: TrialAnalysis, parts: Sequence[ResultPart], folder: Path) -> None:
    """All tables of the page as RTF and as a workbook, below each what its numbers need."""
    sheets = [_as_sheet(table, part.notes) for part in parts for table in part.tables]
    plan = found.rows[0].plan if found.rows else ""
    source = f"{found.trial.study.followed.facts.manifest.source}; plan {plan}"
    text = rtf_text(sheets, header=f"{found.protocol.id}: {found.protocol.title}", footer=source)
    (folder / "tables.rtf").write_text(text, encoding="ascii")
    write_sheet_book(sheets, folder / "tables.xlsx")


def _parts(
    found: TrialAnalysis, figures: Sequence[TrialFigure], drawn: dict[str, DrawnFigure]
) -> Iterator[ResultPart]:
    def about(name: str, *, definitions: bool = False) -> tuple[DrawnFigure, ...]:
        return tuple(
            drawn[one.name]
            for one in figures
            if one.about == name and one.name.endswith("_definitions") == definitions
        )

    if found.flow is not None:
        yield ResultPart("flow", "Participants", (), (_flow_table(found),), (), about(FLOW))
    if found.baseline is not None:
        yield _baseline_part(found.baseline)
    sheets = analysis_sheets(rows_of_lines(found.protocol.analyses, found.rows))
    for analysis in found.protocol.analyses:
        estimand = found.estimands[analysis.id]
        here = [sheet for sheet in sheets if sheet.analysis == analysis.id]
        lines = (
            f"{analysis.role.capitalize()}. {estimand.sentence[0].upper()}{estimand.sentence[1:]}.",
            f"Missing answers: {estimand.missing_said}",
        )
        labels, visits = arm_labels(found), visit_labels(found)
        parts = part_sheets(analysis, _rows_of(found, analysis.id), labels, visits)
        tables = (analysis_texts(here, labels, visits), *map(sheet_texts, parts))
        notes = (*notes_of(here, visits), *part_notes(parts))
        yield ResultPart(analysis.id, analysis.title, lines, tables, notes, about(analysis.id))
    for matching in found.matchings:
        texts = (balance_texts(matching),)
        done = tuple(matching_lines(matching))
        rule = matching.matching
        yield ResultPart(rule.id, rule.title, done, texts, matching.notes, ())
    for group in found.groups:
        sheet = responders_table(group)
        compared, notes = group.comparison, (*sheet.footnotes, *group.notes)
        told, table = (compared.text,), sheet_texts(sheet)
        yield ResultPart(compared.id, compared.title, told, (table,), notes, ())
    if about(STATES):
        observed = ("Observed responses under the first definition of the plan.",)
        yield ResultPart("responses", "Responses over the visits", observed, (), (), about(STATES))
    if any(UNDER in row.analysis for row in found.rows):
        yield from _every_definition(found, about)


def _rows_of(found: TrialAnalysis, analysis: str) -> tuple[ResultRow, ...]:
    return tuple(row for row in found.rows if row.analysis == analysis)


def _flow_table(found: TrialAnalysis) -> ResultTexts:
    assert found.flow is not None
    labels, visits = arm_labels(found), visit_labels(found)
    names = dict.fromkeys((one.name, one.visit) for one in found.flow.counts)
    rows = []
    for name, visit in names:
        here = {o.arm: o.count for o in found.flow.counts if (o.name, o.visit) == (name, visit)}
        head = f"{name} at {visits[visit]}" if visit else name
        arms = (f"{here[arm]:,}" if arm in here else "" for arm in labels)
        rows.append((head, f"{found.flow.number(name, visit):,}", *arms))
    heads = ("", "all", *labels.values())
    return ResultTexts("Participants, by where they stand", heads, tuple(rows))


def _baseline_part(baseline: StudyBaseline) -> ResultPart:
    sheet = baseline_table(baseline)
    lines = (f"{sheet.population[0].upper()}{sheet.population[1:]}.",)
    return ResultPart("baseline", "Baseline", lines, (sheet_texts(sheet),), sheet.footnotes, ())


def _every_definition(
    found: TrialAnalysis, about: Callable[..., tuple[DrawnFigure, ...]]
) -> Iterator[ResultPart]:
    every = conclusions(found.rows)
    for name in dict.fromkeys(one.analysis for one in every):
        here = [one for one in every if one.analysis == name]
        if len(here) < 2:
            continue
        flips = [one.definition for one in here if one.flips]
        error = f"{100 * alpha_of(here[0].difference):g} %"
        said = (
            f"The conclusion at {error} is another one under: {', '.join(flips)}."
            if flips
            else f"No definition leads to another conclusion at {error}."
        )
        silent = [one.definition for one in here if not one.seen]
        lines = [said]
        if silent:
            lines.append(f"Nobody can be assessed under: {', '.join(silent)}.")
        table = ResultTexts(
            f"{here[0].title}: the difference under each definition",
            ("definition", "observed answers", "difference", "p", "conclusion"),
            tuple(_conclusion(one) for one in here if one.seen),
        )
        title = f"{here[0].title}: under every definition"
        figures = about(name, definitions=True)
        why = reason_texts(found, name, arm_labels(found))
        tables = (table,) if why is None else (table, why)
        yield ResultPart(f"{name}-definitions", title, tuple(lines), tables, (), figures)


def _conclusion(one: Conclusion) -> tuple[str, ...]:
    row = one.difference
    told = "no difference shown" if not one.favours else f"better with {one.favours}"
    return (
        f"{one.definition}{' (plan)' if one.own else ''}",
        f"{one.seen} of {row.n}",
        value_text(row),
        "–" if one.test is None else p_text(one.test.value),
        f"{told}{', another conclusion' if one.flips else ''}",
    )
