"""The reader that runs in the limited child process: upload in, text cells without personal data out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

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
    return answer_about(READERS[extension](upload, folder), extension, instrument, folder)


def answer_about(
    tables: Sequence[Table], extension: str, instrument: Instrument, folder: Path
) -> dict[str, object]:
    """Write the columns of the tables that belong to the form into a folder, and tell what they are.

    Parameters
    ----------
    tables : sequence of Table
        As read from a file with the `extension`.
    instrument : Instrument
    folder : Path

    Raises
    ------
    Unreadable
        For everything that is not a complete export of this form.
    """
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
    # A fifth of the address space: taken when the sheets have been parsed, which needs most of it.
    import pyarrow as pa  # noqa: PLC0415
    import pyarrow.parquet as pq  # noqa: PLC0415

    shown = [
        (header, cells)
        for header, cells in zip(table.headers, table.columns, strict=True)
        if header and header not in hidden
    ]
    arrays = [pa.array(table.rows, pa.int64()), *(pa.array(c, pa.string()) for _, c in shown)]
    names = [ROW, *(header for header, _ in shown)]
    assert len(set(names)) == len(names), "two columns of one name could not be told apart by the parent"
    content = pa.Table.from_arrays(arrays, names=names)
    pq.write_table(content, path, write_page_checksum=True)
