"""The table DRUG_STRENGTH of a folder of OMOP tables, and the drugs that it is asked about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pyarrow as pa

from remit.facts.intake.omop.drug_strengths import (
    COLUMNS,
    NO_STRENGTHS,
    DrugStrengths,
    strengths_of,
)
from remit.facts.intake.omop.omop_columns import Reading, typed_codes_of
from remit.facts.intake.omop.omop_files import read_batches
from remit.facts.intake.omop.omop_places import TableSource
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeBook
from remit.facts.vocabulary.code_resolution import RowCode
from remit.facts.vocabulary.moved_rows import SOURCE_CODES
from remit.facts.vocabulary.resolved_tables import row_codes
from remit.facts.vocabulary.strength_rows import NAME
from remit.facts.vocabulary.vocabulary_files import stated_version

_DRUGS = TABLES["drug_exposure"]
_VERSION = ("vocabulary_id", "vocabulary_version")


def read_strengths(
    sources: Mapping[str, TableSource], book: CodeBook | None, reading: Reading
) -> DrugStrengths:
    """What is in the drugs of the OMOP tables of a folder.

    Args:
        reading: how their codes are read.
    """
    own = sources.get(NAME)
    if own is not None and not any(b.num_rows for b in read_batches(own, COLUMNS[:1])):
        own = None
    if own is None and book is None:
        return NO_STRENGTHS
    codes = set[RowCode]()
    for rows in _code_rows(sources.get(_DRUGS.name), reading):
        found = row_codes(_DRUGS.name, rows)[0]
        # Without a book a text means nothing.
        codes.update(code for code in found if code.concept or book is not None)
    return strengths_of(
        codes,
        own=None if own is None else lambda _: read_batches(own, COLUMNS),
        own_version=lambda: _version(sources.get("vocabulary")),
        book=book,
    )


def _code_rows(records: TableSource | None, reading: Reading) -> Iterator[pa.Table]:
    """What the records of drugs say of their codes; what is odd is counted when they are read."""
    if records is None:
        return
    apart = Reading(by_source=reading.by_source, of_remit=reading.of_remit)
    names = (_DRUGS.concept, "drug_source_value", SOURCE_CODES[_DRUGS.name])
    for batch in read_batches(records, [name for name in names if name]):
        yield pa.Table.from_pydict(dict(typed_codes_of(batch, _DRUGS, apart)))


def _version(source: TableSource | None) -> str | None:
    return None if source is None else stated_version(read_batches(source, _VERSION))
