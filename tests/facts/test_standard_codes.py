"""Which standard codes carry a concept, held against public lists of ids, codes and names.

Sources: the cohort definitions of OHDSI PhenotypeLibrary (commit 40106e4e), the code sets of
PEDSnet Variable-Dictionary, the laboratory mapping of OHDSI MIMIC, and concept sets of OHDSI
studies; each row says which. None of the values comes from our own files.
"""

from __future__ import annotations

import pyarrow as pa
import pytest

from remit.criteria.environment import Environment
from remit.facts.codes import codes_of
from remit.facts.dictionary import packaged_dictionary

PHENOTYPES = "PhenotypeLibrary inst/cohorts/{}.json"
PEDSNET = "PEDSnet Variable-Dictionary {}.csv"
MIMIC = "OHDSI MIMIC custom_mapping_csv/gcpt_meas_lab_loinc_mod.csv"
SANDBOX = "OHDSI StudyProtocolSandbox {}"
DQD = "OHDSI DataQualityDashboard OMOP_CDMv5.2_Concept_Level.csv (id and name)"
LOINC_LIST = "OHDSI StudyProtocolSandbox themis/extras LOINC_1.6_Top2000CommonLabResults"

# concept, OMOP id, its code in its own vocabulary (None where the source gives none), source
STANDARD: list[tuple[str, int, str | None, str]] = [
    ("pulmonary_arterial_hypertension", 4013643, "11399002", PHENOTYPES.format(1265)),
    ("pulmonary_arterial_hypertension", 44782560, "697898008", PHENOTYPES.format(1265)),
    ("undifferentiated_connective_tissue_disease", 4344165, "239918008", PHENOTYPES.format(778)),
    ("mixed_connective_tissue_disease", 4134537, "398021003", "em3697 Symbolic2024ConceptSets"),
    ("inflammatory_myopathy", 80800, "31384009", PEDSNET.format("conditions/dx_immobility")),
    ("systemic_vasculitis", 313223, "195353004", PHENOTYPES.format(1191)),
    ("systemic_vasculitis", 42535714, "722191003", PHENOTYPES.format(683)),
    ("retinal_lesion", 436403, "77628002", PHENOTYPES.format(1229)),
    ("retinal_lesion", 378416, "29555009", PHENOTYPES.format(547)),
    ("neuropsychiatric_lupus", 4044056, "230307005", PHENOTYPES.format(216)),
    ("neuropsychiatric_lupus", 4318863, "95644001", "N3C CS-Rural-Health CEREBROVASCULAR DISEASE"),
    ("parasitic_infection", 432251, "17322007", PHENOTYPES.format(1060)),
    ("fungal_infection", 433701, "3218000", PHENOTYPES.format(1073)),
    ("viral_infection", 440029, "34014006", PHENOTYPES.format(1073)),
    ("other_infection", 432250, "40733004", PHENOTYPES.format(1073)),
    ("onychomycosis", 4215978, "414941008", SANDBOX.format("COX2vsNSAIDsAKI")),
    ("onychomycosis", 140648, "402134005", PHENOTYPES.format(1073)),
    ("hiv_infection", 4267414, "62479008", SANDBOX.format("FluAmiSccs")),
    ("pregnancy", 4299535, "77386006", PHENOTYPES.format(671)),
    ("lactation", 3655578, "866041003", PEDSNET.format("conditions/dx_malignancy")),
    ("haematological_malignancy", 4147164, "269475001", PEDSNET.format("conditions/dx_malignancy")),
    ("haematological_malignancy", 317510, "93143009", PHENOTYPES.format(1215)),
    ("solid_malignancy", 254591, "94391008", PHENOTYPES.format(1267)),
    ("hypertensive_nephropathy", 201313, "38481006", PHENOTYPES.format(1191)),
    ("polycystic_kidney_disease", 201675, "28770003", "N3C KIDNEY DISEASE (v2)"),
    ("car_t_cells", 792737, "1986438", PHENOTYPES.format(1318)),
    ("car_t_cells", 792844, "1987398", PHENOTYPES.format(1318)),
    ("car_t_cells", 739856, "2479136", PHENOTYPES.format(1318)),
    ("obinutuzumab", 44507676, "974779", PHENOTYPES.format(1318)),
    ("ocrelizumab", 1593457, "1876366", PHENOTYPES.format(1318)),
    ("entecavir", 1711246, "306266", SANDBOX.format("TenofovirVsEntecavir")),
    ("zoster_live_vaccine", 40213260, None, "IbdCharacterization inst/cohorts/950.json"),
    ("varicella_vaccine", 40213251, None, "GDE2025RheumInfection inst/cohorts/1792481.json"),
    ("egfr", 46236952, None, MIMIC),
    ("anti_dsdna", 3012718, "5130-0", MIMIC),
    ("urine_rbc_casts", 3002587, "5807-3", PEDSNET.format("lab_meas/lab_2021_01_UrineBlood_V1")),
    ("pregnancy_test_serum", 3011149, "2118-8", MIMIC),
    ("ch50", 3028461, None, MIMIC),
    ("cystatin_c", 3030366, "33863-2", PEDSNET.format("lab_meas/lab_2021_11_SerumCystatin_V1")),
    ("creatinine", 3020564, "14682-9", PEDSNET.format("lab_meas/lab_serum_creatinine")),
    ("ecog", 36305384, "89247-1", "pcm-primerose omop_etl structural_mapping.csv"),
    ("hysterectomy", 4127886, "236886002", PHENOTYPES.format(1106)),
    ("plasmapheresis", 4049372, "20720000", PHENOTYPES.format(217)),
    ("menopause", 4059477, "161712005", PHENOTYPES.format(300)),
    ("menopause", 4128329, None, DQD),
    ("alveolar_haemorrhage", 3663193, "829972004", "em3697 Symbolic2024ConceptSets"),
    ("abatacept", 1186087, "614391", SANDBOX.format("TocilizumabCvRisk")),
    ("certolizumab_pegol", 912263, "709271", PHENOTYPES.format(1040)),
    ("mmr_vaccine", 40213184, "94", "GDE2025RheumInfection inst/cohorts/1792481.json"),
    ("mmr_vaccine", 40213170, "05", "IbdCharacterization inst/cohorts/951.json"),
    ("varicella_vaccine", 40213251, "21", "GDE2025RheumInfection inst/cohorts/1792481.json"),
    ("zoster_live_vaccine", 40213260, "121", "IbdCharacterization inst/cohorts/950.json"),
    ("other_live_vaccine", 40213216, "119", "NACHC-CAD fhir-to-omop concept.csv"),
    ("voclosporin", 40253798, "L04AD03", "OHDSI StudyProtocols DrugsInPeds"),
    ("ldl_cholesterol", 3028288, "13457-7", LOINC_LIST),
    ("ldl_cholesterol", 3028437, "2089-1", LOINC_LIST),
    ("ldl_cholesterol", 3001308, "22748-8", LOINC_LIST),
    ("bilirubin_total", 3006140, "14631-6", LOINC_LIST),
    ("triglycerides", 3025839, "14927-8", LOINC_LIST),
    ("cd19_b_cells", 3010503, "8116-6", LOINC_LIST),
    ("neutrophils", 3017732, "26499-4", LOINC_LIST),
    ("lymphocytes", 3019198, "26474-7", LOINC_LIST),
    ("inr", 3032080, "34714-6", LOINC_LIST),
    ("urine_albumin_creatinine_ratio", 3034485, "9318-7", DQD),
    ("pregnancy_test_urine", 3018954, "2106-3", LOINC_LIST),
]

