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
LABELS = frozenset(
    label.strip().lower()
    for label in [
        "\n    Basic information",
        " Public title",
        " Acronym",
        " Scientific Title",
        " Scientific Title:Acronym",
        " Region",
        "\n    Condition",
        " Classification by specialty",
        " Classification by malignancy",
        " Genomic information",
        "\n    Objectives",
        " Narrative objectives1",
        " Basic objectives2",
        " Basic objectives -Others",
        "\n    Trial characteristics_1",
        " Trial characteristics_2",
        " Developmental phase",
        " Assessment",
        "\n    Primary outcomes",
        " Key secondary outcomes",
        " Base",
        " Study type",
        " Study design",
        " Basic design",
        "\n    Randomization",
        " Randomization unit",
        " Blinding",
        " Control",
        " Stratification",
        " Dynamic allocation",
        "\n    Institution consideration",
        " Blocking",
        " Concealment",
        " Intervention",
        " No. of arms",
        "\n    Purpose of intervention",
        " Type of intervention",
        " Eligibility",
        " Age-lower limit",
        " Age-upper limit",
        "\n    Gender",
        " Key inclusion criteria",
        " Key exclusion criteria",
        " Target sample size",
        "\n    Research contact person",
        " Name of lead principal investigator",
        " Organization",
        " Division name",
        "\n    Zip code",
        " Address",
        " TEL",
        " Email",
        " Public contact",
        " Name of contact person",
        " Homepage URL",
        "\n    Sponsor or person",
        " Institute",
        " Department",
        " Personal name",
        " Funding Source",
        " Division",
        "\n    Category of Funding Organization",
        " Nationality of Funding Organization",
        "\n    Other related organizations",
        " Co-sponsor",
        " Name of secondary funder(s)",
        "\n    IRB Contact (For public release)",
        " Secondary IDs",
        " Study ID_1",
        " Study ID_2",
        "\n    Org. issuing International ID_1",
        " Org. issuing International ID_2",
        " IND to MHLW",
        " Institutions",
        "\n    Other administrative information",
        " Related information",
        " URL releasing protocol",
        "\n    Publication of results",
        " Result",
        " URL related to results and publications",
        "\n    Number of participants that the trial has enrolled",
        " Results",
        " Results date posted",
        "\n    Results Delayed",
        " Results Delay Reason",
        " Date of the first journal publication of results",
        "\n    Baseline Characteristics",
        " Participant flow",
        " Adverse events",
        " Outcome measures",
        "\n    Plan to share IPD",
        " IPD sharing Plan description",
        " Progress",
        " Recruitment status",
        "\n    Date of protocol fixation",
        " Date of IRB",
        " Anticipated trial start date",
        " Last follow-up date",
        "\n    Date of closure to data entry",
        " Date trial data considered complete",
        " Date analysis concluded",
        "\n    Other",
        " Other related information",
        " Management information",
        " Registered date",
        "\n    Link to view the page",
        " URL(English)",
        " URL(Japanese)\n    ",
    ]
) | {f"interventions/control_{k}" for k in range(1, 11)}

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
