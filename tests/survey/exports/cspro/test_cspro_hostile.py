"""Data files that somebody built to hang, to fill the memory or to run something: each ends in a sentence."""

import random
import sqlite3
import time
from contextlib import closing

import pytest

from survey.exports import read_export
from survey.exports.cells import Unreadable
from survey.exports.cspro_database import read_database
from survey.messages import Refusal

IDS = ["market", "stall_no"]
RECORDS = {
    "stall": (["pays", "banks", "share", "visited", "remark"], False),
    "seller": (["s_sex", "s_age"], True),
}
CASE = {
    "id": "c1", "market": "DX", "stall_no": 1,
    "stall": [{"pays": 1, "banks": "1", "share": 1.5, "visited": 20261005, "remark": "x" * 200}],
    "seller": [{"s_sex": 1, "s_age": 40}],
}  # fmt: skip
ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
AS_CASES = "'x' AS id, '' AS key, 1 AS last_modified_revision, 0 AS deleted, 1.0 AS file_order"
ENDLESS_CASES = ENDLESS.replace("SELECT i FROM", f"SELECT {AS_CASES} FROM")


@pytest.fixture
def built(csdb):
    return lambda extra="": csdb([CASE], ids=IDS, records=RECORDS, extra=extra)


EXTRAS = {
    "a view called cases": (
        f"DROP TABLE cases; CREATE VIEW cases AS SELECT {AS_CASES};",
        "cspro_database_other",
    ),
    "an endless view called cases": (
        f"DROP TABLE cases; CREATE VIEW cases AS {ENDLESS_CASES};",
        "cspro_database_other",
    ),
    "an endless view as a record": (f"DROP TABLE seller; CREATE VIEW seller AS {ENDLESS};", None),
    "a view of a view": (f"CREATE VIEW a AS {ENDLESS}; CREATE VIEW b AS SELECT * FROM a;", None),
    "a trigger": ("CREATE TRIGGER t AFTER INSERT ON cases BEGIN DELETE FROM cases; END;", None),
    "a virtual table": ("CREATE VIRTUAL TABLE f USING fts5(x);", None),
    "a computed column": ("CREATE TABLE g (a INT, b AS (zeroblob(900000000)));", "cspro_damaged"),
    "a huge blob": ("UPDATE stall SET remark = zeroblob(20000000);", "text_too_long"),
    "a huge text": (
        "UPDATE stall SET remark = replace(hex(zeroblob(1500000)), '00', 'ab');",
        "text_too_long",
    ),
    "other kinds of values": (
        "UPDATE cases SET file_order = 'x', verified = 'y', partial_save_mode = '';",
        None,
    ),
    "a case without id": ("UPDATE cases SET id = zeroblob(4);", None),
    "no cases": ("DELETE FROM cases;", "table_empty"),
    "no table of cases": ("DROP TABLE cases;", "cspro_database_other"),
    "no table of ids": ("DROP TABLE `level-1`;", "cspro_database_old"),
    "no column of the case": ("ALTER TABLE cases RENAME COLUMN deleted TO gone;", "cspro_database_other"),
    "text that is no text": ("UPDATE stall SET remark = CAST(x'ff80' AS TEXT);", "cspro_damaged"),
    "two thousand columns": (
        f"CREATE TABLE many ({', '.join(f'c{n}' for n in range(1999))}); INSERT INTO many(c1) VALUES (1);",
        None,
    ),
    "a level without the one above": (
        "CREATE TABLE `level-3` (`level-3-id` INT, `level-2-id` INT);",
        "cspro_damaged",
    ),
    "a name with quotes": ('CREATE TABLE "a""; DROP TABLE cases; --" (`level-1-id` INT, `x"y` INT);', None),
}


@pytest.mark.parametrize("name", list(EXTRAS))
def test_a_hostile_data_file_is_read_or_refused(name, built, stalls, refusal):
    extra, code = EXTRAS[name]
    path = built(extra)
    before = path.read_bytes()
    if code:
        assert refusal(path, stalls).code == code
    else:
        assert len(read_export(path, stalls).tables["cases"]) == 1
    assert path.read_bytes() == before


