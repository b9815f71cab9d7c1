# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""All records of a window: any, every, highest, lowest, count, and confirmed pairs."""

from __future__ import annotations

from typing import Any

from criteria.spec.writing import (
    Fact,
    anchor,
    condition,
    construct,
    lab,
    never_observed,
    observed,
    row,
    table,
)

ANY = "any platelets in [screening - 14 days, screening] < 50 10*9/L"
EVERY = "every platelets in [screening - 14 days, screening] >= 100 10*9/L"
PAIR = "any urine_protein_24h in [screening - 28 days, screening] > 1 g/d confirmed within [1 day, 14 days]"


def plt(number: str | None, on: str, unit: str | None = "10*9/L", **more: Any) -> Fact:
    return lab("platelets", number, unit, on, **more)


def protein(number: str | None, on: str, unit: str | None = "g/d", **more: Any) -> Fact:
    return lab("urine_protein_24h", number, unit, on, **more)


CONSTRUCTS = (
    construct(
        "Some record",
        "any NAME in WINDOW < VALUE",
        "Met when some record in the window passes. Not met only when there are records, all fail, none is unusable and the window is covered.",
        table(
            ANY,
            row("met", "below by the last decimal", plt("49.999999", "03-20")),
            row("not_met", "exactly at the threshold", plt("50", "03-20")),
            row(
                "met",
                "an older record passes, the latest does not",
                plt("49", "03-17"),
                plt("200", "03-31"),
            ),
            row("unknown: no_data", "no record"),
            row(
                "unknown: no_data", "none inside the window", plt("49", "03-16"), plt("49", "04-01")
            ),
            row(
                "met",
                "a passing record decides beside an unusable one",
                plt("49", "03-20"),
                plt("10", "03-25", None),
            ),
            row(
                "unknown: unit_missing",
                "an unusable record leaves it open",
                plt("200", "03-20"),
                plt("10", "03-25", None),
            ),
            row(
                "unknown: no_value",
                "of several reasons the first of the list",
                plt("10", "03-20", None),
                plt(None, "03-25"),
                plt("9999", "03-26"),
            ),
            row(
                "unknown: unit_missing",
                "unit before plausibility",
                plt("9999", "03-20"),
                plt("10", "03-25", None),
            ),
            row("unknown: censored", "<60 may be below 50", plt("60", "03-20", sign="<")),
            row("met", "<50 is below 50", plt("50", "03-20", sign="<")),
            row(
                "unknown: not_covered",
                "all above, not observed: there may be another",
                never_observed(),
                plt("200", "03-20"),
            ),
            row("met", "a passing record needs no coverage", never_observed(), plt("49", "03-20")),
            row(
                "unknown: unit_missing",
                "a reason of a record goes before coverage",
                never_observed(),
                plt("49", "03-20", None),
            ),
            row(
                "unknown: no_anchor",
                "no screening date",
                anchor("screening", None),
                plt("49", "03-20"),
            ),
            row("met", "the same day twice", plt("200", "03-20", key=2), plt("49", "03-20", key=1)),
        ),
    ),
    construct(
        "Every record",
        "every NAME in WINDOW >= VALUE",
        "Not met when some record fails. Met when there are records, none fails or is unusable, and the window is covered.",
        table(
            EVERY,
            row("met", "all at or above", plt("100", "03-20"), plt("300", "03-31")),
            row(
                "not_met",
                "one below by the last decimal",
                plt("99.999999", "03-20"),
                plt("300", "03-31"),
            ),
            row(
                "not_met",
                "a failing record decides beside an unusable one",
                plt("99", "03-20"),
                plt("300", "03-31", None),
            ),
            row(
                "unknown: unit_missing",
                "an unusable record",
                plt("100", "03-20"),
                plt("300", "03-31", None),
            ),
            row("unknown: no_data", "nothing to judge"),
            row(
                "unknown: not_covered",
                "a record may be missing",
                observed("03-18", "03-31"),
                plt("100", "03-20"),
            ),
            row("not_met", "failing needs no coverage", never_observed(), plt("99", "03-20")),
        ),
    ),
    construct(
        "Highest and lowest",
        "highest NAME in WINDOW >= VALUE",
        "`highest X >= t` asks for any record at or above; `highest X < t` for every record below. `lowest` mirrors it.",
        table(
            "highest platelets in [screening - 14 days, screening] >= 100 10*9/L",
            row("met", "some record reaches it", plt("100", "03-20"), plt("10", "03-31")),
            row("not_met", "none does", plt("99.999999", "03-20"), plt("10", "03-31")),
            row("unknown: censored", ">90 may reach it", plt("90", "03-20", sign=">")),
        ),
        table(
            "highest platelets in [screening - 14 days, screening] < 100 10*9/L",
            row("met", "all below", plt("99.999999", "03-20"), plt("10", "03-31")),
            row("not_met", "one reaches it", plt("100", "03-20"), plt("10", "03-31")),
            row(
                "unknown: unit_missing",
                "one is unusable",
                plt("99", "03-20"),
                plt("10", "03-31", None),
            ),
        ),
        table(
            "lowest platelets in [screening - 14 days, screening] < 50 10*9/L",
            row("met", "some record is below", plt("49", "03-20"), plt("100", "03-31")),
            row("not_met", "none", plt("50", "03-20"), plt("100", "03-31")),
        ),
        table(
            "lowest platelets in [screening - 14 days, screening] >= 50 10*9/L",
            row("met", "all at or above", plt("50", "03-20"), plt("100", "03-31")),
            row("not_met", "one below", plt("49.999999", "03-20"), plt("100", "03-31")),
            row("unknown: no_data", "none"),
        ),
        table(
            "50 10*9/L <= lowest platelets in [screening - 14 days, screening]",
            row("met", "turned round: all at or above", plt("50", "03-20")),
            row("not_met", "turned round: one below", plt("49", "03-20"), plt("50", "03-21")),
        ),
        table(
            "highest alt in [screening - 14 days, screening] <= 1.5 * uln",
            row(
                "met",
                "all within 1.5 times their limit",
                lab("alt", "60", "U/L", "03-20", high="40"),
            ),
            row("not_met", "one above its own limit", lab("alt", "60", "U/L", "03-20", high="39")),
        ),
    ),
    construct(
        "Confirmed pairs",
        "any NAME in WINDOW > VALUE confirmed within [1 day, 14 days]",
        "Two records of the window both pass and lie that far apart, both ends counted. One that passes with no other record in the gap is unknown: unconfirmed.",
        table(
            PAIR,
            row("met", "exactly 1 day apart", protein("1.1", "03-20"), protein("1.2", "03-21")),
            row("met", "exactly 14 days apart", protein("1.1", "03-10"), protein("1.2", "03-24")),
            row(
                "unknown: unconfirmed",
                "15 days apart",
                protein("1.1", "03-10"),
                protein("1.2", "03-25"),
            ),
            row(
                "unknown: unconfirmed",
                "the same day is no confirmation",
                protein("1.1", "03-20"),
                protein("1.2", "03-20"),
            ),
            row("unknown: unconfirmed", "one record only", protein("1.1", "03-20")),
            row(
                "not_met",
                "the second lies in the gap and is exactly at the threshold",
                protein("1.1", "03-20"),
                protein("1", "03-25"),
            ),
            row(
                "unknown: unconfirmed",
                "the second fails 15 days later: nothing lies in the gap",
                protein("1.1", "03-10"),
                protein("0.5", "03-25"),
            ),
            row(
                "not_met",
                "two that pass 20 days apart, one that fails between, near both",
                protein("1.1", "03-05"),
                protein("0.5", "03-15"),
                protein("1.2", "03-25"),
            ),
            row(
                "unknown: unconfirmed",
                "two that pass 20 days apart, one that fails near the first only",
                protein("1.1", "03-05"),
                protein("0.5", "03-06"),
                protein("1.2", "03-25"),
            ),
            row(
                "met",
                "a pair need not be neighbours",
                protein("1.1", "03-10"),
                protein("0.5", "03-12"),
                protein("1.2", "03-14"),
            ),
            row(
                "unknown: unit_missing",
                "the second has no unit",
                protein("1.1", "03-20"),
                protein("1.2", "03-25", None),
            ),
            row(
                "unknown: unit_missing",
                "an unusable record goes before unconfirmed, wherever it lies",
                protein("1.1", "03-04"),
                protein("1.2", "03-31", None),
            ),
            row(
                "met",
                "a pair decides beside an unusable record",
                protein("1.1", "03-20"),
                protein("1.2", "03-25"),
                protein("9", "03-26", None),
            ),
            row(
                "unknown: unconfirmed",
                "a record outside the window does not confirm",
                protein("1.1", "03-03"),
                protein("1.2", "03-02"),
            ),
            row("not_met", "records, none above", protein("1", "03-20"), protein("0.5", "03-22")),
            row("unknown: no_data", "no record"),
            row(
                "unknown: not_covered",
                "none above and not observed",
                never_observed(),
                protein("0.5", "03-20"),
            ),
            row(
                "unknown: not_covered",
                "not confirmed in the gap, and not observed",
                never_observed(),
                protein("1.1", "03-20"),
                protein("0.5", "03-25"),
            ),
            row(
                "met",
                "a pair needs no coverage",
                never_observed(),
                protein("1.1", "03-20"),
                protein("1.2", "03-25"),
            ),
            row(
                "unknown: censored",
                ">0.9 may be above 1",
                protein("1.1", "03-20"),
                protein("0.9", "03-25", sign=">"),
            ),
            row("met", ">1 is above 1", protein("1.1", "03-20"), protein("1", "03-25", sign=">")),
            row(
                "unknown: no_anchor",
                "no screening date",
                anchor("screening", None),
                protein("1.1", "03-20"),
                protein("1.2", "03-25"),
            ),
        ),
        table(
            "any upcr in [screening - 8 weeks, screening] > 1 g/g confirmed within [2 weeks, 4 weeks]",
            row(
                "met",
                "two weeks are 14 days",
                lab("upcr", "2", "g/g", "03-01"),
                lab("upcr", "2", "g/g", "03-15"),
            ),
            row(
                "unknown: unconfirmed",
                "13 days",
                lab("upcr", "2", "g/g", "03-02"),
                lab("upcr", "2", "g/g", "03-15"),
            ),
            row(
                "met",
                "four weeks are 28 days",
                lab("upcr", "2", "g/g", "03-01"),
                lab("upcr", "2", "g/g", "03-29"),
            ),
            row(
                "unknown: unconfirmed",
                "29 days",
                lab("upcr", "2", "g/g", "03-01"),
                lab("upcr", "2", "g/g", "03-30"),
            ),
        ),
        numbers=(5,),
    ),
    construct(
        "The slope over a window",
        "slope of NAME in WINDOW per year < VALUE",
        "The least-squares slope of all records in the window, in the quantity's unit a year of 365.25 days. It needs records of two days; every one must be an exact number.",
        table(
            "slope of platelets in [screening - 5 years, screening] per year <= -10 10*9/L",
            row(
                "met",
                "40 lost in 1461 days, which are four years: exactly 10 a year",
                plt("140", "2020-03-31"),
                plt("100", "2024-03-31"),
            ),
            row(
                "not_met",
                "less by the last decimal",
                plt("140", "2020-03-31"),
                plt("100.000001", "2024-03-31"),
            ),
            row(
                "met",
                "in another unit",
                plt("140", "2020-03-31"),
                plt("100000", "2024-03-31", "/uL"),
            ),
            row("not_met", "it rose", plt("100", "2020-03-31"), plt("140", "2024-03-31")),
            row("unknown: no_data", "no record"),
            row("unknown: no_data", "one record has no slope", plt("100", "2024-03-31")),
            row(
                "unknown: no_data",
                "nor have two of one day",
                plt("140", "2024-03-31", time="08:00"),
                plt("100", "2024-03-31", time="09:00"),
            ),
            row(
                "unknown: no_data",
                "the first lies before the window",
                plt("140", "2019-03-30"),
                plt("100", "2024-03-31"),
            ),
            row(
                "unknown: unit_missing",
                "one record without a unit",
                plt("140", "2020-03-31"),
                plt("120", "2022-03-31", None),
                plt("100", "2024-03-31"),
            ),
            row(
                "unknown: unit_unknown",
                "one in a unit that does not convert",
                plt("140", "2020-03-31"),
                plt("100", "2024-03-31", "kg"),
            ),
            row(
                "unknown: censored",
                "a bound is no exact number",
                plt("140", "2020-03-31"),
                plt("100", "2024-03-31", sign="<"),
            ),
            row(
                "unknown: no_value",
                "the first reason of two, and that of a record before too few days",
                plt(None, "2024-03-31"),
                plt("100", "2024-03-31", sign="<"),
            ),
            row(
                "unknown: implausible",
                "outside the plausible range",
                plt("7000", "2020-03-31"),
                plt("100", "2024-03-31"),
            ),
            row(
                "unknown: no_anchor",
                "the screening date is missing",
                anchor("screening", None),
                plt("140", "2020-03-31"),
                plt("100", "2024-03-31"),
            ),
            row(
                "met",
                "coverage is not asked for",
                never_observed(),
                plt("140", "2020-03-31"),
                plt("100", "2024-03-31"),
            ),
        ),
        table(
            "slope of platelets in [screening - 5 years, screening] per year < -10 10*9/L",
            row(
                "not_met",
                "exactly 10 a year",
                plt("140", "2020-03-31"),
                plt("100", "2024-03-31"),
            ),
            row(
                "met",
                "more by the last decimal",
                plt("140", "2020-03-31"),
                plt("99.999999", "2024-03-31"),
            ),
            row(
                "not_met",
                "a record in the middle that lies on the line bends nothing",
                plt("140", "2020-03-31"),
                plt("120", "2022-03-31"),
                plt("120", "2022-04-01"),
                plt("100", "2024-03-31"),
            ),
            row(
                "met",
                "the same value twice counts twice",
                plt("140", "2020-03-31"),
                plt("98", "2024-03-31"),
                plt("98", "2024-03-31"),
                plt("103", "2024-03-31"),
            ),
            row(
                "not_met",
                "and once counts once",
                plt("140", "2020-03-31"),
                plt("98", "2024-03-31"),
                plt("103", "2024-03-31"),
            ),
        ),
        table(
            "slope of sledai_2k in [consent, screening] per year > 0",
            row(
                "met",
                "a score has no unit",
                lab("sledai_2k", "6", None, "03-01"),
                lab("sledai_2k", "7", None, "03-31"),
            ),
            row(
                "not_met",
                "no change",
                lab("sledai_2k", "6", None, "03-01"),
                lab("sledai_2k", "6", None, "03-31"),
            ),
        ),
    ),
    construct(
        "Counts",
        "count of NAME in WINDOW >= 2",
        "The number of records: point records in the window, or those with a start and an end that share a day with it. Without coverage there may be more.",
        table(
            "count of flare in [screening - 1 year, screening] >= 2",
            row(
                "met",
                "two",
                condition("flare", "2023-06-01", "2023-06-20"),
                condition("flare", "03-01", "03-20"),
            ),
            row("not_met", "one", condition("flare", "03-01", "03-20")),
            row("not_met", "none"),
            row(
                "met",
                "the same days twice are two records",
                condition("flare", "03-01", "03-20"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "met",
                "one that began before the window and ends on its first day",
                condition("flare", "2023-01-01", "2023-03-31"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "not_met",
                "one that ended the day before it",
                condition("flare", "2023-01-01", "2023-03-30"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "unknown: no_end_date",
                "one that began before it, end unknown",
                condition("flare", "2023-01-01"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "met",
                "one inside it, end unknown, counts",
                condition("flare", "2023-05-01"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "unknown: not_covered",
                "one, not observed: there may be more",
                never_observed(),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "met",
                "two, not observed",
                never_observed(),
                condition("flare", "2023-05-01", "2023-05-02"),
                condition("flare", "03-01", "03-20"),
            ),
            row("unknown: no_anchor", "no screening date", anchor("screening", None)),
        ),
        table(
            "count of flare in [screening - 1 year, screening] <= 1",
            row("met", "one", condition("flare", "03-01", "03-20")),
            row("met", "none"),
            row(
                "not_met",
                "two",
                condition("flare", "2023-06-01", "2023-06-20"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "not_met",
                "two, not observed",
                never_observed(),
                condition("flare", "2023-06-01", "2023-06-20"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "unknown: not_covered",
                "one, not observed",
                never_observed(),
                condition("flare", "03-01", "03-20"),
            ),
        ),
        table(
            "count of flare in [screening - 1 year, screening] = 1",
            row("met", "one", condition("flare", "03-01", "03-20")),
            row("not_met", "none"),
            row(
                "not_met",
                "two, not observed",
                never_observed(),
                condition("flare", "2023-06-01", "2023-06-20"),
                condition("flare", "03-01", "03-20"),
            ),
            row(
                "unknown: no_end_date",
                "one, and one that may have ended before",
                condition("flare", "2023-01-01"),
                condition("flare", "03-01", "03-20"),
            ),
        ),
        table(
            "count of upcr in [screening - 28 days, screening] >= 2",
            row(
                "met",
                "measurements count, usable or not",
                lab("upcr", "2", None, "03-10"),
                lab("upcr", None, None, "03-20"),
            ),
            row("not_met", "one", lab("upcr", "2", "g/g", "03-10")),
        ),
        table(
            "count of malignancy except basal_cell_carcinoma in [.., screening] >= 1",
            row(
                "not_met",
                "an excepted one does not count",
                condition("basal_cell_carcinoma", "2022-01-01"),
            ),
            row("met", "another does", condition("solid_malignancy", "2022-01-01")),
        ),
        numbers=(5,),
    ),
)
