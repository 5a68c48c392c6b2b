"""What is out is seen by all, what is not by the office alone: by state, by time, through every cache."""

import dataclasses
import io
import os
import shutil
import zipfile
from datetime import UTC, datetime

import pytest
from docx import Document
from sqlalchemy import event
from typer.testing import CliRunner

from dashboard import publication_words, published, reports_kept
from dashboard.access import RIGHTS, Reader
from dashboard.layout import MENU, PAGES
from dashboard.readings import HEADLINE, PROVINCE, readings
from dashboard.report.formats import FORMATS
from dashboard.report.making import report_of
from dashboard.stores import open_store
from dashboard.text import Text
from survey.__main__ import app
from survey.accounts import ROLES, give_role, take_role
from survey.catalogue import head
from survey.publishing import keeping
from survey.publishing.log import read_log
from survey.publishing.standing import DRAFT, Standing, for_office, for_public
from survey.publishing.states import STATE_WORDS, STATES, allowed
from survey.store import Store

VI, EN = Text("vi"), Text("en")
FIRST = datetime(2026, 11, 1, 3, tzinfo=UTC)
BEFORE = datetime(2026, 12, 1, 1, 59, 59, tzinfo=UTC)
AT = datetime(2026, 12, 1, 2, tzinfo=UTC)
NINE = "1/12/2026 09:00"
OTHER, PENDING = "2026-replacement", "2026-pending"
WHY = "sai quyền số của một tầng"
# Pages that read a release.
READING = [
    name
    for names in MENU.values()
    for name in names
    if name != "planning" and "layout.page_release(" in (PAGES / f"{name}.py").read_text(encoding="utf-8")
]
WAYS = {
    "draft": (),
    "checked": ("check",),
    "estimate": ("check", "estimate"),
    "preliminary": ("check", "preliminary"),
    "official": ("check", "official"),
    "corrected": ("check", "official", "correct"),
    "withdrawn": ("check", "official", "withdraw"),
}


def take(store, name, *actions, embargo=""):
    for action in actions:
        told = {"who": "TK01" if action == "check" else "PCT01", "why": WHY}
        if action == "correct":
            told["successor"] = OTHER
        if action in ("estimate", "preliminary", "official"):
            told["embargo"] = embargo
        keeping.move(store.catalogue, name, action, **told)


@pytest.fixture(scope="module")
def shelves(example_store, release, tmp_path_factory):
    """A store for every state of the release; a second release replaces it where it is corrected."""
    made = {}
    for state, way in WAYS.items():
        root = tmp_path_factory.mktemp(state) / "store"
        shutil.copytree(example_store.root, root)
        made[state] = store = Store(root, lambda: FIRST)
        if state == "corrected":
            store.freeze(renamed(release, OTHER))
            take(store, OTHER, "check", "official")
        take(store, release.id, *way)
        for number, role in enumerate(ROLES):
            give_role(store.catalogue, f"{role}@b.vn", role, code=f"M{number}", who="QT01", why="giao")
    return made


@pytest.fixture
def shelf(example_store, release, tmp_path):
    """A store of its own with the release and two more, and an approver."""
    shutil.copytree(example_store.root, tmp_path / "store")
    store = Store(tmp_path / "store", lambda: FIRST)
    for name in (OTHER, PENDING):
        store.freeze(renamed(release, name))
    give_role(store.catalogue, "approver@b.vn", "approver", code="PCT01", who="QT01", why="giao")
    return store


@pytest.fixture
def clock(monkeypatch):
    """Sets the time at which the pages are read."""

    def set_to(moment):
        monkeypatch.setattr("dashboard.published.now", lambda: moment)

    return set_to


def renamed(release, name):
    return dataclasses.replace(release, id=name, manifest={**release.manifest, "release_id": name})


def number(release):
    return VI.percent(readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE].estimate)


def is_action(box):
    return (box.key or "").startswith("releases_action_")


