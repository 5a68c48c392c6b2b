import importlib.util
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.schema import CreateTable

from survey import places
from survey.catalogue_tables import metadata, uploads
from survey.commands.show import example_files, example_wave
from survey.indicators.definition import load_definition
from survey.messages import Refusal
from survey.release import Release
from survey.resubmissions import newest
from survey.store import Store

SCRIPT = Path(__file__).with_name("accept_on_demand.py")
KILLS = 25
PROCESSES = 8
FLIPS_A_FILE = 4
FLIPS_OF_THE_CATALOGUE = 60
NOON = datetime(2026, 11, 2, 5, tzinfo=UTC)


def load_script():
    spec = importlib.util.spec_from_file_location("accept_on_demand", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


export_number = load_script().export_number


@pytest.fixture
def store(tmp_path):
    made = Store(tmp_path / "store", clock=lambda: NOON)
    made.add_wave(example_wave())
    return made


@contextmanager
def acceptor(root):
    """Processes that accept on demand; gives a function (upload, copies, kill after) -> exit codes."""
    served = subprocess.Popen(
        [sys.executable, str(SCRIPT), str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )

    def accept(number, copies=1, kill_after=-1.0):
        served.stdin.write(f"{number} {copies} {kill_after}\n")
        served.stdin.flush()
        return [int(code) for code in served.stdout.readline().split()]

    with served:
        yield accept
        served.stdin.close()


def errors(store):
    return [found.sentence("en") for found in store.verify() if found.severity == "error"]


def small_release(wave="2026"):
    table = pd.DataFrame({"indicator": ["headline"], "estimate": [0.4], "quality": ["present"]})
    return Release(
        f"{wave}-abc",
        {"release_id": f"{wave}-abc", "wave": wave},
        table,
        table,
        table,
        weights={"sum": 1.5},
        definition=load_definition(places.definition("digital_service_skill")),
    )


def test_the_same_bytes_are_accepted_once(store):
    assert store.accept(export_number(1), "2026") == "accepted"
    assert store.accept(export_number(1), "2026") == "duplicate"
    assert [upload.upload_id for upload in store.uploads("2026")] == [f"{1:064x}"]


def test_an_export_comes_back_cell_by_cell(store):
    sent = export_number(1)
    store.accept(sent, "2026")
    kept = Store(store.root).export(sent.sha256)
    assert (kept.source, kept.file, kept.main, kept.rosters) == (sent.source, sent.file, "data", sent.rosters)
    for name, table in sent.tables.items():
        pd.testing.assert_frame_equal(kept.tables[name], table)


def test_many_processes_with_the_same_bytes_and_one_is_accepted(store):
    with acceptor(store.root) as accept:
        codes = Counter(code for number in range(3) for code in accept(number, copies=PROCESSES))
    assert codes == {0: 3, 1: 3 * (PROCESSES - 1)}
    assert len(store.uploads("2026")) == 3
    assert errors(store) == []


def test_many_processes_make_one_new_store(tmp_path):
    fresh = tmp_path / "fresh"
    with acceptor(fresh) as accept:
        assert set(accept(1, copies=PROCESSES)) == {7}  # no wave in it: each is told so
    assert errors(Store(fresh)) == []


def test_killed_at_any_moment_nothing_is_torn_and_nothing_recorded_is_unreadable(store):
    rng = random.Random(2026)
    with acceptor(store.root) as accept:
        for number in range(1, 6):
            start = time.perf_counter()
            assert accept(number) == [0]
            longest = time.perf_counter() - start
        ends = Counter()
        for number in range(100, 100 + KILLS):
            end = accept(number, kill_after=rng.uniform(0, longest))[0]
            longest *= 1.15 if end else 0.85  # about half are killed, however busy the machine is
            ends[end] += 1
        assert set(ends) == {0, -signal.SIGKILL}
        assert errors(store) == []
        for upload in store.uploads("2026"):
            expected = export_number(int(upload.upload_id, 16))
            pd.testing.assert_frame_equal(
                store.export(upload.upload_id).tables["data"], expected.tables["data"]
            )
        again = Counter(accept(number)[0] for number in range(100, 100 + KILLS))
    assert set(again) <= {0, 1}
    assert again[1] >= ends[0]  # what was acknowledged is there
    assert len(store.uploads("2026")) == 5 + KILLS
    assert errors(store) == []


def test_leftovers_of_a_killed_run_are_notes_and_later_cleaned(store):
    draft = store.root / "tmp" / "0123456789abcdef"
    draft.mkdir(parents=True)
    (draft / "00_data.parquet").write_bytes(b"half")
    orphan = store.root / "uploads" / "00" / f"{9:064x}"
    orphan.mkdir(parents=True)
    (orphan / "export.json").write_bytes(b"{}")
    made = NOON.timestamp() - 60
    os.utime(draft, (made, made))
    assert [found.code for found in store.verify()] == ["store_unfinished", "store_draft"]
    made = NOON.timestamp() - 7200
    os.utime(draft, (made, made))
    assert [found.code for found in store.verify()] == ["store_unfinished", "store_draft_cleaned"]
    assert not draft.exists()
    assert store.accept(export_number(9), "2026") == "accepted"
    assert store.verify() == []


def test_verify_finds_every_flipped_bit(store):
    rng = random.Random(2)
    store.accept(export_number(1), "2026")
    store.accept(export_number(2), "2026")
    store.freeze(small_release())
    assert store.verify() == []
    stored = sorted(path for path in store.root.rglob("*") if path.is_file())
    assert {path.suffix for path in stored} == {".parquet", ".json", ".yaml", ".sqlite", ".seal"}
    unseen = []
    for path in stored:
        content = path.read_bytes()
        for _ in range(FLIPS_OF_THE_CATALOGUE if path.suffix == ".sqlite" else FLIPS_A_FILE):
            bit = rng.randrange(8 * len(content))
            damaged = bytearray(content)
            damaged[bit // 8] ^= 1 << bit % 8
            path.write_bytes(damaged)
            if not errors(Store(store.root)):
                unseen.append((path.name, bit))
            for log in store.root.glob("catalogue.sqlite-*"):
                log.unlink()
            path.write_bytes(content)
    assert unseen == []
    assert errors(store) == []


@pytest.mark.parametrize("what", ["missing", "stray", "swapped", "truncated"])
def test_verify_finds_files_that_are_not_where_they_were_put(store, what):
    store.accept(export_number(1), "2026")
    store.accept(export_number(2), "2026")
    first, second = sorted(store.root.glob("uploads/*/*/00_data.parquet"))
    damage = {
        "missing": first.unlink,
        "stray": lambda: first.with_name("note.txt").write_text("?"),
        "swapped": lambda: shutil.copyfile(first, second),
        "truncated": lambda: first.write_bytes(first.read_bytes()[:-1]),
    }
    damage[what]()
    codes = {"missing": "store_file_missing", "stray": "store_file_stray"}
    assert [found.code for found in store.verify()] == [codes.get(what, "store_file_changed")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE number = 1",
        "UPDATE uploads SET file = 'other.xlsx'",
        "DELETE FROM uploads",
        "DELETE FROM audit WHERE number = 2",
        "UPDATE files SET sha256 = '0'",
        "UPDATE waves SET synthetic = 0",
    ],
)
def test_verify_finds_an_edited_row(store, statement):
    store.accept(export_number(1), "2026")
    with sqlite3.connect(store.catalogue.path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="never change"):
            connection.execute(statement)
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute(statement)
    connection.close()
    store.catalogue.seal_path.unlink()
    assert "store_catalogue_damaged" in [found.code for found in store.verify()]


def test_a_catalogue_cut_back_to_an_earlier_day_is_found(store):
    earlier = store.catalogue.path.read_bytes()
    store.accept(export_number(1), "2026")
    store.catalogue.path.write_bytes(earlier)
    assert "store_catalogue_damaged" in [found.code for found in store.verify()]


def test_a_catalogue_that_is_none_is_a_refusal(tmp_path):
    (tmp_path / "catalogue.sqlite").write_bytes(b"not a database, only words " * 40)
    with pytest.raises(Refusal, match="cannot be used"):
        Store(tmp_path).waves()


def test_a_damaged_page_is_an_error_and_never_another_value(store):
    store.accept(export_number(1), "2026")
    path = next(store.root.glob("uploads/*/*/00_data.parquet"))
    content = bytearray(path.read_bytes())
    content[200] ^= 4
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"(?i)checksum|crc|corrupt"):
        Store(store.root).export(f"{1:064x}")


def test_a_wave_is_kept_as_it_was_announced(store):
    announced, kept = example_wave(), Store(store.root).wave("2026")
    assert kept.fingerprint == announced.fingerprint
    assert kept.synthetic
    assert not store.add_wave(announced)
    with pytest.raises(Refusal, match="other content"):
        store.add_wave(announced.__class__("2026", kept.instrument, kept.sample_eas, kept.sample_households))


def test_a_wave_begins_with_its_year(store):
    wave = example_wave()
    with pytest.raises(Refusal, match="not a name"):
        store.add_wave(wave.__class__("../2026", wave.instrument, wave.sample_eas, wave.sample_households))


def test_the_same_bytes_for_another_wave_are_refused(store):
    wave = example_wave()
    store.add_wave(wave.__class__("2026-pilot", wave.instrument, wave.sample_eas, wave.sample_households))
    store.accept(export_number(1), "2026")
    with pytest.raises(Refusal, match="one wave only"):
        store.accept(export_number(1), "2026-pilot")


def test_a_release_is_frozen_and_has_a_manifest_of_its_files(store):
    assert store.freeze(small_release())
    assert not store.freeze(small_release())
    kept = Store(store.root).open_release("2026-abc")
    assert set(kept.manifest["files"]) == {
        "estimates.parquet", "verdicts.parquet", "response.parquet", "weights.json", "definition.yaml",
        "units.parquet",
    }  # fmt: skip
    estimates = small_release().estimates
    pd.testing.assert_frame_equal(kept.estimates[list(estimates)], estimates)
    assert [row["release_id"] for row in store.releases("2026")] == ["2026-abc"]
    with pytest.raises(Refusal, match="no release"):
        store.open_release("2026-xyz")


def test_a_row_that_fails_leaves_nothing(store):
    row = {"number": 1, "upload_id": "a", "wave": "2099", "file": "", "source": "", "accepted": ""}
    with pytest.raises(IntegrityError), store.catalogue.writing() as connection:
        store.catalogue.add(connection, uploads, row, [])
    assert store.uploads("2099") == []
    assert errors(store) == []


def test_every_table_stands_on_postgresql():
    statements = [
        str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in metadata.sorted_tables
    ]
    assert all("CREATE TABLE" in statement for statement in statements)


def test_pages_carry_checksums(store):
    store.accept(export_number(1), "2026")
    path = next(store.root.glob("uploads/*/*/00_data.parquet"))
    assert pq.ParquetFile(path, page_checksum_verification=True).read().num_rows == 200


def test_the_order_of_the_files_does_not_matter_to_the_microdata(example_store):
    parts = list(example_store._parts("2026").values())
    form = example_store.form("2026").joined
    forward, backward = newest(parts, form), newest(parts[::-1], form)
    pd.testing.assert_frame_equal(forward.households, backward.households)
    pd.testing.assert_frame_equal(forward.members, backward.members)
    pd.testing.assert_frame_equal(forward.member_states, backward.member_states)


def test_no_name_and_no_telephone_number_is_stored(example_store, instrument):
    """Planted names and numbers: in no byte as they are, and in no cell after unpacking."""
    personal = planted(instrument)
    numbers = {value for value in personal if sum(sign.isdigit() for sign in value) >= 8}
    assert len(personal) > 1000
    assert len(numbers) > 500
    raw = b"\0".join(path.read_bytes() for path in example_store.root.rglob("*") if path.is_file())
    assert [number for number in numbers if number.encode() in raw] == []
    cells = set()
    for path in example_store.root.rglob("*.parquet"):
        table = pq.read_table(path)
        cells |= {
            value for column in table.itercolumns() for value in column.to_pylist() if isinstance(value, str)
        }
    text = "\n".join(cells) + "".join(path.read_text() for path in example_store.root.rglob("*.json"))
    assert [number for number in numbers if number in text] == []
    assert sorted(value for value in personal if not value.isdigit() and value in cells) == []


def planted(instrument):
    """Values of the personal questions in the eleven files."""
    names = instrument.personal()
    values = set()
    for path in example_files():
        for sheet in pd.read_excel(path, sheet_name=None, dtype=str, engine="calamine").values():
            for header in sheet.columns:
                if str(header).rsplit("/", 1)[-1] in names:
                    values |= set(sheet[header].dropna())
    return values


def test_the_audit_book_tells_every_step(store):
    store.accept(export_number(1), "2026")
    with sqlite3.connect(store.catalogue.path) as connection:
        told = connection.execute("SELECT subject, at, facts FROM audit ORDER BY number").fetchall()
    connection.close()
    assert [subject for subject, _, _ in told] == ["waves", "uploads"]
    assert {at for _, at, _ in told} == {"2026-11-02T05:00:00Z"}
    assert json.loads(told[1][2])["row"]["file"] == "tệp 1.xlsx"