# An id that a public list gives to something broader, or to something else, than the concept.
NOT_THE_CONCEPT: list[tuple[str, int, str]] = [
    ("alveolar_haemorrhage", 4301606, "pulmonary haemorrhage, wherever it bleeds"),
    ("systemic_vasculitis", 4137275, "vasculitis, that of one organ too"),
    ("menopause", 4172857, "any finding about the menopause"),
    ("zoster_live_vaccine", 706103, "the recombinant vaccine, which is not live"),
    ("varicella_vaccine", 42800027, "the strain that the zoster vaccine holds too"),
    ("egfr", 40764999, "another equation, whose values are not comparable in per cent"),
]


@pytest.mark.parametrize(("concept", "omop", "code", "source"), STANDARD)
def test_the_id_of_a_public_list_carries_the_concept(
    concept: str, omop: int, code: str | None, source: str
) -> None:
    dictionary = packaged_dictionary()
    assert omop in dictionary.omop_ids(concept), source
    if code is not None:
        listed = {c.omop: c.code for c in dictionary.concept(concept).codes}
        assert listed[omop] == code, source


@pytest.mark.parametrize(("concept", "omop", "why"), NOT_THE_CONCEPT)
def test_a_broader_id_does_not_carry_it(concept: str, omop: int, why: str) -> None:
    assert omop not in packaged_dictionary().omop_ids(concept), why


