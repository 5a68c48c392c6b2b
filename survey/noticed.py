"""What is noticed while an export is read: its columns, identities, times, and answers nobody asked for."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial
from itertools import islice
from typing import SupportsInt, cast

import numpy as np
import pandas as pd

from survey.answers import Cells
from survey.exports import Export
from survey.exports.personal import is_personal_by_form
from survey.exports.recognition import ADAPTERS
from survey.exports.translation import strange_columns
from survey.instrument import ROLES, UNANSWERED_TYPES, Instrument
from survey.messages import Finding, finding
from survey.relevance import compile_expression
from survey.versions import Versions

SHOWN_NAMES = 12
LONGEST_NAME = 80
OF_MEMBERS = "member_"
_RELEASED = re.compile(r"\d{10}")


def about_columns(export: Export, form: Versions) -> Iterator[Finding]:
    """Report columns that the form does not know, columns that were withheld, sheets that were not read."""
    repeats = {table: repeat for repeat, table in export.rosters.items()}
    for table, cells in export.tables.items():
        unknown = strange_columns(export.source, tuple(cells.columns), repeats.get(table, ""), form)
        if unknown:
            yield _of_names("columns_undeclared", export, table, unknown)
    hidden = [header for header in export.withheld if not is_personal_by_form(header, form.joined)]
    if hidden:
        yield _of_names("columns_withheld", export, export.main, hidden)
    if export.ignored:
        yield _of_names("sheets_ignored", export, "", export.ignored)


def about_absent(
    export: Export, sheet: str, absent: Collection[str], *, versions: Iterable[str], form: Versions
) -> Iterator[Finding]:
    """Report questions without a column, unless no submission of the file was asked them.

    Parameters
    ----------
    export : Export
    sheet : str
        Table in which the columns would be.
    absent : collection of str
        Questions without a column.
    versions : iterable of str
        Versions of the form that the submissions name.
    form : Versions
    """
    seen = set(versions)
    known = [form.asked[version] for version in seen if version in form.asked]
    foreign = [version for version in seen if version not in form.asked]
    unreleased = [version for version in foreign if not _RELEASED.fullmatch(version)]
    announced = form.asked[form.announced.version]
    deciding = [*known, announced] if unreleased else known
    lost = [name for name in absent if any(name in asked for asked in deciding)]
    unsure = [name for name in absent if foreign and name in announced and name not in lost]
    needed = needed_questions(form.joined)
    sorted_out = {
        "columns_lost": [name for name in lost if name in needed],
        "columns_missing": [name for name in unsure if name in needed],
        "calculations_missing": [name for name in (*lost, *unsure) if name not in needed],
    }
    for code, names in sorted_out.items():
        if names:
            yield _of_names(code, export, sheet, names)


def about_lost(export: Export, sheet: str, names: Collection[str]) -> Finding:
    """Report questions under the names of an earlier version, whose columns the file has left out."""
    return _of_names("columns_of_version_lost", export, sheet, names)


def needed_questions(instrument: Instrument) -> frozenset[str]:
    """Name the questions without which answers or estimates would be wrong.

    These are the questions that a person answers, what decides who is asked them, what an indicator reads,
    and what the fieldwork and the weights read; other calculations only served the tablet.
    """
    names = {
        question.name
        for question in instrument.questions
        if question.type not in UNANSWERED_TYPES or question.indicator
    }
    deciding = (compile_expression(question.relevance).names for question in instrument.questions)
    roles = {instrument.role(role) for role in ROLES if not role.startswith(OF_MEMBERS)}
    return frozenset(names.union(*deciding) | roles)


def about_rows(export: Export, identity: pd.DataFrame) -> Iterator[Finding]:
    """Report rows that are no submission of their own."""
    keyless = identity["key"] == ""
    readable = identity["readable"]
    usable = readable & ~keyless
    reasons = {
        ADAPTERS[export.source].unusable: ~readable,
        "submission_unidentified": keyless & readable,
        "submission_repeated": usable & identity["key"].where(usable).duplicated(),
    }
    at_main = partial(finding, file=export.file, sheet=export.main)
    for code, concerned in reasons.items():
        for row, key in identity.loc[concerned, "key"].items():
            yield at_main(code, row=row_number(row), value=key)
    by_uuid = int(identity["by_uuid"].sum())
    if by_uuid:
        yield at_main("identity_by_uuid", facts={"count": by_uuid})


def about_identity(export: Export, identity: pd.DataFrame, form: Versions) -> Iterator[Finding]:
    """Report review states and form versions that are not known."""
    at_main = partial(finding, file=export.file, sheet=export.main)
    for row in identity.index[identity["review"].isna()]:
        yield at_main("review_unknown", row=row_number(row))
    counts = Counter(identity["form_version"])
    if set(counts) == {""}:
        yield at_main("version_not_kept", facts={"expected": form.announced.version})
        return
    expected = form.announced.version
    for version, count in counts.items():
        if version != expected:
            code = "version_known" if version in form.asked else "version_other"
            yield at_main(code, value=version or "-", facts={"count": count, "expected": expected})


def about_times(
    export: Export,
    texts: Mapping[str, "pd.Series[str]"],
    moments: Mapping[str, "pd.Series[str]"],
    *,
    naive: int,
) -> Iterator[Finding]:
    """Report times that cannot be read, and how many (`naive`) carry no time zone."""
    at_main = partial(finding, file=export.file, sheet=export.main)
    for name, text in texts.items():
        for row, value in text[(text != "").to_numpy() & moments[name].isna().to_numpy()].items():
            yield at_main("time_unreadable", row=row_number(row), column=name, value=value)
    if naive:
        yield at_main("time_without_zone", facts={"count": naive})


def about_orphans(export: Export, sheet: str, orphans: Iterable[object], enclosing: str) -> Iterator[Finding]:
    """Report roster rows without a submission, or without a row of the enclosing repeat."""
    code = "row_orphan" if enclosing else "member_orphan"
    for row in orphans:
        yield finding(code, file=export.file, sheet=sheet, row=row_number(row), facts={"repeat": enclosing})


def about_unasked(
    export: Export, sheet: str, leftovers: Mapping[str, Cells], rows: pd.Index
) -> Iterator[Finding]:
    """Report answers to questions that were not asked.

    Parameters
    ----------
    leftovers : mapping
        Question -> what stood in the file where it was not asked, "" elsewhere; shape (n,).
    rows : Index
        Row numbers that Excel shows, shape (n,).
    """
    for name, cells in leftovers.items():
        for place in map(int, np.flatnonzero(cells != "")):
            yield finding(
                "answer_not_asked",
                file=export.file,
                sheet=sheet,
                row=row_number(rows[place]),
                column=name,
                value=cells[place],
            )


def row_number(label: object) -> int:
    """Row number of an index label."""
    return int(cast(SupportsInt, label))


def _of_names(code: str, export: Export, sheet: str, names: Collection[str]) -> Finding:
    cut = (name if len(name) <= LONGEST_NAME else name[:LONGEST_NAME] + "…" for name in names)
    shown = ", ".join(islice(cut, SHOWN_NAMES))
    more = f" (+{len(names) - SHOWN_NAMES})" if len(names) > SHOWN_NAMES else ""
    return finding(code, file=export.file, sheet=sheet, facts={"names": shown + more, "count": len(names)})
