"""Answers of a server as JSON, laid out as tables by what they look like."""

import json
from pathlib import Path

from survey.exports import kobo_json, odk_odata
from survey.exports.cells import Table, Unreadable


def read_json(upload: Path, _folder: Path) -> list[Table]:
    """Read the submissions that KoboToolbox (API v2) or ODK Central (OData) gave as JSON.

    Raises
    ------
    Unreadable
        ``json_damaged``, or what the layout of the tool raises.
    """
    try:
        content = json.loads(upload.read_bytes())
    except (ValueError, RecursionError):
        raise Unreadable("json_damaged") from None
    return odk_odata.tables_of(content) if odk_odata.is_odata(content) else kobo_json.tables_of(content)
