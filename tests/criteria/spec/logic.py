# ruff: noqa: E501 - titles, expressions and notes stay on one line
"""And, or, not, at least, if, named definitions, attestations."""

from __future__ import annotations

from criteria.spec.doses import taken
from criteria.spec.writing import (
    Fact,
    anchor,
    answer,
    born,
    coded,
    condition,
    construct,
    lab,
    never_observed,
    row,
    sex,
    table,
)

UPCR_MET = lab("upcr", "2", "g/g", "03-31")
UPCR_NOT = lab("upcr", "0.5", "g/g", "03-31")
UPCR_OPEN = lab("upcr", "2", None, "03-31")
PLT_MET = lab("platelets", "40", "10*9/L", "03-31")
PLT_NOT = lab("platelets", "100", "10*9/L", "03-31")
UPCR = "upcr > 1 g/g"
PLT = "platelets < 50 10*9/L"
FEATURES = ("malar_rash", "oral_ulcers", "arthritis", "serositis")
TWO_OF = f"at least 2 of ({', '.join(f'any {name} in [screening - 28 days, screening]' for name in FEATURES)})"
IF = "if sex is female then pregnancy_test_urine is negative"
APPLICABLE = "at least 2 of (if sex is female then upcr > 1 g/g, platelets < 50 10*9/L, ecog <= 1)"


def seen(name: str) -> Fact:
    return condition(name, "03-10", "03-20")


def open_end(name: str) -> Fact:
    return condition(name, "2023-01-01")


