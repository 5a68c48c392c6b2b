"""What would fail in the field in the expressions of a form: names, functions, codes and signs."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from survey.forms.tables import FormRow, FormTables, is_language_column
from survey.forms.xpath import Call, Literal, Location, Node, Operation, Reference, children, parse, walk
from survey.instrument import REFERENCE, Instrument, Question
from survey.messages import Finding, finding
from survey.relevance import FUNCTIONS, MANY, Expression, ExpressionError, compile_expression

EXPRESSION_COLUMNS = ("relevant", "constraint", "calculation", "repeat_count", "choice_filter")
REQUIRED_WORDS = frozenset({"", "yes", "no", "true", "false", "true()", "false()"})
EXCLUSIVE_CODES = ("0", "98", "99")
EXCLUSIVE_KEYS = frozenset({"none", "dk", "refused"})

# Fewest and most arguments: https://docs.getodk.org/form-operators-functions/
ODK_FUNCTIONS: dict[str, tuple[int, int]] = {
    **{name: (function.least, function.most) for name, function in FUNCTIONS.items()},
    **dict.fromkeys(("now", "pi", "random", "today", "version", "current", "last"), (0, 0)),
    **dict.fromkeys(
        (
            "acos",
            "asin",
            "atan",
            "base64-decode",
            "boolean-from-string",
            "cos",
            "count",
            "count-non-empty",
            "date",
            "date-time",
            "decimal-date-time",
            "decimal-time",
            "exp",
            "exp10",
            "instance",
            "jr:itext",
            "log",
            "log10",
            "normalize-space",
            "once",
            "property",
            "sin",
            "sqrt",
            "sum",
            "tan",
        ),
        (1, 1),
    ),
    **dict.fromkeys(
        (
            "atan2",
            "extract-signed",
            "format-date",
            "format-date-time",
            "geofence",
            "jr:choice-name",
            "pow",
            "substring-after",
            "substring-before",
        ),
        (2, 2),
    ),
    **dict.fromkeys(("area", "distance", "join", "max", "min"), (1, MANY)),
    **dict.fromkeys(("checklist", "weighted-checklist"), (3, MANY)),
    "digest": (2, 3),
    "indexed-repeat": (3, 7),
    "position": (0, 1),
    "pulldata": (4, 4),
    "randomize": (1, 2),
    "translate": (3, 3),
    "uuid": (0, 1),
}

_DECIMAL_COMMA = re.compile(r"(?<![0-9.])[0-9]+,[0-9]+(?![0-9.])")
_CURLY_QUOTES = frozenset("‘’“”")


@dataclass(frozen=True, slots=True)
class Cell:
    """One expression with its place.

    Attributes
    ----------
    question : Question or None
        The question the row defines; None for groups and settings.
    """

    sheet: str
    row: int
    column: str
    text: str
    question: Question | None

    def problem(self, code: str, **facts: str) -> Finding:
        """Make a finding about this expression."""
        return finding(code, sheet=self.sheet, row=self.row, column=self.column, value=self.text, facts=facts)


def lint_expressions(tables: FormTables, instrument: Instrument) -> Iterator[Finding]:
    """Yield what is wrong in every expression and every ``${name}`` of the form."""
    questions = {question.name: question for question in instrument.questions}
    names = questions.keys() | {row.text("name") for row in tables.survey.rows} - {""}
    rows = {question.row: question for question in instrument.questions}
    for cell in _cells(tables, rows):
        yield from _lint_cell(cell, names, questions, instrument)
    yield from _lint_texts(tables, names)
    yield from _lint_required(tables)
    for question in instrument.questions:
        yield from _lint_exclusive(question, instrument)
    yield from _lint_derived(tables, instrument)


def _cells(tables: FormTables, rows: Mapping[int, Question]) -> Iterator[Cell]:
    for row in tables.survey.rows:
        question = rows.get(row.number)
        for column in EXPRESSION_COLUMNS:
            if row.text(column):
                yield Cell("survey", row.number, column, row.text(column), question)
        if _is_expression(row.text("required")):
            yield Cell("survey", row.number, "required", row.text("required"), question)
        if "${" in row.text("default"):
            yield Cell("survey", row.number, "default", row.text("default"), question)
    if tables.setting("instance_name"):
        yield Cell("settings", 2, "instance_name", tables.setting("instance_name"), None)


def _is_expression(required: str) -> bool:
    return required.lower() not in REQUIRED_WORDS and ("(" in required or "${" in required)


def _lint_cell(
    cell: Cell, names: set[str], questions: Mapping[str, Question], instrument: Instrument
) -> Iterator[Finding]:
    try:
        root = parse(cell.text)
    except ExpressionError as error:
        yield _unreadable(cell, error)
        return
    for node in walk(root):
        yield from _lint_reference(cell, node, names)
        yield from _lint_function(cell, node)
        yield from _lint_comparison(cell, node, questions, instrument)
        yield from _lint_selected(cell, node, questions, instrument)
    if cell.column != "choice_filter":
        yield from _lint_bare_names(cell, root)
    if cell.column == "relevant":
        yield from _lint_evaluable(cell)


def _unreadable(cell: Cell, error: ExpressionError) -> Finding:
    if error.problem == "nested too deeply":
        return cell.problem("form_expression_deep")
    if error.value in _CURLY_QUOTES and error.value:
        return cell.problem("form_smart_quote")
    if _DECIMAL_COMMA.search(cell.text):
        return cell.problem("form_decimal_comma")
    return cell.problem("form_expression_syntax", character=str(error.position + 1), seen=error.value)


def _lint_reference(cell: Cell, node: Node, names: set[str]) -> Iterator[Finding]:
    if isinstance(node, Reference) and node.name != ".":
        name = node.name.removeprefix("last-saved#")
        if name not in names:
            yield cell.problem("form_reference_unknown", name=name, near=_near(name, names))


def _lint_function(cell: Cell, node: Node) -> Iterator[Finding]:
    if not isinstance(node, Call):
        return
    arity = ODK_FUNCTIONS.get(node.name)
    count = len(node.arguments)
    if arity is None:
        yield cell.problem("form_function_unknown", function=node.name, near=_near(node.name, ODK_FUNCTIONS))
    elif not arity[0] <= count <= arity[1] and _DECIMAL_COMMA.search(cell.text):
        yield cell.problem("form_decimal_comma")
    elif not arity[0] <= count <= arity[1]:
        expected = str(arity[0]) if arity[0] == arity[1] else f"{arity[0]}-{arity[1]}"
        yield cell.problem("form_function_arguments", function=node.name, count=str(count), expected=expected)


def _lint_comparison(
    cell: Cell, node: Node, questions: Mapping[str, Question], instrument: Instrument
) -> Iterator[Finding]:
    if not isinstance(node, Operation):
        return
    for left, (operator, right) in zip(children(node), node.rest, strict=False):
        if operator in {"=", "!="}:
            for one, other in ((left, right), (right, left)):
                yield from _lint_code(cell, one, other, questions=questions, instrument=instrument)


def _lint_selected(
    cell: Cell, node: Node, questions: Mapping[str, Question], instrument: Instrument
) -> Iterator[Finding]:
    match node:
        case Call(name="selected", arguments=(answer, Literal(value=float()))):
            yield cell.problem("form_selected_unquoted", question=getattr(answer, "name", "…"))
        case Call(name="selected", arguments=(answer, code)):
            yield from _lint_code(cell, answer, code, questions=questions, instrument=instrument)


def _lint_code(
    cell: Cell, answer: Node, code: Node, *, questions: Mapping[str, Question], instrument: Instrument
) -> Iterator[Finding]:
    if not isinstance(answer, Reference) or not isinstance(code, Literal) or code.value == "":
        return
    question = cell.question if answer.name == "." else questions.get(answer.name)
    codes = [choice.name for choice in instrument.codes(question)] if question else []
    if question and codes and not _is_code(code.value, codes):
        yield finding(
            "form_literal_unknown",
            sheet=cell.sheet,
            row=cell.row,
            column=cell.column,
            value=_shown(code.value),
            facts={"question": question.name, "list": question.list_name, "known": ", ".join(codes)},
        )


def _is_code(value: str | float, codes: list[str]) -> bool:
    if isinstance(value, str):
        return value in codes
    return value in {float(code) for code in codes if re.fullmatch(r"-?[0-9]+", code)}


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _lint_bare_names(cell: Cell, node: Node) -> Iterator[Finding]:
    match node:
        case Location(start=None, steps=(name,)) if name not in {"..", "*"} and not name.startswith("@"):
            yield cell.problem("form_bare_name", name=name)
        case Location(start=start):
            if start is not None:
                yield from _lint_bare_names(cell, start)
        case _:
            for part in children(node):
                yield from _lint_bare_names(cell, part)


def _lint_evaluable(cell: Cell) -> Iterator[Finding]:
    try:
        compile_expression(cell.text)
    except ExpressionError as error:
        known = error.problem == "unknown function" and error.value in ODK_FUNCTIONS
        if known or (error.problem == "not supported" and ("/" in error.value or error.value == "..")):
            yield cell.problem("form_expression_unsupported", seen=error.value)


def _lint_texts(tables: FormTables, names: set[str]) -> Iterator[Finding]:
    for sheet, rows in (("survey", tables.survey.rows), ("choices", tables.choices.rows)):
        for row in rows:
            for column, text in row.cells.items():
                if is_language_column(column) or column == "label":
                    yield from _lint_text(Cell(sheet, row.number, column, text, None), names)


def _lint_text(cell: Cell, names: set[str]) -> Iterator[Finding]:
    for found in REFERENCE.finditer(cell.text):
        name = found.group(1).strip()
        if name not in names:
            yield cell.problem("form_reference_unknown", name=name, near=_near(name, names))


def _lint_required(tables: FormTables) -> Iterator[Finding]:
    for row in tables.survey.rows:
        required = row.text("required")
        if required.lower() not in REQUIRED_WORDS and not _is_expression(required):
            yield finding(
                "form_required_word", sheet="survey", row=row.number, column="required", value=required
            )


def _lint_exclusive(question: Question, instrument: Instrument) -> Iterator[Finding]:
    choices = instrument.codes(question)
    alone = [c.name for c in choices if c.name in EXCLUSIVE_CODES or c.key in EXCLUSIVE_KEYS]
    others = [choice.name for choice in choices if choice.name not in alone]
    if question.type != "select_multiple" or not alone or not others:
        return
    try:
        constraint = compile_expression(question.constraint)
    except ExpressionError:
        constraint = compile_expression("")
    place = partial(finding, sheet="survey", row=question.row, column="constraint")
    for code in alone:
        pairs = [
            pair
            for other in (*others, *alone)
            if other != code
            for pair in (f"{code} {other}", f"{other} {code}")
        ]
        if any(_accepts(constraint, answer) for answer in pairs):
            facts = {"question": question.name, "repair": _exclusive_constraint(alone)}
            yield place("form_exclusive_missing", value=code, facts=facts)
        elif constraint.names <= {"."} and not _accepts(constraint, code):
            yield place("form_exclusive_refused", value=code, facts={"question": question.name})


def _accepts(constraint: Expression, answer: str) -> bool:
    columns = {name: np.array([""], dtype=object) for name in constraint.names}
    return bool(constraint.evaluate(columns | {".": np.array([answer], dtype=object)}, 1)[0])


def _exclusive_constraint(codes: list[str]) -> str:
    chosen = " or ".join(f"selected(., '{code}')" for code in codes)
    return f"not(({chosen}) and count-selected(.) > 1)"


def _lint_derived(tables: FormTables, instrument: Instrument) -> Iterator[Finding]:
    personal = {question.name for question in instrument.questions if question.pii}
    for row in tables.survey.rows:
        if not row.text("x_pii"):
            yield from _copies("survey", row, "calculation", personal)
            yield from _copies("survey", row, "default", personal)
    for row in tables.settings.rows:
        yield from _copies("settings", row, "instance_name", personal)


def _copies(sheet: str, row: FormRow, column: str, personal: set[str]) -> Iterator[Finding]:
    for name in REFERENCE.findall(row.text(column)):
        if name.strip() in personal:
            value = row.text("name") or row.text(column)
            yield finding(
                "form_pii_derived",
                sheet=sheet,
                row=row.number,
                column=column,
                value=value,
                facts={"question": name.strip()},
            )


def _near(name: str, known: Mapping[str, object] | set[str]) -> str:
    return ", ".join(difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.5)) or "-"
