"""The reader that runs in the limited child process: upload in, text cells without personal data out."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from survey.exports import ANSWER
from survey.exports.archives import check_workbook, data_files, is_workbook, open_archive, read_entry
from survey.exports.cells import ROW, Table, Unreadable, nfc, read_csv, read_workbook
from survey.exports.headers import map_headers
from survey.exports.personal import withheld_headers
from survey.exports.recognition import recognise
from survey.instrument import Instrument, read_contract
from survey.sandbox import confine

NESTED = (".zip", ".xlsx", ".xls", ".7z", ".rar")


def main(arguments: Sequence[str]) -> None:
    """Read one upload; called as ``main([upload, extension, contract, folder])``."""
    confine()
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
    tables = _READERS[extension](upload)
    layout = recognise(tables, extension, instrument)
    levels = {layout.main: "", **{name: repeat for repeat, name in layout.rosters.items()}}
    kept = [table for table in tables if table.name in levels]
    withheld: list[str] = []
    files: dict[str, str] = {}
    for number, table in enumerate(kept):
        if table.stray:
            raise Unreadable("cells_without_header", sheet=table.name, row=str(table.stray))
        meaning = map_headers(table.headers, instrument, levels[table.name])
        hidden = withheld_headers(table.headers, table.columns, instrument, meaning)
        files[table.name] = f"table_{number}.parquet"
        _write(table, hidden, folder / files[table.name])
        withheld.extend(hidden)
    return {
        "source": layout.source,
        "main": layout.main,
        "rosters": dict(layout.rosters),
        "tables": files,
        "withheld": withheld,
        "ignored": [table.name for table in tables if table not in kept],
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


def _workbook(upload: Path) -> list[Table]:
    with open_archive(upload) as archive:
        if not is_workbook(archive):
            raise Unreadable("zip_named_xlsx")
        check_workbook(archive)
    return read_workbook(upload)


def _archive(upload: Path) -> list[Table]:
    with open_archive(upload) as archive:
        if is_workbook(archive):
            raise Unreadable("xlsx_named_zip")
        entries = {nfc(entry.filename): entry for entry in data_files(archive)}
        csv_files = {name: e for name, e in entries.items() if name.lower().endswith(".csv")}
        if not csv_files:
            raise Unreadable(*_other_archive(entries))
        return [read_csv(Path(name).stem, read_entry(archive, entry)) for name, entry in csv_files.items()]


def _other_archive(names: Mapping[str, object]) -> tuple[str]:
    marks = " ".join(names).lower()
    if "interview__" in marks or "export__readme" in marks:
        return ("archive_survey_solutions",)
    return ("archive_nested",) if any(n.lower().endswith(NESTED) for n in names) else ("archive_unknown",)


def _text(upload: Path) -> list[Table]:
    table = read_csv(upload.stem, upload.read_bytes())
    return [table] if table.headers else []


_READERS: Mapping[str, Callable[[Path], list[Table]]] = {
    ".xlsx": _workbook,
    ".zip": _archive,
    ".csv": _text,
}
