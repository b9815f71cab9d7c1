"""Cohort definitions of OHDSI as studies: the persons are those of Circe's own SQL.

`circe_answers.json` names the version of Circe and what its SQL gave; `bench/definitions.py` makes
the same comparison anew where an environment of Circepy is at hand, on larger data too.
"""

from __future__ import annotations

import copy
import json
import random
from datetime import date
from pathlib import Path

import pytest
from circe_definitions import DEFINITIONS, Json, around, condition, definition, drug, group
from circe_people import PEOPLE, SLE, Someone, facts_of
from click.testing import CliRunner

import remit
from remit.cli import main
from remit.errors import ProtocolError
from remit.facts.opened import Facts
from remit.protocol import Protocol, read_protocol
from remit.protocol.interchange.circe_cohort import read_circe_text
from remit.screening import explain_person
from remit.screening.study_screenings import Standing
from remit.views.imported_study import imported_study

ANSWERS = json.loads((Path(__file__).parent / "circe_answers.json").read_text(encoding="utf-8"))
SIX = ("119", "225", "509", "632", "668", "781")


@pytest.fixture(scope="module")
def facts() -> Facts:
    return facts_of(PEOPLE)


def study_of(text: str, folder: Path) -> Protocol:
    out, concepts = folder / "cohort.toml", folder / "cohort_concepts.toml"
    study = imported_study(read_circe_text(text, source="c.json"), out, concepts, source="c.json")
    out.write_text(study.protocol, encoding="utf-8")
    concepts.write_text(study.concepts, encoding="utf-8")
    return read_protocol(out)


def standings(study: Protocol, facts: Facts) -> dict[int, Standing]:
    screening = remit.screen(study, facts)
    found = screening.cohorts[0].standings.tolist()
    return dict(zip(screening.person_ids.tolist(), map(Standing, found), strict=True))


def eligible(study: Protocol, facts: Facts) -> set[str]:
    found = standings(study, facts)
    return {PEOPLE[p - 1].edge for p, who in found.items() if who == Standing.ELIGIBLE}


@pytest.mark.parametrize("name", DEFINITIONS)
def test_the_persons_are_those_of_circe(name: str, facts: Facts, tmp_path: Path) -> None:
    study = study_of(json.dumps(DEFINITIONS[name]), tmp_path)
    assert eligible(study, facts) == set(ANSWERS["persons"][name])


@pytest.mark.parametrize("name", ["left_out", "window_before", "first_in_window", "counted"])
def test_one_person_at_a_time_the_answers_are_the_same(
    name: str, facts: Facts, tmp_path: Path
) -> None:
    """The reference evaluator on the same days: records with an end count on their first day."""
    screening = remit.screen(study_of(json.dumps(DEFINITIONS[name]), tmp_path), facts)
    for place, person in enumerate(screening.person_ids.tolist()):
        for found in explain_person(screening, person).findings:
            status = screening.statuses[found.criterion.id][place]
            assert found.status == status, (PEOPLE[person - 1].edge, found.criterion.id)


@pytest.mark.shared
@pytest.mark.parametrize("name", SIX)
def test_the_six_of_the_phenotype_library(
    name: str, facts: Facts, shared: Path, tmp_path: Path
) -> None:
    file = shared / "data" / "clinical" / "phenotypelibrary" / f"{name}.json"
    study = study_of(file.read_text(encoding="utf-8"), tmp_path)
    assert eligible(study, facts) == set(ANSWERS["persons"][name])


def test_who_has_no_entry_event_is_out_and_who_has_one_unobserved_is_open(tmp_path: Path) -> None:
    study = study_of(json.dumps(definition([condition(0)])), tmp_path)
    people = (
        Someone("none", ()),
        Someone("before", ((SLE, date(2019, 1, 1), None),)),
        Someone("within", ((SLE, date(2020, 1, 1), None),)),
    )
    assert standings(study, facts_of(people)) == {
        1: Standing.NOT_ELIGIBLE,
        2: Standing.UNDETERMINED,
        3: Standing.ELIGIBLE,
    }


_EMPTY = {"CriteriaList": [], "PrimaryCriteriaLimit": {"Type": "All"}}


def _with(**more: object) -> Json:
    return {**around(condition(1), -30, 0), **more}


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        (definition([{"Measurement": {"CodesetId": 0}}]), "Measurement"),
        (definition([{"ConditionEra": {"CodesetId": 0}}]), "ConditionEra"),
        (definition([condition(99)]), "concept set"),
        (definition([{"ConditionOccurrence": {}}]), "any record"),
        (definition([condition(0, OccurrenceStartDate={"Op": "gt"})]), "OccurrenceStartDate"),
        (definition([condition(0, ConditionTypeExclude=True)]), "ConditionTypeExclude"),
        (definition([condition(0)], group("ALL", _with(RestrictVisit=True))), "RestrictVisit"),
        (definition([condition(0)], group("ALL", _with(EndWindow={"Start": {}}))), "EndWindow"),
        (
            definition([condition(0)], group("ALL", around(condition(1), -9, 9, count=2))),
            "both sides",
        ),
        (
            definition([condition(0)], group("ALL", DemographicCriteriaList=[{"Race": [{}]}])),
            "Race",
        ),
        ({**definition([condition(0)]), "PrimaryCriteria": _EMPTY}, "no entry event"),
        ({**definition([condition(0)]), "CensorWindow": {"StartDate": "2020-01-01"}}, "StartDate"),
        ({**definition([condition(0)]), "SomethingNew": {"a": 1}}, "SomethingNew"),
        ({"ConceptSets": []}, "no cohort definition"),
    ],
)
def test_what_remit_cannot_say_is_refused_by_name(asked: Json, named: str) -> None:
    with pytest.raises(ProtocolError, match=named):
        read_circe_text(json.dumps(asked), source="c.json")


