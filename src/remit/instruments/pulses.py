"""Pulses: doses given into a vein, kept apart from the daily dose.

A dose era does not say how a drug was given; the exposures on its days do. An era is a pulse where
an exposure to its drug on its days has the route intravenous and none has another route or no
route. That pulses never count into a current dose is section 10 of the specification of
instruments; the way to tell them is ours.
"""

from __future__ import annotations

from dataclasses import replace

import ibis.expr.types as ir

from remit.criteria.compiling.doses import ingredient_of
from remit.criteria.compiling.parts import choose
from remit.criteria.compiling.sources import Sources
from remit.criteria.tree import Dose

INTRAVENOUS = 4171047  # OMOP route, as in the concept dictionary's intravenous antibacterials


def split_pulses(dose: Dose, sources: Sources) -> tuple[Sources, Sources]:
    """The tables without the pulses of a drug or class, and those with its pulses alone.

    Where a drug was given both ways on the days of one era, the amount into the vein cannot be
    told: the era stays with the daily doses, and the pulses are a lower bound.
    """
    eras, exposures = sources.tables["dose_era"], sources.tables["drug_exposure"]
    pulses = _pulses(dose, sources)
    by_vein = exposures.route_concept_id.fill_null(0) == INTRAVENOUS
    daily = {
        "dose_era": eras.anti_join(pulses, "dose_era_id"),
        "drug_exposure": exposures.filter(~by_vein),
    }
    alone = {
        "dose_era": eras.semi_join(pulses, "dose_era_id"),
        "drug_exposure": exposures.filter(by_vein),
    }
    return (
        replace(sources, tables={**sources.tables, **daily}),
        replace(sources, tables={**sources.tables, **alone}),
    )


def _pulses(dose: Dose, sources: Sources) -> ir.Table:
    """The ids of the eras that are pulses."""
    eras = sources.tables["dose_era"]
    eras = eras.filter(eras.drug_concept_id.isin(list(dose.ids)))
    eras = eras.select(
        "dose_era_id",
        "person_id",
        drug=ingredient_of(eras.drug_concept_id, dose),
        begins=eras.dose_era_start_date,
        ends=eras.dose_era_end_date,
    )
    taken = sources.tables["drug_exposure"]
    taken = taken.filter(taken.drug_concept_id.isin(list(dose.ids)))
    taken = taken.select(
        who="person_id",
        what=ingredient_of(taken.drug_concept_id, dose),
        first=taken.drug_exposure_start_date,
        last=taken.drug_exposure_end_date.fill_null(taken.drug_exposure_start_date),
        by_vein=choose((taken.route_concept_id == INTRAVENOUS, 1), otherwise=0),
    )
    both = eras.join(
        taken,
        [
            eras.person_id == taken.who,
            eras.drug == taken.what,
            eras.begins <= taken.last,
            eras.ends >= taken.first,
        ],
    )
    ways = both.group_by("dose_era_id").aggregate(only_by_vein=both.by_vein.min())
    return ways.filter(ways.only_by_vein == 1).select("dose_era_id")
