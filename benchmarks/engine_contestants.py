"""One contestant of the engine benchmark in a process of its own: load, run some times, say what it took.

``python engine_contestants.py NAME FILE.parquet REPEATS`` prints one JSON line. Every contestant imports what
it needs itself, so that its memory holds nothing of the others.
"""

# ruff: noqa: PLC0415, ANN401

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

INDICATORS = [f"i{k}" for k in range(1, 8)]
KEYS = ["stratum", "ea", "district"]
ENOUGH, SLOW, VERY_SLOW = 2.0, 20.0, 60.0
PACKAGES = ("duckdb", "narwhals", "numpy", "pandas", "polars", "pyspark", "scipy", "svy")
Rows = list[dict[str, Any]]


@dataclass(frozen=True)
class Contestant:
    """What is done outside the clock (load, tidy) and inside it (run)."""

    load: Callable[[str], Any]
    run: Callable[[Any], Any]
    tidy: Callable[[Any], Rows] | None = None


def ours(load: Callable[[str], Any]) -> Contestant:
    """Run the package on whatever frame `load` gives."""
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    from estimation import Design, estimate_proportions

    design = Design(weight="weight", strata="stratum", psu="ea")

    def tidy(estimates: Any) -> Rows:
        columns = ["indicator", "district", "estimate", "se", "df", "ci_low", "ci_high"]
        return estimates.frame[columns].to_dict("records")

    return Contestant(
        load, lambda persons: estimate_proportions(persons, INDICATORS, by="district", design=design), tidy
    )


def ours_pandas() -> Contestant:
    """Work on a pandas frame in memory."""
    import pandas as pd

    return ours(pd.read_parquet)


def ours_polars() -> Contestant:
    """Work on a Polars frame in memory."""
    import polars as pl

    return ours(pl.read_parquet)


def ours_polars_lazy() -> Contestant:
    """Work on a Parquet file that Polars scans."""
    import polars as pl

    return ours(pl.scan_parquet)


def ours_duckdb() -> Contestant:
    """Work on a Parquet file that DuckDB scans."""
    import duckdb

    return ours(duckdb.read_parquet)


def ours_spark() -> Contestant:
    """Work on a Parquet file that Spark scans."""
    return ours(spark_session().read.parquet)


def bare_pandas() -> Contestant:
    """Multiply and group a pandas frame in memory; nothing else."""
    import pandas as pd

    def run(persons: pd.DataFrame) -> pd.DataFrame:
        weight, answers = persons["weight"], persons[INDICATORS]
        present = answers.notna()
        blocks = [
            persons[KEYS],
            weight,
            answers.mul(weight, axis=0).add_prefix("above_"),
            present.mul(weight, axis=0).add_prefix("below_"),
            present.add_prefix("count_"),
        ]
        return pd.concat(blocks, axis=1).groupby(KEYS, sort=False).sum()

    return Contestant(pd.read_parquet, run)


def bare_polars() -> Contestant:
    """Group a Polars frame in memory; nothing else."""
    import polars as pl

    return Contestant(pl.read_parquet, lambda persons: group_polars(persons.lazy()))


def bare_polars_lazy() -> Contestant:
    """Group a Parquet file with Polars; nothing else."""
    import polars as pl

    return Contestant(pl.scan_parquet, group_polars)


def group_polars(persons: Any) -> Any:
    """Write the GROUP BY as Polars expressions."""
    import polars as pl

    weight = pl.col("weight")
    sums = [weight.sum()]
    for name in INDICATORS:
        answer = pl.col(name)
        sums += [
            (weight * answer).sum().alias(f"above_{name}"),
            pl.when(answer.is_not_null()).then(weight).sum().alias(f"below_{name}"),
            answer.count().alias(f"count_{name}"),
        ]
    return persons.group_by(KEYS).agg(sums).collect()


def bare_duckdb() -> Contestant:
    """Group a Parquet file with DuckDB; nothing else."""
    import duckdb

    return Contestant(
        lambda path: path, lambda path: duckdb.sql(sql(f"read_parquet('{path}')")).to_arrow_table()
    )


def bare_spark() -> Contestant:
    """Group a Parquet file with Spark; nothing else."""
    spark = spark_session()

    def load(path: str) -> str:
        spark.read.parquet(path).createOrReplaceTempView("persons")
        return "persons"

    return Contestant(load, lambda view: spark.sql(sql(view)).toPandas())


