"""Ours beside the bare GROUP BY in one process, in turn: whatever else the machine does hits both alike.

``python benchmarks/engine_ratio.py FILE.parquet RUNS`` prints, for every engine but Spark, the ratio of the
median times and of the median processor times. ``engine.py`` keeps the persons in ``var/engine``.
"""

from __future__ import annotations

import statistics
import sys
import time

from engine_contestants import CONTESTANTS

KINDS = ("ours", "bare GROUP BY")
ENGINES = [name.partition(": ")[2] for name in CONTESTANTS if name.startswith("ours") and "Spark" not in name]


def ratios(engine: str, path: str, runs: int) -> tuple[float, float]:
    """Time and processor time of ours over those of the bare GROUP BY, medians over the runs."""
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
    return ours / bare, ours_busy / bare_busy


def main(path: str, runs: str) -> None:
    """Print both ratios of every engine."""
    for engine in ENGINES:
        of_time, of_processor = ratios(engine, path, int(runs))
        print(f"{engine:22s} time {of_time:.2f}  processor time {of_processor:.2f}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
