"""How laboratories write units: families of spellings of the parts of a unit, all of them declared.

A text is known when each of its parts is a declared spelling and the parts make a unit of the
table.
Nothing is guessed: a part, a case or a sign that `spellings.toml` does not list is unknown.
"""

from __future__ import annotations

import itertools
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources
from typing import Any

from remit.units.table import Dimension, Unit, dimension_of, refused_texts, unit_table

MICRO_SIGN = "\u00b5"
# Raised digits are a power, and NFKC would make plain digits of them: 10⁹ is not 109.
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_RAISED_RUN = re.compile("[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_ONE_CHARACTER = str.maketrans(
    {
        "\u00ba": "°",  # the ordinal sign and the ring are typed for the degree sign
        "\u02da": "°",
        "\u02c6": "^",
        "×": "x",
        "∗": "*",
        "·": ".",
        "⋅": ".",
        "∙": ".",
        "•": ".",
        "・": ".",
        "･": ".",
        "∕": "/",
        "⁄": "/",
        "\ufeff": None,
        "\u200b": None,
        "\u200c": None,
        "\u200d": None,
        "\u2060": None,
    }
)
# `mL/(min.1.73m2)`: what stands below the stroke is a product of two.
_BRACKETED = re.compile(r"([^/]+)/\(([A-Za-z]+)[.*xX]([^/]+)\)")
_PER = re.compile("(?:^|(?<= ))(?:per|pro|par|por) ", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class UnitPart:
    """A part of a unit, `mg` or `dL`, with its factor to the base of its dimension."""

    name: str
    factor: Fraction
    dimension: Dimension


def folded(text: str) -> str:
    """The text with one form of each character that has several; letters keep their case.

    >>> folded("×10⁹ ／ Ｌ"), folded("㎎/㎗"), folded("cells per μL")
    ('x10^9/L', 'mg/dl', 'cells/µL')
    """
    text = text.translate(_ONE_CHARACTER)
    text = _RAISED_RUN.sub(lambda found: "^" + found.group().translate(_RAISED), text)
    # NFKC makes the Greek letter of the micro sign.
    text = unicodedata.normalize("NFKC", text).replace("\u03bc", MICRO_SIGN)
    text = text.translate(_ONE_CHARACTER)
    # Spaces only: a line break within a unit is a fault of the file.
    spaced = "".join(" " if unicodedata.category(mark) == "Zs" else mark for mark in text)
    return _PER.sub("/", spaced).replace(" ", "")


def in_capitals(text: str) -> str:
    """The text in capitals; the micro sign stays.

    >>> in_capitals("µmol/l")
    'µMOL/L'
    """
    return MICRO_SIGN.join(piece.upper() for piece in text.split(MICRO_SIGN))


_LONGEST = 100  # letters of two declared texts together, and more


@dataclass(frozen=True, slots=True)
class Spellings:
    """All declared spellings of parts.

    Attributes:
        parts: every part by its name.
        whole: the names of the parts that a spelling stands for; one, but for capitals.
        powers: spellings of powers of ten, behind which a note on what is counted may stand.
        notes: those notes, each with its braces or without.
        creatinine: what may stand behind the grams or moles of creatinine.
        of_creatinine: the parts behind which it may stand.
    """

    parts: Mapping[str, UnitPart]
    whole: Mapping[str, frozenset[str]]
    powers: Mapping[str, str]
    notes: frozenset[str]
    creatinine: frozenset[str]
    of_creatinine: frozenset[str]

    def names_of(self, piece: str) -> frozenset[str]:
        """The parts that this text between two strokes stands for."""
        found = set(self.whole.get(piece, ()))
        # No two declared texts are that long together: a cell of a whole page ends here.
        for place in range(1, len(piece)) if len(piece) <= _LONGEST else ():
            start, end = piece[:place], piece[place:]
            if end in self.notes and start in self.powers:
                found.add(self.powers[start])
            # `cells x10^9`: the mark of a product parts them.
            if start in self.notes and end[0] in "xX*" and end in self.powers:
                found.add(self.powers[end])
            if end in self.creatinine:
                grams = self.whole.get(start, frozenset()) & self.of_creatinine
                found.update(f"{name}{{creat}}" for name in grams)
        return frozenset(found)

    def capitals(self) -> Spellings:
        """The same spellings, each in capitals."""
        whole: dict[str, frozenset[str]] = {}
        for text, names in self.whole.items():
            upper = in_capitals(text)
            whole[upper] = whole.get(upper, frozenset()) | names
        return Spellings(
            parts=self.parts,
            whole=whole,
            powers={in_capitals(text): name for text, name in self.powers.items()},
            notes=frozenset(map(in_capitals, self.notes)),
            creatinine=frozenset(map(in_capitals, self.creatinine)),
            of_creatinine=self.of_creatinine,
        )


@cache
def spellings() -> Spellings:
    """The declared spellings of `spellings.toml`."""
    text = resources.files("remit.units").joinpath("spellings.toml").read_text(encoding="utf-8")
    document = tomllib.loads(text)
    parts: dict[str, UnitPart] = {}
    whole: dict[str, frozenset[str]] = {}

    def declare(spelling: str, name: str) -> None:
        held = whole.setdefault(spelling, frozenset({name}))
        assert held == {name}, f"{spelling} is written for {', '.join(sorted(held))} and {name}"

    for part, texts in _prefixed(document["prefix"], document["base"]):
        parts[part.name] = part
        for spelling in texts:
            declare(spelling, part.name)
    for name, row in document["part"].items():
        if "factor" in row:
            parts[name] = UnitPart(name, Fraction(row["factor"]), dimension_of(row["dimension"]))
        for spelling in row["spellings"]:
            declare(spelling, name)
    for spelling in _area(document["area"]):
        declare(spelling, "{1.73_m2}")
    parts[""] = UnitPart("", Fraction(1), ())
    for spelling in (*document["count"]["words"], *_braced(document["count"]["notes"])):
        declare(spelling, "")
    powers = {}
    for exponent in document["power"]["exponents"]:
        name = f"10*{exponent}"
        parts[name] = UnitPart(name, Fraction(10**exponent), ())
        for spelling in _power(document["power"], exponent):
            declare(spelling, name)
            powers[spelling] = name
    creatinine = document["creatinine"]
    for name in creatinine["of"]:
        parts[f"{name}{{creat}}"] = UnitPart(
            f"{name}{{creat}}", parts[name].factor, parts[name].dimension
        )
    notes = document["count"]["notes"]
    return Spellings(
        parts=parts,
        whole=whole,
        powers=powers,
        notes=frozenset(
            (*_braced(notes), *(f".{note}" for note in _braced(notes)), *document["count"]["words"])
        )
        - {"", "1", "#"},
        creatinine=frozenset(
            before + word
            for before in creatinine["before"]
            for plain in creatinine["words"]
            for word in (plain, f"{{{plain}}}", f"({plain})")
        ),
        of_creatinine=frozenset(creatinine["of"]),
    )


def _prefixed(
    prefixes: Mapping[str, Any], bases: Mapping[str, Any]
) -> Iterator[tuple[UnitPart, Iterator[str]]]:
    """Each base and each of its prefixed forms, with all spellings of it."""
    for symbol, base in bases.items():
        dimension = dimension_of(base["dimension"])
        alone = dict.fromkeys((*base["signs"], *base["words"]))
        yield UnitPart(symbol, Fraction(1), dimension), iter(alone)
        for prefix in base["prefixes"]:
            row = prefixes[prefix]
            signs = [before + sign for before in row["signs"] for sign in base["signs"]]
            words = [before + word for before in row["words"] for word in base["words"]]
            texts = dict.fromkeys((*signs, *words, *(word.capitalize() for word in words)))
            yield UnitPart(f"{prefix}{symbol}", Fraction(row["factor"]), dimension), iter(texts)


def _power(row: Mapping[str, Any], exponent: int) -> Iterator[str]:
    """All spellings of a power of ten as a count."""
    forms = [f"10{between}{exponent}" for between in row["between"]]
    forms += [f"10{left}{exponent}{right}" for left, right in row["around"]]
    marked = (before + form for before in row["before"] for form in forms)
    bare = (f"{sign}{exponent}" for sign in row["bare"])
    return iter(dict.fromkeys((*marked, *bare, *row["words"].get(str(exponent), ()))))


def _area(row: Mapping[str, Any]) -> Iterator[str]:
    """All spellings of the body surface to which a clearance is related."""
    for number, mark, metre in itertools.product(row["numbers"], row["marks"], row["metres"]):
        yield from (f"{left}{number}{mark}{metre}{right}" for left, right in row["around"])


def _braced(notes: list[str]) -> Iterator[str]:
    return (f"{{{note}}}" for note in notes)


def units_written(text: str, *, known: Spellings) -> frozenset[str]:
    """The codes of the units that a folded text stands for, by its parts."""
    if bracketed := _BRACKETED.fullmatch(text):
        text = "/".join(bracketed.groups())
    places = [known.names_of(piece) for piece in text.split("/")]
    products = itertools.product(*places)
    return frozenset(by_product()[product].code for product in products if product in by_product())


@cache
def by_product() -> Mapping[tuple[str, ...], Unit]:
    """The unit of each product of parts."""
    table: dict[tuple[str, ...], Unit] = {}
    for unit in unit_table().values():
        for product in unit.products:
            assert product not in table, f"the product {'/'.join(product)} stands twice"
            table[product] = unit
    return table


@cache
def by_text() -> Mapping[str, Unit]:
    """The unit of each code, and of each text that no family of parts makes."""
    table: dict[str, Unit] = {}
    for unit in unit_table().values():
        for text in dict.fromkeys(map(folded, (unit.code, *unit.spellings))):
            assert text not in table, f"the unit text {text} stands twice"
            table[text] = unit
    return table


@cache
def spellings_in_capitals() -> Spellings:
    return spellings().capitals()


@lru_cache(maxsize=4096)
def readings(text: str) -> tuple[Unit, ...]:
    """The units that a text stands for, the one that it is read as first; none for an unknown one.

    What it says as it stands comes before what it says as a unit in capitals.

    >>> [unit.code for unit in readings("G/L")], readings("Mg/dL")
    (['10*9/L', 'g/L'], ())
    """
    plain = folded(text)
    if (exact := by_text().get(plain)) is not None:
        return (exact,)
    if meant_by_refused(plain):
        return ()
    found = list(units_written(plain, known=spellings()))
    # One letter in capitals says nothing: M is metre, mega, molar and million.
    if len(plain) > 1 and plain == in_capitals(plain):
        known = spellings_in_capitals()
        found += sorted(units_written(plain, known=known) - set(found))
    return tuple(unit_table()[code] for code in found)


def meant_by_refused(plain: str) -> tuple[str, ...]:
    """The codes that may be meant by a folded text that is refused on purpose; none for others."""
    first, *rest = plain.split("/")
    after = [next(iter(spellings().names_of(piece)), piece) for piece in rest]
    start = next(iter(spellings().names_of(first)), first)
    marked = first.lstrip("xX*")
    for head, tail in ((first, rest), (first, after), (marked, after), (start, after)):
        if codes := refused_texts().get("/".join((head, *tail))):
            return codes
    return _refused_in_capitals(plain) if len(plain) > 1 and plain == in_capitals(plain) else ()


def _refused_in_capitals(plain: str) -> tuple[str, ...]:
    """The same of a text in capitals: `MIL/CUMM` is refused as `mil/uL` is."""
    known = spellings_in_capitals()
    first, *rest = plain.split("/")
    ends = list(itertools.product(*(known.names_of(piece) or {piece} for piece in rest)))
    for text, codes in refused_texts().items():
        head, *tail = text.split("/")
        if in_capitals(head) == first and tuple(tail) in ends:
            return codes
    return ()
