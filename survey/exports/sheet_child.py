"""The reader of sheets that people fill in, in the limited child process: a file in, cells as text out."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from survey.exports import ANSWER
from survey.exports.cells import Table, Unreadable
from survey.exports.readers import READERS


def main(arguments: Sequence[str]) -> None:
    """Read one file; called as ``main([upload, extension, folder])``."""
    upload, extension, folder = arguments
    answer = _answer(Path(upload), extension, Path(folder))
    Path(folder, ANSWER).write_text(json.dumps(answer, ensure_ascii=False), encoding="utf-8")


def _answer(upload: Path, extension: str, folder: Path) -> Mapping[str, object]:
    try:
        return {"tables": [_told(table) for table in READERS[extension](upload, folder)]}
    except Unreadable as problem:
        return {"refused": problem.code, "facts": problem.facts}
    except MemoryError:
        return {"refused": "file_memory", "facts": {}}
    except BaseException:  # a panic of the Rust reader is no Exception
        return {"refused": "file_damaged", "facts": {}}


def _told(table: Table) -> Mapping[str, object]:
    return {"headers": table.headers, "rows": table.rows, "columns": table.columns}
