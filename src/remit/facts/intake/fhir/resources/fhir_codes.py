"""Codes of FHIR: a CodeableConcept as a number while files are read, and what it means in the end.

All codes of a source are asked for at once, so a record carries the number of its concept until
then. Source: HL7 FHIR R4, "Terminologies" (the systems, and their object identifiers).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import numpy as np
import pyarrow as pa

from remit.facts.arrays import Whole
from remit.facts.dictionary import Dictionary
from remit.facts.intake.fhir.files.fhir_elements import (
    Element,
    NotTaken,
    object_of,
    objects_of,
    text_of,
)
from remit.facts.vocabulary.code_book import CodeMeaning, SourceCode

NO_CODE = 0  # the number of a concept that is not there
_LONGEST = 255  # signs of a source text that are kept

# System -> OMOP's word for it; of object identifiers the last part is that of HL7's registry.
_SYSTEMS: Mapping[str, str] = {
    "loinc.org": "LOINC",
    "urn:oid:2.16.840.1.113883.6.1": "LOINC",
    "snomed.info/sct": "SNOMED",
    "urn:oid:2.16.840.1.113883.6.96": "SNOMED",
    "hl7.org/fhir/sid/icd-10-cm": "ICD10CM",
    "urn:oid:2.16.840.1.113883.6.90": "ICD10CM",
    "hl7.org/fhir/sid/icd-10": "ICD10",
    "urn:oid:2.16.840.1.113883.6.3": "ICD10",
    "fhir.de/codesystem/bfarm/icd-10-gm": "ICD10GM",
    "fhir.de/codesystem/dimdi/icd-10-gm": "ICD10GM",
    "hl7.org/fhir/sid/icd-9-cm": "ICD9CM",
    "urn:oid:2.16.840.1.113883.6.103": "ICD9CM",
    "urn:oid:2.16.840.1.113883.6.104": "ICD9Proc",
    "www.cms.gov/medicare/coding/icd10": "ICD10PCS",
    "urn:oid:2.16.840.1.113883.6.4": "ICD10PCS",
    "www.nlm.nih.gov/research/umls/rxnorm": "RxNorm",
    "urn:oid:2.16.840.1.113883.6.88": "RxNorm",
    "www.whocc.no/atc": "ATC",
    "fhir.de/codesystem/bfarm/atc": "ATC",
    "urn:oid:2.16.840.1.113883.6.73": "ATC",
    "hl7.org/fhir/sid/cvx": "CVX",
    "urn:oid:2.16.840.1.113883.12.292": "CVX",
    "hl7.org/fhir/sid/ndc": "NDC",
    "urn:oid:2.16.840.1.113883.6.69": "NDC",
    "www.ama-assn.org/go/cpt": "CPT4",
    "urn:oid:2.16.840.1.113883.6.12": "CPT4",
    "www.cms.gov/medicare/coding/hcpcsreleasecodesets": "HCPCS",
    "urn:oid:2.16.840.1.113883.6.285": "HCPCS",
    "unitsofmeasure.org": "UCUM",
    "urn:oid:2.16.840.1.113883.6.8": "UCUM",
}
# The best first: what a code means by itself goes before what it was mapped to or replaced by.
_RANKS = {"standard": 0, "listed": 0, "maps_to": 1, "local": 1, "replaced": 2}
_WORST = 3
_ANCESTRY = ("ancestor_concept_id", "descendant_concept_id")


@lru_cache(maxsize=10_000)
def vocabulary_of(system: str) -> str:
    """OMOP's word for a system; empty for one that is not known.

    >>> vocabulary_of("http://loinc.org"), vocabulary_of("http://hospital.example/lab")
    ('LOINC', '')
    """
    text = system.strip().rstrip("/")
    for scheme in ("http://", "https://"):
        text = text.removeprefix(scheme)
    return _SYSTEMS.get(text.lower(), "")


@dataclass(frozen=True, slots=True)
class WrittenConcept:
    """A CodeableConcept: its codes, the user's choice first, and what it is called by at a source.

    Attributes:
        source: the first code, with its system where that is not known; else the text.
        name: what the source calls it.
    """

    codes: tuple[SourceCode, ...]
    source: str | None
    name: str | None


_NOTHING = WrittenConcept((), None, None)


_Coding = tuple[object, object]  # system and code


@dataclass(slots=True)
class CodeNumbers:
    """The concepts that were met, each with a number; it grows while files are read.

    A concept of one coding is known again by its system and code, whatever it is called there: the
    first name counts. So within a piece of a source each such coding has a number of its own, and
    which concept it is is settled where the pieces are joined.

    Attributes:
        concepts: by number. keys: by what each is known again.
    """

    concepts: list[WrittenConcept] = field(default_factory=lambda: [_NOTHING])
    keys: list[WrittenConcept | _Coding] = field(default_factory=lambda: [_NOTHING])
    _numbers: dict[WrittenConcept | _Coding, int] = field(
        default_factory=lambda: {_NOTHING: NO_CODE}
    )

    def of(self, holder: Element, name: str) -> int:
        """The number of the CodeableConcept under a name; `NO_CODE` where there is none.

        Raises:
            NotTaken: an element of another type.
        """
        return self.of_concept(object_of(holder, name))

    def of_concept(self, concept: Element) -> int:
        codings = concept.get("coding")
        if type(codings) is list and len(codings) == 1 and type(codings[0]) is dict:
            one = codings[0]
            key = one.get("system"), one.get("code")
            try:
                found = self._numbers.get(key)
            except TypeError:
                found = None
            if found is not None:
                # What the first one was held to is asked of each: another type is no name.
                if type(one.get("display", "")) is str and type(concept.get("text", "")) is str:
                    return found
                _written(concept)
                return found
            if key[1] is not None and type(key[1]) is str and key[1].strip():
                return self._new(key, _written(concept))
        if not concept:
            return NO_CODE
        written = _written(concept)
        return self._new(written, written)

    def asked(self) -> frozenset[SourceCode]:
        """All codes that were met."""
        return frozenset(code for concept in self.concepts for code in concept.codes)

    def of_code(self, vocabulary: str, code: str) -> int:
        """The number of a code that stands by itself."""
        written = WrittenConcept((SourceCode(vocabulary, code),), code, None)
        return self._new(written, written)

    def join(self, piece: CodeNumbers) -> Whole:
        """Take in those of the piece that follows.

        Returns:
            What each of its numbers is here; shape (its concepts,).
        """
        found = list[int]()
        for key, concept in zip(piece.keys, piece.concepts, strict=True):
            number = self._numbers.get(key)
            if number is None:
                number = self._numbers[key] = self._new(concept, concept)
            found.append(number)
        return np.array(found, np.int64)

    def _new(self, key: WrittenConcept | _Coding, concept: WrittenConcept) -> int:
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.concepts)
            self.concepts.append(concept)
            self.keys.append(key)
        return found


def _written(concept: Element) -> WrittenConcept:
    text = text_of(concept, "text")
    codes, name = list[SourceCode](), text
    shown: str | None = None
    codings = objects_of(concept, "coding")
    for coding in sorted(codings, key=lambda one: one.get("userSelected") is not True):
        code, system = text_of(coding, "code"), text_of(coding, "system")
        display = text_of(coding, "display")
        name = name or display
        if code is None:
            continue
        vocabulary = vocabulary_of(system) if system else ""
        codes.append(SourceCode(vocabulary, code))
        if shown is None:
            shown = code if vocabulary or not system else f"{system}|{code}"
    source = shown or text or name
    return WrittenConcept(
        tuple(dict.fromkeys(codes)),
        source[:_LONGEST] if source else None,
        name[:_LONGEST] if name else None,
    )


@dataclass(frozen=True, slots=True)
class ResolvedCodes:
    """What the concepts that were met mean.

    Attributes:
        meanings: the number of a concept -> its meanings; never none, `NO_MEANING` if unknown.
        sources, names: of each, what stands at the source.
        contradictions: concepts whose codes mean different things to the dictionary.
        several: concepts whose codes have different ids, of which the first counts.
    """

    meanings: Sequence[tuple[CodeMeaning, ...]]
    sources: Sequence[str | None]
    names: Sequence[str | None]
    contradictions: frozenset[int]
    several: frozenset[int]


_UNKNOWN = (CodeMeaning(0, "none"),)


@dataclass(frozen=True, slots=True)
class ReadIds:
    """How the dictionary reads OMOP ids: those that it lists, and all that lie below them.

    Attributes:
        names: id -> the concepts that read it. tables: id -> the one table in which it is read.
    """

    names: Mapping[int, frozenset[str]]
    tables: Mapping[int, str]


def read_ids(dictionary: Dictionary, ancestry: pa.Table) -> ReadIds:
    """How the dictionary reads ids.

    Args:
        ancestry: rows of `concept_ancestor` about the ids of a source.
    """
    names: dict[int, set[str]] = {}
    for concept in dictionary.concepts.values():
        for code in concept.codes:
            if code.omop is not None and code.is_verified:
                names.setdefault(code.omop, set()).add(concept.name)
    found = {omop: set(read) for omop, read in names.items()}
    for above, below in zip(*(ancestry[n].to_pylist() for n in _ANCESTRY), strict=True):
        if above in names:
            found.setdefault(below, set()).update(names[above])
    tables = {
        omop: {dictionary.concept(name).table for name in read} for omop, read in found.items()
    }
    return ReadIds(
        {omop: frozenset(read) for omop, read in found.items()},
        {omop: min(places) for omop, places in tables.items() if len(places) == 1},
    )


def resolved_codes(
    found: CodeNumbers, answers: Mapping[SourceCode, tuple[CodeMeaning, ...]], read: ReadIds
) -> ResolvedCodes:
    """What the concepts that were met mean.

    Args:
        answers: what a book of codes says of all their codes.
    """
    meanings, contradictions, several = list[tuple[CodeMeaning, ...]](), set[int](), set[int]()
    for number, concept in enumerate(found.concepts):
        told = [answers.get(code, ()) for code in concept.codes]
        known = [answer for answer in told if any(one.concept for one in answer)]
        known.sort(key=_rank)
        if not known:
            meanings.append(_UNKNOWN)
            continue
        ids = [_ids(answer) for answer in known]
        if len(set(ids)) > 1:
            names = [concepts for one in ids if (concepts := _names(one, read.names))]
            if any(names[0].isdisjoint(concepts) for concepts in names[1:]):
                contradictions.add(number)
                meanings.append(_UNKNOWN)
                continue
            several.add(number)
            # Of equals the one that the dictionary reads.
            known.sort(key=lambda one: (_rank(one), not _names(_ids(one), read.names)))
        meanings.append(tuple(one for one in known[0] if one.concept))
    return ResolvedCodes(
        meanings,
        [concept.source for concept in found.concepts],
        [concept.name for concept in found.concepts],
        frozenset(contradictions),
        frozenset(several),
    )


def _rank(answer: Iterable[CodeMeaning]) -> int:
    return min(_RANKS.get(one.how, _WORST) for one in answer)


def _ids(answer: Iterable[CodeMeaning]) -> frozenset[int]:
    return frozenset(one.concept for one in answer if one.concept)


def _names(ids: Iterable[int], read: Mapping[int, frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*(read.get(one, frozenset()) for one in ids))


def require_code(number: int, name: str) -> int:
    """The number of a concept.

    Raises:
        NotTaken: there is none, not even a text.
    """
    if number == NO_CODE:
        raise NotTaken(f"no {name}: nothing says what it is")
    return number
