"""A pack out of plain lists: what is derived from them, and what they are refused for."""

import json
import shutil
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from survey.__main__ import app
from survey.geography import load_pack, open_geography
from survey.geography.build import build_pack
from survey.geography.recoding import recoding
from survey.messages import Refusal

LISTS = Path(__file__).parents[1] / "data" / "geography" / "hong_lam"


@pytest.fixture
def lists(tmp_path):
    """A copy of the plain lists that a test may change: (file, old, new) -> the folder."""

    def changed(file="", old="", new=""):
        folder = tmp_path / "lists"
        shutil.copytree(LISTS, folder)
        if file:
            text = (folder / file).read_text(encoding="utf-8")
            assert old in text
            (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
        return folder

    return changed


def run(*words):
    return CliRunner().invoke(app, [str(word) for word in words], catch_exceptions=False)


def test_codes_keep_their_zeros_and_units_their_year(hong_lam):
    pack = load_pack(hong_lam)
    assert pack.code(pack.province) == "05"
    assert pack.units("commune", "2025-07-01")["unit_id"].tolist() == [
        f"vn:{code}:2025" for code in ("00901", "00904", "00906", "00908", "00912")
    ]
    assert pack.unit_id("00901") == "vn:00901:2020"
    assert pack.levels_below("2025-07-01") == ("commune",)
    assert pack.tiles("2025-07-01")["short"].tolist() == [
        "Núi Bà",
        "Suối Tre",
        "Hưng Lộc",
        "Thanh Hà",
        "Tân Lập",
    ]


def test_new_units_lie_in_old_districts_by_population(hong_lam):
    """Hưng Lộc: 7000 of 051; 9000 and 0.7 of 9000 of 052."""
    frame = open_geography(f"{hong_lam}@2025-07-01")
    to = recoding(frame, "commune", "district", "2020-01-01")
    shares = to.shares.set_index(["known", "unit"])["share"]
    assert shares["00906", "051"] == pytest.approx(7000 / (7000 + 9000 + 6300), abs=1e-8)
    assert shares["00901", "051"] == 1
    assert to.methods == {"051": "apportioned", "052": "apportioned"}


def test_a_pack_is_built_twice_the_same(lists, tmp_path, hong_lam):
    build_pack(lists(), tmp_path / "again")
    for path in sorted(hong_lam.iterdir()):
        assert (tmp_path / "again" / path.name).read_bytes() == path.read_bytes(), path.name


REFUSED = {
    "a_level_that_is_not_declared": (
        "units_2020-01-01.csv",
        "052,district",
        "052,area",
        "geo_build_level",
        4,
    ),
    "a_parent_that_is_not_listed": (
        "units_2020-01-01.csv",
        "commune,052",
        "commune,053",
        "geo_build_unknown",
        11,
    ),
    "a_merger_of_nobody": ("mergers_2025-07-01.csv", "00913,", "00931,", "geo_build_unknown", 16),
    "a_merger_into_nothing": (
        "mergers_2025-07-01.csv",
        "00913,00912",
        "00913,00999",
        "geo_build_unknown",
        16,
    ),
    "a_unit_that_vanished": ("mergers_2025-07-01.csv", "00913,00912,\n", "", "geo_build_lost", 17),
    "a_division_without_shares": ("mergers_2025-07-01.csv", "00904,0.4", "00904,", "geo_build_share", 5),
    "shares_that_are_too_much": ("mergers_2025-07-01.csv", "00904,0.4", "00904,0.5", "geo_shares_sum", 4),
    "a_margin_of_nobody": ("margins.csv", ",052,rural", ",062,rural", "geo_build_unknown", 8),
    "a_lost_zero": ("units_2025-07-01.csv", "00912,commune", "912,commune", "geo_build_unknown", 15),
    "a_thousands_dot": ("margins.csv", ",31000,", ",31.000.0,", "geo_margin_count", 3),
    "a_missing_column": ("units_2025-07-01.csv", "parent_code", "parent", "geo_columns_missing", None),
    "a_province_that_is_not_told": ("pack.toml", "province =", "land =", "geo_declaration_missing", None),
}


@pytest.mark.parametrize(("file", "old", "new", "code", "row"), REFUSED.values(), ids=REFUSED)
def test_lists_are_refused_for(lists, tmp_path, file, old, new, code, row):
    with pytest.raises(Refusal) as refused:
        build_pack(lists(file, old, new), tmp_path / "out")
    told = [found for found in refused.value.findings if found.code == code]
    assert (told[0].code, told[0].row) == (code, row), refused.value.findings
    assert not (tmp_path / "out").exists()


def test_a_full_folder_is_left_alone(lists, tmp_path):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Refusal, match="not overwritten"):
        build_pack(lists(), tmp_path / "out")


