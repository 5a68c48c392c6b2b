"""The questionnaire as the rest of the system knows it: questions, codes, labels, and who is asked what."""

import difflib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from survey.forms.tables import FormNode, FormTables, language_code, read_form, split_type, translations, walk

CONTRACT_FORMAT = 1
YES = frozenset({"yes", "true", "true()", "1"})
UNLABELLED_TYPES = frozenset(
    {"calculate", "hidden", "start", "end", "today", "username", "deviceid", "phonenumber", "email",
     "start-geopoint", "audit", "xml-external", "csv-external", "background-audio", "background-geopoint"}
)  # fmt: skip
UNANSWERED_TYPES = UNLABELLED_TYPES | {"note"}
# pyxform adds this code, and a text question behind it, where a type ends in or_other.
OR_OTHER, OTHER_CODE = "or_other", "other"
OTHER_LABEL: Mapping[str, str] = {"": "Other"}
OTHER_TEXT: Mapping[str, str] = {"": "Specify other."}
# Another question, as an expression names it.
REFERENCE = re.compile(r"\$\{([^{}]*)\}")
# What the software itself reads from a form: role -> the question that has it where no x_role names another.
ROLES: Mapping[str, str] = {
    "household": "hh_id", "household_number": "hh_no", "household_kind": "hh_kind", "area": "ea_code",
    "interviewer": "interviewer_id", "disposition": "disp_final", "household_size": "b1_size",
    "eligible_members": "n_eligible", "drawn_line": "resp_line", "respondent_line": "c0_line",
    "respondent_sex": "c0_sex", "respondent_age": "c0_age", "respondent_ethnicity": "c1_eth",
    "member_line": "line_no", "member_age": "m_age", "member_sex": "m_sex",
    "member_eligible": "m_elig", "member_draw": "draw_elig",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """One code of a list.

    Attributes
    ----------
    name : str
        The stored code.
    labels : mapping
        Language code -> text shown.
    key : str
        Meaning for programs, where one is given: ``dk``, ``refused``, ``reserve``.
    """

    name: str
    labels: Mapping[str, str]
    key: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One variable of the form.

    Attributes
    ----------
    path : tuple of str
        Enclosing groups and repeats, outermost first, without the own name.
    type : str
        XLSForm type without its list: ``select_one``, ``integer``, ``calculate``.
    list_name : str
        List of codes, or the media file of a ``select_one_from_file``.
    required, relevant, constraint, calculation : str
        As the form has them.
    relevance : str
        Own `relevant` and that of every enclosing group, each in brackets, joined with " and ";
        "" where the question is always asked.
    repeat : str
        Repeat it lies in, "" for the main table.
    pii : bool
        Personal: never stored.
    indicator : str
        Parts of the indicator definition that read it.
    synonym : str
        Earlier names of the same question, parted by spaces.
    role : str
        What the software reads from it, a name in :data:`ROLES`; "" where the form does not say.
    row : int
        Row of the survey sheet as Excel shows it.
    """

    name: str
    path: tuple[str, ...] = ()
    type: str = "text"
    list_name: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)
    required: str = ""
    relevant: str = ""
    relevance: str = ""
    constraint: str = ""
    calculation: str = ""
    repeat: str = ""
    pii: bool = False
    indicator: str = ""
    synonym: str = ""
    role: str = ""
    row: int = 0


@dataclass(frozen=True, slots=True)
class Instrument:
    """One version of a form.

    Attributes
    ----------
    default_language, languages
        Language codes: ``vi``, ``en``.
    questions : tuple of Question
        In form order, every level.
    choices : mapping
        List name -> its codes in form order.
    repeats : tuple of str
        Names of the repeats in form order.
    """

    form_id: str
    version: str
    title: str
    default_language: str
    languages: tuple[str, ...]
    questions: tuple[Question, ...]
    choices: Mapping[str, tuple[Choice, ...]]
    repeats: tuple[str, ...]

    def question(self, name: str) -> Question:
        """Return the question called `name`; an unknown name lists its neighbours."""
        for candidate in self.questions:
            if candidate.name == name:
                return candidate
        near = difflib.get_close_matches(name, [q.name for q in self.questions], n=5)
        raise ValueError(
            f"form {self.form_id} has no question {name!r}; near names: {', '.join(near) or '-'}"
        )

    def level(self, repeat: str = "") -> tuple[Question, ...]:
        """Questions of the main table, or of one repeat, in form order."""
        return tuple(q for q in self.questions if q.repeat == repeat)

    def asked(self, repeat: str = "") -> tuple[Question, ...]:
        """Questions of one level that a person answers: no notes, calculations or device values."""
        return tuple(q for q in self.level(repeat) if q.type not in UNANSWERED_TYPES)

    def codes(self, question: Question) -> tuple[Choice, ...]:
        """Codes of a select question; empty for other types and for lists kept in a media file."""
        return self.choices.get(question.list_name, ())

    def role(self, role: str) -> str:
        """Name of the question that has a role: the one that says so, else the usual one, else "".

        Parameters
        ----------
        role : str
            A name in :data:`ROLES`: ``household``, ``area``, ``disposition`` …

        Raises
        ------
        ValueError
            When there is no such role; the roles are listed.
        """
        if role not in ROLES:
            raise ValueError(f"no role {role!r}; choose one of {', '.join(ROLES)}")
        declared = (q.name for q in self.questions if q.role == role)
        usual = (q.name for q in self.questions if q.name == ROLES[role] and not q.role)
        return next(declared, "") or next(usual, "")

    def personal(self) -> frozenset[str]:
        """Names of the questions that are never stored."""
        return frozenset(q.name for q in self.questions if q.pii)


def load_instrument(path: Path) -> Instrument:
    """Load a form of ours from its source, ``.md`` or ``.xlsx``."""
    return instrument_from_tables(read_form(path))


def instrument_from_tables(tables: FormTables) -> Instrument:
    """Build the instrument from the three sheets of a form."""
    nodes = tuple(walk(tables))
    return Instrument(
        form_id=tables.setting("form_id"),
        version=tables.setting("version"),
        title=tables.setting("form_title") or tables.setting("form_id"),
        default_language=language_code(tables.setting("default_language")),
        languages=tables.languages(),
        questions=tuple(
            question
            for node in nodes
            if node.kind == "question" and node.name
            for question in _questions(node)
        ),
        choices=_choices(tables, nodes),
        repeats=tuple(node.name for node in nodes if node.kind == "repeat"),
    )


def read_contract(path: Path) -> Instrument:
    """Read ``contract.json`` of a release."""
    return instrument_from_json(path.read_text(encoding="utf-8"))


def write_contract(instrument: Instrument, path: Path) -> None:
    """Write ``contract.json``; the same instrument gives the same bytes."""
    path.write_text(instrument_to_json(instrument), encoding="utf-8", newline="\n")


def instrument_to_json(instrument: Instrument) -> str:
    """Return the contract as JSON, one question and one code a line.

    Each question also lists its ``codes``, so that other programs need not join the lists.
    """
    questions = [_told(q) | {"codes": [c.name for c in instrument.codes(q)]} for q in instrument.questions]
    lines = [
        f'"format": {CONTRACT_FORMAT}',
        *(f'"{name}": {_json(getattr(instrument, name))}' for name in _PLAIN_FIELDS),
        f'"questions": [\n{_lines(questions)}\n]',
        f'"choices": {{\n{_choice_lines(instrument)}\n}}',
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def instrument_from_json(text: str) -> Instrument:
    """Rebuild the instrument from the text of a contract.

    Raises
    ------
    ValueError
        When the text is no contract of a format this software reads.
    """
    content = json.loads(text)
    if not isinstance(content, dict) or content.get("format") != CONTRACT_FORMAT:
        raise ValueError(f"not a form contract of format {CONTRACT_FORMAT}")
    plain = {name: _tupled(content[name]) for name in _PLAIN_FIELDS}
    return Instrument(
        **plain,
        questions=tuple(_question_from_json(entry) for entry in content["questions"]),
        choices={
            name: tuple(Choice(**entry) for entry in entries) for name, entries in content["choices"].items()
        },
    )


def changed_questions(released: Instrument, current: Instrument) -> tuple[str, ...]:
    """Names of the questions that are new, gone, moved, or have another type, other codes or skips."""
    before, after = _data_shape(released), _data_shape(current)
    return tuple(name for name in before | after if before.get(name) != after.get(name))


_PLAIN_FIELDS = ("form_id", "version", "title", "default_language", "languages", "repeats")
_QUESTION_FIELDS = frozenset(f.name for f in fields(Question))


def _questions(node: FormNode) -> tuple[Question, ...]:
    """Return the question of a row; ``or_other`` adds the text behind "other", as pyxform does."""
    question = _question(node)
    if not _has_other(node):
        return (question,)
    chosen = f"selected(${{{question.name}}}, '{OTHER_CODE}')"
    behind = Question(
        name=f"{question.name}_{OTHER_CODE}",
        path=question.path,
        labels=OTHER_TEXT,
        relevant=chosen,
        relevance=_joined((*node.relevants, chosen)),
        repeat=question.repeat,
        pii=question.pii,
        row=question.row,
    )
    return question, behind


def _has_other(node: FormNode) -> bool:
    return node.row.text("type").split()[-1:] == [OR_OTHER]


def _question(node: FormNode) -> Question:
    row = node.row
    kind, list_name = split_type(row.text("type"))
    return Question(
        name=node.name,
        path=node.path,
        type=kind,
        list_name=list_name,
        labels=translations(row, "label"),
        required=row.text("required"),
        relevant=row.text("relevant"),
        relevance=_joined(node.relevants),
        constraint=row.text("constraint"),
        calculation=row.text("calculation"),
        repeat=node.repeat,
        pii=row.text("x_pii").lower() in YES,
        indicator=row.text("x_indicator"),
        synonym=row.text("x_synonym"),
        role=row.text("x_role"),
        row=row.number,
    )


def _told(question: Question) -> dict[str, Any]:
    """Fields of a question; the role only where there is one, so that older contracts keep their bytes."""
    told = asdict(question)
    return told if question.role else {name: value for name, value in told.items() if name != "role"}


def _data_shape(instrument: Instrument) -> dict[str, tuple[object, ...]]:
    return {
        q.name: (q.path, q.type, q.repeat, q.pii, q.relevance, tuple(c.name for c in instrument.codes(q)))
        for q in instrument.questions
    }


def _joined(relevants: tuple[str, ...]) -> str:
    if len(relevants) == 1:
        return relevants[0]
    return " and ".join(f"({relevant})" for relevant in relevants)


def _choices(tables: FormTables, nodes: Sequence[FormNode]) -> dict[str, tuple[Choice, ...]]:
    lists: dict[str, list[Choice]] = {}
    for row in tables.choices.rows:
        choice = Choice(row.text("name"), translations(row, "label"), row.text("x_key"))
        lists.setdefault(row.text("list_name"), []).append(choice)
    for node in filter(_has_other, nodes):
        codes = lists.setdefault(split_type(node.row.text("type"))[1], [])
        if all(choice.name != OTHER_CODE for choice in codes):
            codes.append(Choice(OTHER_CODE, OTHER_LABEL))
    return {name: tuple(choices) for name, choices in lists.items()}


def _question_from_json(entry: Mapping[str, Any]) -> Question:
    known = {name: _tupled(value) for name, value in entry.items() if name in _QUESTION_FIELDS}
    return Question(**known)


def _tupled(value: Any) -> Any:  # noqa: ANN401 - JSON values
    return tuple(value) if isinstance(value, list) else value


def _choice_lines(instrument: Instrument) -> str:
    return ",\n".join(
        f"{_json(name)}: [\n{_lines([asdict(choice) for choice in choices])}\n]"
        for name, choices in instrument.choices.items()
    )


def _lines(entries: list[dict[str, Any]]) -> str:
    return ",\n".join(_json(entry) for entry in entries)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
