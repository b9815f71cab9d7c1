from __future__ import annotations

import pytest

from remit.registry import find_lost_operators
from remit.registry.text.operators import neutralise

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
