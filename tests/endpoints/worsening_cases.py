"""Boundary rows of worsenings: flares, relapses and a lasting fall of kidney function."""

from __future__ import annotations

from endpoints.cases import OPEN, Case, Row, now

FLARE = Case(
    "renal_flare",
    "EULAR/ERA-EDTA 2012 as this file reads it: unconfirmed",
    "flare",
    {},
    {"upcr": "120 mg/mmol", "cr": "0.8", "gfr": "100", "rbc": 2},
    (),
    (
        # after complete response: a doubling to above 100 mg/mmol
        *(
            now(g, upcr=f"{v} mg/mmol")
            for v, g in (("99.9", "no flare"), ("100", "no flare"), ("100.1", "flare"))
        ),
        # after partial response: a doubling to above 200 mg/mmol
        Row("flare", {"upcr": "101 mg/mmol"}, previous={"upcr": "49.9 mg/mmol"}),
        Row("no flare", {"upcr": "101 mg/mmol"}, previous={"upcr": "50 mg/mmol"}),
        Row("no flare", {"upcr": "101 mg/mmol"}, previous={"upcr": "50.1 mg/mmol"}),
        Row("no flare", {"upcr": "199.9 mg/mmol"}, previous={"upcr": "60 mg/mmol"}),
        Row("no flare", {"upcr": "200 mg/mmol"}, previous={"upcr": "60 mg/mmol"}),
        Row("flare", {"upcr": "200.1 mg/mmol"}, previous={"upcr": "60 mg/mmol"}),
        Row("flare", {"upcr": "201 mg/mmol"}, previous={"upcr": "50 mg/mmol"}),
        Row("no flare", {"upcr": "239.9 mg/mmol"}, previous={"upcr": "120 mg/mmol"}),
        Row("flare", {"upcr": "240 mg/mmol"}, previous={"upcr": "120 mg/mmol"}),
        Row("flare", {"upcr": "240.1 mg/mmol"}, previous={"upcr": "120 mg/mmol"}),
        # nephritic: function and at least 10 red cells more
        now("no flare", upcr="40 mg/mmol", cr="1.039", rbc=20),
        now("flare", upcr="40 mg/mmol", cr="1.04", rbc=20),
        now("flare", upcr="40 mg/mmol", cr="1.041", rbc=20),
        now("no flare", upcr="40 mg/mmol", gfr="90.1", rbc=20),
        now("flare", upcr="40 mg/mmol", gfr="90", rbc=20),
        now("flare", upcr="40 mg/mmol", gfr="89.9", rbc=20),
        now("no flare", upcr="40 mg/mmol", cr="2", rbc="11.9"),
        now("flare", upcr="40 mg/mmol", cr="2", rbc="12"),
        now("flare", upcr="40 mg/mmol", cr="2", rbc="12.1"),
        # one measure of function is enough; neither, or no protein, leaves it open
        now("flare", upcr="40 mg/mmol", cr=None, gfr="80", rbc=20),
        now("flare", upcr="40 mg/mmol", cr="2", gfr=None, rbc=20),
        now("no flare", upcr="40 mg/mmol", cr="0.8", gfr=None, rbc=20),
        now(OPEN, upcr="40 mg/mmol", cr=None, gfr=None, rbc=20),
        now(OPEN, upcr="40 mg/mmol", cr="2", rbc=None),
        now("no flare", upcr="40 mg/mmol", rbc=None),
        now(OPEN, upcr=None),
        now("flare", upcr=None, cr="2", rbc=20),
    ),
    previous={"upcr": "40 mg/mmol", "cr": "0.8", "gfr": "100", "rbc": 2},
)


KDIGO_TABLE = "KDIGO 2012, Kidney Int Suppl 2:221, table 29 (PMC4089588)"
QUIET = {"cr": "0.8", "upcr": "0.3", "rbc": 2, "casts": 0, "white_cell_casts": "absent"}


def step(grade: str, **values: tuple[object, object]) -> Row:
    """Values of the visit before, and of this one."""
    earlier = {name: first for name, (first, _) in values.items()}
    return Row(grade, {name: second for name, (_, second) in values.items()}, previous=earlier)


