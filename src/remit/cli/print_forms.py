"""`--json` and `--format json`: the same on every command that prints a result."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import click

_CommandT = TypeVar("_CommandT", bound=Callable[..., object])
_JSON = "remit.json"
TABLE, JSON = "table", "json"


def _note(context: click.Context, option: click.Parameter, value: bool) -> None:
    if value:
        context.meta[_JSON] = True


def is_flag(context: click.Context, name: str) -> bool:
    """Whether a form was asked for by `--json`."""
    return name in {"form", "as_json"} and _JSON in context.meta


# Read before --format, which answers for both.
_FLAG = click.option(
    "--json",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_note,
    help="The same as --format json.",
)


def _form(context: click.Context, option: click.Parameter, value: str) -> str:
    if _JSON not in context.meta or value == JSON:
        return value
    name = option.name or ""
    if context.get_parameter_source(name) is click.core.ParameterSource.DEFAULT:
        context.set_parameter_source(name, click.core.ParameterSource.COMMANDLINE)
        return JSON
    raise click.UsageError(f"--json and --format {value} are two forms: give one")


def print_form(*others: str, told: str = "") -> Callable[[_CommandT], _CommandT]:
    """The options `--format` and `--json`; the command is given `form`.

    Args:
        others: forms beside a table and JSON.
    """
    choice = click.option(
        "--format",
        "form",
        type=click.Choice([TABLE, JSON, *others]),
        default=TABLE,
        show_default=True,
        callback=_form,
        help=told or None,
    )

    def decorate(command: _CommandT) -> _CommandT:
        return choice(_FLAG(command))

    return decorate


def _is_json(context: click.Context, option: click.Parameter, value: str) -> bool:
    return _form(context, option, value) == JSON


def as_json(command: _CommandT) -> _CommandT:
    """The same options for a command that knows a table and JSON; it is given `as_json`."""
    choice = click.option(
        "--format",
        "as_json",
        type=click.Choice([TABLE, JSON]),
        default=TABLE,
        show_default=True,
        callback=_is_json,
        help="How to print it.",
    )
    return choice(_FLAG(command))
