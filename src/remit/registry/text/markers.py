"""The marker that an item of a list begins with: bullets, numbers, letters, in several scripts.

A marker is strong ("1)", "(a)", "①", "•") or weak: "3.7" is item 3 with the value 7 only below an
item 2, and "C. difficile" is item C only below an item B. `read_marker` tells what one line says by
itself; `weak_marker` what it may say, for the list that it stands in to decide.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

_BULLET = re.compile(
    r"(?:[-–—*](?:\s+(?=\S)|(?=[^\W\d_]))|[−‐]\s+(?=[^\W\d_])|[•●○▪◦·‣∙■◆◇➢➤►▶→✓✔・･‧»⁃※\uf0a7\uf0b7\uf0d8\uf0fc](?:\s*(?=\S)))|#{1,6}\s+(?=\S)"
)
_NUMBER = re.compile(
    r"(?P<open>[(（\[【〔]?)\s?(?P<number>\d{1,2}(?:[.-]\d{1,2}){0,2})\s?(?P<close>[.)）\]】〕、．])"
)
_CIRCLED = re.compile(r"[①-⑳⑴-⒇⒈-⒛❶-❿➀-➉➊-➓Ⅰ-Ⅻⅰ-ⅻ]\s?[.)）、．]?\s*(?=\S)")
_HAN = re.compile(
    r"(?:[（(]([一二三四五六七八九十]{1,2})[）)]|([一二三四五六七八九十]{1,2})、)\s*(?=\S)"
)
_LETTER = re.compile(
    r"(?P<open>[(（]?)(?P<letter>[a-zA-Zａ-ｚＡ-Ｚ])(?P<close>[.)]\s+|）\s*)(?=\S)"
)
_ROMAN = re.compile(r"(?P<open>[(（]?)(?P<roman>i{1,3}|iv|vi{0,3}|ix|x)(?P<close>[.)）])\s+(?=\S)")
_UPPER_ROMAN = re.compile(
    r"(?P<open>[(（]?)(?P<roman>I{2,3}|IV|VI{1,3}|IX)(?P<close>[.)）])\s+(?=\S)"
)
_RUN_ON = re.compile(r"(?P<number>\d{1,2})(?P<close>[.])(?=\d)")
_HYPHEN = re.compile(r"(?P<number>\d{1,2})(?P<close>[-–])\s*(?=\S)")
_LEVELS = re.compile(r"(?P<number>\d{1,2}\.\d{1,2}(?:\.\d{1,2})?)(?P<close>)\s+(?=[^\W\d_])")
_CLOSED_AGAIN = re.compile(r"(?:[.)）:](?!\d)|-(?=\s))\s*(?=\S)")
# Markers that only their list tells from values: "1: ", "1 - ", "#1", "No. 1", "IC1.", "1 Age".
_WEAK = (
    (_RUN_ON, "1."),
    (_HYPHEN, "1-"),
    (re.compile(r"(?P<number>\d{1,2})\s?[:：，/>°º]\s*(?=[^\W\d_])"), "1:"),
    (re.compile(r"(?P<number>\d{1,2})\s+[-–]\s+(?=[^\W\d_])"), "1 -"),
    (re.compile(r"#\s?(?P<number>\d{1,2})[.:)]?\s+(?=\S)"), "#1"),
    (re.compile(r"N(?:o|r)?[.°º]\s?(?P<number>\d{1,2})[.:)]?\s+(?=\S)", re.I), "No. 1"),
    (
        re.compile(r"(?:I|E|[IE]C|INC|EXC|Criterion)\s?#?(?P<number>\d{1,2})\s?[.:)]\s+(?=\S)"),
        "I1",
    ),
    (re.compile(r"\*\*(?P<number>\d{1,2})[.)]\*\*\s+(?=\S)"), "**1**"),
    (re.compile(r"(?P<number>\d{1,2})\s+(?=[A-Z\u3040-\u30ff\u3400-\u9fff])"), "1 "),
)
_ABBREVIATED = re.compile(r"[a-zA-Z]\.(?:\s|$)")
# Second names of species: "C. difficile" is never item C, wherever it stands.
_SPECIES = frozenset(
    {
        "difficile", "albicans", "coli", "pylori", "tuberculosis", "cruzi", "aureus", "pneumoniae",
        "aeruginosa", "influenzae", "jirovecii", "carinii", "neoformans", "fumigatus", "gondii",
        "pallidum", "trachomatis", "gonorrhoeae", "meningitidis", "stercoralis", "falciparum",
        "vivax", "cholerae", "perfringens", "botulinum", "tetani", "monocytogenes", "burgdorferi",
        "leprae", "avium", "bovis", "marcescens", "baumannii", "faecalis", "faecium", "pyogenes",
        "agalactiae", "epidermidis", "cepacia", "pertussis", "glabrata", "auris", "lamblia",
        "histolytica", "solium", "mansoni", "immitis", "capsulatum", "wilfordii", "maltophilia",
        "typhi", "henselae", "burnetii", "acnes", "vulgaris", "simplex", "granulosus", "longa",
        "cerevisiae", "hominis", "vaginalis", "pteronyssinus", "farinae", "melitensis", "jejuni",
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Marker:
    """A marker: the family of its list ("1", "a", "i", "I" or a bullet), what it prints, its shape
    ("1.", "(1)"), and how many characters of the text it takes."""

    style: str
    printed: str
    shape: str
    length: int

    @property
    def place(self) -> int:
        """The position that the marker counts, from 1; 0 for bullets and levels ("1.2")."""
        if self.style in ("1", "-") or not self.printed:
            return int(self.printed) if self.printed.isdigit() else 0
        if self.style == "a":
            return ord(self.printed.lower()) - ord("a") + 1
        return _roman_value(self.printed)


def read_bullets(text: str) -> tuple[str, int]:
    """The last of the bullets that a text begins with and how many characters all of them take."""
    at, style = 0, ""
    while at < 12 and (found := _BULLET.match(text, at)):
        bullet = found[0].strip()
        style = "" if bullet.startswith("#") else bullet
        at = found.end()
    return style, at


def read_marker(text: str) -> Marker | None:
    """The number or letter that a text certainly begins with.

    Example:
        >>> read_marker("３）7 <= SLEDAI").printed, read_marker("C. difficile colitis")
        ('3', None)
    """
    circled = _CIRCLED.match(text)
    if circled:
        printed = str(int(unicodedata.numeric(text[0])))
        return Marker("1", printed, "①", circled.end())
    han = _HAN.match(text)
    if han:
        shape = "（一）" if han[1] else "一、"
        return Marker("1", str(_han_value(han[1] or han[2])), shape, han.end())
    return _read_number(text) or _read_roman(text) or _read_letter(text)


def _read_number(text: str) -> Marker | None:
    found = _NUMBER.match(text)
    if found is None or not text[found.end() :].strip():
        return None
    opened, close = found["open"], found["close"]
    printed = unicodedata.normalize("NFKC", found["number"])
    after = text[found.end() :]
    if opened and close in ".．、":
        return None
    if close in ".．" and after[:1].isdigit():
        return None
    if close in ")）" and not opened and "-" in printed:
        return None
    # "1.)", "(1)." and "1.-" close twice.
    twice = _CLOSED_AGAIN.match(after)
    if twice is not None:
        return Marker("1", printed, f"1{close}{twice[0].strip()}", found.end() + twice.end())
    plain = "." if close == "．" else ")" if close == "）" else close
    blank = len(after) - len(after.lstrip())
    return Marker("1", printed, f"{'(' if opened else ''}1{plain}", found.end() + blank)


def _read_roman(text: str) -> Marker | None:
    found = _ROMAN.match(text)
    if found is not None and not _ABBREVIATED.match(text, found.end()):
        return Marker("i", found["roman"], _shape(found, "i"), found.end())
    upper = _UPPER_ROMAN.match(text)
    # "IV. antibiotics" is given by vein; "IV. Age" is the fourth item.
    if upper is not None and (upper["close"] != "." or text[upper.end()].isupper()):
        return Marker("I", upper["roman"], _shape(upper, "I"), upper.end())
    return None


def _read_letter(text: str) -> Marker | None:
    found = _LETTER.match(text)
    if found is None or _names_species(text, found.end()):
        return None
    after = text[found.end() :]
    letter = unicodedata.normalize("NFKC", found["letter"])
    if found["close"].strip() == "." and letter.isupper() and after[:1].islower():
        return None
    case = "a" if letter.islower() else "A"
    return Marker("a", letter, _shape(found, case), found.end())


def weak_marker(text: str) -> Marker | None:
    """The marker that a text may begin with, if its list says so.

    Example:
        >>> weak_marker("3.7 <= SLEDAI").printed, weak_marker("B. age over 18").printed
        ('3', 'B')
    """
    for pattern, shape in _WEAK:
        found = pattern.match(text)
        if found:
            return Marker("1", str(int(found["number"])), shape, found.end())
    letter = _LETTER.match(text)
    if letter is None or letter["close"].strip() != "." or _names_species(text, letter.end()):
        return None
    case = "a" if letter["letter"].islower() else "A"
    return Marker("a", letter["letter"], _shape(letter, case), letter.end())


def level_marker(text: str) -> Marker | None:
    """The marker of an item such as "2.1 Age", which only a list with levels has."""
    found = _LEVELS.match(text)
    return Marker("1", found["number"], "1.1", found.end()) if found else None


def _names_species(text: str, at: int) -> bool:
    """ "C. difficile", "I. V." """
    if _ABBREVIATED.match(text, at):
        return True
    word = re.match(r"[A-Za-z]{1,20}", text[at : at + 21])
    return word is not None and word[0].lower() in _SPECIES


def _shape(found: re.Match[str], family: str) -> str:
    close = found["close"].strip().replace("）", ")")
    return f"{'(' if found['open'] else ''}{family}{close}"


def _roman_value(printed: str) -> int:
    digits = {"i": 1, "v": 5, "x": 10}
    values = [digits[letter] for letter in printed.lower()]
    after = [*values[1:], 0]
    return sum(-v if v < n else v for v, n in zip(values, after, strict=True))


def _han_value(printed: str) -> int:
    digits = "一二三四五六七八九"
    if "十" not in printed:
        return digits.index(printed[0]) + 1
    tens, _, ones = printed.partition("十")
    return 10 * (digits.index(tens) + 1 if tens else 1) + (digits.index(ones) + 1 if ones else 0)
