"""A sample as an office draws it: checked, drawn, listed, carried, redrawn byte for byte, rotated."""

import csv
import hashlib
import json
import shutil
import zipfile
from io import BytesIO
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest
from docx import Document
from typer.testing import CliRunner

from estimation.sampling import line, systematic
from survey import drawing
from survey.__main__ import app
from survey.drawing import Recipe
from survey.forms.tables import read_form
from survey.forms.xlsform import check_media
from survey.wave import EA_COLUMNS, HOUSEHOLD_COLUMNS

ROOT = Path(__file__).parents[1]
FRAME = ROOT / "data" / "wave_2026" / "frame_eas.csv"
REFERENCE = ROOT / "reference" / "wave_2026"
FORM = ROOT.parent / "questionnaires" / "digiskill_hh.md"
SEED = "20260928"
DRAW = ("draw", FRAME, "--allocation", REFERENCE / "sample_eas.csv", "--seed", SEED)


def run(*words):
    return CliRunner().invoke(app, ["sample", *map(str, words)], catch_exceptions=False)


def read(path):
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def digests(folder):
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def a_listing(folder, path, *, areas=None):
    """Every area listed with the households of its frame; the first `areas` of them."""
    table = read(folder / "sample_eas.csv").head(areas)
    table = table.assign(households_listed=table["households_frame"])
    table[["ea_code", "households_listed"]].to_csv(path, index=False)
    return path


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """The areas of the wave drawn anew, not listed."""
    folder = tmp_path_factory.mktemp("sample") / "wave"
    answer = run(*DRAW, "--out", folder, "--set", "replicates=4")
    assert answer.exit_code == 0, answer.stderr
    assert "Mẫu 130 địa bàn trong 20 tầng" in answer.stdout
    assert "sample households" in answer.stdout
    return folder


@pytest.fixture(scope="module")
def listed(drawn, tmp_path_factory):
    """The same with the households of every area."""
    folder = tmp_path_factory.mktemp("listed") / "wave"
    shutil.copytree(drawn, folder)
    answer = run("households", a_listing(folder, folder.parent / "listing.csv"), "--sample", folder)
    assert answer.exit_code == 0, answer.stderr
    assert "1560 hộ chính thức và 520 hộ dự phòng ở 130 địa bàn" in answer.stdout
    return folder


def test_every_area_has_the_chance_of_the_wave(drawn):
    """The formula of the wave's notes: areas of the stratum x households / households of the stratum."""
    eas, frame = read(drawn / "sample_eas.csv"), read(FRAME)
    frame["households_frame"] = frame["households_frame"].astype(int)
    wave = read(REFERENCE / "sample_eas.csv").drop_duplicates("stratum").set_index("stratum")
    totals = frame.groupby("stratum")["households_frame"].sum()
    size = frame.set_index("ea_code")["households_frame"][eas["ea_code"]].to_numpy()
    asked = wave["n_eas_stratum"].astype(int)[eas["stratum"]].to_numpy()
    expected = asked * size / totals[eas["stratum"]].to_numpy()
    np.testing.assert_allclose(eas["prob_ea"].astype(float), expected, rtol=1e-15)
    assert eas["stratum"].value_counts().to_dict() == wave["n_eas_stratum"].astype(int).to_dict()
    assert eas["stratum_households_frame"].astype(int).tolist() == totals[eas["stratum"]].tolist()


def test_the_files_have_the_columns_of_the_wave_and_its_names_of_units(listed):
    wave, eas = read(REFERENCE / "sample_eas.csv"), read(listed / "sample_eas.csv")
    assert list(eas) == list(wave)
    assert list(read(listed / "sample_households.csv")) == list(read(REFERENCE / "sample_households.csv"))
    assert set(EA_COLUMNS) <= set(eas)
    assert set(HOUSEHOLD_COLUMNS) <= set(read(listed / "sample_households.csv"))
    told = [name for name in wave if name not in ("households_listed", "n_original", "n_reserve", "prob_ea")]
    both = eas.merge(wave, on="ea_code", suffixes=("", "_wave"))
    assert len(both) > 5
    for name in told[1:]:
        assert both[name].tolist() == both[f"{name}_wave"].tolist(), name


