"""BILAG-2004 of the followed, as far as SRI and BICLA ask: which domains are A or B.

Isenberg 2005, Rheumatology 44:902. What was recorded was measured, usable or not. No ratio of
albumin, no dipstick and no low count of another cause is recorded in the synthetic persons, so none
is asked for here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from remit.simulate.item_codes import (
    BILAG_FIRST,
    BILAG_GROUPS,
    CONSTITUTIONAL,
    FIRST_ASSESSMENT,
    HAEMOLYSIS,
    HYPERTENSION,
    NEPHRITIS,
    NEPHROTIC,
    SEDIMENT,
    THROMBOTIC,
)
from remit.simulate.oracle.kleene import (
    NOT_MET,
    UNKNOWN,
    Answers,
    all_of,
    any_of,
    at_least,
    decided,
    first_known,
    negate,
    when,
)
from remit.simulate.oracle.known_scores import is_present
from remit.simulate.oracle.lookups import Op
from remit.simulate.oracle.planned_visits import (
    AtVisits,
    at_baseline,
    item_of,
    picked_at,
    sure,
    where_recorded,
)
from remit.simulate.state import MICRO, NO_AMOUNT
from remit.truth import Reason

# Cut-offs of the text in mg/mmol, as g/g: 1 g/g is 113.12 mg/mmol.
PROTEIN = {
    "urine_protein_24h": ("1", "0.5"),
    "upcr": ("10000/11312", "5000/11312"),
}
CREATININE = "1.47056"  # 130 µmol/L
BANDS = (
    ("hemoglobin", "8", "9"),
    ("leukocytes", "1", "2"),
    ("neutrophils", "0.5", "1"),
    ("platelets", "25", "50"),
)


def bilag_gates(at: AtVisits) -> tuple[Answers, Answers]:
    """No domain has become A, and fewer than two have become B from C, D or E."""
    domains = list(_domains(at))
    new_a = [all_of(severe, negate(at_baseline(severe))) for severe, _ in domains]
    return negate(any_of(*new_a)), _fewer_than_two_new_b(domains)


def bicla_gates(at: AtVisits) -> tuple[Answers, Answers, Answers, Answers]:
    """Some domain was A or B at baseline; none is A; each B of baseline has become less; new B."""
    domains = list(_domains(at))
    active = [any_of(severe, moderate) for severe, moderate in domains]
    was_b = [at_baseline(all_of(negate(severe), moderate)) for severe, moderate in domains]
    kept = [all_of(was, now) for was, now in zip(was_b, active, strict=True)]
    return (
        any_of(*(at_baseline(one) for one in active)),
        negate(any_of(*(severe for severe, _ in domains))),
        negate(any_of(*kept)),
        _fewer_than_two_new_b(domains),
    )


def _fewer_than_two_new_b(domains: Sequence[tuple[Answers, Answers]]) -> Answers:
    new_b = [
        all_of(negate(severe), moderate, at_baseline(negate(any_of(severe, moderate))))
        for severe, moderate in domains
    ]
    return negate(at_least(2, new_b))


def _domains(at: AtVisits) -> Iterator[tuple[Answers, Answers]]:
    """Of each domain whether it meets the rule of A, and that of B."""
    fever, *others = (_codes(at, number) for number in CONSTITUTIONAL)
    yield (
        all_of(fever[1], at_least(2, [code[1] for code in others])),
        any_of(fever[1], at_least(2, [code[1] for code in others])),
    )
    for first, second, _ in BILAG_GROUPS.values():
        high = [_codes(at, number) for number in first]
        lower = [_codes(at, number) for number in second]
        yield (
            any_of(*(code[1] for code in high)),
            any_of(*(code[0] for code in high), *(code[1] for code in lower)),
        )
    yield _renal(at)
    clot = _codes(at, THROMBOTIC)
    yield (
        any_of(*(at.value(name, "<", a) for name, a, _ in BANDS), clot[1]),
        any_of(
            *(at.value(name, "<", b) for name, _, b in BANDS), clot[0], _finding(at, HAEMOLYSIS)
        ),
    )


def _codes(at: AtVisits, number: int) -> tuple[Answers, Answers]:
    """Whether an item's code is at least 1, and at least 2."""
    labs = picked_at(item_of(at.cohort, at.one, BILAG_FIRST + number), at.plan)
    known = labs.there & (labs.amount != NO_AMOUNT)
    one, two = labs.amount >= MICRO, labs.amount >= 2 * MICRO
    return sure(known & one, known & ~one), sure(known & two, known & ~two)


