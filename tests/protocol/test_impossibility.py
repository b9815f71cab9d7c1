"""A criterion that nobody can meet, or nobody can fail, is named; one that somebody can is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner

from remit.cli import main
from remit.criteria.dates import Duration, Moment, Window, shift_date
from remit.criteria.intervals import EVERY, Intervals
from remit.criteria.readings import Operator
from remit.criteria.window_length import most_days
from remit.facts.codes import NO_VOCABULARY
from remit.facts.dictionary import packaged_dictionary
from remit.protocol import packaged_protocols, protocol_named, read_protocol_text
from remit.protocol.bound import bind_protocol
from remit.protocol.impossibility import impossible_criteria
from remit.testing import study_text

MONTH = "[screening - 28 days, screening]"

# What nobody can meet: the kinds of the slip.
NEVER_MET: Mapping[str, tuple[str, ...]] = {
    "a window that ends before it begins": (
        "any bacterial_infection in [screening, screening - 28 days]",
        "any bacterial_infection in [screening + 1 day, screening]",
        "any bacterial_infection in (screening, screening]",
        "any bacterial_infection in [screening - 1 month, screening - 2 months]",
        "any bacterial_infection in [screening - 1 month, screening - 40 days]",
        "any bacterial_infection in [screening, screening - 1 year]",
        "any bacterial_infection in (screening - 1 day, screening)",
        "any bacterial_infection in [2024-06-01, 2024-05-31]",
        "any bacterial_infection in [screening - 6 months, screening - 6 months - 7 days]",
        "upcr in [screening, screening - 1 week] > 1 g/g",
        "highest upcr in [screening, screening - 1 week] > 1 g/g",
        "highest dose of prednisone in [screening, screening - 1 week] > 10 mg/d",
        "dose of prednisone unchanged in [screening, screening - 1 week]",
        "slope of upcr in [screening, screening - 1 week] per year > 1 g/g",
        "recorded upcr in [screening, screening - 1 week]",
    ),
    "an age that nobody has": (
        "60 years <= age at screening <= 16 years",
        "age at screening >= 18 years and age at screening < 18 years",
        "age at screening > 17 years and age at screening < 18 years",
        "age at screening < 0 years",
        "age at screening >= 150 years",
        "age at screening >= 18 years and age at screening < 100 months",
        "age at screening > 1 year and age at screening < 24 months",
    ),
    "a class less itself": (
        f"any flare except flare in {MONTH}",
        f"any bacterial_infection except infection in {MONTH}",
        f"count of flare except flare in {MONTH} >= 1",
    ),
    "a count that no count is": (
        f"count of flare in {MONTH} < 0",
        f"count of flare in {MONTH} <= -1",
        f"count of flare in {MONTH} > 2 and count of flare in {MONTH} < 3",
        f"count of upcr in {MONTH} >= 4 and count of upcr in {MONTH} <= 3",
    ),
    "beyond what is plausible": (
        "upcr > 100 g/g",
        f"any upcr in {MONTH} > 60 g/g",
        f"every upcr in {MONTH} < 0 g/g",
        f"lowest upcr in {MONTH} < 0 g/g",
        f"highest upcr in {MONTH} > 100 g/g",
        "dose of prednisone at screening < 0 mg/d",
        "upcr < -1 * uln",
        "sledai_2k >= 106",
    ),
    "thresholds of one reading": (
        "upcr > 3 g/g and upcr < 1 g/g",
        "upcr >= 1 g/g and upcr < 1 g/g",
        "1 g/g < upcr <= 1 g/g",
        "upcr > 3 g/g and not upcr > 1 g/g",
        "upcr > 3 g/g and upcr < 100 mg/g",
        f"highest upcr in {MONTH} < 1 g/g and lowest upcr in {MONTH} > 2 g/g",
        f"highest upcr in {MONTH} < 1 g/g and any upcr in {MONTH} > 2 g/g",
        f"highest upcr in {MONTH} < 1 g/g and latest upcr in {MONTH} > 2 g/g",
        f"every upcr in {MONTH} >= 2 g/g and earliest upcr in {MONTH} <= 1 g/g",
        f"latest upcr in {MONTH} > 2 g/g and not any upcr in {MONTH} > 1 g/g",
        "alt > 3 * uln and alt < 2 * uln",
        f"any alt in {MONTH} > 3 * uln and every alt in {MONTH} < 2 * uln",
        "upcr / upcr at baseline > 0.5 and upcr / upcr at baseline < 0.3",
        "upcr - upcr at baseline > 1 g/g and upcr - upcr at baseline < 0.5 g/g",
        "dose of prednisone at screening > 10 mg/d and dose of prednisone at screening <= 5 mg/d",
        "upcr + upcr at baseline > 121 g/g",
        "upcr / upcr at baseline < 0",
    ),
    "what is so and not so": (
        f"any flare in {MONTH} and not any flare in {MONTH}",
        f"any bacterial_infection in {MONTH} and not any infection in {MONTH}",
        "sex is female and sex is male",
        "ln_class is III and not ln_class is one of {III, IV}",
        f"dose of prednisone unchanged in {MONTH} and not dose of prednisone unchanged in {MONTH}",
        f"at least 2 of (any flare in {MONTH}, not any flare in {MONTH})",
        "(upcr > 3 g/g or upcr > 4 g/g) and (upcr < 1 g/g or upcr < 2 g/g)",
        "not (upcr > 3 g/g or upcr <= 3 g/g)",
    ),
    "more than the window has": (
        "any upcr in [screening - 7 days, screening] > 1 g/g confirmed within [14 days, 28 days]",
        "any upcr in [screening - 1 month, screening] > 1 g/g confirmed within [6 weeks, 8 weeks]",
        f"dose of prednisone > 10 mg/d on at least 100 days in {MONTH}",
        f"dose of prednisone > 10 mg/d on at least 30 days in {MONTH}",
        "dose of prednisone > 10 mg/d on at least 2 days at screening",
        "dose of prednisone > 10 mg/d on at least 12 days in "
        "[screening - 1 month, screening - 1 month + 10 days]",
    ),
}
NEVER_FAILS: Mapping[str, tuple[str, ...]] = {
    "every value is so": (
        "upcr >= 0 g/g",
        "upcr < 100 g/g",
        "age at screening >= 0 years",
        "age at screening < 200 years",
        f"count of flare in {MONTH} >= 0",
        f"count of flare in {MONTH} > -1",
        "sex is one of {female, male}",
        "dose of prednisone at screening >= 0 mg/d",
        "upcr / upcr at baseline >= 0",
        f"every upcr in {MONTH} < 100 g/g",
        f"any upcr in {MONTH} >= 0 g/g",
    ),
    "one or the other": (
        "upcr > 3 g/g or upcr <= 3 g/g",
        "upcr > 3 g/g or upcr < 5 g/g",
        f"any flare in {MONTH} or not any flare in {MONTH}",
        "age at screening >= 18 years or age at screening < 18 years",
        "age at screening >= 18 years or age at screening < 216 months",
        f"at least 1 of (any flare in {MONTH}, not any flare in {MONTH})",
    ),
}
# Neighbours of the above that somebody meets and somebody does not.
SOUND = (
    f"any bacterial_infection in {MONTH}",
    "any bacterial_infection in [screening, screening]",
    "any bacterial_infection in [screening - 1 day, screening)",
    "any bacterial_infection in [screening - 1 month, screening - 30 days]",
    "any bacterial_infection in [screening - 31 days, screening - 1 month]",
    "any bacterial_infection in (screening - 6 months, screening - 6 months + 7 days)",
    "any bacterial_infection in (screening - 1 month - 3 days, screening - 30 days - 1 day)",
    "any bacterial_infection in [consent, screening - 28 days]",
    "any bacterial_infection in [.., screening - 28 days]",
    "any bacterial_infection in [2024-06-01, screening]",
    "16 years <= age at screening <= 60 years",
    "age at screening >= 18 years and age at screening <= 18 years",
    "age at screening >= 18 years and age at screening < 228 months",
    "age at screening >= 100 years",
    "age at screening > 60 years or age at screening < 16 years",
    "age at screening >= 60 years and age at consent <= 16 years",
    f"any infection except bacterial_infection in {MONTH}",
    f"any infection in {MONTH} and not any bacterial_infection in {MONTH}",
    f"any bacterial_infection in {MONTH} and not any infection in [screening - 7 days, screening]",
    f"count of flare in {MONTH} = 0",
    f"count of flare in {MONTH} > 2 and count of flare in {MONTH} < 4",
    "upcr > 0 g/g",
    "upcr <= 0 g/g",
    "upcr < 60 g/g",
    "1 g/g <= upcr <= 1 g/g",
    "upcr > 3 g/g and upcr at baseline < 1 g/g",
    "upcr > 3 g/g and earliest upcr < 1 g/g",
    f"any upcr in {MONTH} > 3 g/g and any upcr in {MONTH} < 1 g/g",
    f"highest upcr in {MONTH} > 3 g/g and lowest upcr in {MONTH} < 1 g/g",
    f"highest upcr in {MONTH} > 3 g/g and latest upcr in {MONTH} < 1 g/g",
    f"every upcr in {MONTH} < 3 g/g and not any upcr in {MONTH} > 1 g/g",
    "alt > 3 * uln and alt < 40 U/L",
    "upcr / upcr at baseline <= 0.5 and upcr < 0.5 g/g",
    "upcr - upcr at baseline < 0 g/g",
    "upcr + upcr at baseline > 119 g/g",
    "dose of prednisone at screening > 0 mg/d",
    "sledai_2k >= 6",
    "ln_class is one of {III, IV}",
    f"dose of prednisone > 10 mg/d on at least 29 days in {MONTH}",
    "dose of prednisone > 10 mg/d on at least 11 days in "
    "[screening - 1 month, screening - 1 month + 10 days]",
    f"dose of prednisone > 10 mg/d on at least 20 consecutive days in {MONTH}",
    "any upcr in [screening - 28 days, screening] > 1 g/g confirmed within [14 days, 28 days]",
    f"if sex is female then not any pregnancy in {MONTH}",
    f"at least 2 of (any flare in {MONTH}, upcr > 1 g/g, not any flare in {MONTH})",
    "first known of (upcr > 3 g/g, upcr < 1 g/g)",
    "sex is female",
)


def slips(expression: str, kind: str = "inclusion") -> list[str]:
    text = study_text({"C1": expression}, kind="exclusion" if kind == "exclusion" else "inclusion")
    bound = bind_protocol(read_protocol_text(text, source="study"), NO_VOCABULARY)
    return [found.what for found in impossible_criteria(bound)]


@pytest.mark.parametrize("kind", ["inclusion", "exclusion"])
@pytest.mark.parametrize("expression", [text for texts in NEVER_MET.values() for text in texts])
def test_what_nobody_meets_is_named(expression: str, kind: str) -> None:
    found = slips(expression, kind)
    assert found
    assert all("never" in what for what in found)


@pytest.mark.parametrize("expression", [text for texts in NEVER_FAILS.values() for text in texts])
def test_what_nobody_fails_is_named(expression: str) -> None:
    assert any("can never fail" in what for what in slips(expression))


@pytest.mark.parametrize("expression", SOUND)
def test_what_some_meet_is_not_named(expression: str) -> None:
    assert slips(expression) == []
    assert slips(f"not ({expression})") == []


def test_a_part_of_an_alternative_is_named_too() -> None:
    (what,) = slips("upcr > 100 g/g or any flare in [screening - 28 days, screening]")
    assert what == "can never be met: the plausible values are 0 to 60 g/g"


def test_a_concept_without_codes_is_named() -> None:
    """Of the dictionary's own concepts, less every code."""
    dictionary = packaged_dictionary()
    bare = replace(dictionary.concept("flare"), codes=())
    emptied = replace(dictionary, concepts={**dictionary.concepts, "flare": bare})
    study = read_protocol_text(study_text({"C1": f"any flare in {MONTH}"}), source="study")
    bound = bind_protocol(study, NO_VOCABULARY, dictionary=emptied)
    (found,) = impossible_criteria(bound)
    assert "no code is left" in found.what


