"""A screening whose every verdict is set by hand, over a dataset of birth years only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pyarrow as pa

from remit.criteria.columns.logic import Verdicts
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import Facts
from remit.facts.snapshot import empty_table, write_dataset
from remit.facts.tables import TABLES
from remit.protocol import Protocol, read_protocol_text
from remit.protocol.bound import bind_protocol
from remit.screening import Screening
from remit.screening.study_screenings import screening_of
from remit.truth import Reason, Status

HOSTILE = "<script>alert('x')</script> & \\u202eevil"

STUDY = """\
kind = "remit.protocol"
version = 1
id = "T-1"
name = "t1"
title = "A study HOSTILE"
summary = "What it does HOSTILE."
sponsor = "A hospital"
status = "recruiting"
target_enrolment = 10
default_anchor = "screening"
notes = ["A note HOSTILE"]

[design]
type = "observational"
text = "One group."

[[pages]]
page = "p1"
file = "p1.txt"
site = "a registry"

[anchors]
screening = "The day of judgement."

[windows]
default = "[screening - $lookback, screening]"

[parameters.lookback]
type = "literal"
text = "How old a value may be."
value = "28 days"
ground = "The page gives none HOSTILE."

[attestations.consent]
text = "Consent is given."
asks = "the investigator"
COHORTS
[[criteria]]
id = "I1"
kind = "inclusion"
text = "Adult HOSTILE."
interpretation = "Completed years HOSTILE."
sources = [{ page = "p1", first_line = 1, last_line = 2 }]
state = "executable"
expression = "age at screening >= 18 years and (upcr > 0.5 g/g or sex is female)"

[[criteria]]
id = "I2"
kind = "inclusion"
text = "Signed consent."
interpretation = "Only a signature says it."
sources = [{ page = "p1", first_line = 3, last_line = 3 }]
state = "needs_attestation"
expression = "attested consent"

[[criteria]]
id = "E1"
kind = "exclusion"
CONCERNS
text = "Cancer."
interpretation = "Any."
sources = [{ page = "p1", first_line = 4, last_line = 4 }]
state = "executable"
expression = "any malignancy"
"""
COHORTS = """
[[cohorts]]
id = "a"
label = "First HOSTILE"
text = "Group A."

[[cohorts]]
id = "b"
label = "Second"
text = "Group B."
"""


def study(*, cohorts: bool = False) -> Protocol:
    """The study; with cohorts `a` and `b`, of which only `a` has the exclusion."""
    text = STUDY.replace("COHORTS", COHORTS if cohorts else "")
    text = text.replace("CONCERNS", 'cohorts = ["a"]' if cohorts else "")
    return read_protocol_text(text.replace("HOSTILE", HOSTILE), source="t1.toml")


def people(
    folder: Path,
    persons: int,
    *,
    seed: int | None = 1,
    source: str = "tiny",
    names: Mapping[int, str] | None = None,
) -> Facts:
    """Persons of 1990 with an anchor each; `names` are their ids where these are text."""
    day = date(2024, 5, 1)
    rows: dict[str, list[dict[str, object]]] = {"person": [], "study_anchor": [], "measurement": []}
    for person in range(1, persons + 1):
        rows["person"].append(
            {
                "person_id": person,
                "gender_concept_id": 8507,
                "year_of_birth": 1990,
                "month_of_birth": 2,
                "day_of_birth": 3,
                "race_concept_id": 0,
                "ethnicity_concept_id": 0,
            }
        )
        rows["study_anchor"].append(
            {"person_id": person, "study": "T-1", "anchor": "screening", "anchor_date": day}
        )
    tables = {name: empty_table(name) for name in TABLES}
    if names is not None:
        rows["person_name"] = [
            {"person_id": who, "person_source_value": name} for who, name in names.items()
        ]
    for name, found in rows.items():
        tables[name] = pa.Table.from_pylist(found, schema=TABLES[name].schema)
    return write_dataset(folder, tables, source=source, data_cut=date(2024, 6, 30), seed=seed)


def by_hand(
    folder: Path, rows: Sequence[str], *, cohorts: bool = False, seed: int | None = 1
) -> Screening:
    """A screening from one text a person, one letter a criterion: m(et), n(ot), u(nknown), a(n/a).

    An unknown I2 waits for a signature, another unknown has no data.
    """
    codes = {"m": Status.MET, "n": Status.NOT_MET, "u": Status.UNKNOWN, "a": Status.NOT_APPLICABLE}
    bound = bind_protocol(study(cohorts=cohorts), NO_VOCABULARY)
    verdicts = {}
    for place, item in enumerate(bound.criteria):
        name = item.criterion.id
        reason = Reason.NEEDS_ATTESTATION if name == "I2" else Reason.NO_DATA
        letters = [row[place] for row in rows]
        verdicts[name] = Verdicts(
            np.array([codes[letter] for letter in letters], np.int8),
            np.array([reason.bit if letter == "u" else 0 for letter in letters], np.int32),
        )
    ids = np.arange(1, len(rows) + 1)
    return screening_of(bound, people(folder, len(rows), seed=seed), ids, verdicts)


def repeat(counts: Mapping[str, int]) -> list[str]:
    """Each text so many times."""
    return [text for text, number in counts.items() for _ in range(number)]
