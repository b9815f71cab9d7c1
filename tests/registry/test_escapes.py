"""Entities and Markdown escapes are decoded once, in every field; what the page has is kept."""

from __future__ import annotations

import html
import json
import re
import time
from pathlib import Path

import pytest

from remit.registry import Arm, Official, Record, fixture_pages, read_text
from remit.registry.text.escapes import decode, written_part, written_places

from .accounting import assert_lines_accounted, assert_text_is_of_the_page

PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def study(**modules: object) -> Record:
    protocol: dict[str, object] = {
        "identificationModule": {"nctId": "NCT99000101", "briefTitle": "An invented study"}
    }
    protocol.update(modules)
    return read_text(json.dumps({"protocolSection": protocol}), "a record")


@pytest.mark.parametrize("mark", PUNCTUATION)
def test_every_escape_of_commonmark(mark: str) -> None:
    """CommonMark 0.31, section 2.4: any ASCII punctuation may be escaped."""
    assert decode(f"a \\{mark} b") == f"a {mark} b"


@pytest.mark.parametrize(
    "written",
    [
        "&lt;",
        "&gt;=",
        "&le;",
        "&ge;",
        "&#8805;",
        "&#x2265;",
        "&plusmn;",
        "&micro;",
        "&amp;",
        "&frac12;",
        "&lt 5",
        "&#8804 7",
        "&nbsp;",
        "&eacute;",
        "&#150;",
        "&#0;",
        "&#55296;",
    ],
)
def test_entities_as_the_standard_library_reads_them(written: str) -> None:
    assert decode(written) == html.unescape(written)


@pytest.mark.parametrize(
    "written",
    [
        "R&D; x",
        "AT&T",
        "&notaname;",
        "&copy2020",
        "III \\ IV",
        "C:\\temp",
        "&#27;",
        "&#8238;",
        "&;",
        "\\",
        "&",
        "&lean",
        "&gem;ini",
    ],
)
def test_what_is_no_escape_and_what_would_reach_a_terminal_stays(written: str) -> None:
    assert decode(written) == written


def test_a_sign_that_lost_its_semicolon_is_still_that_sign() -> None:
    assert decode("age &ge 18, &le65") == "age ≥ 18, ≤65"


def test_nothing_is_decoded_twice() -> None:
    assert decode("&amp;lt;") == "&lt;"
    assert decode(r"\\>") == r"\>"
    assert decode(r"\&lt;") == "&lt;"


@pytest.mark.parametrize(
    "written",
    [r"UPCR \< 0.5 &amp; m\^2 &ge; 60", "&amp;lt; x", "no escape", r"\\\\>", "&shy;a&#8805;b"],
)
def test_places_lead_back_to_what_is_written(written: str) -> None:
    plain = decode(written)
    places = written_places(written, range(len(plain)))
    for at, place in enumerate(places):
        assert decode(written[:place]) == plain[:at]
        for end in range(at + 1, len(plain) + 1):
            assert decode(written_part(plain[at:end], written)) == plain[at:end]


ESCAPED = r"Interleukin\-2 \<2.5 mg &amp; m\^2 \~24"
PLAIN = "Interleukin-2 <2.5 mg & m^2 ~24"


def test_a_record_is_decoded_in_every_field() -> None:
    record = study(
        identificationModule={"briefTitle": ESCAPED, "officialTitle": ESCAPED, "acronym": ESCAPED},
        descriptionModule={"briefSummary": ESCAPED, "detailedDescription": ESCAPED},
        statusModule={"whyStopped": ESCAPED},
        conditionsModule={"conditions": [ESCAPED], "keywords": [ESCAPED]},
        armsInterventionsModule={
            "armGroups": [{"label": ESCAPED, "description": ESCAPED}],
            "interventions": [{"name": ESCAPED}],
        },
        outcomesModule={
            "primaryOutcomes": [{"measure": ESCAPED, "description": ESCAPED, "timeFrame": ESCAPED}]
        },
        contactsLocationsModule={
            "overallOfficials": [
                {"name": "O. Fictive", "role": "STUDY_CHAIR", "affiliation": ESCAPED}
            ]
        },
        sponsorCollaboratorsModule={"leadSponsor": {"name": ESCAPED}},
        referencesModule={"references": [{"citation": ESCAPED}]},
        eligibilityModule={"eligibilityCriteria": f"Inclusion Criteria:\n\n* {ESCAPED}"},
    )
    for field in record.fields:
        if isinstance(field.value, str):
            assert "\\" not in field.value
            assert "&amp;" not in field.value
    said = [v for f in record.fields for v in [f.value] if v == PLAIN]
    assert len(said) == 11
    arm = record.value("arm")
    assert isinstance(arm, Arm)
    assert (arm.name, arm.description) == (PLAIN, PLAIN)
    official = record.value("official")
    assert isinstance(official, Official)
    assert official.affiliation == PLAIN
    (found,) = record.outcomes
    assert (found.measure, found.description, found.time_frame) == (PLAIN, PLAIN, PLAIN)
    (criterion,) = record.criteria
    assert (criterion.text, criterion.source_text) == (PLAIN, f"* {ESCAPED}")
    title = record.field("title")
    assert title is not None
    assert title.text == ESCAPED


