"""A small invented REDCap project of lupus patients: dictionary, records and map."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.redcap.redcap_dictionary import COLUMNS
from remit.facts.intake.redcap.redcap_map import redcap_map_of
from remit.facts.intake.redcap.redcap_tables import RedcapExport, read_redcap, read_redcap_files

CUT = date(2024, 6, 30)
PLACE = Path("map.toml")
Row = Mapping[str, str]


def field(
    name: str,
    form: str,
    kind: str = "text",
    *,
    label: str = "",
    choices: str = "",
    note: str = "",
    validation: str = "",
    identifier: str = "",
    annotation: str = "",
) -> Row:
    """A row of a dictionary, under the names of the API."""
    return {
        "field_name": name,
        "form_name": form,
        "field_type": kind,
        "field_label": label or name,
        "select_choices_or_calculations": choices,
        "field_note": note,
        "text_validation_type_or_show_slider_number": validation,
        "identifier": identifier,
        "field_annotation": annotation,
    }


def written(rows: Iterable[Row], columns: Sequence[str], *, delimiter: str = ",") -> str:
    """Rows as REDCap writes them."""
    made = io.StringIO()
    lines = csv.writer(made, delimiter=delimiter, lineterminator="\n")
    lines.writerow(columns)
    lines.writerows([row.get(name, "") for name in columns] for row in rows)
    return made.getvalue()


def dictionary_text(fields: Iterable[Row], *, web: bool = False, delimiter: str = ",") -> str:
    """A dictionary, with the headers of the API or of the web page."""
    text = written(fields, tuple(COLUMNS), delimiter=delimiter)
    if not web:
        return text
    head = io.StringIO()
    csv.writer(head, delimiter=delimiter, lineterminator="\n").writerow(COLUMNS.values())
    return head.getvalue() + text.split("\n", 1)[1]


DRUGS = "1, Prednisolone | 2, Mycophenolate mofetil | 3, Study product"
FIELDS = (
    field("record_id", "demographics", label="Record ID"),
    field("full_name", "demographics", label="Name", identifier="y"),
    field("dob", "demographics", label="Date of birth", validation="date_dmy", identifier="y"),
    field("sex", "demographics", "radio", label="Sex", choices="1, Female | 2, Male"),
    field("watched_from", "demographics", validation="date_ymd"),
    field("watched_to", "demographics", validation="date_ymd"),
    field("history", "demographics", "checkbox", choices="1, SLE | 2, Lupus nephritis | -9, Other"),
    field("history_date", "demographics", validation="date_mdy"),
    field("visit_date", "visit", validation="datetime_dmy", label="Date of visit"),
    field("upcr", "visit", validation="number", label="UPCR (g/g)"),
    field("c3", "visit", validation="number_comma_decimal", note="g/L"),
    field("hb", "visit", label="Hemoglobin"),
    field("hb_unit", "visit", "dropdown", choices="1, g/dL | 2, g/L"),
    field("slicc", "visit", "radio", label="SLICC 2012", choices="1, Yes | 0, No | 8, Unsure"),
    field("sledai", "visit", "calc", label="SLEDAI-2K", choices="sum([a],[b])"),
    field("drug", "drugs", "dropdown", label="Drug", choices=DRUGS),
    field("drug_start", "drugs", validation="date_ymd"),
    field("drug_stop", "drugs", validation="date_ymd"),
    field("drug_dose", "drugs", validation="number"),
    field("consented", "consent", "yesno"),
    field("consent_by", "consent"),
    field("consent_date", "consent", validation="date_ymd"),
)
KEYS = (
    "record_id",
    "redcap_event_name",
    "redcap_repeat_instrument",
    "redcap_repeat_instance",
    "redcap_data_access_group",
)
_OF_FIELDS = """
full_name dob sex watched_from watched_to history___1 history___2 history____9 history_date
demographics_complete visit_date upcr c3 hb hb_unit slicc sledai visit_complete drug drug_start
drug_stop drug_dose consented consent_by consent_date
"""
COLUMNS_OF_RECORDS = (*KEYS, *_OF_FIELDS.split())


def row(text: str, **cells: str) -> Row:
    """A row of records: record, event, form and instance as words, and its cells."""
    keys = dict(zip(KEYS, [*text.split(), *[""] * 4][:4], strict=False))
    return {**{k: "" if v == "-" else v for k, v in keys.items()}, **cells}


RECORDS = (
    row(
        "LN-001 base",
        full_name="Ada Example",
        dob="1990-06-15",
        sex="1",
        watched_from="2020-01-01",
        watched_to="2024-06-01",
        history___1="1",
        history___2="1",
        history____9="0",
        history_date="2021-03-04",
        consented="1",
        consent_by="Dr A",
        consent_date="2024-02-01",
        redcap_data_access_group="north",
    ),
    row(
        "LN-001 v1",
        visit_date="2024-02-02 08:30",
        upcr="1.8",
        c3="0,62",
        hb="11.2",
        hb_unit="1",
        slicc="1",
        sledai="8",
        history___1="0",
        history___2="0",
        history____9="0",
    ),
    row("LN-001 base drugs 1", drug="1", drug_start="2024-01-01", drug_dose="20"),
    row("LN-001 base drugs 2", drug="3", drug_start="2024-01-01", drug_stop="2024-01-31"),
    row(
        "LN-002 base",
        dob="1985-01-02",
        sex="2",
        watched_from="2023-01-01",
        history____9="1",
        history_date="2023-01-05",
    ),
    row("LN-002 v1", visit_date="2024-03-01 09:00", upcr="-99", slicc="8"),
)
MAP = """
kind = "remit.redcap_map"
version = 1
missing = ["-99"]
days_marked_identifiers = ["dob"]

