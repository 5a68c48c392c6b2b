"""Waves that were estimated one by one become one set of estimates, without a person's row."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pandas as pd

from estimation import intervals
from estimation.arrays import Floats, Ints
from estimation.design import ROW, Overlap
from estimation.estimates import Estimates
from estimation.measuring import KINDS, RESERVED, graded, quotient
from estimation.variance import Stage
from estimation.variation import Linearised, Replicated, Variation, standard_errors

SAME = 1e-12
ALIKE: dict[str, Callable[[Estimates], object]] = {
    "kind": lambda wave: wave.kind,
    "by": lambda wave: wave.by,
    "interval": lambda wave: wave.interval,
    "level": lambda wave: wave.level,
    "side": lambda wave: wave.side,
    "rule for lonely PSUs": lambda wave: (wave.variation.units.lonely, wave.variation.units.lonely_domain),
    "columns of strata and PSU": lambda wave: list(wave.variation.units.psus.columns),
    "number of stages": lambda wave: len(wave.variation.units.stages),
}


def join_waves(waves: Mapping[Hashable, Estimates], *, overlap: Overlap) -> Estimates:
    """Stack the estimates of several waves, as if the persons of all had been estimated together (M8).

    What must hold: every wave was estimated by the same columns and the same way; under `same_psus` and
    `panel` a PSU keeps its stratum and code; a calibrated wave was calibrated on its own, as if each variable
    of the calibration were crossed with the wave. The result is then that of the stacked persons to rounding:
    `independent` sets each wave in strata of its own; the others match PSUs by stratum and code, a PSU that
    one wave lacks counts there as sampled without a member, and n_h is the number in the union.

    Parameters
    ----------
    waves : mapping of wave to Estimates
        Two or more, in the order wanted; the keys become values of the wave column.
    overlap : Overlap
        Name of the wave column, and how the samples hang together.

    Returns
    -------
    Estimates
        By the wave first, then as before; `change` compares the waves. A row whose variance the other waves
        alter (n_h of the union, the rules `adjust` and `average`) is measured anew and graded by the standard
        of its kind; all others stay as they were to the bit.

    Raises
    ------
    ValueError
        For estimates that differ in kind, by-columns, interval, rules or stages, with what each has; for
        shared PSUs where the design has several stages, replicates, no PSU, or population sizes that do not
        agree.
    """
    _check(waves, overlap.wave)
    names, held = list(waves), list(waves.values())
    join = _side_by_side if overlap.kind == "independent" else _on_same_psus
    variation = join(names, [wave.variation for wave in held], overlap.wave)
    stacked = [wave.frame.copy() for wave in held]
    for name, frame in zip(names, stacked, strict=True):
        frame.insert(1, overlap.wave, pd.Series([name] * len(frame), index=frame.index))
    frame = pd.concat(stacked, ignore_index=True)
    order = np.argsort(pd.factorize(frame["indicator"])[0], kind="stable")
    joined = replace(
        held[0],
        frame=frame.iloc[order].reset_index(drop=True),
        by=(overlap.wave, *held[0].by),
        variation=variation.selected(order),
        overlap=overlap,
    )
    return replace(joined, frame=_measured_anew(joined))


def _check(waves: Mapping[Hashable, Estimates], column: str) -> None:
    """Refuse what cannot be stacked, with what each wave has."""
    if len(waves) < 2:
        raise ValueError("one wave has nothing to be joined with; give two or more")
    if column in RESERVED:
        raise ValueError(f"the frame of estimates has a column {column!r} of its own; rename the wave")
    for what, of in ALIKE.items():
        found = {name: of(wave) for name, wave in waves.items()}
        if len({repr(value) for value in found.values()}) > 1:
            raise ValueError(f"the waves differ in their {what}: {found}; estimate them alike")
    if column in next(iter(waves.values())).by:
        raise ValueError(f"the estimates are already by {column!r}; join those of single waves")


def _side_by_side(names: Sequence[Hashable], waves: Sequence[Variation], column: str) -> Variation:
    """Put each wave into strata of its own; no two share a unit."""
    units = replace(
        waves[0].units,
        stages=tuple(
            _stacked_stage([wave.units.stages[depth] for wave in waves], names, column)
            for depth in range(len(waves[0].units.stages))
        ),
        psus=pd.concat(
            [_with_wave(wave.units.psus, name, column) for name, wave in zip(names, waves, strict=True)],
            ignore_index=True,
        ),
    )
    counts = _blocks([wave.counts for wave in waves])
    linearised = [wave for wave in waves if isinstance(wave, Linearised)]
    if len(linearised) == len(waves):
        return Linearised(_blocks([wave.scores for wave in linearised]), counts, units)
    if any(isinstance(wave, Replicated) and wave.declared_df is not None for wave in waves):
        raise ValueError(
            "degrees of freedom declared for one wave do not say those of a change; estimate each wave with "
            "strata and psu of the design"
        )
    return Replicated(_blocks([wave.deviations() for wave in waves]), counts, units)


def _stacked_stage(stages: Sequence[Stage], names: Sequence[Hashable], column: str) -> Stage:
    """Give the parents of one wave the numbers after those of the wave before."""
    starts = np.cumsum([0, *(len(stage.parent_names) for stage in stages)])
    return Stage(
        parent=np.concatenate(
            [stage.parent + start for stage, start in zip(stages, starts[:-1], strict=True)]
        ),
        fraction=np.concatenate([stage.fraction for stage in stages]),
        parent_names=tuple(
            f"{parent} ({column} {name})"
            for stage, name in zip(stages, names, strict=True)
            for parent in stage.parent_names
        ),
    )


def _with_wave(psus: pd.DataFrame, name: Hashable, column: str) -> pd.DataFrame:
    """Name the wave before stratum and code, unless the persons do not name their PSU."""
    if psus.shape[1] == 0 or column in psus.columns:
        return psus
    return pd.concat(
        [pd.DataFrame({column: [name] * len(psus)}), psus.reset_index(drop=True)], axis="columns"
    )


def _blocks(matrices: Sequence[Floats]) -> Floats:
    """Matrices along a diagonal; a column that is missing is missing in every row."""
    rows = np.cumsum([0, *(len(matrix) for matrix in matrices)])
    places = [np.arange(first, last) for first, last in pairwise(rows)]
    return _placed(matrices, places, int(rows[-1]))


def _placed(matrices: Sequence[Floats], places: Sequence[Ints], rows: int) -> Floats:
    """Matrices side by side, the rows of each at their places among `rows`, 0 elsewhere."""
    wide = []
    for matrix, place in zip(matrices, places, strict=True):
        block = np.zeros((rows, matrix.shape[1]))
        block[place] = matrix
        block[:, np.isnan(matrix).any(axis=0)] = np.nan
        wide.append(block)
    return np.hstack(wide)


def _on_same_psus(names: Sequence[Hashable], waves: Sequence[Variation], column: str) -> Linearised:
    """Match PSUs by stratum and code; one that a wave lacks has the score 0 there."""
    del names, column
    linearised = [wave for wave in waves if isinstance(wave, Linearised)]
    listed = [wave.units.psus for wave in waves]
    _check_shared(waves, listed)
    indices = [pd.MultiIndex.from_frame(psus) for psus in listed]
    union = indices[0].append(indices[1:]).unique().sort_values()
    places = [np.asarray(union.get_indexer(index), dtype=np.intp) for index in indices]
    psus = union.to_frame(index=False)
    units = replace(linearised[0].units, stages=(_shared_stage(linearised, places, psus),), psus=psus)
    return Linearised(
        _placed([wave.scores for wave in linearised], places, len(psus)),
        _placed([wave.counts for wave in linearised], places, len(psus)),
        units,
    )


def _check_shared(waves: Sequence[Variation], listed: Sequence[pd.DataFrame]) -> None:
    """Refuse shared PSUs where scores cannot be matched by PSU."""
    if not all(isinstance(wave, Linearised) for wave in waves):
        raise ValueError(
            "neither replicates nor estimates kept without the scores of their PSUs tell how waves that "
            "share PSUs vary together; estimate the stacked persons"
        )
    if listed[0].shape[1] == 0 or ROW in listed[0].columns:
        raise ValueError(
            "the design names no PSU, so the waves cannot share any; name psu, or declare independent"
        )
    if len(waves[0].units.stages) > 1:
        raise ValueError(
            "units of the second stage are not known by code here, so those of two waves cannot be matched; "
            "estimate the stacked persons, or without fpc of the second stage"
        )


def _shared_stage(waves: Sequence[Linearised], places: Sequence[Ints], psus: pd.DataFrame) -> Stage:
    """Give the strata of the union, and the fraction drawn where all waves agree on it."""
    strata, names = np.zeros(len(psus), dtype=np.intp), ["" for _ in range(len(psus))]
    if psus.shape[1] > 1:
        strata = pd.factorize(pd.MultiIndex.from_frame(psus.iloc[:, :-1]), sort=True)[0]
    fraction = np.full((len(waves), len(psus)), np.nan)
    for row, (wave, place) in enumerate(zip(waves, places, strict=True)):
        stage = wave.units.stages[0]
        fraction[row, place] = stage.fraction
        for psu, parent in zip(place, stage.parent, strict=True):
            names[strata[psu]] = stage.parent_names[parent]
    low, high = np.nanmin(fraction, axis=0), np.nanmax(fraction, axis=0)
    partly = np.isnan(fraction).any(axis=0)
    odd = (high - low > SAME) | (partly & (np.bincount(strata, high)[strata] > 0))
    if odd.any():
        where = sorted({names[stratum] for stratum in strata[odd]})[:5]
        raise ValueError(
            f"the waves do not draw the same share of the PSUs in {where}: with population sizes (fpc) "
            "shared PSUs must be the same in every wave; estimate the stacked persons, or without fpc"
        )
    return Stage(np.asarray(strata, dtype=np.intp), high, tuple(names[: strata.max(initial=-1) + 1]))


def _measured_anew(joined: Estimates) -> pd.DataFrame:
    """Measure the rows whose standard error the other waves alter."""
    frame, kind = joined.frame, KINDS[joined.kind]
    before, after = frame["se"].to_numpy(float), standard_errors(joined.variation)
    changed = np.flatnonzero(np.abs(after - before) > SAME * np.maximum(before, np.abs(frame["estimate"])))
    if len(changed) == 0:
        return frame
    rows, se = frame.iloc[changed].copy(), after[changed]
    estimate, n, df = (rows[name].to_numpy(float) for name in ("estimate", "n", "df"))
    ratio = quotient(se, before[changed]) ** 2
    low, high = joined.limits.of(estimate, se, n, df)
    spread = estimate * (1 - estimate)
    size = intervals.effective_size(spread, se, n) if kind.is_share else rows["n_eff"] / ratio
    rows = rows.assign(se=se, ci_low=low, ci_high=high, n_eff=size, deff=rows["deff"] * ratio)
    rows = graded(rows.assign(cv=quotient(se, np.abs(estimate))), kind)
    return pd.concat([frame.drop(index=frame.index[changed]), rows]).sort_index()
