"""The reader that runs in the limited child process: upload in, text cells without personal data out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from survey.exports import ANSWER
from survey.exports.cells import ROW, Table, Unreadable
from survey.exports.layout import about_conflicts
from survey.exports.letters import check_letters
from survey.exports.personal import withheld_headers
from survey.exports.readers import READERS
from survey.exports.recognition import ADAPTERS, recognise
from survey.instrument import Instrument, read_contract


def main(arguments: Sequence[str]) -> None:
    """Read one upload; called as ``main([upload, extension, contract, folder])``."""
    upload, extension, contract, folder = arguments
    answer = _answer(Path(upload), extension, Path(contract), Path(folder))
    Path(folder, ANSWER).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _answer(upload: Path, extension: str, contract: Path, folder: Path) -> Mapping[str, object]:
    try:
        return _read(upload, extension, read_contract(contract), folder)
    except Unreadable as problem:
        return {"refused": problem.code, "facts": problem.facts}
    except MemoryError:
        return {"refused": "file_memory", "facts": {}}
    except BaseException:  # a panic of the Rust reader is no Exception
        return {"refused": "file_damaged", "facts": {}}


def _read(upload: Path, extension: str, instrument: Instrument, folder: Path) -> dict[str, object]:
    tables: Sequence[Table] = READERS[extension](upload, folder)
    for table in tables:
        check_letters(table)
    layout = recognise(tables, extension, instrument)
    adapter = ADAPTERS[layout.source]
    levels = {layout.main: "", **{name: repeat for repeat, name in layout.rosters.items()}}
    tables = layout.tables or tables
    kept = [table for table in tables if table.name in levels]
    withheld: list[str] = []
    notes = list(layout.notes)
    files: dict[str, str] = {}
    for number, table in enumerate(kept):
        if table.stray:
            raise Unreadable("cells_without_header", sheet=table.name, row=str(table.stray))
        names = adapter.headers(table.headers, instrument, levels[table.name])
        notes.extend(about_conflicts(table, instrument, levels[table.name], names))
        hidden = withheld_headers(table, instrument, levels[table.name], names)
        files[table.name] = f"table_{number}.parquet"
        _write(table, hidden, folder / files[table.name])
        withheld.extend(names.get(header, header) for header in hidden)
    return {
        "source": layout.source,
        "scores": dict(layout.scores),
        "main": layout.main,
        "rosters": dict(layout.rosters),
        "tables": files,
        "withheld": withheld,
        "ignored": [table.name for table in tables if table not in kept and table.name not in layout.own],
        "notes": [[code, dict(facts)] for code, facts in notes],
    }


def _write(table: Table, hidden: Sequence[str], path: Path) -> None:
    shown = [
        (header, cells)
        for header, cells in zip(table.headers, table.columns, strict=True)
        if header and header not in hidden
    ]
    arrays = [pa.array(table.rows, pa.int64()), *(pa.array(c, pa.string()) for _, c in shown)]
    content = pa.Table.from_arrays(arrays, names=[ROW, *(header for header, _ in shown)])
    pq.write_table(content, path, write_page_checksum=True)
