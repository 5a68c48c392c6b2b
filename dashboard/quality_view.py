"""What the quality of a release becomes on its page: how sure we are, in one sentence and in its tables."""

import math
from collections.abc import Mapping, Sequence

import pandas as pd

from dashboard import data, published, sentences, tables
from dashboard.chart_rows import Dot
from dashboard.quality_chart import Item
from dashboard.readings import HEADLINE, PROVINCE, Reading, goal_years, judgements, readings
from dashboard.report.naming import breakdown_name, unit_names
from dashboard.tables import NUMBER, Column, Row
from dashboard.text import Text
from survey.policy import StatePolicy
from survey.release import Release

LETTERS = ("I", "P", "R", "NC", "O", "UH", "NE")
RATES = ("RR1", "RR2", "RR4", "REF1", "CON1")
UNWEIGHTED, WEIGHTED = "unweighted", "weighted"
QUALITIES = ("present", "review", "suppress")
DRAWN = 10  # questions in the chart; all of them are in the table


def how_sure(text: Text, release: Release) -> str:
    """Say what a reader should conclude: how close the number of the province is, and what it decides."""
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    if reading.hidden:
        return sentences.hidden(text, reading)
    division = data.divisions(release)[0]
    found = readings(release.estimates, HEADLINE, division.level, edition=division.edition)
    facts = {
        "level": text.percent(release.manifest["design"]["level"], 0),
        "estimate": text.percent(reading.estimate),
        "range": text.range(reading.low, reading.high),
        "place": text.inside(data.province_name(release, text.language)),
        "decides": text(f"sure.decides_{_decided(release)}"),
        "shown": text.count(sum(not one.hidden for one in found.values())),
        "all": text.count(len(found)),
        "units": division.name(text.language),
    }
    return text("sure.lead", facts)


def why_sure(text: Text, release: Release) -> str:
    """Say what the sample is worth, and how far open answers could move the number."""
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    if reading.hidden:
        return ""
    facts = {"n": text.count(reading.n), "n_eff": text.count(reading.n_eff_shown)}
    return f"{text('sure.worth', facts)} {_undetermined(text, release)}".strip()


def _decided(release: Release) -> str:
    """Whether the interval of the province decides on all goals, on some, or on none."""
    shown = [
        judgements(release.verdicts, HEADLINE, PROVINCE, year)[PROVINCE].shown
        for year in goal_years(release.verdicts)
    ]
    decided = sum(word in {"met", "not_met"} for word in shown)
    return "all" if decided == len(shown) else "some" if decided else "none"


def _undetermined(text: Text, release: Release) -> str:
    """Say how far the persons of whom the answers tell nothing could move the number."""
    if release.quality is None:
        return ""
    rows = release.quality.undetermined
    row = rows[(rows["indicator"] == HEADLINE.indicator) & (rows["base"] == HEADLINE.base)].iloc[0]
    facts = {
        "count": text.count(row["undetermined"]),
        "share": text.percent(row["share"]),
        "low": text.percent(row["all_no"]),
        "high": text.percent(row["all_yes"]),
    }
    return text("sure.undetermined", facts)


def key_figures(text: Text, release: Release) -> list[tuple[str, str, str]]:
    """Write the figures of quality in a row: number, name, what it means."""
    reading = readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]
    weight = release.weights["weights"][str(release.manifest["design"]["weights"])]
    kish, spread = float(weight["kish"]), float(weight["max"]) / float(weight["median"])
    figures = [
        (text.decimal(kish, 2), "kish", {}),
        (
            f"{text.count(weight['min'])}–{text.count(weight['max'])}",
            "range",
            {"median": text.count(weight["median"]), "spread": text.decimal(spread)},
        ),
        (
            text.decimal(math.nan if reading.hidden else reading.deff, 2),
            "deff",
            {"n_eff": text.count(reading.n_eff_shown), "n": text.count(reading.n)},
        ),
    ]
    for weighting in (UNWEIGHTED, WEIGHTED)[::-1]:
        rate = _rate(release, "RR2", weighting)
        facts = {"rr4": text.percent(_rate(release, "RR4", weighting))}
        figures.insert(0, (text.percent(rate), f"response_{weighting}", facts))
    return [
        (number, text(f"sure.{name}"), text(f"sure.{name}_means", facts)) for number, name, facts in figures
    ]


def _rate(release: Release, name: str, weighting: str) -> float:
    if release.quality is None:
        return math.nan
    rows = release.quality.response.set_index(["breakdown", "unit", "weighting"])[name]
    return float(rows.get((PROVINCE, PROVINCE, weighting), math.nan))


