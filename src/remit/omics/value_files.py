"""Files of values, features in rows and samples in columns: looked at, then read.

Text (`.csv`, `.tsv`, `.txt`) and Parquet. What is no such file is refused by what it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from remit.errors import OmicsError, Place

Floats = npt.NDArray[np.float64]
# What repositories of arrays write where there is no value.
MISSING = ("", "  ", "NA", "N/A", "NaN", "nan", "null", "Data Not Available", "not available", "-")
_LFS = b"version https://git-lfs.github.com/spec/"
_APPLE = (b"\x00\x05\x16\x07", b"\x00\x05\x16\x00")
_OTHERS = {
    b"\x89HDF": "an HDF5 file (h5ad, h5mu or 10x h5)",
    b"PK\x03\x04": "a ZIP archive (zarr, xlsx or npz)",
    b"\x1f\x8b": "a gzip file",
    b"\x80\x02": "a Python pickle",
    b"\x80\x03": "a Python pickle",
    b"\x80\x04": "a Python pickle",
    b"\x80\x05": "a Python pickle",
    b"FCS2": "an FCS file",
    b"FCS3": "an FCS file",
}


@dataclass(frozen=True, slots=True)
class ValueTable:
    """Values as a file has them.

    Attributes:
        features: the ids of the rows, each once.
        columns: the ids of the columns that were asked for.
        values: features × columns; NaN where the file has none.
        left_out: how many columns of the file were not asked for.
    """

    features: tuple[str, ...]
    columns: tuple[str, ...]
    values: Floats
    left_out: int


def read_values(path: Path, columns: Sequence[str]) -> ValueTable:
    """Read some columns of a file of values.

    Raises:
        OmicsError: the file is none of these, lacks a column, names a feature twice or
            none, or has a cell that is no number.
    """
    _look(path)
    try:
        table, width = _parquet(path, columns) if _starts(path, b"PAR1") else _text(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise OmicsError(
            "the file of values cannot be read",
            expected="a whole table with features in rows and samples in columns",
            got=type(error).__name__,
            next_step="check that it is complete and that every row has as many cells as the head",
            place=path,
        ) from error
    return _table(table, path, columns, width)


def _starts(path: Path, mark: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(mark)) == mark


def _look(path: Path) -> None:
    """Nothing, when it may be a file of values."""
    if not path.is_file():
        raise OmicsError(
            "there is no such file of values",
            expected="the path of a file, from the folder of the sample sheet on",
            got="nothing" if not path.exists() else "a folder",
            next_step="correct the column path of the sample sheet",
            place=path,
        )
    with path.open("rb") as file:
        head = file.read(64)
    if head.startswith(_LFS):
        raise OmicsError(
            "this is a pointer of Git LFS, not the file itself",
            expected="the values",
            got="a text of three lines that says where they are kept",
            next_step="run git lfs pull in that repository, or download the file",
            place=path,
        )
    if path.name.startswith("._") or head.startswith(_APPLE):
        raise OmicsError(
            "this is a twin that macOS writes beside a file, not the file itself",
            expected="the values",
            got="an AppleDouble file",
            next_step=f"name {path.name.removeprefix('._')} in the sample sheet",
            place=path,
        )
    for mark, name in _OTHERS.items():
        if head.startswith(mark):
            raise OmicsError(
                "this kind of file is not read",
                expected="CSV, TSV or Parquet with features in rows and samples in columns",
                got=name,
                next_step="write its values as Parquet or TSV",
                place=path,
            )
    if not head:
        raise OmicsError(
            "the file of values is empty",
            expected="features in rows and samples in columns",
            got="no bytes",
            next_step="get the file again",
            place=path,
        )


def _parquet(path: Path, columns: Sequence[str]) -> tuple[pa.Table, int]:
    """The columns that are asked for and those of texts, and how many the file has."""
    schema = pq.read_schema(path)
    asked = set(columns)
    texts = [field.name for field in schema if _is_text(field.type)]
    first = [] if texts else list(schema.names[:1])
    chosen = [name for name in schema.names if name in asked or name in texts or name in first]
    return pq.read_table(path, columns=chosen, memory_map=True), len(schema)


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _text(path: Path) -> tuple[pa.Table, int]:
    with path.open(encoding="utf-8-sig", errors="replace") as file:
        first = file.readline()
    delimiter = "\t" if "\t" in first else ","
    options = pyarrow.csv.ConvertOptions(
        null_values=list(MISSING), strings_can_be_null=True, quoted_strings_can_be_null=True
    )
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        convert_options=options,
    )
    # Arrow takes bytes that are no UTF-8 for a column of bytes, and reads names later.
    if "\ufffd" in first or any(pa.types.is_binary(kind) for kind in table.schema.types):
        raise OmicsError(
            "the file of values is not UTF-8 text",
            expected="CSV or TSV in UTF-8",
            got="bytes that UTF-8 does not know",
            next_step="save the file as UTF-8",
            place=path,
        )
    return table, table.num_columns


def _table(table: pa.Table, path: Path, columns: Sequence[str], width: int) -> ValueTable:
    # The ids stand in the column of no sample: the first of a text, the index of a frame.
    names = table.column_names
    place = _id_column(table, path, columns)
    lacking = [name for name in columns if name not in names]
    if lacking:
        raise OmicsError(
            f"the file of values has no column for {len(lacking)} samples",
            expected="the column of every sample of the sheet",
            got=f"none called {', '.join(lacking[:5])}{' …' if len(lacking) > 5 else ''}",
            next_step="write the name of its column in the column `column` of the sample sheet",
            place=path,
        )
    twice = sorted({name for name in columns if names.count(name) > 1})
    if twice:
        raise OmicsError(
            "the file of values has two columns of one name",
            expected="each sample once",
            got=", ".join(twice[:5]),
            next_step="rename or remove one of them",
            place=path,
        )
    features = _features(table.column(place), path)
    values = np.empty((len(features), len(columns)))
    for at, name in enumerate(columns):
        values[:, at] = _numbers(table.column(name), name, path)
    return ValueTable(features, tuple(columns), values, width - 1 - len(set(columns)))


def _id_column(table: pa.Table, path: Path, columns: Sequence[str]) -> int:
    asked = set(columns)
    texts = [
        at
        for at, field in enumerate(table.schema)
        if field.name not in asked and _is_text(field.type)
    ]
    if texts:
        return texts[0]
    if table.num_columns and table.column_names[0] not in asked:
        return 0
    raise OmicsError(
        "the file of values does not name its features",
        expected="a column with the id of each gene or probe",
        got="columns of samples alone",
        next_step="add it as the first column",
        place=path,
    )


def _features(column: pa.ChunkedArray, path: Path) -> tuple[str, ...]:
    found = [None if one is None else str(one).strip() for one in column.to_pylist()]
    if not found:
        raise OmicsError(
            "the file of values has no rows",
            expected="a row for each gene or probe below the head",
            got="a head alone",
            next_step="get the file again",
            place=path,
        )
    for at, name in enumerate(found):
        if not name:
            raise OmicsError(
                "a feature has no id",
                expected="the id of a gene or probe in each row",
                got="an empty cell",
                next_step="fill it in, or take the row out",
                place=Place(str(path), at + 2),
            )
    seen: dict[str, int] = {}
    for at, name in enumerate(found):
        assert name is not None
        if name in seen:
            raise OmicsError(
                "a feature stands twice",
                expected="each gene or probe once",
                got=f"{name} in rows {seen[name] + 2} and {at + 2}",
                next_step="say which of them is meant, or name them apart",
                place=path,
            )
        seen[name] = at
    return tuple(seen)


def _numbers(column: pa.ChunkedArray, name: str, path: Path) -> Floats:
    if pa.types.is_null(column.type):
        return np.full(len(column), np.nan)
    numeric = column
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        texts = pc.utf8_trim_whitespace(_as_texts(column, name, path))
        texts = pc.if_else(pc.is_in(texts, pa.array(MISSING)), pa.scalar(None, pa.string()), texts)
        try:
            numeric = texts.cast(pa.float64())
        except pa.ArrowInvalid as error:
            row = next(at for at, one in enumerate(texts) if not _is_number(one))
            raise OmicsError(
                "a value is no number",
                expected=f"a number, or one of {', '.join(MISSING[2:])} where there is none",
                got=f"a text in the column {name}",
                next_step="write the number, or NA",
                place=Place(str(path), row + 2),
            ) from error
    found: Floats = numeric.cast(pa.float64()).to_numpy(zero_copy_only=False).astype(np.float64)
    if np.isinf(found).any():
        raise OmicsError(
            "a value is infinite",
            expected="a number, such as the logarithm of a positive one",
            got=f"an infinite one in the column {name}",
            next_step="take the logarithm after adding an offset, or write NA",
            place=Place(str(path), int(np.flatnonzero(np.isinf(found))[0]) + 2),
        )
    return found


def _as_texts(column: pa.ChunkedArray, name: str, path: Path) -> pa.ChunkedArray:
    try:
        return column.cast(pa.string())
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise OmicsError(
            "a column of values holds no numbers",
            expected="numbers, or texts of them",
            got=f"{column.type} in the column {name}",
            next_step="write one number a cell",
            place=path,
        ) from error


def _is_number(text: pa.StringScalar) -> bool:
    """Whether Arrow, which reads the column, reads it: "1_000" is a number to Python alone."""
    try:
        text.cast(pa.float64())
    except pa.ArrowInvalid:
        return False
    return True
