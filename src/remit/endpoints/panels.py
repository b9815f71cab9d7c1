"""Adjudication by people: two forms, where they disagree, and the consensus.

A form is a CSV file with the columns person, visit, adjudicator, response and comment. An empty
response is one that was not given. The computed answer stands beside the people's and never changes
it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remit.analysis.agreement import Kappa, cohen_kappa
from remit.errors import InstrumentError
from remit.text_files import read_text_file

COLUMNS = ("person", "visit", "adjudicator", "response", "comment")
Key = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one adjudicator says of one person's visit; `response` is empty where nothing is."""

    person: int
    visit: str
    adjudicator: str
    response: str
    comment: str = ""

    @property
    def key(self) -> Key:
        return self.person, self.visit


@dataclass(frozen=True, slots=True)
class Line:
    """One visit as the panel has it.

    Attributes:
        first, second: the two answers; empty where one was not given.
        consensus: agreed by both at once, or decided afterwards; empty while it is open.
        by: `both` or who decided; empty while it is open.
        computed: the answer of the definition, for comparison only; empty where it was not asked.
    """

    person: int
    visit: str
    first: str
    second: str
    consensus: str
    by: str
    computed: str


@dataclass(frozen=True, slots=True)
class Panel:
    """Two adjudicators' forms side by side.

    Attributes:
        names: of the two adjudicators.
        agreement: over the visits that both judged.
        against_computed: of the consensus with the computed answer, where both are there.
    """

    names: tuple[str, str]
    lines: tuple[Line, ...]
    agreement: Kappa
    against_computed: Kappa

    @property
    def disagreements(self) -> tuple[Line, ...]:
        return tuple(
            line for line in self.lines if line.first and line.second and line.first != line.second
        )

    @property
    def open(self) -> tuple[Line, ...]:
        """Visits without a consensus."""
        return tuple(line for line in self.lines if not line.consensus)


def read_form(path: Path, *, answers: Sequence[str]) -> Mapping[Key, Judgement]:
    """The judgements of one adjudicator's form.

    Args:
        answers: the responses that may be given.

    Cells are parted by commas or, as some spreadsheets write them, by semicolons.

    Raises:
        InstrumentError: the file or a column is missing, a row has too many cells, a person is no
            number, nobody is named, a response is none of the answers, a visit stands twice, or the
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
    if not (person.isascii() and person.isdigit()):
        raise InstrumentError(
            "the person is no whole number",
            expected="a number of the dataset, such as 13",
            got="another text" if person else "nothing",
            next_step="write the number as `remit panel form` gave it",
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
            f"{response!r} is not one of the answers",
            expected=", ".join(answers),
            got=response,
            next_step="correct it, or leave it empty",
            place=place,
        )
    names = ("visit", "adjudicator", "response", "comment")
    return Judgement(int(person), *(cells[name] for name in names))


def compare_judgements(
    first: Mapping[Key, Judgement],
    second: Mapping[Key, Judgement],
    *,
    consensus: Mapping[Key, Judgement] | None = None,
    computed: Mapping[Key, str] | None = None,
) -> Panel:
    """Two forms side by side, with the consensus and, apart, the computed answer.

    Raises:
        InstrumentError: both forms are of one adjudicator, or the consensus decides a visit on
            which the two agree otherwise.
    """
    names = _name(first), _name(second)
    if names[0] == names[1]:
        raise InstrumentError(
            "both forms are of one adjudicator",
            expected="two names",
            got=names[0],
            next_step="give the forms of two people",
        )
    decided, known = consensus or {}, computed or {}
    lines = []
    for key in sorted({*first, *second}):
        one = first[key].response if key in first else ""
        two = second[key].response if key in second else ""
        agreed = one if one and one == two else ""
        final = decided[key].response if key in decided else ""
        if agreed and final and final != agreed:
            raise InstrumentError(
                f"person {key[0]}, {key[1]}: both say {agreed} and the consensus says {final}",
                next_step="a consensus decides only where the two disagree or are silent",
            )
        by = "both" if agreed else decided[key].adjudicator if final else ""
        lines.append(Line(*key, one, two, agreed or final, by, known.get(key, "")))
    both = [(line.first, line.second) for line in lines if line.first and line.second]
    held = [(line.consensus, line.computed) for line in lines if line.consensus and line.computed]
    return Panel(names, tuple(lines), _kappa(both), _kappa(held))


def _name(form: Mapping[Key, Judgement]) -> str:
    return next(iter(form.values())).adjudicator


def _kappa(pairs: Sequence[tuple[str, str]]) -> Kappa:
    words = sorted({word for pair in pairs for word in pair})
    first = np.array([words.index(one) for one, _ in pairs], np.int64)
    second = np.array([words.index(two) for _, two in pairs], np.int64)
    return cohen_kappa(first, second)


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
    writer.writerows((person, visit, name, "", "") for person, visit in keys)
    return text.getvalue()
