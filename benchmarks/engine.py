"""Measure the estimator on every engine beside the bare GROUP BY, svy and R survey, on the same persons.

Seven binary indicators (one with missing answers) in eleven districts, each with its standard error, degrees
of freedom and 95 % logit limits; 60 strata, 1,500 enumeration areas, rows in random order. Every contestant
runs in a process of its own; no time is taken while a file is loaded into memory, all time is taken where a
Parquet file is scanned. What the contestants found is compared before any time is shown.

``python benchmarks/engine.py [--rows 10000 100000 1000000 10000000] [--huge] [--python VENV/bin/python]``,
where the virtual environment VENV has svy and pyspark.
"""

from __future__ import annotations

import argparse
import csv
import importlib.util
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from engine_contestants import CONTESTANTS, INDICATORS
from engine_plot import draw
from rich.console import Console
from rich.table import Table

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000, 1_000_000, 10_000_000)
HUGE = 100_000_000
CHUNK = 1_000_000
SEED = 20_260
STRATA, PSUS, DISTRICTS = 60, 1_500, 11
PATIENCE = 120.0
R_SURVEY = {"R survey: svyciprop": "proportions", "R survey: svymean": "means"}
R_ROWS = 1_000_000
HUGE_CONTESTANTS = ("ours: DuckDB, Parquet", "bare GROUP BY: DuckDB, Parquet")
ESTIMATE_AGREES, LIMIT_AGREES = 1e-10, 1e-8
COLUMNS = (
    *(
        "rows",
        "contestant",
        "seconds",
        "fastest",
        "runs",
        "times_bare",
        "peak_mb",
        "baseline_mb",
        "loaded_mb",
    ),
    *("difference_se", "note", "versions", "machine"),
)


@dataclass
class Measured:
    """One contestant at one size; `note` says why there is no time, or what differs."""

    rows: int
    contestant: str
    report: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    difference: float | None = None

    @property
    def seconds(self) -> float | None:
        """Median over the runs."""
        return statistics.median(self.report["seconds"]) if self.report else None

    @property
    def fastest(self) -> float | None:
        """The run that others on the machine disturbed least."""
        return min(self.report["seconds"]) if self.report else None


def persons(rows: int, folder: Path) -> Path:
    """Write the persons of one size as Parquet, in chunks, the same at every call; keep the file."""
    path = folder / f"persons_{rows}_{SEED}.parquet"
    if path.exists():
        return path
    rng = np.random.default_rng(SEED)
    stratum = np.arange(PSUS) % STRATA
    weight, share = rng.lognormal(4, 0.4, PSUS), rng.beta(6, 4, (PSUS, len(INDICATORS)))
    raking = rng.uniform(0.8, 1.2, 12)
    partial = path.with_suffix(".partial")
    writer = None
    for start in range(0, rows, CHUNK):
        n = min(CHUNK, rows - start)
        ea = rng.integers(0, PSUS, n)
        columns = {
            "stratum": stratum[ea].astype(np.int32),
            "ea": (25_000_000 + ea).astype(np.int32),
            "district": (688 + stratum[ea] % DISTRICTS).astype(np.int32),
            "weight": weight[ea] * rng.integers(1, 5, n) * raking[rng.integers(0, 12, n)],
        }
        for k, name in enumerate(INDICATORS):
            missing = rng.random(n) < 0.1 if k == len(INDICATORS) - 1 else None
            columns[name] = pa.array((rng.random(n) < share[ea, k]).astype(np.int8), mask=missing)
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(partial, table.schema)
        writer.write_table(table, row_group_size=2**17)
    writer.close()
    return partial.rename(path)


def for_r(parquet: Path) -> Path:
    """Write the persons as columns of float64, which R reads without a package."""
    path = parquet.with_suffix(".float64")
    if not path.exists():
        table = pq.read_table(parquet)
        with path.open("wb") as file:
            for column in table.columns:
                column.to_numpy().astype(np.float64).tofile(file)
    return path


