"""LimeSurvey: responses with question codes as headers, answers as codes or as texts, one row a response.

A code has letters and digits only, so ``m_age`` comes back as ``mage`` and ``q/98`` as ``q[98]``. LimeSurvey
has no rosters: a repeat comes only as numbered questions (``mage1``, ``mage[2]``). The number of a response
is unique within one survey; its seed, which edits keep, tells responses of two surveys apart. Moments are
the clock of the server, read as Vietnam time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable, distinct
from survey.exports.headers import OTHER_CHOICE, map_headers
from survey.exports.label_answers import codes_by_label, labels_of
from survey.exports.layout import Layout, Note, signature_share
from survey.exports.limesurvey_structure import (
    Structure,
    choice_meant,
    is_structure,
    question_meant,
    structure_of,
)
from survey.exports.loose_names import bare, names_of_form
from survey.exports.odk_central import PARENT_KEY, order
from survey.exports.wide import KEY, lay_down
from survey.instrument import Instrument, Question
from survey.spelling import label_key

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "limesurvey"
SIGNATURE = ("id", "submitdate", "lastpage", "startlanguage")
RESPONSE, SEED, SUBMITTED = "response-id", "response-seed", "submitdate"
ZONE = "+07:00"
# What LimeSurvey writes where a survey keeps no dates.
NO_DATE = "1980-01-01"
OTHER_ANSWER, OTHER_PART = "-oth-", "other"
SUFFICIENT_ANSWERS = 0.5
FEWEST_ANSWERS = 3
SHOWN = 4

_RENAMED = {"id": RESPONSE, "seed": SEED}
_MOMENTS = {"startdate": "start", "datestamp": "end"}
_CODE = re.compile(r"(?P<code>\w+(?:\[[^\]]*\])*)(?:\. .*)?", re.DOTALL)
_PART = re.compile(r"(?P<base>\w+?)(?:\[(?P<part>[^\]]*)\])?")
_NUMBER = re.compile(r"(?:SQ)?0*([1-9]\d*)", re.IGNORECASE)
_TIMING = re.compile(r"interviewtime|(?:group|question)Time\d+")
_TICKED = frozenset({"Y", "1", "Yes", "Có"})
_NOTHING = frozenset({"N/A"})
# Answers of question types whose codes LimeSurvey gives itself -> labels that a form may have for them.
_BUILT_IN: Mapping[str, frozenset[str]] = {
    written: frozenset(label_key(label) for label in labels)
    for spellings, labels in (
        (("Y", "Yes"), ("Có", "Yes")),
        (("N", "No"), ("Không", "No")),
        (("M", "Male"), ("Nam", "Male")),
        (("F", "Female"), ("Nữ", "Female")),
    )
    for written in spellings
}


def likeness(tables: Sequence[Table], _instrument: Instrument) -> float:
    """Return the best share of the columns of LimeSurvey in a table, under codes or codes with texts."""
    return max(signature_share(map(_code, table.headers), SIGNATURE) for table in tables)


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Read the responses by the structure beside them, and lay numbered questions down as rows of a repeat.

    Raises
    ------
    Unreadable
        ``limesurvey_repeat`` for a form with a repeat of which no column is there, ``limesurvey_answers``
        where most answers to questions with a list are neither codes nor labels of the form.
    """
    main = max(tables, key=lambda table: signature_share(map(_code, table.headers), SIGNATURE))
    structures = [table for table in tables if is_structure(table)]
    responses = _with_codes(main, instrument)
    for structure in structures[:1]:
        responses = _translated(responses, structure_of(structure), instrument)
    keyed = replace(_with_numbers(responses, instrument), columns=[*responses.columns, _keys(responses)])
    rest, laid = lay_down(replace(keyed, headers=(*keyed.headers, KEY)), instrument, instrument.repeats)
    absent = next((repeat for repeat in instrument.repeats if repeat not in laid), "")
    if absent:
        raise Unreadable("limesurvey_repeat", repeat=absent)
    responses = replace(rest, headers=rest.headers[:-1], columns=rest.columns[:-1])
    _check_answers(responses, instrument)
    others = [table for table in tables if table is not main]
    return Layout(
        SOURCE,
        main.name,
        {repeat: table.name for repeat, table in laid.items()},
        own=tuple(table.name for table in structures),
        notes=tuple(_about_identity(responses)),
        tables=(responses, *laid.values(), *others),
    )


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each response; one that was not submitted is not readable."""
    empty = main[RESPONSE].str.slice(0, 0)
    number, seed = main[RESPONSE].str.strip(), main.get(SEED, empty).str.strip()
    moment = main.get(SUBMITTED, empty).str.strip()
    dated = moment.mask(moment.str.startswith(NO_DATE), "")
    return empty.to_frame("key").assign(
        key=number.where((seed == "") | (number == ""), number + "-" + seed),
        by_uuid=False,
        form_version=empty,
        submitted=dated.where(dated == "", dated.str.replace(" ", "T") + ZONE),
        review="received",
        readable=moment != "",
    )


def parents(roster: pd.DataFrame, outer: pd.DataFrame, ids: pd.Series[str]) -> pd.Series[str]:  # noqa: ARG001
    """Return the response to which each laid-down row belongs."""
    return roster[PARENT_KEY].where(roster[PARENT_KEY].isin(set(ids)), "")


def headers(headers: Sequence[str], instrument: Instrument, repeat: str) -> Mapping[str, str]:
    """Return the names of the form for codes without underscore, and for parts (``q[98]``, ``q[other]``).

    Raises
    ------
    Unreadable
        ``names_alike`` where a code could mean two questions.
    """
    level = instrument.level(repeat)
    known = {question.name: question for question in level}
    bases = {header: match["base"] for header in headers if (match := _PART.fullmatch(header))}
    meant = names_of_form(dict.fromkeys(bases.values()), level)
    names: dict[str, str] = {}
    for header, base in bases.items():
        part = _PART.fullmatch(header)["part"]  # type: ignore[index]
        question = known.get(meant.get(base, ""))
        if question and part is None:
            names[header] = question.name
        elif question:
            names |= _named_part(header, part, question, instrument)
    names |= _joined(headers, names, level, instrument)
    return names | _moments(headers, names, level)


def cells(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Write ticks, "other", "N/A" and LimeSurvey's own answers as the form does; texts become codes."""
    table = table.copy()
    meaning = map_headers(list(table.columns), instrument, repeat)
    for header in meaning.splits:
        table[header] = table[header].str.strip().isin(_TICKED).map({True: "1", False: "0"}).astype("str")
    for header, question in meaning.questions.items():
        if question.type == "select_one" and instrument.codes(question):
            known = {text: _own_answer(text.strip(), question, instrument) for text in table[header].unique()}
            table[header] = table[header].map(known)
        elif question.type != "text":
            table[header] = table[header].mask(table[header].isin(_NOTHING), "")
    for question in instrument.level(repeat):
        table = _with_other(table, question, instrument)
    return codes_by_label(table, instrument, repeat)


