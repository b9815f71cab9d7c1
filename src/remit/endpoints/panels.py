"""Adjudication by people: two forms, where they disagree, and the consensus.

A form is a CSV file with the columns person, visit, adjudicator, response and comment. An empty
response is one that was not given. The computed answer stands beside the people's and never changes
it.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from remit.endpoints.agreement import Kappa, cohen_kappa
from remit.errors import InstrumentError

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

    Raises:
        InstrumentError: the file or a column is missing, a person is no number, a response is none
            of the answers, a visit stands twice, or the form is of several adjudicators.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError) as error:
        raise InstrumentError(
            "the form cannot be read", next_step="check the path", place=path
        ) from error
    found: dict[Key, Judgement] = {}
    for number, row in enumerate(rows, start=2):
        judgement = _judgement(row, answers, f"{path}:{number}")
        if judgement.key in found:
            raise InstrumentError(
                f"person {judgement.person}, {judgement.visit} stands twice in the form",
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


def _judgement(row: Mapping[str, str | None], answers: Sequence[str], place: str) -> Judgement:
    missing = [name for name in COLUMNS[:4] if row.get(name) is None]
    if missing:
        raise InstrumentError(
            f"the form lacks {', '.join(missing)}",
            expected=", ".join(COLUMNS),
            next_step="write the form with `remit panel form`",
            place=place,
        )
    person, response = (row["person"] or "").strip(), (row["response"] or "").strip()
    if not person.isdigit():
        raise InstrumentError("the person is no whole number", next_step="correct it", place=place)
    if response and response not in answers:
        raise InstrumentError(
            f"{response!r} is not one of the answers",
            expected=", ".join(answers),
            got=response,
            next_step="correct it, or leave it empty",
            place=place,
        )
    return Judgement(
        int(person),
        (row["visit"] or "").strip(),
        (row["adjudicator"] or "").strip(),
        response,
        (row.get("comment") or "").strip(),
    )


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
    """The text of a form to fill: one row a visit, without any computed answer."""
    lines = [",".join(COLUMNS)]
    lines += [f"{person},{visit},{adjudicator},," for person, visit in keys]
    return "\n".join(lines) + "\n"
