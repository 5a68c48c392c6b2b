"""Expressions of a form in plain words, as an interviewer with paper in hand would read them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from survey.forms.xpath import Call, Literal, Node, Operation, Reference, parse
from survey.instrument import REFERENCE, Choice, Instrument, Question
from survey.relevance import ExpressionError, compile_expression

SIGNS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "=": "{0} bằng {1}", "!=": "{0} khác {1}", "<": "{0} nhỏ hơn {1}", "<=": "{0} không quá {1}",
        ">": "{0} lớn hơn {1}", ">=": "{0} từ {1} trở lên",
        "and": "và", "or": "hoặc", "not": "không phải ({0})", "question": "câu {0}",
        "one_of": "{0} là một trong: {1}", "is": "{0} là “{1}”", "is_not": "{0} khác “{1}”",
        "chosen": "{0} có chọn “{1}”", "answered": "{0} đã có trả lời", "silent": "{0} chưa có trả lời",
        "count": "số mục đã chọn ở {0}", "or_code": "; ",
    },
    "en": {
        "=": "{0} is {1}", "!=": "{0} is not {1}", "<": "{0} is under {1}", "<=": "{0} is at most {1}",
        ">": "{0} is over {1}", ">=": "{0} is at least {1}",
        "and": "and", "or": "or", "not": "not ({0})", "question": "question {0}",
        "one_of": "{0} is one of: {1}", "is": "{0} is “{1}”", "is_not": "{0} is not “{1}”",
        "chosen": "{0} has “{1}” chosen", "answered": "{0} has an answer", "silent": "{0} has no answer",
        "count": "the number chosen in {0}", "or_code": "; ",
    },
}  # fmt: skip
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "=": "=", "!=": "!="}

BLANK = frozenset({"", " "})


class _NotSimpleError(Exception):
    """An expression for which there are no plain words."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads expressions of one form aloud in one language.

    Attributes
    ----------
    language : {"vi", "en"}
        Of the words; labels are taken in it where the form has them.
    numbers : mapping
        Question name -> the number printed beside it; others are called by their name.
    """

    instrument: Instrument
    language: str
    numbers: Mapping[str, str] = field(default_factory=dict)

    def words(self, expression: str) -> str:
        """Say an expression in words; "" where there is none, or where it is not simple enough."""
        if not expression.strip():
            return ""
        try:
            return _said(parse(expression), self)
        except (ExpressionError, _NotSimpleError):
            return ""

    def told(self, expression: str) -> str:
        """Say an expression in words, else write it out with its questions called as on the paper."""
        return self.words(expression) or self.filled(expression)

    def filled(self, text: str) -> str:
        """Put what a question is called, or a constant of the form, in the place of every ``${question}``."""
        return REFERENCE.sub(lambda found: self._in_text(found.group(1).strip()), text)

    def constant(self, name: str) -> str:
        """Text that a calculation always gives; "" for one that depends on answers."""
        question = self.find(name)
        try:
            root = parse(question.calculation) if question and question.calculation else None
        except ExpressionError:
            return ""
        return root.value if isinstance(root, Literal) and isinstance(root.value, str) else ""

    def _in_text(self, name: str) -> str:
        return self.constant(name) or f"[{self.named(name) if name in self.numbers else name}]"

    def sign(self, name: str) -> str:
        """Word of the language for an operator or a turn of phrase."""
        return SIGNS.get(self.language, SIGNS["en"])[name]

    def named(self, name: str) -> str:
        """Call a question by its number, or by its name."""
        return self.sign("question").format(self.numbers.get(name, name))

    def find(self, name: str) -> Question | None:
        """Return the question of this name, None without one."""
        return next((question for question in self.instrument.questions if question.name == name), None)


def text_in(labels: Mapping[str, str], language: str) -> str:
    """Text in a language; else the one without language, else the first there is, else ""."""
    return labels.get(language) or labels.get("") or next(iter(labels.values()), "")


def _said(node: Node, reader: Reader) -> str:
    match node:
        case Operation(first=first, rest=rest) if rest[0][0] in {"and", "or"}:
            return _joined([first, *(operand for _, operand in rest)], rest[0][0], reader)
        case Operation(first=first, rest=((operator, other),)) if operator in TURNED:
            return _compared(first, operator, other, reader=reader)
        case Call(name="not", arguments=(argument,)):
            return reader.sign("not").format(_said(argument, reader))
        case Call(name="selected", arguments=(Reference(name=name), Literal(value=str(code)))):
            return reader.sign("chosen").format(reader.named(name), _label(name, code, reader))
    raise _NotSimpleError


def _joined(parts: list[Node], word: str, reader: Reader) -> str:
    said = []
    for part in parts:
        text = _said(part, reader)
        is_other = isinstance(part, Operation) and part.rest[0][0] in {"and", "or"} - {word}
        said.append(f"({text})" if is_other else text)
    return f" {reader.sign(word)} ".join(said)


def _compared(left: Node, operator: str, right: Node, *, reader: Reader) -> str:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        return _compared(right, TURNED[operator], left, reader=reader)
    if isinstance(left, Reference) and isinstance(right, Literal):
        return _compared_with_value(left.name, operator, right.value, reader=reader)
    return reader.sign(operator).format(_quantity(left, reader), _quantity(right, reader))


def _compared_with_value(name: str, operator: str, value: str | float, *, reader: Reader) -> str:
    question = reader.find(name)
    if question is None:
        raise _NotSimpleError
    if str(value) in BLANK and operator in {"=", "!="}:
        return reader.sign("silent" if operator == "=" else "answered").format(reader.named(name))
    condition = _condition_of_one(question, operator, value)
    if condition is not None:
        return _said(condition, reader)
    codes = reader.instrument.codes(question)
    if codes:
        return _among_codes(name, codes, operator, value=value, reader=reader)
    return reader.sign(operator).format(reader.named(name), _shown(value))


def _condition_of_one(question: Question, operator: str, value: str | float) -> Node | None:
    """Condition behind a calculation ``if(condition, 1, 0)`` that is compared with 1."""
    if operator != "=" or _shown(value) != "1" or not question.calculation:
        return None
    match parse(question.calculation):
        case Call(name="if", arguments=(condition, Literal(value=1.0), Literal(value=0.0))):
            return condition
    return None


def _among_codes(
    name: str, codes: tuple[Choice, ...], operator: str, *, value: str | float, reader: Reader
) -> str:
    written = f"'{value}'" if isinstance(value, str) else _shown(value)
    holds = compile_expression(f"${{{name}}} {operator} {written}")
    answers = np.array([choice.name for choice in codes], dtype=object)
    fitting = holds.evaluate({name: answers}, len(codes))
    inside = [choice for choice, fits in zip(codes, fitting, strict=True) if fits]
    outside = [choice for choice, fits in zip(codes, fitting, strict=True) if not fits]
    if not inside or not outside:
        raise _NotSimpleError
    if operator == "!=" or len(inside) == 1:
        phrase, choice = ("is_not", outside[0]) if operator == "!=" else ("is", inside[0])
        return reader.sign(phrase).format(reader.named(name), text_in(choice.labels, reader.language))
    labels = reader.sign("or_code").join(text_in(choice.labels, reader.language) for choice in inside)
    return reader.sign("one_of").format(reader.named(name), labels)


def _quantity(node: Node, reader: Reader) -> str:
    match node:
        case Reference(name=name):
            return reader.named(name)
        case Literal(value=value):
            return _shown(value)
        case Call(name="count-selected", arguments=(Reference(name=name),)):
            return reader.sign("count").format(reader.named(name))
    raise _NotSimpleError


def _label(name: str, code: str, reader: Reader) -> str:
    question = reader.find(name)
    codes = reader.instrument.codes(question) if question else ()
    return next((text_in(c.labels, reader.language) for c in codes if c.name == code), code)


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:g}"
