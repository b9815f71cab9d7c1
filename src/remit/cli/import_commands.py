"""`remit facts import`: a clinic's own records as a dataset, one command a format."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.command_group import ListedGroup
from remit.cli.intake_options import IntakeFlags, code_book, intake_options, write_and_report
from remit.cli.options import FILE, FOLDER, OUT_FILE, Input, chosen_study
from remit.cli.printer import print_text, print_view, working

if TYPE_CHECKING:
    from remit.facts.intake.dataset.handed_over import SourceTables
    from remit.facts.intake.redcap.redcap_tables import RedcapExport


@click.group("import", cls=ListedGroup)
def import_group() -> None:
    """Your own patients as a dataset: OMOP, FHIR, REDCap, SDTM or a clinic's spreadsheets.

    Each import says which rows it left out and why, what it did not understand, and how many
    verdicts of each study hang on that.

    \b
    Example: remit facts import omop omop-tables --out clinic
    """


@import_group.command("omop")
@click.argument("source", type=FILE)
@intake_options
def import_omop(source: Path, flags: IntakeFlags) -> None:
    """Read the OMOP CDM tables (5.3 or 5.4) of SOURCE: a folder, a zip archive or a DuckDB file.

    Nothing is taken to be mapped to standard codes, or complete, unless you say so; with
    --vocabulary, which may be this folder too, codes are resolved by it. --screening-date also
    takes a column with one day a person, as column:TABLE.COLUMN.

    \b
    Example: remit facts import omop omop-tables --out clinic --screening-date last-visit
    """
    from remit.facts.intake.omop.omop_tables import read_omop
    from remit.facts.intake.omop.person_days import COLUMN_RULE, read_person_days
    from remit.facts.intake.rows.row_store import row_store
    from remit.facts.intake.sources.source_format import own_import_named

    said = f"OMOP tables: {source.resolve().name}"
    with own_import_named([source], "omop"), row_store(flags.out) as store:
        by_source = flags.vocabulary is not None
        by_column = flags.rule is not None and flags.rule.startswith(COLUMN_RULE)
        write_and_report(
            lambda: read_omop(
                source,
                store=store,
                by_source=by_source,
                book=code_book(flags) if by_source else None,
            ),
            source=said,
            flags=flags,
            rule=read_person_days(source, flags.rule or "") if by_column else None,
        )


@import_group.command("fhir")
@click.argument("sources", type=Input(exists=True), nargs=-1, required=True)
@intake_options
def import_fhir(sources: tuple[Path, ...], flags: IntakeFlags) -> None:
    """Read FHIR R4 (4.0.1) in SOURCES: Bundles, NDJSON of a bulk export, or folders of them.

    Compressed files (.gz) are read as they are.

    Another version of FHIR is refused. What is refuted, entered in error, planned or not done is
    left out and counted, and so are types that are not read.

    \b
    Example: remit facts import fhir bulk-export --out clinic --screening-date last-visit
    """
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.fhir.fhir_tables import read_fhir
    from remit.facts.intake.rows.row_store import row_store
    from remit.facts.intake.sources.source_format import own_import_named
    from remit.output import scratch_folder

    source = f"FHIR R4: {', '.join(path.resolve().name for path in sources)}"
    dictionary = packaged_dictionary()
    with (
        own_import_named(sources, "fhir"),
        row_store(flags.out) as store,
        scratch_folder(beside=flags.out) as scratch,
    ):
        write_and_report(
            lambda: read_fhir(
                sources,
                book=code_book(flags),
                dictionary=dictionary,
                data_cut=flags.data_cut,
                store=store,
                scratch=scratch,
            ),
            source=source,
            flags=flags,
        )


@import_group.command("tidy")
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--draft-map", "draft", type=OUT_FILE, help="Write a first map, to be mended.")
@click.option("--map", "place", type=FILE, help="The mended map: what the files hold.")
@partial(intake_options, needs_out=False)
def import_tidy(
    files: tuple[Path, ...], draft: Path | None, place: Path | None, flags: IntakeFlags | None
) -> None:
    """Read the spreadsheets of a clinic: CSV files and workbooks of Excel.

    First --draft-map, which fills in what is certain and asks the rest; then --map and --out.
    Without a map they are read as a draft would have it, if it leaves nothing to be asked.

    \b
    Example: remit facts import tidy labs.csv patients.xlsx --draft-map map.toml
    Example: remit facts import tidy labs.csv patients.xlsx --map map.toml --out clinic
    """
    from remit.facts.intake.sources.source_format import own_import_named

    if draft is not None:
        if place is not None or flags is not None:
            raise click.UsageError("--draft-map writes a map alone: leave out --map and --out")
        with own_import_named(files, "tidy"):
            _write_draft(files, draft)
        return
    if flags is None:
        raise click.UsageError("give --draft-map MAP.toml first, then --map MAP.toml --out DATASET")
    source = f"spreadsheets: {', '.join(path.name for path in files)}"
    cut = flags.data_cut
    with own_import_named(files, "tidy"):
        write_and_report(lambda: _tidy(files, place, cut), source=source, flags=flags)


@import_group.command("sdtm")
@click.argument("folder", type=FOLDER)
@click.option("--draft-map", "draft", type=OUT_FILE, help="Write the terms to be confirmed.")
@click.option("--map", "place", type=FILE, help="The confirmed map: what terms mean.")
@click.option(
    "--encoding",
    default="utf-8",
    show_default=True,
    help="How texts in XPT and CSV files are coded, such as windows-1252.",
)
@partial(intake_options, needs_out=False)
def import_sdtm(
    folder: Path,
    draft: Path | None,
    place: Path | None,
    encoding: str,
    flags: IntakeFlags | None,
) -> None:
    """Read the SDTM datasets of a trial in FOLDER: XPT, Dataset-JSON 1.1, CSV or Parquet.

    MedDRA and WHODrug terms are proposed by --draft-map, and count when a person confirmed them.
    --screening-date also takes a date of DM, such as RFICDTC.

    \b
    Example: remit facts import sdtm trial --draft-map terms.toml
    Example: remit facts import sdtm trial --map terms.toml --out study --expect LB=59580
    """
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.sdtm.files.sdtm_datasets import read_study
    from remit.facts.intake.sources.source_format import own_import_named

    if draft is not None:
        if place is not None or flags is not None:
            raise click.UsageError("--draft-map writes a map alone: leave out --map and --out")
        with own_import_named([folder], "sdtm"):
            _write_sdtm_draft(folder, draft, encoding)
        return
    if flags is None:
        raise click.UsageError("give --out DATASET, or --draft-map TERMS.toml")
    column = _screening_column(flags.rule)
    if column is not None:
        flags = replace(flags, rule=None)

    def read() -> SourceTables:
        from remit.facts.intake.sdtm.sdtm_map import NO_MAP, read_sdtm_map
        from remit.facts.intake.sdtm.sdtm_tables import SdtmChoices, read_sdtm
        from remit.study import packaged_studies

        dictionary = packaged_dictionary()
        known = NO_MAP if place is None else read_sdtm_map(place, dictionary)
        chosen = tuple(chosen_study(name) for name in flags.studies)
        anchors = {study.id: study.default_anchor for study in chosen or packaged_studies()}
        choices = SdtmChoices(
            data_cut=flags.data_cut,
            studies={study.id: tuple(study.anchors) for study in chosen},
            screening=None if column is None else (column, anchors),
        )
        study = read_study(folder, encoding=encoding)
        return read_sdtm(study, dictionary, code_book(flags), known, choices)

    with own_import_named([folder], "sdtm"):
        write_and_report(read, source=f"SDTM datasets: {folder.resolve().name}", flags=flags)


_SCREENING_COLUMNS = ("RFICDTC", "RFSTDTC", "RFXSTDTC")


def _screening_column(rule: str | None) -> str | None:
    """The date of DM that a rule of screening names; None for any other rule."""
    word = (rule or "").upper()
    if word.startswith("RF") and word.isalnum() and word not in _SCREENING_COLUMNS:
        said = ", ".join(_SCREENING_COLUMNS)
        raise click.UsageError(f"--screening-date takes these dates of DM: {said}; got {rule}")
    return word if word in _SCREENING_COLUMNS else None


def _write_sdtm_draft(folder: Path, out: Path, encoding: str) -> None:
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.sdtm.files.sdtm_datasets import read_study
    from remit.facts.intake.sdtm.sdtm_draft import draft_sdtm_map
    from remit.output import write_new_file
    from remit.views.terminal.intake import sdtm_draft_text

    with working("reading"):
        study = read_study(folder, encoding=encoding)
        found = draft_sdtm_map(study, packaged_dictionary())
    write_new_file(out, found.text)
    print_view(sdtm_draft_text(found))
    print_text(f"\nwritten: {out}")


def _tidy(files: tuple[Path, ...], place: Path | None, cut: date | None) -> SourceTables:
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.draft.draft_map import whole_draft
    from remit.facts.intake.tidy.tidy_map_file import read_tidy_map, tidy_map_of
    from remit.facts.intake.tidy.tidy_tables import read_tidy

    dictionary = packaged_dictionary()
    if place is not None:
        found = read_tidy_map(place, dictionary)
    else:
        place = Path("the drafted map")
        found = tidy_map_of(whole_draft(files, dictionary).text, dictionary, place)
    return read_tidy(files, found, dictionary, place=place, data_cut=cut)


def _write_draft(files: tuple[Path, ...], out: Path) -> None:
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.draft.draft_map import draft_map
    from remit.output import write_new_file
    from remit.views.terminal.intake import draft_text

    with working("reading"):
        found = draft_map(files, packaged_dictionary())
    write_new_file(out, found.text)
    print_view(draft_text(found, out))
    print_text(f"\nwritten: {out}")


@import_group.command("redcap")
@click.argument("dictionary", type=FILE, required=False)
@click.argument("records", type=FILE, required=False)
@click.option("--url", help="The address of a server's API, in place of two files.")
@click.option("--draft-map", "draft", type=OUT_FILE, help="Write a first map, to be mended.")
@click.option("--map", "place", type=FILE, help="The mended map: which field is which fact.")
@partial(intake_options, needs_out=False)
def import_redcap(
    dictionary: Path | None,
    records: Path | None,
    url: str | None,
    draft: Path | None,
    place: Path | None,
    flags: IntakeFlags | None,
) -> None:
    """Read a REDCap project: its DICTIONARY and RECORDS, both as CSV, records as raw data.

    With --url they are pulled from the server instead, by the token in the environment variable
    REDCAP_TOKEN (needs PyCap: `python -m pip install '.[redcap]'` in a checkout). Fields
    that the dictionary marks as identifiers are never read.

    \b
    Example: remit facts import redcap dictionary.csv records.csv --draft-map map.toml
    Example: remit facts import redcap dictionary.csv records.csv --map map.toml --out clinic
    """
    if (url is None) == (dictionary is None or records is None):
        raise click.UsageError("give DICTIONARY and RECORDS, or --url alone")
    if draft is not None:
        if place is not None or flags is not None:
            raise click.UsageError("--draft-map writes a map alone: leave out --map and --out")
        _write_redcap_draft(dictionary, records, url, draft)
        return
    if flags is None or place is None:
        raise click.UsageError("give --draft-map MAP.toml first, then --map MAP.toml --out DATASET")
    names = url or ", ".join(path.name for path in (dictionary, records) if path is not None)
    write_and_report(
        lambda: _redcap(dictionary, records, url, place, flags),
        source=f"REDCap: {names}",
        flags=flags,
    )


def _export(dictionary: Path | None, records: Path | None, url: str | None) -> RedcapExport:
    from remit.facts.intake.redcap.redcap_tables import read_redcap_files

    if url is not None:
        from remit.facts.intake.redcap.redcap_server import pull_redcap

        return pull_redcap(url, os.environ.get("REDCAP_TOKEN", ""))
    assert dictionary is not None
    assert records is not None
    return read_redcap_files(dictionary, records)


def _redcap(
    dictionary: Path | None, records: Path | None, url: str | None, place: Path, flags: IntakeFlags
) -> SourceTables:
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.redcap.redcap_map import FORM, redcap_map_of
    from remit.facts.intake.redcap.redcap_tables import read_redcap
    from remit.instruments.catalogue import instrument_dictionary, instrument_named

    mapped = redcap_map_of(FORM.text_of(place), place)
    known = packaged_dictionary()
    for name in mapped.instruments:
        known = instrument_dictionary(instrument_named(name), known)
    return read_redcap(
        _export(dictionary, records, url),
        mapped,
        known,
        place=place,
        data_cut=flags.data_cut,
        pseudonyms=flags.pseudonyms is not None,
    )


def _write_redcap_draft(
    dictionary: Path | None, records: Path | None, url: str | None, out: Path
) -> None:
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.intake.draft.draft_redcap import draft_redcap
    from remit.output import write_new_file
    from remit.views.terminal.intake import draft_text

    with working("reading"):
        found = draft_redcap(_export(dictionary, records, url), packaged_dictionary())
    write_new_file(out, found.text)
    print_view(draft_text(found, out))
    print_text(f"\nwritten: {out}")
