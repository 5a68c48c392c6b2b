"""Behind the sample of nginx: its headers, read out of docs/nginx.conf, break no page and let nothing out."""

import base64
import hashlib
import re
import shutil
import socket
import socketserver
import threading
from contextlib import suppress
from pathlib import Path

import pytest
import streamlit
from playwright.sync_api import expect

from dashboard.access import Reader
from dashboard.layout import MENU, START
from dashboard.text import Text
from survey.publishing import keeping
from survey.store import Store

ROOT = Path(__file__).parents[2]
SAMPLE = (ROOT / "docs" / "nginx.conf").read_text(encoding="utf-8")
OWN_PAGE = (Path(streamlit.__file__).parent / "static" / "index.html").read_text(encoding="utf-8")
HEADERS = dict(re.findall(r'^\s*add_header (\S+) "(.*)" always;$', SAMPLE, re.MULTILINE))
MARKS = [name for name in re.findall(r"proxy_set_header (\S+) ", SAMPLE) if name.startswith("X-")]
OWN_SCRIPTS = re.findall(r"<script>(.*?)</script>", OWN_PAGE, re.DOTALL)
PAGES = [name for names in MENU.values() for name in names]
WITH_CHART = ("province", "districts", "fields")
PROBE = "/_stcore/"  # Streamlit looks for its own health below the address of a page first, and misses
VI = Text("vi")


class Front(socketserver.ThreadingTCPServer):
    """A server in front of the app that adds headers to its answers and, if wanted, the marks of a proxy."""

    daemon_threads = True

    def __init__(self, app_port, *, marks=()):
        super().__init__(("127.0.0.1", 0), Passing)
        self.app_port, self.marks, self.port = app_port, marks, self.server_address[1]

    def passed_on(self, asked):
        marks = [(name, "https" if name.endswith("Proto") else "203.0.113.9") for name in self.marks]
        if b"upgrade: websocket" not in asked.lower():  # one request a connection keeps the server small
            asked = re.sub(rb"(?im)^connection: .*\r\n", b"", asked)
            marks.append(("Connection", "close"))
        return asked + lines(marks)


class Passing(socketserver.BaseRequestHandler):
    """One connection of a browser: its request to the app, the answer back with the headers."""

    def handle(self):
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.server.app_port)) as app:
            asked, rest = head_of(self.request)
            app.sendall(self.server.passed_on(asked) + b"\r\n" + rest)
            sending = threading.Thread(target=pump, args=(self.request, app), daemon=True)
            sending.start()
            told, rest = head_of(app)
            self.request.sendall(told + lines(HEADERS.items()) + b"\r\n" + rest)
            pump(app, self.request)
            sending.join()


def head_of(source):
    """Read the head of a request or an answer, each of its lines ended, and what came with it."""
    told = b""
    while b"\r\n\r\n" not in told:
        piece = source.recv(65536)
        if not piece:
            raise ConnectionError("closed before its head was there")
        told += piece
    head, _, rest = told.partition(b"\r\n\r\n")
    return head + b"\r\n", rest


def pump(source, target):
    """Pass on what comes until one of both ends closes, then close both ways."""
    with suppress(OSError):
        while piece := source.recv(65536):
            target.sendall(piece)
    for end in (source, target):
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


def lines(headers):
    return "".join(f"{name}: {value}\r\n" for name, value in headers).encode()


@pytest.fixture(scope="module")
def app_port(serve, example_store, tmp_path_factory):
    """The app on the example wave, whose release is official."""
    root = tmp_path_factory.mktemp("behind") / "store"
    shutil.copytree(example_store.root, root)
    store = Store(root)
    name = store.releases()[-1]["release_id"]
    keeping.move(store.catalogue, name, "check", who="TK01", why="đã soát")
    keeping.move(store.catalogue, name, "official", who="PCT01", why="đồng ý")
    return int(serve(root).rpartition(":")[2])


@pytest.fixture(scope="module", params=["local", "public"])
def front(request, app_port):
    """The app behind the headers; for the public also behind the marks of the proxy."""
    made = Front(app_port, marks=MARKS if request.param == "public" else ())
    serving = threading.Thread(target=made.serve_forever, daemon=True)
    serving.start()
    yield made, Reader(request.param)
    made.shutdown()
    made.server_close()
    serving.join()


@pytest.fixture
def visit(browser, front):
    """Open a page; at the end nothing was asked of another host, and the policy stopped nothing of ours."""
    page = browser.new_page(viewport={"width": 1366, "height": 900})
    own = f"http://127.0.0.1:{front[0].port}/"
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url.replace("ws://", "http://")))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if complains(said) else None)

    def opened(path):
        answer = page.goto(own + path)
        assert {name: answer.headers.get(name.lower()) for name in HEADERS} == HEADERS
        page.wait_for_selector("h1")
        return page

    yield opened
    page.close()
    assert [url for url in asked if not url.startswith((own, "data:", "blob:"))] == []
    assert errors == []


def complains(said):
    """Whether it is an error, neither of the probe nor of a script of Streamlit that it can miss."""
    if said.type != "error" or PROBE in said.location.get("url", ""):
        return False
    return not any(f"sha256-{digest(script)}" in said.text for script in OWN_SCRIPTS)


def digest(script):
    return base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def test_sample_holds_the_policy_and_the_websocket():
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert all(one == "'self'" or one.startswith("'sha256-") for one in policy["script-src"].split())
    assert "http" not in HEADERS["Content-Security-Policy"]
    assert policy["frame-ancestors"] == "'none'"
    for needed in (
        "ssl_certificate ",
        "proxy_set_header Upgrade $http_upgrade",
        "location = /_stcore/metrics",
    ):
        assert needed in SAMPLE
    assert set(MARKS) == {"X-Forwarded-For", "X-Forwarded-Proto", "X-Real-IP"}


@pytest.mark.parametrize("name", PAGES)
def test_page_works_under_the_headers(visit, front, name):
    page = visit("" if name == START else name)
    if not front[1].may_open(name):
        page.get_by_text(VI("access.refused")).wait_for()
        expect(page.locator("input[type=file]")).to_have_count(0)
        return
    page.locator(".ks-foot, .ks-facts, .ks-banner, .ks-sentence, .ks-notice").first.wait_for()
    if name in WITH_CHART:
        page.wait_for_selector("[data-testid=stVegaLiteChart] canvas, [data-testid=stVegaLiteChart] svg")
    expect(page.get_by_text(VI("access.refused"))).to_have_count(0)
    expect(page.locator("[data-testid=stException]")).to_have_count(0)


def test_menu_shows_what_may_be_opened(visit, front):
    page = visit("")
    wanted = [VI(f"menu.{name}") for name in PAGES if front[1].may_open(name)]
    expect(page.locator("[data-testid=stSidebarNavLink]")).to_have_text(wanted, use_inner_text=True)
