"""The order of the site's sections, first steps first, and their titles.

Pages are found in the folders of docs/.
"""

from __future__ import annotations

import re

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

ORDER = ("Tutorial", "How to", "Reference", "Decisions")


def on_nav(nav: Navigation, config: MkDocsConfig, files: Files) -> Navigation:
    """Sections in the order of reading; the front page stays first."""
    places = {title: place for place, title in enumerate(ORDER)}
    nav.items.sort(key=lambda item: places.get(str(item.title), -1))
    return nav


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """The page without the comment at its head: a title is read from the first line."""
    return re.sub(r"\A\s*<!--.*?-->\s*", "", markdown, flags=re.DOTALL)
