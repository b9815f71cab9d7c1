"""`remit dose`: what people took, daily, cumulatively and a kilogram."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

import remit
from remit.cli.options import AS_JSON, FACTS, lookback_option, print_json, working
from remit.terminal import columns_table

_SHOWN = 40


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
        print_json(
            [
                {
                    "person": row.person,
                    "daily_mg": float(row.daily),
                    "daily_lower_bound_because": row.why_daily.word if row.why_daily else None,
                    "cumulative_mg": float(row.cumulative),
                    "cumulative_lower_bound_because": (
                        row.why_cumulative.word if row.why_cumulative else None
                    ),
                    "mean_daily_mg": float(row.mean_daily),
                    "pulses_mg": float(row.pulses),
                    "pulses_lower_bound_because": (row.why_pulses.word if row.why_pulses else None),
                    "weight_kg": row.weight,
                    "daily_mg_per_kg": row.daily_per_kg,
                }
                for row in rows
            ]
        )
        return
    heads = (
        "person", "mg a day", f"mg in {lookback} days", "mean mg a day", "mg in pulses",
        "mg/kg a day",
    )  # fmt: skip
    table = columns_table(*heads, right=heads)
    for row in rows[:_SHOWN]:
        table.add_row(
            str(row.person),
            _bound(float(row.daily), row.why_daily is not None),
            _bound(float(row.cumulative), row.why_cumulative is not None),
            _bound(float(row.mean_daily), row.why_cumulative is not None),
            _bound(float(row.pulses), row.why_pulses is not None),
            "unknown" if row.daily_per_kg is None else f"{row.daily_per_kg:.3g}",
        )
    Console().print(table)
    if len(rows) > _SHOWN:
        click.echo(f"… {len(rows) - _SHOWN} more rows: use --json")


def _bound(number: float, open_: bool) -> str:
    text = f"{number:.2f}".rstrip("0").rstrip(".")
    return f"{'>= ' if open_ else ''}{text}"
