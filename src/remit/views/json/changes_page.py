"""What changed since an earlier screening, as a part of the JSON of a screening."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from remit.screening.changes import Changes


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangePart:
    """A person who stands otherwise in a cohort (null: the whole study) than she did.

    `person` is the id as it came; `was` and `now` are null where she was not in the data.
    `causes` says by criterion what changed it; the key is empty for a death.
    """

    person: str
    cohort: str | None
    change: str
    was: str | None
    now: str | None
    causes: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SincePart:
    """The changes since an earlier screening.

    `records_known` is false where that holds no records, so that none can be named.
    """

    data_cut: str
    records_known: bool
    changes: tuple[ChangePart, ...]


def since_part(changes: Changes) -> SincePart:
    """The changes, in their order."""
    return SincePart(
        data_cut=changes.earlier.data_cut.isoformat(),
        records_known=changes.known,
        changes=tuple(
            ChangePart(
                person=row.name,
                cohort=row.cohort,
                change=row.kind,
                was=None if row.was is None else row.was.word,
                now=None if row.now is None else row.now.word,
                causes=row.causes,
            )
            for row in changes.rows
        ),
    )
