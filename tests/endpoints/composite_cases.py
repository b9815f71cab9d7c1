"""Boundary rows of composites and states. Sources: sections 3 and 4 of the specification."""

from __future__ import annotations

from endpoints.cases import OPEN, Case, Row, around, before, now, pair

# Nine letters in the order of BILAG: constitutional first, haematological last.
STEADY = "BCDEEEEED"

PGA = (
    pair("R", pga=("1.5", "1.79")),
    pair("NR", pga=("1.5", "1.8")),
    pair("NR", pga=("1.5", "1.81")),
    before(OPEN, pga=None),
)
BILAG_ROWS = (
    # a new A fails; an A that stays or becomes B does not
    pair("NR", bilag=("BCDEEEEED", "BCDEEEEEA")),
    pair("NR", bilag=("BCDEEEEED", "ACDEEEEED")),
    pair("R", bilag=("ACDEEEEED", "ACDEEEEED")),
    pair("R", bilag=("AACEEEEED", "BBCEEEEED")),
    # one new B may be, two may not; C, D and E are all below B
    pair("R", bilag=("BCDEEEEED", "BBDEEEEED")),
    pair("NR", bilag=("BCDEEEEED", "BBBEEEEED")),
    pair("NR", bilag=("BCDEEEEED", "BCDBEEEEB")),
    pair("R", bilag=("BBBEEEEED", "BBBEEEEED")),
    # a domain that was not evaluable is open, unless the others decide
    pair(OPEN, bilag=("BCDEEEEED", "BCDEEEEE_")),
    pair(OPEN, bilag=("BCDEEEE_D", "BCDEEEEBB")),
    pair("R", bilag=("BCDEEEE_D", "BCDEEEEBD")),
    pair(OPEN, bilag=("BCDEEEE_D", "BCDEEEEAD")),
    pair("NR", bilag=("BCDEEEEED", "BBBEEEEE_")),
)


def placed(*letters: tuple[int, str]) -> str:
    """Nine letters: D, but for those given by place."""
    found = ["D"] * 9
    for place, letter in letters:
        found[place % 9] = letter
    return "".join(found)


def sri_by_domain() -> tuple[Row, ...]:
    """The rules hold in each of the nine domains."""
    rows: list[Row] = []
    for i in range(9):
        rows += [
            pair("NR", bilag=(placed(), placed((i, "A")))),
            pair("NR", bilag=(placed((i, "B")), placed((i, "A")))),
            pair("R", bilag=(placed((i, "A")), placed((i, "A")))),
            pair("NR", bilag=(placed((i, "C"), (i + 1, "E")), placed((i, "B"), (i + 1, "B")))),
            pair("R", bilag=(placed((i, "B")), placed((i, "B"), (i + 1, "B")))),
            pair("R", bilag=(placed((i, "A")), placed((i, "B"), (i + 1, "B")))),
        ]
    return tuple(rows)


def bicla_by_domain() -> tuple[Row, ...]:
    """One domain was A or B, and each rule is tried there and in its neighbours."""
    rows: list[Row] = []
    for i in range(9):
        for first in "AB":
            was = placed((i, first))
            rows += [
                pair("R", bilag=(was, placed((i, "C")))),
                pair("NR", bilag=(was, placed((i, "A")))),
                pair("NR", bilag=(was, placed((i + 1, "A")))),
                pair("R", bilag=(was, placed((i + 1, "B")))),
                pair("NR", bilag=(was, placed((i + 1, "B"), (i + 2, "B")))),
            ]
        rows += [
            pair("R", bilag=(placed((i, "A")), placed((i, "B"), (i + 1, "B")))),
            pair("NR", bilag=(placed((i, "B")), placed((i, "B")))),
            pair(OPEN, bilag=(placed((i, "C")), placed((i, "C")))),
        ]
    return tuple(rows)