def everything(page, said):
    drawn = "\n".join(str(chart.proto) for chart in page.get("vega_lite_chart"))
    return said(page) + drawn + "".join(link.proto.url for link in page.get("download_button"))


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ["public", "uploader", "statistician", "approver"])
def test_role_and_state_decide_what_a_page_shows(open_page, said, release, shelves, role, state):
    told = said(open_page("province", shelves[state], email=f"{role}@b.vn", release=release.id))
    drafts = "drafts" in RIGHTS[role]
    seen = state != "withdrawn" and (drafts or state not in ("draft", "checked"))
    assert (f"<b>{number(release)}</b>" in told) == seen
    assert (VI("publication.withdrawn_release", {"release": release.id}) in told) == (state == "withdrawn")
    if seen:
        assert f"Trạng thái: {VI(f'state.{state}').lower()}" in told
        assert (VI("app.draft") in told) == (state in ("draft", "checked"))
        assert (f"release={OTHER}" in told) == (state == "corrected")
    elif state != "withdrawn":
        assert release.id not in told
        assert VI("access.no_release") in told


@pytest.mark.parametrize("role", ["public", *ROLES, "local"])
@pytest.mark.parametrize("state", STATES)
def test_steps_that_are_offered_are_those_of_role_and_state(open_page, shelves, release, role, state):
    login = {} if role == "local" else {"email": f"{role}@b.vn"}
    page = open_page("releases", shelves[state], **login)
    fitting = allowed(state, ahead=False) if "drafts" in RIGHTS[role] else ()
    wanted = [action for action in fitting if Reader(role).may_take(state, action)]
    chooser = [box for box in page.selectbox if box.key == "releases_step"]
    offered = []
    if chooser and release.id in chooser[0].options:
        chooser[0].set_value(release.id).run()
        offered = next(box for box in page.selectbox if is_action(box)).options
    assert offered == [VI(f"releases.action_{name}") for name in wanted]


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize("login", [{}, {"email": "public@b.vn"}, {"email": "approver@b.vn"}], ids=str)
def test_a_withdrawn_release_says_so_on_every_page(open_page, said, release, shelves, name, login):
    page = open_page(name, shelves["withdrawn"], release=release.id, **login)
    told = everything(page, said)
    assert VI("publication.withdrawn_release", {"release": release.id}) in told
    assert WHY in told
    assert number(release) not in told
    assert not page.get("vega_lite_chart")
    assert not page.get("download_button")


@pytest.mark.parametrize("name", READING)
def test_a_corrected_release_points_to_its_successor_on_every_page(open_page, said, release, shelves, name):
    told = said(open_page(name, shelves["corrected"], email="public@b.vn", release=release.id))
    assert VI("publication.corrected_by", {"release": OTHER, "why": WHY}) in told
    assert f'href="?release={OTHER}"' in told
    newest = said(open_page(name, shelves["corrected"], email="public@b.vn"))
    assert OTHER in newest
    assert (release.id in newest) == (name == "methods")  # which lists every revision with its state


@pytest.mark.parametrize("name", [*READING, "releases"])
def test_nothing_of_an_embargo_is_seen_before_its_second(open_page, said, release, shelf, clock, name):
    take(shelf, release.id, "check", "official", embargo=NINE)
    clock(BEFORE)
    told = everything(open_page(name, shelf, email="public@b.vn", release=release.id), said)
    assert release.id not in told
    assert number(release) not in told
    told = said(open_page(name, shelf, email="approver@b.vn", release=release.id))
    assert "09:00 ngày 01/12/2026" in told
    clock(AT)
    assert release.id in said(open_page(name, shelf, email="public@b.vn", release=release.id))


def test_a_plan_of_the_public_rests_on_no_release_under_embargo(open_page, said, release, shelf, clock):
    take(shelf, release.id, "check", "official", embargo=NINE)
    clock(BEFORE)
    assert VI("planning.state") in said(open_page("planning", shelf, email="public@b.vn"))
    clock(AT)
    assert VI("planning.state") not in said(open_page("planning", shelf, email="public@b.vn"))


def test_what_the_office_saw_does_not_reach_the_public(open_page, said, release, shelf, clock, monkeypatch):
    """The same process serves both: releases, reports and the log were cached for the office first."""
    take(shelf, OTHER, "check", "official")
    take(shelf, PENDING, "check", "official", embargo=NINE)
    keeping.move(shelf.catalogue, OTHER, "correct", who="PCT01", why=WHY, successor=PENDING)
    clock(BEFORE)
    office = for_office(read_log(shelf.catalogue), OTHER, BEFORE)
    assert PENDING in said(open_page("province", shelf, email="approver@b.vn", release=OTHER))
    monkeypatch.setattr(reports_kept, "FORMATS", {"csv": FORMATS["csv"]})
    frozen = shelf.open_release(OTHER)
    reports_kept.make_files(frozen, "vi", office, lambda *_: None)
    assert reports_kept.kept_files(OTHER, "vi", office)
    public = for_public(read_log(shelf.catalogue), OTHER, BEFORE)
    assert reports_kept.kept_files(OTHER, "vi", public) == {}
    for name in ("province", "releases", "downloads"):
        told = everything(open_page(name, shelf, email="public@b.vn", release=OTHER), said)
        assert PENDING not in told
        assert OTHER in told
        assert release.id not in told
    clock(AT)
    told = said(open_page("province", shelf, email="public@b.vn", release=OTHER))
    assert f'href="?release={PENDING}"' in told


