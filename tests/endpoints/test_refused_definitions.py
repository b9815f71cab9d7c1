"""Definitions whose window or confirmation cannot be meant."""

from __future__ import annotations

import pytest

from endpoints.judging import GATES, SMALL
from remit.endpoints.definition_files import read_definition_text
from remit.errors import InstrumentError


def test_a_window_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(InstrumentError, match="before it begins"):
        read_definition_text(
            SMALL + 'window = { unit = "week", first = 24, last = 12 }\n' + GATES, source="small"
        )


@pytest.mark.parametrize(
    ("addition", "gates", "message"),
    [
        ('confirmation = { text = "t", gates = ["h"] }\n', GATES, "a gate that there is not: 'h'"),
        ("", GATES.replace('"g"', '"confirmation"'), "cannot be called 'confirmation'"),
        (
            'type = "flare"\nconfirmation = { text = "t" }\n',
            GATES.replace('"R"', '"flare"', 1),
            "a flare is not confirmed",
        ),
    ],
)
def test_a_wrong_confirmation_is_refused(addition: str, gates: str, message: str) -> None:
    with pytest.raises(InstrumentError, match=message):
        read_definition_text(SMALL + addition + gates, source="small")
