"""Files whose every free text tries to act on whoever reads it, and what shows that it does not."""

from __future__ import annotations

import csv
import json
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from pathlib import Path

import click
import pyarrow as pa
import pyarrow.parquet as pq

from facts.version_1 import write_version_1
from remit.analysis.plan.plan_lock import lock_of, lock_text
from remit.analysis.rows.row_files import write_manifest, write_rows
from remit.analysis.rows.trial_analysis import TrialAnalysis, analyse_trial
from remit.facts.opened import open_facts
from remit.facts.snapshot import new_snapshot
from remit.protocol import read_protocol
from remit.registry import fixture_pages
from remit.simulate import write_cohort

MARK = "ZQX"
# Title, colour, hidden text and a new line over the old; C1 and delete; bell and backspace;
# direction marks and isolates; invisible and tag characters; Unicode's own line breaks.
ACTING = (
    "\x1b]0;owned\x07\x1b[8m\x1b[2K\r\x9b31m\x85\x7f\x08\x0b\x0c\x1c"
    "\u200e\u200f\u202a\u202e\u2066\u2069\u200b\ufeff\u2028\u2029\U000e0041"
)
# Markup of rich, HTML and Markdown, which is text.
MARKUP = "[bold red]x[/bold red][link=file:///etc]:skull:<b>|`*"
POISON = f"{MARK}{ACTING}{MARKUP}"
STUDY = "nct05631717"
PERSONS = 60

# What is not free text: names, languages of their own, dates and numbers.
_KEPT = frozenset([
    "kind", "version", "id", "name", "default_anchor", "page", "type", "anchor", "window",
    "citation_id", "modality", "visits", "state", "expression", "cohorts", "definition",
    "default", "value", "parameter", "options", "windows", "definitions", "parameters",
    "choices", "anchors", "report", "judged_at", "judged_in", "missing", "grade", "instruments",
    "touches", "items", "unit", "outcome", "role", "population", "family", "procedure", "grades",
    "compare", "methods", "of", "dose_of", "adjusted_for", "strata", "event", "strategy",
    "since", "until", "within", "transaminases", "bilirubin", "instrument", "tests", "low", "high",
    "change",
])  # fmt: skip


def acting(text: str) -> set[str]:
    """The characters of a text that act on a terminal or turn its order."""
    kinds = ("Cc", "Cf", "Cs", "Zl", "Zp")
    return {f"U+{ord(c):04X}" for c in text if unicodedata.category(c) in kinds} - {"U+000A"}


def leaves(group: click.Group, words: tuple[str, ...] = ()) -> set[str]:
    """Every command that does something, by its words."""
    found = set[str]()
    for name, command in group.commands.items():
        here = (*words, name)
        if isinstance(command, click.Group):
            found |= leaves(command, here)
        else:
            found.add(" ".join(here))
    return found


@dataclass(frozen=True, slots=True)
class Poisoned:
    """The files of one poisoned workplace."""

    facts: Path
    old_facts: Path
    unsound: Path
    damaged: Path
    study: Path
    broken_study: Path
    pages: Path
    broken_page: Path
    arms: Path
    strange_arms: Path
    form: Path
    odd_form: Path
    days: Path
    panels: tuple[Path, Path, Path]
    bad_panel: Path
    vocabulary: Path
    definition: Path
    broken_definition: Path
    followed: tuple[int, ...]
    sheets: tuple[Path, Path]
    sheet_map: Path
    redcap: tuple[Path, Path]
    redcap_map: Path
    key: Path
    planned_arms: Path
    results: Path
    lock: Path
    printed: Path
    bad_printed: Path
    samples: Path
    out: Path


def _samples(folder: Path) -> Path:
    """A sample sheet, its values and labels, with poisoned persons, visits and genes."""
    folder.mkdir()
    persons = [f"P{at}{POISON}" for at in range(24)]
    sheet = [["sample", "person", "tissue", "visit", "assay", "batch", "path"]]
    sheet += [
        [
            f"S{at}",
            who,
            "blood",
            f"week 0{POISON}",
            "expression_array",
            f"b{at // 12}{POISON}",
            "v.csv",
        ]
        for at, who in enumerate(persons)
    ]
    values = [["gene", *(f"S{at}" for at in range(24))]]
    values += [
        [f"G{row}{POISON}", *(str((row * at) % 7 + (row + at) % 5) for at in range(24))]
        for row in range(1, 30)
    ]
    labels = [["person", "label", f"upcr{MARK}"]]
    labels += [[who, str(at % 2), str(at % 5)] for at, who in enumerate(persons)]
    for name, rows in (("samples.csv", sheet), ("v.csv", values), ("labels.csv", labels)):
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    return folder


