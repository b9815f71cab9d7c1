"""A quotation mark that nobody closes takes in no row without a word."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.csv as csv
import pytest

from remit.facts.csv_ends import MarkedStream, rows_before_end

HEAD = ["person_id", "day", "text"]


def _rows(text: str, *, block: int = 1 << 20) -> list[dict[str, str]]:
    stream = pa.PythonFile(MarkedStream(io.BytesIO(text.encode()), len(HEAD), ","), mode="r")
    with csv.open_csv(
        stream,
        read_options=csv.ReadOptions(block_size=block),
        parse_options=csv.ParseOptions(newlines_in_values=True),
        convert_options=csv.ConvertOptions(column_types=dict.fromkeys(HEAD, pa.string())),
    ) as reader:
        batches: Iterator[pa.RecordBatch] = iter(reader)
        read = list(rows_before_end(batches, HEAD, ","))
        found: list[dict[str, str]] = pa.Table.from_batches(read, reader.schema).to_pylist()
        return found


@pytest.mark.parametrize("end", ["", "\n", "\n\n"])
@pytest.mark.parametrize("block", [64, 1 << 20])
def test_all_rows_come_back_and_none_more(end: str, block: int) -> None:
    lines = [f'{n},2024-01-01,"text {n}, of two\nlines"' for n in range(20)]
    found = _rows(",".join(HEAD) + "\n" + "\n".join(lines) + end, block=block)
    assert [row["person_id"] for row in found] == [str(n) for n in range(20)]


def test_a_head_alone_has_no_row() -> None:
    assert _rows(",".join(HEAD) + "\n") == []


@pytest.mark.parametrize(
    "rows",
    [
        '1,2024-01-01,a\n2,2024-01-01,"b\n3,2024-01-01,c\n4,2024-01-01,d\n',
        '1,2024-01-01,a\n2,2024-01-01,"b\n3,2024-01-01,c\n4,2024-01-01,"d\n5,2024-01-01,e\n',
        '1,2024-01-01,a\n2,2024-01-01,"b\n3,2024-01-01,"c\n',
        '1,2024-01-01,"a',
    ],
    ids=["open to the end", "rows between two", "a row cut by the second", "in the last row"],
)
def test_a_stray_quotation_mark_is_refused(rows: str) -> None:
    with pytest.raises(pa.ArrowInvalid):
        _rows(",".join(HEAD) + "\n" + rows)
