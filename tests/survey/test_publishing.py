"""Publication: declared steps only, two persons, nothing out before its time, a log that proves itself."""

import json
import shutil
from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text as sql
from sqlalchemy.exc import IntegrityError
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.commands.show import example_wave
from survey.indicators.definition import load_definition
from survey.messages import Refusal
from survey.publishing import keeping
from survey.publishing.log import Step, read_log, take_step
from survey.publishing.standing import DRAFT, for_office, for_public, history
from survey.publishing.states import (
    ACTION_WORDS,
    ACTIONS,
    PUBLISHED,
    STATE_WORDS,
    STATES,
    TRANSITIONS,
    allowed,
    is_ahead,
)
from survey.release import Release
from survey.store import Store

START = datetime(2026, 11, 28, 3, tzinfo=UTC)
NINE = "2026-12-01T02:00:00Z"  # nine o'clock in Viet Nam
BEFORE = datetime(2026, 12, 1, 1, 59, 59, tzinfo=UTC)
AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
NAMES = ("2026-a", "2026-b", "2026-c")


class Clock:
    """The time of a store, moved by hand."""

    def __init__(self):
        self.now = START

    def __call__(self):
        return self.now


def frozen(name):
    table = pd.DataFrame({"indicator": ["headline"], "estimate": [0.4], "quality": ["present"]})
    manifest = {"release_id": name, "wave": name[:4], "state": "draft"}
    definition = load_definition(places.definition("digital_service_skill"))
    return Release(name, manifest, table, table, table, weights={"sum": 1.5}, definition=definition)


@pytest.fixture(scope="module")
def shelf(tmp_path_factory):
    """A store with three releases of a wave, to be copied."""
    store = Store(tmp_path_factory.mktemp("shelf") / "store", Clock())
    store.add_wave(example_wave())
    for name in NAMES:
        store.freeze(frozen(name))
    return store


@pytest.fixture
def store(shelf, tmp_path):
    shutil.copytree(shelf.root, tmp_path / "store")
    return Store(tmp_path / "store", Clock())


def step(store, name, action, who="TK01", why="soát xong", **told):
    return keeping.move(store.catalogue, name, action, who=who, why=why, **told)


def public(store, name):
    return for_public(read_log(store.catalogue), name, store.clock())


def office(store, name):
    return for_office(read_log(store.catalogue), name, store.clock())


def publish(store, name, state="official", embargo=""):
    step(store, name, "check")
    return step(store, name, state, who="PCT01", embargo=embargo)


def code(refusal):
    return refusal.value.findings[0].code


def test_table_reaches_every_state_and_names_every_step():
    assert {"draft"} | {rule.after for rule in TRANSITIONS.values()} == set(STATES)
    assert {action for _, action in TRANSITIONS} == set(ACTIONS)
    assert set(STATE_WORDS) == set(STATES)
    assert set(ACTION_WORDS) == set(ACTIONS)
    assert [key for key in TRANSITIONS if key[0] == "withdrawn"] == []


def test_the_way_of_the_law(store):
    """Draft, checked, preliminary, official, corrected by another release, withdrawn."""
    release = store.open_release("2026-a").manifest
    assert (office(store, "2026-a"), public(store, "2026-a")) == (DRAFT, None)
    step(store, "2026-a", "check")
    assert public(store, "2026-a") is None
    step(store, "2026-a", "preliminary", who="PCT01")
    step(store, "2026-a", "official", who="PCT01")
    assert public(store, "2026-a").state == "official"
    publish(store, "2026-b")
    step(store, "2026-a", "correct", successor="2026-b", why="sai quyền số")
    assert (public(store, "2026-a").state, public(store, "2026-a").successor) == ("corrected", "2026-b")
    step(store, "2026-a", "withdraw", why="không dùng nữa")
    shown = public(store, "2026-a")
    assert (shown.state, shown.why, shown.successor) == ("withdrawn", "không dùng nữa", "")
    assert store.open_release("2026-a").manifest == release
    assert store.verify() == []


def test_nothing_is_out_before_its_second(store):
    publish(store, "2026-a", embargo="2026-12-01T09:00+07:00")
    assert office(store, "2026-a").embargo == NINE
    store.clock.now = BEFORE
    assert public(store, "2026-a") is None
    assert history(read_log(store.catalogue), "2026-a", BEFORE, drafts=False) == ()
    store.clock.now = AT
    assert (public(store, "2026-a").state, public(store, "2026-a").since) == ("official", NINE)
    told = history(read_log(store.catalogue), "2026-a", AT, drafts=False)
    assert [entry.action for entry in told] == ["official"]


