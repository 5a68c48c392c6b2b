"""The time of every contestant against the number of rows, both on log scales, as an SVG."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

WIDTH, HEIGHT = 860, 480
LEFT, RIGHT, TOP, BOTTOM = 70, 290, 60, 50
COLOURS = {"ours": "#0b5fa5", "bare GROUP BY": "#66717d", "svy": "#c2571a", "R survey": "#7a3b8f"}
STROKES = {"ours": 'stroke-width="2.4"', "bare GROUP BY": 'stroke-width="1.4" stroke-dasharray="5 4"'}
Scale = Callable[[float], float]


def draw(rows: list[dict[str, Any]], machine: str) -> str:
    """Draw one line a contestant, named at its end."""
    timed = [row for row in rows if row["seconds"]]
    x = log_scale([row["rows"] for row in timed], LEFT, WIDTH - RIGHT)
    y = log_scale([row["seconds"] for row in timed], HEIGHT - BOTTOM, TOP)
    lines = {}
    for row in timed:
        lines.setdefault(row["contestant"], []).append((x(row["rows"]), y(row["seconds"])))
    title = "Seconds for 7 indicators in 11 districts with SE, df and 95 % logit limits, by rows"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img">',
        f'<title>{title}</title><rect width="100%" height="100%" fill="white"/>',
        '<g font-family="sans-serif" font-size="12">',
        f'<text x="{LEFT}" y="24" font-size="15" font-weight="bold">{title}</text>',
        f'<text x="{LEFT}" y="42" fill="#666">{machine}</text>',
        *vertical_axis([row["seconds"] for row in timed], y),
        *horizontal_axis(sorted({row["rows"] for row in timed}), x),
        *(line(name, points) for name, points in lines.items()),
        *labels(lines),
        "</g></svg>",
    ]
    return "\n".join(parts) + "\n"


def log_scale(values: list[float], start: float, end: float) -> Scale:
    """Map values to pixels by their logarithms."""
    low, high = math.log10(min(values)), math.log10(max(values))
    span = high - low or 1.0
    return lambda value: start + (math.log10(value) - low) / span * (end - start)


def vertical_axis(seconds: list[float], y: Scale) -> list[str]:
    """Grid lines at powers of ten."""
    powers = range(math.ceil(math.log10(min(seconds))), math.floor(math.log10(max(seconds))) + 1)
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(10.0**p):.1f}" y2="{y(10.0**p):.1f}" stroke="#ddd"/>'
        f'<text x="{LEFT - 8}" y="{y(10.0**p) + 4:.1f}" text-anchor="end">{10.0**p:g} s</text>'
        for p in powers
    ]


def horizontal_axis(sizes: list[int], x: Scale) -> list[str]:
    """Name the sizes."""
    return [
        f'<text x="{x(size):.1f}" y="{HEIGHT - BOTTOM + 24}" text-anchor="middle">{size:,} rows</text>'
        for size in sizes
    ]


def colour(name: str) -> str:
    """Colour of the family of a contestant."""
    return COLOURS[name.partition(": ")[0]]


def stroke(name: str) -> str:
    """Thick for ours, dashed for the physical limit."""
    return STROKES.get(name.partition(": ")[0], 'stroke-width="1.4"')


def line(name: str, points: list[tuple[float, float]]) -> str:
    """One contestant: a line with a dot at each size."""
    path = " ".join(f"{px:.1f},{py:.1f}" for px, py in points)
    dots = "".join(f'<circle cx="{px:.1f}" cy="{py:.1f}" r="3"/>' for px, py in points)
    return (
        f'<g stroke="{colour(name)}" fill="{colour(name)}"><title>{name}</title>'
        f'<polyline points="{path}" fill="none" {stroke(name)}/>{dots}</g>'
    )


def labels(lines: dict[str, list[tuple[float, float]]]) -> list[str]:
    """Names in the right margin in the order of the line ends, 15 pixels apart at least."""
    drawn, last = [], -math.inf
    for name, points in sorted(lines.items(), key=lambda item: item[1][-1][1]):
        end_x, end_y = points[-1]
        last = max(end_y, last + 15)
        margin = WIDTH - RIGHT + 26
        ends = f'x1="{end_x + 4:.1f}" y1="{end_y:.1f}" x2="{margin}" y2="{last:.1f}"'
        drawn.append(f'<line {ends} stroke="#ccc"/>')
        drawn.append(f'<text x="{margin + 4}" y="{last + 4:.1f}" fill="{colour(name)}">{name}</text>')
    return drawn
