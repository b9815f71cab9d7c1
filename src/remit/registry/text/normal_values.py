"""Phase, sex, kind and state of a trial in one wording, whatever the registry's.

None where the words are not understood: nothing is guessed. Spellings: those of 759 records of ten
registers in two WHO ICTRP exports of 2020, and of the registers' own forms.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal

Sex = Literal["all", "female", "male"]
StudyType = Literal["interventional", "observational", "expanded access"]
Status = Literal[
    "not yet recruiting",
    "recruiting",
    "by invitation",
    "active, not recruiting",
    "not recruiting",
    "suspended",
    "terminated",
    "withdrawn",
    "completed",
]
_ROMAN = {"I": "1", "II": "2", "III": "3", "IV": "4"}
_NUMBER = r"(?:[0-4]|IV|III|II|I)"
# Questions of the EU form, each answered with yes, no or nothing.
_ASKED = re.compile(rf"\(Phase\s(?P<phase>{_NUMBER})\)\s*:[ \t]*(?P<answer>yes|no)?", re.I)
_NAMED = re.compile(
    rf"(?:EARLY[ _])?(?:PHASE)?[ _]?(?P<first>{_NUMBER})[AB]?"
    rf"(?:\s?[-/,]\s?(?:PHASE)?[ _]?(?P<second>{_NUMBER})[AB]?)?",
    re.I,
)
_NO_PHASE = re.compile(r"n/?a|not applicable|not_applicable", re.I)
_YES_NO = re.compile(r"(?P<sex>fe)?male\s*:\s*(?P<answer>yes|no)", re.I)
_WOMEN = re.compile(r"\b(?:females?|women|woman|girls?)\b|女", re.I)
_MEN = re.compile(r"\b(?:males?|men|man|boys?)\b|男", re.I)
_BOTH = re.compile(r"\b(?:all|both|any)\b|両方", re.I)
_STATUS: Mapping[str, Status] = {
    "not yet recruiting": "not yet recruiting",
    "not yet started": "not yet recruiting",
    "preinitiation": "not yet recruiting",
    "pending": "not yet recruiting",
    "recruiting": "recruiting",
    "open public recruiting": "recruiting",
    "enrolling by invitation": "by invitation",
    "active not recruiting": "active, not recruiting",
    "no longer recruiting": "active, not recruiting",
    "enrollment completed": "active, not recruiting",
    "not recruiting": "not recruiting",
    "suspended": "suspended",
    "temporarily halted": "suspended",
    "terminated": "terminated",
    "stopped": "terminated",
    "prematurely ended": "terminated",
    "withdrawn": "withdrawn",
    "completed": "completed",
    "main results already published": "completed",
}


def normal_phases(text: str) -> frozenset[str] | None:
    """The phases that a text names, of "0" to "4"; none where it says that there is none.

    Example:
        >>> sorted(normal_phases("Phase 1/Phase 2")), normal_phases("N/A")
        (['1', '2'], frozenset())
        >>> normal_phases("Retrospective study") is None
        True
    """
    asked = list(_ASKED.finditer(text))
    if asked:
        yes = frozenset(
            _digit(one["phase"]) for one in asked if (one["answer"] or "").lower() == "yes"
        )
        return yes or None
    plain = " ".join(text.split())
    if _NO_PHASE.fullmatch(plain):
        return frozenset()
    found = _NAMED.fullmatch(plain)
    if found is None:
        return None
    if plain.upper().startswith("EARLY"):
        return frozenset({"0"})
    return frozenset(_digit(part) for part in (found["first"], found["second"]) if part)


def normal_sex(text: str) -> Sex | None:
    """Who may take part by sex.

    Example:
        >>> normal_sex("Both, male and female"), normal_sex("Females"), normal_sex("?")
        ('all', 'female', None)
    """
    answers = {bool(one["sex"]): one["answer"].lower() == "yes" for one in _YES_NO.finditer(text)}
    if answers:
        women, men = answers.get(True, False), answers.get(False, False)
    else:
        women, men = bool(_WOMEN.search(text)), bool(_MEN.search(text))
    if (women and men) or (not answers and _BOTH.search(text)):
        return "all"
    return "female" if women else "male" if men else None


def normal_study_type(text: str) -> StudyType | None:
    """What kind of study it is.

    Example:
        >>> normal_study_type("Interventional clinical trial of medicinal product")
        'interventional'
    """
    plain = text.lower().replace("_", " ")
    kinds: tuple[StudyType, ...] = ("interventional", "observational", "expanded access")
    found = [kind for kind in kinds if re.search(rf"\b{kind}\b", plain)]
    return found[0] if len(found) == 1 else None


def normal_status(text: str) -> Status | None:
    """Whether it recruits. "Authorised" and "Unknown" do not say.

    Example:
        >>> normal_status("ACTIVE_NOT_RECRUITING"), normal_status("Authorised")
        ('active, not recruiting', None)
    """
    plain = re.sub(r"[^a-z]+", " ", text.lower()).strip()
    return _STATUS.get(plain)


def _digit(number: str) -> str:
    return _ROMAN.get(number.upper(), number)