def test_an_embargo_can_be_moved_or_taken_back_only_while_it_is_ahead(store):
    publish(store, "2026-a", embargo="1/12/2026 09:00")
    for action in ("withdraw", "correct"):
        with pytest.raises(Refusal) as refusal:
            step(store, "2026-a", action, successor="2026-b" if action == "correct" else "")
        assert code(refusal) == "publication_embargo_ahead"
    step(store, "2026-a", "reschedule", embargo="2/12/2026 09:00")
    store.clock.now = AT
    assert public(store, "2026-a") is None
    step(store, "2026-a", "return")
    assert (office(store, "2026-a").state, public(store, "2026-a")) == ("draft", None)
    publish(store, "2026-a", embargo="2/12/2026 09:00")
    step(store, "2026-a", "reschedule")
    assert public(store, "2026-a").state == "official"
    for action in ("reschedule", "return"):
        with pytest.raises(Refusal) as refusal:
            step(store, "2026-a", action)
        assert code(refusal) == "publication_embargo_over"


def test_a_correction_and_its_successor_come_out_at_one_second(store):
    publish(store, "2026-a", "preliminary")
    publish(store, "2026-b", embargo="1/12/2026 09:00")
    step(store, "2026-a", "correct", successor="2026-b")
    store.clock.now = BEFORE
    assert (office(store, "2026-a").state, office(store, "2026-a").successor) == ("corrected", "2026-b")
    assert (public(store, "2026-a").state, public(store, "2026-a").successor) == ("preliminary", "")
    log = read_log(store.catalogue)
    assert [entry.action for entry in history(log, "2026-a", BEFORE, drafts=False)] == ["preliminary"]
    store.clock.now = AT
    assert (public(store, "2026-a").state, public(store, "2026-a").successor) == ("corrected", "2026-b")


def test_a_correction_points_to_the_end_of_the_chain(store):
    for name in NAMES:
        publish(store, name)
    step(store, "2026-a", "correct", successor="2026-b")
    step(store, "2026-b", "correct", successor="2026-c")
    assert public(store, "2026-a").successor == office(store, "2026-a").successor == "2026-c"


REFUSED = [
    ("2026-a", "official", {}, "publication_step_not_allowed"),
    ("2026-a", "withdraw", {}, "publication_step_not_allowed"),
    ("2026-z", "check", {}, "release_unknown"),
    ("2026-a", "check", {"embargo": "1/12/2026 09:00"}, "publication_embargo_unwanted"),
    ("2026-a", "check", {"embargo": "1/12/2026"}, "publication_time_unreadable"),
    ("2026-a", "check", {"embargo": "31/2/2026 09:00"}, "publication_time_unreadable"),
    ("2026-a", "check", {"successor": "2026-b"}, "publication_successor_missing"),
    ("2026-a", "check", {"who": "Nguyễn Văn A"}, "decision_without_person"),
    ("2026-a", "check", {"why": " "}, "decision_without_reason"),
    ("2026-a", "check", {"why": "hỏi 0912345678"}, "decision_personal"),
    ("2026-a", "check", {"seen": 7}, "publication_moved"),
    ("2026-b", "official", {"who": "tk01"}, "publication_same_person"),
    ("2026-b", "official", {"who": "PCT01", "embargo": "1/1/2026 09:00"}, "publication_embargo_past"),
    ("2026-c", "correct", {}, "publication_successor_missing"),
    ("2026-c", "correct", {"successor": "2026-c"}, "publication_successor_unfit"),
    ("2026-c", "correct", {"successor": "2026-a"}, "publication_successor_unfit"),
    ("2026-c", "correct", {"successor": "2026-z"}, "release_unknown"),
]


@pytest.mark.parametrize(("name", "action", "told", "wanted"), REFUSED)
def test_what_does_not_fit_is_refused_and_leaves_no_row(store, name, action, told, wanted):
    step(store, "2026-b", "check")
    publish(store, "2026-c")
    before = read_log(store.catalogue)
    with pytest.raises(Refusal) as refusal:
        step(store, name, action, **told)
    assert code(refusal) == wanted
    assert read_log(store.catalogue) == before


@pytest.mark.parametrize(
    "written", ["2026-12-01T09:00+07:00", "2026-12-01 09:00", "1/12/2026 09:00", "09:00 01/12/2026", NINE]
)
def test_a_time_without_zone_is_of_viet_nam(written):
    assert keeping.read_moment(written) == NINE


