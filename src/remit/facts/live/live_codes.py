"""What the codes of a live source mean by a vocabulary, and which of its rows that makes wanted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from remit.facts.live.source import CodeGroup, Wanted
from remit.facts.vocabulary.code_resolution import Resolution, RowCode
from remit.facts.vocabulary.fresh_ids import FreshIds


@dataclass(frozen=True, slots=True)
class RowGroup:
    """The rows of a table that say the same of their code.

    Attributes:
        code: what they say, as an import reads it.
        concept, source: the ids by which they are found in the source; 0 for none.
        first, last: the least and the greatest key of the rows; None where they have none.
    """

    code: RowCode
    concept: int
    source: int
    rows: int
    first: int | None
    last: int | None


@dataclass(frozen=True, slots=True, eq=False)
class LiveCodes:
    """Where rows of a source's tables belong, and under which codes.

    Attributes:
        groups: table -> what its rows say of their codes.
        fresh: knows the ids of rows that stand in another table, or twice.
    """

    resolution: Resolution
    groups: Mapping[str, tuple[RowGroup, ...]]
    fresh: FreshIds
    _leading: Mapping[tuple[str, str], Mapping[int, tuple[RowGroup, ...]]] = field(
        init=False, repr=False
    )

    def __post_init__(self) -> None:
        leading: dict[tuple[str, str], dict[int, tuple[RowGroup, ...]]] = {}
        for name, groups in self.groups.items():
            for group in groups:
                for target in self.resolution.targets_of(name, group.code):
                    there = leading.setdefault((name, target.table), {})
                    there[target.concept] = (*there.get(target.concept, ()), group)
        object.__setattr__(self, "_leading", leading)

    @property
    def tables(self) -> frozenset[str]:
        """The tables with codes: those of the source, and those that its rows belong in."""
        return frozenset(self.groups) | {name for _, name in self._leading}

    @property
    def mapped(self) -> frozenset[str]:
        """The tables whose codes the vocabulary resolved."""
        held = {name for name, groups in self.groups.items() if groups}
        return self.resolution.mapped & held

    def behind(self, name: str) -> tuple[str, ...]:
        """The tables whose rows are rows of one; that itself first."""
        found = [source for source, target in self._leading if target == name]
        return tuple(sorted(found, key=lambda source: source != name))

    def codes(self, source: str, name: str) -> frozenset[int]:
        """The codes under which rows of one table are rows of another, or its own."""
        return frozenset(self._leading.get((source, name), ()))

    def wanted(self, source: str, name: str, wanted: Wanted) -> Wanted | None:
        """Which rows of one table are wanted as rows of another; None for no row.

        Some more may come: rows without an id that differ in their texts.
        """
        there = self._leading.get((source, name), {})
        if source != name and wanted.keys is not None:  # those are the table's own
            return None
        if wanted.concepts is None:
            if source == name:
                return wanted
            chosen = [group for groups in there.values() for group in groups]
        else:
            asked = frozenset(wanted.concepts)
            chosen = [group for code in asked & there.keys() for group in there[code]]
        return asked_groups(chosen, wanted) if chosen else None

    def moved_rows(self, name: str) -> int:
        """How many rows of other tables are rows of one."""
        return sum(
            group.rows
            for source in self.behind(name)
            if source != name
            for group in {
                group for groups in self._leading[source, name].values() for group in groups
            }
        )


def asked_groups(groups: Collection[RowGroup], wanted: Wanted) -> Wanted:
    """The rows of some groups."""
    return replace(
        wanted,
        concepts=frozenset(group.concept for group in groups),
        sources=frozenset(group.source for group in groups if group.concept == 0),
    )


def plain_groups(groups: Collection[RowGroup]) -> tuple[CodeGroup, ...]:
    """The rows by their codes alone, before these are resolved."""
    found: dict[int, CodeGroup] = {}
    for group in groups:
        code, before = group.code.concept, found.get(group.code.concept)
        rows, ends = group.rows, [key for key in (group.first, group.last) if key is not None]
        if before is not None:
            rows += before.rows
            ends += [key for key in (before.first, before.last) if key is not None]
        found[code] = CodeGroup(code, rows, min(ends, default=None), max(ends, default=None))
    return tuple(found.values())
