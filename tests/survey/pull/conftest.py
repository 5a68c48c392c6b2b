"""A local server that speaks the protocols of KoboToolbox API v2 and ODK Central, with faults on demand."""

import json
import threading
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from survey.pull import lines

KOBO_KEY, ODK_USER, ODK_PASSWORD, ODK_TOKEN = "9f8e", "xem@tinh.example", "bí mật", "t0k3n"
LARGEST_PAGE = 40
ASSET, FORM = "aXk9", "digiskill_hh"


class Answers(BaseHTTPRequestHandler):
    """One request; what the server holds and how it fails stands in `server.state`."""

    protocol_version = "HTTP/1.1"

    def log_message(self, *_words):
        """Keep the output of the tests clean."""

    def do_POST(self):
        """Log in to ODK Central."""
        told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if told == {"email": ODK_USER, "password": ODK_PASSWORD}:
            return self.answer(
                200, {"token": ODK_TOKEN, "csrf": "c", "expiresAt": "2026-12-31T00:00:00.000Z"}
            )
        return self.answer(
            401, {"message": "Could not authenticate with the provided credentials.", "code": 401.2}
        )

    def do_GET(self):
        """Give a page of submissions."""
        state, url = self.server.state, urlsplit(self.path)
        state.asked.append(self.path)
        number = len(state.asked)
        if fault := state.faults.get(number):
            return self.fail(fault)
        words = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == f"/api/v2/assets/{ASSET}/data.json":
            return self.kobo(state, words)
        if unquote(url.path) == f"/v1/projects/7/forms/{FORM}.svc/Submissions":
            return self.central(state, words)
        return self.answer(404, {"detail": "Not found."})

    def kobo(self, state, words):
        """Answer as KoboToolbox: oldest first where asked, never more than its own limit."""
        if self.headers.get("Authorization") != f"Token {KOBO_KEY}":
            return self.answer(401, {"detail": "Invalid token."})
        records = (
            sorted(state.kobo, key=lambda one: one["_id"]) if words.get("sort") == '{"_id":1}' else state.kobo
        )
        start, size = int(words["start"]), min(int(words["limit"]), LARGEST_PAGE)
        page = {
            "count": len(records),
            "next": "…",
            "previous": None,
            "results": records[start : start + size],
        }
        return self.answer(200, page)

    def central(self, state, words):
        """Answer as ODK Central: newest first; without expansion only links to the repeats."""
        if self.headers.get("Authorization") != f"Bearer {ODK_TOKEN}":
            return self.answer(401, {"message": "…", "code": 401.2})
        start, size = int(words["$skip"]), min(int(words["$top"]), LARGEST_PAGE)
        records = state.central[::-1]
        if words.get("$expand") != "*":
            records = [{**one, "b": {k: v for k, v in one["b"].items() if k != "member"}} for one in records]
        page = {"@odata.context": "…", "value": records[start : start + size]}
        if words.get("$count") == "true":
            page["@odata.count"] = len(records)
        return self.answer(200, page)

    def fail(self, fault):
        """Break the line, write nonsense, or answer with an error."""
        if fault == "break":
            self.connection.close()
            self.close_connection = True
            return None
        if fault == "nonsense":
            return self.answer(200, "<html>Bảo trì</html>")
        return self.answer(fault, {"detail": "…"})

    def answer(self, status, content):
        """Send a status and content as JSON."""
        body = content.encode() if isinstance(content, str) else json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


class State:
    """What the server holds, what it was asked, and the faults by number of the request."""

    def __init__(self):
        self.kobo, self.central, self.asked, self.faults = [], [], [], {}

    def starts(self):
        """How often each position was asked for."""
        found = (parse_qs(urlsplit(path).query) for path in self.asked)
        return Counter(int((words.get("start") or words.get("$skip"))[0]) for words in found)


@pytest.fixture
def server(monkeypatch):
    monkeypatch.setattr(lines, "PAUSE", 0.0)
    monkeypatch.setattr(lines, "RETRIES", 1)
    for variable, value in (
        ("KYNANGSO_KOBO_TOKEN", KOBO_KEY),
        ("KYNANGSO_ODK_USER", ODK_USER),
        ("KYNANGSO_ODK_PASSWORD", ODK_PASSWORD),
        ("NO_PROXY", "127.0.0.1"),
    ):
        monkeypatch.setenv(variable, value)
    running = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    running.daemon_threads = True
    running.state = State()
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    running.address = f"http://127.0.0.1:{running.server_port}"
    yield running
    running.shutdown()
    running.server_close()
    thread.join()
