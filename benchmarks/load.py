"""Measure how the app answers a crowd: sessions that come in a burst, and the first paint of each page.

Run ``kynangso demo --store var/benchmark`` first, then this script on an otherwise idle machine. It starts a
server of its own, lets 100 sessions open pages at the same moment and then all change the language at once,
in Streamlit's own messages over its websocket; then Chromium opens each page with an empty cache. It prints
a table and writes ``benchmarks/load.csv``.
"""

from __future__ import annotations

import asyncio
import csv
import os
import platform
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import websockets
from playwright.sync_api import Browser, sync_playwright
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from dashboard.layout import MENU

HERE = Path(__file__).resolve().parent
SESSIONS = 100
ALONE = 10
PAINTS = 3
READ = MENU["results"]
PAGES = tuple(name for names in MENU.values() for name in names)
PAINTED = """() => new Promise(settle => {
    new PerformanceObserver(list => settle(list.getEntries().at(-1).startTime))
        .observe({type: "largest-contentful-paint", buffered: true});
})"""


@dataclass(frozen=True, slots=True)
class Measured:
    """Seconds of many tries of one thing."""

    what: str
    page: str
    seconds: Sequence[float]

    def row(self) -> tuple[str, str, int, str, str, str]:
        """Write tries, median, 95th percentile and the longest."""
        ranked = sorted(self.seconds)
        high = ranked[max(round(0.95 * len(ranked)) - 1, 0)]
        figures = (statistics.median(ranked), high, ranked[-1])
        p50, p95, longest = (f"{figure:.3f}" for figure in figures)
        return self.what, self.page, len(ranked), p50, p95, longest


