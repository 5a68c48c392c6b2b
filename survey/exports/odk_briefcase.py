"""ODK Briefcase: the tables of ODK Central without its states, with SET-OF columns and American dates.

Moments are written "Apr 26, 2018 8:58:20 AM" in the zone of the computer that exported them, read as Vietnam
time. There is no review state and no version in the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from survey.exports import odk_central, surveycto
from survey.exports.adapter import Adapter
from survey.exports.cells import Table
from survey.exports.layout import Layout
from survey.exports.us_moments import iso_moment
from survey.instrument import Instrument

if TYPE_CHECKING:
    import pandas as pd

SOURCE = "odk_briefcase"
SIGNATURE = ("SubmissionDate", "KEY", "meta-instanceID", "SET-OF-")


def layout(tables: Sequence[Table], instrument: Instrument) -> Layout:
    """Find the main table and the tables of the repeats, as for ODK Central."""
    return odk_central.layout_of(tables, instrument, SOURCE)


def submissions(main: pd.DataFrame) -> pd.DataFrame:
    """Return identity of each submission; columns as for KoboToolbox."""
    found = odk_central.submissions(main)
    moment = iso_moment(found["submitted"])
    return found.assign(submitted=moment.where(moment == "", moment + surveycto.OFFICE_ZONE))


ADAPTER = Adapter(
    source=SOURCE,
    name="ODK Briefcase",
    signature=SIGNATURE,
    layout=layout,
    submissions=submissions,
    parents=odk_central.parents,
    order=odk_central.order,
    rows=odk_central.rows,
    cells=surveycto.cells,
)
