"""The table `concept_map` of a dataset: what each code of its source was taken to mean, and how."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeMeaning, SourceCode


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
    said = {
        (
            item.code.vocabulary,
            item.code.code,
            meaning.concept,
            item.source_concept,
            meaning.how,
            meaning.name,
            meaning.domain,
        )
        for item in codes
        for meaning in item.meanings
    }
    rows = [
        {
            "concept_map_id": number,
            "source_vocabulary": vocabulary,
            "source_code": code,
            "source_concept_id": source,
            "concept_id": concept,
            "how": how,
            "concept_name": name,
            "domain_id": domain,
        }
        for number, (vocabulary, code, concept, source, how, name, domain) in enumerate(
            sorted(said, key=lambda one: tuple((part is not None, part) for part in one)), start=1
        )
    ]
    return pa.Table.from_pylist(rows, schema=TABLES["concept_map"].schema)
