"""Lines that keep people out, or let them in, without a word for a side: "Must not have:".

Such a line is read as a heading only where its grammar is plain (`read_refusal`); `speaks_of` is
wider, and tells only that the list below may belong to the other side.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from remit.registry.text.headings.vocabulary import folded_words, heading_words, side_of

_RELATIVE = frozenset({"who", "that", "which", "whose", "whom", "unless", "except", "tolerate"})
_REFUSES = re.compile(
    r"\bcontra[- ]?indi[ck]a|\bkontraindika|\bcontre-indic|\bdisqualif|\brejection criteri"
    r"|\bcriterios de rechazo|\bun(?:suitable|fit)\b|\bineligib|\bexcl?[.:]|\be/c\b"
    r"|\bnot (?:be )?(?:suitable|allowed|permitted|eligible|included|accepted|admitted)"
    r"|\bnot to (?:be )?\w|\bnot (?:have|meet)\b|\bcannot\b|\bnobody\b|\bnone of\b"
    r"|\b(?:must|should|shall|may|can|will|could|would|do|does|did|has|have)(?: not|n['’]?t)\b"
    r"|\babsence of\W*$|\bno (?:patients?|subjects?|participants?|persons?|one)\b"
    r"|\bwithout any of\b|\bnegative criteria|\b(?:reasons?|grounds?) (?:not|against)\b"
    r"|\bno (?:inclu|eleg|deb|pued|podr|part|son\b|ser[aá]n?\b|ha\b|han\b|est[aá]n?\b|tener\b)"
    r"|\bse exclu|\bno presentar\b|\bne (?:\w+ ){1,3}(?:pas|etre|être)\b|\bn['’](?:\w+ ){1,2}pas\b"
    r"|\bnicht\b|\bkeine?\w?\b|\b\w{0,6}schlu[sß]|\bausgeschl|\bexclu[a-zí]|\besclu"
    r"|\bnon[- ]?(?:inclu|elig|élig)|排除|除外|不能|不得|不可|不予|不应|不符|不适|不[入纳]"
    r"|非[入纳選]|禁忌|剔除|ない|ません|対象外|除く|제외|없",
    re.I,
)
_ADMITS = re.compile(
    r"\bincl\b|\binclu(?:sion|siones|d(?:e|ed|idos|es)|s|sione|sao|são|sión)\b|\bincluir"
    r"|\beligib|\beleg[ií]b|\béligib|\beinschlu|\beingeschlossen|\bteilnahme|\bto qualify\b"
    r"|\bmust\b|\b(?:can|may) (?:take part|participate|join|enrol|enter)|\brequire[ds]?\b"
    r"|\brequirements?\b|\bdeben\b|\bdeber[aá]n\b|\bdoivent\b|\bdevront\b|\bm[uü]ssen\b"
    r"|\bpueden participar|入[选選组組]|[纳納]入|[选選][择擇択]|適格|組入|対象",
    re.I,
)
_ALLOWS = re.compile(
    r"\bnot (?:an? )?exclu|\bno exclu|\bnicht ausge|\bne sont pas exclu|除外しない|不排除", re.I
)
_UNSPACED = re.compile(
    r"(?:不能|不得|不可|不予|不应|不宜)(?:被)?(?:入选|入選|入组|入組|纳入|納入|参加|参与|進入|进入)"
    r"|(?:则|者|将被|应|予以|均)(?:予以|被)?排除[：:。]?$"
    r"|除外(?:する|とする|される|対象とする)|対象(?:と(?:は)?しない|外とする)"
    r"|参加(?:でき(?:ない|ません)|不可)|組み?入れ(?:ない|ません)|から除外|受试者排除|患者排除"
)


def read_refusal(folded: Sequence[str]) -> bool:
    """Whether the folded words of a line say once that people must not or may not.

    Example:
        >>> read_refusal(["participants", "must", "not", "have"])
        True
        >>> read_refusal(["patients", "who", "cannot", "take"])
        False
    """
    table = heading_words()
    said = negations_in(folded)
    if len(said) != 1 or _RELATIVE & set(folded[1:]):
        return False
    at = said[0]
    beside = {*folded[max(0, at - 2) : at], *folded[at + 1 : at + 2]}
    if not beside & table["modals"] and folded[at] not in ("cannot", "can"):
        return False
    # "Women must not:" speaks of a part of the people, "Must not have:" goes on with a sentence.
    first = folded[0]
    if first in table["negation"]:
        return bool({"deben", "deberan", "pueden", "podran", "konnen", "durfen"} & set(folded))
    return first in table["people"] or first in (
        "you",
        "who",
        "they",
        "los",
        "les",
        "die",
        "teilnehmen",
        "pacientes",
    )


def negations_in(folded: Sequence[str]) -> list[int]:
    """Where the folded words say "not"; "n't" is one place, and so is "ne … pas".

    Example:
        >>> negations_in(["patients", "ne", "peuvent", "pas"])
        [3]
    """
    negation = heading_words()["negation"]
    said = [k for k, word in enumerate(folded) if word in negation]
    said += [k for k, word in enumerate(folded) if word == "n" and folded[k + 1 : k + 2] == ["t"]]
    if "ne" in folded and "pas" in folded:
        said.remove(folded.index("ne"))
    return said


def refuses_unspaced(text: str) -> bool:
    """Whether a Chinese or Japanese line announces people who are kept out.

    Example:
        >>> refuses_unspaced("有以下情况之一者不得入选："), refuses_unspaced("以下の患者は除外する")
        (True, True)
    """
    return len(text) <= 60 and _UNSPACED.search(text.rstrip(" ：:。.")) is not None


def speaks_of(text: str, side: str) -> bool:
    """Whether a line that heads a list may mean the given side.

    Example:
        >>> speaks_of("Contra-indications:", "exclusion"), speaks_of("Age:", "exclusion")
        (True, False)
    """
    words = folded_words(text)[:40]
    named = any(side_of(word) in (side, "both") for word in words if len(word) > 6)
    refuses = _REFUSES.search(text) is not None
    if side == "exclusion":
        return named or refuses
    if _ALLOWS.search(text) is not None:
        return True
    return not refuses and (named or _ADMITS.search(text) is not None)
