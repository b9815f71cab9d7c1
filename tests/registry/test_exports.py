"""Files of registries, whole: every value ends in a field, in `unparsed` or in `dropped`.

The real files are counted by readers that share no code with ours: the standard library's.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from xml.etree import ElementTree

import pytest

from remit.errors import PageError
from remit.registry import AgeLimit, Record, RegistryId, TrialDate, read_page, read_records
from remit.registry.record import Arm, Location

EMAIL = re.compile(r"[\w.+-]+@[A-Za-z][\w-]*(?:\.[A-Za-z][\w-]*)+")
WORD = re.compile(r"\w+")
ADDED = {"label", "ages"}  # by which paths of ICTRP are parted


def words_of(record: Record) -> set[str]:
    """Every word that a record keeps, as written."""
    texts = [field.text for field in record.fields]
    texts += [part.source_text for part in record.criteria]
    texts += [part.source_text for part in record.outcomes]
    texts += [part.text for part in record.unparsed]
    return {word for text in texts for word in WORD.findall(text)}


def assert_words_kept(record: Record, values: Iterator[tuple[str, str]]) -> None:
    """Every word of the source stands in the record, but for values that were dropped."""
    kept = words_of(record)
    dropped = {re.sub(r"\[\d+\]", "", str(item.path)) for item in record.dropped}
    for path, text in values:
        if re.sub(r"\[\d+\]", "", path) not in dropped:
            lost = set(WORD.findall(text)) - kept
            assert not lost, f"{record.own_ids}: {path} lost {sorted(lost)[:5]}"


def assert_no_personal_data(record: Record) -> None:
    texts = [f"{field.text} {field.value}" for field in record.fields]
    texts += [part.source_text for part in record.criteria]
    texts += [part.source_text for part in record.outcomes]
    texts += [part.text for part in record.unparsed]
    assert [found[0] for text in texts if (found := EMAIL.search(text))] == []


def json_values(body: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(body, dict):
        for key, value in body.items():
            yield from json_values(value, f"{path}.{key}" if path else key)
    elif isinstance(body, list):
        for place, value in enumerate(body):
            yield from json_values(value, f"{path}[{place}]")
    elif body is not None:
        yield path, str(body)


@pytest.mark.shared
@pytest.mark.parametrize(
    ("kind", "form", "count"),
    [("CTGOV_", "ctgov_classic", 3), ("CTIS_", "ctis", 4), ("ISRCTN_", "isrctn", 9)],
)
def test_no_value_of_a_json_record_is_lost(shared: Path, kind: str, form: str, count: int) -> None:
    paths = sorted((shared / "data" / "registry" / "ctrdata-demo").glob(f"{kind}*.json"))
    assert len(paths) == count
    for path in paths:
        body = json.loads(path.read_text(encoding="utf-8"))
        (record,) = read_records(path)
        assert record.format == form
        held = {place for field in record.fields for place in field.paths}
        held |= {str(item.path) for item in record.dropped}
        held |= {str(item.path) for item in record.unparsed}
        assert {place for place, _ in json_values(body)} == held
        assert_words_kept(record, json_values(body))
        assert_no_personal_data(record)
        number = re.search(r"_([\w-]+)\.json", path.name)
        assert number is not None
        assert record.own_ids[0].number.endswith(number[1][:14])
        assert {"inclusion", "exclusion"} <= {item.kind for item in record.criteria}


@pytest.mark.shared
def test_no_word_of_an_eu_register_record_is_lost(shared: Path) -> None:
    folder = shared / "data" / "registry" / "ctrdata-demo"
    for path in sorted(folder.glob("EUCTR_*.json")):
        (record,) = read_records(path)
        body = json.loads(path.read_text(encoding="utf-8"))
        people = re.compile(r"contact|b5[23456]|address|email|telephone|fax", re.I)
        values = (pair for pair in json_values(body) if not people.search(pair[0]))
        assert_words_kept(record, values)
        assert_no_personal_data(record)
    text = folder / "euctr_protocols_raw_text.txt"
    records = list(read_records(text))
    lines = text.read_text(encoding="utf-8").split("\n")
    starts = [at for at, line in enumerate(lines) if line == "Summary"]
    assert len(records) == len(starts) == 10
    for record, start, end in zip(records, starts, [*starts[1:], len(lines)], strict=True):
        dropped = {item.line for item in record.dropped}
        kept = words_of(record)
        for number in range(start + 1, end + 1):
            told = lines[number - 1].partition(":")
            if number not in dropped:
                # A question's code and words stand for its path; a heading stands as a field.
                said = (
                    told[2]
                    if told[1]
                    else re.sub(r"^[A-Z]\.(?:[\d.]+)?(?: \w+ [A-Z][\d.]+)*", "", told[0])
                )
                assert set(WORD.findall(said)) <= kept, lines[number - 1]


@pytest.mark.shared
@pytest.mark.parametrize(
    ("name", "count"),
    [("ICTRP-Results_18Mar2020.xml", 578), ("ictrp_xml_2024_format_2records.xml", 2)],
)
def test_no_word_of_ictrp_xml_is_lost(shared: Path, name: str, count: int) -> None:
    path = shared / "data" / "registry" / "ictrp" / name
    trials = ElementTree.parse(path).getroot().findall("Trial")
    records = list(read_records(path))
    assert len(records) == len(trials) == count
    for record, trial in zip(records, trials, strict=True):
        values = ((child.tag, child.text or "") for child in trial if (child.text or "").strip())
        assert_words_kept(record, values)
        assert_no_personal_data(record)
        assert len(record.own_ids) == 1


@pytest.mark.shared
def test_no_word_of_ictrp_csv_is_lost(shared: Path) -> None:
    path = shared / "data" / "registry" / "ictrp" / "ictrp_export_2020-04_sample.csv"
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    records = list(read_records(path))
    assert len(records) == len(rows) == 181
    for record, row in zip(records, rows, strict=True):
        assert_words_kept(record, ((name, cell or "") for name, cell in row.items()))
    # Ten registers; the file's own column says which.
    registers = Counter(str(record.value("registry")) for record in records)
    assert registers == Counter(row["Source Register"] for row in rows)


@pytest.mark.shared
def test_lines_of_an_export_are_those_of_its_file(shared: Path) -> None:
    path = shared / "data" / "registry" / "ictrp" / "ICTRP-Results_18Mar2020.xml"
    lines = path.read_text(encoding="utf-8").split("\n")
    for record in read_records(path):
        title = record.field("title")
        assert title is not None
        assert "<Public_title>" in lines[title.span.first - 1]
        for item in record.criteria:
            first = "".join(item.source_text.split())[:12]
            there = unescape(" ".join(lines[item.span.first - 1 : item.span.last]))
            assert first in "".join(there.replace("<br>", "").split())


TRIAL = """<?xml version="1.0" encoding="UTF-8"?>
<Trials_downloaded_from_ICTRP>
  <Trial>
    <TrialID>JPRN-UMIN000099001</TrialID>
    <Public_title>Invented trial of lupus nephritis     </Public_title>
    <Date_registration>05/06/2020</Date_registration>
    <Date_registration3>20200605</Date_registration3>
    <Export_date>3/18/2020 6:53:35 PM</Export_date>
    <Inclusion_agemin>16 Years</Inclusion_agemin>
    <Inclusion_agemax>-</Inclusion_agemax>
    <Date_enrollement>07/08/2020</Date_enrollement>
    <Target_size>Drug:50;Placebo:52;</Target_size>
    <Countries>Japan;China</Countries>
    <Contact_Email>someone@example.org</Contact_Email>
    <Contact_Tel>000-000-0000</Contact_Tel>
    <Public_Contact_Lastname>Unnamed</Public_Contact_Lastname>
    <Inclusion_Criteria>Inclusion criteria: 1. UPCR &gt; 1.0 g/g
