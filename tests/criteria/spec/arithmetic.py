# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Arithmetic between readings: dose per weight, percent of baseline, differences, bedside formulas."""

from __future__ import annotations

from typing import Any

from criteria.spec.doses import taken
from criteria.spec.writing import Fact, anchor, construct, drug, lab, never_observed, row, table

PER_KG = "dose of prednisolone at baseline / weight >= 0.5 mg/kg/d"
PERCENT = "latest creatinine at baseline / latest creatinine at screening <= 125 %"


def creatinine(number: str | None, on: str, unit: str | None = "mg/dL", **more: Any) -> Fact:
    return lab("creatinine", number, unit, on, **more)


WEIGHT = lab("weight", "60", "kg", "03-01")
HEIGHT = lab("height", "100", "cm", "03-01")

CONSTRUCTS = (
    construct(
        "A dose per weight",
        "dose of NAME at ANCHOR / weight >= 0.5 mg/kg/d",
        "Multiplied out and compared exactly. Each reading must be an exact number; its own reason else.",
        table(
            PER_KG,
            row(
                "met",
                "exactly 0.5: 30 mg and 60 kg",
                WEIGHT,
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "below by the last decimal",
                WEIGHT,
                *taken("prednisolone", "29.999999", "mg/d", "01-01", "06-30"),
            ),
            row(
                "met",
                "the weight in grams",
                lab("weight", "60000", "g", "03-01"),
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "a little heavier",
                lab("weight", "60.000001", "kg", "03-01"),
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row("not_met", "nothing taken, covered: 0", WEIGHT),
            row(
                "met",
                "the greatest dose that a table holds",
                WEIGHT,
                *taken("prednisolone", "999999999999.999999", "g/d", "01-01", "06-30"),
            ),
            row(
                "unknown: no_data",
                "no weight",
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row(
                "unknown: unit_missing",
                "a weight without a unit",
                lab("weight", "60", None, "03-01"),
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row(
                "unknown: no_dose",
                "taken without a dose",
                WEIGHT,
                drug("prednisolone", "01-01", "06-30"),
            ),
            row(
                "unknown: not_covered",
                "the dose is only a lower bound",
                never_observed(),
                WEIGHT,
                *taken("prednisolone", "60", "mg/d", "01-01", "06-30"),
            ),
            row(
                "unknown: no_data",
                "of several reasons the first of the list",
                drug("prednisolone", "01-01", "06-30"),
            ),
            row(
                "unknown: implausible",
                "a weight of 0 kg is not plausible",
                lab("weight", "0", "kg", "03-01"),
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row("unknown: no_anchor", "no baseline date", anchor("baseline", None), WEIGHT),
        ),
        table(
            "0.5 mg/kg/d <= dose of prednisolone at baseline / weight <= 1 mg/kg/d",
            row(
                "met",
                "the upper end",
                WEIGHT,
                *taken("prednisolone", "60", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "above it",
                WEIGHT,
                *taken("prednisolone", "60.000001", "mg/d", "01-01", "06-30"),
            ),
        ),
        numbers=(12,),
    ),
    construct(
        "Percent of another reading",
        "latest A in W1 / latest A in W2 <= 125 %",
        "A quotient of two readings, each with its own window and unit.",
        table(
            PERCENT,
            row(
                "met",
                "exactly 125 %: 1.5 of 1.2",
                creatinine("1.2", "03-31"),
                creatinine("1.5", "04-14"),
            ),
            row(
                "not_met",
                "above by the last decimal",
                creatinine("1.2", "03-31"),
                creatinine("1.500001", "04-14"),
            ),
            row(
                "met",
                "each in its own unit: 106.08 umol/L is 1.20… mg/dL",
                creatinine("1.2", "03-31"),
                creatinine("106.08", "04-14", "umol/L"),
            ),
            row(
                "met",
                "both in umol/L",
                creatinine("80", "03-31", "umol/L"),
                creatinine("100", "04-14", "umol/L"),
            ),
            row(
                "not_met",
                "both in umol/L, above by the last decimal",
                creatinine("80", "03-31", "umol/L"),
                creatinine("100.000001", "04-14", "umol/L"),
            ),
            row("unknown: no_data", "one is missing", creatinine("1.2", "03-31")),
            row(
                "unknown: censored",
                "<1.0 is no exact number, though any would pass",
                creatinine("1.2", "03-31"),
                creatinine("1", "04-14", sign="<"),
            ),
            row(
                "unknown: unit_missing",
                "no unit",
                creatinine("1.2", "03-31"),
                creatinine("1.5", "04-14", None),
            ),
            row(
                "unknown: implausible",
                "a number in the wrong unit",
                creatinine("1.2", "03-31"),
                creatinine("106", "04-14"),
            ),
            row(
                "unknown: censored",
                "a sign that nobody knows",
                creatinine("1.2", "03-31", sign=99),
                creatinine("1.5", "04-14"),
            ),
        ),
        table(
            "latest upcr at baseline / latest upcr at screening <= 50 %",
            row(
                "met",
                "exactly half",
                lab("upcr", "3", "g/g", "03-31"),
                lab("upcr", "1500", "mg/g", "04-14"),
            ),
            row(
                "not_met",
                "above half by the last decimal",
                lab("upcr", "3", "g/g", "03-31"),
                lab("upcr", "1500.000001", "mg/g", "04-14"),
            ),
            row(
                "unknown: not_positive",
                "division by zero",
                lab("upcr", "0", "g/g", "03-31"),
                lab("upcr", "1", "g/g", "04-14"),
            ),
            row(
                "met",
                "zero of something",
                lab("upcr", "1", "g/g", "03-31"),
                lab("upcr", "0", "g/g", "04-14"),
            ),
        ),
    ),
    construct(
        "Differences and sums",
        "latest A in W1 - latest A in W2 > VALUE",
        "Decimals, never binary fractions: 1.8 - 1.5 is 0.3, not a little more.",
        table(
            "latest upcr at baseline >= 987654321.123456 * latest upcr at screening",
            row(
                "not_met",
                "a large factor is exact too",
                lab("upcr", "50", "g/g", "04-14"),
                lab("upcr", "0.000001", "g/g", "03-31"),
            ),
            row(
                "met",
                "of nothing it is nothing",
                lab("upcr", "50", "g/g", "04-14"),
                lab("upcr", "0", "g/g", "03-31"),
            ),
        ),
        table(
            "latest creatinine at baseline - latest creatinine at screening > 0.3 mg/dL",
            row(
                "not_met",
                "1.8 - 1.5 is exactly 0.3",
                creatinine("1.5", "03-31"),
                creatinine("1.8", "04-14"),
            ),
            row(
                "met",
                "above by the last decimal",
                creatinine("1.5", "03-31"),
                creatinine("1.800001", "04-14"),
            ),
            row("not_met", "it fell", creatinine("1.8", "03-31"), creatinine("1.5", "04-14")),
            row(
                "met",
                "different units: 159.2 umol/L is above 1.8 mg/dL",
                creatinine("1.5", "03-31"),
                creatinine("159.2", "04-14", "umol/L"),
            ),
            row(
                "not_met",
                "different units: 159.1 umol/L is below 1.8 mg/dL",
                creatinine("1.5", "03-31"),
                creatinine("159.1", "04-14", "umol/L"),
            ),
        ),
        table(
            "latest creatinine at baseline - latest creatinine at screening <= -0.3 mg/dL",
            row(
                "met",
                "a fall of exactly 0.3",
                creatinine("1.8", "03-31"),
                creatinine("1.5", "04-14"),
            ),
            row(
                "not_met",
                "a fall less by the last decimal",
                creatinine("1.8", "03-31"),
                creatinine("1.500001", "04-14"),
            ),
            row("not_met", "it rose", creatinine("1.5", "03-31"), creatinine("1.8", "04-14")),
        ),
        table(
            "latest creatinine at baseline - latest creatinine at screening >= 0.3 mg/dL",
            row(
                "met",
                "1.8 - 1.5 is exactly 0.3",
                creatinine("1.5", "03-31"),
                creatinine("1.8", "04-14"),
            ),
            row(
                "not_met",
                "below by the last decimal",
                creatinine("1.5", "03-31"),
                creatinine("1.799999", "04-14"),
            ),
        ),
        table(
            "latest platelets at baseline > latest platelets at screening",
            row(
                "met",
                "above by the last decimal",
                lab("platelets", "100", "10*9/L", "03-31"),
                lab("platelets", "100.000001", "10*9/L", "04-14"),
            ),
            row(
                "not_met",
                "equal, in other units",
                lab("platelets", "100", "10*9/L", "03-31"),
                lab("platelets", "100000", "/uL", "04-14"),
            ),
        ),
        table(
            "latest sledai_2k at screening - latest sledai_2k at baseline >= 4",
            row(
                "met",
                "four points better",
                lab("sledai_2k", "10", None, "03-31"),
                lab("sledai_2k", "6", None, "04-14"),
            ),
            row(
                "not_met",
                "three points",
                lab("sledai_2k", "10", None, "03-31"),
                lab("sledai_2k", "7", None, "04-14"),
            ),
            row(
                "unknown: no_value",
                "one without a number",
                lab("sledai_2k", None, None, "03-31"),
                lab("sledai_2k", "6", None, "04-14"),
            ),
        ),
        table(
            "2 * latest creatinine at screening < 3 mg/dL",
            row("met", "below 1.5", creatinine("1.499999", "03-31")),
            row("not_met", "exactly 1.5", creatinine("1.5", "03-31")),
        ),
        table(
            "0 mg/dL - latest creatinine at screening < 0 mg/dL - 1 mg/dL",
            row("met", "a negative factor turns the sign round", creatinine("1.000001", "03-31")),
            row("not_met", "exactly", creatinine("1", "03-31")),
        ),
        table(
            "latest creatinine at screening / 2 >= 0.75 mg/dL",
            row("met", "exactly", creatinine("1.5", "03-31")),
            row("not_met", "below by the last decimal", creatinine("1.499999", "03-31")),
        ),
    ),
    construct(
        "A number in a given unit, and derived values",
        "NAME as UNIT",
        "`X as cm` is the number of X in that unit, for formulas. Here: egfr_bedside is `0.413 * (height as cm) / (creatinine as mg/dL)` (Schwartz).",
        table(
            "egfr_bedside >= 30",
            row(
                "met",
                "exactly 30: 0.413 x 150 / 2.065",
                lab("height", "150", "cm", "03-01"),
                creatinine("2.065", "03-31"),
            ),
            row(
                "not_met",
                "below by the last decimal",
                lab("height", "150", "cm", "03-01"),
                creatinine("2.065001", "03-31"),
            ),
            row(
                "met",
                "the height in metres",
                lab("height", "1.5", "m", "03-01"),
                creatinine("2.065", "03-31"),
            ),
            row(
                "met",
                "creatinine in umol/L: 182.5 is below 2.065 mg/dL",
                lab("height", "150", "cm", "03-01"),
                creatinine("182.5", "03-31", "umol/L"),
            ),
            row(
                "not_met",
                "182.6 umol/L is above it",
                lab("height", "150", "cm", "03-01"),
                creatinine("182.6", "03-31", "umol/L"),
            ),
            row("unknown: no_data", "no height", creatinine("1", "03-31")),
            row("unknown: implausible", "creatinine of zero", HEIGHT, creatinine("0", "03-31")),
            row("unknown: no_data", "no creatinine", HEIGHT),
        ),
        table(
            "egfr_bedside < 15",
            row("met", "0.413 x 100 / 3 is 13.8", HEIGHT, creatinine("3", "03-31")),
            row("not_met", "0.413 x 100 / 2 is 20.65", HEIGHT, creatinine("2", "03-31")),
        ),
        table(
            "(weight as kg) / (height as cm) >= 0.4",
            row("met", "40 kg and 100 cm", lab("weight", "40", "kg", "03-01"), HEIGHT),
            row("not_met", "a little lighter", lab("weight", "39.999999", "kg", "03-01"), HEIGHT),
        ),
        numbers=(21,),
    ),
)
