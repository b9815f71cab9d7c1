"""The sample sheet: which person, tissue, visit and assay each sample is, and where its values lie.

A table with a row a sample, comma- or tab-separated, UTF-8. Columns: `sample`, `person`, `tissue`,
`assay`, `path`; where they are known `visit`, `batch`, `site`, `column` (of the file; the sample's
id without), `scale` and `replicate`.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from remit.errors import OmicsError, Place, all_in_one
from remit.text_files import read_text_file

REQUIRED = ("sample", "person", "tissue", "assay", "path")
OPTIONAL = ("visit", "batch", "site", "column", "scale", "replicate")
TISSUES = ("blood", "pbmc", "serum", "plasma", "urine", "kidney", "skin")
# What an assay's values may be; the first is taken where the sheet says nothing.
SCALES: Mapping[str, tuple[str, ...]] = {
    "expression_array": ("log2", "log2x1000", "linear"),
    "rna_counts": ("counts",),
}
_MOST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Sample:
    """One row of the sheet.

    Attributes:
        id: of the sample, once in the sheet.
        visit, batch, site: empty where the sheet does not say.
        path: of the file with its values.
        column: of that file.
        scale: of `SCALES`.
        replicate: a number, where the sample is one of several of the same person, tissue, visit
            and assay; else None.
        line: of the sheet.
    """

    id: str
    person: str
    tissue: str
    visit: str
    assay: str
    batch: str
    site: str
    path: Path
    column: str
    scale: str
    replicate: int | None
    line: int

    @property
    def unit(self) -> tuple[str, str, str, str]:
        """Person, tissue, visit and assay: what there may be one sample of."""
        return self.person, self.tissue, self.visit, self.assay


@dataclass(frozen=True, slots=True)
class SampleSheet:
    """All samples of a sheet, in its order."""

    path: Path
    samples: tuple[Sample, ...]

    def __repr__(self) -> str:
        return f"<SampleSheet {self.path.name}: {len(self.samples)} samples of {len(self.persons)}>"

    @property
    def persons(self) -> tuple[str, ...]:
        """Each person once, in order of appearance."""
        return tuple(dict.fromkeys(one.person for one in self.samples))

    @property
    def visits(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(one.visit for one in self.samples if one.visit))


def read_samples(path: Path | str) -> SampleSheet:
    """Read a sample sheet.

    Raises:
        OmicsError: the sheet cannot be read, lacks a column, or some of its rows cannot be; every
            such row is named with its line.
    """
    path = Path(path)
    text = read_text_file(path, what="the sample sheet", form="CSV", error=OmicsError)
    rows, heads = _rows(text, path)
    found: list[Sample] = []
    wrong: list[OmicsError] = []
    for line, cells in rows:
        try:
            found.append(_sample(dict(zip(heads, cells, strict=True)), line, path))
        except OmicsError as error:
            wrong.append(error)
    wrong += _repeated(found, path)
    if wrong:
        raise all_in_one(wrong[:_MOST_SHOWN])
    if not found:
        raise OmicsError(
            "the sample sheet has no samples",
            expected="a row for each sample below the head",
            got="a head alone",
            next_step="add the samples",
            place=path,
        )
    return SampleSheet(path, tuple(found))


def _rows(text: str, path: Path) -> tuple[list[tuple[int, list[str]]], list[str]]:
    first = text.split("\n", 1)[0]
    reader = csv.reader(StringIO(text), delimiter="\t" if "\t" in first else ",")
    heads = [head.strip().lower() for head in next(reader, [])]
    missing = [name for name in REQUIRED if name not in heads]
    if missing:
        raise OmicsError(
            f"the sample sheet lacks the columns {', '.join(missing)}",
            expected=f"{', '.join(REQUIRED)} and, where known, {', '.join(OPTIONAL)}",
            got=", ".join(heads) or "an empty file",
            next_step="name the columns in the first line",
            place=Place(str(path), 1),
        )
    twice = sorted({head for head in heads if heads.count(head) > 1})
    if twice:
        raise OmicsError(
            f"the sample sheet names {', '.join(twice)} twice",
            expected="each column once",
            got=", ".join(heads),
            next_step="rename one of them",
            place=Place(str(path), 1),
        )
    rows = []
    for cells in reader:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(heads):
            raise OmicsError(
                "a row of the sample sheet has another number of cells than its head",
                expected=f"{len(heads)} cells",
                got=f"{len(cells)}",
                next_step="put texts that hold the separator in quotes",
                place=Place(str(path), reader.line_num),
            )
        rows.append((reader.line_num, [cell.strip() for cell in cells]))
    return rows, heads


def _sample(row: Mapping[str, str], line: int, path: Path) -> Sample:
    place = Place(str(path), line)
    for name in REQUIRED:
        if not row[name]:
            raise OmicsError(
                f"a sample has no {name}",
                expected=f"a {name} for every sample",
                got="an empty cell",
                next_step="fill it in, or take the row out",
                place=place,
            )
    assay = _one_of(row["assay"], tuple(SCALES), "assay", place)
    scales = SCALES[assay]
    return Sample(
        id=row["sample"],
        person=row["person"],
        tissue=_one_of(row["tissue"], TISSUES, "tissue", place),
        visit=row.get("visit", ""),
        assay=assay,
        batch=row.get("batch", ""),
        site=row.get("site", ""),
        path=path.parent / row["path"],
        column=row.get("column") or row["sample"],
        scale=_one_of(row.get("scale") or scales[0], scales, "scale", place),
        replicate=_replicate(row.get("replicate", ""), place),
        line=line,
    )


def _one_of(text: str, known: Sequence[str], what: str, place: Place) -> str:
    if text not in known:
        raise OmicsError(
            f"nobody knows this {what}",
            expected=f"one of {', '.join(known)}",
            got=text,
            next_step=f"write the {what} as one of these words",
            place=place,
        )
    return text


def _replicate(text: str, place: Place) -> int | None:
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) > 0):
        raise OmicsError(
            "a replicate is a whole number",
            expected="1, 2, … for the technical replicates of one sample, or nothing",
            got=text,
            next_step="number them",
            place=place,
        )
    return int(text)


def _repeated(samples: Sequence[Sample], path: Path) -> list[OmicsError]:
    """Samples whose id stands twice, and several of one unit that are not numbered."""
    wrong = []
    ids: dict[str, int] = {}
    units: defaultdict[tuple[str, str, str, str], list[Sample]] = defaultdict(list)
    for one in samples:
        if one.id in ids:
            wrong.append(OmicsError(
                f"the sample {one.id} stands twice",
                expected="each sample once",
                got=f"lines {ids[one.id]} and {one.line}",
                next_step="take one out, or rename it",
                place=Place(str(path), one.line),
            ))  # fmt: skip
        ids.setdefault(one.id, one.line)
        units[one.unit].append(one)
    for several in units.values():
        numbers = [one.replicate for one in several]
        if len(several) > 1 and (None in numbers or len(set(numbers)) < len(numbers)):
            lines = ", ".join(str(one.line) for one in several)
            wrong.append(OmicsError(
                "a person has several samples of one tissue, visit and assay",
                expected="one, or technical replicates numbered 1, 2, … in the column replicate",
                got=f"{len(several)} samples, lines {lines}",
                next_step="name their visits, number them, or take the others out",
                place=Place(str(path), several[1].line),
            ))  # fmt: skip
    return wrong
