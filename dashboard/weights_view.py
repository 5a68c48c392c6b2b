"""What the weighting report of a release becomes on its page: dots, bins, tables and one file."""

from collections.abc import Mapping

import pandas as pd

from dashboard import tables
from dashboard.chart_rows import Dot
from dashboard.readings import PROVINCE, Reading
from dashboard.tables import NOTE, NUMBER, Column, Row
from dashboard.text import Text
from dashboard.weights_chart import Bin
from survey.publishing.standing import DRAFT
from survey.release import Release
from survey.weighting_report import WeightingReport
from survey.weighting_words import Finished, finished, word

PUBLISHED = "calibrated"
NAMING = "merged"  # the table that names areas and households
MERGED = ("area", "interview", "propensity_class")


def headline_dots(text: Text, report: WeightingReport) -> list[Dot]:
    """Make one row a step; the last one is what is published."""
    return [step_dot(text, row) for row in report.headline.to_dict("records")]


def step_dot(text: Text, row: Mapping[str, object]) -> Dot:
    """Make the row of one step, its estimate with interval, deff and sample in the tooltip."""
    figures = {
        name: float(str(row[name])) for name in ("n_eff", "estimate", "ci_low", "ci_high", "df", "deff")
    }
    reading = Reading(
        unit=PROVINCE,
        n=int(str(row["n"])),
        n_psu=0,
        n_eff=figures["n_eff"],
        estimate=figures["estimate"],
        low=figures["ci_low"],
        high=figures["ci_high"],
        df=figures["df"],
        deff=figures["deff"],
        cv=float("nan"),
        quality=str(row["quality"]),
        reason=str(row["reason"]),
    )
    name = word(str(row["step"]), text.language)
    tips = (
        (text("column.indicator"), name),
        (text("column.estimate"), text.percent(reading.estimate)),
        (text("column.interval"), text.range(reading.low, reading.high)),
        (text("column.deff"), text.decimal(reading.deff, 2)),
    )
    return Dot(name, reading, tips=tips, strong=row["step"] == PUBLISHED, judged=False)


def published_bins(report: WeightingReport) -> list[Bin]:
    """Count interviews by their published weight."""
    rows = report.distribution[report.distribution["step"] == PUBLISHED]
    return [Bin(float(row.low), float(row.high), int(row.interviews)) for row in rows.itertuples()]


def bins_said(text: Text, bins: list[Bin]) -> str:
    """Write the histogram as a sentence a bin."""
    rows = (
        text(
            "weights.spread_row",
            {"low": text.count(one.low), "high": text.count(one.high), "count": text.count(one.interviews)},
        )
        for one in bins
    )
    return "; ".join(rows)


def report_tables(text: Text, report: WeightingReport, names: Mapping[str, str]) -> list[Finished]:
    """Write every table of the report in the reader's language, districts by name."""
    return list(finished(report.frames(), text.language, names))


def merged_words(text: Text, report: WeightingReport) -> list[str]:
    """Count what was merged or set aside; which areas and households these are is for the office alone."""
    counts = report.merged["kind"].value_counts()
    said = [
        text(f"weights.merged_{kind}", {"n": text.count(counts[kind])}) for kind in MERGED if kind in counts
    ]
    return said or [text("weights.none_merged")]


def html_of(made: Finished) -> str:
    """Write one table of the report as HTML."""
    kind = NOTE if made.name == "merged" else NUMBER
    columns = [Column(made.heads[0]), *(Column(head, kind) for head in made.heads[1:])]
    rows = [Row(row[0], tuple(row[1:])) for row in made.rows]
    return tables.html_table(made.title, columns, rows, cards=kind == NOTE)


def report_csv(release: Release, report: WeightingReport, state: str = DRAFT.state) -> bytes:
    """Write the tables of the report below each other, for machines; every row names its release.

    The table of what was merged stays in the store: it names areas and households.
    """
    frames = {name: frame for name, frame in report.frames().items() if name != NAMING and len(frame)}
    stacked = [frame.assign(table=name) for name, frame in frames.items()]
    every = pd.concat(stacked, ignore_index=True)
    every.insert(0, "table", every.pop("table"))
    return tables.csv_bytes(
        every.assign(release=release.id, state=state, simulated=str(release.manifest["synthetic"]).lower())
    )
