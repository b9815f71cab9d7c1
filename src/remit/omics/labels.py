"""What is to be told from the samples: one label a person, with the rule that gave it."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from io import StringIO
from pathlib import Path

import numpy as np

from remit.endpoints.study_responses import StudyAdjudication
from remit.errors import OmicsError, Place
from remit.facts.person_names import person_names
from remit.omics.value_files import MISSING
from remit.text_files import read_text_file

# Grades such as PR are no answer: whether one is a yes is for the rule to say.
_YES = frozenset({"1", "yes", "true", "responder", "response"})
_NO = frozenset({"0", "no", "false", "non-responder", "nonresponder", "non_responder"})


@dataclass(frozen=True, slots=True)
class Labels:
    """Yes or no for each person.

    Attributes:
        rule: what a yes is, such as `complete response (accelerate) at week_24`.
        answers: person -> yes.
        clinical: person -> clinical column -> number; NaN where not known.
        left_out: why -> how many persons have no label.
        adjudicated: whether a response definition gave them, or a file.
    """

    rule: str
    answers: Mapping[str, bool]
    clinical: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    left_out: Mapping[str, int] = field(default_factory=dict)
    adjudicated: bool = False

    def only(self, persons: Sequence[str]) -> Labels:
        """Those of some persons."""
        kept = {who: self.answers[who] for who in persons if who in self.answers}
        return replace(self, answers=kept)

    def with_clinical(self, clinical: Mapping[str, Mapping[str, float]]) -> Labels:
        """The same with clinical columns of another file."""
        return replace(self, clinical=clinical)


def read_labels(
    path: Path | str,
    *,
    rule: str,
    person: str = "person",
    label: str = "label",
    clinical: Sequence[str] = (),
) -> Labels:
    """Labels of a file, one row a person, with columns of what the clinic knows.

    Args:
        rule: in words, what a yes is; a label without its rule says nothing.
        person, label, clinical: names of columns.

    Raises:
        OmicsError: the file or a column is not there, a label is neither yes nor no, a person has
            two of them, or a clinical value is no number.
    """
    path = Path(path)
    if not rule.strip():
        raise OmicsError(
            "labels need the rule that gave them",
            expected="what a yes is, such as `proteinuria item 0 at day 84 to 365`",
            got="nothing",
            next_step="say it",
            place=path,
        )
    reader = _reader(path, "labels", (person, label, *clinical))
    answers: dict[str, bool] = {}
    numbers: dict[str, dict[str, float]] = {}
    unlabelled = 0
    for row in reader:
        place = Place(str(path), reader.line_num)
        who, said = (row[person] or "").strip(), (row[label] or "").strip()
        if said in MISSING:
            unlabelled += 1
            continue
        answer = _answer(said, place)
        if answers.setdefault(who, answer) != answer:
            raise OmicsError(
                "a person has two labels",
                expected="one label for each person",
                got="a yes and a no",
                next_step="keep the one that is meant: a label belongs to a person, not a sample",
                place=place,
            )
        found = {name: _number((row[name] or "").strip(), name, place) for name in clinical}
        numbers.setdefault(who, found)
    left = {"no label in the file": unlabelled} if unlabelled else {}
    return Labels(rule.strip(), answers, numbers, left)


def read_clinical(
    path: Path | str, columns: Sequence[str], *, person: str = "person"
) -> Mapping[str, Mapping[str, float]]:
    """What the clinic has of each person, one row a person: person -> column -> number.

    Raises:
        OmicsError: the file or a column is not there, a value is no number, or a person stands
            twice.
    """
    path = Path(path)
    reader = _reader(path, "clinical columns", (person, *columns))
    found: dict[str, Mapping[str, float]] = {}
    for row in reader:
        place = Place(str(path), reader.line_num)
        who = (row[person] or "").strip()
        if who in found:
            raise OmicsError(
                "a person has two rows of clinical columns",
                expected="one row a person, of the time before treatment",
                got="a second one",
                next_step="keep the one that is meant",
                place=place,
            )
        found[who] = {name: _number((row[name] or "").strip(), name, place) for name in columns}
    return found


def _reader(path: Path, what: str, columns: Sequence[str]) -> csv.DictReader[str]:
    """The rows of a file that has these columns."""
    text = read_text_file(path, what=f"the file of {what}", form="CSV", error=OmicsError)
    first = text.split("\n", 1)[0]
    reader = csv.DictReader(StringIO(text), delimiter="\t" if "\t" in first else ",")
    heads = [head.strip() for head in reader.fieldnames or ()]
    reader.fieldnames = heads
    for name in columns:
        if name not in heads:
            raise OmicsError(
                f"the file of {what} has no column {name}",
                expected=f"the columns {', '.join(columns)}",
                got=", ".join(heads) or "an empty file",
                next_step="name its columns with --person-column, --label-column and --clinical",
                place=Place(str(path), 1),
            )
    return reader


def _answer(said: str, place: Place) -> bool:
    word = said.lower()
    if word in _YES or word in _NO:
        return word in _YES
    raise OmicsError(
        "a label is neither yes nor no",
        expected=f"one of {', '.join(sorted(_YES | _NO))}, or NA",
        got="another word",
        next_step="write 1 or 0",
        place=place,
    )


def _number(text: str, name: str, place: Place) -> float:
    if text in MISSING:
        return np.nan
    try:
        found = float(text)
    except ValueError as error:
        raise OmicsError(
            f"the clinical column {name} holds a text",
            expected="numbers, and NA where there is none",
            got="a cell that is no number",
            next_step="code classes as numbers",
            place=place,
        ) from error
    return found if np.isfinite(found) else np.nan


def adjudicated_labels(
    study: StudyAdjudication,
    definition: str,
    visit: str,
    *,
    yes: Sequence[str] = (),
    clinical: Mapping[str, Mapping[str, float]] | None = None,
) -> Labels:
    """Labels by the responses of a study under one definition at one visit.

    A response that is not assessable, or not there, is none: it is counted, never read as a no,
    unless the definition's own rule for what is missing says so.

    Args:
        definition, visit: ids.
        yes: the grades that count as a yes; none given: all but the last, which is no response.

    Raises:
        OmicsError: the study was not adjudicated under this definition, or that has no such grade.
    """
    names = person_names(study.followed.facts)
    at = study.rows_at(visit)
    for one in study.adjudications:
        if one.definition.id != definition:
            continue
        graded = tuple(yes) or one.grades[:-1]
        unknown = sorted(set(graded) - set(one.grades))
        if unknown:
            raise OmicsError(
                "the definition has no such grade",
                expected=f"some of {', '.join(one.grades)}",
                got=", ".join(unknown),
                next_step="name its grades",
            )
        places = one.imputed[at]
        persons = names.all_shown(study.visits.visits.person[at])
        answers = {
            who: one.grades[place] in graded
            for who, place in zip(persons, places.tolist(), strict=True)
            if place >= 0
        }
        open_ = int((places < 0).sum())
        rule = f"{' or '.join(graded)} by {definition} at {visit}"
        left = {"response not assessable": open_} if open_ else {}
        return Labels(rule, answers, clinical or {}, left, adjudicated=True)
    raise OmicsError(
        "the study was not adjudicated under this definition",
        expected=f"one of {', '.join(one.definition.id for one in study.adjudications)}",
        got=definition,
        next_step="ask for it with --definition",
    )