def outcome_counts(text: Text, release: Release) -> dict[str, dict[str, int]]:
    """Count the results of the issued households of the whole and of its widest units, by name."""
    rows = release.response
    level = data.divisions(release)[0].level
    names = unit_names(text, release, PROVINCE) | unit_names(text, release, level)
    chosen = rows[rows["breakdown"].isin((PROVINCE, level))]
    return {
        names.get(str(row["unit"]), str(row["unit"])): {letter: int(row[letter]) for letter in LETTERS}
        for row in chosen.to_dict("records")
    }


def outcomes_said(text: Text, counts: Mapping[str, Mapping[str, int]]) -> str:
    """Say how many households of each unit gave an interview."""
    rows = (
        text(
            "sure.outcome_row",
            {
                "name": name,
                "interviews": text.count(letters["I"] + letters["P"]),
                "issued": text.count(sum(letters.values())),
            },
        )
        for name, letters in counts.items()
    )
    return "; ".join(rows) + "."


def response_table(text: Text, release: Release) -> tuple[tuple[Column, ...], list[Row]]:
    """Write the rates of every unit, each without and with design weights."""
    columns = (
        Column(text("column.unit")),
        Column(text("report_outcome.issued"), NUMBER),
        *(
            Column(text("sure.rate", {"rate": text(f"sure_rate.{rate}"), "how": text(f"sure.{how}")}), NUMBER)
            for rate in RATES
            for how in (UNWEIGHTED, WEIGHTED)
        ),
    )
    if release.quality is None:
        return columns, []
    rates = release.quality.response
    found = rates.set_index(["breakdown", "unit", "weighting"])
    units = rates[["breakdown", "unit"]].drop_duplicates().itertuples(index=False)
    rows = []
    for breakdown, unit in units:
        plain, weighed = (found.loc[(breakdown, unit, how)] for how in (UNWEIGHTED, WEIGHTED))
        cells = (text.percent(float(one[rate])) for rate in RATES for one in (plain, weighed))
        name = unit_names(text, release, breakdown).get(unit) or breakdown_name(text, release, breakdown)
        rows.append(Row(name, (text.count(plain["issued"]), *cells), strong=breakdown == PROVINCE))
    return columns, rows


def items(text: Text, release: Release) -> list[Item]:
    """Return how every question was answered that a published number rests on, in form order."""
    if release.quality is None:
        return []
    return [
        Item(
            question=str(row["question"]),
            label=str(row[f"label_{text.language}"]),
            use=str(row["use"]),
            **{
                name: int(row[name])
                for name in ("interviews", "answered", "dont_know", "no_answer", "not_asked")
            },
        )
        for row in release.quality.items.to_dict("records")
    ]


def most_open(found: Sequence[Item]) -> list[Item]:
    """Return the questions to draw: those with the largest share without an answer, largest first."""
    asked = [item for item in found if item.asked]
    return sorted(asked, key=lambda item: -item.open)[:DRAWN]


def item_table(text: Text, found: Sequence[Item]) -> tuple[tuple[Column, ...], list[Row]]:
    """Write of every question whom it was asked, and what they said."""
    kinds = ("answered", "dont_know", "no_answer")
    columns = (
        Column(text("sure.column_question")),
        Column(text("sure.column_wording"), tables.NOTE),
        Column(text("sure.column_use"), tables.WORD),
        *(Column(text(f"sure.column_{kind}"), NUMBER) for kind in ("asked", "not_asked", *kinds)),
    )
    rows = [
        Row(
            item.question,
            (
                item.label,
                text(f"sure.use_{item.use}"),
                text.count(item.asked),
                text.percent(item.not_asked / item.interviews),
                *(text.percent(item.share(kind)) for kind in kinds),
            ),
        )
        for item in found
    ]
    return columns, rows


def claim_dots(text: Text, release: Release) -> list[Dot]:
    """Make the rows of over-claiming: who claims it, and the headline with and without them."""
    if release.quality is None:
        return []
    return [
        Dot(
            text(f"sure.claim_{row['claimed'] or 'share'}"),
            reading,
            tips=_tips(text, reading),
            strong=not row["claimed"],
            judged=False,
        )
        for row in release.quality.overclaim.to_dict("records")
        for reading in [_reading(row)]
    ]


