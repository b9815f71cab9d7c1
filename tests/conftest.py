"""Fixtures shared by all tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the real registry pages and data, beside the checkout."""
    folder = ROOT.parent / "shared"
    if not (folder / "pages").is_dir():
        reason = "the real pages and data are not beside the checkout"
        if os.environ.get("REMIT_REQUIRE_SHARED") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
