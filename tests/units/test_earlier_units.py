"""What the table said before it knew families of spellings: no value that it gave has moved."""

from __future__ import annotations

from fractions import Fraction

import pytest

from remit.units import find_unit, unit_named

# Code, factor to the base, the OMOP ids and the texts of November 2026.
BEFORE: tuple[tuple[str, str, tuple[int, ...], tuple[str, ...]], ...] = (
    ("1", "1", (), ()),
    ("%", "1/100", (8554,), ("percent",)),
    ("{titer}", "1", (8525,), ("titer", "titre")),
    ("{score}", "1", (), ("score", "points")),
    ("{ratio}", "1", (8523,), ("ratio",)),
    ("{count}", "1", (), ("count",)),
    ("g", "1", (8504,), ()),
    ("mg", "1/1000", (8576,), ()),
    ("ug", "1/1000000", (9655,), ()),
    ("kg", "1000", (9529,), ()),
    ("m", "1", (9546,), ()),
    ("cm", "1/100", (8582,), ()),
    ("d", "1", (8512,), ()),
    ("wk", "7", (8511,), ()),
    ("Cel", "1", (586323,), ("°C", "℃", "degC", "C")),
    ("mm[Hg]", "1", (8876,), ("mmHg", "mm Hg")),
    ("g/g", "1", (9510,), ()),
    ("mg/mg", "1", (9565,), ()),
    ("mg/g", "1/1000", (8723,), ()),
    ("ug/mg", "1/1000", (8838,), ()),
    ("mg/mmol", "1", (44777612,), ()),
    ("g/mol", "1", (44777595,), ()),
    ("g/d", "1", (8807,), ("g/(24.h)", "g/24h", "g/24 h", "g/day")),
    ("mg/d", "1/1000", (8909, 8700), ("mg/(24.h)", "mg/24h", "mg/24 h", "mg/day")),
    ("mg/wk", "1/7000", (2100000990,), ("mg/week",)),
    ("mg/kg/d", "1/1000000", (), ("mg/kg/day",)),
    ("g/L", "1", (8636,), ("g/l",)),
    ("mg/L", "1/1000", (8751,), ("mg/l",)),
    ("ug/L", "1/1000000", (8748,), ("µg/L", "μg/L")),
    ("g/dL", "10", (8713,), ("g/dl",)),
    ("mg/dL", "1/100", (8840,), ("mg/dl",)),
    ("ug/mL", "1/1000", (8859,), ("µg/mL", "μg/mL")),
    ("ng/mL", "1/1000000", (8842,), ()),
    ("pg/mL", "1/1000000000", (8845,), ()),
    ("umol/L", "1/1000000", (8749,), ("µmol/L", "μmol/L", "umol/l", "µmol/l", "μmol/l")),
    ("mmol/L", "1/1000", (8753,), ("mmol/l",)),
    (
        "10*9/L",
        "1000000000",
        (9444,),
        (
            "10^9/L",
            "x10^9/L",
            "10^9/l",
            "x 10^9/L",
            "×10^9/L",
            "× 10^9/L",
            "10⁹/L",
            "×10⁹/L",
            "× 10⁹/L",
        ),
    ),
    ("10*12/L", "1000000000000", (8734,), ("10^12/L", "10¹²/L")),
    ("10*6/L", "1000000", (9442,), ()),
    (
        "10*3/uL",
        "1000000000",
        (8848, 8961),
        ("K/uL", "10*3/mm3", "10^3/uL", "x10^3/uL", "10^3/µL", "10³/µL", "×10³/µL", "K/µL"),
    ),
    ("/uL", "1000000", (8647,), ("/mm3", "/µL", "/μL", "/mm^3", "/mm³", "cells/uL", "cells/µL")),
    ("/[HPF]", "1", (8786,), ("/HPF", "/hpf", "per HPF", "per hpf", "cells/HPF", "cells/hpf")),
    ("/[LPF]", "1", (8765,), ("/LPF", "/lpf")),
    ("U/L", "1", (8645,), ("[U]/L",)),
    ("U/mL", "1000", (), ("[U]/mL",)),
    ("[IU]/mL", "1000", (8985,), ("IU/mL", "[iU]/mL")),
    ("[IU]/L", "1", (8923,), ("IU/L", "[iU]/L")),
    ("mL/min", "36/25", (8795,), ()),
    (
        "mL/min/{1.73_m2}",
        "36/25",
        (9117,),
        (
            "mL/min/1.73m2",
            "mL/min/1.73.m2",
            "mL/min/1.73 m2",
            "mL/min/1.73 m²",
            "mL/min/1.73m²",
            "ml/min/1.73m2",
            "ml/min/1.73 m2",
            "ml/min/1.73m²",
            "ml/min/1.73 m²",
        ),
    ),
    ("/min", "1440", (8541,), ("beats/min", "bpm")),
)


@pytest.mark.parametrize(
    ("code", "factor", "omop_ids", "texts"), BEFORE, ids=[row[0] for row in BEFORE]
)
def test_no_value_has_moved(
    code: str, factor: str, omop_ids: tuple[int, ...], texts: tuple[str, ...]
) -> None:
    for text in (code, *texts):
        assert unit_named(text).code == code
    assert unit_named(code).factor == Fraction(factor)
    for omop_id in omop_ids:
        for named in (None, code, *texts):
            found = find_unit(omop_id=omop_id, text=named)
            assert found is not None
            assert found.code == code
