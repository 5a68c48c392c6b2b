"""The line to a server: secrets from the environment, only over https, every failure a sentence."""

import os
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.util.retry import Retry

from survey.messages import Refusal, finding

SECONDS = (10.0, 120.0)
RETRIES = 4
PAUSE = 0.5
_TRANSIENT = (429, 500, 502, 503, 504)
_OWN_MACHINE = frozenset({"127.0.0.1", "localhost", "::1"})
_CODES = {401: "pull_unauthorised", 403: "pull_unauthorised", 404: "pull_not_found"}


def secret(variable: str) -> str:
    """Return a secret from the environment; it is never taken from the command line or written anywhere.

    Raises
    ------
    Refusal
        When the variable is not set.
    """
    value = os.environ.get(variable, "").strip()
    if not value:
        raise Refusal(finding("pull_secret_missing", value=variable))
    return value


def checked_address(address: str) -> str:
    """Return the address of a server without a closing slash.

    Raises
    ------
    Refusal
        When it is no address, or secrets would travel in the clear.
    """
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _OWN_MACHINE)
    if not safe or not parts.hostname or parts.username:
        raise Refusal(finding("pull_address", value=address))
    return address.rstrip("/")


def with_patience(session: requests.Session) -> requests.Session:
    """Let a session try again where the server is busy or the line breaks, for some seconds."""
    retry = Retry(total=RETRIES, backoff_factor=PAUSE, status_forcelist=_TRANSIENT, raise_on_status=False)
    for scheme in ("https://", "http://"):
        session.mount(scheme, requests.adapters.HTTPAdapter(max_retries=retry))
    return session


def answer(ask: Callable[[], requests.Response], address: str) -> dict[str, Any]:
    """Return the JSON object that a server answers.

    Parameters
    ----------
    ask : callable
        Sends the request.
    address : str
        Named in the sentence when it fails; holds no secret.

    Raises
    ------
    Refusal
        ``pull_unreachable``, ``pull_unauthorised``, ``pull_not_found``, ``pull_failed`` or ``pull_answer``.
    """
    try:
        response = ask()
        content = response.json() if response.ok else {}
    except requests.JSONDecodeError:
        raise Refusal(finding("pull_answer", value=address)) from None
    except requests.RequestException:
        raise Refusal(finding("pull_unreachable", value=address)) from None
    if not response.ok:
        code = _CODES.get(response.status_code, "pull_failed")
        raise Refusal(finding(code, value=address, facts={"status": f"{response.status_code}"}))
    if not isinstance(content, dict):
        raise Refusal(finding("pull_answer", value=address))
    return content
