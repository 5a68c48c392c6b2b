"""Cells that people, Excel or a statistics program wrote, in the spelling of the form; one decision a column.

Nothing is decided by the cell alone: numbers and dates have one notation a column, a word for "nothing"
counts in the whole file, codes and labels of a statistics file are compared for the whole column.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from survey.exports.cells import Table, Unreadable
from survey.exports.headers import map_headers
from survey.exports.layout import Note
from survey.exports.notation import NOTED_TYPES, Doubt, decide, read_so
from survey.exports.plain_columns import SUBMITTED
from survey.exports.plain_headers import headers
from survey.exports.plain_rosters import numbered_headers
from survey.instrument import Instrument, Question
from survey.spelling import label_key

SHOWN = 12
# What R, pandas, SQL and Excel write where there is nothing.
EMPTY_MARKS = frozenset(
    {"NA", "N/A", "n/a", "#N/A", "NaN", "nan", "NULL", "null", "None", "<NA>", "#NULL!", "."}
)
_SELECTS = frozenset({"select_one", "select_multiple"})
_TICK = "tick"
_NUMBERS = frozenset({"integer", "decimal", "range"})
_WHOLE = re.compile(r"([+-]?\d+)[.,]0+")
_COMMA_NUMBER = re.compile(r"-?\d+(,\d+)?")
_PARTS = re.compile(r"[\s,;|/]+")
_TICKS: Mapping[str, str] = {
    label_key(word): tick
    for tick, words in {
        "1": ("1", "1.0", "1,0", "true", "x", "có", "có chọn", "yes", "selected", "checked", "ticked"),
        "0": ("0", "0.0", "0,0", "false", "không", "không chọn", "no", "not selected", "unchecked"),
        "": ("",),
    }.items()
    for word in words
}
_NOTES: Mapping[str, str] = {
    "comma": "numbers_with_comma",
    "day first": "dates_day_first",
    "serial": "dates_as_numbers",
}

Column = list[str]


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """One column with what the form makes of it.

    Attributes
    ----------
    table : int
        Number of its table among those read together.
    header : str
        As the file has it.
    name, kind : str
        Name of the question and its type; a column of one choice is a "tick".
    codes : mapping
        Code -> keys of its labels in every language; empty where the question has no list.
    """

    table: int
    header: str
    name: str
    kind: str
    codes: Mapping[str, frozenset[str]]


def as_declared(
    tables: Sequence[Table], instrument: Instrument, repeats: Sequence[str]
) -> tuple[list[Table], list[Note]]:
    """Return the tables of one file with nothing where it declares nothing, and the codes of the form.

    Rosters that are still spread wide are read column by column: a program may have numbered the codes of
    each column by itself, and a word for "nothing" must not make a member.

    Parameters
    ----------
    tables : sequence of Table
    instrument : Instrument
    repeats : sequence of str
        For each table: the level of the form that it holds, "" for the main table.

    Raises
    ------
    Unreadable
        ``value_labels_differ`` where codes of a statistics file are not those of the form.
    """
    places = [
        place
        for number, (table, repeat) in enumerate(zip(tables, repeats, strict=True))
        for place in (
            *_places(number, table, instrument, repeat),
            *(_spread_places(number, table, instrument) if not repeat else ()),
        )
    ]
    cells = _cells(places, tables)
    notes = [*_declared_missing(cells, tables), *_labelled_values(cells, tables), *_empty_marks(cells)]
    return [_with(table, number, cells) for number, table in enumerate(tables)], notes


def in_spelling_of_form(
    tables: Sequence[Table], instrument: Instrument, repeats: Sequence[str]
) -> tuple[list[Table], list[Note]]:
    """Return the tables of one file with codes, numbers and dates as the form writes them, and what was read.

    Parameters
    ----------
    tables, instrument, repeats
        As for :func:`as_declared`; the rosters laid down.

    Raises
    ------
    Unreadable
        ``notation_mixed`` and ``notation_doubtful`` where numbers or dates of a column could mean two things,
        ``tick_unknown`` where a column of one choice holds neither a yes nor a no.
    """
    places = [
        place
        for number, (table, repeat) in enumerate(zip(tables, repeats, strict=True))
        for place in _places(number, table, instrument, repeat)
    ]
    cells = _cells(places, tables)
    _plain_codes(cells)
    _ticks(cells, tables)
    notes = list(_one_notation(cells, tables))
    return [_with(table, number, cells) for number, table in enumerate(tables)], notes


def _cells(places: Iterable[Place], tables: Sequence[Table]) -> dict[Place, Column]:
    return {place: list(tables[place.table].column(place.header)) for place in places}


def _places(number: int, table: Table, instrument: Instrument, repeat: str) -> Iterator[Place]:
    """Give the columns that the form explains; a personal one is withheld, so nobody reads it."""
    names = headers(table.headers, instrument, repeat)
    meaning = map_headers([names.get(header, header) for header in table.headers], instrument, repeat)
    for header in table.headers:
        named = names.get(header, header)
        question = meaning.questions.get(named)
        if named in meaning.splits:
            yield Place(number, header, named, _TICK, {})
        elif question and not question.pii:
            yield Place(number, header, question.name, question.type, _codes(question, instrument))
        elif header == SUBMITTED:
            yield Place(number, header, header, "datetime", {})


def _spread_places(number: int, table: Table, instrument: Instrument) -> Iterator[Place]:
    """Give the columns of rosters that are spread wide."""
    inside = {
        question.name: question for repeat in instrument.repeats for question in instrument.level(repeat)
    }
    for header, (name, _) in numbered_headers(table.headers, instrument, instrument.repeats).items():
        question = inside[name]
        if not question.pii:
            yield Place(number, header, header, question.type, _codes(question, instrument))


def _codes(question: Question, instrument: Instrument) -> Mapping[str, frozenset[str]]:
    return {
        choice.name: frozenset(label_key(label) for label in choice.labels.values() if label)
        for choice in instrument.codes(question)
    }


def _declared_missing(cells: Mapping[Place, Column], tables: Sequence[Table]) -> Iterator[Note]:
    """Empty what the file itself declares to be no answer, unless it is a code of the form's list."""
    told: Counter[str] = Counter()
    for place, column in cells.items():
        table = tables[place.table]
        marks = table.missing.get(place.header, frozenset()) - set(place.codes)
        for number, text in enumerate(column) if marks else ():
            if text in marks:
                column[number] = ""
                reason = table.labels.get(place.header, {}).get(text, "")
                told[f"{place.name} {text}" + (f" = {reason}" if reason else "")] += 1
    if told:
        yield "missing_declared", _counted(told)


