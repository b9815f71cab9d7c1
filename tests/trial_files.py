"""The SDTM datasets of an invented trial: five subjects, as a sponsor would hand them over.

Made up by hand; nobody is behind it. Transport files are written by pyreadstat, another program
than the one that is tested.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import pandas as pd
import pyreadstat

from remit.facts.dictionary import packaged_dictionary
from remit.facts.intake.sdtm.files.sdtm_datasets import read_study
from remit.facts.intake.sdtm.sdtm_draft import draft_sdtm_map

STUDY = "LUNA-1"
Cell: TypeAlias = str | float | None
Rows: TypeAlias = Sequence[Sequence[Cell]]
# name -> columns and rows; STUDYID, DOMAIN and USUBJID are put before them.
DATASETS: Mapping[str, tuple[str, Rows]] = {
    "DM": (
        "RFSTDTC RFICDTC DTHDTC DTHFL BRTHDTC AGE AGEU SEX RACE ARM DMDTC",
        (
            (
                "001",
                "2024-03-01",
                "2024-02-20",
                "",
                "",
                "",
                34.0,
                "YEARS",
                "F",
                "ASIAN",
                "A",
                "2024-02-20",
            ),
            (
                "002",
                "2024-03-05",
                "2024-02-22",
                "",
                "",
                "1990-05",
                33.0,
                "YEARS",
                "F",
                "WHITE",
                "B",
                "2024-02-22",
            ),
            (
                "003",
                "2024-03-09",
                "2024-02-27",
                "2024-06-02",
                "Y",
                "1961-11-30",
                62.0,
                "YEARS",
                "M",
                "WHITE",
                "A",
                "2024-02-27",
            ),
            (
                "004",
                "",
                "2024-03-03",
                "",
                "",
                "",
                45.0,
                "YEARS",
                "U",
                "",
                "Screen Failure",
                "2024-03-03",
            ),
            (
                "005",
                "2024-03-15",
                "2024-03-04",
                "",
                "",
                "1979",
                44.0,
                "YEARS",
                "F",
                "WHITE",
                "B",
                "2024-03-04",
            ),
        ),
    ),
    "SV": (
        "VISITNUM VISIT SVSTDTC SVENDTC",
        (
            ("001", 1.0, "SCREENING", "2024-02-20", "2024-02-20"),
            ("001", 2.0, "BASELINE", "2024-03-01", "2024-03-02"),
            ("002", 1.0, "SCREENING", "2024-02-22", "2024-02-22"),
            ("003", 1.0, "SCREENING", "2024-02-27", "2024-02-27"),
            ("004", 1.0, "SCREENING", "2024-03-03", "2024-03-03"),
            ("005", 1.0, "SCREENING", "2024-03-04", "2024-03-04"),
        ),
    ),
    "LB": (
        "LBSEQ LBTESTCD LBTEST LBCAT LBSPEC LBORRES LBORRESU LBORNRLO LBORNRHI LBSTRESC LBSTRESN "
        "LBSTRESU LBSTAT VISITNUM LBDTC",
        (
            (
                "001",
                1.0,
                "CREAT",
                "Creatinine",
                "CHEMISTRY",
                "SERUM",
                "0.9",
                "mg/dL",
                "0.5",
                "1.1",
                "79.6",
                79.6,
                "umol/L",
                "",
                1.0,
                "2024-02-20T08:15",
            ),
            (
                "001",
                2.0,
                "PROTCRT",
                "Protein/Creatinine",
                "CHEMISTRY",
                "URINE",
                "1850",
                "mg/g",
                "",
                "150",
                "1.85",
                1.85,
                "g/g",
                "",
                1.0,
                "2024-02-20T08:20",
            ),
            (
                "001",
                3.0,
                "CREAT",
                "Creatinine",
                "URINALYSIS",
                "URINE",
                "88",
                "mg/dL",
                "",
                "",
                "88",
                88.0,
                "mg/dL",
                "",
                1.0,
                "2024-02-20",
            ),
            (
                "002",
                1.0,
                "CREAT",
                "Creatinine",
                "CHEMISTRY",
                "",
                "71",
                "umol/L",
                "44",
                "97",
                "0.8",
                0.8,
                "mg/dL",
                "",
                1.0,
                "2024-02-22",
            ),
            (
                "002",
                2.0,
                "BILI",
                "Bilirubin",
                "CHEMISTRY",
                "",
                "<0.2",
                "mg/dL",
                "0.2",
                "1.2",
                "<3.42",
                None,
                "umol/L",
                "",
                1.0,
                "2024-02-22",
            ),
            (
                "002",
                3.0,
                "PLAT",
                "Platelets",
                "HEMATOLOGY",
                "BLOOD",
                "",
                "",
                "",
                "",
                "",
                None,
                "",
                "NOT DONE",
                1.0,
                "2024-02-22",
            ),
            (
                "003",
                1.0,
                "PLAT",
                "Platelets",
                "HEMATOLOGY",
                "BLOOD",
                "210",
                "THOU/uL",
                "150",
                "400",
                "21",
                21.0,
                "10^9/L",
                "",
                1.0,
                "2024-02-27",
            ),
            (
                "005",
                1.0,
                "ALB",
                "Albumin",
                "CHEMISTRY",
                "SERUM",
                "3.8",
                "g/dL",
                "3.5",
                "5.0",
                "38",
                38.0,
                "g/L",
                "",
                1.0,
                "2024-03",
            ),
        ),
    ),
    "VS": (
        "VSSEQ VSTESTCD VSTEST VSORRES VSORRESU VSSTRESC VSSTRESN VSSTRESU VSSTAT VISITNUM VSDTC",
        (
            (
                "001",
                1.0,
                "SYSBP",
                "Systolic Blood Pressure",
                "128",
                "mmHg",
                "128",
                128.0,
                "mmHg",
                "",
                1.0,
                "2024-02-20",
            ),
            (
                "001",
                2.0,
                "WEIGHT",
                "Weight",
                "150",
                "LB",
                "68.04",
                68.04,
                "kg",
                "",
                1.0,
                "2024-02-20",
            ),
            (
                "002",
                1.0,
                "PULSE",
                "Pulse Rate",
                "72",
                "beats/min",
                "72",
                72.0,
                "beats/min",
                "",
                1.0,
                "2024-02-22",
            ),
        ),
    ),
    "AE": (
        "AESEQ AETERM AEDECOD AESER AEOUT AETOXGR AESTDTC AEENDTC",
        (
            (
                "001",
                1.0,
                "head cold",
                "NASOPHARYNGITIS",
                "N",
                "RECOVERED/RESOLVED",
                "1",
                "2024-04-02",
                "2024-04-09",
            ),
            (
                "002",
                1.0,
                "lung infection",
                "PNEUMONIA",
                "Y",
                "RECOVERED/RESOLVED",
                "3",
                "2024-05",
                "2024-05-30",
            ),
            ("003", 1.0, "death", "DEATH", "Y", "FATAL", "5", "2024-06-02", "2024-06-02"),
        ),
    ),
    "MH": (
        "MHSEQ MHTERM MHDECOD MHPRESP MHOCCUR MHDTC MHSTDTC MHENDTC",
        (
            (
                "001",
                1.0,
                "lupus",
                "SYSTEMIC LUPUS ERYTHEMATOSUS",
                "Y",
                "Y",
                "2024-02-20",
                "2019-06",
                "",
            ),
            ("002", 1.0, "lupus", "SYSTEMIC LUPUS ERYTHEMATOSUS", "Y", "Y", "2024-02-22", "", ""),
            ("003", 1.0, "hepatitis b", "HEPATITIS B", "Y", "N", "2024-02-27", "", ""),
            ("005", 1.0, "womb taken out", "HYSTERECTOMY", "", "", "2024-03-04", "2015", ""),
        ),
    ),
    "CM": (
        "CMSEQ CMTRT CMDECOD CMDOSE CMDOSU CMDOSFRQ CMROUTE CMDTC CMSTDTC CMENDTC",
        (
            (
                "001",
                1.0,
                "Decortin",
                "PREDNISONE",
                10.0,
                "mg",
                "BID",
                "ORAL",
                "2024-02-20",
                "2024-01-10",
                "2024-05-31",
            ),
            (
                "002",
                1.0,
                "Plaquenil",
                "HYDROXYCHLOROQUINE",
                200.0,
                "mg",
                "QD",
                "ORAL",
                "2024-02-22",
                "2021",
                "",
            ),
            (
                "003",
                1.0,
                "Vitamin D",
                "UNCODED",
                1.0,
                "TABLET",
                "QD",
                "ORAL",
                "2024-02-27",
                "2023-07",
                "",
            ),
        ),
    ),
    "EX": (
        "EXSEQ EXTRT EXDOSE EXDOSU EXDOSFRQ EXROUTE EXSTDTC EXENDTC",
        (
            (
                "001",
                1.0,
                "LUNAMAB",
                100.0,
                "mg",
                "EVERY 4 WEEKS",
                "SUBCUTANEOUS",
                "2024-03-01",
                "2024-06-30",
            ),
            (
                "002",
                1.0,
                "PLACEBO",
                0.0,
                "mg",
                "EVERY 4 WEEKS",
                "SUBCUTANEOUS",
                "2024-03-05",
                "2024-06-30",
            ),
        ),
    ),
    "QS": (
        "QSSEQ QSTESTCD QSTEST QSCAT QSORRES QSSTRESC QSSTRESN QSDTC",
        (
            (
                "001",
                1.0,
                "ECOG101",
                "ECOG1-Performance Status",
                "ECOG",
                "Restricted in strenuous activity",
                "1",
                1.0,
                "2024-02-20",
            ),
            ("001", 2.0, "XYZ01", "Own item", "OWN", "Several days", "1", 1.0, "2024-02-20"),
        ),
    ),
    "DS": (
        "DSSEQ DSTERM DSDECOD DSCAT DSSTDTC",
        (
            ("001", 1.0, "RANDOMIZED", "RANDOMIZED", "PROTOCOL MILESTONE", "2024-02-29"),
            ("003", 1.0, "DEATH", "DEATH", "DISPOSITION EVENT", "2024-06-02"),
            ("004", 1.0, "SCREEN FAILURE", "SCREEN FAILURE", "DISPOSITION EVENT", "2024-03-03"),
        ),
    ),
    "SE": ("ETCD SESTDTC", (("001", "SCRN", "2024-02-20"),)),
}
# SUPP-- rows: subject, IDVAR, IDVARVAL, QNAM, QVAL.
SUPPLEMENT = (
    ("AE", "002", "AESEQ", "1", "AEICD10CM", "J18.9"),
    ("AE", "001", "AESEQ", "1", "AETRTEM", "Y"),
)


def dataset(name: str) -> tuple[list[str], list[list[Cell]]]:
    """The columns and rows of a dataset, with those that each dataset has."""
    columns, rows = DATASETS[name]
    return (
        ["STUDYID", "DOMAIN", "USUBJID", *columns.split()],
        [[STUDY, name, f"{STUDY}-{row[0]}", *row[1:]] for row in rows],
    )


def write_xpt(
    path: Path, name: str, columns: Sequence[str], rows: Rows, *, version: Literal[5, 8] = 5
) -> Path:
    """A transport file."""
    frame = pd.DataFrame([list(row) for row in rows], columns=list(columns))
    for column in frame:
        if frame[column].map(lambda cell: isinstance(cell, str)).any():
            frame[column] = frame[column].fillna("")
        else:
            frame[column] = frame[column].astype("float64")
    pyreadstat.write_xport(frame, path, table_name=name, file_format_version=version)
    return path


def dataset_lines(name: str, columns: Sequence[str], rows: Rows) -> list[str]:
    """A dataset as the lines of Dataset-JSON 1.1."""
    head = dataset_json(name, columns, rows)
    del head["rows"]
    return [json.dumps(head), *(json.dumps(list(row)) for row in rows)]


def dataset_json(name: str, columns: Sequence[str], rows: Rows) -> dict[str, object]:
    """A dataset as Dataset-JSON 1.1."""
    kinds = {
        column: "float" if any(isinstance(row[at], float) for row in rows) else "string"
        for at, column in enumerate(columns)
    }
    return {
        "datasetJSONCreationDateTime": "2024-07-01T10:00:00",
        "datasetJSONVersion": "1.1.0",
        "itemGroupOID": f"IG.{name}",
        "records": len(rows),
        "name": name,
        "label": name,
        "columns": [
            {"itemOID": f"IT.{name}.{c}", "name": c, "label": c, "dataType": kinds[c]}
            for c in columns
        ],
        "rows": [list(row) for row in rows],
    }


def write_trial_and_map(folder: Path) -> None:
    """The trial, and the map that a person confirmed, in `confirmed.toml`."""
    write_trial(folder)
    text = draft_sdtm_map(read_study(folder / "trial"), packaged_dictionary()).text
    (folder / "confirmed.toml").write_text(confirmed(text), encoding="utf-8")


def write_trial(folder: Path) -> None:
    """The datasets of the trial in the folder `trial`: transport files, and LB as Dataset-JSON."""
    trial = folder / "trial"
    trial.mkdir()
    for name in DATASETS:
        columns, rows = dataset(name)
        if name == "LB":
            text = json.dumps(dataset_json(name, columns, rows))
            (trial / "lb.json").write_text(text, encoding="utf-8")
        else:
            write_xpt(trial / f"{name.lower()}.xpt", name, columns, rows)
    head = ["STUDYID", "RDOMAIN", "USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QVAL"]
    supplement = [[STUDY, row[0], f"{STUDY}-{row[1]}", *row[2:]] for row in SUPPLEMENT]
    write_xpt(trial / "suppae.xpt", "SUPPAE", head, supplement)


def confirmed(text: str) -> str:
    """The drafted map as a person confirms it."""
    text = text.replace("proposed = ", "concept = ")
    return text.replace('"PLACEBO" = {}', '"PLACEBO" = { ignore = true }')