def write_poisoned(root: Path) -> Poisoned:
    """The files, in a folder whose name is poisoned too."""
    root = root / f"in{MARK}\x1b[31m\u202e\n"
    root.mkdir()
    clean = root / "clean"
    write_cohort(clean, persons=PERSONS, seed=1)
    facts = _dataset(clean, root / "facts", check=True)
    study = _study(root / "study.toml")
    planned = read_protocol(study)
    lock = lock_of(planned, f"A. {POISON}", on=date(2026, 11, 28))
    with open_facts(facts) as opened:
        taken = dict(zip(_followed(facts), ("stem_cells", "interleukin_2") * PERSONS, strict=False))
        results = _results(analyse_trial(planned, opened, arms=taken), root / "results")
    planned_arms = root / "planned.parquet"
    columns = {"person_id": list(taken), "arm": list(taken.values())}
    pq.write_table(pa.table(columns), planned_arms)
    return Poisoned(
        facts=facts,
        old_facts=_old_dataset(facts, root / "old"),
        unsound=_dataset(clean, root / "unsound", check=False, late=True),
        damaged=_damaged(facts, root / "damaged"),
        study=study,
        broken_study=_broken(root / "broken.toml"),
        pages=_pages(root / "pages"),
        broken_page=_text(root / f"page{MARK}\x1b[31m.txt", f"no registry {POISON}\n" * 9),
        arms=_arms(root / "arms.parquet", facts),
        strange_arms=_arms(root / "strange.parquet", facts, twice=True),
        form=_text(root / "form.json", json.dumps({"seizure": "present", "platelets": "90"})),
        odd_form=_text(root / "odd.json", json.dumps({f"seizure{POISON}": f"present{POISON}"})),
        days=_text(root / "days.json", json.dumps([{"date": "2024-01-01", "x": POISON}])),
        panels=(
            _panel(root / "li.csv", "Li", "CR"),
            _panel(root / "chen.csv", "Chen", "NR"),
            _panel(root / "both.csv", "both", ""),
        ),
        bad_panel=_panel(root / "bad.csv", "Bad", f"CR{POISON}"),
        vocabulary=_vocabulary(root / "CONCEPT.csv"),
        definition=_definition(root / "mine.toml"),
        broken_definition=_definition(root / "bad.toml", expression=f"upcr < {POISON}"),
        followed=_followed(facts),
        samples=_samples(root / "samples"),
        sheets=(_people(root / "people.csv"), _labs(root / f"labs{MARK}\x1b[31m.csv")),
        sheet_map=_sheet_map(root / "map.toml"),
        redcap=_redcap(root),
        redcap_map=_redcap_map(root / "redcap.toml"),
        key=_key(root / "key.json"),
        planned_arms=planned_arms,
        results=results,
        lock=_text(root / "plan.lock.json", lock_text(lock)),
        printed=_printed(root / f"printed{MARK}\x1b[31m.yaml", p="0.03"),
        bad_printed=_printed(root / "bad.yaml", p=f"0.03 {POISON}"),
        out=root / "out",
    )


