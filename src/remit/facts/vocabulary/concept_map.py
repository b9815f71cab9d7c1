"""The table `concept_map` of a dataset: what each code of its source was taken to mean, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeMeaning, SourceCode

_COLUMNS = TABLES["concept_map"].schema.names[1:]


@dataclass(frozen=True, slots=True)
class MappedCode:
    """One code of a source, and what it was taken to mean.

    Attributes:
        source_concept: the OMOP id of the code itself, where the source or the vocabulary gives it.
    """

    code: SourceCode
    meanings: tuple[CodeMeaning, ...]
    source_concept: int | None = None


def mapped_codes(meanings: Mapping[SourceCode, tuple[CodeMeaning, ...]]) -> tuple[MappedCode, ...]:
    """What `CodeBook.meanings` answered, as rows of the map."""
    return tuple(MappedCode(code, found) for code, found in meanings.items())


def concept_map_rows(codes: Iterable[MappedCode]) -> pa.Table:
    """The rows of `concept_map`, each said once, in the order of vocabulary and code."""
    return _numbered(
        {
            "source_vocabulary": item.code.vocabulary,
            "source_code": item.code.code,
            "source_concept_id": item.source_concept,
            "concept_id": meaning.concept,
            "how": meaning.how,
            "concept_name": meaning.name,
            "domain_id": meaning.domain,
        }
        for item in codes
        for meaning in item.meanings
    )


def joined_maps(maps: Iterable[pa.Table]) -> pa.Table:
    """Several maps as one: what two say alike stands once."""
    return _numbered(row for one in maps for row in one.select(_COLUMNS).to_pylist())


def _numbered(rows: Iterable[Mapping[str, object]]) -> pa.Table:
    said = {tuple(row[name] for name in _COLUMNS) for row in rows}
    ordered = sorted(said, key=lambda one: tuple((part is not None, part) for part in one))
    made = [
        {"concept_map_id": number, **dict(zip(_COLUMNS, one, strict=True))}
        for number, one in enumerate(ordered, start=1)
    ]
    return pa.Table.from_pylist(made, schema=TABLES["concept_map"].schema)
