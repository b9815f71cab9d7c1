"""`remit score` and `remit dose`: instruments over a form or a dataset, and what people took."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.facts_option import FactsChoice, facts_option
from remit.cli.options import (
    CONCEPTS_OF,
    FILE,
    OUT_FILE,
    PERSONS,
    REPLACE,
    chosen_dictionary,
    lookback_option,
    refuse,
)
from remit.cli.parameter_types import Day
from remit.cli.print_forms import as_json
from remit.cli.printer import print_json, print_text, print_view, working
from remit.output import new_file

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Literal

    from remit.facts.person_names import PersonNames
    from remit.instruments.bound_instrument import BoundInstrument
    from remit.instruments.cards import Card
    from remit.instruments.scores import Scores
    from remit.instruments.shifts import Shift


@click.command()
@click.argument("instrument", required=False)
@click.option("--list", "listed", is_flag=True, help="List the instruments.")
@click.option("--describe", is_flag=True, help="Show what is asked, and stop.")
@click.option("--items", type=FILE, help="A filled form (JSON).")
@partial(facts_option, required=False)
@PERSONS
@click.option("--at", type=Day(), help="Judge on this day.")
@click.option("--visits", is_flag=True, help="Judge on each day with a recorded visit.")
@lookback_option(default=None, least=0)
@click.option("--unlisted", type=click.Choice(["unknown", "absent"]), default="unknown",
              show_default=True, help="What a finding is that the form does not name.")  # fmt: skip
@click.option("--explain", is_flag=True, help="Show each item with value, date and source.")
@click.option("--shift", is_flag=True, help="Show the worst grade after baseline beside it.")
@click.option("--out", type=OUT_FILE, help="Write all rows as Parquet.")
@CONCEPTS_OF
@as_json
@click.pass_context
@REPLACE
def score(
    context: click.Context,
    instrument: str | None,
    listed: bool,
    describe: bool,
    items: Path | None,
    facts: FactsChoice | None,
    persons: tuple[str, ...],
    at: datetime | None,
    visits: bool,
    lookback: int | None,
    unlisted: str,
    explain: bool,
    shift: bool,
    out: Path | None,
    study: str | None,
    as_json: bool,
) -> None:
    """Score INSTRUMENT from a filled form, or for the persons of a dataset.

    \b
    Example: remit score sledai-2k --facts cohort --person 14 --at 2024-12-01 --explain
    """
    from remit.facts.codes import NO_VOCABULARY
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.catalogue import instrument_named, packaged_instruments

    if listed or instrument is None:
        for found in packaged_instruments().values():
            print_text(f"{found.id:22}{found.title}")
        return
    bound = bound_packaged(instrument_named(instrument).id, NO_VOCABULARY)
    if describe:
        from remit.views.terminal.score_cards import describe_text

        print_view(describe_text(bound))
        return
    if (items is None) == (facts is None):
        raise click.UsageError("give --items FILE or --facts DIR")
    if shift:
        refuse(context, "explain", because="says nothing beside --shift")
    if out is not None:
        refuse(context, "as_json", "explain", because="goes to the screen, and --out to a file")
    if items is not None:
        others = ("persons", "at", "visits", "lookback", "study", *(() if shift else ("out",)))
        refuse(context, *others, because="goes with --facts, not with --items")
        if explain:
            refuse(context, "as_json", because="and --explain are two forms of the same: give one")
        if shift:
            shifts = _form_shifts(bound, items, unlisted)
            _print_shifts(bound, shifts, None, as_json=as_json, out=out)
        else:
            _score_form(bound, items, unlisted, explain=explain, as_json=as_json)
        return
    assert facts is not None
    refuse(context, "unlisted", because="goes with --items, not with --facts")
    if (at is None) == (not visits):
        raise click.UsageError("with --facts give --at DATE or --visits")
    if shift:
        if not visits:
            raise click.UsageError("a shift needs --visits")
        shifted = _facts_shifts(bound, facts, persons, lookback, study)
        _print_shifts(bound, *shifted, as_json=as_json, out=out)
        return
    day = at.date() if at is not None else None
    _score_facts(
        bound, facts, persons, day, lookback, study, explain=explain, as_json=as_json, out=out
    )


def _scored_form(
    bound: BoundInstrument, items: Path, unlisted: str
) -> tuple[Scores, Mapping[str, tuple[int, ...]]]:
    """The scores of a form's visits, and the rows of its other moments."""
    from remit.instruments.form_files import read_form
    from remit.instruments.forms import form_sheet
    from remit.instruments.scores import score_sheet

    visits, moments = read_form(items)
    sheet = form_sheet(visits, bound.inputs, moments=moments, place=str(items))
    rule: Literal["absent", "unknown"] = "absent" if unlisted == "absent" else "unknown"
    return score_sheet(bound, sheet, unlisted=rule), moments


def _score_form(
    bound: BoundInstrument, items: Path, unlisted: str, *, explain: bool, as_json: bool
) -> None:
    from remit.instruments.cards import card_of
    from remit.views.terminal.score_cards import card_text, outcomes_text

    scores, moments = _scored_form(bound, items, unlisted)
    count = scores.sheet.rows
    # Of a form with other visits beside it, only the visit itself is asked for.
    alone = bool(moments) and all(max(at[:-1], default=-1) < 0 for at in moments.values())
    rows = [count - 1] if alone else range(count)
    cards = [card_of(bound, scores, row, visit=f"visit {row + 1}") for row in rows]
    if as_json:
        _print_cards(cards)
        return
    for card in cards:
        if explain:
            print_view(card_text(card))
        else:
            print_text(outcomes_text(card))


