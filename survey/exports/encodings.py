"""Which encoding wrote a text file, told by its bytes and never guessed."""

import codecs
import re
import unicodedata

_MARKS: tuple[tuple[bytes, str], ...] = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 4096
_TONES = re.compile("[\u0300\u0301\u0303\u0309\u0323]")


def decode(content: bytes) -> str | None:
    """Return the text of a file, None where no encoding can be told for certain."""
    encoding = encoding_of(content)
    try:
        return content.decode(encoding) if encoding else None
    except UnicodeDecodeError:
        return None


def encoding_of(content: bytes) -> str:
    """Return the encoding that the bytes show, "" where none is certain.

    UTF-8 (strict) and UTF-16 with or without a byte order mark are told by their bytes. Windows-1258
    is accepted where every separate tone mark stands on a letter that can carry it, and there is one:
    read so by mistake, another encoding puts tone marks on consonants.
    """
    return unicode_encoding(content) or ("cp1258" if _is_windows_1258(content) else "")


def unicode_encoding(content: bytes) -> str:
    """Return the Unicode encoding that the bytes show, "" where they are none."""
    marked = next((encoding for mark, encoding in _MARKS if content.startswith(mark)), "")
    if marked or b"\x00" in content[:_SAMPLE]:
        return marked or unmarked_utf_16(content[:_SAMPLE])
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return ""
    return "utf-8"


def unmarked_utf_16(start: bytes) -> str:
    """Tell UTF-16 without a mark: every second byte of delimiters, digits and plain letters is zero."""
    even, odd = start[0::2], start[1::2]
    for zeros, others, encoding in ((odd, even, "utf-16-le"), (even, odd, "utf-16-be")):
        if zeros.count(0) * 2 > len(zeros) and 0 not in others:
            return encoding
    return ""


def _is_windows_1258(content: bytes) -> bool:
    text = content.decode("cp1258", errors="replace")
    if "\ufffd" in text or not _TONES.search(text):
        return False
    return not _TONES.search(unicodedata.normalize("NFC", text))
