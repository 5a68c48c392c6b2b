"""The pages of the app, run without a browser on the store of the example wave."""

from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

PAGES = Path(__file__).parents[2] / "dashboard" / "pages"


@pytest.fixture
def open_page(example_store, monkeypatch):
    """Run a page by name with the words of its address, by default on the example wave, from here."""

    def opened(name, store=example_store, local=True, email=None, **address):
        local = local and email is None
        monkeypatch.setattr("dashboard.access.is_local", lambda: local)
        monkeypatch.setenv("KYNANGSO_STORE", str(store.root))
        page = AppTest.from_file(str(PAGES / f"{name}.py"), default_timeout=60)
        if email is not None:  # a login that the identity provider vouches for
            page.secrets["auth"] = {"cookie_secret": "x"}
            page.user = {"is_logged_in": True, "email": email}
        for key, value in address.items():
            page.query_params[key] = value
        page.run()
        assert not page.exception, page.exception
        return page

    yield opened
    st.cache_resource.clear()


@pytest.fixture
def said():
    """Return everything a page says in words, one text."""

    def words(page):
        blocks = [block.proto.body for block in page.get("html")]
        return "\n".join([*(title.value for title in page.title), *blocks])

    return words


@pytest.fixture(scope="session")
def release(example_store):
    """The release of the example wave."""
    return example_store.open_release(example_store.releases()[-1]["release_id"])
