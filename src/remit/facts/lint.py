"""Check the codes of a dictionary: check digits, names and OMOP ids against a vocabulary file.

Public code lists are full of codes that mean something else. Each finding says which concept and
code, what is wrong, and what the vocabulary says instead. OMOP keeps ids above 2,000,000,000 for
local use.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from remit.facts.concept import Code
from remit.facts.dictionary import Dictionary
from remit.facts.opened import Facts
from remit.facts.tables import INT32_MAX
from remit.facts.vocabulary.athena import AthenaVocabulary, open_vocabulary
from remit.facts.vocabulary.code_book import SourceCode
from remit.facts.vocabulary.code_forms import loinc_check_digit, snomed_is_valid
from remit.facts.vocabulary.listed_status import ListedStatus, kept_statuses, listed_statuses
from remit.terminal import one_line

Rule = Literal[
    "loinc_check_digit",
    "snomed_check_digit",
    "name",
    "omop",
    "shared_id",
    "local_twice",
    "local_range",
    "local_taken",
    "invalid",
    "replaced",
    "not_standard",
    "mislabelled",
]
Vocabulary = Mapping[tuple[str, str], tuple[str, int]]
"""(vocabulary, code) -> (name, OMOP id)."""

LOCAL_ABOVE = 2_000_000_000
AGREEMENT = 0.5

# Words that say nothing about what is meant, and words that public lists write differently.
_STOP = frozenset(
    ["a", "an", "and", "as", "by", "for", "in", "of", "on", "or", "the", "to", "with"]
)
_SPELLING: Mapping[str, tuple[str, ...]] = {
    "aciclovir": ("acyclovir",),
    "anaemia": ("anemia",),
    "anti": ("ab",),
    "antibodies": ("ab",),
    "antibody": ("ab",),
    "antinuclear": ("ab", "nuclear"),
    "ciclosporin": ("cyclosporine",),
    "count": ("#",),
    "dsdna": ("dna", "double", "strand"),
    "haemoglobin": ("hemoglobin",),
    "rifampicin": ("rifampin",),
    "sjögren": ("sjogren",),
    "stranded": ("strand",),
    "titre": ("titer",),
    "tumour": ("tumor",),
    "wbc": ("leukocytes",),
}
_SPECIMEN: Mapping[str, str] = {
    "blood": "blood",
    "plasma": "blood",
    "serum": "blood",
    "urine": "urine",
    "stool": "stool",
    "saliva": "saliva",
    "cerebrospinal": "cerebrospinal fluid",
    "csf": "cerebrospinal fluid",
}
_ROMAN = frozenset({"i", "ii", "iii", "iv", "v", "vi"})


@dataclass(frozen=True, slots=True)
class LintFinding:
    """One thing wrong with one code."""

    rule: Rule
    concept: str
    vocabulary: str
    code: str
    expected: str
    got: str

    def __str__(self) -> str:
        where = f"{self.concept}: {self.vocabulary} {self.code}"
        return one_line(f"{where}: {self.rule}: expected {self.expected}, got {self.got}")


def _words(name: str) -> frozenset[str]:
    found: set[str] = set()
    for word in re.findall(r"[^\W_]+|#", name.casefold()):
        if word not in _STOP:
            found.update(_SPELLING.get(word, (word,)))
    return frozenset(found)


def _is_marked(word: str) -> bool:
    """Whether the word numbers what is meant: c3, 24, iv."""
    return word in _ROMAN or any(character.isdigit() for character in word)


def names_agree(ours: str, theirs: str) -> bool:
    """Whether two names can mean the same.

    Half of the words of the shorter must stand in the longer; where ours numbers what it means
    (C3, 24, IV), theirs must bear one of these numbers; the specimens must not contradict.

    >>> names_agree("Complement C3", "Complement C3 [Mass/volume] in Serum or Plasma")
    True
    >>> names_agree("Complement C4", "Complement C3 [Mass/volume] in Serum or Plasma")
    False
    """
    left, right = _words(ours), _words(theirs)
    if not left or not right:
        return False
    marks_left = {word for word in left if _is_marked(word)}
    marks_right = {word for word in right if _is_marked(word)}
    if marks_left and not marks_left & marks_right:
        return False
    places_left = {_SPECIMEN[word] for word in left if word in _SPECIMEN}
    places_right = {_SPECIMEN[word] for word in right if word in _SPECIMEN}
    if places_left and places_right and not places_left & places_right:
        return False
    return len(left & right) >= AGREEMENT * min(len(left), len(right))


def _check_digits(concept: str, code: Code) -> Iterator[LintFinding]:
    if code.vocabulary == "LOINC":
        stem, _, digit = code.code.partition("-")
        if not re.fullmatch(r"[0-9]{1,7}", stem):
            yield _finding(
                "loinc_check_digit", concept, code, expected="digits-digit", got=code.code
            )
        elif digit != str(loinc_check_digit(stem)):
            right = f"{stem}-{loinc_check_digit(stem)}"
            yield _finding("loinc_check_digit", concept, code, expected=right, got=code.code)
    elif code.vocabulary == "SNOMED" and not snomed_is_valid(code.code):
        yield _finding(
            "snomed_check_digit", concept, code, expected="a valid check digit", got=code.code
        )


def _finding(rule: Rule, concept: str, code: Code, *, expected: str, got: str) -> LintFinding:
    return LintFinding(rule, concept, code.vocabulary, code.code, expected, got)


def lint_code(
    concept: str,
    code: Code,
    vocabulary: Vocabulary,
    *,
    by_id: Mapping[int, tuple[str, str]] | None = None,
) -> tuple[LintFinding, ...]:
    """What is wrong with one code of a concept, seen by itself.

    Args:
        by_id: OMOP id -> (vocabulary and code, name); made from `vocabulary` when not given.
    """
    ids = _by_id(vocabulary) if by_id is None else by_id
    found = list(_check_digits(concept, code))
    if code.vocabulary == "local":
        if code.omop is None or not LOCAL_ABOVE < code.omop <= INT32_MAX:
            limits = f"an id above {LOCAL_ABOVE} and up to {INT32_MAX}"
            found.append(
                _finding("local_range", concept, code, expected=limits, got=str(code.omop))
            )
        elif code.omop in ids and ids[code.omop] != (f"local {code.code}", code.name):
            found.append(
                _finding(
                    "local_taken",
                    concept,
                    code,
                    expected="an id that the vocabulary file does not use",
                    got=f"{code.omop} is {ids[code.omop][1]}",
                )
            )
        return tuple(found)
    known = vocabulary.get((code.vocabulary, code.code))
    if known is None and code.omop is not None and code.omop in ids:
        other, name = ids[code.omop]
        if code.vocabulary == "OMOP":
            known = (name, code.omop)
        else:
            found.append(
                _finding("omop", concept, code, expected=f"the id of {code.code}", got=other)
            )
    if known is not None:
        name, omop = known
        if not names_agree(code.name, name):
            found.append(_finding("name", concept, code, expected=name, got=code.name))
        if code.omop is not None and code.omop != omop:
            found.append(_finding("omop", concept, code, expected=str(omop), got=str(code.omop)))
    return tuple(found)


def _shared_ids(dictionary: Dictionary) -> Iterator[LintFinding]:
    first: dict[int, str] = {}
    for concept in dictionary.concepts.values():
        below = {leaf.name for leaf in dictionary.leaves(concept.name)}
        for code in concept.codes:
            if code.omop is None or code.vocabulary == "local":
                continue
            other = first.setdefault(code.omop, concept.name)
            above = {leaf.name for leaf in dictionary.leaves(other)}
            if other not in {concept.name, *below} and concept.name not in above:
                yield _finding(
                    "shared_id",
                    concept.name,
                    code,
                    expected="an id of this concept alone",
                    got=f"{code.omop} is also {other}",
                )


def _local_twice(dictionary: Dictionary) -> Iterator[LintFinding]:
    first: dict[int, str] = {}
    for concept in dictionary.concepts.values():
        places = [(c.omop, c.code) for c in concept.codes if c.vocabulary == "local" and c.omop]
        places += [
            (value.omop, f"{concept.name}.{key}")
            for key, value in concept.values.items()
            if value.omop > LOCAL_ABOVE
        ]
        for omop, place in places:
            other = first.setdefault(omop, place)
            if other != place:
                yield LintFinding(
                    "local_twice",
                    concept.name,
                    "local",
                    place,
                    "a local id used once",
                    f"{omop} is also {other}",
                )


def lint_codes(
    dictionary: Dictionary, vocabulary: Vocabulary | Path | str
) -> tuple[LintFinding, ...]:
    """Everything wrong with the codes of a dictionary, in the order of its concepts.

    Args:
        vocabulary: (vocabulary, code) -> (name, OMOP id); or where OMOP's tables are: a folder, a
            zip archive or a CONCEPT.csv, which also say whether a code is valid and standard. A
            code that the vocabulary does not list is checked for its check digit only.

    Raises:
        ConceptError: there is no vocabulary, or a file of it is damaged.

    >>> from remit.facts.dictionary import packaged_dictionary
    >>> lint_codes(packaged_dictionary(), vocabulary_of(packaged_dictionary()))
    ()
    """
    statuses: Mapping[int, ListedStatus] = {}
    if isinstance(vocabulary, Path | str):
        book = open_vocabulary(vocabulary, dictionary)
        statuses = listed_statuses(book, dictionary.listed)
        vocabulary = _listed_rows(dictionary, book)
    ids = _by_id(vocabulary)
    found: list[LintFinding] = []
    for concept in dictionary.concepts.values():
        for code in concept.codes:
            found.extend(lint_code(concept.name, code, vocabulary, by_id=ids))
    found.extend(_not_current(dictionary, statuses))
    found.extend(_shared_ids(dictionary))
    found.extend(_local_twice(dictionary))
    return tuple(found)


def lint_dataset(dictionary: Dictionary, facts: Facts) -> tuple[LintFinding, ...]:
    """What a dataset's own map of codes says against its source and against a dictionary.

    Codes of the source that cannot be of the vocabulary they are said to be of; and codes of the
    dictionary that the vocabulary of the import has replaced, or does not count as standard.
    """
    kept = facts.rows("concept_map")
    mislabelled = sorted(
        (row["source_vocabulary"], row["source_code"])
        for row in kept.to_pylist()
        if row["how"] == "mislabelled"
    )
    return (
        *(
            LintFinding("mislabelled", "the data", system, code, f"a code of {system}", code)
            for system, code in mislabelled
        ),
        *_not_current(dictionary, kept_statuses(kept, dictionary.listed)),
    )


def _not_current(
    dictionary: Dictionary, statuses: Mapping[int, ListedStatus]
) -> Iterator[LintFinding]:
    """The codes that no record should carry today, but those whose `verified` says so already.

    Earlier data carry them: such a code says "not standard", and stands beside the one of today.
    """
    for concept in dictionary.concepts.values():
        for code in concept.codes:
            known = statuses.get(code.omop or 0)
            if known is not None and code.is_verified and "not standard" not in code.verified:
                now = ", ".join(map(str, known.now))
                expected = f"{now}, which stands for it now" if now else "a standard code"
                yield _finding(
                    known.status, concept.name, code, expected=expected, got=str(code.omop)
                )


def _listed_rows(dictionary: Dictionary, book: AthenaVocabulary) -> Vocabulary:
    """What a vocabulary says of the codes and ids of a dictionary."""
    codes = [code for concept in dictionary.concepts.values() for code in concept.codes]
    ids = {code.omop for code in codes if code.omop is not None}
    rows = [
        *book.concepts(ids).values(),
        *book.rows_of({SourceCode(code.vocabulary, code.code) for code in codes}),
    ]
    return {(row.vocabulary, row.code): (row.name, row.concept) for row in rows}


def vocabulary_of(dictionary: Dictionary) -> Vocabulary:
    """The codes of a dictionary as a vocabulary, to hold another dictionary or itself against."""
    table: dict[tuple[str, str], tuple[str, int]] = {}
    for concept in dictionary.concepts.values():
        for code in concept.codes:
            if code.omop is not None:
                table.setdefault((code.vocabulary, code.code), (code.name, code.omop))
    return table


def _by_id(vocabulary: Vocabulary) -> Mapping[int, tuple[str, str]]:
    table: dict[int, tuple[str, str]] = {}
    for (system, code), (name, omop) in vocabulary.items():
        table.setdefault(omop, (f"{system} {code}", name))
    return table
