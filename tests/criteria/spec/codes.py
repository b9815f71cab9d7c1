# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""Codes: absence is believed only where the data could carry the concept and every code is known."""

from __future__ import annotations

from criteria.spec.writing import (
    condition,
    construct,
    drug,
    era,
    lab,
    never_observed,
    row,
    strange,
    table,
)

CONDITIONS = ("condition_occurrence",)
DRUGS = ("drug_exposure",)

CONSTRUCTS = (
    construct(
        "A concept that the data could not carry",
        "`mapped` and `own_codes` in the dataset's manifest",
        "Absence says something only where a code of the concept could be there: one occurs in the table, or the dataset declares the table mapped to standard codes (`mapped`) or to Remit's own (`own_codes`). Each row is a dataset of one person.",
        table(
            "any pneumonia in [screening - 1 year, screening]",
            row(
                "unknown: code_unresolved",
                "no code of it occurs, nothing is declared",
                declared=(),
            ),
            row("not_met", "the table is declared", declared=CONDITIONS),
            row(
                "not_met",
                "one occurs, though later: the data can carry it",
                condition("pneumonia", "05-01", "05-09"),
                declared=(),
            ),
            row("met", "a record is a yes", condition("pneumonia", "03-01", "03-09"), declared=()),
            row(
                "unknown: code_unresolved",
                "another table is declared",
                declared=DRUGS,
            ),
            row(
                "unknown: code_unresolved",
                "that the table is complete says nothing of its codes",
                complete=CONDITIONS,
                declared=(),
            ),
            row(
                "unknown: not_covered",
                "not observed at all: that comes first",
                never_observed(),
                declared=(),
            ),
        ),
        table(
            "any infection in [screening - 1 year, screening]",
            row(
                "not_met",
                "a member of the class occurs",
                condition("onychomycosis", "05-01", "05-09"),
                declared=(),
            ),
        ),
        table(
            "not any rituximab in [screening - 1 year, screening]",
            row("unknown: code_unresolved", "no code of it occurs", declared=()),
            row("met", "the table is declared", declared=DRUGS),
        ),
        table(
            "count of flare in [screening - 1 year, screening] <= 1",
            row("unknown: code_unresolved", "more of them could not be seen", declared=()),
            row("met", "the table is declared", declared=CONDITIONS),
        ),
    ),
    construct(
        "A record that nobody can read",
        "a code that no concept lists and the vocabulary lacks, or 0",
        "Such a record may be the one that seems not to be there. Where a person has one in the window, in the table that is asked, absence is not believed.",
        table(
            "any pneumonia in [screening - 3 months, screening]",
            row(
                "unknown: code_unresolved",
                "a condition of an unknown code",
                strange("condition_occurrence", "02-15", until="02-20"),
                declared=CONDITIONS,
            ),
            row(
                "unknown: code_unresolved",
                "a condition without a code",
                strange("condition_occurrence", "02-15", until="02-20", code=0),
                declared=CONDITIONS,
            ),
            row(
                "not_met",
                "it ended the day before the window",
                strange("condition_occurrence", "2023-12-01", until="2023-12-30"),
                declared=CONDITIONS,
            ),
            row(
                "unknown: code_unresolved",
                "it ended on the first day of the window",
                strange("condition_occurrence", "2023-12-01", until="2023-12-31"),
                declared=CONDITIONS,
            ),
            row(
                "unknown: code_unresolved",
                "without an end it may hold any later day",
                strange("condition_occurrence", "2022-01-01"),
                declared=CONDITIONS,
            ),
            row(
                "not_met",
                "it begins after the window",
                strange("condition_occurrence", "04-01"),
                declared=CONDITIONS,
            ),
            row(
                "not_met",
                "a drug of an unknown code is no condition",
                strange("drug_exposure", "02-15"),
                declared=CONDITIONS,
            ),
            row(
                "not_met",
                "another concept's code is known",
                condition("flare", "02-15", "02-20"),
                declared=CONDITIONS,
            ),
            row(
                "met",
                "a record is a yes, whatever stands beside it",
                condition("pneumonia", "03-01", "03-09"),
                strange("condition_occurrence", "02-15"),
                declared=CONDITIONS,
            ),
        ),
        table(
            "any upcr in [screening - 14 days, screening] > 1 g/g",
            row(
                "unknown: code_unresolved",
                "it may be another ratio, and high",
                lab("upcr", "0.5", "g/g", "03-20"),
                strange("measurement", "03-25"),
                declared=(),
            ),
            row(
                "not_met",
                "it lies before the window",
                lab("upcr", "0.5", "g/g", "03-20"),
                strange("measurement", "03-16"),
                declared=(),
            ),
        ),
        table(
            "latest upcr in [screening - 14 days, screening] <= 1 g/g",
            row(
                "met",
                "a value that is there is no absence",
                lab("upcr", "0.5", "g/g", "03-20"),
                strange("measurement", "03-25"),
                declared=(),
            ),
        ),
        table(
            "dose of prednisolone at screening <= 10 mg/d",
            row(
                "unknown: code_unresolved",
                "the unknown drug may be a second dose of it",
                drug("prednisolone", "03-01", "04-30"),
                era("prednisolone", "5", "mg/d", "03-01", "04-30"),
                strange("drug_exposure", "03-20", until="04-10"),
                declared=(),
            ),
            row(
                "unknown: code_unresolved",
                "so may an era of an unknown drug",
                drug("prednisolone", "03-01", "04-30"),
                era("prednisolone", "5", "mg/d", "03-01", "04-30"),
                strange("dose_era", "03-20", until="04-10"),
                declared=(),
            ),
            row(
                "not_met",
                "a dose that is too high already stays so",
                drug("prednisolone", "03-01", "04-30"),
                era("prednisolone", "15", "mg/d", "03-01", "04-30"),
                strange("drug_exposure", "03-20", until="04-10"),
                declared=(),
            ),
        ),
    ),
)
