"""`remit screen`, `remit explain` and `remit report`."""

from __future__ import annotations

from pathlib import Path

import click

import remit
from remit.cli.options import (
    AS_JSON,
    FACTS,
    OUT_FILE,
    REPLACE,
    SET,
    SMALLEST,
    chosen_study,
    run_shown,
)
from remit.cli.printer import print_json, print_text, print_view, working
from remit.output import write_new_file

_TAKES = {"parquet": "FOLDER", "xlsx": "FILE"}


@click.command()
@click.argument("study")
@FACTS
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "csv", "xlsx", "parquet"]),
    default="table",
    help="csv and xlsx are worklists: a row a person, the nearest to eligible first.",
)
@click.option("--out", type=OUT_FILE, help="A file, or a new folder (parquet).")
@click.option("--evidence", is_flag=True, help="With parquet: write the records behind each leaf.")
@SET
@SMALLEST
@REPLACE
def screen(
    study: str,
    facts: Path,
    form: str,
    out: Path | None,
    evidence: bool,
    settings: tuple[str, ...],
    smallest: int,
) -> None:
    """Screen every person of a dataset for STUDY (a packaged name or a protocol file).

    \b
    Example: remit screen nct06167174 --facts cohort --format parquet --out screened
    """
    from remit.screening import screen_dataset

    if form in {"parquet", "xlsx"} and out is None:
        raise click.UsageError(f"--format {form} needs --out {_TAKES[form]}")
    if form in {"csv", "xlsx", "parquet"} and smallest:
        raise click.UsageError(f"--format {form} holds single persons: --smallest cannot hide them")
    if evidence and form != "parquet":
        raise click.UsageError("--evidence goes with --format parquet")
    plan = chosen_study(study, settings)
    with working("verifying the dataset") as say:
        dataset = remit.open_facts(facts)
        say(f"screening {plan.name}")
        result = screen_dataset(plan, dataset)
        if form == "parquet":
            from remit.views.screening_folder import write_screening

            assert out is not None
            say("writing")
            print_text(f"written: {write_screening(result, out, evidence=evidence)}")
            return
        if form in {"csv", "xlsx"}:
            say("writing the worklist")
            table = result.worklist()
    if form == "xlsx":
        from remit.views.worklist_sheet import write_worklist_sheet

        assert out is not None
        print_text(f"written: {write_worklist_sheet(result, table, out)}")
        return
    if form == "csv":
        from remit.views.worklist_csv import MARK, worklist_csv

        # A file is opened by a spreadsheet, a pipe is read by a program.
        text = worklist_csv(table) if out is None else MARK + worklist_csv(table)
        _deliver(text.removesuffix("\n") if out is None else text, out)
        return
    if form == "json":
        from remit.views.json import json_of, json_text
        from remit.views.json.screening_page import screening_page

        text = json_text(json_of(screening_page(result, smallest=smallest)))
    else:
        from remit.views.terminal.plain_tables import written
        from remit.views.terminal.screenings import screening_text

        view = screening_text(result, smallest=smallest)
        if out is None:
            print_view(view)
            return
        text = written(view, width=140)
    _deliver(text, out)


def _deliver(text: str, out: Path | None) -> None:
    """Print, or write to a file that is not there yet."""
    if out is None:
        print_text(text)
        return
    write_new_file(out, text)
    print_text(f"written: {out}")


@click.command()
@click.argument("study")
@click.argument("person", type=click.IntRange(max=2**63 - 1))
@FACTS
@SET
@AS_JSON
def explain(
    study: str,
    person: int,
    facts: Path,
    settings: tuple[str, ...],
    as_json: bool,
) -> None:
    """Explain one person: each criterion, the records behind it and what is missing.

    \b
    Example: remit explain nct06167174 17 --facts cohort
    """
    from remit.screening import explain_person, screen_dataset

    plan = chosen_study(study, settings)
    with working("explaining"):
        result = screen_dataset(plan, remit.open_facts(facts), persons=(person,))
        found = explain_person(result, person)
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.screening_page import explanation_page

        print_json(json_of(explanation_page(found)))
    else:
        from remit.views.terminal.screenings import explanation_text

        print_view(explanation_text(found))


@click.command()
@click.argument("studies", nargs=-1)
@FACTS
@click.option("--out", type=OUT_FILE, required=True, help="The HTML file to write.")
@click.option("--title", default="Screening report", show_default=True)
@SMALLEST
@REPLACE
def report(studies: tuple[str, ...], facts: Path, out: Path, title: str, smallest: int) -> None:
    """Screen STUDIES (all packaged ones when none is named) and write one HTML report.

    \b
    Example: remit report nct06167174 --facts cohort --out report.html
    """
    from remit.study import Work, packaged_studies

    plans = tuple(chosen_study(name) for name in studies) or packaged_studies()
    work = Work(title, (), plans, facts, out, smallest=smallest)
    run_shown(work)
    print_text(f"written: {out}")
