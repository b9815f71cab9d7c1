"""Patient pages and re-adjudication: figures that can be read by eye, by ear and without colour."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from math import inf
from pathlib import Path
from xml.etree import ElementTree

import pytest

from remit.analysis.comparison import compare_responses
from remit.analysis.comparison_counts import shown_comparison
from remit.endpoints.course_panels import page_scores
from remit.endpoints.definition_choice import all_definitions
from remit.endpoints.patient_course import GradePanel, GradeStrip
from remit.endpoints.patient_page import patient_course
from remit.endpoints.study_responses import StudyAdjudication, adjudicate_study
from remit.report import Followed, choose_courses, readjudication_svg
from remit.report.followed import course_part
from remit.report.markup import axis_step
from remit.report.readjudication import kappa_cell
from remit.report.strips import grade_strip, grades_text
from remit.report.style import DARK, LIGHT, ORGANS, SHADES, style_sheet
from remit.screening import screen_dataset
from remit.truth import Reason
from report.edition import folder, joined
from report.followed import followed_arms, followed_people, followed_study
from report.test_report import Page, _contrast


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> StudyAdjudication:
    dataset = followed_people(tmp_path_factory.mktemp("followed") / "d", copies=6)
    found = adjudicate_study(
        followed_study(), dataset, all_definitions(), more_scores=page_scores(followed_study())
    )
    return replace(found, followed=replace(found.followed, arms=followed_arms(6)))


TITLES = {definition.id: definition.title for definition in all_definitions()}


def rendered(study: StudyAdjudication, *, smallest: int = 0) -> Mapping[str, str]:
    comparison = compare_responses(study, "week_12", smallest=smallest)
    followed = Followed(
        tuple(patient_course(study, who) for who in (1, 2, 3)),
        shown_comparison(comparison, reference="nanjing_registry"),
        titles=TITLES,
    )
    return folder(
        [screen_dataset(study.protocol, study.followed.facts)],
        followed={"T-1": followed},
        smallest=smallest,
    )


@pytest.fixture(scope="module")
def pages(study: StudyAdjudication) -> Mapping[str, str]:
    return rendered(study)


@pytest.fixture(scope="module")
def html(pages: Mapping[str, str]) -> str:
    return joined(pages)


@pytest.fixture(scope="module")
def figures(html: str) -> Mapping[str, ElementTree.Element]:
    """Title -> figure; parsing shows that each is well-formed."""
    drawn = re.findall(r"<svg[^>]*figure.*?</svg>", html, re.DOTALL)
    found = {}
    for text in drawn:
        tree = ElementTree.fromstring(text)
        title = tree.findtext("title")
        assert title is not None
        found[title] = tree
    assert len(found) == len(drawn)
    return found


def letters(figure: ElementTree.Element) -> list[str]:
    return [text.text or "" for text in figure.iter("text")]


def one(figures: Mapping[str, ElementTree.Element], start: str) -> ElementTree.Element:
    return next(figure for title, figure in figures.items() if title.startswith(start))


def test_every_figure_has_a_title_a_description_and_a_role(
    figures: Mapping[str, ElementTree.Element],
) -> None:
    assert len(figures) > 30
    for title, figure in figures.items():
        assert figure.get("role") == "img"
        names = (figure.get("aria-labelledby") or "").split()
        own = [element.get("id") for element in figure if element.tag in ("title", "desc")]
        assert names == own
        assert len(figure.findtext("desc") or "") > 20, title


def test_the_pages_stay_well_formed_and_need_nothing_else(pages: Mapping[str, str]) -> None:
    for html in pages.values():
        check_page(html)


def check_page(html: str) -> None:
    page = Page(html)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    for tag, attributes in page.tags:
        assert tag not in {"img", "image", "use", "foreignobject", "link"}
        assert not any(name in ("style", "src", "xlink:href") for name in attributes)
        for value in attributes.values():
            for target in re.findall(r"url\((.*?)\)", value or ""):
                assert target.startswith("#")
                assert target[1:] in ids
    assert "http:" not in html.split("</head>")[1]
    assert "https:" not in html.split("</head>")[1]
    assert html.count("<caption>") == html.count("<table")


def test_panels_name_unit_limits_and_number(figures: Mapping[str, ElementTree.Element]) -> None:
    c3 = one(figures, "Complement C3, mg/dL, person 1")
    assert {"Complement C3, mg/dL", "n = 4 of 4 visits", "weeks after baseline"} <= set(letters(c3))
    assert "limits of normal (dashed) 90 to 180" in letters(c3)
    assert {"60", "75", "92", "100"} <= set(letters(c3))
    assert c3.findtext("desc") == (
        "baseline 60; week 4 75; week 8 92; week 12 100. limits of normal (dashed) 90 to 180"
    )
    for title, unit in (
        ("Urine protein/creatinine ratio", "g/g"),
        ("Serum creatinine", "mg/dL"),
        ("eGFR (CKD-EPI 2021)", "mL/min/1.73 m²"),
        ("Complement C4", "mg/dL"),
        ("Anti-dsDNA antibody", "IU/mL"),
        ("Prednisone-equivalent dose", "mg/d"),
    ):
        assert f"{title}, {unit}" in letters(one(figures, f"{title}, {unit}, person 1"))


def test_what_is_missing_or_only_bounded_is_drawn_as_such(
    figures: Mapping[str, ElementTree.Element], html: str
) -> None:
    upcr = one(figures, "Urine protein/creatinine ratio, g/g, person 2")
    assert letters(upcr).count("?") == 1
    assert "n = 3 of 4 visits" in letters(upcr)
    # A line between the first two visits only: the gap stays a gap.
    assert [p.get("class") for p in upcr.iter("path")].count("trace") == 1
    dna = one(figures, "Anti-dsDNA antibody, IU/mL, person 2")
    assert "<0.2" in letters(dna)
    assert [p.get("class") for p in dna.iter("path")].count("hollow") == 1
    assert len(list(dna.iter("circle"))) == 1
    assert "Urine protein in 24 hours, Complement C4, Physician global assessment" in html
    assert "<td>0.6 (recorded 53 umol/L)</td>" in html


def test_points_by_organ_are_lettered_and_open_ones_hatched(
    figures: Mapping[str, ElementTree.Element],
) -> None:
    stack = one(figures, "SLEDAI-2K by organ, points, person 1")
    assert {"6", "8–103", "4–101", "0–97", "R", "renal", "Sk", "skin and mucosa"} <= {
        *letters(stack)
    }
    fills = [r.get("fill") for r in stack.iter("rect") if r.get("fill")]
    assert len(fills) == 4  # weeks 4, 8 and 12, and the key
    assert "8*" in letters(one(figures, "SLEDAI-2K by organ, points, person 3"))


def test_strips_have_letters_in_every_cell(figures: Mapping[str, ElementTree.Element]) -> None:
    strips = [f for title, f in figures.items() if title.startswith("Response by definition (")]
    own = "Renal response of NCT05631717"
    strip = next(f for f in strips if own in (f.findtext("desc") or ""))
    said = strip.findtext("desc") or ""
    assert f"{own} –, NR, PR, CR" in said
    cells = [r for r in strip.iter("rect") if "cell" in (r.get("class") or "") or r.get("fill")]
    assert len(cells) == sum(
        text in {"CR", "PR", "R", "NR", "F", "no", "?", "–"} for text in letters(strip)
    )
    bilag = one(figures, "BILAG-2004 by domain, grade A to E, person 1")
    assert letters(bilag).count("A–C") == 4
    assert letters(bilag).count("?") == 32


def test_rates_and_agreement(html: str, figures: Mapping[str, ElementTree.Element]) -> None:
    rates = one(figures, "Response rates in percent")
    assert {"Arm A", "Arm B", "6/6, 100 %", "6/12, 50 %", "0 %", "100 %"} <= set(letters(rates))
    assert "Renal response of NCT05631717 *" in letters(rates)
    # Wilson's interval of 6 of 12.
    assert "6/12, 50 % (25 to 75)" in html
    kappa = one(figures, "Cohen's kappa")
    names = [text for text in letters(kappa) if re.match(r"\d+  ", text)]
    cells = [r for r in kappa.iter("rect") if "cell" in (r.get("class") or "")]
    pairs = len(names) * (len(names) - 1) // 2
    assert len(cells) == pairs + 7  # and the key
    own = "Renal response of NCT05631717"
    assert f"Who flips between {own} and another definition, and by which condition" in html


def test_persons_are_left_out_and_rates_rounded(study: StudyAdjudication) -> None:
    pages = rendered(study, smallest=8)
    assert not [name for name in pages if "followed" in name or "explained" in name]
    html = joined(pages)
    assert "visit by visit" not in html
    assert "Person 1" not in html
    assert "6/6" not in html
    assert "6/12" not in html
    assert "The same ≈16 persons" in html
    assert re.search(r"≈(8|16)/≈(8|16), \d+ % \(", html)
    assert "≈ counts are rounded to multiples of 8" in html


def test_a_kappa_cell_is_short(study: StudyAdjudication) -> None:
    shown = shown_comparison(compare_responses(study, "week_12"), reference="nanjing_registry")
    texts = {
        kappa_cell(shown, a, b)[0] for a in shown.definitions for b in shown.definitions if a != b
    }
    assert "1" in texts
    assert all(len(text) <= 4 for text in texts)


def test_a_study_without_visits_says_so(tmp_path: Path) -> None:
    dataset = followed_people(tmp_path / "d")
    screening = screen_dataset(followed_study(visits=False), dataset)
    note = "The study plans no visits: no response is adjudicated."
    html = joined(folder([screening], followed={"T-1": Followed(note=note)}))
    assert f"<p>{note}</p>" in html


def test_persons_are_chosen_by_rule(study: StudyAdjudication) -> None:
    assert choose_courses(study, definition="nanjing_registry") == (1, 2)
    assert choose_courses(study, definition="sri_4") == (1,)


def test_the_figure_as_a_file_is_whole(study: StudyAdjudication) -> None:
    shown = shown_comparison(compare_responses(study, "week_12"), reference="nanjing_registry")
    svg = readjudication_svg(shown, arms={"a": "Arm <A>"}, titles={})
    tree = ElementTree.fromstring(svg)
    assert tree.tag == "{http://www.w3.org/2000/svg}svg"
    assert "Arm <A>" in [t.text for t in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert svg == readjudication_svg(shown, arms={"a": "Arm <A>"}, titles={})
    assert re.findall(r"https?://[^\"]*", svg) == ["http://www.w3.org/2000/svg"]


def test_panels_of_other_scores_are_drawn_without_code(tmp_path: Path) -> None:
    protocol = followed_study(panels=("clasi", "sdi", "selena_sledai"))
    dataset = followed_people(tmp_path / "d")
    found = adjudicate_study(protocol, dataset, (), more_scores=page_scores(protocol))
    course = patient_course(found, 1)
    page = course_part(protocol, course, name="f", person="1")
    Page(page)
    for words in (
        "CLASI activity by part, points",
        "erythema",
        "CLASI activity, points",
        "SELENA-SLEDAI by organ, points",
        "SLICC/ACR Damage Index",
    ):
        assert words in page
    assert "SLEDAI-2K" not in page
    assert "BILAG" not in page
    strip = GradeStrip("skin", "Skin", ("severe", "moderate", "mild"), (("mild",),) * 4)
    drawn = grade_strip(course, GradePanel("clasi", "Skin", (strip,)), name="g", person="1")
    assert "Skin, grade severe to mild" in drawn
    assert 'class="cell b-E"' in drawn


def test_letters_stand_out_from_their_shade() -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text; lines and marks 3 to 1 in both themes."""
    for theme in (LIGHT, DARK):
        for pair in (*ORGANS, *SHADES.values()):
            ground, ink = (theme.get(c.removeprefix("var(--").rstrip(")"), c) for c in pair)
            assert _contrast(ground, ink) >= 4.5, pair
        for mark in ("in", "out", "quiet-ink", "page-ink"):
            for ground in ("page", "card"):
                assert _contrast(theme[mark], theme[ground]) >= 3, (mark, ground)


