"""The report of a weighting on the command line: sentences, then every table that a statistician asks for."""

from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from survey.weighting_report import WeightingReport
from survey.weighting_words import finished, sentences

CsvTable = Literal["headline", "steps", "households", "margins", "merged", "choices", "distribution"]
CsvTableOption = Annotated[
    CsvTable | None, typer.Option("--csv", help="Một bảng dạng CSV / one of the tables as CSV on stdout")
]


def show_weighting(report: WeightingReport, language: str) -> None:
    """Write the sentences that sum the report up, and its tables."""
    console = Console(highlight=False)
    for line in sentences(report.frames(), language):
        console.print(line, markup=False)
    for made in finished(report.frames(), language):
        table = Table(title=escape(made.title))
        for place, head in enumerate(made.heads):
            table.add_column(escape(head), justify="left" if place == 0 else "right")
        for row in made.rows:
            table.add_row(*map(escape, row))
        console.print(table)
