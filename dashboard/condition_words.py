"""The conditions of a definition as an official reads them: in the words of the form, as an outline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from dashboard.text import Text
from survey.indicators.conditions import Comparison, Condition, Joined, Named
from survey.indicators.definition import WORKING_AGE, Base, Definition
from survey.release import Release


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an outline, with the lines below it; a strong one says what comes out."""

    words: str
    parts: tuple[Line, ...] = ()
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Wording:
    """What is needed to write a condition: the definition, and the words of the form that a release keeps.

    Attributes
    ----------
    questions : mapping
        Question -> its words; a question without words has its name.
    answers : mapping
        (question, code) -> words of the code.
    year : int
        Of the wave, for the working age.
    """

    text: Text
    definition: Definition
    questions: Mapping[str, str]
    answers: Mapping[tuple[str, str], str]
    year: int

    def question(self, name: str) -> str:
        """Write a question in the words of the form."""
        asked = self.definition.aliases.get(name, name)
        return self.questions.get(asked, asked)

    def task(self, name: str) -> str:
        """Write what a question about a task asks for, without how it asks."""
        return self.question(name).partition(": ")[0]

    def answer(self, name: str, code: str) -> str:
        """Write an answer in the words of the form."""
        return self.answers.get((self.definition.aliases.get(name, name), code), code)


def wording(text: Text, release: Release) -> Wording:
    """Take the words of the form from a release; one that is older has none."""
    report, year = release.defined, int(release.manifest["wave"][:4])
    if report is None:
        return Wording(text, release.definition, {}, {}, year)
    questions = report.questions.set_index("question")[text.language].to_dict()
    answers = report.answers.set_index(["question", "code"])[text.language].to_dict()
    return Wording(text, release.definition, questions, answers, year)


def outline(words: Wording, condition: Condition) -> Line:
    """Write a condition, and below it what it is made of."""
    if isinstance(condition, Named):
        return _named(words, condition)
    if isinstance(condition, Joined):
        return _joined(words, condition)
    return _comparison(words, condition)


def base_words(words: Wording, base: Base) -> str:
    """Say who belongs to a base."""
    return words.text("defined.bound") if base.where is None else outline(words, base.where).words


def outline_html(lines: tuple[Line, ...]) -> str:
    """Write an outline as nested lists; every word is escaped here."""
    return f'<div class="ks ks-outline">{_list(lines)}</div>'


def _list(lines: tuple[Line, ...]) -> str:
    items = "".join(f"<li>{_words(line)}{_list(line.parts)}</li>" for line in lines)
    return f"<ul>{items}</ul>" if lines else ""


def _words(line: Line) -> str:
    return f"<strong>{escape(line.words)}</strong>" if line.strong else escape(line.words)


def _named(words: Wording, condition: Named) -> Line:
    """Write a named condition by its label; what it is made of stands below or beside it."""
    label = words.definition.labels[condition.name][words.text.language]
    inner = outline(words, words.definition.conditions[condition.name])
    return Line(words.text("defined.named", {"label": label, "inner": _began(inner.words)}), inner.parts)


def _joined(words: Wording, condition: Joined) -> Line:
    facts = {"n": condition.least, "total": len(condition.parts)}
    parts = tuple(outline(words, part) for part in condition.parts)
    return Line(words.text(f"defined.{condition.word}", facts), parts)


def _comparison(words: Wording, condition: Comparison) -> Line:
    text = words.text
    if condition.variable == WORKING_AGE:
        return Line(text("defined.working_age", _working_age(words)))
    question = words.question(condition.variable)
    if not condition.codes:
        ends = {"question": question, "low": _bound(condition.low), "high": _bound(condition.high)}
        return Line(text("defined.from" if condition.high is None else "defined.between", ends))
    given = (words.answer(condition.variable, code) for code in condition.codes)
    quoted = text("defined.or").join(text("defined.quoted", {"words": one}) for one in given)
    key = "defined.ticked" if condition.ticked else "defined.answered"
    return Line(text(key, {"question": question, "answers": quoted}))


def _working_age(words: Wording) -> dict[str, object]:
    """Limits of the working age in the year of the wave; the codes of sex are those of the form."""
    limits = words.definition.working_age[words.year]
    (men_from, men_to), (women_from, women_to) = (limits[sex] for sex in ("1", "2"))
    return {
        "year": words.year, "men_from": men_from, "men_to": men_to, "women_from": women_from,
        "women_to": women_to,
    }  # fmt: skip


def _bound(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"


def _began(words: str) -> str:
    return words[:1].lower() + words[1:]
