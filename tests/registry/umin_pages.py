"""Pages of the UMIN form made in memory: with labels or without, in several layouts.

Every trial and person is invented. The labels are those that the site shows; `boxes` holds them
in the form's order, each with its answer and with the field that must hold it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Layout = Literal["blank", "compact", "bar", "tab", "bilingual"]


@dataclass(frozen=True)
class Entry:
    """A label of the form, its label in Japanese, its answer, and the field that must hold it.

    A section has no answer; `field` is "" where the answer is personal and must not be kept.
    """

    label: str
    japanese: str
    answer: tuple[str, ...] = ()
    field: str = ""
    section: bool = False


def _section(label: str, japanese: str) -> Entry:
    return Entry(label, japanese, section=True)


def _box(label: str, japanese: str, field: str, *answer: str) -> Entry:
    return Entry(label, japanese, answer, field)


HEADER = (
    "Unique ID issued by UMIN UMIN000099881",
    "Receipt number R000099881",
    "Scientific Title Invented monitoring of complement in lupus",
    "Date of disclosure of the study information 2021/02/03",
    "Last modified on 2024/05/06 07:08:09",
)
PLAIN_HEADER = (
    "Unique ID issued by UMIN | UMIN000099881 |",
    "---|---|",
    "Receipt number | R000099881 |",
    "Scientific Title | Invented monitoring of complement in lupus |",
    "Date of disclosure of the study information | 2021/02/03 |",
    "Last modified on | 2024/05/06 07:08:09 |",
)
FORM = (
    _section("Basic information", "基本情報"),
    _box("Public title", "一般向け試験名", "title", "Complement and flares"),
    _box("Acronym", "一般向け試験名略称", "title_acronym", "CAF"),
    _box("Scientific Title", "科学的試験名", "title_official",
         "Invented monitoring of complement in lupus"),
    _box("Scientific Title:Acronym", "科学的試験名略称", "title_acronym", "IMCL"),
    _box("Region", "試験実施地域", "region", "Japan"),
    _section("Condition", "対象疾患"),
    _box("Condition", "対象疾患名", "condition", "Lupus with low complement"),
    _box("Classification by specialty", "疾患区分1", "specialty", "Nephrology"),
    _box("Classification by malignancy", "疾患区分2", "malignancy_class", "Others"),
    _box("Genomic information", "ゲノム情報の取扱い", "genomic_information", "NO"),
    _section("Objectives", "目的"),
    _box("Narrative objectives1", "目的1", "summary", "To see whether falling C3 tells of a flare"),
    _box("Basic objectives2", "目的2", "basic_objective", "Safety,Efficacy"),
    _box("Basic objectives -Others", "目的2 -その他詳細", "basic_objective_other"),
    _box("Trial characteristics_1", "試験の性質1", "trial_characteristic_1", "Confirmatory"),
    _box("Trial characteristics_2", "試験の性質2", "trial_characteristic_2", "Pragmatic"),
    _box("Developmental phase", "試験のフェーズ", "phase", "Phase III"),
    _section("Assessment", "評価"),
    _box("Primary outcomes", "主要アウトカム評価項目", "outcome primary", "Flares within a year"),
    _box("Key secondary outcomes", "副次アウトカム評価項目", "outcome secondary", "Steroid dose"),
    _section("Base", "基本事項"),
    _box("Study type", "試験の種類", "study_type", "Interventional"),
    _section("Study design", "試験デザイン"),
    _box("Basic design", "基本デザイン", "basic_design", "Parallel"),
    _box("Randomization", "ランダム化", "randomization", "Randomized"),
    _box("Randomization unit", "ランダム化の単位", "randomization_unit", "Individual"),
    _box("Blinding", "ブラインド化", "masking", "Open -no one is blinded"),
    _box("Control", "コントロール", "control", "Active"),
    _box("Stratification", "層別化", "stratification", "YES"),
    _box("Dynamic allocation", "動的割付", "dynamic_allocation", "NO"),
    _box("Institution consideration", "試験実施施設の考慮", "institution_consideration",
         "Institution is considered as adjustment factor."),
    _box("Blocking", "ブロック化", "blocking", "NO"),
    _box("Concealment", "割付コードを知る方法", "concealment", "Central registration"),
    _section("Intervention", "介入"),
    _box("No. of arms", "群数", "arm_count", "2"),
    _box("Purpose of intervention", "介入の目的", "primary_purpose", "Treatment"),
    _box("Type of intervention", "介入の種類", "intervention_type", "Other"),
    _box("Interventions/Control_1", "介入1", "intervention", "Monthly complement"),
    _box("Interventions/Control_2", "介入2", "intervention", "Usual visits"),
    _box("Interventions/Control_3", "介入3", "intervention"),
    _section("Eligibility", "適格性"),
    _box("Age-lower limit", "年齢（下限）", "age_minimum", "16 years-old <="),
    _box("Age-upper limit", "年齢（上限）", "age_maximum", "81 years-old >"),
    _box("Gender", "性別", "sex", "Female"),
    _box("Key inclusion criteria", "選択基準", "inclusion", "1) SLE by SLICC 2012",
         "2) C3 below the limit of the laboratory"),
    _box("Key exclusion criteria", "除外基準", "exclusion", "1) Dialysis", "2) Sepsis"),
    _box("Target sample size", "目標参加者数", "enrolment", "137"),
    _section("Research contact person", "責任研究者"),
    _box("Name of lead principal investigator", "責任研究者名", "official", "1st name Aiko",
         "Middle name", "Last name Placeholder"),
    _box("Organization", "所属組織", "official_affiliation", "Mihon Medical School"),
    _box("Division name", "所属部署", "official_affiliation", "Ward Seven"),
    _box("Zip code", "郵便番号", "", "0000000"),
    _box("Address", "住所", "", "1-2 Sample-cho, Mihon"),
    _box("TEL", "電話", "", "000-000-0000"),
    _box("Email", "Email", "", "a@example.org"),
    _section("Public contact", "試験問い合わせ窓口"),
    _box("Name of contact person", "担当者", "", "1st name Botan", "Middle name",
         "Last name Nobody"),
    _box("Organization", "組織名", "contact_affiliation", "Mihon Trial Office"),
    _box("Division name", "部署名", "contact_affiliation", "Desk Two"),
    _box("Zip code", "郵便番号", "", "0000000"),
    _box("Address", "住所", "", "1-2 Sample-cho, Mihon"),
    _box("TEL", "電話", "", "000-000-0000"),
    _box("Homepage URL", "試験のホームページURL", "link"),
    _box("Email", "Email", "", "b@example.org"),
    _section("Sponsor or person", "実施責任個人または組織"),
    _box("Institute", "機関名", "sponsor", "Mihon Prefecture Hospital"),
    _box("Institute", "機関名", "sponsor"),
    _box("Department", "部署名", "sponsor_department"),
    _box("Personal name", "個人名", ""),
    _section("Funding Source", "研究費提供組織"),
    _box("Organization", "機関名", "funder", "Mihon Lupus Fund"),
    _box("Organization", "機関名", "funder"),
    _box("Division", "組織名", "funder_department"),
    _box("Category of Funding Organization", "組織の区分", "funder_category",
         "Non profit foundation"),
    _box("Nationality of Funding Organization", "研究費拠出国", "funder_nation", "Denmark"),
    _section("Other related organizations", "その他の関連組織"),
    _box("Co-sponsor", "共同実施組織", "collaborator", "Second Mihon Hospital"),
    _box("Name of secondary funder(s)", "その他の研究費提供組織", "collaborator"),
    _section("IRB Contact (For public release)", "IRB等連絡先（公開）"),
    _box("Organization", "組織名", "ethics_committee", "Mihon Ethics Office"),
    _box("Address", "住所", "", "1-2 Sample-cho, Mihon"),
    _box("Tel", "電話", "", "000-000-0000"),
    _box("Email", "Email", "", "c@example.org"),
    _section("Secondary IDs", "他機関から発行された試験ID"),
    _box("Secondary IDs", "他機関から発行された試験ID", "", "YES"),
    _box("Study ID_1", "試験ID1", "secondary_id", "NCT99000881"),
    _box("Org. issuing International ID_1", "ID発行機関1", "secondary_id_issuer",
         "An invented registry"),
    _section("Institutions", "試験実施施設"),
    _box("Institutions", "試験実施施設名称", "location", "Mihon Lake Clinic"),
    _section("Other administrative information", "その他の管理情報"),
    _box("Date of disclosure of the study information", "一般公開日（本登録希望日）",
         "date_disclosure", "2021 Year 02 Month 03 Day"),
    _section("Related information", "関連情報"),
    _box("URL releasing protocol", "プロトコル掲載URL", "protocol_link",
         "https://example.org/protocol"),
    _box("Publication of results", "試験結果の公開状況", "publication_status", "Unpublished"),
    _section("Result", "結果"),
    _box("URL related to results and publications", "結果掲載URL", "publication",
         "https://example.org/paper"),
    _box("Number of participants that the trial has enrolled", "組入れ参加者数",
         "enrolment_actual", "131"),
    _box("Results", "主な結果", "results", "Falling C3 came before half of the flares."),
    _box("Results date posted", "主な結果入力日", "date_results_posted",
         "2023 Year 03 Month 04 Day"),
    _box("Results Delayed", "結果掲載遅延", "results_delay"),
    _box("Date of the first journal publication of results", "最初の試験結果の出版日",
         "date_first_publication", "2023 Year 07 Month 08 Day"),
    _box("Baseline Characteristics", "参加者背景", "results_baseline", "Median age 44 years."),
    _box("Participant flow", "参加者の流れ", "results_participant_flow", "Six left early."),
    _box("Adverse events", "有害事象", "results_adverse_events", "Bruises after blood draws."),
    _box("Outcome measures", "評価項目", "results_outcome_measures", "Flares by BILAG."),
    _section("Progress", "試験進捗状況"),
    _box("Recruitment status", "試験進捗状況", "status", "Completed"),
    _box("Date of protocol fixation", "プロトコル確定日", "date_protocol_fixed",
         "2021 Year 01 Month 11 Day"),
    _box("Date of IRB", "倫理委員会による承認日", "date_ethics_approval",
         "2021 Year 01 Month 12 Day"),
    _box("Anticipated trial start date", "登録・組入れ開始（予定）日", "date_start",
         "2021 Year 02 Month 13 Day"),
    _box("Last follow-up date", "フォロー終了(予定)日", "date_last_follow_up",
         "2022 Year 09 Month 14 Day"),
    _box("Date of closure to data entry", "入力終了(予定)日", "date_data_entry_closed",
         "2022 Year 10 Month 15 Day"),
    _box("Date trial data considered complete", "データ固定（予定）日", "date_data_complete",
         "2022 Year 11 Month 16 Day"),
    _box("Date analysis concluded", "解析終了(予定)日", "date_analysis_done",
         "2022 Year 12 Month 17 Day"),
    _section("Other", "その他"),
    _box("Other related information", "その他関連情報", "other_information",
         "Samples are kept for ten years."),
    _section("Management information", "管理情報"),
    _box("Registered date", "登録日時", "date_registered", "2021 Year 02 Month 02 Day"),
    _box("Last modified on", "最終更新日", "date_last_update", "2024 Year 05 Month 06 Day"),
    _section("Link to view the page", "閲覧ページへのリンク"),
    _box("URL(English)", "英語URL", "link", "https://example.org/umin/R000099881"),
)  # fmt: skip
ISO = {
    entry.field: "-".join(entry.answer[0].split()[0:6:2])
    for entry in FORM
    if entry.field.startswith("date_")
}


def page(entries: Sequence[Entry] = FORM, layout: Layout = "blank") -> str:
    """The text of a page that shows the labels of these entries."""
    lines = list(HEADER)
    for entry in entries:
        label = f"{entry.japanese}/{entry.label}" if layout == "bilingual" else entry.label
        answer = list(entry.answer)
        if not label.strip("/"):
            lines += answer
        elif layout == "bar" and not entry.section and answer:
            rest = [*answer[1:-1], f"{answer[-1]} |"] if answer[1:] else []
            lines += [f"{label} | {answer[0]}" + ("" if rest else " |"), *rest]
        elif layout == "tab" and not entry.section:
            lines += [f"{label}\t{''.join(answer[:1])}", *answer[1:]]
        elif layout in ("compact", "bar", "tab"):
            lines += [label, *answer]
        elif layout == "bilingual" and answer and entry.field:
            lines += [label, "", "日本語", "", "英語", *answer, ""]
        else:
            lines += ["", label, "", *answer, ""]
    return "\n".join(lines) + "\n"


def without_label(at: int) -> tuple[Entry, ...]:
    """The form with one label gone and its answer still there."""
    return (*FORM[:at], replace(FORM[at], label="", japanese=""), *FORM[at + 1 :])


def without_answer(at: int) -> tuple[Entry, ...]:
    """The form with one answer gone and its label still there."""
    return (*FORM[:at], replace(FORM[at], answer=()), *FORM[at + 1 :])


def stripped(entries: Sequence[Entry] = FORM) -> str:
    """The text of a page that has lost every label of its body; empty boxes leave no trace."""
    lines = list(PLAIN_HEADER)
    for entry in entries:
        lines += [line.replace(" years-old ", " | years-old | ") for line in entry.answer]
    return "\n".join(lines) + "\n"