def command(contestant: str, parquet: Path, rows: int, *, repeats: int, python: str) -> list[str]:
    """Words that start a contestant in its own process."""
    if contestant in R_SURVEY:
        script = str(HERE / "engine_survey.R")
        return ["Rscript", script, str(for_r(parquet)), str(rows), str(repeats), R_SURVEY[contestant]]
    interpreter = python if contestant.startswith("svy") or "PySpark" in contestant else sys.executable
    return [interpreter, str(HERE / "engine_contestants.py"), contestant, str(parquet), str(repeats)]


def run(contestant: str, parquet: Path, rows: int, *, repeats: int, python: str) -> Measured:
    """Run one contestant; one that fails says so in its note."""
    words = command(contestant, parquet, rows, repeats=repeats, python=python)
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return Measured(rows, contestant, note=f"failed: {last[:150]}")
    return Measured(rows, contestant, json.loads(done.stdout.strip().splitlines()[-1]))


def why_skipped(contestant: str, rows: int, before: list[Measured], present: set[str]) -> str:
    """Give the rule by which a contestant does not run at this size, or nothing."""
    if contestant not in present:
        return "not installed"
    if rows >= HUGE and contestant not in HUGE_CONTESTANTS:
        return "10^8 rows: DuckDB only"
    if contestant in R_SURVEY and rows > R_ROWS:
        return "R up to 10^6 rows"
    times = [found.seconds for found in before if found.contestant == contestant and found.seconds]
    return f"took {times[-1]:.0f} s at the size before" if times and times[-1] > PATIENCE else ""


def contestants_present(python: str) -> set[str]:
    """Names of the contestants whose libraries are on this machine."""

    def has(interpreter: str, module: str) -> bool:
        if interpreter == sys.executable:
            return importlib.util.find_spec(module) is not None
        return (
            subprocess.run(
                [interpreter, "-c", f"import {module}"], capture_output=True, check=False
            ).returncode
            == 0
        )

    spark, svy = has(python, "pyspark") and shutil.which("java") is not None, has(python, "svy")
    absent = {
        name
        for name in CONTESTANTS
        if ("PySpark" in name and not spark) or (name.startswith("svy") and not svy)
    }
    with_r = set(R_SURVEY) if shutil.which("Rscript") else set()
    return (set(CONTESTANTS) - absent) | with_r


def compare(found: list[Measured]) -> None:
    """Note the largest difference of standard errors from ours on pandas, and every disagreement."""
    reports = [measured for measured in found if measured.report.get("estimates")]
    if not reports:
        return
    reference = {(row["indicator"], int(row["district"])): row for row in reports[0].report["estimates"]}
    for measured in reports:
        rows = measured.report["estimates"]
        pairs = [(row, reference[row["indicator"], int(row["district"])]) for row in rows]
        measured.difference = largest(pairs, "se")
        wrong = [
            name
            for name, allowed in (("estimate", ESTIMATE_AGREES), ("se", ESTIMATE_AGREES))
            if largest(pairs, name) > allowed
        ]
        other_df = [(row, own) for row, own in pairs if "df" in row and row["df"] != own["df"]]
        same_df = [(row, own) for row, own in pairs if row.get("df", own["df"]) == own["df"]]
        limits = [pair for pair in same_df if "ci_low" in pair[0]]
        if max(largest(limits, "ci_low"), largest(limits, "ci_high")) > LIMIT_AGREES:
            wrong.append("limits")
        if len(pairs) != len(reference) or wrong:
            measured.note = f"WRONG: {', '.join(wrong) or f'{len(pairs)} estimates'}"
        elif other_df:
            measured.note = f"df differs in {len(other_df)}"


def largest(pairs: list[tuple[dict[str, Any], dict[str, Any]]], name: str) -> float:
    """Largest absolute difference of one number."""
    return max((abs(row[name] - own[name]) for row, own in pairs), default=0.0)


def times_bare(measured: Measured, found: list[Measured]) -> float | None:
    """Fastest run as a multiple of the fastest bare GROUP BY on the same engine."""
    kind, _, engine = measured.contestant.partition(": ")
    for other in found:
        same = other.rows == measured.rows and other.contestant == f"bare GROUP BY: {engine}"
        if same and kind == "ours" and measured.fastest and other.fastest:
            return measured.fastest / other.fastest
    return None


