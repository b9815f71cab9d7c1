"""Remit runs lupus studies as code.

The functions here are those of the command line, for notebooks:

>>> import remit
>>> remit.open_protocol("nct06167174").target_enrolment
100
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from remit.facts.dataset import Dataset
    from remit.protocol import Protocol
    from remit.registry import Record, Trial
    from remit.screening import Explanation, Screening

__version__ = version("remit-lupus")

# The stages are imported when they are used: reading a page must not wait for the query engine.


def read_page(page: Path | str) -> Record:
    """Read a registry page; its format is recognised.

    Raises:
        PageError: the page cannot be read or its format is not known.

    >>> import remit
    >>> from remit.registry import fixture_pages
    >>> remit.read_page(fixture_pages()[0]).format
    'clinconnect'
    """
    from remit import registry

    return registry.read_page(page)


def link_pages(pages: Sequence[Path | str | Record]) -> tuple[Trial, ...]:
    """Link pages, or records read from them, into trials.

    Raises:
        PageError: a page cannot be read.
    """
    from remit import registry

    records = [
        page if isinstance(page, registry.Record) else registry.read_page(page) for page in pages
    ]
    return registry.link_records(records)


def simulate_facts(out: Path | str, *, persons: int, seed: int) -> Dataset:
    """Write a synthetic lupus cohort with known truth into the folder `out` and open it.

    Raises:
        OutputError: `out` exists or cannot be written.
    """
    from remit.simulate import write_cohort

    return write_cohort(out, persons=persons, seed=seed)


def open_facts(folder: Path | str) -> Dataset:
    """Open a dataset; each of its files is verified.

    Raises:
        DatasetError: a file is missing, damaged or of the wrong type.
    """
    from remit.facts.dataset import open_dataset

    return open_dataset(folder)


def open_protocol(study: Path | str, **parameters: str) -> Protocol:
    """A packaged study by name, or a protocol file; parameters may be set otherwise.

    Raises:
        ProtocolError: there is no such study, parameter or option, or the file is wrong.

    >>> import remit
    >>> remit.open_protocol("nct06904729", schwartz="original_one_constant").setting("schwartz")
    'original_one_constant'
    """
    from remit.protocol import protocol_named, read_protocol

    path = Path(study)
    is_file = path.suffix == ".toml" or path.exists()
    found = read_protocol(path) if is_file else protocol_named(str(study))
    return found.with_parameters(parameters) if parameters else found


def screen(
    study: Protocol | Path | str,
    data: Dataset | Path | str,
    *,
    parameters: Mapping[str, str] | None = None,
) -> Screening:
    """Screen every person of a dataset for a study.

    Raises:
        ProtocolError: the study or one of its expressions is wrong.
        DatasetError: the dataset cannot be read.
    """
    from remit.protocol import Protocol
    from remit.screening import screen_dataset

    plan = study if isinstance(study, Protocol) else open_protocol(study)
    if parameters:
        plan = plan.with_parameters(parameters)
    return screen_dataset(plan, open_facts(data) if isinstance(data, Path | str) else data)


def explain(screening: Screening, person: int) -> Explanation:
    """Explain one person's verdicts: the records behind each and what is missing.

    Raises:
        DatasetError: the dataset has no such person.
    """
    from remit.screening import explain_person

    return explain_person(screening, person)


def write_report(
    out: Path | str, screenings: Sequence[Screening], *, title: str, smallest: int = 0
) -> Path:
    """Write the report of some screenings as one HTML file.

    Args:
        smallest: counts below this are hidden (0 shows all).

    Raises:
        OutputError: the file exists or cannot be written.
    """
    from remit import report
    from remit.screening import explain_persons

    explained = {
        item.protocol.id: explain_persons(item, report.choose_examples(item)) for item in screenings
    }
    html = report.render_report(screenings, explained=explained, title=title, smallest=smallest)
    report.write_report(Path(out), html)
    return Path(out)


__all__ = [
    "__version__",
    "explain",
    "link_pages",
    "open_facts",
    "open_protocol",
    "read_page",
    "screen",
    "simulate_facts",
    "write_report",
]
