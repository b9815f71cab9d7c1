"""Every view of a screening says the same numbers; small counts cannot be worked out."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import pytest
from rich.console import Console, RenderableType

from remit.criteria.evidence import Evidence
from remit.disclosure import counts_note
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import facts_in_memory
from remit.screening import explain_person, screen_dataset
from remit.screening.cohort_counts import shown_screening
from remit.terminal import plain_text, short_text
from remit.views.json import json_of
from remit.views.json.explanation_page import explanation_page
from remit.views.json.screening_page import screening_page
from remit.views.notebook.result_tables import explanation_html, screening_html
from remit.views.terminal.screenings import explanation_text, screening_text
from remit.views.words import COUNTS, evidence_cells
from report.by_hand import by_hand, people, repeat, study

ROWS = repeat({"mmn": 20, "mun": 9, "umn": 6, "nmn": 30, "mnn": 12, "mmm": 3, "aan": 1})


def printed(view: RenderableType) -> str:
    console = Console(width=400, no_color=True)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def test_the_counts_are_those_of_the_result(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    (shown,) = shown_screening(screening, smallest=0).cohorts
    assert (shown.eligible, shown.undetermined, shown.not_eligible) == ("21", "15", "45")
    assert (shown.persons, shown.waiting) == ("81", "9")
    for found, step in zip(shown.steps, screening.cohorts[0].steps, strict=True):
        assert [getattr(found, name) for name in COUNTS] == [
            str(getattr(step, name)) for name in COUNTS
        ]


def test_text_html_and_json_say_the_same(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    text, html, page = (
        printed(screening_text(screening)),
        screening_html(screening),
        json_of(screening_page(screening)),
    )
    head = "21 eligible, 45 not eligible, 15 undetermined, of whom 9 wait only for a signature"
    assert head in text
    assert head in html
    cohort = page["cohorts"][0]
    assert cohort["counts"] == {
        "eligible": 21,
        "undetermined": 15,
        "not_eligible": 45,
        "died": 0,
        "waiting": 9,
    }
    for step, found in zip(screening.cohorts[0].steps, cohort["steps"], strict=True):
        counts = [getattr(step, name) for name in COUNTS]
        assert [found[name] for name in COUNTS] == counts
        cells = "".join(f'<td style="text-align:left">{count}</td>' for count in counts)
        assert cells in html
        assert re.search(r"\s+".join(map(str, counts)), text)


def test_the_json_names_kind_version_parameters_and_data(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    page = json.loads(json.dumps(json_of(screening_page(screening))))
    assert (page["kind"], page["version"], page["study"]) == ("remit.screening", 1, "T-1")
    assert page["parameters"] == {"lookback": "28 days"}
    assert page["dataset"]["data_cut"] == "2024-06-30"
    assert len(page["dataset"]["manifest_sha256"]) == 64
    assert page["unknown_reasons"]["I2"] == {"needs_attestation": 9}
    assert len(page["persons"]) == 81
    assert page["persons"][0] == {
        "person": 1,
        "person_id": 1,
        "standings": {"all": "eligible"},
        "statuses": {"I1": "met", "I2": "met", "E1": "not_met"},
    }


def test_provenance_is_of_what_was_read(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ["mmn"])
    read = hashlib.sha256((tmp_path / "d" / "manifest.json").read_bytes()).hexdigest()
    (tmp_path / "d" / "manifest.json").write_text("{}")
    assert screening_page(screening).dataset.manifest_sha256 == read
    shutil.rmtree(tmp_path / "d")
    assert screening_page(screening).dataset.manifest_sha256 == read


def test_a_screening_of_rows_in_memory_has_its_page(tmp_path: Path) -> None:
    written = by_hand(tmp_path / "d", ["mmn"])
    memory = replace(written, facts=facts_in_memory({}, data_cut=written.facts.data_cut))
    assert screening_page(memory).dataset.manifest_sha256 == ""


def test_texts_are_escaped(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS, cohorts=True)
    real = screen_dataset(study(), people(tmp_path / "e", 2))
    for html in (screening_html(screening), explanation_html(explain_person(real, 1))):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    text = printed(screening_text(screening)) + printed(explanation_text(explain_person(real, 1)))
    assert "\u202e" not in text


def test_control_characters_become_visible() -> None:
    assert plain_text("a\x1b[31mb\n\tc\u202ed") == "a�[31mb c�d"
    assert short_text("one two three", width=8) == "one two…"


def test_an_explanation_shows_records_and_what_is_missing(tmp_path: Path) -> None:
    screening = screen_dataset(study(), people(tmp_path / "d", 1))
    explanation = explain_person(screening, 1)
    text = printed(explanation_text(explanation, whole=True))
    assert "? open: unknown" in text
    assert re.search(r"met: age at screening >= 18 years", text)
    assert re.search(r"person +1 +1990-02-03 +34 year", text)
    missing = (
        "missing: attested consent: waits for a person's signature; this alone would settle it"
    )
    assert missing in text
    assert missing in unescape(explanation_html(explanation))
    page = json.loads(json.dumps(json_of(explanation_page(explanation))))
    assert (page["kind"], page["version"], page["person"]) == ("remit.explanation", 1, 1)
    consent = page["findings"][1]
    assert consent["status"] == "unknown"
    assert consent["reasons"] == ["needs_attestation"]
    assert consent["settlers"] == [
        {"text": "attested consent", "if_met": "met", "if_not_met": "not_met"}
    ]


DAY = date(2024, 5, 1)


@pytest.mark.parametrize(
    ("evidence", "recorded", "read"),
    [
        (
            Evidence("measurement", 1, DAY, number=Decimal("1.800000"), unit="mg/dL", value=159.12,
                     value_unit="umol/L"),
            "1.8 mg/dL",
            "159.12 umol/L",
        ),
        (Evidence("measurement", 1, DAY, number=Decimal(6), value=6.0, value_unit="{score}"),
         "6", "6 score"),
        (Evidence("measurement", 1, DAY, number=Decimal(100)), "100 (no unit)", ""),
        (Evidence("measurement", 1, DAY, number=Decimal("0.2"), unit="g/g", text="<0.2"),
         "0.2 g/g (<0.2)", ""),
        (Evidence("measurement", 1, DAY, text="haemolysed"), "haemolysed", ""),
    ],
)  # fmt: skip
def test_a_record_is_shown_as_recorded_and_as_read(
    evidence: Evidence, recorded: str, read: str
) -> None:
    assert evidence_cells(evidence)[:5] == ("measurement", "1", "2024-05-01", recorded, read)


def test_a_period_and_a_code_are_shown_in_words() -> None:
    known = packaged_dictionary().concept("lupus_nephritis").codes[0]
    record = Evidence("condition_occurrence", 2, DAY, end=date(2024, 6, 1), code=known.omop)
    assert evidence_cells(record)[2] == "2024-05-01 to 2024-06-01"
    assert evidence_cells(record)[5] == known.name
    assert evidence_cells(replace(record, code=1))[5] == "OMOP 1"
    # The two genders of the OMOP vocabulary, https://athena.ohdsi.org concepts 8532 and 8507.
    words = [evidence_cells(replace(record, code=code))[5] for code in (8532, 8507)]
    assert words == ["female", "male"]


def test_rounded_counts_are_the_same_in_all_views(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    page = json_of(screening_page(screening, smallest=5))
    assert page["persons"] is None
    assert page["smallest"] == 5
    shown = shown_screening(screening, smallest=5)
    (cohort,) = shown.cohorts
    text, html = (
        printed(screening_text(screening, smallest=5)),
        screening_html(screening, smallest=5),
    )
    assert page["dataset"]["persons"] == shown.persons == "≈80"
    for step, found in zip(cohort.steps, page["cohorts"][0]["steps"], strict=True):
        counts = [getattr(step, name) for name in COUNTS]
        assert [found[name] for name in COUNTS] == counts
        assert "".join(f'<td style="text-align:left">{count}</td>' for count in counts) in html
        assert re.search(r"\s+".join(counts), text)
    assert page["unknown_reasons"]["I2"] == {"needs_attestation": "≈10"}
    assert page["unknown_reasons"] == shown.reasons
    for view in (" ".join(text.split()), html, str(page["counts"])):
        assert counts_note(5) in view


def test_exact_counts_have_no_note(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    assert screening_page(screening).counts == ""
    assert "≈" not in printed(screening_text(screening)) + screening_html(screening)


def test_an_unknown_and_its_reasons_do_not_fix_one_another(tmp_path: Path) -> None:
    """61 persons are unknown, 57 for one reason and 4 for another: beside an exact 61, about 55
    and fewer than 5 would be 57 and 4."""
    rows = repeat({"mmn": 300, "umn": 57, "mun": 4})
    shown = shown_screening(by_hand(tmp_path / "d", rows), smallest=5)
    numbers = [
        int(count.lstrip("≈")) for found in shown.reasons.values() for count in found.values()
    ]
    steps = [int(step.unknown.lstrip("≈")) for step in shown.cohorts[0].steps]
    assert sum(numbers) == sum(steps)
    assert not any(number % 5 for number in (*numbers, *steps))


def test_cohorts_with_the_same_first_criteria_show_the_same_counts(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS, cohorts=True)
    one, other = shown_screening(screening, smallest=5).cohorts
    assert one.steps[:2] == other.steps