def test_a_release_withdrawn_in_an_open_session_is_gone_at_the_next_run(open_page, said, release, shelf):
    take(shelf, release.id, "check", "official")
    page = open_page("province", shelf, email="public@b.vn", release=release.id)
    assert number(release) in said(page)
    take(shelf, release.id, "withdraw")
    told = everything(page.run(), said)
    assert VI("publication.withdrawn_release", {"release": release.id}) in told
    assert number(release) not in told


def test_a_removed_statistician_sees_no_draft_at_the_next_run(open_page, said, release, shelf):
    give_role(shelf.catalogue, "tk@b.vn", "statistician", code="TK02", who="QT01", why="giao")
    page = open_page("province", shelf, email="tk@b.vn", release=release.id)
    assert number(release) in said(page)
    take_role(shelf.catalogue, "tk@b.vn", who="QT01", why="nghỉ việc")
    assert number(release) not in everything(page.run(), said)


def press(page, label):
    next(button for button in page.button if button.label == label).click().run()
    assert not page.exception, page.exception


def fill(page, label, words):
    next(box for box in page.text_input if box.label == label).set_value(words)


def test_story_on_the_page(open_page, said, release, own_store):
    """A release is checked at this machine; an account publishes it under its code; the public sees it."""
    page = open_page("releases", own_store)
    fill(page, VI("releases.who"), "TK01")
    press(page, VI("releases.action_check"))
    assert "Chưa ghi lý do" in said(page)
    fill(page, VI("releases.why"), "đã soát")
    press(page, VI("releases.action_check"))
    assert VI("releases.done", {"release": release.id, "state": "đã kiểm tra"}) in said(page)
    chooser = next(box for box in page.selectbox if is_action(box))
    chooser.set_value("preliminary").run()
    fill(page, VI("releases.who"), "TK01")
    fill(page, VI("releases.why"), "đã soát")
    press(page, VI("releases.action_preliminary"))
    assert "không tự công bố được" in said(page)
    assert VI("access.no_release") in said(open_page("releases", own_store, local=False))

    give_role(own_store.catalogue, "a@b.vn", "approver", code="PCT01", who="QT01", why="giao")
    page = open_page("releases", own_store, email="a@b.vn")
    chooser = next(box for box in page.selectbox if is_action(box))
    chooser.set_value("preliminary").run()
    who = next(box for box in page.text_input if box.label == VI("releases.who"))
    assert (who.value, who.disabled) == ("PCT01", True)
    fill(page, VI("releases.why"), "đồng ý")
    press(page, VI("releases.action_preliminary"))
    assert read_log(own_store.catalogue)[release.id][-1].who == "PCT01"
    told = said(open_page("releases", own_store, local=False))
    assert "đồng ý" in told
    assert "đã soát" not in told
    assert own_store.verify() == []


def test_a_right_that_is_gone_takes_no_step(open_page, release, own_store):
    give_role(own_store.catalogue, "tk@b.vn", "statistician", code="TK01", who="QT01", why="giao")
    page = open_page("releases", own_store, email="tk@b.vn")
    fill(page, VI("releases.why"), "đã soát")
    take_role(own_store.catalogue, "tk@b.vn", who="QT01", why="nghỉ việc")
    press(page, VI("releases.action_check"))
    assert read_log(own_store.catalogue) == {}


STANDINGS = {
    "draft": DRAFT,
    "official": Standing("official", 2, "2026-12-01T02:00:00Z"),
    "embargo": Standing("official", 2, "2026-12-01T02:00:00Z", "2026-12-01T02:00:00Z"),
    "corrected": Standing("corrected", 3, "2026-12-02T02:00:00Z", "", OTHER, "PCT01", WHY),
    "withdrawn": Standing("withdrawn", 4, "2026-12-03T02:00:00Z", "", "", "PCT01", WHY),
}


