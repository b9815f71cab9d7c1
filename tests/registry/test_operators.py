from __future__ import annotations

import time

import pytest

from remit.registry import find_lost_operators
from remit.registry.text.garbled_signs import garbled_spans
from remit.registry.text.operators import neutralise, signed_words
from remit.registry.text.sign_spellings import spell_signs

# Python's own codecs are the source: the two signs in UTF-8 read as Latin-1 and as Windows-1252,
# the first also with its control character lost; the two signs in GB 18030 read as Latin-1.
GARBLED = [
    *(sign.encode("utf-8").decode(codec) for sign in "≤≥" for codec in ("latin-1", "cp1252")),
    *(sign.encode("utf-8").decode("latin-1").replace("\x89", "") for sign in "≤≥"),
    *(sign.encode("gb18030").decode("latin-1") for sign in "≤≥"),
]


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("SLEDAI-2K score = 6", 1),
        ("80 years = age = 14years", 2),
        ("18 years old = age = 65 years old", 2),
        ("creatinine = 1.2 mg/dl or =125% of baseline", 2),
        ("prednisone down to =10 mg/day", 1),
        ("Age: > 18 years old, = 65 years old", 1),
        ("ANA titre = 1:80", 1),
        ("ECOG = 2", 1),
        ("RR = 30 breaths/min", 1),
        ("a ratio of ?1.5 mg/mg", 1),
        ("proteinuria ? 1,500 mg/24 hours", 1),
        ("SpO2=94% on room air", 1),
        ("5. =8 days since the first symptom", 1),
        ("bilirubin level = 2.5 mg/dL", 1),
        *((f"Tacrolimus {garbled} 4 mg/d", 1) for garbled in GARBLED),
    ],
)
def test_lost(text: str, count: int) -> None:
    assert len(find_lost_operators(text)) == count


@pytest.mark.parametrize(
    "text",
    [
        "1 mmHg = 0.133 kPa",
        "(1mmhg = 0.133kpa)",
        "1 mg/dL = 88.4 umol/L",
        "one year = 365 days",
        "n = 200",
        "Mild (N=80)",
        "p = 0.05",
        "power = 80%",
        "HR = 1.5",
        "mean age = 34",
        "BMI = 18-25",
        "SLEDAI = 0",
        "score: 0 = none, 1 = mild",
        "never = 1, sometimes = 2, often = 3",
        "allocation ratio = 1:1",
        "https://example.org/show?id=12",
        "≥ 6",
        ">= 6",
        "=< 6",
        r"=\<12 months",
        "> or = 6",
        ">/= 6",
        "less than or equal to = 6",
        "Is this known? 5 of them said so",
        "A = B",
        "",
    ],
)
def test_kept(text: str) -> None:
    assert find_lost_operators(text) == ()


def test_a_conversion_beside_a_lost_sign() -> None:
    found = find_lost_operators("PaO2/FiO2 = 300 mmHg (1 mmHg = 0.133 kPa)")
    assert [lost.start for lost in found] == [10]


def test_wordings_that_differ_in_signs_align() -> None:
    assert neutralise(r"Age \> 18, ≤ 65") == neutralise("age > 18, = 65")
    assert neutralise("UPCR ≥ 1.5") == neutralise("UPCR ?1.5")
    assert neutralise("score = 6") != neutralise("score = 7")


@pytest.mark.parametrize("garbled", GARBLED)
def test_a_garbled_sign_aligns_with_the_whole_one(garbled: str) -> None:
    assert neutralise(f"MMF {garbled} 1 g/d") == neutralise("MMF ≤ 1 g/d")


# Which table wrote the sign, and which one read it; the codecs are Python's. The first is the
# font "Symbol" (Unicode's mapping symbol.txt: B3 is the sign of "≥", A3 that of "≤").
MISREAD = {
    **{f"Symbol as {reader}": (b"\xb3", reader) for reader in ("latin-1", "cp1252")},
    **{f"Symbol, as {reader}": (b"\xa3", reader) for reader in ("latin-1", "cp1252")},
    **{
        f"{sign} {writer} as {reader}": (sign.encode(writer), reader)
        for sign, writer in [
            *((sign, "utf-8") for sign in "≤≥≦≧⩽⩾"),
            *((sign, "gb18030") for sign in "≤≥≦≧"),
            *((sign, writer) for sign in "≦≧" for writer in ("big5", "cp932", "euc_jp")),
            *((sign, writer) for sign in "≤≥" for writer in ("cp949", "mac_roman", "cp437")),
        ]
        for reader in ("latin-1", "cp1252", "cp1250", "cp1251", "mac_roman", "gb18030", "big5")
        if reader != writer
    },
}
# Tables in which these bytes are a mark that stands before numbers in its own right.
UNSEEN = {
    "≤ cp949 as gb18030": "÷",
    "≥ cp949 as gb18030": "∶",
    "≧ euc_jp as gb18030": "℃",
}


