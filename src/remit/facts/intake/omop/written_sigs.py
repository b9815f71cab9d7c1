"""What a sig says of a dose a day or a week, where it says it without doubt; else nothing.

A sig is the instruction on a prescription. Its grammar here is closed: how much, and how often, and
beside that only words that change neither. What is taken as needed, as directed, in a range or in
steps says no dose a day, and so does whatever is not understood to its last word.

Sources: the times a day are those of HL7's code system v3-GTSAbbreviation (BID, TID, QID, QD, AM,
PM, BED) and of CDISC controlled terminology C71113 (Q4H, Q6H, Q8H, Q12H); left out is what the ISMP
("List of Error-Prone Abbreviations") warns may mean two things, such as OD, HS alone and BIW. The
forms are those of sigs that are public (coderxio/parserx, csv/input.csv).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache

_HOURS = 24
_LONGEST = 300  # letters; a longer text is no plain sig
_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_NUMBERS: Mapping[str, int] = {word: number for number, word in enumerate(_WORDS, start=1)}
_UNITS: Mapping[str, int] = {  # OMOP ids of mg, g and ug
    **dict.fromkeys(("mg", "milligram", "milligrams"), 8576),
    **dict.fromkeys(("g", "gm", "gram", "grams"), 8504),
    **dict.fromkeys(("mcg", "ug", "microgram", "micrograms"), 9655),
}
_DAYS: Mapping[str, int] = {"day": 1, "days": 1, "week": 7, "weeks": 7, "wk": 7, "wks": 7}

_COUNT = r"(?:[1-9][0-9]{0,3} )?[1-9]/[2-9]|[0-9]{0,4}\.[0-9]{1,4}|[0-9]{1,4}|" + "|".join(_WORDS)
_PIECE = r"(?:tablets?|tabs?|capsules?|caps?|pills?)"
_MASS = "|".join(sorted(_UNITS, key=len, reverse=True))
_HOUR = r"(?:hours?|hrs?|h)"
_A_DAY = r"(?:daily|(?:a|per|each|every) day)"
_A_WEEK = r"(?:weekly|(?:a|per|each|every) week)"


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(rf"(?:{text})(?![^ ,])")


_VERB = _pattern(r"take|swallow|give")
_PIECES = _pattern(
    rf"(?P<count>{_COUNT}) ?(?P<strength>(?P<each>{_COUNT}) ?(?P<unit>{_MASS}) )?{_PIECE}"
)
_AMOUNT = _pattern(rf"(?P<mass>{_COUNT}) ?(?P<unit>{_MASS})(?P<total> total)?")
_ROUTE = _pattern(r"by mouth|by oral route|via oral route|orally|oral|per os|po")
_BESIDE = _pattern(
    r"(?:with|after|before)(?: a)? (?:food|meals?|milk|water)|with food or milk|"
    r"on an empty stomach|swallow whole|do not crush or chew"
)
_TIMES = _pattern(
    rf"(?P<count>{_COUNT}) ?(?:x|times?)(?: ?/ ?(?:day|d)| ?(?P<per>{_A_DAY}|{_A_WEEK}))"
)
_EVERY = _pattern(rf"(?:every|q) ?(?P<hours>{_COUNT}) ?{_HOUR}")
_FOR = _pattern(rf"(?:for|x)? ?(?P<length>{_COUNT}) ?(?P<unit>{'|'.join(_DAYS)})")
_MOMENTS: Mapping[re.Pattern[str], str] = {
    _pattern(words): moment
    for words, moment in {
        r"(?:every |each |in the )?morning|q ?am": "morning",
        r"(?:at |before |with )?breakfast": "morning",
        r"(?:at )?noon|(?:at |before |with )?lunch": "noon",
        r"(?:every |each |in the )?evening|q ?pm": "evening",
        r"(?:at |before |with )?(?:dinner|supper)": "evening",
        r"(?:every night|nightly)(?: at bedtime)?|at night": "night",
        r"(?:at|before|every) bedtime|q ?hs": "night",
    }.items()
}
_PLAIN: Mapping[re.Pattern[str], tuple[int, int]] = {
    _pattern(words): times
    for words, times in {
        rf"once {_A_DAY}|{_A_DAY}|everyday|q ?d|every 24 {_HOUR}": (1, 1),
        rf"twice {_A_DAY}|bid|bd": (2, 1),
        rf"thrice {_A_DAY}|tid|tds": (3, 1),
        "qid|qds": (4, 1),
        rf"once {_A_WEEK}|{_A_WEEK}|q ?week|every 7 days": (1, 7),
        rf"twice {_A_WEEK}": (2, 7),
    }.items()
}
_AND = _pattern(r"and|, ?and|,")


@dataclass(frozen=True, slots=True)
class WrittenSig:
    """How much is taken a day, or a week.

    Attributes:
        pieces: tablets or capsules in that time; None where only a mass is told.
        mass: millionths of `unit` in that time; None where only pieces are told.
        unit: the OMOP id of the unit of mass.
        each: millionths of `unit` in one piece, where that alone is told.
        days: in how many days that much is taken: 1 or 7.
        length: for how many days it holds; None where the sig does not say it.
    """

    pieces: Fraction | None
    mass: Fraction | None
    unit: int
    each: Fraction | None
    days: int
    length: int | None


@dataclass(slots=True)
class _Clause:
    """One amount and what is said of it."""

    pieces: Fraction | None = None
    mass: Fraction | None = None
    unit: int = 0
    each: Fraction | None = None
    is_total: bool = False
    moments: list[str] = field(default_factory=list)

    def add_moment(self, moment: str, *, further: bool) -> bool:
        """One more time of the day; two without an "and" are one time that is told twice."""
        if self.moments and not further:
            return moment == self.moments[-1]
        self.moments.append(moment)
        return True


@lru_cache(maxsize=1 << 16)
def written_sig(text: str) -> WrittenSig | None:
    """What a sig says, if it is understood as a whole.

    >>> written_sig("Take 1 tablet (5 mg total) by mouth 2 (two) times daily.").pieces
    Fraction(2, 1)
    >>> written_sig("take 4 tabs po once weekly").days, written_sig("10 mg by mouth q8h").mass
    (7, Fraction(30000000, 1))
    >>> written_sig("take 1 tablet by mouth daily as needed"), written_sig("1-2 tabs po bid")
    (None, None)
    """
    words = _plain_words(text)
    return None if words is None else _Reading(words).read()


def _plain_words(text: str) -> str | None:
    """A sig in small letters without dots of abbreviations; None where it contradicts itself."""
    if len(text) > _LONGEST or not text.isprintable():
        return None
    words = " ".join(text.casefold().split())
    words = (
        words.replace("½", " 1/2").replace("¼", " 1/4").replace("µg", "mcg").replace("μg", "mcg")
    )
    words = re.sub(r"\b(?:sig|rx) ?: ?", "", words, count=1)
    # b.i.d. and p.o.; a number keeps its dot.
    words = re.sub(r"\b([a-z])\.([a-z])\.(?:([a-z])\.)?", r"\1\2\3", words)
    words = re.sub(r"tablet\(s\)", "tablets", re.sub(r"capsule\(s\)", "capsules", words))
    words = re.sub(r"(?<![0-9])\.(?![0-9])|\.$|(?<=[a-z])\.(?= )|;", " , ", words)
    # "2 (two) times": the word repeats the number, or says another.
    for number, word in re.findall(r"([0-9]+) ?\(([a-z]+)\)", words):
        if _NUMBERS.get(word) != int(number) and word in _NUMBERS:
            return None
    words = re.sub(rf"(?<=[0-9]) ?\((?:{'|'.join(_WORDS)})\)", "", words)
    words = words.replace("(", " ").replace(")", " ")
    return " ".join(words.split()).strip(" ,")


class _Reading:
    """Reads one sig from its first word to its last."""

    def __init__(self, words: str) -> None:
        self._words, self._at = words, 0
        self._clauses: list[_Clause] = []
        self._times: list[tuple[Fraction, int]] = []
        self._lengths: list[int] = []

    def read(self) -> WrittenSig | None:
        """What it says; None where a word is left over, or two words contradict each other."""
        self._taken(_VERB)
        while self._at < len(self._words):
            if not self._step():
                return None
        return self._told()

    def _taken(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        found = pattern.match(self._words, self._at)
        if found is not None:
            self._at = found.end() + (self._words[found.end() : found.end() + 1] == " ")
        return found

    def _step(self) -> bool:
        if found := self._taken(_PIECES):
            self._clauses.append(_Clause(pieces=_number(found["count"])))
            if found["strength"]:
                self._clauses[-1].each = _millionths(found["each"])
                self._clauses[-1].unit = _UNITS[found["unit"]]
            return True
        if found := self._taken(_AMOUNT):
            return self._add_mass(found)
        if not self._clauses:
            return False
        for pattern, (count, days) in _PLAIN.items():
            if self._taken(pattern):
                self._times.append((Fraction(count), days))
                return True
        if found := self._taken(_EVERY):
            hours = _number(found["hours"])
            if not hours or _HOURS % hours:
                return False
            self._times.append((_HOURS / hours, 1))
            return True
        if found := self._taken(_TIMES):
            return self._add_times(found)
        for pattern, moment in _MOMENTS.items():
            further = self._words[: self._at].endswith("and ")
            if self._taken(pattern):
                return self._clauses[-1].add_moment(moment, further=further)
        if found := self._taken(_FOR):
            length = _number(found["length"]) * _DAYS[found["unit"]]
            self._lengths.append(int(length))
            return length.denominator == 1 and length > 0
        return any(self._taken(pattern) for pattern in (_ROUTE, _BESIDE, _AND))

    def _add_mass(self, found: re.Match[str]) -> bool:
        """A mass: beside the pieces before it, or an amount of its own."""
        mass, unit = _millionths(found["mass"]), _UNITS[found["unit"]]
        last = self._clauses[-1] if self._clauses else None
        further = self._words[: found.start()].endswith("and ")
        if last is None or last.mass or last.pieces is None or last.moments or further:
            self._clauses.append(_Clause(mass=mass, unit=unit))
            return not found["total"]
        if last.each is not None or self._times:
            return False
        last.mass, last.unit, last.is_total = mass, unit, bool(found["total"])
        return True

    def _add_times(self, found: re.Match[str]) -> bool:
        count, per = _number(found["count"]), found["per"]
        self._times.append((count, 7 if per and "week" in per else 1))
        return count.denominator == 1 and count > 0

    def _told(self) -> WrittenSig | None:
        clauses = self._clauses
        if not clauses or len(set(self._times)) > 1 or len(set(self._lengths)) > 1:
            return None
        moments = [moment for clause in clauses for moment in clause.moments]
        if len(set(moments)) < len(moments):
            return None
        length = self._lengths[0] if self._lengths else None
        if length is not None and any(length % days for _, days in self._times):
            return None  # "5 days a week" are days of each week, and no length
        if len(clauses) > 1:
            return self._added(length)
        count, days = self._times[0] if self._times else (Fraction(len(moments)), 1)
        if not count or (moments and count != len(moments)):
            return None
        return _per_time(clauses[0], count, days, length)

    def _added(self, length: int | None) -> WrittenSig | None:
        """Several amounts, each at times of the day of its own, added up."""
        if self._times or length is not None or not all(c.moments for c in self._clauses):
            return None
        found = [_per_time(c, Fraction(len(c.moments)), 1, None) for c in self._clauses]
        sigs = [sig for sig in found if sig is not None]
        masses = [sig.mass for sig in sigs if sig.mass is not None]
        pieces = [sig.pieces for sig in sigs if sig.pieces is not None]
        if len(sigs) < len(found) or any(sig.each is not None for sig in sigs):
            return None
        if len({sig.unit for sig in sigs}) > 1:
            return None
        if len(masses) not in (0, len(sigs)) or len(pieces) not in (0, len(sigs)):
            return None
        return WrittenSig(
            sum(pieces, Fraction()) if pieces else None,
            sum(masses, Fraction()) if masses else None,
            sigs[0].unit,
            None,
            1,
            None,
        )


def _per_time(clause: _Clause, count: Fraction, days: int, length: int | None) -> WrittenSig | None:
    """An amount so many times."""
    pieces, mass, each = clause.pieces, clause.mass, clause.each
    if (pieces is not None and pieces <= 0) or (mass is not None and mass <= 0):
        return None
    if pieces is not None and mass is not None and pieces != 1 and not clause.is_total:
        return None  # "2 tablets (5 mg)": each, or both?
    return WrittenSig(
        None if pieces is None else pieces * count,
        None if mass is None else mass * count,
        clause.unit,
        each,
        days,
        length,
    )


def _number(words: str) -> Fraction:
    if words in _NUMBERS:
        return Fraction(_NUMBERS[words])
    whole, _, rest = words.rpartition(" ")
    return Fraction(whole or 0) + Fraction(f"0{rest}" if rest.startswith(".") else rest)


def _millionths(words: str) -> Fraction:
    return _number(words) * 10**6