def _finding(at: AtVisits, number: int) -> Answers:
    labs = picked_at(item_of(at.cohort, at.one, BILAG_FIRST + number), at.plan)
    return where_recorded(labs, is_present(labs))


# --- the kidney ----------------------------------------------------------------------------------


def _renal(at: AtVisits) -> tuple[Answers, Answers]:
    first = _first_assessment(at)
    measured = {name: _measured(at, name) for name in (*PROTEIN, "creatinine", "egfr")}
    severe = _protein(at, first, measured, place=0, op=">")
    moderate = _protein(at, first, measured, place=1, op=">=")
    sediment, nephritis = _finding(at, SEDIMENT), _finding(at, NEPHRITIS)
    features = [
        severe,
        _finding(at, HYPERTENSION),
        _function(at, first, measured["creatinine"], measured["egfr"]),
        sediment,
        nephritis,
        _finding(at, NEPHROTIC),
    ]
    raised = at.value("creatinine", ">", CREATININE)
    risen = all_of(
        negate(first),
        at.ratio("creatinine", ">=", "1.15", moment="previous"),
        at.ratio("creatinine", "<=", "1.3", moment="previous"),
    )
    return (
        all_of(at_least(2, features), any_of(severe, sediment, nephritis)),
        any_of(*features, moderate, when(raised, risen)),
    )


def _first_assessment(at: AtVisits) -> Answers:
    """As recorded; else not where anything was known at the visit before."""
    before = [
        at.value(name, ">=", "0")
        for name in (
            "hemoglobin", "creatinine", "egfr", "urine_protein_24h", "upcr", "systolic_bp",
        )
    ]  # fmt: skip
    pyrexia = picked_at(item_of(at.cohort, at.one, BILAG_FIRST + CONSTITUTIONAL[0]), at.plan)
    known = pyrexia.there & (pyrexia.amount != NO_AMOUNT)
    before.append(sure(known, np.zeros_like(known)))
    return first_known(
        _finding(at, FIRST_ASSESSMENT), negate(any_of(*(_at_previous(one) for one in before)))
    )


def _at_previous(answers: Answers) -> Answers:
    status = np.roll(answers.status, 1, axis=1)
    status[:, 0] = UNKNOWN
    return Answers(status, (status == UNKNOWN).astype(np.int32) * Reason.NO_ANCHOR.bit)


def _measured(at: AtVisits, name: str) -> Answers:
    return decided(at.labs(name).there)


def _protein(
    at: AtVisits, first: Answers, measured: dict[str, Answers], *, place: int, op: Op
) -> Answers:
    """One measure above its cut-off and not lower by 25 %; nothing measured leaves it open."""
    parts = [
        when(
            measured[name],
            all_of(
                at.value(name, op, cut[place]),
                any_of(first, at.ratio(name, ">", "0.75", moment="previous")),
            ),
        )
        for name, cut in PROTEIN.items()
    ]
    nothing = negate(any_of(*(measured[name] for name in PROTEIN)))
    return any_of(*parts, when(nothing, _open(nothing)))


def _function(at: AtVisits, first: Answers, creatinine: Answers, filtration: Answers) -> Answers:
    risen = all_of(
        at.value("creatinine", ">", CREATININE),
        negate(first),
        at.ratio("creatinine", ">", "1.3", moment="previous"),
    )
    fallen = all_of(
        at.value("egfr", "<", "80"),
        negate(first),
        at.ratio("egfr", "<", "0.67", moment="previous"),
    )
    before = _at_previous(at.value("egfr", ">", "50"))
    # A filtration below 50 counts unless it is known to have been so before.
    newly_low = all_of(at.value("egfr", "<", "50"), decided(before.status != NOT_MET))
    nothing = negate(any_of(creatinine, filtration))
    return any_of(
        when(creatinine, risen),
        when(filtration, any_of(fallen, newly_low)),
        when(nothing, _open(nothing)),
    )


def _open(like: Answers) -> Answers:
    status = np.full_like(like.status, UNKNOWN)
    return Answers(status, np.full_like(like.reasons, Reason.NO_DATA.bit))
