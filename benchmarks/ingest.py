"""Measure how long 50,000 interviews with their household members take from the file to the store.

The example wave 27 times, each time of other people, as the workbook that KoboToolbox writes (136 columns and
a roster) and as one SPSS file of its main table. Each contestant runs in a process of its own; the peers only
read the file, they neither recognise, harmonise, check nor keep it.

``python benchmarks/ingest.py [--data FOLDER] [--only xlsx]``
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyreadstat
from ingest_files import read_example, write_samples, write_statistics, write_workbook
from rich.console import Console
from rich.table import Table

from survey import pipeline
from survey.exports.statistical import read_statistical
from survey.instrument import Instrument, read_contract
from survey.store import Store
from survey.wave import EA_COLUMNS, HOUSEHOLD_COLUMNS, Wave, read_sample

HERE = Path(__file__).resolve().parent
CONTRACT = HERE.parent / "questionnaires" / "releases" / "2026092801" / "contract.json"
COLUMNS = (
    "contestant",
    "step",
    "seconds",
    "cpu_seconds",
    "peak_parent_mb",
    "peak_child_mb",
    "note",
    "machine",
)
END = "all"


@dataclass
class Measured:
    """Steps of one contestant in the order in which they ended."""

    rows: list[dict[str, object]] = field(default_factory=list)
    begun: list[tuple[str, float, float]] = field(default_factory=list)

    def tell(self, step: str) -> None:
        """Note that a step begins, and that the one before it has ended."""
        now, cpu = time.perf_counter(), cpu_seconds()
        if self.begun:
            name, began, spent = self.begun[-1]
            self._add(name, now - began, cpu - spent)
        self.begun.append((step, now, cpu))

    def end(self, note: str = "") -> list[dict[str, object]]:
        """Close the last step and add the sum."""
        self.tell(END)
        _, began, spent = self.begun[0]
        self._add(END, time.perf_counter() - began, cpu_seconds() - spent, note)
        return self.rows

    def _add(self, step: str, seconds: float, cpu: float, note: str = "") -> None:
        parent, child = (resource.getrusage(who).ru_maxrss / 1024 for who in (OWN, CHILDREN))
        told = (step, round(seconds, 2), round(cpu, 2), round(parent), round(child), note)
        self.rows.append(dict(zip(COLUMNS[1:-1], told, strict=True)))


OWN, CHILDREN = resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN


def cpu_seconds() -> float:
    """Seconds of processors that this process and its ended children used."""
    used = [resource.getrusage(who) for who in (OWN, CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used)


def ingest(data: Path, file: str) -> list[dict[str, object]]:
    """Bring a file into a new store, step by step."""
    with tempfile.TemporaryDirectory() as root:
        store = Store(Path(root) / "store")
        samples = (
            read_sample(data / "sample_eas.csv", EA_COLUMNS),
            read_sample(data / "sample_households.csv", HOUSEHOLD_COLUMNS),
        )
        store.add_wave(Wave("2026", instrument(), *samples))
        measured = Measured()
        receipt = pipeline.ingest(store, data / file, "2026", progress=measured.tell)
        counted = f"{receipt.households:,} households, {receipt.members or 0:,} members"
        refused = ", ".join(found.code for found in receipt.findings[:3])
        return measured.end(f"refused: {refused}" if receipt.status == "refused" else counted)


def alone(read: Callable[[], object]) -> list[dict[str, object]]:
    """Only read a file."""
    measured = Measured()
    measured.tell("read")
    read()
    return measured.end()


def instrument() -> Instrument:
    """Return the form of the example wave."""
    return read_contract(CONTRACT)


CONTESTANTS: dict[str, Callable[[Path], list[dict[str, object]]]] = {
    "kynangso, xlsx": lambda data: ingest(data, "wave.xlsx"),
    "pandas + calamine, xlsx, read only": lambda data: alone(
        lambda: pd.read_excel(data / "wave.xlsx", sheet_name=None, engine="calamine", dtype=str)
    ),
    "kynangso, sav": lambda data: ingest(data, "wave.sav"),
    "our reader, sav, read only": lambda data: alone(lambda: read_statistical(data / "wave.sav", "wave")),
    "pyreadstat, sav, read only": lambda data: alone(
        lambda: pyreadstat.read_sav(data / "wave.sav", user_missing=True)
    ),
}


def make(data: Path) -> None:
    """Write the files once."""
    if (data / "wave.sav").exists():
        return
    data.mkdir(parents=True, exist_ok=True)
    sheets = read_example()
    write_samples(data)
    write_workbook(data / "wave.xlsx", sheets, instrument())
    write_statistics(data / "wave.sav", sheets["main"], instrument())


def run(contestant: str, data: Path) -> list[dict[str, object]]:
    """Run a contestant in a process of its own."""
    words = [sys.executable, str(HERE / "ingest.py"), "--data", str(data), "--contestant", contestant]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        return [{"step": END, "note": f"failed: {(done.stderr.strip().splitlines() or ['-'])[-1][:150]}"}]
    steps: list[dict[str, object]] = json.loads(done.stdout.splitlines()[-1])
    return steps


def machine() -> str:
    """Name the processor, its cores and the load while it measured."""
    about = Path("/proc/cpuinfo").read_text() if Path("/proc/cpuinfo").exists() else ""
    models = [line.split(":")[1].strip() for line in about.splitlines() if line.startswith("model name")]
    name = models[0] if models else platform.processor()
    return (
        f"{name}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}"
    )


def show(rows: list[dict[str, object]]) -> None:
    """Print the table."""
    table = Table(title=f"{len(CONTESTANTS)} contestants · {machine()}")
    for heading in COLUMNS[:-1]:
        table.add_column(heading, justify="left" if heading in {"contestant", "step", "note"} else "right")
    for row in rows:
        table.add_row(*(str(row.get(name, "")) for name in COLUMNS[:-1]), end_section=row["step"] == END)
    Console(width=150).print(table)


def main() -> int:
    """Make the files, measure, print, write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument(
        "--data", type=Path, default=HERE.parent / "var" / "ingest", help="folder for the files"
    )
    parser.add_argument("--only", default="", help="only contestants whose name holds this")
    parser.add_argument("--contestant", choices=CONTESTANTS, help=argparse.SUPPRESS)
    parser.add_argument("--out", type=Path, default=HERE / "ingest.csv")
    asked = parser.parse_args()
    if asked.contestant:
        print(json.dumps(CONTESTANTS[asked.contestant](asked.data)))
        return 0
    make(asked.data)
    rows = []
    for contestant in (name for name in CONTESTANTS if asked.only in name):
        steps = run(contestant, asked.data)
        rows += [{"contestant": contestant, **step, "machine": machine()} for step in steps]
    with asked.out.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    show(rows)
    return int(any(str(row.get("note", "")).startswith("failed") for row in rows))


if __name__ == "__main__":
    sys.exit(main())
