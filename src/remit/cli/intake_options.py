"""What every `remit facts import …` shares: its options, its refusals and its report."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING

import click

from remit.cli.options import OUT_FOLDER, REPLACE, Input, chosen_study, keep
from remit.cli.printer import print_text, print_view, working

if TYPE_CHECKING:
    from remit.facts.intake.dataset.handed_over import SourceTables
    from remit.facts.opened import Facts
    from remit.facts.screening_dates import Rule
    from remit.facts.vocabulary.code_book import CodeBook
    from remit.protocol import Protocol

RULE_HELP = (
    "The day of screening of persons of whom the data do not say it: a day such as 2024-01-31, "
    "last-visit, first-visit, data-cut, or a CSV file (person, date). A day in the data goes first."
)


def day_given(context: click.Context, option: click.Parameter, text: str | None) -> date | None:
    """A day as 2024-01-31."""
    if text is None:
        return None  # as most often: what reads files is not loaded for it
    from remit.facts.intake.sources.csv_file import iso_day

    day = iso_day(text)
    if day is not None:
        return day
    raise click.BadParameter(f"{text!r} is no day: write it like 2024-01-31")


def _rule(context: click.Context, option: click.Parameter, text: str | None) -> str | None:
    if text is not None and os.path.lexists(text):
        keep(context, Path(text))
    return text


def _expected(
    context: click.Context, option: click.Parameter, texts: tuple[str, ...]
) -> dict[str, int]:
    """Rows by table, of words such as measurement=10040."""
    found = dict[str, int]()
    for text in texts:
        table, _, rows = text.partition("=")
        if not table or not (rows.isascii() and rows.isdecimal()) or len(rows) > 18:
            raise click.BadParameter(f"{text!r}: write a table and its rows, as measurement=10040")
        if found.setdefault(table, int(rows)) != int(rows):
            raise click.BadParameter(f"{table!r} cannot have two numbers of rows")
    return found


SCREENING_DATE = click.option(
    "--screening-date", "rule", metavar="RULE", callback=_rule, help=RULE_HELP
)


def dated(facts: Facts, rule: str | None, protocols: Sequence[Protocol]) -> Facts:
    """The dataset, with the screening dates of a rule where one was given."""
    if any(protocol.entry is not None for protocol in protocols):
        from remit.screening.entry_days import entered_facts

        facts = entered_facts(facts, protocols)
    if rule is None:
        return facts  # one person is explained sooner than what rules need is loaded
    from remit.facts.screening_dates import dated_facts, screening_rule

    anchors = {protocol.id: protocol.default_anchor for protocol in protocols}
    return dated_facts(facts, screening_rule(rule), anchors)


def say_undated(
    facts: Facts,
    protocols: Sequence[Protocol],
    *,
    smallest: int = 0,
    err: bool = False,
    command: str = "screen",
    rule: str | None = None,
    person: int | None = None,
) -> None:
    """A headline where persons have no screening date: nothing else is worth reading then.

    Args:
        smallest: where counts are rounded, it is told only if nobody has a date.
        err: beside what other programs read; in the same way.
        command: which to try again. rule: that of this run, which dated the others.
        person: the only one that is looked at; all when None.
    """
    from remit.facts.person_names import person_names
    from remit.facts.screening_dates import undated_persons
    from remit.views.words import undated_line

    # An entry event that is not there is an answer, and no date that is wanting.
    protocols = [study for study in protocols if study.entry is None]
    among = None if person is None else (person,)
    found = [
        undated_persons(facts, study.id, study.default_anchor, among=among) for study in protocols
    ]
    of = facts.manifest.tables["person"].rows if person is None else 1
    least = of if err or smallest else 1
    if max(found, default=0) >= max(least, smallest, 1):
        study = protocols[found.index(max(found))]
        whom = "" if person is None else f" {person_names(facts).shown(person)}"
        other = "last-visit" if rule is None else "FILE.csv"
        where = "--engine …" if facts.manifest.live else f"--facts {facts.folder}"
        again = f"remit {command} {study.name}{whom} {where} --screening-date {other}"
        print_text(f"{undated_line(max(found), of, again, exact=smallest == 0)}\n", err=err)


@dataclass(frozen=True, slots=True)
class IntakeFlags:
    """What a user says of an import, as it was typed."""

    out: Path
    studies: tuple[str, ...]
    data_cut: date | None
    complete: tuple[str, ...]
    mapped: tuple[str, ...]
    rule: str | None
    signed: Path | None
    strict: bool
    expected: Mapping[str, int]
    pseudonyms: Path | None
    vocabulary: Path | None = None
    dates: Path | None = None
    coverage: str | None = None


def code_book(flags: IntakeFlags) -> CodeBook:
    """What the codes of a source mean: by the vocabulary that was given, else by the dictionary.

    Raises:
        ConceptError: there is no such vocabulary.
    """
    from remit.facts.dictionary import packaged_dictionary
    from remit.facts.vocabulary.athena import open_vocabulary
    from remit.facts.vocabulary.code_book import ListedCodes

    if flags.vocabulary is None:
        return ListedCodes(packaged_dictionary())
    return open_vocabulary(flags.vocabulary, packaged_dictionary())


_OPTIONS = (
    click.option(
        "--study",
        "studies",
        multiple=True,
        help="Report on this study, a packaged name or a file (repeatable); all packaged ones if "
        "not given.",
    ),
    click.option(
        "--data-cut",
        metavar="DATE",
        callback=day_given,
        help="The last day that the data can speak of, such as 2024-01-31; their latest if not "
        "given.",
    ),
    click.option(
        "--complete",
        multiple=True,
        metavar="TABLE",
        help="A missing record of this table, such as procedure_occurrence, means that nothing "
        "happened (repeatable).",
    ),
    click.option(
        "--mapped",
        multiple=True,
        metavar="TABLE",
        help="Whatever is recorded in this table, such as drug_exposure, carries its standard code "
        "(repeatable).",
    ),
    SCREENING_DATE,
    click.option(
        "--anchors",
        "dates",
        type=Input(exists=True, dir_okay=False),
        help="A CSV file of named dates: person, anchor, date, and study if it is one alone.",
    ),
    click.option(
        "--coverage",
        metavar="RULE",
        callback=_rule,
        help="When persons were watched of whom the data do not say it: first-to-last-visit, "
        "first-to-last-record, or a CSV file (person, start, end). Without it nothing of theirs "
        "counts as absent.",
    ),
    click.option(
        "--signed",
        type=Input(exists=True, dir_okay=False),
        help="A CSV file of what people signed: person, item, answer, by, date.",
    ),
    click.option(
        "--expect",
        "expected",
        multiple=True,
        metavar="TABLE=ROWS",
        callback=_expected,
        help="Refuse a source whose table has another number of rows, such as a file that was cut "
        "(repeatable).",
    ),
    click.option(
        "--vocabulary",
        type=Input(exists=True),
        help="What codes mean: a folder or zip archive of Athena, or with the vocabulary tables of "
        "an OMOP database.",
    ),
    click.option("--strict", is_flag=True, help="Refuse the import where a row would be left out."),
    click.option(
        "--pseudonyms",
        metavar="KEYFILE",
        type=click.Path(dir_okay=False, path_type=Path),
        help="Write it de-identified: other ids, moved days, no free text. The key is made when "
        "the file is not there; keep it apart.",
    ),
    REPLACE,
)


def intake_options(command: Callable[..., None], *, needs_out: bool = True) -> Callable[..., None]:
    """The options of every import; the command takes them as one `flags`.

    Args:
        needs_out: whether the command does nothing without `--out`; else `flags` is None then.
    """

    @wraps(command)
    def taken(
        *args: object,
        out: Path | None,
        studies: tuple[str, ...],
        data_cut: date | None,
        complete: tuple[str, ...],
        mapped: tuple[str, ...],
        rule: str | None,
        signed: Path | None,
        strict: bool,
        expected: Mapping[str, int],
        pseudonyms: Path | None,
        vocabulary: Path | None,
        dates: Path | None,
        coverage: str | None,
        **own: object,
    ) -> None:
        flags = None
        if out is not None:
            flags = IntakeFlags(
                out,
                studies,
                data_cut,
                complete,
                mapped,
                rule,
                signed,
                strict,
                expected,
                pseudonyms,
                vocabulary,
                dates,
                coverage,
            )
        command(*args, flags=flags, **own)

    said = "The dataset to write: a folder."
    written = click.option("--out", type=OUT_FOLDER, required=needs_out, help=said)
    for option in reversed((written, *_OPTIONS)):
        taken = option(taken)
    return taken


def write_and_report(
    read: Callable[[], SourceTables],
    *,
    source: str,
    flags: IntakeFlags,
    rule: Rule | None = None,
) -> None:
    """Read, write the dataset, and print what was done and what verdicts hang on.

    Args:
        read: reads the source; nothing is read before the options are known to be right.
        source: where the data come from, in words.
        rule: when persons are screened, where the source was asked; else `flags` say it.
    """
    from remit.facts.intake.dataset.handed_over import IntakeChoices
    from remit.facts.intake.dataset.written_dataset import write_intake
    from remit.facts.intake.deidentified.pseudonym_key import open_key
    from remit.facts.intake.persons.anchor_file import StudyDates
    from remit.facts.intake.persons.coverage_rule import coverage_rule
    from remit.facts.screening_dates import screening_rule
    from remit.screening import screen_studies
    from remit.screening.open_verdicts import open_verdicts
    from remit.study import packaged_studies
    from remit.views.terminal.intake import intake_text, names_of, open_text

    if rule is None and flags.rule is not None:
        rule = screening_rule(flags.rule)
    protocols = tuple(chosen_study(name) for name in flags.studies) or packaged_studies()
    key = None if flags.pseudonyms is None else open_key(flags.pseudonyms, out=flags.out)
    choices = IntakeChoices(
        source=source,
        data_cut=flags.data_cut,
        complete=flags.complete,
        mapped=flags.mapped,
        strict=flags.strict,
        rule=rule,
        signed=flags.signed,
        anchors={protocol.id: protocol.default_anchor for protocol in protocols},
        items={protocol.id: tuple(protocol.attestations) for protocol in protocols},
        expected=flags.expected,
        dates=flags.dates,
        studies={p.id: StudyDates(tuple(p.anchors), p.default_anchor) for p in protocols},
        book=None if flags.vocabulary is None else code_book(flags),
        pseudonyms=key,
        coverage=None if flags.coverage is None else coverage_rule(flags.coverage),
    )
    with working("reading") as say:
        found = read()
        say("writing the dataset")
        facts, report = write_intake(flags.out, found, choices)
        say("screening")
        opened = open_verdicts(screen_studies(protocols, facts))
    say_undated(facts, protocols, rule=flags.rule)
    print_view(intake_text(report))
    print_text()
    print_view(open_text(opened, names_of(report), report.open_names))
    if key is None:
        print_text(f"\nwritten: {flags.out} (the report too: import_report.json)")
        return
    print_text(f"\nwritten: {flags.out}")
    print_text(f"to be kept apart: {key.path}, and {key.report_of(flags.out)}, the report")
