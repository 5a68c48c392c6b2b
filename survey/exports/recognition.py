"""Which collection tool wrote a file, told by the columns that only this tool writes."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from survey.exports import kobotoolbox, odk_central
from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.layout import Layout, check_form, signature_share
from survey.instrument import Instrument

SUFFICIENT_SCORE = 0.5
ODK_ROSTER = "roster of odk_central"

ADAPTERS: Mapping[str, Adapter] = {
    adapter.source: adapter for adapter in (kobotoolbox.ADAPTER, odk_central.ADAPTER)
}
# Layouts that are recognised to be refused with the right instruction.
OTHER_SIGNATURES: Mapping[str, Sequence[str]] = {
    ODK_ROSTER: ("PARENT_KEY", "KEY"),
    "SurveyCTO": ("SubmissionDate", "KEY", "formdef_version", "instanceID"),
    "Survey Solutions": ("interview__key", "interview__id", "interview__status", "has__errors"),
    "CSPro": ("level-1-id", "case-id"),
}
XLSFORM_SHEETS = frozenset({"survey", "choices"})

_WRONG_CONTAINER: Mapping[tuple[str, str], str] = {
    (kobotoolbox.SOURCE, ".csv"): "kobo_csv",
    (kobotoolbox.SOURCE, ".zip"): "kobo_csv",
    (odk_central.SOURCE, ".csv"): "odk_root_only",
    (odk_central.SOURCE, ".xlsx"): "odk_root_only",
    (ODK_ROSTER, ".csv"): "odk_root_only",
    (ODK_ROSTER, ".xlsx"): "odk_root_only",
    (ODK_ROSTER, ".zip"): "odk_root_only",
}


def recognise(tables: Sequence[Table], extension: str, instrument: Instrument) -> Layout:
    """Return the layout of an export that can be read.

    Raises
    ------
    Unreadable
        With the code of the instruction for every other file.
    """
    if {table.name.lower() for table in tables} >= XLSFORM_SHEETS:
        raise Unreadable("export_is_form")
    if not tables:
        raise Unreadable("table_empty")
    scores = tool_scores(tables)
    tool = max(scores, key=lambda name: scores[name])
    tool = tool if scores[tool] >= SUFFICIENT_SCORE else ""
    wrong = _WRONG_CONTAINER.get((tool, extension))
    if wrong:
        raise Unreadable(wrong)
    if tool not in ADAPTERS:
        raise Unreadable("tool_not_yet" if tool else "layout_unknown", tool=tool)
    adapter = ADAPTERS[tool]
    found = adapter.layout(tables, instrument)
    main = next(table for table in tables if table.name == found.main)
    check_form(main, instrument, adapter.headers(main.headers, instrument, ""))
    if not main.rows:
        raise Unreadable("table_empty")
    return replace(found, scores=scores)


def tool_scores(tables: Sequence[Table]) -> dict[str, float]:
    """Return for every tool the best share of its signature that one of the tables shows, 0..1."""
    signatures = {source: adapter.signature for source, adapter in ADAPTERS.items()} | dict(OTHER_SIGNATURES)
    return {
        tool: max(signature_share(table.headers, signature) for table in tables)
        for tool, signature in signatures.items()
    }
