"""`remit docs`: the reference pages that come with Remit, without a network."""

from __future__ import annotations

import difflib

import click

from remit.cli.command_group import ListedGroup
from remit.cli.packaged_pages import packaged_page, section_of, topics_of
from remit.cli.printer import print_text


@click.group(cls=ListedGroup)
def docs() -> None:
    """Read the reference pages, without a network.

    \b
    Example: remit docs language
    """


@docs.command("language")
@click.argument("topic", required=False)
@click.option("--topics", "listed", is_flag=True, help="List the headings of the page.")
def docs_language(topic: str | None, listed: bool) -> None:
    """Print the reference of the criterion language (Markdown), or its section TOPIC.

    \b
    Example: remit docs language "Confirmed pairs"
    """
    page = packaged_page("language")
    if listed:
        if topic is not None:
            raise click.UsageError("--topics lists all headings: leave out TOPIC")
        for title in topics_of(page):
            print_text(title)
        return
    if topic is None:
        print_text(page, nl=False)
        return
    section = section_of(page, topic)
    if section is None:
        near = difflib.get_close_matches(topic, list(topics_of(page)), n=3, cutoff=0.4)
        hint = f"nearest: {', '.join(near)}" if near else "--topics lists the headings"
        raise click.BadParameter(f"the page has no heading {topic!r}; {hint}", param_hint="TOPIC")
    print_text(section)