&lt;br&gt;2. SLEDAI-2K =6</Inclusion_Criteria>
    <Exclusion_Criteria>Exclusion criteria: Not applicable.</Exclusion_Criteria>
    <Primary_outcome>Complete response;Flare;</Primary_outcome>
    <Secondary_ID>N/A;NCT99000001</Secondary_ID>
  </Trial>
</Trials_downloaded_from_ICTRP>
"""


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def test_an_ictrp_record(tmp_path: Path) -> None:
    record = read_page(written(tmp_path, "a.xml", TRIAL))
    assert record.own_ids == (RegistryId("UMIN-CTR", "UMIN000099001"),)
    assert record.value("title") == "Invented trial of lupus nephritis"
    # The day that is also written as YYYYMMDD tells the order of the other one.
    start = record.value("date_start")
    assert isinstance(start, TrialDate)
    assert start.iso == "2020-08-07"
    assert record.value("enrolment") == 102
    assert record.values("country") == ("Japan", "China")
    assert record.values("secondary_id") == ("NCT99000001",)
    assert isinstance(record.value("age_minimum"), AgeLimit)
    oldest = record.field("age_maximum")
    assert oldest is not None
    assert (oldest.value, oldest.state) == (None, "not_given")
    assert [(c.kind, c.text, sorted(c.flags)) for c in record.criteria] == [
        ("inclusion", "UPCR > 1.0 g/g", []),
        ("inclusion", "SLEDAI-2K =6", ["lossy_operator"]),
    ]
    assert [o.measure for o in record.outcomes] == ["Complete response", "Flare"]
    assert {item.kind for item in record.dropped} == {"contact_name", "email", "telephone"}
    assert "Unnamed" not in str(record.fields)
    assert_no_personal_data(record)


def test_a_day_whose_order_nothing_tells_stays_text(tmp_path: Path) -> None:
    plain = TRIAL.replace("<Date_registration3>20200605</Date_registration3>", "")
    record = read_page(written(tmp_path, "a.xml", plain))
    assert record.value("date_start") == "07/08/2020"
    assert any("the order of day and month is not told" in note for note in record.notes)


CLASSIC = """<clinical_study>
  <id_info><org_study_id>LN-1</org_study_id><nct_id>NCT99000021</nct_id></id_info>
  <brief_title>Invented study</brief_title>
  <completion_date type="Anticipated">June 2027</completion_date>
  <enrollment type="Actual">12</enrollment>
  <primary_outcome><measure>CRR</measure><time_frame>52 weeks</time_frame></primary_outcome>
  <eligibility>
    <criteria><textblock>
      Inclusion Criteria:

        -  UPCR at least 1 g/g

      Exclusion Criteria:

        -  dialysis
    </textblock></criteria>
    <minimum_age>18 Years</minimum_age>
  </eligibility>
  <overall_official><last_name>Kept Person, MD</last_name><role>Study Chair</role>
  </overall_official>
  <location>
    <facility><name>A clinic</name><address><city>Seedorf</city><zip>0000</zip></address>
    </facility>
    <contact><last_name>Gone Person</last_name><email>someone@example.org</email></contact>
  </location>
  <arm_group><arm_group_label>Drug</arm_group_label><arm_group_type>Experimental</arm_group_type>
  </arm_group>
