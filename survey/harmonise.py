"""One meaning for all collection tools: an export becomes microdata with three-state answers.

Files of one tool with the same columns are read together: the work is by column, hardly by row.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

import numpy as np
import pandas as pd

from survey import noticed
from survey.answers import Level, Surrounded, Truths, read_level
from survey.exports import Export
from survey.exports.headers import HeaderMap
from survey.exports.recognition import ADAPTERS
from survey.exports.translation import in_words_of_form, meaning_of
from survey.instrument import Instrument
from survey.messages import Finding
from survey.microdata import Microdata, Roster
from survey.rosters import Linked, enclosing_repeat, link_rosters, row_columns
from survey.versions import Asked, Versions, known_versions

SYSTEM_COLUMNS = ("source", "form_version", "started", "ended", "submitted", "review", "row")
# Tablets write local time with its zone; typed workbooks lose the zone. Servers write UTC.
_OFFSETS = {"started": "+07:00", "ended": "+07:00", "submitted": "Z"}
_TYPES = {"started": "start", "ended": "end"}
_ZONE = re.compile(r"(?:Z|[+-]\d{2}:?\d{2})$")

Texts = Mapping[str, "pd.Series[str]"]
Span = slice


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The rows of one file that count, in the words of the form and not yet read."""

    export: Export
    main: pd.DataFrame
    identity: pd.DataFrame
    rosters: Mapping[str, Linked]
    problems: tuple[Finding, ...]

    @property
    def columns(self) -> tuple[object, ...]:
        """What two parts must share to be read together."""
        rosters = ((repeat, tuple(linked.cells.columns)) for repeat, linked in self.rosters.items())
        return (self.export.source, tuple(self.main.columns), *rosters)


@dataclass(frozen=True, slots=True, eq=False)
class _Rows:
    """Rows of the main table or of one repeat of several files, read; `spans` holds those of each file."""

    frame: pd.DataFrame
    states: pd.DataFrame
    level: Level
    spans: Sequence[Span]
    labels: pd.Index


@dataclass(frozen=True, slots=True, eq=False)
class _Batch:
    """Files with the same columns, read in one pass."""

    parts: Sequence[_Part]
    main: _Rows
    rosters: Mapping[str, _Rows]
    texts: Texts
    moments: Texts
    identity: pd.DataFrame


