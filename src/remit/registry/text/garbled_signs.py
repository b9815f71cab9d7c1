"""Comparison signs that came through a wrong character table: "³", "£", "â‰¥", "¡Ý", "?", "□".

Which characters a sign turns into follows from which table wrote it and which one read it, so the
forms are worked out from Python's own codecs, not listed. None is turned back: "¡Ý" is "≥" from one
table, "²" may be "≤" or a power, "£65" may be money, and what was guessed cannot be told from what
was said.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

SIGNS = "≤≥≦≧⩽⩾＜＞≠"
_WRITERS = ("utf-8", "gb18030", "big5", "cp932", "euc_jp", "cp949", "mac_roman", "cp437")
# The font "Symbol", in which word processors set these signs.
_SYMBOL_FONT = {"≤": b"\xa3", "≥": b"\xb3", "≠": b"\xb9"}
_ONE_BYTE = (
    *("latin-1", "cp1252", "cp1250", "cp1251", "cp1253", "cp1254", "cp1257", "cp1258"),
    *("iso8859_2", "iso8859_15", "mac_roman", "cp437", "cp850", "cp866", "koi8_r"),
)
_READERS = (*_ONE_BYTE, "gb18030", "big5", "cp932", "euc_jp", "cp949")
_TWICE = ("latin-1", "cp1252", "mac_roman")
# What these are before a number says more than that a sign was lost.
_TRUE_BEFORE_NUMBERS = frozenset(
    "<>≤≥≦≧⩽⩾＜＞˂˃﹤﹥≮≯=＝+＋±×÷~∼～≈≃−-–—|/*•·®™©°℃℉№§¶†‡→←↑↓∆√^∶%‰€$"
)
# Bullets and boxes that stand before an item, except the empty box: it is also a lost sign.
_BULLETS = frozenset("●○■▪▫◆◇►▶◦★☆◎△▲▽▼✓✔❖➢\uf0b7\uf0a7\uf0d8\uf0fc")
# Typography that no table makes of a sign; most pages hold no other foreign character.
_TYPOGRAPHY = re.compile(r"[\x00-\x7f\xa0≤≥±×µμ°·™–—‐‑−‘’“”•…]*")
# One letter each: the signs of old DOS and Macintosh tables.
_LETTERS = "òóÚÛúłŁň"
_REPLACED = r"?？¿\ufffd□▯▢☐￭"
_NUMBER_WORDS = (
    "one|two|three|four|five|six|seven|eight|nine|ten|twelve|half|once|twice|uln|lln|grade|class"
    "|nyha|ctcae|iv|i{1,3}|(?:the )?(?:upper|lower|institutional|normal|age)"
)
# A comparison goes on with a number, or with a word that stands for one.
_COMPARED = re.compile(rf"\s?\(?\s?(?:[.,]?\d|(?:{_NUMBER_WORDS})\b)", re.I)
_UNREADABLE = re.compile(rf"[{_REPLACED}\x80-\x9f]{{1,4}}", re.I)
_NUMBER_AHEAD = re.compile(r"\s?\(?\s?[.,]?\d")
_QUESTION_WORDS = re.compile(
    r"(?:^|[.;!?]\s)\s*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should|may"
    r"|who|whom|what|when|where|which|why|how)\b[^.;!?]*$",
    re.I,
)
_MONEY = re.compile(
    r"\b(?:pa(?:y|ys|id|yment)|cost|costs|reimburs\w{0,8}|compensat\w{0,5}|voucher|gift|cash|income"
    r"|salary|earn\w{0,4}|price|receiv\w{0,4}|worth|fee|euro|dollars?|pounds?|gbp|yen"
    r"|per year)\b|[€$]",
    re.I,
)
# "mm³ 5" and "10² 3" are a unit and a power.
_POWER_BEFORE = re.compile(
    r"(?:\d|\b(?:[kcdmµμ]?m|in|ft|r|chi|χ|x|s|l)|[)\]^])$|/\s?[kcdmµμ]?m$", re.I
)
# The byte notation of mail and of addresses, entities that lost their "&", a code point,
# and an underlined sign ("_>").
_NOTATION = re.compile(
    r"=E2=(?:89=A[4-7]|A9=B[DE])|%E2%(?:89%A[4-7]|A9%B[DE])|(?:\\?\bu|\bU\+)22(?:6[4-7])"
    r"|(?<![\w_])_[<>](?=\s?\d)|(?<![<>_])[<>]_(?=\s?\d)"
    r"|(?<![&\w])(?:[lg]e|#88(?:04|05)|#x226[4-7]);",
    re.I,
)


def garbled_spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where characters stand that a comparison sign may have turned into, in order.

    Example:
        >>> garbled_spans("Age ³18 years, 1500/mm³ 2 times")
        ((4, 5),)
        >>> garbled_spans("Is this known? 5 said so.")
        ()
    """
    found = [m.span() for m in _NOTATION.finditer(text)]
    foreign = _TYPOGRAPHY.fullmatch(text) is None
    if "?" in text or foreign:
        found += [m.span() for m in _UNREADABLE.finditer(text) if _is_replaced(text, *m.span())]
    if foreign:
        known, letters = _forms()
        found += [m.span() for m in known.finditer(text)]
        found += [m.span() for m in letters.finditer(text) if _stands_alone(text, *m.span())]
        found += [
            (at, at + 1) for at, c in enumerate(text) if c > "\x7f" and _is_lone_symbol(text, at)
        ]
    return _apart(found)


