"""Archives without a clock: equal contents give equal bytes, whoever packs them and whenever."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

# A document carries its creation time; a fixed one keeps the bytes the same.
CREATED = datetime(2000, 1, 1, tzinfo=UTC).replace(tzinfo=None)
_FIRST_DAY = (CREATED.year, CREATED.month, CREATED.day, 0, 0, 0)
_ON_UNIX, _READABLE = 3, 0o644 << 16


def packed(files: Mapping[str, bytes]) -> bytes:
    """Pack files by name into a zip archive, in the order given."""
    told = io.BytesIO()
    with zipfile.ZipFile(told, "w") as archive:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system, entry.external_attr = _ON_UNIX, _READABLE
            archive.writestr(entry, content)
    return told.getvalue()


def without_clock(content: bytes) -> bytes:
    """Give every part of a zip archive, such as a document for Word, the same time."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return packed({part.filename: archive.read(part) for part in archive.infolist()})
