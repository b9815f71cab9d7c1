"""Where the records behind a verdict come from: code, record and strength of the source."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from remit.criteria.evidence import Evidence
from remit.criteria.reference.values import Found
from remit.facts.dose_basis import STRENGTHS, KnownStrengths
from remit.facts.opened import Facts
from remit.facts.source_records import NAME, references_of
from remit.facts.vocabulary.code_origins import code_origins, coded_rows

NO_STRENGTHS = KnownStrengths()


@dataclass(frozen=True, slots=True)
class SourceTrace:
    """What a dataset keeps of its source, of a few persons.

    Attributes:
        tables: their rows. references: table and row -> what the source calls its record.
        concept_map: the rows of that table; none for most datasets.
        resolved: the tables of which a vocabulary resolved all codes.
        strengths: what is in drugs, by which doses may have been worked out.
    """

    tables: Mapping[str, pa.Table]
    references: Mapping[tuple[str, int], str]
    concept_map: pa.Table
    resolved: Collection[str]
    strengths: KnownStrengths = NO_STRENGTHS

    def traced(self, found: Sequence[Found]) -> Sequence[Found]:
        """The answers of leaves, each record with what is known of its source."""
        has_doses = self.strengths.rows.num_rows > 0
        if not self.references and not self.concept_map.num_rows and not has_doses:
            return found
        rows = {(record.table, record.row) for one in found for record in one.evidence}
        told = coded_rows(self.tables, rows) if self.concept_map.num_rows else []
        origins = code_origins(self.concept_map, told, resolved=self.resolved)
        eras = {row for table, row in rows if table == "dose_era"}
        strengths = self.strengths.of_eras(self.tables, eras) if has_doses else {}

        def with_source(record: Evidence) -> Evidence:
            key = record.table, record.row
            return replace(
                record,
                origin=origins.get(key),
                reference=self.references.get(key),
                strengths=strengths.get(record.row, ()) if record.table == "dose_era" else (),
            )

        return [replace(one, evidence=tuple(map(with_source, one.evidence))) for one in found]


def source_trace(tables: Mapping[str, pa.Table], facts: Facts) -> SourceTrace:
    """What is kept of the source of some persons' rows.

    Args:
        tables: the rows of these persons.
        facts: the dataset, in all of its parts: tables of no person lie in one of them.
    """
    return SourceTrace(
        tables,
        references_of(tables[NAME]),
        facts.rows("concept_map"),
        facts.manifest.resolved,
        KnownStrengths(facts.rows(STRENGTHS), facts.manifest.strengths),
    )
