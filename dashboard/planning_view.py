"""What the page of planning asks and shows: its presets, the plan they make, and each district in words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import cast, get_args

import pandas as pd
import streamlit as st

from dashboard import data, layout
from dashboard.numbers import ABSENT
from dashboard.planning_chart import Band
from dashboard.tables import NUMBER, WORD, Column, Row
from dashboard.text import Text
from estimation import Assumptions, Costs, Plan
from estimation.planning.allocation import Rule
from estimation.planning.plan import TOTAL
from survey import planning
from survey.indicators.definition import Goal
from survey.release import Release

RELEASE = "release"
ACROSS = 3
# Without the goals themselves: at its target no sample decides a share.
SHARES = ("0.2", "0.3", "0.4", "0.45", "0.5", "0.55", "0.65", "0.7", "0.75", "0.85", "0.9")


@dataclass(frozen=True, slots=True)
class Preset:
    """The choices of one input, in the order in which they are shown; `usual` needs no mention."""

    usual: str
    options: tuple[str, ...]
    written: Callable[[Text, str], str]


def _count(text: Text, option: str) -> str:
    return text.count(float(option))


def _percent(text: Text, option: str) -> str:
    return text.percent(float(option), 0)


def _plain(text: Text, option: str) -> str:
    return text.decimal(float(option), len(option.partition(".")[2]))


def _worded(text: Text, option: str) -> str:
    return text(f"planning.option_{option}")


def _share(text: Text, option: str) -> str:
    return _worded(text, option) if option == RELEASE else _percent(text, option)


PRESETS: Mapping[str, Preset] = {
    "areas": Preset("130", ("60", "90", "130", "180", "250", "350", "500", "700", "1000"), _count),
    "take": Preset("12", ("6", "8", "10", "12", "15", "20"), _count),
    "rule": Preset("power", get_args(Rule), _worded),
    "icc": Preset("0.05", ("0.02", "0.05", "0.10"), _plain),
    "weighting": Preset("1.3", ("1.0", "1.3", "1.6", "2.0"), _plain),
    "response": Preset("0.8", ("0.6", "0.7", "0.8", "0.9", "1.0"), _percent),
    "judged": Preset("together", ("together", "alone"), _worded),
    "cost_area": Preset("2", ("1", "1.5", "2", "3", "5"), _plain),
    "cost_interview": Preset("0.2", ("0.1", "0.15", "0.2", "0.3", "0.5"), _plain),
}


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A plan, the goal it is held against, its prices, and the names of its districts."""

    plan: Plan
    goal: Goal
    costs: Costs
    names: Mapping[str, str]

    @property
    def whole(self) -> pd.Series:
        """Row of the whole sample."""
        return self.plan.frame.iloc[-1]

    @property
    def cost(self) -> float:
        """Cost of the whole sample, in the unit of the prices."""
        return self.costs.total(float(self.whole["areas"]), float(self.whole["interviews"]))

    def rows(self) -> pd.DataFrame:
        """Return the whole first, then the districts, with what the goal asks of each."""
        told = planning.against(self.plan, self.goal.target).merge(self.plan.frame, on="domain")
        return pd.concat([told.iloc[-1:], told.iloc[:-1]])


def share_preset(release: Release | None) -> Preset:
    """Offer what an earlier survey found first, where there is one."""
    return (
        Preset(RELEASE, (RELEASE, *SHARES), _share) if release is not None else Preset("0.5", SHARES, _share)
    )


def chosen_share(release: Release | None) -> str:
    """Return the assumed share that is chosen now, before its input is drawn."""
    preset = share_preset(release)
    return layout.remembered("plan_share", _usual_first(preset))


def ask(text: Text, release: Release | None) -> dict[str, str]:
    """Ask for everything a plan rests on; each choice lives in the address."""
    presets = [("share", share_preset(release)), *PRESETS.items()]
    told = _ask_row(text, presets[:ACROSS])
    with st.expander(text("planning.more")):
        for start in range(ACROSS, len(presets), ACROSS):  # row by row, so that a phone keeps the order
            told |= _ask_row(text, presets[start : start + ACROSS])
    return told