def sri(definition: str, points: int, score: str, *, bilag: bool) -> Case:
    steps = ((points - 1, "NR"), (points, "R"), (points + 1, "R"))
    letters = {"bilag": STEADY} if bilag else {}
    return Case(
        definition,
        "section 3.1",
        "R",
        {score: 12, "pga": "1.5", **letters},
        {score: 2, "pga": "1.5", **letters},
        (score, "pga", *letters),
        (
            *(pair(g, **{score: (12, 12 - fall)}) for fall, g in steps),
            # not attainable below k, whatever was missed later
            *(pair(g, **{score: (first, 0)}) for first, g in steps),
            pair("NR", **{score: (points - 1, None)}),
            before(OPEN, **{score: None}),
            *PGA,
            *((*BILAG_ROWS, *sri_by_domain()) if bilag else ()),
        ),
    )


def bicla(definition: str, at_limit: str) -> Case:
    return Case(
        definition,
        "section 3.2",
        "R",
        {"sledai_2k": 8, "pga": "1.5", "bilag": "ABDEEEEED"},
        {"sledai_2k": 8, "pga": "1.5", "bilag": "BCDEEEEED"},
        ("sledai_2k", "pga", "bilag"),
        (
            *around("sledai_2k", 7, 8, 9, below="R", equal="R", above="NR"),
            before(OPEN, sledai_2k=None),
            pair("R", pga=("1.5", "1.79")),
            pair(at_limit, pga=("1.5", "1.8")),
            pair("NR", pga=("1.5", "1.81")),
            # every A and every B must improve
            now("NR", bilag="ACDEEEEED"),
            now("NR", bilag="BBDEEEEED"),
            now("NR", bilag="BADEEEEED"),
            now("R", bilag="CCDEEEEED"),
            now("R", bilag="DDDEEEEED"),
            # elsewhere no new A and at most one new B
            now("NR", bilag="BCAEEEEED"),
            now("R", bilag="BCBEEEEED"),
            now("NR", bilag="BCBBEEEED"),
            now(OPEN, bilag="BCDEEEEE_"),
            pair("NR", bilag=("ABDEEEEE_", "BCDEEEEEA")),
            # without an A or B at baseline it does not apply; whether it does may be open
            pair(OPEN, bilag=("CCDEEEEED", "CCDEEEEED")),
            pair(OPEN, bilag=("CCDEEEEE_", "CCDEEEEED")),
            pair("R", bilag=("BCDEEEEE_", "CCDEEEEED")),
            *bicla_by_domain(),
        ),
    )


STATE = {"pga": "0.3", "pred": "5", "treatment_permitted": "present"}

# Section 4, mg a day.
STANDARD_DOSES = (
    ("hydroxychloroquine", 400),
    ("azathioprine", 200),
    ("mycophenolate_mofetil", 3000),
    ("mycophenolic_acid", 2160),
    ("leflunomide", 20),
)

LLDAS = Case(
    "lldas",
    "section 4, LLDAS",
    "R",
    {},
    {
        **STATE,
        "sledai_2k": 2,
        "sledai_2k_major_organ": 0,
        "new_features": "absent",
        "haemolytic_anaemia": "absent",
        "gastrointestinal_activity": "absent",
    },
    (
        "sledai_2k",
        "sledai_2k_major_organ",
        "new_features",
        "haemolytic_anaemia",
        "gastrointestinal_activity",
        "pga",
        "pred",
        "treatment_permitted",
    ),
    (
        *around("sledai_2k", 3, 4, 5, below="R", equal="R", above="NR"),
        now("NR", sledai_2k=4, sledai_2k_major_organ=4),
        now("NR", sledai_2k_major_organ=1),
        *(
            now(grade, **{item: word})
            for item in ("new_features", "haemolytic_anaemia", "gastrointestinal_activity")
            for word, grade in (("present", "NR"), ("not_attributed", "R"))
        ),
        *around("pga", "0.99", "1", "1.01", below="R", equal="R", above="NR"),
        *around("pred", "7.4", "7.5", "7.6", below="R", equal="R", above="NR"),
        now("NR", treatment_permitted="absent"),
        # where nobody recorded new features, a new item of SLEDAI-2K is one
        now("R", new_features=None, sledai_2k_new=0),
        *(now("NR", new_features=None, sledai_2k_new=new) for new in (1, 8)),
        *(
            now(grade, treatment_permitted=None, **{"dose of methotrexate": f"{dose} mg/wk"})
            for dose, grade in ((29, OPEN), (30, OPEN), (31, "NR"))
        ),
        # doses above the standard ones (Golder 2016) deny what nobody said, and prove nothing
        *(
            row
            for drug, most in STANDARD_DOSES
            for row in (
                now("R", **{f"dose of {drug}": f"{most + 1} mg/d"}),
                *(
                    now(grade, treatment_permitted=None, **{f"dose of {drug}": f"{dose} mg/d"})
                    for dose, grade in ((most - 1, OPEN), (most, OPEN), (most + 1, "NR"))
                ),
            )
        ),
    ),
)

