"""Every choice of a page lives in its address: whoever opens the address sees the same view."""

import pytest

from dashboard import layout

NAMES = [name for names in layout.MENU.values() for name in names]
WIDGETS = (
    "selectbox",
    "segmented_control",
    "radio",
    "slider",
    "number_input",
    "multiselect",
    "checkbox",
    "toggle",
)
# Work in progress about one household or one report: it chooses no view, and its words stay out of addresses.
WORK = ("review_household", "targets_report", "targets_decide", "releases_step", "releases_action")


@pytest.fixture
def asked(monkeypatch):
    """Every choice that a page takes from its address: name -> options."""
    known, remembered = {}, layout.remembered

    def remember(name, options):
        known[name] = options
        return remembered(name, options)

    monkeypatch.setattr(layout, "remembered", remember)
    return known


def widgets(page):
    """Widgets outside forms by key."""
    return {one.key: one for kind in WIDGETS for one in getattr(page, kind) if not one.form_id}


@pytest.mark.parametrize("name", NAMES)
def test_an_address_shows_the_same_view_in_another_session(open_page, said, asked, name):
    page = open_page(name)
    views = [key for key in widgets(page) if not key.startswith(WORK)]
    assert set(views) <= set(asked)
    chosen = {key: asked[key][-1] for key in views}
    for key, option in chosen.items():
        widgets(page)[key].set_value(option).run()
        assert not page.exception
    address = {
        key: value[0] if isinstance(value, list) else value for key, value in page.query_params.items()
    }
    assert {key for key, option in chosen.items() if option != asked[key][0]} <= set(address)
    assert said(open_page(name, **address)) == said(page)
