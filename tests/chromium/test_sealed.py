"""
Somebody whose own server is blocked, and a mirror of theirs is not: three posts, one with a picture, written without a line, outlive
the browser, arrive through the mirror, once and in order, and are not sent twice when the way is free again.
"""

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from martlet.activitypub.things import Offer
from martlet.model.mirrors import Grant
from martlet.model.names import AccountId, Uri
from martlet.services import mirroring, tending_mirrors
from martlet.signing import proofs, sealed_posts
from martlet.signing.keys import PrivateKey
from martlet.storage import accounts, events, mirrored, mirrors
from martlet.storage.mirrors import Mirror
from martlet.storage.opening import open_store
from tests.carrying import ACTIVITY, Island, Islands, picture
from tests.chromium.conftest import PATIENCE_MS, PHONE, TOWN, UNHURRIED, Town, Visit
from tests.chromium.test_outbox import AT_HAND
from tests.client import Loop
from tests.elsewhere import Elsewhere
from tests.linked import Thread

WHO, PASSWORD = "tess", "behind the hill, over the sea"
ROOT_KEY = "/settings/root_key"
NOWHERE = "127.0.0.1:1"
PROPOSED = """async (root) => {
  const { proposal } = document.querySelector("[data-root-key]").dataset;
  return (await fetch(`${proposal}?root=${encodeURIComponent(root)}`)).json();
}"""
SENT = """(form, [statement, password]) => {
  form.elements.statement.value = statement;
  if (password) form.elements.password.value = password;
  form.submit();
}"""
KNOWN = """async () => {
  for (let n = 0; n < 600; n += 1) {
    await new Promise((done) => setTimeout(done, 100));
    if (!(await indexedDB.databases()).some((one) => one.name === "martlet.roads")) continue;
    const database = await new Promise((done) => {
      const asked = indexedDB.open("martlet.roads");
      asked.addEventListener("success", () => done(asked.result));
    });
    const all = database.transaction("road").objectStore("road").getAll();
    await new Promise((done) => all.addEventListener("success", done));
    database.close();
    if (all.result.some((one) => one.device && one.mirrors.length)) return true;
  }
  return false;
}"""


class Aside(Thread):
    """A loop that this thread, in which Playwright runs one, has nothing to do with, its end included."""

    def close(self) -> None:
        ending = threading.Thread(target=super().close)
        ending.start()
        ending.join()


class Outside(Elsewhere):
    """What the mirror sees of others."""

    def loop(self) -> Loop:
        return Aside()


