"""Screenings with random criteria, cohorts and verdicts: a few persons, many small counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from functools import cache
from itertools import product

import numpy as np

from remit.criteria.columns.logic import Verdicts
from remit.facts.codes import NO_VOCABULARY
from remit.facts.opened import facts_in_memory
from remit.protocol import read_protocol_text
from remit.protocol.bound import BoundProtocol, bind_protocol
from remit.screening import Screening
from remit.screening.study_screenings import screening_of
from remit.truth import Reason, Status
from report.by_hand import STUDY

# A verdict and why it is unknown: one letter each.
LETTERS = {
    "m": (Status.MET, 0),
    "n": (Status.NOT_MET, 0),
    "a": (Status.NOT_APPLICABLE, 0),
    "u": (Status.UNKNOWN, Reason.NO_DATA.bit),
    "w": (Status.UNKNOWN, Reason.NEEDS_ATTESTATION.bit),
    "b": (Status.UNKNOWN, Reason.NO_DATA.bit | Reason.NOT_COVERED.bit),
}
_CRITERION = """
[[criteria]]
id = "{id}"
kind = "{kind}"
{cohorts}
text = "A condition."
interpretation = "As it says."
sources = [{{ page = "p1", first_line = 1, last_line = 1 }}]
state = "needs_attestation"
expression = "attested consent"
"""
_COHORT = '\n[[cohorts]]\nid = "{id}"\nlabel = "Group {id}"\ntext = "A group."\n'
# Criteria as kind and cohorts, "" for all cohorts; the cohorts of a study are those that are named.
DESIGNS: tuple[tuple[tuple[str, str], ...], ...] = (
    (("inclusion", ""), ("exclusion", "")),
    (("exclusion", ""), ("inclusion", ""), ("exclusion", "")),
    (("inclusion", ""), ("exclusion", "a"), ("exclusion", "b")),
    (("inclusion", "a"), ("inclusion", "b"), ("exclusion", "")),
    (("inclusion", ""), ("exclusion", "a"), ("exclusion", "b"), ("inclusion", "")),
    (("inclusion", "a"), ("exclusion", "b"), ("inclusion", "c"), ("exclusion", "ab")),
    (("inclusion", ""), ("inclusion", ""), ("exclusion", ""), ("exclusion", ""), ("exclusion", "")),
)


@cache
def bound_design(design: int) -> BoundProtocol:
    """One of `DESIGNS` as a study."""
    criteria = DESIGNS[design]
    named = sorted({letter for _, cohorts in criteria for letter in cohorts})
    head = STUDY.split("COHORTS", maxsplit=1)[0].replace("HOSTILE", "")
    text = head + "".join(_COHORT.format(id=name) for name in named)
    for place, (kind, cohorts) in enumerate(criteria):
        listed = f"cohorts = {list(cohorts)}".replace("'", '"') if cohorts else ""
        text += _CRITERION.format(id=f"C{place}", kind=kind, cohorts=listed)
    return bind_protocol(read_protocol_text(text, source="t1.toml"), NO_VOCABULARY)


def screening_of_rows(design: int, rows: Sequence[str]) -> Screening:
    """The screening of one text of `LETTERS` a person, a letter a criterion; + for who died."""
    bound = bound_design(design)
    verdicts = {}
    for place, item in enumerate(bound.criteria):
        seen = [LETTERS[row[place]] for row in rows]
        verdicts[item.criterion.id] = Verdicts(
            np.array([status for status, _ in seen], np.int8),
            np.array([mask for _, mask in seen], np.int32),
        )
    facts = facts_in_memory({}, data_cut=date(2024, 6, 30))
    found = screening_of(bound, facts, np.arange(1, len(rows) + 1), verdicts)
    died = np.array([row.endswith("+") for row in rows], np.bool_)
    return replace(found, died=died).taken(np.arange(len(rows)))


def random_rows(random: np.random.Generator, design: int, *, persons: int) -> list[str]:
    """Verdicts of which some are frequent and some rare, so that small counts abound."""
    columns = []
    for _ in DESIGNS[design]:
        shares = random.dirichlet(np.full(len(LETTERS), 0.4))
        columns.append(random.choice(list(LETTERS), persons, p=shares))
    columns.append(random.choice(["", "+"], persons, p=[0.95, 0.05]))
    return ["".join(row) for row in zip(*columns, strict=True)]


def kinds_of(design: int, letters: str) -> list[str]:
    """Every kind of person that these letters allow."""
    return ["".join(kind) for kind in product(letters, repeat=len(DESIGNS[design]))]
