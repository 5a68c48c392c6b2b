"""The worked examples of a definition: invented persons, what each step says of them, and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.condition_words import Line, Wording
from dashboard.definition_view import OUTCOMES
from survey.definition_report import DefinitionReport
from survey.indicators.conditions import Joined, Named
from survey.indicators.definition import Definition, Example, Field

YES, NO, UNKNOWN = "yes", "no", "unknown"


@dataclass(frozen=True, slots=True)
class Worked:
    """One invented person: who it is, the outcome in the headline, and the steps to it."""

    title: str
    outcome: str
    steps: tuple[Line, ...]


def worked_examples(words: Wording, report: DefinitionReport) -> list[Worked]:
    """Work out every example of the definition by the verdicts that the release keeps."""
    judged: dict[int, dict[str, str]] = {}
    for row in report.examples.to_dict("records"):
        judged.setdefault(int(row["example"]), {})[row["condition"]] = row["verdict"]
    return [
        _worked(words, number, example, judged[number])
        for number, example in enumerate(words.definition.examples, start=1)
    ]


def _worked(words: Wording, number: int, example: Example, verdicts: Mapping[str, str]) -> Worked:
    text, definition = words.text, words.definition
    outcome = verdicts[definition.headline.rule]
    least, others = definition.breadth
    counts = {kind: [verdicts[f"skill_{field}"] for field in others].count(kind) for kind in (YES, UNKNOWN)}
    facts = {
        "n": counts[YES],
        "open": counts[UNKNOWN],
        "most": counts[YES] + counts[UNKNOWN],
        "least": least,
        "total": len(others),
        "always": ", ".join(definition.labels[name][text.language] for name in _failed(definition, verdicts)),
    }
    fields = tuple(_field(words, field, example, verdicts) for field in definition.domains.values())
    steps = (
        *fields,
        Line(text("defined.count_step", facts)),
        Line(text(f"defined.because_{_reason(definition, verdicts)}", facts), strong=True),
        Line(_others(words, verdicts)),
    )
    title = text("defined.example_title", {"n": number, "person": example.labels[text.language]})
    return Worked(title, text(f"definition.{outcome}"), steps)


def _field(words: Wording, field: Field, example: Example, verdicts: Mapping[str, str]) -> Line:
    """Say whether somebody masters a field, with the answers that decide it."""
    text = words.text
    told = [(text("fields.know"), field.aware), *((words.task(task), task) for task in field.core)]
    given = [
        {"question": name, "answer": words.answer(question, example.answers[question])}
        for name, question in told
        if question in example.answers
    ]
    answers = [text("defined.example_answer", one) for one in given]
    facts = {
        "field": field.labels[text.language],
        "verdict": text(f"defined.step_{verdicts[f'skill_{field.id}']}"),
        "answers": "; ".join(answers) or text("defined.no_answers"),
    }
    return Line(text("defined.field_step", facts))


def _reason(definition: Definition, verdicts: Mapping[str, str]) -> str:
    """Name why the headline comes out as it does."""
    outcome = verdicts[definition.headline.rule]
    if outcome != NO:
        return outcome
    return "no_always" if _failed(definition, verdicts) else "no_count"


def _failed(definition: Definition, verdicts: Mapping[str, str]) -> list[str]:
    """Name what the headline always asks for and does not find."""
    head = definition.conditions[definition.headline.rule]
    always = [part.name for part in head.parts if isinstance(part, Named)] if isinstance(head, Joined) else []
    return [name for name in always if verdicts[name] == NO]


def _others(words: Wording, verdicts: Mapping[str, str]) -> str:
    """Say how the same person comes out in the companions."""
    text = words.text
    found = [
        {"name": text(f"definition.outcome_{name}"), "outcome": text(f"definition.{verdicts[name]}")}
        for name in OUTCOMES[1:]
    ]
    said = "; ".join(text("defined.outcome", one) for one in found)
    return text("defined.outcomes", {"outcomes": said})
