"""What a column and a dataset of ADaM are, declared once: each file of it is written from that.

Source: CDISC ADaM Implementation Guide 1.3 (names, roles, classes of datasets); FDA Study Data
Technical Conformance Guide (version 5 of the SAS transport format: names of up to 8 letters, labels
of up to 40, texts of up to 200 bytes).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import pyarrow as pa

Kind = Literal["text", "integer", "float", "date"]
Origin = Literal["Derived", "Assigned", "Predecessor"]

LONGEST_NAME, LONGEST_LABEL, LONGEST_TEXT = 8, 40, 200
ARROW: Mapping[Kind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "float": pa.float64(),
    "date": pa.date32(),
}
_NAME = re.compile(rf"[A-Z][A-Z0-9_]{{0,{LONGEST_NAME - 1}}}")


@dataclass(frozen=True, slots=True)
class DatasetColumn:
    """One column.

    Attributes:
        name, label: as the transport file has them.
        source: how its values came about; of a predecessor the column that it was taken from.
        terms: coded value -> what it means, of a column whose values are few and known.
        terms_name: what the list of its values is called; columns with one name share it.
        decoded_by: the column of the same dataset that says what its values mean, where the list is
            made of the data.
        empty_why: why all of its values are missing, where the facts hold nothing of it.
    """

    name: str
    label: str
    kind: Kind
    origin: Origin
    source: str
    terms: Mapping[str, str] = field(default_factory=dict)
    terms_name: str = ""
    decoded_by: str = ""
    empty_why: str = ""

    def __post_init__(self) -> None:
        assert _NAME.fullmatch(self.name), f"{self.name}: a name of up to 8 letters"
        assert 0 < len(self.label.encode()) <= LONGEST_LABEL, f"{self.name}: {self.label}"

    @property
    def is_listed(self) -> bool:
        """Whether its values stand in a list."""
        return bool(self.terms_name)


@dataclass(frozen=True, slots=True)
class DatasetParameter:
    """What a record of a dataset with one record a parameter is about.

    Attributes:
        code, text: PARAMCD and PARAM. number: PARAMN.
        source: how its values come about.
    """

    code: str
    text: str
    number: int
    source: str


@dataclass(frozen=True, slots=True)
class AnalysisDataset:
    """One dataset: its columns and its rows.

    Attributes:
        category: the class of ADaM, in the words of Define-XML. subclass: within it; may be empty.
        structure: what a row is.
        keys: the columns by which rows are sorted and told apart.
        rows: a table with these columns in this order, of the types of `ARROW`.
    """

    name: str
    label: str
    category: str
    structure: str
    keys: tuple[str, ...]
    columns: tuple[DatasetColumn, ...]
    rows: pa.Table
    parameters: tuple[DatasetParameter, ...] = ()
    subclass: str = ""

    def __post_init__(self) -> None:
        assert 0 < len(self.label.encode()) <= LONGEST_LABEL, self.label
        names = [column.name for column in self.columns]
        assert self.rows.column_names == names, f"{self.name}: {self.rows.column_names}"
        assert len(set(names)) == len(names), f"{self.name}: a column stands twice"

    def __repr__(self) -> str:
        return f"<AnalysisDataset {self.name}: {self.rows.num_rows:,} rows>"

    def column(self, name: str) -> DatasetColumn:
        return next(one for one in self.columns if one.name == name)


def dataset_rows(
    columns: Sequence[DatasetColumn], values: Mapping[str, pa.Array | pa.ChunkedArray], count: int
) -> pa.Table:
    """Rows of some columns; what has no values is missing throughout.

    Texts lose blanks at their end, which no transport file tells from none.
    """
    known = {column.name for column in columns}
    assert set(values) <= known, f"no such columns: {sorted(set(values) - known)}"
    arrays = [
        pa.nulls(count, ARROW[column.kind])
        if column.name not in values
        else values[column.name].cast(ARROW[column.kind])
        for column in columns
    ]
    return pa.table(arrays, names=[column.name for column in columns])
