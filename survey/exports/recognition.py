"""Which collection tool wrote a file, told by the columns that only this tool writes, or that none did."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from survey.exports import (
    cspro,
    kobo_json,
    kobo_legacy,
    kobotoolbox,
    limesurvey,
    odk_briefcase,
    odk_central,
    plain,
    survey_solutions,
    surveycto,
)
from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.layout import Layout, check_form, signature_share
from survey.instrument import Instrument

SUFFICIENT_SCORE = 0.5
ODK_ROSTER = "roster of odk_central"
SURVEYCTO_ROSTER = "roster of surveycto"
SET_OF = "SET-OF-"
PARADATA = "paradata of survey_solutions"
CSPRO_TABLE = "table of cspro"
LIMESURVEY_TEXTS = "texts of limesurvey"
LIMESURVEY_STRUCTURE = "structure of limesurvey"

ADAPTERS: Mapping[str, Adapter] = {
    adapter.source: adapter
    for adapter in (
        kobo_json.ADAPTER,
        kobotoolbox.ADAPTER,
        kobo_legacy.ADAPTER,
        odk_central.ADAPTER,
        odk_briefcase.ADAPTER,
        survey_solutions.ADAPTER,
        surveycto.ADAPTER,
        cspro.ADAPTER,
        limesurvey.ADAPTER,
        plain.STATISTICS_ADAPTER,
        plain.TABLE_ADAPTER,
        plain.TEMPLATE_ADAPTER,
    )
}
# Layouts that are recognised to be refused with the right instruction.
OTHER_SIGNATURES: Mapping[str, Sequence[str]] = {
    SURVEYCTO_ROSTER: ("PARENT_KEY", "KEY", SET_OF),
    ODK_ROSTER: ("PARENT_KEY", "KEY"),
    PARADATA: ("interview__id", "order", "event", "parameters"),
    CSPRO_TABLE: ("level-1-id", "case-id"),
    LIMESURVEY_TEXTS: ("Response ID", "Date submitted", "Last page", "Start language"),
    LIMESURVEY_STRUCTURE: ("class", "type/scale", "name", "relevance", "text"),
}
XLSFORM_SHEETS = frozenset({"survey", "choices"})

# Files that hold one table only, where the form has repeats.
_WRONG_CONTAINER: Mapping[tuple[str, str], str] = {
    (kobotoolbox.SOURCE, ".csv"): "kobo_csv",
    (kobotoolbox.SOURCE, ".zip"): "kobo_csv",
    (odk_central.SOURCE, ".csv"): "odk_root_only",
    (odk_central.SOURCE, ".xlsx"): "odk_root_only",
}
# Parts of an export, in whatever file they come.
_PARTS: Mapping[str, str] = {
    ODK_ROSTER: "odk_root_only",
    SURVEYCTO_ROSTER: "surveycto_main_missing",
    PARADATA: "archive_survey_solutions",
    CSPRO_TABLE: "cspro_table_alone",
    LIMESURVEY_TEXTS: "limesurvey_texts",
    LIMESURVEY_STRUCTURE: "limesurvey_structure_alone",
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
    scores = tool_scores(tables, instrument)
    is_part = all(odk_central.PARENT_KEY in table.headers for table in tables)
    tool = _best(scores, is_part=is_part)
    if tool not in ADAPTERS and not is_part:
        source, share = plain.recognised(tables, extension, instrument)
        scores |= {source: share}
        unsigned = share >= (plain.RECOGNISED_SHARE if not tool else SUFFICIENT_SCORE)
        tool = source if unsigned else tool
    container = _WRONG_CONTAINER.get((tool, extension)) if instrument.repeats else None
    wrong = container or _PARTS.get(tool)
    if wrong:
        raise Unreadable(wrong)
    if tool not in ADAPTERS:
        raise Unreadable("layout_unknown")
    adapter = ADAPTERS[tool]
    found = adapter.layout(tables, instrument)
    main = next(table for table in found.tables or tables if table.name == found.main)
    check_form(main, instrument, adapter.headers(main.headers, instrument, ""))
    if not main.rows:
        raise Unreadable("table_empty")
    return replace(found, scores=scores)


def tool_scores(tables: Sequence[Table], instrument: Instrument) -> dict[str, float]:
    """Return for every tool its likeness, or the best share of its signature in one of the tables, 0..1."""
    signatures = {source: adapter.signature for source, adapter in ADAPTERS.items()} | dict(OTHER_SIGNATURES)
    headers = [{SET_OF if header.startswith(SET_OF) else header for header in t.headers} for t in tables]
    shares = {
        tool: max(signature_share(present, signature) for present in headers)
        for tool, signature in signatures.items()
    }
    likenesses = {tool: adapter.likeness for tool, adapter in ADAPTERS.items() if adapter.likeness}
    return shares | {tool: likeness(tables, instrument) for tool, likeness in likenesses.items()}


def _best(scores: Mapping[str, float], *, is_part: bool) -> str:
    """Return the tool with the best sufficient score, "" for none; parts count where nothing is whole."""
    whole = {tool: score for tool, score in scores.items() if tool in ADAPTERS and not is_part}
    parts = {tool: score for tool, score in scores.items() if tool not in ADAPTERS or not is_part}
    for candidates in filter(None, (whole, parts)):
        tool = max(candidates, key=lambda name: candidates[name])
        if candidates[tool] >= SUFFICIENT_SCORE:
            return tool
    return ""