def pair(first: str, second: str, *, cohorts: tuple[str, str] | None = None) -> list[str]:
    text = study_text({"C1": first, "C2": second})
    if cohorts is not None:
        groups = "".join(
            f'[[cohorts]]\nid = "{name}"\nlabel = "{name}"\ntext = "None."\n'
            for name in sorted(set(cohorts))
        )
        head, *criteria = text.split("[[criteria]]\n")
        named = (
            f'[[criteria]]\ncohorts = ["{c}"]\n{t}' for c, t in zip(cohorts, criteria, strict=True)
        )
        text = head + groups + "".join(named)
    bound = bind_protocol(read_protocol_text(text, source="study"), NO_VOCABULARY)
    return [" ".join(found.criteria) for found in impossible_criteria(bound)]


def test_two_criteria_that_nobody_passes_are_named() -> None:
    old, young = "age at screening >= 60 years", "age at screening <= 16 years"
    assert pair(old, young) == ["C1 C2"]
    assert pair(old, young, cohorts=("A", "A")) == ["C1 C2"]
    assert pair(old, young, cohorts=("A", "B")) == []
    assert pair(old, "age at screening <= 75 years") == []
    assert (
        pair("upcr > 3 g/g", "upcr < 1 g/g or any flare in [screening - 28 days, screening]") == []
    )