def test_a_code_that_was_wrong_is_gone() -> None:
    """1442699 is no RxNorm code of obinutuzumab, 169741004 is said of the child.

    2478437 is tofacitinib 1 MG/ML (PEDSnet rx_2023_11_COVID19Medications_V1.csv), not voclosporin.
    """
    every = {c.code for concept in packaged_dictionary().concepts.values() for c in concept.codes}
    assert not every & {"1442699", "169741004", "2478437"}


def test_no_code_is_kept_from_memory() -> None:
    unsure = [
        (concept.name, code.code)
        for concept in packaged_dictionary().concepts.values()
        for code in concept.codes
        if not code.is_verified
    ]
    assert unsure == []


def test_a_replaced_code_is_still_read_and_comes_after_the_one_that_replaced_it() -> None:
    """Synthea27Nj CONCEPT.csv: 3030354 (LOINC 33914-3) is not standard and invalid (U)."""
    codes = packaged_dictionary().concept("egfr").codes
    assert [code.omop for code in codes] == [46236952, 3030354]
    assert "replaced" in codes[1].verified


# concept, what is none of it below one of its codes, source
NONE_OF_IT: list[tuple[str, int, str]] = [
    ("sle", 4063581, "PhenotypeLibrary 225.json: SLE excluding drug induced"),
    ("autoimmune_hepatitis", 4057084, "IbdCharacterization 505.json: lupus hepatitis"),
    ("myasthenia_gravis", 4101899, "PhenotypeLibrary 1021.json: exclude congenital"),
    ("pneumonia", 4273378, "PhenotypeLibrary 1073.json: interstitial pneumonia"),
]


@pytest.mark.parametrize(("concept", "omop", "source"), NONE_OF_IT)
def test_what_lies_below_and_is_none_of_it_is_named(concept: str, omop: int, source: str) -> None:
    assert omop in packaged_dictionary().concept(concept).excludes, source
    assert omop not in packaged_dictionary().omop_ids(concept)


def test_a_lasting_member_keeps_its_course_below_a_broad_code() -> None:
    """In SNOMED CT, HIV infection (86406008) is a viral disease (34014006)."""
    viral, hiv, pneumonia = 440029, 439727, 261326
    below = [(viral, hiv), (viral, pneumonia), (432250, hiv), (432250, pneumonia)]
    ancestry = pa.table(
        {
            "ancestor_concept_id": pa.array([above for above, _ in below], pa.int32()),
            "descendant_concept_id": pa.array([code for _, code in below], pa.int32()),
        }
    )
    events = Environment(
        dictionary=packaged_dictionary(), anchors=frozenset(), codes=codes_of(ancestry)
    ).events("infection")
    assert hiv in events.chronic_ids
    assert hiv not in events.episode_ids
    assert pneumonia in events.episode_ids
    assert not set(events.chronic_ids) & set(events.episode_ids)