def harmonise(export: Export, instrument: Instrument, versions: Sequence[Instrument] = ()) -> Microdata:
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
    versions : sequence of Instrument
        Other known contracts of the form: each submission is read by the one that it names.
    """
    return harmonise_all([export], known_versions(instrument, versions))[0]


def harmonise_all(exports: Sequence[Export], form: Versions) -> list[Microdata]:
    """Translate several exports, each as :func:`harmonise` would; those with the same columns in one pass.

    Parameters
    ----------
    exports : sequence of Export
    form : Versions
        The form of the wave with its other known versions.
    """
    alike: dict[tuple[object, ...], list[int]] = {}
    parts = [_part(export, form) for export in exports]
    for number, part in enumerate(parts):
        alike.setdefault(part.columns, []).append(number)
    read: dict[int, Microdata] = {}
    for numbers in alike.values():
        read.update(zip(numbers, _read([parts[number] for number in numbers], form), strict=True))
    return [read[number] for number in range(len(parts))]


def _part(export: Export, form: Versions) -> _Part:
    source, adapter = export.source, ADAPTERS[export.source]
    table = export.tables[export.main]
    identity = adapter.submissions(table)
    usable = identity["readable"] & (identity["key"] != "")
    kept = usable & ~identity["key"].where(usable).duplicated()
    linked = link_rosters(export, adapter, form.joined, identity=identity, kept=kept)
    answers = in_words_of_form(table, source, form)
    return _Part(
        export,
        answers if kept.all() else answers[kept],
        identity if kept.all() else identity[kept],
        {
            repeat: replace(rows, cells=in_words_of_form(rows.cells, source, form, repeat))
            for repeat, rows in linked.items()
        },
        tuple(noticed.about_rows(export, identity)),
    )


def _read(parts: Sequence[_Part], form: Versions) -> list[Microdata]:
    """Read files with the same columns in one pass, and part the result again."""
    main = _concatenated([part.main for part in parts])
    identity = _concatenated([part.identity for part in parts])
    judges = form.judges(identity["form_version"].to_list())
    meaning = meaning_of(tuple(main.columns), "", form)
    level = read_level(main, form.joined, meaning=meaning, judges=judges)
    texts = _times(main, identity, meaning)
    moments = {name: _utc(text, _OFFSETS[name]) for name, text in texts.items()}
    keys = pd.Index(identity["key"], name="key")
    system = _system_columns(parts[0].export.source, identity, moments)
    counts = [len(part.main) for part in parts]
    rows = _rows(level, keys, system, labels=main.index, counts=counts)
    batch = _Batch(parts, rows, _read_rosters(parts, form, rows, judges), texts, moments, identity)
    return [_microdata(batch, number, form) for number in range(len(parts))]


def _read_rosters(
    parts: Sequence[_Part], form: Versions, main: _Rows, judges: Sequence[tuple[Truths, Asked]]
) -> dict[str, _Rows]:
    linked: dict[str, Linked] = {}
    read: dict[str, _Rows] = {}
    for repeat in form.joined.repeats:
        outer = enclosing_repeat(form.joined, repeat)
        counts = [len(part.rosters[repeat].cells) for part in parts]
        starts = [span.start for span in (read[outer].spans if outer else main.spans)]
        rows = linked[repeat] = _concatenated_links(
            [part.rosters[repeat] for part in parts], [span.start for span in main.spans], starts
        )
        inner = Surrounded({}, read[outer].level.answers if outer else {}, rows.within)
        surrounding = Surrounded(inner, main.level.answers, rows.submission)
        own_judges = [(decided[rows.submission], asked) for decided, asked in judges]
        meaning = meaning_of(tuple(rows.cells.columns), repeat, form)
        level = read_level(rows.cells, form.joined, repeat, surrounding, meaning=meaning, judges=own_judges)
        names = row_columns(rows, main.frame.index, linked[outer].position if outer else None)
        read[repeat] = _rows(level, pd.RangeIndex(sum(counts)), names, labels=rows.cells.index, counts=counts)
    return read


def _concatenated(frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    return frames[0] if len(frames) == 1 else pd.concat(frames)


def _concatenated_links(
    parts: Sequence[Linked], submissions: Sequence[int], enclosing: Sequence[int]
) -> Linked:
    """Join the rows of several files; `submissions` and `enclosing` tell where those of each file begin."""
    within = [np.where(p.within < 0, -1, p.within + start) for p, start in zip(parts, enclosing, strict=True)]
    places = [part.submission + start for part, start in zip(parts, submissions, strict=True)]
    return Linked(
        _concatenated([part.cells for part in parts]),
        np.concatenate(places),
        np.concatenate(within),
        np.concatenate([part.position for part in parts]),
    )


def _rows(
    level: Level,
    index: pd.Index,
    system: Mapping[str, object],
    *,
    labels: pd.Index,
    counts: Sequence[int],
) -> _Rows:
    """Put answers and states into frames; `counts` says how many rows each file has."""
    answers = {
        name: pd.array(np.where(cells == "", np.nan, cells), dtype="str")
        for name, cells in level.answers.items()
    }
    bounds = accumulate(counts, initial=0)
    return _Rows(
        pd.DataFrame({**system, **answers}, index=index),
        pd.DataFrame(dict(level.states), index=index),
        level,
        [slice(begin, end) for begin, end in pairwise(bounds)],
        labels,
    )


def _microdata(batch: _Batch, number: int, form: Versions) -> Microdata:
    part, span = batch.parts[number], batch.main.spans[number]
    edits = batch.identity.get("edits", pd.Series(np.nan, index=batch.identity.index))[span]
    return Microdata(
        households=batch.main.frame.iloc[span],
        household_states=batch.main.states.iloc[span],
        rosters={
            repeat: Roster(
                rows.frame.iloc[rows.spans[number]].reset_index(drop=True),
                rows.states.iloc[rows.spans[number]].reset_index(drop=True),
                part.export.rosters.get(repeat, ""),
            )
            for repeat, rows in batch.rosters.items()
        },
        findings=tuple(_findings(batch, number, form)),
        file=part.export.file,
        main=part.export.main,
        upload=part.export.sha256,
        edits=pd.to_numeric(edits, errors="coerce").astype(float).set_axis(batch.main.frame.index[span]),
        absent=tuple(n for rows in (batch.main, *batch.rosters.values()) for n in rows.level.absent),
        tells=ADAPTERS[part.export.source].told_states(part.export.tables[part.export.main].columns),
    )


def _findings(batch: _Batch, number: int, form: Versions) -> Iterator[Finding]:
    part, span = batch.parts[number], batch.main.spans[number]
    export, identity = part.export, batch.identity.iloc[span]
    versions = identity["form_version"].unique()
    levels = {export.main: batch.main} | {
        sheet: batch.rosters[repeat] for repeat, sheet in export.rosters.items() if repeat in batch.rosters
    }
    yield from noticed.about_columns(export, form)
    for sheet, rows in levels.items():
        yield from noticed.about_absent(export, sheet, rows.level.absent, versions=versions, form=form)
        if rows.level.lost:
            yield noticed.about_lost(export, sheet, rows.level.lost)
    yield from export.notes
    yield from part.problems
    yield from noticed.about_identity(export, identity, form)
    texts, moments = ({name: t.iloc[span] for name, t in of.items()} for of in (batch.texts, batch.moments))
    naive = int((_without_zone(texts["started"]) | _without_zone(texts["ended"])).sum())
    yield from noticed.about_times(export, texts, moments, naive=naive)
    for repeat, linked in part.rosters.items():
        enclosing = enclosing_repeat(form.joined, repeat)
        sheet = export.rosters.get(repeat, "")
        yield from noticed.about_orphans(export, sheet, linked.orphans, enclosing)
    for sheet, rows in levels.items():
        own = rows.spans[number]
        leftovers = {name: cells[own] for name, cells in rows.level.leftovers.items()}
        yield from noticed.about_unasked(export, sheet, leftovers, rows.labels[own])


def _system_columns(source: str, identity: pd.DataFrame, moments: Texts) -> dict[str, object]:
    return {
        "source": source,
        "form_version": _stored(identity["form_version"]),
        **{name: _stored(moment) for name, moment in moments.items()},
        "review": identity["review"].fillna("received").to_numpy(dtype=object),
        "row": identity.index.to_numpy(),
    }


def _stored(texts: "pd.Series[str]") -> object:
    """Return texts as the microdata hold them: one type even where a tool tells none, NaN for none."""
    return pd.array(texts.mask(texts == "").to_numpy(dtype=object), dtype="str")


def _times(main: pd.DataFrame, identity: pd.DataFrame, meaning: HeaderMap) -> dict[str, "pd.Series[str]"]:
    """Texts of the moments when each interview started, ended and reached the server."""
    told = {name: _column_of_type(main, meaning, kind) for name, kind in _TYPES.items()}
    return {**told, "submitted": identity["submitted"]}


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
