# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Days that are not exactly known: what is answered all the same, and what is not."""

from __future__ import annotations

from criteria.spec.writing import (
    between,
    born_between,
    coded,
    condition,
    construct,
    drug,
    era,
    lab,
    never_observed,
    procedure,
    row,
    strange,
    table,
)

LATEST = "latest upcr in [screening - 28 days, screening] > 1 g/g"
SAME = "count of flare in [screening - 28 days, screening]"

CONSTRUCTS = (
    construct(
        "An event on an unknown day",
        '"2013" in the source is a day from 2013-01-01 to 2013-12-31',
        "A record whose day is not exactly known is surely in a window where each possible day of it is, possibly where some is. An answer that hangs on which day it was is unknown. Here the window is 2024-03-03 to 2024-03-31.",
        table(
            "any flare in [screening - 28 days, screening]",
            row(
                "met",
                "every possible day is inside",
                between(condition("flare", "03-10", "03-20"), "03-03/03-20"),
            ),
            row(
                "met",
                "it began before the window or in it, and ended in it",
                between(condition("flare", "03-10", "03-20"), "2023-01-01/03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "it may have begun after the window",
                between(condition("flare", "03-10", "05-20"), "03-31/04-01"),
            ),
            row(
                "not_met",
                "it began after the window, whichever day it was",
                between(condition("flare", "03-10", "05-20"), "04-01/04-30"),
            ),
            row(
                "unknown: imprecise_date",
                "its end may lie before the window",
                between(condition("flare", "02-01", "03-20"), end="03-02/03-20"),
            ),
            row(
                "met",
                "its end lies in the window or after it",
                between(condition("flare", "02-01", "03-20"), end="03-03/05-20"),
            ),
            row(
                "met",
                "another record decides",
                between(condition("flare", "03-10", "05-20"), "03-31/04-01"),
                condition("flare", "03-10", "03-11"),
            ),
            row(
                "unknown: imprecise_date",
                "an episode without an end on some day of a year",
                between(condition("flare", "2024-01-01"), "2023-01-01/2023-12-31"),
            ),
            row(
                "unknown: imprecise_date",
                "known records of the window are not covered",
                between(condition("flare", "03-10", "05-20"), "03-31/04-01"),
                never_observed(),
            ),
        ),
        table(
            "any renal_biopsy in [screening - 28 days, screening]",
            row(
                "met",
                "in March, before the 20th",
                between(procedure("renal_biopsy", "03-10"), "03-03/03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "in the first quarter",
                between(procedure("renal_biopsy", "03-10"), "01-01/03-31"),
            ),
            row(
                "not_met",
                "in January or February",
                between(procedure("renal_biopsy", "02-10"), "01-01/02-29"),
            ),
        ),
        table(
            "any infection in [screening - 28 days, screening] overlapping antibacterial",
            row(
                "met",
                "the drug spans all days of the infection",
                between(condition("infection", "03-10", "03-12"), "03-10/03-12"),
                drug("antibacterial", "03-09", "03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "the infection may have ended before the drug",
                between(condition("infection", "03-10", "03-12"), end="03-10/03-12"),
                drug("antibacterial", "03-12", "03-20"),
            ),
            row(
                "not_met",
                "the drug was taken after all days of the infection",
                between(condition("infection", "03-10", "03-12"), end="03-10/03-12"),
                drug("antibacterial", "03-13", "03-20"),
            ),
        ),
    ),
    construct(
        "The number of records, some on unknown days",
        "count of NAME in WINDOW",
        "Records surely in the window are the least number, those possibly in it the greatest. Unknown where both do not answer alike.",
        table(
            f"{SAME} >= 1",
            row(
                "met", "one for sure", between(condition("flare", "03-10", "03-20"), "03-10/03-20")
            ),
            row(
                "unknown: imprecise_date",
                "one perhaps",
                between(condition("flare", "03-10", "04-20"), "03-10/04-20"),
            ),
        ),
        table(
            f"{SAME} <= 1",
            row("met", "one at most", between(condition("flare", "03-10", "04-20"), "03-10/04-20")),
            row(
                "unknown: imprecise_date",
                "one or two",
                condition("flare", "03-10", "03-11"),
                between(condition("flare", "03-10", "04-20"), "03-10/04-20"),
            ),
        ),
        table(
            "count of upcr in [screening - 28 days, screening] = 1",
            row(
                "met",
                "in the window, whichever day",
                between(lab("upcr", "1", "g/g", "03-10"), "03-10/03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "in it or before",
                between(lab("upcr", "1", "g/g", "03-10"), "02-10/03-20"),
            ),
        ),
    ),
    construct(
        "The record that counts, where days are open",
        "latest NAME in WINDOW, earliest NAME in WINDOW",
        "The answer of all records that may be the latest. One that lies before another in the window, whichever the days are, is not the latest. Records of one day are not brought into an order where the day of one is open.",
        table(
            LATEST,
            row(
                "met",
                "one record, in the window whichever day",
                between(lab("upcr", "2", "g/g", "03-10"), "03-10/03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "one record, perhaps before the window",
                between(lab("upcr", "2", "g/g", "03-10"), "03-02/03-20"),
            ),
            row(
                "unknown: no_data",
                "one record, before the window whichever day",
                between(lab("upcr", "2", "g/g", "02-10"), "02-01/03-02"),
            ),
            row(
                "unknown: imprecise_date",
                "either may be the latest, and they differ",
                lab("upcr", "2", "g/g", "03-15"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-10/03-20"),
            ),
            row(
                "met",
                "either may be the latest, and both say yes",
                lab("upcr", "2", "g/g", "03-15"),
                between(lab("upcr", "3", "g/g", "03-10"), "03-10/03-20"),
            ),
            row(
                "met",
                "the other lies before it, whichever day",
                lab("upcr", "2", "g/g", "03-21"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-10/03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "on one day neither is the later",
                lab("upcr", "2", "g/g", "03-20"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-10/03-20"),
            ),
            row(
                "unknown: unit_missing",
                "the unit is missing whichever day it was",
                between(lab("upcr", "2", None, "03-10"), "03-10/03-20"),
            ),
        ),
        table(
            "earliest upcr in [screening - 28 days, screening] > 1 g/g",
            row(
                "met",
                "the other lies after it, whichever day",
                lab("upcr", "2", "g/g", "03-09"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-10/04-20"),
            ),
            row(
                "unknown: imprecise_date",
                "the other may lie before it",
                lab("upcr", "2", "g/g", "03-11"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-10/04-20"),
            ),
        ),
        table(
            "upcr - earliest upcr in [consent, screening] > 0.5 g/g",
            row(
                "unknown: imprecise_date",
                "a reading of the sum hangs on a day",
                lab("upcr", "2", "g/g", "03-20"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-10/03-25"),
            ),
            row(
                "met",
                "no reading does",
                lab("upcr", "2", "g/g", "03-20"),
                between(lab("upcr", "0.5", "g/g", "03-10"), "03-02/03-12"),
            ),
        ),
        table(
            'ln_class of latest renal_biopsy in [screening - 6 months, screening] is one of {III, IV, "III+V"}',
            row(
                "met",
                "the biopsy in the window whichever day",
                between(procedure("renal_biopsy", "03-10", key=1), "03-01/03-20"),
                coded("ln_class", "IV", "03-12", of=1),
            ),
            row(
                "unknown: imprecise_date",
                "either biopsy may be the latest",
                procedure("renal_biopsy", "03-11", key=2),
                between(procedure("renal_biopsy", "03-10", key=1), "03-01/03-20"),
                coded("ln_class", "IV", "03-12", of=1),
                coded("ln_class", "IV", "03-12", of=2),
            ),
        ),
    ),
    construct(
        "All records of a window, some on unknown days",
        "any, every, highest, lowest, confirmed within, slope of",
        "Any and every: asked of the records surely in the window, and again with those possibly in it; the answer where both agree. A pair counts on known days alone, and a slope needs all of them.",
        table(
            "any upcr in [screening - 28 days, screening] > 1 g/g",
            row(
                "met",
                "one in the window whichever day",
                between(lab("upcr", "2", "g/g", "03-10"), "03-03/03-31"),
            ),
            row(
                "unknown: imprecise_date",
                "one perhaps in the window",
                between(lab("upcr", "2", "g/g", "03-10"), "03-02/03-31"),
            ),
            row(
                "not_met",
                "the one that is perhaps there says no as well",
                lab("upcr", "0.5", "g/g", "03-10"),
                between(lab("upcr", "0.6", "g/g", "03-10"), "03-02/03-31"),
            ),
        ),
        table(
            "every upcr in [screening - 28 days, screening] > 1 g/g",
            row(
                "unknown: imprecise_date",
                "one perhaps in the window says no",
                lab("upcr", "2", "g/g", "03-10"),
                between(lab("upcr", "0.6", "g/g", "03-10"), "03-02/03-31"),
            ),
        ),
        table(
            "any upcr in [screening - 28 days, screening] > 1 g/g confirmed within [1 day, 14 days]",
            row(
                "met",
                "two on known days",
                lab("upcr", "2", "g/g", "03-10"),
                lab("upcr", "2", "g/g", "03-12"),
                between(lab("upcr", "0.6", "g/g", "03-10"), "03-02/03-31"),
            ),
            row(
                "unknown: imprecise_date",
                "the second on an unknown day",
                lab("upcr", "2", "g/g", "03-10"),
                between(lab("upcr", "2", "g/g", "03-10"), "03-11/03-20"),
            ),
            row(
                "not_met",
                "none passes",
                lab("upcr", "0.5", "g/g", "03-10"),
                between(lab("upcr", "0.6", "g/g", "03-10"), "03-11/03-20"),
            ),
        ),
        table(
            "slope of upcr in [screening - 28 days, screening] per year > 0 g/g",
            row(
                "unknown: imprecise_date",
                "one of the days is open",
                lab("upcr", "1", "g/g", "03-10"),
                between(lab("upcr", "2", "g/g", "03-20"), "03-20/03-21"),
            ),
        ),
    ),
    construct(
        "A dose from an unknown day on",
        "dose of NAME at ANCHOR, highest dose of NAME in WINDOW, unchanged",
        "Asked with each era and exposure on the fewest and on the most days that it may have; the answer where all agree. An exposure and an era of one drug with the same possible days come from one statement and have their days together.",
        table(
            "dose of prednisolone at screening >= 10 mg/d",
            row(
                "met",
                "began on some day before",
                between(
                    era("prednisolone", "10", "mg/d", "2024-01-01", "05-01"),
                    "2023-01-01/2023-12-31",
                ),
            ),
            row(
                "unknown: imprecise_date",
                "began on some day before or after",
                between(era("prednisolone", "10", "mg/d", "2024-01-01", "05-01"), "03-01/04-30"),
            ),
            row(
                "not_met",
                "began on some day after",
                between(era("prednisolone", "10", "mg/d", "2024-01-01", "05-01"), "04-01/04-30"),
            ),
        ),
        table(
            "highest dose of prednisolone in [screening - 28 days, screening] <= 10 mg/d",
            row(
                "met",
                "era and exposure of one statement begin together",
                between(era("prednisolone", "10", "mg/d", "03-01", "05-01"), "03-01/03-20"),
                between(drug("prednisolone", "03-01", "05-01"), "03-01/03-20"),
            ),
            row(
                "unknown: imprecise_date",
                "the exposure may have begun before the era",
                between(era("prednisolone", "10", "mg/d", "03-01", "05-01"), "03-01/03-20"),
                between(drug("prednisolone", "03-01", "05-01"), "03-01/03-21"),
            ),
        ),
        table(
            "dose of prednisolone unchanged in [screening - 28 days, screening]",
            row(
                "met",
                "the same from some day before on",
                between(
                    era("prednisolone", "10", "mg/d", "2024-01-01", "05-01"),
                    "2023-01-01/2024-03-03",
                ),
            ),
            row(
                "unknown: imprecise_date",
                "may have begun in the window",
                between(
                    era("prednisolone", "10", "mg/d", "2024-01-01", "05-01"),
                    "2023-01-01/2024-03-04",
                ),
            ),
            row(
                "not_met",
                "began in the window, whichever day",
                between(era("prednisolone", "10", "mg/d", "2024-01-01", "05-01"), "03-04/03-31"),
            ),
        ),
        table(
            "dose of prednisolone >= 10 mg/d on at least 7 days in [screening - 28 days, screening]",
            row(
                "met",
                "seven days at least",
                between(era("prednisolone", "10", "mg/d", "03-01", "05-01"), "03-20/03-25"),
            ),
            row(
                "unknown: imprecise_date",
                "six days or seven",
                between(era("prednisolone", "10", "mg/d", "03-01", "05-01"), "03-25/03-26"),
            ),
        ),
    ),
    construct(
        "A code that nobody knows, on an unknown day",
        "",
        "Such a record is in doubt in every window that it may lie in.",
        table(
            "any infection in [screening - 28 days, screening]",
            row(
                "not_met",
                "before the window, whichever day",
                between(strange("condition_occurrence", "02-10", until="02-20"), "02-10/02-20"),
                declared=["condition_occurrence"],
            ),
            row(
                "unknown: code_unresolved",
                "perhaps in the window",
                between(strange("condition_occurrence", "02-10", until="03-20"), end="02-10/03-20"),
                declared=["condition_occurrence"],
            ),
        ),
    ),
    construct(
        "A birth of which the possible days are stated",
        "age at ANCHOR",
        "The dataset may state the first and the last possible day of birth, such as an age on a day gives them; they count in place of year, month and day.",
        table(
            "age at screening >= 18 years",
            row("met", "18 on the day, at the youngest", born_between("2005-06-01", "2006-03-31")),
            row(
                "unknown: imprecise_birth_date",
                "18 or one day short of it",
                born_between("2005-06-01", "2006-04-01"),
            ),
            row("not_met", "17 at the oldest", born_between("2006-04-01", "2006-12-31")),
        ),
    ),
)
