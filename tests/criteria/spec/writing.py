"""The words in which spec rows are written: one person's records, an expression and the answer.

Each row has its own person. Unless a row says otherwise the person is a woman born on 1990-06-15,
observed from 2020-01-01 to 2024-06-30 (the data cut), with these named dates: consent 2024-03-01,
screening 2024-03-31, allocation 2024-04-10, baseline 2024-04-14, and the visits previous
2024-05-12 and visit 2024-06-09.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa

from remit.criteria.environment import Environment
from remit.facts.codes import NO_VOCABULARY, Codes, codes_of
from remit.facts.dictionary import read_dictionary
from remit.facts.tables import FEMALE, MALE, OPERATORS, TABLES
from remit.truth import Reason, Status, Truth
from remit.units import unit_table

STUDY = "study"
DATA_CUT = date(2024, 6, 30)
ANCHORS = {
    "consent": "2024-03-01",
    "screening": "2024-03-31",
    "allocation": "2024-04-10",
    "baseline": "2024-04-14",
    "previous": "2024-05-12",
    "visit": "2024-06-09",
}
DICTIONARY = read_dictionary(
    {"dictionary.toml": (Path(__file__).parent / "dictionary.toml").read_text(encoding="utf-8")}
)


def below(pairs: Mapping[int, Sequence[int]]) -> Codes:
    """A vocabulary that puts codes below others."""
    rows = [(above, code) for above, codes in pairs.items() for code in codes]
    schema = TABLES["concept_ancestor"].schema
    columns = zip(*rows, strict=True) if rows else ((), ())
    arrays = [pa.array(list(column), pa.int32()) for column in columns]
    return codes_of(pa.table(arrays, schema=schema))


ENVIRONMENT = Environment(
    dictionary=DICTIONARY,
    anchors=frozenset(ANCHORS),
    default_window="[screening - 28 days, screening]",
    concept_windows={
        "weight": "[screening - 6 months, screening]",
        "height": "[screening - 6 months, screening]",
    },
    definitions={
        "proteinuria": "upcr > 1 g/g or urine_protein_24h > 1 g/d",
        "egfr_bedside": "0.413 * (height as cm) / (creatinine as mg/dL)",
        "arm_steroid": "dose of prednisolone at baseline / weight >= 0.5 mg/kg/d",
        "arm_methotrexate": "dose of methotrexate at baseline <= 15 mg/wk",
    },
    parameters={"upcr_limit": "1 g/g", "lookback": "14 days"},
    attestations=frozenset({"consent", "fertile", "contraception", "surgery_planned"}),
    codes=NO_VOCABULARY,
)
_SIGN_IDS = {sign: code for code, sign in OPERATORS.items()}


@dataclass(frozen=True, slots=True)
class Fact:
    """One row of a fact table, and how the page says it. `key` orders records of one day.

    `ranges` are the columns whose day is not exactly known, with the first and the last possible.
    """

    table: str
    columns: Mapping[str, object]
    says: str
    key: int | None = None
    ranges: tuple[tuple[str, date, date], ...] = ()


@dataclass(frozen=True, slots=True)
class Spec:
    """One person's records and the answer that the language page gives.

    Attributes:
        declared: the tables declared to carry the codes of concepts, in a dataset that holds this
            person alone; None: all are, and nobody looks.
    """

    expression: str
    answer: str
    note: str
    facts: tuple[Fact, ...]
    complete: frozenset[str] = frozenset()
    declared: frozenset[str] | None = None

    @property
    def truth(self) -> Truth:
        word, _, reasons = self.answer.partition(": ")
        names = [name for name in reasons.split(", ") if name]
        return Truth(Status[word.upper()], frozenset(Reason[name.upper()] for name in names))


@dataclass(frozen=True, slots=True)
class Construct:
    """A construct of the language: how it is written, what it means, and its rows.

    `numbers` are the constructs of eligibility pages that it serves, as listed on the reference
    page.
    """

    title: str
    numbers: tuple[int, ...]
    syntax: str
    meaning: str
    specs: tuple[Spec, ...]


def row(
    answer: str,
    note: str,
    *facts: Fact,
    complete: Sequence[str] = (),
    declared: Sequence[str] | None = None,
) -> Spec:
    """One person; the expression is filled in by `table`."""
    said = None if declared is None else frozenset(declared)
    return Spec("", answer, note, facts, frozenset(complete), said)


def table(expression: str, *rows: Spec) -> tuple[Spec, ...]:
    """Rows that share an expression."""
    return tuple(replace(spec, expression=expression) for spec in rows)


def construct(
    title: str, syntax: str, meaning: str, *tables: Sequence[Spec], numbers: Sequence[int] = ()
) -> Construct:
    return Construct(
        title, tuple(numbers), syntax, meaning, tuple(spec for group in tables for spec in group)
    )


# ---- records ------------------------------------------------------------------------------------


def day(text: str) -> date:
    """A date; month and day alone mean 2024."""
    return date.fromisoformat(text if len(text) == 10 else f"2024-{text}")


def code_of(name: str) -> int:
    return DICTIONARY.omop_ids(name)[0]


def lab(
    concept: str,
    number: str | None,
    unit: str | None,
    on: str,
    *,
    time: str | None = None,
    key: int | None = None,
    sign: str | int | None = None,
    low: str | None = None,
    high: str | None = None,
    unit_text: str | None = None,
    unit_id: int | None = None,
    code: int | None = None,
) -> Fact:
    """A measured number; `unit` is a code of the unit table, `unit_text` a unit in words only."""
    when = day(on)
    ids = unit_table()[unit].omop_ids if unit else ()
    stamp = datetime.fromisoformat(f"{when}T{time}") if time else None
    columns = {
        "measurement_concept_id": code or code_of(concept),
        "measurement_date": when,
        "measurement_datetime": stamp,
        "operator_concept_id": _SIGN_IDS[sign] if isinstance(sign, str) else sign,
        "value_as_number": Decimal(number) if number is not None else None,
        "unit_concept_id": unit_id if unit_id is not None else (ids[0] if ids else None),
        "unit_source_value": unit_text,
        "range_low": Decimal(low) if low is not None else None,
        "range_high": Decimal(high) if high is not None else None,
    }
    said = f"{sign if isinstance(sign, str) else ''}{number}" if number is not None else "no number"
    if isinstance(sign, int):
        said += " with an unknown sign"
    words = unit or (f'"{unit_text}"' if unit_text else None)
    if words is None and unit_id:
        words = f"unit id {unit_id}"
    if words is None and number is not None and DICTIONARY.concept(concept).kind == "quantity":
        words = "(no unit)"
    said = f"{concept} {said}{f' {words}' if words else ''}, {when}"
    said += f" {time}" if time else ""
    limits = [f"{name} {bound}" for name, bound in (("LLN", low), ("ULN", high)) if bound]
    said += f" ({', '.join(limits)})" if limits else ""
    said += f" (record {key})" if key is not None else ""
    return Fact("measurement", columns, said, key)


def coded(
    concept: str,
    value: str | int | None,
    on: str,
    *,
    of: int | None = None,
    key: int | None = None,
    time: str | None = None,
) -> Fact:
    """A coded answer; `of` is the key of the procedure that it was recorded for."""
    when = day(on)
    values = DICTIONARY.concept(concept).values
    columns = {
        "measurement_concept_id": code_of(concept),
        "measurement_date": when,
        "measurement_datetime": datetime.fromisoformat(f"{when}T{time}") if time else None,
        "value_as_concept_id": values[value].omop if isinstance(value, str) else value,
        "measurement_event_id": of,
    }
    said = value if isinstance(value, str) else "no code" if not value else f"unlisted code {value}"
    said = f"{concept} {said}, {when}{f' {time}' if time else ''}"
    said += f" (of procedure {of})" if of is not None else ""
    return Fact("measurement", columns, said, key)


def condition(concept: str, start: str, end: str | None = None) -> Fact:
    """A condition; its end may be unknown."""
    columns = {
        "condition_concept_id": code_of(concept),
        "condition_start_date": day(start),
        "condition_end_date": day(end) if end else None,
    }
    return Fact(
        "condition_occurrence",
        columns,
        f"{concept} {day(start)} to {day(end) if end else '(no end date)'}",
    )


def strange(table: str, on: str, *, until: str | None = None, code: int = 999_001) -> Fact:
    """A record whose code no concept lists; conditions may have no end."""
    known = TABLES[table]
    assert known.concept is not None, "a table of records"
    assert known.start is not None, "a table of records"
    columns: dict[str, object] = {known.concept: code, known.start: day(on)}
    if known.end not in {None, known.start}:
        may_be_open = table == "condition_occurrence"
        last = until or (None if may_be_open else on)
        columns[known.end or ""] = day(last) if last else None
    return Fact(table, columns, f"{table} of an unknown code {code}, {day(on)}")


ROUTES = {"intravenous": 4171047, "oral": 4132161, "of a site": 2_000_002_001}


def drug(concept: str, start: str, end: str | None = None, *, route: str | None = None) -> Fact:
    """An exposure to a drug."""
    last = day(end or start)
    columns = {
        "drug_concept_id": code_of(concept),
        "drug_exposure_start_date": day(start),
        "drug_exposure_end_date": last,
        "route_concept_id": ROUTES[route] if route else None,
    }
    said = f"{concept} taken {day(start)} to {last}{f', {route}' if route else ''}"
    return Fact("drug_exposure", columns, said)


def era(concept: str, dose: str | None, unit: str | None, start: str, end: str) -> Fact:
    """A time of one daily dose."""
    columns = {
        "drug_concept_id": code_of(concept),
        "unit_concept_id": unit_table()[unit].omop_ids[0] if unit else None,
        "dose_value": Decimal(dose) if dose is not None else None,
        "dose_era_start_date": day(start),
        "dose_era_end_date": day(end),
    }
    said = f"{dose if dose is not None else '(no dose)'} {unit or '(no unit)'}"
    return Fact("dose_era", columns, f"{concept} era {said}, {day(start)} to {day(end)}")


def procedure(concept: str, on: str, *, key: int | None = None) -> Fact:
    columns = {"procedure_concept_id": code_of(concept), "procedure_date": day(on)}
    said = f"{concept} {day(on)}{f' (procedure {key})' if key is not None else ''}"
    return Fact("procedure_occurrence", columns, said, key)


def stay(start: str, end: str) -> Fact:
    columns = {
        "visit_concept_id": code_of("inpatient_stay"),
        "visit_start_date": day(start),
        "visit_end_date": day(end),
    }
    return Fact("visit_occurrence", columns, f"inpatient_stay {day(start)} to {day(end)}")


def answer(
    item: str,
    said: bool,
    on: str,
    *,
    by: str | None = "Dr A",
    study: str = STUDY,
    key: int | None = None,
) -> Fact:
    """A person's answer to an attestation."""
    columns = {
        "study": study,
        "item": item,
        "answer": said,
        "signed_by": by,
        "signed_date": day(on),
    }
    words = f"{item}: {'yes' if said else 'no'}, {day(on)}, "
    words += f"signed by {by}" if by else "not signed"
    words += f", in another study ({study})" if study != STUDY else ""
    return Fact("attestation", columns, words, key)