TEXT_PAGES = [page for page in fixture_pages() if page.suffix == ".txt"]


@pytest.mark.parametrize("path", TEXT_PAGES, ids=lambda path: path.stem)
def test_a_text_page_is_decoded_in_every_field_and_keeps_its_lines(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    plain = read_text(page, "page")
    bare = page.replace(r"\>", ">")
    marked = re.sub(r"(?<=\w)([.,;:(])(?= )", r"\\\1", bare).replace("&", "&amp;")
    marked = marked.replace("≥", "&ge;").replace("≤", "&#8804;").replace(">", "&gt;")
    assert marked != page
    read = read_text(marked, "page")
    assert [(f.name, f.span, f.state) for f in read.fields] == [
        (f.name, f.span, f.state) for f in plain.fields
    ]
    assert [f.value for f in read.fields] == [f.value for f in plain.fields]
    assert [(c.key, c.text, c.span, c.flags) for c in read.criteria] == [
        (c.key, c.text, c.span, c.flags) for c in plain.criteria
    ]
    assert [(o.measure, o.description, o.time_frame) for o in read.outcomes] == [
        (o.measure, o.description, o.time_frame) for o in plain.outcomes
    ]
    assert [c.title for c in read.cohorts] == [c.title for c in plain.cohorts]
    assert read.unparsed == plain.unparsed or "&" in str(plain.unparsed)
    assert_lines_accounted(read, marked)
    assert_text_is_of_the_page(read, marked)
    sources = " ".join([c.source_text for c in read.criteria])
    assert "\\" in sources or "&" in sources


def test_an_escaped_border_divides_no_cell() -> None:
    page = next(p for p in fixture_pages() if p.stem == "trial_table").read_text(encoding="utf-8")
    for border in ("&#124;", "&vert;", r"\|"):
        marked = page.replace("Status | Recruiting |", f"Status | Recruiting {border} open |")
        status = read_text(marked, "page").value("status")
        assert status != "Recruiting"


def test_personal_data_do_not_hide_in_entities() -> None:
    record = study(
        descriptionModule={
            "briefSummary": r"Write to someone&#64;example.org or some\_one\@example.org"
        }
    )
    assert "example.org" not in str(record)
    page = next(p for p in fixture_pages() if p.stem == "clinconnect").read_text(encoding="utf-8")
    marked = page.replace("ClinConnect Summary\n", "ClinConnect Summary\nsomeone&#64;example.org\n")
    assert "example.org" not in str(read_text(marked, "page"))


def test_decoding_is_linear() -> None:
    def cost(text: str) -> float:
        start = time.process_time()
        decode(text)
        return time.process_time() - start

    for unit in ("&", "\\", "&lt", "&#", "&a", "&#1;", "\\<"):
        small, large = unit * 5_000, unit * 40_000
        cost(small)
        assert cost(large) < 40 * max(cost(small), 0.002)


@pytest.mark.parametrize(
    ("line", "text", "number"),
    [
        (r"* 1\. Age \> 18", "Age > 18", "1"),
        (r"2\) UPCR \>= 1", "UPCR >= 1", "2"),
        ("3. SLEDAI &ge; 6", "SLEDAI ≥ 6", "3"),
    ],
)
def test_an_escaped_number_is_the_number_of_its_item(line: str, text: str, number: str) -> None:
    record = study(eligibilityModule={"eligibilityCriteria": f"Inclusion Criteria:\n\n{line}"})
    (criterion,) = record.criteria
    assert (criterion.text, criterion.number) == (text, number)
    assert criterion.source_text == line
