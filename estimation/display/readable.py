"""Estimates in finished words: one line each, as tables and charts show them."""

from __future__ import annotations

import math
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from estimation.display.wording import (
    ABSENT,
    decimal,
    digits_of,
    percent,
    reason_words,
    say,
    short_number,
    short_percent,
)
from estimation.intervals import choose_side

SHARES = "proportion"
VERDICTS = ("target", "verdict", "family_verdict")
Row = dict[Hashable, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One estimate in finished words; `hidden` where the publication standard keeps its numbers back."""

    labels: tuple[str, ...]
    cells: dict[str, str]
    quality: str
    hidden: bool


def shown_columns(frame: pd.DataFrame) -> tuple[str, ...]:
    """Columns after the labels; target and verdicts where the frame holds them."""
    judged = tuple(name for name in VERDICTS if name in frame)
    return ("estimate", "interval", "quality", "n", "df", "deff", *judged)


def column_head(column: str, locale: str, *, level: float, side: str) -> str:
    """Name a column of :func:`shown_columns`; that of the limits with their level and side."""
    if column == "interval":
        return _limits_said(column, locale, level=level, side=side)
    return say(column, locale)


def subject(kind: str, locale: str, *, level: float, side: str) -> dict[str, str]:
    """Say what estimates show, as the facts kind and intervals of a title or caption."""
    intervals = _limits_said("intervals", locale, level=level, side=side)
    return {"kind": say(f"kind.{kind}", locale), "intervals": intervals}


def _limits_said(word: str, locale: str, *, level: float, side: str) -> str:
    return say(f"{word}.{side}", locale, {"level": short_percent(level, locale)})


def target_words(target: float, kind: str, locale: str) -> str:
    """Write a target in the unit of its estimates."""
    return short_percent(target, locale) if kind == SHARES else short_number(target, locale)


def lines(frame: pd.DataFrame, by: Sequence[str], *, kind: str, locale: str, side: str = "two") -> list[Line]:
    """Write every estimate of a frame in words, in its order.

    Parameters
    ----------
    frame, by, kind, locale, side
        As in :func:`to_frame`.

    Returns
    -------
    list of Line
        With the cells of :func:`shown_columns`.
    """
    choose_side(side)
    return [_line(row, by, kind=kind, locale=locale, side=side) for row in frame.to_dict("records")]


def _line(row: Row, by: Sequence[str], *, kind: str, locale: str, side: str) -> Line:
    quality = str(row["quality"])
    hidden = quality == "suppress"
    estimate, interval = _figures(row, shares=kind == SHARES, locale=locale, side=side)
    cells = {
        "estimate": ABSENT if hidden else estimate,
        "interval": ABSENT if hidden else interval,
        "quality": _quality(quality, _text(row["reason"]), locale),
        "n": decimal(_number(row["n"]), locale),
        "df": decimal(_number(row["df"]), locale),
        "deff": ABSENT if hidden else decimal(_number(row["deff"]), locale, 2),
    }
    if "target" in row:
        cells["target"] = target_words(_number(row["target"]), kind, locale)
    for name in VERDICTS[1:]:
        if name in row:
            cells[name] = say(f"verdict.{'none' if hidden else row[name]}", locale)
    labels = (_text(row["indicator"]), *(_text(row[name]) or ABSENT for name in by))
    return Line(labels, cells, quality, hidden)


def _figures(row: Row, *, shares: bool, locale: str, side: str) -> tuple[str, str]:
    """Write estimate and interval; a limit that is missing or open is said in words or signs."""
    names = ("estimate", "ci_low", "ci_high", "se")
    estimate, low, high, se = (_number(row[name]) for name in names)
    digits, sign = (1, "%") if shares else (digits_of(se), "")

    def write(value: float) -> str:
        return percent(value, locale, digits) if shares else decimal(value, locale, digits)

    if math.isnan(low) or math.isnan(high):
        return write(estimate), say("no_interval", locale)
    if side != "two":
        return write(estimate), write(low if side == "lower" else high)
    if math.isinf(low) or math.isinf(high):
        return write(estimate), f"≥ {write(low)}" if math.isinf(high) else f"≤ {write(high)}"
    dash = "–" if low >= 0 else f" {say('to', locale)} "
    return write(estimate), f"{write(low).removesuffix(sign)}{dash}{write(high)}"


def _quality(quality: str, reason: str, locale: str) -> str:
    word = say(f"quality.{quality}", locale)
    return f"{word}: {reason_words(reason, locale)}" if reason else word


def _number(value: float | None) -> float:
    return math.nan if pd.isna(value) else float(value)


def _text(value: str | float | None) -> str:
    return "" if pd.isna(value) else str(value)
