"""``python tests/survey/exports/fuzz 20000 [--seed 1] [--kept FOLDER]``: the long form of the fuzz test."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

ROOT = Path(__file__).parents[4]
sys.path[:0] = [str(ROOT), str(Path(__file__).parents[1])]

from fuzz import campaign  # noqa: E402

from survey.instrument import read_contract  # noqa: E402

CONTRACT = ROOT / "questionnaires" / "releases" / "2026092801" / "contract.json"


def main():
    """Run, print what became of the files, and end with 1 where one had a problem."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", type=int, nargs="?", default=20_000)
    parser.add_argument("--seed", type=int, default=campaign.SEED)
    parser.add_argument("--kept", type=Path, help="folder for the files with problems")
    asked = parser.parse_args()
    console, begin = Console(), time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = campaign.run(
            asked.files,
            Path(folder),
            read_contract(CONTRACT),
            seed=asked.seed,
            kept=asked.kept,
            progress=lambda done: console.print(f"{done:,} files, {time.monotonic() - begin:.0f} s"),
        )
    table = Table("file", "outcome", "files")
    for (kind, outcome), count in sorted(report.outcomes().items()):
        table.add_row(kind, outcome, f"{count:,}")
    console.print(table)
    slowest, largest = report.largest("seconds"), report.largest("memory") / 2**20
    console.print(
        f"{len(report.endings):,} files; the slowest {slowest:.1f} s, the largest {largest:.0f} MiB"
    )
    for problem in report.problems:
        console.print(problem, markup=False, highlight=False)
    return int(bool(report.problems))


if __name__ == "__main__":
    sys.exit(main())
