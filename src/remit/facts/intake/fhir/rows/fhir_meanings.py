"""What each code of the events stands for, as arrays: an id, and the table where it is read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from remit.facts.arrays import Whole
from remit.facts.intake.fhir.resources.fhir_codes import NO_CODE, ReadIds, ResolvedCodes
from remit.facts.intake.fhir.resources.fhir_events import EventKind
from remit.facts.intake.fhir.resources.fhir_medicines import Medicine
from remit.facts.vocabulary.code_book import CodeMeaning, SourceCode

TABLE_NUMBERS: Mapping[str, int] = {
    name: number
    for number, name in enumerate(
        (
            "condition_occurrence",
            "measurement",
            "observation",
            "procedure_occurrence",
            "drug_exposure",
            "visit_occurrence",
        ),
        1,
    )
}
_DOMAINS: Mapping[str, str] = {
    "Condition": "condition_occurrence",
    "Measurement": "measurement",
    "Observation": "observation",
    "Procedure": "procedure_occurrence",
    "Drug": "drug_exposure",
}
# Where an event goes by itself, and where else its code may send it. A diagnosis out of an
# observation, whose value may deny it, an exposure out of an allergy and a result without its value
# out of a report would each say more than was written.
DEFAULTS: Mapping[EventKind, tuple[str, tuple[str, ...]]] = {
    EventKind.CONDITION: (
        "condition_occurrence",
        ("condition_occurrence", "observation", "measurement", "procedure_occurrence"),
    ),
    EventKind.MEASUREMENT: ("measurement", ("measurement", "observation")),
    EventKind.OBSERVATION: ("observation", ("measurement", "observation")),
    EventKind.PROCEDURE: (
        "procedure_occurrence",
        ("procedure_occurrence", "measurement", "observation", "drug_exposure"),
    ),
    EventKind.PRESCRIBED: ("drug_exposure", ()),
    EventKind.ADMINISTERED: ("drug_exposure", ()),
    EventKind.STATED: ("drug_exposure", ()),
    EventKind.VACCINE: ("drug_exposure", ()),
    EventKind.VISIT: ("visit_occurrence", ()),
    EventKind.ALLERGY: ("observation", ()),
    EventKind.REPORT: ("observation", ()),
    EventKind.SPECIMEN: ("observation", ()),
}
# Classes of encounters (v3-ActCode) as visits of OMOP: 9201 inpatient, 9202 outpatient, 9203
# emergency room, 581476 home, 5083 telehealth (OHDSI vocabulary, domain Visit).
VISITS: Mapping[str, int] = {
    "IMP": 9201,
    "ACUTE": 9201,
    "NONAC": 9201,
    "AMB": 9202,
    "EMER": 9203,
    "HH": 581476,
    "VR": 5083,
}
# Answers that mean the same in every vocabulary (SNOMED CT, LOINC answers).
_ANSWERS: Mapping[tuple[str, str], int] = {
    ("SNOMED", "10828004"): 9191,
    ("LOINC", "LA6576-8"): 9191,
    ("SNOMED", "260385009"): 9189,
    ("LOINC", "LA6577-6"): 9189,
    ("SNOMED", "373066001"): 4188539,
    ("LOINC", "LA33-6"): 4188539,
    ("SNOMED", "373067005"): 4188540,
    ("LOINC", "LA32-8"): 4188540,
}


@dataclass(frozen=True, slots=True)
class MeaningArrays:
    """The ids of each code and of each medicine, one after the other.

    Attributes:
        first: code -> the place of its first id; shape (codes + medicines + 1,).
        ids: the ids, 0 for none; shape (ids,). tables: where each is read, 0 where nobody says it.
        codes: how many codes there are; medicines stand behind them.
    """

    first: Whole
    ids: Whole
    tables: Whole
    codes: int

    def places(self, code: Whole, medication: Whole) -> Whole:
        return np.asarray(np.where(medication > 0, self.codes + medication, code), np.int64)

    def counts(self, places: Whole) -> Whole:
        return np.asarray(self.first[places + 1] - self.first[places], np.int64)


def meanings_of(
    codes: ResolvedCodes, medicines: Mapping[int, Medicine], read: ReadIds, *, known: int
) -> MeaningArrays:
    """The arrays.

    Args:
        known: how many medicines records refer to.
    """
    rows = list(codes.meanings)
    rows += [
        tuple(_of_medicine(medicines.get(number), codes)) or (CodeMeaning(0, "none"),)
        for number in range(known + 1)
    ]
    first = np.zeros(len(rows) + 1, np.int64)
    np.cumsum([len(row) for row in rows], out=first[1:])
    flat = [one for row in rows for one in row]
    return MeaningArrays(
        first,
        np.array([one.concept for one in flat], np.int64),
        np.array([_table(one, read.tables) for one in flat], np.int64),
        len(codes.meanings),
    )


def _of_medicine(medicine: Medicine | None, codes: ResolvedCodes) -> Iterator[CodeMeaning]:
    """What a medicine is: its own code, or where that says nothing its active ingredients."""
    if medicine is None:
        return
    own = [one for one in codes.meanings[medicine.code] if one.concept]
    if own:
        yield from own
        return
    parts = [codes.meanings[part.code] for part in medicine.ingredients]
    yield from dict.fromkeys(one for part in parts for one in part)


def _table(meaning: CodeMeaning, listed: Mapping[int, str]) -> int:
    name = listed.get(meaning.concept) or _DOMAINS.get(meaning.domain or "", "")
    return TABLE_NUMBERS.get(name, 0) if meaning.concept else 0


def targets_of(kind: Whole, table: Whole) -> Whole:
    """The number of the table to which each event goes.

    Args:
        kind: of the events; table: where the code of each is read; shape (events,).
    """
    found = np.zeros(len(kind), np.int64)
    for one, (default, others) in DEFAULTS.items():
        here = kind == one
        allowed = np.isin(table, [TABLE_NUMBERS[name] for name in others])
        found[here] = np.where(allowed, table, TABLE_NUMBERS[default])[here]
        if one in {EventKind.MEASUREMENT, EventKind.OBSERVATION}:
            # What is said of a disease or a drug, with an answer to it, is an observation.
            strange = here & (table != 0) & ~allowed
            found[strange] = TABLE_NUMBERS["observation"]
    return found


def visit_ids(codes: ResolvedCodes) -> Whole:
    """The id of each code as the class of an encounter; 0 for one that is none."""
    found = np.zeros(len(codes.meanings), np.int64)
    for number, source in enumerate(codes.sources):
        found[number] = VISITS.get(source or "", 0)
    return found


def answer_ids(codes: ResolvedCodes, written: Sequence[tuple[SourceCode, ...]]) -> Whole:
    """The id of each code as an answer: 0 for one that nobody knows.

    Args:
        written: the codes of each.
    """
    found = np.zeros(len(codes.meanings), np.int64)
    for number, meanings in enumerate(codes.meanings):
        if number == NO_CODE:
            continue
        plain = {
            _ANSWERS[key]
            for code in written[number]
            if (key := (code.vocabulary, code.code)) in _ANSWERS
        }
        found[number] = plain.pop() if len(plain) == 1 else meanings[0].concept
    return found
