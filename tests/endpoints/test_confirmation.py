"""A response that the visit before must confirm."""

from __future__ import annotations

import numpy as np

from remit.endpoints import adjudicate_sheet, bind_definition, definition_named
from remit.endpoints.confirmation import confirm
from remit.endpoints.definition import VisitConfirmation
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.forms import Answers, form_sheet

DOSE = "dose of glucocorticoid"
WHOLE = VisitConfirmation(text="The visit before has to show it too.")


def test_the_worse_of_two_visits_counts() -> None:
    """Page 001: CR below 0.5 g/g, PR a fall by more than 50 % (2.4 to below 1.2)."""
    bound = bind_definition(definition_named("nanjing_registry"), NO_VOCABULARY)
    course = ("2.4", "1.0", "0.4", "0.4", None, "0.4", "2.0")  # week 0, then six visits
    rows = [
        {"creatinine": "0.8 mg/dL", "upcr": upcr and f"{upcr} g/g", DOSE: "5 mg/d"}
        for upcr in course
    ]
    moments = {"baseline": [0] * len(rows), "previous": list(range(-1, len(rows) - 1))}
    sheet = form_sheet(rows, bound.inputs, moments=moments)
    plain = adjudicate_sheet(bound, sheet)
    assert plain.words(plain.places)[1:] == ["PR", "CR", "CR", "not assessable", "CR", "NR"]
    sure = confirm(plain, WHOLE, sheet.moments["previous"])
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
    bound = bind_definition(definition_named("renal_flare"), NO_VOCABULARY)
    sheet = form_sheet([{}, {}], bound.inputs, moments={"previous": [-1, 0], "baseline": [0, 0]})
    plain = adjudicate_sheet(bound, sheet)
    assert confirm(plain, WHOLE, sheet.moments["previous"]) is plain


def test_the_visit_before_is_a_gate_of_its_own() -> None:
    """BLISS-LN, section 9.5: week 104 (ratio at most 0.7 g/g) confirmed at week 100."""
    bound = bind_definition(definition_named("bliss_ln_perr"), NO_VOCABULARY)
    asked = bound.definition.confirmation
    assert asked is not None
    column = "highest dose of glucocorticoid in [baseline + 24 weeks, visit]"
    rows: list[Answers] = [
        {
            "egfr_ckd_epi_2021": "90 mL/min/{1.73_m2}",
            "upcr": upcr and f"{upcr} g/g",
            DOSE: "5 mg/d",
            column: "5 mg/d",
        }
        for upcr in ("2.4", "0.7", "0.71", "0.6", "0.6", None, "0.6")
    ]
    moments = {"baseline": [0] * len(rows), "previous": list(range(-1, len(rows) - 1))}
    sheet = form_sheet(rows, bound.inputs, moments=moments)
    found = confirm(adjudicate_sheet(bound, sheet), asked, sheet.moments["previous"])
    words = found.words(found.places)[1:]
    assert words == ["NR", "NR", "NR", "R", "not assessable", "not assessable"]
    assert found.words(found.places_alone)[1:] == ["R", "NR", "R", "R", "not assessable", "R"]
    names = found.gate_ids("R")
    assert names[-1] == "confirmation"
    failing = [names[at] if at >= 0 else "" for at in found.first_failing("R").tolist()]
    assert failing[1:] == [
        "confirmation",
        "proteinuria",
        "confirmation",
        "",
        "proteinuria",
        "confirmation",
    ]
    # What cannot be confirmed is a missing answer, and the trial counts that as no response.
    assert found.words(found.imputed)[-1] == "NR"


def test_a_single_gate_may_ask_for_the_visit_before() -> None:
    """AURORA 1, section 9.5: two consecutive samples of at most 0.5 g/g; the dose is its own."""
    bound = bind_definition(definition_named("aurora_crr"), NO_VOCABULARY)
    asked = bound.definition.confirmation
    assert asked is not None
    assert asked.gates == ("proteinuria",)
    days = "days with dose of glucocorticoid > 10 mg/d in [visit - 8 weeks, visit]"
    course = (("2.4", 9), ("0.5", 6), ("0.5", 0), ("0.5", 7), ("0.4", 0), ("0.51", 0))
    rows: list[Answers] = [
        {
            "egfr_ckd_epi_2021": "90 mL/min/{1.73_m2}",
            "upcr": f"{upcr} g/g",
            days: above,
            f"consecutive {days}": 0,
        }
        for upcr, above in course
    ]
    moments = {"baseline": [0] * len(rows), "previous": list(range(-1, len(rows) - 1))}
    sheet = form_sheet(rows, bound.inputs, moments=moments)
    found = confirm(adjudicate_sheet(bound, sheet), asked, sheet.moments["previous"])
    # On the third visit the dose had been too high, which does not take the protein of week 4 away.
    assert found.words(found.places)[1:] == ["NR", "CR", "NR", "CR", "NR"]
    assert found.words(found.places_alone)[1:] == ["CR", "CR", "NR", "CR", "NR"]
    assert "confirmation" not in found.gate_ids("CR")
