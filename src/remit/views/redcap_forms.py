"""A study as a REDCap project: the data dictionary of its forms, and the map that reads it back.

REDCap's rules for it: a field's name has small letters, digits and underscores, begins with a
letter and has 26 signs at most; of choices each is a code, a comma and a label.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from remit.facts.codes import NO_VOCABULARY
from remit.facts.concept import Concept
from remit.facts.intake.draft.draft_names import FINDING_OF
from remit.facts.intake.redcap.redcap_dictionary import COLUMNS
from remit.facts.intake.redcap.redcap_map import KIND, VERSION
from remit.protocol import Protocol
from remit.protocol.bound import bind_protocol
from remit.protocol.recorded import RecordedFacts, recorded_facts
from remit.terminal import cell_text, plain_text
from remit.views.toml_text import toml_string

MOST_SIGNS = 26
_NO_SIGN = re.compile(r"[^a-z0-9_]+")
_SEXES = {"1": "female", "2": "male", "9": "unknown"}
_ROUTES = {"1": "intravenous", "2": "oral", "3": "other"}
_DOSES = {"1": "mg/d", "2": "mg/wk"}
_FINDINGS = {
    "present": "Present",
    "absent": "Absent",
    "not_attributed": "Present, but not due to lupus",
}
_HEAD = """# Which field of the REDCap project of {id} is which fact: written with its dictionary.
#   remit facts import redcap DICTIONARY.csv RECORDS.csv --map THIS.toml --out DATASET
# In REDCap, let the forms repeat that are named here: {repeat}.
kind = "{kind}"
version = {version}
{instruments}days_marked_identifiers = ["birth_date", "death_date"]

[person]
birth = "birth_date"
sex = "sex"
died = "death_date"
sexes = {{ {sexes} }}

