"""People read the words of the glossary; older words stay in states, files and the language."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from remit.cli import main
from remit.facts.opened import Facts
from remit.protocol import packaged_protocols, protocol_named

ROOT = Path(__file__).resolve().parents[2]
GLOSSARY = ROOT / "docs" / "reference" / "glossary.md"
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs" / "how-to").glob("*.md")),
    *sorted((ROOT / "docs" / "tutorial").glob("*.md")),
    *sorted((ROOT / "docs" / "reference").rglob("*.md")),
]
# Old word -> the word of the glossary.
OLD = {
    r"attest\w*": "signed",
    r"gates?": "condition",
    r"standings?": "status",
    r"our words": "criterion",
}
_OLD = re.compile(rf"(?<![\w`$-])(?:{'|'.join(OLD)})(?![\w`-]|\.\w)", re.IGNORECASE)


def old_words(text: str) -> list[str]:
    """The old words of a text, each with what stands around it."""
    return [text[max(0, at.start() - 40) : at.end() + 30] for at in _OLD.finditer(text)]


def prose(page: str) -> str:
    """A page without its code, which has names of files, states and the language."""
    page = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]*`", "", page)


def without_expressions(text: str) -> str:
    """A text without what the language says: `attested NAME`."""
    names = {name for study in packaged_protocols() for name in protocol_named(study).attestations}
    return re.sub(rf"\battested\s+(?:{'|'.join(sorted(names))})\b", "", text)


def test_the_pattern_finds_what_it_is_for() -> None:
    assert len(old_words("An attested gate and its standing, in our words.")) == 4
    assert old_words("needs_attestation, standings.parquet, delegates, outstanding, gate_id") == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_no_page_has_an_old_word(page: Path) -> None:
    assert old_words(prose(page.read_text(encoding="utf-8"))) == []


def commands(group: click.Group, *before: str) -> Iterator[tuple[str, ...]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *before, name)
        else:
            yield (*before, name)


@pytest.mark.parametrize("words", list(commands(main)), ids=" ".join)
def test_no_help_has_an_old_word(words: tuple[str, ...]) -> None:
    assert old_words(CliRunner().invoke(main, [*words, "--help"]).output) == []


def test_nothing_that_is_shown_of_a_study_has_an_old_word(
    tmp_path: Path, cohort_of: Callable[[int, int], Facts]
) -> None:
    facts = str(cohort_of(400, 1).folder)
    calls: list[tuple[str, ...]] = [
        ("screen", "nct06167174", "--facts", facts),
        ("screen", "umin000042298", "--facts", facts, "--format", "csv"),
        *(("explain", "nct06167174", str(person), "--facts", facts) for person in (3, 14, 50)),
        ("adjudicate", "nct05631717", "--facts", facts),
        ("adjudicate", "nct05631717", "--facts", facts, "--persons"),
        ("adjudicate", "nct05631717", "--facts", facts, "--definition", "all", "--compare"),
        ("protocol", "show", "nct06904729"),
        ("protocol", "list"),
        ("score", "sledai-2k", "--describe"),
    ]
    for call in calls:
        ran = CliRunner().invoke(main, call)
        assert ran.exit_code == 0, ran.output
        assert old_words(without_expressions(ran.output)) == [], call
    page = tmp_path / "report.html"
    ran = CliRunner().invoke(main, ["report", "--facts", facts, "--out", str(page)])
    assert ran.exit_code == 0, ran.output
    bare = re.sub(
        r"<(style|script)\b.*?</\1>|<[^>]*>", " ", page.read_text("utf-8"), flags=re.DOTALL
    )
    assert old_words(without_expressions(html.unescape(bare))) == []


def test_the_glossary_says_each_word_once() -> None:
    words = re.findall(r"^\| \*\*(.+?)\*\* \|", GLOSSARY.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) == len(set(words))
    assert set(OLD.values()) <= set(words)