def _code(header: str) -> str:
    """Return the code of a header that may have its text behind it: ``id. Response ID`` is ``id``."""
    match = _CODE.fullmatch(header)
    return match["code"] if match else header


def _with_codes(main: Table, instrument: Instrument) -> Table:
    """Leave the codes alone as headers, and drop the columns of times spent on a page."""
    codes = [_RENAMED.get(code, code) for code in map(_code, main.headers)]
    asked = {bare(question.name) for question in instrument.questions}
    kept = [
        place
        for place, code in enumerate(codes)
        if not (
            _TIMING.fullmatch(code) or (code.endswith("Time") and bare(code.removesuffix("Time")) in asked)
        )
    ]
    return replace(
        main,
        headers=tuple(distinct(codes[place] for place in kept)),
        columns=[main.columns[place] for place in kept],
    )


def _translated(main: Table, structure: Structure, instrument: Instrument) -> Table:
    """Name questions, parts and answers that have codes of LimeSurvey's own by their texts."""
    level = [question for question in instrument.questions if not question.repeat]
    known = {question.name: question for question in level}
    named = headers(main.headers, instrument, "")
    written: list[str] = []
    columns: list[list[str]] = []
    for header, cells in zip(main.headers, main.columns, strict=True):
        match = _PART.fullmatch(header)
        base, part = (match["base"], match["part"]) if match else (header, None)
        name = question_meant(structure.questions.get(base, ()), level)
        own = named.get(header, "").split("/")[0]
        question = known.get(name or own)
        choices = instrument.codes(question) if question else ()
        code = choice_meant(structure.parts.get(base, {}).get(part or "", ()), choices)
        if question and part and code:
            header = f"{question.name}[{code}]"  # noqa: PLW2901 - the header under another name
        elif question and name and name != own:
            header = question.name if part is None else f"{question.name}[{part}]"  # noqa: PLW2901
        answers = {
            written_code: meant
            for written_code, texts in structure.answers.get(base, {}).items()
            if (meant := choice_meant(texts, choices))
        }
        written.append(header)
        columns.append([answers.get(text.strip(), text) for text in cells] if answers else cells)
    return replace(main, headers=tuple(distinct(written)), columns=columns)


def _with_numbers(main: Table, instrument: Instrument) -> Table:
    """Write the numbered questions of a repeat as ``m_age_2``."""
    named = headers(main.headers, instrument, "")
    inner = {bare(q.name): q.name for repeat in instrument.repeats for q in instrument.level(repeat)}
    return replace(main, headers=tuple(h if h in named else _numbered(h, inner) for h in main.headers))


def _numbered(header: str, inner: Mapping[str, str]) -> str:
    match = _PART.fullmatch(header)
    if match is None:
        return header
    number = _NUMBER.fullmatch(match["part"] or "")
    if number and bare(match["base"]) in inner:
        return f"{inner[bare(match['base'])]}_{number[1]}"
    tail = re.fullmatch(r"(.*?)_?([1-9]\d*)", match["base"])
    if match["part"] is None and tail and bare(tail[1]) in inner:
        return f"{inner[bare(tail[1])]}_{tail[2]}"
    return header