@pytest.mark.parametrize("name", list(STANDINGS))
@pytest.mark.parametrize("text", [VI, EN], ids=["vi", "en"])
def test_reports_say_how_the_release_stands(release, text, name):
    standing = STANDINGS[name]
    report = report_of(release, text.language, standing=standing)
    assert (text("report.state"), text(f"state.{standing.state}")) in report.about
    for warning in publication_words.warnings(text, standing):
        assert warning in report.warnings
    packed = FORMATS["csv"].make(release, report, lambda _step: None)
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        rows = files.read("verdicts.csv").decode("utf-8-sig").splitlines()
        assert all(f",{standing.state}," in row for row in rows[1:])
        assert all(warning in files.read("README.txt").decode() for warning in report.warnings)
    packed = FORMATS["spreadsheet"].make(release, report, lambda _step: None)
    with zipfile.ZipFile(io.BytesIO(packed)) as files:
        sheets = [files.read(name).decode("utf-8-sig") for name in files.namelist()]
    document = Document(io.BytesIO(FORMATS["word"].make(release, report, lambda _step: None)))
    said = "\n".join(paragraph.text for paragraph in document.paragraphs)
    for warning in publication_words.warnings(text, standing):
        assert warning in said
        assert all(warning in sheet for sheet in sheets)


def test_warnings_of_a_state():
    said = {name: " ".join(publication_words.warnings(VI, standing)) for name, standing in STANDINGS.items()}
    assert said["official"] == ""
    assert "09:00 ngày 01/12/2026" in said["embargo"]
    assert OTHER in said["corrected"]
    assert WHY in said["withdrawn"]


def test_states_are_called_alike_on_pages_and_on_the_command_line():
    for state, (vi, en) in STATE_WORDS.items():
        assert (VI(f"state.{state}").lower(), EN(f"state.{state}").lower()) == (vi, en)


def test_the_command_writes_files_of_a_withdrawn_release_and_says_so(release, shelves, tmp_path):
    words = ("report", "--release", release.id, "--out", tmp_path, "--format", "csv")
    told = CliRunner().invoke(app, [*map(str, words), "--store", str(shelves["withdrawn"].root)])
    assert told.exit_code == 0, told.output
    assert WHY in told.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*_csv.zip"))) as files:
        assert ",withdrawn," in files.read("estimates.csv").decode("utf-8-sig").splitlines()[1]


def test_every_writing_is_seen_at_once(example_store, tmp_path, monkeypatch):
    store = copied(example_store, tmp_path, monkeypatch)
    seen = [published.store_state()]
    for number in range(5):
        give_role(store.catalogue, f"a{number}@example.vn", "viewer", code=f"TK{number}", who="QT01", why=WHY)
        seen.append(published.store_state())
    with store.catalogue.reading() as book:
        assert seen[-1] == head(book)
    assert len(set(seen)) == 6


def test_a_catalogue_at_rest_is_not_opened_again(example_store, tmp_path, monkeypatch):
    store = copied(example_store, tmp_path, monkeypatch)
    rest(store)
    state, opened = published.store_state(), []
    event.listen(open_store().catalogue._engine, "connect", lambda *_: opened.append(1))
    assert [published.store_state() for _ in range(3)] == [state] * 3
    assert not opened
    give_role(store.catalogue, "a@example.vn", "viewer", code="TK01", who="QT01", why=WHY)
    assert published.store_state() != state
    assert opened
    rest(store)
    with store.catalogue.reading() as book:
        assert published.store_state() == published.store_state() == head(book)


def test_without_a_catalogue_there_is_a_state(tmp_path, monkeypatch):
    monkeypatch.setenv("KYNANGSO_STORE", str(tmp_path / "new"))
    assert published.store_state() == published.store_state()


def copied(example_store, folder, monkeypatch):
    root = folder / "store"
    shutil.copytree(example_store.root, root)
    monkeypatch.setenv("KYNANGSO_STORE", str(root))
    return Store(root)


def rest(store):
    """Let an hour go by since the catalogue was written."""
    for path in store.root.glob("catalogue.sqlite*"):
        then = path.stat().st_mtime_ns - 3_600 * 10**9
        os.utime(path, ns=(then, then))
