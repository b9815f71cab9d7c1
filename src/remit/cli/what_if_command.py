"""`remit what-if`: who would stand otherwise, and what stands in the way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from remit.cli.facts_option import FactsChoice, facts_option
from remit.cli.intake_options import SCREENING_DATE, dated, say_undated
from remit.cli.options import chosen_study
from remit.cli.print_forms import print_form
from remit.cli.printer import print_json, print_text, print_view, working

if TYPE_CHECKING:
    from remit.facts.opened import Facts
    from remit.protocol import Protocol


@click.command("what-if")
@click.argument("study")
@facts_option
@click.option(
    "--without", multiple=True, metavar="CRITERION", help="Leave this criterion out (repeatable)."
)
@click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="COMPARISON",
    help="Ask for another number, such as 'sledai_2k >= 4', or set a parameter: NAME=VALUE.",
)
@SCREENING_DATE
@print_form("csv", told="csv has a row a person who stands otherwise.")
def what_if(
    study: str,
    facts: FactsChoice,
    without: tuple[str, ...],
    settings: tuple[str, ...],
    rule: str | None,
    form: str,
) -> None:
    """Say who of a dataset would stand otherwise if STUDY asked for something else.

    Without --without and --set: which criterion costs most persons, which missing record would
    settle most, and which codes that nobody could read block most verdicts.

    \b
    Example: remit what-if nct05631717 --facts cohort --without E5 --set "sledai_2k >= 4"
    """
    if form == "csv" and not (without or settings):
        raise click.UsageError("--format csv goes with --without or --set")
    from remit.screening.what_if import compare_studies

    plan = chosen_study(study)
    with working("verifying the dataset") as say:
        dataset = dated(facts.open(plan), rule, (plan,))
        say(f"screening {plan.name}")
        if without or settings:
            found = compare_studies(plan, dataset, without=without, settings=settings)
    say_undated(dataset, (plan,), err=form != "table", command="what-if", rule=rule)
    if not (without or settings):
        _print_obstacles(plan, dataset, as_json=form == "json")
    elif form == "json":
        from remit.views.json import json_of
        from remit.views.json.what_if_page import what_if_page

        print_json(json_of(what_if_page(found)))
    elif form == "csv":
        from remit.screening.what_if import moved_table
        from remit.views.worklist_csv import worklist_csv

        print_text(worklist_csv(moved_table(found)), nl=False)
    else:
        from remit.views.terminal.other_criteria import what_if_text

        print_view(what_if_text(found))


def _print_obstacles(plan: Protocol, dataset: Facts, *, as_json: bool) -> None:
    from remit.screening import screen_dataset
    from remit.screening.obstacles import criterion_costs, missing_tests
    from remit.screening.open_verdicts import open_verdicts

    with working("screening"):
        screening = screen_dataset(plan, dataset)
        ranked = [
            (cohort, criterion_costs(screening, cohort), missing_tests(screening, cohort))
            for cohort in screening.cohorts
        ]
        codes = open_verdicts((screening,))
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.what_if_page import obstacles_page

        print_json(json_of(obstacles_page(screening, ranked, codes)))
        return
    from remit.views.terminal.other_criteria import blocking_codes_text, obstacles_text

    for cohort, costs, tests in ranked:
        print_view(obstacles_text(screening, cohort, costs, tests))
        print_text()
    print_view(blocking_codes_text(codes))
