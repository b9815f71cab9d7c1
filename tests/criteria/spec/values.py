# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""The latest or earliest number against a threshold: order, units, unusable records."""

from __future__ import annotations

from criteria.spec.writing import anchor, construct, lab, observed, row, table

UPCR = "latest upcr in [screening - 14 days, screening] > 1.0 g/g"

CONSTRUCTS = (
    construct(
        "The latest value against a threshold",
        "latest NAME in WINDOW > VALUE",
        "The last record in the window decides, usable or not. No record: unknown.",
        table(
            UPCR,
            row("met", "above by the last decimal", lab("upcr", "1.000001", "g/g", "03-31")),
            row("not_met", "exactly at the threshold", lab("upcr", "1", "g/g", "03-31")),
            row("not_met", "below by the last decimal", lab("upcr", "0.999999", "g/g", "03-31")),
            row("unknown: no_data", "no record at all"),
            row(
                "unknown: no_data",
                "the only record is one day too old",
                lab("upcr", "2", "g/g", "03-16"),
            ),
            row(
                "unknown: no_data",
                "the only record is of the day after",
                lab("upcr", "2", "g/g", "04-01"),
            ),
            row("met", "the first day of the window", lab("upcr", "2", "g/g", "03-17")),
            row(
                "met",
                "the last record decides, not the highest",
                lab("upcr", "0.5", "g/g", "03-20"),
                lab("upcr", "1.2", "g/g", "03-30"),
            ),
            row(
                "not_met",
                "and not an earlier one that passes",
                lab("upcr", "1.2", "g/g", "03-20"),
                lab("upcr", "0.5", "g/g", "03-30"),
            ),
            row(
                "not_met",
                "a record after the window does not count",
                lab("upcr", "0.5", "g/g", "03-30"),
                lab("upcr", "1.2", "g/g", "04-01"),
            ),
            row(
                "unknown: no_anchor",
                "the screening date is missing",
                anchor("screening", None),
                lab("upcr", "2", "g/g", "03-31"),
            ),
            row(
                "unknown: no_anchor",
                "the date of another study does not serve",
                anchor("screening", None),
                anchor("screening", "03-31", study="other"),
                lab("upcr", "2", "g/g", "03-31"),
            ),
            row(
                "met",
                "coverage is not asked for where a record decides",
                observed("01-01", "01-31"),
                lab("upcr", "2", "g/g", "03-31"),
            ),
        ),
        numbers=(3, 4),
    ),
    construct(
        "Equal and at least",
        "latest NAME in WINDOW >= VALUE",
        "The threshold itself passes >= and <=. On scores, titres, counts and ages = may be written.",
        table(
            "latest upcr at screening >= 1 g/g",
            row("met", "exactly at the threshold", lab("upcr", "1", "g/g", "03-31")),
            row("not_met", "below by the last decimal", lab("upcr", "0.999999", "g/g", "03-31")),
        ),
        table(
            "latest upcr at screening <= 1 g/g",
            row("met", "exactly at the threshold", lab("upcr", "1", "g/g", "03-31")),
            row("not_met", "above by the last decimal", lab("upcr", "1.000001", "g/g", "03-31")),
        ),
        table(
            "0.5 g/g < latest upcr at screening <= 1 g/g",
            row("met", "the closed end", lab("upcr", "1", "g/g", "03-31")),
            row("not_met", "the open end", lab("upcr", "0.5", "g/g", "03-31")),
            row("met", "inside", lab("upcr", "0.500001", "g/g", "03-31")),
            row("unknown: no_data", "no record: one reason, not two"),
        ),
        table(
            "latest upcr at screening ≥ 1 g/g",
            row("met", "the printed sign is the same", lab("upcr", "1", "g/g", "03-31")),
        ),
        numbers=(4,),
    ),
    construct(
        "The earliest value",
        "earliest NAME in WINDOW > VALUE",
        "The first record in the window decides; the order is the exact reverse of latest.",
        table(
            "earliest upcr in [screening - 14 days, screening] > 1 g/g",
            row(
                "not_met",
                "the first record decides",
                lab("upcr", "0.5", "g/g", "03-17"),
                lab("upcr", "2", "g/g", "03-30"),
            ),
            row(
                "met",
                "a record before the window does not count",
                lab("upcr", "0.5", "g/g", "03-16"),
                lab("upcr", "2", "g/g", "03-30"),
            ),
            row(
                "met",
                "the same day: without a time comes first",
                lab("upcr", "2", "g/g", "03-20", key=2),
                lab("upcr", "0.5", "g/g", "03-20", time="00:00", key=1),
            ),
            row(
                "met",
                "the same day: the earlier time",
                lab("upcr", "0.5", "g/g", "03-20", time="09:01", key=1),
                lab("upcr", "2", "g/g", "03-20", time="09:00", key=2),
            ),
            row(
                "met",
                "the same day, no times: the lower record id",
                lab("upcr", "0.5", "g/g", "03-20", key=2),
                lab("upcr", "2", "g/g", "03-20", key=1),
            ),
            row(
                "unknown: unit_missing",
                "an unusable first record is not skipped",
                lab("upcr", "2", None, "03-18"),
                lab("upcr", "2", "g/g", "03-30"),
            ),
        ),
    ),
    construct(
        "Two records of one day",
        "latest NAME in WINDOW",
        "The order of latest: date, then time (a record without a time comes before one with), then record id.",
        table(
            UPCR,
            row(
                "met",
                "the later time",
                lab("upcr", "0.5", "g/g", "03-31", time="08:00", key=2),
                lab("upcr", "2", "g/g", "03-31", time="08:01", key=1),
            ),
            row(
                "not_met",
                "a time beats none, whatever the ids",
                lab("upcr", "0.5", "g/g", "03-31", time="00:00", key=1),
                lab("upcr", "2", "g/g", "03-31", key=2),
            ),
            row(
                "met",
                "no times: the greater record id",
                lab("upcr", "0.5", "g/g", "03-31", key=1),
                lab("upcr", "2", "g/g", "03-31", key=2),
            ),
            row(
                "met",
                "the same time: the greater record id",
                lab("upcr", "2", "g/g", "03-31", time="08:00", key=9),
                lab("upcr", "0.5", "g/g", "03-31", time="08:00", key=8),
            ),
            row(
                "met",
                "the same value twice",
                lab("upcr", "2", "g/g", "03-31"),
                lab("upcr", "2", "g/g", "03-31"),
            ),
        ),
        numbers=(4,),
    ),
    construct(
        "Units of records",
        "latest NAME in WINDOW > VALUE",
        "A record counts in any unit that the concept converts. Conversion is exact. Any other unit makes it unusable; nothing is guessed.",
        table(
            UPCR,
            row("not_met", "1000 mg/g is exactly 1 g/g", lab("upcr", "1000", "mg/g", "03-31")),
            row(
                "met",
                "above by the last decimal, in mg/g",
                lab("upcr", "1000.000001", "mg/g", "03-31"),
            ),
            row(
                "not_met",
                "113.12 mg/mmol is exactly 1 g/g",
                lab("upcr", "113.12", "mg/mmol", "03-31"),
            ),
            row(
                "met",
                "above by the last decimal, in mg/mmol",
                lab("upcr", "113.120001", "mg/mmol", "03-31"),
            ),
            row("unknown: unit_missing", "no unit", lab("upcr", "2", None, "03-31")),
            row(
                "unknown: unit_missing",
                "unit id 0 and no unit in words",
                lab("upcr", "2", None, "03-31", unit_id=0),
            ),
            row(
                "unknown: unit_missing",
                "an empty text is no unit",
                lab("upcr", "2", None, "03-31", unit_text=""),
            ),
            row(
                "met",
                "the unit in words, without an id",
                lab("upcr", "2", None, "03-31", unit_text="g/g"),
            ),
            row(
                "met",
                "id 0 means none: the words count",
                lab("upcr", "2000", None, "03-31", unit_text="mg/g", unit_id=0),
            ),
            row(
                "unknown: unit_unknown",
                "words that nobody listed",
                lab("upcr", "2", None, "03-31", unit_text="mg/TV"),
            ),
            row(
                "unknown: unit_unknown",
                "a unit of the table that this concept does not convert",
                lab("upcr", "2", "kg", "03-31"),
            ),
            row(
                "unknown: unit_unknown",
                "an id outside the table",
                lab("upcr", "2", None, "03-31", unit_id=12345),
            ),
            row(
                "unknown: unit_unknown",
                "an unknown id is not mended by words",
                lab("upcr", "2", None, "03-31", unit_id=12345, unit_text="g/g"),
            ),
            row(
                "unknown: unit_missing",
                "nothing falls back to an older usable record",
                lab("upcr", "2", "g/g", "03-30"),
                lab("upcr", "2", None, "03-31"),
            ),
        ),
        table(
            "latest urine_protein_24h in [screening - 14 days, screening] > 1 g/d",
            row(
                "met",
                "grams of a 24-hour collection are grams a day",
                lab("urine_protein_24h", "1.1", "g", "03-31"),
            ),
            row(
                "not_met",
                "1000 mg a day is exactly 1 g a day",
                lab("urine_protein_24h", "1000", "mg/d", "03-31"),
            ),
            row(
                "met",
                "a listed spelling",
                lab("urine_protein_24h", "1.000001", None, "03-31", unit_text="g/24h"),
            ),
        ),
        table(
            "latest creatinine at screening <= 132.6 umol/L",
            row("met", "the unit of entry", lab("creatinine", "132.6", "umol/L", "03-31")),
            row(
                "met",
                "1.499971 mg/dL is below 132.6 umol/L, which is 1.49997120 mg/dL",
                lab("creatinine", "1.499971", "mg/dL", "03-31"),
            ),
            row(
                "not_met",
                "1.499972 mg/dL is above it",
                lab("creatinine", "1.499972", "mg/dL", "03-31"),
            ),
            row(
                "met",
                "any code of the concept",
                lab("creatinine", "132.6", "umol/L", "03-31", code=3020564),
            ),
        ),
        table(
            "latest body_temperature at screening > 38 Cel",
            row(
                "not_met",
                "100.4 [degF] is exactly 38 Cel",
                lab("body_temperature", "100.4", "[degF]", "03-31"),
            ),
            row("met", "above it", lab("body_temperature", "100.400001", "[degF]", "03-31")),
            row("not_met", "below it", lab("body_temperature", "100.399999", "[degF]", "03-31")),
            row("met", "in words", lab("body_temperature", "101", None, "03-31", unit_text="°F")),
            row("not_met", "37 Cel", lab("body_temperature", "98.6", "[degF]", "03-31")),
            row("met", "in Celsius", lab("body_temperature", "38.000001", "Cel", "03-31")),
            row(
                "unknown: implausible",
                "38 [degF] is 3.3 Cel",
                lab("body_temperature", "38", "[degF]", "03-31"),
            ),
            row("not_met", "20 Cel", lab("body_temperature", "68", "[degF]", "03-31")),
            row("met", "45 Cel", lab("body_temperature", "113", "[degF]", "03-31")),
            row(
                "unknown: implausible",
                "beyond 45 Cel",
                lab("body_temperature", "113.000001", "[degF]", "03-31"),
            ),
            row("met", ">100.4", lab("body_temperature", "100.4", "[degF]", "03-31", sign=">")),
            row(
                "unknown: censored",
                ">99 may be above it",
                lab("body_temperature", "99", "[degF]", "03-31", sign=">"),
            ),
            row(
                "unknown: no_value",
                "no number",
                lab("body_temperature", None, "[degF]", "03-31"),
            ),
        ),
        table(
            "latest body_temperature in [screening - 7 days, screening] - latest body_temperature in [screening - 30 days, screening - 8 days] >= 1 Cel",
            row(
                "met",
                "1.8 [degF] are 1 Cel",
                lab("body_temperature", "98.6", "[degF]", "03-20"),
                lab("body_temperature", "100.4", "[degF]", "03-31"),
            ),
            row(
                "not_met",
                "less than 1.8 [degF]",
                lab("body_temperature", "98.6", "[degF]", "03-20"),
                lab("body_temperature", "100.399999", "[degF]", "03-31"),
            ),
            row(
                "met",
                "one in each unit",
                lab("body_temperature", "98.6", "[degF]", "03-20"),
                lab("body_temperature", "38", "Cel", "03-31"),
            ),
        ),
        table(
            "highest body_temperature in [screening - 14 days, screening] >= 38.5 Cel",
            row(
                "met",
                "101.3 [degF] is 38.5 Cel",
                lab("body_temperature", "101.3", "[degF]", "03-25"),
                lab("body_temperature", "38.4", "Cel", "03-31"),
            ),
            row(
                "not_met",
                "both below",
                lab("body_temperature", "101.299999", "[degF]", "03-25"),
                lab("body_temperature", "38.4", "Cel", "03-31"),
            ),
        ),
        table(
            "latest body_temperature at screening > 1 * uln",
            row(
                "met",
                "above the record's own limit",
                lab("body_temperature", "99.6", "[degF]", "03-31", high="99.5"),
            ),
            row(
                "not_met",
                "at it",
                lab("body_temperature", "99.5", "[degF]", "03-31", high="99.5"),
            ),
            row(
                "unknown: no_reference_range",
                "without one",
                lab("body_temperature", "99.5", "[degF]", "03-31"),
            ),
        ),
        numbers=(4, 7),
    ),
    construct(
        "Values that are no value",
        "latest NAME in WINDOW > VALUE",
        "A record without a number, or outside the plausible range, is unusable. The plausible limits themselves are inside.",
        table(
            UPCR,
            row(
                "unknown: no_value", "a comment without a number", lab("upcr", None, None, "03-31")
            ),
            row(
                "unknown: no_value",
                "with a unit, still no number",
                lab("upcr", None, "g/g", "03-31"),
            ),
            row("met", "the upper plausible limit", lab("upcr", "60", "g/g", "03-31")),
            row(
                "unknown: implausible",
                "beyond it by the last decimal",
                lab("upcr", "60.000001", "g/g", "03-31"),
            ),
            row("met", "the limit in another unit", lab("upcr", "60000", "mg/g", "03-31")),
            row(
                "unknown: implausible",
                "beyond it in another unit",
                lab("upcr", "60000.000001", "mg/g", "03-31"),
            ),
            row("not_met", "the lower plausible limit, zero", lab("upcr", "0", "g/g", "03-31")),
            row("unknown: implausible", "below it", lab("upcr", "-0.000001", "g/g", "03-31")),
            row(
                "unknown: unit_missing",
                "without a unit the range is not asked",
                lab("upcr", "999", None, "03-31"),
            ),
            row(
                "unknown: implausible",
                "the greatest number that a table holds",
                lab("upcr", "999999999999.999999", "g/g", "03-31"),
            ),
        ),
    ),
    construct(
        "The protocol's default window",
        "NAME > VALUE",
        "A bare name is the latest in the default window of the protocol, or in that of the concept. Here: `[screening - 28 days, screening]`; for weight and height `[screening - 6 months, screening]`.",
        table(
            "upcr > 1 g/g",
            row("met", "the first day of 28", lab("upcr", "2", "g/g", "03-03")),
            row("unknown: no_data", "one day older", lab("upcr", "2", "g/g", "03-02")),
            row(
                "not_met",
                "the latest, not the highest",
                lab("upcr", "2", "g/g", "03-03"),
                lab("upcr", "1", "g/g", "03-04"),
            ),
        ),
        table(
            "weight >= 40 kg",
            row(
                "met",
                "six months back: 2023-09-30, for September has no 31st",
                lab("weight", "40", "kg", "2023-09-30"),
            ),
            row("unknown: no_data", "the day before", lab("weight", "40", "kg", "2023-09-29")),
            row("not_met", "grams convert", lab("weight", "39999", "g", "03-31")),
        ),
    ),
    construct(
        "Parameters",
        "$NAME",
        "A parameter stands for a literal that the protocol declares. Here: upcr_limit is `1 g/g`, lookback is `14 days`.",
        table(
            "latest upcr in [screening - $lookback, screening] > $upcr_limit",
            row("met", "the first day", lab("upcr", "1.000001", "g/g", "03-17")),
            row("unknown: no_data", "the day before", lab("upcr", "2", "g/g", "03-16")),
            row("not_met", "the threshold", lab("upcr", "1", "g/g", "03-17")),
        ),
    ),
    construct(
        "Two measurements with different units",
        "A > VALUE or B > VALUE",
        "Each reading is compared in its own unit. Ratio and 24-hour protein are never converted into each other.",
        table(
            "latest upcr in [screening - 14 days, screening] > 1.0 g/g or latest urine_protein_24h in [screening - 14 days, screening] > 1.0 g/d",
            row("met", "the ratio alone decides", lab("upcr", "1.1", "g/g", "03-31")),
            row(
                "met",
                "the 24-hour protein alone decides",
                lab("urine_protein_24h", "1100", "mg/d", "03-31"),
            ),
            row(
                "unknown: no_data",
                "one is at the threshold, the other not measured",
                lab("upcr", "1", "g/g", "03-31"),
            ),
            row(
                "not_met",
                "both measured, neither above",
                lab("upcr", "1", "g/g", "03-31"),
                lab("urine_protein_24h", "1", "g/d", "03-31"),
            ),
            row(
                "unknown: no_data, unit_missing",
                "the reasons of both",
                lab("upcr", "2", None, "03-31"),
            ),
        ),
        numbers=(7,),
    ),
)
