"""Single values as registries write them: age limits, sexes, counts, roles, registry numbers.

Each reader takes the whole text or nothing: "1. Age" is no number of people.
"""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from remit.registry.record import AgeLimit, RegistryId

# A value of these kinds is never longer; what is longer is not looked at.
_LONGEST = 120
_UNIT = r"(years?|yrs?|y|months?|weeks?|days?|hours?|minutes?)"
_AGE = re.compile(rf"(\d{{1,5}}(?:\.\d{{1,4}})?)\s*-?\s*{_UNIT}?(?:[- ]old)?(?:\s+of\s+age)?", re.I)
_NONE = re.compile(
    r"(?:n/?a|no (?:minimum|maximum|upper|lower)?\s*(?:age )?limit|no (?:minimum|maximum) age"
    r"|not applicable"
    r"|なし|制限なし|該当せず|適用なし|上限なし|下限なし)",
    re.I,
)
_UNITS = {"y": "years", "yr": "years", "yrs": "years"}
_OLDEST = 130
_SIGN = r"(<=|>=|=<|=>|<|>|≤|≥|≦|≧)"
# The bilingual form names a unit and a sign in both languages: "20 | 歳/years-old | 以上/<= |".
_ROW = re.compile(
    r"(\d{1,4}(?:\.\d{1,4})?)\s{0,5}\|?\s{0,5}(?:[^\s|/\d]{1,4}\s?/\s?)?"
    r"(years|months|weeks|days|hours)-old"
    rf"\s{{0,5}}\|?\s{{0,5}}(?:[^\s|/\d<>]{{1,6}}\s?/\s?)?{_SIGN}?",
    re.I,
)
_JAPANESE_ROW = re.compile(r"(\d{1,3})\s?(歳|才|ヶ月|か月|週|日)\s?(以上|以下|未満|超|より上)")
_JAPANESE_UNITS = {"歳": "years", "才": "years", "週": "weeks", "日": "days"}


def read_age(text: str, *, inclusive: bool = True) -> AgeLimit | None:
    """One limit such as "18 Years", "6 months old" or "N/A" (no limit); None if it is neither.

    Example:
        >>> read_age("18 Years")
        AgeLimit(value=Decimal('18'), unit='years', inclusive=True, text='18 Years')
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        return None
    if _NONE.fullmatch(stripped):
        return _no_limit(stripped)
    found = _AGE.fullmatch(stripped)
    if not found:
        return None
    value, unit = Decimal(found[1]), _unit(found[2])
    if unit == "years" and value > _OLDEST:
        return None
    return AgeLimit(value, unit, inclusive, stripped)


def read_age_range(text: str) -> tuple[AgeLimit | None, AgeLimit | None]:
    """The lower and upper limit of "18 Years to 65 Years", "18 Years and older", "18+ years old",
    "Up to 17 Years" or "under 18 years"; (None, None) if the text is none of these.

    Registries state both ends inclusively. "under" and "over" are exclusive.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        return None, None
    if re.fullmatch(r"all(?: ages)?", stripped, re.I):
        return _no_limit(stripped), _no_limit(stripped)
    both = re.fullmatch(r"(.+?)\s*(?:\bto\b|-|–)\s*(.+)", stripped, re.I)
    if both:
        upper = read_age(both[2])
        lower = read_age(both[1])
        if lower and upper:
            if lower.value is not None and not re.search(_UNIT, both[1], re.I) and upper.unit:
                lower = AgeLimit(lower.value, upper.unit, inclusive=True, text=lower.text)
            return lower, upper
    lower_only = re.fullmatch(r"(.+?)\s*(?:and|or)\s+(?:older|over|above|up)", stripped, re.I)
    plus = re.fullmatch(rf"(\d+)\s*\+\s*({_UNIT}.*)?", stripped, re.I)
    if lower_only or plus:
        body = lower_only[1] if lower_only else f"{plus[1]} {plus[2] or 'years'}" if plus else ""
        lower = read_age(body)
        if lower:
            return lower, _no_limit(stripped)
    under = re.fullmatch(
        r"(?:up to|maximum)\s+(.+)|(.+?)\s+and\s+(?:younger|under)", stripped, re.I
    )
    if under:
        upper = read_age(under[1] or under[2])
        if upper:
            return _no_limit(stripped), upper
    below = re.fullmatch(r"(under|below|over|above)\s+(.+)", stripped, re.I)
    if below:
        limit = read_age(below[2], inclusive=False)
        if limit and below[1].lower() in ("under", "below"):
            return _no_limit(stripped), limit
        if limit:
            return limit, _no_limit(stripped)
    return None, None


