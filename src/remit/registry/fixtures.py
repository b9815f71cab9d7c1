"""The pages that come with the package: invented trials in every format."""

from __future__ import annotations

from pathlib import Path

FOLDER = Path(__file__).parent / "fixtures"


def fixture_pages() -> tuple[Path, ...]:
    """The packaged pages, sorted by file name. Every trial and person on them is invented."""
    return tuple(sorted(p for p in FOLDER.iterdir() if p.suffix in (".txt", ".json")))
