"""The report in Chromium: nothing overlaps, leaves or is out of reach; it prints and it reads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from remit.facts.opened import Facts
from remit.protocol import protocol_named
from remit.study import Work, run_study
from report.browser import NODES, OPEN_THREE, OVERLAPS, SIDEWAYS, STICKING_OUT

# It fetches nothing by itself either.
# WCAG 2.2, levels A and AA: https://www.deque.com/axe/core-documentation/api-documentation/
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
MOST_SHEETS, MOST_NODES, MOST_BYTES = 20, 8_000, 1_000_000
STUDY, COHORTS = "nct05631717", "umin000042298"
PAGES = (
    "report.html",
    "report/index.html",
    f"report/{STUDY}.html",
    f"report/{STUDY}-verdicts-1.html",
    f"report/{STUDY}-explained.html",
    f"report/{STUDY}-followed-1.html",
    f"report/{STUDY}-responses.html",
    f"report/{STUDY}-criteria.html",
    f"report/{COHORTS}.html",
    "report/provenance.html",
)


@pytest.fixture(scope="session")
def site(small_cohort: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder with a report of two studies, as a folder and as one file."""
    folder = tmp_path_factory.mktemp("site")
    work = Work(
        "A report",
        (),
        (protocol_named(STUDY), protocol_named(COHORTS)),
        small_cohort.folder,
        report=folder / "report",
        single_file=folder / "report.html",
    )
    run_study(work)
    return folder


class Seen:
    """What a page asked for, and what the browser said of it."""

    def __init__(self) -> None:
        self.requests: list[str] = []
        self.said: list[str] = []

    def watch(self, page: Page) -> None:
        page.on("request", self._requested)
        page.on("console", self._told)

    def _requested(self, request: Request) -> None:
        self.requests.append(request.url)

    def _told(self, message: ConsoleMessage) -> None:
        self.said.append(message.text)


def opened(
    browser: Browser, path: Path, *, width: int = 1400, scheme: str = "light", script: bool = True
) -> Page:
    """A page in a context of its own; the context closes with it."""
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=script,
    )
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize(("width", "scheme"), [(1400, "light"), (390, "dark")])
@pytest.mark.parametrize("name", PAGES)
def test_nothing_of_a_page_overlaps_or_leaves(
    browser: Browser, site: Path, name: str, width: int, scheme: str
) -> None:
    seen = Seen()
    page = browser.new_page(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    seen.watch(page)
    path = site / name
    page.goto(path.as_uri())
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(SIDEWAYS) == 0
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(NODES) <= MOST_NODES
    assert path.stat().st_size <= MOST_BYTES
    assert seen.requests == [path.as_uri()]
    assert seen.said == []
    page.close()


@pytest.mark.parametrize(
    ("name", "width", "scheme"),
    [
        ("report/index.html", 1400, "light"),
        ("report/index.html", 390, "dark"),
        (f"report/{STUDY}.html", 390, "dark"),
        (f"report/{COHORTS}-verdicts-2.html", 1400, "dark"),
        (f"report/{COHORTS}-explained.html", 390, "dark"),
        (f"report/{COHORTS}-followed-1.html", 1400, "light"),
        (f"report/{COHORTS}-responses.html", 1400, "dark"),
        (f"report/{COHORTS}-criteria.html", 390, "dark"),
        ("report/provenance.html", 390, "light"),
    ],
)
def test_axe_finds_nothing(
    browser: Browser, site: Path, name: str, width: int, scheme: str
) -> None:
    page = opened(browser, site / name, width=width, scheme=scheme)
    page.evaluate(OPEN_THREE)
    only = {"runOnly": {"type": "tag", "values": RULES}, "resultTypes": ["violations"]}
    found = Axe().run(page, options=only)
    assert [rule["id"] for rule in found.response["violations"]] == []
    page.close()


def test_texts_that_overlap_are_seen(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content("<svg><text y=50>one</text><text x=9 y=54>two</text></svg><p>three</p>")
    assert page.evaluate(OVERLAPS) == ["one | two"]
    page.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_prints_on_few_sheets(browser: Browser, site: Path, name: str) -> None:
    page = opened(browser, site / name)
    paper = page.pdf(prefer_css_page_size=True)
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", paper)) <= MOST_SHEETS
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 703, "height": 900})  # A4 within the margins
    assert page.evaluate(OVERLAPS) == []
    assert page.evaluate(SIDEWAYS) == 0
    rules = page.evaluate("() => [...document.styleSheets[0].cssRules].map((one) => one.cssText)")
    (sheet,) = [rule for rule in rules if rule.startswith("@page {")]
    assert "counter(page)" in sheet
    assert "counter(pages)" in sheet
    page.close()


