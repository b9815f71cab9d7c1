"""Hostile spreadsheets and REDCap exports: an answer or a clear refusal, nothing half-written."""

from __future__ import annotations

import io
import os
import random
import time
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from openpyxl import Workbook

from facts.intake.clinic_rows import PERSONS, PERSONS_MAP
from facts.intake.mutants import binary_mutant, text_mutant
from facts.intake.redcap.redcap_project import (
    COLUMNS_OF_RECORDS,
    CUT,
    FIELDS,
    MAP,
    RECORDS,
    dictionary_text,
    written,
)
from remit.errors import DatasetError, RemitError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices, SourceTables
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.draft.draft_map import draft_map
from remit.facts.intake.draft.draft_redcap import draft_redcap
from remit.facts.intake.redcap.redcap_map import redcap_map_of
from remit.facts.intake.redcap.redcap_tables import read_redcap, read_redcap_files
from remit.facts.intake.sources import sheet_files
from remit.facts.intake.sources.limited_process import Job, Limits
from remit.facts.intake.sources.sheet_cells import sheets_of
from remit.facts.intake.tidy.tidy_map_file import tidy_map_of
from remit.facts.intake.tidy.tidy_tables import read_tidy

# How many of each kind; 10,000 were run once by setting this.
MUTANTS = int(os.environ.get("REMIT_MUTANTS", "50"))
SLOWEST = 10
LABS = (
    "patient;date;test;value;unit\n"
    "P1;04.03.2024;Plt;150;10^9/L\n"
    "P1;05.03.2024;CRP;<0,2;mg/L\n"
    "P2;06.03.2024;ANA;1:80;\n"
    "P2;07.03.2024;Größe;1,68;m\n"
)
LABS_MAP = """
[[table]]
file = "{file}"{sheet}
holds = "tests"
[table.columns]
patient = "patient"
date = {{ column = "date"{format} }}
test = "test"
value = {{ column = "value", decimal = "," }}
unit = "unit"
[table.names]
Plt = {{ concept = "platelets" }}
CRP = {{ concept = "crp" }}
ANA = {{ concept = "ana_titre" }}
"""
_HEAD = 'kind = "remit.tidy_map"\nversion = 1\n'


def _workbook() -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in (
        ["patient", "date", "test", "value", "unit"],
        ["P1", date(2024, 3, 4), "Plt", 150, "10^9/L"],
        ["P1", date(2024, 3, 5), "CRP", 0.2, "mg/L"],
        ["P2", date(2024, 3, 6), "ANA", "1:80", None],
    ):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def _parquet() -> bytes:
    made = io.BytesIO()
    rows = {
        "patient": ["P1", "P2"],
        "date": [date(2024, 3, 4), date(2024, 3, 6)],
        "test": ["Plt", "CRP"],
        "value": [150.0, 0.2],
        "unit": ["10^9/L", "mg/L"],
    }
    pq.write_table(pa.table(rows), made)
    return made.getvalue()


def _tidy(folder: Path, content: bytes, name: str, form: str) -> SourceTables:
    persons, labs = folder / "persons.csv", folder / name
    persons.write_text(PERSONS, encoding="utf-8")
    labs.write_bytes(content)
    dictionary, place = packaged_dictionary(), folder / "map.toml"
    sheet = '\nsheet = "Sheet"' if name.endswith(".xlsx") else ""
    text = _HEAD + PERSONS_MAP + LABS_MAP.format(file=name, format=form, sheet=sheet)
    draft_map([labs], dictionary)
    return read_tidy(
        [persons, labs], tidy_map_of(text, dictionary, place), dictionary, place=place, data_cut=CUT
    )


def _redcap(folder: Path, dictionary: bytes, records: bytes, text: str = MAP) -> SourceTables:
    paths = folder / "dictionary.csv", folder / "records.csv"
    for path, content in zip(paths, (dictionary, records), strict=True):
        path.write_bytes(content)
    export = read_redcap_files(*paths)
    draft_redcap(export, packaged_dictionary())
    mapped = redcap_map_of(text, Path("map.toml"))
    place = Path("map.toml")
    return read_redcap(export, mapped, packaged_dictionary(), place=place, data_cut=CUT)


DICTIONARY = dictionary_text(FIELDS).encode()
RECORDS_TEXT = written(RECORDS, COLUMNS_OF_RECORDS).encode()
_GERMAN = ', format = "%d.%m.%Y"'
MADE: dict[str, Callable[[Path, int], SourceTables]] = {
    "csv": lambda at, n: _tidy(at, text_mutant(LABS.encode(), n), "labs.csv", _GERMAN),
    "xlsx": lambda at, n: _tidy(at, binary_mutant(_workbook(), n), "labs.xlsx", ""),
    "parquet": lambda at, n: _tidy(at, binary_mutant(_parquet(), n), "labs.parquet", ""),
    "redcap dictionary": lambda at, n: _redcap(at, text_mutant(DICTIONARY, n), RECORDS_TEXT),
    "redcap records": lambda at, n: _redcap(at, DICTIONARY, text_mutant(RECORDS_TEXT, n)),
    "redcap map": lambda at, n: _redcap(
        at, DICTIONARY, RECORDS_TEXT, _map_mutant(n).decode("utf-8", errors="replace")
    ),
}


