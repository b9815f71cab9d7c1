"""The known response of the followed at each planned visit, from the generator's own state.

Written from the sources of the definitions and apart from `remit.endpoints`, so that the two can be
compared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from remit.protocol import protocol_named
from remit.simulate.answers import (
    MET,
    UNKNOWN,
    Answers,
    Flags,
    all_of,
    any_of,
    first_known,
    negate,
)
from remit.simulate.at_visits import (
    AtVisits,
    at_baseline,
    earlier,
    item_of,
    picked_at,
    plan_of,
    sure,
    where_recorded,
)
from remit.simulate.bilag import bilag_gates
from remit.simulate.filtration import filtration_kept
from remit.simulate.reading import UNDECIDED, flaw_of
from remit.simulate.sledai import ITEMS, by_laboratory, is_present, item_id
from remit.simulate.state import MICRO, Cohort

NOT_ASSESSABLE = "not assessable"
ALLOCATION_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string(), nullable=False),
        pa.field("person_id", pa.int64(), nullable=False),
        pa.field("arm", pa.string(), nullable=False),
    ]
)
RESPONSE_SCHEMA = pa.schema(
    [
        pa.field("study", pa.string(), nullable=False),
        pa.field("definition", pa.string(), nullable=False),
        pa.field("person_id", pa.int64(), nullable=False),
        pa.field("visit", pa.string(), nullable=False),
        pa.field("response", pa.string(), nullable=False),
    ]
)
Rungs = Sequence[tuple[str, Answers]]


def _nanjing(at: AtVisits) -> Rungs:
    """Registry entry of NCT05631717, page 001; its lost signs read as at most."""
    ratio = at.value("upcr", "<", "0.5")
    collected = at.value("urine_protein_24h", "<", "0.5")
    abnormal = (
        at_baseline(at.value("upcr", ">=", "0.5")),
        at_baseline(at.value("urine_protein_24h", ">=", "0.5")),
    )
    complete = all_of(
        any_of(at.value("creatinine", "<=", "1.2"), at.ratio("creatinine", "<=", "1.25")),
        first_known(any_of(ratio, collected), ratio, collected),
        at.dose("glucocorticoid", "<=", "10"),
    )
    raised = at_baseline(at.value("creatinine", ">", "1.2"))
    partial = all_of(
        first_known(any_of(*abnormal), *abnormal),
        any_of(
            all_of(raised, at.ratio("creatinine", "<", "0.7"), _protein_share(at, "0.7")),
            all_of(negate(raised), _protein_share(at, "0.5")),
        ),
    )
    return (("CR", complete), ("PR", partial))


def _protein_share(at: AtVisits, share: str) -> Answers:
    return first_known(at.ratio("upcr", "<", share), at.ratio("urine_protein_24h", "<", share))


def _kdigo(at: AtVisits) -> Rungs:
    """KDIGO 2024, Kidney Int 105(1S):S1."""
    kept = filtration_kept(at, percent=85)

    def below(grams: str) -> Answers:
        return first_known(at.value("upcr", "<", grams), at.value("urine_protein_24h", "<", grams))

    halved = first_known(at.ratio("upcr", "<=", "0.5"), at.ratio("urine_protein_24h", "<=", "0.5"))
    return (("CR", all_of(below("0.5"), kept)), ("PR", all_of(halved, below("3"), kept)))


def _sledai_fall(at: AtVisits) -> Answers:
    """SLEDAI-2K at least 4 at baseline, and lower by at least 4."""
    low, high = sledai_bounds(at)
    low_then, high_then = earlier(low, "baseline"), earlier(high, "baseline")
    return all_of(
        sure(low_then >= 4, high_then < 4),
        sure(low_then - high >= 4, high_then - low < 4),
    )


def sledai_bounds(at: AtVisits) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The least and the greatest total at each visit; a usable recorded total is both."""
    derived = by_laboratory(at.value, at.limit)
    shape = at.plan.day.shape
    low, high = np.zeros(shape, np.int64), np.zeros(shape, np.int64)
    for name, (points, _) in ITEMS.items():
        labs = picked_at(item_of(at.cohort, at.one, item_id(name)), at.plan)
        found = where_recorded(labs, is_present(labs))
        found = first_known(found, derived[name]) if name in derived else found
        low += points * (found.status == MET)
        high += points * ((found.status == MET) | (found.status == UNKNOWN))
    total = at.labs("sledai_2k")
    known: Flags = total.there & (flaw_of(total, "sledai_2k") == UNDECIDED)
    known &= (total.bound == 0) | (total.bound == 5)
    recorded = total.amount // MICRO
    return np.where(known, recorded, low), np.where(known, recorded, high)


