"""Lists of the values of columns, for Define-XML: CDISC's own, and those of the data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pyarrow.compute as pc

from remit.analysis.datasets.dataset_columns import AnalysisDataset, DatasetColumn

TERMINOLOGY = "2026-03-27"  # the package of CDISC that the codes below were looked up in


@dataclass(frozen=True, slots=True)
class PublishedList:
    """A codelist of CDISC: its code of the NCI Thesaurus, its publishing set, and its terms."""

    title: str
    code: str
    publisher: str
    terms: Mapping[str, str]


_YES, _NO = "C49488", "C49487"
PUBLISHED: Mapping[str, PublishedList] = {
    "NY": PublishedList("No Yes Response", "C66742", "SDTM", {"Y": _YES, "N": _NO}),
    "Y": PublishedList("No Yes Response (Yes only)", "C66742", "SDTM", {"Y": _YES}),
    "SEX": PublishedList("Sex", "C66731", "SDTM", {"F": "C16576", "M": "C20197", "U": "C17998"}),
    "AGEU": PublishedList("Age Unit", "C66781", "SDTM", {"YEARS": "C29848"}),
    "RACE": PublishedList(
        "Race",
        "C74457",
        "SDTM",
        {
            "WHITE": "C41261",
            "BLACK OR AFRICAN AMERICAN": "C16352",
            "ASIAN": "C41260",
            "AMERICAN INDIAN OR ALASKA NATIVE": "C41259",
            "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER": "C41219",
        },
    ),
    "DTYPE": PublishedList("Derivation Type", "C81224", "ADaM", {"LOCF": "C81198"}),
}


@dataclass(frozen=True, slots=True)
class TermList:
    """A list of values of one or more columns.

    Attributes:
        items: value -> what it means; empty where it says so itself.
        published: that of CDISC, where it is one.
    """

    oid: str
    title: str
    kind: str
    items: Mapping[str, str]
    published: PublishedList | None = None


def list_oid(dataset: AnalysisDataset, column: DatasetColumn) -> str:
    """The OID of the list of a column: those of the data are a dataset's own."""
    own = "" if column.terms else f"{dataset.name}."
    return f"CL.{own}{column.terms_name}"


def term_lists(datasets: tuple[AnalysisDataset, ...]) -> tuple[TermList, ...]:
    """All lists of some datasets, each once; those without a value are none."""
    found: dict[str, TermList] = {}
    for one in _lists(datasets):
        before = found.get(one.oid)
        items = {**before.items, **one.items} if before else one.items
        found[one.oid] = TermList(one.oid, one.title, one.kind, items, one.published)
    return tuple(one for one in found.values() if one.items)


def _lists(datasets: tuple[AnalysisDataset, ...]) -> Iterator[TermList]:
    for dataset in datasets:
        for column in dataset.columns:
            if not column.is_listed:
                continue
            items = column.terms or _of_data(dataset, column)
            kind = "integer" if column.kind == "integer" else "text"
            published = PUBLISHED.get(column.terms_name)
            title = published.title if published else f"{column.label} ({dataset.name})"
            if column.terms and not published:
                title = column.label
            yield TermList(list_oid(dataset, column), title, kind, items, published)


def _of_data(dataset: AnalysisDataset, column: DatasetColumn) -> Mapping[str, str]:
    """The values that a column has, with those of the column that says what they mean."""
    rows = dataset.rows
    if not column.decoded_by:
        return dict.fromkeys(sorted(pc.unique(rows[column.name].drop_null()).to_pylist()), "")
    pairs = rows.select([column.name, column.decoded_by]).group_by(
        [column.name, column.decoded_by]
    ).aggregate([])  # fmt: skip
    return {
        str(row[column.name]): row[column.decoded_by] or ""
        for row in sorted(
            pairs.to_pylist(), key=lambda row: (row[column.name] is None, row[column.name])
        )
        if row[column.name] is not None
    }
