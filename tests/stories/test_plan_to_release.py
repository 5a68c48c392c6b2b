"""From a plan to a release in an invented province: planned, drawn, fielded, taken in, weighed, published.

The interviews are those of households of the example wave, under the addresses that were drawn here.
"""

import json
import uuid
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner

from survey import places
from survey.__main__ import app
from survey.store import Store

LISTS = Path(__file__).parents[1] / "data" / "geography" / "hong_lam"
SEED, WAVE, TAKE, RESERVES = 20_261_128, "2027", 8, 3
URBAN = ("Phường", "Thị trấn")
DONORS = ("688", "693")
NAMED = ("ea_code", "hh_id", "hh_no", "hh_kind", "hh_replaces", "ea_commune_code", "ea_commune_name",
         "ea_district_code", "ea_district_name")  # fmt: skip


def read(path):
    return pd.read_csv(path, dtype="str", keep_default_na=False)


@pytest.fixture(scope="module")
def office(tmp_path_factory, hong_lam):
    """The command line on a store of its own, in a folder of its own; every call must succeed."""
    folder = tmp_path_factory.mktemp("office")

    def run(*words):
        named = ["--store", str(folder / "store"), *map(str, words)]
        result = CliRunner().invoke(app, named, catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    run.folder, run.pack = folder, hong_lam
    return run


@pytest.fixture(scope="module")
def frame(office):
    """The areas of the province, eight a commune, with the households of an old census."""
    rng = np.random.default_rng(SEED)
    communes = read(LISTS / "units_2020-01-01.csv").query("level == 'commune'")
    residence = communes["name"].str.startswith(URBAN).map({True: "urban", False: "rural"})
    communes = communes.assign(residence=residence, stratum=communes["parent_code"] + "-" + residence)
    areas = communes.loc[communes.index.repeat(8)].reset_index(drop=True)
    areas["ea_code"] = areas["code"] + (areas.groupby("code").cumcount() + 1).map("{:03d}".format)
    areas["households_frame"] = rng.integers(80, 220, len(areas))
    names = {"code": "commune_code", "parent_code": "district_code"}
    path = office.folder / "frame.csv"
    columns = ["ea_code", "stratum", "district_code", "residence", "commune_code", "households_frame"]
    areas.rename(columns=names)[columns].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def sample(office, frame):
    """What was planned, then drawn, then listed: the two sample files."""
    plan, drawn = office.folder / "plan.csv", office.folder / "sample"
    office("sample", "plan", "--from", frame, "--areas", 24, "--share", 0.45, "--csv", plan)
    office("sample", "draw", frame, "--allocation", plan, "--seed", SEED, "--out", drawn,
           "--households", TAKE, "--reserves", RESERVES)  # fmt: skip
    areas = read(drawn / "sample_eas.csv")
    found = (areas["households_frame"].astype(int) * 1.1).round().astype(int)
    listing = office.folder / "listing.csv"
    areas.assign(households_listed=found)[["ea_code", "households_listed"]].to_csv(listing, index=False)
    office("sample", "households", listing, "--sample", drawn)
    return read(drawn / "sample_eas.csv"), read(drawn / "sample_households.csv"), drawn


@pytest.fixture(scope="module")
def donors():
    """Submissions of the example wave with their members, and what the sheets are called."""
    books = [CalamineWorkbook.from_path(str(path)) for path in map(example_file, DONORS)]
    sheets = [[book.get_sheet_by_name(name).to_python() for name in book.sheet_names] for book in books]
    main = pd.concat([pd.DataFrame(rows[1:], columns=rows[0]) for rows, _ in sheets])
    members = pd.concat([pd.DataFrame(rows[1:], columns=rows[0]) for _, rows in sheets])
    by_parent = dict(list(members.groupby("_submission__uuid")))
    return main.drop_duplicates("cover/hh_id"), by_parent, books[0].sheet_names


def example_file(district):
    return places.example_wave() / "kobo" / f"kobo_xml_{district}.xlsx"


@pytest.fixture(scope="module")
def fieldwork(office, sample, donors):
    """The export of the fieldwork: every original visited, each lost one replaced by the next reserve."""
    rng = np.random.default_rng(SEED + 1)
    eas, households, _ = sample
    units = read(LISTS / "units_2020-01-01.csv").set_index("code")["name"]
    main, by_parent, titles = donors
    rows, rosters = [], []
    for area in eas.to_dict("records"):
        place = {
            "ea_code": area["ea_code"],
            "ea_commune_code": area["commune_code"],
            "ea_commune_name": units[area["commune_code"]],
            "ea_district_code": area["district_code"],
            "ea_district_name": units[area["district_code"]],
        }
        addresses = households[households["ea_code"] == area["ea_code"]]
        for address in visited(addresses, main, rng):
            donor = address.pop("donor")
            key = str(uuid.UUID(bytes=rng.bytes(16), version=4))
            rows.append(submission(donor, {**place, **address}, key, len(rows) + 1))
            members = by_parent.get(donor["_uuid"])
            if members is not None:
                rosters += roster(members, key, len(rows), len(rosters))
    path = office.folder / "fieldwork.xlsx"
    write(path, titles, [pd.DataFrame(rows), pd.DataFrame(rosters)])
    return path, pd.DataFrame(rows)


def visited(addresses, main, rng):
    """Visit the originals of an area, then a reserve for each that gave no interview."""
    lost = []
    for address in addresses.to_dict("records"):
        original = address["kind"] == "original"
        if not original and not lost:
            return
        donor = main.iloc[int(rng.integers(len(main)))]
        replaced = "" if original else lost.pop(0)
        if original and donor["z/disp_final"] not in ("110", "120"):
            lost.append(address["hh_no"])
        yield {"hh_id": address["hh_id"], "hh_no": address["hh_no"], "hh_kind": "1" if original else "2",
               "hh_replaces": replaced, "donor": donor}  # fmt: skip


def submission(donor, names, key, number):
    row = donor.to_dict()
    for header in row:
        if header.rpartition("/")[2] in NAMED:
            row[header] = names[header.rpartition("/")[2]]
    own = {"_uuid": key, "meta/rootUuid": f"uuid:{key}", "_id": number, "_index": number}
    return row | {header: value for header, value in own.items() if header in row}


def roster(members, key, parent, before):
    own = {"_submission__uuid": key, "_submission_meta/rootUuid": f"uuid:{key}", "_parent_index": parent}
    return [
        row | {h: v for h, v in own.items() if h in row} | {"_index": before + place}
        for place, row in enumerate(members.to_dict("records"), 1)
    ]


def write(path, titles, tables):
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False, "strings_to_urls": False}) as book:
        for title, table in zip(titles, tables, strict=True):
            sheet = book.add_worksheet(title)
            for number, row in enumerate([list(table), *table.to_numpy().tolist()]):
                sheet.write_row(number, 0, row)


