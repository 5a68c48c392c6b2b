"""How the other targets are said: goals, figures and verdicts of administrative records, in words."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from dashboard import uploads
from dashboard.numbers import ABSENT
from dashboard.tables import NOTE, WORD, Column, Marked, Row
from dashboard.text import TARGET_WORDS, Text
from survey.other_targets.assessing import Assessment, Standing
from survey.other_targets.figures import decimals, share
from survey.other_targets.log import Entry, Report
from survey.other_targets.targets import Goal, Target

MARKS: Mapping[str, str] = {
    "reached": "met",
    "not_reached": "not_met",
    "no_data": "none",
    "overdue": "overdue",
}
HISTORY = ("record", "day", "reported", "document", "unit", "action", "who", "why", "at")
SHOWN_ENTRIES = 100


def goal_words(text: Text, target: Target, goal: Goal) -> str:
    """Write a goal: ``ít nhất 50 chuyên gia``, ``trên 80%``, ``100%``, ``có``."""
    if target.kind == "existence":
        return text("targets.exists_goal")
    if target.kind == "count":
        counted = text("targets.counted", {"n": text.count(goal.value), "unit": target.unit[text.language]})
        return text(TARGET_WORDS[goal.op], {"target": counted})
    if goal.value == 100:
        return text("targets.all", {"n": text.count(100)})
    return text.target(goal.op, goal.value / 100)


def goal_number(text: Text, target: Target, goal: Goal) -> str:
    """Write a goal where its unit is said already: ``ít nhất 50``."""
    if target.kind == "count":
        return text(TARGET_WORDS[goal.op], {"target": text.count(goal.value)})
    return goal_words(text, target, goal)


def figure_words(text: Text, target: Target, report: Report) -> str:
    """Write a figure: ``53,0% (212/400)``, ``52 chuyên gia``, ``Chưa có``."""
    if target.kind == "existence":
        return text(f"targets.exists_{report.numerator}")
    if target.kind == "count":
        unit = target.unit[text.language]
        return text("targets.counted", {"n": text.count(report.numerator), "unit": unit})
    facts = {
        "percent": text.percent(share(report), decimals(target, report)),
        "numerator": text.count(report.numerator),
        "denominator": text.count(report.denominator or 0),
    }
    return text("targets.figure", facts)


def verdict_words(text: Text, target: Target, judged: Assessment) -> Marked:
    """Write a verdict behind its shape, with the goal, and by which figure it was judged."""
    verdict = "reached_after" if judged.timing == "after" else judged.verdict
    facts = {"verdict": text(f"targets.{verdict}"), "goal": goal_words(text, target, judged.goal)}
    if judged.timing and judged.entry:
        timing = text(f"targets.timing_{judged.timing}", {"day": text.day(judged.entry.report.day)})
        words = text("targets.judged", {**facts, "timing": timing})
    else:
        words = text("targets.unjudged", facts)
    return Marked(words, MARKS[judged.verdict])


def year_sentences(text: Text, standings: Sequence[Standing]) -> list[str]:
    """Say for each year of goals how many targets are reached, are not, or have no figure."""
    found: dict[int, list[Assessment]] = {}
    for one in standings:
        for judged in one.goals:
            found.setdefault(judged.goal.year, []).append(judged)
    return [_year_sentence(text, year, found[year]) for year in sorted(found)]


def _year_sentence(text: Text, year: int, goals: Sequence[Assessment]) -> str:
    counts = Counter(judged.verdict for judged in goals)
    is_open = any(judged.verdict == "no_data" or judged.timing == "ahead" for judged in goals)
    said = (text(f"targets.part_{name}", {"n": text.count(counts[name])}) for name in MARKS if counts[name])
    facts = {"year": year, "all": text.count(len(goals)), "parts": ", ".join(said)}
    return text("targets.year_open" if is_open else "targets.year_over", facts)


def target_rows(text: Text, standings: Sequence[Standing]) -> tuple[list[Column], list[Row]]:
    """Lay out a row for each target: its goals judged, and the latest accepted figure with its document."""
    years = sorted({judged.goal.year for one in standings for judged in one.goals})
    columns = [
        Column(text("targets.col_target")),
        *(Column(text("targets.col_year", {"year": year}), NOTE) for year in years),
        Column(text("targets.col_figure"), WORD),
        Column(text("targets.col_day"), WORD),
        Column(text("targets.col_document"), WORD),
    ]
    return columns, [_target_row(text, one, years) for one in standings]


def rows_with_state(
    text: Text, standings: Sequence[Standing], last: Mapping[str, Entry]
) -> tuple[list[Column], list[Row]]:
    """Lay out the same rows with the state of the latest report, whatever it is.

    Parameters
    ----------
    text : Text
    standings : sequence of Standing
    last : mapping
        Latest row of the log about each target that the reader may see.
    """
    columns, rows = target_rows(text, standings)
    states = (_state(text, last.get(one.target.id)) for one in standings)
    told = [replace(row, cells=(*row.cells, state)) for row, state in zip(rows, states, strict=True)]
    return [*columns, Column(text("targets.col_state"), WORD)], told


def definitions(text: Text, targets: Iterable[Target]) -> list[tuple[str, str]]:
    """Say of each target in full what is counted, of what, and which clause sets it."""
    return [(target.short[text.language], _definition(text, target)) for target in targets]


def _definition(text: Text, target: Target) -> str:
    language = text.language
    clauses = "; ".join(f"{goal.year}: {goal.clause[language]}" for goal in target.goals)
    facts = {
        "title": target.title[language],
        "numerator": target.numerator.get(language, ""),
        "denominator": target.denominator.get(language, ""),
        "clauses": clauses,
    }
    return text(f"targets.definition_{target.kind}", facts)


def history_rows(text: Text, entries: Sequence[Entry], target: Target) -> tuple[list[Column], list[Row]]:
    """Lay out rows of the log about one target, the newest first."""
    columns = [Column(text(f"targets.col_{name}")) for name in HISTORY]
    rows = [
        Row(
            str(entry.record),
            (
                text.day(entry.report.day),
                figure_words(text, target, entry.report),
                document_words(text, entry.report),
                entry.report.unit,
                text(f"targets.action_{entry.action}"),
                entry.who,
                entry.why or ABSENT,
                uploads.local_time(text, entry.created),
            ),
        )
        for entry in reversed(entries[-SHOWN_ENTRIES:])
    ]
    return columns, rows


def record_words(text: Text, targets: Mapping[str, Target], entry: Entry) -> str:
    """Name a report: number, target, day, figure and state."""
    target = targets[entry.report.target]
    facts = {
        "record": entry.record,
        "name": target.short[text.language],
        "day": text.day(entry.report.day),
        "figure": figure_words(text, target, entry.report),
        "state": text(f"targets.state_{entry.state}").lower(),
    }
    return text("targets.record_named", facts)


def document_words(text: Text, report: Report) -> str:
    """Write number and date of the document of a figure."""
    return text("targets.document", {"document": report.document, "day": text.day(report.document_date)})


def _target_row(text: Text, one: Standing, years: Sequence[int]) -> Row:
    judged = {judged.goal.year: verdict_words(text, one.target, judged) for judged in one.goals}
    report = one.latest.report if one.latest else None
    figure = (
        figure_words(text, one.target, report) if report else ABSENT,
        text.day(report.day) if report else ABSENT,
        document_words(text, report) if report else ABSENT,
    )
    verdicts = tuple(judged.get(year, ABSENT) for year in years)
    return Row(one.target.short[text.language], (*verdicts, *figure))


def _state(text: Text, last: Entry | None) -> str:
    if last is None:
        return ABSENT
    facts = {"state": text(f"targets.state_{last.state}"), "day": text.day(last.report.day)}
    return text("targets.state_of", facts)
