"""Boundary rows of trials' renal definitions. Source: sections 9.1 and 9.5 of the spec."""

from __future__ import annotations

from endpoints.cases import OPEN, Case, Row, around, before, limited, now, pair
from endpoints.guideline_cases import gram

NANJING = Case(
    "nanjing_registry",
    "section 9.1; page 001, lines 35-37",
    "CR",
    {"upcr": "2.4", "p24": "2.4", "cr": "0.8"},
    {"upcr": "0.45", "p24": "0.45", "cr": "0.8", "pred": "7.5"},
    ("cr", "pred"),
    (
        now("CR", upcr="0.499", p24="0.6"),
        now("PR", upcr="0.5", p24="0.6"),
        now("PR", upcr="0.501", p24="0.6"),
        now("CR", upcr="0.6", p24="0.499"),
        now("PR", upcr="0.6", p24="0.5"),
        now("PR", upcr="0.6", p24="0.501"),
        now("CR", p24=None),
        now("CR", upcr=None),
        now(OPEN, upcr=None, p24=None),
        *around("cr", "1.199", "1.2", "1.201", below="CR", equal="CR", above="PR"),
        pair("CR", cr=("1.6", "1.999")),
        pair("CR", cr=("1.6", "2.0")),
        pair("NR", cr=("1.6", "2.001")),
        *around("pred", "9.9", "10", "10.1", below="CR", equal="CR", above="PR"),
        # protein alone was abnormal: more than 50 %
        *around("upcr", "1.199", "1.2", "1.201", below="CR", equal="CR", above="CR"),
        pair("PR", upcr=("2.4", "1.199"), p24=("2.4", None)),
        pair("NR", upcr=("2.4", "1.2"), p24=("2.4", None)),
        pair("NR", upcr=("2.4", "1.201"), p24=("2.4", None)),
        pair("PR", upcr=(None, None), p24=("2.4", "1.199")),
        pair("NR", upcr=(None, None), p24=("2.4", "1.2")),
        pair("NR", upcr=(None, None), p24=("2.4", "1.201")),
        # both were abnormal: both by more than 30 %, no steroid limit
        pair("PR", cr=("1.5", "1.049"), pred=(None, 15)),
        pair("NR", cr=("1.5", "1.05"), pred=(None, 15)),
        pair("NR", cr=("1.5", "1.051"), pred=(None, 15)),
        pair("PR", cr=("1.5", "1"), upcr=("2.4", "1.679"), p24=("2.4", None)),
        pair("NR", cr=("1.5", "1"), upcr=("2.4", "1.68"), p24=("2.4", None)),
        pair("NR", cr=("1.5", "1"), upcr=("2.4", "1.681"), p24=("2.4", None)),
        pair("PR", cr=("1.5", "1"), upcr=(None, None), p24=("2.4", "1.679")),
        pair("NR", cr=("1.5", "1"), upcr=(None, None), p24=("2.4", "1.68")),
        pair("NR", cr=("1.5", "1"), upcr=(None, None), p24=("2.4", "1.681")),
        # "no other indicators of deterioration" stands in the sentence on both, and only there
        *(
            Row(grade, {"cr": "1", "pred": 15, "other_deterioration": word}, {"cr": "1.5"})
            for word, grade in (("present", "NR"), ("absent", "PR"), ("not_attributed", "PR"))
        ),
        now("PR", pred=15, other_deterioration="present"),
        now("CR", other_deterioration="present"),
        pair(OPEN, cr=(None, "1"), pred=(None, 15)),
        # what was abnormal at baseline
        pair("PR", cr=("1.199", "1.2"), pred=(None, 15)),
        pair("PR", cr=("1.2", "1.2"), pred=(None, 15)),
        pair("NR", cr=("1.201", "1.2"), pred=(None, 15)),
        pair("NR", upcr=("0.499", "0.2"), p24=("0.4", "0.2"), pred=(None, 15)),
        pair("PR", upcr=("0.5", "0.2"), p24=("0.4", "0.2"), pred=(None, 15)),
        pair("PR", upcr=("0.501", "0.2"), p24=("0.4", "0.2"), pred=(None, 15)),
        pair("NR", upcr=("0.4", "0.1"), p24=("0.499", "0.2"), pred=(None, 15)),
        pair("PR", upcr=("0.4", "0.1"), p24=("0.5", "0.2"), pred=(None, 15)),
        pair("PR", upcr=("0.4", "0.1"), p24=("0.501", "0.2"), pred=(None, 15)),
        pair(OPEN, cr=(None, "0.8"), pred=(None, 15)),
    ),
)

