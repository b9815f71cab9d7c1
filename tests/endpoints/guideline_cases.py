"""Boundary rows of guidelines' renal definitions. Source: sections 9.2 to 9.4 of the spec."""

from __future__ import annotations

from endpoints.cases import OPEN, Case, Row, around, now, pair

# Function by share of baseline: adults by CKD-EPI, children by the bedside equation.


def by_share(share: int) -> tuple[Row, ...]:
    rows = []
    for value, grade in ((share - 0.1, "NR"), (share, "CR"), (share + 0.1, "CR")):
        rows.append(pair(grade, gfr=("100", f"{value:g}")))
        rows.append(pair(grade, gfr=(None, None), child_gfr=("100", f"{value:g}")))
    return tuple(rows)


def gram(below_3: bool) -> tuple[Row, ...]:
    """Complete below 0.5; partial from a fall by 50 % to below 3; the ratio, else 24 hours."""
    rows: list[Row] = []
    for one in ("upcr", "p24"):
        other = "p24" if one == "upcr" else "upcr"

        def row(grade: str, first: str, second: str, one: str = one, other: str = other) -> Row:
            return pair(grade, **{one: (first, second), other: (None, None)})

        rows += [row("CR", "2.4", "0.499"), row("PR", "2.4", "0.5"), row("PR", "2.4", "0.501")]
        rows += [row("PR", "2.4", "1.199"), row("PR", "2.4", "1.2"), row("NR", "2.4", "1.201")]
        if below_3:
            rows += [row("PR", "8", "2.999"), row("NR", "8", "3"), row("NR", "8", "3.001")]
    return (*rows, now("CR", p24="0.9"), now(OPEN, upcr=None, p24=None))


KDIGO_2024 = Case(
    "kdigo_2024",
    "section 9.2; 15 % is the wider end of its range",
    "CR",
    {"upcr": "2.4", "gfr": "100"},
    {"upcr": "0.45", "gfr": "100"},
    ("upcr", "gfr"),
    (
        *gram(below_3=True),
        *by_share(85),
        # judged in g/g: 53 mg/mmol is 0.469 g/g; 57 mg/mmol is 0.504 g/g
        now("CR", upcr="53 mg/mmol"),
        now("PR", upcr="57 mg/mmol"),
        now("CR", pred="60"),
    ),
)

KDIGO_2012 = Case(
    "kdigo_2012",
    "section 9.2, last line",
    "CR",
    {"upcr": "2.4", "cr": "1"},
    {"upcr": "0.45", "cr": "1"},
    ("upcr", "cr"),
    (
        *gram(below_3=False),
        *around("cr", "0.999", "1", "1.001", below="CR", equal="CR", above="PR"),
        *around("cr", "1.249", "1.25", "1.251", below="PR", equal="PR", above="NR"),
        # below 3 is asked for where it was nephrotic, so never where it was not
        pair("PR", upcr=("8", "2.999")),
        pair("NR", upcr=("8", "3")),
        pair("NR", upcr=("8", "3.001")),
        pair("PR", upcr=(None, None), p24=("8", "2.999")),
        pair("NR", upcr=(None, None), p24=("8", "3")),
        pair("NR", upcr=(None, None), p24=("8", "3.001")),
        pair("PR", upcr=("3", "1.5")),
        pair("PR", upcr=("3.001", "1.5")),
        pair("PR", upcr=("2.999", "1.4")),
        pair("PR", upcr=(None, None), p24=("3", "1.5")),
        pair("PR", upcr=(None, None), p24=("3.001", "1.5")),
        pair("PR", upcr=(None, None), p24=("2.999", "1.4")),
        now("CR", upcr="53 mg/mmol"),
    ),
)


def near_normal(grade: str) -> tuple[Row, ...]:
    """Within 10 % of 90 mL/min/1.73 m²."""
    rows: list[Row] = []
    for value, found in (("80.9", "NR"), ("81", grade), ("81.1", grade)):
        rows += [now(found, gfr=value), now(found, gfr=None, child_gfr=value)]
    return tuple(rows)


