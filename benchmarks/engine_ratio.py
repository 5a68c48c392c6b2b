"""Ours beside the bare GROUP BY in one process, in turn: whatever else the machine does hits both alike.

``python benchmarks/engine_ratio.py FILE.parquet RUNS`` takes every engine but Spark, prints the median times
and the ratios of times and of processor times, and writes ``engine_ratio.csv``. ``engine.py`` keeps the
persons in ``var/engine``.
"""

from __future__ import annotations

import csv
import os
import platform
import statistics
import sys
import time
from pathlib import Path

from engine_contestants import CONTESTANTS

HERE = Path(__file__).resolve().parent
KINDS = ("ours", "bare GROUP BY")
ENGINES = [name.partition(": ")[2] for name in CONTESTANTS if name.startswith("ours") and "Spark" not in name]
HEADS = ("engine", "runs", "ours_seconds", "bare_seconds", "time_ratio", "processor_ratio", "file", "machine")


def ratios(engine: str, path: str, runs: int) -> tuple[float, float, float, float]:
    """Medians over the runs: seconds of ours and of the bare GROUP BY, their ratio, that of the processor."""
    pair = [CONTESTANTS[f"{kind}: {engine}"]() for kind in KINDS]
    sources = [contestant.load(path) for contestant in pair]
    elapsed: list[list[float]] = [[], []]
    busy: list[list[float]] = [[], []]
    for _ in range(runs):
        for which, (contestant, source) in enumerate(zip(pair, sources, strict=True)):
            began, worked = time.perf_counter(), time.process_time()
            contestant.run(source)
            elapsed[which].append(time.perf_counter() - began)
            busy[which].append(time.process_time() - worked)
    ours, bare = (statistics.median(times) for times in elapsed)
    ours_busy, bare_busy = (statistics.median(times) for times in busy)
    return ours, bare, ours / bare, ours_busy / bare_busy


def main(path: str, runs: str) -> None:
    """Print and write the ratios of every engine."""
    cores, version, load = os.cpu_count(), platform.python_version(), os.getloadavg()[0]
    machine = f"{platform.machine()}, {cores} cores, Python {version}, load before {load:.1f}"
    line = "{:22s} ours {:.3f} s  bare {:.3f} s  time {:.2f}  processor time {:.2f}"
    rows = []
    for engine in ENGINES:
        found = ratios(engine, path, int(runs))
        rows.append((engine, runs, *(f"{value:.4f}" for value in found), Path(path).name, machine))
        print(line.format(engine, *found), flush=True)
    with (HERE / "engine_ratio.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, lineterminator="\n").writerows([HEADS, *rows])


if __name__ == "__main__":
    main(*sys.argv[1:])
