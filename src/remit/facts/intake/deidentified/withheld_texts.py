"""Texts that may name somebody, taken out of rows: codes, numbers and known units stay."""

from __future__ import annotations

import re
from collections.abc import Callable

import pyarrow as pa

from remit.facts.tables import FactTable
from remit.units import find_unit

WITHHELD = "(withheld)"
# A code of ICD-10 or ICD-10-CM, of ATC, of LOINC: shapes that no name and no number of a file has.
_CODE = re.compile(
    r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?|[A-Z][0-9]{2}[A-Z]{2}[0-9]{2}|[0-9]{1,5}-[0-9]"
)
_NUMBER = re.compile(r"([<>≤≥]=?|=[<>])?\s?([+-]?[0-9]{1,9}([.,][0-9]{1,9})?|1\s?:\s?[0-9]{1,6})")


def with_column(rows: pa.Table, name: str, column: pa.Array | pa.ChunkedArray) -> pa.Table:
    place = rows.schema.get_field_index(name)
    return rows.set_column(place, rows.schema.field(place), column.cast(rows.schema.types[place]))


def without_texts(table: FactTable, rows: pa.Table) -> pa.Table:
    """The rows without text that a person wrote."""
    for column in table.columns:
        if column.type != "text" or column.name in {"study", "anchor", "item"}:
            continue
        if column.name == "unit_source_value":
            kept = _texts(rows[column.name], _known_unit, WITHHELD)
        elif column.name in {"value_source_value", "signed_by"}:
            # A comment in place of a number stays one, and an answer that somebody signed, signed.
            number = _NUMBER if column.name == "value_source_value" else None
            kept = _texts(rows[column.name], _like(number), WITHHELD)
        else:
            kept = _texts(rows[column.name], _like(_CODE), None)
        rows = with_column(rows, column.name, kept)
    return rows


def _like(pattern: re.Pattern[str] | None) -> Callable[[str], bool]:
    return lambda text: pattern is not None and pattern.fullmatch(text.strip()) is not None


def _known_unit(text: str) -> bool:
    return find_unit(omop_id=None, text=text) is not None


def _texts(
    column: pa.ChunkedArray, stays: Callable[[str], bool], other: str | None
) -> pa.ChunkedArray:
    """A column of texts, each that may not stay as `other`; each distinct text is asked once."""
    coded = column.combine_chunks().dictionary_encode()
    words = [
        text if text is None or not text.strip() or stays(text) else other
        for text in coded.dictionary.to_pylist()
    ]
    return pa.chunked_array([pa.array(words, pa.string()).take(coded.indices)])
