"""The report says the numbers of its result, needs nothing else and hides what it must."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from remit.disclosure import counts_note
from remit.facts.person_names import PersonNames
from remit.registry import fixture_pages, link_records, read_page, read_text
from remit.report import (
    Report,
    choose_examples,
    compose_report,
    render_file,
    render_folder,
    render_report,
)
from remit.report.markup import element
from remit.report.pages import count_nodes
from remit.report.patients import patient_part
from remit.report.screening_charts import bar, number_of, strip_chart
from remit.report.style import DARK, LIGHT
from remit.report.verdicts import cell_class, verdict_grids
from remit.screening import Standing, explain_person, explain_persons, screen_dataset
from remit.screening.cohort_counts import shown_screening, shown_screenings
from remit.truth import Status
from remit.views.words import COUNTS, step_counts
from report.by_hand import by_hand, people, repeat, study
from report.edition import folder, joined

ROWS = repeat({"mmn": 20, "mun": 9, "umn": 6, "nmn": 30, "mnn": 12, "mmm": 3, "aan": 1})
VOID = {"meta", "!doctype"}
LIMITS = (1_000_000, 8_000)  # bytes and elements of a page


class Page(HTMLParser):
    """Checks that every element is closed and collects tags, ids and links."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def named(self, name: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.tags if tag == name]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    folder = tmp_path_factory.mktemp("report")
    screening = by_hand(folder / "d", ROWS)
    real = screen_dataset(study(), people(folder / "e", 2))
    trials = link_records([read_page(page) for page in fixture_pages()])
    return compose_report(
        [screening, real],
        explained={"T-1": explain_persons(real, (1, 2))},
        trials=trials,
        title="A <b>report</b>",
    )


@pytest.fixture(scope="module")
def pages(report: Report) -> Mapping[str, str]:
    """File name -> page; the one file is there as well, by an empty name."""
    return {"": render_file(report), **render_folder(report)}


@pytest.fixture(scope="module")
def html(pages: Mapping[str, str]) -> str:
    """All pages of the folder."""
    return joined({name: page for name, page in pages.items() if name})


def ids_of(page: Page) -> list[str | None]:
    return [attributes["id"] for _, attributes in page.tags if "id" in attributes]


def test_pages_are_well_formed_and_their_links_stay_inside(pages: Mapping[str, str]) -> None:
    parsed = {name: Page(html) for name, html in pages.items()}
    for name, page in parsed.items():
        ids = ids_of(page)
        assert len(ids) == len(set(ids))
        links = [attributes["href"] or "" for _, attributes in page.tags if "href" in attributes]
        assert len(links) > 2
        for link in links:
            file, sign, place = link.partition("#")
            assert not (file and name == "")  # one file leads nowhere else
            assert file in parsed
            assert not sign or place in ids_of(parsed[file or name])
        for _, attributes in page.tags:
            for target in (attributes.get("aria-labelledby") or "").split():
                assert target in ids


def test_every_page_is_light(pages: Mapping[str, str]) -> None:
    for html in pages.values():
        assert len(html.encode()) <= LIMITS[0]
        assert len(Page(html).tags) <= LIMITS[1]
        assert count_nodes(html) == len([tag for tag, _ in Page(html).tags])


def test_the_answer_comes_first_and_provenance_last(pages: Mapping[str, str]) -> None:
    names = [name for name in pages if name]
    assert names[0] == "index.html"
    assert names[-1] == "provenance.html"
    for html in pages.values():
        assert "<b>Not a medical device.</b>" in html
    assert "SHA-256 of the manifest" in pages["provenance.html"]
    assert "SHA-256 of the manifest" not in pages["index.html"]


def test_the_pages_need_nothing_else(pages: Mapping[str, str]) -> None:
    for html in pages.values():
        check_alone(html)


def digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def check_alone(html: str) -> None:
    """One style and one script, each named by its hash, and nothing from elsewhere."""
    page = Page(html)
    tags = {tag for tag, _ in page.tags}
    scripts = re.findall(r"<script>(.*?)</script>", html, re.DOTALL)
    assert len(scripts) == 1
    assert all(a == {} or a.get("type") == "application/json" for a in page.named("script"))
    assert "http" not in scripts[0]
    assert "eval" not in scripts[0]
    assert "innerHTML" not in scripts[0]
    assert not tags & {"link", "img", "iframe", "object", "embed", "base", "form"}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") or name in ("src", "style") for name in attributes)
    policy = next(a["content"] for a in page.named("meta") if "http-equiv" in a)
    assert policy is not None
    style = re.findall(r"<style>(.*?)</style>", html, re.DOTALL)
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest(style[0])}'; "
        f"script-src 'sha256-{digest(scripts[0])}'; base-uri 'none'; form-action 'none'"
    )
    assert "unsafe" not in policy
    assert len(style) == 1
    assert "url(" not in style[0]
    assert "@import" not in style[0]
    assert "http" not in style[0]


