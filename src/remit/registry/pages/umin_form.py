"""The UMIN-CTR form: its labels, its closed lists of answers, and the shapes of its answers."""

from __future__ import annotations

import re

HEADER = {
    "unique id issued by umin": "registry_id",
    "receipt number": "receipt_number",
    "scientific title": "title_official",
    "date of disclosure of the study information": "date_disclosure",
    "last modified on": "date_last_update",
}
# A page saved with its labels reads in the same order once these lines are set aside.
_LABEL_TEXT = """
    basic information | public title | acronym | scientific title | scientific title:acronym |
    region | condition | classification by specialty | classification by malignancy |
    genomic information | objectives | narrative objectives1 | basic objectives2 |
    basic objectives -others | trial characteristics_1 | trial characteristics_2 |
    developmental phase | assessment | primary outcomes | key secondary outcomes | base | study type
    | study design | basic design | randomization | randomization unit | blinding | control |
    stratification | dynamic allocation | institution consideration | blocking | concealment |
    intervention | no. of arms | purpose of intervention | type of intervention | eligibility |
    age-lower limit | age-upper limit | gender | key inclusion criteria | key exclusion criteria |
    target sample size | research contact person | name of lead principal investigator |
    organization | division name | zip code | address | tel | email | public contact |
    name of contact person | homepage url | sponsor or person | institute | department |
    personal name | funding source | division | category of funding organization |
    nationality of funding organization | other related organizations | co-sponsor |
    name of secondary funder(s) | irb contact (for public release) | secondary ids | study id_1 |
    study id_2 | org. issuing international id_1 | org. issuing international id_2 | ind to mhlw |
    institutions | other administrative information | related information | url releasing protocol |
    publication of results | result | url related to results and publications |
    number of participants that the trial has enrolled | results | results date posted |
    results delayed | results delay reason | date of the first journal publication of results |
    baseline characteristics | participant flow | adverse events | outcome measures |
    plan to share ipd | ipd sharing plan description | progress | recruitment status |
    date of protocol fixation | date of irb | anticipated trial start date | last follow-up date |
    date of closure to data entry | date trial data considered complete | date analysis concluded |
    other | other related information | management information | registered date |
    link to view the page | url(english) | url(japanese)
"""
LABELS = frozenset(
    {label.strip() for label in " ".join(_LABEL_TEXT.split()).split("|")}
    | {f"interventions/control_{k}" for k in range(1, 11)}
)

REGION = re.compile(
    r"(?:japan|asia\(except japan\)|north america|south america|europe|africa|oceania"
    r"|australia|middle east"
    r"|other)(?:\s*[|,]\s*[\w() ]+)*\s*\|?",
    re.I,
)
MALIGNANCY = re.compile(r"(?:malignancy|others)", re.I)
YES_NO = re.compile(r"(?:yes|no)", re.I)
_AIM = r"(?:safety|efficacy|pk|pd|bio-?availability|bio-?equivalence|confirmation|others)"
BASIC_OBJECTIVES = re.compile(rf"{_AIM}(?:\s*,\s*{_AIM})*", re.I)
CHARACTERISTICS_1 = re.compile(r"(?:exploratory|confirmatory|others)", re.I)
CHARACTERISTICS_2 = re.compile(r"(?:pragmatic|explanatory|others)", re.I)
PHASE = re.compile(r"(?:not applicable|phase [0-4IV]+(?:\s*,\s*(?:phase )?[0-4IV]+)*)", re.I)
STUDY_TYPE = re.compile(
    r"(?:interventional|observational|expanded access|meta-?analysis|others,\s*meta-analysis etc)",
    re.I,
)
DESIGN = (
    ("basic_design", re.compile(r"single arm|parallel|cross-over|factorial|expanded access", re.I)),
    ("randomization", re.compile(r"(?:non-)?randomi[sz]ed", re.I)),
    ("randomization_unit", re.compile(r"individual|cluster", re.I)),
    ("masking", re.compile(r"(?:open|single blind|double blind|triple blind|masked).*", re.I)),
    (
        "control",
        re.compile(
            r"(?:active|placebo|no treatment|uncontrolled|historical|dose comparison|self control)"
            r"(?:\s*,.*)?",
            re.I,
        ),
    ),
    ("stratification", re.compile(r"yes|no", re.I)),
    ("dynamic_allocation", re.compile(r"yes|no", re.I)),
    ("institution_consideration", re.compile(r"institution is .*", re.I)),
    ("blocking", re.compile(r"yes|no", re.I)),
    ("concealment", re.compile(r".*(?:registration|no need to know|envelope|pharmacy).*", re.I)),
    ("arm_count", re.compile(r"\d{1,2}")),
    ("primary_purpose", re.compile(r"treatment|prevention|diagnosis|educational.*|.*,.*", re.I)),
    (
        "intervention_type",
        re.compile(
            r"(?:(?:medicine|device,\s*equipment|vaccine|food|gene|behavior,\s*custom|maneuver|other)"
            r"(?:\s*\||\s*,|\s)*)+",
            re.I,
        ),
    ),
)
GENDER = re.compile(r"(?:male and female|male|female)", re.I)
NAME_ROW = re.compile(r"(1st|middle|last) name\s*(\|?)\s*(.*?)\s*\|?", re.I)
ZIP = re.compile(r"(?:〒\s*)?\d{3}-?\d{4}|\d{5}(?:-\d{4})?")
FUNDER_CATEGORY = re.compile(
    r"(?:(?:non )?profit (?:organization|foundation)|self funding|government offices? of .*|"
    r"japanese governmental office|local government|outside japan|other)",
    re.I,
)
STATUS = re.compile(
    r"(?:preinitiation|open public recruiting|enrolling by invitation"
    r"|no longer recruiting|suspended|"
    r"terminated|completed|main results already published|recruiting|pending)",
    re.I,
)
PUBLISHED = re.compile(r"(?:(?:partially |un)?published)", re.I)
DATE_ROW = re.compile(r"\d{4}\s*\|?\s*Year\s*\|?\s*\d{1,2}\s*\|?\s*Month.*", re.I)
NATION = re.compile(
    r"(?:japan|united states(?: of america)?|usa|united kingdom|uk|germany|france"
    r"|switzerland|italy|spain"
    r"|china|korea|south korea|republic of korea|taiwan|india|australia|new zealand"
    r"|canada|mexico|brazil"
    r"|netherlands|belgium|sweden|denmark|norway|finland|ireland|israel|singapore|thailand|malaysia"
    r"|indonesia|philippines|vietnam|austria|poland|portugal|outside japan)",
    re.I,
)
PROGRESS_DATES = (
    "date_protocol_fixed",
    "date_ethics_approval",
    "date_start",
    "date_last_follow_up",
    "date_data_entry_closed",
    "date_data_complete",
    "date_analysis_done",
)
RESULT_TEXTS = (
    "results_baseline",
    "results_participant_flow",
    "results_adverse_events",
    "results_outcome_measures",
)
