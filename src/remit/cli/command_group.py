"""Commands that end well: each kind of error is a message and an exit code, never a traceback."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from io import StringIO
from pathlib import Path

import click

from remit.cli.printer import print_error, print_text
from remit.errors import OutputError, RemitError

STOPPED = 130  # as a shell says of a program that was stopped with Ctrl-C
UNFORESEEN = 70  # EX_SOFTWARE of sysexits.h: a fault of the program itself
OUTPUTS = "remit.outputs"  # where a context keeps the paths that its command writes to
WHOLE = "REMIT_TRACEBACK"
_WHOLE_SENTENCE = 1_000  # characters
_ROOT = Path(__file__).parents[2]


class ListedGroup(click.Group):
    """A group that lists its commands with their sentences whole."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click's own, which cuts a sentence at the width of the terminal."""
        listed = ((name, self.get_command(ctx, name)) for name in self.list_commands(ctx))
        rows = [
            (name, command.get_short_help_str(limit=_WHOLE_SENTENCE))
            for name, command in listed
            if command is not None and not command.hidden
        ]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


class CommandGroup(ListedGroup):
    """A group whose commands end with the exit code of the kind of error."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except click.ClickException as error:
            said = StringIO()
            error.show(said)
            print_text(said.getvalue(), err=True, nl=False)
            ctx.exit(error.exit_code)
        except click.exceptions.Exit:
            raise
        except (KeyboardInterrupt, click.Abort):
            _tell_stopped(ctx)
            ctx.exit(STOPPED)
        except RemitError as error:
            print_error(error)
            ctx.exit(error.exit_code)
        except Exception as error:
            # The border: a traceback would print messages of libraries, which hold patients'
            # values, and end with no exit code of ours. Nothing goes on: the command ends here.
            if isinstance(error, OSError) and error.filename is None:
                _end_printing(ctx, error)
            if os.environ.get(WHOLE):
                raise
            print_error(_unforeseen(error))
            ctx.exit(UNFORESEEN)


def _tell_stopped(context: click.Context) -> None:
    """Which outputs of the command are whole, and which are not there."""
    outputs: list[Path] = context.meta.get(OUTPUTS, [])
    print_text("\nstopped", err=True)
    for path in outputs:
        print_text(f"{'kept' if os.path.lexists(path) else 'not written'}: {path}", err=True)


def _end_printing(context: click.Context, error: OSError) -> None:
    """Files are named in their errors; without a name it is what we print to."""
    if error.errno == errno.EPIPE:
        raise error  # a pipe that was closed is no error: click ends quietly
    print_error(OutputError(
        "the result cannot be printed",
        expected="a terminal, a pipe or a file with room",
        got=error.strerror or type(error).__name__,
        next_step="check the free space, or write elsewhere",
    ))  # fmt: skip
    # Nothing more can go there; else the interpreter would try once more at its end.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    context.exit(OutputError.exit_code)


def _unforeseen(error: BaseException) -> RemitError:
    """Its kind and where it happened, without its message: libraries put values there."""
    kinds, lines, at = list[str](), list[str](), error
    while True:
        kinds.append(type(at).__name__)
        frames = traceback.extract_tb(at.__traceback__)
        lines += [f"  {_place(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]
        before = at.__cause__ or (None if at.__suppress_context__ else at.__context__)
        if before is None:
            break
        at = before
        lines.append(f"  after {type(at).__name__}:")
    return RemitError(
        f"Remit met what it did not foresee: {', after '.join(kinds)}",
        excerpt="\n".join(lines),
        got="a message that is left out here, since it may hold a patient's value",
        next_step=f"report the lines above; {WHOLE}=1 shows the message, on your own screen",
    )


def _place(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name
