"""Damaged exports of FHIR: each mutant is one file of invented resources with one or more faults.

Run by itself, it reads as many mutants as it is told and says what became of them:
`python -m facts.intake.fhir.fhir_mutants 10000`.
"""

from __future__ import annotations

import gzip
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import cast

from facts.intake.fhir.fhir_examples import (
    ABOUT,
    LOINC,
    PATIENT,
    PREDNISONE,
    RXNORM,
    SNOMED,
    bundle,
    coded,
    condition,
    dosage,
    lines,
    observation,
    quantity,
    request,
    state,
)
from remit.errors import RemitError
from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.fhir.fhir_tables import read_fhir
from remit.facts.vocabulary.code_book import ListedCodes

SLOWEST = 10.0  # seconds that one mutant may take
_WHOLE: list[dict[str, object]] = [
    {**PATIENT, "identifier": [{"system": "http://mrn.example", "value": "0815"}]},
    {**PATIENT, "id": "p2", "birthDate": "1971", "deceasedDateTime": "2022-01-02"},
    condition(verificationStatus=state("condition-ver-status", "confirmed")),
    condition("c2", abatementDateTime="2021-01", recordedDate="2020-06-01"),
    observation(
        valueQuantity=quantity(1.8, comparator="<"),
        referenceRange=[{"low": quantity(0.5), "high": quantity(1.1)}],
        category=[state("observation-category", "laboratory")],
    ),
    observation(
        "o2",
        component=[
            {"code": coded(LOINC, "8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
            {"code": coded(LOINC, "8462-4"), "valueQuantity": quantity(80.5, "mm[Hg]")},
        ],
    ),
    observation("o3", valueString="1:80"),
    observation("o4", valueCodeableConcept=coded(SNOMED, "10828004")),
    observation("o5", valueRatio={"numerator": {"value": 1}, "denominator": {"value": 80}}),
    request(dosageInstruction=[dosage(quantity(20, "mg"))]),
    {
        **request("m2"),
        "medicationCodeableConcept": None,
        "medicationReference": {"reference": "Medication/med"},
        "dosageInstruction": [dosage({"value": 2, "unit": "TAB"})],
    },
    {
        "resourceType": "Medication",
        "id": "med",
        "ingredient": [
            {
                "itemCodeableConcept": coded(RXNORM, PREDNISONE),
                "strength": {
                    "numerator": quantity(5, "mg"),
                    "denominator": {"value": 1, "unit": "TAB"},
                },
            }
        ],
    },
    {
        "resourceType": "MedicationAdministration",
        "id": "g1",
        "status": "completed",
        **ABOUT,
        "medicationCodeableConcept": coded(RXNORM, PREDNISONE),
        "effectiveDateTime": "2023-03-01T08:00:00Z",
        "dosage": {"dose": quantity(500, "mg")},
    },
    {
        "resourceType": "Encounter",
        "id": "e1",
        "status": "finished",
        "class": {"code": "AMB"},
        "subject": {"reference": "Patient?identifier=http://mrn.example|0815"},
        "period": {"start": "2023-01-01T10:00:00Z"},
    },
    {
        "resourceType": "Immunization",
        "id": "v1",
        "status": "completed",
        "patient": {"reference": "urn:uuid:p1"},
        "vaccineCode": coded("http://hl7.org/fhir/sid/cvx", "140"),
        "occurrenceDateTime": "2023-10-01",
    },
]
_ODD: list[object] = [
    None, [], {}, "", " ", "x" * 300, 0, -1, 1.5, 1e308, True, False, [[]], [None], {"a": []},
    "2023-02-30", "9999-12-31", "0001-01-01", "0000-01-01", "1:0", "NaN", "<", 10**25, "\u0000",
    "Patient/nobody", "#x", "urn:uuid:", "Patient?", 2**63, -(2**63), "😀", "\ud83d", [{}], [[{}]],
    {"coding": [{}]}, {"reference": None}, {"value": 1e15}, {"value": -0.0}, {"start": "2030"},
]  # fmt: skip
_TEXTS = [b"1e400", b"-1e400", b"1" * 600, b"0.1" + b"0" * 40 + b"1", b"1.8e-320", b"2023.5e1"]


def mutant(number: int) -> tuple[str, bytes]:
    """A name and the bytes of a damaged file, the same for the same number."""
    dice = random.Random(number)
    resources = cast("list[dict[str, object]]", json.loads(json.dumps(_WHOLE)))
    for _ in range(dice.randint(0, 4)):
        _change(dice.choice(resources), dice)
    if dice.random() < 0.2:
        resources.append(cast("dict[str, object]", json.loads(json.dumps(dice.choice(resources)))))
    if dice.random() < 0.2:
        dice.shuffle(resources)
    is_bundle = dice.random() < 0.4
    text = _bundled(resources, dice) if is_bundle else lines(*resources)
    name = "all.json" if is_bundle else "all.ndjson"
    for _ in range(dice.randint(0, 2)):
        text = dice.choice(_DAMAGES)(text, dice)
    if dice.random() < 0.15:
        text, name = gzip.compress(text, 1), f"{name}.gz"
        if dice.random() < 0.5:
            text = dice.choice(_DAMAGES)(text, dice)
    return name, text


def _bundled(resources: list[dict[str, object]], dice: random.Random) -> bytes:
    for resource in resources:
        resource.setdefault("id", "none")
    kind = dice.choice(["collection", "transaction", "searchset", "history", "batch"])
    return bundle(*resources, kind=kind, total=dice.choice([3, 99, -1]))


def _change(resource: dict[str, object], dice: random.Random) -> None:
    """Put something odd in a place of a resource, take something away, or turn a list into none."""
    holder: object = resource
    while True:
        keys = (
            list(holder)
            if isinstance(holder, dict)
            else list(range(len(cast("list[object]", holder))))
        )
        if not keys:
            return
        key = dice.choice(keys)
        inner = cast("dict[object, object]", holder)[key]
        if isinstance(inner, dict | list) and inner and dice.random() < 0.7:
            holder = inner
            continue
        place = cast("dict[object, object]", holder)
        what = dice.random()
        if what < 0.6:
            place[key] = dice.choice(_ODD)
        elif what < 0.75:
            place[key] = [inner] if not isinstance(inner, list) else inner[0] if inner else None
        elif isinstance(holder, dict):
            del place[key]
        return


def _cut(text: bytes, dice: random.Random) -> bytes:
    return text[: dice.randrange(len(text) + 1)]


def _flipped(text: bytes, dice: random.Random) -> bytes:
    if not text:
        return text
    at = dice.randrange(len(text))
    return text[:at] + bytes([text[at] ^ (1 << dice.randrange(8))]) + text[at + 1 :]


def _spliced(text: bytes, dice: random.Random) -> bytes:
    first, last = sorted(dice.randrange(len(text) + 1) for _ in range(2))
    return text[:last] + text[first:]


def _odd_number(text: bytes, dice: random.Random) -> bytes:
    return text.replace(dice.choice([b"1.8", b"120", b"80.5", b"20", b"500"]), dice.choice(_TEXTS))


def _twice(text: bytes, dice: random.Random) -> bytes:
    key = dice.choice([b'"id":', b'"status":', b'"code":', b'"value":'])
    return text.replace(key, key + b' "first", ' + key, 1)


def _deep(text: bytes, dice: random.Random) -> bytes:
    depth = dice.choice([50, 120, 300, 2_000, 60_000])
    return text.replace(b'"final"', b"[" * depth + b"]" * depth, 1)


_DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [
    _cut, _flipped, _flipped, _spliced, _odd_number, _odd_number, _twice, _deep,
]  # fmt: skip


def outcome(number: int, folder: Path) -> str:
    """What became of a mutant: `written`, or the refusal; another error is one of ours."""
    name, text = mutant(number)
    source, out = folder / name, folder / "out"
    source.write_bytes(text)
    dictionary = packaged_dictionary()
    begin = time.monotonic()
    try:
        found = read_fhir([source], book=ListedCodes(dictionary), dictionary=dictionary)
        facts, report = write_intake(out, found, IntakeChoices("a mutant"))
        facts.close()
        unaccounted = {table.table: table.unaccounted for table in report.tables}
        assert not any(unaccounted.values()), unaccounted
        said = "written"
    except RemitError as refused:
        said = type(refused).__name__
        assert not out.exists(), "half of a dataset"
    assert time.monotonic() - begin < SLOWEST, f"mutant {number} took too long"
    return said


def main(count: int) -> None:
    said = Counter[str]()
    slowest = 0.0
    for number in range(count):
        with tempfile.TemporaryDirectory() as folder:
            begin = time.monotonic()
            said[outcome(number, Path(folder))] += 1
            slowest = max(slowest, time.monotonic() - begin)
    sys.stdout.write(f"{dict(said)}, slowest {slowest:.1f} s\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
