"""The structure of a LimeSurvey survey (``.lss``, or ``.txt`` with tabs): what its codes mean in words.

LimeSurvey allows no underscore in a code and gives codes of its own (``SQ001``, ``A1``). With the structure
beside the responses these are read by their texts, which are the labels of the form.
"""

import html
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from survey.exports.cells import Table, Unreadable, nfc
from survey.exports.encodings import decode
from survey.instrument import Choice, Question
from survey.spelling import label_key

COLUMNS = ("class", "name", "text")
QUESTION, SUBQUESTION, ANSWER = "Q", "SQ", "A"
_TAG = re.compile(r"<[^<>]*>")
_DECLARED = re.compile(r"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)

Texts = Mapping[str, Sequence[str]]
Row = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Structure:
    """Texts of a survey.

    Attributes
    ----------
    questions : mapping
        Code of a question -> its texts, one a language.
    parts : mapping
        Code of a question -> code of its subquestion -> texts.
    answers : mapping
        Code of a question -> code of an answer -> texts.
    """

    questions: Texts
    parts: Mapping[str, Texts]
    answers: Mapping[str, Texts]


def is_structure(table: Table) -> bool:
    """Tell whether a table is the structure of a survey."""
    return set(COLUMNS) <= set(table.headers)


def read_lss(name: str, content: bytes) -> Table:
    """Read a ``.lss`` as the table that LimeSurvey writes in its other format.

    Raises
    ------
    Unreadable
        ``file_damaged`` for what is no XML or declares entities.
    """
    text = decode(content) or ""
    if _DECLARED.search(text):
        raise Unreadable("file_damaged")
    try:
        document = ET.fromstring(text.encode("utf-8"))  # noqa: S314 - entities are refused above
    except (ET.ParseError, ValueError):
        raise Unreadable("file_damaged") from None
    rows = list(_structure_rows(document))
    return Table(
        name,
        COLUMNS,
        [*range(2, 2 + len(rows))],
        [list(column) for column in zip(*rows, strict=True)] or [[], [], []],
    )


def structure_of(table: Table) -> Structure:
    """Sort the rows of a structure: subquestions and answers follow their question."""
    questions: dict[str, list[str]] = {}
    parts: dict[str, dict[str, list[str]]] = {}
    answers: dict[str, dict[str, list[str]]] = {}
    within = {SUBQUESTION: parts, ANSWER: answers}
    question = ""
    for kind, name, text in zip(*(table.column(column) for column in COLUMNS), strict=True):
        if kind == QUESTION:
            question = name
            questions.setdefault(name, []).append(plain(text))
        elif kind in within and question:
            within[kind].setdefault(question, {}).setdefault(name, []).append(plain(text))
    return Structure(questions, parts, answers)


def plain(text: str) -> str:
    """Return a text without the markup of its editor."""
    return nfc(" ".join(html.unescape(_TAG.sub(" ", text)).split()))


def question_meant(texts: Iterable[str], level: Sequence[Question]) -> str:
    """Return the question whose label is one of the texts, "" where none or several are."""
    keys = {label_key(text) for text in texts if text}
    found = {q.name for q in level if any(label_key(label) in keys for label in q.labels.values() if label)}
    return found.pop() if len(found) == 1 else ""


def choice_meant(texts: Iterable[str], choices: Sequence[Choice]) -> str:
    """Return the code of the choice whose label is one of the texts, "" where none or several are."""
    keys = {label_key(text) for text in texts if text}
    found = {c.name for c in choices if any(label_key(label) in keys for label in c.labels.values() if label)}
    return found.pop() if len(found) == 1 else ""


def _structure_rows(document: ET.Element) -> Iterator[tuple[str, str, str]]:
    """Yield class, code and text of every question, each followed by its parts and answers."""
    questions = [*_rows(document, "questions"), *_rows(document, "subquestions")]
    texts = _by_id(_rows(document, "question_l10ns"), "qid", "question")
    worded = _by_id(_rows(document, "answer_l10ns"), "aid", "answer")
    answers = list(_rows(document, "answers"))
    for question in questions:
        own = question.get("qid", "")
        if question.get("parent_qid", "0") in {"", "0"}:
            parts = [part for part in questions if part.get("parent_qid") == own]
            chosen = [answer for answer in answers if answer.get("qid") == own]
            yield from _worded(QUESTION, question, "title", texts.get(own) or [question.get("question", "")])
            for part in parts:
                told = texts.get(part.get("qid", "")) or [part.get("question", "")]
                yield from _worded(SUBQUESTION, part, "title", told)
            for answer in chosen:
                told = worded.get(answer.get("aid", "")) or [answer.get("answer", "")]
                yield from _worded(ANSWER, answer, "code", told)


def _worded(kind: str, row: Row, code: str, texts: Iterable[str]) -> Iterator[tuple[str, str, str]]:
    return ((kind, row.get(code, ""), text) for text in texts)


def _rows(document: ET.Element, section: str) -> Iterator[Row]:
    for row in document.iterfind(f"./{section}/rows/row"):
        yield {cell.tag: (cell.text or "").strip() for cell in row}


def _by_id(rows: Iterable[Row], key: str, value: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in rows:
        found.setdefault(row.get(key, ""), []).append(row.get(value, ""))
    return found
