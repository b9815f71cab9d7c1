"""Whether an "=" says that two things are equal, or stands where ">=" or "<=" was lost."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = r"(?:\d+(?:[.,]\d+)*|[.,]\d+)"
_COUNTED = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve)"
_AFTER_NUMBER = re.compile(rf"\s?[-−]?({_NUMBER})\s?([^\s,;()=.][^\s,;()=]*|)")
_BEFORE_NUMBER = re.compile(
    rf"(?<![\w.,-])({_NUMBER}|{_COUNTED})[\s-]?([^\W\d_][^\s\d=,;()]{{0,13}}(?: old)?|%|)$", re.I
)
_GLOSS = re.compile(r"\(\s?(?:i\.?e\.?,?\s?)?$")
_ONE_OF = re.compile(r"\b(?:one|1)\s(?!of\b)(?:[^\s=,;.:]+\s){0,2}[^\s=,;.:]+$", re.I)
_A_NAME_OF_ONE = re.compile(
    r"\b(?:type|grade|class|stage|phase|level|group|hepatitis|category|than|least|[<>≤≥])\s?$", re.I
)
_JOINED = re.compile(r"\b(?:or|and|to|but|by|with|of|be|is|are)$", re.I)
_SIGN_BEFORE = re.compile(
    r"(?:[<>≤≥≦≧⩽⩾＜＞˂˃]|[<>≤≥]\s?(?:or|/|\+)|\b(?:than|least|most|above|below)\sor"
    r"(?:\sequals?(?:\sto)?)?|\b(?:than|equal))$",
    re.I,
)
_SIGN_AFTER = re.compile(
    r"\s?(?:or|/)?\s?\\?[<>≤≥≦≧⩽⩾＜＞˂˃]|\sor\s(?:less|more|greater|above|below|higher|lower|fewer|over)\b",
    re.I,
)
# Words that make an equality whatever follows: names of groups, of statistics, of what is counted.
_COUNT_WORDS = re.compile(
    r"(?:\b(?:n|arm|(?<!age )group|cohort|version|where|allocation ratio|coefficient|codes?|coded"
    r"|(?:sample|effect|group|block|batch) size|power|significance(?: level)?|error"
    r"|drop-?out(?: rate)?|attrition|icc|auc|df|sd|se|smd|ci|cohen['’]?s d|odds ratio"
    r"|hazard ratio)|[σχ]|χ2)$",
    re.I,
)
# One letter may be a statistic or a quantity ("T = 38 °C"): with a unit it is a quantity.
_STATISTIC = re.compile(
    r"(?:\b(?:p|r|r2|t|z|f|d|k|alpha|beta|kappa)|[αβκ])(?:[\s-]values?)?$", re.I
)
# "HR = 1.5" is a hazard ratio; "HR = 120" is a heart rate that lost its sign.
_RATIO = re.compile(r"\b(?:HR|OR|RR)$")
_SCHEDULE = re.compile(
    r"(?:^|[(;,:]\s?|\b(?:at|on|from|until|by|through|study|baseline|follow-up)\s)"
    r"(?:day|week|month|year|visit|time|cycle|total)$",
    re.I,
)
_TOTAL = re.compile(r"(?:^|[(;,]\s?|\b(?:in|a)\s)total$", re.I)
_DESCRIPTIVE = re.compile(
    r"\b(?:mean|median|average)(?:\s(?:age|duration|follow-?up|difference|change|value|score|bmi))?$",
    re.I,
)
# "ULN = 50 U/L" says what the limit is.
_LIMIT = re.compile(
    r"\b(?:ULN|LLN|UNL|upper limit(?: of(?: the)? normal(?: range)?)?"
    r"|lower limit(?: of(?: the)? normal(?: range)?)?|normal(?: (?:range|values?|limits?|level))?"
    r"|reference(?: (?:range|values?|interval))?)\)?$",
    re.I,
)
_A_LIMIT = re.compile(
    r"\s?(?:the\s)?(?:institutional\s)?(?:ULN|LLN|UNL|upper limit|lower limit|twice|grade|class"
    r"|nyha|ctcae|stage|(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|eighteen|twenty"
    r"|thirty|forty|fifty|sixty)\b(?!\s?[=(,;)]))\b",
    re.I,
)
_QUANTITY_AFTER = re.compile(
    r"\s?(?:age|ages|aged|weight|body|bmi|height|score|sledai|egfr|creatinine|upcr|platelets?|"
    r"ha?emoglobin|dose|duration|disease|patient)\b",
    re.I,
)
# A quantity worked out from others: "= 186 x SCr^-1.154", "= 50 kg + 2.3 kg per inch". A multiple
# of a limit or of an earlier value is none.
_FORMULA = re.compile(
    rf"\s?{_NUMBER}\s?(?:kg|cm|m|ml|g|mg)?\s?(?:"
    r"[x×*·]\s?[(\[]{0,3}\s?(?!(?:uln|lln|unl|upper|lower|the|institution\w{0,5}|normal|baseline"
    r"|limits?|local|lab\w{0,7}|controls?|reference|per|daily|weekly|monthly|an?|week|day|above|below"
    r"|over|increases?d?|more|greater|higher|screening|values?|times|in|of|mean|site|age-adjusted)\b)"
    r"(?:[a-zκ]|\d[\d.]*\s?[-−–+])"
    r"|\+\s?\(?\s?[\d.]|[-−–]\s?(?:\(|age\b|[a-z]{3,}))",
    re.I,
)
# "1 cycle = 28 days" and "a glass of 150 ml wine = 12 g" say how much something is.
_PERIODS = frozenset({"cycle", "course", "round", "block", "period", "treatment cycle"})
_DRINK = re.compile(r"\d.{0,50}\b(?:alcohol|wine|beer|whisk(?:e?y)|spirits?|liquor)\)?$", re.I)
_DRINK_UNITS = frozenset({"g", "gr", "gram", "grams", "ml", "cl", "l", "oz", "ounce", "ounces"})
_TIME_TEXT = """
    s sec second seconds min minute minutes h hr hrs hour hours d day days wk wks week weeks month
    months mo mos year years yr yrs y
