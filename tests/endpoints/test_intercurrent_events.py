"""A rescue or withdrawal counts from the day of its record on, whatever later forms say.

Sources: section 0 of the specification (a missing response is no response, by rescue, withdrawal or
death), section 9.5 (BLISS-LN: no treatment failure up to week 104; REGENCY: no intercurrent event).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from endpoints.judging import answers, bound
from remit.criteria.columns.sheet import Sheet
from remit.endpoints import adjudicate_sheet, definition_named, is_response
from remit.endpoints.confirmation import confirm
from remit.endpoints.response_times import TimeToResponse, time_to
from remit.endpoints.study_responses import adjudicate_study
from remit.followup.schedule import StudyVisits
from remit.instruments.catalogue import ABSENT, PRESENT
from remit.instruments.forms import form_sheet
from remit.instruments.visits import Visits
from remit.truth import Status
from report.followed import followed_people, followed_study

RESPONDS = {"upcr": "0.4", "gfr": "100"}  # REGENCY: below 0.5 g/g and at least 85 % of baseline


def visits_of(*rescue: str | None) -> Sheet:
    """One person's visits, the baseline first; every visit meets the values of REGENCY."""
    rows = [answers({**RESPONDS, "rescue_treatment": word}) for word in rescue]
    count = len(rows)
    moments = {"baseline": (0,) * count, "previous": tuple(range(-1, count - 1))}
    return form_sheet(rows, bound("regency_crr").inputs, moments=moments)


@pytest.mark.parametrize(
    ("rescue", "imputed"),
    [
        (("absent", "absent", "absent"), ("CR", "CR")),
        ((None, None, "present"), ("CR", "NR")),
        # recorded once, and not asked again
        ((None, "present", None, None, None, None), ("NR", "NR", "NR", "NR", "NR")),
        # a later form speaks of its own visit and takes nothing back
        ((None, "present", "absent", "absent"), ("NR", "NR", "NR")),
        ((None, "absent", "absent", "present", None), ("CR", "CR", "NR", "NR")),
        (("present", None, None), ("NR", "NR")),
    ],
)
def test_an_event_counts_from_then_on(
    rescue: tuple[str | None, ...], imputed: tuple[str, ...]
) -> None:
    found = adjudicate_sheet(bound("regency_crr"), visits_of(*rescue))
    assert tuple(found.words(found.imputed)[1:]) == imputed
    assert found.words(found.places)[1:] == ["CR"] * len(imputed)
    codes = is_response(found, standard="imputed")[1:]
    wanted = [Status.MET if word == "CR" else Status.NOT_MET for word in imputed]
    assert codes.tolist() == wanted


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        ({}, ""),
        ({"rescue_treatment": "present"}, "rescue_treatment"),
        ({"treatment_stopped": "present"}, "treatment_stopped"),
        ({"rescue_treatment": "present", "treatment_stopped": "present"}, "rescue_treatment"),
        ({"upcr": None}, "missing"),
        ({"upcr": None, "treatment_stopped": "present"}, "treatment_stopped"),
        # the values say no response themselves
        ({"upcr": "2", "rescue_treatment": "present"}, ""),
    ],
)
def test_an_imputed_answer_has_its_reason(now: dict[str, str | None], reason: str) -> None:
    """Section 0: no response, with the reason missing, rescue or discontinued."""
    rows = [answers(RESPONDS), answers({**RESPONDS, **now})]
    moments = {"baseline": (0, 0), "previous": (-1, 0)}
    sheet = form_sheet(rows, bound("regency_crr").inputs, moments=moments)
    found = adjudicate_sheet(bound("regency_crr"), sheet)
    assert found.imputed_for[-1] == reason
    assert (found.words(found.imputed)[-1] == "CR") == (not now)


