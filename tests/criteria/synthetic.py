"""Random small fact tables and random expressions, for the agreement of the two evaluators.

The data are drawn near the thresholds that the expressions use, so that boundaries are hit often.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pyarrow as pa

from criteria.draws import one_of, weighted
from criteria.spec.running import table_of
from criteria.spec.writing import DICTIONARY, below
from remit.criteria.environment import Environment, Score
from remit.facts.codes import NO_VOCABULARY
from remit.facts.tables import TABLES
from remit.units import unit_table

STUDY = "study"
DATA_CUT = date(2024, 6, 30)
ANCHORS = ("consent", "screening", "baseline")
VISITS = ("previous", "visit")
ENVIRONMENT = Environment(
    dictionary=DICTIONARY,
    anchors=frozenset({*ANCHORS, *VISITS}),
    default_window="[screening - 28 days, screening]",
    # Windows that begin on one day and say it otherwise.
    concept_windows={
        "weight": "[screening - 6 months, screening]",
        "alt": "[screening - 4 weeks, screening]",
        "platelets": "(screening - 29 days, screening]",
        "height": "[screening - 1 month, screening]",
    },
    definitions={
        "proteinuria": "any urine_protein_24h > 1 g/d or upcr > 1 g/g",
        "egfr_bedside": "0.413 * (height as cm) / (creatinine as mg/dL)",
    },
    parameters={"limit": "1 g/g", "span": "14 days"},
    attestations=frozenset({"consent", "fertile"}),
    scores={
        "sledai_2k": Score(
            Environment(DICTIONARY, frozenset(), codes=NO_VOCABULARY),
            groups=(
                ((Fraction(4), "upcr > 0.5 g/g"),),
                ((Fraction(2), "alt > 1.5 * uln"), (Fraction(3), "any flare")),
                ((Fraction(1), "platelets < 100 10*9/L"),),
            ),
        ),
        "ln_class": Score(
            Environment(DICTIONARY, frozenset(), codes=NO_VOCABULARY),
            values={"III": "upcr > 1 g/g", "IV": "upcr > 3 g/g or any lupus_nephritis"},
            once=True,
        ),
    },
    # A vocabulary that puts one concept's codes below another's, as SNOMED puts hepatitis B below
    # viral infection: a chronic condition below an episode, one measurement below another.
    codes=below(
        {
            **{
                code: DICTIONARY.omop_ids("lupus_nephritis")
                for code in DICTIONARY.omop_ids("flare")
            },
            **{
                code: DICTIONARY.omop_ids("home_platelets")
                for code in DICTIONARY.omop_ids("platelets")
            },
        }
    ),
)

QUANTITIES = {
    "upcr": ("g/g", ["g/g", "mg/g", "mg/mmol"], ["0.5", "1", "3", "0", "0"]),
    "urine_protein_24h": ("g/d", ["g/d", "mg/d"], ["0.5", "1"]),
    "creatinine": ("mg/dL", ["mg/dL", "umol/L"], ["1.2", "1.5"]),
    "platelets": ("10*9/L", ["10*9/L", "10*3/uL"], ["50", "100"]),
    "alt": ("U/L", ["U/L"], ["40", "60"]),
    "weight": ("kg", ["kg"], ["50", "60"]),
    "height": ("cm", ["cm"], ["150", "160"]),
    "home_platelets": ("10*9/L", ["10*9/L"], ["50", "100"]),
}
EVENTS = (
    "infection",
    "malignancy",
    "flare",
    "lupus_nephritis",
    "severe_drug_allergy",
    "renal_biopsy",
    "inpatient_stay",
    "b_cell_depletion",
    "antibacterial",
    "onychomycosis",
)
DRUGS = ("prednisone", "methylprednisolone", "methotrexate")


BASE = date(2024, 3, 31)  # the anchors lie around it
SMALL, SPARSE = 1, 1_234_567  # steps from one person's id to the next


def _near(base: date, random: np.random.Generator) -> date:
    """A day near the anchors, sometimes long before."""
    spread = one_of(random, [3, 3, 20, 20, 45, 200, 900])
    return later(base, timedelta(days=int(random.integers(-spread + 1, spread // 3 + 1))))


_GREATEST = Decimal("999999999999.999999")  # that a table holds


def _number(random: np.random.Generator, threshold: str) -> Decimal | None:
    step = Decimal(one_of(random, ["0", "0.000001", "-0.000001", "0.1", "-0.1", "0.7", "-0.4"]))
    if random.random() < 0.05:
        return None
    if random.random() < 0.05:
        far = [Decimal(100_000), _GREATEST, Decimal(0), Decimal(0), Decimal(0)]
        return one_of(random, far)
    return max(Decimal(threshold) * one_of(random, [1, 1, 1, 2]) + step, Decimal(0))


def make_tables(
    seed: int,
    persons: int,
    *,
    base: date = BASE,
    step: int = SMALL,
    empty: Collection[str] = (),
) -> Mapping[str, pa.Table]:
    """Fact tables for so many persons.

    Args:
        base: the day around which the named dates lie.
        step: from one person's id to the next.
        empty: tables without a row.
    """
    random = np.random.default_rng(seed)
    rows: dict[str, list[Mapping[str, object]]] = {name: [] for name in TABLES}
    units = unit_table()
    # Ids rise with the days of no table: of two records of one day either may have the greater.
    keys = iter((random.permutation(400 * persons) + 1).tolist())

    def maybe(value: object, chance: float) -> object:
        return value if random.random() < chance else None

    for person in range(step, step * persons + 1, step):
        month = maybe(int(random.integers(1, 13)), 0.85)
        rows["person"].append(
            {
                "person_id": person,
                "gender_concept_id": weighted(random, (8532, 8507, 0), _SEX_CHANCES),
                "year_of_birth": int(base.year - one_of(random, [18, 19, 65, 34, 12, 0])),
                "month_of_birth": month,
                "day_of_birth": maybe(int(random.integers(1, 29)), 0.85),
                "race_concept_id": 0,
                "ethnicity_concept_id": 0,
            }
        )
        for anchor in (*ANCHORS, *VISITS):
            if random.random() < 0.93:
                day = base + timedelta(days=int(random.integers(-3, 4)))
                rows["study_anchor"].append(
                    {"person_id": person, "study": STUDY, "anchor": anchor, "anchor_date": day}
                )
        if random.random() < _NOTHING_RECORDED:
            continue
        for _ in range(int(random.integers(0, 4))):
            start = base - timedelta(days=one_of(random, [10, 40, 300, 9000]))
            length = timedelta(days=one_of(random, [5, 30, 300, 9500]))
            end = date.max if random.random() < 0.03 else later(start, length)
            rows["observation_period"].append(
                {
                    "observation_period_id": next(keys),
                    "person_id": person,
                    "observation_period_start_date": start,
                    "observation_period_end_date": end,
                    "period_type_concept_id": 0,
                }
            )
        for name, (canonical, codes, thresholds) in QUANTITIES.items():
            ids = DICTIONARY.omop_ids(name)
            for _ in range(one_of(random, [0, 1, 2, 2, 4])):
                code = one_of(random, codes) if random.random() < 0.5 else canonical
                factor = DICTIONARY.concept(name).factors[code]
                number = _number(random, one_of(random, thresholds))
                if number is not None:
                    scaled = number * factor.denominator / factor.numerator
                    number = min(scaled, _GREATEST).quantize(Decimal("0.000001"))
                unit_id: object = units[code].omop_ids[0]
                unit_text: object = None
                mess = random.random()
                if mess < 0.08:
                    unit_id = maybe(0, 0.5)
                elif mess < 0.14:
                    unit_id, unit_text = None, code
                elif mess < 0.18:
                    unit_id, unit_text = 0, "mg/TV"
                elif mess < 0.2:
                    unit_id, unit_text = maybe(0, 0.5), ""
                elif mess < 0.22:
                    unit_text = "mg/TV"  # beside an id that is known
                elif mess < 0.25:
                    unit_id = 8504 if name != "urine_protein_24h" else 8576
                day = _near(base, random)
                bounds = [None, 0, 4172703, 4171756, 4171754, 4171755, 4172704, 99]
                rows["measurement"].append(
                    {
                        "measurement_id": next(keys),
                        "person_id": person,
                        "measurement_concept_id": one_of(random, ids),
                        "measurement_date": day,
                        "measurement_datetime": maybe(
                            datetime.combine(day, time(one_of(random, [0, 8, 8, 15]))), 0.5
                        ),
                        "measurement_type_concept_id": 0,
                        "operator_concept_id": weighted(random, bounds, _BOUND_CHANCES),
                        "value_as_number": number,
                        "unit_concept_id": unit_id,
                        "unit_source_value": unit_text,
                        "range_low": maybe(Decimal(one_of(random, _LOW_LIMITS)), 0.7),
                        "range_high": maybe(Decimal(one_of(random, _HIGH_LIMITS)), 0.8),
                    }
                )
        for name in ("ana_titre", "sledai_2k"):
            for _ in range(one_of(random, [0, 1, 2])):
                values = [40, 80, 160] if name == "ana_titre" else [5, 6, 8]
                rows["measurement"].append(
                    {
                        "measurement_id": next(keys),
                        "person_id": person,
                        "measurement_concept_id": DICTIONARY.omop_ids(name)[0],
                        "measurement_date": _near(base, random),
                        "measurement_type_concept_id": 0,
                        "operator_concept_id": maybe(4171756, 0.15),
                        "value_as_number": maybe(Decimal(one_of(random, values)), 0.95),
                    }
                )
        for name in ("pregnancy_test_urine", "ln_class"):
            values = [value.omop for value in DICTIONARY.concept(name).values.values()]
            for _ in range(one_of(random, [0, 1, 2])):
                rows["measurement"].append(
                    {
                        "measurement_id": next(keys),
                        "person_id": person,
                        "measurement_concept_id": DICTIONARY.omop_ids(name)[0],
                        "measurement_date": _near(base, random),
                        "measurement_type_concept_id": 0,
                        "value_as_concept_id": maybe(one_of(random, [*values, 77, 0]), 0.95),
                    }
                )
        _add_events(random, person, rows, keys, base)
        _add_drugs(random, person, rows, keys, base)
        for item in ("consent", "fertile"):
            for _ in range(one_of(random, [0, 1, 2])):
                rows["attestation"].append(
                    {
                        "attestation_id": next(keys),
                        "person_id": person,
                        "study": one_of(random, [STUDY, STUDY, "other"]),
                        "item": item,
                        "answer": bool(random.random() < 0.6),
                        "signed_by": one_of(random, (None, "", "Dr A", "Dr A", "Dr A")),
                        "signed_date": _near(base, random),
                    }
                )
    for name in empty:
        rows[name] = []
    return {name: _shuffled(table_of(name, found), random) for name, found in rows.items()}


def _shuffled(table: pa.Table, random: np.random.Generator) -> pa.Table:
    """The rows in another order: that of a file means nothing."""
    return table.take(pa.array(random.permutation(table.num_rows), pa.int64()))


_SEX_CHANCES = [0.6, 0.35, 0.05]
_LOW_LIMITS = ["0", "10", "1", "10", "1", "-1", "0.000001"]
_HIGH_LIMITS = ["40", "40", "0", "1.2", "1.2", "999999999999.999999", "0.000001"]
_BOUND_CHANCES = [0.6, 0.05, 0.1, 0.06, 0.05, 0.05, 0.06, 0.03]


def _add_events(
    random: np.random.Generator,
    person: int,
    rows: dict[str, list[Mapping[str, object]]],
    keys: Iterator[int],
    base: date,
) -> None:
    for name in EVENTS:
        concept = DICTIONARY.concept(name)
        for _ in range(one_of(random, [0, 0, 1, 1, 2])):
            start = _near(base, random)
            end = later(start, timedelta(days=one_of(random, [0, 3, 30, 400])))
            code = one_of(random, DICTIONARY.omop_ids(name))
            if concept.kind == "condition":
                rows["condition_occurrence"].append(
                    {
                        "condition_occurrence_id": next(keys),
                        "person_id": person,
                        "condition_concept_id": code,
                        "condition_start_date": start,
                        "condition_end_date": end if random.random() < 0.7 else None,
                        "condition_type_concept_id": 0,
                    }
                )
            elif concept.kind == "drug":
                rows["drug_exposure"].append(
                    {
                        "drug_exposure_id": next(keys),
                        "person_id": person,
                        "drug_concept_id": code,
                        "drug_exposure_start_date": start,
                        "drug_exposure_end_date": end,
                        "drug_type_concept_id": 0,
                        "route_concept_id": [None, 4171047, 4132161, 0, 2_000_000_001][
                            int(random.integers(5))
                        ],
                    }
                )
            elif concept.kind == "procedure":
                key = next(keys)
                rows["procedure_occurrence"].append(
                    {
                        "procedure_occurrence_id": key,
                        "person_id": person,
                        "procedure_concept_id": code,
                        "procedure_date": start,
                        "procedure_type_concept_id": 0,
                    }
                )
                values = [v.omop for v in DICTIONARY.concept("ln_class").values.values()]
                for _ in range(one_of(random, [0, 1, 1, 2])):
                    rows["measurement"].append(
                        {
                            "measurement_id": next(keys),
                            "person_id": person,
                            "measurement_concept_id": DICTIONARY.omop_ids("ln_class")[0],
                            "measurement_date": start,
                            "measurement_type_concept_id": 0,
                            "value_as_concept_id": one_of(random, [*values, 0]),
                            "measurement_event_id": key,
                        }
                    )
            else:
                rows["visit_occurrence"].append(
                    {
                        "visit_occurrence_id": next(keys),
                        "person_id": person,
                        "visit_concept_id": code,
                        "visit_start_date": start,
                        "visit_end_date": end,
                        "visit_type_concept_id": 0,
                    }
                )


def _add_drugs(
    random: np.random.Generator,
    person: int,
    rows: dict[str, list[Mapping[str, object]]],
    keys: Iterator[int],
    base: date,
) -> None:
    units = unit_table()
    for name in DRUGS:
        code = DICTIONARY.omop_ids(name)[0]
        day = base - timedelta(days=one_of(random, [400, 60, 20]))
        for _ in range(one_of(random, [0, 1, 1, 2, 3])):
            day = later(day, timedelta(days=one_of(random, [1, 1, 10])))
            end = later(day, timedelta(days=one_of(random, [5, 14, 40, 400])))
            if random.random() < 0.85:
                unit = weighted(random, ("mg", "mg/d", "mg/wk", "g", "kg"), _UNIT_CHANCES)
                dose = Decimal(weighted(random, _DOSES, _DOSE_CHANCES))
                rows["dose_era"].append(
                    {
                        "dose_era_id": next(keys),
                        "person_id": person,
                        "drug_concept_id": code,
                        "unit_concept_id": units[unit].omop_ids[0]
                        if random.random() < 0.96
                        else None,
                        "dose_value": dose if random.random() < 0.93 else None,
                        "dose_era_start_date": day,
                        "dose_era_end_date": end,
                    }
                )
            if random.random() < 0.9:
                # Exposures now and then outlast their era, so that days are left without a dose.
                untold = timedelta(days=one_of(random, [0, 0, 0, 1, 9, 30]))
                rows["drug_exposure"].append(
                    {
                        "drug_exposure_id": next(keys),
                        "person_id": person,
                        "drug_concept_id": code,
                        "drug_exposure_start_date": day,
                        "drug_exposure_end_date": later(end, untold),
                        "drug_type_concept_id": 0,
                    }
                )
            day = end


_UNIT_CHANCES = [0.55, 0.25, 0.1, 0.05, 0.05]
_DOSES = ["5", "10", "15", "20", "7.5", "8", "16", "-1", "999999999999.999999", "0.000001"]
_DOSE_CHANCES = [0.15, 0.15, 0.15, 0.15, 0.12, 0.1, 0.1, 0.02, 0.04, 0.02]
_NOTHING_RECORDED = 0.04


def later(day: date, length: timedelta) -> date:
    """A day so much later; the last day of the calendar where that lies beyond it."""
    return date.fromordinal(min(day.toordinal() + length.days, date.max.toordinal()))
