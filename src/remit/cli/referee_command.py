"""`remit referee`: what others printed, number by number."""

from __future__ import annotations

from pathlib import Path

import click

from remit.cli.options import FILE, OUT_FILE, REPLACE
from remit.cli.print_forms import print_form
from remit.cli.printer import print_json, print_text, print_view
from remit.output import write_new_file


@click.command()
@click.argument("file", type=FILE)
@click.option("--all", "given", is_flag=True, help="Show also the counts taken as printed.")
@print_form("html", told="html is a page of its own: give --out.")
@click.option("--out", type=OUT_FILE, help="With --format html: the file to write.")
@REPLACE
def referee(file: Path, given: bool, form: str, out: Path | None) -> None:
    """Say of each printed number of FILE whether other printed numbers give it, and how.

    FILE is YAML (.yaml), a sheet (.csv) or a table as it was pasted from a page (.txt). A row has
    keys such as x_act, n_act, pct_act (a count, its n, a percentage of the arm act), mean_ctl,
    sd_ctl, diff, odds_ratio, hazard_ratio, ci, se, p; method is what the source states, and
    step: 1 says that the values behind a mean are whole numbers.

    \b
    Example: remit referee table2.csv
    """
    if (form == "html") != (out is not None):
        raise click.UsageError("--format html and --out FILE go together")
    if given and form != "table":
        raise click.UsageError("--all goes with a table: the other forms show every number")
    from remit.analysis.referee.printed_files import referee_file

    found = referee_file(file)
    if form == "json":
        from remit.views.json import json_of
        from remit.views.json.referee_page import referee_page

        print_json(json_of(referee_page(found)))
    elif out is not None:
        from remit.views.notebook.referee_tables import referee_html

        write_new_file(out, referee_html(found))
        print_text(f"written: {out}")
    else:
        from remit.views.terminal.refereed_numbers import refereed_text

        print_view(refereed_text(found, given=given))
