"""CDISC Dataset-JSON 1.1, as one object or as lines (NDJSON), held against its specification.

Source: CDISC Dataset-JSON Specification 1.1 (final, 5 December 2024): the attributes that are
required, the data types and how each is written in JSON. `rows` may be missing; `records` tells how
many there are, so that a file that was cut, or mended by hand, shows it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import orjson
import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.intake.sdtm.files.sdtm_cells import is_tiny, joined_tables, number_text, text_table

_VERSION = re.compile(r"1\.1(?:\.(?:0|[1-9][0-9]*))?")
_REQUIRED = (
    "datasetJSONCreationDateTime",
    "datasetJSONVersion",
    "itemGroupOID",
    "records",
    "name",
    "label",
    "columns",
)
_OF_COLUMN = ("itemOID", "name", "label", "dataType")
_ROWS_AT_ONCE = 50_000
_MARK = b"\xef\xbb\xbf"  # of byte order, which is no part of the text
_MAY_BE_EMPTY = frozenset({"label"})


def _is_text(cell: object) -> bool:
    return isinstance(cell, str)


def _is_whole(cell: object) -> bool:
    # JSON does not tell 8.0 from 8.
    whole = isinstance(cell, float) and cell.is_integer()
    return whole or (isinstance(cell, int) and not isinstance(cell, bool))


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


# dataType -> how its values are written in JSON.
_TYPES: Mapping[str, tuple[str, Callable[[object], bool]]] = {
    "string": ("a text", _is_text),
    "integer": ("a whole number", _is_whole),
    "decimal": ("a text", _is_text),
    "float": ("a number", _is_number),
    "double": ("a number", _is_number),
    "boolean": ("true or false", lambda cell: isinstance(cell, bool)),
    "datetime": ("a text", _is_text),
    "date": ("a text", _is_text),
    "time": ("a text", _is_text),
    "URI": ("a text", _is_text),
}


def read_dataset_json(path: Path, *, shown: str = "") -> pa.Table:
    """The dataset in a file of Dataset-JSON, each cell a text.

    Raises:
        DatasetError: it is no JSON, breaks the specification, or has other rows than it says.
    """
    place = shown or path.name
    if path.suffix.casefold() == ".ndjson":
        return _read_lines(path, place)
    head = _object(path.read_bytes().removeprefix(_MARK), place)
    rows = head.get("rows", [])
    if not isinstance(rows, list):
        raise _refused("rows is no list", "a list of rows", _kind(rows), place)
    # Told before any other fault: no mending of attributes brings the rows back.
    _require_count(head, len(rows), place)
    return _table(head, _columns(head, place), rows, place)


def _read_lines(path: Path, place: str) -> pa.Table:
    """The dataset in the lines of a file: metadata in the first, a row in each further one."""
    with path.open("rb") as file:
        head = _object(file.readline().removeprefix(_MARK), place)
        if "rows" in head:
            raise _refused(
                "the first line holds rows",
                "metadata in the first line, and a row in each further one",
                "rows in the first line",
                place,
            )
        columns = _columns(head, place)
        tables, rows, count, is_over = [_table(head, columns, [], place)], list[object](), 0, False
        for number, line in enumerate(file, start=2):
            if not line.strip():
                is_over = True  # blank lines may follow the last row
                continue
            try:
                rows.append(None if is_over else orjson.loads(line))
            except orjson.JSONDecodeError as error:
                raise _refused(
                    f"line {number} is no JSON", "one list a line", _said(error), place
                ) from None
            if len(rows) == _ROWS_AT_ONCE:
                tables.append(_table(head, columns, rows, place, after=count))
                count, rows = count + len(rows), []
        tables.append(_table(head, columns, rows, place, after=count))
    _require_count(head, count + len(rows), place)
    return joined_tables(tables)


def _table(
    head: Mapping[str, object],
    columns: Sequence[tuple[str, str]],
    rows: Sequence[object],
    place: str,
    *,
    after: int = 0,
) -> pa.Table:
    """Some rows as a table of texts, when each fits its columns.

    Args:
        after: how many rows of the file stand before them.
    """
    cells, zeros = [], 0
    given = _cells(rows, len(columns), place, after)
    for (name, kind), column in zip(columns, given, strict=True):
        _require_type(column, name, kind, place, after)
        zeros += sum(1 for cell in column if isinstance(cell, float) and is_tiny(cell))
        cells.append([_text(cell) for cell in column])
    return text_table(str(head["name"]).upper(), [n for n, _ in columns], cells, zeros=zeros)


def _text(cell: object) -> str | None:
    if cell is None or isinstance(cell, str):
        return cell
    return number_text(cell) if isinstance(cell, float) else str(cell)


def _object(content: bytes, place: str) -> dict[str, object]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _refused(
            "this is no whole JSON",
            "one JSON object in UTF-8",
            f"line {error.lineno}: {_said(error)}",
            place,
        ) from None
    if not isinstance(found, dict):
        raise _refused("this is no Dataset-JSON", "one JSON object", type(found).__name__, place)
    return found


def _said(error: orjson.JSONDecodeError) -> str:
    """What the parser says, without the text around it."""
    return error.msg.split(":")[0]


def _require_count(head: Mapping[str, object], count: int, place: str) -> None:
    records = head.get("records", count)
    if not isinstance(records, int) or isinstance(records, bool) or records < 0:
        raise _refused("`records` is no number of rows", "0 or more", _kind(records), place)
    if records != count:
        raise _refused(
            "the file has another number of rows than it says",
            f"{records:,} rows, as its `records` says",
            f"{count:,}",
            place,
            "get the file anew; nobody can tell which rows are missing or too many",
        )


def _columns(head: Mapping[str, object], place: str) -> Sequence[tuple[str, str]]:
    """Name and type of each column; the attributes that are required are there."""
    if "clinicalData" in head or "referenceData" in head:
        raise _refused(
            "this is Dataset-JSON 1.0",
            "version 1.1, with its rows at the top",
            "clinicalData or referenceData",
            place,
            "write it as 1.1 (CDISC gives a converter)",
        )
    for key in _REQUIRED:
        if key not in head:
            raise _refused(
                f"the attribute {key} is missing",
                f"all of {', '.join(_REQUIRED)}, which the specification requires",
                f"{len(head)} other attributes",
                place,
                "have the file written anew by whoever made it",
            )
    for key in ("datasetJSONVersion", "itemGroupOID", "name", "label"):
        value = head[key]
        if not isinstance(value, str) or not (value or key in _MAY_BE_EMPTY):
            raise _refused(f"the attribute {key} is no text", "a text", _kind(value), place)
    if _VERSION.fullmatch(str(head["datasetJSONVersion"])) is None:
        got = str(head["datasetJSONVersion"])[:20]
        raise _refused("this is another version of Dataset-JSON", "1.1", got, place)
    columns = head["columns"]
    if not isinstance(columns, list) or not columns:
        raise _refused("the file has no columns", "a list of columns", _kind(columns), place)
    found: dict[str, str] = {}
    for number, column in enumerate(columns, start=1):
        texts = [column.get(key) for key in _OF_COLUMN] if isinstance(column, dict) else []
        if not texts or not all(isinstance(text, str) for text in texts) or not texts[1]:
            raise _refused(
                f"column {number} is not described",
                f"the attributes {', '.join(_OF_COLUMN)}",
                "fewer, or others than texts",
                place,
            )
        name, kind = str(texts[1]).upper(), str(texts[3])
        if kind not in _TYPES or name in found:
            raise _refused(
                f"column {number} has a type that nobody knows, or its name stands twice",
                f"one of {', '.join(_TYPES)}, and each name once",
                kind[:20],
                place,
            )
        found[name] = kind
    return tuple(found.items())


def _cells(rows: Sequence[object], width: int, place: str, after: int) -> Sequence[list[object]]:
    """The cells column by column, when each row has as many as there are columns."""
    columns: list[list[object]] = [[] for _ in range(width)]
    for number, row in enumerate(rows, start=after + 1):
        if not isinstance(row, list) or len(row) != width:
            raise _refused(
                f"row {number:,} does not fit the columns",
                f"a list of {width} cells",
                f"{len(row)} cells" if isinstance(row, list) else _kind(row),
                place,
            )
        for column, cell in zip(columns, row, strict=True):
            column.append(cell)
    return columns


def _require_type(column: Sequence[object], name: str, kind: str, place: str, after: int) -> None:
    meant, fits = _TYPES[kind]
    for number, cell in enumerate(column, start=after + 1):
        if cell is not None and not fits(cell):
            raise _refused(
                f"row {number:,} of {name} is of another type than its column",
                f"{meant} or null, since its dataType is {kind}",
                _kind(cell),
                place,
            )


def _kind(value: object) -> str:
    """What a value of JSON is, without saying it."""
    names = {"str": "a text", "int": "a whole number", "float": "a number", "bool": "true or false"}
    names |= {"list": "a list", "dict": "an object", "NoneType": "null"}
    found = names.get(type(value).__name__, type(value).__name__)
    return "an empty text" if value == "" else "an empty list" if value == [] else found


def _refused(
    what: str, expected: str, got: str, place: str, next_step: str = "get the file anew"
) -> DatasetError:
    return DatasetError(what, expected=expected, got=got, next_step=next_step, place=place)