def test_what_is_drawn_is_what_the_chances_say_over_many_seeds():
    """20,000 seeds, the first stratum: five standard errors, as in tests/estimation/test_sampling.py."""
    frame = read(FRAME).query("stratum == '688-rural'")
    laid = line(frame["households_frame"].astype(float).to_numpy(), 4)
    streams = (Recipe(seed, {}).stream("areas") for seed in range(20_000))
    starts = np.array([stream("688-rural").random() for stream in streams])
    share = np.bincount(systematic(laid, starts).ravel(), minlength=len(frame)) / len(starts)
    error = np.sqrt(laid.probability * (1 - laid.probability) / len(starts))
    assert np.all(np.abs(share - laid.probability) < 5 * error)


def test_the_draw_is_the_systematic_one_from_the_announced_seed(drawn):
    """So the Monte Carlo above is about the command."""
    record = json.loads((drawn / "sample.json").read_text(encoding="utf-8"))
    asked = {row["stratum"]: row["n_eas"] for row in record["strata"]}
    eas = read(drawn / "sample_eas.csv")
    for stratum, areas in read(FRAME).groupby("stratum"):
        start = Recipe(int(SEED), {}).stream("areas")(stratum).random()
        rows = areas.sort_values("ea_code")
        units = systematic(line(rows["households_frame"].astype(float).to_numpy(), asked[stratum]), start)
        assert eas.loc[eas["stratum"] == stratum, "ea_code"].tolist() == rows["ea_code"].iloc[units].tolist()


def test_the_record_tells_how_to_draw_it_again(drawn, listed):
    record = json.loads((listed / "sample.json").read_text(encoding="utf-8"))
    assert record["seed"] == int(SEED)
    assert record["frame"]["sha256"] == hashlib.sha256(FRAME.read_bytes()).hexdigest()
    assert record["frame"]["areas"] == 1825
    assert sum(row["n_eas"] for row in record["strata"]) == 130
    assert record["certain"] == []
    assert record["listing"]["areas"] == 130
    assert set(record["software"]) >= {"kynangso", "numpy"}
    for name, digest in record["files"].items():
        assert hashlib.sha256((listed / name).read_bytes()).hexdigest() == digest
    assert json.loads((drawn / "sample.json").read_text(encoding="utf-8"))["listing"] is None


def test_a_redraw_gives_the_same_bytes_whatever_the_order_of_the_rows(listed, tmp_path):
    listing = tmp_path / "listing.csv"
    shutil.copyfile(listed.parent / "listing.csv", listing)
    again = run(*DRAW, "--out", tmp_path / "again", "--set", "replicates=4", "--listing", listing)
    assert again.exit_code == 0, again.stderr
    same, first = digests(tmp_path / "again"), digests(listed)
    assert first.pop("listing.csv"), "the form to be filled in came with the first step"
    assert same == first
    shuffled = tmp_path / "frame.csv"
    read(FRAME).sample(frac=1, random_state=1).to_csv(shuffled, index=False)
    other = run("draw", shuffled, *DRAW[2:], "--out", tmp_path / "other", "--set", "replicates=4")
    assert other.exit_code == 0, other.stderr
    for name in ("sample_eas.csv", "sample_probabilities.csv"):
        ours, theirs = read(listed / name), read(tmp_path / "other" / name)
        assert ours["ea_code"].tolist() == theirs["ea_code"].tolist()
        assert ours["prob_ea"].tolist() == theirs["prob_ea"].tolist()


def test_another_seed_is_another_sample_and_never_goes_over_a_drawn_one(drawn, listed, tmp_path):
    words = [*DRAW[:-1], "7"]
    answer = run(*words, "--out", tmp_path / "other")
    assert answer.exit_code == 0
    assert set(read(tmp_path / "other/sample_eas.csv")["ea_code"]) != set(
        read(drawn / "sample_eas.csv")["ea_code"]
    )
    before = digests(drawn)
    refused = run(*words, "--out", drawn)
    assert refused.exit_code == 1
    assert "đã có một mẫu khác" in refused.stderr
    assert digests(drawn) == before
    refused = run(*DRAW, "--out", listed, "--set", "replicates=4")
    assert refused.exit_code == 1
    assert "would be lost" in refused.stderr