</clinical_study>
"""


def test_a_classic_record(tmp_path: Path) -> None:
    record = read_page(written(tmp_path, "a.xml", CLASSIC))
    assert record.format == "ctgov_classic"
    assert [(c.kind, c.text, c.span.first) for c in record.criteria] == [
        ("inclusion", "UPCR at least 1 g/g", 11),
        ("exclusion", "dialysis", 15),
    ]
    end = record.value("date_completion")
    assert isinstance(end, TrialDate)
    assert (end.iso, end.kind) == ("2027-06", "estimated")
    assert record.value("location") == Location("A clinic", "Seedorf", None, None)
    assert record.value("arm") == Arm("Drug", "Experimental", None, ())
    body = str(record.fields)
    assert "Kept Person" in body
    assert "Gone Person" not in body
    assert record.outcomes[0].time_frame == "52 weeks"


def test_a_list_of_studies_is_several_records(tmp_path: Path) -> None:
    studies = [
        {"protocolSection": {"identificationModule": {"nctId": f"NCT9900003{k}"}}} for k in (1, 2)
    ]
    path = written(tmp_path, "a.json", json.dumps({"studies": studies}))
    assert [r.own_ids[0].number for r in read_records(path)] == ["NCT99000031", "NCT99000032"]
    with pytest.raises(PageError, match="several trials"):
        read_page(path)


def test_a_file_cut_off_gives_what_stands_before_the_cut(tmp_path: Path) -> None:
    two = TRIAL.replace("</Trials_downloaded_from_ICTRP>", "")
    second = two[two.index("  <Trial>") :].replace("99001", "99002")
    path = written(tmp_path, "cut.xml", two + second[:-200])
    found: list[Record] = []
    with pytest.raises(PageError, match="cut off") as caught:
        found.extend(record for record in read_records(path))
    found = []
    try:
        for record in read_records(path):
            found.append(record)
    except PageError:
        pass
    assert [one.own_ids[0].number for one in found] == ["UMIN000099001"]
    assert caught.value.place is not None


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('<!DOCTYPE a [<!ENTITY b "c">]>' + CLASSIC, "declaration of entities"),
        ("<clinical_study>" + "<a>" * 300, "200 levels"),
        ('TrialID,"Public title","Public title"\nA,B,C\n', "twice"),
        ('TrialID,"Public title"\nA,B,C\n', "3 cells"),
        ('TrialID,"Public title"\nA,"B\n', "cut off or edited"),
    ],
)
def test_hostile_files_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(PageError, match=said):
        list(read_records(written(tmp_path, "a.xml", text)))


EU_TEXT = """Summary
EudraCT Number: 2099-000001-12
A. Protocol Information
A.2 EudraCT number: 2099-000001-12
E.3 Principal inclusion criteria:

