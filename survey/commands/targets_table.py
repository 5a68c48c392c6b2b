"""The tables of ``kynangso targets list``: what each target says, and the reports with their states."""

from collections.abc import Iterable, Mapping

from rich.markup import escape
from rich.table import Table

from survey.messages import LANGUAGES
from survey.other_targets.assessing import Assessment, Standing
from survey.other_targets.figures import decimals, share
from survey.other_targets.log import ACTION_WORDS, STATE_WORDS, Entry, Report
from survey.other_targets.targets import Goal, Target, usual_targets

ABSENT = "–"
WORDS: Mapping[str, Mapping[str, str]] = {
    "vi": {
        "target": "mã", "name": "mục tiêu", "goal": "chỉ tiêu", "figure": "số đã duyệt", "day": "tính đến",
        "verdict": "đánh giá", "record": "số", "reported": "số liệu", "document": "văn bản, đơn vị",
        "state": "việc: trạng thái", "who": "ai, lúc (UTC)", "why": "lý do",
        "reached": "đạt", "not_reached": "chưa đạt", "no_data": "chưa có số liệu",
        "overdue": "quá hạn, chưa có số liệu", "in_time": "", "late": ", đánh giá muộn", "after": " sau hạn",
        "ahead": ", chưa hết hạn", "exists": "có", "yes": "có", "no": "chưa",
    },
    "en": {
        "target": "target", "name": "name", "goal": "goal", "figure": "accepted", "day": "as of",
        "verdict": "verdict", "record": "no.", "reported": "figure", "document": "document, office",
        "state": "action: state", "who": "who, at (UTC)", "why": "why",
        "reached": "reached", "not_reached": "not reached", "no_data": "no data",
        "overdue": "overdue, no data", "in_time": "", "late": ", judged late", "after": " after the deadline",
        "ahead": ", before the deadline", "exists": "exists", "yes": "yes", "no": "no",
    },
}  # fmt: skip
GOALS, LOG = (
    ("target", "name", "goal", "figure", "day", "verdict"),
    ("record", "target", "day", "reported", "document", "state", "who", "why"),
)
_NEVER_BROKEN = ("target", "day", "record")


def goals_table(standings: Iterable[Standing], language: str) -> Table:
    """Lay out every goal with the figure that decides it."""
    words, table = WORDS[language], _empty(GOALS, language)
    for one in standings:
        for place, judged in enumerate(one.goals):
            first = ("", "") if place else (one.target.id, one.target.short[language])
            report = judged.entry.report if judged.entry else None
            figure = figure_words(one.target, report, language) if report else ABSENT
            said = (written_goal(one.target, judged.goal, language), figure, report.day if report else ABSENT)
            table.add_row(*map(escape, (*first, *said, _verdict(judged, words))))
        table.add_section()
    return table


def log_table(entries: Iterable[Entry], language: str) -> Table:
    """Lay out reports, a row of the log each."""
    table, place = _empty(LOG, language), LANGUAGES.index(language)
    targets = {target.id: target for target in usual_targets()}
    for entry in entries:
        said = entry.report
        target = targets.get(said.target)
        figure = figure_words(target, said, language) if target else str(said.numerator)
        document = f"{said.document} ({said.document_date}), {said.unit}"
        state = f"{ACTION_WORDS[entry.action][place]}: {STATE_WORDS[entry.state][place]}"
        words = (said.target, said.day, figure, document, state, f"{entry.who}, {entry.created}", entry.why)
        table.add_row(str(entry.record), *map(escape, words))
    return table


def figure_words(target: Target, report: Report, language: str) -> str:
    """Write the figure of a report: ``62,5% (25/40)``, ``52``, ``có``."""
    if target.kind == "existence":
        return WORDS[language]["yes" if report.numerator else "no"]
    if target.kind == "count":
        return str(report.numerator)
    percent = f"{100 * share(report):.{decimals(target, report)}f}%"
    shown = percent.replace(".", ",") if language == "vi" else percent
    return f"{shown} ({report.numerator}/{report.denominator})"


def written_goal(target: Target, goal: Goal, language: str) -> str:
    """Write a goal with signs: ``2025: ≥ 50%``."""
    if target.kind == "existence":
        return f"{goal.year}: {WORDS[language]['exists']}"
    return f"{goal.year}: {goal.signs(target.kind)}"


def _verdict(judged: Assessment, words: Mapping[str, str]) -> str:
    return words[judged.verdict] + (words[judged.timing] if judged.timing else "")


def _empty(columns: Iterable[str], language: str) -> Table:
    table = Table()
    for name in columns:
        table.add_column(WORDS[language][name], no_wrap=name in _NEVER_BROKEN, overflow="fold")
    return table
