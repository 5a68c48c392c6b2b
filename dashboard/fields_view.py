"""What a release says of the fields of services in one place: steps, weakest field, differences, barriers."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from dashboard import tables
from dashboard.chart_rows import reading_said
from dashboard.kept import kept
from dashboard.lanes_chart import Group, Lane
from dashboard.movement_view import signed_points
from dashboard.numbers import ABSENT
from dashboard.readings import FIELDS, HEADLINE, Measure, Reading, reading_from, readings
from dashboard.text import Text
from survey.field_report import FieldReport
from survey.release import Release

ABLE = "able"
BEFORE: Mapping[str, str] = {"aware": "know", "able": "skill"}  # steps that every release holds
SMALLEST = 0.001

Steps = Mapping[tuple[str, str], Reading]


@dataclass(frozen=True, slots=True)
class Here:
    """The place that a page is about; `edition` is that of its boundaries."""

    unit: str
    name: str
    breakdown: str
    edition: str


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel in the words of the reader."""

    id: str
    words: str
    meaning: str


def report_of(release: Release, here: Here) -> FieldReport | None:
    """Return what a release keeps of the fields in one place; none in a release from before it was kept."""
    report = release.fields
    return None if report is None or at(report.funnel, here).empty else report


def steps_of(text: Text, report: FieldReport | None) -> tuple[Step, ...]:
    """Name the steps that are kept; without a report the two that are published."""
    if report is None:
        return tuple(Step(step, text(f"fields.{name}"), "") for step, name in BEFORE.items())
    return tuple(
        Step(row["level"], row[text.language], row[f"meaning_{text.language}"])
        for row in report.levels.to_dict("records")
    )


def step_readings(release: Release, report: FieldReport | None, here: Here) -> Steps:
    """Return the estimates of every field and step for one place."""
    if report is None:
        return {
            (field, step): readings(
                release.estimates, Measure(name, name, HEADLINE.base), here.breakdown, edition=here.edition
            )[here.unit]
            for field in FIELDS
            for step, start in BEFORE.items()
            for name in [f"{start}_{field}"]
        }
    rows = at(report.funnel, here).to_dict("records")
    return {(row["field"], row["level"]): reading_from(row) for row in rows}


def at(table: pd.DataFrame, here: Here) -> pd.DataFrame:
    """Rows of a table of the release that are about one place."""
    key = ("at", here.breakdown, here.unit)
    return kept(
        table, key, lambda: table[(table["breakdown"] == here.breakdown) & (table["unit"] == here.unit)]
    )


def groups(text: Text, found: Steps, steps: tuple[Step, ...]) -> list[Group]:
    """Make one group of the chart a field, one lane a step."""
    return [
        Group(
            text(f"field.{field}"),
            tuple(Lane(step.id, step.words, found[field, step.id]) for step in steps),
        )
        for field in FIELDS
    ]


def groups_said(text: Text, made: list[Group]) -> str:
    """Say in words what a chart of groups draws."""
    return "; ".join(
        text(
            "funnel.row",
            {
                "group": group.name,
                "lanes": ", ".join(
                    f"{began(lane.words)} {reading_said(text, lane.reading)}" for lane in group.lanes
                ),
            },
        )
        for group in made
    )


def lead(text: Text, report: FieldReport | None, found: Steps, here: Here, *, level: str) -> str:
    """Answer which field is weakest; fields that cannot be told apart from the lowest are named with it."""
    able = {field: found[field, ABLE] for field in FIELDS}
    hidden = [field for field, reading in able.items() if reading.hidden]
    if hidden:
        return text("fields.lead_hidden", {"n": len(hidden)})
    if report is None:
        return _extremes(text, able)
    lowest, *near = weakest(at(report.pairs, here), able)
    facts = {
        "place": text.inside(here.name),
        "level": level,
        "lowest": text(f"field.{lowest}"),
        "estimate": text.percent(able[lowest].estimate),
        "range": text.range(able[lowest].low, able[lowest].high),
        "near": "; ".join(_with_number(text, field, able[field]) for field in near),
        "others": len(FIELDS) - 1 - len(near),
    }
    if not near:
        return text("funnel.weakest_one", facts)
    return text("funnel.weakest_some" if facts["others"] else "funnel.weakest_all", facts)