class Hill(ThreadingHTTPServer):
    """A real Martlet as the mirror, in this process; the browser and the author's server reach it over HTTP."""

    def __init__(self, islands: Islands) -> None:
        super().__init__(("127.0.0.1", 0), Handing)
        self.island: Island = islands(f"127.0.0.1:{self.server_address[1]}", Outside())
        self.account = AccountId(0)

    @property
    def base(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @property
    def left(self) -> list[bytes]:
        """What lies there now."""
        with self.island.ground.store.read() as db:
            return [one.body for one in mirrored.waiting(db, self.account, 0, 100, 10**9)]

    def mirrors(self, town: Town) -> AccountId:
        """It has agreed to. Returns the account's id at its own server."""
        uri = f"{TOWN}/users/{WHO}"
        with closing(HTTPConnection("127.0.0.1", town.port)) as home:
            home.request("GET", f"/users/{WHO}", headers={"host": "localhost:3000", **ACTIVITY})
            self.island.beyond.documents[uri] = json.loads(home.getresponse().read())
        self.island.asks_for(uri)
        here, now = self.island.ground.here, self.island.ground.here.now_ms()
        grant = Grant(Uri(uri), since_at=0, max_bytes=10**7, until_at=now + 10**9, may_push=False)
        with self.island.ground.store.write() as db:
            actor = accounts.find_by_uri(db, Uri(uri))
            assert actor is not None
            self.account = actor.id
            mirroring.offered(db, Offer(Uri(f"{TOWN}/offers/1"), actor.uri, grant, now), actor, here)
            mirroring.accept(db, actor.id, here)
        return _mirrored_by(self, town.data)


class Handing(BaseHTTPRequestHandler):
    """Hands a request to the Martlet, and its answer back."""

    server: Hill

    def do_GET(self) -> None:
        self._hand_on()

    def do_POST(self) -> None:
        self._hand_on()

    def do_OPTIONS(self) -> None:
        self._hand_on()

    def _hand_on(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        headers = {name.lower(): value for name, value in self.headers.items()}
        assert "cookie" not in headers
        reply = self.server.island.api.call(self.command, self.path, body=body, headers=headers)
        self.send_response(reply.status)
        for name, value in {**reply.headers, "content-length": str(len(reply.body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(reply.body)

    def log_message(self, *_: object) -> None:
        """Nobody wants to read it."""


@pytest.fixture
def hill(islands: Islands) -> Iterator[Hill]:
    with Hill(islands) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()


def test_what_was_written_behind_a_block_arrives_through_a_mirror(
    visit: Visit, program: str, hill: Hill, tmp_path: Path
) -> None:
    free, town = f"127.0.0.1:{visit.town.port}", visit.town

    @contextmanager
    def browser(there: str) -> Iterator[tuple[BrowserContext, Page]]:
        """The same phone, started again; `there`: where its server is found."""
        context = visit.chromium.browser_type.launch_persistent_context(
            tmp_path / "phone",
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP localhost:3000 {there}"],
            viewport={"width": PHONE, "height": 740},
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(UNHURRIED)
        try:
            yield context, context.pages[0]
        finally:
            context.close()

    with browser(free) as (context, page):
        _sign_in(page, town)
        _has_keys(page)
        account = hill.mirrors(town)
        page.goto(TOWN + "/home")
        page.evaluate("navigator.serviceWorker.ready.then(() => null)")
        page.goto(TOWN + "/home")
        assert page.evaluate(AT_HAND, ["/write", "/outbox"])
        assert page.evaluate(KNOWN)
        context.set_offline(True)
        for n in range(3):
            _write(page, n)
        assert hill.left == []

    with browser(NOWHERE) as (_, page):
        page.goto(TOWN + "/outbox")
        expect(page.locator("[data-entry]")).to_have_count(3)
        left = page.locator("[data-entry]", has_text="Left at a mirror")
        expect(left).to_have_count(3)
        expect(page.locator("[data-entry] [data-throw]:visible")).to_have_count(0)
        page.reload()
        expect(left).to_have_count(3)
        left_there = hill.left
        assert [json.loads(one)["number"] for one in left_there] == [1, 2, 3]
        assert not any(b"Behind the hill" in sealed_posts.read(json.loads(one)).box for one in left_there)
        _drain(hill, town.data)
        _has_arrived(visit)

    with browser(free) as (_, page):
        page.goto(TOWN + "/outbox")
        expect(page.locator("[data-none]")).to_be_visible()
        assert hill.left == []
        _has_arrived(visit)
    with open_store("sqlite", town.data).write() as db:
        for one in mirrors.of_account(db, account):
            mirrors.update(db, one.id, state="ended")


def _sign_in(page: Page, town: Town) -> None:
    """Somebody whom no other test counts posts of."""
    command = [sys.executable, "-m", "martlet", "account", "create", WHO]
    more = ["--email", f"{WHO}@mail.example", "--password-stdin"]
    subprocess.run([*command, *more], env=town.environment, input=PASSWORD, text=True, check=True)
    page.goto(TOWN + "/auth/sign_in")
    page.fill("[name=identifier]", WHO)
    page.fill("[name=password]", PASSWORD)
    page.click("main button[type=submit], main form button")
    page.wait_for_url(lambda url: "/auth/" not in url)


def _has_keys(page: Page) -> None:
    """A root key of this test's, and one of this browser's that it has signed."""
    root = PrivateKey.make_ed25519()
    page.goto(TOWN + ROOT_KEY)
    _sign(page, root, "new", PASSWORD)
    form = page.locator("form[data-sign=device]")
    form.locator("[name=name]").fill("Phone")
    form.locator("button").click()
    page.wait_for_url("**done=device_key_added")
    _sign(page, root, "again")


def _sign(page: Page, root: PrivateKey, which: str, password: str = "") -> None:
    form = page.locator(f"form[data-sign={which}]")
    statement = proofs.sign_statement(page.evaluate(PROPOSED, root.public.to_did()), root, datetime.now(UTC))
    form.evaluate(SENT, [json.dumps(statement), password])
    page.wait_for_url("**done=root_key_published")


def _mirrored_by(hill: Hill, data: Path) -> AccountId:
    now = int(time.time() * 1000)
    with open_store("sqlite", data).write() as db:
        found = accounts.find_by_handle(db, WHO)
        assert found is not None
        one = Mirror(
            id=1,
            account_id=found.id,
            base=hill.base,
            server=Uri(f"{hill.base}/actor"),
            inbox=f"{hill.base}/inbox",
            offer=Uri(f"{TOWN}/offers/1"),
            state="accepted",
            may_push=0,
            max_bytes=10**6,
            asked_at=now,
            answered_at=now,
            until_at=now + 10**9,
            looked_at=now + 10**9,
            heard_at=now,
            kept_sequence=0,
            error="",
            next_at=now + 10**9,
        )
        mirrors.insert(db, one)
    return found.id


def _drain(hill: Hill, data: Path) -> None:
    """As it is done every half minute."""
    with open_store("sqlite", data).write() as db:
        events.add_job(db, tending_mirrors.DRAIN, "1", int(time.time() * 1000), key="drain")
    for _ in range(1200):
        if not hill.left:
            return
        time.sleep(0.1)
    pytest.fail("The server has not fetched what waits for it.")


def _write(page: Page, n: int) -> None:
    page.goto(TOWN + "/write")
    page.locator("#f-text").fill(f"Behind the hill {n}")
    page.evaluate("document.querySelector('#a-unlisted').click()")
    if n == 1:
        page.locator("[data-more-files] summary").click()
        page.set_input_files(
            "#f-files", {"name": "a.png", "mimeType": "image/png", "buffer": picture("maroon")}
        )
        page.locator("[data-later] textarea").fill("A dark red field")
    page.locator(".sending .go").click()
    page.wait_for_url(re.compile("/outbox"))
    expect(page.locator("[data-entry]")).to_have_count(n + 1)


def _has_arrived(visit: Visit) -> None:
    page = visit(f"/@{WHO}")
    words = page.locator("article .words", has_text="Behind the hill")
    expect(words).to_have_text([f"Behind the hill {n}" for n in (2, 1, 0)])
    expect(page.locator("article img[alt='A dark red field']")).to_have_count(1)