def _tips(text: Text, reading: Reading) -> tuple[tuple[str, str], ...]:
    cells = tables.estimate_cells(text, reading)
    return (
        (text("column.estimate"), cells[0]),
        (text("column.interval"), cells[1]),
        (text("column.n"), text.count(reading.n)),
        (text("column.quality"), cells[2]),
    )


def _reading(row: Mapping[str, object]) -> Reading:
    """Read an estimate from a row that is none of the table of estimates."""
    number = {name: float(str(row[name])) for name in ("n_eff", "estimate", "df", "deff", "cv")}
    return Reading(
        unit=str(row["claimed"]),
        n=int(str(row["n"])),
        n_psu=int(str(row["n_psu"])),
        low=float(str(row["ci_low"])),
        high=float(str(row["ci_high"])),
        quality=str(row["quality"]),
        reason="" if pd.isna(row["reason"]) else str(row["reason"]),
        **number,
    )


def claim_table(text: Text, dots: Sequence[Dot]) -> tuple[tuple[Column, ...], list[Row]]:
    """Write the rows of over-claiming in full."""
    columns = (Column(text("column.measure")), *tables.estimate_columns(text))
    return columns, [Row(dot.name, tables.estimate_cells(text, dot.reading)) for dot in dots]


def cell_table(text: Text, release: Release) -> tuple[tuple[Column, ...], list[Row]]:
    """Count estimates by breakdown and quality: the headline, and all."""
    columns = (
        Column(text("report.breakdown")),
        *(Column(text(f"quality.{quality}"), NUMBER) for quality in QUALITIES),
        *(
            Column(text("sure.all_cells", {"quality": text(f"quality.{quality}").lower()}), NUMBER)
            for quality in QUALITIES
        ),
    )
    if release.quality is None:
        return columns, []
    cells = release.quality.cells
    rows = []
    for (breakdown, edition), part in cells.groupby(["breakdown", "edition"], sort=False):
        counts = part.groupby("quality")[["headline", "cells"]].sum()
        cell = [
            text.count(int(counts[kind].get(quality, 0)))
            for kind in ("headline", "cells")
            for quality in QUALITIES
        ]
        rows.append(Row(_breakdown_words(text, release, str(breakdown), str(edition)), tuple(cell)))
    return columns, rows


def _breakdown_words(text: Text, release: Release, breakdown: str, edition: str) -> str:
    """Name a breakdown, and for units the day of their boundaries."""
    for division in data.divisions(release):
        if (division.level, division.edition) == (breakdown, edition):
            name = breakdown_name(text, release, breakdown)
            return text("sure.of_edition", {"name": name, "day": text.day(edition)})
    return breakdown_name(text, release, breakdown)


def cells_lead(text: Text, release: Release) -> str:
    """Count the numbers of the headline by quality."""
    known = release.estimates
    headline = known[(known["indicator"] == HEADLINE.indicator) & (known["base"] == HEADLINE.base)]
    counts = headline["quality"].value_counts()
    return text("sure.cells_lead", {name: text.count(int(counts.get(name, 0))) for name in QUALITIES})


def cells_not_shown(text: Text, release: Release) -> list[tuple[str, Reading]]:
    """Name every headline that is hidden or to be read with care."""
    headline = release.estimates[
        (release.estimates["indicator"] == HEADLINE.indicator) & (release.estimates["base"] == HEADLINE.base)
    ]
    keys = headline[["breakdown", "edition"]].drop_duplicates().itertuples(index=False)
    found = []
    for breakdown, edition in keys:
        names = unit_names(text, release, breakdown, edition)
        for unit, reading in readings(release.estimates, HEADLINE, breakdown, edition=edition).items():
            if reading.quality != "present":
                found.append((names[unit], reading))
    return found


def state_facts(text: Text, release: Release) -> list[tuple[str, str]]:
    """Say which interviews count, and what state the release is in."""
    manifest = release.manifest
    policy = StatePolicy(tuple(manifest["policy"]["review_states_used"]))
    office = manifest.get("office", {})
    corrected = office.get("corrections", {}).get("applied", 0)
    return [
        (text("sure.state"), text(f"state.{published.state_of(release.id)}")),
        (text("sure.counted"), policy.words(text.language)),
        (text("sure.submissions"), text.count(manifest["data"]["submissions"])),
        (text("sure.interviews"), text.count(manifest["data"]["interviews"])),
        (text("sure.corrected"), text.count(corrected)),
        (text("sure.standard"), str(manifest["design"]["standard"])),
        (text("sure.release"), release.id),
    ]
