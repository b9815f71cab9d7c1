"""The closed words that a draft takes: headers of columns, names of concepts, answers.

Words are folded (case, spaces and punctuation do not count) and must then be the same. What looks
alike is only ever suggested.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from remit.facts.concept import Concept
from remit.facts.dictionary import Dictionary

_SIGNS = frozenset("+-")


def folded(text: str) -> str:
    """A word without case, spaces and punctuation; a sign alone stays.

    >>> folded("anti-dsDNA "), folded("Pat.-Nr."), folded("+")
    ('antidsdna', 'patnr', '+')
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain in _SIGNS:
        return plain
    return "".join(c for c in plain.casefold() if c.isalnum() or c == "+")


def counted(number: int, noun: str) -> str:
    """A number of things in words.

    >>> counted(1, "row"), counted(2, "row")
    ('1 row', '2 rows')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def quoted(text: str) -> str:
    """A basic string of TOML; what would act on a terminal stands as its number.

    >>> quoted('a "b" \x7f')
    '"a \\\\"b\\\\" \\\\U0000007F"'
    """
    plain = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else f"\\U{ord(c):08X}" for c in plain) + '"'


@cache
def field_words(part: str) -> Mapping[str, str]:
    """Folded word -> what it means, of a part of `field_words.toml`."""
    file = resources.files("remit.facts.intake.sources").joinpath("field_words.toml")
    rows = tomllib.loads(file.read_text(encoding="utf-8"))[part]
    found: dict[str, str] = {}
    for meaning, words in rows.items():
        for word in words:
            assert found.setdefault(folded(word), meaning) == meaning, f"{word} stands twice"
    return found


@dataclass(frozen=True, slots=True)
class NameMatch:
    """What a name may mean.

    Attributes:
        concept: the one concept that it names exactly; None where there is none.
        near: concepts that it may name, for a person to decide.
    """

    concept: Concept | None
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConceptNames:
    """The names of the concepts of some kinds.

    Attributes:
        exact: folded name, title, alias or code -> the concepts that it names.
    """

    dictionary: Dictionary
    exact: Mapping[str, frozenset[str]]

    def match(self, name: str) -> NameMatch:
        """The concept that a name means, or those that it may mean."""
        word = folded(name)
        found = self.exact.get(word, frozenset()) or self._twice(name)
        if len(found) == 1:
            concept = self.dictionary.concept(next(iter(found)))
            return NameMatch(None, concept.members) if concept.members else NameMatch(concept)
        if found:
            return NameMatch(None, tuple(sorted(found)))
        near = difflib.get_close_matches(word, self.exact, n=3, cutoff=0.8)
        begins = [e for e in self.exact if len(e) > 3 and (word.startswith(e) or e in word)]
        meant = [c for key in (*near, *begins) for c in sorted(self.exact[key])]
        return NameMatch(None, tuple(dict.fromkeys(meant))[:3])

    def _twice(self, name: str) -> frozenset[str]:
        """What both parts of a name such as `Mycophenolate mofetil (CellCept)` mean."""
        parts = _BOTH.fullmatch(name)
        if parts is None:
            return frozenset()
        one, other = (self.exact.get(folded(part), frozenset()) for part in parts.groups())
        return one & other


_BOTH = re.compile(r"(.+?)\s*[(/,]\s*([^()]+?)\)?")


def concept_names(dictionary: Dictionary, kinds: Collection[str]) -> ConceptNames:
    """The names of the concepts of these kinds."""
    exact: dict[str, set[str]] = {}
    for concept in dictionary.concepts.values():
        if concept.kind in kinds:
            for word in _names(concept):
                exact.setdefault(folded(word), set()).add(concept.name)
    return ConceptNames(dictionary, {word: frozenset(names) for word, names in exact.items()})


# Ids and numbers are no words of a clinic. M32.1 of ICD-10 may be lupus or its nephritis: a person
# says which.
_NO_WORDS = frozenset({"local", "OMOP", "CVX", "ICD10", "ICD9CM"})


def _names(concept: Concept) -> Iterable[str]:
    yield from (concept.name, concept.label, *concept.aliases)
    for code in concept.codes:
        if code.is_verified:
            yield code.name
            if code.vocabulary not in _NO_WORDS:
                yield code.code


def answer_of(word: str, concept: Concept) -> str | None:
    """The answer of a coded test that a word means exactly."""
    for answer, value in concept.values.items():
        if folded(word) in {folded(answer), folded(value.label)}:
            return answer
    meant = field_words("answers").get(folded(word))
    return meant if meant in concept.values else None
