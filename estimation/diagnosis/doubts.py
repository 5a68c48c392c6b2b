"""The rules of the design linter: each looks at what was counted and names what is to be doubted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd
from pandas.api.typing import DataFrameGroupBy

from estimation.design import as_names
from estimation.diagnosis.findings import Finding
from estimation.diagnosis.tallies import (
    EVERYWHERE,
    EXTREME_WEIGHT,
    Tally,
    complete_columns,
    index_of,
    mixed,
    strata_columns,
    unit_columns,
)

FEW_DF = 8
FEW_PERSONS = 30
MUCH_NONRESPONSE = 0.20
WIDE_G = 3.0
PLACES_SHOWN = 5
ROUNDING = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What the rules look at: the counts, and the tables of a `Diagnosis`."""

    tally: Tally
    strata: pd.DataFrame
    domains: pd.DataFrame
    nonresponse: pd.DataFrame


def find(evidence: Evidence) -> list[Finding]:
    """Apply every rule of :data:`RULES` in turn."""
    return [finding for rule in RULES for finding in rule(evidence)]


def _places(names: Iterable[object]) -> str:
    """Name the first places, and say how many more there are."""
    every = [str(name) for name in names]
    more = len(every) - PLACES_SHOWN
    return "; ".join(every[:PLACES_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _labels(index: pd.Index) -> list[str]:
    """Say what each entry of an index is: 'stratum a, ea 5'."""
    if list(index.names) == [EVERYWHERE]:
        return ["the whole sample"] * len(index)
    keys = (key if isinstance(key, tuple) else (key,) for key in index)
    return [
        ", ".join(f"{column} {value}" for column, value in zip(index.names, key, strict=True)) for key in keys
    ]


def _weights(evidence: Evidence) -> Iterator[Finding]:
    """Look at the weights, row by row and as a whole."""
    whole, where = evidence.tally.whole, evidence.tally.design.weight
    for name in ("null", "negative", "infinite", "zero"):
        code = "weight_missing" if name == "null" else f"weight_{name}"
        if whole[name]:
            yield Finding(code, where, {"count": int(whole[name])})
    persons, total = int(whole["persons"]), float(whole["weight"])
    if not persons:
        yield Finding("nobody_counts", where, {})
    elif whole["low"] == whole["high"] == 1:
        yield Finding("weight_constant", where, {})
    elif total <= persons * (1 + ROUNDING):
        yield Finding("weight_sum", where, {"total": total, "persons": persons})
    extreme = int(evidence.tally.cells["__extreme"].sum())
    if extreme:
        counted = {
            "count": extreme,
            "bound": EXTREME_WEIGHT,
            "middle": whole["middle"],
            "high": whole["high"],
        }
        yield Finding("weight_extreme", where, counted)


def _calibration(evidence: Evidence) -> Iterator[Finding]:
    """Compare the weights before and after calibration."""
    calibration, whole = evidence.tally.design.calibration, evidence.tally.whole
    if calibration is None:
        return
    for name, code in (("unfit", "initial_weight_unfit"), ("lost", "initial_weight_zero")):
        if whole[name]:
            yield Finding(code, calibration.initial_weight, {"count": int(whole[name])})
    low, high = whole["g_low"], whole["g_high"]
    if low < 1 / WIDE_G or high > WIDE_G:
        where = f"{evidence.tally.design.weight} / {calibration.initial_weight}"
        yield Finding("calibration_range", where, {"low": low, "high": high, "bound": WIDE_G})


def _completeness(evidence: Evidence) -> Iterator[Finding]:
    """Count rows without a value in the columns of the design and of the domains."""
    whole, design, by = evidence.tally.whole, evidence.tally.design, evidence.tally.by
    part = complete_columns(design)
    for column in dict.fromkeys((*part, *by)):
        count = int(whole[f"null:{column}"])
        if count:
            code = "design_value_missing" if column in part else "by_missing"
            yield Finding(code, column, {"count": count, "rows": int(whole["rows"])})
    for column in dict.fromkeys((*unit_columns(design)[-1], *by)):
        if mixed(evidence.tally.cells[column]):
            yield Finding("codes_mixed", column, {})
    absent = evidence.tally.absent
    if absent:
        yield Finding("replicates_absent", _places(absent), {"count": len(absent)})


def _lonely(evidence: Evidence) -> Iterator[Finding]:
    """Name the strata, and the units of later stages, with a single sampled unit."""
    design, strata = evidence.tally.design, evidence.strata
    alone = strata[strata["lonely"]]
    names = _labels(index_of(alone, strata_columns(design)))
    for stage in range(1, len(design.population_sizes)):
        parents = _parents(evidence.tally, stage)
        certain = (parents["high"] <= 1) & (parents["low"] >= 1)
        names += _labels(parents.index[(parents["units"] == 1) & ~certain])
    if names:
        code = "lonely_refused" if design.lonely == "fail" else "lonely_ruled"
        yield Finding(code, _places(names), {"count": len(names), "rule": design.lonely})


def _psus(evidence: Evidence) -> Iterator[Finding]:
    """Compare the PSUs of the persons with those of the register."""
    psus, strata, design = evidence.tally.psus, evidence.strata, evidence.tally.design
    strangers = psus.index[~psus["registered"]]
    if len(strangers):
        yield Finding("psu_not_in_register", _places(_labels(strangers)), {"count": len(strangers)})
    if not evidence.tally.whole["persons"]:
        return
    silent = strata["n_psu_seen"] == 0
    if silent.any():
        names = _labels(index_of(strata[silent], strata_columns(design)))
        yield Finding("stratum_silent", _places(names), {"count": int(silent.sum())})
    empty = psus.index[psus["held"] == 0]
    if len(empty) and design.psu is not None:
        yield Finding("psu_silent", _places(_labels(empty)), {"count": len(empty)})


def _codes(evidence: Evidence) -> Iterator[Finding]:
    """Look for codes of PSUs that occur in more than one stratum; waves drawn anew may use them again."""
    psus, design = evidence.tally.psus, evidence.tally.design
    strata = as_names(design.strata)
    if design.psu is None or not strata:
        return
    numbers = pd.Series(index_of(psus.index.to_frame(index=False), strata).factorize()[0])
    codes = numbers.groupby(psus.index.get_level_values(design.psu).to_numpy()).nunique()
    twice = codes[codes > 1]
    if len(twice):
        code = "psu_codes_reused" if len(twice) > len(codes) / 2 else "psu_in_two_strata"
        where = _places(f"{design.psu} {name}" for name in twice.index)
        yield Finding(code, where, {"count": len(twice), "codes": len(codes)})


def _parents(tally: Tally, stage: int) -> pd.DataFrame:
    """List the parents of a stage: drawn units, lowest and highest value of its fpc column."""
    design = tally.design
    if stage == 0:
        units = tally.psus[["units", "low", "high"]]
        return _within(units, strata_columns(design)).agg({"units": "sum", "low": "min", "high": "max"})
    size, names = design.population_sizes[stage], unit_columns(design)[stage]
    bounds = {f"low:size:{size}": "min", f"high:size:{size}": "max"}
    cells = tally.cells.set_axis(index_of(tally.cells, names))
    units = _within(cells, names).agg(bounds).set_axis(["low", "high"], axis=1).assign(units=1)
    return _within(units, names[:-1]).agg({"units": "sum", "low": "min", "high": "max"})


def _within(units: pd.DataFrame, columns: tuple[str, ...]) -> DataFrameGroupBy[Any, Any]:
    """Group units by some levels of their index; without levels they are one group."""
    index = index_of(units.index.to_frame(index=False), columns)
    return units.set_axis(index).groupby(level=list(range(index.nlevels)), sort=False)


def _population_sizes(evidence: Evidence) -> Iterator[Finding]:
    """Compare the fpc columns of every stage with the sample."""
    design = evidence.tally.design
    for stage, column in enumerate(design.population_sizes):
        parents = _parents(evidence.tally, stage)
        low, high = parents["low"], parents["high"]
        doubts = {"probability_unfit": ~((low > 0) & (high <= 1)) & low.notna()}
        if design.pps is None:
            doubts = {"fpc_below_sample": (high < parents["units"]) & (low == high), "fpc_varies": low < high}
            if bool((high <= 1).all() and (low < 1).any()):
                yield Finding("fpc_fraction", column, {})
                continue
        for code, flagged in doubts.items():
            if flagged.any():
                where = f"{column}: {_places(_labels(parents.index[flagged]))}"
                yield Finding(code, where, {"count": int(flagged.sum())})


def _indicators(evidence: Evidence) -> Iterator[Finding]:
    """Look at the answers of the whole sample."""
    tally = evidence.tally
    for name in tally.texts:
        yield Finding("indicator_text", name, {})
    for name in tally.indicators:
        count, weight, events, odd = (
            float(tally.cells[f"{part}:{name}"].sum()) for part in ("count", "weight", "events", "odd")
        )
        if odd:
            yield Finding("indicator_not_binary", name, {"count": int(odd)})
        elif count and min(events, weight - events) <= ROUNDING * weight:
            yield Finding("indicator_constant", name, {"value": round(events / weight)})
        persons, total = float(tally.cells["__persons"].sum()), float(tally.cells["__weight"].sum())
        if persons and 1 - count / persons > MUCH_NONRESPONSE:
            counted = {
                "share": 1 - count / persons,
                "weighted": 1 - weight / total,
                "bound": MUCH_NONRESPONSE,
            }
            yield Finding("nonresponse_high", name, counted)


def _nonresponse(evidence: Evidence) -> Iterator[Finding]:
    """Name the PSUs that miss an item wholly, or more than the others do."""
    table, columns = evidence.nonresponse, unit_columns(evidence.tally.design)[0]
    for name, rows in table.groupby("indicator", sort=False):
        whole = rows["whole"].to_numpy(bool)
        for code, chosen in (("nonresponse_psu", whole), ("nonresponse_uneven", ~whole)):
            if chosen.any():
                where = f"{name}: {_places(_labels(index_of(rows[chosen], columns)))}"
                yield Finding(code, where, {"count": int(chosen.sum())})


def _domains(evidence: Evidence) -> Iterator[Finding]:
    """Name the domains that will hardly carry an estimate."""
    df, n = evidence.domains["df"], evidence.domains["n"]
    doubts: tuple[tuple[str, pd.Series, dict[str, object]], ...] = (
        ("domain_not_estimable", df <= 0, {}),
        ("domain_few_df", (df > 0) & (df < FEW_DF), {"few": FEW_DF}),
        ("domain_few_persons", n < FEW_PERSONS, {"few": FEW_PERSONS}),
    )
    for code, flagged, counted in doubts:
        if flagged.any():
            names = _domain_names(evidence, flagged)
            yield Finding(code, _places(names), {"count": len(names), **counted})


def _domain_names(evidence: Evidence, flagged: pd.Series) -> list[str]:
    """Name the domains flagged, with the indicators where it is not all of them."""
    by, domains = evidence.tally.by, evidence.domains
    every = domains["indicator"].nunique()
    labels = pd.Series(_labels(index_of(domains, by)), index=domains.index)
    names = []
    for label, indicators in domains["indicator"][flagged].groupby(labels[flagged], sort=False):
        names.append(str(label) if len(indicators) == every else f"{label} ({', '.join(indicators)})")
    return names


RULES: tuple[Callable[[Evidence], Iterator[Finding]], ...] = (
    _weights,
    _calibration,
    _completeness,
    _lonely,
    _psus,
    _codes,
    _population_sizes,
    _indicators,
    _nonresponse,
    _domains,
)
