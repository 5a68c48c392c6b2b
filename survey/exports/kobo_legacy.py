"""The old exporter of KoboToolbox: "n/a" for blanks, True and False, repeats folded into numbered columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from survey.exports import kobotoolbox
from survey.exports.adapter import Adapter
from survey.exports.cells import Table
from survey.exports.folded import unfolded
from survey.exports.layout import Layout
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "kobotoolbox_legacy"
SIGNATURE = ("_uuid", "_submission_time", "_tags", "_notes", "meta/instanceID")
BLANK = "n/a"


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find main table and rosters as in any KoboToolbox export, with "n/a" read as blank.

    Raises
    ------
    Unreadable
        As for any KoboToolbox export.
    """
    parted = tuple(part for table in tables for part in unfolded(table))
    cleared = [replace(table, columns=[_cleared(cells) for cells in table.columns]) for table in parted]
    return replace(kobotoolbox.layout_of(cleared, instrument, SOURCE), tables=parted)


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity and state of each submission; columns as for KoboToolbox."""
    return kobotoolbox.submissions(main.replace(BLANK, ""))


def cells(table: pd.DataFrame, _instrument: Instrument, _repeat: str) -> pd.DataFrame:
    """Return the table with "n/a" as blank; True and False are ticks already."""
    return table.replace(BLANK, "")


def _cleared(texts: Sequence[str]) -> list[str]:
    return ["" if text == BLANK else text for text in texts]


ADAPTER = Adapter(
    source=SOURCE,
    name="KoboToolbox (legacy)",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=kobotoolbox.parents,
    order=kobotoolbox.order,
    cells=cells,
    rows=kobotoolbox.rows,
    states=kobotoolbox.STATES,
    state_columns=(kobotoolbox.STATUS,),
)