STEPS = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(ACTIONS),
        st.sampled_from(NAMES),
        st.sampled_from([None, 1, 3]),  # hours of embargo
        st.sampled_from([0, 0, 2, 4]),  # hours that pass before
    ),
    max_size=14,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_any_steps_in_any_order_keep_to_the_table(shelf, tmp_path_factory, steps):
    """Only declared states come about, only declared steps are taken, and the public is never ahead."""
    root = tmp_path_factory.mktemp("any") / "store"
    shutil.copytree(shelf.root, root)
    store = Store(root, Clock())
    for number, (name, action, other, hours, passed) in enumerate(steps):
        store.clock.now += timedelta(hours=passed)
        log, now = read_log(store.catalogue), store.clock.now
        last = log.get(name, ())[-1:]
        state = last[0].state if last else "draft"
        embargo = (now + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ") if hours else ""
        successor = other if action == "correct" else ""
        wanted = Step(name, action, f"N{number}", "vì", embargo, successor)
        ahead = bool(last) and is_ahead(last[0].embargo, now)
        try:
            entry = take_step(store.catalogue, wanted)
        except Refusal:
            assert read_log(store.catalogue) == log
        else:
            assert action in allowed(state, ahead=ahead)
            assert entry.state == TRANSITIONS[state, action].after
        check_public(store)
    assert store.verify() == []


def check_public(store):
    """What the public sees was published, is not under embargo, and leads to a release it may see."""
    log, now = read_log(store.catalogue), store.clock.now
    for name in NAMES:
        shown, known = for_public(log, name, now), for_office(log, name, now)
        rows = log.get(name, ())
        assert known.state in STATES
        if shown is None:
            assert history(log, name, now, drafts=False) == ()
            continue
        assert shown.state in (*PUBLISHED, "corrected", "withdrawn")
        assert not shown.embargo
        assert any(row.state in PUBLISHED and not is_ahead(row.embargo, now) for row in rows)
        if shown.successor:
            assert for_public(log, shown.successor, now) is not None
        assert all(row.state not in ("draft", "checked") for row in history(log, name, now, drafts=False))


def test_rows_never_change_and_the_chain_proves_them(store):
    publish(store, "2026-a")
    with store.catalogue.writing() as book, pytest.raises(IntegrityError, match="never change"):
        book.execute(sql("UPDATE publications SET state = 'draft'"))
    with store.catalogue.writing() as book:
        book.execute(sql("DROP TRIGGER publications_no_update"))
        book.execute(sql("UPDATE publications SET why = 'khác' WHERE number = 1"))
    assert "not the bytes that were sealed" in "".join(found.sentence("en") for found in store.verify())
    store.catalogue.seal_path.unlink()
    assert "publications" in "".join(found.sentence("en") for found in store.verify())


def test_a_store_of_earlier_software_gets_the_tables(store):
    with store.catalogue.writing() as book:
        for table in ("publications", "roles"):
            book.execute(sql(f"DROP TABLE {table}"))
    older = Store(store.root, store.clock)
    assert read_log(older.catalogue) == {}
    publish(older, "2026-a")
    assert older.verify() == []


@pytest.fixture
def command(store):
    def run(*words, fails=False):
        called = CliRunner().invoke(
            app, [*words, "--store", str(store.root)], catch_exceptions=False, env={"COLUMNS": "200"}
        )
        assert called.exit_code == int(fails), called.output
        return called.stdout

    return run


def test_story_on_the_command_line(command, store):
    told = ("--who", "TK01", "--why", "soát xong")
    command("publish", "2026-a", "--state", "checked", *told)
    command("publish", "2026-a", "--state", "official", *told, fails=True)
    by = ("--who", "PCT01", "--why", "duyệt")
    later = "2036-12-01T09:00+07:00"
    said = command("publish", "2026-a", "--state", "preliminary", "--embargo", later, *by)
    assert "sơ bộ" in said
    assert "2036-12-01T02:00:00Z" in said
    entry = json.loads(command("publish", "2026-a", "--state", "preliminary", *by, "--json"))
    assert (entry["action"], entry["embargo"]) == ("reschedule", "")
    command("publish", "2026-b", "--state", "checked", *told)
    command("publish", "2026-b", "--state", "official", *by)
    command("publish", "correct", "2026-a", "--by", "2026-b", *by)
    command("publish", "withdraw", "2026-a", *by)
    listed = {row["release"]: row for row in json.loads(command("publish", "list", "--json"))}
    assert (listed["2026-a"]["state"], listed["2026-a"]["public"]) == ("withdrawn", "withdrawn")
    assert (listed["2026-b"]["state"], listed["2026-c"]["public"]) == ("official", "")
    assert [entry["action"] for entry in listed["2026-a"]["history"]] == [
        "check", "preliminary", "reschedule", "correct", "withdraw",
    ]  # fmt: skip
    assert "đã thu hồi" in command("publish", "list", "--history")
    assert Store(store.root).verify() == []


def test_who_can_come_from_the_environment(command, monkeypatch):
    monkeypatch.setenv("KYNANGSO_WHO", "TK09")
    entry = json.loads(command("publish", "2026-a", "--state", "checked", "--why", "soát", "--json"))
    assert entry["who"] == "TK09"
