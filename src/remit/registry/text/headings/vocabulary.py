"""The words that headings are made of, in several languages, from `vocabulary.toml`.

A page's word is folded before it is looked up: small letters, no accents, full-width letters as
plain ones. A misspelt side ("exlusion") is read where it is near to one side only.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

Side = Literal["inclusion", "exclusion", "eligibility", "both", "other"]
_UNSPACED = ("zh", "ja", "ko")
_LONGEST = 26
# The letters of both sides: two misspelt ones leave at least five of them.
_COMMON = frozenset("clusion")
_EAST_ASIAN = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_EXCLUDES = re.compile(
    r"\bexclu(?:d(?:e[sd]?|ing)|sion)|\bineligib"
    r"|\bnot\s+(?:be\s+)?eligible|\b(?:will not|cannot) be (?:enrol+ed|included)\b"
    r"|\bnon[- ]?inclusion"
    r"|\b(?:nicht)?ausschlu|\bausgeschlossen|\besclu[sd]|\bexclu[iísy]|排除|除外|제외",
    re.I,
)
# "Carcinoma excluding basal cell" narrows an inclusion and heads no exclusions.
_NARROWS = re.compile(
    r"\bexcluding\b|(?<!will )(?<!would )\bexclu(?:de|sion of)\s+(?!criteri)", re.I
)


@cache
def heading_words() -> Mapping[str, frozenset[str]]:
    """Each role of the table with its words, all languages that write blanks together.

    Example:
        >>> "criteres" in heading_words()["criteria"]
        True
    """
    roles: dict[str, set[str]] = {}
    for language, table in _table().items():
        if language not in _UNSPACED:
            for role, words in table.items():
                roles.setdefault(role, set()).update(words)
    return {role: frozenset(words) for role, words in roles.items()}


@cache
def unspaced_words() -> Mapping[str, tuple[str, ...]]:
    """Each role with the words of the languages that write no blanks, the longest first."""
    roles: dict[str, set[str]] = {}
    for language in _UNSPACED:
        for role, words in _table()[language].items():
            roles.setdefault(role, set()).update(words)
    return {role: tuple(sorted(words, key=len, reverse=True)) for role, words in roles.items()}


@cache
def _table() -> Mapping[str, Mapping[str, list[str]]]:
    source = files("remit.registry.text.headings").joinpath("vocabulary.toml")
    found: dict[str, dict[str, list[str]]] = tomllib.loads(source.read_text(encoding="utf-8"))
    return found


def is_east_asian(text: str) -> bool:
    """Whether the text has Chinese, Japanese or Korean letters."""
    return _EAST_ASIAN.search(text) is not None


@lru_cache(maxsize=4096)
def fold(word: str) -> str:
    """The word in small letters, without accents.

    Example:
        >>> fold("Exclusión"), fold("EINSCHLUẞ")
        ('exclusion', 'einschluss')
    """
    if word.isascii():
        return word.lower()
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def folded_words(text: str) -> list[str]:
    """The words of a text, folded, without the marks around them.

    Example:
        >>> folded_words("**Exclusión** (key):")
        ['exclusion', 'key']
    """
    return [fold(word.strip(".,:;()[]*#_")) for word in text.split()]


@lru_cache(maxsize=4096)
def side_of(word: str) -> Side | None:
    """The side that a folded noun names; "both" where a misspelling is as near to either.

    Example:
        >>> side_of("exclusionary"), side_of("iinclusion"), side_of("infusion"), side_of("clusion")
        ('exclusion', 'inclusion', None, 'both')
    """
    words = heading_words()
    sides: tuple[Side, ...] = ("inclusion", "exclusion", "eligibility")
    for side in sides:
        if word in words[side]:
            return side
    if word in words["departure"]:
        return "other"
    if 14 <= len(word) <= 22 and word[0] in "ae":
        # A long German word may miss two letters and is still like no other one.
        for side in sides[:2]:
            known = "einschlusskriterien" if side == "inclusion" else "ausschlusskriterien"
            if distance(word, known) <= 2:
                return side
    if not 7 <= len(word) <= 13 or len(_COMMON.intersection(word)) < len(_COMMON) - 2:
        return None
    if word in words["words"] or word in words["qualifiers"]:
        return None
    near = {side: min(distance(word, side), distance(word, f"{side}s")) for side in sides[:2]}
    best = min(near.values())
    if best > 2 or abs(len(word) - len("exclusion")) > 2:
        return None
    if near["inclusion"] == near["exclusion"]:
        return "both"
    return "inclusion" if near["inclusion"] == best else "exclusion"


@lru_cache(maxsize=4096)
def is_criteria(word: str) -> bool:
    """Whether a folded word is "criteria", in one of the languages or misspelt."""
    if word in heading_words()["criteria"]:
        return True
    if not 6 <= len(word) <= 11 or word[0] not in "ck" or len(set("riteo").intersection(word)) < 3:
        return False
    return min(distance(word, "criteria"), distance(word, "criterion")) <= 2


def distance(one: str, other: str) -> int:
    """How many letters are added, lost, changed or swapped with their neighbour between two words.

    Example:
        >>> distance("exlusion", "exclusion"), distance("criteira", "criteria")
        (1, 1)
    """
    if max(len(one), len(other)) > _LONGEST:
        return _LONGEST
    above: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        above, row, earlier = row, [i], above
        for j, against in enumerate(other, start=1):
            cost = min(above[j] + 1, row[j - 1] + 1, above[j - 1] + (letter != against))
            swapped = i > 1 and j > 1 and letter == other[j - 2] and against == one[i - 2]
            row.append(min(cost, earlier[j - 2] + 1) if swapped else cost)
    return row[-1]


def names_exclusion(text: str) -> bool:
    """Whether a line speaks of keeping people out, beyond narrowing its own condition.

    Example:
        >>> names_exclusion("Women who are pregnant are excluded")
        True
        >>> names_exclusion("Carcinoma, excluding basal cell carcinoma")
        False
    """
    return any(_NARROWS.match(text, m.start()) is None for m in _EXCLUDES.finditer(text))
