"""The words in which a finding is answered, and what becomes of what nobody said.

Source: section 0 of the specification (unknown never becomes absent; whether lupus is the cause is
yes, no or unknown; a low value with another cause gives 0 and keeps its reason) and 8.2 (not
applicable is no answer).
"""

from __future__ import annotations

import pyarrow as pa
import pytest

import remit
from remit.errors import InstrumentError
from remit.facts.codes import NO_VOCABULARY
from remit.instruments.bound_instrument import bound_packaged
from remit.instruments.cards import Card, ItemLine, card_of
from remit.instruments.forms import Answers, form_sheet
from remit.instruments.scores import score_sheet
from remit.instruments.written_numbers import Answer
from remit.units import unit_named, unit_table, unit_text


def line(card: Card, item: str) -> ItemLine:
    return next(line for line in card.items if line.id == item)


def total(name: str, visit: Answers, *, previous: Answers | None = None) -> str:
    """The first total of a form whose unlisted findings are absent."""
    bound = bound_packaged(name, NO_VOCABULARY)
    rows = [visit] if previous is None else [previous, visit]
    moments = {} if previous is None else {"previous": (-1, 0)}
    scores = score_sheet(bound, form_sheet(rows, bound.inputs, moments=moments), unlisted="absent")
    return card_of(bound, scores, len(rows) - 1, visit="visit").outcomes[0].value


# ---- words ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "points"),
    [
        ("present", "8"),
        ("Present", "8"),
        ("yes", "8"),
        (True, "8"),
        ("absent", "0"),
        ("No", "0"),
        (False, "0"),
        ("not attributed", "0"),
        ("attribution_unknown", "0 to 8"),
        ("ND", "0 to 8"),
        ("not done", "0 to 8"),
        ("N/A", "0 to 8"),
        (None, "0 to 8"),
    ],
)
def test_a_form_and_a_table_read_the_same_words(answer: Answer, points: str) -> None:
    card = remit.score("sledai_2k", {"seizure": answer})
    assert line(card, "seizure").points == points
    table = pa.table({"seizure": [answer]})
    others = {
        item.id: ["absent"]
        for item in bound_packaged("sledai_2k", NO_VOCABULARY).instrument.items
        if item.id != "seizure"
    }
    for name, column in others.items():
        table = table.append_column(name, pa.array(column))
    row = remit.score_visits("sledai_2k", table).to_pylist()[0]
    assert points == (
        f"{row['low']:g}" if row["complete"] else f"{row['low']:g} to {row['high']:g}"
    )


@pytest.mark.parametrize("answer", ["perhaps", "presnt", 1])
def test_other_words_are_refused(answer: Answer) -> None:
    with pytest.raises(InstrumentError, match="this is not one of its answers"):
        remit.score("sledai_2k", {"seizure": answer})
    with pytest.raises(InstrumentError, match="is not one of its answers"):
        remit.score_visits("sledai_2k", pa.table({"seizure": [answer]}))


def test_a_column_in_which_nothing_was_measured_is_no_error() -> None:
    table = pa.table({"seizure": ["present"], "platelets": pa.nulls(1)})
    assert remit.score_visits("sledai_2k", table).to_pylist()[0]["low"] == 8


def test_persons_are_texts_or_whole_numbers() -> None:
    visit = {"seizure": ["present"], "date": ["2024-01-01"]}
    assert remit.score_visits("sledai_2k", pa.table({**visit, "person": ["a"]}))["person"][0]
    with pytest.raises(InstrumentError, match="person: this is no column of ids"):
        remit.score_visits("sledai_2k", pa.table({**visit, "person": [True]}))


def test_not_applicable_is_no_answer_to_a_questionnaire() -> None:
    """Section 8.2: 75 from two of three answers of the domain pain."""
    answers: dict[str, Answer] = {"item_09": 3, "item_10": 3, "item_11": "not applicable"}
    values = {outcome.id: outcome.value for outcome in remit.score("lupusqol", answers).outcomes}
    assert values["lupusqol_pain"] == "75"


