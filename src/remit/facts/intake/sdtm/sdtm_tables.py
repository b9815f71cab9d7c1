"""The datasets of an SDTM study as what every import writes: the reader of the format `sdtm`.

Each row of a domain that is read is written, merged or left out by a rule; domains that are not
read are named with their rows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pyarrow as pa

from remit.errors import DatasetError
from remit.facts.adverse_events import NAME as ADVERSE
from remit.facts.dictionary import Dictionary
from remit.facts.imprecise_dates import imprecise_table
from remit.facts.intake.accounting.report import ChangedCells
from remit.facts.intake.dataset.handed_over import SourceTables
from remit.facts.intake.persons.person_ids import ALIKE, alike_ids, number_persons
from remit.facts.intake.sdtm.files.sdtm_datasets import SdtmStudy
from remit.facts.intake.sdtm.files.sdtm_domains import DOMAINS, EVENTS, FINDINGS
from remit.facts.intake.sdtm.sdtm_adverse import QUALIFIERS, leave_out_event
from remit.facts.intake.sdtm.sdtm_codes import Meanings, code_columns, row_codes
from remit.facts.intake.sdtm.sdtm_days import DaySpan, day_span
from remit.facts.intake.sdtm.sdtm_events import EventReader
from remit.facts.intake.sdtm.sdtm_findings import FindingReader
from remit.facts.intake.sdtm.sdtm_map import NO_MAP, SdtmMap
from remit.facts.intake.sdtm.sdtm_rows import AGAIN, DomainRows, SdtmFacts, domain_rows
from remit.facts.intake.sdtm.sdtm_subjects import write_other_deaths, write_subjects
from remit.facts.intake.sdtm.sdtm_supplements import Supplements, supplements_of
from remit.facts.intake.sdtm.sdtm_visits import (
    visit_days,
    write_anchors,
    write_dispositions,
    write_visits,
)
from remit.facts.intake.sources.cell_numbers import ROUNDED
from remit.facts.intake.sources.field_words import counted
from remit.facts.tables import TABLES
from remit.facts.vocabulary.code_book import CodeBook, SourceCode

_FIRST_DAYS: Mapping[str, tuple[str, ...]] = {
    "DM": ("RFSTDTC", "RFICDTC", "DMDTC", "DTHDTC"),
    "SV": ("SVSTDTC",),
    "DS": ("DSSTDTC",),
    **{domain: (f"{domain}DTC",) for domain in FINDINGS},
    **{domain: (f"{domain}STDTC", f"{domain}DTC") for domain in EVENTS},
}


# The tables that are made of rows of other ones; further ones are of events.
_MADE_OF: Mapping[str, tuple[str, ...]] = {
    "dose_era": ("CM", "EX"),
    "death": ("DM", "DS", "AE"),
    "study_anchor": ("DM", "DS"),
    ADVERSE: ("AE",),
}


@dataclass(frozen=True, slots=True)
class SdtmChoices:
    """What a user says of an SDTM study.

    Attributes:
        data_cut: the last day that the data can speak of; the latest day of a record when None.
        studies: study -> the names of its dates, of those whose dates are written.
        screening: a column of DM, and study -> the name of the date that it is.
    """

    data_cut: date | None = None
    studies: Mapping[str, Collection[str]] = field(default_factory=dict)
    screening: tuple[str, Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True)
class _Domain:
    rows: DomainRows
    supplements: Supplements
    codes: Sequence[tuple[SourceCode, ...]]
    again: Sequence[str]


def read_sdtm(
    study: SdtmStudy,
    dictionary: Dictionary,
    book: CodeBook,
    sdtm_map: SdtmMap = NO_MAP,
    choices: SdtmChoices | None = None,
) -> SourceTables:
    """What the datasets of a study say.

    Raises:
        DatasetError: two rows of DM tell two stories, or no record has a day.
    """
    choices = choices or SdtmChoices()
    domains = {domain: _domain(study, domain, sdtm_map) for domain in DOMAINS if study.of(domain)}
    subjects = domains["DM"].rows
    persons = number_persons([name for name in subjects.column("USUBJID") if name])
    cut = choices.data_cut or _last_day(domains, study)
    facts = SdtmFacts(persons.numbers, cut)
    for name, domain in domains.items():
        for place in domain.again:
            facts.leave_out(name, DOMAINS[name], AGAIN, place)
            if name == "AE":
                leave_out_event(facts, AGAIN, place)
    write_subjects(subjects, facts)
    codes = {code for domain in domains.values() for row in domain.codes for code in row}
    meanings = Meanings(book, codes)
    deaths: dict[int, DaySpan] = {}
    visits = domains.get("SV")
    if visits is not None:
        write_visits(visits.rows, facts)
    days = visit_days(visits.rows) if visits is not None else {}
    treated = _treated(subjects, persons.numbers)
    for name, domain in domains.items():
        if name in FINDINGS:
            FindingReader(name, dictionary, sdtm_map, facts, meanings, days).write(
                domain.rows, domain.codes
            )
        elif name in EVENTS:
            if name == "AE":  # a study that has it asked for them, if nobody had any
                facts.rows(ADVERSE)
            beside = domain.supplements.columns
            EventReader(name, dictionary, sdtm_map, facts, meanings, treated, deaths, beside).write(
                domain.rows, domain.codes
            )
    named: Mapping[str, Mapping[int, date]] = {"consent": {}, "allocation": {}}
    if "DS" in domains:
        named = write_dispositions(domains["DS"].rows, facts, deaths)
    write_other_deaths(deaths, facts)
    write_anchors(subjects, facts, named, choices.studies, choices.screening)
    return SourceTables(
        tables=_tables(facts, book, meanings),
        persons=persons,
        reads=_reads(study, facts),
        left_out=facts.left_out(),
        not_understood=facts.not_understood(),
        names={0: "a term that nothing maps, or a visit whose kind no column tells"},
        notes=tuple(_notes(study, domains, facts)),
        resolved=_resolved(facts),
        open_names={code: test for test, code in facts.open_codes.items()},
        unread={d.name: (d.file, d.rows) for d in study.datasets if not d.is_read},
        source_rows=_source_rows(study),
        cells=tuple(
            ChangedCells("measurement", "value_as_number", "rounded", f"{name}: {ROUNDED}", count)
            for name, count in sorted(facts.rounded.items())
        ),
        vocabulary=book.version,
    )


def _domain(study: SdtmStudy, name: str, sdtm_map: SdtmMap) -> _Domain:
    rows, again = _once(domain_rows(name, study.of(name)))
    beside = study.supplements(name)
    supplement = domain_rows(name, beside)
    asked = code_columns(name, {str(q) for q in supplement.column("QNAM")}, sdtm_map)
    others = QUALIFIERS if name == "AE" else frozenset[str]()
    found = supplements_of(rows, supplement, {*asked, *others})
    return _Domain(rows, found, row_codes(rows, found.columns, sdtm_map), again)


def _once(rows: DomainRows) -> tuple[DomainRows, Sequence[str]]:
    """The rows of a domain, each once, and where the others stand; DM tells of its own."""
    seen: set[tuple[str | None, ...]] = set()
    kept: list[int] = []
    whole = zip(*rows.columns.values(), strict=True) if rows.columns else ()
    for at, row in enumerate(whole):
        if rows.domain != "DM" and row in seen:
            continue
        seen.add(row)
        kept.append(at)
    if len(kept) == len(rows):
        return rows, ()
    held = frozenset(kept)
    columns = {name: [column[at] for at in kept] for name, column in rows.columns.items()}
    again = [place for at, place in enumerate(rows.places) if at not in held]
    return DomainRows(rows.domain, columns, [rows.places[at] for at in kept]), again


def _last_day(domains: Mapping[str, _Domain], study: SdtmStudy) -> date:
    """The latest day on which a record begins, or was told."""
    spans = (
        span
        for name, domain in domains.items()
        for column in _FIRST_DAYS[name]
        for text in domain.rows.column(column)
        if (span := day_span(text)) is not None
    )
    latest = max((span.first for span in spans), default=None)
    if latest is None:
        raise DatasetError(
            "the datasets have no dated record, so that nobody can say up to when they go",
            expected="a record with a day, or --data-cut DATE",
            got="none",
            next_step="give the last day that the data can speak of: --data-cut DATE",
            place=study.folder,
        )
    return latest


def _treated(
    rows: DomainRows, numbers: Mapping[str, int]
) -> Mapping[int, tuple[DaySpan | None, DaySpan | None]]:
    return {
        numbers[name]: (day_span(first), day_span(last))
        for name, first, last in rows.cells("USUBJID", "RFSTDTC", "RFENDTC")
        if name is not None
    }


def _tables(facts: SdtmFacts, book: CodeBook, meanings: Meanings) -> Mapping[str, pa.Table]:
    facts.rows("person")
    tables = {name: columns.table() for name, columns in facts.tables.items()}
    if facts.imprecise:
        tables["imprecise_date"] = imprecise_table(facts.imprecise)
    coded = {
        int(code)
        for name, rows in tables.items()
        if (column := TABLES[name].concept) is not None
        for code in rows[column].unique().to_pylist()
        if code
    }
    if facts.sources:
        tables["source_record"] = facts.source_table()
    said = meanings.rows()
    if said.num_rows:
        tables["concept_map"] = said
    ancestry = book.ancestry(coded)
    if ancestry.num_rows:
        tables["concept_ancestor"] = ancestry
    return tables


def _reads(study: SdtmStudy, facts: SdtmFacts) -> Mapping[str, tuple[str | None, int]]:
    """Table -> the files whose rows go to it, and how many; none of those that are made."""
    files: dict[str, list[str]] = {}
    for domain, home in DOMAINS.items():
        files.setdefault(home, []).extend(dataset.file for dataset in study.of(domain))
    tables = dict.fromkeys((*(home for home, held in files.items() if held), *facts.tables))
    for table in tables:
        if not files.get(table):
            made_of = _MADE_OF.get(table, EVENTS)
            files[table] = [d.file for domain in made_of for d in study.of(domain)]
    return {table: (", ".join(files[table]), facts.taken[table]) for table in tables}


def _source_rows(study: SdtmStudy) -> Mapping[str, int]:
    """Dataset or domain -> its rows; what is not read stands apart."""
    found: Counter[str] = Counter()
    for dataset in study.datasets:
        if dataset.is_read:
            found[dataset.name] += dataset.rows
            if not dataset.supplement and dataset.name != dataset.domain:
                found[dataset.domain] += dataset.rows
    return dict(found)


def _resolved(facts: SdtmFacts) -> frozenset[str]:
    """The tables of which each row has a code."""
    open_codes = {0, *facts.open_codes.values()}
    found = {
        name
        for name, columns in facts.tables.items()
        if (column := TABLES[name].concept) is not None
        and len(columns)
        and not open_codes.intersection(columns.cells[column])
    }
    return frozenset(found)


def _notes(study: SdtmStudy, domains: Mapping[str, _Domain], facts: SdtmFacts) -> Iterator[str]:
    """What became of each dataset, and what has to be known of the study."""
    for name in domains:
        outcomes = facts.outcomes.get(name, Counter())
        rows = sum(dataset.rows for dataset in study.of(name))
        told = ", ".join(f"{count:,} {outcome}" for outcome, count in outcomes.most_common())
        known = f"; {facts.understood[name]:,} understood" if name in facts.understood else ""
        known += f", {facts.not_done[name]:,} of them not done" if facts.not_done[name] else ""
        yield f"{name}: {counted(rows, 'row')}: {told or 'none'}{known}"
        assert rows == sum(outcomes.values()), f"a row of {name} is lost"
    strangers = len(facts.strangers)
    if strangers:
        yield (
            f"{counted(strangers, 'person')} of other datasets {'are' if strangers > 1 else 'is'} "
            "not in DM, and left out: DM may have been cut; hold it against --expect DM=ROWS"
        )
        near = alike_ids(facts.strangers, facts.numbers)
        if near:
            yield (
                f"{counted(len(near), 'id')} of nobody, but like that of a person in all but "
                f"{ALIKE}: their rows are left out; correct them"
            )
    for name, domain in domains.items():
        yield from _supplement_notes(study, name, domain.supplements)
    for name in sorted({domain for domain, _ in facts.checked}):
        agree, against, open_ = (
            facts.checked[name, how] for how in ("agrees", "contradicts", "not checked")
        )
        if not agree + against:
            continue
        yield (
            f"{name}: the standard result agrees with the original one in {counted(agree, 'row')}, "
            f"contradicts it in {against:,} (left without a value), cannot be held against it in "
            f"{open_:,}"
        )
    for remark, count in sorted(facts.remarks.items()):
        if count:
            yield f"{remark}: {count:,}"
    for name, domain in domains.items():
        texts = (text for column in _FIRST_DAYS[name] for text in domain.rows.column(column))
        utc = sum(text is not None and text.endswith(("Z", "+00:00")) for text in texts)
        if utc:
            yield (
                f"{name}: {counted(utc, 'time')} of UTC (Z, +00:00): the day there is taken, which "
                "may be another one at the place"
            )
    zeros = sum(dataset.zeros for dataset in study.datasets)
    if zeros:
        yield f"{counted(zeros, 'number')} below 1e-70 are the zero of SAS"
    if facts.imprecise:
        tables = Counter((day.fact_table, day.date_column) for day in facts.imprecise)
        for (table, column), count in sorted(tables.items()):
            yield f"{table}: {counted(count, 'row')} whose {column} is known as a span of days"
    if study.passed_over:
        yield f"no datasets, passed over: {', '.join(study.passed_over[:10])}"
    yield (
        "nobody is known to have been watched between visits: nothing counts as absent, but in "
        "tables that are declared --complete"
    )


def _supplement_notes(study: SdtmStudy, name: str, found: Supplements) -> Iterator[str]:
    datasets = study.supplements(name)
    if not datasets:
        return
    title = ", ".join(dataset.name for dataset in datasets)
    rows = sum(dataset.rows for dataset in datasets)
    read = ", ".join(sorted(found.columns)) or "none"
    unread = ", ".join(f"{qnam} ({count:,})" for qnam, count in (found.unread or {}).items())
    yield (
        f"{title}: {counted(rows, 'row')}: {found.joined:,} belong to a row of {name}, "
        f"{found.lost:,} to none; qualifiers read: {read}; not read: {unread or 'none'}"
    )
    if found.lost:
        yield f"{title}: rows of {name} are missing, on which these hang: {name} may have been cut"
    if found.twice:
        yield f"{title}: {found.twice:,} say otherwise than another row: none of them is believed"
