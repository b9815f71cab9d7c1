"""Spec rows as fact tables, and both evaluators' answers to them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import pyarrow as pa

from criteria.columned import column_truths
from criteria.spec.writing import ANCHORS, DATA_CUT, ENVIRONMENT, STUDY, Spec, day
from remit.criteria.binder import bind_expression
from remit.criteria.environment import Environment
from remit.criteria.meanings import evaluate
from remit.criteria.reference.person_records import read_persons
from remit.facts.codes import codes_of, occurring_codes
from remit.facts.imprecise_dates import NAME
from remit.facts.tables import FEMALE, TABLES
from remit.truth import Truth

_KEYS = 1_000  # keys of one person's records start at this multiple of the person's number
_FIRST_FREE = 100  # given keys are below


def spec_tables(specs: Sequence[Spec]) -> Mapping[str, pa.Table]:
    """Fact tables with one person a row, numbered from 1."""
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    for person, spec in enumerate(specs, start=1):
        for name, found in _person_rows(person, spec).items():
            rows[name].extend(found)
    return {name: table_of(name, found) for name, found in rows.items()}


def _person_rows(person: int, spec: Spec) -> Mapping[str, list[dict[str, object]]]:
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in TABLES}
    who: dict[str, object] = {
        "gender_concept_id": FEMALE,
        "year_of_birth": 1990,
        "month_of_birth": 6,
        "day_of_birth": 15,
    }
    anchors: dict[tuple[object, object], date | None] = {
        (STUDY, name): day(text) for name, text in ANCHORS.items()
    }
    periods = [fact.columns for fact in spec.facts if fact.table == "observation_period"]
    if not periods:
        periods = [
            {
                "observation_period_start_date": date(2020, 1, 1),
                "observation_period_end_date": DATA_CUT,
            }
        ]
    for number, fact in enumerate(spec.facts):
        key = fact.key if fact.key is not None else _FIRST_FREE + number
        of = person if fact.table == "person" else person * _KEYS + key
        rows[NAME].extend(
            {
                "imprecise_date_id": person * _KEYS + len(rows[NAME]) + place,
                "fact_table": fact.table,
                "fact_id": of,
                "date_column": column,
                "first_date": first,
                "last_date": last,
            }
            for place, (column, first, last) in enumerate(fact.ranges)
        )
        if fact.table == "person":
            who.update(fact.columns)
        elif fact.table == "study_anchor":
            when = fact.columns["anchor_date"]
            assert when is None or isinstance(when, date)
            anchors[fact.columns["study"], fact.columns["anchor"]] = when
        elif fact.table != "observation_period":
            found = {TABLES[fact.table].key: of, **fact.columns}
            event = found.get("measurement_event_id")
            if isinstance(event, int):
                found["measurement_event_id"] = person * _KEYS + event
            rows[fact.table].append(found)
    rows["person"].append(who)
    rows["observation_period"] = [
        {"observation_period_id": person * _KEYS + number, **period}
        for number, period in enumerate(periods)
        if period
    ]
    rows["study_anchor"] = [
        {"study": study, "anchor": name, "anchor_date": when}
        for (study, name), when in anchors.items()
        if when is not None
    ]
    for listed in rows.values():
        for item in listed:
            item["person_id"] = person
    return rows


def table_of(name: str, rows: Sequence[Mapping[str, object]]) -> pa.Table:
    """Rows as a declared table; a required concept id that no test needs is 0."""
    schema = TABLES[name].schema
    columns = {}
    for field in schema:
        filler = 0 if not field.nullable and pa.types.is_integer(field.type) else None
        columns[field.name] = pa.array([r.get(field.name, filler) for r in rows], field.type)
    return pa.table(columns, schema=schema)


def answer_specs(
    specs: Sequence[Spec], environment: Environment = ENVIRONMENT
) -> list[tuple[Truth, Truth, Truth]]:
    """For each row the answers of the reference, of columns, and of columns at one visit of many.

    All rows go through one evaluation for each set of tables declared complete.
    """
    nodes = {
        text: bind_expression(text, environment)
        for text in dict.fromkeys(spec.expression for spec in specs)
    }
    names = {text: f"c{number}" for number, text in enumerate(nodes)}
    answers: list[tuple[Truth, Truth, Truth] | None] = [None] * len(specs)
    for number, spec in enumerate(specs):
        if spec.declared is not None:
            codes = codes_of(
                table_of("concept_ancestor", ()),
                occurring=occurring_codes(spec_tables([spec])),
                mapped=spec.declared,
                own=spec.declared,
            )
            known = replace(spec, declared=None)
            (answers[number],) = answer_specs([known], replace(environment, codes=codes))
    for complete in dict.fromkeys(spec.complete for spec in specs if spec.declared is None):
        chosen = [
            number
            for number, spec in enumerate(specs)
            if spec.complete == complete and spec.declared is None
        ]
        tables = spec_tables([specs[number] for number in chosen])
        wanted = {
            names[specs[number].expression]: nodes[specs[number].expression] for number in chosen
        }
        truths = column_truths(wanted, tables, study=STUDY, data_cut=DATA_CUT, complete=complete)
        visits = column_truths(
            wanted, tables, study=STUDY, data_cut=DATA_CUT, complete=complete, beside=97
        )
        people = read_persons(tables, study=STUDY, data_cut=DATA_CUT, complete=complete)
        for number, person in zip(chosen, people, strict=True):
            text = specs[number].expression
            said, _ = evaluate(nodes[text], person)
            name = names[text]
            answers[number] = (said, truths[person.person][name], visits[person.person][name])
    return [item for item in answers if item is not None]
