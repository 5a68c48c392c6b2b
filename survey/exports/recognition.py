"""Which collection tool wrote a file, told by the columns that only this tool writes."""

from collections.abc import Mapping, Sequence
from types import ModuleType

from survey.exports import kobotoolbox, odk_central
from survey.exports.cells import Table, Unreadable
from survey.exports.layout import Layout, check_form, signature_share
from survey.instrument import Instrument

SUFFICIENT_SCORE = 0.5
ODK_ROSTER = "roster of odk_central"

ADAPTERS: Mapping[str, ModuleType] = {
    kobotoolbox.SOURCE: kobotoolbox,
    odk_central.SOURCE: odk_central,
}
SIGNATURES: Mapping[str, Sequence[str]] = {
    kobotoolbox.SOURCE: kobotoolbox.SIGNATURE,
    odk_central.SOURCE: odk_central.SIGNATURE,
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
    tool = tool_of(tables)
    wrong = _WRONG_CONTAINER.get((tool, extension))
    if wrong:
        raise Unreadable(wrong)
    if tool not in ADAPTERS:
        raise Unreadable("tool_not_yet" if tool else "layout_unknown", tool=tool)
    adapter = ADAPTERS[tool]
    found: Layout = adapter.layout(tables, instrument)
    main = next(table for table in tables if table.name == found.main)
    check_form(main, instrument)
    if not main.rows:
        raise Unreadable("table_empty")
    return found


def tool_of(tables: Sequence[Table]) -> str:
    """Return the tool with the best score, "" when none is sufficient."""
    scores = {
        tool: max(signature_share(table.headers, signature) for table in tables)
        for tool, signature in SIGNATURES.items()
    }
    best = max(scores, key=lambda tool: scores[tool])
    return best if scores[best] >= SUFFICIENT_SCORE else ""
