# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Records that are bounds (<0.2), and records against their own limits of normal."""

from __future__ import annotations

from criteria.spec.writing import Spec, construct, lab, row, table

UPCR = "latest upcr in [screening - 14 days, screening] > 1.0 g/g"
CENSORED = "unknown: censored"


def _bound_rows(operator: str, answers: dict[tuple[str, str], str]) -> tuple[Spec, ...]:
    """Rows for one operator: each sign of a record, with its number below, at and above 1 g/g."""
    numbers = {"below": "0.999999", "at": "1", "above": "1.000001"}
    return table(
        f"latest upcr at screening {operator} 1 g/g",
        *(
            row(
                answer,
                f"{sign} a number {place} the threshold",
                lab("upcr", numbers[place], "g/g", "03-31", sign=sign),
            )
            for (sign, place), answer in answers.items()
        ),
    )


CONSTRUCTS = (
    construct(
        "Bounds such as <0.2",
        "latest NAME in WINDOW > VALUE",
        "A record with a sign is a bound. It decides when every value within the bound agrees, else unknown.",
        _bound_rows(
            ">",
            {
                ("<", "below"): "not_met",
                ("<", "at"): "not_met",
                ("<", "above"): CENSORED,
                ("<=", "below"): "not_met",
                ("<=", "at"): "not_met",
                ("<=", "above"): CENSORED,
                (">", "below"): CENSORED,
                (">", "at"): "met",
                (">", "above"): "met",
                (">=", "below"): CENSORED,
                (">=", "at"): CENSORED,
                (">=", "above"): "met",
                ("=", "below"): "not_met",
                ("=", "at"): "not_met",
                ("=", "above"): "met",
            },
        ),
        _bound_rows(
            ">=",
            {
                ("<", "below"): "not_met",
                ("<", "at"): "not_met",
                ("<", "above"): CENSORED,
                ("<=", "below"): "not_met",
                ("<=", "at"): CENSORED,
                ("<=", "above"): CENSORED,
                (">", "below"): CENSORED,
                (">", "at"): "met",
                (">", "above"): "met",
                (">=", "below"): CENSORED,
                (">=", "at"): "met",
                (">=", "above"): "met",
            },
        ),
        _bound_rows(
            "<",
            {
                ("<", "below"): "met",
                ("<", "at"): "met",
                ("<", "above"): CENSORED,
                ("<=", "below"): "met",
                ("<=", "at"): CENSORED,
                ("<=", "above"): CENSORED,
                (">", "below"): CENSORED,
                (">", "at"): "not_met",
                (">", "above"): "not_met",
                (">=", "below"): CENSORED,
                (">=", "at"): "not_met",
                (">=", "above"): "not_met",
            },
        ),
        _bound_rows(
            "<=",
            {
                ("<", "below"): "met",
                ("<", "at"): "met",
                ("<", "above"): CENSORED,
                ("<=", "below"): "met",
                ("<=", "at"): "met",
                ("<=", "above"): CENSORED,
                (">", "below"): CENSORED,
                (">", "at"): "not_met",
                (">", "above"): "not_met",
                (">=", "below"): CENSORED,
                (">=", "at"): CENSORED,
                (">=", "above"): "not_met",
            },
        ),
        table(
            UPCR,
            row(
                "unknown: censored",
                "a sign that nobody knows",
                lab("upcr", "2", "g/g", "03-31", sign=99),
            ),
            row("met", "sign id 0 means none", lab("upcr", "2", "g/g", "03-31", sign=0)),
            row(
                "unknown: unit_missing",
                "the unit is asked first",
                lab("upcr", "0.2", None, "03-31", sign="<"),
            ),
        ),
    ),
    construct(
        "Multiples of the limit of normal",
        "latest NAME in WINDOW > 1.5 * uln",
        "The record is compared with its own upper (uln) or lower (lln) limit of normal. The unit cancels, so none is asked for, and neither is the plausible range.",
        table(
            "latest alt in [screening - 14 days, screening] > 1.5 * uln",
            row("not_met", "exactly 1.5 times", lab("alt", "60", "U/L", "03-31", high="40")),
            row(
                "met",
                "above by the last decimal",
                lab("alt", "60.000001", "U/L", "03-31", high="40"),
            ),
            row("met", "without a unit", lab("alt", "61", None, "03-31", high="40")),
            row(
                "met",
                "in a unit that nobody knows",
                lab("alt", "61", None, "03-31", high="40", unit_text="iu"),
            ),
            row(
                "met", "each record with its own limit", lab("alt", "46", "U/L", "03-31", high="30")
            ),
            row(
                "unknown: no_reference_range",
                "no limit on the record",
                lab("alt", "500", "U/L", "03-31"),
            ),
            row(
                "unknown: no_reference_range",
                "a limit of zero is none",
                lab("alt", "500", "U/L", "03-31", high="0"),
            ),
            row(
                "unknown: no_reference_range",
                "the lower limit does not serve",
                lab("alt", "500", "U/L", "03-31", low="10"),
            ),
            row(
                "unknown: no_reference_range",
                "an older record with a limit does not serve",
                lab("alt", "500", "U/L", "03-30", high="40"),
                lab("alt", "500", "U/L", "03-31"),
            ),
            row("unknown: no_value", "no number", lab("alt", None, "U/L", "03-31", high="40")),
            row(
                "met",
                "the plausible range is not asked",
                lab("alt", "50000", "U/L", "03-31", high="40"),
            ),
            row(
                "unknown: censored",
                ">30 may be above 60",
                lab("alt", "30", "U/L", "03-31", high="40", sign=">"),
            ),
            row("met", ">60 is above 60", lab("alt", "60", "U/L", "03-31", high="40", sign=">")),
            row(
                "not_met",
                "<=60 is not above 60",
                lab("alt", "60", "U/L", "03-31", high="40", sign="<="),
            ),
            row("unknown: no_data", "no record"),
        ),
        table(
            "latest alt in [screening - 14 days, screening] > 10 * uln",
            row(
                "not_met",
                "the product with the largest limit that a record holds is exact",
                lab("alt", "1", "U/L", "03-31", high="999999999999"),
            ),
            row(
                "met",
                "so is the largest number against the smallest limit",
                lab("alt", "999999999999", "U/L", "03-31", high="0.000001"),
            ),
            row(
                "not_met",
                "ten times a limit, and the number is equal",
                lab("alt", "999999999990", "U/L", "03-31", high="99999999999"),
            ),
        ),
        table(
            "1.5 * uln >= latest alt at screening",
            row(
                "met",
                "turned round: exactly 1.5 times",
                lab("alt", "60", "U/L", "03-31", high="40"),
            ),
            row("not_met", "above", lab("alt", "60.000001", "U/L", "03-31", high="40")),
        ),
        table(
            "latest c3 at screening < lln",
            row(
                "met",
                "below the record's lower limit",
                lab("c3", "0.89", "g/L", "03-31", low="0.9", high="1.8"),
            ),
            row(
                "not_met", "exactly at it", lab("c3", "0.9", "g/L", "03-31", low="0.9", high="1.8")
            ),
            row(
                "unknown: no_reference_range",
                "only an upper limit",
                lab("c3", "0.5", "g/L", "03-31", high="1.8"),
            ),
        ),
        table(
            "latest platelets at screening >= 0.5 * lln",
            row("met", "half of the limit", lab("platelets", "75", "10*9/L", "03-31", low="150")),
            row(
                "not_met",
                "below it by the last decimal",
                lab("platelets", "74.999999", "10*9/L", "03-31", low="150"),
            ),
        ),
        table(
            "any alt in [screening - 14 days, screening] > 2 * uln",
            row(
                "met",
                "one record is enough",
                lab("alt", "61", "U/L", "03-20", high="30"),
                lab("alt", "61", "U/L", "03-31", high="40"),
            ),
            row(
                "not_met",
                "none: each with its own limit",
                lab("alt", "60", "U/L", "03-20", high="30"),
                lab("alt", "80", "U/L", "03-31", high="40"),
            ),
            row(
                "unknown: no_reference_range",
                "one without a limit stays open",
                lab("alt", "60", "U/L", "03-20", high="30"),
                lab("alt", "61", "U/L", "03-31"),
            ),
        ),
        numbers=(6,),
    ),
)