def test_households_do_not_change_when_more_areas_are_listed(drawn, listed, tmp_path):
    folder = tmp_path / "wave"
    shutil.copytree(drawn, folder)
    part = run("households", a_listing(folder, tmp_path / "part.csv", areas=3), "--sample", folder)
    assert part.exit_code == 0
    assert "chưa có 127 địa bàn mẫu" in part.stderr
    few = read(folder / "sample_households.csv")
    whole = read(listed / "sample_households.csv")
    assert few.to_dict() == whole.head(48).to_dict()
    assert read(folder / "sample_eas.csv")["households_listed"].ne("").sum() == 3
    more = a_listing(folder, tmp_path / "more.csv", areas=6)
    assert run("households", more, "--sample", folder).exit_code == 0
    six = read(folder / "sample_households.csv")
    assert six.to_dict() == whole.head(96).to_dict()
    table = read(more)
    table.loc[0, "households_listed"] = "500"
    table.to_csv(tmp_path / "changed.csv", index=False)
    refused = run("households", tmp_path / "changed.csv", "--sample", folder)
    assert refused.exit_code == 1
    assert f"địa bàn {table['ea_code'][0]}".lower() in refused.stderr.lower()
    assert read(folder / "sample_households.csv").equals(six)


def test_every_chance_is_stored(listed):
    chances = read(listed / "sample_probabilities.csv")
    eas = read(listed / "sample_eas.csv")
    count = eas["households_listed"].astype(float)
    assert chances["prob_ea"].tolist() == eas["prob_ea"].tolist()
    np.testing.assert_allclose(chances["prob_original"].astype(float), 12 / count, rtol=1e-15)
    np.testing.assert_allclose(chances["prob_drawn"].astype(float), 16 / count, rtol=1e-15)
    whole = chances["prob_ea"].astype(float) * 12 / count
    np.testing.assert_allclose(chances["prob_household"].astype(float), whole, rtol=1e-14)
    assert set(chances["replicate"]) == set("1234")
    groups = chances.groupby(["stratum", "replicate"]).size().unstack(fill_value=0)
    assert (groups.max(axis=1) - groups.min(axis=1)).max() <= 1


def test_households_are_named_as_in_the_wave(listed):
    rows = read(listed / "sample_households.csv")
    first = rows.head(16)
    assert first["hh_no"].tolist() == [str(number) for number in range(1, 17)]
    assert first["kind"].tolist() == ["original"] * 12 + ["reserve"] * 4
    assert first["hh_id"].tolist() == [f"{first['ea_code'][0]}-{number:02d}" for number in range(1, 17)]
    assert rows["listing_no"].astype(int).le(rows["households_listed"].astype(int)).all()
    assert not rows.duplicated(["ea_code", "listing_no"]).any()


def test_the_media_lists_are_what_the_form_reads(listed):
    media = [listed / "media" / "sample_eas.csv"]
    assert check_media(read_form(FORM), media) == ()
    with media[0].open(encoding="utf-8", newline="") as lines:
        assert next(csv.reader(lines)) == list(drawing.AREA_LIST)
    addresses = read(listed / "media" / "sample_households.csv")
    assert list(addresses) == ["hh_id", "hh_label", "ea_code", "hh_no", "kind", "listing_no"]


def test_an_area_is_a_page_with_its_addresses_and_room_for_visits(listed):
    eas, rows = read(listed / "sample_eas.csv"), read(listed / "sample_households.csv")
    book = openpyxl.load_workbook(listed / "interviewer_sheets.xlsx")
    assert book.sheetnames == eas["ea_code"].tolist()
    page = book[eas["ea_code"][0]]
    cells = [[cell.value or "" for cell in row] for row in page.iter_rows()]
    top = next(number for number, row in enumerate(cells) if row[0] == "Hộ số")
    assert cells[top][:5] == ["Hộ số", "Mã hộ", "STT trong bảng kê", "Loại hộ", "Thay hộ số"]
    mine = rows[rows["ea_code"] == eas["ea_code"][0]]
    assert [row[2] for row in cells[top + 1 : top + 17]] == mine["listing_no"].tolist()
    assert [row[3] for row in cells[top + 1 : top + 17]] == ["chính thức"] * 12 + ["dự phòng"] * 4
    assert all(not any(row[4:]) for row in cells[top + 1 : top + 17]), "visits and results are left blank"
    assert page.page_setup.orientation == "landscape"

    document = Document(listed / "interviewer_sheets.docx")
    assert len(document.tables) == 130
    last = document.tables[-1]
    assert [cell.text for cell in last.column_cells(1)][1:] == rows["hh_id"].tail(16).tolist()
    breaks = [
        p.paragraph_format.page_break_before for p in document.paragraphs if p.style.name == "Heading 1"
    ]
    assert breaks == [False, *[True] * 129]


