"""Refereed tables as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Literal

from remit.analysis.referee.refereed_tables import Refereed
from remit.analysis.referee.rulings import RefereedNumber
from remit.views.json import PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereedNumberPart:
    """A printed number: its ruling, the methods that give it of those tried, the arithmetic."""

    row: str
    number: str
    printed: str
    ruling: str
    by: tuple[str, ...]
    tried: tuple[str, ...]
    arithmetic: tuple[str, ...]
    line: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereedTablePart:
    """A table: `method` as its source states it, every printed number once."""

    id: str
    title: str
    citation: str
    method: str
    notes: tuple[str, ...]
    habits: tuple[str, ...]
    numbers: tuple[RefereedNumberPart, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RefereePage:
    """All tables of a file, and how many numbers have each ruling."""

    __pydantic_config__: ClassVar = PAGE

    kind: Literal["remit.referee"] = "remit.referee"
    version: Literal[1] = 1
    source: str
    counts: Mapping[str, int]
    tables: tuple[RefereedTablePart, ...]


def referee_page(found: Refereed) -> RefereePage:
    """The page of some refereed tables."""
    return RefereePage(
        source=found.source,
        counts={ruling.value: count for ruling, count in found.counts.items()},
        tables=tuple(
            RefereedTablePart(
                id=one.table.id,
                title=one.table.title,
                citation=one.table.citation,
                method=one.table.method,
                notes=one.table.notes,
                habits=one.habits,
                numbers=tuple(_part(number) for number in one.numbers),
            )
            for one in found.tables
        ),
    )


def _part(number: RefereedNumber) -> RefereedNumberPart:
    return RefereedNumberPart(
        row=number.row,
        number=number.number,
        printed=number.printed,
        ruling=number.ruling.value,
        by=number.by,
        tried=number.tried,
        arithmetic=number.arithmetic,
        line=number.line,
    )