def make(text: Text, release: Release | None, told: Mapping[str, str], goal: Goal) -> View:
    """Draw up the plan of the choices.

    Raises
    ------
    Refusal
        When so few areas cannot be shared out.
    """
    districts, names = data.territory(release, text.language)
    if release is not None and told["share"] == RELEASE:
        shares = districts["domain"].map(planning.earlier(release).shares)
    else:
        shares = pd.Series(float(told["share"]), index=districts.index)
    assumptions = Assumptions(
        take=float(told["take"]),
        intraclass=float(told["icc"]),
        weighting=float(told["weighting"]),
        response=float(told["response"]),
        side_by_side=told["judged"] == "together",
    )
    plan = planning.draw_up(
        districts.assign(share=shares),
        int(told["areas"]),
        [goal.target],
        assumptions,
        rule=cast(Rule, told["rule"]),
    )
    return View(plan, goal, Costs(float(told["cost_area"]), float(told["cost_interview"])), names)


def name_of(view: View, row: pd.Series) -> str:
    """Name a district, or the whole."""
    return view.names[row["domain"]]


def band(text: Text, view: View, row: pd.Series) -> Band:
    """Make the row of the chart of one district."""
    facts = {
        "share": text.percent(row["share"]),
        "areas": text.count(row["areas"]),
        "interviews": text.count(row["interviews"]),
    }
    columns = (text("column.unit"), *(column.title for column in table_columns(text)[1:]))
    return Band(
        name=name_of(view, row),
        low=float(row["show_not_met"]),
        high=float(row["show_met"]),
        share=float(row["share"]),
        expected=str(row["shown"]),
        words=text("planning.row", facts),
        tips=tuple(zip(columns, (name_of(view, row), *cells(text, row)), strict=True)),
        strong=row["domain"] == TOTAL,
    )


def table_columns(text: Text) -> tuple[Column, ...]:
    """Name the columns of the table."""
    return (
        Column(text("column.unit")),
        Column(text("planning.areas_column"), NUMBER),
        Column(text("planning.interviews_column"), NUMBER),
        Column(text("planning.share_column"), NUMBER),
        Column(text("planning.interval_column"), NUMBER),
        Column(text("planning.quality_column"), WORD),
        Column(text("planning.show_not_met"), NUMBER),
        Column(text("planning.show_met"), NUMBER),
        Column(text("planning.expected_column"), WORD),
        Column(text("planning.needed_column"), NUMBER),
    )


def cells(text: Text, row: pd.Series) -> tuple[str, ...]:
    """Write one district in the order of `table_columns`, after its name."""
    return (
        text.count(row["areas"]),
        text.count(row["interviews"]),
        text.percent(row["share"]),
        text.range(row["ci_low"], row["ci_high"]),
        text(f"quality.{row['quality']}"),
        *(_edge(text, row[name]) for name in ("show_not_met", "show_met")),
        text(f"verdict.{row['shown']}"),
        text.count(row["areas_needed"]),
    )


def table_rows(text: Text, view: View) -> list[Row]:
    """Write every row of the table, the whole first."""
    return [
        Row(name_of(view, row), cells(text, row), strong=row["domain"] == TOTAL)
        for _, row in view.rows().iterrows()
    ]


def _edge(text: Text, share: float) -> str:
    return ABSENT if pd.isna(share) else text.percent(share)


def _ask_row(text: Text, presets: Sequence[tuple[str, Preset]]) -> dict[str, str]:
    told = {}
    for column, (name, preset) in zip(st.columns(ACROSS), presets, strict=False):
        with column:
            told[name] = _ask(text, name, preset)
    return told


def _ask(text: Text, name: str, preset: Preset) -> str:
    """Offer one input; the usual choice stands in its place and still needs no mention in the address."""
    key = f"plan_{name}"
    st.session_state[key] = layout.remembered(key, _usual_first(preset))
    st.selectbox(
        text(f"planning.ask_{name}"),
        preset.options,
        format_func=lambda option: preset.written(text, option),
        key=key,
    )
    return layout.keep_in_address(key, _usual_first(preset))


def _usual_first(preset: Preset) -> tuple[str, ...]:
    return (preset.usual, *(option for option in preset.options if option != preset.usual))
