"""The code that a record gets whose source names a concept and no code."""

from __future__ import annotations

from remit.facts.concept import Concept


def condition_code(concept: Concept, name: str) -> int:
    """The OMOP id of a diagnosis: of the code that its name says, else of the concept as a whole.

    A concept may list what lies below it, as `solid_malignancy` lists a tumour of the breast: that
    is written for nobody who has another one, where Remit has a code of its own.
    """
    codes = [code for code in concept.codes if code.omop is not None and code.is_verified]
    for word in (name, concept.label):
        for code in codes:
            if word.casefold() in {code.name.casefold(), code.code.casefold()} and code.omop:
                return code.omop
    own = next((code.omop for code in codes if code.vocabulary == "local" and code.omop), None)
    return own or main_code(concept)


def main_code(concept: Concept) -> int:
    """The OMOP id that an import writes for a concept: the first that was verified."""
    return next(c.omop for c in concept.codes if c.omop is not None and c.is_verified)
