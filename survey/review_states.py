"""The canon of review states: every tool's own words are mapped to one of four when its files are read.

Received (also after an edit, and before anybody looked), has_issues, approved (by team or province) and
rejected. Interviews that are not finished never arrive.
"""

from collections.abc import Mapping

RECEIVED, HAS_ISSUES, APPROVED, REJECTED = STATES = ("received", "has_issues", "approved", "rejected")
ALL_STATES = frozenset(STATES)
WORDS: Mapping[str, Mapping[str, str]] = {
    RECEIVED: {"vi": "đã nhận", "en": "received"},
    HAS_ISSUES: {"vi": "có vấn đề", "en": "has issues"},
    APPROVED: {"vi": "đã duyệt", "en": "approved"},
    REJECTED: {"vi": "bị trả lại", "en": "rejected"},
}
