"""What the build adds to `pyproject.toml`: the README with absolute links, for an index page.

A README links to files beside it; an index shows it without them. Links within the page stay.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)\s]+)\)")


def absolute_links(text: str, *, source: str, version: str) -> str:
    """The Markdown with each link to a file below the address `source`, as of a version."""

    def absolute(found: re.Match[str]) -> str:
        picture, label, target = found.groups()
        if re.match(r"[a-z]+:|#", target):
            return found.group()
        kind = "raw" if picture else "blob"
        return f"{picture}[{label}]({source}/{kind}/v{version}/{target})"

    return _LINK.sub(absolute, text)


class ReadmeHook(MetadataHookInterface):  # type: ignore[misc] - hatchling has no types here
    """The README as the long description."""

    def update(self, metadata: dict[str, Any]) -> None:
        text = Path(self.root, "README.md").read_text(encoding="utf-8")
        links = absolute_links(text, source=metadata["urls"]["Source"], version=metadata["version"])
        metadata["readme"] = {"content-type": "text/markdown", "text": links}
