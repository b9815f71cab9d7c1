"""Is a dataset sound? Each rule that its rows break, with counts and row ids, never a value.

Required values are never empty in an opened dataset: its files declare so, and `open_facts`
refuses any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from remit.errors import DatasetError
from remit.facts.dictionary import Dictionary
from remit.facts.engine import Engine, engine_over
from remit.facts.event_findings import event_rules
from remit.facts.findings import SHOWN, Finding, Rule, Severity, find_breaches
from remit.facts.imprecise_findings import imprecise_rules
from remit.facts.opened import Facts
from remit.facts.signs import SIGNS
from remit.facts.source_findings import source_rules
from remit.facts.strength_findings import strength_rules
from remit.facts.tables import TABLES
from remit.units import find_unit, nearest_units, unit_key

# table -> its first day, its last day where that is another column
DAYS: Mapping[str, tuple[str, str | None]] = {
    name: (table.start, table.end if table.end != table.start else None)
    for name, table in TABLES.items()
    if table.start is not None
}


def check_dataset(facts: Facts, *, strict_units: bool = False) -> tuple[Finding, ...]:
    """What is wrong with the rows of the dataset, errors first.

    Args:
        strict_units: a unit that nobody knows is an error; else a warning, since a criterion that
            meets one answers `unknown` (`unit_unknown`).
    """
    dictionary = facts.codes.dictionary
    with engine_over(facts) as engine:
        engine.rows(_BIRTHS)
        found = (
            *find_breaches(engine, _rules(engine, facts.data_cut)),
            *_unit_findings(engine, "error" if strict_units else "warning", dictionary),
            *find_breaches(engine, _code_rules(engine, dictionary)),
        )
    return tuple(sorted(found, key=lambda finding: finding.severity))


def require_sound(facts: Facts, *, strict_units: bool = False) -> None:
    """Nothing, when no row breaks a rule whose breach is an error.

    Raises:
        DatasetError: the first findings, with row ids.
    """
    found = check_dataset(facts, strict_units=strict_units)
    errors = [finding for finding in found if finding.severity == "error"]
    if errors:
        more = f"\n  and {len(errors) - SHOWN} more" if len(errors) > SHOWN else ""
        raise DatasetError(
            "the dataset breaks rules that every answer rests on",
            excerpt="\n".join(f"  {finding}" for finding in errors[:SHOWN]) + more,
            next_step="correct these rows at their source and write the dataset anew",
            place=facts.folder,
        )


# The calendar of dates: years 1 to 9999, and each month its own days.
_YEAR = "year_of_birth not between 1 and 9999"
_MONTH, _DAY = "coalesce(month_of_birth, 1)", "coalesce(day_of_birth, 1)"
# The longest month stands for one that is not told: a day alone is a fault of no month.
_LENGTH = (
    "(case when month_of_birth is null then 31 when month_of_birth in (4, 6, 9, 11) then 30 "
    "when month_of_birth <> 2 then 31 when year_of_birth % 4 = 0 and (year_of_birth % 100 <> 0 "
    "or year_of_birth % 400 = 0) then 29 else 28 end)"
)


def _plain_day(day: date) -> int:
    return day.year * 10000 + day.month * 100 + day.day


_BORN = "year_of_birth * 10000 + coalesce(month_of_birth, 1) * 100 + coalesce(day_of_birth, 1)"
_BIRTHS = f"create table births as select person_id, max({_BORN}) as born from person group by 1"


def _beside_births(name: str) -> str:
    """The rows of a table, each beside the birth of its person: null where nobody has it."""
    return f"{name} left join births using (person_id)"


def _rules(engine: Engine, data_cut: date) -> Iterator[Rule]:
    yield from _person_rules(data_cut)
    yield from _name_rules(engine)
    yield from _day_rules(data_cut)
    yield from _calendar_rules()
    yield from _key_rules()
    yield from imprecise_rules(data_cut)
    yield from source_rules()
    yield from strength_rules(engine)
    yield from _era_rules()
    yield from _sign_rules()
    yield from event_rules()


def _person_rules(data_cut: date) -> Iterator[Rule]:
    impossible = f"{_MONTH} not between 1 and 12 or {_DAY} not between 1 and {_LENGTH} or {_YEAR}"
    yield Rule("person", "impossible birth date", "person", impossible)
    cut = (_plain_day(data_cut),)
    yield Rule("person", "born after the data cut", "person", f"{_BORN} > ?", cut)
    of_persons = _beside_births("person_cut")
    yield Rule("person_cut", "after the data cut", of_persons, "last_day > ?", (data_cut,))
    for name, table in TABLES.items():
        if name != "person" and table.person is not None:
            yield Rule(name, "person unknown", _beside_births(name), "births.born is null")


def _name_rules(engine: Engine) -> Iterator[Rule]:
    """Two persons of one name, or one without a name among those that have one."""
    name = "trim(person_source_value)"
    many = f"select {name} from person_name group by 1 having count(*) > 1"
    twice = f"person_name where {name} in ({many})"
    yield Rule("person_name", "two persons of one name", f"(from {twice})")
    yield Rule("person_name", "empty name", _beside_births("person_name"), f"{name} = ''")
    unnamed = "person anti join person_name using (person_id)"
    if "person_name" in engine.filled:
        yield Rule("person", "person without a name", unnamed)


def _number(day: str) -> str:
    # Not a date: the 30th of February at birth must be found here, not break the query.
    return f"year({day}) * 10000 + month({day}) * 100 + day({day})"


def _day_rules(data_cut: date) -> Iterator[Rule]:
    for name, (first, last) in DAYS.items():
        rows = _beside_births(name)
        yield Rule(name, "before birth", rows, f"{_number(first)} < births.born")
        yield Rule(name, "after the data cut", rows, f"{first} > ?", (data_cut,))
        if last is not None:
            yield Rule(name, "end before start", rows, f"{last} < {first}")
    for name, (first, _) in DAYS.items():
        moment = f"{first.removesuffix('_date')}_datetime"
        if moment in TABLES[name].schema.names:
            elsewhere = f"{moment}::date != {first}"
            yield Rule(name, "time on another day", _beside_births(name), elsewhere)
    late = "observation_period_end_date > ? and observation_period_start_date <= ?"
    name = "observation_period"
    cuts = (data_cut, data_cut)
    yield Rule(name, "end after the data cut", _beside_births(name), late, cuts)
    signed = _beside_births("attestation")
    yield Rule("attestation", "after the data cut", signed, "signed_date > ?", (data_cut,))


def _calendar_rules() -> Iterator[Rule]:
    """Days that files can hold and no calendar has: of named dates too, which may lie ahead."""
    for name, table in TABLES.items():
        days = [c.name for c in table.columns if c.type in ("date", "datetime")]
        if days:
            outside = " or ".join(f"{day} < '0001-01-01' or {day} >= '10000-01-01'" for day in days)
            rows = name if table.person is None else _beside_births(name)
            yield Rule(name, "on no day of the calendar", rows, outside)


def _key_rules() -> Iterator[Rule]:
    for name, table in TABLES.items():
        if name == "concept_ancestor":
            continue
        is_anchor = name == "study_anchor"
        key = "study, person_id, anchor" if is_anchor else table.key
        copies = f"(select {key} from {name} group by {key} having count(*) > 1)"
        rule = "two anchors of one name" if is_anchor else "duplicate key"
        yield Rule(name, rule, copies)
    of_procedures = (
        "measurement anti join procedure_occurrence on measurement_event_id = "
        "procedure_occurrence_id"
    )
    loose = "measurement_event_id is not null"
    yield Rule("measurement", "procedure unknown", of_procedures, loose, severity="warning")


# Each era beside what the person had of that drug before it.
_ERAS = """(
  select *, max(dose_era_end_date) over (before rows between unbounded preceding and 1 preceding)
    as ended, lag(dose_value) over before is not distinct from dose_value
    and lag(unit_concept_id) over before is not distinct from unit_concept_id as same
  from dose_era window before as (
    partition by person_id, drug_concept_id order by dose_era_start_date, dose_era_id))"""


def _era_rules() -> Iterator[Rule]:
    overlapping = "ended >= dose_era_start_date"
    yield Rule("dose_era", "overlaps an era of the same drug", _ERAS, overlapping)
    touching = "dose_era_start_date - ended = 1 and same"
    same = "continues an era of the same dose"
    yield Rule("dose_era", same, _ERAS, touching, severity="warning")


def _code_rules(engine: Engine, dictionary: Dictionary) -> Iterator[Rule]:
    """Codes that no concept claims: one of them may be what a criterion finds to be absent."""
    claimed = sorted(dictionary.listed)
    for name in ("condition_occurrence", "drug_exposure", "procedure_occurrence"):
        if name not in engine.filled:
            continue
        column = TABLES[name].concept
        unclaimed = (
            f"{name} where not list_contains(?, {column}) and {column} not in (select "
            "descendant_concept_id from concept_ancestor where list_contains(?, "
            "ancestor_concept_id))"
        )
        common = engine.rows(
            f"select {column} from {unclaimed} group by 1 order by count(*) desc, 1 limit {SHOWN}",
            claimed,
            claimed,
        )
        if common:
            detail = f"most often {column} {', '.join(str(row[0]) for row in common)}"
            yield Rule(
                name,
                "code that no concept claims",
                f"(from {unclaimed})",
                values=(claimed, claimed),
                severity="warning",
                detail=detail,
            )


def _unit_findings(engine: Engine, severity: Severity, dictionary: Dictionary) -> Iterator[Finding]:
    """Units that nobody knows, and ids whose words are another unit: each unit looked up once."""
    own = {key for unit in dictionary.units.values() for key in (*unit.texts, *unit.ids)}
    for name, text in (("measurement", "unit_source_value"), ("dose_era", "null")):
        if name not in engine.filled:
            continue
        key = TABLES[name].key
        units = engine.rows(
            f"select coalesce(unit_concept_id, 0), {text}, count(*), min({key}, {SHOWN}) "
            f"from {name} group by 1, 2"
        )
        found: dict[tuple[str, str], list[tuple[int, list[int]]]] = {}
        for coded, written, count, examples in units:
            said = None if written is None else str(written)
            fault = _unit_fault(int(str(coded)), said)
            # Doses are read by the units of the closed table alone.
            known = unit_key(omop_id=int(str(coded)), text=said, own=own) in own
            if fault is not None and not (known and name == "measurement"):
                assert isinstance(examples, list)
                found.setdefault(fault, []).append((int(str(count)), examples))
        for (rule, detail), pieces in sorted(found.items()):
            ids = sorted(id_ for _, examples in pieces for id_ in examples)[:SHOWN]
            rows = sum(count for count, _ in pieces)
            yield Finding(severity, rule, name, rows, tuple(ids), detail)


def _unit_fault(coded: int, written: str | None) -> tuple[str, str] | None:
    """The rule that a unit id and its words break, and what they are."""
    if find_unit(omop_id=coded, text=written) is not None or not (coded or written):
        return None
    if not coded:
        near = nearest_units(written or "")
        meant = f"; perhaps {' or '.join(near)}" if near else ""
        return "unit unknown", f"unit_source_value {written}{meant}"
    if find_unit(omop_id=coded, text=None) is None:
        return "unit unknown", f"unit_concept_id {coded}"
    return "unit id and words contradict", f"unit_concept_id {coded}, unit_source_value {written}"


def _sign_rules() -> Iterator[Rule]:
    """Numbers whose source text has a sign that their operator has not; verdicts are unknown."""
    broken = (
        "value_as_number is not null and regexp_matches(value_source_value, ?) "
        "and not list_contains(?, coalesce(operator_concept_id, 0))"
    )
    for sign, (pattern, agreeing) in SIGNS.items():
        yield Rule(
            "measurement",
            "source text has another sign",
            _beside_births("measurement"),
            broken,
            (pattern, list(agreeing)),
            severity="warning",
            detail=f"{sign} in value_source_value, and no such operator",
        )
