"""What is wrong with the strengths of drugs, and with what doses are said to stand on."""

from __future__ import annotations

from collections.abc import Iterator

from remit.facts.dose_basis import NAME as BASIS
from remit.facts.dose_basis import STRENGTHS
from remit.facts.engine import Engine
from remit.facts.findings import Finding, find_rows
from remit.units import find_unit

_UNITS = tuple(f"{part}_unit_concept_id" for part in ("amount", "numerator", "denominator"))


def strength_findings(engine: Engine) -> Iterator[Finding]:
    """The findings about `drug_strength` and `dose_basis`."""
    if STRENGTHS in engine.filled:
        pair = "drug_concept_id, ingredient_concept_id"
        several = f"select {pair} from {STRENGTHS} group by {pair} having count(*) > 1"
        rows = f"{STRENGTHS} where ({pair}) in ({several})"
        rule = "two strengths of one ingredient"
        yield from find_rows(engine, STRENGTHS, rule, rows, severity="warning")
        for name in _UNITS:
            for (coded,) in engine.rows(f"select distinct {name} from {STRENGTHS} order by 1"):
                if coded and find_unit(omop_id=int(str(coded)), text=None) is None:
                    yield from find_rows(
                        engine,
                        STRENGTHS,
                        "unit unknown",
                        f"{STRENGTHS} where {name} = ?",
                        coded,
                        severity="warning",
                        detail=f"{name} {coded}",
                    )
    lost = f"{BASIS} anti join {STRENGTHS} using (drug_concept_id)"
    yield from find_rows(engine, BASIS, "product without a strength", lost)
