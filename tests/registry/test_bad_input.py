from __future__ import annotations

import json
from pathlib import Path

import pytest

from remit.errors import PageError
from remit.registry import read_page, read_text, recognise_format


def refusal(path: Path) -> PageError:
    with pytest.raises(PageError) as caught:
        read_page(path)
    error = caught.value
    assert error.exit_code == 3
    assert error.place is not None
    assert error.place.source == str(path)
    assert error.expected
    assert error.got
    assert error.next_step
    return error


def saved(folder: Path, content: bytes) -> Path:
    path = folder / "page.txt"
    path.write_bytes(content)
    return path


def test_missing(tmp_path: Path) -> None:
    assert "no such file" in str(refusal(tmp_path / "nothing.txt"))


def test_folder(tmp_path: Path) -> None:
    assert "folder" in str(refusal(tmp_path))


@pytest.mark.parametrize("content", [b"", b" \n\t\r\n  \n", b"\xef\xbb\xbf"])
def test_empty(tmp_path: Path, content: bytes) -> None:
    assert "empty" in str(refusal(saved(tmp_path, content)))


def test_binary(tmp_path: Path) -> None:
    error = refusal(saved(tmp_path, b"MedPath\nab\0cd"))
    assert "byte 10" in str(error)
    assert error.place is not None
    assert error.place.line == 2


def test_not_utf8(tmp_path: Path) -> None:
    error = refusal(saved(tmp_path, b"MedPath\nTitle \xe9t\xe9\n"))
    assert "byte 0xe9 at byte offset 14" in str(error)
    assert error.place is not None
    assert error.place.line == 2


def test_not_utf8_after_a_mark(tmp_path: Path) -> None:
    assert "byte offset 5" in str(refusal(saved(tmp_path, b"\xef\xbb\xbfab\xe9")))


def test_utf16(tmp_path: Path) -> None:
    assert "UTF-16" in str(refusal(saved(tmp_path, "MedPath".encode("utf-16"))))


def test_too_big_is_refused_from_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "page.txt"
    with path.open("wb") as file:
        file.truncate(50_000_000)

    def never(self: Path) -> bytes:
        raise AssertionError("the file was read")

    monkeypatch.setattr(Path, "read_bytes", never)
    assert "50,000,000 bytes" in str(refusal(path))


def test_a_text_over_the_limit() -> None:
    with pytest.raises(PageError, match="too big"):
        read_text("é" * 2_600_000, "x")


def test_unknown_format_names_the_known_ones_and_the_nearest(tmp_path: Path) -> None:
    page = "Registration Number\nX\nLead Sponsor\nY\nsome other text\n"
    message = str(refusal(saved(tmp_path, page.encode())))
    for name in ("medpath", "trial_table", "umin", "clinconnect", "trial_page", "ctgov_json"):
        assert name in message
    assert "the nearest is medpath, with 2 of its 7 signs" in message


def test_prose_is_near_no_format(tmp_path: Path) -> None:
    assert "no sign of any" in str(refusal(saved(tmp_path, b"Dear reader, hello.")))


def test_invalid_json_names_line_and_column(tmp_path: Path) -> None:
    error = refusal(saved(tmp_path, b'{\n "protocolSection": {\n'))
    assert error.place is not None
    assert error.place.line == 3
    assert "not valid JSON" in str(error)


@pytest.mark.parametrize(
    "body",
    [
        {},
        [],
        {"studies": []},
        {"protocolSection": {}},
        {"protocolSection": []},
        {"resourceType": "ResearchStudy"},
    ],
)
def test_json_that_is_no_study(tmp_path: Path, body: object) -> None:
    message = str(refusal(saved(tmp_path, json.dumps(body).encode())))
    assert "no record of a registry that is known" in message


@pytest.mark.parametrize("text", ["[" * 100_000, '{"a":' * 5_000 + "1" + "}" * 5_000])
def test_json_nested_too_deep(text: str) -> None:
    with pytest.raises(PageError):
        read_text(text, "x")


def test_json_nested_below_a_study() -> None:
    deep = "[" * 300 + "]" * 300
    text = '{"protocolSection": {"identificationModule": {"nctId": "NCT99000009"}, "x": DEEP}}'
    text = text.replace("DEEP", deep)
    with pytest.raises(PageError, match="200 levels"):
        read_text(text, "x")


def test_recognising_an_empty_text_is_refused_too() -> None:
    with pytest.raises(PageError, match="empty"):
        recognise_format("  ")


@pytest.mark.parametrize(
    ("twice", "line"),
    [
        ('"briefTitle": "One",\n    "briefTitle": "Other"', 4),
        ('"briefTitle": "One",\n\n    "brief\\u0054itle": "One"', 5),
        ('"orgStudyIdInfo": {"id": "A"},\n    "orgStudyIdInfo": {"id": "B"}', 4),
    ],
)
def test_json_that_says_a_key_twice_is_refused(twice: str, line: int) -> None:
    text = f'{{"protocolSection": {{\n  "identificationModule": {{\n    {twice}}}}}}}'
    with pytest.raises(PageError, match="twice in one object") as caught:
        read_text(text, "trial.json")
    assert caught.value.place is not None
    assert caught.value.place.line == line


def test_json_keys_of_several_objects_may_be_alike() -> None:
    arms = '[{"label": "A", "type": "x"}, {"label": "B", "type": "x"}]'
    text = (
        '{"protocolSection": {"identificationModule": {"nctId": "NCT99000001"},'
        f'"armsInterventionsModule": {{"armGroups": {arms}}}}}}}'
    )
    assert len(read_text(text, "trial.json").named("arm")) == 2
