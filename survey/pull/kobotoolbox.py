"""KoboToolbox API v2: the submissions of a project, oldest first, page by page."""

import requests

from survey.messages import Refusal, finding
from survey.pull.lines import SECONDS, answer, checked_address, secret, with_patience
from survey.pull.pages import Page, Record, Server

TOKEN = "KYNANGSO_KOBO_TOKEN"  # noqa: S105 - the name of a variable
OLDEST_FIRST = '{"_id":1}'


def project(address: str, asset: str) -> Server:
    """Return the project `asset` of the server at `address`; the key comes from ``KYNANGSO_KOBO_TOKEN``.

    Raises
    ------
    Refusal
        When the address or the key is not usable.
    """
    server = checked_address(address)
    url = f"{server}/api/v2/assets/{asset}/data.json"
    session = with_patience(requests.Session())
    session.headers["Authorization"] = f"Token {secret(TOKEN)}"

    def fetch(start: int, size: int) -> Page:
        wanted: dict[str, str | int] = {"start": start, "limit": size, "sort": OLDEST_FIRST}
        content = answer(lambda: session.get(url, params=wanted, timeout=SECONDS), url)
        try:
            return Page(list(content["results"]), int(content["count"]))
        except (KeyError, TypeError, ValueError):
            raise Refusal(finding("pull_answer", value=url)) from None

    return Server(asset, url, "_id", fetch, _wrapped)


def _wrapped(records: list[Record]) -> object:
    return {"count": len(records), "next": None, "previous": None, "results": records}
