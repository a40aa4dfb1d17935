"""Groups B, C and H of the attacks: forms, the log, files, switches; many at once."""

import io
import logging
import re
import stat
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from martlet.cli import serve
from martlet.cli.check import of_settings
from martlet.http.logs import LINE, OneLine
from martlet.http.request import Request
from martlet.http.routes import RouteTree
from martlet.mastodon.door import MastodonDoor
from martlet.settings import Settings
from martlet.storage.opening import open_store
from tests.apps import BACK, new_app
from tests.browser import Browser
from tests.client import PASSWORD, Api, Reply
from tests.mastodon.acts import POSTS, publish

MULTIPART = {"content-type": "multipart/form-data; boundary=line"}
URLENCODED = {"content-type": "application/x-www-form-urlencoded"}
PART = b'--line\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (MULTIPART, b"x" * 1_000_000 + b"\r\n" + PART % (b"status", b"x") + b"--line--\r\n"),
        (MULTIPART, b"".join(PART % (b"a%d" % n, b"1") for n in range(15_000)) + b"--line--\r\n"),
        (MULTIPART, PART % (b"status", b"x" * 2_000_000) + b"--line--\r\n"),
        (MULTIPART, PART % (b"status", b"x" * 500_000) + b"--line--\r\n"),
        (MULTIPART, b"--line\r\n" + b"X-A: b\r\n" * 50_000 + b"\r\n\r\nx\r\n--line--\r\n"),
        (MULTIPART, b"--line\r\n" + b"X" * 900_000 + b": b\r\n\r\nx\r\n--line--\r\n"),
        (MULTIPART, b'--line\r\nContent-Disposition: form-data; name="' + b"n" * 500_000 + b'"\r\n\r\nx\r\n--line--\r\n'),
        (MULTIPART, b"--line\r\nContent-Disposition: form-data; " + b"a=b;" * 200_000 + b"\r\n\r\nx\r\n--line--\r\n"),
        (MULTIPART, PART % (b"status", b"no end")),
        ({"content-type": "multipart/form-data"}, PART % (b"status", b"x")),
        ({"content-type": "multipart/form-data; boundary=" + "l" * 5000}, b"x"),
        ({"content-type": "multipart/form-data; " + ";" * 60_000 + "boundary=line"}, b"\r\n" * 400_000),
        (URLENCODED, b"&".join(b"a%d=1" % n for n in range(100_000))),
        (URLENCODED, b"a;" * 500_000),
        (URLENCODED, b"a" + b"[a]" * 300_000 + b"=1"),
        (URLENCODED, b"status[" * 100_000),
        ({"content-type": "application/json"}, b"[" * 1_000_000),
        ({"content-type": "application/json"}, b'{"status":' * 90_000),
        ({"content-type": "application/json"}, b'{"status": ' + b"9" * 900_000 + b"}"),
    ],
    ids=["preamble", "parts", "two MB", "a field", "headers", "a header", "a name", "options", "no end", "no boundary", "boundary", "semicolons", "fields", "a;", "nested", "brackets", "lists", "objects", "digits"],
)  # fmt: skip
def test_c8_forms_that_are_work_are_refused_at_once(
    api: Api, tmp_path: Path, headers: dict[str, str], body: bytes, bugs: list[str]
) -> None:
    """C8"""
    ada = api.person("ada")
    for path in (POSTS, "/api/v2/media", "/auth/sign_in"):
        began = time.process_time()
        reply = api.post(path, ada, headers=headers, body=body)
        assert reply.status in (400, 403, 413, 422), f"{path}: {reply.status}"
        assert time.process_time() - began < 3
    assert not bugs
    assert list(tmp_path.rglob("upload-*")) == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post") == 0


