"""Measure the way from the store's cells to a release of all breakdowns, on the example wave.

Run ``kynangso demo --store var/benchmark`` first, then this script. It prints the median of five runs for
each step and writes ``benchmarks/release.csv``.
"""

from __future__ import annotations

import csv
import platform
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

from survey import pipeline
from survey.estimates import release_tables
from survey.fieldwork import settle
from survey.store import Store
from survey.weights import weigh

HERE = Path(__file__).resolve().parent
RUNS = 5
WAVE = "2026"


def seconds(step: Callable[[], object]) -> float:
    """Median wall-clock time of a step over `RUNS` runs."""
    times = []
    for _ in range(RUNS):
        began = time.perf_counter()
        step()
        times.append(time.perf_counter() - began)
    return statistics.median(times)


def measure(root: Path) -> dict[str, float]:
    """Time each step; `root` holds a store filled by ``kynangso demo --store``."""
    store = Store(root)
    announced = store.wave(WAVE)
    weighed = pipeline.weigh(store, WAVE)
    margins = weighed.gazetteer.raking_margins()
    households = weighed.microdata.households

    def microdata_to_tables() -> None:
        fieldwork = settle(households, announced.sample_eas, announced.sample_households)
        weigh(fieldwork, announced.sample_eas, margins)
        release_tables(pipeline.score(weighed))

    return {
        "stored cells -> microdata (a fresh store object)": seconds(lambda: Store(root).microdata(WAVE)),
        "microdata -> weights, indicators, all breakdowns, verdicts": seconds(microdata_to_tables),
        "one breakdown by district": seconds(lambda: pipeline.estimate(store, WAVE, by="district")),
    }


def main() -> int:
    """Measure, print, write."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "var" / "benchmark"
    if not (root / "catalogue.sqlite").exists():
        print(f"no store at {root}: run  kynangso demo --store {root}  first")
        return 2
    found = measure(root)
    machine = f"{platform.machine()}, Python {platform.python_version()}"
    with (HERE / "release.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["step", "median_seconds", "runs", "machine"])
        for step, took in found.items():
            print(f"{took:8.2f} s  {step}")
            writer.writerow([step, f"{took:.3f}", RUNS, machine])
    return 0


if __name__ == "__main__":
    sys.exit(main())