def machine() -> str:
    """Name the processor, its cores and the memory."""
    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":")[1].strip() for line in about.splitlines() if line.startswith("model name")]
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    processor = models[0] if models else platform.processor()
    return f"{processor}, {os.cpu_count()} cores, {gigabytes:.0f} GiB, Python {platform.python_version()}"


def record(found: list[Measured]) -> list[dict[str, Any]]:
    """One row a contestant and size, as the file holds it."""
    here = machine()
    rows = []
    for measured in found:
        report = measured.report
        values = (
            measured.rows,
            measured.contestant,
            measured.seconds,
            measured.fastest,
            len(report["seconds"]) if report else None,
            times_bare(measured, found),
            *(report.get(name) for name in ("peak_mb", "baseline_mb", "loaded_mb")),
            measured.difference,
            measured.note,
            " ".join(f"{name} {number}" for name, number in report.get("versions", {}).items()),
            here,
        )
        rows.append(dict(zip(COLUMNS, values, strict=True)))
    return rows


def show(rows: list[dict[str, Any]]) -> None:
    """Print the table."""
    table = Table(title=f"7 indicators × 11 districts with SE, df, 95 % logit limits · {machine()}")
    for heading in (
        "rows",
        "contestant",
        "median s",
        "fastest s",
        "× bare",
        "peak MB",
        "imports MB",
        "max |ΔSE|",
        "note",
    ):
        table.add_column(heading, justify="left" if heading in {"contestant", "note"} else "right")
    for row in rows:
        cells = (
            f"{row['rows']:,}",
            row["contestant"],
            shown(row["seconds"], ".3f"),
            shown(row["fastest"], ".3f"),
            shown(row["times_bare"], ".2f"),
            shown(row["peak_mb"], ".0f"),
            shown(row["baseline_mb"], ".0f"),
            shown(row["difference_se"], ".0e"),
            row["note"],
        )
        table.add_row(*cells, end_section=row is rows[-1] or rows[rows.index(row) + 1]["rows"] != row["rows"])
    Console(width=150).print(table)


def shown(value: float | None, pattern: str) -> str:
    """Format a number that may be absent."""
    return "" if value is None else format(value, pattern)


def write(rows: list[dict[str, Any]], out: Path) -> None:
    """Write the CSV and, beside it, the plot."""
    rounded = [{k: float(f"{v:.4g}") if isinstance(v, float) else v for k, v in row.items()} for row in rows]
    with out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(rounded)
    out.with_suffix(".svg").write_text(draw(rows, machine()), encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=SIZES)
    parser.add_argument("--huge", action="store_true", help=f"also {HUGE:,} rows, from Parquet with DuckDB")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--only", default="", help="only contestants whose name holds this")
    parser.add_argument("--python", default=sys.executable, help="interpreter that has svy and pyspark")
    parser.add_argument(
        "--data", type=Path, default=HERE.parent / "var" / "engine", help="folder for the persons"
    )
    parser.add_argument("--out", type=Path, default=HERE / "engine.csv")
    return parser.parse_args()


def main() -> int:
    """Generate, measure, compare, print, write; 1 when numbers disagree."""
    asked = arguments()
    asked.data.mkdir(parents=True, exist_ok=True)
    present = contestants_present(asked.python)
    found: list[Measured] = []
    for rows in [*sorted(asked.rows), *([HUGE] if asked.huge else [])]:
        parquet = persons(rows, asked.data)
        at_this_size = []
        for contestant in [name for name in (*CONTESTANTS, *R_SURVEY) if asked.only in name]:
            skipped = why_skipped(contestant, rows, found, present)
            measured = (
                Measured(rows, contestant, note=skipped)
                if skipped
                else run(contestant, parquet, rows, repeats=asked.repeats, python=asked.python)
            )
            print(
                f"{rows:>11,}  {contestant:40s} {shown(measured.seconds, '.3f')} {measured.note}",
                file=sys.stderr,
            )
            at_this_size.append(measured)
        compare(at_this_size)
        found += at_this_size
        rows_found = record(found)
        write(rows_found, asked.out)
    show(rows_found)
    return int(any(row["note"].startswith(("WRONG", "failed")) for row in rows_found))


if __name__ == "__main__":
    sys.exit(main())
