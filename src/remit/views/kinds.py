"""Which view shows which type: one table, from the type to its views.

Types and views are named, not imported: a page of a registry is shown without the engine that
screens patients, and nothing is loaded before it is shown. A test imports every name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module


@dataclass(frozen=True, slots=True)
class Views:
    """The views of a type, each a function of `remit.views`; None where there is none."""

    terminal: str | None = None
    notebook: str | None = None
    json: str | None = None
    markdown: str | None = None


VIEWS: Mapping[str, Views] = {
    "remit.registry.record.Record": Views(
        terminal="terminal.registry_entries.describe_record",
        notebook="notebook.registry_tables.record_html",
        json="json.registry_page.record_page",
    ),
    "remit.registry.trials.trial.Trial": Views(
        terminal="terminal.registry_entries.describe_trial",
        notebook="notebook.registry_tables.trial_html",
        json="json.registry_page.trial_page",
    ),
    "remit.facts.opened.Facts": Views(notebook="notebook.result_tables.facts_html"),
    "remit.protocol.schema.Protocol": Views(
        terminal="terminal.protocols.describe_protocol",
        notebook="notebook.result_tables.protocol_html",
    ),
    "remit.screening.study_screenings.Screening": Views(
        terminal="terminal.screenings.screening_text",
        notebook="notebook.result_tables.screening_html",
        json="json.screening_page.screening_page",
    ),
    "remit.screening.explanation.Explanation": Views(
        terminal="terminal.screenings.explanation_text",
        notebook="notebook.result_tables.explanation_html",
        json="json.explanation_page.explanation_page",
    ),
    "remit.instruments.cards.Card": Views(
        terminal="terminal.score_cards.card_text",
        notebook="notebook.result_tables.card_html",
        json="json.score_page.score_page",
    ),
    "remit.result_table.ResultTable": Views(notebook="notebook.response_frames.table_html"),
    "remit.instruments.shifts.Shift": Views(json="json.score_page.shift_row"),
    "remit.instruments.exposure.Exposure": Views(json="json.score_page.dose_row"),
    "remit.instruments.bound_instrument.BoundInstrument": Views(
        terminal="terminal.score_cards.describe_text"
    ),
    "remit.instruments.instrument.Instrument": Views(markdown="markdown.instrument_page"),
    "remit.endpoints.definition.Definition": Views(markdown="markdown.definition_page"),
    "remit.endpoints.study_responses.StudyAdjudication": Views(
        terminal="terminal.response_tables.study_text",
        notebook="notebook.response_frames.study_html",
    ),
    "remit.analysis.comparison.Comparison": Views(
        terminal="terminal.response_tables.comparison_text",
        notebook="notebook.response_frames.comparison_html",
        json="json.response_page.comparison_page",
    ),
    "remit.analysis.comparison_counts.ShownComparison": Views(
        json="json.response_page.comparison_counts_page"
    ),
    "remit.analysis.referee.refereed_tables.Refereed": Views(
        terminal="terminal.refereed_numbers.refereed_text",
        notebook="notebook.referee_tables.refereed_html",
        json="json.referee_page.referee_page",
    ),
    "remit.analysis.panels.Panel": Views(terminal="terminal.response_tables.panel_table"),
}


def name_of(kind: type) -> str:
    """The name by which the table knows a type."""
    return f"{kind.__module__}.{kind.__qualname__}"


def named(path: str) -> object:
    """What a dotted name stands for; its module is imported."""
    module, _, name = path.rpartition(".")
    found: object = getattr(import_module(module), name)
    return found


def view_named(name: str) -> object:
    """A view by its name in the table."""
    return named(f"remit.views.{name}")