def test_sheets_hold_nothing_about_persons(drawn, tmp_path):
    """A listing with names: only the numbers of its addresses go on."""
    folder = tmp_path / "wave"
    shutil.copytree(drawn, folder)
    code = read(folder / "sample_eas.csv")["ea_code"][0]
    rows = "".join(f"{code},{number},Nguyễn Thị Bí Mật,0912345678\n" for number in range(3, 60, 2))
    listing = tmp_path / "listing.csv"
    listing.write_text("ea_code,listing_no,chu_ho,dien_thoai\n" + rows, encoding="utf-8")
    assert run("households", listing, "--sample", folder).exit_code == 0
    drawn_numbers = set(read(folder / "sample_households.csv")["listing_no"].astype(int))
    assert len(drawn_numbers) == 16
    assert drawn_numbers <= set(range(3, 60, 2))
    for path in folder.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.suffix in (".xlsx", ".docx"):
                parts = zipfile.ZipFile(BytesIO(content))
                content = b"".join(parts.read(name) for name in parts.namelist())
            assert b"0912345678" not in content
            assert "Bí Mật".encode() not in content


def test_a_register_of_all_areas_serves_as_listing(drawn, tmp_path):
    """Where addresses of the whole frame are known, areas and households are drawn in one step."""
    frame, asked = tmp_path / "frame.csv", tmp_path / "asked.csv"
    read(FRAME).query("stratum == '688-rural'").to_csv(frame, index=False)
    asked.write_text("stratum,n_eas\n688-rural,4\n", encoding="utf-8")
    register = tmp_path / "register.csv"
    table = read(frame).assign(households_listed="30")
    table[["ea_code", "households_listed"]].to_csv(register, index=False)
    words = ("draw", frame, "--allocation", asked, "--seed", SEED, "--out", tmp_path / "out", "--json")
    told = json.loads(run(*words, "--listing", register).stdout)
    assert told["drawn"] == {"areas": 4, "households": 64}
    assert told["findings"] == []
    whole = read(drawn / "sample_eas.csv").query("stratum == '688-rural'")
    assert read(tmp_path / "out/sample_eas.csv")["ea_code"].tolist() == whole["ea_code"].tolist(), (
        "what is drawn in a stratum does not depend on the others"
    )


def test_a_listing_names_its_rows(drawn, tmp_path):
    folder = tmp_path / "wave"
    shutil.copytree(drawn, folder)
    code, other = read(folder / "sample_eas.csv")["ea_code"][:2]
    listing = tmp_path / "listing.csv"
    listing.write_text(
        f"ea_code,listing_no\n{code},1\n{code},01\n99,1\n{code},x\n{other},\n", encoding="utf-8"
    )
    refused = run("households", listing, "--sample", folder, "--json")
    told = json.loads(refused.stdout)["findings"]
    assert refused.exit_code == 1
    assert [(one["code"], one["row"]) for one in told] == [
        ("listing_twice", 3), ("listing_area_foreign", 4), ("listing_number_wrong", 5),
    ]  # fmt: skip
    listing.write_text(f"ea_code,households_listed\n{code},9\n", encoding="utf-8")
    short = run("households", listing, "--sample", folder, "--json")
    told = json.loads(short.stdout)
    assert [one["code"] for one in told["findings"]] == ["listing_area_absent", "listing_short"]
    assert told["drawn"]["households"] == 9
    listing.write_text("area\n1\n", encoding="utf-8")
    assert "ea_code" in run("households", listing, "--sample", folder).stderr
    listing.write_text("ea_code,number\n1,1\n", encoding="utf-8")
    assert "listing_no" in run("households", listing, "--sample", folder).stderr


