"""Boundary rows of LUNAR, whose creatinine two sources read in two ways."""

from __future__ import annotations

from endpoints.cases import Case, Row, around, limited, now, pair

PROTEIN: tuple[Row, ...] = (
    *around("upcr", "0.499", "0.5", "0.501", below="CR", equal="PR", above="PR"),
    *around("upcr", "0.999", "1", "1.001", below="PR", equal="NR", above="NR"),
    pair("PR", upcr=("1.8", "0.899")),
    pair("PR", upcr=("1.8", "0.9")),
    pair("NR", upcr=("1.8", "0.901")),
    pair("NR", upcr=("2.999", "1.2")),
    pair("NR", upcr=("3", "1.2")),
    pair("PR", upcr=("3", "0.9")),
    pair("PR", upcr=("3.001", "1.2")),
    pair("PR", upcr=("7", "2.999")),
    pair("PR", upcr=("7", "3")),
    pair("NR", upcr=("7", "3.001")),
)
SEDIMENT: tuple[Row, ...] = (
    *around("rbc", "4.9", "5", "5.1", below="CR", equal="PR", above="PR"),
    *around("rbc", "29.9", "30", "30.1", below="PR", equal="PR", above="NR"),
    pair("NR", rbc=(0, 5)),
    now("NR", casts=1),
)
# The rows on which both readings agree.
CREATININE: tuple[Row, ...] = (
    now("NR", cr=limited("1.0"), upcr="0.9"),
    # normal at baseline: at most 115 % of it, above the limit of normal too
    pair("CR", cr=(limited("1.0"), limited("1.149"))),
    pair("CR", cr=(limited("1.0"), limited("1.15"))),
    pair("NR", cr=(limited("1.0"), limited("1.151"))),
    pair("CR", cr=(limited("1.1"), limited("1.2"))),
    pair("CR", cr=(limited("1.099"), limited("1.2"))),
    # abnormal at baseline: back to normal, partial at most 115 %
    pair("PR", cr=(limited("1.101"), limited("1.2"))),
    pair("CR", cr=(limited("1.5"), limited("1.1"))),
    pair("PR", cr=(limited("1.5"), limited("1.101"))),
    pair("PR", cr=(limited("1.5"), limited("1.725"))),
    pair("NR", cr=(limited("1.5"), limited("1.726"))),
    # the laboratory names no limit: 1.2 mg/dL
    pair("CR", cr=("1.199", "1.3")),
    pair("CR", cr=("1.2", "1.3")),
    pair("PR", cr=("1.201", "1.3")),
    pair("CR", cr=("1.5", "1.199")),
    pair("CR", cr=("1.5", "1.2")),
    pair("PR", cr=("1.5", "1.201")),
)


def lunar(name: str, source: str, *rows: Row) -> Case:
    return Case(
        name,
        source,
        "CR",
        {"upcr": "2.4", "cr": limited("0.8"), "rbc": 20},
        {"upcr": "0.45", "cr": limited("0.8"), "rbc": 2, "casts": 0},
        ("upcr", "cr", "rbc", "casts"),
        (*PROTEIN, *CREATININE, *rows, *SEDIMENT),
    )


LUNAR_CASES = (
    lunar(
        "lunar",
        "section 9.5, LUNAR CRR and PRR; registry entry NCT00282347 (normal, or <= 115 %)",
        # normal is enough for CR, also where it rose by a quarter; PR asks for 115 % of baseline
        now("CR", cr=limited("1.0")),
        pair("CR", cr=(limited("0.8"), limited("1.1"))),
    ),
    lunar(
        "lunar_115",
        "rules of November 2026, 2.5: at most 115 % where it was normal, unconfirmed",
        now("NR", cr=limited("1.0")),
        pair("NR", cr=(limited("0.8"), limited("1.1"))),
        pair("CR", cr=(limited("0.8"), limited("0.92"))),
        pair("NR", cr=(limited("0.8"), limited("0.921"))),
    ),
)
