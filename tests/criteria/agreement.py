"""Runs both evaluators over the same data and counts where they differ."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from criteria.expressions import expressions
from criteria.imprecise import with_imprecise_days
from criteria.many_subjects import draw_subjects, ranges
from criteria.spec.writing import DICTIONARY
from criteria.synthetic import BASE, DATA_CUT, ENVIRONMENT, SMALL, SPARSE, STUDY, make_tables
from remit.criteria.binder import bind_expression
from remit.criteria.columns.subjects import study_subjects
from remit.criteria.environment import Environment
from remit.criteria.meanings import evaluate, evaluate_columns
from remit.criteria.reference.person_records import read_persons
from remit.criteria.reference.records import PersonRecords
from remit.facts.codes import occurring_codes
from remit.facts.reading import TablesPart
from remit.facts.tables import CODED, TABLES
from remit.truth import Reason, Status, Truth, reasons_of_mask

Ids = tuple[int, ...]
EXPRESSIONS_AT_ONCE = 20
COMPLETE = ((), ("measurement",), ("condition_occurrence", "drug_exposure"))


@dataclass(slots=True)
class Agreement:
    """How often each status and reason was given, and each difference in words."""

    pairs: int = 0
    expressions: int = 0
    statuses: Counter[Status] = field(default_factory=Counter)
    reasons: Counter[Reason] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)

    def add(self, other: Agreement) -> None:
        self.pairs += other.pairs
        self.expressions += other.expressions
        self.statuses.update(other.statuses)
        self.reasons.update(other.reasons)
        self.differences.extend(other.differences)

    def describe(self) -> str:
        lines = [
            f"{self.pairs} person x expression pairs ({self.expressions} expressions), "
            f"{len(self.differences)} differences"
        ]
        lines += [f"  {status.word:22} {self.statuses[status]}" for status in Status]
        lines += [f"    {reason.word:20} {self.reasons[reason]}" for reason in sorted(self.reasons)]
        return "\n".join(lines)


def _said(truth: Truth) -> str:
    return f"{truth.status.word} {sorted(reason.word for reason in truth.reasons)}"


@dataclass(frozen=True, slots=True)
class Data:
    """Fact tables in one or several parts, and how they were drawn.

    Attributes:
        parts: with the ids of the persons of each.
        persons: as the reference reads them.
    """

    parts: tuple[tuple[TablesPart, tuple[int, ...]], ...]
    persons: Mapping[int, PersonRecords]
    data_cut: date
    environment: Environment = ENVIRONMENT


def _in_parts(tables: Mapping[str, pa.Table], count: int) -> Iterator[tuple[TablesPart, Ids]]:
    ids = tables["person"]["person_id"].to_pylist()
    for run in ranges(ids, count):
        chosen = {
            name: table.filter(pc.is_in(table["person_id"], pa.array(run, pa.int64())))
            if TABLES[name].person is not None
            else table
            for name, table in tables.items()
        }
        yield TablesPart(chosen), run


# How data are drawn: the day around which dates lie and the data cut, from one person's id to the
# next, into how many parts, and tables without a row.
KINDS: tuple[tuple[date, date, int, int, tuple[str, ...]], ...] = (
    (BASE, DATA_CUT, SMALL, 1, ()),
    (BASE, DATA_CUT, SPARSE, 3, ()),
    (date(1969, 12, 30), date(1970, 3, 1), SMALL, 2, ()),
    (date(9999, 11, 30), date.max, SPARSE, 1, ()),
    (BASE, DATA_CUT, SPARSE, 1, ("dose_era", "condition_occurrence", "attestation")),
    (BASE, DATA_CUT, SMALL, 2, ("observation_period", "drug_exposure")),
    (BASE, DATA_CUT, SMALL, 1, ("measurement", "procedure_occurrence")),
    (BASE, DATA_CUT, SPARSE, 2, ("condition_occurrence",)),
    (BASE, DATA_CUT, SMALL, 2, ()),
    (BASE, BASE, SMALL, 1, ()),
    (BASE, DATA_CUT, SPARSE, 2, ()),
    (BASE, DATA_CUT, SMALL, 1, ()),
    (BASE, DATA_CUT, SMALL, 2, ()),
)
FIRST_CODED, FIRST_STRANGE = 7, 8  # from here on codes must occur; here some are strange
IMPRECISE = (10, 11)  # here some days are not exactly known; in one of them codes must occur
OWN_CUTS = 12  # here most persons have a last day of their own, and some days are not known
STRANGE = 0.02
MISPLACED = tuple(  # codes of events that may come to stand in another table than their own
    code
    for name in ("pneumonia", "rituximab", "renal_biopsy", "inpatient_stay")
    for code in DICTIONARY.omop_ids(name)
)
# The first kinds hold most of what may differ.
DRAWN_KINDS = (
    0,
    0,
    0,
    0,
    0,
    1,
    1,
    1,
    1,
    1,
    2,
    3,
    4,
    5,
    6,
    7,
    8,
    8,
    9,
    *IMPRECISE,
    *IMPRECISE,
    OWN_CUTS,
)


@cache
def drawn_data(number: int, persons: int, kind: int) -> Data:
    """Fact tables of one kind."""
    base, data_cut, step, parts, empty = KINDS[kind]
    tables = make_tables(number, persons, base=base, step=step, empty=empty)
    if kind == FIRST_STRANGE:
        tables = _with_strange_codes(tables, number)
    if kind in (*IMPRECISE, OWN_CUTS):
        tables = with_imprecise_days(tables, number)
    if kind == OWN_CUTS:
        tables = _with_own_cuts(tables, number, data_cut)
    read = read_persons(tables, study=STUDY, data_cut=data_cut)
    carried = kind >= FIRST_CODED and kind != IMPRECISE[0]
    environment = _coded(tables, number) if carried else ENVIRONMENT
    return Data(
        tuple(_in_parts(tables, parts)),
        {person.person: person for person in read},
        data_cut,
        environment,
    )


def _coded(tables: Mapping[str, pa.Table], number: int) -> Environment:
    """The environment with codes as a dataset of these tables has them; by number some declared."""
    tables_of_codes = sorted(CODED)
    codes = replace(
        ENVIRONMENT.codes,
        occurring=occurring_codes(tables),
        mapped=frozenset(tables_of_codes[number % 2 :: 2]),
        own=frozenset(tables_of_codes[number % 3 :: 3]),
    )
    return replace(ENVIRONMENT, codes=codes)


def _with_strange_codes(tables: Mapping[str, pa.Table], number: int) -> Mapping[str, pa.Table]:
    """The tables with some codes that nobody knows, of no code, and of another table."""
    random = np.random.default_rng(number)
    made = dict(tables)
    for name in sorted(CODED & set(tables)):
        column = TABLES[name].concept
        assert column is not None, "a table of codes"
        rows = tables[name]
        code = rows[column].to_numpy().copy()
        drawn = random.random(len(code))
        code[drawn < STRANGE] = 999_001
        code[drawn < STRANGE / 2] = 0
        code[drawn > 1 - STRANGE] = random.choice(MISPLACED)
        place = rows.column_names.index(column)
        made[name] = rows.set_column(place, rows.schema.field(column), pa.array(code, pa.int32()))
    return made


def _with_own_cuts(
    tables: Mapping[str, pa.Table], number: int, data_cut: date
) -> Mapping[str, pa.Table]:
    """The tables with last days of most persons, some after the data cut."""
    random = np.random.default_rng(number)
    ids = [p for p in tables["person"]["person_id"].to_pylist() if random.random() < 0.8]
    days = [data_cut - timedelta(int(random.integers(-30, 400))) for _ in ids]
    rows = pa.table([ids, days], schema=TABLES["person_cut"].schema)
    return {**tables, "person_cut": rows}


def compare_evaluators(
    texts: Sequence[str],
    data: Data,
    environment: Environment,
    random: np.random.Generator,
    *,
    complete: frozenset[str] = frozenset(),
) -> Agreement:
    """Both answers for every expression and subject."""
    nodes = {text: bind_expression(text, environment) for text in texts}
    names = {text: f"c{number}" for number, text in enumerate(nodes)}
    asked = {names[text]: node for text, node in nodes.items()}
    found = Agreement(expressions=len(nodes))
    for part, ids in data.parts:
        few = None
        if random.random() < _FEW:
            few = tuple(random.choice(ids, max(len(ids) // 2, 1), replace=False).tolist())
        base = study_subjects(part, study=STUDY, data_cut=data.data_cut, persons=few)
        drawn = draw_subjects(base, data.persons, random)
        verdicts = evaluate_columns(asked, part, drawn.columns, complete=complete, persons=few)
        for place, person in enumerate(drawn.reference):
            subject = replace(person, complete=complete)
            for text, node in nodes.items():
                column = verdicts[names[text]]
                status, mask = int(column.statuses[place]), int(column.reasons[place])
                said = Truth(Status(status), reasons_of_mask(mask))
                truth, _ = evaluate(node, subject)
                found.pairs += 1
                found.statuses[truth.status] += 1
                found.reasons.update(truth.reasons)
                if said != truth:
                    found.differences.append(
                        f"{text}\n  person {subject.person} {dict(subject.anchors)} "
                        f"{dict(subject.belonging)}: columns {_said(said)}, "
                        f"reference {_said(truth)}"
                    )
    return found


_FEW = 0.25


def compare_generated(
    *,
    rounds: int,
    persons: int,
    seed_number: int | None = None,
    report: Callable[[Agreement], None] = lambda found: None,
) -> Agreement:
    """Both evaluators on generated expressions over generated data.

    Args:
        rounds: each compiles `EXPRESSIONS_AT_ONCE` expressions over one data set.
        seed_number: of the expressions; None draws the same ones each time.
        report: called with the sum so far after each round.
    """
    total = Agreement()

    @given(
        st.lists(
            expressions(), min_size=EXPRESSIONS_AT_ONCE, max_size=EXPRESSIONS_AT_ONCE, unique=True
        ),
        st.integers(0, 3),
        st.sampled_from(DRAWN_KINDS),
        st.sampled_from(COMPLETE),
        st.integers(0, 2**32 - 1),
    )
    def one_round(
        texts: list[str], number: int, kind: int, complete: tuple[str, ...], subjects: int
    ) -> None:
        data = drawn_data(number, persons, kind)
        random = np.random.default_rng(subjects)
        total.add(
            compare_evaluators(texts, data, data.environment, random, complete=frozenset(complete))
        )
        report(total)

    # A difference names its own expression and person, so that nothing needs to be shrunk.
    chosen = settings(
        max_examples=rounds,
        derandomize=seed_number is None,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    test = chosen(one_round)
    if seed_number is not None:
        test = seed(seed_number)(test)
    test()
    return total