NO = "no flare"
SEVERE = (
    # below 2 mg/dL: more than 1.0; from 2 on: more than 1.5
    *(step(g, cr=("0.8", v)) for v, g in (("1.799", NO), ("1.8", NO), ("1.801", "flare"))),
    *(step(g, cr=("1.999", v)) for v, g in (("2.999", NO), ("3", "flare"))),
    *(step(g, cr=("2", v)) for v, g in (("3.499", NO), ("3.5", NO), ("3.501", "flare"))),
    step("flare", cr=("2.001", "3.6")),
    step(NO, cr=("2.001", "3.5")),
    # the ratio: an absolute rise of more than 5 g/g
    *(step(g, upcr=("0.3", v)) for v, g in (("5.299", NO), ("5.3", NO), ("5.301", "flare"))),
    step("flare", cr=("0.8", "1.9"), upcr=("0.3", None)),
    step("flare", cr=("0.8", None), upcr=("0.3", "6")),
    step(OPEN, cr=("0.8", None)),
    step(OPEN, upcr=("0.3", None)),
)
MODERATE = (
    # below 2 mg/dL: 0.20 and more; from 2 on: 0.40 and more
    *(step(g, cr=("0.8", v)) for v, g in (("0.999", NO), ("1", "flare"), ("1.001", "flare"))),
    step("flare", cr=("1.999", "2.2")),
    *(step(g, cr=("2", v)) for v, g in (("2.399", NO), ("2.4", "flare"), ("2.401", "flare"))),
    step(NO, cr=("2", "2.3")),
    step(NO, cr=("2.001", "2.3")),
    # the ratio, by what it was
    *(step(g, upcr=("0.499", v)) for v, g in (("0.999", NO), ("1", "flare"), ("1.001", "flare"))),
    *(step(g, upcr=("0.5", v)) for v, g in (("1", NO), ("1.999", NO), ("2", "flare"))),
    *(step(g, upcr=("0.501", v)) for v, g in (("1.999", NO), ("2.001", "flare"))),
    *(step(g, upcr=("0.999", v)) for v, g in (("1.999", NO), ("2", "flare"))),
    *(step(g, upcr=("1", v)) for v, g in (("1.999", NO), ("2", "flare"), ("2.001", "flare"))),
    *(step(g, upcr=("1.001", v)) for v, g in (("2", NO), ("2.002", "flare"), ("2.1", "flare"))),
    *(step(g, upcr=("2", v)) for v, g in (("3.999", NO), ("4", "flare"), ("4.001", "flare"))),
    # worse than moderate is at least moderate, and what lies between the printed ranges too
    step("flare", cr=("0.8", "3")),
    step("flare", upcr=("0.3", "7")),
    step("flare", upcr=("6", "11.001")),
    step(NO, upcr=("6", "11")),
    step(NO, upcr=("6", "10.999")),
    step("flare", upcr=("3", "8")),
    step("flare", cr=("0.8", None), upcr=("0.3", "6")),
    step(OPEN, cr=("0.8", None)),
    step(OPEN, upcr=("0.3", None)),
)
FOUND = {"acanthocytes": "present"}
MILD = (
    # red cells from below 5 to above 15 with acanthocytes
    *(
        Row(g, {"rbc": v, **FOUND}, previous={"rbc": "4.9"})
        for v, g in (("14.9", NO), ("15", NO), ("15.1", "flare"))
    ),
    *(
        Row(g, {"rbc": 20, **FOUND}, previous={"rbc": was})
        for was, g in (("4.9", "flare"), ("5", NO), ("5.1", NO))
    ),
    now(NO, rbc=20, acanthocytes="absent"),
    now(OPEN, rbc=20),
    # casts that were gone
    *(step(g, casts=(0, v)) for v, g in (("0.9", NO), (1, "flare"), ("1.1", "flare"))),
    step(NO, casts=(1, 2)),
    step("flare", white_cell_casts=("absent", "present")),
    step(NO, white_cell_casts=("present", "present")),
    step("flare", white_cell_casts=("not_attributed", "present")),
    step(OPEN, white_cell_casts=("absent", None)),
)


def relapse(grade: str, rows: tuple[Row, ...]) -> Case:
    return Case(
        f"kdigo_relapse_{grade}", KDIGO_TABLE, NO, {}, QUIET, ("cr", "upcr"), rows, previous=QUIET
    )


IMPAIRMENT = Case(
    "kidney_function_impairment",
    "Moroni 2022, Lupus Sci Med 9:e000721, table 1 (PMC9386217)",
    "flare",
    {"gfr": "100"},
    {"gfr": "60", "egfr_fall_by_30_confirmed": "present"},
    ("gfr", "egfr_fall_by_30_confirmed"),
    (
        *(now(g, gfr=v) for v, g in (("69.9", "flare"), ("70", "flare"), ("70.1", NO))),
        *(
            Row(g, {"gfr": None, "child_gfr": v}, {"gfr": None, "child_gfr": "100"})
            for v, g in (("69.9", "flare"), ("70", "flare"), ("70.1", NO))
        ),
        now(NO, egfr_fall_by_30_confirmed="absent"),
        now(NO, gfr="80", egfr_fall_by_30_confirmed=None),
    ),
)

WORSENING_CASES = (
    FLARE,
    relapse("severe", SEVERE),
    relapse("moderate", MODERATE),
    relapse("mild", (*MODERATE, *MILD)),
    IMPAIRMENT,
)