CONSTRUCTS = (
    construct(
        "and, or, not",
        "A and B, A or B, not A",
        "One `not met` decides `and`, one `met` decides `or`, whatever is unknown beside it. Otherwise unknown stays, with the reasons of all unknown operands.",
        table(
            f"{UPCR} and {PLT}",
            row("met", "both", UPCR_MET, PLT_MET),
            row("not_met", "one not", UPCR_MET, PLT_NOT),
            row("not_met", "one not, the other unknown", PLT_NOT),
            row("unknown: no_data", "one met, the other unknown", PLT_MET),
            row("unknown: no_data, unit_missing", "both unknown: the reasons of both", UPCR_OPEN),
            row("unknown: no_data", "both unknown for one reason"),
        ),
        table(
            f"{UPCR} or {PLT}",
            row("met", "one", UPCR_MET, PLT_NOT),
            row("met", "one, the other unknown", PLT_MET),
            row("not_met", "neither", UPCR_NOT, PLT_NOT),
            row("unknown: no_data", "one not, the other unknown", PLT_NOT),
            row("unknown: no_data, unit_missing", "both unknown", UPCR_OPEN),
        ),
        table(
            f"not {UPCR}",
            row("not_met", "of met", UPCR_MET),
            row("met", "of not met", UPCR_NOT),
            row("unknown: unit_missing", "of unknown", UPCR_OPEN),
        ),
        table(
            f"{UPCR} or {PLT} and ecog <= 1",
            row("met", "and binds closer than or", UPCR_MET, PLT_NOT),
            row("unknown: no_data", "the right side needs both", UPCR_NOT, PLT_MET),
        ),
        table(
            f"not ({UPCR} or not ({PLT} and sex is female)) and (ecog <= 1 or {UPCR})",
            row("met", "nested", UPCR_NOT, PLT_MET, lab("ecog", "1", None, "03-31")),
            row("not_met", "the inner not", UPCR_NOT, PLT_NOT, lab("ecog", "1", None, "03-31")),
            row("unknown: no_data", "one open operand", UPCR_NOT, PLT_MET),
            row(
                "unknown: no_data, no_value",
                "two open operands",
                UPCR_NOT,
                PLT_MET,
                sex("not recorded"),
            ),
            row("not_met", "a known operand decides", UPCR_MET, sex("not recorded")),
        ),
    ),
    construct(
        "Two consecutive visits",
        "NAME < VALUE at two consecutive visits",
        "Of a subject that is a visit: the comparison holds at it and at the visit before (the dates visit and previous). A bare name is read on each of these dates.",
        table(
            "upcr < 0.5 g/g at two consecutive visits",
            row(
                "met",
                "below at both, by the last decimal",
                lab("upcr", "0.499999", "g/g", "05-12"),
                lab("upcr", "0.499999", "g/g", "06-09"),
            ),
            row(
                "not_met",
                "the visit before is exactly at the threshold",
                lab("upcr", "0.5", "g/g", "05-12"),
                lab("upcr", "0.4", "g/g", "06-09"),
            ),
            row(
                "not_met",
                "the visit is exactly at the threshold",
                lab("upcr", "0.4", "g/g", "05-12"),
                lab("upcr", "0.5", "g/g", "06-09"),
            ),
            row(
                "met",
                "a record between the visits does not count",
                lab("upcr", "0.4", "g/g", "05-12"),
                lab("upcr", "2", "g/g", "05-20"),
                lab("upcr", "0.4", "g/g", "06-09"),
            ),
            row(
                "met",
                "two records of one visit: the latest",
                lab("upcr", "0.4", "g/g", "05-12"),
                lab("upcr", "2", "g/g", "06-09", time="08:00"),
                lab("upcr", "0.4", "g/g", "06-09", time="09:00"),
            ),
            row(
                "unknown: no_data",
                "nothing recorded at the visit before",
                lab("upcr", "0.4", "g/g", "06-09"),
            ),
            row(
                "unknown: unit_unknown",
                "a wrong unit at the visit before",
                lab("upcr", "0.4", "kg", "05-12"),
                lab("upcr", "0.4", "g/g", "06-09"),
            ),
            row(
                "unknown: no_anchor",
                "the first visit has none before it",
                anchor("previous", None),
                lab("upcr", "0.4", "g/g", "06-09"),
            ),
            row(
                "not_met",
                "but what fails at the visit has failed",
                anchor("previous", None),
                lab("upcr", "2", "g/g", "06-09"),
            ),
        ),
        table(
            "upcr > 1 g/g or sledai_2k = 4 at two consecutive visits",
            row(
                "met",
                "a score may be equal; the other side of an `or` is read as usual",
                lab("sledai_2k", "4", None, "05-12"),
                lab("sledai_2k", "4", None, "06-09"),
            ),
        ),
    ),
    construct(
        "Recorded",
        "recorded X in W",
        "Whether some record of a quantity, titre or score lies in the window, usable or not. It speaks of the record and not of the person: none there is `not met`, covered or not.",
        table(
            "recorded upcr",
            row("met", "a value", UPCR_NOT),
            row("met", "a record without a unit is a record", UPCR_OPEN),
            row("not_met", "none, and covered"),
            row("not_met", "none, and not covered", never_observed()),
            row("not_met", "one before the window", lab("upcr", "2", "g/g", "03-01")),
            row("met", "one on the window's first day", lab("upcr", "2", "g/g", "03-03")),
            row("unknown: no_anchor", "no screening date", anchor("screening", None)),
        ),
    ),
    construct(
        "First known",
        "first known of (A, B, …)",
        "The first operand that is not unknown: a recorded finding before one that values decide. Unknown, for the reasons of all, where each is. An earlier operand that becomes known can change the answer.",
        table(
            f"first known of ({UPCR}, {PLT})",
            row("met", "the first is met", UPCR_MET, PLT_NOT),
            row("not_met", "the first is not met, whatever the second is", UPCR_NOT, PLT_MET),
            row("met", "the first is unknown, the second decides", PLT_MET),
            row("not_met", "a record without a unit is unknown too", UPCR_OPEN, PLT_NOT),
            row("unknown: no_data, unit_missing", "both unknown: the reasons of both", UPCR_OPEN),
        ),
        table(
            f"first known of ({UPCR} or {PLT}, {UPCR}, {PLT})",
            row("met", "either, where both are known", UPCR_NOT, PLT_MET),
            row("not_met", "one decides where the other was not measured", UPCR_NOT),
            row("unknown: no_data", "neither was measured"),
        ),
    ),
    construct(
        "At least m of k",
        "at least 2 of (A, B, …)",
        "Met when enough are met; not met when the met and the open together are too few; else unknown with the reasons of the open ones.",
        table(
            TWO_OF,
            row("met", "two of four", seen("malar_rash"), seen("arthritis")),
            row("not_met", "one of four", seen("malar_rash")),
            row("met", "three", seen("malar_rash"), seen("arthritis"), seen("serositis")),
            row(
                "unknown: no_end_date",
                "one, and one that may have ended",
                seen("malar_rash"),
                open_end("arthritis"),
            ),
            row(
                "met",
                "two, and one that may have ended",
                seen("malar_rash"),
                seen("serositis"),
                open_end("arthritis"),
            ),
            row("not_met", "none, and one that may have ended", open_end("arthritis")),
            row(
                "unknown: no_end_date",
                "none, and two that may have ended",
                open_end("arthritis"),
                open_end("serositis"),
            ),
            row("unknown: not_covered", "none, not observed", never_observed()),
            row(
                "unknown: no_end_date, not_covered",
                "the reasons of all open ones",
                never_observed(),
                seen("malar_rash"),
                open_end("arthritis"),
            ),
            row("unknown: no_anchor", "no screening date", anchor("screening", None)),
        ),
        table(
            APPLICABLE,
            row("met", "two of three", UPCR_MET, PLT_MET, lab("ecog", "2", None, "03-31")),
            row(
                "met",
                "one does not apply, the others are met",
                sex("male"),
                PLT_MET,
                lab("ecog", "1", None, "03-31"),
            ),
            row(
                "not_met",
                "one does not apply, one is not met",
                sex("male"),
                PLT_NOT,
                lab("ecog", "1", None, "03-31"),
            ),
            row("unknown: no_data", "one does not apply, one is unknown", sex("male"), PLT_MET),
            row("not_met", "one unknown is not enough", sex("male"), PLT_NOT),
        ),
        numbers=(9,),
    ),
    construct(
        "Criteria that apply only if",
        "if C then E",
        "C not met: not applicable. C unknown: unknown. C met: the answer of E.",
        table(
            IF,
            row("met", "applies, and met", coded("pregnancy_test_urine", "negative", "03-31")),
            row(
                "not_met",
                "applies, and not met",
                coded("pregnancy_test_urine", "positive", "03-31"),
            ),
            row("unknown: no_data", "applies, not tested"),
            row("not_applicable", "does not apply", sex("male")),
            row(
                "not_applicable",
                "does not apply, whatever is recorded",
                sex("male"),
                coded("pregnancy_test_urine", "positive", "03-31"),
            ),
            row(
                "unknown: no_value",
                "unknown whether it applies: its reason alone",
                sex("not recorded"),
            ),
            row(
                "unknown: no_value",
                "even if E is met",
                sex("not recorded"),
                coded("pregnancy_test_urine", "negative", "03-31"),
            ),
        ),
        table(
            f"({IF}) and {UPCR}",
            row("met", "what does not apply is left out", sex("male"), UPCR_MET),
            row("not_met", "of and", sex("male"), UPCR_NOT),
            row("unknown: unit_missing", "unknown stays", sex("male"), UPCR_OPEN),
        ),
        table(
            f"({IF}) or {UPCR}",
            row("met", "what does not apply is left out", sex("male"), UPCR_MET),
            row("not_met", "of or", sex("male"), UPCR_NOT),
        ),
        table(
            f"not ({IF})",
            row("not_applicable", "not of not applicable", sex("male")),
            row("met", "not of not met", coded("pregnancy_test_urine", "positive", "03-31")),
        ),
        table(
            "(if sex is female then upcr > 1 g/g) and (if sex is female then ecog <= 1)",
            row("not_applicable", "when nothing remains", sex("male")),
            row("met", "both apply", UPCR_MET, lab("ecog", "1", None, "03-31")),
        ),
        table(
            "if sex is female then if age at consent >= 18 years then attested contraception",
            row("met", "both conditions met", answer("contraception", True, "03-01")),
            row("not_applicable", "a girl", born(2010, 1, 1)),
            row("not_applicable", "a man", sex("male")),
            row("unknown: needs_attestation", "a woman, not asked"),
        ),
        table(
            "if attested fertile then attested contraception",
            row(
                "met",
                "fertile, contraception agreed",
                answer("fertile", True, "03-01"),
                answer("contraception", True, "03-01"),
            ),
            row(
                "not_met",
                "fertile, contraception refused",
                answer("fertile", True, "03-01"),
                answer("contraception", False, "03-01"),
            ),
            row("not_applicable", "not fertile", answer("fertile", False, "03-01")),
            row("unknown: needs_attestation", "not asked"),
        ),
        table(
            "if (if sex is female then upcr > 1 g/g) then platelets < 50 10*9/L",
            row("not_applicable", "a condition that does not apply", sex("male"), PLT_MET),
            row("met", "a condition that applies and is met", UPCR_MET, PLT_MET),
        ),
        numbers=(18,),
    ),
    construct(
        "Named definitions, and arms with different criteria",
        "meets NAME",
        "A named expression of the protocol. Here: proteinuria is `upcr > 1 g/g or urine_protein_24h > 1 g/d`; arm_steroid and arm_methotrexate are the entry rules of two arms.",
        table(
            "meets proteinuria and sex is female",
            row("met", "the definition stands as one operand", UPCR_MET),
            row("unknown: no_data", "its unknown stays", UPCR_NOT),
            row("not_met", "or and and do not mix", UPCR_MET, sex("male")),
        ),
        table(
            "meets arm_steroid",
            row(
                "met",
                "enters this arm",
                lab("weight", "60", "kg", "03-01"),
                *taken("prednisolone", "30", "mg/d", "01-01", "06-30"),
            ),
            row(
                "not_met",
                "too low a dose",
                lab("weight", "60", "kg", "03-01"),
                *taken("prednisolone", "10", "mg/d", "01-01", "06-30"),
            ),
        ),
        table(
            "meets arm_methotrexate",
            row("met", "enters this arm", *taken("methotrexate", "15", "mg/wk", "01-01", "06-30")),
            row(
                "not_met",
                "too high a dose",
                *taken("methotrexate", "20", "mg/wk", "01-01", "06-30"),
            ),
        ),
        numbers=(22,),
    ),
    construct(
        "What someone must sign",
        "attested NAME",
        "Consent, judgement, intention: the latest signed answer in this study. Until someone signs, unknown.",
        table(
            "attested consent",
            row("met", "signed yes", answer("consent", True, "03-01")),
            row("not_met", "signed no", answer("consent", False, "03-01")),
            row("unknown: needs_attestation", "nobody asked"),
            row(
                "unknown: needs_attestation",
                "answered, not signed",
                answer("consent", True, "03-01", by=None),
            ),
            row(
                "unknown: needs_attestation",
                "an empty signature is none",
                answer("consent", True, "03-01", by=""),
            ),
            row(
                "not_met",
                "revoked later",
                answer("consent", True, "03-01"),
                answer("consent", False, "05-01"),
            ),
            row(
                "met",
                "an unsigned revocation does not count",
                answer("consent", True, "03-01"),
                answer("consent", False, "05-01", by=None),
            ),
            row(
                "not_met",
                "two of one day: the greater record id",
                answer("consent", True, "03-01", key=1),
                answer("consent", False, "03-01", key=2),
            ),
            row(
                "unknown: needs_attestation",
                "signed for another study",
                answer("consent", True, "03-01", study="other"),
            ),
            row(
                "met",
                "the other study's answer does not count",
                answer("consent", True, "03-01"),
                answer("consent", False, "05-01", study="other"),
            ),
            row("unknown: needs_attestation", "another question", answer("fertile", True, "03-01")),
        ),
        numbers=(20,),
    ),
)
