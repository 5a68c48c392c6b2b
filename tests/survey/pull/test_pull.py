"""Submissions fetched from a server give the microdata of its files, whatever happens on the line."""

import csv
import io
import json
import os
import zipfile
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.exports import read_export
from survey.harmonise import harmonise
from survey.messages import Refusal
from survey.pull import kobotoolbox, odk_central
from survey.pull.pages import SPOOL, pulled
from survey.store import Store

DATA = Path(__file__).parents[2] / "data" / "wave_2026"
SUBMISSIONS = 90
NUMBERS = {"b-n_eligible", "cover-hh_no", "c-c0_age", "b-b1_size", "n_visits", "met"}


@pytest.fixture(scope="module")
def archive_rows():
    """The first submissions of the archive: rows of the main table, and members by their parent."""
    with zipfile.ZipFile(DATA / "central_default.zip") as archive:
        main, members = (
            list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8"))))
            for name in ("digiskill_hh.csv", "digiskill_hh-member.csv")
        )
    by_parent = {}
    for row in members:
        by_parent.setdefault(row["PARENT_KEY"], []).append(row)
    return main[:SUBMISSIONS], by_parent


@pytest.fixture(scope="module")
def expected(archive_rows, instrument, tmp_path_factory):
    """Microdata of the same submissions in an archive."""
    main, by_parent = archive_rows
    members = [row for one in main for row in by_parent.get(one["KEY"], ())]
    path = tmp_path_factory.mktemp("pull") / "archive.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for name, rows in (("digiskill_hh.csv", main), ("digiskill_hh-member.csv", members)):
            text = io.StringIO(newline="")
            writer = csv.DictWriter(text, rows[0])
            writer.writeheader()
            writer.writerows(rows)
            archive.writestr(name, text.getvalue())
    return harmonise(read_export(path, instrument), instrument)


@pytest.fixture
def odata(archive_rows):
    """The submissions as OData gives them: groups nested, nulls, typed numbers, members inside."""
    main, by_parent = archive_rows
    return [as_odata(row, by_parent.get(row["KEY"], ())) for row in main]


@pytest.fixture
def kobo(archive_rows):
    """The submissions as KoboToolbox gives them."""
    main, by_parent = archive_rows
    return [as_kobo(row, number, by_parent.get(row["KEY"], ())) for number, row in enumerate(main, 1)]


SYSTEM = {
    "SubmissionDate": "submissionDate", "Status": "status", "ReviewState": "reviewState", "Edits": "edits",
    "FormVersion": "formVersion", "SubmitterName": "submitterName", "DeviceID": "deviceId",
}  # fmt: skip
LEFT_OUT = {*SYSTEM, "KEY", "SubmitterID", "AttachmentsPresent", "AttachmentsExpected"}


def value_of(header, text):
    return int(text) if header in NUMBERS and text else (text or None)


def as_odata(row, members):
    record = {"__id": row["KEY"], "__system": {name: row[h] or None for h, name in SYSTEM.items()}}
    for header, text in row.items():
        if header in LEFT_OUT or "-gps-" in header:
            continue
        *groups, name = header.split("-")
        place = record
        for group in groups:
            place = place.setdefault(group, {})
        place[name] = value_of(header, text)
    record["z"]["gps"] = {"type": "Point", "coordinates": [106.8, 11.8, None], "properties": {"accuracy": 5}}
    record["b"]["member@odata.navigationLink"] = f"Submissions('{row['KEY']}')/b/member"
    record["b"]["member"] = [
        {
            "__id": f"{number:040x}",
            **{h: text or None for h, text in one.items() if h not in {"KEY", "PARENT_KEY"}},
        }
        for number, one in enumerate(members)
    ]
    return record


REVIEWS = {"approved": "validation_status_approved", "rejected": "validation_status_not_approved",
           "hasIssues": "validation_status_on_hold"}  # fmt: skip


