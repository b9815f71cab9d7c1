"""Pages of the documentation that come with Remit, and their sections."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from pathlib import Path

# An editable install has the page where it is written; a wheel has its copy (pyproject.toml).
_CHECKOUT = Path(__file__).resolve().parents[3] / "docs/reference"


def packaged_page(name: str) -> str:
    """The Markdown of a page, from the checkout where there is one."""
    written = _CHECKOUT / f"{name}.md"
    if written.is_file():
        return written.read_text(encoding="utf-8")
    held = resources.files("remit").joinpath("documentation", f"{name}.md")
    return held.read_text(encoding="utf-8")


def topics_of(page: str) -> Iterator[str]:
    """The headings of a page below its title, in order.

    >>> list(topics_of("# Page\\n## Doses\\n### A dose a week"))
    ['Doses', 'A dose a week']
    """
    return (title for _, level, title in _headings(page.splitlines()) if level > 1)


def section_of(page: str, topic: str) -> str | None:
    """The section with this heading and all below it, in any case of letters; None where none is.

    >>> section_of("# Page\\n## Doses\\nText.\\n## Events\\nMore.", "doses")
    '## Doses\\nText.'
    """
    lines = page.splitlines()
    headings = list(_headings(lines))
    for place, (line, level, title) in enumerate(headings):
        if title.casefold() == topic.casefold():
            after = (at for at, depth, _ in headings[place + 1 :] if depth <= level)
            return "\n".join(lines[line : next(after, len(lines))]).rstrip()
    return None


def _headings(lines: list[str]) -> Iterator[tuple[int, int, str]]:
    """The line, level and words of each heading; lines in blocks of code are none."""
    fenced = False
    for number, line in enumerate(lines):
        fenced ^= line.startswith("```")
        marks = len(line) - len(line.lstrip("#"))
        if marks and not fenced and line[marks : marks + 1] == " ":
            yield number, marks, line[marks:].strip()
