"""What is measured in the synthetic persons: one plan a concept. The figures are invented."""

from __future__ import annotations

import numpy as np

from remit.facts.dictionary import packaged_dictionary
from remit.simulate.draw.persons import (
    BACKGROUND,
    BELIMUMAB,
    HEALTHY,
    RESTED,
    TIRED,
    Persons,
    Seeds,
)
from remit.simulate.draw.plans import LabPlan, draw_codes, draw_labs
from remit.simulate.state import Labs

CALM = (BELIMUMAB, TIRED, RESTED, HEALTHY)
COUNTS = (("10*9/L", 0), ("10*3/uL", 0), ("/uL", 0))
PROTEIN = (("g/dL", 1), ("g/L", 0))
CELLS = (("10*9/L", 1), ("10*3/uL", 1))
BLOOD_FAT = (("mg/dL", 0), ("mmol/L", 2))
PLANS = (
    LabPlan(
        "upcr", 0.7, 0.8, 0.7, (1.1, 4.0), (1.0, 0.5), (("g/g", 2), ("mg/g", 0), ("mg/mmol", 1)),
        records=4, good_for=((CALM, (0.05, 0.3)),),
    ),
    LabPlan(
        "urine_protein_24h", 0.9, 0.8, 0.7, (1.2, 5.0), (1.0,), (("g/d", 2), ("mg/d", 0), ("g", 2)),
        often=0.8, records=4, good_for=((CALM, (0.05, 0.3)),),
    ),
    LabPlan(
        "creatinine", 0.95, 0.3, 0.1, (0.5, 0.95), (1.2,), (("mg/dL", 2), ("umol/L", 1)),
        (0.5, 1.1), often=0.85, records=4, kidney=0.6,
    ),
    LabPlan(
        "egfr", 75, 0.25, -0.1, (60, 120), (15, 30), (("mL/min/{1.73_m2}", 0),), records=4,
        kidney=-0.7,
    ),
    LabPlan("height", 158, 0.1, 0, (150, 172), (), (("cm", 0), ("m", 2)), often=0.8),
    LabPlan("weight", 58, 0.2, 0, (50, 62), (), (("kg", 1), ("g", 0)), often=0.8),
    LabPlan(
        "platelets", 180, 0.5, -0.3, (150, 340), (50, 100), COUNTS, (100, 300), records=4,
    ),
    LabPlan("alt", 26, 0.3, 0, (8, 35), (), (("U/L", 0),), (5, 40), liver=0.5),
    LabPlan("ast", 24, 0.3, 0, (8, 35), (), (("U/L", 0),), (5, 40), liver=0.5),
    LabPlan(
        "bilirubin_total", 0.6, 0.6, 0, (0.2, 0.9), (), (("mg/dL", 2), ("umol/L", 1)), (0.1, 1.1),
    ),
    LabPlan("cholesterol_total", 210, 0.3, 0.1, (120, 190), (), BLOOD_FAT, (90, 200)),
    LabPlan("triglycerides", 150, 0.5, 0.1, (60, 140), (), BLOOD_FAT, (40, 150)),
    LabPlan("ldl_cholesterol", 120, 0.3, 0.05, (60, 120), (), BLOOD_FAT, (40, 130), often=0.12),
    LabPlan(
        "c3", 82, 0.2, -0.25, (45, 78), (), (("mg/dL", 0), ("g/L", 2)), (80, 170), records=4,
        good_for=((CALM, (95, 150)),),
    ),
    LabPlan(
        "c4", 15, 0.3, -0.3, (4, 11), (), (("mg/dL", 0), ("g/L", 2)), (12, 40), records=4,
        good_for=((CALM, (16, 30)),),
    ),
    LabPlan(
        "anti_dsdna", 30, 1.0, 0.9, (30, 200), (), (("[IU]/mL", 1), ("[IU]/L", 0)), (0, 15),
        records=4, good_for=((CALM, (2, 12)),),
    ),
    LabPlan("crp", 4, 1.0, 0.2, (0.3, 3.0), (), (("mg/L", 1), ("mg/dL", 2)), (0, 5), records=4),
    LabPlan(
        "sledai_2k", 6, 0.5, 0.5, (8, 18), (6, 8), (("{score}", 0),), records=4,
        good_for=((CALM, (0, 4)),),
    ),
    LabPlan("acr_1997", 4.6, 0.3, 0, (5, 9), (4,), (("{score}", 0),)),
    LabPlan("ecog", 1.1, 0.6, 0.2, (0, 2), (2,), (("{score}", 0),)),
    LabPlan("ana_titre", 220, 1.3, 0.2, (160, 1280), (80,), (("{titer}", 0),)),
    LabPlan("leukocytes", 6, 0.35, -0.15, (4, 9), (), CELLS, (3.5, 9.5), often=0.35),
    LabPlan("neutrophils", 4, 0.4, 0, (2, 6), (), CELLS, (1.8, 6.3), often=0.12),
    LabPlan("lymphocytes", 1.3, 0.5, -0.3, (1, 3), (), CELLS, (1.1, 3.2), often=0.12),
    LabPlan("hemoglobin", 12, 0.15, -0.08, (11, 15), (), PROTEIN, (11.5, 15), often=0.35),
    LabPlan("albumin_serum", 3.6, 0.2, -0.15, (3.0, 4.5), (), PROTEIN, (4, 5.5), often=0.3),
    LabPlan("urine_rbc", 6, 1.0, 0.7, (0, 20), (5,), (("/[HPF]", 0),), often=0.3),
    LabPlan("urine_wbc", 5, 0.9, 0.4, (0, 20), (5,), (("/[HPF]", 0),), often=0.3),
    LabPlan("cd19_b_cells", 150, 0.8, 0, (80, 400), (), (("/uL", 0),), often=0.12),
    LabPlan("pga", 1.2, 0.6, 0.4, (0.5, 2), (), (("{score}", 1),), often=0.3),
    LabPlan("systolic_bp", 124, 0.12, 0.05, (105, 135), (), (("mm[Hg]", 0),), often=0.35),
    LabPlan("diastolic_bp", 78, 0.12, 0.05, (65, 85), (), (("mm[Hg]", 0),), often=0.35),
    LabPlan("body_temperature", 36.7, 0.01, 0.003, (36.2, 37.2), (), (("Cel", 1),), often=0.12),
)  # fmt: skip


