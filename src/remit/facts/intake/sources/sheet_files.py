"""The sheets that a person hands over: text files, workbooks and Parquet, told by their content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from remit.errors import DatasetError, Place
from remit.facts.intake.sources.limited_process import Job, Limits, parse_limited
from remit.facts.intake.sources.sheet_cells import PARSER, grids_of
from remit.facts.intake.sources.sheet_grid import Grid
from remit.facts.intake.sources.sheet_parquet import MAGIC
from remit.facts.intake.sources.sheet_text import text_grid

MOST_BYTES = 64 * 2**20
_LIMITS = Limits(seconds=300)
_ZIP, _OLD = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


def read_grids(
    paths: Iterable[Path], *, delimiters: Mapping[str, str] | None = None
) -> tuple[Grid, ...]:
    """The sheets of the files, in the order given; a text file is one sheet.

    Args:
        delimiters: name of a text file -> what stands between its cells, where it must be said.

    Raises:
        DatasetError: a file cannot be read, is no spreadsheet or too large, or two have one name.
    """
    files = list(paths)
    for path in files:
        if [one.name for one in files].count(path.name) > 1:
            raise DatasetError(
                "two files have one name",
                expected="each file once, under a name of its own: the map names files so",
                got=path.name,
                next_step="rename one of them",
                place=path,
            )
    found: dict[str, tuple[Grid, ...]] = {path.name: () for path in files}
    packed = list[Path]()
    for path in files:
        content = _content(path)
        if _is_packed(path, content):
            packed.append(path)
        else:
            delimiter = (delimiters or {}).get(path.name)
            found[path.name] = (text_grid(content, file=path.name, delimiter=delimiter),)
    jobs = [Job(PARSER, path, {"file": path.name}) for path in packed]
    for path, table in zip(packed, parse_limited(jobs, _LIMITS) if jobs else (), strict=True):
        if isinstance(table, DatasetError):
            raise table
        found[path.name] = grids_of(table, path.name)
    return tuple(grid for grids in found.values() for grid in grids)


def _is_packed(path: Path, content: bytes) -> bool:
    """Whether a file is a workbook or Parquet, which another process reads: it may be hostile."""
    if content.startswith(_ZIP):
        if b"xl/workbook.xml" not in content:
            raise _no_sheet(path, "another kind of archive, such as .ods or .zip")
        return True
    if content.startswith(_OLD):
        raise _no_sheet(path, "a workbook of Excel 97 (.xls), or one with a password")
    return content.startswith(MAGIC)


def _content(path: Path) -> bytes:
    try:
        if path.is_dir():
            raise _no_sheet(path, "a folder")
        # A device or a pipe has no size of its own, and may have no end.
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        size = max(path.stat().st_size, len(content))
        if size > MOST_BYTES:
            raise DatasetError(
                "the file is too large",
                expected=f"at most {MOST_BYTES // 2**20} MiB",
                got=f"{size / 2**20:,.0f} MiB",
                next_step="split it, or bring the data as OMOP tables in Parquet "
                "(`remit facts import omop`)",
                place=path,
            )
        return content
    except OSError as error:
        raise DatasetError(
            "the file cannot be read",
            expected="a CSV file, a Parquet file or a workbook",
            got=error.strerror or type(error).__name__,
            next_step="check the path",
            place=path,
        ) from error


def _no_sheet(path: Path, got: str) -> DatasetError:
    return DatasetError(
        "this is no spreadsheet that can be read",
        expected="a CSV or Parquet file, or a workbook of Excel without a password (.xlsx)",
        got=got,
        next_step="open it in the spreadsheet and save it as .xlsx or `CSV UTF-8`",
        place=Place(path.name),
    )
