"""`remit adjudicate` and `remit panel`: responses by definitions, and by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import remit
from remit.cli.command_group import ListedGroup
from remit.cli.facts_option import FactsChoice, facts_option
from remit.cli.options import (
    FILE,
    FOLDER,
    OUT_FILE,
    REPLACE,
    SET,
    SMALLEST,
    chosen_study,
    refuse,
)
from remit.cli.print_forms import print_form
from remit.cli.printer import print_json, print_text, print_view, working
from remit.errors import DatasetError, InstrumentError
from remit.output import new_file, write_new_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from remit.analysis.comparison import Comparison
    from remit.analysis.comparison_counts import ShownComparison
    from remit.endpoints.panel_forms import Judgement, Key
    from remit.endpoints.study_responses import StudyAdjudication
    from remit.facts.person_names import PersonNames
    from remit.protocol import Protocol

ANSWERS = ("CR", "PR", "R", "NR", "flare", "no flare", "not assessable")


@click.command()
@click.argument("study")
@facts_option
@click.option(
    "--definition",
    "definitions",
    multiple=True,
    help="A packaged definition, a .toml file, or all; repeatable. The study's own by default.",
)
@click.option("--at", default="last", show_default=True, help="A visit id, last, or all-visits.")
@click.option(
    "--person",
    metavar="ID",
    help="One person: each condition with value, threshold, distance and the records behind.",
)
@click.option("--persons", "by_person", is_flag=True, help="Show person by person.")
@click.option("--confirmed", is_flag=True, help="A response counts if the visit before had it too.")
@click.option("--times", is_flag=True, help="Print time to response with censoring, as JSON.")
@click.option(
    "--compare", is_flag=True, help="With several definitions: agreement, rates and flips."
)
@click.option("--arms", type=FILE, help="Parquet with person_id and arm: who was taken in.")
@click.option("--figure", type=OUT_FILE, help="With --compare: write the rates as an SVG figure.")
@print_form("parquet")
@click.option("--out", type=OUT_FILE, help="With --format parquet: the file to write.")
@click.option(
    "--evidence",
    type=OUT_FILE,
    help="With --format parquet: also write the records behind each condition.",
)
@SET
@SMALLEST
@click.pass_context
@REPLACE
def adjudicate(
    context: click.Context,
    study: str,
    facts: FactsChoice,
    definitions: tuple[str, ...],
    at: str,
    person: str | None,
    by_person: bool,
    confirmed: bool,
    times: bool,
    compare: bool,
    figure: Path | None,
    arms: Path | None,
    form: str,
    out: Path | None,
    evidence: Path | None,
    settings: tuple[str, ...],
    smallest: int,
) -> None:
    """Adjudicate the response of everyone followed in STUDY.

    \b
    Example: remit adjudicate nct05631717 --facts cohort --definition all --compare
    """
    from remit.analysis.comparison import compare_responses
    from remit.endpoints.definition_choice import chosen_definitions
    from remit.endpoints.grounds import person_responses
    from remit.endpoints.study_responses import adjudicate_study
    from remit.facts.person_names import person_names
    from remit.followup.allocation import arms_of_file
    from remit.views.json import json_of

    if (form == "parquet") != (out is not None):
        raise click.UsageError("--format parquet and --out FILE go together")
    if evidence is not None and form != "parquet":
        raise click.UsageError("--evidence goes with --format parquet")
    if figure is not None and not compare:
        raise click.UsageError("--figure goes with --compare")
    if times:
        others = ("person", "by_person", "compare", "figure", "form", "out", "at", "evidence")
        refuse(context, *others, because="says nothing beside --times, which prints all visits")
    if compare:
        refuse(context, "person", "by_person", "out", because="says nothing beside --compare")
        if at == "all-visits":
            raise click.UsageError("--compare looks at one visit: give its id, or last")
    if person is not None:
        refuse(context, "by_person", because="says nothing beside --person")
    if by_person or person is not None or times or (form != "table" and not compare):
        refuse(context, "smallest", because="cannot hide the single persons that are printed here")
    plan = chosen_study(study, settings)
    bounds = chosen_definitions(plan, *definitions)
    with working("verifying the dataset") as say:
        dataset = facts.open(plan)
        say("adjudicating")
        taken = None if arms is None else arms_of_file(arms, plan.id)
        names = person_names(dataset)
        number = None if person is None else names.person(person)
        only = None if number is None else (number,)
        result = adjudicate_study(plan, dataset, bounds, arms=taken, persons=only)
        result = result.confirmed() if confirmed else result
    if person is None:
        _require_visits(result)
        _tell_left_out(result, taken, exact=smallest == 0)
    ids = result.visits.ids
    visits = ids if at == "all-visits" else (ids[-1] if at == "last" else result.visit_named(at),)
    if times:
        from remit.views.json.response_page import time_rows

        print_json([json_of(row) for row in time_rows(result)])
        return
    if compare:
        if len(bounds) < 2:
            raise click.UsageError(
                "--compare needs several definitions: repeat --definition, or --definition all"
            )
        comparison = compare_responses(result, visits[-1], smallest=smallest)
        titles = {one.id: one.title for one in bounds}
        _show_comparison(comparison, plan, form, figure, names, titles=titles)
        return
    if number is not None and form != "parquet":
        _show_person(result, number, visits, form, names)
        return
    if form == "table":
        from remit.views.terminal.response_tables import persons_text, study_text

        if by_person:
            print_view(persons_text(result, visits))
        else:
            print_view(study_text(result, visits=visits, smallest=smallest))
        return
    rows = [json_of(row) for row in person_responses(result, visits)]
    if form == "json":
        print_json(rows)
        return
    import json

    import pyarrow as pa
    import pyarrow.parquet as pq

    assert out is not None
    nested = ("failing", "distances", "records")
    flat = [
        {**row, "person": str(row["person"]), **{name: json.dumps(row[name]) for name in nested}}
        for row in rows
    ]
    with new_file(out) as path:
        pq.write_table(pa.Table.from_pylist(flat), path)
    print_text(f"written: {out}")
    if evidence is not None:
        from remit.endpoints.traced_rows import TRACED, traced_batches

        with new_file(evidence) as path:
            pq.write_table(pa.Table.from_batches(traced_batches(result, visits), TRACED), path)
        print_text(f"written: {evidence}")


def _require_visits(result: StudyAdjudication) -> None:
    """Nothing, when somebody was followed.

    Raises:
        DatasetError: nobody was, with what the dataset lacks.
    """
    if len(result.visits.visits):
        return
    from remit.facts.screening_dates import undated_persons

    plan, facts = result.protocol, result.followed.facts
    baseline = plan.visits[0].anchor
    persons = facts.manifest.tables["person"].rows
    undated = undated_persons(facts, plan.id, baseline)
    raise DatasetError(
        f"nobody has a visit of {plan.id} after its baseline: there is no response to judge",
        expected=f"the day of {baseline} of each person followed, and records at the visits after",
        got="nobody with that day" if undated == persons else "no record at a visit after it",
        next_step=f"give those days as rows of study_anchor: person_id, study ({plan.id}), anchor "
        f"({baseline}), anchor_date; a table of that name beside OMOP tables is imported",
        place=facts.folder,
    )


def _tell_left_out(
    result: StudyAdjudication, taken: Mapping[int, str] | None, *, exact: bool
) -> None:
    """Who counts, where an allocation does not say it or says more than the study knows."""
    if taken is None:
        if "allocation" not in result.followed.facts.extras:
            said = "no allocation: everyone counts of whom anything was recorded after baseline"
            print_text(f"note: {said}", err=True)
        return
    plan, followed = result.protocol, set(result.visits.visits.person.tolist())
    if len(taken) > len(followed):
        lost = f"{len(taken) - len(followed)} of {len(taken)}" if exact else "some"
        said = f"{lost} persons of the allocation lack the named dates of {plan.id}: not followed"
        print_text(f"note: {said}", err=True)
    strange = sorted(set(taken.values()) - {arm.id for arm in plan.arms})
    if plan.arms and strange:
        names = ", ".join(repr(name) for name in strange)
        print_text(f"note: {plan.id} has no arm {names}", err=True)


def _show_person(
    result: StudyAdjudication,
    person: int,
    visits: tuple[str, ...],
    form: str,
    names: PersonNames,
) -> None:
    from remit.endpoints.visit_traces import trace_person
    from remit.views.json import json_of
    from remit.views.json.trace_page import trace_page
    from remit.views.terminal.response_tables import traces_text

    responses = trace_person(result, person, visits)
    if form == "json":
        print_json(json_of(trace_page(result.protocol.id, person, responses, names=names)))
    else:
        print_view(traces_text(responses, names=names))


def _show_comparison(
    comparison: Comparison,
    plan: Protocol,
    form: str,
    figure: Path | None,
    names: PersonNames,
    *,
    titles: Mapping[str, str],
) -> None:
    from remit.analysis.comparison_counts import shown_comparison
    from remit.endpoints.definition_choice import own_definition
    from remit.views.json import json_of
    from remit.views.json.response_page import comparison_counts_page, comparison_page
    from remit.views.terminal.response_tables import comparison_text

    shown = shown_comparison(comparison, reference=own_definition(plan))
    if form == "json" and comparison.smallest:
        print_json(json_of(comparison_counts_page(shown)))
    elif form == "json":
        print_json(json_of(comparison_page(comparison, names=names)))
    else:
        print_view(comparison_text(comparison, shown, names=names))
    if figure is not None:
        _write_figure(figure, shown, plan, titles=titles)


def _write_figure(
    out: Path, shown: ShownComparison, plan: Protocol, *, titles: Mapping[str, str]
) -> None:
    from remit.report import readjudication_svg

    arms = {arm.id: arm.label for arm in plan.arms}
    svg = readjudication_svg(shown, arms=arms, titles=titles)
    write_new_file(out, svg)
    print_text(f"written: {out}", err=True)


@click.group(cls=ListedGroup)
def panel() -> None:
    """Adjudication by people: forms, disagreements and consensus, apart from what is computed.

    \b
    Example: remit panel compare li.csv chen.csv --consensus agreed.csv
    """


@panel.command()
@click.argument("study")
@facts_option
@click.option("--at", required=True, help="The visit to judge.")
@click.option("--adjudicator", required=True, help="Whose form it is.")
@click.option("--out", type=OUT_FILE, required=True, help="The CSV file to write.")
@REPLACE
def form(study: str, facts: FactsChoice, at: str, adjudicator: str, out: Path) -> None:
    """Write an empty form for one adjudicator.

    \b
    Example: remit panel form nct05631717 --facts cohort --at week_24 --adjudicator Li --out li.csv
    """
    from remit.endpoints.panel_forms import blank_form
    from remit.facts.person_names import person_names

    with working("reading the visits"):
        plan = chosen_study(study)
        result = remit.adjudicate(plan, facts.open(plan))
    _require_visits(result)
    at = result.visit_named(at)
    rows = result.rows_at(at)
    names = person_names(result.followed.facts)
    keys = [(name, at) for name in names.all_shown(result.visits.visits.person[rows])]
    write_new_file(out, blank_form(keys, adjudicator))
    print_text(f"written: {out} ({len(keys)} persons)")


@panel.command()
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option("--consensus", type=FILE, help="A form that decides where the two disagree.")
@click.option("--study", help="Show the computed answer beside, with --facts.")
@click.option("--facts", type=FOLDER)
@click.option("--definition", help="Of the computed answer; the study's own by default.")
def compare(
    first: Path,
    second: Path,
    consensus: Path | None,
    study: str | None,
    facts: Path | None,
    definition: str | None,
) -> None:
    """Compare two filled forms: agreement, disagreements and what is still open.

    \b
    Example: remit panel compare li.csv chen.csv --consensus agreed.csv
    """
    from remit.analysis.panels import compare_judgements
    from remit.endpoints.panel_forms import read_form
    from remit.facts.person_names import person_names
    from remit.views.terminal.response_tables import panel_lines, panel_table

    if (study is None) != (facts is None):
        raise click.UsageError("--study and --facts go together")
    if definition is not None and study is None:
        raise click.UsageError("--definition goes with --study and --facts")
    if definition == "all":
        raise click.UsageError("--definition takes one definition here, not all")
    forms = [read_form(path, answers=ANSWERS) for path in (first, second)]
    decided = None if consensus is None else read_form(consensus, answers=ANSWERS)
    computed: dict[Key, str] = {}
    if study is not None and facts is not None:
        result = remit.adjudicate(chosen_study(study), facts, definition=definition)
        visits, adjudication = result.visits.visits, result.adjudications[0]
        words = adjudication.words(adjudication.places)
        called = person_names(result.followed.facts).all_shown(visits.person)
        computed = dict(zip(zip(called, visits.label, strict=True), words, strict=True))
        for path, judged in zip((first, second, consensus), (*forms, decided or {}), strict=True):
            _check_followed(path, judged, computed)
    found = compare_judgements(
        *forms,
        consensus=decided,
        computed=computed,
    )
    print_text(panel_lines(found, computed=bool(computed)))
    table = panel_table(found)
    if table.row_count:
        print_view(table)


def _check_followed(
    path: Path | None, judged: Mapping[Key, Judgement], computed: Mapping[Key, str]
) -> None:
    strange = [key for key in judged if key not in computed]
    if strange:
        person, visit = strange[0]
        raise InstrumentError(
            f"nobody follows person {person} at {visit}",
            expected="persons and visits of the study, as `remit panel form` writes them",
            got=f"{len(strange)} rows of others",
            next_step="check the study, the dataset and the form",
            place=path,
        )