ACCESS = Case(
    "access",
    "section 9.5, ACCESS",
    "CR",
    {"upcr": "2.4", "cr": "0.8"},
    {"upcr": "0.45", "cr": "0.8", "pred": "7.5"},
    ("upcr", "cr", "pred"),
    (
        *around("upcr", "0.499", "0.5", "0.501", below="CR", equal="PR", above="PR"),
        *around("upcr", "1.199", "1.2", "1.201", below="PR", equal="NR", above="NR"),
        *around("cr", "1.199", "1.2", "1.201", below="CR", equal="CR", above="NR"),
        pair("CR", cr=("1.6", "1.999")),
        pair("CR", cr=("1.6", "2")),
        pair("NR", cr=("1.6", "2.001")),
        *around("pred", "9.9", "10", "10.1", below="CR", equal="CR", above="NR"),
        now("PR", upcr="0.9", pred="10"),
        now("NR", upcr="0.9", pred="10.1"),
    ),
)

ALMS_PRIMARY = Case(
    "alms_primary",
    "section 9.5, ALMS primary",
    "R",
    {"upcr": "5", "cr": "0.8"},
    {"upcr": "2.6", "cr": "0.8"},
    ("upcr", "cr"),
    (
        *around("upcr", "2.999", "3", "3.001", below="R", equal="NR", above="NR"),
        pair("R", upcr=("3", "2.9")),
        pair("R", upcr=("3.001", "2.9")),
        pair("NR", upcr=("2.999", "2.9")),
        pair("R", upcr=("2.8", "1.399")),
        pair("R", upcr=("2.8", "1.4")),
        pair("NR", upcr=("2.8", "1.401")),
        *around("cr", "0.999", "1", "1.001", below="R", equal="R", above="NR"),
        before(OPEN, upcr=None),
    ),
)

CREATININE_NORMAL = (
    now("CR", cr=limited("1.099")),
    now("CR", cr=limited("1.1")),
    now("NR", cr=limited("1.101")),
    # the laboratory names no limit: 1.2 mg/dL
    *around("cr", "1.199", "1.2", "1.201", below="CR", equal="CR", above="NR"),
)

ALMS_COMPLETE = Case(
    "alms_complete",
    "section 9.5, ALMS CR; the sediment is unconfirmed",
    "CR",
    {},
    {"p24": "0.4", "cr": limited("0.8"), "rbc": 2, "wbc": 2, "casts": 0},
    ("p24", "cr", "rbc", "wbc", "casts"),
    (
        *around("p24", "0.499", "0.5", "0.501", below="CR", equal="CR", above="NR"),
        now("CR", p24=None, upcr="0.499"),
        now("CR", p24=None, upcr="0.5"),
        now("NR", p24=None, upcr="0.501"),
        *CREATININE_NORMAL,
        *around("rbc", "4.9", "5", "5.1", below="CR", equal="CR", above="NR"),
        *around("wbc", "4.9", "5", "5.1", below="CR", equal="CR", above="NR"),
        now("NR", casts=1),
    ),
)

TREATED = {"upcr": "0.45", "gfr": "100", "pred": "7.5"}


def bliss(definition: str, grade: str, protein: tuple[Row, ...], floor: int, share: int) -> Case:
    low, at, high = (f"{floor + step:g}" for step in (-0.1, 0, 0.1))
    kept = [f"{share / 2 + step:g}" for step in (-0.1, 0, 0.1)]  # of a rate of 50
    return Case(
        definition,
        "section 9.5, BLISS-LN",
        grade,
        {"preflare_egfr": 105, "gfr": "100"},
        TREATED,
        ("upcr", "gfr", "pred"),
        (
            *protein,
            # 105 before the flare: whoever is below the floor has also fallen too far
            *around("gfr", low, at, high, below="NR", equal=grade, above=grade),
            pair("NR", gfr=(None, kept[0]), preflare_egfr=(50, None)),
            pair(grade, gfr=(None, kept[1]), preflare_egfr=(50, None)),
            pair(grade, gfr=(None, kept[2]), preflare_egfr=(50, None)),
            # unknown before the flare: the floor decides alone where it is reached
            before(grade, preflare_egfr=None),
            pair(OPEN, gfr=(None, low), preflare_egfr=(None, None)),
            *around("pred", "9.9", "10", "10.1", below=grade, equal=grade, above="NR"),
        ),
    )


