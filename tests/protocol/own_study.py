"""A small study with concepts and a response definition of its own, and people with their codes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from remit.facts.opened import Facts
from remit.testing import Row, small_facts

# Local ids that nothing of Remit's has: no criterion knows them but by the study's own files.
FLARE, PILL, SPLIT = 2_101_000_001, 2_101_000_002, 2_101_000_003

CONCEPTS = f"""\
kind = "remit.concepts"
version = 1

[concept.joint_attack]
label = "Joint attack, as our clinic codes it"
kind = "condition"
source = "Our own list."
codes = [
 {{ vocabulary = "local", code = "J-1", name = "Joint attack", omop = {FLARE}, verified = "us" }},
]

[concept.study_pill]
label = "Study pill"
kind = "drug"
source = "Our own list."
codes = [
 {{ vocabulary = "local", code = "P-1", name = "Study pill", omop = {PILL}, verified = "us" }},
]

[concept.pill_or_prednisone]
label = "The study pill or prednisone"
kind = "drug"
source = "Our own list."
members = ["study_pill", "prednisone"]

[concept.split_product]
label = "A complement split product"
kind = "quantity"
unit = "mg/L"
units = ["mg/dL"]
plausible = ["0.1", "500"]
source = "Our own list."
codes = [
 {{ vocabulary = "local", code = "S-1", name = "Split product", omop = {SPLIT}, verified = "us" }},
]
"""

RESPONSE = """\
kind = "remit.response"
version = 1
id = "split_halved"
title = "Split product halved"
citation = "Our own protocol."
judged_at = "week 24"
missing = "not_assessable"
missing_ground = "Our own protocol says nothing."

[[responses]]
grade = "CR"
label = "Halved"

[[responses.gates]]
id = "halved"
text = "Half of the value at baseline, or less."
expression = "split_product <= 0.5 * split_product at baseline"
"""

STUDY = """\
kind = "remit.protocol"
version = 1
id = "OWN-1"
name = "own_1"
title = "A study of our own"
summary = "None."
sponsor = "Our hospital"
status = "planned"
target_enrolment = 10
default_anchor = "screening"

[design]
type = "observational"
text = "One group."

[files]
concepts = ["codes/concepts.toml"]
definitions = ["response.toml"]

[anchors]
screening = "The day of judgement."
baseline = "The first day."

[windows]
default = "[screening - 28 days, screening]"

[windows.concepts]
split_product = "[screening - 14 days, screening]"

[parameters.response_definition]
type = "name"
text = "Which definition."
default = "split_halved"
ground = "Ours."
options = { split_halved = "Ours.", kdigo_2024 = "KDIGO 2024." }

[[visits]]
id = "baseline"
label = "Baseline"
week = 0
window = "7 days"

[[visits]]
id = "week_24"
label = "Week 24"
week = 24
window = "14 days"

[[criteria]]
id = "I1"
kind = "inclusion"
text = "Split product above 10 mg/L."
state = "executable"
expression = "split_product > 10 mg/L"

[[criteria]]
id = "E1"
kind = "exclusion"
text = "A joint attack within a year."
state = "executable"
expression = "any joint_attack in [screening - 1 year, screening]"

[[criteria]]
id = "E2"
kind = "exclusion"
text = "More than 5 mg a day of the pill or prednisone."
state = "executable"
expression = "dose of pill_or_prednisone at screening > 5 mg/d"

[[criteria]]
id = "E3"
kind = "exclusion"
text = "Any infection within a month."
state = "executable"
expression = "any infection in [screening - 30 days, screening]"
"""

SCREENED = "2024-01-10"


def write_study(folder: Path, **texts: str) -> Path:
    """The study's files below a folder; returns the path of the protocol."""
    (folder / "codes").mkdir(parents=True, exist_ok=True)
    for name, text in {
        "codes/concepts.toml": texts.get("concepts", CONCEPTS),
        "response.toml": texts.get("response", RESPONSE),
        "study.toml": texts.get("study", STUDY),
    }.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder / "study.toml"


def _person(number: int, *rows: Row, split: str = "20", later: str = "8") -> list[Row]:
    lab = {"concept": SPLIT, "table": "measurement", "unit": "mg/L"}
    found: list[Row] = [
        {"anchor": "screening", "date": SCREENED, "study": "OWN-1"},
        {"anchor": "baseline", "date": "2024-01-14", "study": "OWN-1"},
        {**lab, "date": SCREENED, "number": split},
        {**lab, "date": "2024-01-14", "number": split},
        {**lab, "date": "2024-06-30", "number": later},
        *rows,
    ]
    return [{**row, "person_id": number} for row in found]


def own_people(*, mapped: Sequence[str] = ()) -> Facts:
    """1 fits; 2 had an attack; 3 takes 4 + 4 mg; 4 has a low value and does not respond.

    The tables are not declared to be mapped, as a hospital hands them over: a code that nobody
    knows leaves every absence open.
    """
    attack: Row = {"concept": FLARE, "table": "condition_occurrence", "date": "2023-12-20"}
    pill: Row = {"drug": PILL, "start": "2024-01-01", "end": "2024-02-01", "dose": "4 mg/d"}
    prednisone = {**pill, "drug": "prednisone"}
    rows = [
        *_person(1),
        *_person(2, attack),
        *_person(3, pill, prednisone),
        *_person(4, split="8", later="7"),
        # So that some infection occurs in the data, and its absence can be believed.
        {"person_id": 5, "concept": "pneumonia", "date": "2020-01-01", "end": "2020-01-20"},
    ]
    return small_facts(rows, data_cut=date(2024, 12, 31), mapped=mapped, own_codes=())
