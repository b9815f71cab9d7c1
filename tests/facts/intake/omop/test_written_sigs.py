"""What sigs say. Forms: public ones (coderxio/parserx, csv/input.csv), in our own words."""

from __future__ import annotations

from fractions import Fraction

import pytest

from remit.facts.intake.omop.written_sigs import written_sig

MG = 8576
# Pieces a day, as a pharmacist reads them.
DAILY = {
    "take one capsule daily": "1",
    "take 1 tablet by mouth 2 times a day": "2",
    "1 tabs orally once a day": "1",
    "1 tablet three times a day by mouth": "3",
    "2 tablets twice a day": "4",
    "1 tab q8h": "3",
    "take 1 tab po q 12 hrs": "2",
    "1 tablet every six hours": "4",
    "1/2 tab po bid": "1",
    "take 1 1/2 tabs po qd": "3/2",
    "Take 1.5 tablets p.o. b.i.d.": "3",
    "½ tablet by mouth every morning and evening": "1",
    "take 1 tablet oral qam every morning": "1",
    "1 capsule by mouth before breakfast daily": "1",
    "Take 1 tablet by mouth 2 (two) times daily with food.": "2",
    "2 tablets in the morning and 1 tablet at bedtime": "3",
    "take 1 tablet by mouth in the morning and at bedtime": "2",
    "take 1 tablet oral bid twice a day": "2",
    "1 tab 2x/day": "2",
}
# Each is one that nobody can read as a dose a day or a week without a doubt.
NOTHING = (
    "",
    "use as directed",
    "take 1 tablet by mouth",
    "take 1 tablet by mouth as directed",
    "take 1 tablet by mouth daily as needed",
    "1 tab po daily prn anxiety",
    "1-2 tabs po bid",
    "take 1 to 2 tablets daily",
    "take 1/2 to 1 tablet daily",
    "take 2 tablets by mouth daily for 1 day then 1 tablet daily for 4 days",
    "take 40 mg x 2 days 30 mg x 2 days 20 mg x 2 days",
    "take 1 tablet daily, 2 tablets daily",
    "6 day taper dispense 21 tabs",
    "take 1 tablet every other day",
    "take 1 tablet 5 days a week",
    "take 4 tablets 1 day per week",
    "take 1 tablet x 2 days weekly",
    "take 1 tablet for 5 days each week",
    "1 tab qod",
    "1 tab od",
    "1 tab biw",
    "take 1 tablet every 5 hours",
    "take 1 tablet every 0 hours",
    "take 1 tablet every 72 hours",
    "take 1 tablet every 4-6 hours",
    "take 1 tablet every 12 hours daily",
    "take 1 tablet twice daily in the evening",
    "take 1 tablet in the evening at bedtime",
    "take 1 tablet in the morning and 2 tablets in the morning",
    "take 2 (three) tablets daily",
    "take 0 tablets daily",
    "1 po qd",
    "take 5 ml by mouth daily",
    "2 puffs twice a day",
    "take 2 tablets (10 mg) daily",
    "take 1 tablet and 5 mg daily",
    "take 1 tablet twice daily max 2 tabs a day",
    "take 1 tablet daily except on sundays",
    "do not take 1 tablet daily",
    "take 1 tablet daily 21 days on 7 days off",
    "take 1 tablet by mouth 3 times",
    "take 1 tablet daily\x00",
    "take 1 tablet daily " * 40,
    "take " + "9" * 200 + " tablets daily",
    "take 1e400 tablets daily",
    "take ٣ tablets daily",
)


@pytest.mark.parametrize(("text", "pieces"), DAILY.items())
def test_a_plain_sig_says_how_much_a_day(text: str, pieces: str) -> None:
    for written in (text, text.upper(), f"  {text}. "):
        sig = written_sig(written)
        assert sig is not None, written
        assert (sig.pieces, sig.days) == (Fraction(pieces), 1)


@pytest.mark.parametrize("text", NOTHING)
def test_a_sig_that_leaves_a_doubt_says_nothing(text: str) -> None:
    assert written_sig(text) is None


def test_a_mass_is_read_beside_the_pieces_or_alone() -> None:
    both = written_sig("Take 2 tablets (10 mg total) by mouth 2 (two) times daily.")
    assert both is not None
    assert (both.pieces, both.mass, both.unit) == (Fraction(4), Fraction(20 * 10**6), MG)
    alone = written_sig("10 mg in the morning and 5 mg in the evening")
    assert alone is not None
    assert (alone.pieces, alone.mass, alone.unit) == (None, Fraction(15 * 10**6), MG)
    each = written_sig("take one 2.5 mg tab daily")
    assert each is not None
    assert (each.pieces, each.each) == (Fraction(1), Fraction(2_500_000))


def test_a_week_and_a_length_are_told() -> None:
    weekly = written_sig("take 8 tablets (20 mg total) by mouth once a week")
    assert weekly is not None
    assert (weekly.pieces, weekly.days, weekly.length) == (Fraction(8), 7, None)
    for text in ("1 tab po bid for 10 days", "1 tablet orally twice a day 10 days"):
        sig = written_sig(text)
        assert sig is not None
        assert (sig.pieces, sig.length) == (Fraction(2), 10)
