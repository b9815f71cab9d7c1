"""Classes of lupus nephritis as reports write them (section 6 of the specification: the order is
normalised, page 000 writes V+III; suffixes A, A/C and C of 2003)."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa
import pytest

import remit
from remit.errors import InstrumentError
from remit.instruments.biopsy_class import read_biopsy_class


@pytest.mark.parametrize(
    ("text", "name", "extent", "activity"),
    [
        ("I", "I", None, None),
        ("ii", "II", None, None),
        ("VI", "VI", None, None),
        ("V", "V", None, None),
        ("III+V", "III+V", None, None),
        ("V+III", "III+V", None, None),
        ("V + IV", "IV+V", None, None),
        ("III/V", "III+V", None, None),
        ("class III and class V", "III+V", None, None),
        ("III (A)", "III", None, "active"),
        ("III (C)", "III", None, "chronic"),
        ("IV-S (A/C)+V", "IV+V", "S", "active_and_chronic"),
        ("V + IV-G (C)", "IV+V", "G", "chronic"),
        ("IV-G A/C", "IV", "G", "active_and_chronic"),
        ("III+V (A/C)", "III+V", None, "active_and_chronic"),
        ("ISN/RPS class IV–G(A)", "IV", "G", "active"),
        ("Ⅴ＋Ⅲ型", "III+V", None, None),
    ],
)
def test_a_report_is_read(text: str, name: str, extent: str | None, activity: str | None) -> None:
    found = read_biopsy_class(text)
    assert (found.name, found.extent, found.activity) == (name, extent, activity)


# III and IV are below and from 50 % of glomeruli; V goes with one of them only; Vc, Vd: WHO 1982.
@pytest.mark.parametrize(
    "text",
    ["III+IV", "II+V", "III+V+IV", "V+V", "Vc", "V c", "Vd", "V (A)", "III-S", "VII", "3", "",
     "III+", "III (A)+V (C)", "proliferative"],
)  # fmt: skip
def test_what_is_no_class_is_refused(text: str) -> None:
    with pytest.raises(InstrumentError, match="ln_class"):
        read_biopsy_class(text)


# Section 5.3: III, IV, III+V and IV+V weigh 10, II and V weigh 8.
@pytest.mark.parametrize(
    ("text", "points", "classified"),
    [
        ("V+III", "10", "fulfilled"),
        ("IV-S (A/C)+V", "10", "fulfilled"),
        ("III/V", "10", "fulfilled"),
        ("class V", "8", "not_fulfilled"),
        # a biopsy that was not read may show class III or IV
        ("not_assessed", "0 to 10", "fulfilled or not_fulfilled"),
    ],
)
def test_forms_and_tables_take_a_class_as_written(text: str, points: str, classified: str) -> None:
    form = {"ana_1_80": "present", "ln_class": text}
    card = remit.score("eular_acr_2019", form, unlisted="absent")
    found = {outcome.id: outcome.value for outcome in card.outcomes}
    assert found["eular_acr_2019_points"] == points
    assert found["eular_acr_2019"] == classified
    visit = {"person": [1], "date": [dt.date(2025, 1, 1)]}
    table = pa.table({**visit, **{name: [answer] for name, answer in form.items()}})
    rows = remit.score_visits("eular_acr_2019", table, unlisted="absent").to_pylist()
    assert {row["output"]: row["grade"] for row in rows}["eular_acr_2019"] == classified
