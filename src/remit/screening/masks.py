"""Masks of reasons of many persons in little room: a byte or two a person, and the kinds there are.

A criterion is unknown for few different sets of reasons; four bytes a cell would take gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import Masks
from remit.facts.arrays import distinct
from remit.facts.selection import taken
from remit.truth import Reason

Kinds = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True, slots=True)
class MaskColumn:
    """Bit masks of `Reason`, one a person.

    Attributes:
        kinds: the distinct masks. `kind` is the place of each person's among them.
    """

    kinds: Masks
    kind: Kinds

    def __len__(self) -> int:
        return len(self.kind)

    def __getitem__(self, place: int) -> int:
        return int(self.kinds[self.kind[place]])

    @property
    def masks(self) -> Masks:
        """One mask a person, shape (persons,)."""
        return np.asarray(self.kinds[self.kind], np.int32)

    def counts(self) -> Iterator[tuple[int, int]]:
        """Each mask that occurs, and of how many persons."""
        numbers = np.bincount(self.kind, minlength=len(self.kinds)).tolist()
        for mask, number in zip(self.kinds.tolist(), numbers, strict=True):
            if number:
                yield mask, number

    def within(self, allowed: int) -> npt.NDArray[np.bool_]:
        """Whose mask has no reason beside the allowed ones."""
        return np.asarray(((self.kinds & ~allowed) == 0)[self.kind], np.bool_)


def mask_column(masks: Masks) -> MaskColumn:
    """A column from one mask a person."""
    kinds, kind = np.unique(masks, return_inverse=True)
    return MaskColumn(kinds, kind.astype(np.min_scalar_type(max(len(kinds) - 1, 0))))


def same_mask(mask: int, count: int) -> MaskColumn:
    """One mask for all."""
    return MaskColumn(np.array([mask], np.int32), np.zeros(count, np.uint8))


class MaskKinds:
    """The distinct masks met so far; each is looked up, not sorted for. Threads may ask at once."""

    def __init__(self) -> None:
        # From 1 on, 0 where a mask was not met: zeros take no memory until they are written.
        self._place = np.zeros(1 << len(Reason), np.uint16)
        self._kinds: list[int] = []
        self._lock = Lock()

    @property
    def kinds(self) -> Masks:
        """The masks, in the order in which they were met."""
        return np.array(self._kinds, np.int32)

    def places(self, masks: Masks) -> Kinds:
        """The place of each mask among `kinds`."""
        place = taken(self._place, masks)
        new = place == 0
        if new.any():
            with self._lock:
                for mask in distinct(masks[new]).tolist():
                    if self._place[mask] == 0:
                        self._kinds.append(mask)
                        self._place[mask] = len(self._kinds)
            place = taken(self._place, masks)
        place -= np.uint16(1)
        return place if len(self._kinds) > 256 else place.astype(np.uint8)
