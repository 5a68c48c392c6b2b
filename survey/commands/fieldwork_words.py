"""The words of the fieldwork on the command line and in its files, in Vietnamese and English."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple


class Words(NamedTuple):
    """One entry in two languages."""

    vi: str
    en: str


HEADINGS: Mapping[str, Words] = {
    "unit": Words("Đơn vị", "Unit"),
    "ea_code": Words("Địa bàn", "Area"),
    "district": Words("Đơn vị cấp huyện", "District"),
    "residence": Words("Khu vực", "Residence"),
    "stratum": Words("Tầng", "Stratum"),
    "hh_no": Words("Hộ số", "Household number"),
    "hh_id": Words("Mã hộ", "Household"),
    "kind": Words("Loại hộ", "Kind"),
    "issued": Words("Được giao", "Issued"),
    "disposition": Words("Kết quả cuối cùng", "Final result"),
    "outcome": Words("Nhóm AAPOR", "AAPOR group"),
    "reason": Words("Lý do", "Reason"),
    "key": Words("Mã phiếu", "Submission"),
    "interviewer": Words("Điều tra viên", "Interviewer"),
    "drawn": Words("Đã chọn được người", "Person drawn"),
    "breakdown": Words("Phân tổ", "Breakdown"),
    "weighting": Words("Quyền số", "Weighting"),
    "I": Words("Hoàn thành", "Complete"),
    "P": Words("Dở dang", "Partial"),
    "R": Words("Từ chối", "Refused"),
    "NC": Words("Không gặp", "Not met"),
    "O": Words("Lý do khác", "Other"),
    "UH": Words("Chưa rõ", "Unknown"),
    "NE": Words("Ngoài đối tượng", "Ineligible"),
    "household_rate": Words("Tỷ lệ cấp hộ", "Household rate"),
    "household_rate_e": Words("Tỷ lệ cấp hộ (có e)", "Household rate (with e)"),
    "person_rate": Words("Tỷ lệ cấp người", "Person rate"),
    "weighted": Words("{0} có quyền số", "{0} weighted"),
    "originals": Words("Hộ chính thức", "Originals"),
    "lost": Words("Hộ chính thức không phỏng vấn được", "Originals lost"),
    "unsent": Words("Chưa có phiếu", "Not sent"),
    "reserves": Words("Hộ dự phòng", "Reserves"),
    "reserves_used": Words("Dự phòng đã dùng", "Reserves used"),
    "reserves_lost": Words("Dự phòng không phỏng vấn được", "Reserves lost"),
    "reserves_left": Words("Dự phòng còn lại", "Reserves left"),
    "interviews": Words("Phỏng vấn dùng được", "Usable interviews"),
    "redo": Words("Cần làm lại", "To redo"),
    "missing": Words("Còn thiếu", "Missing"),
    "excess": Words("Dự phòng dùng thừa", "Reserves beyond need"),
    "state": Words("Việc tiếp theo", "Next step"),
    "submissions": Words("Phiếu đã gửi", "Submissions"),
    "areas": Words("Số địa bàn", "Areas"),
    "households": Words("Hộ được giao", "Households issued"),
    "refusals": Words("Từ chối", "Refusals"),
    "reached": Words("Hộ tiếp xúc được", "Households reached"),
    "rejected": Words("Phiếu bị trả lại", "Rejected"),
    "minutes": Words("Số phút (trung vị)", "Minutes (median)"),
    "dont_know": Words("Tỷ lệ “Không biết”", "“Don't know” share"),
    "overclaims": Words("Nhận biết tên không có thật", "Know the invented name"),
    "overclaims_asked": Words("Số được hỏi tên không có thật", "Asked the invented name"),
    "alike": Words("Cụm trả lời giống hệt", "Blocks answered alike"),
    "batteries": Words("Số cụm câu hỏi", "Blocks of questions"),
    "first": Words("Người ghi đầu danh sách", "First of the roster"),
    "choices": Words("Hộ có từ hai người", "Households with a choice"),
    "first_expected": Words("Đầu danh sách, kỳ vọng", "First of the roster, expected"),
    "short": Words("Quá ngắn", "Too short"),
    "clock": Words("Giờ sai hoặc quá dài", "Wrong clock or too long"),
    "night": Words("Ban đêm", "At night"),
    "at_once": Words("Trùng giờ", "Two at once"),
    "copied": Words("Phiếu giống hệt", "Copied"),
    "other_person": Words("Sai người", "Other person"),
    "draw": Words("Không theo máy chọn", "Draw not kept"),
    "roster": Words("Lệch danh sách hộ", "Roster differs"),
    "flags": Words("Lý do cần xem", "Reasons to look"),
    "stage": Words("Giai đoạn", "Stage"),
    "trait": Words("Đặc điểm", "Trait"),
    "category": Words("Nhóm", "Category"),
    "observed": Words("Số người", "Persons"),
    "expected": Words("Kỳ vọng nếu ngẫu nhiên", "Expected by chance"),
    "statistic": Words("Khi bình phương", "Chi-square"),
    "count": Words("Số lần", "Count"),
    "rule": Words("Vấn đề (một ví dụ)", "Finding (one example)"),
    "places": Words("Những chỗ đầu tiên", "First places"),
}
TITLES: Mapping[str, Words] = {
    "rates": Words("Tỷ lệ trả lời (AAPOR), đợt {0}", "Response rates (AAPOR), wave {0}"),
    "completion": Words("Địa bàn chưa đủ phỏng vấn", "Areas short of interviews"),
    "interviewers": Words(
        "Điều tra viên (lý do cần xem không phải là kết luận)",
        "Interviewers (a reason to look is no verdict)",
    ),
    "selection": Words("Chọn người trả lời trong hộ", "Selection within the household"),
    "findings": Words("Vấn đề cần giải quyết", "To be resolved"),
    "sample": Words("Danh sách mẫu", "Sample list"),
}
VALUES: Mapping[str, Words] = {
    "province": Words("Toàn tỉnh", "Province"),
    "urban": Words("Thành thị", "Urban"),
    "rural": Words("Nông thôn", "Rural"),
    "": Words("(không ghi mã)", "(no code)"),
    "complete": Words("đủ", "complete"),
    "unsent": Words("gửi phiếu còn thiếu", "send the missing forms"),
    "redo": Words("đến lại hộ có phiếu không dùng được", "visit again where the form does not count"),
    "reserves": Words("dùng hộ dự phòng", "visit reserves"),
    "short": Words("hết hộ dự phòng", "no reserve left"),
    "stage.drawn": Words("máy chọn", "drawn"),
    "stage.interviewed": Words("được phỏng vấn", "interviewed"),
    "trait.sex": Words("giới tính", "sex"),
    "trait.age_group": Words("nhóm tuổi", "age group"),
    "trait.place": Words("vị trí trong danh sách hộ", "place in the roster"),
    "sex.1": Words("nam", "male"),
    "sex.2": Words("nữ", "female"),
    "place.first": Words("đầu danh sách", "first"),
    "place.not_first": Words("không phải đầu danh sách", "not first"),
}
FLAGS: Mapping[str, Words] = {
    "refusals": Words("nhiều từ chối", "many refusals"),
    "dont_know": Words("nhiều “Không biết”", "many “don't know”"),
    "overclaims": Words("nhiều người nhận biết tên không có thật", "many know the invented name"),
    "quick": Words("phỏng vấn nhanh", "quick interviews"),
    "alike": Words("nhiều cụm trả lời giống hệt", "many blocks answered alike"),
    "first": Words("hay phỏng vấn người ghi đầu danh sách", "often the first of the roster"),
    "short": Words("phỏng vấn quá ngắn", "interview too short"),
    "clock": Words("giờ sai hoặc quá dài", "wrong clock or too long"),
    "night": Words("phỏng vấn ban đêm", "interview at night"),
    "at_once": Words("hai phỏng vấn trùng giờ", "two interviews at once"),
    "copied": Words("phiếu giống hệt hộ khác", "same as another household"),
    "other_person": Words("phỏng vấn sai người", "another person interviewed"),
    "draw": Words("không đúng người máy chọn", "draw not kept"),
    "roster": Words("lệch với danh sách hộ", "differs from the roster"),
}


def heading(name: str, language: str) -> str:
    """Name a column in one language; statistics such as RR1 have one name everywhere."""
    return getattr(HEADINGS[name], language) if name in HEADINGS else name


def value(word: str, language: str) -> str:
    """Name a value in one language; a code that is no word stays as it is."""
    return getattr(VALUES[word], language) if word in VALUES else word


def flags(names: Sequence[str], language: str) -> str:
    """Write the reasons to look in one language."""
    return "; ".join(getattr(FLAGS[name], language) for name in names)
