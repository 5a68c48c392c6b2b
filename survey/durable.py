"""Files that survive a crash: written aside, forced to disk, and only then given their name."""

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

CHUNK = 1 << 20
PRIVATE = 0o700


def sha256_of(path: Path) -> str:
    """Sha-256 of the bytes of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(CHUNK):
            digest.update(block)
    return digest.hexdigest()


def canonical_json(value: object) -> str:
    """JSON text that depends on the content only: keys in order, no locale, no spaces to spare."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, indent=1, allow_nan=False) + "\n"


def write_frame(path: Path, frame: pd.DataFrame) -> None:
    """Write a frame as Parquet whose every page carries a checksum."""
    table = pa.Table.from_pandas(frame)
    pq.write_table(table, path, compression="zstd", write_page_checksum=True)


def read_frame(path: Path) -> pd.DataFrame:
    """Read a frame back; a damaged page is an ``OSError``, never a wrong value."""
    frame: pd.DataFrame = pq.read_table(path, page_checksum_verification=True).to_pandas()
    return frame


def write_json(path: Path, value: Mapping[str, Any]) -> None:
    """Write a mapping as canonical JSON."""
    path.write_bytes(canonical_json(value).encode())


def read_json(path: Path) -> dict[str, Any]:
    """Read what :func:`write_json` wrote."""
    content: dict[str, Any] = json.loads(path.read_bytes())
    return content


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Give an empty private folder under `folder`; whatever is left in it afterwards is thrown away."""
    folder.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    place = folder / secrets.token_hex(8)
    place.mkdir(mode=PRIVATE)
    try:
        yield place
    finally:
        shutil.rmtree(place, ignore_errors=True)


def flush(folder: Path) -> None:
    """Force every file of a folder, and the folder itself, to the disk."""
    for path in sorted(folder.iterdir()):
        _flush_one(path)
    _flush_one(folder)


def put_in_place(staged: Path, target: Path) -> None:
    """Give a flushed folder or file its final name; both must lie on one file system."""
    target.parent.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    staged.rename(target)
    _flush_one(target.parent)
    _flush_one(target.parent.parent)


def link_in_place(staged: Path, target: Path) -> bool:
    """Give a flushed file its final name unless the name is taken; say whether it was given."""
    try:
        os.link(staged, target)
    except FileExistsError:
        return False
    _flush_one(target.parent)
    return True


def replace_file(path: Path, content: bytes, *, aside: Path) -> None:
    """Replace a small file in one step, through a staging folder below `aside`."""
    with staging(aside) as place:
        draft = place / path.name
        draft.write_bytes(content)
        _flush_one(draft)
        draft.replace(path)
    _flush_one(path.parent)


def _flush_one(path: Path) -> None:
    if os.name == "nt" and path.is_dir():  # Windows cannot flush a folder
        return
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
