"""Deny by default: who is here, from where, with which role of our own table, and what that opens."""

from types import SimpleNamespace

import pytest
from streamlit.errors import StreamlitSecretNotFoundError

from dashboard import access
from dashboard.access import ALL, PAGES, RIGHTS, Reader, is_loopback, is_own_name
from dashboard.layout import MENU
from dashboard.layout import PAGES as FOLDER
from dashboard.text import Text
from survey.accounts import ROLES, give_role, take_role
from survey.publishing.states import TRANSITIONS
from survey.store import Store

VI = Text("vi")
EVERY_PAGE = [name for names in MENU.values() for name in names]
CLOSED = ("upload", "review", "fieldwork")
# Who may open a page that not everybody may open.
OPENED_BY = {
    "upload": {"local", "uploader", "statistician"},
    "review": {"local", "statistician"},
    "fieldwork": {"local", "statistician", "approver"},
}
EVERY_ROLE = ("public", *ROLES, "local")
BY = {"who": "QT01", "why": "phân công"}
MAIL = "phong.tk@binhphuoc.gov.vn"


@pytest.mark.parametrize(
    ("address", "local"),
    [
        (None, True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("192.168.1.5", False),
        ("10.0.0.1", False),
        ("2001:db8::1", False),
        ("", False),
        ("localhost", False),
    ],
)
def test_only_loopback_is_local(address, local):
    assert is_loopback(address) is local


@pytest.mark.parametrize(
    ("host", "own"),
    [
        (None, True),
        ("localhost:8501", True),
        ("127.0.0.1:8501", True),
        ("[::1]:8501", True),
        ("http://127.0.0.1:8501", True),
        ("https://kynangso.binhphuoc.gov.vn", False),
        ("kynangso.binhphuoc.gov.vn", False),
        ("192.168.1.5:8501", False),
        ("null", False),
        ("[::1", False),
        ("localhost.evil.vn", False),
    ],
)
def test_the_browser_called_this_machine_by_its_own_name(host, own):
    assert is_own_name(host) is own


def at(monkeypatch, headers=None, ip=None, secrets=()):
    context = SimpleNamespace(headers=headers or {}, ip_address=ip)
    monkeypatch.setattr(access, "st", SimpleNamespace(context=context, secrets=secrets))


def test_a_browser_on_this_machine_is_local(monkeypatch):
    at(monkeypatch, {"Host": "localhost:8501", "Origin": "http://localhost:8501"})
    assert access.is_local()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-For": "203.0.113.9"},
        {"X-Real-Ip": "203.0.113.9"},
        {"Forwarded": "for=203.0.113.9"},
        {"Via": "1.1 proxy"},
        {"Host": "kynangso.binhphuoc.gov.vn"},
        {"Host": "127.0.0.1:8501", "Origin": "https://kynangso.binhphuoc.gov.vn"},
    ],
)
def test_a_proxy_on_this_machine_makes_nobody_local(monkeypatch, headers):
    at(monkeypatch, headers)
    assert not access.is_local()
    assert access.reader() == Reader("public")


def test_with_a_login_set_up_nobody_is_local(monkeypatch):
    at(monkeypatch, secrets=("auth",))
    assert not access.is_local()


@pytest.mark.parametrize(("error", "configured"), [("no-secrets-found", False), ("failed-parsing", True)])
def test_damaged_secrets_open_nothing(monkeypatch, error, configured):
    class Secrets:
        def __contains__(self, name):
            raise StreamlitSecretNotFoundError("damaged", error_id=error)

    at(monkeypatch, secrets=Secrets())
    assert access.accounts_configured() is configured


def test_every_page_says_who_may_open_it():
    assert set(EVERY_PAGE) <= set(PAGES)


def test_every_page_that_is_not_for_all_begins_by_asking():
    for name in EVERY_PAGE:
        asks = f'layout.admit(text, "{name}")' in (FOLDER / f"{name}.py").read_text(encoding="utf-8")
        assert asks == (PAGES[name] != "read"), name


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_role_opens_its_pages_and_no_other(role):
    opened = {page for page in EVERY_PAGE if Reader(role).may_open(page)}
    assert opened == set(EVERY_PAGE) - {page for page in CLOSED if role not in OPENED_BY[page]}


def test_an_unknown_role_and_an_unknown_page_have_nothing():
    assert not any(Reader("admin").may(right) for right in ALL)
    assert not Reader("approver").may_open("invented")
    assert set(RIGHTS) == set(EVERY_ROLE)


def test_only_an_approver_changes_what_the_public_sees():
    for state, action in TRANSITIONS:
        before = (state, action) in {("draft", "check"), ("checked", "return")}
        allowed = {role for role in EVERY_ROLE if Reader(role).may_take(state, action)}
        assert allowed == ({"approver", "local", "statistician"} if before else {"approver", "local"})


@pytest.fixture(scope="module")
def store(example_store, tmp_path_factory):
    """An empty store with an account of every role."""
    made = Store(tmp_path_factory.mktemp("accounts") / "store")
    for number, role in enumerate(ROLES):
        give_role(made.catalogue, f"{role}@binhphuoc.gov.vn", role, code=f"M{number}", **BY)
    return made


@pytest.mark.parametrize("page", CLOSED)
@pytest.mark.parametrize("role", ["public", *ROLES])
def test_page_at_its_address_is_refused_or_opened(open_page, said, store, role, page):
    told = said(open_page(page, store=store, email=f"{role}@binhphuoc.gov.vn"))
    assert (VI("access.refused") in told) == (role not in OPENED_BY[page])
    assert (VI("upload.no_wave") in told) == (role in OPENED_BY[page])


@pytest.mark.parametrize(
    "told",
    [
        {"is_logged_in": False},
        {"is_logged_in": "true"},
        {"email_verified": False},
        {"email": "stranger@binhphuoc.gov.vn", "roles": ["approver"], "groups": "approver"},
        {"email": ""},
        {"email": None},
    ],
)
def test_a_claim_of_the_cookie_gives_no_right(open_page, said, store, told):
    page = open_page("fieldwork", store=store, email="approver@binhphuoc.gov.vn")
    assert VI("access.refused") not in said(page)
    page.user = {"is_logged_in": True, "email": "approver@binhphuoc.gov.vn", **told}
    assert VI("access.refused") in said(page.run())


def test_a_removed_user_has_no_rights_at_the_next_run(open_page, said, store):
    give_role(store.catalogue, MAIL, "approver", code="PCT09", **BY)
    page = open_page("fieldwork", store=store, email=MAIL)
    assert VI("access.refused") not in said(page)
    take_role(store.catalogue, MAIL, **BY)
    assert VI("access.refused") in said(page.run())
