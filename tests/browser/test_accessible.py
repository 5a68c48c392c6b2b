"""No serious finding of axe-core on any page; what only Streamlit could mend is listed with its reason."""

import pytest

from dashboard.layout import MENU

NAMES = [name for names in MENU.values() for name in names]
ON_A_PHONE = ("province", "districts", "upload")
# (rule, part of Streamlit) -> why it stays
OF_STREAMLIT = {
    ("list", "stSidebarNavItems"): "the menu puts its sections as div straight into a ul",
    ("listitem", "stSidebarNavItems"): "the pages of a section are li inside such a div",
}


def ours(barriers):
    """Findings that are ours to mend."""
    return [found for found in barriers if (found["rule"], found["inside"]) not in OF_STREAMLIT]


@pytest.mark.parametrize("name", NAMES)
def test_page_has_no_serious_finding(seen, name):
    assert ours(seen(name, "vi").desk.barriers) == []


@pytest.mark.parametrize("name", ON_A_PHONE)
def test_page_has_no_serious_finding_on_a_phone(seen, name):
    assert ours(seen(name, "vi").phone.barriers) == []
