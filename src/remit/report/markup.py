"""What pages and figures are made of: templates filled in, and the simplest parts of an SVG.

Every text is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files
from math import ceil, floor, log10

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
def packaged_text(name: str) -> str:
    """A file of `templates/` as it is."""
    return files("remit.report").joinpath("templates", name).read_text(encoding="utf-8")


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


def element(tag: str, *children: str, **attributes: str) -> Markup:
    """An element. A trailing `_` of an attribute's name is dropped, other `_` become `-`.

    >>> element("text", "a < b", class_="note")
    Markup('<text class="note">a &lt; b</text>')
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escaped(value)}"'
        for name, value in attributes.items()
    )
    inner = "".join(map(escaped, children))
    return Markup(f"<{tag}{written}>{inner}</{tag}>")


def plain(number: float) -> str:
    """A coordinate without superfluous digits.

    >>> plain(12.0), plain(1 / 3)
    ('12', '0.333')
    """
    return f"{number:.3f}".rstrip("0").rstrip(".")


def rect(
    x: float, y: float, width: float, height: float, style: str, *, round_: float = 0
) -> Markup:
    numbers = {"x": x, "y": y, "width": width, "height": height}
    written = {key: plain(value) for key, value in numbers.items()}
    if round_:
        written["rx"] = plain(round_)
    return element("rect", class_=style, **written)


def words(
    x: float, y: float, text: str, *, size: float = 11, anchor: str = "start", style: str = "",
    bold: bool = False,
) -> Markup:  # fmt: skip
    """A line of text; nothing wraps in SVG."""
    return element(
        "text",
        text,
        x=plain(x),
        y=plain(y),
        text_anchor=anchor,
        font_size=plain(size),
        font_weight="600" if bold else "400",
        class_=style,
    )


def path(d: str, style: str) -> Markup:
    return element("path", d=d, class_=style)


def circle(x: float, y: float, radius: float, style: str) -> Markup:
    return element("circle", cx=plain(x), cy=plain(y), r=plain(radius), class_=style)


def hatching(name: str) -> Markup:
    """A ground of oblique lines for what is not known; used as `fill="url(#name)"`."""
    lines = path("M-1,1 l2,-2 M0,6 l6,-6 M5,7 l2,-2", "hatch")
    ground = rect(0, 0, 6, 6, "f-page")
    pattern = element(
        "pattern",
        ground,
        lines,
        id=name,
        width="6",
        height="6",
        patternUnits="userSpaceOnUse",
    )
    return element("defs", pattern)


def hatched(x: float, y: float, width: float, height: float, name: str) -> Markup:
    numbers = {"x": x, "y": y, "width": width, "height": height}
    written = {key: plain(value) for key, value in numbers.items()}
    return element("rect", fill=f"url(#{name})", class_="open-edge", **written)


def figure(
    name: str,
    *,
    title: str,
    description: str,
    drawn: Iterable[str],
    size: tuple[float, float],
    style: str = "",
    margin: float = 0,
) -> Markup:
    """An SVG that says what it shows; `name` is unique on the page."""
    width, height = (plain(number + 2 * margin) for number in size)
    corner = plain(-margin) if margin else "0"
    return element(
        "svg",
        element("title", title, id=f"{name}-title"),
        element("desc", description, id=f"{name}-desc"),
        *drawn,
        viewBox=f"{corner} {corner} {width} {height}",
        width=width,
        height=height,
        role="img",
        aria_labelledby=f"{name}-title {name}-desc",
        class_=f"figure {style}".strip(),
    )


def axis_step(highest: float, *, most: int = 3, whole: bool = False) -> float:
    """The step between ticks of an axis from 0: 1, 2, 2.5 or 5 times a power of ten.

    Args:
        most: how many steps at most.
        whole: without 2.5, for counts and points.

    >>> axis_step(2.4), axis_step(97), axis_step(0.3)
    (1.0, 50.0, 0.1)
    """
    if highest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(highest))
    factors = (1, 2, 5) if whole else (1, 2, 2.5, 5)
    steps = [factor * power * scale for scale in (0.1, 1.0) for factor in factors]
    return next(step for step in steps if ceil(highest / step - 1e-9) <= most)