def sql(source: str) -> str:
    """Write the GROUP BY in SQL."""
    sums = ["sum(weight) as weight"]
    for name in INDICATORS:
        sums += [
            f"sum(weight * {name}) as above_{name}",
            f"sum(case when {name} is not null then weight end) as below_{name}",
            f"count({name}) as count_{name}",
        ]
    keys = ", ".join(KEYS)
    return f"select {keys}, {', '.join(sums)} from {source} group by {keys}"


def spark_session() -> Any:
    """Start Spark on all cores of this machine."""
    from pyspark.sql import SparkSession

    settings = {"spark.ui.enabled": "false", "spark.sql.shuffle.partitions": "8", "spark.driver.memory": "4g"}
    builder = SparkSession.builder.master("local[*]").appName("engine")
    for key, value in settings.items():
        builder = builder.config(key, value)
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    return spark


def svy_proportions() -> Contestant:
    """Ask svy for proportions of a list of variables by domain: both answers, logit limits."""
    return svy_with("prop", lambda row, name: row[name] == 1)


def svy_means() -> Contestant:
    """Ask svy for means of 0/1 variables by domain: no logit limits, and faster."""
    return svy_with("mean", lambda _row, _name: True)


def svy_with(method: str, wanted: Callable[[dict[str, Any], str], bool]) -> Contestant:
    """Build the sample and estimate, as svy's own guide says: a list of y, by=, drop_nulls=True."""
    import polars as pl
    import svy

    design = svy.Design(stratum="stratum", psu="ea", wgt="weight")
    limits = {"ci_low": "lci", "ci_high": "uci"} if method == "prop" else {}
    names = {"district": "district", "estimate": "est", "se": "se", "df": "df", **limits}

    def run(persons: pl.DataFrame) -> Any:
        estimation = svy.Sample(persons, design).estimation
        return getattr(estimation, method)(INDICATORS, by="district", drop_nulls=True)

    def tidy(results: Any) -> Rows:
        return [
            {"indicator": name} | {ours: row[theirs] for ours, theirs in names.items()}
            for name, result in zip(INDICATORS, results, strict=True)
            for row in result.to_polars().to_dicts()
            if wanted(row, name)
        ]

    return Contestant(pl.read_parquet, run, tidy)


CONTESTANTS: dict[str, Callable[[], Contestant]] = {
    "ours: pandas": ours_pandas,
    "ours: Polars": ours_polars,
    "ours: Polars lazy, Parquet": ours_polars_lazy,
    "ours: DuckDB, Parquet": ours_duckdb,
    "ours: PySpark, Parquet": ours_spark,
    "bare GROUP BY: pandas": bare_pandas,
    "bare GROUP BY: Polars": bare_polars,
    "bare GROUP BY: Polars lazy, Parquet": bare_polars_lazy,
    "bare GROUP BY: DuckDB, Parquet": bare_duckdb,
    "bare GROUP BY: PySpark, Parquet": bare_spark,
    "svy: prop": svy_proportions,
    "svy: mean": svy_means,
}


def memory(field: str) -> float:
    """Memory of this process and, for Spark, its Java child, in MB: VmHWM is the peak, VmRSS is now."""
    found = 0.0
    children = Path("/proc/self/task").glob("*/children")
    pids = ["self", *(pid for path in children for pid in path.read_text().split())]
    for pid in pids:
        status = Path(f"/proc/{pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        found += sum(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024
    return found


def clock(contestant: Contestant, source: Any, repeats: int) -> tuple[list[float], Any]:
    """Time every run: quick ones until two seconds are spent on them, fewer runs of what is slow."""
    seconds: list[float] = []
    result = None
    while len(seconds) < repeats or sum(seconds) < ENOUGH:
        began = time.perf_counter()
        result = contestant.run(source)
        seconds.append(time.perf_counter() - began)
        repeats = 1 if seconds[0] > VERY_SLOW else min(repeats, 3) if seconds[0] > SLOW else repeats
    return seconds, result


def versions() -> dict[str, str]:
    """Versions of the libraries that are installed here."""
    found = {}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def main(name: str, path: str, repeats: str) -> None:
    """Run one contestant and print what it took and what it found."""
    contestant = CONTESTANTS[name]()
    baseline = memory("VmRSS")
    source = contestant.load(path)
    loaded = memory("VmRSS")
    seconds, result = clock(contestant, source, int(repeats))
    report = {
        "seconds": seconds,
        "baseline_mb": baseline,
        "loaded_mb": loaded,
        "peak_mb": memory("VmHWM"),
        "estimates": contestant.tidy(result) if contestant.tidy else [],
        "versions": versions(),
    }
    print(json.dumps(report, default=float))


if __name__ == "__main__":
    main(*sys.argv[1:])