def between(fact: Fact, start: str | None = None, end: str | None = None) -> Fact:
    """A record whose first or last day lies between two: `03-28/04-02`."""
    table = TABLES[fact.table]
    assert table.start is not None, "a table of records"
    assert table.end is not None, "a table of records"
    columns, ranges, said = dict(fact.columns), [], fact.says
    for column, text, word in ((table.start, start, "begins"), (table.end, end, "ends")):
        if text is None:
            continue
        first, last = (day(part) for part in text.split("/"))
        columns[column] = first if column == table.start else last
        ranges.append((column, first, last))
        said += f"; {word if table.end != table.start else 'is'} on some day of {first} to {last}"
    return replace(fact, columns=columns, says=said, ranges=tuple(ranges))


# ---- what replaces a default of the person ------------------------------------------------------


def born(year: int, month: int | None = None, on: int | None = None) -> Fact:
    said = f"{year}-{month:02d}" if month else f"{year}"
    said = f"{said}-{on:02d}" if on else said
    columns = {"year_of_birth": year, "month_of_birth": month, "day_of_birth": on}
    return Fact("person", columns, f"born {said}")


def born_between(first: str, last: str) -> Fact:
    """A birth of which the dataset states the possible days."""
    begin, end = day(first), day(last)
    fact = born(begin.year)
    ranges = (("birth_date", begin, end),)
    return replace(fact, says=f"born on some day of {begin} to {end}", ranges=ranges)


def sex(word: str) -> Fact:
    known = {"female": FEMALE, "male": MALE}
    return Fact("person", {"gender_concept_id": known.get(word, 0)}, f"sex {word}")


def anchor(name: str, on: str | None, *, study: str = STUDY) -> Fact:
    """A named date other than the usual one; None: the person has none."""
    columns = {"anchor": name, "anchor_date": day(on) if on else None, "study": study}
    said = f"{name} {day(on)}" if on else f"no {name} date"
    said += f" (in another study: {study})" if study != STUDY else ""
    return Fact("study_anchor", columns, said)


def observed(start: str, end: str) -> Fact:
    """An observation period in place of the usual one; several may be given."""
    columns = {
        "observation_period_start_date": day(start),
        "observation_period_end_date": day(end),
    }
    return Fact("observation_period", columns, f"observed {day(start)} to {day(end)}")


def known_until(last: str) -> Fact:
    """A last day of the person's own, as under pseudonyms; the data cut stays that of all."""
    return Fact("person_cut", {"last_day": day(last)}, f"her data end on {day(last)}")


def never_observed() -> Fact:
    return Fact("observation_period", {}, "never observed")
