"""`remit dose`: what people took, daily, cumulatively and a kilogram."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

import remit
from remit.cli.options import AS_JSON, FACTS, lookback_option, print_json, print_view, working


@click.command()
@click.argument("drug")
@FACTS
@click.option("--at", type=click.DateTime(["%Y-%m-%d"]), required=True, help="The last day.")
@lookback_option(default=28, least=1)
@click.option("--person", "persons", type=int, multiple=True, help="This person only (repeatable).")
@AS_JSON
def dose(
    drug: str, facts: Path, at: datetime, lookback: int, persons: tuple[int, ...], as_json: bool
) -> None:
    """The dose of DRUG (a drug or class; glucocorticoids in mg of prednisone).

    What was given into a vein stands apart as pulses and counts into no other number.

    \b
    Example: remit dose glucocorticoid --facts cohort --at 2024-12-01 --lookback 84
    """
    from remit.instruments.exposure import drug_exposure

    with working("adding up doses"):
        dataset = remit.open_facts(facts)
        rows = drug_exposure(
            drug, dataset, at=at.date(), lookback=lookback, persons=persons or None
        )
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.score_page import dose_row

        print_json([json_of(dose_row(row)) for row in rows])
        return
    from remit.views.terminal.score_cards import doses_text

    print_view(doses_text(rows, lookback=lookback))
