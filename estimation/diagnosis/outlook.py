"""What each domain will carry: counts, item nonresponse, and the precision and quality to expect."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from narwhals.typing import IntoFrame

from estimation import publication
from estimation.arrays import Floats, Ints
from estimation.design import ROW, Design, DesignError
from estimation.diagnosis.tallies import Tally, mixed, unit_columns
from estimation.domains import Domains, number_domains
from estimation.intervals import interval
from estimation.proportions import estimate_proportions
from estimation.variance import LonelyPsuError
from estimation.weighting import kish

EVERYONE = "(everyone)"
COUNTED = ("n", "n_psu", "df", "missing", "missing_weighted", "kish")
SUMS = ("weight", "events")
PREDICTED = ("clustering", "n_eff", "half_width_50", "p", "half_width", "quality", "reason")
RESERVED = ("indicator", *COUNTED, *SUMS, *PREDICTED)


def clustering(counted: Tally, frame: IntoFrame, *, deff: float | None) -> dict[str, float]:
    """Design effect of clustering of each indicator: declared, else realised over the whole, else NaN."""
    names = counted.indicators or (EVERYONE,)
    effects = dict.fromkeys(names, np.nan if deff is None else deff)
    sortable = not any(mixed(counted.cells[column]) for column in unit_columns(counted.design)[-1])
    if deff is not None or not counted.indicators or not sortable:
        return effects
    rule = "adjust" if counted.design.lonely == "fail" else counted.design.lonely
    try:
        made = estimate_proportions(frame, list(names), design=replace(counted.design, lonely=rule)).frame
    except (DesignError, LonelyPsuError):
        return effects
    for name, n, n_eff in zip(names, made["n"], made["n_eff"], strict=True):
        sums = (np.array([counted.cells[f"{part}:{name}"].sum()]) for part in ("count", "weight", "square"))
        effects[name] = float(n / n_eff / kish(*sums)[0]) if n_eff > 0 else np.nan
    return effects


def declared_df(design: Design) -> int | None:
    """Take the df that the producer of replicate weights declares; None = count them (M4)."""
    return design.replicates.df if design.replicates is not None else None


def foresee(counted: Tally, effects: dict[str, float]) -> pd.DataFrame:
    """Count and predict every domain of every indicator."""
    cells = counted.cells
    texts = {
        column: cells[column].map(str, na_action="ignore") for column in counted.by if mixed(cells[column])
    }
    weight = cells["__weight"].to_numpy(float)
    labels, domain = number_domains(cells.assign(**texts), weight, Domains(by=counted.by))
    blocks = []
    for name, effect in effects.items():
        block = _count_domains(counted, name, domain, len(labels))
        block = pd.concat([labels, block, _predict(block, effect)], axis=1)
        block.insert(0, "indicator", name)
        blocks.append(block.drop(columns=list(SUMS)))
    return pd.concat(blocks, ignore_index=True)


def _count_domains(counted: Tally, name: str, domain: Ints, domains: int) -> pd.DataFrame:
    """Persons, PSUs, df and weights of each domain, shape (D, ...)."""
    cells, inside = counted.cells, domain >= 0
    named = name in counted.indicators
    binary = named and not cells[f"odd:{name}"].any()

    def sums(column: str) -> Floats:
        values = cells[column].to_numpy(float)[inside]
        return np.bincount(domain[inside], values, minlength=domains).astype(float)

    def column(part: str, whole: str) -> str:
        return f"{part}:{name}" if named else whole

    count, weight = column("count", "__persons"), column("weight", "__weight")
    held = inside & (cells[count].to_numpy(float) > 0)

    def distinct(units: Ints) -> Ints:
        pairs = np.unique(np.column_stack([domain[held], units[held]]), axis=0)
        return np.bincount(pairs[:, 0], minlength=domains)

    n, of_weights = sums(count), sums(weight)
    declared = declared_df(counted.design)
    n_psu = n.astype(int) if ROW in counted.design.psu_columns else distinct(counted.unit)
    with np.errstate(divide="ignore", invalid="ignore"):
        return pd.DataFrame(
            {
                "n": n.astype(int),
                "n_psu": n_psu,
                "df": n_psu - distinct(counted.stratum) if declared is None else declared,
                "missing": 1 - n / sums("__persons"),
                "missing_weighted": np.maximum(1 - of_weights / sums("__weight"), 0.0),
                "kish": kish(n, of_weights, sums(column("square", "__square"))),
                "weight": of_weights,
                "events": sums(f"events:{name}") if binary else np.full(domains, np.nan),
            }
        )


def _predict(block: pd.DataFrame, effect: float) -> pd.DataFrame:
    """Effective size, half-widths and quality to expect of each domain (M5, M6, M9), shape (D, 7)."""
    n, df = block["n"].to_numpy(float), block["df"].to_numpy(float)
    with np.errstate(divide="ignore", invalid="ignore"):
        n_eff = np.minimum(n / (block["kish"].to_numpy(float) * np.nan_to_num(effect, nan=1.0)), n)
        p = (block["events"] / block["weight"]).to_numpy(float)
        expected = np.where((p >= 0) & (p <= 1), p, 0.5)
        se = np.where(df > 0, np.sqrt(expected * (1 - expected) / n_eff), np.nan)
    graded = publication.grade(
        block.assign(n_eff=n_eff, estimate=expected, se=se, cv=se / np.maximum(expected, 1e-300)),
        publication.NCHS2017,
        shares=True,
    )
    half_50 = _half_width(np.full_like(n_eff, 0.5), n_eff, df)
    half = np.where((p >= 0) & (p <= 1), _half_width(expected, n_eff, df), np.nan)
    made = pd.DataFrame(
        {"clustering": effect, "n_eff": n_eff, "half_width_50": half_50, "p": p, "half_width": half}
    )
    return pd.concat([made, graded], axis=1)


def _half_width(p: Floats, n_eff: Floats, df: Floats) -> Floats:
    """Half of the 95 % logit interval for a share of effective size n_eff (M6); NaN where df <= 0."""
    usual = (n_eff > 0) & (p > 0) & (p < 1)
    se = np.sqrt(p * (1 - p) / n_eff, out=np.full(p.shape, np.nan), where=usual)
    low, high = interval(p, se, n_eff, df)
    return np.where(usual, (high - low) / 2, np.nan)
