"""Sentences made of an estimate: what an official may quote, and what stands for a chart."""

from collections.abc import Mapping, Sequence

from dashboard import data
from dashboard.chart_rows import Dot
from dashboard.readings import HEADLINE, Judgement, Measure, Reading, reason_word
from dashboard.text import Text
from survey.release import Release


def minister(text: Text, release: Release, reading: Reading, goals: Sequence[Judgement]) -> str:
    """Say the headline and what it means for each goal, ready to be quoted."""
    wave = wave_year(release)
    estimate = {
        "wave": wave,
        "estimate": text.percent(reading.estimate),
        "level": text.percent(release.manifest["design"]["level"], 0),
        "range": text.range(reading.low, reading.high),
        "base": text("base.age15plus"),
        "place": text.inside(data.province_name(release, text.language)),
    }
    clauses = text("province.and").join(_clause(text, goal, wave) for goal in goals)
    return f"{text('province.sentence', estimate)} {text('province.therefore', {'clauses': clauses})}"


def timing(text: Text, goal: Judgement, wave: int) -> str:
    """Say that a goal is judged late, or ahead of its deadline."""
    key = "goal.late_clause" if goal.year < wave else "goal.ahead_clause"
    return text(key, {"wave": wave, "year": goal.year})


def hidden(text: Text, reading: Reading) -> str:
    """Say why the estimate of the province is not shown."""
    return text("province.hidden", {"reason": text(f"reason.{reason_word(reading)}")})


def wave_year(release: Release) -> int:
    """Return the year that the data of a release were collected in."""
    return int(release.manifest["wave"][:4])


def goals_alt(text: Text, reading: Reading, goals: Sequence[Judgement], wave: int) -> str:
    """Say in words what the chart of the goals draws."""
    said = " ".join(f"{goal_name(text, goal, wave)}: {text(f'verdict.{goal.shown}')}." for goal in goals)
    numbers = {"estimate": text.percent(reading.estimate), "range": text.range(reading.low, reading.high)}
    return text("province.chart_alt", {**numbers, "goals": said})


def goal_name(text: Text, goal: Judgement, wave: int, *, inside: bool = False) -> str:
    """Name a goal by its year and threshold, and say when it is judged; `inside` a sentence or alone."""
    facts = {
        "year": goal.year,
        "target": text.target(goal.op, goal.target),
        "timing": timing(text, goal, wave),
    }
    return text("goal.inside" if inside else "goal.full", facts)


def goal_words(text: Text, release: Release, year: str) -> str:
    """Name a goal by year and threshold on its button."""
    rows = release.verdicts[release.verdicts["year"] == int(year)]
    target = text.target(str(rows["op"].iloc[0]), float(rows["target"].iloc[0]))
    return text("goal.short", {"year": year, "target": target})


def rows_alt(text: Text, dots: Sequence[Dot]) -> str:
    """Say in words what the rows of a chart draw."""
    return "; ".join(_row(text, dot) for dot in dots) + "."


def count_row(text: Text, count: str, reading: Reading) -> str:
    """Say one bar of the distribution in words."""
    if reading.hidden:
        reason = text(f"reason_short.{reason_word(reading)}")
        return text("province.distribution_hidden", {"fields": count, "reason": reason})
    facts = {
        "fields": count,
        "estimate": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
        "n": text.count(reading.n),
    }
    return text("province.distribution_row", facts)


def district_summary(
    text: Text,
    measure: Measure,
    judged: Mapping[str, Judgement],
    wave: int,
    *,
    level: str,
    apportioned: int = 0,
) -> str:
    """Count the verdicts that a page shows against one goal, and say when the goal is judged.

    `level` is what the units are called inside a sentence; of the units without a verdict, `apportioned` have
    a number.
    """
    verdicts = [judgement.shown for judgement in judged.values()]
    goal = next(iter(judged.values()))
    numbers = {word: text.count(verdicts.count(word)) for word in ("met", "not_met", "undecided")}
    numbers["none"] = text.count(verdicts.count("none") - apportioned)
    target = text.target(goal.op, goal.target)
    facts = {
        **numbers,
        "indicator": text(f"indicator.{measure.name}"),
        "year": goal.year,
        "target": target,
        "timing": timing(text, goal, wave),
        "level": level,
    }
    said = text("districts.summary", facts)
    if apportioned:
        said += " " + text("districts.summary_apportioned", {"count": text.count(apportioned)})
    return said if measure is HEADLINE else f"{said} {text('goal.reference')}"


def certain(text: Text, dots: Sequence[Dot]) -> str:
    """Name the units of which it is certain that they miss the goal."""
    names = [dot.name for dot in dots if dot.verdict == "not_met"]
    return text("first.certain", {"names": ", ".join(names)}) if names else text("first.certain_none")


def _clause(text: Text, goal: Judgement, wave: int) -> str:
    facts = {
        "verdict": text(f"verdict_clause.{goal.shown}"),
        "year": goal.year,
        "target": text.target(goal.op, goal.target),
        "timing": timing(text, goal, wave),
    }
    return text("province.clause", facts)


def _row(text: Text, dot: Dot) -> str:
    reading = dot.reading
    if reading.hidden:
        reason = text(f"reason_short.{reason_word(reading)}")
        return text("districts.hidden_row", {"name": dot.name, "reason": reason})
    facts = {
        "name": dot.name,
        "estimate": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
    }
    if not dot.verdict:
        return text("number.row", facts)
    return text("districts.chart_row", {**facts, "verdict": text(f"verdict.{dot.verdict}")})
