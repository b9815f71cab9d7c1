"""`remit panel`: adjudication by people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

import remit
from remit.cli.options import FACTS, FILE, chosen_study, print_view, working
from remit.errors import InstrumentError
from remit.output import write_new_file

if TYPE_CHECKING:
    from collections.abc import Mapping

    from remit.endpoints.panel_forms import Judgement, Key

ANSWERS = ("CR", "PR", "R", "NR", "flare", "no flare", "not assessable")


@click.group()
def panel() -> None:
    """Adjudication by people: forms, disagreements and consensus, apart from what is computed.

    \b
    Example: remit panel compare li.csv chen.csv --consensus agreed.csv
    """


@panel.command()
@click.argument("study")
@FACTS
@click.option("--at", required=True, help="The visit to judge.")
@click.option("--adjudicator", required=True, help="Whose form it is.")
@click.option("--out", type=FILE, required=True, help="The CSV file to write.")
def form(study: str, facts: Path, at: str, adjudicator: str, out: Path) -> None:
    """Write an empty form for one adjudicator.

    \b
    Example: remit panel form nct05631717 --facts cohort --at week_24 --adjudicator Li --out li.csv
    """
    from remit.endpoints.panel_forms import blank_form

    with working("reading the visits"):
        result = remit.adjudicate(chosen_study(study), remit.open_facts(facts))
    at = result.visit_named(at)
    rows = result.rows_at(at)
    keys = [(int(person), at) for person in result.visits.visits.person[rows]]
    write_new_file(out, blank_form(keys, adjudicator))
    click.echo(f"written: {out} ({len(keys)} persons)")


@panel.command()
@click.argument("first", type=FILE)
@click.argument("second", type=FILE)
@click.option("--consensus", type=FILE, help="A form that decides where the two disagree.")
@click.option("--study", help="Show the computed answer beside, with --facts.")
@click.option("--facts", type=click.Path(path_type=Path, file_okay=False))
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
    from remit.views.terminal.response_tables import panel_lines, panel_table

    if (study is None) != (facts is None):
        raise click.UsageError("--study and --facts go together")
    if definition is not None and study is None:
        raise click.UsageError("--definition goes with --study and --facts")
    if definition == "all":
        raise click.UsageError("--definition takes one definition here, not all")
    forms = [read_form(path, answers=ANSWERS) for path in (first, second)]
    decided = None if consensus is None else read_form(consensus, answers=ANSWERS)
    computed: dict[tuple[int, str], str] = {}
    if study is not None and facts is not None:
        result = remit.adjudicate(chosen_study(study), facts, definition=definition)
        visits, adjudication = result.visits.visits, result.adjudications[0]
        words = adjudication.words(adjudication.places)
        pairs = zip(visits.person, visits.label, strict=True)
        computed = {
            (int(person), label): word for (person, label), word in zip(pairs, words, strict=True)
        }
        for path, judged in zip((first, second, consensus), (*forms, decided or {}), strict=True):
            _check_followed(path, judged, computed)
    found = compare_judgements(
        *forms,
        consensus=decided,
        computed=computed,
    )
    click.echo(panel_lines(found, computed=bool(computed)))
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