def test_texts_of_the_study_are_escaped(html: str, pages: Mapping[str, str]) -> None:
    assert "<script>alert" not in html
    assert html.count("<script") == len(pages)  # one a page, and the list of persons
    assert "&lt;script&gt;" in html
    assert "<title>A &lt;b&gt;report&lt;/b&gt;</title>" in pages["index.html"]
    assert "\u202e" not in html
    assert element("p", 'a "b" <c>', title='"><script>') == (
        '<p title="&quot;&gt;&lt;script&gt;">a &quot;b&quot; &lt;c&gt;</p>'
    )


def test_structure_for_readers_by_ear_and_keyboard(pages: Mapping[str, str]) -> None:
    for html in pages.values():
        check_structure(html)


def check_structure(html: str) -> None:
    page = Page(html)
    tags = [tag for tag, _ in page.tags]
    assert tags.count("h1") == tags.count("main") == 1
    assert tags.count("nav") >= 1
    assert page.named("html")[0]["lang"] == "en"
    assert tags.count("table") == tags.count("caption")
    assert all(attributes.get("scope") for attributes in page.named("th"))
    levels = [int(tag[1]) for tag in tags if re.fullmatch(r"h[1-6]", tag)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    for attributes in page.named("svg"):
        assert attributes.get("role") == "img" or attributes.get("aria-hidden") == "true"
    for attributes in page.named("div"):
        if attributes.get("class") == "scroll":
            assert attributes["tabindex"] == "0"
            assert attributes["aria-label"]


def test_the_counts_are_those_of_the_result(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    html = joined(folder([screening]))
    for standing, number in zip(
        (Standing.ELIGIBLE, Standing.UNDETERMINED, Standing.NOT_ELIGIBLE), (21, 15, 45), strict=True
    ):
        assert screening.cohorts[0].count(standing) == number
        assert f"<b>{number}</b>" in html
    for step in screening.cohorts[0].steps:
        counts = "".join(f'<td class="n">{getattr(step, name)}</td>' for name in COUNTS)
        assert counts in html
    assert ">n = 81</text>" in html
    assert ">n = 42</text>" in html  # by inclusion criteria: 30 + 12
    assert '<td>waits for a person&#x27;s signature</td><td class="n">9</td>' in html
    assert '<td>no record in the window</td><td class="n">6</td>' in html


def test_the_header_says_where_the_data_come_from(tmp_path: Path) -> None:
    synthetic = joined(folder([by_hand(tmp_path / "d", ROWS)]))
    assert "Every person and record is synthetic, drawn by a program from seed 1." in synthetic
    assert "<dt>Data cut</dt><dd>2024-06-30</dd>" in synthetic
    real = joined(folder([by_hand(tmp_path / "e", ROWS, seed=None)]))
    assert "Treat it as records of real people." in real
    assert "synthetic, drawn" not in real


def test_each_verdict_has_a_glyph_a_word_and_a_class(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    html = joined(folder([screening]))
    grid = html[html.index('class="grid"') :]
    grid = grid[: grid.index("</table>")]
    for words in (
        '<td class="a">✓<span class="sr"> lets in</span></td>',
        '<td class="b">✗<span class="sr"> keeps out</span></td>',
        '<td class="c">?<span class="sr"> open</span></td>',
        '<td class="d">–<span class="sr"> does not apply</span></td>',
    ):
        assert words in grid
    assert '<a href="t1-criteria.html#t1-E1" title="Cancer.">E1</a>' in grid
    # A mark says what a verdict does: nobody who is eligible has a cross.
    for row in re.findall(r"<tr>.*?</tr>", grid)[1:]:
        assert ("✓ eligible" in row) == (not re.search(r'<td class="[bc]">', row))


def test_a_verdict_is_coloured_by_what_it_does() -> None:
    inclusion, _, exclusion = study().criteria
    assert cell_class(inclusion, Status.MET) == cell_class(exclusion, Status.NOT_MET) == "a"
    assert cell_class(inclusion, Status.NOT_MET) == cell_class(exclusion, Status.MET) == "b"
    assert cell_class(exclusion, Status.UNKNOWN) == "c"
    assert cell_class(exclusion, Status.NOT_APPLICABLE) == "d"


def test_an_explained_person_has_records_and_settlers(html: str) -> None:
    assert "Person 1</h3>" in html
    assert "<dd>screening 2024-05-01</dd>" in html
    assert "<td>person</td><td>1</td><td>1990-02-03</td><td></td><td>34 year</td>" in html
    assert "waits for a person&#x27;s signature; this alone would settle it" in html


def test_what_decides_is_printed_and_the_rest_where_the_reader_opens_it(
    html: str, tmp_path: Path
) -> None:
    """Paper opens every part but these: four studies with twelve persons took 130 pages."""
    assert "details:not(.shut)::details-content" in html
    whole = explain_person(screen_dataset(study(), people(tmp_path / "d", 1)), 1)
    first, *others = whole.findings
    let_in = replace(first, status=Status.MET, reasons=frozenset(), settlers=())
    assert let_in.passes
    both = replace(whole, findings=(let_in, *others))
    open_too = patient_part(both, name="a")
    assert '<details class="shut"><summary>Lets in: 1 ' in open_too
    assert '<details open=""><summary>Unknown: 2 ' in open_too
    alone = replace(whole, findings=(let_in,))
    assert "shut" not in patient_part(alone, name="b")


def test_registry_pages_are_shown_with_repairs_and_without_names(html: str) -> None:
    assert "Where the pages disagree" in html
    assert "Comparison signs put back from another page" in html
    assert "eGFR = 40 mL/min/1.73 m2" in html
    assert "eGFR ≥ 40 mL/min/1.73 m2" in html
    for page in fixture_pages():
        assert str(page.parent) not in html
        record = read_page(page)
        for official in record.values("official"):
            name = getattr(official, "name", None)
            assert name is None or name not in html


def test_what_no_page_has_whole_is_listed(tmp_path: Path) -> None:
    page = next(p for p in fixture_pages() if p.stem == "trial_table")
    trials = link_records([read_page(page)])
    html = joined(folder([by_hand(tmp_path / "d", ["mmn"])], trials=trials))
    assert "Told by 1 page: trial_table.txt (trial_table)." in html
    assert "Where the pages disagree" not in html
    assert "Not whole on any page: a person must confirm" in html
    assert "<td>a comparison sign</td><td>eGFR = 40 mL/min/1.73 m2" in html


def test_counts_are_rounded_everywhere(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS)
    html = joined(folder([screening], smallest=5))
    assert counts_note(5) in html
    assert 'class="grid"' not in html
    shown = shown_screening(screening, smallest=5)
    for step in shown.cohorts[0].steps:
        assert "".join(f'<td class="n">{count}</td>' for count in step_counts(step)) in html
    assert 'waits for a person&#x27;s signature</td><td class="n">≈10<' in html  # nine of them
    html = re.sub(r"<script>.*?</script>", "", html, flags=re.DOTALL)
    # Every number of persons is marked: in cells, in the flow, in what a screen reader says.
    numbers = re.findall(r'(?<=<td class="n">)[^<]+|(?<=n = )[^<. ]+|(?<=Of )\S+(?= persons)', html)
    numbers += re.findall(r'(?<=<td class="n big">)[^<]+|(?<=: <b>)[^<]+', html)
    assert numbers
    assert [number for number in numbers if number[0] != "≈"] == []
    assert 'id="lookup"' not in html
    assert "data-find" not in html


def test_rounded_pages_tell_no_count_but_those_of_the_stand_ins(tmp_path: Path) -> None:
    """Whatever follows from a page was safe before: page one counts nothing anew."""
    screening = by_hand(tmp_path / "d", ROWS, cohorts=True)
    (shown,) = shown_screenings([screening], smallest=5)
    told = {count for reasons in shown.reasons.values() for count in reasons.values()}
    for cohort in shown.cohorts:
        told |= {cohort.persons, cohort.eligible, cohort.undetermined, cohort.not_eligible}
        told |= {cohort.died, cohort.waiting}
        told |= {count for step in cohort.steps for count in step_counts(step)}
    index = folder([screening], smallest=5)["index.html"]
    index = index.split("</header>")[1].split("<script>")[0]
    words = re.sub(r"<[^>]*>", " ", index)
    assert {number.rstrip(".,:;") for number in re.findall(r"≈[\d,]+", words)} <= told
    # A bare number is that of a criterion, a cohort or of criteria, never of persons.
    bare = re.findall(r"(?<![\w≈,.])\d+(?= (?:of|open|persons))", words)
    assert bare == []


def test_persons_are_not_shown_one_by_one_where_counts_are_hidden(tmp_path: Path) -> None:
    real = screen_dataset(study(), people(tmp_path / "e", 9))
    explained = {"T-1": explain_persons(real, (1,))}
    assert "Person 1<" in joined(folder([real], explained=explained))
    assert "Person 1<" not in joined(folder([real], explained=explained, smallest=5))


def test_bars_are_those_of_the_numbers_beside_them() -> None:
    assert (number_of("≈1,240"), number_of("7")) == (1240, 7)
    assert 'width="50"' in bar("≈5", 10)
    assert strip_chart([("a", "≈0", "x"), ("b", "0", "y")]) == ""
    assert "a ≈10; b ≈5" in strip_chart([("a", "≈10", "x"), ("b", "≈5", "y")])


def test_the_same_screening_gives_the_same_bytes(tmp_path: Path) -> None:
    pages = [folder([by_hand(tmp_path / name, ROWS)]) for name in ("one", "two")]
    assert pages[0] == pages[1]
    assert str(tmp_path) not in joined(pages[0])


def test_two_screenings_of_one_study_have_their_own_ids(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ROWS, cohorts=True)
    ids = ids_of(Page(render_report([screening, screening], explained={}, title="R")))
    assert len(ids) == len(set(ids))
    assert {"t1.html", "t1-again-2.html"} <= set(folder([screening, screening]))


def test_an_empty_cohort_still_renders(tmp_path: Path) -> None:
    html = joined(folder([by_hand(tmp_path / "d", [])]))
    assert "No verdict is unknown." in html
    assert choose_examples(by_hand(tmp_path / "e", [])) == ()


@pytest.mark.parametrize(
    ("rows", "chosen"),
    [
        (["nnm", "mmn", "mun", "nmn"], (2, 4, 3)),  # the nearest to a decision
        (["uun", "mun", "umn"], (2,)),  # the fewest unknown, then the lowest id
        (["mmn", "man"], (1,)),
    ],
)
def test_examples_are_chosen_by_rule(
    tmp_path: Path, rows: list[str], chosen: tuple[int, ...]
) -> None:
    assert choose_examples(by_hand(tmp_path / "d", rows)) == chosen


def test_the_grid_has_the_nearest_first(tmp_path: Path) -> None:
    screening = by_hand(tmp_path / "d", ["nnm", "mmn", "mun", "uun", "nmn"])
    (grid,) = verdict_grids(
        screening, name="t1", names=PersonNames({1: "LN-1"}), most=4, most_cells=1600
    )
    assert re.findall(r'<th scope="row">([^<]*)<', grid) == ["2", "3", "4", "5"]
    assert "Persons 1 to 4 of 5" in grid
    more = verdict_grids(screening, name="t1", names=PersonNames({}), most=5, most_cells=0)
    assert len(more) == 1  # ten persons at least in a grid


def _brightness(colour: str) -> float:
    parts = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_brightness(one), _brightness(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_text_stands_out_from_its_ground(colours: Mapping[str, str]) -> None:
    """WCAG 2.2 AA: 4.5 to 1 for text, 3 to 1 for what marks a state or the focus."""
    for name in ("page", "in", "in-soft", "open", "open-soft", "out", "out-soft", "idle"):
        assert _contrast(colours[name], colours[f"{name}-ink"]) >= 4.5, name
    for ink in ("page-ink", "quiet-ink", "link"):
        for ground in ("page", "card"):
            assert _contrast(colours[ink], colours[ground]) >= 4.5, (ink, ground)
    assert _contrast(colours["idle"], colours["page-ink"]) >= 4.5
    assert _contrast(colours["out"], colours["in-soft"]) >= 3
    assert _contrast(colours["out"], colours["open-soft"]) >= 3


def test_web_addresses_of_pages_stay_text(tmp_path: Path) -> None:
    text = next(p for p in fixture_pages() if p.stem == "umin").read_text(encoding="utf-8")
    record = read_text(text, source="umin.txt")
    screening = by_hand(tmp_path / "d", ["mmn"])
    trials = link_records([record])
    html = joined(folder([screening], trials=trials))
    assert not re.search(r"""(?:href|src|action)\s*=\s*["']?(?:https?:|//)""", html)
    assert date(2024, 6, 30).isoformat() in html