"""
_TIMES = frozenset(_TIME_TEXT.split())


def is_equality(before: str, after: str) -> bool:
    """Whether the "=" between the two texts says what it says: no sign was lost there.

    Example:
        >>> is_equality("(ULN ", " 50 U/L)"), is_equality("Prothrombin time ", " 1.5 x ULN")
        (True, False)
    """
    before, after = " ".join(before.split()), re.sub(r"\s+", " ", after)
    if _SIGN_BEFORE.search(before) or _SIGN_AFTER.match(after):
        return True
    right = _AFTER_NUMBER.match(after)
    left = _BEFORE_NUMBER.search(_GLOSS.sub("", before).rstrip())
    if right is None:
        return not _compares_words(before, after, left)
    if _names_equality(before, right[1], right[2].rstrip(".")):
        return True
    number = _value(right[1])
    if _is_range(after) or (number == 0 and ":" not in after[:8]) or _FORMULA.match(after):
        return True
    if _DRINK.search(before) and right[2].lower() in _DRINK_UNITS:
        return True
    if left is not None and left[2].lower() in _PERIODS and right[2].lower() in _TIMES:
        return left[1].lower() in ("1", "one")
    if left is not None and left[2] and right[2] and left[2].lower() != right[2].lower():
        return not _JOINED.search(left[2]) and _same_kind(left[2], right[2])
    one = _ONE_OF.search(before)
    if one and right[2] and not _JOINED.search(before):
        return not _A_NAME_OF_ONE.search(before[: one.start()])
    return _is_code_list(before, after)


def _compares_words(before: str, after: str, left: re.Match[str] | None) -> bool:
    """ "80 years = age" has its number first; "AST = ULN" compares with a limit."""
    if left is not None and left[1][0].isdigit() and _QUANTITY_AFTER.match(after):
        # "0 = patient has no pain" is a code.
        return bool(left[2]) or _value(left[1]) > 10
    limit = _A_LIMIT.match(after)
    if limit is None or not before or _names_equality(before, "1", ""):
        return False
    # "UL = upper limit" is an abbreviation.
    return "limit" not in limit[0].lower() or not re.search(r"\b[A-Z]{2,4}$", before)


def _names_equality(before: str, number: str, unit: str) -> bool:
    """Whether the words before "=" are of a count, a statistic, a schedule or a normal limit."""
    if _COUNT_WORDS.search(before) or _DESCRIPTIVE.search(before) or _LIMIT.search(before):
        return True
    if _STATISTIC.search(before):
        return not unit or unit == "%" or _value(number) <= 1
    if _TOTAL.search(before):
        return True
    if _SCHEDULE.search(before):
        return unit.lower() not in ("x", "×", "times")
    return bool(_RATIO.search(before)) and "." in number and _value(number) < 10


def _same_kind(left: str, right: str) -> bool:
    """Whether both units are of time, or neither: only then does one convert into the other."""
    first, second = left.lower().removesuffix(" old"), right.lower().rstrip(".")
    return (first in _TIMES) == (second in _TIMES)


def _value(written: str) -> Decimal:
    """The number that is written: a comma before three digits parts thousands.

    Example:
        >>> _value("1,000"), _value("1,5"), _value(".5")
        (Decimal('1000'), Decimal('1.5'), Decimal('0.5'))
    """
    if re.fullmatch(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?", written):
        return Decimal(written.replace(",", ""))
    whole, _, rest = written.replace(",", ".").partition(".")
    return Decimal(f"{whole or 0}.{rest.partition('.')[0] or 0}").normalize() + 0


def _is_range(after: str) -> bool:
    return re.match(rf"\s?{_NUMBER}\s?(?:[-–]|to)\s?{_NUMBER}", after) is not None


def _is_code_list(before: str, after: str) -> bool:
    """Whether this is one of "never = 1, often = 2": consecutive codes on words."""
    text, at = f"{before}={after}", len(before)
    codes = [(m.start(), int(m[1])) for m in re.finditer(r"=\s?(\d)(?=\s?[,;)]|\s?$)", text)]
    here = [k for k, (start, _) in enumerate(codes) if start == at]
    if not here:
        return False
    k = here[0]
    near = [codes[j] for j in (k - 1, k + 1) if 0 <= j < len(codes)]
    return any(
        abs(code - codes[k][1]) == 1
        and abs(start - at) < 40
        and ((code > codes[k][1]) == (start > at) or code + codes[k][1] == 1)
        for start, code in near
    )