def test_the_next_wave_keeps_the_declared_share(listed, tmp_path):
    answer = run("rotate", FRAME, "--sample", listed, "--out", tmp_path / "next", "--keep", "0.5")
    assert answer.exit_code == 0, answer.stderr
    assert "giữ 69 địa bàn, thêm 61, thôi 61" in answer.stdout
    before, after = (read(one / "sample_eas.csv").set_index("ea_code") for one in (listed, tmp_path / "next"))
    rotation = read(tmp_path / "next" / "sample_rotation.csv").set_index("ea_code")
    status = rotation["status"]
    assert set(status.index[status == "kept"]) == set(before.index) & set(after.index)
    assert set(status.index[status == "new"]) == set(after.index) - set(before.index)
    assert set(status.index[status == "dropped"]) == set(before.index) - set(after.index)
    assert before["stratum"].value_counts().to_dict() == after["stratum"].value_counts().to_dict()
    kept = list(status.index[status == "kept"])
    assert before.loc[kept, "prob_ea"].tolist() == after.loc[kept, "prob_ea"].tolist()
    numbers = rotation.drop(columns=["stratum", "status"]).astype(float)
    np.testing.assert_allclose(
        numbers["prob_either_wave"], 2 * numbers["prob_ea"] - numbers["prob_both_waves"]
    )
    record = json.loads((tmp_path / "next" / "sample.json").read_text(encoding="utf-8"))
    assert record["areas"]["keeps"] == [0.5]
    third = run("rotate", FRAME, "--sample", tmp_path / "next", "--out", tmp_path / "third", "--keep", "0.6")
    assert third.exit_code == 0
    spent = run("rotate", FRAME, "--sample", tmp_path / "third", "--out", tmp_path / "fourth", "--keep", "0")
    assert spent.exit_code == 1
    assert "đã luân phiên hết lượt" in spent.stderr


def test_households_of_a_kept_area_are_drawn_anew(listed, tmp_path):
    folder = tmp_path / "next"
    assert run("rotate", FRAME, "--sample", listed, "--out", folder, "--keep", "1").exit_code == 0
    listing = a_listing(folder, tmp_path / "listing.csv", areas=3)
    assert run("households", listing, "--sample", folder).exit_code == 0
    ours, theirs = read(listed / "sample_households.csv").head(48), read(folder / "sample_households.csv")
    assert ours["ea_code"].tolist() == theirs["ea_code"].tolist()
    assert ours["listing_no"].tolist() != theirs["listing_no"].tolist()


def test_a_rotation_is_refused_on_another_frame_and_a_changed_folder(drawn, tmp_path):
    other = tmp_path / "frame.csv"
    other.write_text(FRAME.read_text(encoding="utf-8").replace(",249\n", ",250\n", 1), encoding="utf-8")
    refused = run("rotate", other, "--sample", drawn, "--out", tmp_path / "next")
    assert refused.exit_code == 1
    assert "không phải là dàn mẫu" in refused.stderr
    folder = tmp_path / "wave"
    shutil.copytree(drawn, folder)
    text = (folder / "sample_eas.csv").read_text(encoding="utf-8")
    (folder / "sample_eas.csv").write_text(text.replace("688-urban", "688-rural", 1), encoding="utf-8")
    refused = run("rotate", FRAME, "--sample", folder, "--out", tmp_path / "next")
    assert refused.exit_code == 1
    assert "was changed or deleted after the draw" in refused.stderr
    (folder / "sample.json").write_text("{", encoding="utf-8")
    assert (
        "không có tệp sample.json"
        in run("rotate", FRAME, "--sample", folder, "--out", tmp_path / "next").stderr
    )


def test_a_frame_with_errors_gives_no_sample(tmp_path):
    bad = tmp_path / "frame.csv"
    lines = FRAME.read_text(encoding="utf-8").splitlines()
    bad.write_text("\n".join([*lines[:12], lines[5], *lines[12:]]), encoding="utf-8")
    checked = run("check", bad, "--json")
    assert checked.exit_code == 1
    assert [(one["code"], one["row"]) for one in json.loads(checked.stdout)] == [("frame_code_repeated", 13)]
    refused = run("draw", bad, *DRAW[2:], "--out", tmp_path / "out")
    assert refused.exit_code == 1
    assert "dòng 13" in refused.stderr
    assert not (tmp_path / "out").exists()


