"""Boundary rows of guidelines' renal definitions. Source: sections 9.2 to 9.4 of the spec."""

from __future__ import annotations

from endpoints.cases import OPEN, Case, Row, around, limited, now, pair

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


def by_return(
    mg: tuple[str, str, str], umol: tuple[str, str, str], *, above: str
) -> tuple[Row, ...]:
    """Creatinine after a flare: against that before it, and what stands for it.

    Three values each around the greatest return: `mg` from 1 mg/dL, `umol` from 80 µmol/L.
    """
    grades = ("CR", "CR", above)
    rows = [pair(g, cr=("1", value)) for value, g in zip(mg, grades, strict=True)]
    # a creatinine that was normal at the flare stands for that before it
    rows += [pair("CR", cr=("0.80", "0.81")), pair("CR", cr=("1.2", "1.2"))]
    # abnormal at the flare, and nobody recorded what it was before
    rows += [pair(OPEN, cr=("1.201", "1.2")), pair(OPEN, cr=("1.8", "1.8"))]
    rows += [pair(OPEN, cr=("1.8", "0.9"))]
    # recorded: 80 µmol/L are 0.905 mg/dL
    known = {"preflare_creatinine": 80}
    for value, grade in zip(umol, grades, strict=True):
        rows.append(Row(grade, {"cr": f"{value} umol/L"}, {"cr": "1.8", **known}))
    # 1.8 at the flare, 80 µmol/L before it, and 1.8 now: no return
    rows.append(Row(above, {"cr": "1.8"}, {"cr": "1.8", **known}))
    rows += [Row("CR", {"cr": limited("1.4", "1.5")}, {"cr": limited("1.4", "1.5")})]
    return tuple(rows)


KDIGO_2012 = Case(
    "kdigo_2012",
    "section 9.2, last line; return within 115 % is unconfirmed (rules of November 2026, 2.4)",
    "CR",
    {"upcr": "2.4", "cr": "1"},
    {"upcr": "0.45", "cr": "1"},
    ("upcr", "cr"),
    (
        *gram(below_3=False),
        # no return is partial: within 25 % of the creatinine at the flare
        *by_return(("1.149", "1.15", "1.151"), ("91.9", "92", "92.1"), above="PR"),
        # a further rise is no return, whatever was before
        pair("PR", cr=("1.8", "2.1")),
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

DUTCH = Case(
    "dutch_2012",
    "table of Parikh 2020, Am J Kidney Dis 76:265: < 0.5 g/24 h; > 50 % to < 3 g/24 h; within 25 %",
    "CR",
    {"p24": "2.4", "cr": "1"},
    {"p24": "0.45", "cr": "1"},
    ("p24", "cr"),
    (
        *(pair(g, p24=("2.4", v)) for v, g in (("0.499", "CR"), ("0.5", "PR"), ("0.501", "PR"))),
        *(pair(g, p24=("2.4", v)) for v, g in (("1.199", "PR"), ("1.2", "NR"), ("1.201", "NR"))),
        *(pair(g, p24=("8", v)) for v, g in (("2.999", "PR"), ("3", "NR"), ("3.001", "NR"))),
        *(
            pair(g, p24=(None, None), upcr=("2.4", v))
            for v, g in (("0.499", "CR"), ("0.5", "PR"), ("0.501", "PR"), ("1.199", "PR"),
                         ("1.2", "NR"), ("1.201", "NR"))
        ),
        *(
            pair(g, p24=(None, None), upcr=("8", v))
            for v, g in (("2.999", "PR"), ("3", "NR"), ("3.001", "NR"))
        ),
        *by_return(("1.249", "1.25", "1.251"), ("99.9", "100", "100.1"), above="NR"),
        pair("NR", cr=("1.8", "2.3")),
    ),
)  # fmt: skip


def near_normal(grade: str) -> tuple[Row, ...]:
    """Within 10 % of 90 mL/min/1.73 m², whatever it was before."""
    rows: list[Row] = []
    for value, found in (("80.9", "NR"), ("81", grade), ("81.1", grade)):
        rows += [now(found, gfr=value), now(found, gfr=None, child_gfr=value)]
    return tuple(rows)


def normal_or_near(grade: str) -> tuple[Row, ...]:
    """Normal (90), or within 10 % of it where it was abnormal before (statement 3.2 of 2012)."""
    rows: list[Row] = []
    for before_, value, found in (
        ("120", "89.9", "NR"), ("120", "90", grade), ("120", "90.1", grade), ("120", "82", "NR"),
        ("90", "85", "NR"), ("90.1", "85", "NR"), ("89.9", "85", grade),
        ("70", "80.9", "NR"), ("70", "81", grade), ("70", "81.1", grade), ("70", "70", "NR"),
        (None, "90", grade), (None, "85", OPEN), (None, "80", "NR"),
    ):  # fmt: skip
        rows.append(pair(found, gfr=(before_, value)))
        rows.append(pair(found, gfr=(None, None), child_gfr=(before_, value)))
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
        *normal_or_near("CR"),
        now("PR", upcr="60 mg/mmol", gfr="90"),
        Row("PR", {"upcr": "60 mg/mmol", "gfr": "81"}, {"gfr": "70"}),
        Row("NR", {"upcr": "60 mg/mmol", "gfr": "81"}, {"gfr": "95"}),
    ),
)