EULAR_2012 = Case(
    "eular_2012",
    "section 9.3: 50 mg/mmol; subnephrotic (350 mg/mmol) and normal (90) are unconfirmed",
    "CR",
    {"upcr": "300 mg/mmol", "gfr": "100"},
    {"upcr": "45 mg/mmol", "gfr": "100"},
    ("upcr", "gfr"),
    (
        *(now(g, upcr=f"{v} mg/mmol") for v, g in (("49.9", "CR"), ("50", "PR"), ("50.1", "PR"))),
        # the same person in both units: 53 mg/mmol passes "< 0.5 g/g" and fails here
        now("PR", upcr="53 mg/mmol"),
        now("PR", upcr="0.469 g/g"),
        now("CR", upcr="0.441 g/g"),
        *(now(g, upcr=f"{v} mg/mmol") for v, g in (("149", "PR"), ("150", "PR"), ("151", "NR"))),
        *(
            pair(g, upcr=("900 mg/mmol", f"{v} mg/mmol"))
            for v, g in (("349.9", "PR"), ("350", "NR"), ("350.1", "NR"))
        ),
        *(
            pair(g, upcr=(None, None), p24=("3", v))
            for v, g in (("0.499", "CR"), ("0.5", "PR"), ("0.501", "PR"))
        ),
        *(
            pair(g, upcr=(None, None), p24=("3", v))
            for v, g in (("1.499", "PR"), ("1.5", "PR"), ("1.501", "NR"))
        ),
        *(
            pair(g, upcr=(None, None), p24=("9", v))
            for v, g in (("3.499", "PR"), ("3.5", "NR"), ("3.501", "NR"))
        ),
        *near_normal("CR"),
        now("PR", upcr="60 mg/mmol", gfr="81"),
        now("PR", upcr="60 mg/mmol", gfr=None, child_gfr="81"),
    ),
)


def milestone(month: str, share: int) -> Case:
    part = share / 100 * 2
    steps = ((part - 0.001, "R"), (part, "R"), (part + 0.001, "NR"))
    rows = [pair(g, p24=("2", f"{v:g}"), upcr=(None, None)) for v, g in steps]
    rows += [pair(g, p24=(None, None), upcr=("2", f"{v:g}")) for v, g in steps]
    # the collection goes before the ratio
    rows += [pair("NR", p24=("2", "2"), upcr=("2", "0.1")), now("R", upcr=None)]
    return Case(
        f"eular_2019_month_{month}",
        "section 9.3, 2019; 25 % at 3 months is unconfirmed",
        "R",
        {"p24": "2", "upcr": "2", "gfr": "100"},
        {"p24": "0.4", "upcr": "0.4", "gfr": "100"},
        ("gfr",),
        (*rows, now(OPEN, p24=None, upcr=None), *near_normal("R")),
    )


def year(definition: str, low: str, at: str, high: str) -> Case:
    steps = ((low, "CR"), (at, "NR"), (high, "NR"))
    return Case(
        definition,
        "section 9.3, 2019: below 0.5 to 0.7 g in 24 hours",
        "CR",
        {"p24": "2", "gfr": "100"},
        {"p24": "0.4", "gfr": "100"},
        ("p24", "gfr"),
        (
            *(now(g, p24=v) for v, g in steps),
            *(now(g, p24=None, upcr=v) for v, g in steps),
            now("NR", p24=high, upcr="0.1"),
            *near_normal("CR"),
        ),
    )


EULAR_2025 = Case(
    "eular_2025",
    "none: section 9.3 has no milestones of 2025; the numbers are those of 2019",
    "CR",
    {"p24": "2.4", "gfr": "100"},
    {"p24": "0.4", "gfr": "100"},
    ("p24", "gfr"),
    (
        *gram(below_3=False)[:-2],
        *near_normal("CR"),
        now("PR", p24="1", gfr="81"),
        now("PR", p24="1", gfr=None, child_gfr="81"),
    ),
)

ACR_2024 = Case(
    "acr_2024",
    "section 9.4; function and partial response are unconfirmed",
    "CR",
    {"upcr": "2.4", "gfr": "100"},
    {"upcr": "0.45", "gfr": "100"},
    ("upcr", "gfr"),
    (*gram(below_3=True), *by_share(80), now("CR", upcr="53 mg/mmol")),
)

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

GUIDELINE_CASES = (
    KDIGO_2024,
    KDIGO_2012,
    EULAR_2012,
    milestone("3", 75),
    milestone("6", 50),
    year("eular_2019_month_12", "0.499", "0.5", "0.501"),
    year("eular_2019_month_12_07", "0.699", "0.7", "0.701"),
    EULAR_2025,
    ACR_2024,
    FLARE,
)
