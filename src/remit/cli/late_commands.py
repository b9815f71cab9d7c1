"""Commands whose modules are loaded when they are asked for: one command needs not those of all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, MutableMapping
from importlib import import_module

import click


class LateCommands(MutableMapping[str, click.Command]):
    """The commands of a group by name, each loaded at its first use and then finished."""

    def __init__(
        self, modules: Mapping[str, str], finished: Callable[[click.Command], None]
    ) -> None:
        self._modules = modules  # the module of each command, which names it as the command is
        self._finished = finished
        self._loaded: dict[str, click.Command] = {}

    def __getitem__(self, name: str) -> click.Command:
        if name not in self._loaded:
            module = import_module(self._modules[name])
            command = getattr(module, name.replace("-", "_"))
            self._finished(command)
            self._loaded[name] = command
        return self._loaded[name]

    def __setitem__(self, name: str, command: click.Command) -> None:
        self._loaded[name] = command

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"a command of Remit stays: {name}")

    def __iter__(self) -> Iterator[str]:
        return iter({**self._modules, **self._loaded})

    def __len__(self) -> int:
        return len({**self._modules, **self._loaded})
