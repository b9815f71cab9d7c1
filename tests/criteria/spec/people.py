# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Age and sex."""

from __future__ import annotations

from criteria.spec.writing import anchor, born, construct, row, sex, table

CONSTRUCTS = (
    construct(
        "Age at a named date",
        "age at ANCHOR >= 18 years",
        "Completed years or months on that date. Where the birth date is not exact, the answer is given only if every possible birth date gives it.",
        table(
            "age at consent >= 18 years",
            row("met", "the 18th birthday is the consent day", born(2006, 3, 1)),
            row("not_met", "the birthday is one day later", born(2006, 3, 2)),
            row(
                "not_met",
                "born on a leap day: 28 February of a common year is the day before",
                born(2004, 2, 29),
                anchor("consent", "2022-02-28"),
            ),
            row(
                "met",
                "born on a leap day: 1 March of a common year completes the year",
                born(2004, 2, 29),
                anchor("consent", "2022-03-01"),
            ),
            row(
                "met",
                "born on a leap day, in a leap year",
                born(2004, 2, 29),
                anchor("consent", "2024-02-29"),
            ),
            row("met", "the day is unknown, the month is long past", born(2006, 2)),
            row(
                "unknown: imprecise_birth_date",
                "the day is unknown and it is the birth month",
                born(2006, 3),
            ),
            row("not_met", "the day is unknown, the month still to come", born(2006, 4)),
            row(
                "met",
                "consent on the last day of the birth month",
                born(2006, 3),
                anchor("consent", "03-31"),
            ),
            row("unknown: imprecise_birth_date", "only the year, in the 18th year", born(2006)),
            row("met", "only the year, a year earlier", born(2005)),
            row("not_met", "only the year, a year later", born(2007)),
            row(
                "unknown: imprecise_birth_date",
                "a day without a month is no date",
                born(2006, None, 1),
            ),
            row("unknown: no_anchor", "no consent date", born(2000, 1, 1), anchor("consent", None)),
        ),
        table(
            "16 years <= age at consent <= 60 years",
            row("met", "exactly 16", born(2008, 3, 1)),
            row("not_met", "16 tomorrow", born(2008, 3, 2)),
            row("met", "the day before the 61st birthday is still 60", born(1963, 3, 2)),
            row("not_met", "61 today", born(1963, 3, 1)),
        ),
        table(
            "age at consent > 18 years and age at consent <= 65 years",
            row("not_met", "18 is not above 18, until the 19th birthday", born(2005, 3, 2)),
            row("met", "the 19th birthday", born(2005, 3, 1)),
            row("met", "65, the last day", born(1958, 3, 2)),
            row("not_met", "66 today", born(1958, 3, 1)),
        ),
        table(
            "age at consent < 18.5 years",
            row("met", "completed years: 18 years and 11 months is 18", born(2005, 4, 1)),
            row("not_met", "19", born(2005, 3, 1)),
        ),
        table(
            "age at consent >= 6 months",
            row("met", "six months today", born(2023, 9, 1)),
            row("not_met", "six months tomorrow", born(2023, 9, 2)),
            row("met", "born on 31 August: six months by 1 March", born(2023, 8, 31)),
            row(
                "not_met",
                "and not yet on 29 February, which has no 31st",
                born(2023, 8, 31),
                anchor("consent", "02-29"),
            ),
        ),
        table(
            "age at consent >= 0 years",
            row("not_met", "born after the date, an error in the data", born(2024, 6, 1)),
            row("met", "born on the date", born(2024, 3, 1)),
            row("unknown: imprecise_birth_date", "born in that year", born(2024)),
        ),
        table(
            "age at consent = 18 years",
            row("met", "18 and a day", born(2006, 2, 28)),
            row("not_met", "17", born(2006, 3, 2)),
            row("not_met", "19", born(2005, 3, 1)),
            row("unknown: imprecise_birth_date", "18 or 19", born(2005)),
        ),
        table(
            "age at consent = 18.5 years",
            row("not_met", "18 and a half: an age is whole", born(2005, 9, 1)),
            row("not_met", "18 or 19, neither is 18.5", born(2005)),
        ),
        table(
            "18 years <= age at baseline",
            row("met", "turned round, at another date", born(2006, 4, 14)),
            row("not_met", "a day younger", born(2006, 4, 15)),
        ),
        numbers=(1, 2),
    ),
    construct(
        "Sex",
        "sex is female",
        "From the person table. Anything but female and male there is no value.",
        table(
            "sex is female",
            row("met", "female", sex("female")),
            row("not_met", "male", sex("male")),
            row("unknown: no_value", "not recorded", sex("not recorded")),
        ),
        table(
            "sex is one of {female, male}",
            row("met", "either", sex("male")),
            row("unknown: no_value", "not recorded", sex("not recorded")),
        ),
        numbers=(18,),
    ),
)
