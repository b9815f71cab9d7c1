"""Define-XML 2.1 of a trial's analysis datasets, with where each result comes from.

Sources: CDISC Define-XML 2.1; CDISC Analysis Results Metadata 1.0 for Define-XML; ODM 1.3.2. The
order of elements is that of their schemas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from remit.analysis.datasets.dataset_columns import AnalysisDataset, DatasetColumn, DatasetParameter
from remit.analysis.datasets.result_sources import ResultSource, Selection
from remit.analysis.datasets.trial_datasets import TrialDatasets
from remit.terminal import plain_text
from remit.views.define_terms import TERMINOLOGY, TermList, list_oid, term_lists
from remit.views.transport_files import text_width

_SPACES = {
    "xmlns": "http://www.cdisc.org/ns/odm/v1.3",
    "xmlns:def": "http://www.cdisc.org/ns/def/v2.1",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
    "xmlns:arm": "http://www.cdisc.org/ns/arm/v1.0",
}
GUIDE, STANDARD = "STD.ADaMIG", "STD.CT."
DOCUMENTS = {
    "LF.PLAN": ("../plan.txt", "Statistical analysis plan"),
    "LF.RESULTS": ("../index.html", "Results of the analysis"),
    "LF.LINKS": ("result_sources.csv", "Result rows and the records that they come from"),
}
PURPOSES: Mapping[str, str] = {
    "primary": "PRIMARY OUTCOME MEASURE",
    "secondary": "SECONDARY OUTCOME MEASURE",
    "exploratory": "EXPLORATORY OUTCOME MEASURE",
    "safety": "SAFETY OUTCOME MEASURE",
    "baseline": "BASELINE CHARACTERISTICS",
}


def define_xml(trial: TrialDatasets, *, made: datetime) -> bytes:
    """The Define-XML document of a trial's datasets.

    Args:
        made: the time that the document bears.
    """
    protocol = trial.found.protocol
    root = Element(
        "ODM",
        {
            **_SPACES,
            "FileOID": f"{protocol.id}.ADaM.define",
            "ODMVersion": "1.3.2",
            "FileType": "Snapshot",
            "CreationDateTime": made.isoformat(timespec="seconds"),
            "Originator": protocol.sponsor,
            "SourceSystem": "Remit",
            "SourceSystemVersion": version("remit-lupus"),
            "def:Context": "Other",
        },
    )
    study = SubElement(root, "Study", {"OID": f"STDY.{protocol.id}"})
    names = SubElement(study, "GlobalVariables")
    SubElement(names, "StudyName").text = protocol.id
    SubElement(names, "StudyDescription").text = plain_text(protocol.title)
    SubElement(names, "ProtocolName").text = protocol.id
    told = f"Study {protocol.id}, analysis datasets"
    attributes = {"OID": f"MDV.{protocol.id}", "Name": told, "Description": told}
    body = SubElement(study, "MetaDataVersion", {**attributes, "def:DefineVersion": "2.1.0"})
    _standards(body)
    references = SubElement(body, "def:SupplementalDoc")
    for leaf in DOCUMENTS:
        SubElement(references, "def:DocumentRef", {"leafID": leaf})
    lists = term_lists(trial.datasets)
    _value_lists(body, trial.datasets)
    _conditions(body, trial)
    for dataset in trial.datasets:
        _dataset(body, dataset)
    known = {one.oid for one in lists}
    for dataset in trial.datasets:
        _items(body, dataset, known)
    for one in lists:
        _list(body, one)
    for dataset in trial.datasets:
        _methods(body, dataset)
    _comments(body, trial)
    for leaf, (path, title) in DOCUMENTS.items():
        found = SubElement(body, "def:leaf", {"ID": leaf, "xlink:href": path})
        SubElement(found, "def:title").text = title
    _results(body, trial)
    for node in root.iter():  # no character that XML has not, wherever a text came from
        node.attrib.update({name: plain_text(value) for name, value in node.attrib.items()})
        node.text = None if node.text is None else plain_text(node.text)
    ElementTree.indent(root, " ")
    text: bytes = ElementTree.tostring(root, encoding="UTF-8", xml_declaration=True)
    return text + b"\n"


def _standards(body: Element) -> None:
    standards = SubElement(body, "def:Standards")
    guide = {"OID": GUIDE, "Name": "ADaMIG", "Type": "IG", "Version": "1.3", "Status": "Final"}
    SubElement(standards, "def:Standard", guide)
    for publisher in ("ADaM", "SDTM"):
        SubElement(
            standards,
            "def:Standard",
            {
                "OID": f"{STANDARD}{publisher}",
                "Name": "CDISC/NCI",
                "Type": "CT",
                "PublishingSet": publisher,
                "Version": TERMINOLOGY,
                "Status": "Final",
            },
        )


def _described(parent: Element, text: str, tag: str = "Description") -> None:
    told = SubElement(SubElement(parent, tag), "TranslatedText", {"xml:lang": "en"})
    told.text = plain_text(text)


def _item(dataset: AnalysisDataset, column: str, code: str = "") -> str:
    return f"IT.{dataset.name}.{column}" + (f".{code}" if code else "")


def _by_parameter(dataset: AnalysisDataset) -> tuple[DatasetParameter, ...]:
    """The parameters whose values are described one by one."""
    has = any(column.name == "AVAL" for column in dataset.columns)
    return dataset.parameters if has else ()


def _value_lists(body: Element, datasets: Sequence[AnalysisDataset]) -> None:
    for dataset in datasets:
        parameters = _by_parameter(dataset)
        if not parameters:
            continue
        values = SubElement(body, "def:ValueListDef", {"OID": f"VL.{dataset.name}.AVAL"})
        for number, one in enumerate(parameters, start=1):
            item = _item(dataset, "AVAL", one.code)
            reference = SubElement(
                values,
                "ItemRef",
                {
                    "ItemOID": item,
                    "OrderNumber": str(number),
                    "Mandatory": "No",
                    "MethodOID": f"MT.{dataset.name}.AVAL.{one.code}",
                },
            )
            where = {"WhereClauseOID": f"WC.{dataset.name}.{one.code}"}
            SubElement(reference, "def:WhereClauseRef", where)


def _conditions(body: Element, trial: TrialDatasets) -> None:
    for dataset in trial.datasets:
        for one in _by_parameter(dataset):
            _condition(body, f"WC.{dataset.name}.{one.code}", dataset, (("PARAMCD", one.code),))
    for source in trial.sources:
        for oid, selection in _selections(source):
            if selection.conditions:
                _condition(body, oid, trial.named(selection.dataset), selection.conditions)


def _selections(source: ResultSource) -> tuple[tuple[str, Selection], ...]:
    """Each selection of a result with the OID of its condition."""
    return tuple(
        (f"WC.AR.{source.name}.{number}", one)
        for number, one in enumerate((source.selection, *source.beside), start=1)
    )


def _condition(
    body: Element, oid: str, dataset: AnalysisDataset, conditions: Sequence[tuple[str, str]]
) -> None:
    clause = SubElement(body, "def:WhereClauseDef", {"OID": oid})
    for name, value in conditions:
        check = SubElement(
            clause,
            "RangeCheck",
            {"Comparator": "EQ", "SoftHard": "Soft", "def:ItemOID": _item(dataset, name)},
        )
        SubElement(check, "CheckValue").text = value


def _dataset(body: Element, dataset: AnalysisDataset) -> None:
    group = SubElement(
        body,
        "ItemGroupDef",
        {
            "OID": f"IG.{dataset.name}",
            "Name": dataset.name,
            "SASDatasetName": dataset.name,
            "Repeating": "No" if dataset.category.startswith("SUBJECT") else "Yes",
            "IsReferenceData": "No",
            "Purpose": "Analysis",
            "def:Structure": dataset.structure,
            "def:StandardOID": GUIDE,
            "def:ArchiveLocationID": f"LF.{dataset.name}",
        },
    )
    _described(group, dataset.label)
    for number, column in enumerate(dataset.columns, start=1):
        attributes = {
            "ItemOID": _item(dataset, column.name),
            "OrderNumber": str(number),
            "Mandatory": "Yes" if _is_filled(dataset, column) else "No",
        }
        if column.name in dataset.keys:
            attributes["KeySequence"] = str(dataset.keys.index(column.name) + 1)
        if column.origin == "Derived" and not _has_values_described(dataset, column):
            attributes["MethodOID"] = f"MT.{dataset.name}.{column.name}"
        if column.empty_why:
            attributes["def:HasNoData"] = "Yes"
        SubElement(group, "ItemRef", attributes)
    kind = SubElement(group, "def:Class", {"Name": dataset.category})
    if dataset.subclass:
        SubElement(kind, "def:SubClass", {"Name": dataset.subclass})
    file = f"{dataset.name.lower()}.xpt"
    leaf = SubElement(group, "def:leaf", {"ID": f"LF.{dataset.name}", "xlink:href": file})
    SubElement(leaf, "def:title").text = file


def _is_filled(dataset: AnalysisDataset, column: DatasetColumn) -> bool:
    """Whether no value of a column is missing, in an identifier or a key that never may be."""
    return column.name in {"STUDYID", "USUBJID", "SUBJID", "PARAMCD", "PARAM"} and not (
        dataset.rows[column.name].null_count
    )


def _has_values_described(dataset: AnalysisDataset, column: DatasetColumn) -> bool:
    return column.name == "AVAL" and bool(_by_parameter(dataset))


def _items(body: Element, dataset: AnalysisDataset, lists: set[str]) -> None:
    for column in dataset.columns:
        item = _item_def(body, dataset, column, _item(dataset, column.name))
        oid = list_oid(dataset, column)
        if column.is_listed and oid in lists:
            SubElement(item, "CodeListRef", {"CodeListOID": oid})
        if _has_values_described(dataset, column):
            SubElement(item, "def:ValueListRef", {"ValueListOID": f"VL.{dataset.name}.AVAL"})
        else:
            _origin(item, column)
    for one in _by_parameter(dataset):
        value = dataset.column("AVAL")
        item = _item_def(body, dataset, value, _item(dataset, "AVAL", one.code), label=one.text)
        _origin(item, value)


def _item_def(
    body: Element, dataset: AnalysisDataset, column: DatasetColumn, oid: str, *, label: str = ""
) -> Element:
    attributes = {"OID": oid, "Name": column.name, "SASFieldName": column.name}
    attributes |= _type(dataset, column)
    if column.empty_why:
        attributes["def:CommentOID"] = f"COM.{dataset.name}.{column.name}"
    item = SubElement(body, "ItemDef", attributes)
    _described(item, label or column.label)
    return item


def _type(dataset: AnalysisDataset, column: DatasetColumn) -> dict[str, str]:
    values = dataset.rows[column.name]
    if column.kind == "text":
        return {"DataType": "text", "Length": str(text_width(values))}
    if column.kind == "date":
        return {"DataType": "integer", "Length": "5", "def:DisplayFormat": "DATE9."}
    if column.kind == "integer":
        known = [len(str(one)) for one in values.unique().to_pylist() if one is not None]
        return {"DataType": "integer", "Length": str(max(known, default=1))}
    plain = np.unique(values.drop_null().to_numpy())
    printed = [np.format_float_positional(one, trim="-").lstrip("-") for one in plain.tolist()]
    length = max((len(one) for one in printed), default=1)
    decimals = max((len(one.partition(".")[2]) for one in printed), default=0)
    return {"DataType": "float", "Length": str(length), "SignificantDigits": str(decimals)}


def _origin(item: Element, column: DatasetColumn) -> None:
    if column.origin == "Predecessor":
        _described(SubElement(item, "def:Origin", {"Type": "Predecessor"}), column.source)
        return
    attributes = {"Type": column.origin, "Source": "Sponsor"}
    origin = SubElement(item, "def:Origin", attributes)
    if column.origin == "Assigned":
        _described(origin, column.source)


def _list(body: Element, terms: TermList) -> None:
    published = terms.published
    attributes = {"OID": terms.oid, "Name": terms.title, "DataType": terms.kind}
    if published is None:
        attributes["def:IsNonStandard"] = "Yes"
    else:
        attributes["def:StandardOID"] = f"{STANDARD}{published.publisher}"
    found = SubElement(body, "CodeList", attributes)
    decoded = any(terms.items.values())
    for number, (value, meaning) in enumerate(terms.items.items(), start=1):
        own = {"CodedValue": value, "OrderNumber": str(number)}
        code = None if published is None else published.terms.get(value)
        if published is not None and code is None:
            own["def:ExtendedValue"] = "Yes"
        item = SubElement(found, "CodeListItem" if decoded else "EnumeratedItem", own)
        if decoded:
            _described(item, meaning or value, "Decode")
        if code is not None:
            SubElement(item, "Alias", {"Context": "nci:ExtCodeID", "Name": code})
    if published is not None:
        SubElement(found, "Alias", {"Context": "nci:ExtCodeID", "Name": published.code})


def _methods(body: Element, dataset: AnalysisDataset) -> None:
    told = {
        f"{dataset.name}.{column.name}": column.source
        for column in dataset.columns
        if column.origin == "Derived" and not _has_values_described(dataset, column)
    }
    value = {one.code: one.source for one in _by_parameter(dataset)}
    for code, source in value.items():
        told[f"{dataset.name}.AVAL.{code}"] = f"{dataset.column('AVAL').source} {source}"
    for name, source in told.items():
        attributes = {"OID": f"MT.{name}", "Name": name, "Type": "Computation"}
        _described(SubElement(body, "MethodDef", attributes), source)


def _comments(body: Element, trial: TrialDatasets) -> None:
    for dataset in trial.datasets:
        for column in dataset.columns:
            if column.empty_why:
                oid = {"OID": f"COM.{dataset.name}.{column.name}"}
                _described(SubElement(body, "def:CommentDef", oid), column.empty_why)
    for source in trial.sources:
        if source.beside:
            told = " and ".join(one.words for one in source.beside)
            comment = SubElement(body, "def:CommentDef", {"OID": f"COM.AR.{source.name}"})
            _described(comment, f"Joined by USUBJID: {told}.")


def _results(body: Element, trial: TrialDatasets) -> None:
    displays = SubElement(body, "arm:AnalysisResultDisplays")
    for analysis in dict.fromkeys(one.analysis for one in trial.sources):
        here = [one for one in trial.sources if one.analysis == analysis]
        attributes = {"OID": f"RD.{analysis}", "Name": analysis}
        display = SubElement(displays, "arm:ResultDisplay", attributes)
        _described(display, here[0].title)
        SubElement(display, "def:DocumentRef", {"leafID": "LF.RESULTS"})
        for source in here:
            _result(display, trial, source)


def _result(display: Element, trial: TrialDatasets, source: ResultSource) -> None:
    main = trial.named(source.selection.dataset)
    attributes = {"OID": f"AR.{source.name}"}
    if main.parameters:
        attributes["ParameterOID"] = _item(main, "PARAMCD")
    planned = source.role != "baseline"
    attributes["AnalysisReason"] = "SPECIFIED IN SAP" if planned else "DATA DRIVEN"
    attributes["AnalysisPurpose"] = PURPOSES.get(source.role, source.role.upper())
    result = SubElement(display, "arm:AnalysisResult", attributes)
    title = ": ".join((source.title, *source.about))
    at = f" at {source.visit}" if source.visit else ""
    _described(result, f"{title}{at}, in: {source.population}")
    joined = {"def:CommentOID": f"COM.AR.{source.name}"} if source.beside else {}
    datasets = SubElement(result, "arm:AnalysisDatasets", joined)
    for oid, selection in _selections(source):
        dataset = trial.named(selection.dataset)
        group = {"ItemGroupOID": f"IG.{dataset.name}"}
        one = SubElement(datasets, "arm:AnalysisDataset", group)
        if selection.conditions:
            SubElement(one, "def:WhereClauseRef", {"WhereClauseOID": oid})
        for name in selection.variables:
            SubElement(one, "arm:AnalysisVariable", {"ItemOID": _item(dataset, name)})
    documentation = SubElement(result, "arm:Documentation")
    _described(documentation, f"{source.told}. Its result rows stand in result_sources.csv.")
    SubElement(documentation, "def:DocumentRef", {"leafID": "LF.PLAN"})
    SubElement(documentation, "def:DocumentRef", {"leafID": "LF.LINKS"})
    context = f"Remit {version('remit-lupus')}"
    code = SubElement(result, "arm:ProgrammingCode", {"Context": context})
    SubElement(code, "arm:Code").text = f"{source.selection.words}, by TRTPN"
