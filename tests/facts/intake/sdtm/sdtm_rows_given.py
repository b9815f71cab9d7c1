"""Small SDTM studies in memory, and what the reader makes of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.sdtm.files.sdtm_datasets import SdtmDataset, SdtmStudy
from remit.facts.intake.sdtm.files.sdtm_domains import supplemented
from remit.facts.intake.sdtm.sdtm_map import NO_MAP, SdtmMap
from remit.facts.intake.sdtm.sdtm_tables import SdtmChoices, read_sdtm
from remit.facts.vocabulary.code_book import CodeBook, ListedCodes

Row = Mapping[str, str]
PERSON: Row = {"USUBJID": "P1", "BRTHDTC": "1980-01-15", "SEX": "F", "RFSTDTC": "2024-03-01"}


def dataset_of(name: str, rows: Sequence[Row], *, file: str = "") -> SdtmDataset:
    """A dataset with the columns that some row has."""
    columns = dict.fromkeys(key for row in rows for key in row)
    above = supplemented(name)
    table = pa.table(
        {c: pa.array([row.get(c) or None for row in rows], pa.string()) for c in columns}
    )
    return SdtmDataset(
        name, above or name[:2], above is not None, file or f"{name}.xpt", len(rows), table
    )


def study_of(datasets: Mapping[str, Sequence[Row]]) -> SdtmStudy:
    """A study of one person, unless DM is given; a row without a person is of that one."""
    given = {"DM": [PERSON], **datasets}
    return SdtmStudy(
        Path("study"),
        tuple(
            dataset_of(name, [{"USUBJID": "P1", **row} for row in rows])
            for name, rows in given.items()
        ),
    )


def read_rows(
    datasets: Mapping[str, Sequence[Row]],
    *,
    book: CodeBook | None = None,
    sdtm_map: SdtmMap = NO_MAP,
    choices: SdtmChoices | None = None,
) -> SourceTables:
    """What the reader makes of some rows."""
    dictionary = packaged_dictionary()
    known = book or ListedCodes(dictionary)
    return read_sdtm(study_of(datasets), dictionary, known, sdtm_map, choices)


def only_row(found: SourceTables, table: str) -> dict[str, object]:
    """The one row of a table."""
    (row,) = found.tables[table].to_pylist()
    assert isinstance(row, dict)
    return row
