"""What the reader of a format hands over, and what the user says of an import."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pyarrow as pa

from remit.facts.intake.accounting.report import (
    ChangedCells,
    LeftOut,
    NotUnderstood,
)
from remit.facts.intake.deidentified.pseudonym_key import KeyFile
from remit.facts.intake.persons.anchor_file import StudyDates
from remit.facts.intake.persons.coverage_rule import CoverageRule
from remit.facts.intake.persons.person_ids import PersonNumbers
from remit.facts.intake.rows.row_store import RowStore
from remit.facts.screening_dates import (
    Rule,
)
from remit.facts.strengths_origin import StrengthsOrigin
from remit.facts.vocabulary.code_book import CodeBook


@dataclass(frozen=True, slots=True)
class SourceTables:
    """What the reader of a format found.

    Attributes:
        tables: with the columns and types of `TABLES`. A person or a first day may be empty still.
        reads: table -> the file (and sheet) that it was read from, and its rows there.
        left_out: rows that the reader could not turn into rows of a table, by table.
        names: what the source's vocabulary calls its codes.
        resolved: the tables in which each name was mapped to a concept, or to nothing on purpose:
            only these may be declared mapped. None where the source has codes in place of names.
        open_names: code -> the name of the source that stands under it, since nothing maps it; the
            reader has told of each.
        stored: rows beside those of `tables`, where a source may have more than memory.
        unread: tables of the source that nothing is read of -> the file, and its rows.
        source_rows: rows of the source by its own names, such as those of domains, where they are
            none of `reads`: for `--expect`.
        cells: what was emptied, rounded or inferred.
        vocabulary: the version of the vocabulary that codes were looked up in.
        by_vocabulary: the tables whose codes the reader has resolved by that vocabulary, since a
            record says more than its code, as where an answer denies it; None where codes are
            still to be resolved.
        strengths: who gave the rows of `drug_strength`; None where there are none.
        ingredients: of drugs whose strengths give doses.
    """

    tables: Mapping[str, pa.Table]
    persons: PersonNumbers
    reads: Mapping[str, tuple[str | None, int]]
    left_out: Mapping[str, tuple[LeftOut, ...]] = field(default_factory=dict)
    not_understood: tuple[NotUnderstood, ...] = ()
    names: Mapping[int, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    resolved: frozenset[str] | None = None
    open_names: Mapping[int, str] = field(default_factory=dict)
    stored: RowStore | None = None
    unread: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    source_rows: Mapping[str, int] = field(default_factory=dict)
    cells: tuple[ChangedCells, ...] = ()
    vocabulary: str | None = None
    by_vocabulary: frozenset[str] | None = None
    strengths: StrengthsOrigin | None = None
    ingredients: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class IntakeChoices:
    """What the user says of an import.

    Attributes:
        source: where the data come from, in words.
        data_cut: the last day that the data can speak of; the latest of the data when None.
        complete, mapped, own_codes: tables, as `Manifest` has them.
        strict: refuse the import where a row would be left out.
        rule: when persons are screened of whom the data do not say it.
        signed: a file of signatures.
        anchors: study -> the name of the date on which it screens.
        items: study -> the items that its criteria ask people to sign.
        expected: table of the source -> how many rows it must have.
        dates: a file of named dates. studies: what dates each study names.
        pseudonyms: write it de-identified, by this key.
        book: the vocabulary that codes are resolved by; without one they stay as they are.
        coverage: when persons were watched of whom the source does not say it; nothing when None.
    """

    source: str
    data_cut: date | None = None
    complete: Collection[str] = ()
    mapped: Collection[str] = ()
    own_codes: Collection[str] = ()
    strict: bool = False
    rule: Rule | None = None
    signed: Path | None = None
    anchors: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, Collection[str]] = field(default_factory=dict)
    expected: Mapping[str, int] = field(default_factory=dict)
    dates: Path | None = None
    studies: Mapping[str, StudyDates] = field(default_factory=dict)
    pseudonyms: KeyFile | None = None
    book: CodeBook | None = None
    coverage: CoverageRule | None = None
