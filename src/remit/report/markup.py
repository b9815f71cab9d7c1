"""HTML and SVG elements with every text escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from remit.terminal import visible_text


class Html(str):
    """Finished markup; a plain `str` is text and is escaped wherever it is put in."""

    __slots__ = ()


def element(tag: str, *children: str, **attributes: str) -> Html:
    """An element. A trailing `_` of an attribute's name is dropped, other `_` become `-`.

    >>> element("p", "a < b", class_="note")
    '<p class="note">a &lt; b</p>'
    """
    written = "".join(
        f' {name.rstrip("_").replace("_", "-")}="{escape(visible_text(value))}"'
        for name, value in attributes.items()
    )
    return Html(f"<{tag}{written}>{joined(children)}</{tag}>")


def joined(parts: Iterable[str]) -> Html:
    """The parts one after the other, each plain text escaped."""
    return Html(
        "".join(part if isinstance(part, Html) else escape(visible_text(part)) for part in parts)
    )


def hidden(text: str) -> Html:
    """Text for screen readers and for pages without style."""
    return element("span", text, class_="sr")


def table(
    caption: str,
    head: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    kind: str,
    numbers: int = 0,
) -> Html:
    """A table that scrolls sideways by itself; the last `numbers` columns are right-aligned.

    The first column is the row's header. `kind` is its CSS class.
    """
    first_number = len(head) - numbers
    top = joined(
        element("th", name, scope="col", class_="n") if k >= first_number
        else element("th", name, scope="col")
        for k, name in enumerate(head)
    )  # fmt: skip
    body = []
    for row in rows:
        cells = [element("th", row[0], scope="row")]
        for k, cell in enumerate(row[1:], start=1):
            cells.append(
                element("td", cell, class_="n") if k >= first_number else element("td", cell)
            )
        body.append(element("tr", *cells))
    whole = element(
        "table",
        element("caption", element("span", caption)),
        element("thead", element("tr", top)),
        element("tbody", *body),
        class_=kind,
    )
    return scrolling(whole, label=caption)


def scrolling(content: Html, *, label: str) -> Html:
    """A part that can be scrolled by the keyboard where the page is narrow."""
    return element("div", content, class_="scroll", role="group", tabindex="0", aria_label=label)
