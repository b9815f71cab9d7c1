"""The answers that the UMIN-CTR form offers, in English and Japanese, and the shapes of others."""

from __future__ import annotations

import re
from collections.abc import Callable

from remit.registry.text.written_dates import read_date
from remit.registry.text.written_values import (
    english_part,
    read_age,
    read_count,
    read_registry_id,
    read_umin_age,
)

# No answer of a list is longer.
_LONGEST = 200


def _matcher(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.I)

    def fits(text: str) -> bool:
        bare = text.strip(" |")
        if len(bare) > _LONGEST:
            return False
        return bool(compiled.fullmatch(bare) or compiled.fullmatch(english_part(bare)))

    return fits


_PLACE = (
    r"(?:japan|asia ?\(except japan\)|north america|south america|europe|africa|oceania|australia"
    r"|middle east|other|日本|アジア\(日本以外\)|北米|南米|欧州|アフリカ)"
)
is_region = _matcher(
    rf"{_PLACE}(?:\s?[|,/]\s?[\w()]{{1,20}}(?: [\w()]{{1,20}}){{0,3}}|\s{_PLACE}){{0,8}}"
)
is_malignancy = _matcher(r"malignancy|others|悪性腫瘍|悪性腫瘍以外")
is_yes_no = _matcher(r"yes|no|はい|いいえ")
_AIM = (
    r"(?:safety|efficacy|pk|pd|bio-?availability|bio-?equivalence|confirmation|others"
    r"|安全性|有効性|その他)"
)
is_aim = _matcher(rf"{_AIM}(?:\s?[,・、/|]\s?{_AIM}){{0,8}}")
is_first_character = _matcher(r"exploratory|confirmatory|others|探索的|検証的")
is_second_character = _matcher(r"pragmatic|explanatory|others|実務的|説明的")
is_phase = _matcher(
    r"not applicable|phase ?[0-4IV]{1,3}(?:\s?[,/]\s?(?:phase ?)?[0-4IV]{1,3}){0,3}"
    r"|該当せず|第?[0-4IV]{1,3}相(?:\s?[,/・]\s?第?[0-4IV]{1,3}相){0,3}"
)
is_study_type = _matcher(
    r"interventional|observational|expanded access|meta-?analysis|others,\s?meta-analysis etc"
    r"|介入|観察|その他・メタアナリシス等"
)
is_gender = _matcher(r"male and female|male|female|男女両方|男|女")
is_status = _matcher(
    r"preinitiation|open public recruiting|enrolling by invitation|no longer recruiting|suspended"
    r"|terminated|completed|main results already published|recruiting|pending"
    r"|開始前|一般募集中|限定募集中|募集中断|参加者募集中断|参加者募集終了(?:-試験継続中)?|試験中止|試験終了|主たる結果の公表済み"
)
is_published = _matcher(r"(?:partially |un)?published|未公表|部分的に公開|最終結果が公表されている")
is_funder_category = _matcher(
    r"(?:non ?-?profit |profit )(?:organization|foundation)|self funding"
    r"|government offices? of [\w ]{1,40}|japanese governmental office|local government"
    r"|outside japan|other|自己調達|営利企業|財団|日本の官庁|国内の民間機関|日本の地方自治体|海外"
)
is_nation = _matcher(
    r"japan|united states(?: of america)?|usa|united kingdom|uk|germany|france|switzerland|italy"
    r"|spain|china|korea|south korea|republic of korea|korea, republic of|taiwan|india|australia"
    r"|new zealand|canada|mexico|brazil|netherlands|belgium|sweden|denmark|norway|finland|ireland"
    r"|israel|singapore|thailand|malaysia|indonesia|philippines|vietnam|austria|poland|portugal"
    r"|outside japan|日本|日本以外"
)
_SPECIALTY = (
    r"(?:medicine in general|gastroenterology|hepato-biliary-pancreatic (?:medicine|surgery)"
    r"|cardiology|pneumology|endocrinology and metabolism|hematology and clinical oncology"
    r"|nephrology|neurology|clinical immunology|infectious diseases?|geriatrics|rheumatology"
    r"|psychosomatic internal medicine|surgery in general|gastrointestinal surgery|chest surgery"
    r"|endocrine surgery|breast surgery|cardiology surgery|vascular surgery"
    r"|obstetrics and gynecology|pediatrics|dermatology|psychiatry|ophthalmology"
    r"|oto-?rhino-?laryngology|orthopa?edics|urology|radiology|oral surgery|oral medicine"
    r"|dental medicine|neurosurgery|anesthesiology|plastic surgery|emergency medicine"
    r"|intensive care medicine|rehabilitation medicine|laboratory medicine|blood transfusion"
    r"|nursing|operative medicine|adult|child|not applicable)"
)
_is_specialty_list = _matcher(rf"{_SPECIALTY}(?:\s?[|,/]?\s?{_SPECIALTY}){{0,8}}")


