"""Tables of a collection tool in the words of the form: its names for columns, its codes for answers."""

from functools import lru_cache

import pandas as pd

from survey.exports.cells import Unreadable
from survey.exports.headers import HeaderMap, is_tool_column, map_headers
from survey.exports.recognition import ADAPTERS
from survey.messages import Refusal, finding
from survey.versions import Versions


def in_words_of_form(table: pd.DataFrame, source: str, form: Versions, repeat: str = "") -> pd.DataFrame:
    """Rename the columns of a table to the names of the form, and its cells to the codes of the form.

    Parameters
    ----------
    table : DataFrame of str
        The main table or a roster as the tool wrote it.
    source : str
        The tool, a name in :data:`survey.exports.recognition.ADAPTERS`.
    form : Versions
    repeat : str
        Level of the form that the table holds, "" for the main table.
    """
    names = _renamed(source, tuple(table.columns), repeat, form)
    renamed = table.set_axis(list(names), axis=1)
    return ADAPTERS[source].cells(renamed, form.joined, repeat)


@lru_cache(maxsize=256)
def strange_columns(source: str, headers: tuple[str, ...], repeat: str, form: Versions) -> tuple[str, ...]:
    """Name the columns of a table that neither the form nor the tool explains."""
    meaning = map_headers(_renamed(source, headers, repeat, form), form.joined, repeat)
    return tuple(header for header in meaning.undeclared if not is_tool_column(header))


@lru_cache(maxsize=256)
def meaning_of(headers: tuple[str, ...], repeat: str, form: Versions) -> HeaderMap:
    """Explain headers in the words of the form; see :func:`survey.exports.headers.map_headers`."""
    return map_headers(headers, form.joined, repeat)


@lru_cache(maxsize=256)
def _renamed(source: str, headers: tuple[str, ...], repeat: str, form: Versions) -> tuple[str, ...]:
    try:
        names = ADAPTERS[source].headers(headers, form.joined, repeat)
    except Unreadable as problem:
        raise Refusal(finding(problem.code, facts=problem.facts)) from None
    return tuple(names.get(header, header) for header in headers)
