"""Draw of areas in every stratum of a frame, with the chance of each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd

from estimation.arrays import Floats, Ints
from estimation.rotation import PHASES, advanced, kept_points, retained, rotated
from estimation.sampling import Line, SamplingError, line, replicate_groups, simple_order

Method = Literal["systematic_pps", "systematic", "srs"]
Stream = Callable[[str], np.random.Generator]
METHODS: tuple[Method, ...] = get_args(Method)
NEW, KEPT, DROPPED = "new", "kept", "dropped"


@dataclass(frozen=True, slots=True)
class AreaDraw:
    """How areas are drawn.

    Attributes
    ----------
    method : {"systematic_pps", "systematic", "srs"}
        Chances by size, or equal ones in the implicit order, or equal ones in random order.
    order : tuple of str
        Columns of the implicit order; the code of the unit settles ties.
    keeps : tuple of float
        Shares kept by the rotations since the first wave.
    replicates : int
        Random groups to part the drawn units into; 0 for none.
    phases : int
        Turns before a unit may come back; the number of waves that one frame serves.
    """

    method: Method = "systematic_pps"
    order: tuple[str, ...] = ()
    keeps: tuple[float, ...] = ()
    replicates: int = 0
    phases: int = PHASES


def draw_areas(
    frame: pd.DataFrame, allocation: Mapping[str, int], stream: Stream, how: AreaDraw | None = None
) -> pd.DataFrame:
    """Draw areas in every stratum (M14).

    Parameters
    ----------
    frame : DataFrame, one row an area
        ``ea_code`` (unique), ``stratum``, ``households_frame`` (positive), and the columns of the order. The
        order of its rows does not matter.
    allocation : mapping
        Stratum -> areas to be drawn.
    stream : callable
        Stratum -> a seeded generator of its own, so that no stratum depends on another one.
    how : AreaDraw, optional

    Returns
    -------
    DataFrame, one row a drawn area, by stratum and implicit order
        The columns of the frame and ``probability``; ``certain``; ``status`` (``new``, or after a
        rotation ``kept``, ``new``, and ``dropped`` for an area of the wave before that is not drawn now);
        ``point`` (1.. on the line, 0 for a certain one); ``phase``; ``retained`` (chance to be in the
        previous wave and this one; missing without a rotation); ``replicate`` (1.., 0 for a certain one or
        without replicates).

    Raises
    ------
    SamplingError
        Naming the stratum.
    """
    how = how or AreaDraw()
    parts = []
    for stratum, rows in frame.groupby("stratum", sort=True):
        asked = allocation[str(stratum)]
        if asked:
            try:
                parts.append(_draw_stratum(rows, asked, stream(str(stratum)), how))
            except SamplingError as problem:
                raise SamplingError(f"stratum {stratum}: {problem}") from problem
    return pd.concat(parts, ignore_index=True)


def _draw_stratum(
    rows: pd.DataFrame, asked: int, generator: np.random.Generator, how: AreaDraw
) -> pd.DataFrame:
    rows = rows.sort_values([*how.order, "ea_code"], kind="stable")
    # What is drawn, and in which turn, is the same for every method: a redraw depends on it.
    start, turn = generator.random(), generator.random()
    ranks = generator.random(asked)
    place = np.arange(len(rows))
    if how.method == "srs":
        place = simple_order(len(rows), generator)
        rows = rows.iloc[place]
    sizes = rows["households_frame"].to_numpy(float)
    laid = line(sizes if how.method == "systematic_pps" else np.ones(len(rows)), asked)
    turns = _turns(laid, start, ranks[: laid.points], how)
    units = np.concatenate([np.flatnonzero(laid.certain), *(part.units for part in turns)])
    certain = int(laid.certain.sum())
    groups = replicate_groups(laid.points, how.replicates, turn)
    drawn = rows.iloc[units].assign(
        probability=laid.probability[units],
        certain=laid.certain[units],
        status=[KEPT if how.keeps else NEW] * certain + [one for part in turns for one in part.status],
        point=np.concatenate([np.zeros(certain, dtype=int), *(part.points + 1 for part in turns)]),
        phase=np.concatenate([np.zeros(certain, dtype=int), *(part.phase for part in turns)]),
        retained=_retained(laid, how)[units],
        replicate=np.concatenate([np.zeros(certain, dtype=int), *(groups[part.points] for part in turns)]),
    )
    return drawn.iloc[np.argsort(place[units], kind="stable")]


@dataclass(frozen=True, slots=True, eq=False)
class _Turn:
    """Units under some of the points of a line, with the phase of each point."""

    units: Ints
    points: Ints
    phase: Ints
    status: list[str]


def _turns(laid: Line, start: float, ranks: Floats, how: AreaDraw) -> list[_Turn]:
    """Draw from the line for this wave, and name what the wave before it had and this one has not."""
    points = np.arange(laid.points)
    if not laid.points:
        return []
    phase = advanced(laid.points, how.keeps, ranks, phases=how.phases)
    now = rotated(laid, start, phase, phases=how.phases)
    if not how.keeps:
        return [_Turn(now, points, phase, [NEW] * laid.points)]
    last = advanced(laid.points, how.keeps[:-1], ranks, phases=how.phases)
    before = rotated(laid, start, last, phases=how.phases)
    gone = before != now
    return [
        _Turn(now, points, phase, np.where(gone, NEW, KEPT).tolist()),
        _Turn(before[gone], points[gone], last[gone], [DROPPED] * int(gone.sum())),
    ]


def _retained(laid: Line, how: AreaDraw) -> Floats:
    if not how.keeps:
        return np.full(len(laid.probability), np.nan)
    share = kept_points(laid.points, how.keeps[-1]) / laid.points if laid.points else 1.0
    return retained(laid, share, phases=how.phases)
