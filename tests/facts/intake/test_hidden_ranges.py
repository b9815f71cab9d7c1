"""Days known by year or month under pseudonyms: no other answer, and no shift to be read."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from facts.intake.sdtm.sdtm_rows_given import Row, read_rows
from remit.facts.intake.dataset.handed_over import IntakeChoices
from remit.facts.intake.dataset.written_dataset import write_intake
from remit.facts.intake.deidentified.hidden_ranges import KeyedDays, widened
from remit.facts.intake.deidentified.pseudonym_key import (
    KeyFile,
    PseudonymKey,
    open_key,
    read_key,
)
from remit.facts.intake.persons.coverage_rule import CoverageRule
from remit.facts.intake.sdtm.sdtm_map import SdtmMap, TermUse
from remit.facts.intake.sdtm.sdtm_tables import SdtmChoices
from remit.facts.opened import Facts
from remit.facts.person_names import person_names
from remit.facts.soundness import check_dataset
from remit.testing import study_text, verdicts
from remit.testing.cases import STUDY

CUT = date(2024, 12, 31)
EPOCH = date(1970, 1, 1)
MAP = SdtmMap(
    terms={
        "MH": {"PNEUMONIA": TermUse(concept="pneumonia"), "SLE": TermUse(concept="sle")},
        "CM": {"PREDNISONE": TermUse(concept="prednisone")},
    }
)
ASKED = {
    "pneumonia": "any pneumonia in [screening - 52 weeks, screening]",
    "pneumonias": "count of pneumonia in [screening - 3650 days, screening] >= 2",
    "sle": "any sle",
    "prednisone": "any prednisone in [screening - 400 days, screening]",
    "dose": "dose of prednisone at screening <= 5 mg/d",
    "creatinine": "latest creatinine in [screening - 365 days, screening] < 2 mg/dL",
    "ever": "highest creatinine in [screening - 3650 days, screening] > 2 mg/dL",
    "age": "age at screening >= 18 years",
    "older": "age at screening <= 45 years",
}

# Windows that end after the screening, which is a person's last visit: mostly after her last day.
LATER = {
    "any": "any pneumonia in [screening, screening + 90 days]",
    "none": "not any prednisone in [screening - 60 days, screening + 60 days]",
    "count": "count of pneumonia in [screening - 3650 days, screening + 30 days] >= 2",
    "latest": "latest creatinine in [screening - 3650 days, screening + 200 days] < 2 mg/dL",
    "latest_of_all": "latest creatinine in [screening - 3650 days, ..] < 2 mg/dL",
    "earliest": "earliest creatinine in [screening - 3650 days, screening + 90 days] < 2 mg/dL",
    "highest": "highest creatinine in [screening - 3650 days, screening + 90 days] > 2 mg/dL",
    "slope": "slope of creatinine in [screening - 999 days, screening + 9 days] per year > 1 mg/dL",
    "dose": "dose of prednisone at screening <= 5 mg/d",
    "days": "dose of prednisone > 5 mg/d on at least 5 days in [screening, screening + 9 days]",
    "unchanged": "dose of prednisone unchanged in [screening, screening + 30 days]",
    "to_the_end": "dose of prednisone unchanged in [screening, ..]",
}


def _day(draw: random.Random) -> str:
    day = date(2012, 1, 1) + timedelta(days=draw.randrange(4600))
    return draw.choice([str(day), str(day), f"{day:%Y-%m}", f"{day:%Y}", "UNK"])


def _study(draw: random.Random) -> dict[str, list[Row]]:
    people: list[Row] = []
    rows: dict[str, list[Row]] = {"DM": people, "MH": [], "CM": [], "LB": [], "SV": []}
    for number in range(12):
        who = {"USUBJID": f"S-{number:02}"}
        born = date(1975, 1, 1) + timedelta(days=draw.randrange(12_000))
        birth = draw.choice([str(born), f"{born:%Y-%m}", f"{born:%Y}"])
        people.append({**who, "BRTHDTC": birth, "SEX": "F"})
        rows["SV"].append(
            {**who, "SVSTDTC": str(date(2024, 1, 1) + timedelta(draw.randrange(360)))}
        )
        for _ in range(draw.randrange(3)):
            rows["MH"].append({**who, "MHTERM": draw.choice(["Pneumonia", "SLE"]),
                               "MHSTDTC": _day(draw),
                               "MHENDTC": draw.choice(["", "2024-11"])})  # fmt: skip
        for _ in range(draw.randrange(3)):
            rows["CM"].append({**who, "CMTRT": "Prednisone", "CMDOSE": draw.choice(["2", "20"]),
                               "CMDOSU": "mg", "CMDOSFRQ": "QD", "CMSTDTC": _day(draw),
                               "CMENDTC": draw.choice(["", "2024-10-05", "2024"])})  # fmt: skip
        for _ in range(draw.randrange(4)):
            rows["LB"].append({**who, "LBTESTCD": "CREAT", "LBSPEC": "SERUM",
                               "LBDTC": _day(draw),
                               "LBORRES": draw.choice(["1", "3"]),
                               "LBORRESU": "mg/dL"})  # fmt: skip
    return rows


def _written(
    folder: Path,
    rows: dict[str, list[Row]],
    key: KeyFile | None,
    coverage: CoverageRule | None = None,
) -> Facts:
    found = read_rows(rows, sdtm_map=MAP, choices=SdtmChoices(data_cut=CUT))
    choices = IntakeChoices(
        source="test", data_cut=CUT, rule="last-visit", anchors={STUDY: "screening"},
        coverage=coverage,
        mapped=[n for n in ("condition_occurrence", "drug_exposure") if n in found.tables],
        pseudonyms=key,
    )  # fmt: skip
    return write_intake(folder, found, choices)[0]


@pytest.mark.parametrize("seed", range(6))
def test_an_answer_stays_or_becomes_unknown(tmp_path: Path, seed: int) -> None:
    changed = _compared(tmp_path, seed, ASKED)
    assert changed["same"] > 2 * changed["unknown"]


@pytest.mark.parametrize("seed", range(6))
def test_of_a_window_after_the_last_day_no_more_is_said(tmp_path: Path, seed: int) -> None:
    watched = tmp_path / "watched.csv"
    lines = [f"S-{n:02},2013-01-01,{CUT if n % 3 else '2024-11-30'}" for n in range(12)]
    watched.write_text("\n".join(["person,start,end", *lines]) + "\n", encoding="utf-8")
    changed = _compared(tmp_path, seed, LATER, watched)
    assert changed["same"]
    assert changed["unknown"]


def _compared(
    tmp_path: Path, seed: int, asked_for: dict[str, str], coverage: CoverageRule | None = None
) -> Counter[str]:
    rows = _study(random.Random(seed))
    key = open_key(tmp_path / "key.json", out=tmp_path / "hidden")
    text = study_text(asked_for)
    changed = Counter[str]()
    with (
        _written(tmp_path / "open", rows, None, coverage) as before,
        _written(tmp_path / "hidden", rows, key, coverage) as after,
    ):
        assert [f for f in check_dataset(after) if f.severity == "error"] == []
        names = {person_names(before).shown(p): told for p, told in verdicts(text, before).items()}
        for person, told in verdicts(text, after).items():
            pseudonym = person_names(after).shown(person)
            (name,) = [n for n in names if key.key.pseudonym(n) == pseudonym]
            for asked, answer in told.items():
                same = answer == names[name][asked]
                assert same or answer.startswith("unknown("), (name, asked, names[name][asked])
                changed["same" if same else "unknown"] += 1
        assert after.rows("imprecise_date").num_rows
        cuts = after.rows("person_cut")
        assert sorted(cuts["person_id"].to_pylist()) == sorted(person_names(after).names)
        assert before.rows("person_cut").num_rows == 0
        known = read_key(tmp_path / "key.json").persons
        for row in cuts.to_pylist():
            moved = key.key.shift(known[person_names(after).shown(row["person_id"])])
            assert row["last_day"] <= CUT + timedelta(days=moved)
    return changed


def _days(text: str) -> tuple[int, int]:
    year, _, month = text.partition("-")
    first = date(int(year), int(month or 1), 1)
    after = date(first.year + (not month or month == "12"), int(month or 0) % 12 + 1, 1)
    return (first - EPOCH).days, (after - EPOCH).days - 1


def _hidden(key: PseudonymKey, name: str, texts: list[str], cut: int = 10**6) -> np.ndarray:
    spans = np.array([_days(text) for text in texts], np.int64)
    many = np.ones(len(texts), np.int64)
    days = KeyedDays(many * key.shift(name), many * key.grid(name), many * key.tail(name))
    return np.stack(widened(spans[:, 0], spans[:, 1], days, cut=cut), axis=1)


@pytest.mark.parametrize(
    "texts",
    [
        ["2013"],
        ["2013"] * 40,
        ["2013-05"] * 40,
        [f"{year}" for year in range(2005, 2020)],
        [f"2013-{month:02}" for month in range(1, 13)],
    ],
)
def test_who_tries_every_shift_finds_none_that_fits_better(texts: list[str]) -> None:
    """The attack: who knows the way of making ranges, and that true ones are years and months.

    For each person the attacker keeps the shifts under which some keyed grid gives what is seen
    of some years or months. Of 730 shifts hardly any may fall away, and the true one no less often.
    """
    kept, hit, people = 0, 0, 4
    for number in range(people):
        key, name = PseudonymKey(bytes([number]) * 32), f"P{number}"
        seen = _hidden(key, name, texts)
        grid = int(seen[0, 0])
        true = key.shift(name)
        fitting = [s for s in (true, *range(-365, 366, 3)) if s and _could_be(seen, grid, s, texts)]
        kept += len(fitting)
        hit += true in fitting
    assert hit == people
    assert kept > 0.9 * 243 * people


def _could_be(seen: np.ndarray, grid: int, shift: int, texts: list[str]) -> bool:
    """Whether years, or months, that are moved by a shift fill these stretches and no others."""
    is_month = len(texts[0]) > 4
    by_range: dict[tuple[int, int], int] = Counter(map(tuple, seen.tolist()))
    months = [f"{y}-{m:02}" for y in range(2000, 2028) for m in range(1, 13)]
    pool = months if is_month else [str(y) for y in range(2000, 2028)]
    spans = np.array([_days(text) for text in pool], np.int64)
    many = np.ones(len(pool), np.int64)
    made = np.stack(
        widened(spans[:, 0], spans[:, 1], KeyedDays(many * shift, many * grid, many), cut=10**6),
        axis=1,
    )
    possible = set(map(tuple, made.tolist()))
    return by_range.keys() <= possible


def test_what_went_on_until_the_cut_does_not_tell_it() -> None:
    # Who knows the cut would know the shift from a range that ends with it, moved.
    cut = (CUT - EPOCH).days
    gaps = []
    for number in range(200):
        key, name = PseudonymKey(bytes([number]) * 32), "P"
        many = np.ones(1, np.int64)
        days = KeyedDays(many * key.shift(name), many * key.grid(name), many * key.tail(name))
        end = int(widened(many * (cut - 90), many * cut, days, cut=cut)[1][0])
        gaps.append((end - cut, key.shift(name)))
    ends, shifts = np.array(gaps).T
    assert abs(np.corrcoef(ends, shifts)[0, 1]) < 0.6
    assert ends.min() >= -365 - 0


def test_ranges_of_one_day_are_alike_and_cover_it() -> None:
    key = PseudonymKey(bytes(32))
    seen = _hidden(key, "P", ["2013", "2013", "2013-07"])
    assert (seen[0] == seen[1]).all()
    first, last = _days("2013")
    assert seen[0][0] <= first + key.shift("P")
    assert seen[0][1] >= last + key.shift("P")
