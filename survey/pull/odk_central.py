"""ODK Central through pyodk: the submissions of a form as OData, repeats expanded, page by page."""

from pyodk._utils.config import CentralConfig, Config
from pyodk._utils.session import Session
from pyodk.client import Client
from pyodk.errors import PyODKError

from survey.messages import Refusal, finding
from survey.pull.lines import SECONDS, answer, checked_address, secret, with_patience
from survey.pull.pages import Page, Record, Server

USER, PASSWORD = "KYNANGSO_ODK_USER", "KYNANGSO_ODK_PASSWORD"
VERSION = "v1"


def form(address: str, project: int, form_id: str) -> Server:
    """Return a form of a project; user and password come from the environment, nothing is kept on disk.

    Raises
    ------
    Refusal
        When the address or a secret is not usable.
    """
    server = checked_address(address)
    central = CentralConfig(server, secret(USER), secret(PASSWORD))
    session = Session(server, VERSION, central.username, central.password)
    with_patience(session)
    client = Client(session=session, config=Config(central))
    table = session.urlformat("projects/{p}/forms/{f}.svc/Submissions", p=project, f=form_id)
    url = f"{server}/{VERSION}/{table}"

    def fetch(start: int, size: int) -> Page:
        wanted = {"$skip": start, "$top": size, "$count": "true", "$expand": "*"}
        try:
            content = answer(lambda: client.get(table, params=wanted, timeout=SECONDS), url)
        except PyODKError:  # the log-in failed
            raise Refusal(finding("pull_unauthorised", value=url)) from None
        try:
            return Page(list(content["value"]), int(content["@odata.count"]))
        except (KeyError, TypeError, ValueError):
            raise Refusal(finding("pull_answer", value=url)) from None

    return Server(form_id, url, "__id", fetch, _wrapped)


def _wrapped(records: list[Record]) -> object:
    return {"@odata.count": len(records), "value": records}