def test_a_person_is_found_in_every_study(browser: Browser, site: Path) -> None:
    page = opened(browser, site / "report" / "index.html")
    page.get_by_label("Find a person in every study").fill("7")
    assert page.get_by_role("status").inner_text() == "Person 7"
    lines = page.locator(".found li")
    assert lines.count() == 2
    assert re.fullmatch(
        r"NCT05631717: (✓ eligible|\? open|✗ not eligible)", lines.nth(0).inner_text()
    )
    page.get_by_label("Find a person in every study").fill("12345")
    assert page.get_by_role("status").inner_text() == "nobody has this id"
    page.get_by_label("Find a person in every study").fill("7")
    lines.nth(1).locator("a").click()
    assert page.url == (site / "report" / f"{COHORTS}.html").as_uri()
    page.close()


def test_rows_are_found_and_sorted(browser: Browser, site: Path) -> None:
    page = opened(browser, site / "report" / f"{STUDY}.html")
    table = page.locator("table.worklist")
    persons = table.locator("tbody th")
    shown = persons.all_inner_texts()
    page.get_by_label("Find a person in this table").fill(shown[3])
    assert shown[3] in persons.filter(visible=True).all_inner_texts()
    assert persons.filter(visible=True).count() < len(shown)
    page.get_by_label("Find a person in this table").fill("")
    assert persons.filter(visible=True).count() == len(shown)
    head = table.locator("thead th").first
    head.get_by_role("button").click()
    assert persons.all_inner_texts() == sorted(shown, key=int)
    assert head.get_attribute("aria-sort") == "ascending"
    head.get_by_role("button").focus()
    page.keyboard.press("Enter")
    assert persons.all_inner_texts() == sorted(shown, key=int, reverse=True)
    steps = page.locator("table.steps").first
    steps.get_by_role("button", name="excluded").click()
    counts = [
        int(text.replace(",", "")) for text in steps.locator("td:nth-child(5)").all_inner_texts()
    ]
    assert counts == sorted(counts)
    page.close()


def test_parts_fold_and_the_top_is_near(browser: Browser, site: Path) -> None:
    page = opened(browser, site / "report" / f"{STUDY}-explained.html")
    folds = page.locator("main details")
    assert folds.count() > 3
    page.get_by_role("button", name="Open all parts").click()
    assert page.locator("main details:not([open])").count() == 0
    page.get_by_role("button", name="Fold all parts").click()
    assert page.locator("main details[open]").count() == 0
    page.get_by_role("link", name="Back to the top").click()
    assert page.evaluate("() => window.scrollY") == 0
    page.close()


def test_everything_reads_without_the_script(browser: Browser, site: Path) -> None:
    page = opened(browser, site / "report" / "index.html", script=False)
    assert page.locator("button, input").count() == 0
    assert "Not a medical device." in page.locator("header").inner_text()
    assert "What to do next" in page.locator("main").inner_text()
    page.get_by_role("navigation", name="Report").get_by_role("link", name="NCT05631717").click()
    rows = page.locator("table.worklist tbody tr")
    assert rows.count() == rows.filter(visible=True).count() == 100
    page.get_by_role("link", name="Criteria", exact=True).click()
    fold = page.locator("main details").first
    fold.locator("summary").click()
    assert fold.locator("table").is_visible()
    page.close()


def test_no_word_is_cut(browser: Browser, site: Path) -> None:
    """What is shortened ends between two words of what it shortens."""
    page = opened(browser, site / "report" / f"{STUDY}.html")
    short = [text for text in page.locator("svg text").all_text_contents() if text.endswith("…")]
    whole = page.locator("table.steps").first.inner_text()
    assert short
    for text in short:
        words = text.removesuffix("…").split(" ", 1)[1]
        assert re.search(rf"{re.escape(words)}\W", whole.replace("\n", " ")), text
    page.close()
