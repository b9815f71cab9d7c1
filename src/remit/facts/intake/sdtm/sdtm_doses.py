"""The dose a day of a drug record, where amount, unit and frequency tell one exactly."""

from __future__ import annotations

from decimal import Decimal

from remit.facts.intake.sdtm.sdtm_terms import cdisc_unit, sdtm_terms
from remit.facts.intake.sources.cell_numbers import WrittenDose, number_of
from remit.facts.intake.sources.held_numbers import held_number
from remit.units import find_unit

# Unit of one dose -> the units of it a day and a week that the closed table has.
_PER_DAY = {"mg": "mg/d", "g": "g/d"}
_PER_WEEK = {"mg": "mg/wk"}


def record_dose(
    amount: str | None,
    unit: str | None,
    frequency: str | None,
    *,
    total: str | None = None,
    route: str | None = None,
) -> WrittenDose | None:
    """The dose of a record; None where one of the three is missing, or tells no dose a day.

    Args:
        total: --DOSTOT, "total daily dose using the units in --DOSU" (SDTM Implementation Guide
            3.4, CM, EX): another one than amount and frequency make leaves no dose.
        route: what is put on the skin, inhaled or given into a joint is no dose of the whole body.

    >>> record_dose("10", "mg", "BID").number
    Decimal('20')
    >>> record_dose("10", "mg", "PRN"), record_dose("1", "TABLET", "QD")
    (None, None)
    """
    terms = sdtm_terms()
    if route is not None and route.upper() not in terms.systemic:
        return None
    found, known = number_of(amount or ""), cdisc_unit(unit)
    if found is None or known is None or found.operator is not None or found.number < 0:
        return None
    word = (frequency or "").upper()
    if word in terms.per_day:
        times, written = terms.per_day[word], _PER_DAY.get(known.code)
    elif word in terms.per_week:
        times, written = terms.per_week[word], _PER_WEEK.get(known.code)
    else:
        return None
    made = find_unit(omop_id=None, text=written) if written is not None else None
    held = held_number(found.number * Decimal(times))
    if made is None or held is None:
        return None
    if total is not None and word in terms.per_day:
        said = number_of(total)
        if said is None or said.operator is not None or said.number != held:
            return None
    return WrittenDose(held, made, found.rounded)
