"""Survey Solutions archives: one file a level joined by interview__id; skipped is blank, unanswered a code.

Moments carry no zone: they are the clock of the tablet, read as Vietnam time. Completing and approving are
recorded in ``interview__actions``, so the main file holds no moment of submission.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.headers import COPY
from survey.exports.layout import Layout, best_table, has_roster_answers, roster_tables
from survey.instrument import Instrument, Question

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "survey_solutions"
STATUS = "interview__status"
SIGNATURE = ("interview__key", "interview__id", STATUS, "has__errors")
INTERVIEW = "interview__id"

REVIEW: Mapping[str, str] = {
    "100": "received",
    "120": "approved",
    "130": "approved",
    "65": "rejected",
    "125": "rejected",
}
# Deleted, restored, created, assigned twice over, ready, sent to the tablet, restarted.
UNFINISHED = frozenset({"-1", "0", "20", "40", "60", "80", "85", "95"})
# Asked without answer: number and text, Stata's letter, and the day that SPSS is given for "no date".
NO_ANSWER = frozenset({"-999999999", "-999999999.0", "##N/A##", ".a", "1582-10-14", "1582-10-14T00:00:01"})
# Variables that stand for the moments a tablet with an XLSForm records by itself.
MOMENT_ENDINGS = ("_dt", "_time")

# Parts of a position that every tool calls so; the moment of the reading belongs to the position, too.
POSITION = frozenset({"Latitude", "Longitude", "Accuracy", "Altitude"})

_OWN_TABLE = re.compile(r"(?:interview|assignment)__\w+")
_ROSTER_ID = re.compile(r"(?!interview__|assignment__)\w+__id")
_HEX = re.compile(r"^(\w{8})-?(\w{4})-?(\w{4})-?(\w{4})-?(\w{12})$")
_CODE_PART = re.compile(r"(n?)(\d+)(?:_(\d+))?")
_WHOLE = r"^([+-]?\d+)\.0+$"
_RANK = r"[1-9]\d*(?:\.0+)?"


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find the main file and the files of the rosters; files about the work itself are set aside.

    Raises
    ------
    Unreadable
        When the main file, or the file of a roster, is missing.
    """
    own = tuple(table.name for table in tables if _OWN_TABLE.fullmatch(table.name))
    levels = [table for table in tables if INTERVIEW in table.headers and table.name not in own]
    mains = [table for table in levels if not roster_ids(table.headers)]
    if not mains:
        raise Unreadable("suso_main_missing")
    main = best_table(mains, SIGNATURE)
    inner = [table for table in levels if table not in mains]
    rosters = roster_tables(inner, instrument, INTERVIEW, headers=headers)
    for repeat in instrument.repeats:
        if repeat not in rosters and has_roster_answers(main, instrument, repeat):
            raise Unreadable("suso_roster_missing", repeat=repeat)
    return Layout(SOURCE, main.name, rosters, own=own)


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each interview; an unfinished interview is not readable.

    The form has no version here: Survey Solutions numbers questionnaires by itself.
    """
    empty = main[INTERVIEW].str.slice(0, 0)
    status = main.get(STATUS, empty).str.strip().str.replace(_WHOLE, r"\1", regex=True)
    return empty.to_frame("key").assign(
        key=dashed(main[INTERVIEW]),
        by_uuid=False,
        form_version=empty,
        submitted=empty,
        review=status.map(REVIEW),
        readable=~status.isin(UNFINISHED),
    )


def rows(roster: pd.DataFrame) -> pd.Series[str]:
    """Return what names each roster row: the interview and every roster code from the outside in."""
    return _joined(roster, roster_ids(roster.columns))


def parents(roster: pd.DataFrame, outer: pd.DataFrame, ids: pd.Series[str]) -> pd.Series[str]:
    """Return the row of the enclosing level to which each roster row belongs, "" for an orphan."""
    shared = [header for header in roster_ids(roster.columns) if header in outer.columns]
    claimed = _joined(roster, shared)
    return claimed.where(claimed.isin(set(ids)), "")


def order(roster: pd.DataFrame) -> pd.Series[str]:
    """Return the number that tells the order of the roster rows: the code of the innermost roster."""
    innermost = roster_ids(roster.columns)[-1:]
    return roster[innermost[0]] if innermost else roster[INTERVIEW].str.slice(0, 0)


def headers(headers: Sequence[str], instrument: Instrument, repeat: str) -> Mapping[str, str]:
    """Return the names of the form for choice columns (``q__n96``), parts of positions, and moments."""
    level = {name: q for q in instrument.level(repeat) for name in (q.name, *q.synonym.split())}
    names: dict[str, str] = {}
    choices: dict[str, dict[str, str]] = {}
    for header in headers:
        name, _, part = header.rpartition("__")
        question = level.get(name)
        if question is None:
            continue
        if question.type.startswith("geo") and part not in POSITION:
            names[header] = name
        elif question.type == "select_multiple" and (code := _code(part)):
            choices.setdefault(name, {})[code] = header
    for name, columns in choices.items():
        names |= _choice_names(name, columns, _codes(level[name], instrument))
    return names | _moments(set(headers), instrument.level(repeat))


def cells(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Blank the marks of "no answer", join listed choices, tick ranked ones, write codes as the form does."""
    table = table.mask(table.isin(NO_ANSWER), "")
    for question in instrument.level(repeat):
        codes = _codes(question, instrument)
        if question.type == "select_multiple":
            table = _ticked(_summarised(table, question, codes), question)
        elif question.type.startswith("select_one") and question.name in table:
            table[question.name] = _as_listed(table[question.name], codes)
    return table


