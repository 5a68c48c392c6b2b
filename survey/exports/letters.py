"""Vietnamese letters that a program between the tool and us has destroyed."""

import re

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
    garbled = next((text for text in sorted(texts) if _GARBLED.search(text)), "")
    if garbled:
        raise Unreadable("letters_garbled", **_place(table, garbled))
    holed = sorted(text for text in texts if _HOLED.search(text) and "://" not in text)
    if len(holed) > 1 and not any(_VIETNAMESE_ONLY.search(text) for text in texts):
        raise Unreadable("letters_lost", **_place(table, holed[0]))


def _place(table: Table, text: str) -> dict[str, str]:
    for header, column in zip(table.headers, table.columns, strict=True):
        if text in column:
            row = table.rows[column.index(text)]
            return {"row": str(row), "column": header, "seen": _shown(text)}
    return {"row": "1", "column": text, "seen": _shown(text)}


def _shown(text: str) -> str:
    return text if len(text) <= 40 else text[:40] + "…"
