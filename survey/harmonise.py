"""One meaning for all collection tools: an export becomes microdata with three-state answers."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import SupportsInt, cast

import numpy as np
import pandas as pd

from survey.answers import Level, read_level
from survey.exports import Export
from survey.exports.adapter import Adapter
from survey.exports.headers import HeaderMap, is_tool_column, map_headers
from survey.exports.personal import is_personal_by_form
from survey.exports.recognition import ADAPTERS
from survey.instrument import Instrument
from survey.messages import Finding, finding

SYSTEM_COLUMNS = ("source", "form_version", "started", "ended", "submitted", "review", "row")
# Tablets write local time with its zone; typed workbooks lose the zone. Servers write UTC.
_OFFSETS = {"started": "+07:00", "ended": "+07:00", "submitted": "Z"}
_ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")
_RELEASED = re.compile(r"\d{10}")
_SHOWN_NAMES = 12


@dataclass(frozen=True, slots=True, eq=False)
class Microdata:
    """Answers of one upload in the words of the form.

    Attributes
    ----------
    households : DataFrame
        One row a submission; the index is its stable key. System columns source, form_version,
        started, ended, submitted (UTC, ISO), review, row (as Excel shows it), then every stored
        question of the main table: text, NaN where there is no answer.
    members : DataFrame
        One row a household member: key, position (1 for the first), row, then the questions.
    household_states, member_states : DataFrame of int8
        The same rows and questions: 0 not applicable, 1 no answer, 2 answered.
    findings : tuple of Finding
        What was noticed while reading; nothing is dropped in silence.
    file, main, roster : str
        Where the rows come from: file name, main table, table of the members.
    """

    households: pd.DataFrame
    members: pd.DataFrame
    household_states: pd.DataFrame
    member_states: pd.DataFrame
    findings: tuple[Finding, ...]
    file: str = ""
    main: str = ""
    roster: str = ""


def harmonise(export: Export, instrument: Instrument) -> Microdata:
    """Translate an export into the variables of the form.

    Values do not depend on the tool: a select-multiple answer holds its codes in list order joined
    by one space, times are UTC, dates are ISO. An answer to a question that was not asked is left
    out and reported.

    Parameters
    ----------
    export : Export
        As read from the file, or as rebuilt from the store.
    instrument : Instrument
        The form of the wave.
    """
    adapter = ADAPTERS[export.source]
    table = export.tables[export.main]
    submitted = adapter.submissions(table)
    kept, problems = _identified(export, submitted)
    answers = in_words_of_form(table, adapter, instrument)
    main, identity = answers[kept], submitted[kept]
    keys = pd.Index(identity["key"], name="key")
    level = read_level(main, instrument)
    meaning = map_headers(list(main.columns), instrument)
    system, time_problems = _system_columns(export, main, identity, meaning)
    households = _frame(level, keys, system)
    repeat = next(iter(instrument.repeats), "")
    roster, parents, orphans = _roster(export, adapter, repeat, identity=submitted, keys=keys)
    outer = {name: cells[keys.get_indexer(parents)] for name, cells in level.answers.items()}
    members = in_words_of_form(roster, adapter, instrument, repeat)
    inner = read_level(members, instrument, repeat, outer) if repeat else Level({}, {}, {}, ())
    order = pd.to_numeric(adapter.order(roster), errors="coerce")
    listed = _frame(inner, pd.RangeIndex(len(roster)), _member_columns(roster, parents, order))
    findings = (
        *_about_columns(export, submitted, instrument, level=level, inner=inner),
        *problems,
        *_about_identity(export, identity, instrument),
        *time_problems,
        *orphans,
        *_not_asked(level, main, export, export.main),
        *_not_asked(inner, members, export, export.rosters.get(repeat, "")),
    )
    return Microdata(
        households=households,
        members=listed,
        household_states=pd.DataFrame(dict(level.states), index=keys),
        member_states=pd.DataFrame(dict(inner.states), index=listed.index),
        findings=findings,
        file=export.file,
        main=export.main,
        roster=export.rosters.get(repeat, ""),
    )


def in_words_of_form(
    table: pd.DataFrame, adapter: Adapter, instrument: Instrument, repeat: str = ""
) -> pd.DataFrame:
    """Rename the columns of a table to the names of the form, and its cells to the codes of the form."""
    names = adapter.headers(list(table.columns), instrument, repeat)
    return adapter.cells(table.rename(columns=dict(names)), instrument, repeat)


def _identified(export: Export, identity: pd.DataFrame) -> tuple[pd.Series, list[Finding]]:
    """Tell which rows are submissions with a key of their own."""
    keyless = identity["key"] == ""
    readable = identity["readable"]
    usable = readable & ~keyless
    repeated = usable & identity["key"].where(usable).duplicated()
    reasons = {
        "submission_encrypted": ~readable,
        "submission_unidentified": keyless & readable,
        "submission_repeated": repeated,
    }
    at_main = partial(finding, file=export.file, sheet=export.main)
    found = [
        at_main(code, row=_row(row), value=key)
        for code, concerned in reasons.items()
        for row, key in identity.loc[concerned, "key"].items()
    ]
    by_uuid = int(identity["by_uuid"].sum())
    if by_uuid:
        found.append(at_main("identity_by_uuid", facts={"count": by_uuid}))
    return usable & ~repeated, found


def _system_columns(
    export: Export, main: pd.DataFrame, identity: pd.DataFrame, meaning: HeaderMap
) -> tuple[dict[str, object], list[Finding]]:
    texts = {
        "started": _column_of_type(main, meaning, "start"),
        "ended": _column_of_type(main, meaning, "end"),
        "submitted": identity["submitted"],
    }
    moments = {name: _utc(text, _OFFSETS[name]) for name, text in texts.items()}
    system: dict[str, object] = {
        "source": export.source,
        "form_version": identity["form_version"].to_numpy(dtype=object),
        **{name: moment.to_numpy(dtype=object) for name, moment in moments.items()},
        "review": identity["review"].fillna("received").to_numpy(dtype=object),
        "row": main.index.to_numpy(),
    }
    return system, list(_about_times(export, texts, moments))


def _about_times(
    export: Export, texts: Mapping[str, "pd.Series[str]"], moments: Mapping[str, "pd.Series[str]"]
) -> Iterator[Finding]:
    at_main = partial(finding, file=export.file, sheet=export.main)
    for name, text in texts.items():
        for row, value in text[(text != "") & moments[name].isna()].items():
            yield at_main("time_unreadable", row=_row(row), column=name, value=value)
    naive = int((_without_zone(texts["started"]) | _without_zone(texts["ended"])).sum())
    if naive:
        yield at_main("time_without_zone", facts={"count": naive})


def _about_identity(export: Export, identity: pd.DataFrame, instrument: Instrument) -> Iterator[Finding]:
    at_main = partial(finding, file=export.file, sheet=export.main)
    for row in identity.index[identity["review"].isna()]:
        yield at_main("review_unknown", row=_row(row))
    for version, count in Counter(identity["form_version"]).items():
        if version != instrument.version:
            facts = {"count": count, "expected": instrument.version}
            yield at_main("version_other", value=version or "-", facts=facts)


def _column_of_type(main: pd.DataFrame, meaning: HeaderMap, kind: str) -> "pd.Series[str]":
    header = next((h for h, q in meaning.questions.items() if q.type == kind), "")
    return main[header] if header else main.index.to_series().astype("str").str.slice(0, 0)


def _without_zone(text: "pd.Series[str]") -> "pd.Series[bool]":
    return (text != "") & ~text.str.contains(_ZONE)


def _utc(text: "pd.Series[str]", offset: str) -> "pd.Series[str]":
    """Return moments as UTC text to the second; NaN where there is none."""
    zoned = text.where(~_without_zone(text), text + offset)
    moments = pd.to_datetime(zoned, utc=True, format="ISO8601", errors="coerce")
    return moments.dt.strftime("%Y-%m-%dT%H:%M:%SZ")


def _frame(level: Level, index: pd.Index, system: Mapping[str, object]) -> pd.DataFrame:
    answers = {
        name: pd.array(np.where(cells == "", np.nan, cells), dtype="str")
        for name, cells in level.answers.items()
    }
    return pd.DataFrame({**system, **answers}, index=index)


def _roster(
    export: Export, adapter: Adapter, repeat: str, *, identity: pd.DataFrame, keys: pd.Index
) -> tuple[pd.DataFrame, "pd.Series[str]", list[Finding]]:
    """Return the roster rows of the submissions kept, the key of each, and findings on orphans."""
    if repeat not in export.rosters:
        return pd.DataFrame(index=pd.RangeIndex(0)), pd.Series([], dtype="str"), []
    main = export.tables[export.main]
    table = export.rosters[repeat]
    roster = export.tables[table]
    claimed = identity["key"]
    parents = adapter.parents(roster, main, claimed)
    orphans = [
        finding("member_orphan", file=export.file, sheet=table, row=_row(row))
        for row in roster.index[parents == ""]
    ]
    answers = roster[[header for header in roster.columns if not is_tool_column(header)]]
    copies = parents.isin(claimed[claimed.duplicated()]) & answers.assign(parent=parents).duplicated()
    kept = parents.isin(keys) & ~copies
    return roster[kept], parents[kept], orphans


def _member_columns(
    roster: pd.DataFrame, parents: "pd.Series[str]", order: "pd.Series[float]"
) -> dict[str, object]:
    """Place the members as the tablet listed them, whatever the order of the rows in the file."""
    position = order.groupby(parents).rank(method="first", na_option="bottom").astype(int)
    return {
        "key": parents.to_numpy(dtype=object),
        "position": position.to_numpy(),
        "row": roster.index.to_numpy(),
    }


def _row(label: object) -> int:
    return int(cast(SupportsInt, label))


def _not_asked(level: Level, table: pd.DataFrame, export: Export, sheet: str) -> Iterator[Finding]:
    for name, cells in level.leftovers.items():
        for place in map(int, np.flatnonzero(cells != "")):
            yield finding(
                "answer_not_asked",
                file=export.file,
                sheet=sheet,
                row=_row(table.index[place]),
                column=name,
                value=cells[place],
            )


def _about_columns(
    export: Export, identity: pd.DataFrame, instrument: Instrument, *, level: Level, inner: Level
) -> Iterator[Finding]:
    """Report columns that the form does not know, and questions without a column."""
    for table in export.tables:
        repeat = next((r for r, name in export.rosters.items() if name == table), "")
        headers = list(export.tables[table].columns)
        names = ADAPTERS[export.source].headers(headers, instrument, repeat)
        meaning = map_headers([names.get(header, header) for header in headers], instrument, repeat)
        unknown = [h for h in meaning.undeclared if not is_tool_column(h)]
        if unknown:
            yield _names_finding("columns_undeclared", export, table, unknown)
    hidden = [h for h in export.withheld if not is_personal_by_form(h, instrument)]
    if hidden:
        yield _names_finding("columns_withheld", export, export.main, hidden)
    if export.ignored:
        yield _names_finding("sheets_ignored", export, "", list(export.ignored))
    code = "columns_missing" if _is_of_another_version(identity, instrument) else "columns_lost"
    for sheet, absent in ((export.main, level.absent), (_first_roster(export), inner.absent)):
        if sheet and absent:
            yield _names_finding(code, export, sheet, list(absent))


def _is_of_another_version(identity: pd.DataFrame, instrument: Instrument) -> bool:
    """Tell whether every submission names another released version, in which a question may not exist."""
    versions = set(identity["form_version"])
    return bool(versions) and all(_RELEASED.fullmatch(one) and one != instrument.version for one in versions)


def _first_roster(export: Export) -> str:
    return next(iter(export.rosters.values()), "")


def _names_finding(code: str, export: Export, sheet: str, names: list[str]) -> Finding:
    more = f" (+{len(names) - _SHOWN_NAMES})" if len(names) > _SHOWN_NAMES else ""
    facts = {"names": ", ".join(names[:_SHOWN_NAMES]) + more, "count": len(names)}
    return finding(code, file=export.file, sheet=sheet, facts=facts)
