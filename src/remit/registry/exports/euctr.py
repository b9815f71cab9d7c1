"""The form of EU Clinical Trials Register records (EudraCT): the register's text, or JSON of it.

The text has a line a question: "E.3 Principal inclusion criteria: ...". Codes and questions are
those of the EudraCT application form. A question asked again (of a second sponsor or product)
carries its place; one in another language its language: "E.3 (es)".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from remit.registry.exports.export_form import (
    ExportForm,
    ItemReader,
    Part,
    field_of,
    text_of,
)
from remit.registry.exports.leaf import Leaf, span_of, written_text
from remit.registry.record import Field, OutcomeType
from remit.registry.text.outcomes import outcome

_NAMES = {
    "Summary.EudraCT Number": "registry_id",
    "Summary.Sponsor's Protocol Code Number": "secondary_id",
    "Summary.National Competent Authority": "authority",
    "Summary.Trial Status": "status",
    "Summary.Date on which this record was first entered in the EudraCT database": (
        "date_first_posted"
    ),
    "Summary.Link": "url",
    "A.1": "member_state",
    "A.2": "registry_id",
    "A.3": "title_official",
    "A.3.1": "title",
    "A.3.2": "title_acronym",
    "A.4.1": "secondary_id",
    "A.5.1": "secondary_id",
    "A.5.2": "secondary_id",
    "A.5.3": "secondary_id",
    "A.5.4": "secondary_id",
    "B.1.1": "sponsor",
    "B.4.1": "funder",
    "D.2.1.1.1": "intervention",
    "D.3.1": "intervention",
    "D.3.8": "intervention",
    "E.1.1": "condition",
    "E.2.1": "objective",
    "F.3.1": "healthy_volunteers",
    "F.4.2.2": "enrolment",
    "N.Date of Competent Authority Decision": "date_start_authorised",
    "P.Date of the global end of the trial": "date_completion",
}
# B.5: the contact point, of which the organisation alone stays.
_DROPPED = {
    "B.5.2": "contact_name",
    "B.5.3.1": "address",
    "B.5.3.3": "zip",
    "B.5.4": "telephone",
    "B.5.5": "telephone",
    "B.5.6": "email",
}
_PHASES = {"E.7.1": "Phase 1", "E.7.2": "Phase 2", "E.7.3": "Phase 3", "E.7.4": "Phase 4"}
_AGES = {
    "F.1.1.1": "in utero",
    "F.1.1.2": "preterm newborns",
    "F.1.1.3": "newborns (0-27 days)",
    "F.1.1.4": "infants and toddlers (28 days-23 months)",
    "F.1.1.5": "children (2-11 years)",
    "F.1.1.6": "adolescents (12-17 years)",
    "F.1.2": "adults (18-64 years)",
    "F.1.3": "elderly (65 years and over)",
}
_SEXES = {"F.2.1": "Female", "F.2.2": "Male"}
_CODE = re.compile(
    r"(?P<code>[A-Z]\.\d{1,2}(?:\.\d{1,2}){0,5})(?: (?:and|to) (?:[A-Z]\.)?[\d.]{1,12}){0,2}"
    r"[ \t]+(?P<label>[^\n]*)"
)
_LETTER = re.compile(r"(?P<code>[A-Z])\.[ \t]?(?P<label>[A-Z][^\n:]{1,120})(?P<rest>:.*)?")
_HEADING = re.compile(r"MedDRA Classification|Sponsor \d{1,3}|Summary")
_LANGUAGE = re.compile(r"\((?P<language>[a-z]{2})\)$")
# Keys of the register's records as JSON begin with the letters and digits of the code.
# and end with the language (ISO 639-1) of an answer that is also given in English.
_LANGUAGES = "bg|cs|da|de|el|es|et|fi|fr|hr|hu|is|it|lt|lv|mt|nl|no|pl|pt|ro|sk|sl|sv"
_KEY = re.compile(rf"(?P<digits>[a-f]\d{{1,7}})_.*?(?:_(?P<language>{_LANGUAGES}))?")
_KEYS = {
    "x5_trial_status": "Summary.Trial Status",
    "x6_date_on_which_this_record_was_first_entered_in_the_eudract_database": (
        "Summary.Date on which this record was first entered in the EudraCT database"
    ),
    "n_date_of_competent_authority_decision": "N.Date of Competent Authority Decision",
    "p_date_of_the_global_end_of_the_trial": "P.Date of the global end of the trial",
}


def euctr_records(lines: Iterable[str]) -> Iterator[tuple[Leaf, ...]]:
    """The leaves of each record of a text that the register gave out, one after the other."""
    reading = _Reading()
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if text == "Summary" and reading.leaves:
            yield reading.taken()
        reading.read(number, text)
    if reading.leaves or reading.path is not None:
        yield reading.taken()


def coded_leaves(leaves: Iterable[Leaf]) -> tuple[Leaf, ...]:
    """The leaves of a record as JSON, with the codes of their questions as paths.

    A key such as "e3_principal_inclusion_criteria_fr" begins with its code and may end with its
    language; what has no code that is read here keeps its path.
    """
    seen: Counter[str] = Counter()
    found: list[Leaf] = []
    for leaf in leaves:
        key = leaf.shape.rpartition(".")[2]
        path = _KEYS.get(key)
        told = _KEY.fullmatch(key)
        if path is None and told is not None and told["digits"] in _DIGITS:
            language = f" ({told['language']})" if told["language"] else ""
            path = _DIGITS[told["digits"]] + language
        if path is None:
            found.append(leaf)
            continue
        times = seen[path]
        seen[path] += 1
        found.append(replace(leaf, path=path if times == 0 else f"{path}[{times}]"))
    return tuple(found)


class _Reading:
    """One record while its lines are read."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.path: str | None = None
        self._text: list[str] = []
        self._line = 0
        self._last = 0
        self._seen: Counter[str] = Counter()
        self._section = "Preface"

    def read(self, number: int, text: str) -> None:
        coded = _CODE.match(text)
        letter = None if coded else _LETTER.fullmatch(text)
        if coded is not None:
            label, colon, value = coded["label"].partition(":")
            told = _LANGUAGE.search(label.strip())
            code = coded["code"] + (f" ({told['language']})" if told else "")
            self._begin(code if colon else f"heading.{code}", number, value if colon else label)
        elif letter is not None and (letter["rest"] or "") == "":
            self._begin(f"heading.{letter['code']}", number, letter["label"])
        elif letter is not None:
            value = letter["rest"][1:]
            self._begin(f"{letter['code']}.{letter['label'].strip()}", number, value)
        elif _HEADING.fullmatch(text.strip()):
            self._section = "Summary" if text.strip() == "Summary" else self._section
            self._begin(f"heading.{text.strip()}", number, text)
        elif self._section == "Summary" and ":" in text and not self._in_body():
            label, _, value = text.partition(":")
            self._begin(f"Summary.{label.strip()}", number, value)
        elif self.path is None:
            self._begin("Preface", number, text)
        else:
            self._text.append(text)
            self._last = number if text.strip() else self._last

    def taken(self) -> tuple[Leaf, ...]:
        """The leaves so far; the next line begins another record."""
        self._end()
        found = tuple(self.leaves)
        self.leaves, self.path = [], None
        self._seen = Counter()
        self._section = "Preface"
        return found

    def _in_body(self) -> bool:
        return self.path is not None and not self.path.startswith(("Summary", "heading.Summary"))

    def _begin(self, path: str, number: int, value: str) -> None:
        self._end()
        times = self._seen[path]
        self._seen[path] += 1
        self.path = path if times == 0 else f"{path}[{times}]"
        self._text, self._line, self._last = [value.strip()], number, number

    def _end(self) -> None:
        # An answer may begin below its question: its lines are counted from where it does.
        first = next((at for at, line in enumerate(self._text) if line.strip()), None)
        if self.path is not None and first is not None:
            text = "\n".join(self._text[first:]).rstrip("\n")
            self.leaves.append(Leaf(self.path, text, self._line + first, self._last))


