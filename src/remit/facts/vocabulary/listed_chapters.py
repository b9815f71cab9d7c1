"""What the dictionary's codes without an OMOP id stand for: categories of ICD, vaccines, classes.

A concept that lists such a code has one with an id before it that names the whole of the concept;
a record with the code is written with that id. Of ICD codes that hold each other, the narrowest
that is listed decides: a basal cell carcinoma is no other malignancy.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from remit.facts.concept import Code, Concept
from remit.facts.dictionary import Dictionary
from remit.facts.vocabulary.icd_tree import ICD, depth_below


def codes_meant(dictionary: Dictionary, vocabulary: str, written: str) -> tuple[Code, ...]:
    """The listed codes whose ids a written one stands for, of each concept one; none for others.

    Only codes that the dictionary lists without an id of their own, and ICD codes below them.

    >>> from remit.facts.dictionary import packaged_dictionary
    >>> [code.omop for code in codes_meant(packaged_dictionary(), "ICD10CM", "m3212")]
    [257628]
    """
    listed = _without_id(dictionary).get(vocabulary, {})
    if vocabulary not in ICD:
        return tuple(listed.get(written, {}).values())
    depths = {code: depth_below(written, code, vocabulary) for code in listed}
    narrowest = max((depth for depth in depths.values() if depth is not None), default=None)
    found: dict[int | None, Code] = {}
    for code, depth in depths.items():
        if depth is not None and depth == narrowest:
            found |= {meant.omop: meant for meant in listed[code].values()}
    return tuple(found.values())


def whole_of(concept: Concept) -> Code | None:
    """The code that stands for a concept as a whole: its first with an id, a standard one first."""
    known = [code for code in concept.codes if code.omop is not None and code.is_verified]
    return min(known, key=lambda code: code.vocabulary == "local", default=None)


@lru_cache(maxsize=8)
def _without_id(dictionary: Dictionary) -> Mapping[str, Mapping[str, Mapping[int | None, Code]]]:
    """Vocabulary -> code -> the codes with an id that it stands for, by that id."""
    found: dict[str, dict[str, dict[int | None, Code]]] = {}
    for concept in dictionary.concepts.values():
        whole = whole_of(concept)
        for code in concept.codes:
            if code.omop is None and code.is_verified and whole is not None:
                found.setdefault(code.vocabulary, {}).setdefault(code.code, {})[whole.omop] = whole
    return found