DORIS = Case(
    "doris_2021",
    "section 4, DORIS 2021; the dose as in the abstract, where table 2 of the paper prints below 5",
    "R",
    {},
    {**STATE, "sledai_2k_clinical": 0},
    ("sledai_2k_clinical", "pga", "pred", "treatment_permitted"),
    (
        now("NR", sledai_2k_clinical=1),
        *around("pga", "0.49", "0.5", "0.51", below="R", equal="NR", above="NR"),
        *around("pred", "4.9", "5", "5.1", below="R", equal="R", above="NR"),
        now("NR", treatment_permitted="absent"),
    ),
)

DRUG_FREE = Case(
    "cart_drug_free_remission",
    "section 4, DORIS 2021, with every drug at 0: unconfirmed",
    "R",
    {},
    {
        "sledai_2k_clinical": 0,
        "pga": "0.3",
        "pred": 0,
        "suppressant": 0,
        "biologic": 0,
        "depletion": 0,
    },
    ("sledai_2k_clinical", "pga", "pred", "suppressant", "biologic", "depletion"),
    (
        now("NR", sledai_2k_clinical=1),
        *around("pga", "0.49", "0.5", "0.51", below="R", equal="NR", above="NR"),
        now("NR", pred="0.1"),
        now("NR", suppressant="0.1"),
        now("NR", biologic="0.1"),
        now("NR", depletion="0.1"),
    ),
)

SLEDAI_SOURCE = "UMIN000042298, options of response_definition in the protocol; no cut-off printed"


def sledai(definition: str, *rows: Row) -> Case:
    return Case(
        definition, SLEDAI_SOURCE, "R", {"sledai_2k": 12}, {"sledai_2k": 2}, ("sledai_2k",), rows
    )


SLEDAI_CASES = (
    sledai(
        "sledai_fall_4",
        pair("NR", sledai_2k=(12, 9)),
        pair("R", sledai_2k=(12, 8)),
        pair("R", sledai_2k=(12, 7)),
        pair("NR", sledai_2k=(3, 0)),
        pair("R", sledai_2k=(4, 0)),
        pair("R", sledai_2k=(5, 0)),
        pair("NR", sledai_2k=(3, None)),
        before(OPEN, sledai_2k=None),
    ),
    sledai(
        "sledai_at_most_4",
        *around("sledai_2k", 3, 4, 5, below="R", equal="R", above="NR"),
        before("R", sledai_2k=None),
    ),
    sledai(
        "sledai_any_fall",
        *around("sledai_2k", 11, 12, 13, below="R", equal="NR", above="NR"),
        before(OPEN, sledai_2k=None),
    ),
    sledai(
        "sledai_halved",
        *around("sledai_2k", 5, 6, 7, below="R", equal="R", above="NR"),
        pair(OPEN, sledai_2k=(0, 0)),
        before(OPEN, sledai_2k=None),
    ),
)

COMPOSITE_CASES = (
    *(sri(f"sri_{k}", k, "sledai_2k", bilag=True) for k in (4, 5, 6, 7, 8)),
    sri("msri_4", 4, "sledai_2k", bilag=False),
    sri("il2_low_dose_trial", 4, "selena_sledai", bilag=True),
    bicla("bicla_emblem", "R"),
    bicla("bicla_tulip", "NR"),
    LLDAS,
    DORIS,
    DRUG_FREE,
    *SLEDAI_CASES,
)
