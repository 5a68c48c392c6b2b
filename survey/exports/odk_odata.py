"""ODK Central's OData answer as JSON: the tables that its archive would hold.

Groups become paths (``cover-hh_no``), repeats come expanded inside their submission (``$expand=*``) and get
the keys that the archive gives them, so that both ways of fetching are one meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from survey.exports.cells import Table, Unreadable, table_of

ID, SYSTEM = "__id", "__system"
GROUP_MARK = "-"
MAIN = "Submissions"
COUNT, NEXT, LINK = "@odata.count", "@odata.nextLink", "@odata.navigationLink"
# What the archive calls the facts of the server; user, device and attachments are left out.
SYSTEM_COLUMNS: Mapping[str, str] = {
    "submissionDate": "SubmissionDate",
    "status": "Status",
    "reviewState": "ReviewState",
    "edits": "Edits",
    "formVersion": "FormVersion",
}

Record = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Rows:
    """Rows of the main table and of every repeat, by table name."""

    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, name: str, record: Record, keys: Mapping[str, object]) -> None:
        """Add one record, and the records of the repeats inside it to the tables of those."""
        plain: dict[str, Any] = {}
        for path, value in _leaves(record):
            if _is_repeat(value):
                self._add_repeat(path, value, str(keys["KEY"]))
            else:
                plain[GROUP_MARK.join(path)] = _plain(value)
        self.tables.setdefault(name, []).append({**plain, **keys})

    def _add_repeat(self, path: Sequence[str], records: Sequence[Record], parent: str) -> None:
        for number, record in enumerate(records, start=1):
            keys = {"PARENT_KEY": parent, "KEY": f"{parent}/{'/'.join(path)}[{number}]"}
            self.add(f"{MAIN}{GROUP_MARK}{path[-1]}", record, keys)


def is_odata(content: object) -> bool:
    """Tell the answer of ODK Central from other JSON."""
    records = content.get("value") if isinstance(content, dict) else None
    return isinstance(records, list) and all(isinstance(one, dict) and ID in one for one in records)


def tables_of(content: Mapping[str, Any]) -> list[Table]:
    """Lay out the answer of ``…/forms/….svc/Submissions?$expand=*``.

    Raises
    ------
    Unreadable
        ``odata_page`` when it is one page of several, ``odata_not_expanded`` when it leaves the repeats out.
    """
    records: Sequence[Record] = content["value"]
    total = content.get(COUNT, len(records))
    if NEXT in content or total != len(records):
        raise Unreadable("odata_page", count=f"{len(records)}", total=f"{total}")
    rows = _Rows()
    for record in records:
        told = record.get(SYSTEM) or {}
        system = {header: _plain(told.get(name)) for name, header in SYSTEM_COLUMNS.items()}
        rows.add(MAIN, record, {"KEY": str(record[ID]), **system})
    return [_table(name, found) for name, found in rows.tables.items()]


def _leaves(record: Record, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Give every value of a record with the groups around it; what the server adds is passed over."""
    for name, value in record.items():
        if name.endswith(LINK):
            if name.removesuffix(LINK) not in record:
                raise Unreadable("odata_not_expanded")
        elif name.startswith("__"):
            continue
        elif isinstance(value, dict) and not _is_position(value):
            yield from _leaves(value, (*path, name))
        else:
            yield (*path, name), value


def _is_repeat(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) for one in value)


def _is_position(value: Record) -> bool:
    return isinstance(value.get("type"), str) and isinstance(value.get("coordinates"), list)


def _plain(value: object) -> object:
    """Write a value as the archive does: nothing for null, a position as latitude, longitude, altitude."""
    if value is None:
        return ""
    if isinstance(value, dict):
        longitude, latitude, *others = value["coordinates"]
        return " ".join(str(part) for part in (latitude, longitude, *others) if part is not None)
    return "" if isinstance(value, list) else value


def _table(name: str, records: Sequence[Mapping[str, Any]]) -> Table:
    headers = list(dict.fromkeys(key for record in records for key in record))
    return table_of(name, [headers, *([record.get(key, "") for key in headers] for record in records)])
