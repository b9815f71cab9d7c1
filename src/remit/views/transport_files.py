"""SAS transport files (XPT) of version 5, written column by column.

Source: SAS Institute, "The Record Layout of a Data Set in SAS Transport (XPORT) Format" (TS-140):
records of 80 bytes; numbers as IBM System/360 doubles; a missing number is a full stop and zeros.
Texts are UTF-8, which is ASCII wherever they are English; a column is as wide as its longest text.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from remit.analysis.datasets.dataset_columns import (
    LONGEST_TEXT,
    AnalysisDataset,
    DatasetColumn,
)
from remit.errors import OutputError

RECORD = 80
EPOCH_DAYS = 3653  # from 1960-01-01, day 0 of SAS, to 1970-01-01
_WHOLE = 1 << 53  # beyond it a double does not tell whole numbers apart
_NUMBER, _TEXT = 1, 2
_MISSING = b"." + bytes(7)
_ROWS_AT_ONCE = 100_000


def transport_bytes(dataset: AnalysisDataset, *, made: datetime) -> Iterable[bytes]:
    """A dataset as the pieces of a transport file.

    Args:
        made: the time that the file bears.

    Raises:
        OutputError: a number is too large for the format, or a text too long.
    """
    layout = [(column, _width(dataset, column)) for column in dataset.columns]
    yield _headers(dataset, layout, made)
    written = 0
    for batch in dataset.rows.to_batches(max_chunksize=_ROWS_AT_ONCE):
        piece = _rows(batch, layout, dataset.name)
        written += len(piece)
        yield piece
    yield b" " * (-written % RECORD)


def text_width(values: pa.ChunkedArray) -> int:
    """Bytes of the longest text of a column, 1 at least."""
    return max(1, int(pc.max(pc.binary_length(values)).as_py() or 0))


def _width(dataset: AnalysisDataset, column: DatasetColumn) -> int:
    if column.kind != "text":
        return 8
    width = text_width(dataset.rows[column.name])
    if width > LONGEST_TEXT:
        raise _refused(dataset.name, column.name, f"texts of up to {LONGEST_TEXT} bytes", width)
    return width


def _headers(
    dataset: AnalysisDataset, layout: list[tuple[DatasetColumn, int]], made: datetime
) -> bytes:
    stamp = made.strftime("%d%b%y:%H:%M:%S").upper().encode()
    described = b"".join(_described(layout))
    return b"".join(
        (
            _header(b"LIBRARY ", b"0" * 30),
            b"SAS     SAS     SASLIB  9.4     REMIT   ".ljust(64) + stamp,
            stamp.ljust(RECORD),
            _header(b"MEMBER  ", b"000000000000000001600000000140"),
            _header(b"DSCRPTR ", b"0" * 30),
            b"SAS     " + dataset.name.encode().ljust(8) + b"SASDATA 9.4     REMIT   ".ljust(48)
            + stamp,
            stamp.ljust(32) + dataset.label.encode().ljust(40) + b" " * 8,
            _header(b"NAMESTR ", b"000000%04d" % len(layout) + b"0" * 20),
            described + b" " * (-len(described) % RECORD),
            _header(b"OBS     ", b"0" * 30),
        )
    )  # fmt: skip


def _header(kind: bytes, rest: bytes) -> bytes:
    assert len(kind) == 8
    assert len(rest) == 30
    return b"HEADER RECORD*******" + kind + b"HEADER RECORD!!!!!!!" + rest + b"  "


def _described(layout: list[tuple[DatasetColumn, int]]) -> Iterable[bytes]:
    """One NAMESTR of 140 bytes a column."""
    place = 0
    for number, (column, width) in enumerate(layout, start=1):
        kind = _TEXT if column.kind == "text" else _NUMBER
        shown = (b"DATE", 9) if column.kind == "date" else (b"", 0)
        yield b"".join(
            (
                kind.to_bytes(2, "big"),
                bytes(2),
                width.to_bytes(2, "big"),
                number.to_bytes(2, "big"),
                column.name.encode().ljust(8),
                column.label.encode().ljust(40),
                shown[0].ljust(8),
                shown[1].to_bytes(2, "big"),
                bytes(2),  # decimals
                bytes(2),  # to the left
                bytes(2),
                b" " * 8,  # no informat
                bytes(4),
                place.to_bytes(4, "big"),
                bytes(52),
            )
        )
        place += width


def _rows(batch: pa.RecordBatch, layout: list[tuple[DatasetColumn, int]], dataset: str) -> bytes:
    """Rows as bytes, all columns of a row side by side."""
    fields = np.dtype([(column.name, f"S{width}") for column, width in layout])
    rows = np.empty(batch.num_rows, fields)
    for (column, width), values in zip(layout, batch.columns, strict=True):
        if column.kind == "text":
            rows[column.name] = _padded(values, width)
        else:
            rows[column.name] = _numbers(values, column, dataset).view("S8")
    return rows.tobytes()


def _padded(values: pa.Array, width: int) -> npt.NDArray[np.bytes_]:
    """Texts filled up with blanks to one width."""
    plain = [b"" if text is None else text.encode() for text in values.to_pylist()]
    return np.array([text.ljust(width) for text in plain], f"S{width}")


def _numbers(values: pa.Array, column: DatasetColumn, dataset: str) -> npt.NDArray[np.uint64]:
    """Numbers as doubles of IBM, in big-endian bytes."""
    if column.kind == "date":
        values = values.cast(pa.int32()).cast(pa.int64())
    known = values.is_valid().to_numpy(zero_copy_only=False)
    plain = values.fill_null(0).to_numpy(zero_copy_only=False)
    if column.kind == "date":
        plain = plain + EPOCH_DAYS
    if column.kind != "float" and len(plain) and int(np.abs(plain).max()) > _WHOLE:
        raise _refused(dataset, column.name, "whole numbers up to 2 to the power of 53", "more")
    doubles = plain.astype(np.float64)
    if not np.isfinite(doubles).all():
        raise _refused(dataset, column.name, "numbers, or none", "an infinite one")
    found = ibm_doubles(doubles)
    if found is None:
        raise _refused(dataset, column.name, "0, or 5.4e-79 to 7.2e75 in size", "another number")
    missing = np.frombuffer(_MISSING, ">u8")[0]
    return np.where(known, found, missing).astype(">u8")


def ibm_doubles(values: npt.NDArray[np.float64]) -> npt.NDArray[np.uint64] | None:
    """IEEE doubles as doubles of IBM, exactly; None where one of them is out of its range.

    The fraction has 56 bits and the exponent is a power of 16, so all 53 bits of a double are kept.

    >>> [hex(word) for word in ibm_doubles(np.array([1.0, -118.625, 0.0]))]
    ['0x4110000000000000', '0xc276a00000000000', '0x0']
    """
    fraction, exponent = np.frexp(np.abs(values))
    sixteens = -(-exponent // 4)  # the least power of 16 that leaves a fraction below 1
    used = values != 0
    if (used & ((sixteens < -64) | (sixteens > 63))).any():
        return None
    bits = np.ldexp(fraction, 53).astype(np.uint64) << np.uint64(3)
    bits = bits >> (4 * sixteens - exponent).astype(np.uint64)
    sign = np.signbit(values).astype(np.uint64) << np.uint64(63)
    power = (sixteens + 64).astype(np.uint64) << np.uint64(56)
    return np.where(used, sign | power | bits, np.uint64(0)).astype(np.uint64)


def _refused(dataset: str, column: str, expected: str, got: object) -> OutputError:
    return OutputError(
        f"the column {column} of {dataset} does not fit into a SAS transport file",
        expected=expected,
        got=str(got),
        next_step="mend it where it comes from, or leave out --adam",
    )