def as_kobo(row, number, members):
    answers = {
        header.replace("-", "/"): text
        for header, text in row.items()
        if text and header not in LEFT_OUT and "-gps-" not in header and not header.startswith("meta-")
    }
    listed = [
        {f"b/member/{h}": text for h, text in one.items() if text and h not in {"KEY", "PARENT_KEY"}}
        for one in members
    ]
    status = REVIEWS.get(row["ReviewState"])
    return {
        "_id": 1000 + number, "_uuid": row["KEY"].removeprefix("uuid:"), "meta/rootUuid": row["KEY"],
        "_submission_time": row["SubmissionDate"].removesuffix("Z"), "_status": "submitted_via_web",
        "_xform_id_string": "aXk9", "formhub/uuid": "0a1b", "__version__": row["FormVersion"],
        "_validation_status": {"uid": status} if status else {}, "_submitted_by": None, "_attachments": [],
        **answers, **({"b/member": listed} if listed else {}),
    }  # fmt: skip


def comparable(found):
    """All answers and states in one order, without what tells one file from another."""
    households = found.households.drop(columns=["source", "row"]).sort_index()
    members = found.members.drop(columns="row").sort_values(["key", "position"]).reset_index(drop=True)
    return households, found.household_states.sort_index(), members


def same_answers(found, expected):
    assert not [one for one in found.findings if one.severity != "note"]
    for left, right in zip(comparable(found), comparable(expected), strict=True):
        pd.testing.assert_frame_equal(left, right, check_like=True)


def microdata(server, instrument, tmp_path):
    with pulled(server, spools=tmp_path) as file:
        return harmonise(read_export(file, instrument), instrument)


def central(server):
    return odk_central.form(server.address, 7, "digiskill_hh")


def kobo_project(server):
    return kobotoolbox.project(server.address, "aXk9")


def test_central_gives_the_microdata_of_its_archive(server, odata, expected, instrument, tmp_path):
    server.state.central = odata
    same_answers(microdata(central(server), instrument, tmp_path), expected)
    assert dict(server.state.starts()) == {0: 1, 40: 1, 80: 1}


def test_kobotoolbox_gives_the_same_microdata(server, kobo, expected, instrument, tmp_path):
    server.state.kobo = kobo[::-1]
    same_answers(microdata(kobo_project(server), instrument, tmp_path), expected)


def test_nothing_stays_behind(server, kobo, tmp_path):
    server.state.kobo = kobo
    with pulled(kobo_project(server), spools=tmp_path) as file:
        assert file.stat().st_size > 0
        assert file.parent.stat().st_mode & 0o077 == 0
    assert list(tmp_path.iterdir()) == []


def test_the_same_submissions_make_the_same_bytes(server, kobo, tmp_path):
    found = set()
    for order in (kobo, kobo[::-1]):
        server.state.kobo = order
        with pulled(kobo_project(server), spools=tmp_path) as file:
            found.add(file.read_bytes())
    assert len(found) == 1


def test_a_broken_line_costs_one_page(server, kobo, tmp_path):
    server.state.kobo, server.state.faults = kobo, {3: "break", 4: "break"}
    with pytest.raises(Refusal) as refused, pulled(kobo_project(server), spools=tmp_path):
        pass
    assert refused.value.findings[0].code == "pull_unreachable"
    done = []
    with pulled(kobo_project(server), spools=tmp_path, progress=lambda *one: done.append(one)) as file:
        assert len(json.loads(file.read_bytes())["results"]) == SUBMISSIONS
    assert done == [(SUBMISSIONS, SUBMISSIONS)]
    assert server.state.starts()[0] == server.state.starts()[40] == 1


def test_a_busy_server_is_asked_again(server, kobo, tmp_path):
    server.state.kobo, server.state.faults = kobo, {1: 503, 3: 429}
    with pulled(kobo_project(server), spools=tmp_path) as file:
        assert len(json.loads(file.read_bytes())["results"]) == SUBMISSIONS


def test_submissions_that_arrive_meanwhile_are_not_lost(server, odata, tmp_path):
    server.state.central = odata[:-1]

    def arrive(_done, _total):
        server.state.central = odata

    with pulled(central(server), spools=tmp_path, progress=arrive) as file:
        found = {one["__id"] for one in json.loads(file.read_bytes())["value"]}
    assert found == {one["__id"] for one in odata}


