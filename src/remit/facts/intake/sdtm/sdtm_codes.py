"""Which codes the rows of a domain carry, and what a vocabulary says of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import pyarrow as pa

from remit.facts.intake.sdtm.sdtm_map import SdtmMap
from remit.facts.intake.sdtm.sdtm_rows import DomainRows
from remit.facts.intake.sdtm.sdtm_terms import sdtm_terms
from remit.facts.vocabulary.code_book import CodeBook, CodeMeaning, SourceCode
from remit.facts.vocabulary.concept_map import concept_map_rows, mapped_codes


def code_columns(domain: str, names: Iterable[str], sdtm_map: SdtmMap) -> Mapping[str, str]:
    """The columns of a domain that hold codes, and the vocabulary of each; the map goes first.

    Args:
        names: of its columns and of its supplemental qualifiers.

    >>> code_columns("LB", ["LBLOINC", "LBTEST"], SdtmMap())
    {'LBLOINC': 'LOINC'}
    """
    found = {}
    for name in names:
        known = sdtm_map.codes.get(name)
        if known is None and name.startswith(domain):
            known = sdtm_terms().code_columns.get(name[len(domain) :])
        if known is not None:
            found[name] = known
    return found


def row_codes(
    rows: DomainRows, supplements: Mapping[str, Sequence[str | None]], sdtm_map: SdtmMap
) -> Sequence[tuple[SourceCode, ...]]:
    """The codes of each row, those of standard columns first."""
    held = {**rows.columns, **supplements}
    columns = code_columns(rows.domain, held, sdtm_map)
    if not columns:
        return [()] * len(rows)
    cells = zip(*(held[name] for name in columns), strict=True)
    names = tuple(columns.values())
    return [tuple(_codes(zip(names, row, strict=True))) for row in cells]


def _codes(cells: Iterable[tuple[str, str | None]]) -> Iterator[SourceCode]:
    for vocabulary, text in cells:
        if text is not None and text.strip():
            yield SourceCode(vocabulary, text.strip())


class Meanings:
    """What codes mean, asked once for all codes of a study."""

    def __init__(self, book: CodeBook, codes: Iterable[SourceCode]) -> None:
        self._found = book.meanings(frozenset(codes))

    def rows(self) -> pa.Table:
        """The rows of `concept_map`: what each code was taken to mean, and how."""
        return concept_map_rows(mapped_codes(self._found))

    def of(self, codes: Sequence[SourceCode]) -> tuple[CodeMeaning, ...]:
        """The meanings of the first code that has one; none where nothing knows them."""
        for code in codes:
            known = tuple(m for m in self._found.get(code, ()) if m.concept)
            if known:
                return known
        return ()
