"""The columns of ADSL, and what its flags are called."""

from __future__ import annotations

from collections.abc import Mapping

from remit.analysis.datasets.dataset_columns import DatasetColumn
from remit.analysis.datasets.short_codes import short_codes
from remit.protocol import Protocol
from remit.terminal import plain_text

NOT_HELD = "The facts hold nothing of it."
YES_NO = {"Y": "Yes", "N": "No"}
SEXES = {"F": "Female", "M": "Male", "U": "Unknown"}
# Codelist RACE (C74457); ids of the OMOP vocabulary, domain Race.
RACES: Mapping[int, str] = {
    8527: "WHITE",
    8516: "BLACK OR AFRICAN AMERICAN",
    8515: "ASIAN",
    8657: "AMERICAN INDIAN OR ALASKA NATIVE",
    8557: "NATIVE HAWAIIAN OR OTHER PACIFIC ISLANDER",
}
# Populations whose flags have names of their own (ADaMIG 1.3, table 3.2.5).
_FLAGS: Mapping[str, tuple[str, str]] = {
    "intention_to_treat": ("ITTFL", "Intent-To-Treat Population Flag"),
    "safety": ("SAFFL", "Safety Population Flag"),
    "per_protocol": ("PPROTFL", "Per-Protocol Population Flag"),
    "full_analysis": ("FASFL", "Full Analysis Set Population Flag"),
}


def flag_names(populations: list[str]) -> Mapping[str, str]:
    """Population -> the column of its flag."""
    others = short_codes([p for p in populations if p not in _FLAGS], longest=6)
    return {p: _FLAGS[p][0] if p in _FLAGS else f"{others[p]}FL" for p in populations}


def reason_name(flag: str) -> str:
    """The column that says why it is unknown whether a person is in a population.

    >>> reason_name("SAFFL")
    'SAFRSN'
    """
    return f"{flag.removesuffix('FL')[:5]}RSN"


def subject_columns(
    protocol: Protocol, flags: Mapping[str, str], strata: Mapping[str, str]
) -> tuple[DatasetColumn, ...]:
    """The columns of ADSL.

    Args:
        flags: population -> the column of its flag. strata: expression -> its column.
    """
    found = [
        DatasetColumn("STUDYID", "Study Identifier", "text", "Assigned", "The protocol's id."),
        DatasetColumn(
            "USUBJID", "Unique Subject Identifier", "text", "Derived",
            "STUDYID, a full stop, and SUBJID.",
        ),
        DatasetColumn(
            "SUBJID", "Subject Identifier for the Study", "text", "Assigned",
            "The id by which the source calls the person.",
        ),
        DatasetColumn(
            "SITEID", "Study Site Identifier", "text", "Assigned", NOT_HELD, empty_why=NOT_HELD
        ),
        DatasetColumn(
            "AGE", "Age", "integer", "Derived",
            "Completed years on the planned day of the first visit; missing where the day of birth "
            "is not known exactly enough.",
        ),
        DatasetColumn(
            "AGEU", "Age Units", "text", "Assigned", "YEARS where AGE is known.",
            {"YEARS": "Year"}, "AGEU",
        ),
        DatasetColumn(
            "AGERSN", "Reason Age Is Not Known", "text", "Derived", "Why AGE is missing."
        ),
        DatasetColumn(
            "SEX", "Sex", "text", "Derived", "Of the table person; U where neither is recorded.",
            SEXES, "SEX",
        ),
        DatasetColumn(
            "RACE", "Race", "text", "Derived", "Of the table person; missing where not recorded.",
            {word: word.capitalize() for word in RACES.values()}, "RACE",
        ),
        DatasetColumn(
            "ARM", "Description of Planned Arm", "text", "Derived",
            "The arm of the allocation, in the words of the protocol.", {}, "TREATMENT",
        ),
        DatasetColumn(
            "TRT01P", "Planned Treatment for Period 01", "text", "Derived", "Equal to ARM.",
            {}, "TREATMENT",
        ),
        DatasetColumn(
            "TRT01PN", "Planned Treatment for Period 01 (N)", "integer", "Derived",
            "The place of the arm in the protocol.", {}, "TREATMENTN", "TRT01P",
        ),
        DatasetColumn(
            "TRT01A", "Actual Treatment for Period 01", "text", "Derived", NOT_HELD,
            empty_why="The facts say who was allocated to what, not what was given.",
        ),
        DatasetColumn(
            "RANDDT", "Date of Randomization", "date", "Derived",
            "The named date `allocation` of the person in the study.",
        ),
        DatasetColumn(
            "BLDT", "Planned Date of Baseline Visit", "date", "Derived",
            "The planned day of the first visit.",
        ),
        DatasetColumn(
            "LASTVIS", "Last Visit With an Assessed Response", "text", "Derived",
            "The last planned visit at which the response by the first definition of the plan "
            "could be assessed.", {}, "VISIT",
        ),
        DatasetColumn(
            "EOSSTT", "End of Study Status", "text", "Derived", NOT_HELD, empty_why=NOT_HELD
        ),
        DatasetColumn(
            "DTHFL", "Subject Death Flag", "text", "Derived", "Y of whom a death is recorded.",
            {"Y": "Yes"}, "Y",
        ),
        DatasetColumn(
            "DTHDT", "Date of Death", "date", "Derived",
            "Missing where the day is not exactly known; DTHRSN says between which days.",
        ),
        DatasetColumn(
            "DTHRSN", "Reason Date of Death Is Not Known", "text", "Derived",
            "Between which days the person died, or may have died.",
        ),
    ]  # fmt: skip
    for population in protocol.populations:
        flag = flags[population.id]
        label = _FLAGS[population.id][1] if population.id in _FLAGS else "Population Flag"
        shown = plain_text(population.label)
        if population.id not in _FLAGS and len(f"{shown} {label}".encode()) <= 40:
            label = f"{shown} {label}"
        source = population.text
        if population.expression is not None:
            source = f"{source} Missing where that is not known: {reason_name(flag)} says why."
        found.append(DatasetColumn(flag, label, "text", "Derived", source, YES_NO, "NY"))
        if population.expression is not None:
            found.append(
                DatasetColumn(
                    reason_name(flag), f"Reason {flag} Is Not Known", "text", "Derived",
                    f"Why {flag} is missing.",
                )
            )  # fmt: skip
    for text, name in strata.items():
        number = name.removeprefix("STRAT")
        source = f"Whether this is met before treatment: {' '.join(text.split())}"
        found.append(DatasetColumn(name, f"Analysis Stratum {number}", "text", "Derived", source))
    return tuple(found)
