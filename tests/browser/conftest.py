"""One server on a copy of the example store, one browser, and every page of the menu as a reader sees it."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import expect, sync_playwright

from dashboard.layout import MENU
from dashboard.readings import HEADLINE, PROVINCE, readings
from survey.store import Store

ROOT = Path(__file__).parents[2]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
LOCAL = ("http://127.0.0.1:", "ws://127.0.0.1:", "data:", "blob:")
PROBE = "/_stcore/"  # Streamlit looks for its own health below the address of a page first, and misses
DESK, PHONE = {"width": 1366, "height": 900}, {"width": 390, "height": 844}
FIRST = MENU["results"][0]
PATIENCE = 20  # looks at a page that is still being laid out
ON_A_PHONE = ("province", "districts", "upload")  # checked by axe-core at that width, too
READY = """() => {
    const app = document.querySelector('[data-testid=stApp]');
    if (!app || app.dataset.testScriptState !== 'notRunning') return false;
    const main = document.querySelector('[data-testid=stMain]');
    if (!main || !main.querySelector('h1') || !main.querySelector('.ks')) return false;
    if (main.querySelector('[data-testid=stSkeleton]')) return false;
    return [...document.querySelectorAll('[data-testid=stVegaLiteChart]')]
        .every(chart => !chart.checkVisibility() || chart.querySelector('canvas, svg'));
}"""
UNFOLD = """() => document.querySelectorAll('[data-testid=stExpander] details:not([open]) > summary')
    .forEach(summary => summary.click())"""
UNFOLDED = "() => !document.querySelector('[data-testid=stExpander] details:not([open])')"
LOOK = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    const cells = row => [...row.cells].map(cell => cell.textContent.trim());
    const inside = main.getBoundingClientRect();
    const watched = ".ks-hero b, h1, .stButton, .stDownloadButton, canvas, svg.marks";
    const sticking = [...main.querySelectorAll(watched)]
        .filter(one => one.checkVisibility() && one.getBoundingClientRect().right > inside.right + 1);
    const unread = [...document.querySelectorAll('[data-testid=stIconMaterial], .stFileUploader *')]
        .filter(one => one.dataset.testid === 'stIconMaterial' || getComputedStyle(one).fontSize === '0px');
    for (const one of unread) one.style.visibility = 'hidden';
    const told = {
        title: main.querySelector('h1').innerText,
        words: main.innerText + '\\n' + [...document.querySelectorAll('[data-testid=stSidebar]')]
            .map(one => one.innerText).join('\\n'),
        alternatives: [...main.querySelectorAll('[data-testid=stVegaLiteChart] [aria-label]')]
            .map(one => one.getAttribute('aria-label')),
        rows: [...main.querySelectorAll('table.ks-table tbody tr')].map(cells),
        over: Math.max(main.scrollWidth - main.clientWidth, document.body.scrollWidth - innerWidth),
        sticking: sticking.map(one => one.outerHTML.slice(0, 120)),
        failed: main.querySelectorAll('[data-testid=stException]').length,
        language: document.documentElement.lang,
    };
    for (const one of unread) one.style.visibility = '';
    return told;
}"""
BARRIERS = """async () => {
    const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
    const asked = {runOnly: {type: "tag", values: tags}, resultTypes: ["violations"]};
    const said = await axe.run(document, asked);
    return said.violations
        .filter(found => found.impact === "serious" || found.impact === "critical")
        .flatMap(({id, nodes}) => nodes.map(node => ({
            rule: id,
            inside: document.querySelector(node.target[0])?.closest('[data-testid]')?.dataset.testid || '',
            element: node.html,
            why: node.failureSummary,
        })));
}"""


@dataclass(frozen=True, slots=True)
class Look:
    """What one look at a page shows; `over` is by how many pixels it is too wide."""

    title: str
    words: str
    alternatives: list[str]
    rows: list[list[str]]
    over: int
    sticking: list[str]
    failed: int
    language: str
    barriers: list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Seen:
    """A page at both widths, with everything it asked of other hosts, and what went wrong in the browser."""

    desk: Look
    phone: Look
    elsewhere: list[str]
    errors: list[str]


@pytest.fixture(scope="session")
def browser():
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get("CI"):
        pytest.fail("no Chromium on this machine, and CI must run the browser tests")
    if found is None:
        pytest.skip("no Chromium on this machine")
    expect.set_options(timeout=30_000)  # two cores may be at work on other tests
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield running
        running.close()


@pytest.fixture(scope="session")
def chromium(browser):
    """One context, so that the files of the app are fetched once; each page in it is a session of its own."""
    context = browser.new_context(viewport=DESK, locale="vi-VN")
    yield context
    context.close()


@pytest.fixture(scope="session")
def store(example_store, tmp_path_factory):
    root = tmp_path_factory.mktemp("served") / "store"
    shutil.copytree(example_store.root, root)
    return Store(root)


