"""Examples of docstrings as blocks of code: Markdown would read their prompts as quotations."""

from __future__ import annotations

import re
from typing import Any

import griffe

_EXAMPLE = re.compile(r"(?:^|\n\n)((?:>>> .*)(?:\n(?!\n).+)*)")


class FencedExamples(griffe.Extension):
    """Fences each example of a docstring."""

    def on_object(self, *, obj: griffe.Object, **_: Any) -> None:
        _fence(obj)

    def on_package(self, *, pkg: griffe.Module, **_: Any) -> None:
        _fence(pkg)


def _fence(obj: griffe.Object) -> None:
    if obj.docstring is not None and "```" not in obj.docstring.value:
        obj.docstring.value = _EXAMPLE.sub(
            lambda found: f"\n\n```pycon\n{found.group(1)}\n```", obj.docstring.value
        )