1. Age of 18 years or more
2. Lupus nephritis
E.4 Principal exclusion criteria: 1. Dialysis
2. Pregnancy
"""


def test_an_answer_below_its_question_has_its_own_lines(tmp_path: Path) -> None:
    record = read_page(written(tmp_path, "eu.txt", EU_TEXT))
    assert [(c.kind, c.text, c.span.first) for c in record.criteria] == [
        ("inclusion", "Age of 18 years or more", 7),
        ("inclusion", "Lupus nephritis", 8),
        ("exclusion", "Dialysis", 9),
        ("exclusion", "Pregnancy", 10),
    ]


def test_names_of_contacts_are_dropped_and_of_investigators_kept(tmp_path: Path) -> None:
    body = {
        "isrctn": "99000051",
        "trialDescription": {"title": "Invented"},
        "contact": [
            {"forename": "Gone", "surname": "Person", "contactType": "Public"},
            {
                "forename": "Kept",
                "surname": "Leader",
                "contactTypes": ["Scientific", "Principal Investigator"],
            },
        ],
    }
    record = read_page(written(tmp_path, "a.json", json.dumps(body)))
    assert words_of(record) >= {"Kept", "Leader", "Public"}
    assert not words_of(record) & {"Gone", "Person"}
    assert [item.kind for item in record.dropped] == ["contact_name", "contact_name"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"TrialID,Public title\nA,B\nC,caf\xe9\n", "a.txt:3: the page is not UTF-8"),
        (EU_TEXT.encode() + b"E.8 caf\xe9\n", "a.txt:11: the page is not UTF-8"),
        (b'<?xml version="1.0" encoding="no-such"?>' + CLASSIC.encode(), "no-such"),
        (b'<?xml version="1.0" encoding="shift_jis"?>' + CLASSIC.encode(), "multi-byte"),
        (
            b'[{"protocolSection": {"identificationModule": {}}}, {"other": 1}]',
            "something else as item 2",
        ),
    ],
)
def test_what_is_written_otherwise_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(PageError) as caught:
        list(read_records(path))
    assert said in str(caught.value)
