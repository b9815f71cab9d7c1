"""The packaged studies against the real registry pages: citations are true, nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from remit.protocol import (
    Assay,
    Criterion,
    Outcome,
    Protocol,
    Visit,
    packaged_protocols,
    protocol_named,
)

pytestmark = pytest.mark.shared

# page -> (first, last line of the eligibility text, lines in it that are headings)
ELIGIBILITY: dict[str, tuple[int, int, set[int]]] = {
    "000": (28, 45, {28, 36}),
    "001": (12, 12, set()),
    "002": (24, 40, {27, 30, 32, 34}),
    "003": (13, 31, {13, 22, 23}),
    "004": (10, 38, {10, 19, 27}),
}


def page_lines(shared: Path, protocol: Protocol, page: str) -> list[str]:
    file = next(p.file for p in protocol.pages if p.page == page)
    return (shared / "pages" / file).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize("name", packaged_protocols())
def test_every_cited_line_exists_and_says_something(name: str, shared: Path) -> None:
    protocol = protocol_named(name)
    items: tuple[Criterion | Outcome | Visit | Assay, ...]
    items = (*protocol.criteria, *protocol.outcomes, *protocol.visits, *protocol.assays)
    for item in items:
        assert item.sources, item.id
        for source in item.sources:
            lines = page_lines(shared, protocol, source.page)
            assert source.first_line is not None
            assert source.last_line is not None
            assert source.last_line <= len(lines)
            assert lines[source.first_line - 1].strip()
            assert lines[source.last_line - 1].strip()


@pytest.mark.parametrize("name", packaged_protocols())
def test_every_line_of_the_eligibility_text_is_cited(name: str, shared: Path) -> None:
    protocol = protocol_named(name)
    for page in protocol.pages:
        lines = page_lines(shared, protocol, page.page)
        first, last, headings = ELIGIBILITY[page.page]
        wanted = {n for n in range(first, last + 1) if lines[n - 1].strip()} - headings
        cited = {
            number
            for criterion in protocol.criteria
            for source in criterion.sources
            if source.page == page.page
            for number in range(source.first_line or 0, (source.last_line or 0) + 1)
        }
        assert wanted <= cited


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", text.lower())


@pytest.mark.parametrize("name", packaged_protocols())
def test_no_sentence_of_a_page_is_copied(name: str, shared: Path) -> None:
    """No eight words in a row of our text stand on the page in that order."""
    protocol = protocol_named(name)
    taken: set[tuple[str, ...]] = set()
    for page in protocol.pages:
        found = words(" ".join(page_lines(shared, protocol, page.page)))
        taken |= {tuple(found[i : i + 8]) for i in range(len(found) - 7)}
    ours = [protocol.title, protocol.summary, *protocol.notes]
    for criterion in protocol.criteria:
        ours += [criterion.text, criterion.interpretation]
    for outcome in protocol.outcomes:
        ours += [outcome.name, outcome.measure, outcome.interpretation]
    for text in ours:
        found = words(text)
        copied = [
            found[i : i + 8] for i in range(len(found) - 7) if tuple(found[i : i + 8]) in taken
        ]
        assert not copied, text
