"""Titles, sponsors and running text in a form that two pages can be compared in."""

from __future__ import annotations

import re
from functools import lru_cache

from remit.registry.text.operators import neutralise

# Long form → short form. Pages write one or the other; both count as the same word.
_EXPANSIONS = (
    (r"systemic lupus erythematosus", "sle"),
    (r"lupus nephritis|lupus glomerulonephritis", "ln"),
    (r"mesenchymal (?:stem|stromal) cells?|mscs?", "msc"),
    (r"umbilical[ -]cord(?:[ -]derived)?", "uc"),
    (r"interleukin[ -]?(\d+)|il[ -]?(\d+)", r"il\1\2"),
    (r"mycophenolate mofetil|mmf", "mmf"),
    (
        r"chimeric antigen receptor(?:[ -]modified)? t(?:[ -]cells?)?|car[ -]t(?:[ -]cells?)?",
        "cart",
    ),
    (r"rheumatoid arthritis", "ra"),
    (r"antiphospholipid syndrome", "aps"),
    (r"low[ -]dose", "lowdose"),
    (r"cyclophosphamide|ctx|cyc", "cyclophosphamide"),
    (r"hydroxychloroquine|hcq", "hydroxychloroquine"),
    (r"intravenous immunoglobulin|ivig", "ivig"),
    (r"paediatric|pediatric|children|childhood|juvenile", "paediatric"),
    (r"placebo[ -]controlled", "placebo"),
    (r"tumou?r", "tumour"),
    (r"randomi[sz]ed", "randomised"),
)
_PATTERNS = tuple((re.compile(rf"\b(?:{long})\b"), short) for long, short in _EXPANSIONS)
_DESIGN_TEXT = """
    a an the of in on for to with and or by as at from versus vs study studies trial trials clinical
    research project investigation evaluation evaluate evaluating assess assessing assessment
    compare comparing comparison comparative efficacy effectiveness safety tolerability effect
    effects
    treatment treating therapy therapeutic patients patient subjects participants people adults
    prospective retrospective randomised randomized controlled open label single double triple blind
    blinded masked center centre centers multicenter multicentre multi arm parallel group
    phase i ii iii
    iv pilot exploratory observational interventional human use using who is are its their
"""
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


@lru_cache(maxsize=20_000)
def normal_text(text: str) -> str:
    """Lower case, one form for each long and short name, words only.

    Example:
        >>> normal_text("MSCs in Lupus Nephritis") == normal_text("mesenchymal stem cells in LN")
        True
    """
    plain = re.sub(r"[‐-―]", "-", text.lower())
    for pattern, short in _PATTERNS:
        plain = pattern.sub(short, plain)
    return " ".join(re.findall(r"[^\W_]+", plain))


@lru_cache(maxsize=20_000)
def title_words(title: str) -> frozenset[str]:
    """The words of a title that say what is studied; empty for a filler title.

    Example:
        >>> sorted(title_words("A Pilot Study of MSCs in SLE"))
        ['msc', 'sle']
    """
    if _FILLER_TITLES.fullmatch(title.strip()):
        return frozenset()
    return frozenset(w for w in normal_text(title).split() if w not in _DESIGN_WORDS)


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
    if normal_text(left) == normal_text(right):
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
    """The words of an organisation's name without legal forms.

    Example:
        >>> sorted(sponsor_words("The Example Pharma Co., Ltd."))
        ['example', 'pharma']
    """
    return frozenset(w for w in re.findall(r"[^\W_]+", name.lower()) if w not in _COMPANY)


def sponsor_similarity(left: str, right: str) -> float:
    """How far two names are of one organisation, 0 to 1."""
    a, b = sponsor_words(left), sponsor_words(right)
    if not a or not b:
        return 0.0
    return round(len(a & b) / len(a | b), 3)


def shingles(text: str, size: int = 4) -> frozenset[str]:
    """The runs of `size` words of a text, comparison signs neutralised."""
    words = [w for w in neutralise(text).split() if w != "§"]
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
