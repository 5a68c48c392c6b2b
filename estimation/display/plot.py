"""Ranked dots with whiskers as a Vega-Lite chart: every word finished here, nothing suppressed is drawn."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from estimation.display.plot_marks import (
    HALO,
    INK,
    MUTED,
    NUMBER_X,
    OWN,
    SHARE_X,
    Spec,
    config,
    dot,
    target_layers,
    text,
    touch,
    whiskers,
)
from estimation.display.readable import SHARES, Line, column_head, lines, subject, target_words
from estimation.display.wording import reason_words, say
from estimation.intervals import choose_side

SCHEMA = "https://vega.github.io/schema/vega-lite/v{version}.json"
MIME_TYPES: Mapping[str, int] = MappingProxyType(
    {
        "application/vnd.vegalite.v6+json": 6,
        "application/vnd.vegalite.v6.json": 6,
        "application/vnd.vegalite.v5+json": 5,
    }
)
PLAIN = ("#0072B2", "circle")
LOOKS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {"met": ("#0072B2", "circle"), "not_met": ("#D55E00", "square"), "undecided": ("#767676", "diamond")}
)
WIDTH, STEP = 460, 28
TIPS = ("interval", "n", "df", "quality")


@dataclass(frozen=True, slots=True, repr=False)
class VegaLite:
    """A Vega-Lite specification that notebooks draw.

    Attributes
    ----------
    spec : dict
        Complete, with its data and a description that stands for the picture.
    """

    spec: Spec

    def to_dict(self) -> Spec:
        """Return a copy of the specification, for Altair, Streamlit or a file."""
        return deepcopy(self.spec)

    def __repr__(self) -> str:
        """Return the description, for those who do not see the picture."""
        return f"VegaLite({self.spec['description']!r})"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> Spec:
        """Offer the chart under the names that notebooks know, and its description as text."""
        del include, exclude
        charts = {
            mime: {**self.spec, "$schema": SCHEMA.format(version=version)}
            for mime, version in MIME_TYPES.items()
        }
        return {**charts, "text/plain": self.spec["description"]}


def ranked_intervals(
    frame: pd.DataFrame,
    by: Sequence[str],
    *,
    kind: str,
    level: float,
    target: float | None = None,
    locale: str = "vi",
    side: str = "two",
) -> VegaLite:
    """Draw estimates from high to low with their intervals, one panel an indicator.

    Parameters
    ----------
    frame : DataFrame, shape (K, ...)
        Estimates, or estimates against a target: these show their verdicts, among domains the family verdict
        (M7).
    by : sequence of str
        By-columns; without them the indicators stand in one panel.
    kind : {"proportion", "mean", "total", "ratio"}
    level : float
        Confidence of the limits.
    target : float, optional
        Drawn as a line; the target of a frame that was judged is known.
    locale : {"vi", "en"}
    side : {"two", "lower", "upper"}
        Which limits the interval has; an open end is drawn to the edge.

    Returns
    -------
    VegaLite
        Version 6. A review row has a hollow dot and a dashed line; a suppressed one no mark and no number in
        the data, but its reason (M9).

    Raises
    ------
    ValueError
        For an unknown locale or side, with the choices.
    """
    choose_side(side)
    if target is None and "target" in frame and len(frame):
        target = float(frame["target"].iloc[0])
    verdict = ("family_verdict" if by else "verdict") if "verdict" in frame else ""
    rows = _rows(frame, by, lines(frame, by, kind=kind, locale=locale, side=side), verdict)
    line = _target(target, kind, locale)
    names = dict.fromkeys(row["panel"] for row in rows)
    groups = [_ranked([row for row in rows if row["panel"] == name]) for name in names]
    tips = _tip_titles(by, verdict, level=level, locale=locale, side=side)
    panels = [_panel(group, kind=kind, line=line, locale=locale, tips=tips) for group in groups]
    title = say("chart", locale, subject(kind, locale, level=level, side=side))
    return VegaLite(
        {
            "$schema": SCHEMA.format(version=6),
            "title": {"text": title, "subtitle": _notes(rows, verdict, locale), "anchor": "start"},
            "description": _description([row for group in groups for row in group], title, line, locale),
            "vconcat": panels,
            "spacing": 30,
            "config": config(locale),
        }
    )


def _rows(frame: pd.DataFrame, by: Sequence[str], written: Sequence[Line], verdict: str) -> list[Spec]:
    """Make one row of data an estimate; numbers only where they may be shown."""
    records = frame.to_dict("records")
    rows: list[Spec] = []
    for record, line in zip(records, written, strict=True):
        indicator, *labels = line.labels
        shown = not line.hidden and pd.notna(record["estimate"])
        judged = str(record[verdict]) if verdict and shown else ""
        colour, shape = LOOKS.get(judged, PLAIN)
        row: Spec = {
            "panel": indicator if by else "",
            "name": " · ".join(labels) if by else indicator,
            "shown": shown,
            "review": line.quality == "review",
            "reason": str(record["reason"]),
            "word": line.cells[verdict] if judged else "",
            "colour": colour,
            "shape": shape,
            "ends": "",
            **{name: line.cells[name] for name in ("estimate", *TIPS)},
        }
        if shown:
            row |= {
                "value": float(record["estimate"]),
                **_limits(float(record["ci_low"]), float(record["ci_high"])),
            }
        rows.append(row)
    return rows


def _ranked(rows: Sequence[Spec]) -> list[Spec]:
    """Sort from the highest to the lowest; what is not shown stands below in the order of the frame."""
    return sorted(rows, key=lambda row: (not row["shown"], -row.get("value", 0.0)))


def _panel(rows: list[Spec], *, kind: str, line: Spec | None, locale: str, tips: Mapping[str, str]) -> Spec:
    """Draw one indicator."""
    bare: Spec = {"title": None, "ticks": False, "domain": False}
    scale, axis = SHARE_X if kind == SHARES else NUMBER_X
    x: Spec = {"type": "quantitative", "scale": scale, "axis": {**bare, "grid": True, **axis}}
    y: Spec = {"field": "name", "type": "nominal", "sort": None}
    y["scale"] = {"domain": [row["name"] for row in rows]}
    y["axis"] = {**bare, "grid": False, "labelLimit": 260}
    values = [row | {"words": _words(row, locale)} for row in rows]
    layers = [
        *target_layers(line, x),
        *whiskers(rows, x, y),
        dot("!datum.review", {"field": "colour", **OWN}, x, y),
        dot("datum.review", {"value": "#ffffff"}, x, y),
        text("!datum.shown", {"value": 4}, y, {"color": MUTED, **HALO}),
        text("!datum.shown", {"value": 4}, y, {"color": MUTED}),
        text("datum.shown", {"value": "width"}, y, {"color": INK, "dx": 10}),
        touch(y, tips),
    ]
    title = {"text": rows[0]["panel"], "anchor": "start", "fontSize": 13, "offset": 20 if line else 6}
    panel: Spec = {"width": WIDTH, "height": {"step": STEP}, "data": {"values": values}, "layer": layers}
    return panel | ({"title": title} if rows[0]["panel"] else {})


def _words(row: Spec, locale: str) -> str:
    """Say beside a row its number and verdict, or why neither is shown."""
    if not row["shown"]:
        return say("hidden_because", locale, {"reason": reason_words(row["reason"], locale)})
    return " · ".join(word for word in (row["estimate"], row["word"]) if word)


def _tip_titles(by: Sequence[str], verdict: str, *, level: float, locale: str, side: str) -> dict[str, str]:
    """Name the words of a row for its tooltip."""
    titles = {name: column_head(name, locale, level=level, side=side) for name in ("estimate", *TIPS)}
    name = {"name": " · ".join(by) or say("indicator", locale)}
    return {**name, **titles, **({"word": say(verdict, locale)} if verdict else {})}


def _target(target: float | None, kind: str, locale: str) -> Spec | None:
    """Make the row of data of the target line."""
    if target is None:
        return None
    words = {"target": target_words(target, kind, locale)}
    return {"target": target, "label": say("target_line", locale, words)}


def _notes(rows: Sequence[Spec], verdict: str, locale: str) -> list[str]:
    """Explain the signs that occur."""
    notes = [say("chart_review", locale)] if any(row["shown"] and row["review"] for row in rows) else []
    return notes + ([say("chart_family", locale)] if verdict == "family_verdict" else [])


def _description(rows: Sequence[Spec], title: str, line: Spec | None, locale: str) -> str:
    """Say in one paragraph what the picture shows."""
    said = [say("chart_alt", locale), f"{title}."] + ([f"{line['label']}."] if line else [])
    for row in rows:
        name = ", ".join(word for word in (row["panel"], row["name"]) if word)
        facts = f"{row['estimate']} ({row['interval']})" if row["shown"] else _words(row, locale)
        words = [facts, row["word"]] + (
            [say("quality.review", locale)] if row["shown"] and row["review"] else []
        )
        said.append(f"{name}: {'; '.join(word for word in words if word)}.")
    return " ".join(said)


def _limits(low: float, high: float) -> Spec:
    """Give the limits that can be drawn, and which ends they have; JSON knows neither NaN nor infinity."""
    ends = {(True, True): "closed", (True, False): "open above", (False, True): "open below"}
    drawn = {name: limit for name, limit in (("low", low), ("high", high)) if math.isfinite(limit)}
    return {**drawn, "ends": ends.get(("low" in drawn, "high" in drawn), "")}
