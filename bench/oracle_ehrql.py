"""ehrQL as an oracle: the same questions in both languages, of the same people, cell by cell.

    python bench/oracle_ehrql.py --questions 400 --persons 400 --seed 7

ehrQL (GPL-3) runs in an environment of its own, as a process of its own, over dummy tables, by its
engine in memory; all questions are columns of one dataset. What its plain words mean otherwise is
written out in `ehrql_rules` and counted by a second run without.
"""

from __future__ import annotations

import argparse
import csv
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from ehrql_people import DATA_CUT, DIVISORS, STUDY, People
from ehrql_questions import ANCHORS, CODED, EVENTS, QUANTITIES, Question, Questions
from ehrql_rules import RULES, TABLES
from peers import absence, python_of

from remit.criteria.binder import bind_expression
from remit.criteria.columns.subjects import study_subjects
from remit.criteria.environment import Environment
from remit.criteria.meanings import evaluate_columns
from remit.facts import tables as facts_tables
from remit.facts.codes import NO_VOCABULARY, occurring_codes
from remit.facts.dictionary import packaged_dictionary
from remit.facts.reading import TablesPart
from remit.truth import Status
from remit.units import unit_table

DEPTH = 3
_SAID = {"T": Status.MET, "F": Status.NOT_MET, "": Status.UNKNOWN}
Cells = dict[tuple[int, int], Status]


@dataclass(slots=True)
class Compared:
    """What was compared: the cells, those that differ, and those that plain ehrQL has otherwise."""

    pairs: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    plain: Counter[tuple[Status, Status]] = field(default_factory=Counter)
    seconds: float = 0.0


def our_cells(questions: Sequence[Question], people: People) -> Cells:
    """The answers of the evaluator over columns, by person and place of the question."""
    codes = replace(
        NO_VOCABULARY,
        occurring=occurring_codes(people.tables),
        mapped=facts_tables.CODED,
        own=facts_tables.CODED,
    )
    environment = Environment(packaged_dictionary(), frozenset(ANCHORS), codes=codes)
    nodes = {
        f"c{place}": bind_expression(question.ours, environment)
        for place, question in enumerate(questions)
    }
    part = TablesPart(people.tables)
    subjects = study_subjects(part, study=STUDY, data_cut=DATA_CUT)
    verdicts = evaluate_columns(nodes, part, subjects, complete=frozenset())
    persons = people.tables["person"]["person_id"].to_pylist()
    return {
        (person, place): Status(int(verdicts[f"c{place}"].statuses[row]))
        for row, person in enumerate(persons)
        for place in range(len(questions))
    }


def definition(questions: Sequence[Question], *, plain: bool) -> str:
    """The dataset of all questions, in ehrQL."""
    dictionary, units = packaged_dictionary(), unit_table()
    names = (*QUANTITIES, *CODED, *EVENTS)
    read_in = {
        name: [
            (by, sorted(units[unit].omop_ids))
            for unit, by in DIVISORS.get(name, {own: 1.0} if own not in ("", "1:") else {}).items()
        ]
        for name, (own, _) in QUANTITIES.items()
    }
    answers = {
        name: {value: code.omop for value, code in dictionary.concept(name).values.items()}
        for name in CODED
    }
    chronic = [
        name for name in EVENTS if {leaf.course for leaf in dictionary.leaves(name)} == {"chronic"}
    ]
    known = {
        "PLAIN": plain,
        "CODES": {name: sorted(dictionary.omop_ids(name)) for name in names},
        "UNITS": read_in,
        "CODED": answers,
        "ANSWERS": {name: sorted(found.values()) for name, found in answers.items()},
        "CHRONIC": chronic,
    }
    lines = [TABLES, *(f"{name} = {value!r}" for name, value in known.items()), RULES]
    lines += [f"dataset.c{place} = {one.theirs}" for place, one in enumerate(questions)]
    return "\n".join(lines) + "\n"


def their_cells(
    python: Path, questions: Sequence[Question], people: People, *, plain: bool = False
) -> Cells:
    """The answers of ehrQL."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "definition.py").write_text(definition(questions, plain=plain), encoding="utf-8")
        (folder / "tables").mkdir()
        columns = {
            "people": ("patient_id", "birth", "sex", *ANCHORS),
            "values": ("patient_id", "record", "code", "day", "minute", "number", "unit", "answer"),
            "events": ("patient_id", "record", "code", "start", "end"),
        }
        for name, rows in people.rows.items():
            with (folder / "tables" / f"{name}.csv").open("w", newline="") as file:
                writer = csv.DictWriter(file, columns[name])
                writer.writeheader()
                writer.writerows(rows)
        words = ["generate-dataset", "definition.py", "--dummy-tables", "tables"]
        run = subprocess.run(
            [python.absolute(), "-m", "ehrql", *words, "--output", "cells.csv"],
            cwd=folder,
            env={"PYTHONHASHSEED": "0", "PYTHONPATH": str(folder), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        if run.returncode:
            sys.exit(f"ehrQL ended with {run.returncode}\n{run.stderr[-3000:]}")
        with (folder / "cells.csv").open(newline="") as file:
            return {
                (int(row["patient_id"]), place): _SAID[row[f"c{place}"]]
                for row in csv.DictReader(file)
                for place in range(len(questions))
            }


def compare(python: Path, *, questions: int, persons: int, seed: int) -> Compared:
    """Draws so many questions and persons, and holds both answers against each other."""
    random = np.random.default_rng(seed)
    people = People(random, persons)
    draw = Questions(random)
    asked = [draw.draw(int(random.integers(0, DEPTH + 1))) for _ in range(questions)]
    ours = our_cells(asked, people)
    found = Compared(pairs=len(ours), statuses=Counter(ours.values()))
    started = time.perf_counter()
    theirs = their_cells(python, asked, people)
    found.seconds = time.perf_counter() - started
    plain = their_cells(python, asked, people, plain=True)
    if theirs.keys() != ours.keys() or plain.keys() != ours.keys():
        sys.exit("ehrQL has not answered for the same persons and questions")
    for cell, answer in ours.items():
        if theirs[cell] is not answer:
            person, place = cell
            found.differences.append(
                f"person {person}: {answer.word}, ehrQL {theirs[cell].word}: {asked[place].ours}"
            )
        if plain[cell] is not answer:
            found.plain[answer, plain[cell]] += 1
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--questions", type=int, default=400)
    parser.add_argument("--persons", type=int, default=400)
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    python = python_of("ehrql")
    if python is None:
        print(absence("ehrql"))
        return 0
    found = compare(python, questions=given.questions, persons=given.persons, seed=given.seed)
    print(
        f"{found.pairs} pairs ({given.questions} questions), {len(found.differences)} differences; "
        f"ehrQL {found.seconds:.1f} s"
    )
    for status in Status:
        print(f"  {status.word:16} {found.statuses[status]}")
    print(f"  plain ehrQL, without the rules written out: {found.plain.total()} differences")
    for (ours, theirs), number in sorted(found.plain.items()):
        print(f"    {ours.word:10} there {theirs.word:10} {number}")
    for difference in found.differences[:20]:
        print(difference)
    return 1 if found.differences else 0


if __name__ == "__main__":
    sys.exit(main())
