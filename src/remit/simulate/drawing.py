"""All that is decided about the persons of one chunk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from remit.simulate.choosing import Known
from remit.simulate.events import (
    draw_attested,
    draw_conditions,
    draw_findings,
    draw_procedures,
    draw_visits,
    treat_infections,
)
from remit.simulate.following import follow_persons
from remit.simulate.laboratory import draw_measured
from remit.simulate.people import Seeds, draw_anchors, draw_coverage, draw_people
from remit.simulate.sledai import draw_items
from remit.simulate.state import Cohort
from remit.simulate.treatment import draw_treatment
from remit.simulate.truth import known_answers


@dataclass(frozen=True, slots=True)
class Drawn:
    """The state of some persons, and the known answers of every criterion to it."""

    cohort: Cohort
    known: Known


def draw_cohort(*, first: int, persons: int, seeds: Seeds, data_cut: date) -> Drawn:
    """The state of `persons` persons, with ids from `first` on."""
    people = draw_people(np.arange(first, first + persons, dtype=np.int64), seeds, data_cut)
    conditions = draw_conditions(people, seeds)
    exposures, eras = draw_treatment(people, seeds)
    treat_infections(people, seeds, conditions, exposures)
    procedures = draw_procedures(people, seeds)
    labs = draw_measured(people, seeds)
    labs["sledai_2k"], items = draw_items(people, seeds, labs["sledai_2k"])
    cohort = Cohort(
        person=people.person,
        female=people.female,
        birth=people.birth,
        data_cut=data_cut,
        anchors=draw_anchors(people, seeds),
        coverage=draw_coverage(people, seeds),
        labs=labs,
        conditions=conditions,
        exposures=exposures,
        eras=eras,
        procedures=procedures,
        visits=draw_visits(people, seeds, conditions),
        biopsy_findings=draw_findings(people, seeds, procedures["renal_biopsy"]),
        attested=draw_attested(people, seeds),
        items=items,
    )
    # Who is followed hangs on the answers; these do not change by what is added after screening.
    known = known_answers(cohort)
    return Drawn(follow_persons(cohort, people, seeds, known), known)
