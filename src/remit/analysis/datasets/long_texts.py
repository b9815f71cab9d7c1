"""Texts that are longer than a transport file takes: continued in further columns, never cut.

As SDTM does it (SDTMIG 3.4, 4.5.3): the first 200 bytes stand in the column, the next ones in a
column of its name with a number at the end.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc

from remit.analysis.datasets.dataset_columns import (
    LONGEST_LABEL,
    LONGEST_NAME,
    LONGEST_TEXT,
    AnalysisDataset,
    DatasetColumn,
)
from remit.errors import DatasetError


def text_parts(text: str, *, longest: int = LONGEST_TEXT) -> list[str]:
    """A text in parts of so many bytes of UTF-8; joined they are the text again.

    No letter is parted, and no part but the last ends with a blank, which would be lost; a run of
    blanks that fills a part alone is.

    >>> text_parts("one two", longest=4), text_parts("aäa", longest=2)
    (['one', ' two'], ['a', 'ä', 'a'])
    """
    parts = []
    left = text
    while len(left.encode()) > longest:
        head = left.encode()[:longest].decode(errors="ignore")
        cut = len(head.rstrip()) if not head.isspace() else len(head)
        parts.append(left[:cut])
        left = left[cut:]
    return [*parts, left]


def with_parts(dataset: AnalysisDataset) -> AnalysisDataset:
    """The dataset with further columns for what is too long for one.

    Raises:
        DatasetError: a text by which rows are told apart, or one of a list, is too long.
    """
    columns, arrays = list[DatasetColumn](), list[pa.ChunkedArray]()
    taken = {column.name for column in dataset.columns}
    for column in dataset.columns:
        values = dataset.rows[column.name]
        columns.append(column)
        if column.kind != "text" or not _longest(values) > LONGEST_TEXT:
            arrays.append(values)
            continue
        if column.name in dataset.keys or column.is_listed or column.origin == "Predecessor":
            raise _too_long(dataset.name, column, _longest(values))
        parts = [[] if one is None else text_parts(one) for one in values.to_pylist()]
        for number in range(max(map(len, parts))):
            if number:
                columns.append(_further(column, number, taken))
                taken.add(columns[-1].name)
            arrays.append(
                pa.chunked_array(
                    [[part[number] if number < len(part) else None for part in parts]], pa.string()
                )
            )
    names = [column.name for column in columns]
    return replace(dataset, columns=tuple(columns), rows=pa.table(arrays, names=names))


def _longest(values: pa.ChunkedArray) -> int:
    """Bytes of the longest text."""
    return int(pc.max(pc.binary_length(values)).as_py() or 0)


def _further(column: DatasetColumn, number: int, taken: set[str]) -> DatasetColumn:
    end = str(number)
    name = f"{column.name[: LONGEST_NAME - len(end)]}{end}"
    assert name not in taken, f"{name} is another column already"
    told = f" ({number + 1})"
    label = f"{column.label[: LONGEST_LABEL - len(told)]}{told}"
    source = f"What {column.name} has no room for, as it goes on."
    return replace(column, name=name, label=label, source=source)


def _too_long(dataset: str, column: DatasetColumn, got: int) -> DatasetError:
    what = "the id of a person or study" if column.name.endswith("ID") else "a text"
    return DatasetError(
        f"{what} is too long for the column {column.name} of {dataset}",
        expected=f"up to {LONGEST_TEXT} bytes, which a SAS transport file of version 5 takes",
        got=f"{got} bytes",
        next_step="give it a shorter id or title where it comes from, or leave out --adam",
    )