PERR = bliss(
    "bliss_ln_perr",
    "R",
    around("upcr", "0.699", "0.7", "0.701", below="R", equal="R", above="NR"),
    60,
    80,
)
CRR = bliss(
    "bliss_ln_crr",
    "CR",
    around("upcr", "0.499", "0.5", "0.501", below="CR", equal="NR", above="NR"),
    90,
    90,
)

HIGH_DAYS = "days with dose of glucocorticoid > 10 mg/d in [visit - 8 weeks, visit]"

AURORA = Case(
    "aurora_crr",
    "section 9.5, AURORA 1",
    "CR",
    {"gfr": "100"},
    TREATED,
    ("upcr", "gfr", "pred"),
    (
        *around("upcr", "0.499", "0.5", "0.501", below="CR", equal="CR", above="NR"),
        now("NR", gfr="59.9", egfr_fall_confirmed="present"),
        now("CR", gfr="59.9", egfr_fall_confirmed="absent"),
        # a fall that is not confirmed so far; the visit before shows it too
        now(OPEN, gfr="59.9"),
        *(
            Row(grade, {"gfr": "59.9"}, previous={"gfr": earlier})
            for earlier, grade in (("79.9", "NR"), ("80", OPEN), ("80.1", OPEN))
        ),
        Row("CR", {"gfr": "59.9", "egfr_fall_confirmed": "absent"}, previous={"gfr": "50"}),
        *around(f"consecutive {HIGH_DAYS}", "2", "3", "4", below="CR", equal="NR", above="NR"),
        *around(HIGH_DAYS, "6", "7", "8", below="CR", equal="NR", above="NR"),
        now("CR", gfr="60", egfr_fall_confirmed="present"),
        now("CR", gfr="60.1", egfr_fall_confirmed="present"),
        Row("NR", {"gfr": "39.9", "egfr_fall_confirmed": "present"}, {"gfr": "50"}),
        Row("CR", {"gfr": "40", "egfr_fall_confirmed": "present"}, {"gfr": "50"}),
        Row("CR", {"gfr": "40.1", "egfr_fall_confirmed": "present"}, {"gfr": "50"}),
        *around("pred", "9.9", "10", "10.1", below="CR", equal="CR", above="NR"),
    ),
    previous={"gfr": "100"},
)

NOBILITY = Case(
    "nobility_crr",
    "section 9.5, NOBILITY",
    "CR",
    {"cr": limited("1.05")},
    {"upcr": "0.45", "cr": limited("0.9"), "rbc": 2, "casts": 0},
    ("upcr", "cr", "rbc", "casts"),
    (
        *around("upcr", "0.499", "0.5", "0.501", below="CR", equal="NR", above="NR"),
        *CREATININE_NORMAL[:3],
        pair("CR", cr=("1.1", "1.199")),
        pair("CR", cr=("1.1", "1.2")),
        pair("NR", cr=("1.1", "1.201")),
        # normal at baseline: at most 115 % of it too; abnormal: only normal
        pair("CR", cr=(limited("0.8"), limited("0.919"))),
        pair("CR", cr=(limited("0.8"), limited("0.92"))),
        pair("NR", cr=(limited("0.8"), limited("0.921"))),
        pair("CR", cr=(limited("1.5"), limited("1.1"))),
        pair("CR", cr=(limited("0.7", "0.69"), limited("1"))),
        pair("NR", cr=(limited("0.7", "0.7"), limited("1"))),
        pair("CR", cr=("1.199", "1.2")),
        pair("CR", cr=("1.2", "1.2")),
        pair("CR", cr=("1.201", "1.2")),
        # no limit at baseline, one at the visit: 1.2 was normal, and 1.4 is 117 % of it
        pair("NR", cr=("1.2", limited("1.4", "1.5"))),
        pair("CR", cr=("1.201", limited("1.4", "1.5"))),
        *around("rbc", "9.9", "10", "10.1", below="CR", equal="NR", above="NR"),
        now("NR", casts=1),
    ),
)


