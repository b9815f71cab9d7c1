"""What an import of FHIR says beside its rows: what was left out, united, unresolved, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import numpy as np

from remit.facts.intake.accounting.report import (
    CellChange,
    ChangedCells,
    LeftOut,
    NotUnderstood,
    joined_left_out,
)
from remit.facts.intake.fhir.files.fhir_account import FhirAccount
from remit.facts.intake.fhir.resources.fhir_codes import CodeNumbers, ResolvedCodes
from remit.facts.intake.fhir.resources.fhir_events import ROUNDED, SUPPLIED, EventKind
from remit.facts.intake.fhir.resources.fhir_joined import ReadResources
from remit.facts.intake.fhir.resources.fhir_medicines import Medicine
from remit.facts.intake.fhir.resources.fhir_resources import KINDS
from remit.facts.intake.fhir.rows.fhir_batches import RowAccount
from remit.facts.intake.fhir.rows.fhir_columns import ENDS, ONE_DAY
from remit.facts.intake.fhir.rows.fhir_copies import DIFFERS, Copies
from remit.facts.intake.fhir.rows.fhir_meanings import TABLE_NUMBERS
from remit.facts.intake.fhir.rows.fhir_people import People
from remit.facts.vocabulary.code_book import SourceCode

# Where the resources of a type would stand that are left out.
_TABLES: Mapping[str, str] = {
    "Patient": "person",
    "Observation": "measurement",
    "Condition": "condition_occurrence",
    "Procedure": "procedure_occurrence",
    "MedicationRequest": "drug_exposure",
    "MedicationAdministration": "drug_exposure",
    "MedicationStatement": "drug_exposure",
    "Immunization": "drug_exposure",
    "Encounter": "visit_occurrence",
    "AllergyIntolerance": "observation",
    "DiagnosticReport": "observation",
    "Specimen": "observation",
    "ResearchSubject": "study_anchor",
    "AdverseEvent": "adverse_event",
}
_NAMES = {number: kind for kind, number in KINDS.items()}
_OF_EVENT: Mapping[int, str] = {
    EventKind.CONDITION: "Condition",
    EventKind.MEASUREMENT: "Observation",
    EventKind.OBSERVATION: "Observation",
    EventKind.PROCEDURE: "Procedure",
    EventKind.PRESCRIBED: "MedicationRequest",
    EventKind.ADMINISTERED: "MedicationAdministration",
    EventKind.STATED: "MedicationStatement",
    EventKind.VACCINE: "Immunization",
    EventKind.VISIT: "Encounter",
    EventKind.ALLERGY: "AllergyIntolerance",
    EventKind.REPORT: "DiagnosticReport",
    EventKind.SPECIMEN: "Specimen",
}
STRANGER = "its patient is not among the data, or was left out"
_ABSENT_MEDICINE = "a reference to a Medication that is not among the data"


# What was done with values: table, column and kind of change, and the rule.
_CELLS: Mapping[str, tuple[str, str, CellChange, str]] = {
    ROUNDED: (
        "measurement",
        "value_as_number",
        "rounded",
        "more than six decimals to six, never onto one of five or fewer",
    ),
    ENDS: (
        "drug_exposure",
        "drug_exposure_end_date",
        "inferred",
        "prescriptions without a last day: 30 days, as OHDSI Themis 57 says",
    ),
    ONE_DAY: (
        "drug_exposure",
        "drug_exposure_end_date",
        "inferred",
        "statements without a last day: their first",
    ),
    SUPPLIED: (
        "drug_exposure",
        "drug_exposure_end_date",
        "inferred",
        "the days of supply that were to be dispensed",
    ),
}


def changed_cells(read: ReadResources, account: RowAccount) -> tuple[ChangedCells, ...]:
    """What was rounded or inferred."""
    counts = read.reading.notes + account.notes
    return tuple(
        ChangedCells(*what, cells=counts[note]) for note, what in _CELLS.items() if counts[note]
    )


def count_copies(account: FhirAccount, copies: Copies) -> None:
    """Count the resources that another one stands for."""
    for (kind, rule), numbers in copies.rules.items():
        united = rule != DIFFERS
        account.refuse(
            _NAMES[kind],
            rule,
            (),
            count=len(numbers),
            on_purpose=united,
            fate="merged" if united else "refused",
        )


def left_out_rows(resources: FhirAccount, rows: RowAccount) -> Mapping[str, tuple[LeftOut, ...]]:
    """What was left out, by the table in which it would stand."""
    for kind, count in rows.nobody.items():
        if kind in _OF_EVENT:
            resources.refuse(_OF_EVENT[kind], STRANGER, (), count=count)
    return {table: joined_left_out(items) for table, items in resources.left_out(_TABLES).items()}


def table_reads(
    read: ReadResources, tables: Mapping[str, int], left_out: Mapping[str, tuple[LeftOut, ...]]
) -> Mapping[str, tuple[str | None, int]]:
    """The tables that types of resources made, and how many rows they would have with all.

    Args:
        tables: their rows.
    """
    found: dict[str, tuple[str | None, int]] = {}
    kinds: dict[str, list[str]] = {}
    for kind, table in _TABLES.items():
        if read.account.read[kind]:
            kinds.setdefault(table, []).append(kind)
    for name in {*tables, *kinds}:
        out = sum(item.rows for item in left_out.get(name, ()))
        found[name] = (", ".join(kinds.get(name, ())) or "FHIR", tables.get(name, 0) + out)
    return found


def unresolved_codes(
    codes: CodeNumbers, medicines: Mapping[int, Medicine], first: int, account: RowAccount
) -> tuple[NotUnderstood, ...]:
    """The codes that nothing resolves, with their rows and persons.

    Args:
        first: where medicines begin among the places of codes.
    """
    persons = Counter[tuple[int, int]]()
    if account.pairs:
        pairs = np.unique(np.concatenate(account.pairs), axis=0)
        words, counts = np.unique(pairs[:, 0], return_counts=True)
        persons.update(
            {divmod(word, 8): n for word, n in zip(words.tolist(), counts.tolist(), strict=True)}
        )
    found: dict[tuple[str, str, str | None], list[int]] = {}
    for (table, place), rows in account.unresolved.items():
        number = place
        if place > first:
            medicine = medicines.get(place - first)
            number = medicine.code if medicine is not None else -1
        written = codes.concepts[number] if number >= 0 else None
        shown = _shown(written.codes, written.source) if written is not None else _ABSENT_MEDICINE
        held = found.setdefault(
            (table, shown, written.name if written is not None else None), [0, 0]
        )
        held[0] += rows
        held[1] += persons[place, TABLE_NUMBERS[table]]
    return tuple(
        NotUnderstood(table, "code", written, rows, who, name)
        for (table, written, name), (rows, who) in found.items()
    )


def _shown(codes: tuple[SourceCode, ...], source: str | None) -> str:
    told = [f"{code.vocabulary} {code.code}" for code in codes[:3] if code.vocabulary]
    if codes and not told:
        return source or codes[0].code
    return ", ".join(told) or f"{source or 'nothing'} (a text, no code)"


def fhir_notes(
    read: ReadResources, codes: ResolvedCodes, people: People, account: RowAccount
) -> Iterator[str]:
    """All that has to be said, a sentence each."""
    resources = read.account
    taken = ", ".join(f"{kind} {count:,}" for kind, count in sorted(resources.read.items()))
    yield f"resources that were read: {taken}"
    for (kind, rule), held in resources.rules.items():
        if kind not in _TABLES:
            yield f"{kind}: {held.resources:,} left out: {rule}"
    for counts in (read.reading.notes, account.notes):
        for note, count in sorted(counts.items()):
            if count and note not in _CELLS:
                yield note.format(f"{count:,}")
    for (kind, rule), count in sorted(read.reading.parts.items()):
        yield f"{kind}: {count:,} values or parts were left out: {rule}"
    if codes.contradictions:
        yield (
            f"{len(codes.contradictions):,} concepts have codes that mean different things: "
            "none of them was taken"
        )
    if codes.several:
        yield (
            f"{len(codes.several):,} concepts have codes with different ids: the best counts, "
            "standard ones first"
        )
    wrong = [unit.text for unit in read.reading.units.units if unit.is_contradiction]
    if wrong:
        yield (
            f"{len(wrong):,} units have a code and a word that are two units, as {wrong[0]}: "
            "taken as none"
        )
    if people.strangers:
        yield f"{people.strangers:,} references mean a patient who is not among the data"
    yield from _file_notes(read)
    yield (
        "FHIR tells no time in which somebody was watched: nothing counts as absent, but in tables "
        "that are declared --complete"
    )


def _file_notes(read: ReadResources) -> Iterator[str]:
    files = read.files
    if files.empty_entries:
        yield f"{files.empty_entries:,} entries of Bundles have no resource"
    if files.unread:
        shown = ", ".join(sorted(files.unread)[:3])
        yield f"{len(files.unread):,} files are none of FHIR and were not read, such as {shown}"
    for (_, total), found in files.matches.items():
        if found < total:
            yield f"a search found {total:,} resources and its pages hold {found:,}: pages may lack"
