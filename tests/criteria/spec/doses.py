# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Daily doses: sums over a class, equivalents, per week, highest, unchanged."""

from __future__ import annotations

from criteria.spec.writing import (
    Fact,
    anchor,
    construct,
    drug,
    era,
    never_observed,
    observed,
    row,
    table,
)

AT = "dose of glucocorticoid at screening <= 20 mg/d"
STABLE = "dose of prednisolone unchanged in [screening - 28 days, screening]"


def taken(name: str, dose: str | None, unit: str | None, start: str, end: str) -> tuple[Fact, Fact]:
    """An exposure and its dose era, on the same days."""
    return drug(name, start, end), era(name, dose, unit, start, end)


CONSTRUCTS = (
    construct(
        "The daily dose on a date",
        "dose of NAME at ANCHOR <= VALUE",
        "The sum of the dose eras that hold the date, over all members of a class; classes with equivalents count each by its factor. Nothing taken and covered: 0.",
        table(
            AT,
            row("met", "exactly 20", *taken("prednisone", "20", "mg/d", "01-01", "06-30")),
            row(
                "not_met",
                "above by the last decimal",
                *taken("prednisone", "20.000001", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "methylprednisolone 16 mg counts 5/4: 20",
                *taken("methylprednisolone", "16", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "16.000001 mg of it",
                *taken("methylprednisolone", "16.000001", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "dexamethasone 3 mg counts 20/3: exactly 20",
                *taken("dexamethasone", "3", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "dexamethasone 3.000001 mg",
                *taken("dexamethasone", "3.000001", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "two drugs: 10 + 8 x 5/4 = 20",
                *taken("prednisolone", "10", "mg/d", "01-01", "06-30"),
                *taken("methylprednisolone", "8", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "two drugs: 10.000001 + 8 x 5/4",
                *taken("prednisolone", "10.000001", "mg/d", "01-01", "06-30"),
                *taken("methylprednisolone", "8", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "two eras of one drug on that date add up",
                *taken("prednisone", "15", "mg/d", "01-01", "06-30"),
                *taken("prednisone", "7.5", "mg/d", "03-01", "04-01"),
            ),
            row(
                "met",
                "an era that ended the day before",
                *taken("prednisone", "60", "mg/d", "01-01", "03-30"),
            ),
            row(
                "not_met",
                "an era that ends on the date",
                *taken("prednisone", "60", "mg/d", "01-01", "03-31"),
            ),
            row(
                "not_met",
                "an era that begins on the date",
                *taken("prednisone", "60", "mg/d", "03-31", "05-01"),
            ),
            row(
                "met",
                "an era that begins the day after",
                *taken("prednisone", "60", "mg/d", "04-01", "05-01"),
            ),
            row("met", "nothing taken, covered: 0"),
            row(
                "unknown: not_covered",
                "nothing taken, not observed on the date",
                observed("01-01", "03-30"),
            ),
            row("met", "observed on the date alone", observed("03-31", "03-31")),
            row(
                "unknown: not_covered",
                "10 mg and not observed: there may be more",
                never_observed(),
                *taken("prednisone", "10", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "already above, observed or not",
                never_observed(),
                *taken("prednisone", "30", "mg/d", "01-01", "06-30"),
            ),
            row(
                "unknown: no_dose",
                "taken, and no era says how much",
                drug("prednisone", "01-01", "06-30"),
            ),
            row("met", "taken until the day before", drug("prednisone", "01-01", "03-30")),
            row(
                "unknown: no_dose",
                "10 mg of one, an unknown dose of another",
                *taken("prednisone", "10", "mg/d", "01-01", "06-30"),
                drug("methylprednisolone", "03-01", "04-30"),
            ),
            row(
                "not_met",
                "30 mg of one, an unknown dose of another",
                *taken("prednisone", "30", "mg/d", "01-01", "06-30"),
                drug("methylprednisolone", "03-01", "04-30"),
            ),
            row(
                "unknown: no_dose",
                "an era without a dose",
                *taken("prednisone", None, "mg/d", "01-01", "06-30"),
            ),
            row(
                "unknown: unit_missing",
                "an era without a unit",
                *taken("prednisone", "5", None, "01-01", "06-30"),
            ),
            row(
                "unknown: unit_unknown",
                "an era in a unit that is no dose",
                *taken("prednisone", "5", "kg", "01-01", "06-30"),
            ),
            row(
                "unknown: no_dose",
                "a negative dose is none",
                *taken("prednisone", "-5", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "mg of an era is mg a day",
                *taken("prednisone", "20", "mg", "01-01", "06-30"),
            ),
            row("not_met", "grams", *taken("prednisone", "0.020001", "g", "01-01", "06-30")),
            row(
                "met", "an era needs no exposure", era("prednisone", "20", "mg/d", "01-01", "06-30")
            ),
            row("unknown: no_anchor", "no screening date", anchor("screening", None)),
        ),
        table(
            "dose of glucocorticoid at screening > 20 mg/d",
            row(
                "met",
                "above, whatever else is not known",
                never_observed(),
                *taken("prednisone", "20.000001", "mg/d", "01-01", "06-30"),
                drug("dexamethasone", "03-31"),
            ),
            row(
                "unknown: no_dose",
                "20 and something more may be above",
                *taken("prednisone", "20", "mg/d", "01-01", "06-30"),
                drug("dexamethasone", "03-31"),
            ),
            row("not_met", "exactly 20", *taken("prednisone", "20", "mg/d", "01-01", "06-30")),
        ),
        table(
            "dose of glucocorticoid at screening < 20 mg/d",
            row(
                "not_met",
                "20 or more is not below 20",
                never_observed(),
                *taken("prednisone", "20", "mg/d", "01-01", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "19.999999 or more may be",
                never_observed(),
                *taken("prednisone", "19.999999", "mg/d", "01-01", "06-30"),
            ),
        ),
        table(
            "dose of glucocorticoid at screening >= 20 mg/d",
            row(
                "met",
                "at least 20",
                never_observed(),
                *taken("prednisone", "20", "mg/d", "01-01", "06-30"),
            ),
            row("not_met", "nothing, covered"),
        ),
        table(
            "dose of prednisone at screening >= 999999999999.999999 g/d",
            row(
                "met",
                "the greatest number that a table holds, in the unit as given",
                *taken("prednisone", "999999999999.999999", "g/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "below it by the last decimal",
                *taken("prednisone", "999999999999.999998", "g/d", "01-01", "06-30"),
            ),
        ),
        numbers=(12,),
    ),
    construct(
        "The dose a week",
        "dose of NAME at ANCHOR <= 15 mg/wk",
        "A week is seven days; a dose a day and a dose a week are compared exactly.",
        table(
            "dose of methotrexate at screening <= 15 mg/wk",
            row("met", "15 mg a week", *taken("methotrexate", "15", "mg/wk", "01-01", "06-30")),
            row(
                "not_met",
                "above by the last decimal",
                *taken("methotrexate", "15.000001", "mg/wk", "01-01", "06-30"),
            ),
            row(
                "met",
                "2.142857 mg a day is 14.999999 mg a week",
                *taken("methotrexate", "2.142857", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "2.142858 mg a day is 15.000006 mg a week",
                *taken("methotrexate", "2.142858", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "15 mg without a time is 15 mg a day",
                *taken("methotrexate", "15", "mg", "01-01", "06-30"),
            ),
        ),
        numbers=(12,),
    ),
    construct(
        "The highest daily dose",
        "highest dose of NAME in WINDOW >= VALUE",
        "The highest sum on a day of the window.",
        table(
            "highest dose of prednisolone in [screening - 28 days, screening] >= 10 mg/d",
            row(
                "met",
                "one day of the window",
                *taken("prednisolone", "10", "mg/d", "01-01", "03-03"),
            ),
            row(
                "not_met",
                "ended the day before the window",
                *taken("prednisolone", "10", "mg/d", "01-01", "03-02"),
            ),
            row(
                "not_met",
                "below by the last decimal",
                *taken("prednisolone", "9.999999", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "two eras that share one day add up on it",
                *taken("prednisolone", "5", "mg/d", "01-01", "03-15"),
                *taken("prednisolone", "5", "mg/d", "03-15", "06-30"),
            ),
            row(
                "not_met",
                "two eras that share no day do not",
                *taken("prednisolone", "5", "mg/d", "01-01", "03-14"),
                *taken("prednisolone", "5", "mg/d", "03-15", "06-30"),
            ),
            row(
                "not_met",
                "two eras that share days before the window only",
                *taken("prednisolone", "5", "mg/d", "01-01", "03-02"),
                *taken("prednisolone", "5", "mg/d", "03-01", "06-30"),
            ),
            row(
                "met",
                "begins on the last day",
                *taken("prednisolone", "10", "mg/d", "03-31", "06-30"),
            ),
            row("not_met", "nothing taken, covered"),
            row(
                "unknown: not_covered",
                "one day of the window not observed",
                observed("03-04", "06-30"),
                *taken("prednisolone", "5", "mg/d", "03-10", "06-30"),
            ),
            row(
                "unknown: no_dose",
                "taken in the window without a dose",
                drug("prednisolone", "03-10", "03-12"),
            ),
            row(
                "unknown: no_dose",
                "taken until screening, told until the day before",
                drug("prednisolone", "03-10", "03-31"),
                era("prednisolone", "5", "mg/d", "03-10", "03-30"),
            ),
            row(
                "unknown: no_dose",
                "one day between two eras of an exposure",
                drug("prednisolone", "03-10", "03-31"),
                era("prednisolone", "5", "mg/d", "03-10", "03-19"),
                era("prednisolone", "6", "mg/d", "03-21", "03-31"),
            ),
            row(
                "not_met",
                "no day between two eras of an exposure",
                drug("prednisolone", "03-10", "03-31"),
                era("prednisolone", "5", "mg/d", "03-10", "03-20"),
                era("prednisolone", "6", "mg/d", "03-21", "03-31"),
            ),
            row(
                "not_met",
                "what is untold lies before the window",
                drug("prednisolone", "01-10", "03-31"),
                era("prednisolone", "5", "mg/d", "03-03", "03-31"),
            ),
            row(
                "met",
                "reached, whatever else is not known",
                never_observed(),
                *taken("prednisolone", "10", "mg/d", "03-10", "06-30"),
            ),
        ),
        table(
            "highest dose of glucocorticoid in [screening - 28 days, screening] < 10 mg/d",
            row(
                "met",
                "below on each day",
                *taken("prednisolone", "5", "mg/d", "01-01", "06-30"),
                *taken("methylprednisolone", "3.9", "mg/d", "03-10", "03-20"),
            ),
            row(
                "not_met",
                "5 + 4 x 5/4 = 10 on some days",
                *taken("prednisolone", "5", "mg/d", "01-01", "06-30"),
                *taken("methylprednisolone", "4", "mg/d", "03-10", "03-20"),
            ),
        ),
        numbers=(12,),
    ),
    construct(
        "A dose that does not change",
        "dose of NAME unchanged in WINDOW",
        "The same dose on each day. Eras are maximal, so an era that begins after the first day or ends before the last is a change.",
        table(
            STABLE,
            row(
                "met",
                "one era from the first day to the last",
                *taken("prednisolone", "10", "mg/d", "03-03", "03-31"),
            ),
            row(
                "not_met",
                "it begins on the second day",
                *taken("prednisolone", "10", "mg/d", "03-04", "03-31"),
            ),
            row(
                "not_met",
                "it ends on the last but one",
                *taken("prednisolone", "10", "mg/d", "03-03", "03-30"),
            ),
            row(
                "met",
                "it began before and goes on after",
                *taken("prednisolone", "10", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "it changed on the first day of the window",
                *taken("prednisolone", "20", "mg/d", "01-01", "03-02"),
                *taken("prednisolone", "10", "mg/d", "03-03", "06-30"),
            ),
            row(
                "not_met",
                "it changed on the second day",
                *taken("prednisolone", "20", "mg/d", "01-01", "03-03"),
                *taken("prednisolone", "10", "mg/d", "03-04", "06-30"),
            ),
            row(
                "met",
                "it changed the day after the window",
                *taken("prednisolone", "10", "mg/d", "01-01", "03-31"),
                *taken("prednisolone", "5", "mg/d", "04-01", "06-30"),
            ),
            row("met", "never taken, covered"),
            row(
                "unknown: not_covered",
                "never taken, one day not observed",
                observed("03-04", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "the same era, one day not observed",
                observed("03-04", "06-30"),
                *taken("prednisolone", "10", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "a change needs no coverage",
                never_observed(),
                *taken("prednisolone", "10", "mg/d", "03-10", "03-31"),
            ),
            row("unknown: no_dose", "taken without an era", drug("prednisolone", "03-10", "03-12")),
            row(
                "unknown: no_dose",
                "an era without a dose",
                *taken("prednisolone", None, "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "a unit that nobody knows does not matter: it stays the same",
                *taken("prednisolone", "10", None, "01-01", "06-30"),
            ),
            row(
                "met",
                "another drug's change does not matter",
                *taken("prednisolone", "10", "mg/d", "01-01", "06-30"),
                *taken("methotrexate", "15", "mg/wk", "03-10", "06-30"),
            ),
            row("unknown: no_anchor", "no screening date", anchor("screening", None)),
        ),
        table(
            "dose of glucocorticoid unchanged in [screening - 1 month, screening]",
            row(
                "not_met",
                "a switch to an equivalent dose is a change of an ingredient",
                *taken("prednisolone", "20", "mg/d", "01-01", "03-14"),
                *taken("methylprednisolone", "16", "mg/d", "03-15", "06-30"),
            ),
            row(
                "unknown: no_dose",
                "one ingredient is known, another taken without a dose",
                *taken("prednisolone", "20", "mg/d", "01-01", "06-30"),
                drug("dexamethasone", "03-20"),
            ),
            row(
                "met",
                "two ingredients, both the same",
                *taken("prednisolone", "20", "mg/d", "01-01", "06-30"),
                *taken("dexamethasone", "1", "mg/d", "01-01", "06-30"),
            ),
        ),
        table(
            "not dose of prednisolone unchanged in [screening - 12 weeks, screening]",
            row(
                "met",
                "unstable within 12 weeks",
                *taken("prednisolone", "20", "mg/d", "01-01", "02-15"),
                *taken("prednisolone", "10", "mg/d", "02-16", "06-30"),
            ),
            row(
                "not_met",
                "stable: 84 days before screening is 7 January",
                *taken("prednisolone", "20", "mg/d", "01-07", "06-30"),
            ),
            row(
                "met", "begun on 8 January", *taken("prednisolone", "20", "mg/d", "01-08", "06-30")
            ),
        ),
        numbers=(13,),
    ),
    construct(
        "Days above a dose",
        "dose of NAME > VALUE on at least N [consecutive] days in WINDOW",
        "The days of the window on which the sum of the doses passes the value, or the longest run of them. A dose that is not known can only raise a day's amount, so what was reached stays reached.",
        table(
            "dose of prednisolone > 10 mg/d on at least 3 consecutive days in [screening - 28 days, screening]",
            row(
                "met",
                "three days in a row",
                *taken("prednisolone", "20", "mg/d", "03-10", "03-12"),
            ),
            row(
                "not_met",
                "two days in a row",
                *taken("prednisolone", "20", "mg/d", "03-10", "03-11"),
            ),
            row(
                "not_met",
                "exactly the dose is not above it",
                *taken("prednisolone", "10", "mg/d", "03-03", "03-31"),
            ),
            row(
                "met",
                "another dose on the third day, above as well",
                *taken("prednisolone", "20", "mg/d", "03-10", "03-11"),
                *taken("prednisolone", "10.000001", "mg/d", "03-12", "03-20"),
            ),
            row(
                "not_met",
                "two and two, with a day of less between them",
                *taken("prednisolone", "20", "mg/d", "03-10", "03-11"),
                *taken("prednisolone", "10", "mg/d", "03-12", "03-12"),
                *taken("prednisolone", "20", "mg/d", "03-13", "03-14"),
            ),
            row(
                "not_met",
                "two and two, with a day without any between them",
                *taken("prednisolone", "20", "mg/d", "03-10", "03-11"),
                *taken("prednisolone", "20", "mg/d", "03-13", "03-14"),
            ),
            row(
                "met",
                "two eras that overlap on three days add up",
                *taken("prednisolone", "6", "mg/d", "03-03", "03-12"),
                *taken("prednisolone", "6", "mg/d", "03-10", "03-31"),
            ),
            row(
                "not_met",
                "they overlap on two days",
                *taken("prednisolone", "6", "mg/d", "03-03", "03-11"),
                *taken("prednisolone", "6", "mg/d", "03-10", "03-31"),
            ),
            row(
                "not_met",
                "it began before the window and ends on its second day",
                *taken("prednisolone", "20", "mg/d", "02-01", "03-04"),
            ),
            row(
                "met",
                "it ends on the third day of the window",
                *taken("prednisolone", "20", "mg/d", "02-01", "03-05"),
            ),
            row(
                "not_met",
                "it begins on the last day but one and goes on",
                *taken("prednisolone", "20", "mg/d", "03-30", "06-30"),
            ),
            row("not_met", "never taken, covered"),
            row(
                "unknown: not_covered",
                "two days, one day not observed",
                observed("03-04", "06-30"),
                *taken("prednisolone", "20", "mg/d", "03-10", "03-11"),
            ),
            row(
                "met",
                "three days need no coverage",
                never_observed(),
                *taken("prednisolone", "20", "mg/d", "03-10", "03-12"),
            ),
            row(
                "unknown: no_dose",
                "taken without an era",
                drug("prednisolone", "03-10", "03-10"),
            ),
            row(
                "met",
                "three days are known, what else was taken is not",
                *taken("prednisolone", "20", "mg/d", "03-10", "03-12"),
                drug("prednisolone", "03-20", "03-20"),
            ),
            row(
                "unknown: unit_missing",
                "a unit is missing",
                *taken("prednisolone", "20", None, "03-10", "03-12"),
            ),
            row("unknown: no_anchor", "no screening date", anchor("screening", None)),
        ),
        table(
            "dose of glucocorticoid >= 20 mg/d on at least 7 days in (screening - 8 weeks, screening]",
            row(
                "met",
                "five and two days, apart; methylprednisolone 16 mg counts 20",
                *taken("methylprednisolone", "16", "mg/d", "02-10", "02-14"),
                *taken("prednisolone", "20", "mg/d", "03-13", "03-14"),
            ),
            row(
                "not_met",
                "five and one",
                *taken("methylprednisolone", "16", "mg/d", "02-10", "02-14"),
                *taken("prednisolone", "20", "mg/d", "03-13", "03-13"),
            ),
            row(
                "not_met",
                "the day eight weeks before is left out: 4 February",
                *taken("prednisolone", "20", "mg/d", "02-04", "02-10"),
            ),
            row(
                "met",
                "the days after it count",
                *taken("prednisolone", "20", "mg/d", "02-05", "02-11"),
            ),
        ),
        table(
            "not dose of prednisolone > 140 mg/wk on at least 1 days in [screening - 1 week, screening]",
            row(
                "met",
                "20 mg a day is 140 mg a week",
                *taken("prednisolone", "20", "mg/d", "03-01", "03-31"),
            ),
            row(
                "not_met",
                "more on the last day",
                *taken("prednisolone", "20.1", "mg/d", "03-31", "03-31"),
            ),
        ),
        numbers=(13,),
    ),
)