def _labelled_values(cells: Mapping[Place, Column], tables: Sequence[Table]) -> Iterator[Note]:
    """Read columns by the labels of their values where the file has other codes than the form."""
    recoded: list[str] = []
    for place, column in cells.items():
        labels = tables[place.table].labels.get(place.header, {})
        if place.kind != "select_one" or not place.codes or not labels:
            continue
        codes = _codes_by_label(place, labels)
        if all(code == text for text, code in codes.items()):
            continue
        strange = sorted({*column} - {""} - codes.keys())
        if strange:
            row = tables[place.table].rows[column.index(strange[0])]
            shown = f"{strange[0]} = {labels.get(strange[0], '?')}"
            raise Unreadable("value_labels_differ", row=str(row), question=place.name, seen=shown)
        column[:] = [codes.get(text, "") for text in column]
        recoded.append(place.name)
    if recoded:
        yield "values_by_label", _listed(recoded)


def _codes_by_label(place: Place, labels: Mapping[str, str]) -> dict[str, str]:
    """Return value -> code of the form with the same label, for the values whose label one code has."""
    found = {}
    for text, label in labels.items():
        key = label_key(label)
        meant = [code for code, keys in place.codes.items() if key in keys]
        if len(meant) == 1 or text in meant:
            found[text] = text if text in meant else meant[0]
    return found


def _empty_marks(cells: Mapping[Place, Column]) -> Iterator[Note]:
    """Empty the words for "nothing" that this file uses; what coded columns show counts for its texts."""
    used: set[str] = set()
    for place, column in cells.items():
        if place.kind in _SELECTS | NOTED_TYPES | {_TICK}:
            used |= EMPTY_MARKS.intersection(column) - place.codes.keys()
    told: Counter[str] = Counter()
    for place, column in cells.items() if used else ():
        marks = used - place.codes.keys()
        told.update(text for text in column if text in marks)
        column[:] = ["" if text in marks else text for text in column]
    if told:
        yield "empty_marks", _counted(told)


def _plain_codes(cells: Mapping[Place, Column]) -> None:
    """Write codes as the form has them: 1.0 is 1, and several codes are parted by blanks."""
    for place, column in cells.items():
        if speller := _SPELLERS.get(place.kind):
            spelled = {text: speller(text, place.codes) for text in {*column}}
            column[:] = [spelled[text] for text in column]


