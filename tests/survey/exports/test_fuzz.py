"""Thousands of small accidents to a file: each ends in microdata or in a sentence, never in a traceback.

``KYNANGSO_FUZZ_FILES=10000 pytest tests/survey/exports/test_fuzz.py`` runs the long form.
"""

import os
import random
import time
import zipfile

import pytest

from survey.exports import read_export
from survey.harmonise import harmonise
from survey.messages import Refusal
from survey.sandbox import READER_LIMITS

FILES = int(os.environ.get("KYNANGSO_FUZZ_FILES", "60"))
SECONDS = 30.0 if FILES <= 60 else float("inf")
SEED = 20260928
CENTRAL_NAME, KOBO_NAME = "export.zip", "export.xlsx"


def flip(content, chance):
    """Change up to twenty bytes."""
    changed = bytearray(content)
    for _ in range(chance.randint(1, 20)):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(content, chance):
    """Leave out a stretch."""
    begin = chance.randrange(len(content))
    return content[:begin] + content[begin + chance.randint(1, 2000) :]


def repeat(content, chance):
    """Write a stretch twice."""
    begin = chance.randrange(len(content))
    stretch = content[begin : begin + chance.randint(1, 2000)]
    return content[:begin] + stretch + content[begin:]


def swap_words(content, chance):
    """Exchange what markup and tables are made of."""
    words = [b"<", b">", b'"', b"/", b",", b"\n", b"row", b"<c ", b"</v>", b"uuid:", b"_", b"1", b"KEY"]
    old, new = chance.choice(words), chance.choice([*words, b"", b"9" * 40, b"\x00", "Ầ".encode()])
    places = content.count(old)
    return content.replace(old, new, chance.randint(1, max(1, places)))


resource = pytest.importorskip("resource")

ACCIDENTS = (flip, cut, repeat, swap_words)


def outside(source, target, chance):
    """An accident to the bytes of the file."""
    target.write_bytes(chance.choice(ACCIDENTS)(source.read_bytes(), chance))


def inside(source, target, chance):
    """An accident to one part of the archive, packed again with right checksums."""
    with zipfile.ZipFile(source) as good, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as bad:
        unlucky = chance.choice(good.namelist())
        for name in good.namelist():
            content = good.read(name)
            bad.writestr(name, chance.choice(ACCIDENTS)(content, chance) if name == unlucky else content)


def outcome(target, instrument):
    """Say "read", or the sentences of the refusal."""
    try:
        harmonise(read_export(target, instrument), instrument)
    except Refusal as refusal:
        return f"{refusal.sentence('vi')} {refusal.sentence('en')}"
    return "read"


@pytest.mark.parametrize(
    ("name", "where"), [(n, w) for n in (KOBO_NAME, CENTRAL_NAME) for w in (outside, inside)]
)
def test_accidents(name, where, small_workbook, write_archive, central_rows, tmp_path, instrument):
    source = small_workbook if name == KOBO_NAME else write_archive(central_rows)
    target = tmp_path / f"accident-{name}"
    chance = random.Random(f"{SEED} {name} {where.__name__}")
    end = time.monotonic() + SECONDS / 4
    outcomes = []
    while len(outcomes) < FILES // 4 and time.monotonic() < end:
        where(source, target, chance)
        outcomes.append(outcome(target, instrument))
    assert outcomes
    assert all(text == "read" or target.name in text for text in outcomes)
    largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024
    assert largest < READER_LIMITS.memory
