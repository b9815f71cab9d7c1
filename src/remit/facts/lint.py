"""Check the codes of a dictionary: check digits, names and OMOP ids against a vocabulary file.

Public code lists are full of codes that mean something else. Each finding says which concept and
code, what is wrong, and what the vocabulary says instead. OMOP keeps ids above 2,000,000,000 for
local use.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TextIO

from remit.errors import ConceptError, Place
from remit.facts.concept import Code
from remit.facts.dictionary import Dictionary
from remit.facts.vocabulary.code_forms import loinc_check_digit, snomed_is_valid
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
]
Vocabulary = Mapping[tuple[str, str], tuple[str, int]]
"""(vocabulary, code) -> (name, OMOP id)."""

LOCAL_ABOVE = 2_000_000_000
INT32_MAX = 2_147_483_647
AGREEMENT = 0.5
_OMOP_ID = re.compile(r"-?[0-9]{1,18}")

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
        vocabulary: (vocabulary, code) -> (name, OMOP id), or the path of an OMOP CONCEPT.csv. A
            code that the vocabulary does not list is checked for its check digit only.

    Raises:
        ConceptError: the file is no OMOP CONCEPT.csv.

    >>> from remit.facts.dictionary import packaged_dictionary
    >>> lint_codes(packaged_dictionary(), vocabulary_of(packaged_dictionary()))
    ()
    """
    if isinstance(vocabulary, Path | str):
        vocabulary = read_vocabulary(Path(vocabulary), keep=_wanted(dictionary))
    ids = _by_id(vocabulary)
    found: list[LintFinding] = []
    for concept in dictionary.concepts.values():
        for code in concept.codes:
            found.extend(lint_code(concept.name, code, vocabulary, by_id=ids))
    found.extend(_shared_ids(dictionary))
    found.extend(_local_twice(dictionary))
    return tuple(found)


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


def _wanted(dictionary: Dictionary) -> Callable[[str, str, int], bool]:
    codes = [code for concept in dictionary.concepts.values() for code in concept.codes]
    keys = {(code.vocabulary, code.code) for code in codes}
    ids = {code.omop for code in codes}
    return lambda system, code, omop: (system, code) in keys or omop in ids


def read_vocabulary(
    path: Path, *, keep: Callable[[str, str, int], bool] = lambda _system, _code, _omop: True
) -> Vocabulary:
    """Read an OMOP CONCEPT.csv, comma- or tab-separated, its column names in any case.

    Args:
        keep: called with vocabulary, code and OMOP id; rows for which it is false are skipped, so
            that a whole Athena download is read in little memory.

    Raises:
        ConceptError: the file cannot be read, is no OMOP concept table, or has a damaged row.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _vocabulary_rows(path, file, keep)
    except OSError as error:
        got = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        got = "a file that is not UTF-8 text"
    except csv.Error as error:
        got = f"rows that cannot be parted: {error}"
    raise ConceptError(
        "the vocabulary cannot be read",
        expected="the CONCEPT.csv of an OMOP data set or an Athena download",
        got=got,
        next_step="check the path, or download it again",
        place=path,
    )


def _vocabulary_rows(
    path: Path, file: TextIO, keep: Callable[[str, str, int], bool]
) -> dict[tuple[str, str], tuple[str, int]]:
    table: dict[tuple[str, str], tuple[str, int]] = {}
    header = file.readline()
    tabs = "\t" in header
    names = [name.strip().lower() for name in header.split("\t" if tabs else ",")]
    columns = ("vocabulary_id", "concept_code", "concept_id", "concept_name")
    missing = [column for column in columns if column not in names]
    if missing:
        raise ConceptError(
            "this is not an OMOP concept table",
            expected=f"the columns {', '.join(columns)}",
            got=f"without {', '.join(missing)}",
            next_step="give the CONCEPT.csv of an OMOP data set or an Athena download",
            place=path,
        )
    system_at, code_at, id_at, name_at = (names.index(column) for column in columns)
    # An Athena download is tab-separated and quotes nothing: a quotation mark there is text.
    rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE) if tabs else csv.reader(file)
    for row in rows:
        if len(row) < len(names) or not _OMOP_ID.fullmatch(row[id_at]):
            raise ConceptError(
                "the row does not fit the columns",
                expected=f"{len(names)} cells, the concept_id a whole number",
                got=f"{len(row)} cells" if len(row) < len(names) else "another text",
                next_step="download the file again",
                place=Place(str(path), rows.line_num + 1),
            )
        system, code, omop = row[system_at], row[code_at], int(row[id_at])
        if keep(system, code, omop):
            table.setdefault((system, code), (row[name_at], omop))
    return table