def test_h2_nobodys_body_is_not_read(api: Api) -> None:
    """H2, C8"""

    async def read() -> bytes:
        raise AssertionError("the body was read before it was known who sent it")

    async def ask(method: str, path: str) -> int:
        headers = [(b"host", b"localhost:3000"), (b"content-length", b"1000"), (b"content-type", b"application/json")]  # fmt: skip
        answer = await api.built.application.answer(
            Request(method, path.encode(), headers, "127.0.0.1", read)
        )
        return answer.status

    for door in api.built.application.doors:
        if isinstance(door, MastodonDoor):
            for operation in door.operations:
                if operation.access == "user" and operation.method != "GET":
                    path = operation.path.replace("{", "").replace("}", "")
                    assert api.run(ask(operation.method, path)) == 401, path


def test_b10_no_service_worker_but_one(api: Api) -> None:
    """B10"""
    for path in ("/static/martlet.css", "/media/aa/bb/cc.webp", "/", "/api/v1/instance", "/sw.js"):
        reply = api.get(path, headers={"service-worker": "script"})
        assert reply.status == 403
        assert "service-worker-allowed" not in reply.headers
    one = api.get("/service-worker.js", headers={"service-worker": "script"})
    assert (one.status, "service-worker-allowed" in one.headers) == (200, False)


# -- H4 ------------------------------------------------------------------


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that all loggers say, down to debug, as it would be written."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLine(LINE))
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    logging.getLogger("martlet").setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(before)
    logging.getLogger("martlet").setLevel(logging.NOTSET)


def test_h4_no_secret_reaches_the_log(api: Api, log: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    """H4, A18"""
    ada = api.person("ada")
    app = new_app(api)
    secrets = [PASSWORD, "wrong horse", ada.token, app["client_secret"]]
    browser = Browser(api)
    browser.sign_in(ada, "wrong horse")
    browser.sign_in(ada)
    browser.get("/settings")
    secrets += browser.cookies.values()
    grant = {
        "grant_type": "password",
        "username": "ada@mail.example",
        "password": PASSWORD,
        "redirect_uri": BACK,
    }
    granted = api.post(
        "/oauth/token", form=grant | {name: app[name] for name in ("client_id", "client_secret")}
    )
    secrets.append(granted.json["access_token"])
    publish(api, ada, "@ada a private thought", visibility="direct")
    api.post(POSTS, ada, body=b"--\r\nsecret thought", headers=MULTIPART)
    api.get("/api/v1/timelines/home", "mt_not_a_token_at_all")
    api.get("/invite/qwertyuiopasdfghjkl")
    api.get("/auth/password/qwertyuiopasdfghjkl.zxcvbnm")
    secrets += ["mt_not_a_token_at_all", "qwertyuiopasdfghjkl", "secret thought"]
    application = api.built.application  # and then everything breaks
    broken = (application.doors[-1], _broken), dict[str, str]()
    monkeypatch.setattr(RouteTree, "find", lambda *_: broken)
    for path in ("/auth/password/qwertyuiopasdfghjkl", POSTS, "/settings/password"):
        assert api.post(path, ada, form={"password": PASSWORD, "status": "private thought"}).status == 500
    written = log.getvalue()
    assert "failed" in written
    assert "a bug" in written
    for secret in secrets:
        assert len(str(secret)) < 6 or str(secret) not in written, secret
    assert "private thought" not in written
    assert "mail.example" not in written


async def _broken(request: Any, params: Any) -> Reply:
    raise RuntimeError("a bug")


# -- H6 ------------------------------------------------------------------


def test_h6_nul_is_taken_nowhere(api: Api, bugs: list[str]) -> None:
    """H6: no database takes it in a text, and PostgreSQL says so by an error."""
    ada = api.person("ada")
    api.work()  # where jobs are run, the server says that it is ready
    paths = sorted({path for door in api.built.application.doors for method, path in door.routes.paths})
    for path in paths:
        for filled in {re.sub(r"{\w+}", "a\0b", path), re.sub(r"{\w+}", "\0", path)} - {path}:
            for method in ("GET", "POST", "PUT", "DELETE"):
                assert api.call(method, filled, ada).status in (404, 405), (method, filled)
    names = ("q", "acct", "id", "id[]", "name", "max_id", "resource", "client_id", "state", "next", "lang", "code", "redirect_uri", "scope", "any[]", "local", "type")  # fmt: skip
    for path in paths:
        for name in names:
            bare = re.sub(r"{\w+}", "1", path)
            assert api.get(f"{bare}?{name}=%00&response_type=code", ada).status < 500, (path, name)
    assert not bugs


# -- H5, H7, H8 ----------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    ["/metrics", "/debug", "/status", "/admin", "/admin/", "/.env", "/.git/config", "/data/martlet.sqlite3", "/martlet.toml", "/secret", "/docs", "/server-status"],
)  # fmt: skip
def test_h5_nothing_of_the_operators_is_public(api: Api, path: str) -> None:
    """H5, H1"""
    for who in (None, api.person("ada"), api.person("owen", role="owner")):
        assert api.get(path, who).status == 404
        assert api.post(path, who).status in (404, 405)


