"""What a shell completes: names of studies, instruments, definitions, concepts, and files.

A shell asks at each press of a key, so names come from the names of the packaged files: nothing is
parsed and no engine is loaded, but for the concepts, whose files hold many.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Iterator
from importlib import resources

import click
from click.shell_completion import CompletionItem


class NamedText(click.types.StringParamType):
    """A text that a shell completes with known names, or with files where it may name one."""

    def __init__(self, known: Callable[[], Iterable[str]], *, files: bool) -> None:
        self._known = known
        self._files = files

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        # NamedText are read with hyphens too, as people type them.
        typed = incomplete.lower().replace("-", "_")
        found = [name for name in self._known() if name.replace("-", "_").startswith(typed)]
        if found:
            return [CompletionItem(name) for name in sorted(found)]
        return [CompletionItem(incomplete, type="file")] if self._files else []


def _files_of(package: str, folder: str) -> Iterator[str]:
    for file in resources.files(package).joinpath(folder).iterdir():
        if file.name.endswith(".toml"):
            yield file.name.removesuffix(".toml")


def study_names() -> Iterator[str]:
    """The packaged studies."""
    return _files_of("remit.protocol", "studies")


def instrument_names() -> Iterator[str]:
    """The packaged instruments."""
    return _files_of("remit.instruments", "definitions")


def definition_names() -> Iterator[str]:
    """The packaged response definitions, and the word for all of them."""
    yield "all"
    yield from _files_of("remit.endpoints", "definitions")


def _concept_names(*kinds: str) -> Iterator[str]:
    for file in resources.files("remit.facts").joinpath("concepts").iterdir():
        if file.name.endswith(".toml"):
            for name, entry in tomllib.loads(file.read_text(encoding="utf-8"))["concept"].items():
                if not kinds or entry["kind"] in kinds:
                    yield name


def concept_names() -> Iterator[str]:
    """The concepts of the dictionary."""
    return _concept_names()


def drug_names() -> Iterator[str]:
    """The drugs and classes of drugs."""
    return _concept_names("drug")


# By the name of the parameter, which means one thing in every command.
_BY_PARAMETER = {
    "study": NamedText(study_names, files=True),
    "studies": NamedText(study_names, files=True),
    "instrument": NamedText(instrument_names, files=True),
    "definition": NamedText(definition_names, files=True),
    "definitions": NamedText(definition_names, files=True),
    "drug": NamedText(drug_names, files=False),
}
# And those whose name says less.
_BY_COMMAND = {("concepts", "name"): NamedText(concept_names, files=False)}


def complete_names(command: click.Command) -> None:
    """Have a shell complete the names that this command and those below it take."""
    if isinstance(command, click.Group):
        for below in command.commands.values():
            complete_names(below)
    for param in command.params:
        name = param.name or ""
        names = _BY_COMMAND.get((command.name or "", name)) or _BY_PARAMETER.get(name)
        if names is not None and isinstance(param.type, click.types.StringParamType):
            param.type = names
