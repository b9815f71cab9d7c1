"""`remit protocol`: list, show, check and begin studies."""

from __future__ import annotations

from pathlib import Path

import click

import remit
from remit.cli.command_group import ListedGroup
from remit.cli.options import FILE, OUT_FILE, REPLACE, SET, chosen_study
from remit.cli.printer import print_text
from remit.output import write_new_file


@click.group(cls=ListedGroup)
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
    from remit.views.terminal.protocols import soundness_lines

    packaged = str(file) in packaged_protocols() and not file.exists()
    bound = check_protocol(chosen_study(str(file))) if packaged else check_file(file)
    print_text("\n".join(soundness_lines(bound, str(file))))


@protocol.command("new")
@click.argument("file", type=OUT_FILE)
@click.option("--from", "page", type=FILE, help="A registry page, as text or JSON.")
@REPLACE
def protocol_new(file: Path, page: Path | None) -> None:
    """Write the beginning of a study of your own to FILE, with a word on each part.

    From a registry page it takes ids, titles, ages, sex and the text of each criterion with its
    lines; what no field of the page says waits for you to write its expression.

    \b
    Example: remit protocol new my_study.toml --from NCT01234567.json
    """
    from remit.endpoints.study_check import check_file
    from remit.errors import RemitError
    from remit.views.page_skeleton import page_skeleton, unread_lines
    from remit.views.study_skeleton import skeleton_text
    from remit.views.terminal.protocols import soundness_lines

    text, unread = skeleton_text(file), 0
    if page is not None:
        record = remit.read_page(page)
        text, unread = page_skeleton(record, file, page), len(unread_lines(record))
    write_new_file(file, text)
    print_text(f"written: {file}")
    if unread:
        print_text(f"open, {unread} lines of the page were not understood: see the file's head")
    try:
        print_text("\n".join(soundness_lines(check_file(file), str(file))))
    except RemitError as error:
        # The file says what the page says: where that contradicts itself, a person must decide.
        print_text(f"open: {error}")


@protocol.command("export")
@click.argument("study")
@click.argument("file", type=OUT_FILE)
@click.option(
    "--format",
    "form",
    type=click.Choice(["toml", "circe", "fhir", "fhir-r5", "english"]),
    default="toml",
    show_default=True,
    help="The packaged file to begin from; or a cohort definition of OHDSI, FHIR, English.",
)
@REPLACE
def protocol_export(study: str, file: Path, form: str) -> None:
    """Write the packaged STUDY to FILE, to start a study of your own from.

    In another format STUDY may be a file too. What that format cannot say is printed, criterion by
    criterion, and stands beside FILE in a file ending in .losses.json.

    \b
    Example: remit protocol export nct06167174 my_study.toml
    """
    if form != "toml":
        _export_as(form, study, file)
        return
    from remit.protocol import packaged_text
    from remit.views.study_skeleton import HEAD

    write_new_file(file, HEAD + packaged_text(study))
    print_text(f"written: {file}")


def _export_as(form: str, study: str, file: Path) -> None:
    from remit.facts.codes import NO_VOCABULARY
    from remit.protocol.bound import bind_entry, bind_protocol
    from remit.protocol.interchange.circe_export import circe_definition
    from remit.protocol.interchange.english import english_definition
    from remit.protocol.interchange.fhir_definition import fhir_definition
    from remit.protocol.interchange.losses import loss_lines, losses_text

    protocol = chosen_study(study, ())
    bound = bind_protocol(protocol, NO_VOCABULARY)
    if form == "circe":
        found = circe_definition(bound, bind_entry(protocol, NO_VOCABULARY))
    elif form == "english":
        found = english_definition(bound)
    else:
        found = fhir_definition(bound, release="R5" if form == "fhir-r5" else "R4")
    beside = file.with_name(f"{file.name}.losses.json")
    write_new_file(beside, losses_text(protocol.id, form, found.losses))
    write_new_file(file, found.text)
    print_text(f"written: {file}")
    print_text(f"written: {beside}, what {form} does not say:")
    for line in loss_lines(found.losses):
        print_text(f"  {line}")


@protocol.command("import")
@click.argument("file", type=FILE)
@click.option("--out", type=OUT_FILE, required=True, help="The study: a TOML file.")
@REPLACE
def protocol_import(file: Path, out: Path) -> None:
    """Write the cohort definition FILE (Circe JSON, as Atlas exports it) as a study of your own.

    Its concept sets lie beside the study, in a file ending in _concepts.toml. What Remit cannot say
    is refused by name; what is kept otherwise, or left behind, is printed, and noted in the study.

    \b
    Example: remit protocol import cohort.json --out cohort.toml
    """
    from remit.endpoints.study_check import check_file
    from remit.protocol.interchange.circe_cohort import read_circe
    from remit.views.imported_study import imported_study
    from remit.views.terminal.protocols import soundness_lines

    place = out.with_name(f"{out.stem}_concepts.toml")
    cohort = read_circe(file)
    written = imported_study(cohort, out, place, source=file.name)
    write_new_file(place, written.concepts)
    write_new_file(out, written.protocol)
    print_text(f"written: {out}, {len(cohort.rules)} criteria")
    print_text(f"written: {place}, {len(cohort.concepts)} concepts")
    for text in cohort.differences:
        print_text(f"persons may differ: {text}")
    for text in cohort.left_behind:
        print_text(f"left behind: {text}")
    print_text("\n".join(soundness_lines(check_file(out), str(out))))


@protocol.command("redcap")
@click.argument("study")
@click.option("--out", type=OUT_FILE, required=True, help="The data dictionary: a CSV file.")
@SET
@REPLACE
def protocol_redcap(study: str, out: Path, settings: tuple[str, ...]) -> None:
    """Write STUDY as a REDCap project: its data dictionary, and the map that reads it back.

    The dictionary is uploaded to an empty project; the map lies beside it, with the ending .toml,
    and is for `remit facts import redcap`.

    \b
    Example: remit protocol redcap nct06167174 --out study.csv
    """
    from remit.views.redcap_forms import redcap_forms

    place = out.with_suffix(".toml")
    if place == out:
        raise click.UsageError("--out names a CSV file: the map has the ending .toml")
    found = redcap_forms(chosen_study(study, settings))
    write_new_file(out, found.dictionary)
    write_new_file(place, found.map)
    print_text(f"written: {out}, {len(found.dictionary.splitlines()) - 1} fields")
    print_text(f"written: {place}, the map that reads it back")
    print_text(f"let these forms repeat: {', '.join(found.repeating)}")


@protocol.command("schema")
def protocol_schema() -> None:
    """Print the JSON Schema of protocol files.

    \b
    Example: remit protocol schema > protocol.schema.json
    """
    from remit.protocol import json_schema_text

    print_text(json_schema_text(), nl=False)
