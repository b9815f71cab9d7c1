"""Types of options whose errors say what a person should write."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

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