def read_umin_age(text: str) -> tuple[str, AgeLimit] | None:
    """A UMIN row such as "15 | years-old | <= |", read as 15 <= age: ("minimum", 15 years).

    The sign stands between the number and the age, so "<=" makes a lower limit and ">=" an
    upper one. A row without a sign comes back as ("unsaid", limit); "20歳以上" says its side.
    """
    stripped = text.strip()
    if len(stripped) > _LONGEST:
        return None
    plain = unicodedata.normalize("NFKC", stripped)
    shown = stripped.rstrip("|").strip()
    japanese = _JAPANESE_ROW.fullmatch(plain)
    if japanese:
        side = "minimum" if japanese[3] in ("以上", "超", "より上") else "maximum"
        unit = _JAPANESE_UNITS.get(japanese[2], "months")
        return side, AgeLimit(Decimal(japanese[1]), unit, japanese[3] in ("以上", "以下"), shown)
    found = _ROW.match(plain)
    if not found:
        return None
    sign = found[3] or ""
    if sign:
        side = "minimum" if set(sign) & set("<≤≦") else "maximum"
    else:
        side = "unsaid"
    limit = AgeLimit(Decimal(found[1]), found[2].lower(), sign not in ("<", ">"), shown)
    return side, limit


def _no_limit(text: str) -> AgeLimit:
    return AgeLimit(None, None, inclusive=True, text=text)


def _unit(word: str | None) -> str:
    if not word:
        return "years"
    lowered = word.lower()
    return _UNITS.get(lowered, lowered if lowered.endswith("s") else lowered + "s")


# ---- answers -------------------------------------------------------------------------------------

_SEX = re.compile(
    r"(?:all|both|any|male|female|males|females|men|women|man|woman|boys|girls)"
    r"(?:\s*(?:and|or|,|/|&|only|males?|females?|men|women|genders?|sexes)){0,5}"
    r"|both (?:genders|sexes|males? and females?|men and women)"
    r"|男女両方|男女|両方|男性?|女性?|男性?のみ|女性?のみ",
    re.I,
)
_YES = re.compile(
    r"yes|true|y|(?:accepts )?healthy volunteers(?: accepted)?|accepted|はい|有", re.I
)
_NO = re.compile(
    r"no|false|n|no healthy volunteers(?: accepted)?|does not accept healthy volunteers"
    r"|not accepted|いいえ|無",
    re.I,
)
_COUNT = re.compile(
    r"(\d{1,3}(?:,\d{3}){1,2}|\d{1,9})\s?[名例人]?(?:\s*[(]?\s*(?:estimated|actual|anticipated"
    r"|planned|expected|target|enrolled|participants?|patients?|subjects?|people|persons"
    r"|volunteers|individuals|cases|in total|total)\b\s*[)]?){0,4}",
    re.I,
)


_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)}


def read_sex(text: str) -> str | None:
    """The text where it says who may take part by sex, else None.

    Example:
        >>> read_sex("Male and Female"), read_sex("240")
        ('Male and Female', None)
    """
    said = text.strip(" \t|")
    if len(said) > _LONGEST:
        return None
    answer = english_part(said)
    return answer if _SEX.fullmatch(answer) else None


def read_volunteers(text: str) -> bool | None:
    """Whether healthy volunteers are accepted; None where the text does not answer that.

    Example:
        >>> read_volunteers("No Healthy Volunteers"), read_volunteers("No"), read_volunteers("40")
        (False, False, None)
    """
    said = text.strip(" \t|.")
    if len(said) > _LONGEST:
        return None
    if _NO.fullmatch(said):
        return False
    return True if _YES.fullmatch(said) else None


def read_count(text: str) -> int | None:
    """The number of people that the whole text is, such as "1,200" or "50 estimated patients".

    Example:
        >>> read_count("24 estimated patients"), read_count("1. Age")
        (24, None)
    """
    plain = text.translate(_FULL_WIDTH).strip(" \t|")
    if len(plain) > _LONGEST:
        return None
    found = _COUNT.fullmatch(plain)
    return int(found[1].replace(",", "")) if found else None


def english_part(text: str) -> str:
    """The English half of a bilingual answer such as "男女両方/Male and Female"; else the text.

    Example:
        >>> english_part("介入/Interventional"), english_part("and/or")
        ('Interventional', 'and/or')
    """
    before, bar, after = text.partition("/")
    return after.strip() if bar and after.strip() and not before.isascii() else text