def _apart(spans: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The spans in order, those that touch or overlap joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return tuple(joined)


@lru_cache(maxsize=1)
def _forms() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Every form of several characters: those no word looks like, and those made of letters."""
    forms: set[str] = set()
    for sign in SIGNS:
        for written in _bytes_of(sign):
            once = {written.decode(reader, "replace") for reader in _READERS}
            twice = {
                form.encode("utf-8").decode(reader, "replace")
                for form in (written.decode(r, "replace") for r in _TWICE)
                for reader in _TWICE
                if form != sign
            }
            forms |= once | (twice if written == sign.encode() else set())
    forms |= {_controls(form, "") for form in forms} | {_controls(form, "?") for form in forms}
    # "â€" begins every garbled quotation mark and dash.
    several = {f for f in forms if len(f) > 1 and not f.isascii() and f not in ("â€", "â€¦")}
    words = {form for form in several if form.isalpha()}
    return _one_of(several - words, _COMPARED), _one_of(words | set(_LETTERS), _NUMBER_AHEAD)


def _bytes_of(sign: str) -> tuple[bytes, ...]:
    found = [_SYMBOL_FONT[sign]] if sign in _SYMBOL_FONT else []
    for writer in _WRITERS:
        try:
            found.append(sign.encode(writer))
        except UnicodeEncodeError:
            continue
    return tuple(raw for raw in found if not raw.isascii())


def _controls(form: str, instead: str) -> str:
    return re.sub(r"[\x80-\x9f\ufffd]", instead, form)


def _one_of(forms: set[str], ahead: re.Pattern[str]) -> re.Pattern[str]:
    longest_first = sorted(forms, key=lambda form: (-len(form), form))
    return re.compile(f"(?:{'|'.join(map(re.escape, longest_first))})(?={ahead.pattern})", re.I)


def _is_replaced(text: str, start: int, end: int) -> bool:
    """Whether "?" or a box stands for a sign: not the end of a question, not a bullet's box."""
    if _COMPARED.match(text, end) is None:
        return False
    if any(c not in "?？¿" for c in text[start:end]):
        return True
    before = text[max(0, start - 120) : start]
    if text[start] == "¿" and "?" in text[end : end + 120]:
        return False
    if _NUMBER_AHEAD.match(text, end) is None:
        # "the limit ? ULN" lost a sign; "Is it known? One of them said so" did not.
        return before[-1:].isspace()
    touching = text[end : end + 1].isdigit() or text[end : end + 1] in (".", ",")
    if touching or not before or before[-1].isspace() or before[-1] in "(,:[":
        return True
    return _QUESTION_WORDS.search(before) is None and "." not in before


def _is_lone_symbol(text: str, at: int) -> bool:
    """Whether one strange symbol before a number stands where a sign stood."""
    symbol = text[at]
    if symbol in _TRUE_BEFORE_NUMBERS or _NUMBER_AHEAD.match(text, at + 1) is None:
        return False
    if not _is_symbol(symbol):
        return False
    before = text[max(0, at - 40) : at]
    if symbol in _BULLETS:
        return False
    if symbol in "²³¹″‾":
        return _POWER_BEFORE.search(before) is None
    if symbol in "£¥￥￡":
        return _MONEY.search(text[max(0, at - 80) : at + 40]) is None
    return True


def _is_symbol(character: str) -> bool:
    if character in "″‾":
        return True
    kind = unicodedata.category(character)
    return kind in ("So", "Sm", "Sk", "Sc", "Co", "Cn", "No") and not (
        # "½", "①" and the like are numbers.
        kind == "No" and character not in "²³¹¾"
    )


def _stands_alone(text: str, start: int, end: int) -> bool:
    """Whether letters that may be a sign are a word for themselves in a text of plain letters."""
    if start and (text[start - 1].isalnum() or text[start - 1] in "'’-"):
        return False
    if text[start:end] in _LETTERS and re.search(r"\d\s?$", text[max(0, start - 2) : start]):
        # "10 ó 11" is Spanish.
        return False
    around = text[max(0, start - 60) : start] + text[end : end + 60]
    return not any(c > "\x7f" and c.isalpha() for c in around)
