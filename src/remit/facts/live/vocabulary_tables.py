"""The vocabulary tables that a source has beside its data, as the vocabulary that codes mean."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.live.source import VOCABULARY, Source, Wanted
from remit.facts.vocabulary.vocabulary_files import COLUMNS, whole_batch

_ABOVE, _BELOW = COLUMNS["concept_ancestor"][0]


@dataclass(frozen=True, slots=True, eq=False)
class VocabularyTables:
    """As `VocabularySource`; a question fetches only the rows that it asks for."""

    source: Source

    @property
    def place(self) -> Path:
        """As `VocabularySource.place`."""
        return Path(self.source.shown)

    def __contains__(self, table: str) -> bool:
        return table in self.source.tables and table in COLUMNS

    def batches(
        self, table: str, asked: Mapping[str, Collection[int | str]]
    ) -> Iterator[pa.RecordBatch]:
        """As `VocabularySource.batches`.

        Raises:
            DatasetError: the table lacks a column.
        """
        needed, optional = COLUMNS[table]
        held = self.source.tables[table].columns
        missing = [name for name in needed if name not in held]
        if missing:
            raise DatasetError(
                f"this is not the table {table.upper()} of OMOP",
                expected=f"the columns {', '.join(needed)}",
                got=f"without {', '.join(missing)}",
                next_step="give a download of Athena instead: --vocabulary FOLDER",
                place=self.source.shown,
            )
        if table == "concept_ancestor":
            yield from self._closed(asked)
            return
        wanted = Wanted(chosen=next(iter(asked.items()), None))
        rows = self.source.rows(table, (*needed, *optional), wanted)
        for batch in rows.to_batches():
            yield whole_batch(batch, table)

    def _closed(self, asked: Mapping[str, Collection[int | str]]) -> Iterator[pa.RecordBatch]:
        """What lies above some codes, and one row of each code that stands above any."""
        below = [int(code) for code in asked.get(_BELOW, ())]
        heads = [int(code) for code in asked.get(_ABOVE, ())]
        rows = self.source.rows("concept_ancestor", (_ABOVE, _BELOW), Wanted(below=below))
        found = [*rows.to_batches(), *self.source.heads(heads).to_batches()]
        for batch in found:
            yield whole_batch(batch, "concept_ancestor")
        if not any(batch.num_rows for batch in found) and self.source.row_count("concept_ancestor"):
            # The table has rows, though none of these: the steps are not followed then.
            yield pa.RecordBatch.from_pydict({_ABOVE: [0], _BELOW: [0]})


def own_vocabulary(source: Source) -> VocabularyTables:
    """The vocabulary of a source.

    Raises:
        DatasetError: it has none.
    """
    if "concept" not in source.tables or not source.row_count("concept"):
        raise DatasetError(
            "the source has no vocabulary of its own",
            expected=f"the tables {', '.join(sorted(VOCABULARY))} beside its data",
            got="no table concept, or one without rows",
            next_step="name its schema: --schema NAME,VOCABULARY; or give a download of Athena: "
            "--vocabulary FOLDER",
            place=source.shown,
        )
    return VocabularyTables(source)
