"""The frame and the allocation: what would spoil a sample is named by its cell."""

from pathlib import Path

import pytest

from survey import places
from survey.allocation import read_allocation
from survey.frame import Take, check_allocation, check_frame, read_frame
from survey.geography import load_pack
from survey.messages import Refusal

ROOT = Path(__file__).parents[1]
FRAME = ROOT / "data" / "wave_2026" / "frame_eas.csv"
SAMPLE = ROOT / "reference" / "wave_2026" / "sample_eas.csv"
HEADER = "ea_code,stratum,district_code,residence,commune_code_2019,commune_code_2025,households_frame\n"


@pytest.fixture(scope="module")
def gazetteer():
    return load_pack(places.geography("binh_phuoc"))


@pytest.fixture
def a_frame(tmp_path):
    def write(*rows):
        path = tmp_path / "frame.csv"
        path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
        return read_frame(path)

    return write


@pytest.fixture
def a_table(tmp_path):
    def write(text):
        path = tmp_path / "allocation.csv"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def places_of(findings):
    return [(one.code, one.row, one.column, one.value) for one in findings]


def test_the_frame_of_the_wave_is_clean(gazetteer):
    frame = read_frame(FRAME)
    assert len(frame.areas) == 1825
    assert check_frame(frame, gazetteer, Take(12, 4)) == []
    assert check_allocation(frame, read_allocation(SAMPLE, frame)) == []
    assert [one.code for one in check_frame(frame, take=Take(60, 3))] == ["frame_area_small"] * 3


def test_every_spoilt_cell_is_named_with_its_row(a_frame):
    frame = a_frame(
        "25245001,688-rural,688,rural,25245,25220,152",
        "25245002,688-rural,688,rural,25245,25220,",
        "25245001,688-rural,688,rural,25245,25220,90",
        "2.5E+07,688-rural,688,rural,25245,25220,0",
        "25245005,,688,rural,25245,25220,1.152",
        " 25245006 ,688-rural,688,rural,25245,25220,-4",
    )
    assert places_of(check_frame(frame)) == [
        ("frame_cell_empty", 6, "stratum", ""),
        ("frame_cell_empty", 3, "households_frame", ""),
        ("frame_code_repeated", 4, "ea_code", "25245001"),
        ("frame_code_unfit", 5, "ea_code", "2.5E+07"),
        ("frame_size_wrong", 5, "households_frame", "0"),
        ("frame_size_wrong", 6, "households_frame", "1.152"),
        ("frame_size_wrong", 7, "households_frame", "-4"),
    ]
    assert "dòng 4" in check_frame(frame)[2].sentence("vi")
    assert "row 2 already" in check_frame(frame)[2].sentence("en")


def test_codes_that_are_no_units_and_areas_that_are_too_small_are_warnings(a_frame, gazetteer):
    frame = a_frame(
        "1,688-rural,688,rural,25245,25220,15",
        "2,688-rural,600,rural,99999,25220,16",
        "3,688-rural,600,rural,99999,25245,160",
    )
    found = check_frame(frame, gazetteer, Take(12, 4))
    assert {one.severity for one in found} == {"warning"}
    assert places_of(found) == [
        ("frame_unit_unknown", 3, "district_code", "600"),
        ("frame_unit_unknown", 3, "commune_code_2019", "99999"),
        ("frame_unit_unknown", 4, "commune_code_2025", "25245"),
        ("frame_area_small", 2, "households_frame", "15"),
    ]
    assert "2 rows have it" in found[0].sentence("en")


def test_an_allocation_that_the_frame_cannot_give_is_told(a_frame):
    rows = [f"a{number},a,1,rural,,,{size}" for number, size in enumerate((500, 40, 30, 20))]
    frame = a_frame(*rows, "b1,b,1,urban,,,10", "c1,c,1,urban,,,10", "d1,d,1,urban,,,10")
    found = check_allocation(frame, {"a": 2, "b": 2, "c": 0, "e": 4})
    assert [(one.code, one.value) for one in found] == [
        ("frame_area_certain", "a0"),
        ("frame_stratum_small", "b"),
        ("allocation_stratum_none", "c"),
        ("allocation_stratum_missing", "d"),
        ("allocation_stratum_unknown", "e"),
    ]
    assert found[0].row == 2
    assert [one.code for one in check_allocation(frame, dict.fromkeys("abcd", 1))] == [
        "allocation_stratum_single", "allocation_stratum_single", "allocation_stratum_single",
        "allocation_stratum_single",
    ]  # fmt: skip
    assert "frame_area_certain" not in [one.code for one in check_allocation(frame, {"a": 2}, by_size=False)]


def test_a_plan_by_district_is_shared_out_over_its_strata(a_table):
    frame = read_frame(FRAME)
    districts = sorted(set(frame.areas["district_code"]))
    rows = "".join(f"{code},0.6,12\n{code},0.8,12\n" for code in districts)
    asked = read_allocation(a_table(f"domain,target,areas\n{rows}(total),0.6,132\n"), frame)
    assert sum(asked.values()) == 12 * len(districts)
    assert asked["689-urban"] == 9
    assert asked["689-rural"] == 3
    assert min(asked.values()) == 2
    assert not [one for one in check_allocation(frame, asked) if one.severity == "error"]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("unit,areas\na,2\n", ["allocation_columns"]),
        (
            "stratum,areas\na,two\nb,\na,2\na,3\n",
            ["allocation_number_wrong"] * 2 + ["allocation_contradicts"],
        ),
        ("domain,areas\n1,3\n9,4\n", ["allocation_district_unfit", "allocation_stratum_unknown"]),
    ],
)
def test_an_allocation_that_cannot_be_read_is_refused(a_frame, a_table, text, codes):
    frame = a_frame("a1,a,1,rural,,,50", "b1,b,1,urban,,,50")
    with pytest.raises(Refusal) as refusal:
        read_allocation(a_table(text), frame)
    assert [one.code for one in refusal.value.findings] == codes


def test_a_frame_without_areas_or_columns_is_refused(a_frame, tmp_path):
    with pytest.raises(Refusal, match="has no area"):
        a_frame()
    (tmp_path / "other.csv").write_text("code,size\n1,2\n", encoding="utf-8")
    with pytest.raises(Refusal, match="ea_code, stratum, district_code, residence, households_frame"):
        read_frame(tmp_path / "other.csv")
