"""The contracts of `pyproject.toml` name every library that the sources import."""

from __future__ import annotations

import sys
import tomllib

import grimp

from conftest import ROOT


def test_who_may_import_a_library_is_said_of_each() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    named = {
        library
        for contract in contracts
        if contract["name"].startswith("who may import ")
        for library in contract["forbidden_modules"]
    }
    modules = grimp.build_graph("remit", include_external_packages=True, cache_dir=None).modules
    imported = {module for module in modules if module.split(".")[0] != "remit"}
    assert imported - sys.stdlib_module_names <= named
    # A library that nobody imports today is still one that few may.
    assert len(imported & named) > 5
