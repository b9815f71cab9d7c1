"""Errors of options say what a person should write."""

from __future__ import annotations

import pytest
from click.testing import CliRunner

from remit.cli import main


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ("facts", "simulate", "--persons", "P001", "--seed", "1", "--out", "x"),
            "'P001' is no whole number: write a whole number of 1 or more, such as 2000",
        ),
        (
            ("facts", "simulate", "--persons", "0", "--seed", "1", "--out", "x"),
            "0 is out of range: write a whole number of 1 or more, such as 2000",
        ),
        (
            ("facts", "simulate", "--persons", "9", "--seed", "1.5", "--out", "x"),
            "'1.5' is no whole number: write a whole number of 0 or more, such as 1",
        ),
        (
            ("dose", "glucocorticoid", "--facts", "x", "--at", "2024-12-01", "--lookback", "0"),
            "0 is out of range: write a whole number from 1 to 43920, such as 28",
        ),
        *(
            (
                ("dose", "glucocorticoid", "--facts", "x", "--at", day),
                f"'{day}' is no day: write year, month and day, such as 2024-12-01",
            )
            for day in ("2024-02-30", "01.12.2024", "today", "")
        ),
        (
            ("screen", "nct06167174", "--facts", "x", "--smallest", "few"),
            "'few' is no whole number: write a whole number of 0 or more, such as 5",
        ),
    ],
)
def test_what_to_write_is_said(words: tuple[str, ...], said: str) -> None:
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == 2
    assert said in " ".join(result.stderr.split())


def test_help_shows_a_day_as_an_example() -> None:
    said = CliRunner().invoke(main, ["score", "--help"]).stdout
    assert "--at 2024-12-01" in said
    assert "%Y" not in said
