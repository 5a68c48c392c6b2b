"""Rotation of a systematic sample: some areas leave, others come, and every chance stays what it was."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from estimation.arrays import Floats, Ints
from estimation.sampling import Line, SamplingError, units_under

PHASES = 2
# A unit this near to a phase long counts as longer: rounding must not let two points meet in it.
NEAR = 1e-9


def rotated(drawn: Line, start: Floats | float, phase: Ints, *, phases: int = PHASES) -> Ints:
    """Draw again on the same line after some points moved on, at unchanged chances (M14).

    Each point owns one interval. In phase r it lies r/phases of an interval further, and begins again at the
    front of its own interval when it would leave it. This maps the interval onto itself without stretching,
    so that a unit keeps its chance whatever the phases are, as long as they were fixed without a look at
    the start. A point stays where it was when any of its phases lies in a unit longer than interval/phases:
    so no unit is met by two points, and the number drawn is always the same.

    Parameters
    ----------
    drawn : Line
    start : float or float array, shape (...)
        That of the first wave.
    phase : int array, shape (..., drawn.points)
        In 0..phases - 1.

    Returns
    -------
    int array, shape (..., drawn.points)
    """
    start = np.asarray(start, dtype=float)[..., None]
    turns = np.stack([units_under(drawn, (start + turn / phases) % 1.0) for turn in range(phases)])
    tied = (drawn.probability[turns] > 1 / phases - NEAR).any(axis=0)
    moved = np.take_along_axis(turns, np.broadcast_to(phase, turns.shape[1:])[None], axis=0)[0]
    met: Ints = np.where(tied, turns[0], moved)
    return met


def advanced(points: int, keeps: Sequence[float], order: Floats, *, phases: int = PHASES) -> Ints:
    """Phases of the points after rotations: those that stayed longest move first.

    Parameters
    ----------
    points : int
    keeps : sequence of float in [0, 1]
        Share of the points that each rotation leaves in place; the number kept is rounded up.
    order : float array, shape (points,)
        Random numbers, drawn without a look at the start; the lower moves first.

    Returns
    -------
    int array, shape (points,)

    Raises
    ------
    SamplingError
        When a point would have to move more often than there are phases.
    """
    phase = np.zeros(points, dtype=np.intp)
    for share in keeps:
        leaving = points - kept_points(points, share)
        phase[np.lexsort((order, phase))[:leaving]] += 1
    if points and phase.max() >= phases:
        raise SamplingError(f"after {len(keeps)} rotations every one of the {phases} turns is used up")
    return phase


def kept_points(points: int, share: float) -> int:
    """How many points a rotation leaves in place."""
    return int(np.ceil(points * share - NEAR))


def retained(drawn: Line, share: float, *, phases: int = PHASES) -> Floats:
    """Chance of a unit to be in two waves with one rotation between them (M14).

    Parameters
    ----------
    drawn : Line
    share : float
        Share of the points that are kept, as realised: kept points / points.

    Returns
    -------
    float array, shape (units,)
        π·share + (1 - share)·(length of the unit on which points are tied); 1 for a certain unit. The
        chance to be in one wave or the other is 2 π minus this.
    """
    if not drawn.points:
        return drawn.probability.copy()
    ends = drawn.ends / drawn.interval
    lengths = drawn.probability[drawn.others]
    tied = _tied_stretches(ends, lengths, drawn.points, phases=phases)
    edges = np.concatenate([[0.0], ends])
    covered = np.diff(np.interp(edges, *_measure(tied, drawn.points)))
    both = drawn.probability.copy()
    both[drawn.others] = lengths * share + (1 - share) * np.minimum(covered, lengths)
    return both


def _tied_stretches(ends: Floats, lengths: Floats, points: int, *, phases: int) -> list[tuple[float, float]]:
    """Stretches of the line, in intervals, from which one of the phases meets a long unit."""
    stretches = []
    for end, length in zip(ends, lengths, strict=True):
        if length <= 1 / phases - NEAR:
            continue
        for cell in range(int(end - length), min(int(end) + 1, points)):
            low, high = max(end - length - cell, 0.0), min(end - cell, 1.0)
            for turn in range(phases if high > low else 0):
                begin, finish = (low + turn / phases) % 1.0, (low + turn / phases) % 1.0 + high - low
                stretches.append((cell + begin, cell + min(finish, 1.0)))
                if finish > 1:
                    stretches.append((float(cell), cell + finish - 1))
    return sorted(stretches)


def _measure(stretches: Sequence[tuple[float, float]], points: int) -> tuple[Floats, Floats]:
    """Knots of the function that measures how much of the line up to a place lies in the stretches."""
    knots, measured = [0.0], [0.0]
    for begin, end in stretches:
        fresh = max(begin, knots[-1])
        if end > fresh:
            knots += [fresh, end]
            measured += [measured[-1], measured[-1] + end - fresh]
    return np.array([*knots, float(points)]), np.array([*measured, measured[-1]])
