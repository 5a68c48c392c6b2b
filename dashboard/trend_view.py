"""What waves become on the page of trends: points, sentences, and tables of changes with their direction."""

from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard import data, layout, published, tables
from dashboard.numbers import ABSENT
from dashboard.readings import COMPANIONS, PROVINCE, REASONS, Judgement, Measure, Reading, readings
from dashboard.tables import NUMBER, WORD, Column, Marked, Row
from dashboard.text import Text
from dashboard.trend_chart import Carried, Point
from survey.change import refusal_of
from survey.release import Release
from survey.trend import Need, Trend, needs, year_of

SHAPES: Mapping[str, str] = {"up": "up", "down": "down", "unclear": "undecided", "none": "none"}
SIGNED = 1  # decimals of a change in percentage points


def points_of(releases: Sequence[Release], measure: Measure) -> list[Point]:
    """Return the waves that are published and can be compared with the last one, one a year."""
    last = releases[-1]
    alike = [one for one in releases[:-1] if year_of(one) < year_of(last) and not refusal_of(one, last)]
    found = {
        year_of(one): Point(str(one.manifest["wave"]), year_of(one), reading)
        for one in (*alike, last)
        if (reading := reading_of(one, measure)) and not reading.hidden
    }
    return list(found.values())


def lead(text: Text, release: Release, measure: Measure, found: Trend | None) -> str:
    """Say the estimate of the wave, or what changed since the one before, ready to be quoted."""
    facts = {
        "indicator": text(f"indicator.{measure.name}"),
        "place": text.inside(data.province_name(release, text.language)),
        "level": layout.level(text, release),
    }
    row = None if found is None else row_of(found.moves, measure)
    if found is None or row is None:
        reading = readings(release.estimates, measure, PROVINCE)[PROVINCE]
        numbers = {"estimate": text.percent(reading.estimate), "range": text.range(reading.low, reading.high)}
        return text("trend.one", {**facts, **numbers, "wave": year_of(release)})
    first, last = found.change.waves
    return moved(text, row, {**facts, "from": first, "to": last})


def pace_lines(text: Text, release: Release, reading: Reading, pace: pd.Series | None) -> list[str]:
    """Say what every goal ahead needs a year, and what was seen, where two waves tell it."""
    ahead = needs(release.definition.goals, year_of(release), reading.estimate, (reading.low, reading.high))
    seen = [] if pace is None else [paced(text, pace)]
    return [*(needed(text, one) for one in ahead), *seen]


def reading_of(release: Release, measure: Measure) -> Reading | None:
    """Return the estimate of the whole territory, if the release holds it."""
    return readings(release.estimates, measure, PROVINCE).get(PROVINCE)


def signed(text: Text, share: float) -> str:
    """Write a difference of shares in percentage points with its sign, without the words."""
    value = round(100 * share, SIGNED) + 0.0  # a difference that rounds to 0 has no sign
    return ("+" if value > 0 else "") + text.decimal(value, SIGNED)


def signed_range(text: Text, low: float, high: float) -> str:
    """Write an interval of differences."""
    return text("trend.between", {"low": signed(text, low), "high": signed(text, high)})


def moved(text: Text, row: pd.Series, facts: Mapping[str, str]) -> str:
    """Say what changed between two waves in one sentence, ready to be quoted."""
    if row["direction"] == "none":
        return text("trend.moved_none", dict(facts))
    told = {
        **facts,
        "change": signed(text, row["estimate"]),
        "distance": text.decimal(abs(100 * row["estimate"])),
        "range": signed_range(text, row["ci_low"], row["ci_high"]),
        "first": text.percent(row["estimate_from"]),
        "last": text.percent(row["estimate_to"]),
    }
    return text(f"trend.moved_{row['direction']}", told)


def needed(text: Text, need: Need) -> str:
    """Say what a goal needs a year from one wave alone."""
    facts = {
        "year": need.year,
        "target": text.target(need.op, need.target),
        "left": need.years_left,
        "pace": text.decimal(100 * need.per_year),
        "low": text.decimal(100 * need.low),
        "high": text.decimal(100 * need.high),
    }
    return text("trend.passed" if need.per_year <= 0 else "trend.needed", facts)


def paced(text: Text, row: pd.Series) -> str:
    """Say at what pace the share moved, and where that leads if it stays so."""
    facts = {
        "observed": signed(text, row["observed_per_year"]),
        "observed_range": signed_range(text, row["observed_low"], row["observed_high"]),
        "year": int(row["year"]),
    }
    carried = carried_of(row)
    if carried is None:
        return text("trend.paced", facts)
    facts |= {"share": text.percent(carried.share), "range": text.range(carried.low, carried.high)}
    return f"{text('trend.paced', facts)} {text('trend.carried', facts)}"


def carried_of(row: pd.Series) -> Carried | None:
    """Return the projection of a row of paces, if it has one with an interval."""
    if row[["projection", "ci_low", "ci_high"]].isna().any():
        return None
    return Carried(int(row["year"]), row["projection"], row["ci_low"], row["ci_high"])


def row_of(table: pd.DataFrame, measure: Measure) -> pd.Series | None:
    """Return the row of a measure, None where there is none."""
    rows = table[(table["indicator"] == measure.indicator) & (table["base"] == measure.base)]
    return rows.iloc[0] if len(rows) else None


