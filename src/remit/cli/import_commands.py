"""`remit facts import`: a clinic's own records as a dataset, one command a format."""

from __future__ import annotations

from pathlib import Path

import click

from remit.cli.intake_options import IntakeFlags, intake_options, write_and_report
from remit.cli.options import FOLDER


@click.group("import")
def import_group() -> None:
    """Your own patients as a dataset: OMOP tables, or the sheets of a clinic.

    Each import says which rows it left out and why, what it did not understand, and how many
    verdicts of each study hang on that.

    \b
    Example: remit facts import omop omop-tables --out clinic
    """


@import_group.command("omop")
@click.argument("folder", type=FOLDER)
@intake_options
def import_omop(folder: Path, flags: IntakeFlags) -> None:
    """Read the OMOP CDM tables (5.3 or 5.4, CSV or Parquet) in FOLDER.

    Nothing is taken to be mapped to standard codes, or complete, unless you say so.

    \b
    Example: remit facts import omop omop-tables --out clinic --screening-date last-visit
    """
    from remit.facts.intake.omop_tables import read_omop

    source = f"OMOP tables: {folder.resolve().name}"
    write_and_report(lambda: read_omop(folder), source=source, flags=flags)