@pytest.mark.parametrize("study", packaged_protocols())
def test_the_packaged_studies_have_no_such_slip(study: str) -> None:
    assert impossible_criteria(bind_protocol(protocol_named(study), NO_VOCABULARY)) == ()


def test_the_command_names_the_criterion_and_its_line(tmp_path: Path) -> None:
    file = tmp_path / "study.toml"
    file.write_text(study_text({"OLD": "60 years <= age at screening <= 16 years"}), "utf-8")
    ran = CliRunner().invoke(main, ["protocol", "check", str(file)])
    assert ran.exit_code == 4
    line = 1 + file.read_text("utf-8").splitlines().index(
        'expression = "60 years <= age at screening <= 16 years"'
    )
    assert f"study.toml:{line}: criteria that can never be met" in ran.output
    assert "OLD: 60 years <= age at screening <= 16 years: can never be met" in ran.output


@pytest.mark.parametrize("words", ["at least 0 of", "at least 3 of"])
def test_more_or_less_than_there_are_is_refused(tmp_path: Path, words: str) -> None:
    file = tmp_path / "study.toml"
    file.write_text(study_text({"C1": f"{words} (upcr > 1 g/g, upcr > 2 g/g)"}), "utf-8")
    ran = CliRunner().invoke(main, ["protocol", "check", str(file)])
    assert ran.exit_code == 4
    assert "a number from 1 to 2" in ran.output


