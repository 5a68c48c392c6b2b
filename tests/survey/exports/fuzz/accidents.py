"""What happens to files on their way: bytes are lost, tables are edited, cells hold what nobody expected."""

import io
import random
import zipfile

from .files import KINDS

HOSTILE = (
    "=cmd|' /C calc'!A0", "+1+1", "@SUM(A1)", "\x00", "\x1f\x1e", "\x0b", "\u202eTên\u200f", "\ufeff",
    "\u00a0", "9" * 400, "1e400", "-0", "nan", "inf", "1_000", "٣", "１２", "1,5", "1.234,5", "0000-00-00",
    "2026-02-30", "9999-12-31T23:59:60Z", "0001-01-01T00:00:00+14:00", "2026-10-05T25:61:00",
    "-292277022657-01-27", "x" * 100_000, "\ud800", "Bi\u0300nh Phu\u031bo\u031b\u0301c", "ViÖt Nam",
    "<![CDATA[", "]]>", "&lol;", "{file}", "{0.x}", "%s%n", "\r\n", "\t", '"', "'", ";", "uuid:",
    "-999999999", "##N/A##", ".a", "n/a", "None", "NaN", "NULL", "True", " ", "  1  ", "1 1 1 1",
    "98 99 98", "#row", "#VALUE!", "_uuid", "KEY", "0" * 40, "😀" * 20, "0912345678",
)  # fmt: skip
NAMES = (
    *HOSTILE, "", "_id", "_index", "_parent_index", "PARENT_KEY", "KEY", "interview__id", "meta/rootUuid",
    "b/b1_size", "b/b5_dev/1", "cover/ea_code [2]", "start", "_submission__uuid", "SET-OF-member", "m_age",
)  # fmt: skip
WORDS = (b"\n", b"<c ", *b'< > " / , row </v> uuid: _ 1 KEY { [ :'.split())


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
    old, new = chance.choice(WORDS), chance.choice([*WORDS, b"", b"9" * 40, b"\x00", "Ầ".encode()])
    return content.replace(old, new, chance.randint(1, max(1, content.count(old))))


def grow_number(content, chance):
    """Write the largest number over four bytes, as a wrong length or count."""
    begin = chance.randrange(len(content))
    return (
        content[:begin] + chance.choice([b"\xff\xff\xff\x7f", b"\xff" * 8, bytes(4)]) + content[begin + 4 :]
    )


BYTES = (flip, cut, repeat, swap_words, grow_number)


def outside(content, chance):
    """An accident to the bytes of the file."""
    return chance.choice(BYTES)(content, chance)


def inside(content, chance):
    """An accident to one part of an archive, packed again with right checksums; else to the bytes."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return outside(content, chance)
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as good,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        unlucky = chance.choice([name for name in good.namelist() if good.getinfo(name).file_size])
        for name in good.namelist():
            part = good.read(name)
            bad.writestr(name, chance.choice(BYTES)(part, chance) if name == unlucky else part)
    return stream.getvalue()


def drop_column(rows, chance):
    place = chance.randrange(len(rows[0]))
    return [row[:place] + row[place + 1 :] for row in rows]


def repeat_column(rows, chance):
    place, target = chance.randrange(len(rows[0])), chance.randrange(len(rows[0]))
    return [[*row[:target], *row[place : place + 1], *row[target:]] for row in rows]


def rename_column(rows, chance):
    header = list(rows[0])
    header[chance.randrange(len(header))] = chance.choice(NAMES)
    return [header, *rows[1:]]


def swap_columns(rows, chance):
    header = list(rows[0])
    one, other = chance.randrange(len(header)), chance.randrange(len(header))
    header[one], header[other] = header[other], header[one]
    return [header, *rows[1:]]


def hostile_cells(rows, chance):
    changed = [list(row) for row in rows]
    for _ in range(chance.randint(1, 8)):
        row = chance.choice(changed)
        if row:
            row[chance.randrange(len(row))] = chance.choice(HOSTILE)
    return changed


def hostile_column(rows, chance):
    place, text = chance.randrange(len(rows[0])), chance.choice(HOSTILE)
    return [rows[0], *[[*row[:place], text, *row[place + 1 :]] for row in rows[1:]]]


def empty_column(rows, chance):
    place = chance.randrange(len(rows[0]))
    return [rows[0], *[[*row[:place], "", *row[place + 1 :]] for row in rows[1:]]]


def shuffle_rows(rows, chance):
    body = rows[1:]
    chance.shuffle(body)
    return [rows[0], *body]


def repeat_rows(rows, chance):
    return [*rows, *[chance.choice(rows) for _ in range(chance.randint(1, 5))]]


def drop_rows(rows, chance):
    return [rows[0], *[row for row in rows[1:] if chance.randint(0, 2)]]


def cut_rows(rows, chance):
    return [row[: chance.randint(0, len(row))] if chance.randint(0, 3) == 3 else row for row in rows]


def only_header(rows, chance):
    return rows[:1]


def headless(rows, chance):
    return rows[1:]


def nothing(rows, chance):
    return []


EDITS = (
    hostile_cells, hostile_column, rename_column, drop_column, repeat_column, swap_columns, empty_column,
    shuffle_rows, repeat_rows, drop_rows, cut_rows,
)  # fmt: skip
# Beyond repair.
LOSSES = (only_header, headless, nothing)
RARELY = 20


def edited(tables, edits):
    """Edit the tables of an export as people and programs do.

    Parameters
    ----------
    tables : mapping
        Table -> rows, the header first.
    edits : sequence of (callable, int)
        What is done, and the seed that decides to which table, where and with which text.
    """
    changed = {name: [list(row) for row in rows] for name, rows in tables.items()}
    for edit, seed in edits:
        chance = random.Random(seed)
        name = chance.choice(list(changed))
        if changed[name] and changed[name][0]:
            changed[name] = edit(changed[name], chance)
    return changed


def some_edits(chance):
    """Choose mostly a few edits that leave something to read, rarely one that does not."""
    edits = [(chance.choice(EDITS), chance.random()) for _ in range(chance.randint(1, 4))]
    return edits if chance.randrange(RARELY) else [*edits, (chance.choice(LOSSES), chance.random())]


def write_accident(name, whole, target, chance):
    """Write a damaged file: to its bytes, to a part of it, or to its tables where they are known."""
    if name in KINDS and chance.random() < 0.4:
        tables, write = KINDS[name]
        try:
            write(target, edited(tables(), some_edits(chance)))
        except Exception:  # what no program can write, no office sends
            target.unlink(missing_ok=True)
    if not target.exists():
        target.write_bytes(chance.choice([outside, inside])(whole, chance))
