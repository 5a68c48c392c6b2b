"""A login by OpenID Connect, the provider being a few lines here: it says who, our table what they may."""

import base64
import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import closing, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from joserfc import jwk, jwt
from playwright.sync_api import expect

from dashboard.text import Text
from survey.accounts import give_role, take_role
from survey.store import Store

ROOT = Path(__file__).parents[2]
VI = Text("vi")
APPROVER = "approver@b.vn"


class Provider(BaseHTTPRequestHandler):
    """Lets everybody in at once under the address that the test sets, with claims that promise a role."""

    key = jwk.RSAKey.generate_key(2048, {"kid": "k"})
    email, asked = APPROVER, {}

    def do_GET(self):
        path, query = urlsplit(self.path).path, parse_qs(urlsplit(self.path).query)
        if path == "/authorize":
            Provider.asked = {name: values[0] for name, values in query.items()}
            back = urlencode({"code": "c", "state": self.asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{self.asked['redirect_uri']}?{back}")
            self.end_headers()
        else:
            self.tell({"/jwks": {"keys": [self.key.as_dict(private=False)]}}.get(path) or self.metadata())

    def do_POST(self):
        body = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if "code_challenge" in self.asked:
            digest = hashlib.sha256(body["code_verifier"][0].encode()).digest()
            assert self.asked["code_challenge"] == base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        now = int(time.time())
        claims = {
            "iss": self.base(), "sub": self.email, "aud": "kynangso", "iat": now, "exp": now + 3600,
            "nonce": self.asked.get("nonce"), "email": self.email,
            "roles": ["approver"], "groups": "approver",
        }  # fmt: skip
        token = jwt.encode({"alg": "RS256", "kid": "k"}, claims, self.key)
        self.tell({"access_token": "a", "token_type": "Bearer", "expires_in": 3600, "id_token": token})

    def base(self):
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def metadata(self):
        base = self.base()
        return {
            "issuer": base,
            "authorization_endpoint": f"{base}/authorize",
            "token_endpoint": f"{base}/token",
            "jwks_uri": f"{base}/jwks",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def tell(self, answer):
        content = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        """Say nothing."""


@pytest.fixture(scope="module")
def provider():
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    serving = threading.Thread(target=server.serve_forever, daemon=True)
    serving.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()
    serving.join()


@pytest.fixture(scope="module")
def store(example_store, tmp_path_factory):
    root = tmp_path_factory.mktemp("login") / "store"
    shutil.copytree(example_store.root, root)
    store = Store(root)
    give_role(store.catalogue, APPROVER, "approver", code="PCT01", who="QT01", why="giao")
    return store


@pytest.fixture(scope="module")
def address(store, provider):
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = f"http://127.0.0.1:{port}"
    secrets = store.root.parent / "secrets.toml"
    told = {
        "redirect_uri": f"{own}/oauth2callback",
        "cookie_secret": "k" * 48,
        "client_id": "kynangso",
        "client_secret": "s",
        "server_metadata_url": f"{provider}/.well-known/openid-configuration",
    }
    secrets.write_text("[auth]\n" + "".join(f'{name} = "{value}"\n' for name, value in told.items()))
    command = [
        sys.executable, "-m", "dashboard", "run", "app.py",
        "--server.port", str(port), "--secrets.files", str(secrets),
    ]  # fmt: skip
    log = store.root.parent / "server.log"
    environment = {**os.environ, "KYNANGSO_STORE": str(store.root)}
    with (
        log.open("w") as out,
        subprocess.Popen(command, cwd=ROOT, env=environment, stdout=out, stderr=out) as server,
    ):
        wait_until_healthy(f"{own}/_stcore/health")
        yield own
        server.terminate()
    assert "Traceback" not in log.read_text(encoding="utf-8")


def wait_until_healthy(url):
    for _ in range(150):
        with suppress(OSError), urllib.request.urlopen(url, timeout=1):
            return
        time.sleep(0.2)
    pytest.fail("the server did not start within 30 s")


@pytest.fixture
def page(browser, address):
    context = browser.new_context()
    opened = context.new_page()
    opened.goto(address)
    yield opened
    context.close()


def log_in(page, email):
    Provider.email = email
    page.get_by_role("button", name=VI("access.login")).click()


def test_story_of_an_account(page, store):
    """Nobody is local; the approver sees the draft; without the role nothing is left but to log out."""
    page.get_by_text(VI("access.no_release")).wait_for()
    expect(page.locator(".ks-hero")).to_have_count(0)
    log_in(page, APPROVER)
    page.get_by_text(VI("access.as", {"who": "PCT01", "role": VI("role.approver")})).wait_for()
    page.locator(".ks-hero").wait_for()
    take_role(store.catalogue, APPROVER, who="QT01", why="nghỉ việc")
    page.get_by_role("radio", name="English").or_(page.get_by_role("button", name="English")).first.click()
    page.get_by_text(Text("en")("access.no_release")).wait_for()
    expect(page.locator(".ks-hero")).to_have_count(0)
    page.get_by_role("button", name=Text("en")("access.logout")).click()
    page.get_by_role("button", name=VI("access.login")).or_(
        page.get_by_role("button", name=Text("en")("access.login"))
    ).wait_for()


def test_claims_of_the_provider_give_a_stranger_no_right(page):
    log_in(page, "stranger@b.vn")
    said = VI("access.as", {"who": "stranger@b.vn", "role": VI("role.public")})
    page.get_by_text(said).wait_for()
    page.get_by_text(VI("access.no_release")).wait_for()
    page.goto(page.url + "upload")
    page.get_by_text(VI("access.refused")).wait_for()
