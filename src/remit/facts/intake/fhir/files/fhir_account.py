"""What became of each resource of FHIR: written, united, refused by rule, or not read.

Counts and up to five ids of resources a rule; never what was found in a patient.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remit.facts.intake.accounting.report import Fate, LeftOut

SHOWN = 5
_LONGEST = 70  # signs of an id


@dataclass(slots=True)
class _Rule:
    resources: int = 0
    keys: list[str] = field(default_factory=list)
    on_purpose: bool = True
    fate: Fate = "refused"


@dataclass(slots=True)
class FhirAccount:
    """Resources by type; it grows while files are read.

    Attributes:
        read: type -> resources that were found, of the types that are read.
        unread: type -> resources of the types that are not.
        rules: type and rule -> the resources that were left out by it.
    """

    read: Counter[str] = field(default_factory=Counter)
    unread: Counter[str] = field(default_factory=Counter)
    rules: dict[tuple[str, str], _Rule] = field(default_factory=dict)

    def refuse(
        self,
        kind: str,
        rule: str,
        keys: Iterable[str],
        *,
        count: int = 1,
        on_purpose: bool = False,
        fate: Fate = "refused",
    ) -> None:
        """Count resources that were left out."""
        held = self.rules.setdefault((kind, rule), _Rule())
        held.resources += count
        held.on_purpose &= on_purpose
        held.fate = fate
        if len(held.keys) < SHOWN:
            held.keys.extend(key[:_LONGEST] for key in keys)
            del held.keys[SHOWN:]

    def join(self, later: FhirAccount) -> None:
        """Add what became of the resources that follow."""
        self.read.update(later.read)
        self.unread.update(later.unread)
        for (kind, rule), held in later.rules.items():
            self.refuse(
                kind,
                rule,
                held.keys,
                count=held.resources,
                on_purpose=held.on_purpose,
                fate=held.fate,
            )

    def left_out(self, tables: Mapping[str, str]) -> Mapping[str, tuple[LeftOut, ...]]:
        """By the table that the resources would have been rows of."""
        found: dict[str, list[LeftOut]] = {}
        for (kind, rule), held in self.rules.items():
            if kind in tables:
                found.setdefault(tables[kind], []).append(
                    LeftOut(
                        f"{kind}: {rule}",
                        held.resources,
                        tuple(held.keys),
                        held.on_purpose,
                        held.fate,
                    )
                )
        return {table: tuple(items) for table, items in found.items()}