@pytest.fixture(scope="session")
def serve():
    """Run the app on a store, on a free port; at the end its log holds no traceback."""
    running = []

    def start(root):
        port, log = free_port(), root.parent / "server.log"
        command = [sys.executable, "-m", "dashboard", "run", "app.py", "--server.port", str(port)]
        environment = {**os.environ, "KYNANGSO_STORE": str(root)}
        with log.open("w") as out:
            server = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out)
        running.append((server, log))
        wait_until_healthy(f"http://127.0.0.1:{port}/_stcore/health")
        return f"http://127.0.0.1:{port}"

    yield start
    for server, _ in running:
        server.terminate()
        server.wait()
    assert [log for _, log in running if "Traceback" in log.read_text(encoding="utf-8")] == []


@pytest.fixture(scope="session")
def address(serve, store):
    """Address of the app on a copy of the example store that no test changes."""
    return serve(store.root)


@pytest.fixture(scope="session")
def release(store):
    """The release that the served pages show."""
    return store.open_release(store.releases()[-1]["release_id"])


@pytest.fixture(scope="session")
def headline(release):
    return readings(release.estimates, HEADLINE, PROVINCE)[PROVINCE]


@pytest.fixture
def open_tab(chromium):
    """Open an address in a tab; at the end nothing was asked of another host, and nothing failed."""
    tabs = []

    def opened(url, size=DESK):
        tab = Tab(chromium, size)
        tabs.append(tab)
        tab.go(url)
        return tab.page

    yield opened
    for tab in tabs:
        tab.page.close()
    assert [tab.elsewhere for tab in tabs if tab.elsewhere] == []
    assert [tab.errors for tab in tabs if tab.errors] == []


@pytest.fixture
def visit(open_tab, address):
    """Open a page of the app by its path."""
    return lambda path, size=DESK: open_tab(address + path, size)


@pytest.fixture(scope="session")
def seen(chromium, address):
    """Look once at a page in a language, at both widths, all of it unfolded; remembered for every test."""
    known = {}

    def look(name, language):
        if (name, language) not in known:
            known[name, language] = look_at(chromium, address, name, language)
        return known[name, language]

    return look


class Tab:
    """A page of the browser that notes what it asks of other hosts and what goes wrong in it."""

    def __init__(self, context, size):
        self.elsewhere, self.errors = [], []
        self.page = context.new_page()
        self.page.set_viewport_size(size)
        self.page.on("request", lambda request: self.ask(request.url))
        self.page.on("websocket", lambda channel: self.ask(channel.url))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("console", self.hear)

    def ask(self, url):
        if not url.startswith(LOCAL):
            self.elsewhere.append(url)

    def hear(self, said):
        if said.type == "error" and PROBE not in said.location.get("url", ""):
            self.errors.append(said.text)

    def go(self, url):
        self.page.goto(url)
        settle(self.page)


def path_of(name):
    """Path of a page; the first one of the menu stands at the root."""
    return "/" if name == FIRST else f"/{name}"


def look_at(context, address, name, language):
    """Open a page at the width its reader most likely has, then look at the other width, too."""
    first, second = (PHONE, DESK) if language == "vi" else (DESK, PHONE)
    tab = Tab(context, first)
    tab.go(f"{address}{path_of(name)}?lang={language}")
    unfold(tab.page)
    looks = {first["width"]: take(tab.page, checked=name in ON_A_PHONE and language == "vi")}
    tab.page.set_viewport_size(second)
    tab.page.wait_for_function("width => innerWidth === width", arg=second["width"])
    settle(tab.page)
    looks[second["width"]] = take(tab.page, checked=language == "vi")
    tab.page.close()
    return Seen(looks[DESK["width"]], looks[PHONE["width"]], tab.elsewhere, tab.errors)


def take(page, *, checked):
    """Look at a page once it is laid out; where `checked`, axe-core goes over it."""
    look = page.evaluate(LOOK)
    for _ in range(PATIENCE):
        if look["over"] <= 0 and not look["sticking"]:
            break
        page.wait_for_timeout(250)  # a chart follows the width of its page a moment later
        look = page.evaluate(LOOK)
    barriers = []
    if checked:
        page.evaluate(AXE_SCRIPT)
        barriers = page.evaluate(BARRIERS)
    return Look(**look, barriers=barriers)


def settle(page):
    """Wait until the script of a page is through and its charts are drawn."""
    page.wait_for_selector("[data-testid=stMain] h1", timeout=60_000)
    page.wait_for_function(READY, timeout=60_000)


def unfold(page):
    """Open every fold of a page, so that nothing stays unseen."""
    page.evaluate(UNFOLD)
    page.wait_for_function(UNFOLDED)
    settle(page)


def free_port():
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


def wait_until_healthy(url):
    for _ in range(150):
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except OSError:
            time.sleep(0.2)
    pytest.fail("the server did not start within 30 s")


@pytest.fixture(scope="session")
def ready():
    """The two waits, for tests that act on a page: until it is settled, and with every fold open."""
    return settle, unfold
