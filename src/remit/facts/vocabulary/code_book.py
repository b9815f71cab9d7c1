"""What a source's codes mean in the tables of facts: the one question that every import asks.

An import hands over the codes that its rows carry, each with the vocabulary that it is of, and gets
the ids to write. Behind it stands a vocabulary (OMOP's own files), or only the codes that the
dictionary of concepts lists.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

import pyarrow as pa

from remit.facts.dictionary import Dictionary
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_forms import canonical_code, has_form
from remit.facts.vocabulary.listed_chapters import codes_meant

# How a code came to its meaning: it is standard itself; the dictionary lists it; the vocabulary
# maps it ("Maps to"), or says what replaced it; the site says it; nothing says it; it is no code of
# the vocabulary that it is said to be of.
How = Literal["standard", "listed", "maps_to", "replaced", "local", "none", "mislabelled"]


@dataclass(frozen=True, slots=True, order=True)
class SourceCode:
    """A code as a source has it.

    Attributes:
        vocabulary: OMOP's word for what it is of, such as `LOINC`, `SNOMED`, `ICD10CM`, `RxNorm`,
            `CVX`; empty for a code or word of the source's own.
        code: as it is written there.
    """

    vocabulary: str
    code: str


@dataclass(frozen=True, slots=True)
class CodeMeaning:
    """One id that a code stands for.

    Attributes:
        concept: the OMOP id; 0 for none.
        domain: OMOP's word for the kind of fact, such as `Condition`; None where nobody says it.
        name: what the vocabulary calls it.
    """

    concept: int
    how: How
    domain: str | None = None
    name: str | None = None


NO_MEANING = CodeMeaning(0, "none")
MISLABELLED = CodeMeaning(0, "mislabelled")


class CodeBook(Protocol):
    """What codes mean. A question is asked once for all codes of a source, not row by row."""

    @property
    def version(self) -> str | None:
        """The version of the vocabulary, as it says itself; None without one."""

    def meanings(
        self, codes: Collection[SourceCode]
    ) -> Mapping[SourceCode, tuple[CodeMeaning, ...]]:
        """Each asked code and its meanings: several where it is mapped to several, never none.

        A code that nothing knows has `NO_MEANING` alone, and one that has not the form of its
        vocabulary's codes (`code_forms`) has `MISLABELLED` alone.
        """

    def meanings_of_ids(self, concepts: Collection[int]) -> Mapping[int, tuple[CodeMeaning, ...]]:
        """The same for codes that a source gives as OMOP ids, standard or not."""

    def codes_of_ids(self, concepts: Collection[int]) -> Mapping[int, SourceCode]:
        """The codes that some OMOP ids stand for; those that nobody knows are left out."""

    def ancestry(self, concepts: Collection[int]) -> pa.Table:
        """Rows of `concept_ancestor`: all that lies above the concepts, and each above itself."""

    def strengths(self, concepts: Collection[int]) -> Iterable[pa.RecordBatch]:
        """The rows of DRUG_STRENGTH about some drugs, valid or not, for `kept_strengths`.

        Files give all of their rows.
        """


@dataclass(frozen=True, slots=True)
class ListedCodes:
    """The codes that the dictionary of concepts lists, where there is no vocabulary."""

    dictionary: Dictionary

    @property
    def version(self) -> str | None:
        return None

    def meanings(
        self, codes: Collection[SourceCode]
    ) -> Mapping[SourceCode, tuple[CodeMeaning, ...]]:
        asked = formed_codes(codes)
        found: dict[SourceCode, dict[int, CodeMeaning]] = {}
        for concept in self.dictionary.concepts.values():
            for code in concept.codes:
                key = SourceCode(code.vocabulary, canonical_code(code.vocabulary, code.code))
                if code.omop is not None and code.is_verified:
                    found.setdefault(key, {})[code.omop] = CodeMeaning(
                        code.omop, "listed", name=code.name
                    )
        for key in {key for key in asked.values() if key is not None}.difference(found):
            meant = codes_meant(self.dictionary, key.vocabulary, key.code)
            found[key] = {
                code.omop: CodeMeaning(code.omop, "listed", name=code.name)
                for code in meant
                if code.omop is not None
            }
        return {
            code: (MISLABELLED,) if key is None else tuple(found[key].values()) or (NO_MEANING,)
            for code, key in asked.items()
        }

    def meanings_of_ids(self, concepts: Collection[int]) -> Mapping[int, tuple[CodeMeaning, ...]]:
        listed = self.dictionary.listed
        return {
            code: (CodeMeaning(code, "listed") if code in listed else NO_MEANING,)
            for code in concepts
        }

    def codes_of_ids(self, concepts: Collection[int]) -> Mapping[int, SourceCode]:
        asked = frozenset(concepts)
        return {
            code.omop: SourceCode(code.vocabulary, code.code)
            for concept in self.dictionary.concepts.values()
            for code in concept.codes
            if code.omop in asked and code.is_verified and code.omop is not None
        }

    def ancestry(self, concepts: Collection[int]) -> pa.Table:
        return TABLES["concept_ancestor"].schema.empty_table()

    def strengths(self, concepts: Collection[int]) -> Iterable[pa.RecordBatch]:
        return ()


def formed_codes(codes: Collection[SourceCode]) -> Mapping[SourceCode, SourceCode | None]:
    """Each code and the same as its vocabulary writes it; None where it cannot be one of it."""
    formed: dict[SourceCode, SourceCode | None] = {}
    for code in codes:
        text = canonical_code(code.vocabulary, code.code)
        known = SourceCode(code.vocabulary, text)
        formed[code] = known if not text or has_form(code.vocabulary, text) else None
    return formed
