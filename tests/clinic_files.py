"""The spreadsheets of an invented clinic: 20 patients with ids such as LN-007, as a person would
keep them in German Excel. Made up by hand and by rule; nobody is behind it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

LAST_DAY = date(2026, 10, 30)
# id, birth, sex, class of the biopsy, protein/creatinine in mg/g, creatinine in µmol/L,
# C3 in g/L, anti-dsDNA in IU/mL, prednisolone in mg/d, mycophenolate in g/d, further diagnosis
PATIENTS = (
    ("LN-001", "04.03.1990", "w", "IV", "1850", "71", "0,62", "188", "15", "2", ""),
    ("LN-002", "17.11.1984", "w", "III", "2240", "88", "0,55", "240", "20", "2", ""),
    ("LN-003", "29.02.1992", "m", "V", "3900", "92", "0,91", "35", "10", "1,5", ""),
    ("LN-004", "08.07.1978", "w", "III+V", "2760", "105", "0,48", "310", "20", "3", ""),
    (
        "LN-005",
        "21.05.2001",
        "w",
        "IV",
        "1420",
        "64",
        "0,70",
        "96",
        "7,5",
        "2",
        "Hashimoto-Thyreoiditis",
    ),
    ("LN-006", "12.12.1969", "w", "II", "380", "69", "1,02", "18", "5", "", ""),
    ("LN-007", "30.09.1995", "m", "IV", "4100", "140", "0,39", ">400", "40", "3", ""),
    ("LN-008", "02.01.1988", "w", "IV+V", "3050", "97", "0,58", "205", "20", "2", ""),
    ("LN-009", "15.06.1999", "w", "III", "990", "60", "0,83", "61", "10", "2", ""),
    ("LN-010", "23.04.1981", "w", "IV", "1675", "79", "0,66", "150", "12,5", "2", "Hepatitis B"),
    ("LN-011", "11.10.1975", "m", "III", "2100", "118", "0,71", "124", "15", "2", ""),
    ("LN-012", "07.08.2004", "w", "IV", "5230", "83", "0,44", "377", "30", "2", ""),
    ("LN-013", "19.03.1986", "w", "V", "1510", "66", "0,95", "22", "5", "1", ""),
    ("LN-014", "25.01.1993", "w", "IV", "2890", "101", "0,52", "266", "20", "2,5", "Pneumonie"),
    ("LN-015", "03.05.1971", "m", "VI", "1200", "310", "0,88", "41", "5", "", ""),
    ("LN-016", "28.11.1997", "w", "III+V", "3340", "74", "0,60", "219", "17,5", "2", ""),
    ("LN-017", "14.02.1983", "w", "IV", "2015", "81", "0,57", "173", "15", "2", ""),
    ("LN-018", "06.09.2009", "w", "III", "1780", "58", "0,64", "142", "20", "1", ""),
    ("LN-019", "22.07.1990", "w", "IV", "640", "63", "0,99", "<10", "5", "2", ""),
    ("LN-020", "31.12.1979", "m", "IV", "2480", "109", "0,50", "251", "20", "2", ""),
)


def _german(day: date) -> str:
    return day.strftime("%d.%m.%Y")


def _write(folder: Path, name: str, rows: Iterable[tuple[str, ...]]) -> None:
    text = "".join(";".join(row) + "\r\n" for row in rows)
    (folder / name).write_bytes(b"\xef\xbb\xbf" + text.encode())


def write_clinic_files(folder: Path) -> tuple[Path, ...]:
    """Write the files, as Excel in German saves `CSV UTF-8`, and return their paths."""
    labs: list[tuple[str, ...]] = [
        ("Pat.-Nr.", "Datum", "Parameter", "Wert", "Einheit", "untere Grenze", "obere Grenze")
    ]
    people: list[tuple[str, ...]] = [
        ("Pat.-Nr.", "Geburtsdatum", "Geschlecht", "Beobachtet von", "Beobachtet bis")
    ]
    drugs: list[tuple[str, ...]] = [
        ("Pat.-Nr.", "Medikament", "Beginn", "Ende", "Dosis", "Einheit")
    ]
    diagnoses: list[tuple[str, ...]] = [("Pat.-Nr.", "Diagnose", "seit")]
    procedures: list[tuple[str, ...]] = [("Pat.-Nr.", "Prozedur", "Datum")]
    visits: list[tuple[str, ...]] = [("Pat.-Nr.", "Datum", "Besuchsart")]
    for number, row in enumerate(PATIENTS):
        name, birth, sex, kind, upcr, crea, c3, dna, pred, mmf, also = row
        last = LAST_DAY - timedelta(days=number)
        first = last - timedelta(days=91)
        biopsy = _german(last - timedelta(days=60))
        people.append((name, birth, sex, "01.01.2024", _german(LAST_DAY)))
        for day in (first, last):
            at = _german(day)
            visits.append((name, at, "ambulant"))
            labs += [
                (name, at, "UPCR", upcr, "mg/g", "", "150"),
                (name, at, "Kreatinin", crea, "µmol/L", "45", "84"),
                (name, at, "C3", c3, "g/L", "0,90", "1,80"),
                (name, at, "anti-dsDNA", dna, "IU/mL", "", "15"),
                (name, at, "Thrombozyten", str(180 + 7 * number), "10^9/L", "150", "400"),
                (name, at, "Hb", f"{11 + number % 4},{number % 10}", "g/dL", "12,0", "16,0"),
                (name, at, "Leukozyten", f"{4 + number % 5},2", "10^9/L", "4,0", "10,0"),
                (name, at, "TSH", "1,9", "mU/L", "0,4", "4,0"),
            ]
        labs.append((name, biopsy, "ISN/RPS-Klasse", kind, "", "", ""))
        procedures.append((name, "Nierenbiopsie", biopsy))
        diagnoses.append((name, "SLE", "01.02.2020"))
        diagnoses.append((name, "Lupusnephritis", "15.06.2022"))
        if also:
            diagnoses.append((name, also, _german(first)))
        drugs.append((name, "Prednisolon", _german(first), "laufend", pred, "mg/day"))
        drugs.append((name, "Hydroxychloroquin", "01.03.2020", "laufend", "200", "mg/day"))
        if mmf:
            drugs.append((name, "MMF", "01.07.2022", "laufend", mmf, "g/day"))
    written: dict[str, list[tuple[str, ...]]] = {
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
