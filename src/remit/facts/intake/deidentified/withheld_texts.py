"""Texts that may name somebody, taken out of rows: codes, numbers and known units stay."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial

import pyarrow as pa

from remit.facts.adverse_events import NAME as ADVERSE
from remit.facts.event_words import is_class, is_term_of
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
    if table.name == ADVERSE:
        return _without_event_texts(rows)
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


def _without_event_texts(rows: pa.Table) -> pa.Table:
    """Adverse events with words of codelists alone: of their terms those that a dictionary gave.

    A term beside which a system organ class stands is such a term; what was reported is not told.
    """
    for name in ("severity", "causality", "outcome"):
        kept = _texts(rows[name], partial(is_term_of, name), WITHHELD)
        rows = with_column(rows, name, kept)
    rows = with_column(rows, "action", pa.array(map(_known_actions, rows["action"].to_pylist())))
    classes, terms, reported = (
        rows[name].to_pylist() for name in ("body_system", "term", "reported_term")
    )
    known = [is_class(text) for text in classes]
    kept_terms = [term if coded else None for term, coded in zip(terms, known, strict=True)]
    told = [
        WITHHELD if words or (term and not coded) else None
        for term, words, coded in zip(terms, reported, known, strict=True)
    ]
    rows = with_column(rows, "term", pa.array(kept_terms, pa.string()))
    rows = with_column(rows, "reported_term", pa.array(told, pa.string()))
    return with_column(rows, "body_system", _texts(rows["body_system"], is_class, WITHHELD))


def _known_actions(text: str | None) -> str | None:
    parts = () if text is None else (part.strip() for part in text.split(";"))
    return "; ".join(p if is_term_of("action", p) else WITHHELD for p in parts) or None


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
