"""What happens to people: who they are, what they have, what is measured, given and followed.

Everything is drawn into the arrays of `remit.simulate.state`; each thing from its own stream of
random numbers (`persons.Seeds`), so that a further thing changes no other.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from remit.protocol import Protocol
from remit.simulate.draw.enrolment import follow_persons
from remit.simulate.draw.history import (
    draw_attested,
    draw_conditions,
    draw_findings,
    draw_procedures,
    draw_visits,
    treat_infections,
)
from remit.simulate.draw.laboratory import draw_measured
from remit.simulate.draw.own_concepts import draw_own_concepts
from remit.simulate.draw.persons import (
    Persons,
    Seeds,
    draw_anchors,
    draw_coverage,
    draw_deaths,
    draw_people,
)
from remit.simulate.draw.ratings import draw_items
from remit.simulate.draw.treatment import draw_treatment
from remit.simulate.state import DrawnCohort

__all__ = ["Seeds", "draw_people", "draw_screening", "follow_persons"]


def draw_screening(
    people: Persons, seeds: Seeds, protocols: Sequence[Protocol], data_cut: date
) -> DrawnCohort:
    """The state of the persons up to their screening and shortly after it; nobody is followed."""
    conditions = draw_conditions(people, seeds)
    exposures, eras = draw_treatment(people, seeds)
    treat_infections(people, seeds, conditions, exposures)
    procedures = draw_procedures(people, seeds)
    labs = draw_measured(people, seeds)
    labs["sledai_2k"], items = draw_items(people, seeds, labs["sledai_2k"])
    own = draw_own_concepts(people, seeds, protocols)
    visits = draw_visits(people, seeds, conditions)
    findings = draw_findings(people, seeds, procedures["renal_biopsy"])
    return DrawnCohort(
        person=people.person,
        female=people.female,
        birth=people.birth,
        data_cut=data_cut,
        anchors=draw_anchors(people, seeds, protocols),
        coverage=draw_coverage(people, seeds),
        labs={**labs, **own.labs},
        conditions={**conditions, **own.conditions},
        exposures={**exposures, **own.exposures},
        eras={**eras, **own.eras},
        procedures={**procedures, **own.procedures},
        visits=visits,
        biopsy_findings=findings,
        attested=draw_attested(people, seeds, protocols),
        items=items,
        dies=draw_deaths(people, seeds),
        own_codes=own.codes,
    )
