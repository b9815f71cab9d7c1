"""`remit plan`, `analyze`, `trace` and `design`: from the plan to its results, and back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.command_group import ListedGroup
from remit.cli.facts_option import FactsChoice, facts_option
from remit.cli.options import FILE, FOLDER, OUT_FILE, OUT_FOLDER, REPLACE, SET, chosen_study
from remit.cli.parameter_types import Whole
from remit.cli.print_forms import print_form
from remit.cli.printer import print_json, print_text, print_view, working
from remit.output import write_new_file

if TYPE_CHECKING:
    from remit.protocol import Protocol
    from remit.views.json import Json

LOCK = click.option("--lock", type=FILE, help="The file that `remit plan lock` wrote.")


@click.group(cls=ListedGroup)
def plan() -> None:
    """Planned analyses: shown as a plan to sign, checked, and locked.

    \b
    Example: remit plan show nct05631717
    """


@plan.command("show")
@click.argument("study")
@LOCK
@SET
def plan_show(study: str, lock: Path | None, settings: tuple[str, ...]) -> None:
    """Show the statistical analysis plan of STUDY: each estimand, its events and methods.

    \b
    Example: remit plan show nct05631717
    """
    from remit.analysis.rows.plan_check import check_plan
    from remit.views.terminal.analysis_plans import describe_plan

    protocol = chosen_study(study, settings)
    check_plan(protocol)
    print_text(describe_plan(protocol, locked=_locked(protocol, lock)))


@plan.command("check")
@click.argument("study")
@LOCK
@SET
def plan_check(study: str, lock: Path | None, settings: tuple[str, ...]) -> None:
    """Check that each planned analysis of STUDY can be carried out.

    \b
    Example: remit plan check nct05631717
    """
    from remit.analysis.plan.plan_lock import CHANGED, plan_hash
    from remit.analysis.rows.plan_check import check_plan
    from remit.errors import ProtocolError

    protocol = chosen_study(study, settings)
    check_plan(protocol)
    said = _locked(protocol, lock)
    if said == CHANGED:
        raise ProtocolError(
            f"the plan of {protocol.id} was changed since it was locked",
            expected="the plan that was locked",
            got=f"one of hash {plan_hash(protocol)[:16]}",
            next_step="go back to the locked plan, or state the change and lock it anew",
            place=lock,
        )
    number = len(protocol.analyses)
    print_text(f"{protocol.id}: {number} analyses can be carried out; plan {said}")


@plan.command("lock")
@click.argument("study")
@click.argument("file", type=OUT_FILE)
@click.option("--by", "name", required=True, help="Who locks the plan.")
@SET
@REPLACE
def plan_lock(study: str, file: Path, name: str, settings: tuple[str, ...]) -> None:
    """Write the hash of STUDY's plan to FILE, with a name and today's date.

    \b
    Example: remit plan lock nct05631717 plan.lock.json --by "M. Statistician"
    """
    from datetime import datetime

    from remit.analysis.plan.plan_lock import lock_of, lock_text
    from remit.analysis.rows.plan_check import check_plan

    protocol = chosen_study(study, settings)
    check_plan(protocol)
    lock = lock_of(protocol, name, on=datetime.now().astimezone().date())
    write_new_file(file, lock_text(lock))
    print_text(f"written: {file}")
    print_text(f"{lock.plan_hash[:16]}, locked by {lock.name} on {lock.locked_on}")


@click.command()
@click.argument("study")
@facts_option
@click.option("--out", type=OUT_FOLDER, help="A new folder for rows, answers and the plan.")
@click.option("--arms", type=FILE, help="Parquet with person_id and arm: who was taken in.")
@click.option(
    "--definition",
    "definitions",
    type=click.Choice(["own", "all"]),
    default="own",
    show_default=True,
    help="all: make each comparison of responses under every definition too.",
)
@click.option(
    "--adam",
    is_flag=True,
    help="Write analysis datasets too: XPT, Dataset-JSON and Define-XML, into OUT/adam.",
)
@LOCK
@print_form()
@SET
@REPLACE
def analyze(
    study: str,
    facts: FactsChoice,
    out: Path | None,
    arms: Path | None,
    definitions: str,
    adam: bool,
    lock: Path | None,
    form: str,
    settings: tuple[str, ...],
) -> None:
    """Carry out the planned analyses of STUDY over those who were taken in.

    \b
    Example: remit analyze nct05631717 --facts cohort --out results
    """
    from dataclasses import asdict
    from datetime import datetime

    from remit.analysis.rows.trial_analysis import analyse_trial
    from remit.followup.allocation import arms_of_file
    from remit.report.analysis_page import write_analysis

    if adam and out is None:
        raise click.UsageError("--adam writes files: say where with --out FOLDER")
    protocol = chosen_study(study, settings)
    with working("verifying the dataset") as say:
        dataset = facts.open(protocol)
        said = _locked(protocol, lock)
        say("analysing")
        taken = None if arms is None else arms_of_file(arms, protocol.id)
        found = analyse_trial(
            protocol,
            dataset,
            arms=taken,
            locked=said,
            every_definition=definitions == "all",
            flow=True,
        )
        if out is not None:
            say("writing")
            made = datetime.now().astimezone().replace(microsecond=0) if adam else None
            write_analysis(found, out, adam=made)
    if form == "json":
        print_json([asdict(row) for row in found.all_rows])
    else:
        from remit.views.terminal.analysis_results import results_view

        print_text(f"{protocol.id}: {len(found.trial.persons):,} persons")
        print_text(f"plan {said}")
        print_view(results_view(found))
    if out is not None:
        print_text(f"written: {out}", err=form == "json")


@click.command()
@click.argument("row")
@click.option(
    "--results", type=FOLDER, required=True, help="The folder that `remit analyze` wrote."
)
@print_form()
def trace(row: str, results: Path, form: str) -> None:
    """List the patient-visits behind ROW, the id of a number of `remit analyze`.

    \b
    Example: remit trace complete_response.week_24.stem_cells.count.count --results results
    """
    from dataclasses import asdict

    from remit.analysis.rows.row_trace import trace_row

    found = trace_row(results, row)
    if form == "json":
        print_json(asdict(found))
        return
    from remit.views.terminal.analysis_results import trace_view

    print_view(trace_view(found))


@click.command()
@click.argument("study")
@click.option("--per-arm", type=Whole(1, 1000, example=60), default=60, show_default=True)
@click.option(
    "--trials", type=Whole(1, 1_000_000, example=10_000), default=10_000, show_default=True
)
@click.option("--seed", type=Whole(0, example=1), default=1, show_default=True)
@click.option("--workers", type=Whole(1, 64, example=2), default=2, show_default=True)
@click.option("--analysis", metavar="ID", help="The planned comparison; the first one by default.")
@click.option("--assume", type=FILE, help="A TOML file of what is supposed of patients and arms.")
@click.option("--power", type=click.FloatRange(0.5, 0.99), default=0.8, show_default=True)
@click.option("--figure", type=OUT_FILE, help="Write the power by definition as an SVG figure.")
@print_form()
@SET
@REPLACE
def design(
    study: str,
    per_arm: int,
    trials: int,
    seed: int,
    workers: int,
    analysis: str | None,
    assume: Path | None,
    power: float,
    figure: Path | None,
    form: str,
    settings: tuple[str, ...],
) -> None:
    """Run virtual trials of STUDY: power and sample size under each response definition.

    Virtual patients go through the adjudicator of real trials. What is supposed of them is in
    the file of --assume, or the defaults of remit.simulate.trials.virtual_assumptions.

    \b
    Example: remit design nct05631717 --per-arm 60 --trials 1000
    """
    from dataclasses import asdict

    from remit.analysis.plan.estimand import definition_of
    from remit.endpoints.definition_choice import all_definitions
    from remit.simulate.trials.virtual_assumptions import VirtualAssumptions, read_assumptions
    from remit.simulate.trials.virtual_trials import run_trials, virtual_design

    protocol = chosen_study(study, settings)
    given = VirtualAssumptions() if assume is None else read_assumptions(assume)
    asked = virtual_design(protocol, given, arms=(per_arm, per_arm), analysis=analysis)
    own = definition_of(asked.analysis, protocol)
    assert own is not None, "a response has a definition"
    with working("running virtual trials"):
        found = run_trials(
            asked,
            all_definitions(protocol),
            own,
            trials=trials,
            seed=seed,
            workers=workers,
            wanted=power,
        )
    if figure is not None:
        from remit.report.figures.design_figure import design_figure
        from remit.report.figures.figure_style import figure_bytes

        write_new_file(figure, figure_bytes(design_figure(found), "svg").decode())
    if form == "json":
        page: dict[str, Json] = {
            "study": protocol.id,
            "analysis": asked.analysis.id,
            "arms": list(asked.arms),
            "trials": trials,
            "seed": seed,
            "assumptions": given.model_dump(mode="json"),
            "powers": [asdict(one) for one in found.powers],
            "not_judged": {name: list(lacking) for name, lacking in found.not_judged.items()},
        }
        print_json(page)
    else:
        from remit.views.terminal.design_results import design_view

        first, second = given.responding
        print_text(f"{protocol.id}, {asked.analysis.title}: {trials:,} virtual trials")
        print_text(f"disease responds in {100 * first:g} % and {100 * second:g} %, as supposed")
        print_view(design_view(found))
    if figure is not None:
        print_text(f"written: {figure}", err=form == "json")


def _locked(protocol: Protocol, lock: Path | None) -> str:
    from remit.analysis.plan.plan_lock import lock_state, read_lock

    return lock_state(protocol, None if lock is None else read_lock(lock))
