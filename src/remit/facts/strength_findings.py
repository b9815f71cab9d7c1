"""The rules of the strengths of drugs, and of what doses are said to stand on."""

from __future__ import annotations

from collections.abc import Iterator

from remit.facts.dose_basis import NAME as BASIS
from remit.facts.dose_basis import STRENGTHS
from remit.facts.engine import Engine
from remit.facts.findings import Rule
from remit.units import find_unit

_UNITS = tuple(f"{part}_unit_concept_id" for part in ("amount", "numerator", "denominator"))


def strength_rules(engine: Engine) -> Iterator[Rule]:
    """The rules of `drug_strength` and `dose_basis`."""
    if STRENGTHS in engine.filled:
        pair = "drug_concept_id, ingredient_concept_id"
        several = f"select {pair} from {STRENGTHS} group by {pair} having count(*) > 1"
        twice = f"({pair}) in ({several})"
        name = "two strengths of one ingredient"
        yield Rule(STRENGTHS, name, STRENGTHS, twice, severity="warning")
        for unit in _UNITS:
            for (coded,) in engine.rows(f"select distinct {unit} from {STRENGTHS} order by 1"):
                if coded and find_unit(omop_id=int(str(coded)), text=None) is None:
                    yield Rule(
                        STRENGTHS,
                        "unit unknown",
                        STRENGTHS,
                        f"{unit} = ?",
                        (coded,),
                        severity="warning",
                        detail=f"{unit} {coded}",
                    )
    lost = f"{BASIS} anti join {STRENGTHS} using (drug_concept_id)"
    yield Rule(BASIS, "product without a strength", lost)
