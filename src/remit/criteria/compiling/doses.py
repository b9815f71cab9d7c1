"""Leaves on daily doses: dose tests, unchanged doses, and doses as readings in arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import ibis
import ibis.expr.types as ir

from remit.criteria.compiling.parts import (
    MET_CODE,
    NOT_MET_CODE,
    WIDE,
    Column,
    Part,
    choose,
    compare_fraction,
    max_flag,
)
from remit.criteria.compiling.people import Coverage, People
from remit.criteria.compiling.sources import Sources
from remit.criteria.tree import DOSE_FACTORS, Dose, DoseTest, Unchanged
from remit.truth import Reason
from remit.units import unit_table


@dataclass(frozen=True, slots=True)
class DoseColumns:
    """Where the joined table holds a dose: mg/d times `scale`, and why it may be more."""

    dose: Dose
    prefix: str
    scale: int

    def value(self, whole: ir.Table) -> Column:
        return whole[f"{self.prefix}total"].fill_null(0)

    def why(self, whole: ir.Table, coverage: Coverage) -> Column:
        """0 when the dose is exact, else the reason for which it is a lower bound."""
        return doubt_of(self.dose, self.prefix, whole, coverage)


def doubt_of(dose: Dose, prefix: str, whole: ir.Table, coverage: Coverage) -> Column:
    """Why more may have been taken than is known: from the columns `why` and `missing`."""
    undecided = ibis.least(whole[f"{prefix}why"], whole[f"{prefix}missing"])
    covered = coverage.holds(whole, dose.window, dose.absence, "drug_exposure")
    return choose((undecided.notnull(), undecided), (covered, 0), otherwise=int(Reason.NOT_COVERED))


def compile_doses(
    doses: Sequence[Dose], people: People, sources: Sources
) -> tuple[tuple[Part, ...], Mapping[Dose, DoseColumns]]:
    """The daily dose of each drug or class in its window."""
    parts: list[Part] = []
    columns = {}
    for number, dose in enumerate(dict.fromkeys(doses)):
        found = DoseColumns(dose, f"d{number}_", scale_of(dose))
        columns[dose] = found
        eras = eras_in(dose, found.scale, people, sources)
        parts.append(Part(_totals(eras, dose, found.prefix)))
        parts.append(Part(missing_eras(eras, dose, f"{found.prefix}missing", people, sources)))
    return tuple(parts), columns


def scale_of(dose: Dose) -> int:
    factors = [part.factor for part in dose.ingredients] + list(DOSE_FACTORS.values())
    parts = lcm(*(part.factor.denominator for part in dose.ingredients))
    return parts * lcm(*(factor.denominator for factor in factors))


def ingredient_of(concept: Column, dose: Dose) -> Column:
    """The place of a drug among the ingredients of a dose, -1 for any other."""
    return choose(
        *((concept.isin(list(part.ids)), number) for number, part in enumerate(dose.ingredients)),
        otherwise=-1,
    )


def eras_in(dose: Dose, scale: int, people: People, sources: Sources) -> ir.Table:
    """Dose eras that share a day with the window: their scaled mg/d and why it is unknown."""
    eras = sources.tables["dose_era"]
    eras = eras.filter(eras.drug_concept_id.isin(list(dose.ids)))
    joined = eras.join(people.with_windows([dose.window]), "person_id")
    first, last = joined[people.first(dose.window)], joined[people.last(dose.window)]
    joined = joined.filter(
        joined.dose_era_start_date <= last, joined.dose_era_end_date >= first, first <= last
    )
    unit = joined.unit_concept_id.fill_null(0)
    units = unit_table()
    factors = [(unit == omop, code) for code in DOSE_FACTORS for omop in units[code].omop_ids]
    known = choose(*factors, otherwise=ibis.null("string"))
    wide = joined.dose_value.cast(WIDE)
    scaled = [
        (
            joined.drug_concept_id.isin(list(part.ids)) & (known == code),
            wide * _whole(factor * part.factor * scale),
        )
        for part in dose.ingredients
        for code, factor in DOSE_FACTORS.items()
    ]
    bad_dose = joined.dose_value.isnull() | (joined.dose_value < 0)
    why = choose(
        (bad_dose, int(Reason.NO_DOSE)),
        (known.notnull(), 0),
        (unit == 0, int(Reason.UNIT_MISSING)),
        otherwise=int(Reason.UNIT_UNKNOWN),
    )
    return joined.select(
        "person_id",
        era="dose_era_id",
        ingredient=ingredient_of(joined.drug_concept_id, dose),
        begins=joined.dose_era_start_date,
        ends=joined.dose_era_end_date,
        first=joined[people.first(dose.window)],
        last=joined[people.last(dose.window)],
        no_dose=joined.dose_value.isnull(),
        amount=choose((why == 0, choose(*scaled, otherwise=ibis.null(WIDE))), otherwise=0),
        why=why,
    )


def _whole(factor: Fraction) -> int:
    assert factor.denominator == 1, "the scale clears all denominators"
    return factor.numerator


def _totals(eras: ir.Table, dose: Dose, prefix: str) -> ir.Table:
    window = dose.window
    one_day = window.start == window.end and not window.start_open and not window.end_open
    why = eras.why.min(where=eras.why > 0)
    if one_day:
        return eras.group_by("person_id").aggregate(
            **{f"{prefix}total": eras.amount.sum(), f"{prefix}why": why}
        )
    # The sum can only rise on the first day of the window or where an era begins.
    days = eras.select(
        at_person="person_id", at_era="era", day=ibis.greatest(eras.begins, eras.first)
    )
    both = days.join(
        eras, [days.at_person == eras.person_id, eras.begins <= days.day, eras.ends >= days.day]
    )
    sums = both.group_by("person_id", "at_era").aggregate(total=both.amount.sum())
    highest = sums.group_by("person_id").aggregate(**{f"{prefix}total": sums.total.max()})
    reasons = eras.group_by("person_id").aggregate(**{f"{prefix}why": why})
    return highest.join(reasons, "person_id")


def missing_eras(
    eras: ir.Table, dose: Dose, name: str, people: People, sources: Sources
) -> ir.Table:
    """Persons with an exposure that has, in the window, a day without an era of that drug."""
    exposures = sources.tables["drug_exposure"]
    exposures = exposures.filter(exposures.drug_concept_id.isin(list(dose.ids)))
    joined = exposures.join(people.with_windows([dose.window]), "person_id")
    from_day = ibis.greatest(joined.drug_exposure_start_date, joined[people.first(dose.window)])
    to_day = ibis.least(joined.drug_exposure_end_date, joined[people.last(dose.window)])
    taken = joined.select(
        "person_id",
        exposure="drug_exposure_id",
        drug=ingredient_of(joined.drug_concept_id, dose),
        from_day=from_day,
        to_day=to_day,
    )
    taken = taken.filter(taken.from_day <= taken.to_day)
    known = eras.select(era_person="person_id", era_drug="ingredient", begins="begins", ends="ends")
    # Found by what has an era: an anti join with ranges is no hash join, and slow.
    both = taken.join(
        known,
        [
            taken.person_id == known.era_person,
            taken.drug == known.era_drug,
            known.begins <= taken.to_day,
            known.ends >= taken.from_day,
        ],
    )
    # In the order of their first day, an era that begins after all before it ended leaves a gap.
    before = ibis.window(
        group_by="exposure", order_by=[both.begins, both.ends], preceding=(None, 1)
    )
    ended = both.ends.max().over(before)
    gap = choose(
        (ended.isnull(), both.begins > both.from_day),
        otherwise=both.begins > (ended + ibis.interval(days=1)).cast("date"),
    )
    both = both.select("exposure", "ends", gap=choose((gap, 1), otherwise=0))
    told = both.group_by(told="exposure").aggregate(gaps=both.gap.max(), until=both.ends.max())
    silent = taken.left_join(told, taken.exposure == told.told)
    silent = silent.filter(
        silent.until.isnull() | (silent.until < silent.to_day) | (silent.gaps == 1)
    )
    reason = ibis.literal(int(Reason.NO_DOSE))
    return silent.group_by("person_id").aggregate(**{name: silent.drug.max() * 0 + reason})


def dose_reader(
    leaf: DoseTest, columns: DoseColumns, people: People, coverage: Coverage
) -> Callable[[ir.Table], Column]:
    """The code of a dose test."""

    def code(whole: ir.Table) -> Column:
        value, why = columns.value(whole), columns.why(whole, coverage)
        operator = leaf.threshold.operator
        threshold = leaf.threshold.value * columns.scale
        passes = compare_fraction(value, operator, threshold)
        above = compare_fraction(value, ">", threshold)
        reached = compare_fraction(value, ">=", threshold)
        exact = why == 0
        # At least this much: certain to pass > and >=, or certain to fail <, <= and =.
        if operator in {">", ">="}:
            bounded = [(passes, MET_CODE)]
        else:
            bounded = [(reached if operator == "<" else above, NOT_MET_CODE)]
        return choose(
            (people.no_anchor(whole, leaf.dose.window), int(Reason.NO_ANCHOR)),
            (exact & passes, MET_CODE),
            (exact, NOT_MET_CODE),
            *bounded,
            otherwise=why,
        )

    return code


def compile_unchanged(
    leaves: Sequence[Unchanged], people: People, coverage: Coverage, sources: Sources
) -> tuple[Part, ...]:
    """Whether doses stay the same on each day of a window."""
    parts: list[Part] = []
    for number, leaf in enumerate(leaves):
        prefix = f"u{number}_"
        eras = eras_in(leaf.dose, scale_of(leaf.dose), people, sources)
        changed = (eras.begins > eras.first) | (eras.ends < eras.last)
        table = eras.group_by("person_id").aggregate(
            **{
                f"{prefix}changed": max_flag(changed),
                f"{prefix}no_dose": max_flag(eras.no_dose),
            }
        )
        silent = missing_eras(eras, leaf.dose, f"{prefix}missing", people, sources)
        parts.append(Part(silent))
        parts.append(Part(table, {leaf: _unchanged_reader(prefix, leaf, people, coverage)}))
    return tuple(parts)


def _unchanged_reader(
    prefix: str, leaf: Unchanged, people: People, coverage: Coverage
) -> Callable[[ir.Table], Column]:
    def code(whole: ir.Table) -> Column:
        unsaid = (whole[f"{prefix}no_dose"].fill_null(0) == 1) | whole[f"{prefix}missing"].notnull()
        covered = coverage.holds(whole, leaf.dose.window, leaf.dose.absence, "drug_exposure")
        readers: list[tuple[Column, int]] = [
            (people.no_anchor(whole, leaf.dose.window), int(Reason.NO_ANCHOR)),
            (whole[f"{prefix}changed"].fill_null(0) == 1, NOT_MET_CODE),
            (unsaid, int(Reason.NO_DOSE)),
            (covered, MET_CODE),
        ]
        return choose(*readers, otherwise=int(Reason.NOT_COVERED))

    return code
