"""By which code of its source a row came to its meaning, as the table `concept_map` tells it.

A row keeps the id that its code was taken for. The code is told where the map has no other that
the row could have had: the one that the row's own text begins with; of a measurement, whose table
has no such text, the only one of that meaning, if a vocabulary resolved all codes of the table.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from remit.facts.arrays import among, rows_at, whole_numbers
from remit.facts.tables import SOURCE_TEXT, TABLES
from remit.facts.vocabulary.code_forms import canonical_code

_HOW: Mapping[str, str] = {
    "standard": "standard",
    "listed": "listed by the dictionary",
    "maps_to": "Maps to",
    "replaced": "replaced",
    "local": "the map of the site",
}


@dataclass(frozen=True, slots=True)
class CodeOrigin:
    """A code of the source, and the id that it was taken for.

    Attributes:
        vocabulary: empty for a code of the source's own.
        how: as `concept_map` has it.

    >>> CodeOrigin("ICD10CM", "M32.14", 4285717, "maps_to").words
    'ICD10CM M32.14 -> 4285717, Maps to'
    """

    vocabulary: str
    code: str
    concept: int
    how: str

    @property
    def words(self) -> str:
        """The code, what it was taken for, and how."""
        return f"{self.vocabulary} {self.code} -> {self.concept}, {_HOW[self.how]}".strip()


@dataclass(frozen=True, slots=True)
class CodedRow:
    """A row as far as it tells by which code it came.

    Attributes:
        text: what stands in it of the source's code.
    """

    table: str
    row: int
    concept: int
    text: str | None


def coded_rows(tables: Mapping[str, pa.Table], rows: Collection[tuple[str, int]]) -> list[CodedRow]:
    """Some rows of some tables, of those whose code a map can tell.

    Args:
        rows: table and key of each.
    """
    found = []
    for name in sorted({table for table, _ in rows} & {"measurement", *SOURCE_TEXT}):
        table, text = TABLES[name], SOURCE_TEXT.get(name)
        assert table.concept is not None, "each of these has a code"
        keys = [row for of, row in rows if of == name]
        held = rows_at(tables[name], among(whole_numbers(tables[name][table.key]), keys))
        texts = [None] * held.num_rows if text is None else held[text].to_pylist()
        ids, concepts = held[table.key].to_pylist(), held[table.concept].to_pylist()
        found += [CodedRow(name, *row) for row in zip(ids, concepts, texts, strict=True)]
    return found


def code_origins(
    concept_map: pa.Table, rows: Iterable[CodedRow], *, resolved: Collection[str]
) -> Mapping[tuple[str, int], CodeOrigin]:
    """Table and row -> by which code it came, of those of which that is certain.

    Args:
        concept_map: rows of that table.
        resolved: the tables of which a vocabulary resolved all codes.
    """
    rows = list(rows)
    ids = {row.concept for row in rows}
    meant = whole_numbers(concept_map["concept_id"], empty=0)
    told = rows_at(concept_map, among(meant, ids)).to_pylist()
    of_concept: dict[int, set[CodeOrigin]] = {}
    for one in told:
        if one["concept_id"] and one["how"] in _HOW:
            origin = CodeOrigin(
                one["source_vocabulary"], one["source_code"], one["concept_id"], one["how"]
            )
            of_concept.setdefault(origin.concept, set()).add(origin)
    found = {}
    for row in rows:
        known = of_concept.get(row.concept, set())
        if row.table in SOURCE_TEXT:
            known = {origin for origin in known if _is_said(origin, row.text or "")}
        elif row.table not in resolved:
            continue
        if len(known) == 1:
            found[row.table, row.row] = next(iter(known))
    return found


def _is_said(origin: CodeOrigin, text: str) -> bool:
    """Whether a text is a code, or begins with it and goes on with its name."""
    code = canonical_code(origin.vocabulary, origin.code)
    words = text.split(maxsplit=1)
    return bool(code) and code in {
        canonical_code(origin.vocabulary, said) for said in (text, *words[:1])
    }
