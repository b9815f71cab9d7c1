"""Masks of reasons of many persons in little room: a byte or two a person, and the kinds there are.

A criterion is unknown for few different sets of reasons; four bytes a cell would take gigabytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from remit.criteria.columns.logic import Masks
from remit.truth import Reason


@dataclass(frozen=True, slots=True)
class MaskColumn:
    """Bit masks of `Reason`, one a person.

    Attributes:
        kinds: the distinct masks. `kind` is the place of each person's among them.
    """

    kinds: Masks
    kind: npt.NDArray[np.unsignedinteger]

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


class MaskColumns:
    """Collects masks part by part; each kind is looked up, not sorted for."""

    def __init__(self, names: Iterable[str]) -> None:
        self._place = np.full(1 << len(Reason), -1, np.int16)
        self._kinds: list[int] = []
        self._parts: dict[str, list[npt.NDArray[np.int16]]] = {name: [] for name in names}

    def add(self, name: str, masks: Masks) -> None:
        """The masks of one criterion for the persons of one more part."""
        kind = self._place.take(masks)
        new = kind < 0
        if new.any():
            for mask in np.unique(masks[new]).tolist():
                self._place[mask] = len(self._kinds)
                self._kinds.append(mask)
            kind = self._place.take(masks)
        self._parts[name].append(kind if len(self._kinds) > 256 else kind.astype(np.uint8))

    def columns(self) -> Mapping[str, MaskColumn]:
        """What was collected."""
        kinds = np.array(self._kinds, np.int32)
        empty = np.zeros(0, np.uint8)
        return {
            name: MaskColumn(kinds, np.concatenate(parts) if parts else empty)
            for name, parts in self._parts.items()
        }
