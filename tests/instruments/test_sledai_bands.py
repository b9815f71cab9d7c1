"""The bands of SLEDAI-2K, each by the name of its source, at every border.

Sources: the table of indices of Ann Rheum Dis (278401): 0 remission, 1-4, 5-10, > 10; the Chinese
guideline of 2020 (PMC9524765): <= 6, 7-12, > 12; the British Society for Rheumatology, as the
Malaysian guideline of 2024 prints it (table 3): < 6, 6-12, > 12.
"""

from __future__ import annotations

import pytest

import remit

BANDS = ("sledai_band_ard", "sledai_band_china_2020", "sledai_band_bsr")


@pytest.mark.parametrize(
    ("total", "bands"),
    [
        (0, ("remission", "mild", "mild")),
        (1, ("low", "mild", "mild")),
        (4, ("low", "mild", "mild")),
        (5, ("moderate", "mild", "mild")),
        (6, ("moderate", "mild", "moderate")),
        (7, ("moderate", "moderate", "moderate")),
        (10, ("moderate", "moderate", "moderate")),
        (11, ("high", "moderate", "moderate")),
        (12, ("high", "moderate", "moderate")),
        (13, ("high", "severe", "severe")),
        (105, ("high", "severe", "severe")),
    ],
)
def test_each_band_by_its_name(total: int, bands: tuple[str, ...]) -> None:
    card = remit.score("sledai_bands", {"sledai_2k": total})
    assert [outcome.id for outcome in card.outcomes] == list(BANDS)
    assert tuple(outcome.value for outcome in card.outcomes) == bands


def test_a_total_that_is_not_known_leaves_every_band_open() -> None:
    outcomes = remit.score("sledai_bands", {}).outcomes
    assert [outcome.complete for outcome in outcomes] == [False] * 3
    assert outcomes[1].value == "severe or moderate or mild"
