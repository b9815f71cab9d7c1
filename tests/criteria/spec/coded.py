# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Titres, scores and coded answers."""

from __future__ import annotations

from criteria.spec.writing import anchor, coded, construct, lab, row, table

CONSTRUCTS = (
    construct(
        "A titre",
        "latest ana_titre in WINDOW >= 1:80",
        "1:80 is the number 80. Records need no unit.",
        table(
            "latest ana_titre in [.., screening] >= 1:80",
            row("met", "exactly 1:80", lab("ana_titre", "80", None, "2023-01-01")),
            row("not_met", "one dilution below", lab("ana_titre", "40", None, "2023-01-01")),
            row(
                "met",
                "a unit is allowed and left alone",
                lab("ana_titre", "160", "{titer}", "2023-01-01"),
            ),
            row("not_met", "<1:80", lab("ana_titre", "80", None, "2023-01-01", sign="<")),
            row(
                "unknown: censored", "<1:160", lab("ana_titre", "160", None, "2023-01-01", sign="<")
            ),
            row("met", ">1:640", lab("ana_titre", "640", None, "2023-01-01", sign=">")),
            row("unknown: no_value", "a comment", lab("ana_titre", None, None, "2023-01-01")),
            row(
                "unknown: implausible",
                "zero is no titre",
                lab("ana_titre", "0", None, "2023-01-01"),
            ),
        ),
        table(
            "ana_titre = 1:80",
            row("met", "= has a meaning on titres", lab("ana_titre", "80", None, "03-31")),
            row("not_met", "another titre", lab("ana_titre", "160", None, "03-31")),
            row("not_met", ">1:80 is not 1:80", lab("ana_titre", "80", None, "03-31", sign=">")),
            row(
                "unknown: censored",
                ">=1:80 may be",
                lab("ana_titre", "80", None, "03-31", sign=">="),
            ),
            row("not_met", "<1:80 is not 1:80", lab("ana_titre", "80", None, "03-31", sign="<")),
            row(
                "unknown: censored",
                "<=1:80 may be",
                lab("ana_titre", "80", None, "03-31", sign="<="),
            ),
            row(
                "unknown: censored",
                "<1:160 may be",
                lab("ana_titre", "160", None, "03-31", sign="<"),
            ),
            row("not_met", "<=1:40 is not", lab("ana_titre", "40", None, "03-31", sign="<=")),
        ),
        numbers=(8,),
    ),
    construct(
        "A score",
        "latest sledai_2k in WINDOW >= 6",
        "Scores have no unit. A bare = is allowed.",
        table(
            "latest sledai_2k in [screening - 14 days, screening] >= 6",
            row("met", "exactly at the threshold", lab("sledai_2k", "6", None, "03-31")),
            row("not_met", "one point below", lab("sledai_2k", "5", None, "03-31")),
            row(
                "unknown: implausible",
                "more than the scale holds",
                lab("sledai_2k", "106", None, "03-31"),
            ),
            row("unknown: no_data", "no score"),
        ),
        table(
            "0 <= ecog <= 2",
            row("met", "zero is a score", lab("ecog", "0", None, "03-31")),
            row("met", "the upper end", lab("ecog", "2", None, "03-31")),
            row("not_met", "above", lab("ecog", "3", None, "03-31")),
        ),
        table(
            "ecog = 1",
            row("met", "equal", lab("ecog", "1", None, "03-31")),
            row("not_met", "not equal", lab("ecog", "2", None, "03-31")),
        ),
        numbers=(10,),
    ),
    construct(
        "Coded values",
        "NAME is VALUE, NAME is one of {VALUE, …}",
        "The latest coded answer in the window. A code that the concept does not list is unknown, not a no.",
        table(
            "latest pregnancy_test_urine in [screening - 7 days, screening] is negative",
            row("met", "negative", coded("pregnancy_test_urine", "negative", "03-24")),
            row("not_met", "positive", coded("pregnancy_test_urine", "positive", "03-31")),
            row(
                "unknown: no_data",
                "one day too old",
                coded("pregnancy_test_urine", "negative", "03-23"),
            ),
            row(
                "unknown: code_unknown",
                "an answer that is not listed",
                coded("pregnancy_test_urine", 77, "03-31"),
            ),
            row("unknown: no_value", "no code", coded("pregnancy_test_urine", None, "03-31")),
            row("unknown: no_value", "code 0 is none", coded("pregnancy_test_urine", 0, "03-31")),
            row(
                "unknown: no_value",
                "an older answer does not serve",
                coded("pregnancy_test_urine", "negative", "03-30"),
                coded("pregnancy_test_urine", None, "03-31"),
            ),
            row(
                "not_met",
                "the same day: the later time",
                coded("pregnancy_test_urine", "negative", "03-31", time="08:00", key=2),
                coded("pregnancy_test_urine", "positive", "03-31", time="09:00", key=1),
            ),
            row(
                "unknown: no_anchor",
                "no screening date",
                anchor("screening", None),
                coded("pregnancy_test_urine", "negative", "03-31"),
            ),
        ),
        table(
            "earliest pregnancy_test_urine in [screening - 7 days, screening] is negative",
            row(
                "met",
                "the first answer",
                coded("pregnancy_test_urine", "negative", "03-24"),
                coded("pregnancy_test_urine", "positive", "03-31"),
            ),
        ),
        numbers=(18,),
    ),
    construct(
        "What the patient reports",
        "NAME is one of {VALUE, …}",
        "A patient's answer is a coded value like any other.",
        table(
            "ssc_fatigue is one of {none, significant}",
            row("met", "none", coded("ssc_fatigue", "none", "03-31")),
            row("met", "significant", coded("ssc_fatigue", "significant", "03-31")),
            row(
                "not_met", "mild is listed, and not accepted", coded("ssc_fatigue", "mild", "03-31")
            ),
            row("unknown: no_data", "never asked"),
        ),
        numbers=(23,),
    ),
)
