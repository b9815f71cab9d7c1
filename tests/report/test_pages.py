"""Pages hold what fits, lead to each other, and call persons as their source does."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

import pytest
from markupsafe import Markup

from remit.report import edition, render_file
from remit.report.edition import compose_report, render_folder
from remit.report.pages import (
    MOST_NODES,
    PagePart,
    ReportPage,
    fitting,
    joined_links,
    light_pages,
    places_of,
)
from remit.screening import explain_persons, screen_dataset
from remit.screening.worklist import worklist_rows
from remit.testing import small_facts
from report.by_hand import people, study
from report.edition import folder


def part(kind: str, nodes: int, *, turn: int = 0, brief: int | None = None) -> PagePart:
    """A part of so many elements."""
    short = None if brief is None else Markup("<p></p>") * brief
    return PagePart(kind, Markup("<p></p>") * nodes, turn, Markup(short) if short else None)


def page(name: str, *parts: PagePart) -> ReportPage:
    return ReportPage(name, f"Title of {name}", name, name, parts)


def kinds(pages: tuple[ReportPage, ...]) -> dict[str, list[tuple[str, int]]]:
    return {one.name: [(part.kind, part.turn) for part in one.parts] for one in pages}


def test_one_file_holds_what_matters_most() -> None:
    index = page("index", part("answer", 100))
    first = page("a", part("status", 10), part("worklist", 3000, brief=20), part("reasons", 10))
    verdicts = page("a-verdicts", part("verdicts", 7800), part("verdicts", 10, turn=1))
    chosen, out = fitting([index, first, verdicts])
    assert kinds(chosen) == {
        "index": [("answer", 0)],
        "a": [("status", 0), ("worklist", 0), ("reasons", 0)],
        "a-verdicts": [("verdicts", 1)],
    }
    assert chosen[1].parts[1].size[1] == 20
    assert out == ("verdicts",)


def test_a_kind_is_there_for_every_study_or_for_none() -> None:
    one = page("a", part("status", 10), part("attrition", 4000))
    two = page("b", part("status", 10), part("attrition", 4000), part("reasons", 10))
    chosen, out = fitting([one, two])
    assert kinds(chosen) == {"a": [("status", 0)], "b": [("status", 0), ("reasons", 0)]}
    assert out == ("attrition",)


def test_a_page_that_is_too_heavy_is_several() -> None:
    heavy = page("a", *(part("verdicts", 3000) for _ in range(4)))
    pages = light_pages([heavy, page("b", part("status", 1))])
    assert [one.name for one in pages] == ["a", "a-more-2", "b"]
    assert [one.title for one in pages][:2] == ["Title of a", "Title of a (2 of 2)"]
    assert all(sum(part.size[1] for part in one.parts) <= MOST_NODES for one in pages)
    assert sum(len(one.parts) for one in pages) == 5


def test_links_name_the_file_where_it_is_another() -> None:
    html = Markup('<a href="#here">x</a><a href="#there" title="t">y</a><a href="#gone">z</a>')
    places = places_of(
        [
            page("one", PagePart("status", Markup('<p id="here"></p>'))),
            page("two", PagePart("status", Markup('<p id="there"></p>'))),
        ]
    )
    assert joined_links(html, here="one", places=places) == (
        '<a href="#here">x</a><a href="two.html#there" title="t">y</a>z'
    )
    assert joined_links(html, here="", places=places) == (
        '<a href="#here">x</a><a href="#there" title="t">y</a>z'
    )


def test_persons_are_called_as_they_came(tmp_path: Path) -> None:
    names = {1: "LN-007", 2: "LN-<8>"}
    facts = people(tmp_path / "d", 2, names=names)
    screening = screen_dataset(study(), facts)
    report = compose_report(
        [screening],
        explained={"T-1": explain_persons(screening, (1, 2))},
        worklists={"T-1": worklist_rows(screening)},
        title="R",
    )
    pages = render_folder(report)
    assert ">Person LN-007</h3>" in pages["t1-explained.html"]
    for table in ("t1.html", "t1-verdicts-1.html"):
        rows = re.findall(r'<th scope="row">([^<]*)</th>', pages[table])
        assert {"LN-007", "LN-&lt;8&gt;"} <= set(rows), table
    assert '"persons":["LN-007","LN-\\u003c8>"]' in pages["index.html"]
    assert "LN-007" in render_file(report)


@pytest.mark.parametrize("smallest", [0, 3])
def test_nobody_with_a_day_of_screening_is_a_headline(smallest: int) -> None:
    row = {"concept": "platelets", "date": "2024-03-01", "number": "100", "unit": "10*9/L"}
    rows = [{"person_id": who, **row} for who in range(1, 10)]
    screening = screen_dataset(study(), small_facts(rows, data_cut=date(2024, 6, 30)))
    index = folder([screening], smallest=smallest)["index.html"]
    head = index.partition("<table")[0]
    told = "9 of 9 persons have no screening date: their criteria cannot be answered."
    if smallest:
        told = "Persons have no screening date: their criteria cannot be answered."
    assert told in head
    assert "Give one: remit report t1 --facts DATASET --out FOLDER --screening-date" in head


def test_page_one_says_whom_it_can_look_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    screening = screen_dataset(study(), people(tmp_path / "d", 3))
    assert '"first":' not in folder([screening])["index.html"]
    monkeypatch.setattr(edition, "MOST_FOUND", 2)
    index = folder([screening])["index.html"]
    assert '"persons":["1","2"]' in index
    assert '"first":2' in index
