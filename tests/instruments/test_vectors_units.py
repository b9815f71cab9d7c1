"""Vectors of units and steroid equivalents, and that every vector is used somewhere."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from independent.vectors import read_vectors
from remit.facts.dictionary import packaged_dictionary
from remit.units import conversion_factor, unit_named

CREATININE = Fraction("113.12")  # g/mol, PubChem CID 588


@pytest.mark.shared
def test_steroid_equivalents(shared: Path) -> None:
    equivalents = packaged_dictionary().concept("glucocorticoid").equivalents
    seen = 0
    for vector in read_vectors(shared / "data" / "instruments" / "vectors.yaml"):
        if not str(vector["id"]).startswith("gc-"):
            continue
        given = vector["inputs"]
        found = Fraction(given["mg"]) * equivalents[given["drug"]]
        assert found == vector["expected"]["prednisone_mg"], vector["id"]
        seen += 1
    assert seen == 5


@pytest.mark.shared
def test_unit_conversions(shared: Path) -> None:
    vectors = {v["id"]: v for v in read_vectors(shared / "data" / "instruments" / "vectors.yaml")}
    ratio = conversion_factor(unit_named("g/g"), unit_named("mg/mmol"), molar_mass=CREATININE)
    expected = vectors["unit-01"]
    half = Fraction("0.5") * ratio
    tolerance = Fraction(str(expected["tolerance"]))
    assert abs(half - Fraction(str(expected["expected"]["mg_mmol_exact"]))) <= tolerance
    back = Fraction(53) / ratio
    expected = vectors["unit-02"]
    tolerance = Fraction(str(expected["tolerance"]))
    assert abs(back - Fraction(str(expected["expected"]["upcr_g_g"]))) <= tolerance
    # 88.4 is the usual rounding of 10^4 / 113.12.
    molar = conversion_factor(unit_named("mg/dL"), unit_named("umol/L"), molar_mass=CREATININE)
    expected = vectors["unit-03"]
    tolerance = Fraction(str(expected["tolerance"]))
    found = Fraction("1.2") * molar
    assert abs(found - Fraction(str(expected["expected"]["umol_l_88.4"]))) <= tolerance
