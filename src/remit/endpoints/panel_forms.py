"""Forms of adjudication by people.

A form is a CSV file with the columns person, visit, adjudicator, response and comment. An empty
response is one that was not given.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from remit.errors import InstrumentError
from remit.terminal import cell_text
from remit.text_files import read_text_file

COLUMNS = ("person", "visit", "adjudicator", "response", "comment")
Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one adjudicator says of one person's visit; `response` is empty where nothing is.

    `person` is the id as the source has it.
    """

    person: str
    visit: str
    adjudicator: str
    response: str
    comment: str = ""

    @property
    def key(self) -> Key:
        return self.person, self.visit


def read_form(path: Path, *, answers: Sequence[str]) -> Mapping[Key, Judgement]:
    """The judgements of one adjudicator's form.

    Args:
        answers: the responses that may be given.

    Cells are parted by commas or, as some spreadsheets write them, by semicolons.

    Raises:
        InstrumentError: the file or a column is missing, a row has too many cells, no person is
            named, nobody is named, a response is none of the answers, a visit stands twice, or the
            form is of several adjudicators.
    """
    rows = _rows(_text_of(path), path)
    found: dict[Key, Judgement] = {}
    for number, row in rows:
        judgement = _judgement(row, answers, f"{path}:{number}")
        if judgement.key in found:
            raise InstrumentError(
                f"person {judgement.person}, {judgement.visit} stands twice in the form",
                expected="one row a person and visit",
                got="a second row",
                next_step="keep one row",
                place=f"{path}:{number}",
            )
        found[judgement.key] = judgement
    names = {judgement.adjudicator for judgement in found.values()}
    if len(names) != 1:
        raise InstrumentError(
            "a form is of one adjudicator",
            expected="one name in the column adjudicator",
            got=", ".join(sorted(names)) or "no row",
            next_step="give each adjudicator a file of their own",
            place=path,
        )
    return found


def _text_of(path: Path) -> str:
    save = "save it again; spreadsheets call it CSV UTF-8"
    return read_text_file(path, what="the form", form="CSV", error=InstrumentError, save=save)


def _rows(text: str, path: Path) -> list[tuple[int, Mapping[str, str]]]:
    """The rows with the line on which each ends; every one has a cell a column of the head."""
    head = text.partition("\n")[0]
    mark = ";" if ";" in head and "," not in head else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark)
    names = next(reader, [])
    missing = [name for name in COLUMNS[:4] if name not in names]
    if missing:
        raise InstrumentError(
            f"the form lacks {', '.join(missing)}",
            expected=", ".join(COLUMNS),
            got=", ".join(name for name in names if name in COLUMNS)
            or ("none of these columns" if names else "an empty file"),
            next_step="write the form with `remit panel form`",
            place=f"{path}:1",
        )
    rows: list[tuple[int, Mapping[str, str]]] = []
    for cells in reader:
        if len(cells) > len(names) or 0 < len(cells) < len(COLUMNS) - 1:
            raise InstrumentError(
                "the row does not fit the columns",
                expected=f"{len(names)} cells; a text with {mark!r} stands in quotes",
                got=f"{len(cells)} cells",
                next_step="put the comment in quotes, or leave the row as it was",
                place=f"{path}:{reader.line_num}",
            )
        if cells:
            rows.append((reader.line_num, dict(zip(names, cells, strict=False))))
    return rows


def _judgement(row: Mapping[str, str], answers: Sequence[str], place: str) -> Judgement:
    cells = {name: row.get(name, "").strip() for name in COLUMNS}
    person, response = cells["person"], cells["response"]
    if person.startswith("'") and cell_text(person[1:]) == person:
        person = person[1:]  # put before what a spreadsheet would take for a formula
    if not person:
        raise InstrumentError(
            "the row names no person",
            expected="an id as the source has it, such as 13 or LN-007",
            got="nothing",
            next_step="write the id as `remit panel form` gave it",
            place=place,
        )
    if not cells["adjudicator"] or not cells["visit"]:
        lacking = "adjudicator" if not cells["adjudicator"] else "visit"
        raise InstrumentError(
            f"the row names no {lacking}",
            expected="who judged which visit",
            got="an empty cell",
            next_step="fill the cell as `remit panel form` wrote it",
            place=place,
        )
    if response and response not in answers:
        raise InstrumentError(
            "the response is not one of the answers",
            expected=", ".join(answers),
            got="another text",
            next_step="correct it, or leave it empty",
            place=place,
        )
    names = ("visit", "adjudicator", "response", "comment")
    return Judgement(person, *(cells[name] for name in names))


def blank_form(keys: Sequence[Key], adjudicator: str) -> str:
    """The text of a form to fill: one row a visit, without any computed answer.

    Raises:
        InstrumentError: the adjudicator has no name.
    """
    name = adjudicator.strip()
    if not name:
        raise InstrumentError(
            "the adjudicator has no name",
            expected="whose form it is",
            got="nothing",
            next_step="give a name or a number",
        )
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    shown = cell_text(name)
    writer.writerows((cell_text(person), cell_text(visit), shown, "", "") for person, visit in keys)
    return text.getvalue()
