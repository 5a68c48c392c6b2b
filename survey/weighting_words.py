"""The words of the weighting report: its tables finished for a reader, and the sentences that sum it up."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path

import pandas as pd

from estimation.display.wording import ABSENT, decimal, percent, say

HIDDEN = "suppress"
# Table -> its columns for a reader, in the order in which the tables are read.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "headline": ("estimate", "interval", "se", "deff", "moved", "cost"),
    "steps": ("n", "sum", "min", "median", "max", "spread", "kish", "factors"),
    "choices": ("estimate", "difference", "se", "se_ratio", "kish", "spread", "factors"),
    "households": ("count", "weighted"),
    "margins": ("category", "n", "target", "before", "after", "factor"),
    "merged": ("why",),
}
FIRST: Mapping[str, str] = {
    "choices": "choice", "households": "group", "margins": "variable", "merged": "cell",
}  # fmt: skip
OF_HEADLINE = frozenset({"estimate", "interval", "se", "deff", "moved", "cost", "difference"})
SOURCE = Path(__file__).with_suffix(".toml")


@dataclass(frozen=True, slots=True)
class Finished:
    """A table whose cells are written for the reader; `name` is one of those of the report."""

    name: str
    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def word(key: str, language: str, facts: Mapping[str, object] | None = None) -> str:
    """Give the words of `key` in a language, its placeholders filled from `facts`."""
    return words()[key][language].format_map(dict(facts or {}))


@cache
def words() -> Mapping[str, Mapping[str, str]]:
    """Every entry by its key, read once."""
    return tomllib.loads(SOURCE.read_text(encoding="utf-8"))


def sentences(frames: Mapping[str, pd.DataFrame], language: str) -> tuple[str, ...]:
    """Sum the report up: whom the weights stand for, what each step moved, what it cost, other choices."""
    last = frames["steps"].iloc[-1]
    shown = {name: decimal(last[name], language) for name in ("n", "sum", "min", "median", "max")}
    said = [word("sentence_weights", language, shown)]
    headline, choices = frames["headline"].set_index("step"), frames["choices"]
    if headline.empty or (headline["quality"] == HIDDEN).any():
        return tuple(said)
    moved = headline["moved"].map(lambda share: points(share, language, key="points_long"))
    estimates, final = headline["estimate"].to_dict(), headline.loc["calibrated"].to_dict()
    facts = {
        "nonresponse": moved["nonresponse"],
        "calibrated": moved["calibrated"],
        "first": percent(estimates["person"], language),
        "last": percent(final["estimate"], language),
        "kish": decimal(last["kish"], language, 2),
        "cost": change(final["cost"], language),
        "most": points(choices["difference"].abs().max(), language, signed=False, key="points_long"),
        "se": points(final["se"], language, signed=False, key="points_long"),
    }
    return (*said, *(word(f"sentence_{name}", language, facts) for name in ("moved", "cost", "choices")))


def finished(
    frames: Mapping[str, pd.DataFrame], language: str, names: Mapping[str, str] | None = None
) -> tuple[Finished, ...]:
    """Write every table for a reader; an empty one is left out.

    Parameters
    ----------
    frames : mapping of str to DataFrame
        Of a weighting report.
    language : {"vi", "en"}
    names : mapping of str to str, optional
        Code of a district -> its name, for the strata.

    Returns
    -------
    tuple of Finished
    """
    frames = {
        **frames,
        "margins": _named(frames["margins"], "category", language, names or {}),
        "merged": _named(frames["merged"], "into", language, names or {}),
    }
    made = [_table(name, frames, language, columns) for name, columns in SHOWN.items()]
    return tuple(table for table in made if table.rows)


def html(frames: Mapping[str, pd.DataFrame]) -> str:
    """Write the report for a notebook, Vietnamese above English."""
    return "".join(
        "".join(f"<p>{escape(line)}</p>" for line in sentences(frames, language))
        + "".join(_html_table(table) for table in finished(frames, language))
        for language in ("vi", "en")
    )


def points(share: float, language: str, *, signed: bool = True, key: str = "points") -> str:
    """Write a difference of shares in percentage points, two decimals, with its sign."""
    if not math.isfinite(share):
        return ABSENT
    return word(key, language, {"n": _signed(100 * share, language, 2, signed=signed)})


def _signed(value: float, language: str, digits: int, *, signed: bool = True) -> str:
    """Write a number with its sign; what rounds to 0 has none."""
    rounded = round(value, digits) + 0.0
    return ("+" if signed and rounded > 0 else "") + decimal(rounded, language, digits)


def change(share: float, language: str) -> str:
    """Write a relative change with its sign, for example ``−19%``."""
    return ABSENT if not math.isfinite(share) else _signed(100 * share, language, 0) + "%"


def _table(name: str, frames: Mapping[str, pd.DataFrame], language: str, columns: Sequence[str]) -> Finished:
    first = {"choices": "choice", "households": "group", "margins": "variable", "merged": "cell"}.get(
        name, "step"
    )
    heads = tuple(word(column, language) for column in (first, *columns))
    rows = tuple(
        (_name(row[first], language), *(_cell(column, row, language) for column in columns))
        for _, row in frames[name].iterrows()
    )
    return Finished(name, word(name, language), heads, rows)


def _named(table: pd.DataFrame, column: str, language: str, names: Mapping[str, str]) -> pd.DataFrame:
    """Write the strata and groups of a column as a person would say them."""
    return table.assign(**{column: [_category(str(one), language, names) for one in table[column]]})


def _category(category: str, language: str, names: Mapping[str, str]) -> str:
    """Write a category of a margin: ``691-rural`` and ``1:15-29`` as a person would say it."""
    code, separator, rest = category.partition(":") if ":" in category else category.partition("-")
    if not separator:
        return _name(category, language)
    return f"{names.get(code) or _name(code, language)}, {_name(rest, language)}"


def _name(value: object, language: str) -> str:
    return word(str(value), language) if str(value) in words() else str(value)


def _cell(column: str, row: pd.Series, language: str) -> str:
    """Write one cell; the figures of a headline that is not published are hidden."""
    if column == "estimate" and row.get("problem"):
        return word("impossible", language, {"problem": row["problem"]})
    if column in OF_HEADLINE and row.get("quality") == HIDDEN:
        return ABSENT
    return WRITERS[column](row, language) if column in WRITERS else str(row[column])


def _interval(row: pd.Series, language: str) -> str:
    low, high = (percent(row[name], language) for name in ("ci_low", "ci_high"))
    return f"{low} {say('to', language)} {high}"


def _factors(row: pd.Series, language: str) -> str:
    if not math.isfinite(row["factor_min"]):
        return ABSENT
    low, high = (decimal(row[name], language, 2) for name in ("factor_min", "factor_max"))
    return f"{low}–{high}"


def _why(row: pd.Series, language: str) -> str:
    facts = {"into": row["into"], "factor": decimal(row["factor"], language, 3)}
    return word(str(row["kind"]), language, facts)


WRITERS = {
    "estimate": lambda row, language: percent(row["estimate"], language, 2),
    "interval": _interval,
    "se": lambda row, language: points(row["se"], language, signed=False),
    "deff": lambda row, language: decimal(row["deff"], language, 2),
    "moved": lambda row, language: points(row["moved"], language),
    "cost": lambda row, language: change(row["cost"], language),
    "difference": lambda row, language: points(row["difference"], language),
    "se_ratio": lambda row, language: decimal(row["se_ratio"], language, 3),
    "kish": lambda row, language: decimal(row["kish"], language, 3),
    "spread": lambda row, language: decimal(row["spread"], language, 2),
    "factors": _factors,
    "n": lambda row, language: decimal(row.get("n", row.get("interviews")), language),
    "count": lambda row, language: decimal(row["households"], language),
    "factor": lambda row, language: decimal(row["factor"], language, 3),
    "why": _why,
} | {
    name: (lambda row, language, name=name: decimal(row[name], language))
    for name in ("weighted", "sum", "min", "median", "max", "target", "before", "after")
}


def _html_table(table: Finished) -> str:
    head = "".join(f"<th>{escape(title)}</th>" for title in table.heads)
    body = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    return (
        f"<table><caption><b>{escape(table.title)}</b></caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