def test_an_event_belongs_to_one_person() -> None:
    """Two persons in one sheet: the second does not inherit the rescue of the first."""
    words = (None, "present", None, None, None, None)
    rows = [answers({**RESPONDS, "rescue_treatment": word}) for word in words]
    moments = {"baseline": (0, 0, 0, 3, 3, 3), "previous": (-1, 0, 1, -1, 3, 4)}
    sheet = form_sheet(rows, bound("regency_crr").inputs, moments=moments)
    found = adjudicate_sheet(bound("regency_crr"), sheet)
    assert found.overruled.tolist() == [False, True, True, False, False, False]


def test_looking_back_equals_the_plain_walk() -> None:
    """The passes that double their reach against one visit at a time."""
    random = np.random.default_rng(9)
    words = ["present" if chance < 0.1 else None for chance in random.random(400)]
    begins = random.random(400) < 0.15
    begins[0] = True
    previous = np.where(begins, -1, np.arange(400) - 1)
    rows = [answers({**RESPONDS, "rescue_treatment": word}) for word in words]
    moments = {"previous": previous.tolist()}
    sheet = form_sheet(rows, bound("regency_crr").inputs, moments=moments)
    found = adjudicate_sheet(bound("regency_crr"), sheet).overruled
    expected: list[bool] = []
    for row, word in enumerate(words):
        expected.append(word == "present" or (not begins[row] and expected[row - 1]))
    assert found.tolist() == expected


# ---- time to response ----------------------------------------------------------------------------


def four_weekly(sheet: Sheet) -> StudyVisits:
    """The visits of one person's sheet, four weeks apart."""
    count = sheet.rows
    day = np.datetime64("2024-01-01", "D") + 28 * np.arange(count).astype("timedelta64[D]")
    ids = tuple(f"week_{4 * number}" for number in range(count))
    held = Visits(np.ones(count, np.int64), ids, day, day, day, sheet.moments)
    return StudyVisits(held, ids, np.arange(count))


@pytest.mark.parametrize(
    ("upcr", "rescue", "reached", "days", "open_before", "known_without"),
    [
        (("2", "0.6", "0.4"), {}, True, 56, 0, 28),
        # week 4 is open: it may have been reached at any time after baseline
        (("2", None, "0.4"), {}, True, 56, 1, 0),
        # rescued at week 4: the values of week 8 are no response, and week 12 ends the follow-up
        (("2", "0.6", "0.4", "0.4"), {1: "present"}, False, 84, 0, 84),
        # a rescue after the response does not take it back
        (("2", "0.4", "2", "0.4"), {2: "present"}, True, 28, 0, 0),
        # after a rescue a missing value is no response either: known, not open
        (("2", "0.6", None), {1: "present"}, False, 56, 0, 56),
        (("2", "0.6", None), {}, False, 28, 0, 28),
    ],
)
def test_no_response_after_a_rescue_counts(
    upcr: tuple[str | None, ...],
    rescue: dict[int, str],
    reached: bool,
    days: int,
    open_before: int,
    known_without: int,
) -> None:
    """REGENCY, section 9.5: below 0.5 g/g without an intercurrent event."""
    rows = [
        answers({"upcr": ratio, "gfr": "100", "rescue_treatment": rescue.get(number)})
        for number, ratio in enumerate(upcr)
    ]
    count = len(rows)
    moments = {"baseline": (0,) * count, "previous": tuple(range(-1, count - 1))}
    sheet = form_sheet(rows, bound("regency_crr").inputs, moments=moments)
    found = time_to(adjudicate_sheet(bound("regency_crr"), sheet), four_weekly(sheet), "CR")
    visit = f"week_{days // 7}"
    assert found == (TimeToResponse(1, reached, days, visit, open_before, known_without),)