def _ticks(cells: Mapping[Place, Column], tables: Sequence[Table]) -> None:
    """Write the columns of single choices with 1 and 0; a word that could mean either is refused.

    Raises
    ------
    Unreadable
        ``tick_unknown``.
    """
    for place, column in cells.items():
        if place.kind != _TICK:
            continue
        labels = tables[place.table].labels.get(place.header, {})
        ticks = {text: _TICKS.get(label_key(labels.get(text, text)), _TICKS.get(text)) for text in {*column}}
        strange = sorted(text for text, tick in ticks.items() if tick is None)
        if strange:
            row = tables[place.table].rows[column.index(strange[0])]
            raise Unreadable("tick_unknown", row=str(row), question=place.header, seen=strange[0])
        column[:] = [ticks[text] or "" for text in column]


def _one_code(text: str, codes: Collection[str]) -> str:
    match = None if text in codes else _WHOLE.fullmatch(text.strip())
    return match[1] if match else text


def _joined_codes(text: str, codes: Collection[str]) -> str:
    if text in codes or not text:
        return text
    parts = [_one_code(part, codes) for part in _PARTS.split(text.strip()) if part]
    return " ".join(parts) if all(part in codes for part in parts) else _one_code(text, codes)


_SPELLERS: Mapping[str, Callable[[str, Collection[str]], str]] = {
    "select_one": _one_code,
    "select_multiple": _joined_codes,
}


def _one_notation(cells: Mapping[Place, Column], tables: Sequence[Table]) -> Iterator[Note]:
    """Read numbers and dates in the one notation of their column."""
    kinds = {place: _noted_kind(place, column, tables[place.table]) for place, column in cells.items()}
    noted = {f"{number}": place for number, (place, kind) in enumerate(kinds.items()) if kind}
    decided = decide({number: (kinds[place], {*cells[place]} - {""}) for number, place in noted.items()})
    changed: dict[str, list[str]] = {}
    for number, notation in decided.items():
        place = noted[number]
        if isinstance(notation, Doubt):
            raise _refused(notation, place, tables[place.table], cells[place])
        spelled = {text: read_so(notation, text) for text in {*cells[place]}}
        if any(text != spelled[text] for text in spelled):
            example = next(text for text in cells[place] if text != spelled[text])
            changed.setdefault(notation.name, []).append(_shown(place, example, spelled[example]))
            cells[place][:] = [spelled[text] for text in cells[place]]
    for name, columns in changed.items():
        if name in _NOTES:
            yield _NOTES[name], _listed(columns)


def _noted_kind(place: Place, column: Sequence[str], table: Table) -> str:
    """Return the type by which a column of numbers or dates is read, "" for any other.

    The numbers of a statistics file are numbers already. A calculation has no type; it counts as a number
    where it holds nothing but numbers, and a decimal comma among them.
    """
    if place.kind == "calculate":
        texts = {*column} - {""}
        is_number = all(map(_COMMA_NUMBER.fullmatch, texts)) and any("," in text for text in texts)
        return "decimal" if is_number else ""
    spelled = place.kind in NOTED_TYPES and not (table.typed and place.kind in _NUMBERS)
    return place.kind if spelled else ""


def _shown(place: Place, written: str, read: str) -> str:
    return f"{place.name} ({written} → {read})"


def _refused(doubt: Doubt, place: Place, table: Table, column: Sequence[str]) -> Unreadable:
    row = table.rows[column.index(doubt.examples[0])]
    return Unreadable(
        doubt.code,
        sheet=table.name,
        row=str(row),
        question=place.header,
        examples=", ".join(doubt.examples),
    )


def _with(table: Table, number: int, cells: Mapping[Place, Column]) -> Table:
    own = {place.header: column for place, column in cells.items() if place.table == number}
    columns = [own.get(header, column) for header, column in zip(table.headers, table.columns, strict=True)]
    return replace(table, columns=columns)


def _counted(told: Mapping[str, int]) -> dict[str, str]:
    names = [f"{what} (×{count})" for what, count in told.items()]
    return {**_listed(names), "count": f"{sum(told.values())}"}


def _listed(names: Iterable[str]) -> dict[str, str]:
    every = list(names)
    more = f" (+{len(every) - SHOWN})" if len(every) > SHOWN else ""
    return {"names": ", ".join(every[:SHOWN]) + more, "count": f"{len(every)}"}