def regency(definition: str, steroid: bool) -> Case:
    low, high = ("CR", "NR") if steroid else ("CR", "CR")
    dose = around("pred", "7.4", "7.5", "7.6", below=low, equal=low, above=high)
    needs = ("upcr", "gfr", "pred") if steroid else ("upcr", "gfr")
    return Case(
        definition,
        "section 9.5, REGENCY",
        "CR",
        {"gfr": "100"},
        TREATED,
        needs,
        (
            *around("upcr", "0.499", "0.5", "0.501", below="CR", equal="NR", above="NR"),
            *around("gfr", "84.9", "85", "85.1", below="NR", equal="CR", above="CR"),
            *dose,
        ),
    )


REGENCY_PROTEINURIA = Case(
    "regency_proteinuria",
    "section 9.5, REGENCY; abstract of Furie 2025 (ratio below 0.8 without an intercurrent event)",
    "R",
    {},
    {"upcr": "0.7"},
    ("upcr",),
    around("upcr", "0.799", "0.8", "0.801", below="R", equal="NR", above="NR"),
)

ABATACEPT = Case(
    "abatacept_phase_3",
    "section 9.5, abatacept phase 3; normal (90) is unconfirmed",
    "CR",
    {"gfr": "120"},
    {**TREATED, "cellular_casts": "absent"},
    ("upcr", "gfr", "pred", "cellular_casts"),
    (
        *around("upcr", "0.499", "0.5", "0.501", below="CR", equal="NR", above="NR"),
        *around("gfr", "89.9", "90", "90.1", below="NR", equal="CR", above="CR"),
        pair("NR", gfr=("80", "67.9")),
        pair("CR", gfr=("80", "68")),
        pair("CR", gfr=("80", "68.1")),
        now("NR", cellular_casts="present"),
        now("CR", cellular_casts=None, casts=0),
        now("NR", cellular_casts=None, casts=1),
        *around("pred", "9.9", "10", "10.1", below="CR", equal="CR", above="NR"),
    ),
)

ASIAN = Case(
    "asian_practice",
    "section 9.5, last row: all unconfirmed",
    "CR",
    {"p24": "2.4", "cr": limited("0.8")},
    {
        "p24": "0.4",
        "cr": limited("0.8"),
        "rbc": 2,
        "wbc": 2,
        "casts": 0,
        "albumin": "40",
    },
    ("p24", "cr", "rbc", "wbc", "casts", "albumin"),
    (
        *gram(below_3=False)[:-2],
        pair("PR", p24=("9", "3.499")),
        pair("NR", p24=("9", "3.5")),
        pair("NR", p24=("9", "3.501")),
        pair("PR", p24=(None, None), upcr=("9", "3.499")),
        pair("NR", p24=(None, None), upcr=("9", "3.5")),
        pair("NR", p24=(None, None), upcr=("9", "3.501")),
        now("CR", cr=limited("1.1")),
        pair("PR", cr=(limited("0.9"), limited("1.101"))),
        pair("CR", cr=(limited("1.5"), limited("1.724"))),
        pair("CR", cr=(limited("1.5"), limited("1.725"))),
        pair("PR", cr=(limited("1.5"), limited("1.726"))),
        pair("PR", cr=(limited("1.5"), limited("1.874"))),
        pair("PR", cr=(limited("1.5"), limited("1.875"))),
        pair("NR", cr=(limited("1.5"), limited("1.876"))),
        pair("CR", cr=("0.8", "1.199")),
        pair("CR", cr=("0.8", "1.2")),
        pair("NR", cr=("0.8", "1.201")),
        *around("rbc", "4.9", "5", "5.1", below="CR", equal="CR", above="PR"),
        *around("wbc", "4.9", "5", "5.1", below="CR", equal="CR", above="PR"),
        now("PR", casts=1),
        *around("albumin", "34.9", "35", "35.1", below="PR", equal="CR", above="CR"),
        *around("albumin", "29.9", "30", "30.1", below="NR", equal="PR", above="PR"),
        now("CR", albumin="3.5 g/dL"),
    ),
)

TRIAL_CASES = (
    NANJING,
    ACCESS,
    ALMS_PRIMARY,
    ALMS_COMPLETE,
    PERR,
    CRR,
    AURORA,
    NOBILITY,
    regency("regency_crr", steroid=False),
    regency("regency_crr_steroid", steroid=True),
    REGENCY_PROTEINURIA,
    ABATACEPT,
    ASIAN,
)
