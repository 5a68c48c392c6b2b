import pytest

from survey.exports.cells import Table
from survey.exports.personal import withheld_headers


def withheld(instrument, header, cells=("x",), repeat=""):
    table = Table("main", (header,), [2], [list(cells)])
    return withheld_headers(table, instrument, repeat, {}) == (header,)


@pytest.mark.parametrize(
    "header",
    [
        "b/resp_name", "resp_name", "b_resp_name", "b-resp_name", "nhóm_cũ/resp_name", "h/h3_phone", "gps",
        "z/_gps_latitude", "z-gps-Longitude", "z_gps_accuracy", "username", "deviceid", "_submitted_by",
        "SubmitterName", "SubmitterID", "DeviceID", "meta/instanceName", "meta-instanceName", "meta-audit",
        "AttachmentsPresent", "_notes", "_tags", "cover/ea_note", "_geolocation",
        "_submission__submitted_by",
    ],
)  # fmt: skip
def test_personal_headers_in_every_form(instrument, header):
    assert withheld(instrument, header)


@pytest.mark.parametrize("header", ["b/member/m_name", "m_name", "b_member_name_sel"])
def test_personal_headers_of_members(instrument, header):
    assert withheld(instrument, header, repeat="member")


@pytest.mark.parametrize(
    "header", ["Họ và tên", "ho_ten", "SĐT", "Số điện thoại", "CCCD", "Email", "Địa chỉ"]
)
def test_undeclared_columns_with_a_telling_name(instrument, header):
    assert withheld(instrument, header)


@pytest.mark.parametrize(
    "cell", ["0912345678", "+84912345678", "079203001234", "an.nguyen@example.vn", "gọi 0912 345 678 cho An"]
)
def test_undeclared_columns_with_telling_values(instrument, cell):
    assert withheld(instrument, "cột 7", [cell, ""])


@pytest.mark.parametrize(
    "header",
    ["cover/interviewer_id", "c/c0_age", "z/z_note", "_uuid", "_id", "meta/rootUuid", "KEY", "FormVersion"],
)
def test_what_is_kept(instrument, header):
    assert not withheld(instrument, header, ["870163"])


def test_a_declared_answer_is_kept_whatever_it_looks_like(instrument):
    assert not withheld(instrument, "cover/ea_code", ["079203001234"])


@pytest.mark.parametrize("header", ["national_id", "so_id", "Status", "m_name [2]", "gps [2]"])
def test_no_header_hides_an_identity_number(instrument, header):
    assert withheld(instrument, header, ["079203001234"]) == (header != "Status")


@pytest.mark.parametrize("cell", ["(091) 234-5678", "912345678", "285123456", "79203001234"])
def test_telephones_and_identity_numbers_in_other_spellings(instrument, cell):
    assert withheld(instrument, "cột 7", [cell])