@pytest.mark.parametrize("name", MISREAD)
def test_a_sign_read_through_another_table_is_lost(name: str) -> None:
    raw, reader = MISREAD[name]
    garbled = raw.decode(reader, "replace")
    found = find_lost_operators(f"Platelets {garbled} 100 x 10^9/L")
    if name in UNSEEN:
        assert garbled == UNSEEN[name]
    elif len(garbled) == 1 and garbled.isalpha() and garbled > "\u0250":
        # One letter of Greek or Cyrillic is a word there.
        assert len(found) <= 1
    else:
        assert len(found) == 1, garbled
        assert neutralise(f"Platelets {garbled} 100") == neutralise("Platelets ≥ 100")


@pytest.mark.parametrize("sign", "≤≥≦≧")
@pytest.mark.parametrize("codec", ["latin-1", "cp1252"])
def test_a_sign_read_wrongly_twice_is_lost(sign: str, codec: str) -> None:
    once = sign.encode("utf-8").decode(codec, "replace")
    twice = once.encode("utf-8").decode(codec, "replace")
    assert len(find_lost_operators(f"SLEDAI {twice} 6")) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Haemoglobin ³9 g/dl",
        "Haemoglobin³ 9 g/dl",
        "Leucocytes Â³3 x 10³/µl",
        "Aged Â£65",
        "Aged £ 65 years",
        "ANC ² 500",
        "Weight â?¥40 kg",
        "Weight â?¤ 40 kg",
        "Titre?80",
        "Titre ??80",
        "Titre ?? 80",
        "Titre \ufffd 80",
        "Titre \ufffd\ufffd\ufffd80",
        "Titre □ 80",
        "Titre□80",
        "Titre ¿ 80",
        "Titre ¿80",
        "Titre ？80",
        "Age Γëñ 65",
        "年龄鈮?18岁",
        "Age ò 18 years",
        "Age \uf0b3 18",
        "bilirubin â‰¤ ULN",
        "Age =E2=89=A5 18",
        "Age %E2%89%A5 18",
        "Age u2265 18",
        "age ge;18",
        "prednisone > 1 mg/kg or =60",
        "prednisone > 1 mg/kg/day or =60 mg/day",
        "thromboplastin time = 1.5 x ULN",
        "bilirubin = ULN",
        "creatinine = twice the upper limit",
        "Tumour size = 4 cm",
        "SLEDAI total = 8",
        "cigarettes per day = 5",
        "usual pain = 5",
        "average pain = 5",
        "T = 38.5 °C",
        "one of: creatinine = 3 mg/dl",
        "unchanged for 4 weeks = 7.5 mg/day",
        "NYHA = class III",
        "FVC = .6 of predicted",
        "Anaemia (= 8 g/dl)",
        "ALT = 3 x institutional ULN",
        "ALT = 3 x (ULN)",
        "creatinine = 2 x baseline",
        "alcohol = 3 x per week",
        "PTT = 1.5 x control",
        "<br> = 93%",
        "SpO2 <br>=93%",
        "NEWS-2 score = 5. ",
    ],
)
def test_other_kinds_of_loss(text: str) -> None:
    assert len(find_lost_operators(text)) == 1


