"""Who is here, and what they may see and do: nothing but what is published, unless our own table says more.

The identity provider tells the address of a reader who logged in; the table of roles in the catalogue, read
at every run of a page, tells the rights. Whoever sits at this machine has all while no login is set up.
"""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args
from urllib.parse import urlsplit

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

from dashboard.stores import open_store
from survey.accounts import find_account
from survey.publishing.states import Action, State

Right = Literal[
    "read",  # what is published
    "drafts",  # releases that are not out, and what would become of them
    "upload",
    "review",
    "fieldwork",
    "report_targets",
    "decide_targets",
    "check",
    "publish",
]
ALL: frozenset[Right] = frozenset(get_args(Right))
PUBLIC, LOCAL = "public", "local"
RIGHTS: Mapping[str, frozenset[Right]] = {
    PUBLIC: frozenset({"read"}),
    "viewer": frozenset({"read"}),
    "uploader": frozenset({"read", "upload"}),
    "statistician": frozenset({"read", "drafts", "upload", "review", "fieldwork", "report_targets", "check"}),
    "approver": frozenset(
        {"read", "drafts", "fieldwork", "report_targets", "decide_targets", "check", "publish"}
    ),
    LOCAL: ALL,
}
# Who may open a page. One that is not here is for this machine alone.
PAGES: Mapping[str, Right] = {
    **dict.fromkeys(("province", "districts", "fields", "groups", "definition", "trend"), "read"),
    **dict.fromkeys(("international", "other_targets", "quality", "weights", "methods", "downloads"), "read"),
    **dict.fromkeys(("releases", "planning"), "read"),
    "upload": "upload",
    "review": "review",
    "fieldwork": "fieldwork",
}
# Steps before a publication are the statistician's; whatever the public notices is the approver's.
CHECKING: frozenset[tuple[State, Action]] = frozenset({("draft", "check"), ("checked", "return")})
# A proxy in front of the app says so in these; on the machine itself no browser sends them.
PROXY_MARKS = ("X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-Ip", "Forwarded", "Via")
OWN_NAMES = frozenset({"localhost", ""})


@dataclass(frozen=True, slots=True)
class Reader:
    """Somebody in front of a page.

    Attributes
    ----------
    role : str
        "public", "local", or the role of the account.
    code : str
        What the logs call the person; "" where nobody knows, so that a form has to ask.
    district : str
        Code of the only unit the account is for; "" for all.
    email : str
        Of the login; "" without one.
    """

    role: str
    code: str = ""
    district: str = ""
    email: str = ""

    def may(self, right: Right) -> bool:
        """Whether the reader has a right; a role that nobody knows has none."""
        return right in RIGHTS.get(self.role, frozenset())

    def may_open(self, page: str) -> bool:
        """Whether the reader may open a page."""
        right = PAGES.get(page)
        return self.role == LOCAL if right is None else self.may(right)

    def may_take(self, state: State, action: Action) -> bool:
        """Whether the reader may take a step with a release in a state."""
        return self.may("check" if (state, action) in CHECKING else "publish")


def reader() -> Reader:
    """Return who is here now, by the table of roles as it is at this moment."""
    if is_local():
        return Reader(LOCAL)
    email = _email()
    account = find_account(open_store().catalogue, email) if email else None
    if account is None:
        return Reader(PUBLIC, email=email)
    return Reader(account.role, account.code, account.district, email)


def may(right: Right) -> bool:
    """Whether who is here has a right."""
    return reader().may(right)


def may_open(page: str) -> bool:
    """Whether who is here may open a page."""
    return reader().may_open(page)


def is_local() -> bool:
    """Whether the reader sits at this machine, and no login is set up.

    A proxy on this machine comes from a local address, too: so its marks count, and the names by which the
    browser called the app.
    """
    headers = st.context.headers
    return (
        not accounts_configured()
        and is_loopback(st.context.ip_address)
        and not any(headers.get(mark) for mark in PROXY_MARKS)
        and is_own_name(headers.get("Host"))
        and is_own_name(headers.get("Origin"))
    )


def is_loopback(address: str | None) -> bool:
    """Whether an address is of this machine; one that cannot be read is not."""
    if address is None:  # Streamlit names no address for a local browser
        return True
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def is_own_name(host: str | None) -> bool:
    """Whether a browser called this machine by one of its own names; the port does not matter."""
    told = host or ""
    try:
        name = urlsplit(told if "//" in told else f"//{told}").hostname or ""
    except ValueError:
        return False
    return name in OWN_NAMES or is_loopback(name)


def accounts_configured() -> bool:
    """Whether a login is set up: ``[auth]`` in ``.streamlit/secrets.toml``; a damaged file counts."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError as problem:
        return getattr(problem, "error_id", None) != "no-secrets-found"


def _email() -> str:
    """Return the address of the login; "" without one, and for one that the provider calls unverified."""
    told = st.user.to_dict() if accounts_configured() else {}
    if told.get("is_logged_in") is not True or told.get("email_verified") is False:
        return ""
    return str(told.get("email") or "")