def draw_measured(people: Persons, seeds: Seeds) -> dict[str, Labs]:
    """All measured concepts, and the coded ones, in the persons."""
    dictionary = packaged_dictionary()
    labs = {
        plan.name: draw_labs(
            people, seeds.stream(f"lab {plan.name}"), plan, dictionary.concept(plan.name)
        )
        for plan in PLANS
    }
    lupus = ~people.is_for(HEALTHY, BACKGROUND)
    tired = np.where(people.is_for(TIRED), 3 + people.person % 2, 0)
    first = np.zeros(people.size, np.int64)
    for name, chances, good in (
        ("slicc_2012", (0.7, 0.3), np.where(lupus, 0, 1)),
        ("eular_acr_2019", (0.7, 0.3), np.where(lupus, 0, 1)),
        ("pregnancy_test_urine", (0.4, 0.6), first + 1),
        ("pregnancy_test_serum", (0.4, 0.6), first + 1),
        ("ssc_fatigue", (0.3, 0.2, 0.2, 0.15, 0.15), tired),
        ("cd19_expression", (0.75, 0.25), first),
    ):
        concept = dictionary.concept(name)
        often = 0.35 if name in {"ssc_fatigue", "cd19_expression"} else 0.5
        labs[name] = draw_codes(
            people, seeds.stream(f"code {name}"), concept, chances=chances, good=good, often=often
        )
        if name.startswith("pregnancy"):
            labs[name].there[~people.female] = False
    return labs
