"""Every view of a screening says the same numbers; small counts cannot be worked out."""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import shutil
from dataclasses import replace
from datetime import date
from decimal import Decimal
from html import unescape
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from rich.console import Console, RenderableType

from remit.criteria.evidence import Evidence
from remit.disclosure import WITHHELD, rounded_count, shown_count
from remit.facts.dictionary import packaged_dictionary
from remit.facts.opened import facts_in_memory
from remit.screening import Screening, explain_person, screen_dataset
from remit.screening.attrition import count_attrition
from remit.screening.cohort_counts import ShownCohort, shown_cohorts, shown_reasons
from remit.screening.masks import mask_column
from remit.terminal import plain_text, short_text
from remit.truth import Reason, Status
from remit.views.json import json_of
from remit.views.json.screening_page import explanation_page, screening_page
from remit.views.notebook.result_tables import explanation_html, screening_html
from remit.views.terminal.screenings import explanation_text, screening_text
from remit.views.words import COUNTS, evidence_cells
from report.by_hand import by_hand, people, repeat, study

Numbers = npt.NDArray[np.int64]

ROWS = repeat({"mmn": 20, "mun": 9, "umn": 6, "nmn": 30, "mnn": 12, "mmm": 3, "aan": 1})


def printed(view: RenderableType) -> str:
    console = Console(width=400, no_color=True)
    with console.capture() as capture:
        console.print(view)
    return capture.get()


def test_the_counts_are_those_of_the_result(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    (shown,) = shown_cohorts(screening, smallest=0)
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
    text = printed(explanation_text(explanation))
    assert "? unknown, open" in text
    assert re.search(r"✓ age at screening >= 18 years", text)
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


@pytest.mark.parametrize(
    ("count", "smallest", "text"),
    [
        (0, 5, "0"),
        (1, 5, "<5"),
        (4, 5, "<5"),
        (5, 5, "5"),
        (1234, 5, "1,234"),
        (1, 0, "1"),
        (2, 3, "<3"),
    ],
)
def test_small_counts_are_hidden(count: int, smallest: int, text: str) -> None:
    assert shown_count(count, smallest=smallest) == text


@pytest.mark.parametrize("smallest", [-1, 1, 2])
def test_limits_that_hide_nothing_are_refused(smallest: int) -> None:
    with pytest.raises(ValueError, match="at least 3"):
        shown_count(7, smallest=smallest)


def test_counts_without_sums_are_rounded() -> None:
    assert [rounded_count(n, smallest=5) for n in (0, 4, 5, 7, 8)] == ["0", "<5", "≈5", "≈5", "≈10"]


def test_a_hidden_cell_takes_a_partner_along(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    (shown,) = shown_cohorts(screening, smallest=5)
    last = shown.steps[-1]
    assert last.excluded == "<5"
    # entering - remaining, and passed + unknown + n/a, would both tell it.
    assert WITHHELD in (last.entering, last.remaining)
    first = shown.steps[0]
    assert first.not_applicable == "<5"
    assert WITHHELD in (first.passed, first.unknown, first.remaining, first.excluded)


def test_reasons_do_not_tell_a_hidden_unknown(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", repeat({"mmn": 20, "umn": 3, "mun": 9}))
    shown = shown_cohorts(screening, smallest=5)
    assert shown[0].steps[0].unknown == "<5"
    assert shown[0].steps[1].unknown == "9"
    found = shown_reasons(screening, shown, smallest=5)
    assert found == {"I1": {"no_data": WITHHELD}, "I2": {"needs_attestation": "≈10"}, "E1": {}}


def test_disclosure_holds_in_all_views(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    page = json_of(screening_page(screening, smallest=5))
    assert page["persons"] is None
    (shown,) = shown_cohorts(screening, smallest=5)
    for step, found in zip(shown.steps, page["cohorts"][0]["steps"], strict=True):
        assert [found[name] for name in COUNTS] == [getattr(step, name) for name in COUNTS]
    text, html = (
        printed(screening_text(screening, smallest=5)),
        screening_html(screening, smallest=5),
    )
    assert "<5" in text
    assert WITHHELD in text
    assert "&lt;5" in html
    assert WITHHELD in html


def test_cohorts_with_the_same_first_criteria_hide_the_same_cells(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS, cohorts=True)
    one, other = shown_cohorts(screening, smallest=5)
    assert one.steps[:2] == other.steps


def _could_be(shown: str, counts: Numbers, *, smallest: int) -> npt.NDArray[np.bool_]:
    if shown == WITHHELD:
        return np.ones(len(counts), dtype=bool)
    if shown.startswith("<"):
        return (counts > 0) & (counts < smallest)
    return np.equal(counts, int(shown))


def _shown_numbers(cohort: ShownCohort) -> list[str]:
    heads = [cohort.eligible, cohort.undetermined, cohort.not_eligible, cohort.waiting]
    return heads + [getattr(step, name) for step in cohort.steps for name in COUNTS]


def test_no_small_cell_follows_from_what_is_shown(tmp_path: Path) -> None:
    """By brute force over every way in which seven persons can go through the three criteria."""
    smallest, persons = 3, 7
    whole = by_hand(tmp_path / "d", ["mmn"])
    kinds = ["n**", *("".join(k) for k in itertools.product("mu", "n", "*"))]
    kinds += ["".join(kind) for kind in itertools.product("mu", "mu", "nmu")]
    bars = itertools.combinations(range(persons + len(kinds) - 1), len(kinds) - 1)
    ends = np.array(list(bars), np.int8)
    edges = np.pad(ends, ((0, 0), (1, 0)), constant_values=-1)
    numbers = np.diff(edges, append=persons + len(kinds) - 1) - 1
    # Counts add up over persons: those of one person of each kind give all the others.
    alone = [_shown_numbers(shown_cohorts(_of_kind(whole, [k]), smallest=0)[0]) for k in kinds]
    counts = numbers @ np.array(alone, dtype=np.int64)
    random = np.random.default_rng(4)
    hidden = 0
    for place in random.choice(len(numbers), 25, replace=False):
        rows = [k for k, n in zip(kinds, numbers[place], strict=True) for _ in range(n)]
        shown = _shown_numbers(shown_cohorts(_of_kind(whole, rows), smallest=smallest)[0])
        fits = np.ones(len(counts), dtype=bool)
        for column, text in enumerate(shown):
            fits &= _could_be(text, counts[:, column], smallest=smallest)
        assert fits[place]
        for column, text in enumerate(shown):
            if text.startswith("<"):
                hidden += 1
                assert len(np.unique(counts[fits, column])) > 1, (rows, column)
    assert hidden > 50


def _of_kind(whole: Screening, rows: list[str]) -> Screening:
    """The screening of these persons, without another dataset; no unknown waits for a person."""
    codes = {"m": Status.MET, "n": Status.NOT_MET, "u": Status.UNKNOWN, "*": Status.MET}
    statuses = {
        item.criterion.id: np.array([codes[row[k]] for row in rows], np.int8)
        for k, item in enumerate(whole.bound.criteria)
    }
    reasons = {
        name: mask_column(np.where(found == Status.UNKNOWN, Reason.NO_DATA.bit, 0).astype(np.int32))
        for name, found in statuses.items()
    }
    standings, steps = count_attrition(whole.bound.criteria, statuses, whole.died)
    cohort = replace(whole.cohorts[0], standings=standings, steps=steps)
    ids = np.arange(1, len(rows) + 1)
    return replace(whole, person_ids=ids, statuses=statuses, reasons=reasons, cohorts=(cohort,))
