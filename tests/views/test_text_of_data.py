"""Text of data reaches a terminal with its control characters made visible, never acting."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from remit.protocol import protocol_named
from remit.registry import fixture_pages, read_text
from remit.views.terminal.plain_tables import Visible, columns_table, written
from remit.views.terminal.protocols import describe_protocol
from remit.views.terminal.registry_entries import describe_record

EVIL = "\x1b]0;OWNED\x07\x1b[31m\u202e"


def test_a_view_prints_no_escape_of_its_data() -> None:
    table = columns_table("name")
    table.add_row(Text(f"lupus{EVIL}"))
    console = Console(width=80, force_terminal=False)
    with console.capture() as capture:
        console.print(Visible(table))
    assert "\x1b" not in capture.get()
    assert "\u202e" not in capture.get()
    assert "lupus�" in capture.get()
    assert written(table, width=80) == capture.get()


def test_a_view_keeps_its_own_colours() -> None:
    console = Console(width=80, force_terminal=True, color_system="standard")
    with console.capture() as capture:
        console.print(Visible(Text("met", style="bold red")))
    assert capture.get() == "\x1b[1;31mmet\x1b[0m\n"


def test_what_lines_of_text_say_is_visible_too() -> None:
    page = fixture_pages()[0].read_text(encoding="utf-8").replace("lupus", f"lupus{EVIL}")
    protocol = protocol_named("nct06167174").model_copy(update={"title": EVIL})
    for text in (describe_record(read_text(page, "x")), describe_protocol(protocol)):
        assert "\x1b" not in text
        assert "\u202e" not in text