def _print_cards(cards: list[Card]) -> None:
    from remit.views.json import json_of
    from remit.views.json.score_page import score_page

    print_json([json_of(score_page(card)) for card in cards])


def _form_shifts(bound: BoundInstrument, items: Path, unlisted: str) -> tuple[Shift, ...]:
    """The shifts of the one person of a form with dated visits."""
    from remit.instruments.form_files import read_days
    from remit.instruments.shifts import shifts_of, visits_of_one

    days = read_days(items)
    return shifts_of(visits_of_one(days), _scored_form(bound, items, unlisted)[0])


def _facts_shifts(
    bound: BoundInstrument,
    facts: FactsChoice,
    persons: tuple[str, ...],
    lookback: int | None,
    study: str | None,
) -> tuple[tuple[Shift, ...], PersonNames]:
    from remit.facts.person_names import person_names
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.dataset_scores import score_dataset
    from remit.instruments.shifts import shifts_of

    with working("scoring"):
        dataset = facts.open().under(chosen_dictionary(study))
        bound = bound_packaged(bound.instrument.id, dataset.codes)
        names = person_names(dataset)
        only = tuple(names.person(name) for name in persons) or None
        found = score_dataset(bound, dataset, at=None, persons=only, lookback=lookback)
        return shifts_of(*found), names


def _print_shifts(
    bound: BoundInstrument,
    shifts: tuple[Shift, ...],
    names: PersonNames | None,
    *,
    as_json: bool,
    out: Path | None,
) -> None:
    """Per person as JSON or Parquet; on a terminal one person's lines, or the shift tables.

    Args:
        names: how the dataset calls its persons; None for a form, which is of one.
    """
    import pyarrow.parquet as pq

    from remit.facts.person_names import NO_NAMES, with_person
    from remit.instruments.shifts import shifts_table
    from remit.views.terminal.score_cards import shift_tables_text, shifts_text

    if out is not None:
        with new_file(out) as path:
            table = shifts_table(shifts)
            pq.write_table(table if names is None else with_person(table, names), path)
        print_text(f"written: {out}")
    elif as_json:
        from remit.views.json import json_of
        from remit.views.json.score_page import shift_row

        print_json([json_of(shift_row(row, names=names or NO_NAMES)) for row in shifts])
    elif len({row.person for row in shifts}) == 1:
        print_view(shifts_text(shifts))
    else:
        print_view(shift_tables_text(bound.instrument, shifts))


def _score_facts(
    bound: BoundInstrument,
    facts: FactsChoice,
    persons: tuple[str, ...],
    at: date | None,
    lookback: int | None,
    study: str | None,
    *,
    explain: bool,
    as_json: bool,
    out: Path | None,
) -> None:
    import pyarrow.parquet as pq

    from remit.facts.person_names import person_names, with_person
    from remit.instruments.bound_instrument import bound_packaged
    from remit.instruments.cards import card_of
    from remit.instruments.dataset_scores import score_dataset, scores_table
    from remit.views.terminal.plain_tables import SHOWN
    from remit.views.terminal.score_cards import card_text, scores_text

    with working("scoring"):
        dataset = facts.open().under(chosen_dictionary(study))
        bound = bound_packaged(bound.instrument.id, dataset.codes)
        names = person_names(dataset)
        only = tuple(names.person(name) for name in persons) or None
        visits, scores = score_dataset(bound, dataset, at=at, persons=only, lookback=lookback)
    if out is not None:
        with new_file(out) as path:
            pq.write_table(with_person(scores_table(visits, scores), names), path)
        print_text(f"written: {out}")
        return
    rows = range(len(visits))
    if as_json or explain:
        cards = [
            card_of(
                bound,
                scores,
                row,
                visit=f"person {names.shown(visits.person[row])}, {visits.day[row]}",
            )
            for row in rows
        ]
        if as_json:
            _print_cards(cards)
        else:
            for card in cards[:SHOWN]:
                print_view(card_text(card))
        return
    print_view(scores_text(with_person(scores_table(visits, scores), names).to_pylist()))


@click.command()
@click.argument("drug")
@facts_option
@click.option("--at", type=Day(), required=True, help="The last day.")
@lookback_option(default=28, least=1)
@PERSONS
@CONCEPTS_OF
@as_json
def dose(
    drug: str,
    facts: FactsChoice,
    at: datetime,
    lookback: int,
    persons: tuple[str, ...],
    study: str | None,
    as_json: bool,
) -> None:
    """The dose of DRUG (a drug or class; glucocorticoids in mg of prednisone).

    What was given into a vein stands apart as pulses and counts into no other number.

    \b
    Example: remit dose glucocorticoid --facts cohort --at 2024-12-01 --lookback 84
    """
    from remit.facts.person_names import person_names
    from remit.instruments.exposure import drug_exposure

    with working("adding up doses"):
        dataset = facts.open().under(chosen_dictionary(study))
        names = person_names(dataset)
        only = tuple(names.person(name) for name in persons) or None
        rows = drug_exposure(drug, dataset, at=at.date(), lookback=lookback, persons=only)
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.score_page import dose_row

        print_json([json_of(dose_row(row, names=names)) for row in rows])
        return
    from remit.views.terminal.score_cards import doses_text

    print_view(doses_text(rows, lookback=lookback, names=names))