def _keys(main: Table) -> list[str]:
    numbers = [number.strip() for number in main.column(RESPONSE)]
    seeds = [seed.strip() for seed in main.column(SEED)] if SEED in main.headers else [""] * len(numbers)
    return [f"{n}-{seed}" if n and seed else n for n, seed in zip(numbers, seeds, strict=True)]


def _named_part(header: str, part: str, question: Question, instrument: Instrument) -> dict[str, str]:
    behind = f"{question.name}_{OTHER_CHOICE}"
    if part == OTHER_PART and any(other.name == behind for other in instrument.level(question.repeat)):
        return {header: behind}
    if question.type != "select_multiple":
        return {}
    code = _code_of_part(part, [choice.name for choice in instrument.codes(question)])
    return {header: f"{question.name}/{code}"} if code else {}


def _code_of_part(part: str, codes: Sequence[str]) -> str:
    """Return the code that a part means: written so, or alike in letters and digits where one is."""
    if part in codes:
        return part
    alike = [code for code in codes if bare(code) == bare(part)]
    return alike[0] if len(alike) == 1 else ""


def _joined(
    headers: Sequence[str], names: Mapping[str, str], level: Sequence[Question], instrument: Instrument
) -> dict[str, str]:
    """Read the codes of LimeSurvey's expressions (``q_98``), and questions built as parts of another."""
    taken = set(names.values())
    splits = {
        bare(f"{question.name}{choice.name}"): f"{question.name}/{choice.name}"
        for question in level
        if question.type == "select_multiple"
        for choice in instrument.codes(question)
    }
    rest = [header for header in headers if header not in names and ("[" in header or "_" in header)]
    whole = names_of_form(rest, level)
    found = {h: whole.get(h) or splits.get(bare(h), "") for h in rest}
    return {header: name for header, name in found.items() if name and name not in taken}


def _moments(headers: Sequence[str], names: Mapping[str, str], level: Sequence[Question]) -> dict[str, str]:
    """Take the first and last action for the moments that a tablet records by itself."""
    taken = set(names.values())
    return {
        column: question.name
        for column, kind in _MOMENTS.items()
        for question in level
        if question.type == kind and column in headers and question.name not in taken
    }


def _own_answer(text: str, question: Question, instrument: Instrument) -> str:
    codes = [choice.name for choice in instrument.codes(question)]
    if text in codes:
        return text
    if text == OTHER_ANSWER and OTHER_CHOICE in codes:
        return OTHER_CHOICE
    labels = labels_of(question, instrument)
    meant = {labels[key] for key in _BUILT_IN.get(text, ()) if key in labels}
    if len(meant) == 1:
        return meant.pop()
    return "" if text in _NOTHING and label_key(text) not in labels else text


def _with_other(table: pd.DataFrame, question: Question, instrument: Instrument) -> pd.DataFrame:
    """Tick "other" where its text is filled: LimeSurvey has one column for both."""
    behind, tick = f"{question.name}_{OTHER_CHOICE}", f"{question.name}/{OTHER_CHOICE}"
    split = any(str(header).startswith(f"{question.name}/") for header in table.columns)
    codes = {choice.name for choice in instrument.codes(question)}
    if not split or behind not in table or tick in table or OTHER_CHOICE not in codes:
        return table
    return table.assign(**{tick: (table[behind] != "").map({True: "1", False: "0"}).astype("str")})


def _check_answers(main: Table, instrument: Instrument) -> None:
    names = headers(main.headers, instrument, "")
    questions = map_headers([names.get(h, h) for h in main.headers], instrument).questions
    foreign: list[str] = []
    seen = 0
    for header, cells in zip(main.headers, main.columns, strict=True):
        question = questions.get(names.get(header, header))
        if question is None or question.type != "select_one" or not instrument.codes(question):
            continue
        known = {choice.name for choice in instrument.codes(question)}
        labels = labels_of(question, instrument)
        texts = {_own_answer(text.strip(), question, instrument) for text in set(cells)} - {""}
        strange = [text for text in texts if text not in known and label_key(text) not in labels]
        seen += len(texts)
        foreign += [f"{question.name}={text}" for text in sorted(strange)]
    if len(foreign) >= FEWEST_ANSWERS and len(foreign) > SUFFICIENT_ANSWERS * seen:
        raise Unreadable("limesurvey_answers", seen=", ".join(foreign[:SHOWN]))


def _about_identity(main: Table) -> Iterator[Note]:
    if SEED not in main.headers:
        yield "limesurvey_id_only", {}


ADAPTER = Adapter(
    source=SOURCE,
    name="LimeSurvey",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=parents,
    order=order,
    headers=headers,
    cells=cells,
    likeness=likeness,
    unusable="response_unsubmitted",
)
