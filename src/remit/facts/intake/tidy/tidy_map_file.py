"""Reading a map from its file: every fault of it is told in one run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from remit.facts.dictionary import Dictionary
from remit.facts.intake.sources.map_file import MapForm, fault_words
from remit.facts.intake.tidy.tidy_map import KIND, VERSION, MappedSheet, TidyMap
from remit.facts.intake.tidy.tidy_map_faults import sheet_faults

_FORM = MapForm(
    kind=KIND,
    version=VERSION,
    what="an import",
    quoted='names stand in quotes: "erfüllt" = "fulfilled"',
    drafted_by="remit facts import tidy FILE… --draft-map MAP.toml",
    page="docs/how-to/own-patients.md",
)


def read_tidy_map(path: Path, dictionary: Dictionary) -> TidyMap:
    """The map in a file.

    Raises:
        DatasetError: the file cannot be read, is no map, or says what cannot be; with all faults.
    """
    return tidy_map_of(_FORM.text_of(path), dictionary, path)


def tidy_map_of(text: str, dictionary: Dictionary, path: Path) -> TidyMap:
    """The map that a text says.

    Args:
        path: where it stands, for errors.

    Raises:
        DatasetError: it is no map, or says what cannot be; with all faults.
    """
    data = _FORM.tables(text, path)
    try:
        found = TidyMap.model_validate(data)
    except ValidationError as error:
        faults = [f"{_where(fault['loc'], data)}: {fault_words(fault)}" for fault in error.errors()]
        raise _FORM.refusal(faults, path) from None
    faults = [
        f"{_title(sheet)}: {fault}"
        for sheet in found.table
        for fault in sheet_faults(sheet, dictionary)
    ]
    if faults:
        raise _FORM.refusal(faults, path)
    return found


def _title(sheet: MappedSheet) -> str:
    return sheet.file if sheet.sheet is None else f"{sheet.file}, sheet {sheet.sheet}"


def _where(place: tuple[int | str, ...], data: Mapping[str, object]) -> str:
    """The place of a fault in words: the sheet by its file, then the keys."""
    keys = [str(key) for key in place if not str(key).endswith("ColumnUse") and key != "str"]
    tables = data.get("table")
    if keys[:1] == ["table"] and len(keys) > 1 and isinstance(tables, list):
        table = tables[int(keys[1])]
        file = table.get("file", f"table {keys[1]}") if isinstance(table, dict) else keys[1]
        keys = [str(file), *keys[2:]]
    return ".".join(keys)
