"""The documentation site: it builds strictly, links lead somewhere, and it needs no network."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import remit

ROOT = Path(__file__).resolve().parents[2]
LOADED = re.compile(
    r"""<script[^>]+src=["']?https?:|<link[^>]+rel=["']?(?:stylesheet|preconnect)[^>]+https?:"""
    r"""|<img[^>]+src=["']?https?:|@import[^;]+https?:""",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT, env={**os.environ, "NO_MKDOCS_2_WARNING": "1"}, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stderr
    return folder


def test_every_page_is_built(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix("") for path in ROOT.glob("docs/**/*.md")}
    for page in pages:
        name = page.with_name("index") if page.name == "README" else page
        assert (site / f"{name}.html").is_file(), page


def test_nothing_is_loaded_from_elsewhere(site: Path) -> None:
    for path in (*site.rglob("*.html"), *site.rglob("*.css")):
        found = LOADED.search(path.read_text(encoding="utf-8"))
        assert found is None, (path.relative_to(site), found)


def test_the_public_functions_are_told_from_their_docstrings(site: Path) -> None:
    page = (site / "reference/python.html").read_text(encoding="utf-8")
    for name in remit.__all__:
        if not name.startswith("__"):
            assert f'id="remit.{name}"' in page, name
    assert "DatasetError" in page
    # Examples are blocks of code; their prompts are no quotations.
    assert page.count('<span class="gp">') > 3
    assert "<blockquote>" not in page


def test_search_works_from_a_file(site: Path, browser: Browser) -> None:
    """Without a server, and without a request to one."""
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto((site / "reference/python.html").as_uri())
    page.locator("input.md-search__input").click()
    page.keyboard.type("proteinuria")
    page.locator(".md-search-result__item").first.wait_for(state="attached")
    page.close()
    assert [url for url in asked if not url.startswith("file:")] == []


def test_first_steps_come_first(site: Path) -> None:
    front = (site / "index.html").read_text(encoding="utf-8")
    sections = re.findall(r'<a href="(tutorial|how-to|reference|decisions)/', front)
    assert list(dict.fromkeys(sections)) == ["tutorial", "how-to", "reference", "decisions"]
