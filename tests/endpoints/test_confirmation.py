"""A response that the visit before must confirm."""

from __future__ import annotations

import numpy as np

from remit.endpoints import adjudicate_sheet, bind_definition, definition_named
from remit.endpoints.adjudicating import confirm_by_previous
from remit.instruments import form_sheet

DOSE = "dose of glucocorticoid"


def test_the_worse_of_two_visits_counts() -> None:
    """Page 001: CR below 0.5 g/g, PR a fall by more than 50 % (2.4 to below 1.2)."""
    bound = bind_definition(definition_named("nanjing_registry"))
    course = ("2.4", "1.0", "0.4", "0.4", None, "0.4", "2.0")  # week 0, then six visits
    rows = [
        {"creatinine": "0.8 mg/dL", "upcr": upcr and f"{upcr} g/g", DOSE: "5 mg/d"}
        for upcr in course
    ]
    moments = {"baseline": [0] * len(rows), "previous": list(range(-1, len(rows) - 1))}
    sheet = form_sheet(rows, bound.inputs, moments=moments)
    plain = adjudicate_sheet(bound, sheet)
    assert plain.words(plain.places)[1:] == ["PR", "CR", "CR", "not assessable", "CR", "NR"]
    sure = confirm_by_previous(plain, sheet.moments["previous"])
    # The baseline is no response; an open visit neither confirms nor denies the next one.
    assert sure.words(sure.places)[1:] == [
        "NR",
        "PR",
        "CR",
        "not assessable",
        "not assessable",
        "NR",
    ]
    assert sure.places[0] == plain.places[0] or sure.places[0] == -1
    assert np.all(sure.possible.possible > 0)


def test_flares_are_not_confirmed_by_the_visit_before() -> None:
    bound = bind_definition(definition_named("renal_flare"))
    sheet = form_sheet([{}, {}], bound.inputs, moments={"previous": [-1, 0], "baseline": [0, 0]})
    plain = adjudicate_sheet(bound, sheet)
    assert confirm_by_previous(plain, sheet.moments["previous"]) is plain