def weakest(pairs: pd.DataFrame, able: Mapping[str, Reading]) -> list[str]:
    """Return the field with the lowest estimate, and after it those that cannot be told apart from it."""
    ordered = sorted(able, key=lambda field: able[field].estimate)
    own = pairs[(pairs["level"] == ABLE) & ((pairs["a"] == ordered[0]) | (pairs["b"] == ordered[0]))]
    apart = own.loc[own["apart"].astype(bool), ["a", "b"]]
    return [field for field in ordered if field == ordered[0] or not (apart == field).any(axis=None)]


def pair_table(text: Text, pairs: pd.DataFrame) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write the differences of the fields in the share able alone, with what can be said of each."""
    columns = (
        tables.Column(text("funnel.pair")),
        tables.Column(text("funnel.difference"), tables.NUMBER),
        tables.Column(text("column.interval"), tables.NUMBER),
        tables.Column(text("funnel.p_value"), tables.NUMBER),
        tables.Column(text("funnel.conclusion"), tables.WORD),
    )
    rows = [
        tables.Row(_pair_name(text, row), _pair_cells(text, row))
        for row in pairs[pairs["level"] == ABLE].to_dict("records")
    ]
    return columns, rows


def step_table(
    text: Text, found: Steps, steps: tuple[Step, ...]
) -> tuple[tuple[tables.Column, ...], list[tables.Row]]:
    """Write every column of all estimates."""
    columns = (
        tables.Column(text("column.field")),
        tables.Column(text("column.measure"), tables.WORD),
        *tables.estimate_columns(text),
    )
    rows = [
        tables.Row(text(f"field.{field}"), (step.words, *tables.estimate_cells(text, found[field, step.id])))
        for field in FIELDS
        for step in steps
    ]
    return columns, rows


def step_notes(text: Text, found: Steps, steps: tuple[Step, ...]) -> str:
    """Write why estimates are hidden or flagged."""
    return tables.estimate_notes(
        text,
        [
            (f"{text(f'field.{field}')} ({began(step.words)})", found[field, step.id])
            for field in FIELDS
            for step in steps
        ],
    )


def sample(text: Text, found: Steps, here: Here) -> str:
    """Say how many respondents stand behind the chart."""
    sizes = [reading.n for reading in found.values()]
    facts = {"place": here.name, "low": text.count(min(sizes)), "high": text.count(max(sizes))}
    return text("fields.sample", facts)


def began(words: str) -> str:
    """Write words that begin a line as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def _extremes(text: Text, able: Mapping[str, Reading]) -> str:
    """Name the weakest and the strongest field, where the differences were not kept."""
    lowest, highest = (pick(able, key=lambda field: able[field].estimate) for pick in (min, max))
    facts = {
        "weakest": text(f"field.{lowest}"),
        "estimate": text.percent(able[lowest].estimate),
        "range": text.range(able[lowest].low, able[lowest].high),
        "strongest": text(f"field.{highest}"),
        "best": text.percent(able[highest].estimate),
        "best_range": text.range(able[highest].low, able[highest].high),
    }
    return text("fields.lead", facts)


def _with_number(text: Text, field: str, reading: Reading) -> str:
    facts = {"estimate": text.percent(reading.estimate), "range": text.range(reading.low, reading.high)}
    return text("number.row", {"name": text(f"field.{field}"), **facts})


def _pair_name(text: Text, row: Mapping[str, object]) -> str:
    return text("funnel.minus", {"a": text(f"field.{row['a']}"), "b": text(f"field.{row['b']}")})


def _pair_cells(text: Text, row: Mapping[str, object]) -> tuple[str, ...]:
    """Write one difference; none where one of the two shares is not published."""
    if row["quality"] == "suppress":
        return (ABSENT, ABSENT, ABSENT, text("quality.suppress"))
    numbers = {name: float(str(row[name])) for name in ("estimate", "ci_low", "ci_high", "holm_p")}
    p_value = numbers["holm_p"]
    smallest = text("funnel.below", {"p": text.decimal(SMALLEST, 3)})
    return (
        signed_points(text, numbers["estimate"]),
        text("funnel.between", {name: signed_points(text, numbers[name]) for name in ("ci_low", "ci_high")}),
        smallest if p_value < SMALLEST else text.decimal(p_value, 3),
        text("funnel.apart" if row["apart"] else "funnel.not_apart"),
    )
