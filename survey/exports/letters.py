"""Vietnamese letters that a program between the tool and us has destroyed."""

import re
from collections.abc import Collection
from itertools import islice
from operator import itemgetter

from survey.exports.cells import Table, Unreadable

# UTF-8 shown byte by byte; "Ã" before another letter, or before a space, is honest Vietnamese: XÃ, BÃI.
_GARBLED = re.compile("\ufffd|Ã[\xa1-\xbf]|Ä[‘ƒ\x83\x90\x91]|Æ[¡°]|á[º»](?!\\s)")
_HOLED = re.compile(r"[^\W\d_]\?+[^\W\d_]")
# Letters that Windows-1252 lacks: a program that writes "?" for them leaves none behind.
_VIETNAMESE_ONLY = re.compile("[ăđơưĂĐƠƯ\u1ea0-\u1ef9]")


def check_letters(table: Table) -> None:
    """Refuse a table whose Vietnamese letters were destroyed on the way; they are never repaired by guess.

    Raises
    ------
    Unreadable
        ``letters_garbled`` for UTF-8 read as another encoding ("Ä‘", "áº", U+FFFD), ``letters_lost`` for
        "?" inside words of a table that has no letter left which only Vietnamese uses.
    """
    texts = {text for column in table.columns for text in set(column)} | set(table.headers)
    garbled = {text for text in texts if _GARBLED.search(text)}
    if garbled:
        raise Unreadable("letters_garbled", **_place(table, garbled))
    holed = {text for text in texts if _HOLED.search(text) and "://" not in text}
    if len(holed) > 1 and not any(_VIETNAMESE_ONLY.search(text) for text in texts):
        raise Unreadable("letters_lost", **_place(table, holed))


def _place(table: Table, damaged: Collection[str]) -> dict[str, str]:
    """Name the first row, below the headers, that holds one of the damaged texts."""
    firsts = (
        (row, header, cell)
        for header, column in zip(table.headers, table.columns, strict=True)
        for row, cell in islice(((r, c) for r, c in zip(table.rows, column, strict=True) if c in damaged), 1)
    )
    found = min(firsts, key=itemgetter(0), default=None)
    if found is None:
        header = next(header for header in table.headers if header in damaged)
        found = (1, header, header)
    row, column, text = found
    return {"sheet": table.name, "row": str(row), "column": column, "seen": _shown(text)}


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
