"""`remit registry`: read pages and link them."""

from __future__ import annotations

from pathlib import Path

import click

import remit
from remit.cli.command_group import ListedGroup
from remit.cli.options import FILE, SAME_OR_NEW
from remit.cli.print_forms import as_json
from remit.cli.printer import print_json, print_text


@click.group(cls=ListedGroup)
def registry() -> None:
    """Read registry pages and link those of one trial.

    \b
    Example: remit registry link page1.txt page2.txt
    """


@registry.command("read")
@click.argument("pages", type=FILE, nargs=-1, required=True)
@as_json
def registry_read(pages: tuple[Path, ...], as_json: bool) -> None:
    """Read pages and exports of registries; each file's format is recognised.

    Of an export of several trials, each trial is a line; --json gives them whole.

    \b
    Example: remit registry read page.txt --json
    """
    from remit.registry import read_records
    from remit.views.terminal.registry_entries import describe_file

    if as_json:
        from remit.views.json import json_of
        from remit.views.json.registry_page import record_page

        found = (record for page in pages for record in read_records(page))
        print_json([json_of(record_page(record)) for record in found])
    else:
        print_text("\n\n".join(describe_file(read_records(page)) for page in pages))


@registry.command("show")
@click.argument("page", type=FILE)
def registry_show(page: Path) -> None:
    """Show one page as Remit reads it, field by field with its lines.

    \b
    Example: remit registry show page.txt
    """
    from remit.views.terminal.registry_entries import describe_record

    print_text(describe_record(remit.read_page(page)))


@registry.command("link")
@click.argument("pages", type=FILE, nargs=-1, required=True)
@as_json
def registry_link(pages: tuple[Path, ...], as_json: bool) -> None:
    """Link pages into trials: evidence, vetoes, disagreements and repaired signs.

    \b
    Example: remit registry link a.txt b.txt c.json
    """
    from remit.views.terminal.registry_entries import describe_trial

    trials = remit.link_pages(list(pages))
    if as_json:
        from remit.views.json import json_of
        from remit.views.json.registry_page import trial_page

        print_json([json_of(trial_page(trial)) for trial in trials])
    else:
        print_text("\n\n".join(describe_trial(trial) for trial in trials))


@registry.command("diff")
@click.argument("older", type=FILE)
@click.argument("newer", type=FILE)
@as_json
def registry_diff(older: Path, newer: Path, as_json: bool) -> None:
    """Show what changed from the record OLDER to NEWER of one trial, and what of it matters.

    \b
    Example: remit registry diff 2024.json 2026.json
    """
    from dataclasses import asdict

    from remit.registry.trials.reading_changes import reading_changes
    from remit.views.terminal.reading_changes_list import describe_changes

    found = reading_changes(remit.read_page(older), remit.read_page(newer))
    if as_json:
        print_json([asdict(change) for change in found])
    else:
        print_text(describe_changes(found))


@registry.command("examples")
@click.argument("out", type=SAME_OR_NEW)
def registry_examples(out: Path) -> None:
    """Write our invented pages, one of each format, into the new folder OUT.

    \b
    Example: remit registry examples pages
    """
    from remit.output import new_folder
    from remit.registry import fixture_pages

    pages = {page.name: page.read_bytes() for page in fixture_pages()}
    if not all((out / name).is_file() for name in pages) or any(
        (out / name).read_bytes() != text for name, text in pages.items()
    ):
        with new_folder(out) as folder:
            for name, text in pages.items():
                (folder / name).write_bytes(text)
    print_text("\n".join(str(out / name) for name in pages))
