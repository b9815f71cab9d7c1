from __future__ import annotations

from collections.abc import Callable

import pytest

from remit.registry import Record, fixture_pages, read_page


@pytest.fixture
def fixture_record() -> Callable[[str], Record]:
    """Reads the packaged page of that stem."""

    def read(stem: str) -> Record:
        return read_page(next(page for page in fixture_pages() if page.stem == stem))

    return read
