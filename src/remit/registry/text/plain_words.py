"""The words and numbers of a text in one form, so that two pages that say the same look the same.

Lost is what sites write differently: case, accents, hyphens, punctuation of another language, long
and short names, British and American spelling, number words, comparison signs. Kept is every other
word and every number.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache

from remit.registry.text.operators import mark_signs

# Long form → short form. Pages write one or the other; both count as the same word.
_EXPANSIONS = (
    (r"systemic lupus erythematosus|systemic lupus", "sle"),
    (r"lupus nephritis|lupus glomerulonephritis", "ln"),
    (r"mesenchymal (?:stem|stromal) cells?|mscs?", "msc"),
    (r"(?:h?uc|umbilical[ -]cord(?:[ -]derived)?)", "uc"),
    (r"huc[ -]?mscs?|uc[ -]?mscs?", "uc msc"),
    (r"(?:rh)?interleukin[ -]?(\d+)|(?:rh)?il[ -]?(\d+)", r"il\1\2"),
    (r"mycophenolate mofetil|mmf", "mmf"),
    (
        r"chimeric antigen receptor(?:[ -]modified)? t(?:[ -]cells?)?|car[ -]t(?:[ -]cells?)?",
        "cart",
    ),
    (r"rheumatoid arthritis", "ra"),
    (r"antiphospholipid syndrome", "aps"),
    (
        r"(ultra[ -]?low|low|high|medium|mid|intermediate|moderate|standard|conventional|full|half"
        r"|double|reduced|escalating|increasing|fixed|single|multiple)[ -]dos(?:es?|age|ages|ing)",
        r"\1dose",
    ),
    (r"cyclophosphamide|ctx|cyc", "cyclophosphamide"),
    (r"hydroxychloroquine|hcq", "hydroxychloroquine"),
    (r"intravenous immunoglobulin|ivig", "ivig"),
    (r"paediatrics?|pediatrics?|children|child|childhood|juvenile", "paediatric"),
    (r"placebo[ -]controlled", "placebo"),
    (r"randomi[sz]ed", "randomised"),
)
_PATTERNS = tuple((re.compile(rf"\b(?:{long})\b"), short) for long, short in _EXPANSIONS)
_SPELLINGS = (
    (re.compile(r"ae|oe"), "e"),
    (re.compile(r"our\b"), "or"),
    (re.compile(r"is(e|ed|es|ing|ation)\b"), r"iz\1"),
    (re.compile(r"yse(d|r?s?)\b"), r"yze\1"),
    (re.compile(r"tre\b"), "ter"),
)
_COUNT_TEXT = "one two three four five six seven eight nine ten eleven twelve"
_COUNTS = {word: str(number) for number, word in enumerate(_COUNT_TEXT.split(), start=1)}
_POWERS = str.maketrans({c: f" {n} " for n, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")})
# A point as Chinese, English and Arabic print it, and marks that part thousands.
_POINT = re.compile(r"(?<=\d)[。·٫．](?=\d)")
_GROUPING = re.compile(r"(?<=\d)['’\u2009\u202f](?=\d{3}(?!\d))")
_NUMBER_OR_WORD = re.compile(r"\d+(?:[.,]\d+)*|[^\W\d_]+")
_ARTICLES = frozenset({"a", "an", "the"})


@lru_cache(maxsize=20_000)
def expanded(text: str) -> str:
    """Lower case, hyphens of one kind, and one form for each long and short name.

    Example:
        >>> expanded("MSCs in Lupus Nephritis")
        'msc in ln'
    """
    grouped = _GROUPING.sub("", _POINT.sub(".", text.translate(_POWERS)))
    plain = unicodedata.normalize("NFKC", grouped).lower()
    plain = re.sub(r"[‐-―−]", "-", plain)
    for pattern, short in _PATTERNS:
        plain = pattern.sub(short, plain)
    return plain


@lru_cache(maxsize=20_000)
def plain_words(text: str) -> tuple[str, ...]:
    """The words and numbers of the text, in order, without articles and comparison signs.

    Example:
        >>> plain_words("UPCR ≥ 1,0 in Umbilical-cord MSCs")
        ('upcr', '1', 'in', 'uc', 'msc')
        >>> plain_words("Haemoglobin: eight grams；") == plain_words("hemoglobin 8 gram")
        True
    """
    found = _NUMBER_OR_WORD.findall(_unaccented(expanded(mark_signs(text))))
    return tuple(word for word in map(_one_form, found) if word not in _ARTICLES)


def is_number(word: str) -> bool:
    """Whether one of the plain words is a number."""
    return word[0].isdigit()


def differing(left: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The words that one text has oftener than the other, for each text, in its order."""
    return _beyond(left, right), _beyond(right, left)


def _beyond(words: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    spare: dict[str, int] = {}
    for word in others:
        spare[word] = spare.get(word, 0) + 1
    found = []
    for word in words:
        if spare.get(word, 0):
            spare[word] -= 1
        else:
            found.append(word)
    return tuple(found)


def _unaccented(text: str) -> str:
    if text.isascii():
        return text
    parts = unicodedata.normalize("NFD", text)
    return "".join(c for c in parts if not unicodedata.combining(c))


@lru_cache(maxsize=50_000)
def _one_form(word: str) -> str:
    if word[0].isdigit():
        return _number(word)
    if word in _COUNTS:
        return _COUNTS[word]
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for pattern, form in _SPELLINGS:
        word = pattern.sub(form, word)
    return word


def _number(written: str) -> str:
    """The number without idle zeros; a comma before three digits parts thousands."""
    plain = written
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", plain):
        plain = plain.replace(",", "")
    plain = plain.replace(",", ".")
    if plain.count(".") > 1 or len(plain) > 40:
        return plain
    return f"{Decimal(plain).normalize() + 0:f}"
