"""Titles, sponsors and running text in a form that two pages can be compared in."""

from __future__ import annotations

import re
from functools import lru_cache

from remit.registry.text.plain_words import expanded, plain_words

# Words of a title that tell no trial from another: how it is called, and words that join.
_NEUTRAL_TEXT = """
    a an the of in on for to with and or by as at from versus vs v via per into its their this that
    is are be who whom which using use used uses based given giving receiving receive
    study studies trial trials clinical research project investigation investigations experiment
    evaluation evaluate evaluating evaluated assess assessing assessment assessed compare comparing
    comparison comparative compared examine examining determine explore exploring investigate
    investigating investigational efficacy effectiveness efficacious safety safe tolerability effect
    effects
    treatment treatments treating treat treated therapy therapies therapeutic management
    administration administered
    patient patients subject subjects participant participants people person persons individual
    individuals case cases human humans h
    prospective controlled control parallel group groups arm arms label
    multi center centers centre multicenter multicentre singlecenter
    single open randomised randomized randomisation non interventional
    suffering diagnosed having have between among regarding about plus added adding add addition
    combined combination combining alone
"""
_NEUTRAL = frozenset((*plain_words(_NEUTRAL_TEXT), *_NEUTRAL_TEXT.split()))
PHASE = re.compile(
    r"\bphase[ -]?(?P<one>[1-4]|i{1,3}|iv)[ -]?(?P<part>[ab])?\b"
    r"(?: ?(?:/|-|to|and|&) ?(?:phase ?)?(?P<two>[1-4]|i{1,3}|iv)[ab]?\b)?"
)
# How a trial is built: pages of one trial name it or not, so it says nothing of how alike two are.
_DESIGN_TEXT = "retrospective pilot exploratory observational double triple blind adult phase"
_DESIGN_WORDS = frozenset(_DESIGN_TEXT.split())
_CONDITION_TEXT = (
    "sle ln ra lupus nephritis systemic erythematosus active disease severe refractory"
)
_CONDITION_WORDS = frozenset(_CONDITION_TEXT.split())
_FILLER_TITLES = re.compile(
    r"\[?trial of (?:a )?device that is not approved.*|\[?(?:redacted|withheld|untitled|no title).*"
    r"|(?:study|trial) title.*|(?:a )?clinical (?:trial|study)\.?"
    r"|not (?:available|applicable|provided).*",
    re.I,
)
_COMPANY_TEXT = """
    the inc incorporated ltd limited co company corp corporation gmbh ag sa sas srl spa bv nv
    plc llc kk
    of and at for affiliated
"""
_COMPANY = frozenset(_COMPANY_TEXT.split())
_WRITTEN_OUT = {
    "univ": "university",
    "hosp": "hospital",
    "med": "medical",
    "medicine": "medical",
    "sch": "school",
    "coll": "college",
    "inst": "institute",
    "dept": "department",
    "ctr": "center",
    "centre": "center",
    "natl": "national",
    "intl": "international",
}
_INSTITUTION_TEXT = """
    university hospital hospitals medical school college institute department center national
    international first second third fourth people s central general research health clinic clinical
    pharma pharmaceutical pharmaceuticals therapeutics biotech biotechnology group trust nhs
    sciences
"""
_INSTITUTIONS = frozenset(_INSTITUTION_TEXT.split())


@lru_cache(maxsize=20_000)
def normal_text(text: str) -> str:
    """Lower case, one form for each long and short name, words only.

    Example:
        >>> normal_text("MSCs in Lupus Nephritis") == normal_text("mesenchymal stem cells in LN")
        True
    """
    return " ".join(re.findall(r"[^\W_]+", expanded(text)))


@lru_cache(maxsize=20_000)
def content_words(title: str) -> tuple[str, ...]:
    """The words and numbers of a title that say what is studied, each once, phases left out.

    Example:
        >>> content_words("A Phase II Study of Low-dose IL-2 in Lupus Nephritis")
        ('lowdose', 'il', '2', 'ln')
    """
    words = plain_words(PHASE.sub(" ", expanded(title)))
    return tuple(dict.fromkeys(word for word in words if word not in _NEUTRAL))