def test_a_form_that_keeps_changing_is_refused(server, odata, tmp_path):
    server.state.central = odata

    def vanish(_done, _total):
        server.state.central = server.state.central[:-1]

    with pytest.raises(Refusal) as refused, pulled(central(server), spools=tmp_path, progress=vanish):
        pass
    assert refused.value.findings[0].code == "pull_changing"


def test_pages_that_nobody_resumes_are_removed(server, kobo, tmp_path):
    left = tmp_path / f"{SPOOL}0123"
    left.mkdir()
    (left / "page_000000.json").write_text("[]")
    os.utime(left, (1, 1))
    server.state.kobo = kobo
    with pulled(kobo_project(server), spools=tmp_path):
        assert not left.exists()


@pytest.mark.parametrize(
    ("faults", "code"),
    [({1: 404}, "pull_not_found"), ({1: 403}, "pull_unauthorised"), ({1: "nonsense"}, "pull_answer"),
     ({1: 500, 2: 500}, "pull_failed")],
)  # fmt: skip
def test_a_server_that_fails_ends_in_a_sentence(server, kobo, faults, code, tmp_path):
    server.state.kobo, server.state.faults = kobo, faults
    with pytest.raises(Refusal) as refused, pulled(kobo_project(server), spools=tmp_path):
        pass
    assert refused.value.findings[0].code == code


def test_an_empty_form_ends_in_a_sentence(server, tmp_path):
    with pytest.raises(Refusal) as refused, pulled(central(server), spools=tmp_path):
        pass
    assert refused.value.findings[0].code == "pull_empty"


def test_a_wrong_password_ends_in_a_sentence(server, odata, monkeypatch, tmp_path):
    server.state.central = odata
    monkeypatch.setenv("KYNANGSO_ODK_PASSWORD", "khác")
    with pytest.raises(Refusal) as refused, pulled(central(server), spools=tmp_path):
        pass
    assert refused.value.findings[0].code == "pull_unauthorised"
    assert "khác" not in refused.value.sentence("vi")


def test_a_secret_is_never_asked_for_on_the_command_line(server, monkeypatch):
    monkeypatch.delenv("KYNANGSO_KOBO_TOKEN")
    with pytest.raises(Refusal) as refused:
        kobo_project(server)
    assert refused.value.findings[0].code == "pull_secret_missing"


@pytest.mark.parametrize(
    "address", ["http://kf.example.org", "kf.example.org", "https://me:pw@kf.example.org", "file:///etc"]
)
def test_secrets_travel_over_https_only(server, address):
    with pytest.raises(Refusal) as refused:
        kobotoolbox.project(address, "aXk9")
    assert refused.value.findings[0].code == "pull_address"


def test_the_command_takes_in_what_it_fetches_once(server, kobo, odata, tmp_path):
    server.state.kobo, server.state.central = kobo, odata
    samples, root = places.example_wave(), tmp_path / "store"

    def run(*words):
        return CliRunner().invoke(app, [*words, "--store", str(root)], catch_exceptions=False)

    run("wave", "add", "2026", "--form", "digiskill_hh", "--sample-eas", str(samples / "sample_eas.csv"),
        "--sample-households", str(samples / "sample_households.csv"), "--synthetic")  # fmt: skip
    kobo_words = (
        "pull",
        "kobotoolbox",
        "--server",
        server.address,
        "--wave",
        "2026",
        "--asset",
        "aXk9",
        "--json",
    )
    first, second = (json.loads(run(*kobo_words).stdout)[0] for _ in range(2))
    assert (first["status"], second["status"]) == ("accepted", "duplicate")
    assert first["submissions"]["new"] == SUBMISSIONS
    words = ("pull", "odk-central", "--server", server.address, "--wave", "2026", "--project", "7",
             "--form", "digiskill_hh", "--json")  # fmt: skip
    (third,) = json.loads(run(*words).stdout)
    assert third["submissions"] == {"new": 0, "changed": 0, "unchanged": SUBMISSIONS, "missing": 0}
    assert len(Store(root).microdata("2026").households) == SUBMISSIONS
    server.state.faults = {len(server.state.asked) + 1: 404}
    refused = run(*words)
    assert refused.exit_code == 1
    assert json.loads(refused.stdout)[0]["findings"][0]["code"] == "pull_not_found"