def roster_ids(headers: Iterable[str]) -> list[str]:
    """Columns that name the row of a roster, from the outside in."""
    return [header for header in headers if _ROSTER_ID.fullmatch(header)]


def dashed(texts: pd.Series[str]) -> pd.Series[str]:
    """Return 32 hexadecimal digits as the other tools write them: lower case, with dashes."""
    return texts.str.strip().str.lower().str.replace(_HEX, r"\1-\2-\3-\4-\5", regex=True)


def _joined(roster: pd.DataFrame, columns: Sequence[str]) -> pd.Series[str]:
    found = dashed(roster[INTERVIEW])
    for column in columns:
        found = found + "/" + roster[column].str.strip().str.replace(_WHOLE, r"\1", regex=True)
    return found


def _codes(question: Question, instrument: Instrument) -> list[str]:
    return [choice.name for choice in instrument.codes(question)]


def _code(part: str) -> str:
    """Read the end of a choice column: "n96" is -96, "1_5" is 1.5; "" for anything else."""
    match = _CODE_PART.fullmatch(part)
    if match is None:
        return ""
    minus, whole, fraction = match.groups()
    return ("-" if minus else "") + whole + (f".{fraction}" if fraction else "")


def _choice_names(name: str, columns: Mapping[str, str], codes: Sequence[str]) -> dict[str, str]:
    """Name one column a choice after its code; numbered columns that hold chosen codes after the question."""
    listed = _by_number(codes)
    numbered = list(columns) == [str(number) for number in range(len(columns))]
    if numbered and {float(code) for code in columns} != set(listed):
        places = enumerate(columns.values(), start=1)
        return {header: name if place == 1 else f"{name} [{place}]" for place, header in places}
    return {header: f"{name}/{listed.get(float(code), code)}" for code, header in columns.items()}


def _by_number(codes: Sequence[str]) -> dict[float, str]:
    """Return the codes of a list by their number: Survey Solutions keeps numbers, so "01" comes as 1."""
    return {float(code): code for code in codes if re.fullmatch(r"[+-]?\d+(?:\.\d+)?", code)}


def _moments(present: set[str], level: Sequence[Question]) -> dict[str, str]:
    return {
        question.name + ending: question.name
        for question in level
        if question.type in {"start", "end"} and question.name not in present
        for ending in MOMENT_ENDINGS
        if question.name + ending in present
    }


def _summarised(table: pd.DataFrame, question: Question, codes: Sequence[str]) -> pd.DataFrame:
    """Join the codes of a question whose columns hold one chosen code each."""
    places = [header for header in table.columns if COPY.sub("", header) == question.name]
    if len(places) < 2:
        return table
    joined = _as_listed(table[places[0]], codes)
    for place in places[1:]:
        joined = joined + " " + _as_listed(table[place], codes)
    return table.drop(columns=places[1:]).assign(**{question.name: joined.str.split().str.join(" ")})


def _ticked(table: pd.DataFrame, question: Question) -> pd.DataFrame:
    """Read the rank of an ordered choice as a tick."""
    for header in table.columns[table.columns.str.startswith(f"{question.name}/")]:
        ranked = table[header].str.fullmatch(_RANK)
        if ranked.any():
            table[header] = table[header].mask(ranked, "1")
    return table


def _as_listed(texts: pd.Series[str], codes: Sequence[str]) -> pd.Series[str]:
    """Write codes as the list of the form does: 3.0 as "3", and 1 as "01" where the list says so."""
    whole = texts.str.strip().str.replace(_WHOLE, r"\1", regex=True)
    listed = {str(int(number)): code for number, code in _by_number(codes).items() if number.is_integer()}
    return whole.map({text: listed.get(text, text) for text in whole.unique()})


ADAPTER = Adapter(
    source=SOURCE,
    name="Survey Solutions",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=parents,
    order=order,
    rows=rows,
    headers=headers,
    cells=cells,
    unusable="submission_incomplete",
    states=frozenset(REVIEW.values()),
    state_columns=(STATUS,),
)
