"""How commands print: the one border between what files say and a terminal.

Nothing else in Remit writes to a terminal; `tests/cli/test_terminal_border.py` holds every command
to it with poisoned files.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from remit.errors import RemitError
from remit.terminal import WAITS, one_line, visible_text

if TYPE_CHECKING:
    from rich.console import RenderableType

    from remit.views.json import Json


def print_text(text: str = "", *, err: bool = False, nl: bool = True) -> None:
    """Print text, with what would act on a terminal made visible."""
    click.echo(visible_text(text), err=err, nl=nl)


def print_error(error: RemitError) -> None:
    # https://no-color.org: any value that is not empty.
    colour = None if os.environ.get("NO_COLOR") else "red"
    click.echo(
        f"{click.style('error', fg=colour, bold=True)}: {visible_text(str(error))}", err=True
    )


def print_json(value: Json) -> None:
    from remit.views.json import json_text

    click.echo(json_text(value))


def print_view(view: RenderableType) -> None:
    from rich.console import Console

    from remit.views.terminal.plain_tables import Visible

    # Brackets and colons of data are text: no markup, no pictures.
    Console(markup=False, emoji=False).print(Visible(view))


SILENT = 2.0  # seconds that work may last before a line says what is done
AGAIN = 30.0


@contextmanager
def working(what: str) -> Iterator[Callable[[str], None]]:
    """Say on the error channel what is being done, and for how long it has been.

    A terminal shows it at once. Elsewhere a line is printed when the work has lasted two seconds,
    and then every half minute.
    """
    if not sys.stderr.isatty():
        with _lines(what) as say:
            yield say
        return
    from rich.console import Console

    console = Console(stderr=True, markup=False, emoji=False)
    before = threading.enumerate()
    with console.status(one_line(what)) as status:
        for thread in threading.enumerate():
            if thread not in before:
                thread.name = WAITS
        yield lambda words: status.update(one_line(words))


@contextmanager
def _lines(what: str) -> Iterator[Callable[[str], None]]:
    """Lines for a file or a pipe, from a thread that ends with the block."""
    doing, done, begun = [what], threading.Event(), time.monotonic()

    def tell() -> None:
        wait = SILENT
        while not done.wait(wait):
            print_text(f"{one_line(doing[-1])} ({time.monotonic() - begun:.0f} s)", err=True)
            wait = AGAIN

    teller = threading.Thread(target=tell, name=WAITS, daemon=True)
    teller.start()
    try:
        yield doing.append
    finally:
        done.set()
        teller.join()