# ---- cause and contradiction ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("recorded", "platelets", "points", "contradicted"),
    [
        ("absent", "90", "0", True),
        ("present", "90", "1", False),
        ("present", "120", "1", True),
        ("absent", "120", "0", False),
        ("not_attributed", "90", "0", False),  # the value is low, and a drug is the cause
        ("not_attributed", "120", "0", True),
        ("attribution_unknown", "90", "0 to 1", False),
        ("attribution_unknown", "120", "0 to 1", True),
        (None, "90", "1", False),
    ],
)
def test_a_value_contradicts_whether_a_finding_is_there_and_not_its_cause(
    recorded: Answer, platelets: str, points: str, contradicted: bool
) -> None:
    form = {"thrombocytopenia": recorded, "platelets": f"{platelets} 10*9/L"}
    found = line(remit.score("sledai_2k", form, unlisted="absent"), "thrombocytopenia")
    assert (found.points, bool(found.contradiction)) == (points, contradicted)
    assert platelets in found.source + found.contradiction or recorded in {"absent", "present"}


def test_an_unknown_cause_is_shown_and_keeps_a_grade_open() -> None:
    form = {"thrombocytopenia": "attribution_unknown", "platelets": "90 10*9/L"}
    assert line(remit.score("sledai_2k", form), "thrombocytopenia").answer == (
        "present, cause unknown"
    )
    values: dict[str, Answer] = {
        "hemoglobin": "7 g/dL",
        "low_hemoglobin": "attribution_unknown",
        "leukocytes": "6 10*9/L",
        "neutrophils": "4 10*9/L",
        "lymphocytes": "2 10*9/L",
        "platelets": "250 10*9/L",
        "thrombotic_thrombocytopenic_purpura": 0,
    }
    card = remit.score("bilag_2004", values, unlisted="absent")
    grades = {outcome.id: outcome.value for outcome in card.outcomes}
    assert grades["bilag_haematological"] == "A or B or C or E"


# ---- what nobody said, taken as absent -----------------------------------------------------------


@pytest.mark.parametrize(
    ("visit", "previous", "expected"),
    [
        # Protein is not spoken of: absent, with or without an earlier visit.
        ({"seizure": "present"}, None, "8"),
        ({"seizure": "present"}, {"seizure": "absent"}, "8"),
        # Protein above 0.5 g, and nothing to compare it with: new or stable, so it stays open.
        ({"urine_protein_24h": "0.8 g/d"}, None, "0 to 4"),
        ({"urine_protein_24h": "0.8 g/d"}, {"seizure": "absent"}, "0 to 4"),
        ({"urine_protein_24h": "0.8 g/d"}, {"upcr": "0.2 g/g"}, "0 to 4"),
        # A low protein decides by itself.
        ({"urine_protein_24h": "0.4 g/d"}, None, "0"),
        ({"urine_protein_24h": "0.8 g/d"}, {"urine_protein_24h": "0.2 g/d"}, "4"),
    ],
)
def test_protein_of_selena_is_absent_only_where_nothing_speaks_of_it(
    visit: Answers, previous: Answers | None, expected: str
) -> None:
    """Section 1.2: new onset or a recent rise; section 0: unknown never becomes absent."""
    assert total("selena_sledai", visit, previous=previous) == expected


# ---- numbers, units and names as they are written in a clinic ------------------------------------


@pytest.mark.parametrize(
    ("item", "quantity", "written", "points"),
    [
        ("thrombocytopenia", "platelets", "99 x 10^9/L", "1"),
        ("thrombocytopenia", "platelets", "99 ×10⁹/L", "1"),
        ("thrombocytopenia", "platelets", "99 10^3/µL", "1"),
        ("thrombocytopenia", "platelets", "100000 /mm^3", "0"),
        ("thrombocytopenia", "platelets", "≥100 10^9/L", "0"),
        ("leukopenia", "leukocytes", "2900 cells/µL", "1"),
        ("fever", "body_temperature", "38.0 °C", "0"),
        ("fever", "body_temperature", "38.1 C", "1"),
        ("fever", "body_temperature", "100.4 °F", "0"),
        ("fever", "body_temperature", "100.5 F", "1"),
        ("hematuria", "urine_rbc", "6 cells/hpf", "4"),
    ],
)
def test_the_units_of_laboratory_slips(item: str, quantity: str, written: str, points: str) -> None:
    assert line(remit.score("sledai_2k", {quantity: written}), item).points == points