# ---- parts ---------------------------------------------------------------------------------------


def _yes(group: Sequence[Leaf], names: Mapping[str, str]) -> tuple[str, ...]:
    said = {leaf.shape: str(leaf.value).strip().lower() for leaf in group}
    return tuple(name for code, name in names.items() if said.get(code) in ("yes", "true"))


def _phases(group: Sequence[Leaf]) -> Iterable[Field]:
    found = _yes(group, _PHASES)
    yield field_of("phase", "/".join(found) or None, group, "stated" if found else "not_given")


def _ages(group: Sequence[Leaf]) -> Iterable[Field]:
    """Age groups of whom some take part: no limits, which the criteria alone state."""
    found = _yes(group, _AGES)
    yield field_of(
        "age_groups", "; ".join(found) or None, group, "stated" if found else "not_given"
    )


def _sexes(group: Sequence[Leaf]) -> Iterable[Field]:
    found = _yes(group, _SEXES)
    value = "All" if len(found) == 2 else "".join(found)
    yield field_of("sex", value or None, group, "stated" if found else "not_given")


def _end_points(kind: OutcomeType, code: str) -> ItemReader:
    """End points with their time: the questions after theirs ask for it."""

    def read(group: Sequence[Leaf]) -> Iterable[Part]:
        own = [leaf for leaf in group if leaf.shape == code]
        times = [leaf for leaf in group if leaf.shape == f"{code}.1"]
        told = "\n".join(text_of(leaf.value) for leaf in own)
        when = "\n".join(text_of(leaf.value) for leaf in times)
        if told.strip():
            yield outcome(
                kind, told, None, when, source_text=written_text(group), span=span_of(group)
            )
        else:
            yield field_of("outcomes", None, group, "no_value")

    return read


_CODES = (*_NAMES, *_DROPPED, *_PHASES, *_AGES, *_SEXES, "E.3", "E.4")
_END_POINTS = ("E.5.1", "E.5.1.1", "E.5.2", "E.5.2.1")
_DIGITS = {
    code.replace(".", "").lower(): code
    for code in (*_CODES, *_END_POINTS)
    if re.fullmatch(r"[A-F](?:\.\d+)+", code)
}


_CONTACT = re.compile(
    r"\.(?:public|scientific)Contact\.(?!organisationName)|\.address\.(?!country|townCity)"
)


def _personal(leaf: Leaf, told: Mapping[str, str]) -> str | None:
    """Contacts, also those that records as JSON take from the results."""
    return _DROPPED.get(leaf.shape) or ("contact" if _CONTACT.search(leaf.shape) else None)


EUCTR = ExportForm(
    "euctr",
    "EU Clinical Trials Register record",
    _NAMES,
    items={
        "E.7": _phases,
        "F.1": _ages,
        "F.2": _sexes,
        "E.5.1": _end_points("primary", "E.5.1"),
        "E.5.2": _end_points("secondary", "E.5.2"),
    },
    criteria={"E.3": "inclusion", "E.4": "exclusion"},
    rest={"heading": "section", "E.8": "design", "D.": "product", "clinical_results": "results"},
    bookkeeping=frozenset({"Preface", "_id", "ctrname", "record_last_import"}),
    personal=_personal,
    numbered=re.compile(r"^(?:A\.[245].*|Summary\..*|D\..*|N\..*|P\..*)$"),
)
