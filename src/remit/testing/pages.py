"""A registry page that is a text in a test."""

from __future__ import annotations

from remit.registry import Record, read_text


def read_page_text(text: str, *, name: str = "page") -> Record:
    """The record of the text of a registry page; its format is recognised.

    Args:
        name: what errors call the page.

    Raises:
        PageError: the format is not known, or the text breaks it.

    >>> from remit.registry import fixture_pages
    >>> page = next(page for page in fixture_pages() if page.stem == "umin")
    >>> read_page_text(page.read_text("utf-8")).format
    'umin'
    """
    return read_text(text, name)
