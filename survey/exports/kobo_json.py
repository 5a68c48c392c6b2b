"""KoboToolbox data as JSON (API v2): submissions with their repeats inside become flat tables."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from survey.exports import kobotoolbox
from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable, table_of
from survey.exports.headers import DEFAULT_SEPARATOR, map_headers
from survey.exports.kobotoolbox import PARENT_INDEX, SUBMISSION_LINKS
from survey.exports.layout import Layout
from survey.exports.personal import is_stored
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "kobotoolbox_json"
SIGNATURE = ("_id", "_uuid", "_submission_time", "_status", "_xform_id_string", "formhub/uuid")
MAIN = "data"
_STATUS = "_validation_status"

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the main table and of every repeat, by table name."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, record: Record, system: Mapping[str, Any]) -> None:
        """Add one record, and the records of the repeats inside it to the tables of those."""
        rows = self.tables.setdefault(name, [])
        index = len(rows) + 1
        inner = {key: value for key, value in record.items() if _is_repeat(key, value)}
        plain = {key: _plain(key, value) for key, value in record.items() if key not in inner}
        rows.append({**plain, **system})
        links = {link: plain[key] for key, link in SUBMISSION_LINKS.items() if key in plain} or {
            link: system[link] for link in SUBMISSION_LINKS.values() if link in system
        }
        for key, records in inner.items():
            for one in records:
                number = len(self.tables.get(key, ())) + 1
                self.add(key, one, {"_index": number, PARENT_INDEX: index, **links})


def tables_of(content: object) -> list[Table]:
    """Lay out the answer of ``/api/v2/assets/…/data.json``, or a list of submissions.

    Raises
    ------
    Unreadable
        ``json_unknown``, or ``kobo_json_page`` when it is one page of several.
    """
    rows = _Rows()
    for record in _records(content):
        rows.add(MAIN, record, {})
    return [_table(name, records) for name, records in rows.tables.items()]


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find main table and rosters as in any KoboToolbox export."""
    return kobotoolbox.layout_of(tables, instrument, SOURCE)


def cells(table: pd.DataFrame, instrument: Instrument, repeat: str) -> pd.DataFrame:
    """Return the table with a column for every question: JSON leaves out what nobody answered."""
    meaning = map_headers(list(table.columns), instrument, repeat)
    known = {question.name for question in meaning.questions.values()}
    known |= {question.name for question, _ in meaning.splits.values()}
    absent = [q for q in instrument.level(repeat) if is_stored(q) and q.name not in known]
    return table.assign(**{DEFAULT_SEPARATOR.join((*q.path, q.name)): "" for q in absent})


def _records(content: object) -> list[Record]:
    records = content.get("results") if isinstance(content, dict) else content
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise Unreadable("json_unknown")
    total = content.get("count", len(records)) if isinstance(content, dict) else len(records)
    if total != len(records):
        raise Unreadable("kobo_json_page", count=f"{len(records)}", total=f"{total}")
    return records


def _is_repeat(key: str, value: object) -> bool:
    """Tell a repeat from what the server attaches: attachments, notes, tags, a position."""
    return (
        not key.startswith("_")
        and isinstance(value, list)
        and bool(value)
        and all(isinstance(one, dict) for one in value)
    )


def _plain(key: str, value: object) -> object:
    if key == _STATUS and isinstance(value, dict):
        return value.get("uid", "")
    return "" if isinstance(value, dict | list) else value


def _table(name: str, records: Sequence[Mapping[str, Any]]) -> Table:
    headers = list(dict.fromkeys(key for record in records for key in record))
    return table_of(name, [headers, *([record.get(key, "") for key in headers] for record in records)])


ADAPTER = Adapter(
    source=SOURCE,
    name="KoboToolbox (JSON)",
    signature=SIGNATURE,
    layout=layout,
    submissions=kobotoolbox.submissions,
    parents=kobotoolbox.parents,
    order=kobotoolbox.order,
    cells=cells,
    rows=kobotoolbox.rows,
    states=kobotoolbox.STATES,
    state_columns=(kobotoolbox.STATUS,),
)
