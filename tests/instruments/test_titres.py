"""Titres in a form (section 5.3 of the specification: antinuclear antibodies of at least 1:80)."""

from __future__ import annotations

import pytest

import remit
from remit.errors import InstrumentError


@pytest.mark.parametrize(
    ("titre", "classified"),
    [
        ("1:80", "fulfilled"),
        ("1:79", "not_fulfilled"),
        ("1:40", "not_fulfilled"),
        ("1 : 160", "fulfilled"),
        ("80", "fulfilled"),
        (">=1:80", "fulfilled"),
        ("<1:80", "not_fulfilled"),
        ("<=1:80", "fulfilled or not_fulfilled"),
        ("not_assessed", "not_fulfilled"),
    ],
)
def test_a_titre_is_written_as_a_dilution(titre: str, classified: str) -> None:
    form = {"ana_titre": titre, "class_iii_or_iv": "present"}
    card = remit.score("eular_acr_2019", form, unlisted="absent")
    assert {o.id: o.value for o in card.outcomes}["eular_acr_2019"] == classified


def test_another_ratio_is_refused() -> None:
    with pytest.raises(InstrumentError, match="ana_titre"):
        remit.score("eular_acr_2019", {"ana_titre": "2:80"})