@pytest.fixture(scope="module")
def released(office, sample, fieldwork):
    """Receipt and release, by the command line."""
    drawn = sample[2]
    office("wave", "add", WAVE, "--form", "digiskill_hh", "--geography", office.pack, "--synthetic",
           "--sample-eas", drawn / "sample_eas.csv",
           "--sample-households", drawn / "sample_households.csv")  # fmt: skip
    (receipt,) = json.loads(office("ingest", fieldwork[0], "--wave", WAVE, "--json"))
    office("weigh", "--wave", WAVE)
    name = json.loads(office("release", "--wave", WAVE, "--json"))["release_id"]
    return receipt, Store(office.folder / "store").open_release(name)


def test_the_drawn_sample_is_what_was_planned(office, sample):
    eas, households, _ = sample
    plan = read(office.folder / "plan.csv")
    assert len(eas) == 24
    asked = plan[plan["domain"].isin(["051", "052"])].drop_duplicates("domain").set_index("domain")["areas"]
    assert eas["district_code"].value_counts().to_dict() == asked.astype(float).astype(int).to_dict()
    assert (households["kind"] == "original").sum() == 24 * TAKE


def test_the_file_of_the_fieldwork_is_taken_in_whole(released, fieldwork):
    receipt, _ = released
    assert receipt["status"] == "accepted"
    assert receipt["submissions"]["new"] == receipt["households"] == len(fieldwork[1])
    wrong = {found["code"] for found in receipt["findings"] if found["severity"] == "error"}
    assert wrong == set(), "every address is of the sample, and every unit of the pack"


def test_weights_reach_the_margins_of_the_province(released):
    _, release = released
    for margin in release.weights["raking"]["margins"]:
        for row in margin["categories"]:
            assert row["after"] == pytest.approx(row["target"], rel=1e-9)


def test_the_release_says_the_share_with_its_interval_and_judges_it(released):
    _, release = released
    row = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    )
    found = row.iloc[0]
    assert 0 < found["ci_low"] < found["estimate"] < found["ci_high"] < 1
    assert found["n_psu"] == 24
    assert found["df"] == 24 - 4
    judged = release.verdicts.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    )
    assert set(judged["verdict"]) <= {"met", "not_met", "undecided"}
    assert len(judged) == 2


def test_the_number_leads_back_to_the_rows_of_the_fieldwork(office, released, fieldwork):
    _, release = released
    told = json.loads(office("trace", release.id, "--json"))
    rows = pd.DataFrame(told["interviews"])
    share = (rows["weight"] * rows["y"]).sum() / rows["weight"].sum()
    found = release.estimates.query(
        "indicator == 'headline' and base == 'age15plus' and breakdown == 'province'"
    )
    assert share == pytest.approx(found["estimate"].iloc[0], rel=1e-12)
    assert set(rows["household"]) <= set(fieldwork[1]["cover/hh_id"])
    assert json.loads(office("verify", "--json")) == []