def test_a_clean_frame_is_said_to_be_clean(tmp_path):
    answer = run(
        "check", FRAME, "--allocation", REFERENCE / "sample_eas.csv", "--findings", tmp_path / "f.xlsx"
    )
    assert answer.exit_code == 0
    assert "1825 địa bàn, 0 lỗi, 0 cảnh báo" in answer.stdout
    assert (tmp_path / "f.xlsx").is_file()


def test_an_invented_province_without_names_of_units(tmp_path):
    """No geography pack, other columns, certain areas, equal chances and a random order."""
    frame, asked = tmp_path / "frame.csv", tmp_path / "asked.csv"
    sizes = [900, 40, 35, 30, 28, 25, 20, 19]
    rows = "".join(f"x-{number},s,01,urban,{size},Thôn {number}\n" for number, size in enumerate(sizes))
    frame.write_text(
        "ea_code,stratum,district_code,residence,households_frame,village\n" + rows, encoding="utf-8"
    )
    asked.write_text("stratum,areas\ns,3\n", encoding="utf-8")
    words = ("draw", frame, "--allocation", asked, "--seed", "1", "--set", "geography=")
    by_size = run(*words, "--out", tmp_path / "size", "--json")
    told = json.loads(by_size.stdout)
    assert told["certain"] == ["x-0"]
    assert [one["code"] for one in told["findings"]] == ["frame_area_certain"]
    eas = read(tmp_path / "size/sample_eas.csv").set_index("ea_code")
    assert eas.loc["x-0", ["prob_ea", "ea_label", "village"]].tolist() == ["1.0", "x-0", "Thôn 0"]
    others = eas.drop("x-0")
    expected = 2 * others["households_frame"].astype(int) / (sum(sizes) - 900)
    np.testing.assert_allclose(others["prob_ea"].astype(float), expected, rtol=1e-15)
    for method in ("systematic", "srs"):
        answer = run(*words, "--out", tmp_path / method, "--set", f"method={method}", "--set", "language=en")
        assert answer.exit_code == 0, answer.stderr
        assert set(read(tmp_path / method / "sample_eas.csv")["prob_ea"]) == {"0.375"}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("colour=red", "method, order, replicates, turns, geography, language"),
        ("method=urn", "systematic_pps | systematic | srs"),
        ("turns=0", "1–99"),
        ("replicates=many", "0–99"),
        ("order=altitude", "altitude"),
        ("geography=atlantis", "binh_phuoc"),
    ],
)
def test_a_setting_that_cannot_be_says_what_can(tmp_path, setting, said):
    refused = run(*DRAW, "--out", tmp_path / "out", "--set", setting)
    assert refused.exit_code == 1
    assert said in refused.stderr
    assert not (tmp_path / "out").exists()


def test_from_the_plan_to_an_announced_wave(tmp_path):
    """What `sample plan` writes is drawn, and what is drawn is what `wave add` reads."""
    plan, folder = tmp_path / "plan.csv", tmp_path / "wave"
    assert run("plan", "--from", FRAME, "--areas", "132", "--csv", plan).exit_code == 0
    answer = run("draw", FRAME, "--allocation", plan, "--seed", SEED, "--out", folder, "--json")
    told = json.loads(answer.stdout)
    assert told["drawn"]["areas"] == 132
    assert min(row["n_eas"] for row in told["strata"]) >= 2
    assert (
        run("households", a_listing(folder, tmp_path / "listing.csv", areas=4), "--sample", folder).exit_code
        == 0
    )
    words = ["--store", tmp_path / "store", "wave", "add", "2027", "--form", "digiskill_hh", "--synthetic"]
    files = [
        "--sample-eas",
        folder / "sample_eas.csv",
        "--sample-households",
        folder / "sample_households.csv",
    ]
    added = CliRunner().invoke(app, list(map(str, words + files)), catch_exceptions=False)
    assert added.exit_code == 0, added.stderr
    assert "2027" in added.stdout