@given(data=st.data())
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_however_communes_are_divided_nobody_is_lost(tmp_path_factory, data):
    """Shares of every old commune sum to 1; a unit is apportioned exactly when it holds a part of one."""
    folder = tmp_path_factory.mktemp("lists") / "lists"
    shutil.copytree(LISTS, folder)
    old = pd.read_csv(folder / "units_2020-01-01.csv", dtype="str").query("level == 'commune'")["code"]
    new = (
        pd.read_csv(folder / "units_2025-07-01.csv", dtype="str").query("level == 'commune'")["code"].tolist()
    )
    rows = [(code, code, "") for code in new]
    for code in [one for one in old if one not in new]:
        into = data.draw(st.lists(st.sampled_from(new), min_size=1, max_size=3, unique=True))
        cuts = data.draw(st.lists(st.integers(1, 9), min_size=len(into), max_size=len(into)))
        whole = len(into) == 1
        rows += [
            (code, to, "" if whole else repr(cut / sum(cuts))) for to, cut in zip(into, cuts, strict=True)
        ]
    merged = pd.DataFrame(rows, columns=["old_code", "new_code", "share_pop"])
    merged.to_csv(folder / "mergers_2025-07-01.csv", index=False)
    pack = build_pack(folder, folder.parent / "pack")
    to = recoding(pack, "commune", "commune", "2025-07-01")
    sums = to.shares.groupby("known")["share"].sum()
    assert set(sums.index) == set(old)
    assert sums.to_list() == pytest.approx([1.0] * len(old), abs=1e-9)
    partly = set(merged.loc[merged["share_pop"] != "", "new_code"])
    assert {unit for unit, method in to.methods.items() if method == "apportioned"} == partly


def test_the_command_line_checks_and_shows(hong_lam):
    good = run("geo", "check", hong_lam)
    assert good.exit_code == 0
    assert "21 đơn vị" in good.stdout
    shown = json.loads(run("geo", "show", hong_lam, "--json").stdout)
    assert shown[-1] == {"edition": "2025-07-01", "level": "commune", "units": "5", "reused_codes": "4"}
    readings = json.loads(run("geo", "show", hong_lam, "--code", "00904", "--json").stdout)
    assert [one["name"] for one in readings] == ["Phường Sông Trầm", "Phường Suối Tre"]
    listed = json.loads(run("geo", "show", "--edition", "2026-04-30", "--level", "commune", "--json").stdout)
    assert len(listed) == 40
    assert sum(one["name"].startswith("Phường") for one in listed) == 11


def test_the_command_line_refuses_in_both_languages(hong_lam, tmp_path):
    folder = tmp_path / "broken"
    shutil.copytree(hong_lam, folder)
    path = folder / "crosswalk.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("part,0.6", "part,0.5", 1), encoding="utf-8")
    refused = run("geo", "check", folder)
    assert refused.exit_code == 1
    assert (
        "Tệp “crosswalk.csv”, từ dòng 4, cột share_pop: các phần của vn:00903:2020 cộng lại bằng"
        in refused.output
    )
    assert "the shares of vn:00903:2020 sum to 0.900000, not 1. Add the missing part" in refused.output
    assert run("geo", "show", "--level", "village").exit_code == 1
    assert "binh_phuoc" in run("geo", "check", "nowhere").output
