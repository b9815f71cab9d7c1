"""`remit demo`: the whole job on synthetic patients."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from remit.registry import Record
    from remit.study import Work

from remit.cli.options import FOLDER, OUT_FOLDER, REPLACE, run_shown
from remit.cli.parameter_types import Whole
from remit.cli.printer import print_text, print_view


@click.command()
@click.option("--out", type=OUT_FOLDER, default=Path("remit-demo"), show_default=True)
@click.option("--persons", type=Whole(1, example=200), default=2000, show_default=True)
@click.option("--seed", type=Whole(0, example=1), default=1, show_default=True)
@click.option("--pages", type=FOLDER, help="Read real registry pages instead of our invented ones.")
@click.option("--open/--no-open", "show", default=False, help="Open the report in a browser.")
@REPLACE
def demo(out: Path, persons: int, seed: int, pages: Path | None, show: bool) -> None:
    """Pages in, a screened and explained synthetic cohort out: the whole job in a minute.

    \b
    Example: remit demo --out remit-demo
    """
    import webbrowser

    from remit.output import new_folder
    from remit.registry import fixture_pages
    from remit.study import Work, packaged_studies

    chosen = _pages_in(pages) if pages is not None else fixture_pages()
    with new_folder(out) as folder:
        work = Work(
            title="Remit demonstration: four lupus studies over a synthetic cohort",
            pages=tuple(chosen),
            protocols=packaged_studies(),
            facts=folder / "cohort",
            report=folder / "report",
            single_file=folder / "report.html",
            results=folder / "results",
            persons=persons,
            seed=seed,
        )
        done = run_shown(work)
        # So that --replace knows it as ours.
        files = sorted(path.name for path in folder.iterdir())
        manifest = {
            "kind": "remit.demo",
            "version": 1,
            "persons": persons,
            "seed": seed,
            "files": files,
        }
        (folder / "manifest.json").write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        _show_pages(done)
        _show_screenings(done)
    page = (out / "report" / "index.html").resolve()
    print_text(f"\nReport: {page}")
    print_text(f"In one file, to mail: {(out / 'report.html').resolve()}")
    for study_id, found in done.analysed.items():
        page = (out / "results" / found.protocol.name / "index.html").resolve()
        print_text(f"The trial {study_id}, {len(found.rows):,} result rows: {page}")
    first = done.explained[done.screenings[0].protocol.id][0].name
    print_text("Next, try:")
    study, command = done.screenings[0].protocol.name, _own_command()
    print_text(f"  {command} explain {study} {first} --facts {out / 'cohort'}")
    print_text(f"  {command} screen {study} --facts {out / 'cohort'}")
    print_text(f"  {command} protocol show {study}")
    facts = f"--facts {out / 'cohort'}"
    print_text(f"  {command} adjudicate {study} {facts} --definition all --compare")
    print_text(f"  {command} plan show {study}")
    print_text(f"  {command} score sledai-2k --describe")
    print_text(f"  {command} registry --help")
    if show and not webbrowser.open(page.as_uri()):
        print_text("no browser could be opened: open the report by its path", err=True)


def _own_command() -> str:
    """How the user can call this program again: by name where it is on the path."""
    own = Path(sys.argv[0])
    if shutil.which("remit") or own.name != "remit":
        return "remit"
    return os.path.relpath(own)


def _pages_in(folder: Path) -> list[Path]:
    from remit.errors import PageError

    found = sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []
    if not found:
        raise PageError(
            "there are no pages",
            expected="a folder with registry pages as text or JSON files",
            next_step="give the folder that holds the pages",
            place=folder,
        )
    return found


def _show_pages(work: Work) -> None:
    print_text("\nRegistry pages, linked by content:")
    for trial in work.trials:
        title = trial.value("title") or trial.value("title_official") or "a page without a title"
        repaired = sum(item.repair is not None for item in trial.criteria)
        lost = sum("lossy_operator" in item.flags for item in trial.criteria)
        lost += sum("lossy_operator" in item.outcome.flags for item in trial.outcomes)
        gaps = sum("incomplete" in item.flags for item in trial.criteria)
        found = [
            f"{number} {one if number == 1 else more}"
            for number, one, more in (
                (len(trial.disagreements), "disagreement", "disagreements"),
                (repaired, "lost sign repaired", "lost signs repaired"),
                (lost, "sign still lost", "signs still lost"),
                (gaps, "criterion incomplete", "criteria incomplete"),
            )
            if number
        ]
        print_text(f"  {' + '.join(_page_name(record) for record in trial.records)}: {title}")
        if found:
            print_text(f"    {', '.join(found)}")
    print_text()


def _page_name(record: Record) -> str:
    return Path(record.source).name


def _show_screenings(work: Work) -> None:
    from rich.table import Table

    from remit.screening import Standing
    from remit.simulate import compare_with_truth, read_truth

    assert work.dataset is not None
    truth = read_truth(work.dataset)
    table = Table(title=f"{work.persons:,} synthetic persons screened")
    for head in ("study", "cohort", "eligible", "undetermined", "not eligible"):
        table.add_column(head, justify="left" if head in {"study", "cohort"} else "right")
    pairs = wrong = 0
    for screening in work.screenings:
        for cohort in screening.cohorts:
            order = (Standing.ELIGIBLE, Standing.UNDETERMINED, Standing.NOT_ELIGIBLE)
            counts = [f"{cohort.count(standing):,}" for standing in order]
            table.add_row(screening.protocol.name, cohort.cohort or "", *counts)
        compared = compare_with_truth(screening, truth)
        pairs += compared.pairs
        wrong += compared.wrong + compared.missed + compared.other_reason
    print_view(table)
    print_text(f"{pairs:,} verdicts held against the cohort's known truth: {wrong:,} differ")
