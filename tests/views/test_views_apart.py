"""Domain packages know no view, and the table of views holds what it says."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import remit
from remit.protocol import protocol_named
from remit.registry import fixture_pages
from remit.views.json.published import PUBLISHED
from remit.views.kinds import VIEWS, name_of, named, view_named
from remit.views.notebook import notebook_html

SOURCE = Path(remit.__file__).parent
DOMAIN = (
    "registry", "facts", "criteria", "instruments", "protocol", "screening", "followup",
    "endpoints", "analysis", "simulate",
)  # fmt: skip
VIEWING = ("rich", "jinja2", "html", "remit.views")
# What a page says is read; nothing is shown with it.
READING = ("html.unescape", "html.entities")


def in_a_notebook(shown: Any) -> str:
    """What a notebook shows: the method is attached from above, so no type declares it."""
    html = shown._repr_html_()
    assert isinstance(html, str)
    return html


def _imported(tree: ast.AST) -> Iterator[str]:
    """Every module that a file names in an import, at its top or inside a function."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _files(package: str) -> list[Path]:
    return sorted((SOURCE / package).rglob("*.py"))


@pytest.mark.parametrize("package", [name for name in DOMAIN if (SOURCE / name).is_dir()])
def test_a_domain_package_imports_no_view(package: str) -> None:
    for path in _files(package):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for module in _imported(tree):
            if any(f"{module}.".startswith(f"{name}.") for name in READING):
                continue
            found = [name for name in VIEWING if f"{module}.".startswith(f"{name}.")]
            assert not found, f"{path.relative_to(SOURCE)} imports {module}"
        names = [node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        assert "_repr_html_" not in names, path


def test_the_walk_finds_an_import_wherever_it_stands() -> None:
    text = "def f():\n    from remit.views import words\n    import rich.table\n"
    assert list(_imported(ast.parse(text))) == ["remit.views.words", "rich.table"]


@pytest.mark.parametrize("package", ["protocol", "screening"])
def test_the_two_circles_are_gone(package: str) -> None:
    """By all imports, also those inside functions and those for annotations only."""
    needs: dict[str, set[str]] = {}
    for path in _files(package):
        module = ".".join(("remit", *path.relative_to(SOURCE).with_suffix("").parts))
        needs[module] = set(_imported(ast.parse(path.read_text(encoding="utf-8"))))
    needs = {
        module: {other for other in needs for name in used if f"{name}.".startswith(f"{other}.")}
        for module, used in needs.items()
        if not module.endswith("__init__")
    }
    while needs:
        free = [module for module, used in needs.items() if not used & needs.keys()]
        assert free, f"a circle among {', '.join(sorted(needs))}"
        for module in free:
            del needs[module]


@pytest.mark.parametrize("path", VIEWS)
def test_each_type_has_its_views(path: str) -> None:
    kind = named(path)
    assert isinstance(kind, type)
    assert name_of(kind) == path, "the name under which its module defines it"
    views = VIEWS[path]
    found = [views.terminal, views.notebook, views.json, views.markdown]
    assert any(found)
    for name in filter(None, found):
        view = view_named(name)
        assert callable(view)
        hints = typing.get_type_hints(view)
        assert hints[next(iter(inspect.signature(view).parameters))] is kind, name


def test_each_page_of_json_is_published() -> None:
    made = {typing.get_type_hints(view_named(v.json))["return"] for v in VIEWS.values() if v.json}
    assert made <= set(PUBLISHED.values())


def test_notebooks_show_what_the_functions_return() -> None:
    record = remit.read_page(fixture_pages()[0])
    card = remit.score("sledai_2k", {"seizure": "present", "platelets": "90 10*9/L"})
    for shown in (record, remit.link_pages([record])[0], remit.open_protocol("nct06167174"), card):
        html = in_a_notebook(shown)
        assert html == notebook_html(shown)
        assert "<table>" in html


def test_a_notebook_table_escapes_what_it_shows() -> None:
    protocol = protocol_named("nct06167174").model_copy(update={"title": "<script>'"})
    assert "<b>NCT06167174</b> &lt;script&gt;&#39;" in notebook_html(protocol)


def test_a_type_without_a_table_is_refused() -> None:
    with pytest.raises(LookupError, match="int has no table"):
        notebook_html(1)


def test_what_reads_a_page_waits_for_no_engine_and_no_view() -> None:
    late = ("rich", "jinja2", "pydantic", "pyarrow", "duckdb", "numpy")
    code = (
        "import sys, remit\n"
        "assert not [m for m in sys.modules if m.startswith('remit.')]\n"
        "from remit.registry import fixture_pages\n"
        "remit.read_page(fixture_pages()[0])\n"
        f"print([name for name in {late} if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_a_dataset_is_shown_where_it_is_opened(tmp_path: Path) -> None:
    remit.simulate_facts(tmp_path / "d", persons=2, seed=1)
    facts = remit.open_facts(tmp_path / "d")
    html = in_a_notebook(facts)
    assert '<td>person</td><td style="text-align:right">2</td>' in html
    assert f"data cut {facts.data_cut}" in html
