"""The command line. Commands parse, call one function of a stage and show what it returns.

Stages are imported inside the commands: `remit registry read` must not wait for the query engine.
"""

from __future__ import annotations

import atexit
import gc
import signal
import sys
import threading

import click

from remit.cli.command_group import CommandGroup
from remit.cli.completion import complete_names
from remit.cli.late_commands import LateCommands

# The module of each command. A shell, too, waits for the one that is typed alone.
_COMMANDS = {
    "registry": "remit.cli.registry_commands",
    "facts": "remit.cli.facts_commands",
    "protocol": "remit.cli.protocol_commands",
    "screen": "remit.cli.screening_commands",
    "explain": "remit.cli.screening_commands",
    "score": "remit.cli.score_commands",
    "dose": "remit.cli.score_commands",
    "adjudicate": "remit.cli.response_commands",
    "panel": "remit.cli.response_commands",
    "plan": "remit.cli.analysis_commands",
    "analyze": "remit.cli.analysis_commands",
    "trace": "remit.cli.analysis_commands",
    "design": "remit.cli.analysis_commands",
    "report": "remit.cli.screening_commands",
    "what-if": "remit.cli.what_if_command",
    "referee": "remit.cli.referee_command",
    "omics": "remit.cli.omics_commands",
    "demo": "remit.cli.demo_command",
    "docs": "remit.cli.docs_commands",
}

# Objects after which Python looks for rings of unused ones. Its own 700 makes it walk all modules
# again and again while they are loaded, a tenth of the time of a short command.
RINGS_AFTER = 200_000


@click.group(
    cls=CommandGroup,
    commands=LateCommands(_COMMANDS, complete_names),
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="remit-lupus", prog_name="remit")
def main() -> None:
    """Remit runs lupus studies as code.

    \b
    Example: remit demo

    Exit codes: 0 done; 2 wrong usage; 3 a registry page; 4 a protocol; 5 an expression;
    6 a dataset; 7 a unit; 8 a concept; 9 the output; 10 an instrument, form or definition;
    11 numbers that a method cannot take; 12 printed numbers; 13 samples;
    70 a fault of Remit itself.
    """
    context, usual = click.get_current_context(), gc.get_threshold()
    gc.set_threshold(RINGS_AFTER, *usual[1:])
    context.call_on_close(lambda: gc.set_threshold(*usual))
    # At its end Python walks all objects once more for rings, which takes as long: let it not.
    atexit.unregister(gc.freeze)
    atexit.register(gc.freeze)
    if threading.current_thread() is threading.main_thread():
        # A scheduler that stops a job must leave no half-written folder, as Ctrl-C leaves none.
        before = signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
        context.call_on_close(lambda: signal.signal(signal.SIGTERM, before))