def test_h5_files_are_for_the_server_alone(application: Any, settings: Settings, tmp_path: Path) -> None:
    """H5"""
    folder = tmp_path / "fresh"
    folder.mkdir(mode=0o755)
    store = open_store("sqlite", folder)
    with store.write() as db:
        db.run("CREATE TABLE thing (id INTEGER)")
    for file in folder.iterdir():
        if file.is_file() and not file.name.endswith(".writer"):
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
    store.close()
    secret = settings.folder / "secret"
    for file in settings.folder.glob("secret*"):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600, secret


@pytest.mark.parametrize(
    ("verb", "table"), [("favourite", "mark"), ("bookmark", "mark"), ("reblog", "post"), ("pin", "pin"), ("mute", "thread_mute")]
)  # fmt: skip
def test_h7_fifty_of_the_same_at_once_are_one(api: Api, verb: str, table: str) -> None:
    """H7"""
    ada = api.person("ada")
    post = publish(api, ada)
    with api.built.ground.store.read() as db:
        before = db.value(f"SELECT count(*) FROM {table}")
    replies = api.at_once(api.calling("POST", f"{POSTS}/{post['id']}/{verb}", ada) for _ in range(50))
    assert {reply.status for reply in replies} <= {200, 422}
    with api.built.ground.store.read() as db:
        assert db.value(f"SELECT count(*) FROM {table}") == before + 1
    shown = api.get(f"{POSTS}/{post['id']}", ada).json
    assert shown["favourites_count"] == (1 if verb == "favourite" else 0)
    assert shown["reblogs_count"] == (1 if verb == "reblog" else 0)


def test_h7_fifty_votes_at_once_are_one(api: Api) -> None:
    """H7"""
    ada, bob = api.person("ada"), api.person("bob")
    poll = publish(api, ada, "?", poll={"options": ["a", "b"], "expires_in": 3600})["poll"]
    path = f"/api/v1/polls/{poll['id']}"
    replies = api.at_once(
        api.calling("POST", f"{path}/votes", bob, json={"choices": ["0"]}) for _ in range(50)
    )
    assert sorted({reply.status for reply in replies}) == [200, 422]
    assert sum(reply.status == 200 for reply in replies) == 1
    assert api.get(path).json["votes_count"] == 1


def test_h8_dangerous_switches_are_told_at_the_start(
    store: Any, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """H8"""
    risky = msgspec.structs.replace(settings, allow_private_addresses=True, rate_limits=False)
    serve.greeting(risky, store)
    told = capsys.readouterr().err
    assert "allow_private_addresses" in told
    assert "rate_limits" in told
    default = Settings()
    assert not default.allow_private_addresses
    assert default.rate_limits
    assert [finding for finding in of_settings(default) if finding.verdict == "bad"] == []
