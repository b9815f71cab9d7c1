"""Results as tables in a notebook: `_repr_html_`, attached to the types from here.

The functions of `remit` attach it. Whoever calls the packages below directly imports this package
and calls `attach_loaded()`.
"""

from __future__ import annotations

import sys
from typing import Protocol, cast

from remit.views.kinds import VIEWS, name_of, named, view_named

# What a notebook calls. The types declare no such method, since they know of no view.
METHOD = "_repr_html_"


class _View(Protocol):
    def __call__(self, shown: object, /) -> str: ...


def notebook_html(shown: object) -> str:
    """A result as small HTML, every text escaped.

    Raises:
        LookupError: its type has no such view.
    """
    views = VIEWS.get(name_of(type(shown)))
    if views is None or views.notebook is None:
        raise LookupError(f"{type(shown).__name__} has no table for a notebook")
    return cast(_View, view_named(views.notebook))(shown)


def attach_loaded() -> None:
    """Let a notebook show the types of the table whose modules are loaded; others wait."""
    for path, views in VIEWS.items():
        if views.notebook is not None and path.rpartition(".")[0] in sys.modules:
            setattr(named(path), METHOD, notebook_html)