# ---- what it stands on, held against plain counting ----------------------------------------------

NUMBERS = [Fraction(n, 2) for n in range(-6, 7)]
SIGNS: tuple[Operator, ...] = ("<", "<=", "=", ">=", ">")


def holds(number: Fraction, sign: Operator, limit: Fraction) -> bool:
    return {
        "<": number < limit,
        "<=": number <= limit,
        "=": number == limit,
        ">=": number >= limit,
        ">": number > limit,
    }[sign]


def test_intervals_are_the_numbers_that_hold() -> None:
    tests = [
        (sign, limit) for sign in SIGNS for limit in (Fraction(0), Fraction(1, 2), Fraction(2))
    ]
    for (one, first), (two, second) in product(tests, tests):
        both = Intervals.of(one, first) & Intervals.of(two, second).others()
        for number in NUMBERS:
            here = bool(both & Intervals.of("=", number))
            assert here == (holds(number, one, first) and not holds(number, two, second))
        whole = [n for n in NUMBERS if n.denominator == 1 and both & Intervals.of("=", n)]
        kept = both.whole()
        assert [n for n in NUMBERS if n.denominator == 1 and kept & Intervals.of("=", n)] == whole
        assert bool(kept) == bool(whole)
    assert EVERY.others() == Intervals(())


def test_a_window_has_no_more_days_than_any_day_gives_it() -> None:
    """Counted from every day of four years, which hold each length of a month and a leap year."""
    lengths = [None, *(Duration(n, p) for p in ("day", "week", "month") for n in (1, 2, 30))]
    lengths.append(Duration(1, "year"))
    starts = [date(2023, 1, 1) + timedelta(days=n) for n in range(0, 1461, 3)]
    for first, last in product(lengths, lengths):
        for signs, days in product(((1, 1), (-1, 1), (-1, -1)), ((0, 0), (-3, 5), (4, 0))):
            start = Moment("screening", first, -1 if signs[0] < 0 else 1, days[0] if first else 0)
            end = Moment("screening", last, -1 if signs[1] < 0 else 1, days[1] if last else 0)
            most = most_days(Window(start, end))
            assert most is not None
            counted = max((_day(day, end) - _day(day, start)).days + 1 for day in starts)
            assert most >= max(0, counted)
            assert most <= max(0, counted) + 400
            if most == 0:
                assert counted <= 0


def _day(anchor: date, moment: Moment) -> date:
    if moment.offset is None:
        return anchor
    return shift_date(anchor, moment.offset, sign=moment.sign) + timedelta(days=moment.days)
