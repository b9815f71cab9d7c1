"""Packaged instruments are read when they are first asked for, and are the same as all at once."""

from __future__ import annotations

import pytest

from remit.facts.dictionary import packaged_dictionary
from remit.instruments.catalogue import packaged_instruments
from remit.instruments.criteria_scores import instrument_scores, packaged_scores


def test_a_file_is_named_by_its_instrument() -> None:
    for name, instrument in packaged_instruments().items():
        assert instrument.id == name


def test_what_nobody_packaged_is_not_there() -> None:
    assert "sledai" not in packaged_instruments()
    with pytest.raises(KeyError):
        packaged_instruments()["sledai"]


def test_the_scores_of_criteria_are_those_of_all_instruments() -> None:
    known = packaged_dictionary().concepts
    expected = {
        name: (score.groups, dict(score.values), score.once)
        for instrument in packaged_instruments().values()
        for name, score in instrument_scores(instrument).items()
        if name in known and name in instrument.outputs
    }
    found = {
        name: (score.groups, dict(score.values), score.once)
        for name, score in packaged_scores().items()
    }
    assert found == expected
    assert set(found) == {"sledai_2k", "acr_1997", "eular_acr_2019", "slicc_2012"}
    assert "upcr" not in packaged_scores()
