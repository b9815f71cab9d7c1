"""What may and may not be joined. Every trial here is invented.

The cases repeat the failures that public trial warehouses met: placeholder ids, filler titles,
follow-up studies under one title, umbrella ids, country copies, chains through a third record,
grant numbers.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import dataclass, replace

import pytest

from remit.registry import (
    LinkDecision,
    Record,
    compare_records,
    decide_links,
    fixture_pages,
    link_records,
    read_text,
)

CRITERIA = (
    "Inclusion Criteria:\n\n* Biopsy within the last 20 weeks that shows a proliferative class\n"
    "* Morning urine protein ratio above 0.9 mg/mg in each of two samples\n"
    "* Stable tablets for blood pressure during the four weeks before the first visit\n\n"
    "Exclusion Criteria:\n\n* Any antibody that removes B cells during the previous 40 weeks\n"
    "* Kidney replacement of any kind, now or planned within the year\n"
    "* A white cell count that the laboratory calls critical"
)
OTHER_CRITERIA = (
    "Inclusion Criteria:\n\n* Rash on at least three body regions photographed by the clinic\n"
    "* No change of creams since the winter before the study\n* Able to keep a daily diary\n\n"
    "Exclusion Criteria:\n\n* Psoriasis or another scaling disease that a dermatologist confirms\n"
    "* Travel to the tropics planned during the summer of the study"
)
TITLE = "Dose Finding With Varsolimab Infusions in Proliferative Nephritis of Young Adults"


@dataclass(frozen=True)
class Study:
    number: str | None = None
    title: str | None = TITLE
    official: str | None = None
    sponsor: str | None = "Sampleton Trials Group"
    criteria: str | None = CRITERIA
    secondary: tuple[str, ...] = ()
    country: str | None = None
    enrolment: int | None = None
    kind: str | None = None
    completion: str | None = None
    sex: str | None = None
    ages: tuple[str | None, str | None] = (None, None)


def record(study: Study, source: str) -> Record:
    identification: dict[str, object] = {"briefTitle": study.title, "officialTitle": study.official}
    identification["nctId"] = study.number
    identification["secondaryIdInfos"] = [{"id": number} for number in study.secondary]
    protocol: dict[str, object] = {
        "identificationModule": identification,
        "sponsorCollaboratorsModule": {"leadSponsor": {"name": study.sponsor}},
        "eligibilityModule": {
            "eligibilityCriteria": study.criteria,
            "sex": study.sex,
            "minimumAge": study.ages[0],
            "maximumAge": study.ages[1],
        },
        "statusModule": {"completionDateStruct": {"date": study.completion}},
        "designModule": {"enrollmentInfo": {"count": study.enrolment}, "studyType": study.kind},
    }
    if study.country:
        protocol["contactsLocationsModule"] = {"locations": [{"country": study.country}]}
    return read_text(json.dumps({"protocolSection": protocol}), source)


def decide(left: Study, right: Study) -> LinkDecision:
    return compare_records(record(left, "left"), record(right, "right"))


def rules(decision: LinkDecision) -> set[str]:
    return {veto.rule for veto in decision.vetoes}


def test_the_same_content_links_without_any_id() -> None:
    decision = decide(Study(), Study(sponsor="SAMPLETON TRIALS GROUP, LTD."))
    assert decision.linked
    assert decision.score >= 6


def test_a_brief_and_an_official_title_with_short_and_long_names_link() -> None:
    brief = Study(title="MSCs Versus IL-2 and Varsolimab in LN")
    official = Study(
        title=None,
        official="A Prospective Study Comparing Mesenchymal Stem Cells and Interleukin-2 With "
        "Varsolimab in Lupus Nephritis",
    )
    assert decide(brief, official).linked


def test_the_same_own_id_links_whatever_else_differs() -> None:
    left = Study(number="NCT99000101", criteria=CRITERIA, country="Sweden")
    right = Study(
        number="NCT99000101", title="Quite another name", criteria=OTHER_CRITERIA, country="Japan"
    )
    assert decide(left, right).linked


@pytest.mark.parametrize(
    ("left", "right", "rule"),
    [
        (Study(number="NCT99000101"), Study(number="NCT99000102"), "own_ids"),
        (Study(country="Sweden"), Study(country="Japan"), "countries"),
        (
            Study(title="Varsolimab in Proliferative Nephritis of Young Adults"),
            Study(title="Tenopacept in Proliferative Nephritis of Young Adults"),
            "interventions",
        ),
        (Study(), Study(title=f"Long-term Extension Study: {TITLE}"), "follow_up"),
        (Study(), Study(title=f"{TITLE}: a Follow-up Study"), "follow_up"),
        (Study(), Study(title=f"{TITLE}, Imaging Substudy"), "follow_up"),
        (Study(kind="INTERVENTIONAL"), Study(kind="OBSERVATIONAL"), "study_type"),
        (Study(sex="MALE"), Study(sex="FEMALE"), "sex"),
        (
            Study(ages=("6 Years", "17 Years")),
            Study(ages=("18 Years", "65 Years")),
            "ages",
        ),
        (Study(title=f"{TITLE} (VARSO-1)"), Study(title=f"{TITLE} (VARSO-2)"), "series"),
        (Study(title=f"{TITLE} - Part A"), Study(title=f"{TITLE} - Part B"), "series"),
    ],
)
def test_a_contradiction_forbids_the_link(left: Study, right: Study, rule: str) -> None:
    decision = decide(left, right)
    assert not decision.linked
    assert rule in rules(decision)
    assert decision.evidence


@pytest.mark.parametrize(
    "placeholder", ["not applicable", "isrctn: not applicable", "N/A", "None", "NCT00000000", "-"]
)
def test_placeholder_ids_are_no_evidence(placeholder: str) -> None:
    left = Study(title="Walking and sleep", criteria=CRITERIA, secondary=(placeholder,))
    right = Study(title="Creams in winter", criteria=OTHER_CRITERIA, secondary=(placeholder,))
    decision = decide(left, right)
    assert not decision.linked
    assert not {e.field for e in decision.evidence} & {"declared_ids", "shared_secondary_ids"}


@pytest.mark.parametrize(
    "title",
    [
        "[Trial of device that is not approved or cleared by the U.S. FDA]",
        "Study title",
        "A study in lupus",
        "Not available",
    ],
)
def test_filler_titles_are_no_evidence(title: str) -> None:
    left = Study(title=title, criteria=None)
    right = Study(title=title, criteria=None)
    assert not decide(left, right).linked


def test_the_same_title_and_sponsor_alone_do_not_link() -> None:
    """A follow-up study may carry the very title of its parent."""
    assert not decide(Study(criteria=None), Study(criteria=None)).linked
    follow = Study(criteria=OTHER_CRITERIA, enrolment=300)
    assert not decide(Study(enrolment=40), follow).linked


def test_an_id_of_the_parent_on_a_follow_up_does_not_link() -> None:
    parent = Study(number="NCT99000101")
    follow = Study(title=f"Long-term Follow-up of People From: {TITLE}", secondary=("NCT99000101",))
    assert not decide(parent, follow).linked


def test_a_declared_id_of_another_registry_links_with_the_title() -> None:
    left = Study(number="NCT99000101", criteria=None)
    right = Study(criteria=None, secondary=("NCT99000101",))
    assert decide(left, right).linked


def test_a_declared_id_alone_does_not_link() -> None:
    left = Study(number="NCT99000101", title="Walking and sleep", criteria=None, sponsor="One")
    right = Study(
        title="Creams in a cold winter", criteria=None, sponsor="Two", secondary=("NCT99000101",)
    )
    assert not decide(left, right).linked


def test_grant_numbers_do_not_link() -> None:
    left = Study(title="Walking and sleep", criteria=None, secondary=("U01XX000000",))
    right = Study(title="Creams in winter", criteria=None, secondary=("U01XX000000",))
    assert not decide(left, right).linked


def test_an_umbrella_id_joins_no_trials() -> None:
    umbrella = "ISRCTN99999999"
    studies = [
        Study(number=f"NCT9900010{k}", title=f"{TITLE} {name}", secondary=(umbrella,))
        for k, name in enumerate(("at home", "at school", "at work"))
    ]
    records = [record(study, f"page {k}") for k, study in enumerate(studies)]
    assert len(link_records(records)) == 3


def test_country_copies_of_one_eu_number_are_one_trial() -> None:
    left = replace(Study(), number="2099-999999-24-DE")
    copies = [
        _renumbered(record(left, "de"), "2016-999999-24-DE"),
        _renumbered(record(left, "es"), "2016-999999-24-ES"),
    ]
    assert len(link_records(copies)) == 1


def _renumbered(page: Record, number: str) -> Record:
    from remit.registry.text.written_values import read_registry_id

    own = read_registry_id(number)
    assert own is not None
    fields = tuple(
        replace(field, value=own) if field.name == "registry_id" else field for field in page.fields
    )
    return replace(page, fields=fields)


def test_a_third_record_does_not_join_two_that_contradict() -> None:
    first = record(Study(number="NCT99000101"), "first")
    middle = record(Study(), "middle")
    last = record(Study(number="NCT99000102"), "last")
    for order in itertools.permutations((first, middle, last)):
        assert [len(trial.records) for trial in link_records(order)] == [1, 1, 1]
    undone = [d for d in decide_links((first, middle, last)) if "middle" in (d.left, d.right)]
    assert [rules(d) for d in undone] == [{"would_join_contradicting_records"}] * 2


def test_a_shared_own_id_survives_an_ambiguous_third_record() -> None:
    first = record(Study(number="NCT99000101"), "first")
    copy = record(Study(number="NCT99000101"), "copy")
    other = record(Study(number="NCT99000102"), "other")
    loose = record(Study(), "loose")
    groups = [{r.source for r in t.records} for t in link_records((first, copy, other, loose))]
    assert groups == [{"first", "copy"}, {"other"}, {"loose"}]


def test_a_registration_that_was_repeated_stays_apart() -> None:
    """Withdrawn and registered again: the same text under two numbers of one registry."""
    decision = decide(Study(number="NCT99000101"), Study(number="NCT99000102"))
    assert not decision.linked
    assert decision.score >= 6


def test_twin_trials_of_one_sponsor_stay_apart() -> None:
    """The same title, sponsor and criteria; the details tell them apart."""
    left = Study(enrolment=362, completion="2024-05-01")
    right = Study(enrolment=457, completion="2024-12-01")
    assert not decide(left, right).linked
    assert decide(left, replace(right, enrolment=362)).linked


def test_every_pair_has_one_decision() -> None:
    records = [record(Study(number=f"NCT9900010{k}"), f"page {k}") for k in range(5)]
    assert len(decide_links(records)) == 10
    assert link_records(()) == ()


def test_comparing_is_symmetric() -> None:
    left, right = Study(enrolment=40), Study(official=TITLE, enrolment=41, country="Sweden")
    one, other = decide(left, right), decide(right, left)
    assert (one.linked, one.score) == (other.linked, other.score)


def test_a_sign_is_not_repaired_where_pages_contradict() -> None:
    one = Study(number="NCT99000101")
    lossy = record(replace(one, criteria=CRITERIA + "\n* Age = 70 years"), "lossy")
    lower = record(replace(one, criteria=CRITERIA + "\n* Age <= 70 years"), "lower")
    upper = record(replace(one, criteria=CRITERIA + "\n* Age >= 70 years"), "upper")
    (trial,) = link_records((lossy, lower, upper))
    age = next(c for c in trial.criteria if c.text.startswith("Age"))
    assert (age.text, sorted(age.flags), age.repair) == ("Age = 70 years", ["lossy_operator"], None)
    repaired = link_records((lossy, lower))[0]
    age = next(c for c in repaired.criteria if c.text.startswith("Age"))
    assert age.text == "Age <= 70 years"
    assert age.repair is not None
    assert (age.repair.lossy_source, age.repair.evidence_source) == ("lossy", "lower")


def test_a_number_that_differs_is_no_repair() -> None:
    one = Study(number="NCT99000101")
    lossy = record(replace(one, criteria=CRITERIA + "\n* Age = 70 years"), "lossy")
    other = record(replace(one, criteria=CRITERIA + "\n* Age <= 75 years"), "other")
    trial = link_records((lossy, other))[0]
    ages = [c for c in trial.criteria if c.text.startswith("Age")]
    assert [c.repair for c in ages] == [None, None]
    assert sorted(len(c.flags) for c in ages) == [0, 1]


def test_a_page_that_contradicts_itself_is_told() -> None:
    page = next(p for p in fixture_pages() if p.stem == "medpath").read_text(encoding="utf-8")
    trial = link_records([read_text(page.replace("RECRUITING", "COMPLETED"), "page")])[0]
    assert [d.name for d in trial.disagreements] == ["status"]
    assert link_records([read_text(page, "page")])[0].disagreements == ()


def test_claims_and_disagreements_name_their_pages() -> None:
    left = record(Study(number="NCT99000101", enrolment=40), "left")
    right = record(Study(number="NCT99000101", enrolment=44), "right")
    trial = link_records((left, right))[0]
    enrolment = trial.field("enrolment")
    assert enrolment is not None
    assert [(c.source, c.value) for c in enrolment.claims] == [("left", 40), ("right", 44)]
    found = [d for d in trial.disagreements if d.name == "enrolment"]
    assert len(found) == 1
    assert "40" in found[0].detail
    assert "44" in found[0].detail


def test_merging_grows_with_the_pages() -> None:
    def cost(size: int) -> float:
        words = [f"{'ab'[k % 2]}{k // 2} measure" for k in range(size)]
        left = [f"* Item {word} of the same kind, never above the limit" for word in words]
        right = [f"* Item {word} of the same kind: never above a limit" for word in words]
        one = Study(number="NCT99000101")
        head = "Inclusion Criteria:\n\n"
        records = [
            record(replace(one, criteria=head + "\n".join(lines)), name)
            for name, lines in (("left", left), ("right", right))
        ]
        start = time.process_time()
        assert len(link_records(records)) == 1
        return time.process_time() - start

    cost(50)
    assert cost(800) < 24 * max(cost(100), 0.02)