def test_the_confirming_visit_is_the_time_of_a_confirmed_response() -> None:
    """BLISS-LN, section 9.5: a response counts once the visit before has shown it too."""
    definition = bound("bliss_ln_perr")
    dose = "highest dose of glucocorticoid in [baseline + 24 weeks, visit]"
    rows = [
        {**answers({"upcr": ratio, "gfr": "90", "pred": 5}), dose: "5 mg/d"}
        for ratio in ("2", "0.6", "2", "0.6", "0.6")
    ]
    moments = {"baseline": (0,) * 5, "previous": tuple(range(-1, 4))}
    sheet = form_sheet(rows, definition.inputs, moments=moments)
    alone = adjudicate_sheet(definition, sheet)
    asked = definition.definition.confirmation
    assert asked is not None
    sure = confirm(alone, asked, sheet.moments["previous"])
    visits = four_weekly(sheet)
    assert [item.visit for item in time_to(alone, visits, "R")] == ["week_4"]
    assert [item.visit for item in time_to(sure, visits, "R")] == ["week_16"]


def test_whom_a_definition_does_not_apply_to_has_no_time() -> None:
    """BICLA, section 3.2: not evaluable without an A or B at baseline."""
    quiet = {"bilag": "CCDEEEEED", "sledai_2k": 8, "pga": "1"}
    rows = [answers(quiet), answers(quiet)]
    moments = {"baseline": (0, 0), "previous": (-1, 0)}
    sheet = form_sheet(rows, bound("bicla_tulip").inputs, moments=moments)
    assert time_to(adjudicate_sheet(bound("bicla_tulip"), sheet), four_weekly(sheet), "R") == ()


# ---- in a dataset --------------------------------------------------------------------------------

RESCUE = next(i.omop for i in definition_named("access").items if i.id == "rescue_treatment") or 0


def imputed(folder: Path, *records: tuple[int, int]) -> list[str]:
    """What ACCESS says of person 1 at weeks 0, 4, 8 and 12; the records are days and values.

    Windows reach 14 days to both sides: days 0 to 14, 15 to 42, 43 to 70 and 71 to 98.
    """
    findings = [(1, day, RESCUE, value) for day, value in records]
    dataset = followed_people(folder / "d", findings=findings)
    study = adjudicate_study(followed_study(), dataset, (definition_named("access"),), persons=(1,))
    found = study.adjudications[0]
    return found.words(found.imputed)


@pytest.mark.parametrize(
    ("records", "words"),
    [
        # values alone: 2.4 g/g, then 1.2 (half, not more than half), 0.6, 0.4 below 0.5
        ((), ["NR", "PR", "CR"]),
        (((30, PRESENT),), ["NR", "NR", "NR"]),
        # day 50 lies nearer to week 8; day 20 lies in the days of week 4
        (((50, PRESENT),), ["NR", "NR", "NR"]),
        (((90, PRESENT),), ["NR", "PR", "NR"]),
        (((56, PRESENT), (84, ABSENT)), ["NR", "NR", "NR"]),
        # the form of the visit's own day does not hide a record of four days before
        (((52, PRESENT), (56, ABSENT)), ["NR", "NR", "NR"]),
        (((28, ABSENT), (84, ABSENT)), ["NR", "PR", "CR"]),
        # what was before the first dose is no event of the study
        (((-5, PRESENT),), ["NR", "PR", "CR"]),
        (((0, PRESENT),), ["NR", "NR", "NR"]),
        (((99, PRESENT),), ["NR", "PR", "CR"]),
    ],
)
def test_a_record_counts_from_its_day_on(
    tmp_path: Path, records: tuple[tuple[int, int], ...], words: list[str]
) -> None:
    assert imputed(tmp_path, *records)[1:] == words


def test_a_record_between_the_windows_of_two_visits_counts(tmp_path: Path) -> None:
    """NCT05631717 plans no week 12: with 7 days to both sides of weeks 8 and 16, day 84 is free."""
    narrow = followed_study()
    visits = tuple(v.model_copy(update={"window": "3 days"}) for v in narrow.visits)
    study = narrow.model_copy(update={"visits": visits})
    dataset = followed_people(tmp_path / "d", findings=[(1, 70, RESCUE, PRESENT)])
    found = adjudicate_study(
        study, dataset, (definition_named("access"),), persons=(1,)
    ).adjudications[0]
    assert found.words(found.imputed)[1:] == ["NR", "PR", "NR"]
