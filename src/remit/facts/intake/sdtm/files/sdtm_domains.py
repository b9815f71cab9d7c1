"""The domains of SDTM that are read, and the table that each becomes.

Source: CDISC SDTM Implementation Guide 3.4. A domain that is split has datasets such as QSPH, whose
rows say DOMAIN = QS; qualifiers that are no standard variables stand in SUPP datasets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

# Domain -> the table to which its rows go first; a confirmed or coded meaning may move a row.
DOMAINS: Mapping[str, str] = {
    "DM": "person",
    "SV": "visit_occurrence",
    "LB": "measurement",
    "VS": "measurement",
    "QS": "measurement",
    "RS": "measurement",
    "AE": "condition_occurrence",
    "MH": "condition_occurrence",
    "CM": "drug_exposure",
    "EX": "drug_exposure",
    "PR": "procedure_occurrence",
    "DS": "observation",
}
FINDINGS = ("LB", "VS", "QS", "RS")
EVENTS = ("AE", "MH", "CM", "EX", "PR")
# The column that names what a row is about.
TOPIC: Mapping[str, str] = {
    "AE": "AETERM",
    "MH": "MHTERM",
    "CM": "CMTRT",
    "EX": "EXTRT",
    "PR": "PRTRT",
    "DS": "DSTERM",
    "LB": "LBTESTCD",
    "VS": "VSTESTCD",
    "QS": "QSTESTCD",
    "RS": "RSTESTCD",
}
_SUPPLEMENT = re.compile(r"(?:SUPP|SQ)([A-Z]{2})[A-Z0-9]*")


def supplemented(name: str) -> str | None:
    """The domain that a dataset of supplemental qualifiers belongs to; None for others.

    >>> supplemented("SUPPAE"), supplemented("SQAPQSPH"), supplemented("LB")
    ('AE', 'AP', None)
    """
    found = _SUPPLEMENT.fullmatch(name.upper())
    return None if found is None else found[1]


def is_read(name: str) -> bool:
    """Whether rows of a dataset of this name are taken.

    >>> is_read("LB"), is_read("QSPH"), is_read("SUPPLB"), is_read("SE"), is_read("RELREC")
    (True, True, True, False, False)
    """
    return (supplemented(name) or name[:2].upper()) in DOMAINS
