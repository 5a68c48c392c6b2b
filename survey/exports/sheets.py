"""Sheets that people fill in, read in a limited child process: every cell as text."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from survey.exports import ANSWER
from survey.exports.door import receive
from survey.messages import Refusal, finding
from survey.sandbox import quarantine, run_limited

CHILD = "survey.exports.sheet_child"
LARGEST_ANSWER = 50_000_000
ENDS: Mapping[str, str] = {"failed": "file_damaged", "killed": "file_memory", "timeout": "file_slow"}


def read_sheet(path: Path, name: str) -> Sequence[Mapping[str, Any]]:
    """Read every table of a file.

    Parameters
    ----------
    path : Path
    name : str
        How the person called the file.

    Returns
    -------
    sequence of mapping
        A table each: ``headers``, ``rows`` (numbers as Excel shows them), ``columns`` (cells of each header).

    Raises
    ------
    Refusal
        When the file cannot be read; the sentence says what to send instead.
    """
    with quarantine() as folder:
        arrival = receive(path, name, folder)
        end = run_limited(CHILD, [str(arrival.path), arrival.extension, str(folder)], folder=folder)
        if end != "finished":
            raise Refusal(finding(ENDS[end], file=arrival.name))
        answer = folder / ANSWER
        if not answer.is_file() or answer.stat().st_size > LARGEST_ANSWER:
            raise Refusal(finding("file_damaged", file=arrival.name))
        said: Mapping[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
        if "refused" in said:
            raise Refusal(finding(said["refused"], file=arrival.name, facts=said["facts"]))
    tables: Sequence[Mapping[str, Any]] = said["tables"]
    return tables
