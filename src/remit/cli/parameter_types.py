"""Types of options whose errors say what a person should write."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import click

_NEGATIVE = re.compile(r"-[0-9]+")
DAY_EXAMPLE = "2024-12-01"


class Whole(click.IntRange):
    """A whole number between bounds, both included.

    Args:
        example: a number that one may write.
    """

    def __init__(self, least: int, most: int | None = None, *, example: int) -> None:
        super().__init__(least, most)
        self.example = example

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        try:
            number = int(value)
        except ValueError:
            self.fail(f"{value!r} is no whole number: write {self._wanted}", param, ctx)
        low, high = self.min or 0, self.max
        if number < low or (high is not None and number > high):
            self.fail(f"{number} is out of range: write {self._wanted}", param, ctx)
        return number

    @property
    def _wanted(self) -> str:
        bounds = f"of {self.min} or more" if self.max is None else f"from {self.min} to {self.max}"
        return f"a whole number {bounds}, such as {self.example}"


class Day(click.DateTime):
    """A day; help and errors show one."""

    def __init__(self) -> None:
        super().__init__(["%Y-%m-%d"])

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return DAY_EXAMPLE

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        try:
            day: datetime = super().convert(value, param, ctx)
        except click.BadParameter:
            said = f"{value!r} is no day: write year, month and day, such as {DAY_EXAMPLE}"
            self.fail(said, param, ctx)
        return day


class PersonCommand(click.Command):
    """A command whose argument may be an id with a sign, such as -9066461348710750663."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        if any(_NEGATIVE.fullmatch(word) for word in args):
            ctx.ignore_unknown_options = True  # else the sign is that of an option
        return super().parse_args(ctx, args)
