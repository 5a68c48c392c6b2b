"""Rosters of a table that no collection tool signed: on sheets of their own, spread wide, or not there."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from survey.exports.cells import Table, Unreadable
from survey.exports.first_rows import check_totals
from survey.exports.headers import map_headers
from survey.exports.layout import Note, has_roster_answers, in_words_of_form
from survey.exports.plain_columns import named_key, plain_keys
from survey.exports.plain_headers import headers
from survey.exports.wide import KEY, PARENT_KEY, lay_down
from survey.instrument import REFERENCE, ROLES, Instrument

SHOWN = 8
_NUMBERED = re.compile(r"(?P<name>\w*[A-Za-z]\w*?)[._]?(?P<number>\d+)")


def roster_sheets(tables: Sequence[Table], key: str, instrument: Instrument) -> dict[str, Table]:
    """Return repeat -> its sheet, whose rows name their submission and themselves.

    It is the one that has the column `key`, or ``PARENT_KEY``, and most questions of the repeat.

    Raises
    ------
    Unreadable
        ``table_repeat_within`` for the sheet of a repeat within a repeat: nothing names its enclosing row.
    """
    found: dict[str, tuple[int, Table]] = {}
    for table in tables:
        link = next((h for h in table.headers if h == PARENT_KEY or named_key(h) == named_key(key)), "")
        for repeat in instrument.repeats if link else ():
            names = headers(table.headers, instrument, repeat)
            weight = len(map_headers([names.get(h, h) for h in table.headers], instrument, repeat).questions)
            if weight > found.get(repeat, (0, table))[0]:
                found[repeat] = (weight, _linked(table, link, repeat, instrument))
    return {repeat: found[repeat][1] for repeat in instrument.repeats if repeat in found}


def numbered_headers(
    headers: Sequence[str], instrument: Instrument, repeats: Sequence[str]
) -> dict[str, tuple[str, str]]:
    """Return header -> question of a repeat and number of its row, for the columns of rosters spread wide."""
    inside = {question.name for repeat in repeats for question in instrument.level(repeat)}
    outside = map_headers(headers, instrument).questions
    return {
        header: (match["name"], match["number"])
        for header in headers
        if header not in outside and (match := _NUMBERED.fullmatch(header)) and match["name"] in inside
    }


def spread_rosters(
    main: Table, instrument: Instrument, repeats: Sequence[str]
) -> tuple[Table, dict[str, Table]]:
    """Take the columns of rosters that were spread wide out of the main table, as tables of their own."""
    return lay_down(_with_numbers_parted(main, instrument, repeats), instrument, repeats)


def about_absent_rosters(parts: Mapping[str, Table], instrument: Instrument) -> Iterator[Note]:
    """Say that a file holds no roster; refuse it where its main table lacks what only a roster tells.

    Raises
    ------
    Unreadable
        ``table_roster_needed``.
    """
    main = in_words_of_form(parts[""], headers(parts[""].headers, instrument, ""))
    known = {question.name for question in map_headers(main.headers, instrument).questions.values()}
    for repeat in instrument.repeats:
        if repeat in parts or not _is_reached(main, instrument, repeat):
            continue
        lacking = [name for name in told_by_roster(instrument, repeat) if name not in known]
        if lacking:
            raise Unreadable("table_roster_needed", repeat=repeat, names=", ".join(lacking[:SHOWN]))
        yield "roster_not_in_file", {"repeat": repeat, "count": f"{len(instrument.asked(repeat))}"}


def told_by_roster(instrument: Instrument, repeat: str) -> tuple[str, ...]:
    """Name the questions outside a repeat that sum its rows up and that skips or the software read."""
    inside = {question.name for question in instrument.level(repeat)}
    read = {name for question in instrument.questions for name in REFERENCE.findall(question.relevance)}
    read |= {instrument.role(role) for role in ROLES}
    return tuple(
        question.name
        for question in instrument.questions
        if question.repeat != repeat
        and question.name in read
        and not question.pii
        and inside.intersection(REFERENCE.findall(question.calculation))
    )


def _is_reached(main: Table, instrument: Instrument, repeat: str) -> bool:
    """Tell whether any submission came to a repeat; one that lies in no group is always reached."""
    always = any(question.path[:1] == (repeat,) for question in instrument.level(repeat))
    return always or has_roster_answers(main, instrument, repeat)


def _linked(table: Table, link: str, repeat: str, instrument: Instrument) -> Table:
    """Return a roster sheet with ``KEY`` and ``PARENT_KEY``; counted by line, else in file order."""
    inside = next(iter(instrument.level(repeat)), None)
    if inside and len([name for name in inside.path if name in instrument.repeats]) > 1:
        raise Unreadable("table_repeat_within", repeat=repeat)
    check_totals(table, link)
    claimed = plain_keys(table.column(link))
    kept = [place for place, header in enumerate(table.headers) if header not in {KEY, PARENT_KEY, link}]
    return replace(
        table,
        headers=(KEY, PARENT_KEY, *(table.headers[place] for place in kept)),
        columns=[_row_keys(table, claimed, repeat, instrument), claimed, *(table.columns[p] for p in kept)],
    )


def _row_keys(table: Table, claimed: Sequence[str], repeat: str, instrument: Instrument) -> list[str]:
    line = instrument.role("member_line")
    lines = [text.strip() for text in table.column(line)] if line in table.headers else []
    pairs = set(zip(claimed, lines, strict=True)) if lines else set()
    if len(pairs) != len(claimed) or not all(text.isdecimal() for text in lines):
        counts: dict[str, int] = {}
        lines = []
        for key in claimed:
            counts[key] = counts.get(key, 0) + 1
            lines.append(f"{counts[key]}")
    return [f"{key}/{repeat}[{number}]" for key, number in zip(claimed, lines, strict=True)]


def _with_numbers_parted(main: Table, instrument: Instrument, repeats: Sequence[str]) -> Table:
    """Write the columns of a roster spread wide as ``m_age_1``, where a program wrote m_age1 or m_age.1."""
    numbered = numbered_headers(main.headers, instrument, repeats)
    return in_words_of_form(main, {header: f"{name}_{number}" for header, (name, number) in numbered.items()})
