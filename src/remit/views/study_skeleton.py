"""The beginning of a study of one's own, as the text of a protocol file.

Nothing is guessed: what a page says in fields of its own (ages, sex) becomes an expression, every
criterion in words is taken over with its lines and waits for one.
"""

from __future__ import annotations

from pathlib import Path

from remit.protocol.schema import KIND, VERSION
from remit.views.toml_text import toml_name, toml_string

SCHEMA_FILE = "protocol-schema.json"
HEAD = f"""\
#:schema ./{SCHEMA_FILE}
# The line above gives an editor completion and marks slips; it needs the schema beside this file:
#   remit protocol schema > {SCHEMA_FILE}
# Check this file, as often as you like: remit protocol check FILE
"""
_LANGUAGE = """\
# Expressions are written in the criterion language: docs/reference/language.md. The names that they
# may read: remit facts concepts. Every key of this file: docs/how-to/protocols.md.
"""
FILES = """
# Concepts, units and response definitions of your own lie in files beside this one.
# [files]
# concepts = ["my_concepts.toml"]
# units = ["my_units.toml"]
# definitions = ["my_response.toml"]
"""
DATES = """
# The named dates of the study. A dataset says on which day each falls, person by person.
[anchors]
consent = "The day on which informed consent was signed."
screening = "The day on which eligibility is judged."
baseline = "The day of the first study sample, before the study treatment begins."

# Where a name without a window of its own looks, such as `platelets < 50 10*9/L`.
[windows]
default = "[screening - $laboratory_lookback, screening]"

[parameters.laboratory_lookback]
type = "literal"
text = "How old a laboratory value may be at screening."
value = "28 days"
ground = "Four weeks is the usual screening period. Change it to what your study says."
"""
RESPONSE = """
# What counts as a response: the id of a packaged definition, or of one under files.definitions.
[parameters.response_definition]
type = "name"
text = "Which published definition decides the response."
default = "kdigo_2024"
ground = "The current international guideline. Change it to what your study says."
options = { kdigo_2024 = "KDIGO 2024.", eular_2012 = "EULAR/ERA-EDTA 2012." }

# Planned visits: so many weeks or months after an anchor, within a window either way.
[[visits]]
id = "baseline"
label = "Baseline"
week = 0
window = "14 days"

[[visits]]
id = "week_24"
label = "Week 24"
week = 24
window = "14 days"
"""
_OUTCOME = """
[[outcomes]]
id = "response_week_24"
type = "primary"
name = "Response at week 24"
measure = "How many reach complete or partial response."
time_frame = "week 24"
visits = ["week_24"]
definition = { parameter = "response_definition" }
state = "executable"
"""
_CRITERIA = """
# What only a person can say is signed, and asked for by `attested NAME`.
[attestations.consent]
text = "Informed consent is given."
asks = "the investigator"

# Criteria. An exclusion says when it applies: met means excluded. The states:
#   executable         the expression decides, where the records do
#   needs_attestation  only signed answers decide
#   not_written        nobody has written the expression yet: unknown for everybody
#   incomplete, lossy_operator, not_in_data   held back: the page or the data lack something
[[criteria]]
id = "I1"
kind = "inclusion"
text = "18 years or older at screening."
state = "executable"
expression = "age at screening >= 18 years"

[[criteria]]
id = "I2"
kind = "inclusion"
text = "Systemic lupus erythematosus."
state = "executable"
expression = "any sle in [.., screening]"

[[criteria]]
id = "I3"
kind = "inclusion"
text = "Informed consent."
state = "needs_attestation"
expression = "attested consent"

[[criteria]]
id = "E1"
kind = "exclusion"
text = "Platelets below 50 x 10^9/L."
state = "executable"
expression = "platelets < 50 10*9/L"

# [[criteria]]
# id = "E2"
# kind = "exclusion"
# text = "What comes next."
# state = "not_written"
"""


def skeleton_text(file: Path) -> str:
    """A protocol that can be checked, screened and adjudicated as it is, with a word on each part.

    Args:
        file: where it will be written; the study is called after it.
    """
    name = toml_name(file.stem, otherwise="my_study")
    return "".join(
        (
            HEAD,
            _LANGUAGE,
            study_head(
                identifier=name.upper().replace("_", "-"),
                name=name,
                title="A study of our own",
                summary="What the study asks, in a few sentences.",
                sponsor="Our hospital",
                status="planned",
                target=20,
            ),
            '\n[design]\ntype = "observational"  # or "interventional"\n',
            'text = "One group, followed in routine care."\n',
            FILES,
            DATES,
            RESPONSE,
            _OUTCOME,
            _CRITERIA,
        )
    )


def study_head(
    *,
    identifier: str,
    name: str,
    title: str,
    summary: str,
    sponsor: str,
    status: str,
    target: int | None,
    notes: tuple[str, ...] = (),
) -> str:
    """The first keys of a protocol."""
    lines = [
        f"kind = {toml_string(KIND)}",
        f"version = {VERSION}",
        "",
        "# Datasets carry the id beside the named dates and signatures of the study.",
        f"id = {toml_string(identifier)}",
        f"name = {toml_string(name)}",
        f"title = {toml_string(title)}",
        f"summary = {toml_string(summary)}",
        f"sponsor = {toml_string(sponsor)}",
        f"status = {toml_string(status)}",
        f"target_enrolment = {target or 1}{'' if target else '  # not stated'}",
        'default_anchor = "screening"',
    ]
    if notes:
        lines += ["notes = [", *(f"  {toml_string(note)}," for note in notes), "]"]
    return "\n".join(lines) + "\n"
