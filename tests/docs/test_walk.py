"""CONTRIBUTING leads from a question to its rule in three steps, over paths that stand."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PATH = re.compile(r"`((?:src|tests|docs|bench)/[^`\s]*)`")
NAMED = re.compile(r"`([^`/]+)`\s+in\s+`((?:src|tests|docs|bench)/[^`\s]*)`")
MOST_STEPS = 3


def _walk() -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.split("\n## Find your way\n", 1)[1].split("\n## ", 1)[0]


def _questions() -> dict[str, str]:
    """Question -> its steps, for each that is answered by steps."""
    parts = [part.split("\n", 1) for part in _walk().split("\n### ")[1:]]
    return {title: body for title, body in parts if re.search(r"^1\. ", body, re.M)}


def _found(path: str) -> list[Path]:
    """The files or folders that a path stands for; its last part may hold a star."""
    return sorted(ROOT.glob(path.rstrip("/")))


QUESTIONS = _questions()


@pytest.mark.parametrize("path", sorted(set(PATH.findall(_walk()))))
def test_every_path_stands(path: str) -> None:
    found = _found(path)
    assert found, f"CONTRIBUTING.md names {path}, which is not there"
    if path.endswith("/"):
        assert all(one.is_dir() for one in found)


@pytest.mark.parametrize(("name", "path"), sorted(set(NAMED.findall(_walk()))))
def test_what_is_named_is_in_its_file(name: str, path: str) -> None:
    texts = [one.read_text(encoding="utf-8") for one in _found(path)]
    assert texts
    assert all(name in text for text in texts), f"{path} holds no {name}"


def test_the_questions_of_a_newcomer_are_there() -> None:
    asked = " ".join(QUESTIONS)
    for what in ("criterion", "construct", "score", "response", "registry page", "study", "table"):
        assert what in asked


@pytest.mark.parametrize("question", QUESTIONS)
def test_three_steps_are_enough(question: str) -> None:
    steps = re.split(r"^\d+\. ", QUESTIONS[question], flags=re.M)[1:]
    assert 1 <= len(steps) <= MOST_STEPS
    assert all(PATH.search(step) for step in steps), "a step without a path"


# ---- the walks of decision 6 ---------------------------------------------------------------------

SOURCE = ROOT / "src" / "remit"
_ROW = re.compile(r"^\| [^|]+ \| ([^|]+) \| ([^|]+) \|$", re.M)


def _steps_of_walks() -> list[tuple[str, tuple[str, ...]]]:
    """What each step of a walk passes, and the rooms in which it stands."""
    page = ROOT / "docs" / "decisions" / "0006-two-evaluators-one-subject.md"
    walks = page.read_text(encoding="utf-8").split("\n## The walk of ")[1:]
    words = re.compile(r"`([^`]+)`")
    return [
        (name, tuple(words.findall(rooms)))
        for walk in walks
        for names, rooms in _ROW.findall(walk.split("\n## ", 1)[0])
        for name in words.findall(names)
    ]


@pytest.mark.parametrize(("name", "rooms"), _steps_of_walks())
def test_each_step_of_a_walk_is_where_it_is_said_to_be(name: str, rooms: tuple[str, ...]) -> None:
    places = [SOURCE / room for room in rooms]
    files = [
        file for place in places for file in ([place] if place.is_file() else place.rglob("*.py"))
    ]
    defined = re.compile(rf"^ *(?:def|class) {name}\b|^{name}\b.* = ", re.M)
    assert any(defined.search(file.read_text(encoding="utf-8")) for file in files)