@contextmanager
def served(root: Path) -> Iterator[tuple[int, int]]:
    """Run the app on a store; the port and the process are yielded once the server answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    command = [sys.executable, "-m", "dashboard", "run", "app.py", "--server.port", str(port)]
    environment = {**os.environ, "KYNANGSO_STORE": str(root)}
    with subprocess.Popen(command, cwd=HERE.parent, env=environment, stdout=subprocess.DEVNULL) as server:
        for _ in range(150):
            with (
                suppress(OSError),
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1),
            ):
                break
            time.sleep(0.2)
        yield port, server.pid
        server.terminate()


def address_of(page: str) -> str:
    """Path of a page; the first one of the menu stands at the root."""
    return "" if page == READ[0] else page


def asking(page: str, words: str, script: str = "") -> bytes:
    """Ask for a run of a page, as the browser does."""
    message = BackMsg()
    message.rerun_script.query_string = words
    message.rerun_script.page_name = address_of(page)
    message.rerun_script.page_script_hash = script
    return bytes(message.SerializeToString())


async def run_through(channel: websockets.ClientConnection, page: str) -> str:
    """Read until the script of the page is through; return which script it was.

    Raises
    ------
    RuntimeError
        When the page failed, drew nothing, or was another one: a fast error is no fast page.
    """
    script, drawn, shown = "", 0, {"": ""}
    async for content in channel:
        message = ForwardMsg.FromString(content)
        kind = message.WhichOneof("type")
        if kind == "page_not_found" or message.delta.new_element.WhichOneof("type") == "exception":
            raise RuntimeError(str(message))
        drawn += kind == "delta"
        if kind == "navigation":
            script = message.navigation.page_script_hash
            shown = {known.page_script_hash: known.url_pathname for known in message.navigation.app_pages}
        elif kind == "script_finished" and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            break
    if drawn < 10 or shown[script] != address_of(page):
        raise RuntimeError(f"the page {shown[script]!r} drew {drawn} pieces")
    return script


async def session(
    port: int, page: str, gates: Sequence[asyncio.Event], arrived: asyncio.Semaphore
) -> list[float]:
    """Open a page when the first gate opens, change its language when the second does; seconds of both."""
    await gates[0].wait()
    began = time.perf_counter()
    url = f"ws://127.0.0.1:{port}/_stcore/stream"
    async with websockets.connect(
        url, subprotocols=["streamlit"], max_size=None, open_timeout=120
    ) as channel:
        await channel.send(asking(page, ""))
        script = await run_through(channel, page)
        opened = time.perf_counter() - began
        arrived.release()
        await gates[1].wait()
        began = time.perf_counter()
        await channel.send(asking(page, "lang=en", script))
        await run_through(channel, page)
        return [opened, time.perf_counter() - began]


async def crowd(port: int, pages: Sequence[str], name: str) -> list[Measured]:
    """Let the sessions come at once, each to the next of `pages`, and then all change something at once."""
    gates, arrived = (asyncio.Event(), asyncio.Event()), asyncio.Semaphore(0)
    async with asyncio.TaskGroup() as group:  # one that fails ends the others
        asked = [pages[one % len(pages)] for one in range(SESSIONS)]
        tasks = [group.create_task(session(port, page, gates, arrived)) for page in asked]
        gates[0].set()
        for _ in tasks:
            await arrived.acquire()
        gates[1].set()
    opened, changed = zip(*(task.result() for task in tasks), strict=True)
    what = f"{SESSIONS} sessions at once"
    return [Measured(f"{what} open", name, opened), Measured(f"{what} change the language", name, changed)]


def processor(server: int) -> float:
    """Processor seconds that a process has used, as Linux counts them: others add little to it."""
    fields = Path(f"/proc/{server}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def alone(port: int, page: str, server: int) -> list[Measured]:
    """Open a page several times with nobody else there; the first visit since the start fills the caches."""
    gate, tries = asyncio.Event(), []
    gate.set()
    for turn in range(1 + ALONE):
        tries.append((await session(port, page, (gate, gate), asyncio.Semaphore(0)))[0])
        if turn == 0:
            before = processor(server)
    used = (processor(server) - before) / (2 * ALONE)  # a session opens the page and changes its language
    return [
        Measured("first visit since the start", page, tries[:1]),
        Measured("one session alone", page, tries[1:]),
        Measured("processor time of a run", page, [used]),
    ]


def paint(browser: Browser, port: int, page: str) -> Measured:
    """Open a page with an empty cache: seconds to its largest paint once title and first words stand."""
    tries = []
    for _ in range(PAINTS):
        tab = browser.new_page(viewport={"width": 1366, "height": 900})
        tab.goto(f"http://127.0.0.1:{port}/{address_of(page)}", wait_until="commit")
        tab.wait_for_selector("[data-testid=stMain] h1")
        tab.wait_for_selector("[data-testid=stMain] .ks")
        tab.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]")
        tries.append(tab.evaluate(PAINTED) / 1000)
        tab.close()
    return Measured("largest paint in Chromium", page, tries)


def measure(root: Path) -> list[Measured]:
    """Measure everything on one server, the quiet things first."""
    found = []
    with served(root) as (port, server):
        for page in PAGES:
            found += asyncio.run(alone(port, page, server))
        for pages, name in (((READ[0],), READ[0]), (READ, "results")):
            found += asyncio.run(crowd(port, pages, name))
    chromium = shutil.which("chromium") or shutil.which("google-chrome")
    with served(root) as (port, _), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        found += [paint(browser, port, page) for page in PAGES]
        browser.close()
    return found


def main() -> int:
    """Measure, print, write."""
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "var" / "benchmark"
    if not (root / "catalogue.sqlite").exists():
        print(f"no store at {root}: run  kynangso demo --store {root}  first")
        return 2
    busy = os.getloadavg()[0]
    cores, version = os.cpu_count(), platform.python_version()
    machine = f"{platform.machine()}, {cores} cores, Python {version}, load before {busy:.1f}"
    heads = ("what", "page", "tries", "p50_seconds", "p95_seconds", "max_seconds")
    rows = [one.row() for one in measure(root)]
    print("{:44} {:14} {:>6} {:>12} {:>12} {:>12}".format(*heads))
    for row in rows:
        print("{:44} {:14} {:>6} {:>12} {:>12} {:>12}".format(*row))
    with (HERE / "load.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*heads, "machine"])
        writer.writerows([*row, machine] for row in rows)
    return 0


if __name__ == "__main__":
    sys.exit(main())
