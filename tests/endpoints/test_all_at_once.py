"""The same patients under many definitions at once: what is read for one changes no other."""

from __future__ import annotations

import numpy as np

from remit.endpoints.definition_choice import all_definitions
from remit.endpoints.study_responses import adjudicate_study
from remit.facts.opened import Facts
from remit.protocol import protocol_named


def test_each_definition_answers_as_it_does_alone(large_cohort: Facts) -> None:
    """Items of two scores may share a name and have codes of their own."""
    study = protocol_named("nct05631717")
    together = adjudicate_study(study, large_cohort, all_definitions())
    assessed = 0
    for found in together.adjudications:
        alone = adjudicate_study(study, large_cohort, (found.definition,)).adjudications[0]
        assert np.array_equal(found.imputed, alone.imputed), found.definition.id
        assert np.array_equal(found.possible.possible, alone.possible.possible), found.definition.id
        assessed += int((found.places >= 0).sum())
    assert assessed > 1000
