"""`remit protocol`: list, show and check studies."""

from __future__ import annotations

from pathlib import Path

import click

from remit.cli.options import FILE, SET, chosen_study
from remit.cli.printer import print_text


@click.group()
def protocol() -> None:
    """Executable studies.

    \b
    Example: remit protocol show nct06167174
    """


@protocol.command("list")
def protocol_list() -> None:
    """List the packaged studies.

    \b
    Example: remit protocol list
    """
    from remit.study import packaged_studies

    for study in packaged_studies():
        cohorts = f", {len(study.cohorts)} cohorts" if study.cohorts else ""
        print_text(f"{study.name:16}{len(study.criteria):>4} criteria{cohorts}  {study.title}")


@protocol.command("show")
@click.argument("study")
@SET
def protocol_show(study: str, settings: tuple[str, ...]) -> None:
    """Show a study: parameters, cohorts, visits, outcomes and every criterion.

    \b
    Example: remit protocol show nct06904729 --set schwartz=original_one_constant
    """
    from remit.views.terminal.protocols import describe_protocol

    print_text(describe_protocol(chosen_study(study, settings)))


@protocol.command("check")
@click.argument("file", type=FILE)
def protocol_check(file: Path) -> None:
    """Check a protocol: schema, references, every expression, and that each can be met and fail.

    FILE is a protocol file or the name of a packaged study.

    \b
    Example: remit protocol check my_study.toml
    """
    from remit.endpoints.study_check import check_file, check_protocol
    from remit.protocol import packaged_protocols

    packaged = str(file) in packaged_protocols() and not file.exists()
    bound = check_protocol(chosen_study(str(file))) if packaged else check_file(file)
    states: dict[str, int] = {}
    for item in bound.criteria:
        states[item.criterion.state] = states.get(item.criterion.state, 0) + 1
    counts = ", ".join(f"{number} {state}" for state, number in states.items())
    print_text(f"{file}: sound; {len(bound.criteria)} criteria ({counts})")


@protocol.command("schema")
def protocol_schema() -> None:
    """Print the JSON Schema of protocol files.

    \b
    Example: remit protocol schema > protocol.schema.json
    """
    from remit.protocol import json_schema_text

    print_text(json_schema_text(), nl=False)
