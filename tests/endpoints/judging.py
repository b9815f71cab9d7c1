"""One person at one visit under one definition, written as short answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import cast

from remit.criteria.columns.margins import Margin
from remit.criteria.columns.sheet import Sheet
from remit.endpoints.adjudication import Adjudication, adjudicate_sheet, gate_margins, is_response
from remit.endpoints.bound_definition import BoundDefinition, bind_definition
from remit.endpoints.definition_files import packaged_definitions
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.forms import Answers, form_sheet
from remit.instruments.written_numbers import Answer
from remit.truth import Status

Values = Mapping[str, object]

# Short name -> column and unit; any other name stands for itself, without a unit.
COLUMNS: Mapping[str, tuple[str, str]] = {
    "upcr": ("upcr", "g/g"),
    "p24": ("urine_protein_24h", "g/d"),
    "cr": ("creatinine", "mg/dL"),
    "gfr": ("egfr_ckd_epi_2021", "mL/min/{1.73_m2}"),
    "child_gfr": ("egfr_schwartz_bedside", "mL/min/{1.73_m2}"),
    "mdrd": ("egfr_mdrd", "mL/min/{1.73_m2}"),
    "rbc": ("urine_rbc", "/[HPF]"),
    "wbc": ("urine_wbc", "/[HPF]"),
    "casts": ("urine_rbc_casts", "/[LPF]"),
    "albumin": ("albumin_serum", "g/L"),
    "pred": ("dose of glucocorticoid", "mg/d"),
    "suppressant": ("dose of immunosuppressant", "mg/d"),
    "biologic": ("dose of biologic_or_targeted", "mg/d"),
    "depletion": ("dose of b_cell_depletion", "mg/d"),
}
DOMAINS = (
    "constitutional",
    "mucocutaneous",
    "neuropsychiatric",
    "musculoskeletal",
    "cardiorespiratory",
    "gastrointestinal",
    "ophthalmic",
    "renal",
    "haematological",
)

# The head of a definition file and its gates, the shortest that are one.
SMALL = """
kind = "remit.response"
version = 1
id = "small"
title = "Small"
citation = "none"
judged_at = "any visit"
missing = "not_assessable"
missing_ground = "none"
"""
GATES = """
[[responses]]
grade = "R"
label = "R"
gates = [{ id = "g", text = "t", expression = "pga <= 1" }]
"""


def answers(values: Values) -> Answers:
    """Columns and answers of short names; `bilag` is a text of nine letters, `_` not evaluable."""
    found: dict[str, Answer] = {}
    for name, value in values.items():
        if name == "bilag" and value is not None:
            letters = zip(DOMAINS, str(value), strict=True)
            found |= {f"bilag_{d}": letter for d, letter in letters if letter != "_"}
        elif value is None or name not in COLUMNS or isinstance(value, Mapping):
            column = COLUMNS.get(name, (name, ""))[0]
            found[column] = cast("Answer", value)
        else:
            column, unit = COLUMNS[name]
            text = str(value)
            found[column] = text if " " in text else f"{text} {unit}"
    return {name: answer for name, answer in found.items() if answer is not None}


@cache
def bound(name: str) -> BoundDefinition:
    return bind_definition(packaged_definitions()[name], NO_VOCABULARY)


def known_to(name: str, values: Answers) -> Answers:
    """Those answers that a definition asks for; a dose at the visit was taken all along."""
    inputs = bound(name).inputs
    found = {key: value for key, value in values.items() if key in inputs.names}
    for column in inputs.doses:
        at_visit = column.removeprefix("highest ").split(" in ")[0]
        if at_visit in values:
            found[column] = values[at_visit]
    for column, leaf in inputs.dose_days.items():
        dose = values.get(f"dose of {leaf.dose.name}")
        if dose is not None:
            above = Fraction(str(dose).split()[0]) > leaf.threshold.value
            found.setdefault(column, str(leaf.days + 50) if above else "0")
    return found


@dataclass(frozen=True, slots=True)
class Judged:
    """The visit of one person under one definition."""

    adjudication: Adjudication
    sheet: Sheet

    @property
    def observed(self) -> str:
        return self.adjudication.words(self.adjudication.places)[-1]

    @property
    def imputed(self) -> str:
        return self.adjudication.words(self.adjudication.imputed)[-1]

    @property
    def responds(self) -> Status:
        return Status(int(is_response(self.adjudication)[-1]))

    @property
    def responds_imputed(self) -> Status:
        return Status(int(is_response(self.adjudication, standard="imputed")[-1]))

    def status(self, grade: str, gate: str) -> Status:
        return Status(int(self.adjudication.gates[grade, gate].statuses[-1]))

    def failing(self, grade: str) -> str | None:
        """The first gate of a grade that is not met."""
        place = int(self.adjudication.first_failing(grade)[-1])
        return None if place < 0 else self.adjudication.gate_ids(grade)[place]

    def margins(self, grade: str, gate: str) -> tuple[tuple[str, Margin], ...]:
        return gate_margins(self.adjudication, self.sheet, grade, gate)


def judge(name: str, before: Answers, now: Answers, *, previous: Answers | None = None) -> Judged:
    """Judge the visit `now`; the visit before it is the baseline unless `previous` is given."""
    rows = (before, now) if previous is None else (before, previous, now)
    count = len(rows)
    moments = {"baseline": (0,) * count, "previous": tuple(range(-1, count - 1))}
    sheet = form_sheet(rows, bound(name).inputs, moments=moments)
    return Judged(adjudicate_sheet(bound(name), sheet), sheet)
