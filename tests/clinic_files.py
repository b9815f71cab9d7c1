"""The spreadsheets of an invented clinic: 20 patients with ids such as LN-007, as a person would
keep them in German Excel. Made up by hand and by rule; nobody is behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.draft.draft_map import draft_map

LAST_DAY = date(2026, 10, 30)
# id, birth, sex, class of the biopsy, protein/creatinine in mg/g, creatinine in µmol/L, C3 in g/L,
# anti-dsDNA in IU/mL, prednisolone in mg/d, another immunosuppressant, further diagnosis
PATIENTS = (
    ("LN-001", "04.03.1990", "w", "IV", "1850", "71", "0,62", "188", "15", "MMF", ""),
    ("LN-002", "17.11.1984", "w", "III", "2240", "88", "0,55", "240", "20", "MMF", ""),
    ("LN-003", "29.02.1992", "m", "V", "3900", "92", "0,91", "35", "10", "MMF", ""),
    ("LN-004", "08.07.1978", "w", "III+V", "2760", "105", "0,48", "310", "20", "AZA", ""),
    ("LN-005", "21.05.2001", "w", "IV", "1420", "64", "0,70", "96", "7,5", "MMF", "Hashimoto"),
    ("LN-006", "12.12.1969", "w", "II", "380", "69", "1,02", "18", "5", "", ""),
    ("LN-007", "30.09.1995", "m", "IV", "4100", "140", "0,39", ">400", "40", "MMF", ""),
    ("LN-008", "02.01.1988", "w", "IV+V", "3050", "97", "0,58", "205", "20", "MMF", ""),
    ("LN-009", "15.06.1999", "w", "III", "1390", "60", "0,83", "61", "10", "AZA", ""),
    ("LN-010", "23.04.1981", "w", "IV", "1675", "79", "0,66", "150", "12,5", "MMF", "Hepatitis B"),
    ("LN-011", "11.10.1975", "m", "III", "2100", "118", "0,71", "124", "15", "MMF", ""),
    ("LN-012", "07.08.2004", "w", "IV", "5230", "83", "0,44", "377", "30", "MMF", ""),
    ("LN-013", "19.03.1986", "w", "V", "1510", "66", "0,95", "22", "5", "AZA", ""),
    ("LN-014", "25.01.1993", "w", "IV", "2890", "101", "0,52", "266", "20", "MMF", "Pneumonie"),
    ("LN-015", "03.05.1971", "m", "VI", "1200", "310", "0,88", "41", "5", "", ""),
    ("LN-016", "28.11.1997", "w", "III+V", "3340", "74", "0,60", "219", "17,5", "MMF", ""),
    ("LN-017", "14.02.1983", "w", "IV", "2015", "81", "0,57", "173", "15", "MMF", ""),
    ("LN-018", "06.09.2011", "w", "III", "1780", "58", "0,64", "142", "20", "MMF", ""),
    ("LN-019", "22.07.1990", "w", "IV", "640", "63", "0,99", "<10", "5", "AZA", ""),
    ("LN-020", "31.12.1979", "m", "IV", "2480", "109", "0,50", "251", "20", "MMF", ""),
)
DOSES = {"MMF": ("1", "g/day"), "AZA": ("100", "mg/day")}
DIAGNOSES = {"Hashimoto": "Hashimoto-Thyreoiditis"}
# What a draft of the map leaves open, and what the clinic's coordinator writes in its place.
MENDED = {
    '"SLICC 2012" = { concept = "slicc_2012" }': (
        '"SLICC 2012" = { concept = "slicc_2012", answers = { "erfüllt" = "fulfilled" } }'
    ),
    '# not known: "Aktivität" = { ignore = true }': (
        '"Aktivität" = { concept = "ln_activity", of = "renal_biopsy", '
        'answers = { A = "active", "A/C" = "active_and_chronic" } }'
    ),
    '# not known: "TSH" = { ignore = true }': '"TSH" = { ignore = true }',
}
Rows = list[tuple[str, ...]]


def mended(text: str) -> str:
    """The drafted map with the lines that a person has to write."""
    for drafted, written in MENDED.items():
        assert text.count(drafted) == 1, drafted
        text = text.replace(drafted, written)
    return text


def _german(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def _write(folder: Path, name: str, rows: Iterable[tuple[str, ...]]) -> None:
    text = "".join(";".join(row) + "\r\n" for row in rows)
    (folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())


def _laboratory(number: int, first: date, last: date) -> Rows:
    """The tests of one patient: at two visits, and 24-hour protein a week before the last."""
    name, _, _, kind, upcr, crea, c3, dna, *_ = PATIENTS[number]
    week, biopsy = last - timedelta(days=7), last - timedelta(days=60)
    rows: Rows = []
    for day in (first, last):
        rows += [
            (name, _german(day), *cells)
            for cells in (
                ("UPCR", upcr, "mg/g", "", "150"),
                ("Kreatinin", crea, "µmol/L", "45", "84"),
                ("C3", c3, "g/L", "0,90", "1,80"),
                ("anti-dsDNA", dna, "IU/mL", "", "15"),
                ("Thrombozyten", str(180 + 7 * number), "10^9/L", "150", "400"),
                ("Hb", f"{11 + number % 4},{number % 10}", "g/dL", "12,0", "16,0"),
                ("Leukozyten", f"{4 + number % 5},2", "10^9/L", "4,0", "10,0"),
                ("GPT", str(18 + 3 * number), "U/L", "", "35"),
                ("GOT", str(20 + 2 * number), "U/L", "", "35"),
                ("Bilirubin", "0,6", "mg/dL", "", "1,2"),
                ("Cholesterin", str(170 + 5 * number), "mg/dL", "", "200"),
                ("Triglyzeride", str(90 + 6 * number), "mg/dL", "", "150"),
                ("TSH", "1,9", "mU/L", "0,4", "4,0"),
            )
        ]
    protein = f"{int(upcr) / 1000 * 1.1:.2f}".replace(".", ",")
    rows += [(name, _german(d), "24 h-Urinprotein", protein, "g/24h", "", "") for d in (week, last)]
    rows.append((name, _german(first), "SLICC 2012", "erfüllt", "", "", ""))
    rows.append((name, _german(biopsy), "ISN/RPS-Klasse", kind, "", "", ""))
    rows.append((name, _german(biopsy), "Aktivität", "A/C" if number % 3 else "A", "", "", ""))
    return rows


def write_clinic_files(folder: Path) -> tuple[Path, ...]:
    """Write the files, as Excel in German saves `CSV UTF-8`, and return their paths."""
    labs: Rows = [
        ("Pat.-Nr.", "Datum", "Parameter", "Wert", "Einheit", "untere Grenze", "obere Grenze")
    ]
    people: Rows = [("Pat.-Nr.", "Geburtsdatum", "Geschlecht", "Beobachtet von", "Beobachtet bis")]
    drugs: Rows = [("Pat.-Nr.", "Medikament", "Beginn", "Ende", "Dosis", "Einheit")]
    diagnoses: Rows = [("Pat.-Nr.", "Diagnose", "seit")]
    procedures: Rows = [("Pat.-Nr.", "Prozedur", "Datum")]
    visits: Rows = [("Pat.-Nr.", "Datum", "Besuchsart")]
    for number, (name, birth, sex, *_, pred, other, also) in enumerate(PATIENTS):
        last = LAST_DAY - timedelta(days=number)
        first = last - timedelta(days=91)
        people.append((name, birth, sex, "01.01.2024", _german(LAST_DAY)))
        visits += [(name, _german(day), "ambulant") for day in (first, last)]
        labs += _laboratory(number, first, last)
        procedures.append((name, "Nierenbiopsie", _german(last - timedelta(days=60))))
        diagnoses.append((name, "SLE", "01.02.2020"))
        diagnoses.append((name, "Lupusnephritis", "15.06.2022"))
        if also:
            since = _german(last - timedelta(days=9))
            diagnoses.append((name, DIAGNOSES.get(also, also), since))
        drugs.append((name, "Prednisolon", _german(first), "laufend", pred, "mg/day"))
        drugs.append((name, "Hydroxychloroquin", "01.03.2020", "laufend", "200", "mg/day"))
        if other:
            drugs.append((name, other, "01.07.2024", "laufend", *DOSES[other]))
    written = {
        "patienten.csv": people,
        "labor.csv": labs,
        "medikamente.csv": drugs,
        "diagnosen.csv": diagnoses,
        "prozeduren.csv": procedures,
        "besuche.csv": visits,
    }
    for file, rows in written.items():
        _write(folder, file, rows)
    return tuple(folder / file for file in written)


def write_signatures(folder: Path) -> Path:
    """What the investigator signed for some of them: consent, and what no record says."""
    rows: Rows = [("person", "item", "answer", "by", "date")]
    for name in ("LN-001", "LN-002", "LN-004", "LN-008", "LN-010", "LN-016", "LN-017"):
        rows += [
            (name, item, answer, "Dr. Muster", "2026-10-30")
            for item, answer in (
                ("consent", "yes"),
                ("other_severe_organ_involvement", "no"),
                ("unsuitable", "no"),
            )
        ]
    _write(folder, "signiert.csv", rows)
    return folder / "signiert.csv"


def write_own_patients(folder: Path) -> None:
    """All that the how-to starts from: the sheets, the signatures, and the map as it was mended."""
    files = write_clinic_files(folder)
    write_signatures(folder)
    drafted = draft_map(files, packaged_dictionary()).text
    (folder / "mended.toml").write_text(mended(drafted), encoding="utf-8")