[person]
birth = "dob"
sex = "sex"
sexes = { "1" = "female", "2" = "male" }

[observed]
start = "watched_from"
end = { column = "watched_to", empty = "ongoing" }

[forms.visit]
date = "visit_date"
visit = "outpatient_visit"

[fields.history]
date = "history_date"
[fields.history.names]
"1" = { concept = "sle" }
"2" = { concept = "lupus_nephritis" }

[fields.upcr]
concept = "upcr"
unit = "g/g"

[fields.c3]
concept = "c3"
unit = "g/L"

[fields.hb]
concept = "hemoglobin"
unit = { column = "hb_unit" }

[fields.slicc]
concept = "slicc_2012"
answers = { "1" = "fulfilled", "0" = "not_fulfilled" }

[fields.sledai]
concept = "sledai_2k"

[fields.drug]
date = "drug_start"
end = { column = "drug_stop", empty = "ongoing" }
dose = { column = "drug_dose", per = "day" }
dose_unit = "mg"
[fields.drug.names]
"1" = { concept = "prednisolone" }
"2" = { concept = "mycophenolate_mofetil" }
"3" = { ignore = true }

[studies.NCT06167174.anchors]
screening = { column = "visit_date", event = "v1" }
[studies.NCT06167174.signed.consent]
answer = "consented"
by = "consent_by"
date = "consent_date"
"""


def written_export(
    folder: Path,
    *,
    fields: Iterable[Row] = FIELDS,
    records: Iterable[Row] = RECORDS,
    columns: Sequence[str] = COLUMNS_OF_RECORDS,
    web: bool = False,
    delimiter: str = ",",
) -> tuple[Path, Path]:
    """Both files in a folder."""
    dictionary, data = folder / "dictionary.csv", folder / "records.csv"
    dictionary.write_text(dictionary_text(fields, web=web, delimiter=delimiter), encoding="utf-8")
    data.write_text(written(records, columns, delimiter=delimiter), encoding="utf-8")
    return dictionary, data


def write_project(folder: Path) -> None:
    """Both files, and the map, as a reader of the guide has them."""
    written_export(folder)
    (folder / "mended.toml").write_text(MAP, encoding="utf-8")


def read_export(export: RedcapExport, text: str = MAP, *, pseudonyms: bool = False) -> SourceTables:
    """What the reader makes of an export and a map."""
    return read_redcap(
        export,
        redcap_map_of(text, PLACE),
        packaged_dictionary(),
        place=PLACE,
        data_cut=CUT,
        pseudonyms=pseudonyms,
    )


def read_project(
    folder: Path,
    text: str = MAP,
    *,
    fields: Iterable[Row] = FIELDS,
    records: Iterable[Row] = RECORDS,
    columns: Sequence[str] = COLUMNS_OF_RECORDS,
    web: bool = False,
    delimiter: str = ",",
) -> SourceTables:
    """What the reader makes of a project."""
    files = written_export(
        folder, fields=fields, records=records, columns=columns, web=web, delimiter=delimiter
    )
    return read_export(read_redcap_files(*files), text)
