"""Boundary rows of the trials of anifrolumab and litifilimab, and of remission in children."""

from __future__ import annotations

from endpoints.cases import OPEN, Case, Row, around, before, now, pair
from endpoints.trial_cases import TREATED

LIVE = {"rescue_treatment": "absent", "treatment_stopped": "absent"}

TULIP_TAPER = Case(
    "tulip_steroid_taper",
    "Bruce 2023: at least 10 mg at baseline, at most 7.5 mg from week 40 to week 52",
    "R",
    {"pred": "20"},
    {**LIVE, "pred": "5"},
    ("pred",),
    (
        *around("pred", "7.4", "7.5", "7.6", below="R", equal="R", above="NR"),
        # below 10 mg at baseline it does not apply
        before(OPEN, pred="9.9"),
        before("R", pred="10"),
        before("R", pred="10.1"),
        before(OPEN, pred=None),
    ),
)

TOPAZ_TAPER = Case(
    "topaz_steroid_taper",
    "registry entry NCT04895241: as TULIP, and no new A and fewer than two new B since week 40",
    "R",
    {"pred": "20"},
    {**LIVE, "pred": "5", "bilag_worse_since_week_40": "absent"},
    ("pred", "bilag_worse_since_week_40"),
    (
        *around("pred", "7.4", "7.5", "7.6", below="R", equal="R", above="NR"),
        before(OPEN, pred="9.9"),
        before("R", pred="10"),
        before("R", pred="10.1"),
        now("NR", bilag_worse_since_week_40="present"),
        now("R", bilag_worse_since_week_40="not_attributed"),
    ),
)

CLASI_50 = Case(
    "clasi_50",
    "Vital 2022, table 1: at least 10 at baseline, lower by at least 50 %",
    "R",
    {"clasi_activity": 20},
    {**LIVE, "clasi_activity": 4},
    ("clasi_activity",),
    (
        *around("clasi_activity", 9, 10, 11, below="R", equal="R", above="NR"),
        before(OPEN, clasi_activity=9),
        before("R", clasi_activity=10),
        before("R", clasi_activity=11),
        pair("NR", clasi_activity=(11, 6)),
        pair("R", clasi_activity=(11, 5)),
        pair(OPEN, clasi_activity=(0, 0)),
    ),
)

JOINT_50 = Case(
    "joint_50",
    "registry entry NCT04895241: at least 4 active joints of 28, fewer by 50 %",
    "R",
    {"active_joints_28": 8},
    {**LIVE, "active_joints_28": 1},
    ("active_joints_28",),
    (
        *around("active_joints_28", 3, 4, 5, below="R", equal="R", above="NR"),
        before(OPEN, active_joints_28=3),
        before("R", active_joints_28=4),
        before("R", active_joints_28=5),
        pair("NR", active_joints_28=(5, 3)),
    ),
)

TULIP_LN = Case(
    "tulip_ln_crr",
    "registry entry NCT02547922: MDRD at least 60 or no confirmed fall by 20 %, ratio at most 0.7",
    "CR",
    {"mdrd": "100"},
    {**TREATED, "upcr": "0.5", "mdrd": "100"},
    ("upcr", "mdrd"),
    (
        *around("upcr", "0.699", "0.7", "0.701", below="CR", equal="CR", above="NR"),
        *around("mdrd", "59.9", "60", "60.1", below=OPEN, equal="CR", above="CR"),
        # below 60: a fall by less than 20 % is none; by 20 % or more it has to be confirmed
        pair("CR", mdrd=("70", "56.1")),
        pair(OPEN, mdrd=("70", "56")),
        pair(OPEN, mdrd=("70", "55.9")),
        now("CR", mdrd="50", egfr_fall_by_20_confirmed="absent"),
        now("NR", mdrd="50", egfr_fall_by_20_confirmed="present"),
        # nobody said so; the visit before shows the fall too, or does not
        *(
            Row(grade, {"mdrd": "50"}, previous={"mdrd": earlier})
            for earlier, grade in (("79.9", "NR"), ("80", "NR"), ("80.1", OPEN))
        ),
    ),
    previous={"mdrd": "100"},
)

CHILDREN = Case(
    "paediatric_remission",
    "J Clin Trials 2024;14:563, table 2 (PMC11258879): limits 0.2, 95 and 0",
    "CR",
    {},
    {"upcr": "0.1", "child_gfr": "110", "rbc": 0},
    ("upcr", "child_gfr", "rbc"),
    (
        *around("upcr", "0.199", "0.2", "0.201", below="CR", equal="CR", above="NR"),
        *around("child_gfr", "94.9", "95", "95.1", below="NR", equal="CR", above="CR"),
        *(now(g, child_gfr=None, gfr=v) for v, g in (("94.9", "NR"), ("95", "CR"), ("95.1", "CR"))),
        now("NR", rbc="0.1"),
        now("NR", rbc=5),
    ),
)

TULIP_CASES = (TULIP_TAPER, TOPAZ_TAPER, CLASI_50, JOINT_50, TULIP_LN, CHILDREN)