def _sri(at: AtVisits) -> Rungs:
    """SRI-4: Furie 2009, Arthritis Rheum 61:1143, with SLEDAI-2K and BILAG-2004."""
    assessed = at.exact("pga")
    shape = at.plan.day.shape
    known = (assessed.flaw == UNDECIDED).reshape(shape)
    amount = assessed.amount.reshape(shape)
    both = known & earlier(known, "baseline")
    worse = 10 * (amount - earlier(amount, "baseline")) >= 3 * MICRO * assessed.scale
    return (("R", all_of(_sledai_fall(at), *bilag_gates(at), sure(both & ~worse, both & worse))),)


DEFINITIONS: Mapping[str, Callable[[AtVisits], Rungs]] = {
    "kdigo_2024": _kdigo,
    "nanjing_registry": _nanjing,
    "sledai_fall_4": lambda at: (("R", _sledai_fall(at)),),
    "sri_4": _sri,
}
# What a definition needs is recorded in these studies only.
RECORDED_IN = {"sri_4": frozenset({"NCT05631717"})}


def graded(rungs: Rungs) -> NDArray[np.object_]:
    """The best grade that is met; not assessable where a better one than it may be."""
    found = np.full(rungs[0][1].status.shape, "NR", object)
    for grade, answers in reversed(rungs):
        found = np.where(answers.status == MET, grade, found)
        found = np.where(answers.status == UNKNOWN, NOT_ASSESSABLE, found)
    return found


def known_responses(cohort: Cohort) -> list[tuple[str, str, int, str, str]]:
    """Study, definition, person, visit and response, for each planned visit after baseline."""
    rows = []
    for one in sorted(cohort.followed, key=lambda found: found.study):
        protocol = protocol_named(one.study)
        if not protocol.visits or not len(one.at):
            continue
        plan = plan_of(protocol, cohort.anchors[one.study]["baseline"][one.at])
        at = AtVisits(cohort, one, plan)
        for definition, judge in DEFINITIONS.items():
            if one.study not in RECORDED_IN.get(definition, {one.study}):
                continue
            found = graded(judge(at))
            rows += [
                (one.study, definition, int(person), visit, str(found[row, place]))
                for row, person in enumerate(cohort.person[one.at])
                for place, visit in enumerate(plan.visits)
                if place
            ]
    return rows


def response_rows(cohort: Cohort) -> pa.RecordBatch:
    """The responses as one batch."""
    columns = list(zip(*known_responses(cohort), strict=True)) or [()] * len(RESPONSE_SCHEMA)
    arrays = [
        pa.array(column, field.type) for column, field in zip(columns, RESPONSE_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=RESPONSE_SCHEMA)


def allocation_rows(cohort: Cohort) -> pa.RecordBatch:
    """Who was taken into which study and arm, as one batch; `all` where a study has no arms."""
    rows = [
        (one.study, int(person), one.arms[arm] if one.arms else "all")
        for one in sorted(cohort.followed, key=lambda found: found.study)
        for person, arm in zip(cohort.person[one.at], one.arm, strict=True)
    ]
    columns = list(zip(*rows, strict=True)) or [()] * len(ALLOCATION_SCHEMA)
    arrays = [
        pa.array(column, field.type)
        for column, field in zip(columns, ALLOCATION_SCHEMA, strict=True)
    ]
    return pa.RecordBatch.from_arrays(arrays, schema=ALLOCATION_SCHEMA)
