"""What collection tools write, read safely: ``read_export`` turns an upload into text cells.

Read :mod:`survey.exports.door` (first bytes), :mod:`survey.exports.child` (the limited reader),
:mod:`survey.exports.kobotoolbox` and :mod:`survey.exports.odk_central` (the tools).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from survey.exports.cells import ROW
from survey.exports.door import COPY, Arrival, receive
from survey.instrument import Instrument, write_contract
from survey.messages import Finding, Refusal, finding
from survey.sandbox import READER_LIMITS, End, Limits, quarantine, run_limited

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Export", "read_export"]

CHILD = "survey.exports.child"
ANSWER = "answer.json"
LARGEST_ANSWER = 1_000_000
# Files whose tables have names of their own.
WITH_SHEETS = frozenset({".xlsx", ".xls", ".ods", ".zip", ".json"})
_OF_COPY = re.compile(rf"{COPY}(?: \(\w+\))?")
_ENDS = {"failed": "file_damaged", "killed": "file_memory", "timeout": "file_slow"}


@dataclass(frozen=True, slots=True, eq=False)
class Export:
    """One upload as text, without personal columns.

    Attributes
    ----------
    source : str
        The collection tool, a name in :data:`survey.exports.recognition.ADAPTERS`.
    file : str
        Base name as the person called it.
    sha256 : str
        Of the uploaded bytes.
    tables : mapping
        Sheet or CSV name -> frame of text cells ("" = empty), headers as written; the index
        holds the row numbers that Excel shows.
    main : str
        Table with one row a submission.
    rosters : mapping
        Repeat name -> table.
    withheld : tuple of str
        Headers of the columns that were removed as personal.
    ignored : tuple of str
        Sheets or CSV files that belong to no level of the form; they were not read.
    scores : mapping
        Tool -> share of its signature that the file showed, 0..1; empty for a file from the store.
    notes : tuple of Finding
        What the tool tells about its own work on these submissions.
    """

    source: str
    file: str
    sha256: str
    tables: Mapping[str, pd.DataFrame]
    main: str
    rosters: Mapping[str, str]
    withheld: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()
    scores: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[Finding, ...] = ()


def read_export(
    path: Path, instrument: Instrument, *, name: str | None = None, limits: Limits = READER_LIMITS
) -> Export:
    """Read an upload in a limited child process.

    Parameters
    ----------
    path : Path
        The uploaded bytes.
    instrument : Instrument
        The form of the wave; a file of another form is refused.
    name : str, optional
        What the person called the file; its ending must fit the content.
    limits : Limits
        Of the child process.

    Raises
    ------
    Refusal
        For everything that is not a complete export of this form; says what to do.
    """
    with quarantine() as folder:
        arrival = receive(path, name or path.name, folder)
        contract = folder / "contract.json"
        write_contract(instrument, contract)
        arguments = [str(arrival.path), arrival.extension, str(contract), str(folder)]
        end = run_limited(CHILD, arguments, folder=folder, limits=limits)
        return result(arrival, end, folder)


def result(arrival: Arrival, end: End, folder: Path) -> Export:
    """Return what the child left in its folder.

    Parameters
    ----------
    arrival : Arrival
        The file that it read.
    end : {"finished", "failed", "killed", "timeout"}
        How the child ended.
    folder : Path
        Its folder, with the answer and the tables.

    Raises
    ------
    Refusal
        When the child refused the file, or did not come to an answer.
    """
    if end != "finished":
        raise Refusal(finding(_ENDS[end], file=arrival.name))
    return _export(arrival, _read_answer(folder / ANSWER, arrival.name), folder)


def _read_answer(path: Path, name: str) -> Mapping[str, Any]:
    if not path.is_file() or path.stat().st_size > LARGEST_ANSWER:
        raise Refusal(finding("file_damaged", file=name))
    answer: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "refused" in answer:
        raise Refusal(_told(answer["refused"], answer["facts"], name))
    return answer


def _told(code: str, facts: Mapping[str, str], name: str) -> Finding:
    """Make the finding of what the child said; where it was seen is a place, not a fact."""
    said = {**facts, **{fact: _called(facts[fact], name) for fact in ("sheet", "part") if fact in facts}}
    places = {place: said.pop(place) for place in ("sheet", "column", "value") if place in said}
    row = said.pop("row", "")
    return finding(code, file=name, row=int(row) if row else None, **places, facts=said)


def _export(arrival: Arrival, answer: Mapping[str, Any], folder: Path) -> Export:
    return Export(
        source=answer["source"],
        file=arrival.name,
        sha256=arrival.sha256,
        tables={_called(name, arrival.name): _frame(folder / f) for name, f in answer["tables"].items()},
        main=_called(answer["main"], arrival.name),
        rosters={repeat: _called(name, arrival.name) for repeat, name in answer["rosters"].items()},
        withheld=tuple(answer["withheld"]),
        ignored=tuple(answer["ignored"]),
        scores=answer["scores"],
        notes=tuple(_told(code, facts, arrival.name) for code, facts in answer["notes"]),
    )


def _called(table: str, file: str) -> str:
    """Name the only table of a file by the file, as the person knows it; the child knows but the copy."""
    if Path(file).suffix.lower() in WITH_SHEETS or not _OF_COPY.fullmatch(table):
        return table
    return f"{Path(file).stem}{table.removeprefix(COPY)}"


def _frame(path: Path) -> pd.DataFrame:
    # The child imports this package, too: a fifth of its address space is not for a library of the parent.
    import pyarrow.parquet as pq  # noqa: PLC0415

    content = pq.read_table(path, page_checksum_verification=True)
    frame: pd.DataFrame = content.to_pandas()
    return frame.set_index(ROW).rename_axis("row")