SCHEMA = (
    ("UPDATE sqlite_master SET sql = 'CREATE TABLE many (' || ? || ')' WHERE name = 'notes'",
     ", ".join(f"c{n}" for n in range(1_000_000))),
    ("UPDATE sqlite_master SET sql = ? WHERE name = 'seller'", f"CREATE VIEW seller AS {ENDLESS}"),
    ("UPDATE sqlite_master SET sql = ? WHERE name = 'cases'", "CREATE TABLE cases (id AS (randomblob(9)))"),
    ("UPDATE sqlite_master SET rootpage = ? WHERE name = 'cases'", 1),
    ("UPDATE sqlite_master SET rootpage = ? WHERE name = 'seller'", 999_999),
    ("UPDATE sqlite_master SET sql = ? WHERE name = 'seller'", "CREATE TABLE seller ("),
    ("UPDATE sqlite_master SET type = ? WHERE name = 'cases'", "view"),
)  # fmt: skip


@pytest.mark.parametrize("number", range(len(SCHEMA)))
def test_a_schema_written_by_hand_is_read_or_refused(number, built, stalls):
    path = built()
    statement, value = SCHEMA[number]
    with closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA writable_schema = ON")
        db.execute(statement, (value,))
        db.commit()
    with pytest.raises(Refusal) as refused:
        read_export(path, stalls)
    assert refused.value.findings[0].code in {"cspro_damaged", "cspro_database_other", "text_too_long"}


def test_an_attached_database_is_out_of_reach(built, tmp_path):
    """The file names another one only where a statement of ours would carry it out; none does."""
    secret = tmp_path / "secret.db"
    with closing(sqlite3.connect(secret)) as db:
        db.executescript("CREATE TABLE s (x); INSERT INTO s VALUES ('mật');")
    extra = f"ATTACH '{secret}' AS other; CREATE TEMP VIEW v AS SELECT x FROM other.s; DETACH other;"
    texts = {cell for table in read_database(built(extra)) for column in table.columns for cell in column}
    assert "mật" not in texts


def test_pages_that_point_at_each_other_come_to_an_end(built, stalls):
    """An interior page whose every child is one page would make a table of rows without end."""
    path = built("INSERT INTO seller(`level-1-id`, occ, s_age) "
                 "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) "
                 "SELECT 1, i, 30 FROM n;")  # fmt: skip
    with closing(sqlite3.connect(path)) as db:
        size = db.execute("PRAGMA page_size").fetchone()[0]
        root = db.execute("SELECT rootpage FROM sqlite_master WHERE name = 'seller'").fetchone()[0]
    content = bytearray(path.read_bytes())
    start = (root - 1) * size
    assert content[start] == 5, "an interior page"
    count = int.from_bytes(content[start + 3 : start + 5], "big")
    for cell in range(count):
        place = int.from_bytes(content[start + 12 + 2 * cell : start + 14 + 2 * cell], "big")
        content[start + place : start + place + 4] = root.to_bytes(4, "big")
    path.write_bytes(content)
    with pytest.raises(Refusal) as refused:
        read_export(path, stalls)
    assert refused.value.findings[0].code in {"cspro_damaged", "file_slow", "file_memory"}


def test_any_accident_to_the_bytes_ends_in_tables_or_in_a_sentence(built):
    """Five hundred damaged files, read here where the child of an upload would read them."""
    good = built().read_bytes()
    path = built()
    chance = random.Random(20261128)
    readable = 0
    begin = time.monotonic()
    for _ in range(500):
        content = bytearray(good)
        for _ in range(chance.choice([1, 3, 20, 200])):
            content[chance.randrange(len(content))] = chance.randrange(256)
        path.write_bytes(content[: chance.choice([len(content), chance.randrange(len(content))])])
        try:
            read_database(path)
            readable += 1
        except Unreadable:
            pass
        if time.monotonic() - begin > 10:
            break
    assert readable > 0
