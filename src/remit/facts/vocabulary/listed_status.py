"""Whether codes that a dictionary lists are what records carry today: valid, and standard."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

import pyarrow as pa

from remit.facts.vocabulary.athena import AthenaVocabulary

Status = Literal["invalid", "replaced", "not_standard"]
# How a code came to its meaning -> what that says of it.
_KEPT: Mapping[str, Status] = {"replaced": "replaced", "maps_to": "not_standard"}


@dataclass(frozen=True, slots=True)
class ListedStatus:
    """What is wrong with a listed id.

    Attributes:
        now: the ids that stand for it now; none where the vocabulary gives none.
    """

    status: Status
    now: tuple[int, ...]


def listed_statuses(book: AthenaVocabulary, ids: Collection[int]) -> Mapping[int, ListedStatus]:
    """The ids that the vocabulary knows and that no record should carry."""
    rows, meanings = book.concepts(ids), book.meanings_of_ids(ids)
    found: dict[int, ListedStatus] = {}
    for code, row in rows.items():
        if row.is_standard:
            continue
        now = tuple(
            meaning.concept
            for meaning in meanings[code]
            if meaning.concept != code and meaning.how != "none"
        )
        status: Status = "not_standard"
        if row.invalid is not None:
            status = "replaced" if row.invalid == "U" else "invalid"
        found[code] = ListedStatus(status, now)
    return found


def kept_statuses(concept_map: pa.Table, ids: Collection[int]) -> Mapping[int, ListedStatus]:
    """The same by what an import with a vocabulary kept of it: see `concept_map`."""
    asked = frozenset(ids)
    found: dict[int, ListedStatus] = {}
    for row in concept_map.to_pylist():
        code, now = row["source_concept_id"], row["concept_id"]
        if code in asked and row["how"] in _KEPT:
            others = found[code].now if code in found else ()
            found[code] = ListedStatus(_KEPT[row["how"]], (*others, now))
    return found
