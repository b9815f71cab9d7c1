"""The templates of the page: HTML through Jinja2, with every text escaped."""

from __future__ import annotations

from functools import cache
from html import escape

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from remit.terminal import visible_text


def rendered(template: str, **values: object) -> Markup:
    """A template of `templates/` filled in; only what is `Markup` already is put in as it is."""
    return Markup(_environment().get_template(template).render(values))


def escaped(value: object) -> Markup:
    """Text as markup: escaped, with control and direction characters made visible.

    >>> escaped('a "b" <c>')
    Markup('a &quot;b&quot; &lt;c&gt;')
    """
    if isinstance(value, Markup):
        return value
    return Markup(escape(visible_text(str(value))))


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("remit.report"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=escaped,
        trim_blocks=True,
        lstrip_blocks=True,
    )