def test_the_letters_of_a_strip_stay_in_their_cells(study: StudyAdjudication) -> None:
    course = patient_course(study, 1)
    cells = tuple(("A", "B", "E") for _ in course.visits)
    for visits in (course.visits, course.visits * 3):
        strip = GradeStrip("renal", "renal", tuple("ABCDE"), cells * (len(visits) // len(cells)))
        panel = GradePanel("bilag_2004", "BILAG-2004", (strip,))
        drawn = grade_strip(replace(course, visits=visits), panel, name="strip", person="1")
        sizes = re.findall(r'font-size="([0-9.]+)"[^>]*>A,B,E<', drawn)
        assert len(sizes) == len(visits)
        each = (340 - 148) / len(visits)
        assert all(0.62 * float(size) * len("A,B,E") <= each for size in sizes)


def test_what_is_known_at_no_visit_is_named_and_not_drawn(study: StudyAdjudication) -> None:
    course = patient_course(study, 1)
    unknown = tuple(
        replace(strip, cells=tuple(tuple(strip.grades) for _ in strip.cells))
        for strip in course.grades[0].strips
    )
    grades = (replace(course.grades[0], strips=unknown),)
    series = replace(
        course.series[0],
        points=tuple(
            replace(point, low=-inf, high=inf, why=Reason.NO_DATA)
            for point in course.series[0].points
        ),
    )
    empty = replace(course, grades=grades, series=(series, *course.series[1:]))
    page = course_part(study.protocol, empty, name="f", person="1")
    known = re.search(r"Not known at any visit</dt><dd>([^<]*)<", page)
    assert known is not None
    assert known[1].startswith(f"{series.label}, ")
    assert known[1].endswith(", BILAG-2004 grades")
    assert "BILAG-2004 by domain" not in page
    assert "BILAG-2004, grades" in page
    single = study.protocol.model_copy(update={"arms": ()})
    assert "<dt>Arm</dt>" not in course_part(single, empty, name="f", person="1")


def test_nothing_sticks_out_of_a_part_that_scrolls() -> None:
    # Words for readers of the screen are placed absolutely: only a positioned part holds them in.
    assert ".scroll{position:relative;overflow-x:auto" in style_sheet()


@pytest.mark.parametrize(
    ("possible", "text"),
    [("B", "B"), ("AB", "A–B"), ("AC", "A,C"), ("ABDE", "not C"), ("ABCDE", "?")],
)
def test_possible_grades_are_named(possible: str, text: str) -> None:
    assert grades_text(list(possible), list("ABCDE")) == text


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (0.3, 0.1), (1, 0.5), (3, 1), (8, 5), (75, 25), (120, 50)]
)
def test_axes_have_few_round_ticks(highest: float, step: float) -> None:
    assert axis_step(highest) == pytest.approx(step)