def test_what_changes_persons_or_is_left_behind_is_told() -> None:
    age = {"Age": {"Value": 18, "Op": "gte"}}
    asked = definition([condition(0)], group("ALL", DemographicCriteriaList=[age]))
    asked["EndStrategy"] = {"DateOffset": {"DateField": "EndDate", "Offset": 0}}
    found = read_circe_text(json.dumps(asked), source="c.json")
    assert "completed years" in found.differences[0]
    assert any("EndStrategy" in text for text in found.left_behind)


def test_the_command_writes_a_sound_study_with_its_concepts(tmp_path: Path) -> None:
    file = tmp_path / "cohort.json"
    file.write_text(json.dumps(DEFINITIONS["left_out"]), encoding="utf-8")
    done = CliRunner().invoke(
        main, ["protocol", "import", str(file), "--out", str(tmp_path / "cohort.toml")]
    )
    assert done.exit_code == 0, done.output
    assert "sound; 1 criteria" in done.output
    assert "left behind: how stays of one person are joined" in done.output
    assert "excludes_rule" in (tmp_path / "cohort_concepts.toml").read_text(encoding="utf-8")


def _window(**parts: object) -> Json:
    asked = around(condition(1), -30, 0)
    window = asked["StartWindow"]
    assert isinstance(window, dict)
    asked["StartWindow"] = {**window, **parts}
    return asked


_RULED = definition([condition(0)], group("ALL", around(condition(1), -30, 0)))


@pytest.mark.parametrize(
    ("asked", "named"),
    [
        ({**_RULED, "PrimaryCriteria": None}, "no cohort definition"),
        (definition([condition(0, First=1)]), "First is neither true nor false"),
        (definition([condition(0)], group("ALL", _window(Start=None))), "not both of its bounds"),
        (definition([condition(0)], group("ALL", _window(UseEventEnd=True))), "UseEventEnd"),
        (
            definition([condition(0)], group("ALL", _window(Start={"Days": 10**6, "Coeff": 1}))),
            "there is no record",
        ),
        (definition([condition(2**40)]), "larger than any code"),
        (definition([condition(0)], before=-1), "below 0"),
        (
            definition(
                [condition(0)],
                group(
                    "ALL",
                    around(
                        condition(1, CorrelatedCriteria=group("ALL", around(drug(2), -9, 0))), -9, 0
                    ),
                ),
            ),
            "criteria around a record that is itself around the entry",
        ),
        (
            definition(
                [condition(0)],
                group(
                    "ALL",
                    {
                        **around(condition(1), -9, 0),
                        "Occurrence": {"Type": 2, "Count": 2, "IsDistinct": True},
                    },
                ),
            ),
            "IsDistinct",
        ),
    ],
)
def test_what_could_be_read_otherwise_than_it_is_meant_is_refused(asked: Json, named: str) -> None:
    with pytest.raises(ProtocolError, match=named):
        read_circe_text(json.dumps(asked), source="c.json")


def test_a_code_that_is_none_of_omop_is_refused() -> None:
    text = json.dumps(definition([condition(0)]))
    for code in (0, -4098292, 2_100_000_005):
        other = text.replace(f'"CONCEPT_ID": {SLE},', f'"CONCEPT_ID": {code},')
        assert other != text
        with pytest.raises(ProtocolError, match="no id of the OMOP vocabulary"):
            read_circe_text(other, source="c.json")


def test_a_bound_beyond_the_life_of_anybody_is_none() -> None:
    rule = group("ALL", _window(Start={"Days": 99_999, "Coeff": -1}))
    found = read_circe_text(json.dumps(definition([condition(0)], rule)), source="c.json")
    without = group("ALL", _window(Start={"Coeff": -1}))
    same = read_circe_text(json.dumps(definition([condition(0)], without)), source="c.json")
    assert found.rules == same.rules


def _spoiled(page: object, draw: random.Random) -> object:
    """A definition with one of its parts replaced, left out, doubled or named otherwise."""
    holders = [part for part in _parts(page) if part]
    holder = draw.choice(holders)
    how, odd = draw.randrange(4), draw.choice(_ODD)
    if isinstance(holder, dict):
        key = draw.choice(list(holder))
        if how == 0:
            holder["SomethingNew"] = holder.pop(key)
        elif how == 1:
            del holder[key]
        else:
            holder[key] = odd
    else:
        place = draw.randrange(len(holder))
        if how == 0:
            holder.append(copy.deepcopy(draw.choice(holder)))
        elif how == 1:
            del holder[place]
        else:
            holder[place] = odd
    return page


_ODD: tuple[object, ...] = (
    *(None, True, 1, -1, 2**70, 1.5, "", "x", "ALL"),
    *([], [None], {}, {"Days": -3}, "\ud800"),
)


def _parts(page: object) -> list[dict[str, object] | list[object]]:
    """All objects and lists of a page."""
    if not isinstance(page, dict | list):
        return []
    inside = page.values() if isinstance(page, dict) else page
    return [page, *(part for value in inside for part in _parts(value))]


def test_a_spoiled_definition_is_read_or_refused(tmp_path: Path) -> None:
    draw, read = random.Random(10), 0
    for _ in range(600):
        page = copy.deepcopy(draw.choice(list(DEFINITIONS.values())))
        text = json.dumps(_spoiled(page, draw))
        try:
            found = read_circe_text(text, source="c.json")
        except ProtocolError:
            continue
        read += 1
        imported_study(found, tmp_path / "c.toml", tmp_path / "k.toml", source="c.json")
    assert read > 50