def is_specialty(text: str) -> bool:
    """Whether a line is a medical specialty; its cell keeps its bar where the page keeps cells."""
    bare = text.strip()
    return _is_specialty_list(bare) or (bare.endswith("|") and "|" not in bare[:-1].strip(" |"))


_PURPOSE = (
    r"(?:treatment|prevention|diagnosis|screening|educational|counseling|training|health services"
    r"|basic science|supportive care|other|治療|予防|診断|その他)"
)
_INTERVENTION = (
    r"(?:medicine|device|equipment|vaccine|food|gene|behavior|custom|maneuver|other"
    r"|医薬品|医療器具・機器|食品|ワクチン|手技|その他)"
)
DESIGN: tuple[tuple[str, Callable[[str], bool]], ...] = (
    ("basic_design", _matcher(
        r"single arm|parallel|cross-?over|factorial|expanded access"
        r"|単群|並行群間比較|クロスオーバー")),
    ("randomization", _matcher(r"(?:non-)?randomi[sz]ed|ランダム化|非ランダム化")),
    ("randomization_unit", _matcher(r"individual|cluster|個別|集団")),
    ("masking", _matcher(
        r"(?:open|single blind|double blind|triple blind|masked|オープン|単盲検|二重盲検)"
        r"[^.]{0,80}")),
    ("control", _matcher(
        r"(?:active|placebo|no treatment|uncontrolled|historical|dose comparison|self control"
        r"|実薬|プラセボ|無治療対照|用量対照|無対照)[^.]{0,80}")),
    ("stratification", is_yes_no),
    ("dynamic_allocation", is_yes_no),
    ("institution_consideration", _matcher(r"institution is [^|]{1,120}|試験実施施設を.{0,40}")),
    ("blocking", is_yes_no),
    ("concealment", _matcher(
        r"[^|.]{0,60}(?:registration|no need to know|envelope|pharmacy|中央登録|封筒)[^|.]{0,30}")),
    ("arm_count", _matcher(r"\d{1,2}")),
    ("primary_purpose", _matcher(rf"{_PURPOSE}(?:\s?[,/|]\s?{_PURPOSE}){{0,6}}")),
    ("intervention_type", _matcher(
        rf"{_INTERVENTION}(?:\s?[,/|]?\s?{_INTERVENTION}){{0,10}}")),
)  # fmt: skip
DATE_ROW = re.compile(
    r"\d{4}\s{0,3}\|?\s{0,3}Year\s{0,3}\|?\s{0,3}\d{1,2}\s{0,3}\|?\s{0,3}Month.*", re.I
)
ZIP = re.compile(r"(?:〒\s?)?\d{3}-?\d{4}|\d{5}(?:-\d{4})?")
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


def is_date(text: str) -> bool:
    """Whether a line is a date, of the form or another."""
    return read_date(text.strip(" |")) is not None


def is_age(text: str) -> bool:
    """Whether a line is an age limit of the form, or says that there is none."""
    bare = text.strip(" |")
    return read_umin_age(text) is not None or read_age(english_part(bare)) is not None


def is_count(text: str) -> bool:
    """Whether a line is a number of people."""
    return read_count(text) is not None


def is_registry_id(text: str) -> bool:
    """Whether a line is a number of a registry."""
    return read_registry_id(text) is not None


is_receipt = _matcher(r"R\d{9}")


def is_link(text: str) -> bool:
    """Whether a line is an address on the web."""
    return text.strip().lower().startswith(("http://", "https://", "doi:", "www."))


_NAME_PARTS = ("1st name", "first name", "middle name", "last name", "名", "ミドルネーム", "姓")


def name_row(text: str) -> tuple[str, bool, str] | None:
    """A row such as "Last name | Nobody |": its part, whether it has a bar, and the name.

    Example:
        >>> name_row("Last name | Nobody |"), name_row("Organization")
        (('last', True, 'Nobody'), None)
    """
    plain = text.strip()
    lowered = plain.lower()
    for part in _NAME_PARTS:
        rest = plain[len(part) :]
        if lowered.startswith(part) and (not rest or rest[0] in " |　\t"):
            kind = "1st" if part in ("1st name", "first name", "名") else part.split()[0]
            return {"姓": "last"}.get(kind, kind), "|" in rest, rest.strip(" |　\t")
    return None
