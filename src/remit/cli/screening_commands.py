"""`remit screen`, `remit explain` and `remit report`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.facts_option import FactsChoice, facts_option
from remit.cli.intake_options import SCREENING_DATE, dated, say_undated
from remit.cli.options import (
    FILE,
    OUT_FILE,
    REPLACE,
    SET,
    SMALLEST,
    chosen_study,
    refuse,
    run_shown,
)
from remit.cli.parameter_types import PersonCommand
from remit.cli.print_forms import as_json, print_form
from remit.cli.printer import print_json, print_text, print_view, working
from remit.output import write_new_file

if TYPE_CHECKING:
    from remit.facts.opened import Facts
    from remit.protocol import Protocol
    from remit.screening import Screening
    from remit.screening.changes import Changes
    from remit.screening.earlier_screenings import EarlierScreening

_TAKES = {"parquet": "FOLDER", "xlsx": "FILE"}


@click.command()
@click.argument("study")
@facts_option
@print_form(
    *("csv", "xlsx", "parquet"),
    told="csv and xlsx are worklists: a row a person, the nearest to eligible first.",
)
@click.option("--out", type=OUT_FILE, help="A file, or a new folder (parquet).")
@click.option("--evidence", is_flag=True, help="With parquet: write the records behind each leaf.")
@click.option(
    "--since",
    type=FILE,
    metavar="FOLDER",
    help="Say who stands otherwise than at an earlier screening (a folder of --format parquet).",
)
@SCREENING_DATE
@SET
@SMALLEST
@REPLACE
def screen(
    study: str,
    facts: FactsChoice,
    form: str,
    out: Path | None,
    evidence: bool,
    since: Path | None,
    rule: str | None,
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
    if since is not None and form == "parquet":
        raise click.UsageError("--since goes with --format table, json, csv or xlsx")
    if since is not None and smallest:
        raise click.UsageError("--since tells single persons: --smallest cannot hide them")
    plan = chosen_study(study, settings)
    with working("verifying the dataset") as say:
        dataset = dated(facts.open(plan), rule, (plan,))
        earlier = None if since is None else _earlier(since, plan, dataset)
        say(f"screening {plan.name}")
        kept = None
        if form == "parquet" and (dataset.manifest.live or dataset.workers is not None):
            from remit.screening.study_screenings import screen_kept

            assert out is not None
            result, kept = screen_kept(plan, dataset, out.with_name(f"{out.name}.parts"))
            if kept.before:
                print_text(f"resumed: {len(kept.before)} of {len(kept.names)} parts", err=True)
        else:
            result = screen_dataset(plan, dataset)
        changes = None
        if earlier is not None:
            from remit.screening.changes import changes_since

            say("comparing with the earlier screening")
            changes = changes_since(result, earlier)
        if form not in {"table", "json"}:
            say_undated(dataset, (plan,), err=True, rule=rule)
        if form == "parquet":
            from remit.views.screening_folder import write_screening

            assert out is not None
            say("writing")
            print_text(f"written: {write_screening(result, out, evidence=evidence)}")
            if kept is not None:
                kept.remove()
            return
        if form in {"csv", "xlsx"}:
            say("writing the worklist")
            _write_worklist(result, form, out, changes)
            return
    aside = form == "json" or out is not None
    say_undated(dataset, (plan,), smallest=smallest, err=aside, rule=rule)
    if form == "json":
        from remit.views.json import json_of, json_text
        from remit.views.json.screening_page import screening_page

        text = json_text(json_of(screening_page(result, smallest=smallest, changes=changes)))
    else:
        from remit.views.terminal.plain_tables import written
        from remit.views.terminal.screenings import screening_text

        view = screening_text(result, smallest=smallest)
        if changes is not None:
            from rich.console import Group

            from remit.views.terminal.change_lines import changes_text

            view = Group(view, changes_text(changes))
        if out is None:
            print_view(view)
            return
        text = written(view, width=140)
    _deliver(text, out)


def _earlier(since: Path, plan: Protocol, dataset: Facts) -> EarlierScreening:
    from remit.facts.person_names import person_names
    from remit.screening.earlier_screenings import read_earlier

    return read_earlier(since, study=plan.id, named=bool(person_names(dataset).names))


def _write_worklist(
    result: Screening, form: str, out: Path | None, changes: Changes | None
) -> None:
    """Print the worklist, or write it to a new file."""
    from remit.screening.changes import worklist_with_changes
    from remit.screening.worklist import worklist_table
    from remit.views.worklist_csv import MARK, worklist_csv

    if form == "xlsx":
        from remit.views.worklist_sheet import check_rows, write_worklist_sheet

        assert out is not None
        check_rows(len(result.person_ids) * len(result.cohorts), out)
    table = worklist_table(result)
    if changes is not None:
        table = worklist_with_changes(table, changes)
    if form == "xlsx":
        assert out is not None
        print_text(f"written: {write_worklist_sheet(result, table, out)}")
    elif out is None:
        print_text(worklist_csv(table), nl=False)
    else:
        # A file is opened by a spreadsheet, which needs the mark; a pipe is read by a program.
        _deliver(MARK + worklist_csv(table), out)


def _deliver(text: str, out: Path | None) -> None:
    """Print, or write to a file that is not there yet."""
    if out is None:
        print_text(text)
        return
    write_new_file(out, text)
    print_text(f"written: {out}")


@click.command(cls=PersonCommand)
@click.argument("study")
@click.argument("person")
@facts_option
@SCREENING_DATE
@SET
@click.option("--all", "whole", is_flag=True, help="Show every criterion, part and item.")
@as_json
@click.pass_context
def explain(
    context: click.Context,
    study: str,
    person: str,
    facts: FactsChoice,
    rule: str | None,
    settings: tuple[str, ...],
    whole: bool,
    as_json: bool,
) -> None:
    """Explain PERSON: the answer, what decided it with its records, and what is missing.

    PERSON is the id as the source of the data has it, such as 17, LN-007 or -906.

    \b
    Example: remit explain nct06167174 17 --facts cohort
    """
    from remit.facts.person_names import person_names
    from remit.screening.explanation import explain_in_dataset

    if as_json:
        refuse(context, "whole", because="says nothing beside --json, which has all of it")
    plan = chosen_study(study, settings)
    with working("explaining"):
        dataset = dated(facts.open(plan), rule, (plan,))
        number = person_names(dataset).person(person)
        found = explain_in_dataset(plan, dataset, number)
    if plan.default_anchor not in found.anchors:
        say_undated(dataset, (plan,), err=as_json, command="explain", rule=rule, person=number)
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.explanation_page import explanation_page

        print_json(json_of(explanation_page(found)))
    else:
        from remit.views.terminal.screenings import explanation_text

        print_view(explanation_text(found, whole=whole))


@click.command()
@click.argument("studies", nargs=-1)
@facts_option
@click.option(
    "--out",
    type=OUT_FILE,
    required=True,
    help="The folder to write; one file if the name ends in .html.",
)
@click.option("--single-file", is_flag=True, help="Write one file to mail, whatever its name.")
@click.option("--title", default="Screening report", show_default=True)
@SCREENING_DATE
@SMALLEST
@REPLACE
def report(
    studies: tuple[str, ...],
    facts: FactsChoice,
    out: Path,
    single_file: bool,
    title: str,
    rule: str | None,
    smallest: int,
) -> None:
    """Screen STUDIES (all packaged ones when none is named) and write the report.

    A folder has every page, beginning with index.html. One file has as much as can be mailed,
    opened at once and printed on 20 sheets, and says what it leaves out.

    \b
    Example: remit report nct06167174 --facts cohort --out report
    """
    from remit.study import Work, packaged_studies

    plans = tuple(chosen_study(name) for name in studies) or packaged_studies()
    alone = single_file or out.suffix.lower() == ".html"
    work = Work(
        title,
        (),
        plans,
        facts.folder or Path(),
        open_dataset=partial(facts.open, *plans),
        report=None if alone else out,
        single_file=out if alone else None,
        smallest=smallest,
        screening_date=rule,
    )
    done = run_shown(work)
    assert done.dataset is not None, "every run opens one"
    say_undated(done.dataset, plans, smallest=smallest, err=True, command="report", rule=rule)
    print_text(f"written: {out if alone else out / 'index.html'}")
