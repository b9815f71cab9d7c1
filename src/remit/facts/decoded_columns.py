"""Columns of row groups that were decoded, kept for whoever asks next: a notebook screens again.

Only so many bytes are kept, those used last. A dataset of many parts keeps none: whoever reads part
after part comes back to the first when its columns have long made room for others.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping, Sequence
from threading import Lock

import pyarrow as pa

MOST = 64 << 20  # bytes
_Key = tuple[Hashable, str, int]


class DecodedColumns:
    """The columns that were used last, up to so many bytes. Threads may ask at once."""

    def __init__(self, most: int = MOST) -> None:
        self._most, self._size = most, 0
        self._held: OrderedDict[_Key, tuple[pa.Field, pa.ChunkedArray]] = OrderedDict()
        self._lock = Lock()

    def rows(
        self,
        file: Hashable,
        columns: Sequence[str],
        groups: Mapping[int, int],
        decode: Callable[[list[int], list[str]], pa.Table],
    ) -> pa.Table:
        """Columns of the rows of some row groups; what is not kept is decoded.

        Args:
            file: tells whose columns they are, and in which form.
            groups: the row groups in order -> how many rows each has.
            decode: gives columns of row groups.
        """
        found = self._kept(file, columns, groups)
        missing = [group for group in groups if any((name, group) not in found for name in columns)]
        if missing or not groups:
            names = [name for name in columns if any((name, n) not in found for n in missing)]
            decoded = decode(missing, names or list(columns))
            if not groups:
                return decoded
            begin = 0
            for group in missing:
                for name in names:
                    piece = decoded[name].slice(begin, groups[group])
                    found[name, group] = decoded.schema.field(name), piece
                    self._keep((file, name, group), found[name, group])
                begin += groups[group]
        fields = [found[name, next(iter(groups))][0] for name in columns]
        held = [
            pa.chunked_array([chunk for n in groups for chunk in found[field.name, n][1].chunks])
            for field in fields
        ]
        return pa.Table.from_arrays(held, schema=pa.schema(fields))

    def _kept(
        self, file: Hashable, columns: Sequence[str], groups: Mapping[int, int]
    ) -> dict[tuple[str, int], tuple[pa.Field, pa.ChunkedArray]]:
        found = {}
        with self._lock:
            for name in columns:
                for group in groups:
                    key = file, name, group
                    if key in self._held:
                        self._held.move_to_end(key)
                        found[name, group] = self._held[key]
        return found

    def _keep(self, key: _Key, column: tuple[pa.Field, pa.ChunkedArray]) -> None:
        with self._lock:
            if key in self._held:
                self._size -= self._held.pop(key)[1].nbytes
            self._held[key] = column
            self._size += column[1].nbytes
            while self._size > self._most:
                self._size -= self._held.popitem(last=False)[1][1].nbytes