def _map_mutant(seed: int) -> bytes:
    lines = MAP.encode().splitlines(keepends=True)
    draw = random.Random(seed)
    kind, at = draw.randrange(4), draw.randrange(len(lines))
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(at, draw.choice(lines))
    elif kind == 2:
        draw.shuffle(lines)
    else:
        whole = bytearray(b"".join(lines))
        for _ in range(4):
            whole[draw.randrange(len(whole))] = draw.randrange(256)
        return bytes(whole)
    return b"".join(lines)


def _read_or_refused(kind: str, folder: Path, seed: int) -> SourceTables | RemitError:
    try:
        return MADE[kind](folder, seed)
    except RemitError as error:
        return error


def _in_this_process(jobs: Sequence[Job], limits: Limits) -> tuple[pa.Table | DatasetError, ...]:
    """What another process would answer, without the start of one for each of many mutants."""
    assert limits.seconds > SLOWEST
    found = list[pa.Table | DatasetError]()
    for job in jobs:
        try:
            found.append(sheets_of(job.path, str(job.options["file"])))
        except DatasetError as error:
            found.append(error)
    return tuple(found)


@pytest.mark.parametrize("kind", MADE)
def test_a_mutant_is_read_or_refused(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet_files, "parse_limited", _in_this_process)
    read = 0
    for seed in range(MUTANTS):
        start = time.perf_counter()
        found = _read_or_refused(kind, tmp_path, seed)
        assert time.perf_counter() - start < SLOWEST, seed
        if isinstance(found, RemitError):
            # What is wrong, what was expected, and what to do.
            assert all((found.what, found.expected, found.next_step)), seed
            continue
        read += 1
        for table, (_, rows) in found.reads.items():
            left = sum(item.rows for item in found.left_out.get(table, ()))
            made = found.tables[table].num_rows + left - rows
            # A question of REDCap that nobody answered is a record in doubt, of no row.
            assert made == 0 or (made > 0 and kind == "redcap records"), seed
    assert 0 < read < MUTANTS


@pytest.mark.parametrize("kind", ["csv", "redcap records"])
def test_nothing_half_written_is_left(kind: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    for seed in range(12):
        try:
            found = MADE[kind](tmp_path, seed)
            write_intake(out / str(seed), found, IntakeChoices("mutants", data_cut=CUT))
        except RemitError:
            assert not (out / str(seed)).exists()
        else:
            assert (out / str(seed) / "manifest.json").is_file()
    assert [path for path in out.iterdir() if path.name.startswith(".")] == []


def _archive(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def _with_sheet(xml: bytes) -> bytes:
    return _archive({**_members(_workbook()), "xl/worksheets/sheet1.xml": xml})


def _members(archive: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(archive)) as old:
        return {name: old.read(name) for name in old.namelist()}


def _bomb() -> bytes:
    """A sheet of 600 MiB of spaces, which this process never holds at once."""
    files = _members(_workbook())
    del files["xl/worksheets/sheet1.xml"]
    made = io.BytesIO(_archive(files))
    with (
        zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("xl/worksheets/sheet1.xml", "w") as sheet,
    ):
        sheet.write(_MAIN)
        for _ in range(600):
            sheet.write(b" " * (1 << 20))
        sheet.write(_END)
    return made.getvalue()


_MAIN = b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
_END = b"</sheetData></worksheet>"
_LAUGHS = b"".join(
    b'<!ENTITY l%d "%s">' % (n, b"&l%d;" % (n - 1) * 10 if n else b"ha" * 10) for n in range(12)
)


# Made when they are asked for: whoever only collects the tests need not wait for them.
GREEDY: dict[str, Callable[[], bytes]] = {
    "bomb": _bomb,
    "laughs": lambda: _with_sheet(b"<!DOCTYPE x [" + _LAUGHS + b"]>" + _MAIN + b"&l11;" + _END),
    "deep": lambda: _with_sheet(b"<a>" * 200_000 + b"</a>" * 200_000),
    "far": lambda: _with_sheet(_MAIN + b'<row r="1"><c r="XFD1048576"><v>1</v></c></row>' + _END),
    "huge number": lambda: _with_sheet(
        _MAIN + b'<row r="1"><c r="A1"><v>1e400</v></c></row>' + _END
    ),
    "no sheet": lambda: _archive({"xl/workbook.xml": b"<workbook/>"}),
    "outside": lambda: _archive({"../../etc/xl/workbook.xml": b"<workbook/>"}),
}


@pytest.mark.parametrize("name", GREEDY)
def test_a_workbook_that_would_take_all_memory_is_refused(tmp_path: Path, name: str) -> None:
    content = GREEDY[name]()
    start = time.perf_counter()
    with pytest.raises(DatasetError):
        _tidy(tmp_path, content, "labs.xlsx", "")
    assert time.perf_counter() - start < SLOWEST, name
