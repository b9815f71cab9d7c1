"""Which rows an import of a live source makes of other tables: eras, parts of visits and doses."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from remit.facts.dose_basis import NAME as BASIS
from remit.facts.intake.omop.drug_strengths import NO_STRENGTHS, DrugStrengths
from remit.facts.live.source import CodeGroup
from remit.facts.tables import TABLES

DOSES = ("dose_era", BASIS)


@dataclass(frozen=True, slots=True)
class MadeTables:
    """What is made of which table.

    Attributes:
        raw: table of Remit -> the raw tables of which rows go there.
        ancestry: rows of `concept_ancestor` about the codes of the source.
        last: table of Remit -> the greatest id that the source has.
        strengths: what is in the drugs; `has_doses`: whether doses are made of them.
    """

    raw: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ancestry: pa.Table = field(default_factory=TABLES["concept_ancestor"].schema.empty_table)
    last: Mapping[str, int] = field(default_factory=dict)
    strengths: DrugStrengths = NO_STRENGTHS
    has_doses: bool = False

    @property
    def tables(self) -> frozenset[str]:
        """The tables of Remit of which rows are made."""
        return frozenset(self.raw) | (frozenset(DOSES) if self.has_doses else frozenset())

    def codes(self, groups: Mapping[str, Collection[CodeGroup]]) -> Mapping[str, frozenset[int]]:
        """Table -> the codes that rows which are made may carry."""
        found = {
            name: frozenset(group.code for raw in tables for group in groups.get(raw, ()))
            for name, tables in self.raw.items()
        }
        if self.has_doses:
            found["dose_era"] = frozenset(one for one, _, _ in self.strengths.single.values())
        return found