def milestone(month: str, share: int) -> Case:
    part = share / 100 * 2
    steps = ((part - 0.001, "R"), (part, "R"), (part + 0.001, "NR"))
    rows = [pair(g, p24=("2", f"{v:g}"), upcr=(None, None)) for v, g in steps]
    rows += [pair(g, p24=(None, None), upcr=("2", f"{v:g}")) for v, g in steps]
    # the collection goes before the ratio
    rows += [pair("NR", p24=("2", "2"), upcr=("2", "0.1")), now("R", upcr=None)]
    # near-normal function belongs to the complete response at 12 months
    rows += [now("R", gfr=rate) for rate in ("20", "70", None)]
    return Case(
        f"eular_2019_month_{month}",
        "Kostopoulou 2020, RMD Open 6:e001263: at least 25 % at 3 and 50 % at 6 months",
        "R",
        {"p24": "2", "upcr": "2", "gfr": "100"},
        {"p24": "0.4", "upcr": "0.4", "gfr": "100"},
        (),
        (*rows, now(OPEN, p24=None, upcr=None)),
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


EULAR_2025_SOURCE = "rules of November 2026, 1 and 2.1: Ann Rheum Dis 2026;85:75, secondary"


def kept(grade: str) -> tuple[Row, ...]:
    """Function of at least 80 % of baseline."""
    rows: list[Row] = []
    for before_, value, found in (
        ("100", "79.9", "NR"), ("100", "80", grade), ("100", "80.1", grade),
        ("70", "68", grade), ("110", "82", "NR"),
    ):  # fmt: skip
        rows.append(pair(found, gfr=(before_, value)))
        rows.append(pair(found, gfr=(None, None), child_gfr=(before_, value)))
    return tuple(rows)


def milestone_2025(month: str, *steps: tuple[str, str]) -> Case:
    rows = [pair(g, upcr=("2.4", v)) for v, g in steps]
    rows += [pair(g, upcr=(None, None), p24=("2.4", v)) for v, g in steps]
    return Case(
        f"eular_2025_month_{month}",
        EULAR_2025_SOURCE,
        "R",
        {"upcr": "2.4", "gfr": "100"},
        {"upcr": "0.4", "gfr": "100"},
        ("upcr", "gfr"),
        (*rows, now("R", p24="2"), *kept("R")),
    )


EULAR_2025 = (
    milestone_2025("3", ("1.799", "R"), ("1.8", "R"), ("1.801", "NR")),
    milestone_2025("6", ("1.199", "R"), ("1.2", "R"), ("1.201", "NR")),
    milestone_2025("12", ("0.6", "R"), ("0.699", "R"), ("0.7", "NR"), ("0.701", "NR")),
    Case(
        "eular_2025",
        EULAR_2025_SOURCE,
        "CR",
        {"upcr": "2.4", "gfr": "100"},
        {"upcr": "0.4", "gfr": "100"},
        ("upcr", "gfr"),
        (
            *gram(below_3=False),
            *kept("CR"),
            Row("PR", {"upcr": "1", "gfr": "80"}),
            Row("NR", {"upcr": "1", "gfr": "79.9"}),
        ),
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

GUIDELINE_CASES = (
    KDIGO_2024,
    KDIGO_2012,
    EULAR_2012,
    milestone("3", 75),
    milestone("6", 50),
    year("eular_2019_month_12", "0.499", "0.5", "0.501"),
    year("eular_2019_month_12_07", "0.699", "0.7", "0.701"),
    *EULAR_2025,
    ACR_2024,
    DUTCH,
)
