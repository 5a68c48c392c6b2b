"""ODK Central archives: one CSV file a table, joined by KEY and PARENT_KEY."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from survey.exports.adapter import Adapter
from survey.exports.cells import Table, Unreadable
from survey.exports.kobotoolbox import plain_uuid
from survey.exports.layout import Layout, best_table, has_roster_answers, roster_tables
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

    Texts = pd.Series[str]

SOURCE = "odk_central"
REVIEW_STATE = "ReviewState"
SIGNATURE = ("SubmissionDate", "KEY", "Status", REVIEW_STATE, "FormVersion")
PARENT_KEY = "PARENT_KEY"
UNREADABLE_STATUS = frozenset({"not decrypted", "missing encrypted form data"})

REVIEW: Mapping[str, str] = {
    "": "received",
    "edited": "received",
    "hasissues": "has_issues",
    "approved": "approved",
    "rejected": "rejected",
}


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find the main table and the tables of the repeats.

    Raises
    ------
    Unreadable
        When KEY is missing, every submission is still encrypted, the table of a repeat is missing, or
        two tables hold a repeat of one name (``-member~1``, ``-member~2``).
    """
    return layout_of(tables, instrument, SOURCE)


def layout_of(tables: Sequence[Table], instrument: Instrument, source: str) -> Layout:
    """Find main table and rosters of any export of the ODK family, as :func:`layout` does."""
    mains = [table for table in tables if PARENT_KEY not in table.headers]
    main = best_table(mains or tables, SIGNATURE)
    if "KEY" not in main.headers:
        raise Unreadable("odk_identity_missing")
    status = main.column("Status") if "Status" in main.headers else []
    if status and all(cell in UNREADABLE_STATUS for cell in status):
        raise Unreadable("odk_encrypted")
    twice = [repeat for repeat, count in Counter(instrument.repeats).items() if count > 1]
    if twice:
        raise Unreadable("odk_repeat_twice", repeat=twice[0])
    rosters = roster_tables(tables, instrument, PARENT_KEY)
    for repeat in instrument.repeats:
        if repeat not in rosters and has_roster_answers(main, instrument, repeat):
            raise Unreadable("odk_root_only")
    return Layout(source, main.name, rosters)


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each submission; columns as for KoboToolbox, and edits."""
    empty = main["KEY"].str.slice(0, 0)
    return empty.to_frame("key").assign(
        key=plain_uuid(main["KEY"]),
        by_uuid=False,
        form_version=main.get("FormVersion", empty).str.strip(),
        submitted=main.get("SubmissionDate", empty),
        review=main.get(REVIEW_STATE, empty).str.strip().str.lower().map(REVIEW),
        readable=~main.get("Status", empty).isin(UNREADABLE_STATUS),
        edits=main.get("Edits", empty),
    )


def rows(roster: pd.DataFrame) -> pd.Series[str]:
    """Return what names each roster row: its KEY, ``<key>/b/member[2]``."""
    return plain_uuid(roster["KEY"]) if "KEY" in roster else roster[PARENT_KEY].str.slice(0, 0)


def order(roster: pd.DataFrame) -> Texts:
    """Return the number that tells the order of the roster rows: n of ``.../member[n]`` in their KEY."""
    keys = roster["KEY"] if "KEY" in roster else roster[PARENT_KEY].str.slice(0, 0)
    return keys.str.extract(r"\[(\d+)\]$")[0]


def parents(roster: pd.DataFrame, outer: pd.DataFrame, ids: Texts) -> Texts:  # noqa: ARG001
    """Return the submission, or the enclosing row, to which each roster row belongs, "" for an orphan."""
    claimed = plain_uuid(roster[PARENT_KEY])
    return claimed.where(claimed.isin(set(ids)), "")


ADAPTER = Adapter(
    source=SOURCE,
    name="ODK Central",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=parents,
    order=order,
    rows=rows,
    states=frozenset(REVIEW.values()),
    state_columns=(REVIEW_STATE,),
)
