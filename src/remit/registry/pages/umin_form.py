"""The UMIN-CTR form: its boxes in their order, with the labels of both languages.

The order of the boxes and the words of the labels are those of the site's English and bilingual
views.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from remit.registry.pages.placement import Box
from remit.registry.pages.umin_answers import (
    DESIGN,
    is_age,
    is_aim,
    is_count,
    is_date,
    is_first_character,
    is_funder_category,
    is_gender,
    is_link,
    is_malignancy,
    is_nation,
    is_phase,
    is_published,
    is_receipt,
    is_region,
    is_registry_id,
    is_second_character,
    is_specialty,
    is_status,
    is_study_type,
    is_yes_no,
)

BoxKind = Literal[
    "section",  # a heading of the form, without a value
    "text",  # open text of any length
    "items",  # open text, each line a value of its own
    "answer",  # one line, of a list of options
    "date",
    "count",
    "age",
    "id",
    "link",
    "outcome",
    "criteria",
    "lead",  # the name of the principal investigator
    "affiliation",  # where that person works
    "organisation",
    "personal",  # never kept
]


@dataclass(frozen=True, slots=True)
class FormBox:
    """A box of the form: the field that it fills, the kind of its value, and its labels."""

    field: str
    kind: BoxKind
    labels: tuple[str, ...]
    fits: Callable[[str], bool] | None = None
    required: bool = False


def as_box(box: FormBox, *, answered: bool = False) -> Box:
    """A box of the form for placing lines; `answered` where the page shows that it is not empty."""
    several = box.kind in ("text", "items", "outcome", "criteria")
    return Box(box.field, box.fits, required=box.required or answered, several=several)


def plain_label(text: str) -> str:
    """A label in one spelling: width, case, blanks and the marks around it make no difference.

    Example:
        >>> plain_label("年齢（下限）"), plain_label("Public  title :")
        ('年齢(下限)', 'public title')
    """
    plain = unicodedata.normalize("NFKC", text).lower()
    return " ".join(plain.split()).strip(" |:*・■●◆")


def _box(
    field: str,
    kind: BoxKind,
    *labels: str,
    fits: Callable[[str], bool] | None = None,
    required: bool = False,
) -> FormBox:
    return FormBox(field, kind, tuple(plain_label(label) for label in labels), fits, required)


def _section(*labels: str) -> FormBox:
    return _box("section", "section", *labels)


def _personal(kind: str, *labels: str) -> FormBox:
    return _box(kind, "personal", *labels)


_DESIGN_LABELS = {
    "basic_design": ("Basic design", "基本デザイン"),
    "randomization": ("Randomization", "ランダム化"),
    "randomization_unit": ("Randomization unit", "ランダム化の単位"),
    "masking": ("Blinding", "ブラインド化"),
    "control": ("Control", "コントロール"),
    "stratification": ("Stratification", "層別化"),
    "dynamic_allocation": ("Dynamic allocation", "動的割付"),
    "institution_consideration": ("Institution consideration", "試験実施施設の考慮"),
    "blocking": ("Blocking", "ブロック化"),
    "concealment": ("Concealment", "割付コードを知る方法"),
    "arm_count": ("No. of arms", "群数"),
    "primary_purpose": ("Purpose of intervention", "介入の目的"),
    "intervention_type": ("Type of intervention", "介入の種類"),
}


def _design(name: str) -> FormBox:
    return _box(name, "answer", *_DESIGN_LABELS[name], fits=dict(DESIGN)[name])


# The table above the form: its label and value share a line.
HEADER: tuple[FormBox, ...] = (
    _box("registry_id", "id", "Unique ID issued by UMIN", "UMIN試験ID", fits=is_registry_id),
    _box("receipt_number", "answer", "Receipt number", "受付番号", fits=is_receipt),
    _box("title_official", "text", "Scientific Title", "科学的試験名", "試験名",
         "Official scientific title of the study"),
    _box("date_disclosure", "date", "Date of disclosure of the study information",
         "一般公開日（本登録希望日）", "登録日（＝情報公開日）", fits=is_date),
    _box("date_last_update", "date", "Last modified on", "最終更新日", fits=is_date),
)  # fmt: skip
FORM: tuple[FormBox, ...] = (
    _section("Basic information", "基本情報"),
    _box("title_official", "text", "Official scientific title of the study"),
    _box("title", "text", "Title of the study (Brief title)", "試験簡略名"),
    _box("title", "text", "Public title", "一般向け試験名"),
    _box("title_acronym", "text", "Acronym", "一般向け試験名略称"),
    _box("title_official", "text", "Scientific Title", "科学的試験名", "試験名"),
    _box("title_acronym", "text", "Scientific Title:Acronym", "科学的試験名略称"),
    _box("region", "answer", "Region", "試験実施地域", fits=is_region),
    _section("Condition", "対象疾患"),
    _box("condition", "items", "Condition", "対象疾患名", required=True),
    _box("specialty", "items", "Classification by specialty", "疾患区分1", fits=is_specialty),
    _box("malignancy_class", "answer", "Classification by malignancy", "疾患区分2",
         fits=is_malignancy),
    _box("genomic_information", "answer", "Genomic information", "ゲノム情報の取扱い",
         "ゲノム情報の取り扱い", fits=is_yes_no),
    _section("Objectives", "目的"),
    _box("summary", "text", "Narrative objectives1", "目的1", required=True),
    _box("basic_objective", "answer", "Basic objectives2", "目的2", fits=is_aim, required=True),
    _box("basic_objective_other", "text", "Basic objectives -Others", "目的2 -その他詳細"),
    _box("trial_characteristic_1", "answer", "Trial characteristics_1", "試験の性質1",
         fits=is_first_character),
    _box("trial_characteristic_2", "answer", "Trial characteristics_2", "試験の性質2",
         fits=is_second_character),
    _box("phase", "answer", "Developmental phase", "試験のフェーズ", fits=is_phase),
    _section("Assessment", "評価"),
    _box("primary", "outcome", "Primary outcomes", "主要アウトカム評価項目", required=True),
    _box("secondary", "outcome", "Key secondary outcomes", "副次アウトカム評価項目"),
    _section("Base", "基本事項"),
    _box("study_type", "answer", "Study type", "試験の種類", fits=is_study_type),
    _section("Study design", "試験デザイン"),
    *(_design(name) for name, _ in DESIGN[:10]),
    _section("Intervention", "介入"),
    *(_design(name) for name, _ in DESIGN[10:]),
    *(
        _box("intervention", "items", f"Interventions/Control_{k}", f"介入{k}")
        for k in range(1, 11)
    ),
    _section("Eligibility", "適格性"),
    _box("age_minimum", "age", "Age-lower limit", "年齢（下限）", fits=is_age),
    _box("age_maximum", "age", "Age-upper limit", "年齢（上限）", fits=is_age),
    _box("sex", "answer", "Gender", "性別", fits=is_gender),
    _box("inclusion", "criteria", "Key inclusion criteria", "選択基準"),
    _box("exclusion", "criteria", "Key exclusion criteria", "除外基準"),
    _box("enrolment", "count", "Target sample size", "目標参加者数", fits=is_count),
    _section("Research contact person", "責任研究者", "責任研究者情報"),
    _box("official", "lead", "Name of lead principal investigator", "責任研究者", "責任研究者名"),
    _box("official_affiliation", "affiliation", "Organization", "所属組織"),
    _box("official_affiliation", "affiliation", "Division name", "所属部署"),
    _personal("zip", "Zip code", "郵便番号"),
    _personal("address", "Address", "住所"),
    _personal("telephone", "TEL", "電話"),
    _personal("email", "Email", "Emailアドレス"),
    _section("Public contact", "試験問い合わせ窓口"),
    _personal("contact_name", "Name of contact person", "試験問い合わせ窓口担当者", "担当者"),
    _box("contact_affiliation", "organisation", "Organization", "組織名"),
    _box("contact_affiliation", "organisation", "Division name", "部署名"),
    _personal("zip", "Zip code", "郵便番号"),
    _personal("address", "Address", "住所"),
    _personal("telephone", "TEL", "電話"),
    _box("link", "link", "Homepage URL", "試験のホームページURL", fits=is_link),
    _personal("email", "Email", "Emailアドレス"),
    _section("Sponsor or person", "Sponsor", "実施責任個人または組織", "実施責任組織"),
    _box("sponsor", "organisation", "Institute", "Name of primary sponsor", "機関名"),
    _box("sponsor", "organisation", "Institute", "機関名", "機関名（機関選択不可の場合）"),
    _box("sponsor_department", "organisation", "Department", "部署名"),
    _personal("contact_name", "Personal name", "個人名"),
    _section("Funding Source", "研究費提供組織"),
    _box("funder", "organisation", "Organization", "Source of funding", "機関名"),
    _box("funder", "organisation", "Organization", "機関名", "機関名（機関選択不可の場合）"),
    _box("funder_department", "organisation", "Division", "組織名"),
    _box("funder_category", "answer", "Category of Funding Organization", "組織の区分",
         fits=is_funder_category),
    _box("funder_nation", "answer", "Nationality of Funding Organization", "研究費拠出国",
         fits=is_nation),
    _section("Other related organizations", "その他の関連組織"),
    _box("collaborator", "items", "Co-sponsor", "共同実施組織"),
    _box("collaborator", "items", "Name of secondary funder(s)", "その他の研究費提供組織"),
    _section("IRB Contact (For public release)", "IRB等連絡先（公開）"),
    _box("ethics_committee", "organisation", "Organization", "組織名"),
    _personal("address", "Address", "住所"),
    _personal("telephone", "Tel", "電話"),
    _personal("email", "Email", "Emailアドレス"),
    _section("Secondary IDs", "他機関から発行された試験ID"),
    _box("secondary_id", "id", "Secondary IDs", "他機関から発行された試験ID", fits=is_yes_no),
    *(
        box
        for k in (1, 2, 3)
        for box in (
            _box("secondary_id", "id", f"Study ID_{k}", f"試験ID{k}"),
            _box("secondary_id_issuer", "organisation", f"Org. issuing International ID_{k}",
                 f"ID発行機関{k}"),
        )
    ),
    _box("secondary_id", "id", "IND to MHLW", "治験届"),
    _section("Institutions", "試験実施施設"),
    _box("location", "items", "Institutions", "試験実施施設名称", "試験実施施設"),
    _section("Other administrative information", "その他の管理情報"),
    _box("date_disclosure", "date", "Date of disclosure of the study information",
         "一般公開日（本登録希望日）", fits=is_date),
    _section("Related information", "関連情報"),
    _box("protocol_link", "link", "URL releasing protocol", "プロトコル掲載URL"),
    _box("publication_status", "answer", "Publication of results", "試験結果の公開状況",
         fits=is_published),
    _section("Result", "結果"),
    _box("publication", "items", "URL related to results and publications", "結果掲載URL",
         fits=is_link),
    _box("enrolment_actual", "count", "Number of participants that the trial has enrolled",
         "組入れ参加者数", fits=is_count),
    _box("results", "text", "Results", "主な結果"),
    _box("date_results_posted", "date", "Results date posted", "主な結果入力日", fits=is_date),
    _box("results_delay", "text", "Results Delayed", "結果掲載遅延"),
    _box("results_delay", "text", "Results Delay Reason", "結果遅延理由"),
    _box("date_first_publication", "date",
         "Date of the first journal publication of results", "最初の試験結果の出版日",
         fits=is_date),
    _box("results_baseline", "text", "Baseline Characteristics", "参加者背景"),
    _box("results_participant_flow", "text", "Participant flow", "参加者の流れ"),
    _box("results_adverse_events", "text", "Adverse events", "有害事象"),
    _box("results_outcome_measures", "text", "Outcome measures", "評価項目"),
    _box("data_sharing", "text", "Plan to share IPD", "個別症例データ共有計画"),
    _box("data_sharing", "text", "IPD sharing Plan description", "個別症例データ共有計画の詳細"),
    _section("Progress", "試験進捗状況"),
    _box("status", "answer", "Recruitment status", "試験進捗状況", fits=is_status),
    _box("date_protocol_fixed", "date", "Date of protocol fixation", "プロトコル確定日",
         fits=is_date),
    _box("date_ethics_approval", "date", "Date of IRB", "倫理委員会による承認日", fits=is_date),
    _box("date_start", "date", "Anticipated trial start date", "登録・組入れ開始（予定）日",
         fits=is_date),
    _box("date_last_follow_up", "date", "Last follow-up date", "フォロー終了(予定)日",
         fits=is_date),
    _box("date_data_entry_closed", "date", "Date of closure to data entry", "入力終了(予定)日",
         fits=is_date),
    _box("date_data_complete", "date", "Date trial data considered complete",
         "データ固定（予定）日", fits=is_date),
    _box("date_analysis_done", "date", "Date analysis concluded", "解析終了(予定)日", fits=is_date),
    _section("Other", "その他"),
    _box("other_information", "text", "Other related information", "その他関連情報"),
    _section("Management information", "管理情報"),
    _box("date_registered", "date", "Registered date", "登録日時", fits=is_date),
    _box("date_last_update", "date", "Last modified on", "最終更新日", fits=is_date),
    _section("Link to view the page", "閲覧ページへのリンク"),
    _box("link", "link", "URL(English)", "英語URL"),
    _box("link", "link", "URL(Japanese)", "日本語URL"),
    _section("Research Plan", "研究計画書"),
    _section("Research case data specifications", "症例データ仕様"),
    _section("Research case data", "症例データ"),
)  # fmt: skip
LANGUAGES = {"日本語": "japanese", "英語": "english", "japanese": "japanese", "english": "english"}