@pytest.mark.parametrize(
    ("degrees", "unit", "low"), [(100.4, "°F", 0), (100.5, "°F", 1), (38.1, "Cel", 1)]
)
def test_a_table_of_visits_takes_both_scales(degrees: float, unit: str, low: int) -> None:
    table = pa.table({"body_temperature": [degrees], "body_temperature.unit": [unit]})
    assert remit.score_visits("sledai_2k", table).to_pylist()[0]["low"] == low


def test_a_temperature_is_shown_as_it_was_given() -> None:
    assert (
        "100.5" in line(remit.score("sledai_2k", {"body_temperature": "100.5 °F"}), "fever").source
    )


@pytest.mark.parametrize(
    "written", ["38,1 °C", "90,000 /uL", "90'000 /uL", "5-10 /hpf", "9e10 10*9/L", "1.2.3 g/g"]
)
def test_what_is_not_one_plain_number_is_refused(written: str) -> None:
    with pytest.raises(InstrumentError, match="this is not one plain number"):
        remit.score("sledai_2k", {"platelets": written})


@pytest.mark.parametrize("written", ["5 cm", "2 g/d"])
def test_a_point_on_a_scale_has_no_unit(written: str) -> None:
    """Section 3.3: the scale is kept; a length in another unit is not read as millimetres."""
    with pytest.raises(InstrumentError, match="it has no unit"):
        remit.score("pga", {"pga_line": written})
    assert remit.score("pga", {"pga_line": "50 points"}).outcomes[0].value == "1.5"


def test_every_unit_is_read_as_it_is_printed() -> None:
    for code in unit_table():
        if printed := unit_text(code):
            assert unit_named(printed).code == code


@pytest.mark.parametrize(
    ("written", "meant"),
    [("wbc", "leukocytes"), ("Temp", "body_temperature"), ("haematuria", "hematuria")],
)
def test_a_name_of_the_chart_is_refused_with_ours(written: str, meant: str) -> None:
    with pytest.raises(InstrumentError) as form:
        remit.score("sledai_2k", {written: "2 10*9/L"})
    assert str(form.value.expected).split(", ")[0] == meant
    with pytest.raises(InstrumentError) as table:
        remit.score_visits("sledai_2k", pa.table({written: [2.0]}))
    assert str(table.value.expected).split(", ")[0] == meant


# ---- codes of signs ------------------------------------------------------------------------------


def test_signs_that_a_form_does_not_name_are_absent_and_those_not_done_stay_open() -> None:
    """Section 2.4: a domain with an item that was not done is never D or E."""
    form: dict[str, Answer] = {"skin_eruption_severe": 2, "ever_musculoskeletal": "absent"}

    def grades(**more: Answer) -> dict[str, str]:
        card = remit.score("bilag_2004", {**form, **more}, unlisted="absent")
        return {outcome.id.removeprefix("bilag_"): outcome.value for outcome in card.outcomes}

    found = grades()
    assert (found["mucocutaneous"], found["musculoskeletal"], found["gastrointestinal"]) == (
        "A", "E", "E",
    )  # fmt: skip
    for not_done in ("ND", "not done", None):
        assert grades(arthritis_mild=not_done)["musculoskeletal"] == "C or E"
        assert grades(alopecia_severe=not_done)["mucocutaneous"] == "A"
        assert grades(active_sediment=not_done, urine_protein_24h="0.1 g/d")["renal"] != "E"


def test_what_was_recorded_as_not_assessed_is_never_taken_as_absent() -> None:
    """Section 0: unknown never silently becomes absent."""
    for answer in ("not_assessed", "ND", None):
        card = remit.score("sledai_2k", {"seizure": answer, "rash": "present"}, unlisted="absent")
        assert card.outcomes[0].value == "2 to 10"
    card = remit.score("clasi", {"scalp_erythema": 2, "ears_scale": "ND"}, unlisted="absent")
    assert card.outcomes[0].value == "2 to 4"
    table = pa.table({"seizure": ["not_assessed", None], "rash": ["present", "present"]})
    rows = remit.score_visits("sledai_2k", table, unlisted="absent").to_pylist()[:2]
    assert [(row["low"], row["high"]) for row in rows] == [(2, 10), (2, 2)]
