"""Results as tables for other libraries: Arrow, pandas and Polars, loaded when asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib import import_module
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from remit.errors import OutputError

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl


class Tabular(ABC):
    """What has rows: `to_arrow` says which, and the rest follows.

    Whatever takes Arrow's stream of columns (`__arrow_c_stream__`) takes these results as they are:
    `polars.DataFrame(result)`, `duckdb.sql("from result")`.
    """

    __slots__ = ()

    @abstractmethod
    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""

    def to_pandas(self) -> pd.DataFrame:
        """The rows as a pandas frame.

        Raises:
            OutputError: pandas is not installed.
        """
        _require("pandas")
        return self.to_arrow().to_pandas()

    def to_polars(self) -> pl.DataFrame:
        """The rows as a Polars frame.

        Raises:
            OutputError: Polars is not installed.
        """
        frame: pl.DataFrame = _require("polars").from_arrow(self.to_arrow())
        return frame

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.to_arrow().__arrow_c_stream__(requested_schema)


class ResultTable(Tabular):
    """A table of results; a notebook shows its first rows."""

    __slots__ = ("_rows",)

    def __init__(self, rows: pa.Table) -> None:
        self._rows = rows

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self._rows

    def to_pylist(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        rows: list[dict[str, Any]] = self._rows.to_pylist()
        return rows

    @property
    def column_names(self) -> list[str]:
        names: list[str] = self._rows.column_names
        return names

    @property
    def schema(self) -> pa.Schema:
        return self._rows.schema

    @property
    def num_rows(self) -> int:
        return len(self)

    def __len__(self) -> int:
        count: int = self._rows.num_rows
        return count

    def __getitem__(self, column: str) -> pa.ChunkedArray:
        return self._rows[column]

    def __repr__(self) -> str:
        return f"<ResultTable: {len(self):,} rows of {', '.join(self.column_names)}>"


def _require(library: str) -> Any:
    try:
        return import_module(library)
    except ImportError as error:
        raise OutputError(
            f"{library} is not installed",
            expected=f"the library {library}, which Remit itself does not need",
            got="no such library",
            next_step=f"install it (pip install {library}), or take to_arrow()",
        ) from error
