"""The tables of the fieldwork as files: one CSV each, or one workbook with a sheet each."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from survey.commands.fieldwork_words import HEADINGS, TITLES, Words
from survey.disarming import disarmed
from survey.forms.workbook import HEADER, text_workbook


def write_csvs(tables: Mapping[str, pd.DataFrame], folder: Path, *, wave: str) -> list[Path]:
    """Write one CSV a table: decimal points, UTF-8 with a mark for Excel, no cell a formula.

    Returns
    -------
    list of Path
        ``fieldwork_<wave>_<table>.csv`` of each table, in a folder that is made where it lacks.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, table in tables.items():
        path = folder / f"fieldwork_{wave}_{name}.csv"
        guarded = table.assign(
            **{str(c): table[c].map(_guarded) for c in table if table[c].dtype.kind in "OU"}
        )
        guarded.to_csv(path, index=False, encoding="utf-8-sig", lineterminator="\r\n")
        written.append(path)
    return written


def write_workbook(tables: Mapping[str, pd.DataFrame], path: Path) -> None:
    """Write one sheet a table, with Vietnamese and English headings; numbers stay numbers."""
    with text_workbook(path, "Fieldwork") as book:
        head = book.add_format({**HEADER, "text_wrap": True})
        for name, table in tables.items():
            page = book.add_worksheet(TITLES[name].en.partition(" (")[0][:31])
            page.freeze_panes(1, 1)
            for column, title in enumerate(map(str, table)):
                page.set_column(column, column, 14)
                page.write_string(0, column, _headings(title), head)
                for row, cell in enumerate(table[title].tolist(), start=1):
                    if isinstance(cell, str):
                        page.write_string(row, column, cell)
                    elif pd.notna(cell):
                        page.write(row, column, cell)


def _headings(name: str) -> str:
    words = HEADINGS.get(name, Words(name, name))
    return name if words.vi == words.en else f"{words.vi}\n{words.en}"


def _guarded(cell: object) -> object:
    return disarmed(cell) if isinstance(cell, str) else cell