def pace_of(found: Trend | None, measure: Measure, year: int) -> pd.Series | None:
    """Return the pace of a measure to the goal of a year; None where its change is not published."""
    change = None if found is None else row_of(found.moves, measure)
    if found is None or change is None or change["direction"] == "none":
        return None
    return row_of(found.pace[found.pace["year"] == year], measure)


def alt(text: Text, points: Sequence[Point], goals: Sequence[Judgement], carried: Carried | None) -> str:
    """Say in words what the chart draws."""
    rows = [
        text("number.row", {
            "name": one.wave,
            "estimate": text.percent(one.reading.estimate),
            "range": text.range(one.reading.low, one.reading.high),
        })
        for one in points
    ]  # fmt: skip
    aims = [text("goal.line", {"year": one.year, "target": text.target(one.op, one.target)}) for one in goals]
    said = text("trend.alt", {"rows": "; ".join(rows), "goals": "; ".join(aims)})
    if carried is None:
        return said
    facts = {
        "year": carried.year,
        "share": text.percent(carried.share),
        "range": text.range(carried.low, carried.high),
    }
    return f"{said} {text('trend.carried', facts)}"


def change_columns(text: Text, waves: Sequence[str], first: str) -> tuple[Column, ...]:
    """Name the columns of a table of changes."""
    return (
        Column(first),
        *(Column(text("trend.of_wave", {"wave": wave}), NUMBER) for wave in waves),
        Column(text("trend.respondents"), NUMBER),
        Column(text("trend.change"), NUMBER),
        Column(text("trend.change_interval"), NUMBER),
        Column(text("trend.direction"), WORD),
        Column(text("column.quality"), tables.NOTE),
    )


def change_row(text: Text, name: str, row: pd.Series, *, strong: bool = False) -> Row:
    """Write one change; a suppressed one keeps its reason and no number."""
    word = Marked(text(f"direction.{row['direction']}"), SHAPES[row["direction"]])
    quality = text(f"quality.{row['quality']}")
    if row["reason"]:
        quality = f"{quality}: {text('reason.' + REASONS.get(row['reason'], 'other'))}"
    sizes = text("trend.sizes", {"first": text.count(row["n_from"]), "last": text.count(row["n_to"])})
    if row["direction"] == "none":
        return Row(name, (ABSENT, ABSENT, sizes, ABSENT, ABSENT, word, quality), strong)
    figures = (
        text.percent(row["estimate_from"]),
        text.percent(row["estimate_to"]),
        sizes,
        signed(text, row["estimate"]),
        signed_range(text, row["ci_low"], row["ci_high"]),
    )
    return Row(name, (*figures, word, quality), strong)


def measure_moves(found: Trend) -> list[tuple[Measure, pd.Series]]:
    """Return the changes of the headline and its companions for the whole territory, in their order."""
    rows = ((measure, row_of(found.moves, measure)) for measure in COMPANIONS)
    return [(measure, row) for measure, row in rows if row is not None]


def unit_moves(found: Trend, measure: Measure) -> list[pd.Series]:
    """Return the changes of one measure by the units of a breakdown."""
    table = found.moves
    chosen = table[(table["indicator"] == measure.indicator) & (table["base"] == measure.base)]
    return [row for _, row in chosen.iterrows()]


def measure_rows(text: Text, found: Trend) -> list[Row]:
    """Write the changes of the headline and its companions for the whole territory."""
    return [
        change_row(text, text(f"indicator.{measure.name}"), row, strong=measure is COMPANIONS[0])
        for measure, row in measure_moves(found)
    ]


def unit_rows(text: Text, found: Trend, measure: Measure, names: Mapping[str, str]) -> list[Row]:
    """Write the changes of one measure by the units of a breakdown."""
    rows = unit_moves(found, measure)
    return [change_row(text, names.get(row["unit"], row["unit"]), row) for row in rows]


def wave_rows(text: Text, releases: Sequence[Release], measure: Measure) -> list[Row]:
    """Write every wave with its estimate, and why it cannot be compared with the last one, if so."""
    return [_wave_row(text, one, releases[-1], measure) for one in releases]


def wave_columns(text: Text) -> tuple[Column, ...]:
    """Name the columns of the table of waves."""
    return (
        Column(text("trend.wave")),
        Column(text("methods.col_state"), WORD),
        Column(text("column.estimate"), NUMBER),
        Column(text("column.interval"), NUMBER),
        Column(text("column.n"), NUMBER),
        Column(text("column.quality"), WORD),
        Column(text("trend.definition"), WORD),
        Column(text("trend.comparable"), tables.NOTE),
    )


def _wave_row(text: Text, release: Release, last: Release, measure: Measure) -> Row:
    reading = reading_of(release, measure)
    figures = (ABSENT,) * 4
    if reading:
        estimate, interval, quality, n, *_ = tables.estimate_cells(text, reading)
        figures = (estimate, interval, n, quality)
    definition = release.manifest["definition"]
    if release.id == last.id:
        compared = text("trend.this_wave")
    else:
        refusal = refusal_of(release, last)
        compared = refusal.sentence(text.language) if refusal else text("trend.alike")
    wave = str(release.manifest["wave"])
    state = text(f"state.{published.state_of(release.id)}")
    return Row(wave, (state, *figures, str(definition["version"]), compared), release.id == last.id)
