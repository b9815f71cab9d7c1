"""Daily doses, and days above a dose, as numbers, with the same rules as the leaves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

import ibis.expr.types as ir

from remit.criteria.compiling.dose_days import compile_dose_days
from remit.criteria.compiling.doses import compile_doses
from remit.criteria.compiling.parts import Part, choose, joined_parts
from remit.criteria.compiling.people import compile_coverage, compile_people
from remit.criteria.compiling.sources import Sources
from remit.criteria.tree import Dose, DoseDays, DoseTest, Threshold
from remit.truth import Reason

_ZERO = Fraction(0)


def read_doses(doses: Sequence[Dose], sources: Sources) -> tuple[ir.Table, Mapping[Dose, int]]:
    """The daily dose of each drug or class for each person.

    Returns:
        A table with `person_id` and for dose i `dose_i`, mg/d times its scale in millionths, and
        `why_i`, 0 where the dose is exact, else the `Reason` for which it is only a lower bound;
        and the scale of each dose.
    """
    tests = [DoseTest(dose, Threshold(">=", _ZERO)) for dose in doses]
    people = compile_people(tests, sources)
    coverage = compile_coverage([(dose.window, dose.absence) for dose in doses], people, sources)
    parts, columns = compile_doses(doses, people, sources)
    whole = joined_parts(people.itself, (*parts, Part(coverage.table)))
    values = {}
    for number, dose in enumerate(doses):
        values[f"dose_{number}"] = (columns[dose].value(whole) * 1_000_000).cast("int64")
        why = columns[dose].why(whole, coverage)
        no_anchor = people.no_anchor(whole, dose.window)
        values[f"why_{number}"] = choose((no_anchor, int(Reason.NO_ANCHOR)), otherwise=why).cast(
            "int8"
        )
    scales = {dose: columns[dose].scale for dose in doses}
    return whole.select("person_id", **values), scales


def read_dose_days(leaves: Sequence[DoseDays], sources: Sources) -> ir.Table:
    """The days above a dose that each leaf counts, for each person.

    Returns:
        A table with `person_id` and for leaf i `days_i` and `why_i`, 0 where the number is exact,
        else the `Reason` for which it is only a lower bound.
    """
    people = compile_people(leaves, sources)
    keys = [(leaf.dose.window, leaf.dose.absence) for leaf in leaves]
    coverage = compile_coverage(keys, people, sources)
    parts, columns = compile_dose_days(leaves, people, coverage, sources)
    whole = joined_parts(people.itself, (*parts, Part(coverage.table)))
    values = {}
    for number, column in enumerate(columns):
        no_anchor = people.no_anchor(whole, column.leaf.dose.window)
        why = choose((no_anchor, int(Reason.NO_ANCHOR)), otherwise=column.why(whole, coverage))
        values[f"days_{number}"] = column.value(whole).cast("int64")
        values[f"why_{number}"] = why.cast("int8")
    return whole.select("person_id", **values)
