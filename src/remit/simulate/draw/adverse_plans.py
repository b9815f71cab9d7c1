"""Which adverse events the synthetic patients of each arm have, and how often: the planted truth.

The chances are those of a patient to have the event at least once in half a year. Sources, rounded
where their period is another one; all else here is invented and says nothing of any treatment:

- interleukin 2: He, Ann Rheum Dis 2020;79:141, Table 3 (29 patients, 24 weeks): infections 6.9 %,
  injection site reactions 31.0 %, fever 13.8 %, influenza-like illness 10.3 %.
- stem cells: Wang, Arthritis Res Ther 2014;16:R79, Table 2 (40 patients, 12 months): herpesvirus
  infection in 2, tuberculosis in 1.
- mycophenolate and cyclophosphamide: Appel (ALMS), J Am Soc Nephrol 2009;20:1103: infections in
  about two thirds, diarrhoea more often with mycophenolate, nausea, vomiting and alopecia with
  cyclophosphamide.
- CAR-T cells: Müller, N Engl J Med 2024;390:687 (15 patients): cytokine release syndrome in 11, of
  grade 1 in 10; neurotoxicity in 1; pneumonia in 1.
Names follow MedDRA: preferred terms and their system organ classes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

INFECTIONS = "Infections and infestations"
GUT = "Gastrointestinal disorders"
SITE = "General disorders and administration site conditions"
BLOOD = "Blood and lymphatic system disorders"
NERVES = "Nervous system disorders"
SKIN = "Skin and subcutaneous tissue disorders"
IMMUNE = "Immune system disorders"
LABORATORY = "Investigations"
MILD = (0.7, 0.27, 0.03)
MIDDLE = (0.35, 0.45, 0.18, 0.02)
HARD = (0.0, 0.3, 0.55, 0.15)


@dataclass(frozen=True, slots=True)
class EventPlan:
    """One term.

    Attributes:
        chance: of a patient to have it at least once.
        grades: the chance of each grade of CTCAE from 1 on; their sum is 1.
        days: between which days after the start of treatment it begins.
        related: the chance that it is called related to treatment.
        again: the chance of who has it to have it once more.
    """

    term: str
    system: str
    chance: float
    grades: tuple[float, ...] = MILD
    days: tuple[int, int] = (1, 168)
    related: float = 0.3
    again: float = 0.2


@dataclass(frozen=True, slots=True)
class ArmPlan:
    """The events of an arm.

    Attributes:
        stopping: the events for which treatment is withdrawn, each as likely as another; of those
            whose treatment stops, the share `withdrawn` has one. Empty for what is given once.
    """

    events: tuple[EventPlan, ...]
    stopping: tuple[EventPlan, ...] = ()
    withdrawn: float = 0.5


_COMMON = (
    EventPlan("Headache", NERVES, 0.12),
    EventPlan("Nausea", GUT, 0.1),
    EventPlan("Urinary tract infection", INFECTIONS, 0.08, MIDDLE),
)
_PNEUMONIA = EventPlan("Pneumonia", INFECTIONS, 0.04, HARD, related=0.5)
_ZOSTER = EventPlan("Herpes zoster", INFECTIONS, 0.05, MIDDLE, related=0.5)
_REACTION = EventPlan("Injection site reaction", SITE, 0.31, MILD, (1, 90), related=0.95)
_DIARRHOEA = EventPlan("Diarrhoea", GUT, 0.28, MIDDLE, (3, 120), related=0.8)
_LEUKOPENIA = EventPlan("Leukopenia", BLOOD, 0.2, MIDDLE, (7, 160), related=0.9)

BY_ARM: Mapping[str, ArmPlan] = {
    "stem_cells": ArmPlan(
        (
            *_COMMON,
            EventPlan("Herpes virus infection", INFECTIONS, 0.05, MIDDLE, related=0.1),
            EventPlan("Tuberculosis", INFECTIONS, 0.025, HARD, related=0.1),
            EventPlan("Pyrexia", SITE, 0.08, MILD, (1, 7), related=0.7),
        ),
        (_PNEUMONIA, EventPlan("Infusion related reaction", SITE, 0.0, MIDDLE, related=1.0)),
    ),
    "interleukin_2": ArmPlan(
        (
            *_COMMON,
            _REACTION,
            EventPlan("Pyrexia", SITE, 0.14, MILD, (1, 90), related=0.8),
            EventPlan("Influenza like illness", SITE, 0.1, MILD, (1, 90), related=0.8),
            EventPlan("Upper respiratory tract infection", INFECTIONS, 0.07, MILD, related=0.1),
        ),
        (_REACTION, _PNEUMONIA),
    ),
    "mycophenolate": ArmPlan(
        (
            *_COMMON,
            _DIARRHOEA,
            _PNEUMONIA,
            _ZOSTER,
            EventPlan("Upper respiratory tract infection", INFECTIONS, 0.3, MILD),
            EventPlan("Nasopharyngitis", INFECTIONS, 0.2, MILD),
        ),
        (_DIARRHOEA, _PNEUMONIA),
    ),
    "cyclophosphamide": ArmPlan(
        (
            EventPlan("Headache", NERVES, 0.15),
            EventPlan("Nausea", GUT, 0.45, MILD, (1, 150), related=0.9),
            EventPlan("Vomiting", GUT, 0.38, MIDDLE, (1, 150), related=0.9),
            EventPlan("Alopecia", SKIN, 0.35, MILD, (14, 120), related=0.95),
            EventPlan("Urinary tract infection", INFECTIONS, 0.1, MIDDLE),
            EventPlan("Upper respiratory tract infection", INFECTIONS, 0.25, MILD),
            _PNEUMONIA,
            _ZOSTER,
            _LEUKOPENIA,
        ),
        (_LEUKOPENIA, _PNEUMONIA),
    ),
    "car_t": ArmPlan(
        (
            EventPlan(
                "Cytokine release syndrome",
                IMMUNE,
                11 / 15,
                (10 / 11, 1 / 11),
                (1, 10),
                related=1.0,
                again=0.0,
            ),
            EventPlan(
                "Immune effector cell-associated neurotoxicity syndrome",
                NERVES,
                1 / 15,
                (1.0,),
                (3, 14),
                related=1.0,
                again=0.0,
            ),
            EventPlan("Neutropenia", BLOOD, 0.7, HARD, (1, 30), related=0.9),
            EventPlan("Hypogammaglobulinaemia", IMMUNE, 0.3, MILD, (14, 120), related=0.9),
            EventPlan("Pneumonia", INFECTIONS, 1 / 15, HARD, related=0.3),
            EventPlan("Upper respiratory tract infection", INFECTIONS, 0.3, MILD, related=0.2),
        ),
    ),
}
ANY_ARM = ArmPlan(
    (
        *_COMMON,
        EventPlan("Upper respiratory tract infection", INFECTIONS, 0.2, MILD),
        EventPlan("Alanine aminotransferase increased", LABORATORY, 0.04, MIDDLE, related=0.5),
        _ZOSTER,
    ),
    (_ZOSTER,),
)


def plan_of(arm: str) -> ArmPlan:
    """The plan of an arm; one of no treatment in particular where the arm is not known."""
    return BY_ARM.get(arm, ANY_ARM)
