"""Supplemental qualifiers, brought to the rows that they belong to.

Source: SDTM Implementation Guide 3.4, section 8.4: a row of SUPP-- names its parent by USUBJID and
the value (IDVARVAL) of one of its columns (IDVAR); where both are empty it belongs to the person.
Only what names a code is read; the other qualifiers are counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from remit.facts.intake.sdtm.files.sdtm_cells import plain_key
from remit.facts.intake.sdtm.sdtm_rows import DomainRows

_WITHOUT = "the person"


@dataclass(frozen=True, slots=True)
class Supplements:
    """What the supplemental qualifiers of a domain say.

    Attributes:
        columns: QNAM -> cells, one a row of the domain; of the qualifiers that were asked.
        joined: how many rows belong to a row of the domain. lost: how many belong to none.
        unread: QNAM -> rows of the qualifiers that were not asked.
        twice: how many say otherwise than another row for the same parent: those say nothing.
    """

    columns: Mapping[str, Sequence[str | None]]
    joined: int = 0
    lost: int = 0
    unread: Mapping[str, int] | None = None
    twice: int = 0


def supplements_of(
    parent: DomainRows, supplement: DomainRows, asked: Collection[str]
) -> Supplements:
    """The qualifiers of a domain beside its rows.

    Args:
        asked: the names (QNAM) of those that are read.
    """
    places = _places(parent, {str(word) for word in supplement.column("IDVAR") if word})
    columns: dict[str, list[str | None]] = {}
    unread: Counter[str] = Counter()
    joined = lost = twice = 0
    closed: set[tuple[str, int]] = set()
    number = f"{parent.domain}SEQ"
    for person, column, value, name, said in supplement.cells(
        "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"
    ):
        key = (column or _WITHOUT, person, plain_key(value) if column else None)
        found = places.get(key, ()) if value or not column else ()
        if not found or (column == number and len(found) > 1):
            lost += 1  # a number that several rows have tells none of them
            continue
        joined += 1
        word = (name or "").upper()
        if word not in asked:
            unread[word] += 1
            continue
        cells = columns.setdefault(word, [None] * len(parent))
        for at in found:
            if cells[at] is not None and cells[at] != said:
                closed.add((word, at))
                twice += 1
            cells[at] = said
    for word, at in closed:
        columns[word][at] = None
    return Supplements(columns, joined, lost, dict(unread.most_common()), twice)


_Key = tuple[str, str | None, str | None]


def _places(parent: DomainRows, names: Collection[str]) -> Mapping[_Key, list[int]]:
    """Where the rows of a domain stand, by person and the value of each column that is named."""
    found: dict[_Key, list[int]] = {}
    persons = parent.column("USUBJID")
    for at, person in enumerate(persons):
        found.setdefault((_WITHOUT, person, None), []).append(at)
    for name in names:
        for at, (person, value) in enumerate(zip(persons, parent.column(name), strict=True)):
            found.setdefault((name, person, plain_key(value)), []).append(at)
    return found