def _sheet(path: Path, rows: Sequence[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";", quoting=csv.QUOTE_ALL).writerows(rows)
    return path


def _printed(path: Path, *, p: str) -> Path:
    """A table of printed numbers; JSON is YAML, and hides in escapes what YAML refuses."""
    row = {"endpoint": f"CR{POISON}", "subgroup": POISON, f"x_a{POISON}": "3", "n_b": "9", "p": p}
    told = {name: f"{name}{POISON}" for name in ("id", "trial", "citation", "method", "note")}
    return _text(path, json.dumps({"checks": [{**told, "rows": [row]}]}))


def _people(path: Path) -> Path:
    head = ("patient", "birth", "sex", f"more{POISON}")
    return _sheet(path, (head, (f"P1{POISON}", "1990", f"f{POISON}", POISON)))


def _labs(path: Path) -> Path:
    head = ("patient", "date", "test", "value", "unit", f"{POISON}x")
    return _sheet(
        path,
        (
            head,
            (f"P1{POISON}", "2024-01-31", "Plt", f"9{POISON}", f"G/L{POISON}", POISON),
            (f"P1{POISON}", "2024-01-31", f"Hb{POISON}", "9", f"G/L{POISON}", POISON),
            (f"P2{POISON}", "2024-01-31", "Plt", "9", "", POISON),
        ),
    )


def _sheet_map(path: Path) -> Path:
    columns = {"patient": "patient", "test": "test", "value": "value", "unit": "unit"}
    tables = (
        {
            "file": "people.csv",
            "holds": "persons",
            "columns": {"patient": "patient", "birth": "birth", "sex": "sex"},
        },
        {
            "file": f"labs{MARK}\x1b[31m.csv",
            "holds": "tests",
            "columns": {**columns, "date": {"column": "date", "format": "%Y-%m-%d"}},
            "names": {"Plt": {"concept": "platelets"}},
        },
    )
    said = [f"{key} = {toml_text(value)}" for table in tables for key, value in table.items()]
    first = len(tables[0])
    lines = ["[[table]]", *said[:first], "[[table]]", *said[first:]]
    return _text(path, "\n".join(['kind = "remit.tidy_map"', "version = 1", *lines, ""]))


REDCAP_FIELDS = (
    ("record_id", "text", "Record", "", ""),
    ("dob", "text", f"Born {POISON}", "", "date_ymd"),
    ("upcr", "text", f"UPCR {POISON}", "", ""),
    ("day", "text", "Day", "", "date_ymd"),
    ("had", "radio", f"Had {POISON}", f"1, SLE{POISON} | 2, Other", ""),
)


def _redcap(folder: Path) -> tuple[Path, Path]:
    """The dictionary and the records of a REDCap project."""
    head = (
        "field_name,form_name,field_type,field_label,select_choices_or_calculations,"
        "text_validation_type_or_show_slider_number,identifier"
    )
    fields = [
        (name, f"form{POISON}", kind, label, choices, validation, "")
        for name, kind, label, choices, validation in REDCAP_FIELDS
    ]
    cells = ["record_id", "dob", "upcr", "day", "had", f"strange{POISON}"]
    rows = (
        (f"R1{POISON}", "1990-01-31", f"9{POISON}", "2024-01-31", "1", POISON),
        (f"R2{POISON}", "1991-01-31", "0.5", "2024-01-31", "2", POISON),
    )
    return (
        _sheet(folder / "dictionary.csv", (tuple(head.split(",")), *fields)),
        _sheet(folder / f"records{MARK}.csv", (tuple(cells), *rows)),
    )


def _redcap_map(path: Path) -> Path:
    return _text(
        path,
        """kind = "remit.redcap_map"
version = 1
[person]
birth = "dob"
[fields.upcr]
concept = "upcr"
unit = "g/g"
date = "day"
[fields.had]
date = "day"
[fields.had.names]
1 = { concept = "sle" }
""",
    )


def _key(path: Path) -> Path:
    """A key of pseudonyms that gave one to a person of a poisoned name."""
    page = {
        "kind": "remit.pseudonym_key",
        "version": 1,
        "key": "00" * 32,
        "persons": {"P-1": f"R1{POISON}"},
    }
    _text(path, json.dumps(page))
    path.chmod(0o600)
    return path


def _text(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8", newline="")
    return path


def _dataset(clean: Path, out: Path, *, check: bool, late: bool = False) -> Path:
    with open_facts(clean) as source:
        tables = {name: _poisoned_rows(name, source.rows(name)) for name in source.manifest.tables}
        if late:
            tables["person"] = _column(tables["person"], "month_of_birth", 13)
        allocation = source.extra("allocation")
        names = [f"{arm}{POISON}" for arm in allocation["arm"].to_pylist()]
        place = allocation.schema.get_field_index("arm")
        allocation = allocation.set_column(place, allocation.schema.field("arm"), pa.array(names))
        with new_snapshot(
            out, source=POISON, data_cut=source.data_cut, complete=(), check=check
        ) as snapshot:
            snapshot.write_part(tables)
            snapshot.write_extra("allocation", allocation.schema, allocation.to_batches())
    return out


def _old_dataset(facts: Path, out: Path) -> Path:
    with open_facts(facts) as source:
        tables = {name: source.rows(name) for name in source.manifest.tables}
    return write_version_1(out, tables)


def _poisoned_rows(name: str, rows: pa.Table) -> pa.Table:
    """Every free text poisoned; an empty one becomes poison alone."""
    for place, field in enumerate(rows.schema):
        if pa.types.is_string(field.type) and field.name not in ("study", "anchor", "statement"):
            texts = [f"{text or ''}{POISON}" for text in rows[field.name].to_pylist()]
            rows = rows.set_column(place, field, pa.array(texts, field.type))
    if name == "measurement" and rows.num_rows:
        units = [None, *rows["unit_concept_id"].to_pylist()[1:]]
        place = rows.schema.get_field_index("unit_concept_id")
        rows = rows.set_column(place, rows.schema.field(place), pa.array(units, pa.int32()))
    return rows


def _column(rows: pa.Table, name: str, value: int) -> pa.Table:
    place = rows.schema.get_field_index(name)
    field = rows.schema.field(place)
    return rows.set_column(place, field, pa.array([value] * rows.num_rows, field.type))


def _damaged(facts: Path, out: Path) -> Path:
    out.mkdir()
    page = json.loads((facts / "manifest.json").read_text("utf-8"))
    _text(out / "manifest.json", json.dumps({**page, "kind": POISON}))
    return out


def toml_text(value: object) -> str:
    """A value in TOML; every character that is not ASCII is escaped."""
    if isinstance(value, dict):
        inner = ", ".join(f"{json.dumps(k)} = {toml_text(v)}" for k, v in value.items())
        return "{" + inner + "}"
    if isinstance(value, list):
        return f"[{', '.join(map(toml_text, value))}]"
    if isinstance(value, str):
        return '"' + "".join(_escaped(c) for c in value) + '"'
    return json.dumps(value)


def _escaped(character: str) -> str:
    if character in '"\\' or not character.isascii() or not character.isprintable():
        return f"\\U{ord(character):08x}"
    return character


def _spoilt(value: object, key: str = "") -> object:
    """The free texts below a key, poisoned."""
    if isinstance(value, dict):
        return {name: _spoilt(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [_spoilt(inner, key) for inner in value]
    return f"{value}{POISON}" if isinstance(value, str) and key not in _KEPT else value


def _page_of(folder: str, package: str, name: str) -> dict[str, object]:
    text = (resources.files(package) / folder / f"{name}.toml").read_text("utf-8")
    return tomllib.loads(text)


def _results(found: TrialAnalysis, folder: Path) -> Path:
    """Without the figures, which take long."""
    folder.mkdir()
    write_rows(found, folder)
    write_manifest(found, folder)
    return folder


def _study(path: Path) -> Path:
    page = _page_of("studies", "remit.protocol", STUDY)
    # Names and expressions of these would be other studies.
    kept = ("windows", "definitions", "parameters", "report")
    page = {k: v if k in kept else _spoilt(v, k) for k, v in page.items()}
    page["notes"] = [POISON]
    page["name"] = "poisoned"
    anchors = page["anchors"]
    assert isinstance(anchors, dict)
    page["anchors"] = {name: f"{text}{POISON}" for name, text in anchors.items()}
    return _text(path, "\n".join(f"{k} = {toml_text(v)}" for k, v in page.items()))


def _broken(path: Path) -> Path:
    page = _page_of("studies", "remit.protocol", STUDY)
    criteria = page["criteria"]
    assert isinstance(criteria, list)
    criteria[0]["expression"] = f"upcr > 1 {POISON}"
    return _text(path, "\n".join(f"{k} = {toml_text(v)}" for k, v in page.items()))


def _definition(path: Path, expression: str | None = None) -> Path:
    page = _spoilt(_page_of("definitions", "remit.endpoints", "sledai_fall_4"))
    assert isinstance(page, dict)
    if expression is not None:
        page["responses"][0]["gates"][0]["expression"] = expression
    return _text(path, "\n".join(f"{k} = {toml_text(v)}" for k, v in page.items()))


def _pages(folder: Path) -> Path:
    folder.mkdir()
    for page in fixture_pages():
        text = page.read_text(encoding="utf-8")
        _text(folder / f"{MARK}\x1b[31m\u202e{page.name}", spoilt_page(page.name, text))
    return folder


def spoilt_page(name: str, text: str) -> str:
    """A page with poison beside some words that its formats do not read as labels."""
    poison = json.dumps(POISON)[1:-1] if name.endswith(".json") else POISON.replace("\u2028", "")
    for word in ("lupus", "Lupus", "kidney", "patients"):
        text = text.replace(f"{word} ", f"{word}{poison} ")
    return text


def _followed(facts: Path) -> tuple[int, ...]:
    with open_facts(facts) as opened:
        rows = opened.extra("allocation").to_pylist()
    return tuple(row["person_id"] for row in rows if str(row["study"]).lower() == STUDY)


def _arms(path: Path, facts: Path, *, twice: bool = False) -> Path:
    own = _followed(facts)
    columns: Mapping[str, Sequence[object]] = {
        "person_id": own * (2 if twice else 1),
        "arm": [f"arm {POISON}"] * len(own) + [f"other {POISON}"] * (len(own) if twice else 0),
    }
    pq.write_table(pa.table(columns), path)
    return path


def _panel(path: Path, name: str, response: str) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("person", "visit", "adjudicator", "response", "comment"))
        writer.writerow((1, f"week_24{POISON}", f"{name}{POISON}", response, POISON))
    return path


def _vocabulary(path: Path) -> Path:
    head = "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_code"
    rows = [f"9{number}\t{POISON.translate({13: None})}\tMeasurement\tLOINC\t2890-2"
            for number in range(1)]  # fmt: skip
    return _text(path, "\n".join((head, *rows)) + "\n")