# ---- people --------------------------------------------------------------------------------------

ROLE = re.compile(
    r"(?:(?:overall |co-?|sub-?)?principal[ _]investigator|sub[ _-]?investigator"
    r"|study[ _](?:chair|director)"
    r"|responsible[ _]party|sponsor[ _-]investigator)",
    re.I,
)


def tidy_role(text: str) -> str:
    """The role in one spelling.

    Example:
        >>> tidy_role("PRINCIPAL_INVESTIGATOR")
        'principal investigator'
    """
    return text.replace("_", " ").strip().lower()


# ---- registry numbers ----------------------------------------------------------------------------

_PATTERNS = (
    ("ClinicalTrials.gov", re.compile(r"NCT\d{8}")),
    ("EU CTIS", re.compile(r"(?:CTIS[: ]?)?20\d{2}-5\d{5}-\d{2}(?:-\d{2})?")),
    (
        "EUCTR",
        re.compile(
            r"(?:EUCTR|EudraCT[: ]*)?(?:19|20)\d{2}-\d{6}-\d{2}(?:-[A-Z]{2,3}|/[A-Z0-9/]+)?"
        ),
    ),
    ("ISRCTN", re.compile(r"ISRCTN\d{8}")),
    ("UMIN-CTR", re.compile(r"(?:JPRN-)?(?:UMIN|C0{3})\d{6,9}")),
    ("jRCT", re.compile(r"(?:JPRN-)?jRCT[s]?\d{9,10}")),
    ("ChiCTR", re.compile(r"ChiCTR[A-Z-]*\d{8,10}")),
    ("ANZCTR", re.compile(r"ACTRN\d{14}")),
    ("DRKS", re.compile(r"DRKS\d{8}")),
    ("CTRI", re.compile(r"CTRI/\d{4}/\d{2,3}/\d{6}")),
    ("CRIS", re.compile(r"KCT\d{7}")),
    ("IRCT", re.compile(r"IRCT\w{10,20}")),
    ("NTR", re.compile(r"(?:NTR\d{1,5}|NL-?OMON\d+|NL\d{4,5})")),
    ("PACTR", re.compile(r"PACTR\d{15,16}")),
    ("ReBec", re.compile(r"RBR-\w{6,10}")),
    ("SLCTR", re.compile(r"SLCTR/\d{4}/\d{3}")),
    ("TCTR", re.compile(r"TCTR\d{11}")),
    ("WHO UTN", re.compile(r"U1111-\d{4}-\d{4}")),
)
_PLACEHOLDER = re.compile(
    r"(?:\W*|n/?a|no|none|nil|null|unknown|tbd|pending|not (?:applicable|available"
    r"|known|yet|given|assigned)"
    r".*|isrctn:? ?not .*|nct0{8}|nct1{8}|nct12345678|isrctn0{8}|-+|0+|x+|yes)",
    re.I,
)


def read_registry_id(text: str) -> RegistryId | None:
    """The registry number that the whole text is, with its registry; None for anything else.

    Country copies of one EU number ("2016-004489-24-DE") come back as the same number, and the
    prefixes "EUCTR" and "JPRN-" are taken off.

    Example:
        >>> read_registry_id("JPRN-UMIN000000001").number
        'UMIN000000001'
        >>> read_registry_id("isrctn: not applicable") is None
        True
    """
    bare = text.strip().rstrip("|").strip()
    if len(bare) > _LONGEST or is_placeholder(bare):
        return None
    for registry, pattern in _PATTERNS:
        if pattern.fullmatch(bare):
            return RegistryId(registry, _canonical(registry, bare))
    return None


def is_placeholder(text: str) -> bool:
    """Whether the text fills an id field without being an id."""
    return len(text) <= _LONGEST and _PLACEHOLDER.fullmatch(text.strip()) is not None


def find_nct(text: str) -> str | None:
    """The first ClinicalTrials.gov number within a text, or None."""
    found = re.search(r"\bNCT\d{8}\b", text)
    return found[0] if found else None


def _canonical(registry: str, number: str) -> str:
    if registry == "EUCTR":
        found = re.search(r"\d{4}-\d{6}-\d{2}", number)
        return found[0] if found else number
    if registry == "EU CTIS":
        return number.removeprefix("CTIS").lstrip(": ")[:14]
    return number.removeprefix("JPRN-")