[observed]
start = "watched_from"
end = {{ column = "watched_to", empty = "ongoing" }}
"""


@dataclass(frozen=True, slots=True)
class RedcapForms:
    """A data dictionary as CSV, the map as TOML, and the forms that must repeat."""

    dictionary: str
    map: str
    repeating: tuple[str, ...]


@dataclass(slots=True)
class _Forms:
    """The rows of the dictionary and the lines of the map, while they are written."""

    rows: list[Mapping[str, str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    repeating: list[str] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    def add(self, form: str, name: str, kind: str = "text", **columns: str) -> str:
        """Add a field under a name that REDCap takes, and return the name."""
        base = _NO_SIGN.sub("_", name.lower()).strip("_")
        base = base if base[:1].isalpha() else f"f_{base}"
        taken, number = base[:MOST_SIGNS].rstrip("_"), 2
        while taken in self._taken:
            taken = f"{base[: MOST_SIGNS - len(f'_{number}')].rstrip('_')}_{number}"
            number += 1
        self._taken.add(taken)
        said = {key: plain_text(text) for key, text in columns.items()}
        for key in ("field_label", "field_note"):
            said[key] = cell_text(said.get(key, ""))  # a dictionary is opened in a spreadsheet
        self.rows.append({"field_name": taken, "form_name": form, "field_type": kind, **said})
        return taken

    def day(self, form: str, name: str, label: str, **columns: str) -> str:
        return self.add(form, name, field_label=label, **_DAY, **columns)

    def say(self, *lines: str) -> None:
        self.lines += lines


_VALIDATION = "text_validation_type_or_show_slider_number"
_DAY = {_VALIDATION: "date_ymd", "field_note": "YYYY-MM-DD"}
_NUMBER = {_VALIDATION: "number"}
_CHOICES = "select_choices_or_calculations"


def redcap_forms(protocol: Protocol) -> RedcapForms:
    """The forms of a study: who somebody is, its named dates, signatures, and what criteria read.

    Raises:
        ProtocolError: an expression of the study does not bind.
    """
    facts = recorded_facts(bind_protocol(protocol, NO_VOCABULARY))
    forms = _Forms()
    _person(forms)
    _study(forms, protocol)
    _visit(forms)
    _laboratory(forms, facts)
    _listed(forms, facts, "condition", "diagnoses", "diagnosis")
    _drugs(forms, facts)
    _procedures(forms, facts)
    _listed(forms, facts, "visit", "stays", "stay")
    for name, items in facts.items.items():
        _instrument(forms, name, items)
    made = io.StringIO()
    lines = csv.writer(made, lineterminator="\n")
    lines.writerow(COLUMNS.values())
    lines.writerows([row.get(name, "") for name in COLUMNS] for row in forms.rows)
    instruments = ", ".join(map(toml_string, facts.items))
    head = _HEAD.format(
        id=protocol.id,
        repeat=", ".join(forms.repeating),
        kind=KIND,
        version=VERSION,
        instruments=f"instruments = [{instruments}]\n" if instruments else "",
        sexes=", ".join(f'"{code}" = "{sex}"' for code, sex in _SEXES.items()),
    )
    return RedcapForms(made.getvalue(), "\n".join([head, *forms.lines, ""]), tuple(forms.repeating))


def _choices(labels: Mapping[str, str]) -> str:
    # What stands between choices may be in none of them.
    return " | ".join(f"{code}, {label.replace('|', '/')}" for code, label in labels.items())


def _person(forms: _Forms) -> None:
    forms.add("person", "record_id", field_label="Record ID")
    forms.day("person", "birth_date", "Date of birth", identifier="y", required_field="y")
    sexes = {code: sex.capitalize() for code, sex in _SEXES.items()}
    forms.add("person", "sex", "radio", field_label="Sex", **{_CHOICES: _choices(sexes)})
    forms.day("person", "death_date", "Date of death", identifier="y")
    forms.day("person", "watched_from", "Under observation from")
    forms.day("person", "watched_to", "Under observation to (empty: still)")


def _study(forms: _Forms, protocol: Protocol) -> None:
    study = f"[studies.{toml_string(protocol.id)}"
    forms.say("", f"{study}.anchors]")
    for name, text in protocol.anchors.items():
        taken = forms.day("named_dates", f"date_{name}", f"{name}: {text}")
        forms.say(f"{toml_string(name)} = {toml_string(taken)}")
    for name, asked in protocol.attestations.items():
        answer = forms.add(
            "signatures",
            f"sg_{name}",
            "yesno",
            field_label=asked.text,
            field_note=f"Asks {asked.asks}",
        )
        shown = f"[{answer}] <> ''"
        by = forms.add(
            "signatures", f"{answer[:22]}_by", field_label="Signed by", branching_logic=shown
        )
        on = forms.day("signatures", f"{answer[:22]}_on", "Signed on", branching_logic=shown)
        forms.say("", f"{study}.signed.{toml_string(name)}]")
        forms.say(f'answer = "{answer}"', f'by = "{by}"', f'date = "{on}"')


def _visit(forms: _Forms) -> None:
    forms.repeating.append("visit")
    day = forms.day("visit", "visit_date", "Day of the visit")
    forms.say("", "[forms.visit]", f'date = "{day}"', 'visit = "outpatient_visit"')


def _laboratory(forms: _Forms, facts: RecordedFacts) -> None:
    values = [
        concept
        for kind in ("quantity", "titre", "score", "category")
        for concept in facts.concepts.get(kind, ())
        if concept.name not in FINDING_OF
    ]
    if not values:
        return
    forms.repeating.append("laboratory")
    day = forms.day("laboratory", "lab_date", "Day of the sample or the score")
    forms.say("", "[forms.laboratory]", f'date = "{day}"')
    for concept in values:
        _value(forms, "laboratory", concept, limits=concept.name in facts.limits)


def _value(
    forms: _Forms,
    form: str,
    concept: Concept,
    *,
    limits: bool = False,
    of: str | None = None,
    shown: str = "",
) -> None:
    """A field for the value of a concept, and its lines of the map."""
    more = {"branching_logic": shown} if shown else {}
    lines = [f"concept = {toml_string(concept.name)}"]
    if concept.kind == "category":
        codes = {str(at): name for at, name in enumerate(concept.values, start=1)}
        labels = {
            code: _FINDINGS.get(name, concept.values[name].label) for code, name in codes.items()
        }
        name = forms.add(
            form,
            concept.name,
            "radio",
            field_label=concept.label,
            **{_CHOICES: _choices(labels)},
            **more,
        )
        answers = (f'"{code}" = {toml_string(answer)}' for code, answer in codes.items())
        lines.append(f"answers = {{ {', '.join(answers)} }}")
        if of is not None:
            lines.append(f"of = {toml_string(of)}")
    else:
        unit = concept.unit.code if concept.unit is not None else ""
        bounds = concept.plausible or ("", "")
        note = "The reciprocal: 80 for 1:80" if concept.kind == "titre" else unit
        name = forms.add(
            form,
            concept.name,
            field_label=concept.label,
            field_note="" if concept.kind == "score" else note,
            text_validation_min=str(bounds[0]),
            text_validation_max=str(bounds[1]),
            **_NUMBER,
            **more,
        )
        if concept.kind in {"quantity", "titre"}:
            lines.append(f"unit = {toml_string(unit)}")
        if limits:
            for side in ("low", "high"):
                limit = forms.add(
                    form,
                    f"{name[:20]}_{side}",
                    field_label=f"{concept.label}: {'lower' if side == 'low' else 'upper'} limit "
                    "of normal",
                    field_note=note,
                    **_NUMBER,
                )
                lines.append(f'{side} = "{limit}"')
    forms.say("", f"[fields.{name}]", *lines)


def _listed(forms: _Forms, facts: RecordedFacts, kind: str, form: str, name: str) -> None:
    """A form that repeats, one thing of a list a time, from a day to a day."""
    concepts = facts.concepts.get(kind, ())
    if not concepts:
        return
    forms.repeating.append(form)
    taken = forms.add(form, name, "dropdown", field_label=name.capitalize(), **_named(concepts))
    start = forms.day(form, f"{name}_start", "From")
    end = forms.day(form, f"{name}_end", "To (empty: no end is known)")
    forms.say("", f"[fields.{taken}]", f'date = "{start}"')
    empty = ', empty = "ongoing"' if kind == "visit" else ""
    forms.say(f'end = {{ column = "{end}"{empty} }}', f"[fields.{taken}.names]")
    forms.say(*_meanings(concepts))


def _named(concepts: Iterable[Concept]) -> dict[str, str]:
    return {_CHOICES: _choices({c.name: c.label for c in concepts})}


def _meanings(concepts: Iterable[Concept]) -> Iterable[str]:
    return (f"{c.name} = {{ concept = {toml_string(c.name)} }}" for c in concepts)


def _drugs(forms: _Forms, facts: RecordedFacts) -> None:
    drugs = facts.concepts.get("drug", ())
    if not drugs:
        return
    forms.repeating.append("drugs")
    drug = forms.add("drugs", "drug", "dropdown", field_label="Drug", **_named(drugs))
    start = forms.day("drugs", "drug_start", "First day")
    end = forms.day("drugs", "drug_end", "Last day (empty: still taken)")
    shown = " or ".join(f"[{drug}] = '{c.name}'" for c in drugs if c.name in facts.dosed)
    dose = forms.add("drugs", "drug_dose", field_label="Dose", branching_logic=shown, **_NUMBER)
    unit = forms.add(
        "drugs",
        "drug_dose_unit",
        "dropdown",
        field_label="Dose: in which unit",
        branching_logic=f"[{dose}] <> ''",
        **{_CHOICES: _choices(_DOSES)},
    )
    route = forms.add(
        "drugs", "drug_route", "dropdown", field_label="Route", **{_CHOICES: _choices(_ROUTES)}
    )
    routes = ", ".join(f'"{code}" = "{word}"' for code, word in _ROUTES.items())
    forms.say(
        "",
        f"[fields.{drug}]",
        f'date = "{start}"',
        f'end = {{ column = "{end}", empty = "ongoing" }}',
        f'dose = "{dose}"',
        f'dose_unit = {{ column = "{unit}" }}',
        f'route = "{route}"',
        f"routes = {{ {routes} }}",
        f"[fields.{drug}.names]",
        *_meanings(drugs),
    )


def _procedures(forms: _Forms, facts: RecordedFacts) -> None:
    procedures = facts.concepts.get("procedure", ())
    if not procedures:
        return
    forms.repeating.append("procedures")
    name = forms.add(
        "procedures", "procedure", "dropdown", field_label="Procedure", **_named(procedures)
    )
    day = forms.day("procedures", "procedure_date", "Day of the procedure")
    forms.say("", "[forms.procedures]", f'date = "{day}"')
    forms.say("", f"[fields.{name}.names]", *_meanings(procedures))
    for finding in facts.concepts.get("category", ()):
        of = FINDING_OF.get(finding.name)
        if of is not None:
            _value(forms, "procedures", finding, of=of, shown=f"[{name}] = '{of}'")


def _instrument(forms: _Forms, name: str, items: Iterable[Concept]) -> None:
    form = f"score_{name}"
    forms.repeating.append(form)
    day = forms.day(form, f"{name}_date", "Day of the visit")
    forms.say("", f"[forms.{form}]", f'date = "{day}"')
    for item in items:
        _value(forms, form, item)