@pytest.mark.parametrize(
    "text",
    [
        "ratio < = 0.7",
        "ratio > = 0.7",
        "ratio &gt;= 0.7",
        "ratio &lt; = 0.7",
        "ratio &le; 0.7",
        "age =&gt; 18",
        "ratio ⩽ 0.7",
        "ratio ＜＝ 0.7",
        "ratio =＜ 0.7",
        "ratio ˂ 0.7",
        "AST above 90 (ULN = 45 U/L)",
        "the upper limit of normal = 45",
        "ULN = upper limit of normal",
        "UL = upper limit",
        "in the last 28 days (= 4 weeks)",
        "for three weeks (= 21 days)",
        "dosed at 60 mg (= 1 mg/kg)",
        "above 200 mg/dl (=11.1 mmol/L)",
        "eGFR = 186 x SCr^-1.154",
        "eGFR = 175 × SCr^-1.154 × age^-0.203",
        "body weight in kg: 50 kg = 110 lb",
        "ideal weight = 45.5 kg + 2.3 kg per inch",
        "clearance = (140 - age) x weight / 72",
        "GFR = 0.413 x height/SCr",
        "corrected calcium = 0.8 x (4 - albumin) + calcium",
        "area = 0.007184 x W^0.425",
        "BMI = 703 x lb/in2",
        "dose = 30849 x (standardised creatinine)^-1.1",
        "GFR = 141 x min(SCr/κ, 1)^α",
        "1 tablet = 5 mg",
        "1 U = 5 mg",
        "0 = patient sleeps, 1 = patient wakes",
        "10³ 5 times",
        "1500/mm³ 2 days before",
        "30 kg/m² 2 times",
        "a voucher of £20",
        "Which dose? 5 mg or 10",
        "¿18 años?",
        "“18 years”",
        "5–10 mg, ±3 days, ≈4 weeks, ×10",
        "patientâ€™s age 18",
        "10 ó 11 semanas",
        "Brand® 5 mg",
        "à 18 ans",
        "18 × 10⁹/L",
    ],
)
def test_other_kinds_of_equality_and_of_true_characters(text: str) -> None:
    assert find_lost_operators(text) == ()


def test_places_are_of_the_text_as_given() -> None:
    text = "A &amp; B, SLEDAI = 6, UPCR &ge; 1, Age ³18"
    assert [text[lost.start : lost.end] for lost in find_lost_operators(text)] == ["=", "³"]


SPELLINGS = {
    "<=": [
        "<=",
        "=<",
        "≤",
        "≦",
        "⩽",
        "＜＝",
        "＜=",
        "< =",
        "&lt;=",
        "&le;",
        "< or =",
        "</=",
        "≤ or =",
        "< / =",
        "<or=",
        "< or equal to",
        "less than or equal to",
        "not more than",
        "≯",
        "no more than",
        "equal to or less than",
        "at most",
        "小于等于",
        "menor o igual a",
        "\\<=",
    ],
    ">=": [
        ">=",
        "=>",
        "≥",
        "≧",
        "⩾",
        "＞＝",
        "＞=",
        "> =",
        "&gt;=",
        "&ge;",
        "> or =",
        ">/=",
        "> / =",
        ">or=",
        "> or equal to",
        "greater than or equal to",
        "not less than",
        "≮",
        "no less than",
        "equal to or greater than",
        "at least",
        "大于等于",
        "mayor o igual a",
        "\\>=",
    ],
    "<": ["<", "＜", "&lt;", "less than", "fewer than", "˂", "小于"],
    ">": [">", "＞", "&gt;", "more than", "greater than", "˃", "大于"],
}


@pytest.mark.parametrize("sign", SPELLINGS)
def test_all_spellings_of_a_sign_are_one_sign(sign: str) -> None:
    told = {signed_words(f"dose {spelling} 5 mg") for spelling in SPELLINGS[sign]}
    assert told == {("dose", sign, "5", "mg")}
    assert len({neutralise(f"dose {spelling} 5 mg") for spelling in SPELLINGS[sign]}) == 1


def test_signs_that_contradict_one_another_are_not_made_one() -> None:
    assert spell_signs("a <> b") == "a <> b"
    assert signed_words("dose < 5") != signed_words("dose <= 5")
    assert signed_words("dose >= 5") != signed_words("dose <= 5")


@pytest.mark.parametrize(
    "unit",
    ["=", "= ", "=1", "1", "? ", "?1", "³", "<", "< or ", "a=", "one ", "â", "http://a ", "("],
)
def test_time_grows_with_the_text(unit: str) -> None:
    def cost(text: str) -> float:
        start = time.process_time()
        for read in (find_lost_operators, neutralise, signed_words, garbled_spans):
            read(text)
        return time.process_time() - start

    small, large = unit * 1_000, unit * 8_000
    cost(small)
    assert cost(large) < 24 * max(cost(small), 0.004)