@lru_cache(maxsize=20_000)
def title_words(title: str) -> frozenset[str]:
    """The words of a title that say what is studied; empty for a filler title.

    Example:
        >>> sorted(title_words("A Pilot Study of MSCs in SLE"))
        ['msc', 'sle']
    """
    if _FILLER_TITLES.fullmatch(title.strip()):
        return frozenset()
    return frozenset(content_words(title)) - _DESIGN_WORDS


@lru_cache(maxsize=200_000)
def title_similarity(left: str, right: str) -> float:
    """How far two titles name the same study, 0 to 1.

    A brief title is mostly contained in the official one, so containment counts more than the
    union. Names of diseases weigh a quarter: all trials of a field share them.

    Example:
        >>> title_similarity("MSCs in LN and IL-2", "Interleukin-2, MSC: Lupus Nephritis")
        1.0
    """
    a, b = title_words(left), title_words(right)
    weight_a, weight_b, shared = _weight(a), _weight(b), _weight(a & b)
    smaller = min(weight_a, weight_b)
    if smaller < 0.75:
        return 0.0
    union = weight_a + weight_b - shared
    similarity = 0.65 * shared / smaller + 0.35 * shared / union
    if set(content_words(left)) == set(content_words(right)):
        similarity = 1.0
    # Two or three shared words are too few to tell one trial from its neighbours.
    return min(similarity, 0.6) if smaller < 2 else round(similarity, 3)


def title_weight(title: str) -> float:
    """How much a title says: about one a word, a quarter for the name of a disease."""
    return _weight(title_words(title))


def _weight(words: frozenset[str]) -> float:
    return sum(0.25 if word in _CONDITION_WORDS else 1.0 for word in words)


@lru_cache(maxsize=20_000)
def sponsor_words(name: str) -> frozenset[str]:
    """The words of an organisation's name without legal forms, short words written out.

    Example:
        >>> sorted(sponsor_words("The Example Pharma Co., Ltd."))
        ['example', 'pharma']
    """
    found = re.findall(r"[^\W_]+", name.lower())
    return frozenset(_WRITTEN_OUT.get(w, w) for w in found if w not in _COMPANY)


def sponsor_similarity(left: str, right: str) -> float:
    """How far two names are of one organisation, 0 to 1.

    A hospital is named with or without the university or the country that it belongs to: a name
    that holds all words of the other counts as the same where two of them are its own, or where
    it has one word more.

    Example:
        >>> sponsor_similarity("Rose Hill Hosp.", "Rose Hill Hospital, Univ. of Sampleton")
        0.9
    """
    a, b = sponsor_words(left), sponsor_words(right)
    if not a or not b:
        return 0.0
    shared = len(a & b) / len(a | b)
    smaller, own = min(a, b, key=len), min(a, b, key=len) - _INSTITUTIONS
    one_more = len(smaller) >= 2 and len(a | b) == len(smaller) + 1
    if smaller <= a & b and (len(own) >= 2 or (own and one_more)):
        shared = max(shared, 0.9)
    elif len((a & b) - _INSTITUTIONS) >= 2:
        # "NXU Rose Hill Hospital": the rest may be a short form of what the other writes out.
        shared = max(shared, 0.5)
    return round(shared, 3)


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """The runs of `size` words of a text, without its comparison signs."""
    words = plain_words(text)
    if len(words) < size:
        return frozenset({" ".join(words)}) if words else frozenset()
    return frozenset(" ".join(words[k : k + size]) for k in range(len(words) - size + 1))


def containment(left: frozenset[str], right: frozenset[str]) -> float:
    """The share of the smaller set that the other one holds, 0 to 1."""
    if not left or not right:
        return 0.0
    return round(len(left & right) / min(len(left), len(right)), 3)


def person_words(name: str) -> frozenset[str]:
    """The words of a person's name without degrees."""
    plain = re.sub(r",.*|\b(?:md|phd|dr|prof|professor|doctor|master)\b\.?", "", name.lower())
    return frozenset(re.findall(r"[^\W\d_]{2,}", plain))
