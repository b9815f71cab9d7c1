# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Windows: edges, clipping of months, anchors, and the coverage that absence needs."""

from __future__ import annotations

from criteria.spec.writing import (
    anchor,
    born,
    condition,
    construct,
    drug,
    era,
    known_until,
    lab,
    never_observed,
    observed,
    row,
    table,
)

CONSTRUCTS = (
    construct(
        "Closed and open ends",
        "in [A, B], in (A, B), in [A, B), in (A, B]",
        "A square bracket: the day itself counts. A round bracket: it does not.",
        table(
            "any upcr in [screening - 14 days, screening] > 1 g/g",
            row("met", "the first day, closed", lab("upcr", "2", "g/g", "03-17")),
            row("met", "the last day, closed", lab("upcr", "2", "g/g", "03-31")),
            row("unknown: no_data", "the day before", lab("upcr", "2", "g/g", "03-16")),
            row("unknown: no_data", "the day after", lab("upcr", "2", "g/g", "04-01")),
        ),
        table(
            "any upcr in (screening - 14 days, screening) > 1 g/g",
            row("unknown: no_data", "the first day, open", lab("upcr", "2", "g/g", "03-17")),
            row("met", "the day after it", lab("upcr", "2", "g/g", "03-18")),
            row("unknown: no_data", "the last day, open", lab("upcr", "2", "g/g", "03-31")),
            row("met", "the day before it", lab("upcr", "2", "g/g", "03-30")),
        ),
        table(
            "latest upcr in (screening - 14 days, screening] > 1 g/g",
            row("unknown: no_data", "open start", lab("upcr", "2", "g/g", "03-17")),
            row("met", "closed end", lab("upcr", "2", "g/g", "03-31")),
        ),
        table(
            "latest upcr in [screening - 14 days, screening) > 1 g/g",
            row("met", "closed start", lab("upcr", "2", "g/g", "03-17")),
            row("unknown: no_data", "open end", lab("upcr", "2", "g/g", "03-31")),
        ),
        table(
            "earliest upcr in (screening - 14 days, screening) > 1 g/g",
            row(
                "met",
                "the first day is left out",
                lab("upcr", "0.5", "g/g", "03-17"),
                lab("upcr", "2", "g/g", "03-18"),
            ),
        ),
        numbers=(3,),
    ),
    construct(
        "A length and some days",
        "in [ANCHOR - DURATION - DAYS, B]",
        "The first length moves the date, then the days do: more than one month before begins a day before one month before. A month clips to its end first.",
        table(
            "any upcr in [screening - 1 month - 1 day, screening] > 1 g/g",
            row("met", "29 February is one month before", lab("upcr", "2", "g/g", "02-29")),
            row("met", "28 February is a day more", lab("upcr", "2", "g/g", "02-28")),
            row("unknown: no_data", "the day before that", lab("upcr", "2", "g/g", "02-27")),
        ),
        table(
            "any upcr in [screening - 1 month + 1 week, screening] > 1 g/g",
            row("met", "a week later", lab("upcr", "2", "g/g", "03-07")),
            row("unknown: no_data", "the day before that", lab("upcr", "2", "g/g", "03-06")),
        ),
        table(
            "dose of prednisolone unchanged in [screening - 1 month - 1 day, screening]",
            row(
                "not_met",
                "exactly one month after the change",
                drug("prednisolone", "01-01", "02-28"),
                era("prednisolone", "20", "mg/d", "01-01", "02-28"),
                drug("prednisolone", "02-29", "06-30"),
                era("prednisolone", "10", "mg/d", "02-29", "06-30"),
            ),
            row(
                "met",
                "one month and a day after the change",
                drug("prednisolone", "01-01", "02-27"),
                era("prednisolone", "20", "mg/d", "01-01", "02-27"),
                drug("prednisolone", "02-28", "06-30"),
                era("prednisolone", "10", "mg/d", "02-28", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "the first day not observed",
                observed("02-29", "06-30"),
                drug("prednisolone", "01-01", "06-30"),
                era("prednisolone", "10", "mg/d", "01-01", "06-30"),
            ),
        ),
    ),
    construct(
        "One day",
        "at ANCHOR",
        "`at screening` is `in [screening, screening]`.",
        table(
            "upcr at screening > 1 g/g",
            row("met", "that day", lab("upcr", "2", "g/g", "03-31")),
            row("unknown: no_data", "the day before", lab("upcr", "2", "g/g", "03-30")),
        ),
        table(
            "upcr at 2024-02-29 > 1 g/g",
            row("met", "a date of the calendar", lab("upcr", "2", "g/g", "02-29")),
            row("unknown: no_data", "the day after", lab("upcr", "2", "g/g", "03-01")),
        ),
    ),
    construct(
        "No bound",
        "in [.., B], in [A, ..]",
        "Two points: no bound. Without an end the window ends at the data cut (2024-06-30).",
        table(
            "any rituximab in [.., screening]",
            row("met", "long ago", drug("rituximab", "1999-01-01")),
            row("unknown: not_covered", "never taken, observed since 2020 only"),
            row(
                "not_met",
                "observed from the first day of life",
                born(1990, 6, 15),
                observed("1990-06-15", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "observed from the day after",
                born(1990, 6, 15),
                observed("1990-06-16", "06-30"),
            ),
            row(
                "not_met",
                "the whole life, whatever came before",
                born(1990, 6, 15),
                observed("1980-01-01", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "a birth in June, day unknown: the first of June is the first possible day",
                born(1990, 6),
                observed("1990-06-02", "06-30"),
            ),
            row(
                "not_met",
                "observed from that first possible day",
                born(1990, 6),
                observed("1990-06-01", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "only the year of birth is known",
                born(1990),
                observed("1990-01-02", "06-30"),
            ),
        ),
        table(
            "any upcr in [screening, ..] > 1 g/g",
            row("met", "on the data cut", lab("upcr", "2", "g/g", "06-30")),
            row("not_met", "covered up to the data cut", lab("upcr", "1", "g/g", "04-30")),
            row(
                "unknown: not_covered",
                "observed until the day before the data cut",
                observed("01-01", "06-29"),
                lab("upcr", "1", "g/g", "04-30"),
            ),
        ),
        numbers=(3, 14),
    ),
    construct(
        "Weeks, months, years",
        "ANCHOR - 6 months, ANCHOR + 2 weeks",
        "Weeks are seven days. Months and years are calendar ones and clip to the end of a short month.",
        table(
            "any flare in [screening - 6 months, screening]",
            row(
                "met",
                "31 March less six months is 30 September: its last day",
                condition("flare", "2023-09-30", "2023-09-30"),
            ),
            row("not_met", "the day before", condition("flare", "2023-09-29", "2023-09-29")),
        ),
        table(
            "any flare in [screening - 1 month, screening - 2 weeks]",
            row(
                "met",
                "31 March less a month is 29 February in a leap year",
                condition("flare", "02-29", "02-29"),
            ),
            row("not_met", "28 February lies before", condition("flare", "02-28", "02-28")),
            row("met", "14 days before screening", condition("flare", "03-17", "03-17")),
            row("not_met", "13 days before screening", condition("flare", "03-18", "03-18")),
            row(
                "met",
                "30 March less a month, too, is 29 February",
                anchor("screening", "03-30"),
                condition("flare", "02-29", "02-29"),
            ),
        ),
        table(
            "any flare in [screening - 1 year, screening]",
            row(
                "met",
                "29 February less a year is 28 February",
                anchor("screening", "02-29"),
                condition("flare", "2023-02-28", "2023-02-28"),
            ),
            row(
                "not_met",
                "the day before",
                anchor("screening", "02-29"),
                condition("flare", "2023-02-27", "2023-02-27"),
            ),
        ),
        table(
            "any flare in [screening, screening + 1 month]",
            row("met", "31 March and a month is 30 April", condition("flare", "04-30", "04-30")),
            row("not_met", "1 May lies after", condition("flare", "05-01", "05-01")),
            row(
                "met",
                "the calendar ends on the last day of 9999, and so does the window",
                anchor("screening", "9999-12-15"),
                condition("flare", "9999-12-31", "9999-12-31"),
            ),
            row(
                "unknown: not_covered",
                "the data end before the window does, whatever the observation period says",
                anchor("screening", "06-15"),
                observed("2020-01-01", "9999-12-31"),
            ),
            row(
                "not_met",
                "the last day of the window is the last day of the data",
                anchor("screening", "05-30"),
            ),
            row(
                "unknown: not_covered",
                "the last day of the window is the day after it",
                anchor("screening", "06-01"),
                complete=("condition_occurrence",),
            ),
        ),
        numbers=(3,),
    ),
    construct(
        "Several anchors",
        "in [ANCHOR, OTHER_ANCHOR]",
        "Each anchor is a named date of the person in this study. A missing one makes the leaf unknown.",
        table(
            "any flare in [consent, allocation]",
            row("met", "on the consent day", condition("flare", "03-01", "03-01")),
            row("met", "on the allocation day", condition("flare", "04-10", "04-10")),
            row("not_met", "between them nothing", condition("flare", "04-11", "04-11")),
            row(
                "unknown: no_anchor",
                "not yet allocated",
                anchor("allocation", None),
                condition("flare", "03-10", "03-10"),
            ),
        ),
        table(
            "any upcr in [allocation, consent] > 1 g/g",
            row(
                "unknown: no_data",
                "an empty window holds no record",
                lab("upcr", "2", "g/g", "04-01"),
            ),
        ),
        table(
            "any flare in [allocation, consent]",
            row(
                "not_met",
                "an empty window shares no day with a record",
                condition("flare", "01-01", "06-01"),
            ),
        ),
        table(
            "count of flare in [allocation, consent] >= 1",
            row("not_met", "and counts none", condition("flare", "01-01", "06-01")),
        ),
        table(
            "highest dose of prednisone in [allocation, consent] >= 5 mg/d",
            row(
                "not_met",
                "and has no day with a dose",
                era("prednisone", "20", "mg/d", "01-01", "06-01"),
            ),
        ),
        table(
            "latest upcr in [consent, baseline] > 1 g/g and latest upcr at screening > 1 g/g",
            row(
                "not_met",
                "each reading has its own window",
                lab("upcr", "2", "g/g", "03-31"),
                lab("upcr", "0.5", "g/g", "04-14"),
            ),
        ),
        numbers=(2,),
    ),
    construct(
        "Coverage: when no record means no",
        "absence rule `covered`",
        "The person's observation periods, joined where no day lies between them, must hold the whole window. Else absence is unknown.",
        table(
            "any flare in [screening - 28 days, screening]",
            row("not_met", "observed for exactly the window", observed("03-03", "03-31")),
            row("unknown: not_covered", "begins one day late", observed("03-04", "03-31")),
            row("unknown: not_covered", "ends one day early", observed("03-03", "03-30")),
            row(
                "not_met",
                "two periods, no day between",
                observed("03-03", "03-15"),
                observed("03-16", "03-31"),
            ),
            row(
                "unknown: not_covered",
                "two periods, one day between",
                observed("03-03", "03-15"),
                observed("03-17", "03-31"),
            ),
            row(
                "not_met",
                "overlapping periods",
                observed("03-03", "03-20"),
                observed("03-10", "03-31"),
            ),
            row(
                "not_met",
                "a short period inside a long one does not end it",
                observed("03-01", "03-25"),
                observed("03-05", "03-06"),
                observed("03-26", "04-02"),
            ),
            row("unknown: not_covered", "never observed", never_observed()),
            row(
                "met",
                "a record needs no coverage",
                never_observed(),
                condition("flare", "03-10", "03-12"),
            ),
            row(
                "not_met",
                "a period without an end in the source (9999-12-31)",
                observed("2020-01-01", "9999-12-31"),
                observed("2021-01-01", "9999-12-31"),
            ),
        ),
    ),
    construct(
        "Lookback: chronic conditions",
        "absence rule `lookback 365 days`",
        "As coverage, of the last 365 days of the window only: a chronic condition is seen again within a year.",
        table(
            "any lupus_nephritis in [.., screening]",
            row(
                "not_met", "2023-04-02 to 2024-03-31 are 365 days", observed("2023-04-02", "03-31")
            ),
            row("unknown: not_covered", "one day fewer", observed("2023-04-03", "03-31")),
            row("unknown: not_covered", "not the last ones", observed("2000-01-01", "03-30")),
        ),
        table(
            "any lupus_nephritis in [screening - 14 days, screening]",
            row("not_met", "a shorter window asks for itself only", observed("03-17", "03-31")),
            row("unknown: not_covered", "one day of it missing", observed("03-18", "03-31")),
        ),
    ),
    construct(
        "Explicit: absence is never inferred",
        "absence rule `explicit`",
        "No observation, and no declaration of a complete table, turns absence into a no.",
        table(
            "any severe_drug_allergy in [.., screening]",
            row(
                "unknown: not_covered",
                "observed for the whole life",
                observed("1980-01-01", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "even in a complete table",
                observed("1980-01-01", "06-30"),
                complete=("condition_occurrence",),
            ),
            row("met", "a record is a yes", condition("severe_drug_allergy", "2001-05-05")),
        ),
        table(
            "any home_platelets in [screening - 14 days, screening] < 50 10*9/L",
            row(
                "unknown: not_covered",
                "records, none low: others may be missing",
                lab("home_platelets", "60", "10*9/L", "03-31"),
            ),
            row("met", "one low record decides", lab("home_platelets", "40", "10*9/L", "03-31")),
        ),
    ),
    construct(
        "Complete tables",
        "`complete` in the dataset's manifest",
        "A dataset may declare that a table holds everything. Then its concepts are covered without observation periods.",
        table(
            "any flare in [.., screening]",
            row(
                "not_met",
                "conditions are complete",
                never_observed(),
                complete=("condition_occurrence",),
            ),
            row(
                "unknown: not_covered",
                "another table is complete",
                never_observed(),
                complete=("measurement",),
            ),
        ),
        table(
            "any upcr in [screening - 14 days, screening] > 1 g/g",
            row(
                "not_met",
                "measurements are complete",
                never_observed(),
                lab("upcr", "1", "g/g", "03-31"),
                complete=("measurement",),
            ),
            row(
                "unknown: no_data",
                "no record at all is still no value",
                never_observed(),
                complete=("measurement",),
            ),
        ),
        table(
            "any rituximab in [.., screening]",
            row(
                "not_met",
                "drug exposures are complete",
                never_observed(),
                complete=("drug_exposure",),
            ),
        ),
    ),
    construct(
        "A person's own last day",
        "table `person_cut` of a dataset under pseudonyms",
        "Where each person's days moved by an own number of days, her data end with the last day on which something was recorded of her. Of a window that ends later nothing is read as absent, latest or unchanged; what is there counts. Without an end a window has the latest of what is there.",
        table(
            "any flare in [screening, screening + 28 days]",
            row("not_met", "her data end with the window", known_until("04-28")),
            row(
                "unknown: not_covered",
                "a day before its end, observed until later",
                known_until("04-27"),
            ),
            row("met", "a record is a yes", condition("flare", "04-10"), known_until("04-27")),
            row(
                "not_met",
                "complete, and her data end with the window",
                known_until("04-28"),
                complete=("condition_occurrence",),
            ),
            row(
                "unknown: not_covered",
                "complete, but her data end a day before",
                known_until("04-27"),
                complete=("condition_occurrence",),
            ),
            row(
                "unknown: not_covered",
                "the cut of all goes before a later one",
                known_until("2024-08-01"),
                observed("01-01", "04-27"),
            ),
        ),
        table(
            "count of flare in [screening, screening + 28 days] < 2",
            row("met", "no second one", condition("flare", "04-10"), known_until("04-28")),
            row(
                "unknown: not_covered",
                "a second one may be missing",
                condition("flare", "04-10"),
                known_until("04-27"),
            ),
        ),
        table(
            "latest upcr in [screening, screening + 28 days] > 1 g/g",
            row(
                "met",
                "her data end with the window",
                lab("upcr", "2", "g/g", "04-10"),
                known_until("04-28"),
            ),
            row(
                "unknown: not_covered",
                "a later one may be missing",
                lab("upcr", "2", "g/g", "04-10"),
                known_until("04-27"),
            ),
        ),
        table(
            "earliest upcr in [screening, screening + 28 days] > 1 g/g",
            row(
                "met",
                "none is earlier than one that is there",
                lab("upcr", "2", "g/g", "04-10"),
                known_until("04-27"),
            ),
        ),
        table(
            "latest upcr in [screening, ..] > 1 g/g",
            row(
                "met",
                "the latest that is there",
                lab("upcr", "2", "g/g", "04-10"),
                known_until("04-27"),
            ),
        ),
        table(
            "any flare in [screening, ..]",
            row(
                "unknown: not_covered", "nothing is absent after her last day", known_until("04-27")
            ),
        ),
        table(
            "slope of platelets in [screening - 5 years, screening + 28 days] per year <= -10 10*9/L",
            row(
                "met",
                "her data end with the window",
                lab("platelets", "200", "10*9/L", "2023-03-31"),
                lab("platelets", "100", "10*9/L", "03-31"),
                known_until("04-28"),
            ),
            row(
                "unknown: not_covered",
                "a later one may be missing",
                lab("platelets", "200", "10*9/L", "2023-03-31"),
                lab("platelets", "100", "10*9/L", "03-31"),
                known_until("04-27"),
            ),
        ),
        table(
            "dose of prednisolone at 2024-05-01 <= 5 mg/d",
            row("met", "none, her data end with the day", known_until("05-01")),
            row("unknown: not_covered", "none, the day is after her last", known_until("04-30")),
        ),
        table(
            "dose of prednisolone unchanged in [screening, screening + 28 days]",
            row(
                "not_met",
                "it ended in the window",
                era("prednisolone", "5", "mg/d", "01-01", "04-20"),
                known_until("04-28"),
            ),
            row(
                "unknown: not_covered",
                "it may have gone on after her last day",
                era("prednisolone", "5", "mg/d", "01-01", "04-20"),
                known_until("04-20"),
            ),
        ),
        table(
            "dose of prednisolone unchanged in [screening, ..]",
            row(
                "unknown: not_covered",
                "it may have gone on after her last day",
                era("prednisolone", "5", "mg/d", "01-01", "04-20"),
                known_until("04-20"),
            ),
        ),
    ),
)
