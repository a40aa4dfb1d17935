"""Group H of the attacks: what is sent as a secret stands in no line of the log, whatever fails; and whose line it is."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import msgspec
import pytest

from martlet import app
from martlet.http.logs import LINE, OneLine, OneObject, without_secrets
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests.client import Api

MARKER = "s3cr3t0marker"


@pytest.fixture
def logs() -> Iterator[tuple[io.StringIO, io.StringIO]]:
    """All that all loggers say, down to debug, in both formats."""
    texts, objects = io.StringIO(), io.StringIO()
    handlers = [logging.StreamHandler(texts), logging.StreamHandler(objects)]
    handlers[0].setFormatter(OneLine(LINE))
    handlers[1].setFormatter(OneObject())
    root, ours = logging.getLogger(), logging.getLogger("martlet")
    before = root.level
    for handler in handlers:
        root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    ours.setLevel(logging.DEBUG)
    yield texts, objects
    for handler in handlers:
        root.removeHandler(handler)
    root.setLevel(before)
    ours.setLevel(logging.NOTSET)


def test_h4_no_method_tells_the_log_a_secret(
    api: Api, logs: tuple[io.StringIO, io.StringIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    """H4"""
    ada = api.person("ada")
    routes = {
        (method, path)
        for door in api.built.application.doors
        for method, path in door.routes.paths
        if "streaming" not in path
    }
    store = type(api.built.ground.store)
    monkeypatch.setattr(store, "writing", _fails)
    for method, path in sorted(routes):
        sent: dict[str, Any] = {
            "query": {"access_token": MARKER, "code": MARKER, "token": MARKER},
            "headers": {"cookie": f"martlet={MARKER}", "x-forwarded-for": "192.0.2.1"},
        }
        if method != "GET":
            sent["form"] = {"password": MARKER, "client_secret": MARKER, "status": MARKER}
        api.call(method, path.replace("{", "").replace("}", ""), ada, **sent)
    monkeypatch.setattr(store, "reading", _fails)
    for path in ("/api/v2/search", "/api/v1/timelines/home", "/settings/apps", "/users/ada"):
        sent = {"query": {"access_token": MARKER}, "headers": {"cookie": f"martlet={MARKER}"}}
        api.get(path, MARKER, **sent)
    for written in (told.getvalue() for told in logs):
        assert MARKER not in written
        assert ada.token not in written
        assert written.count("RuntimeError: broken") > 20


async def _fails(*_: object, **__: object) -> Any:
    raise RuntimeError("broken")


@pytest.mark.parametrize(
    "text",
    [
        "GET /api/v1/streaming?access_token=SECRET&stream=user",
        "Authorization: Bearer SECRET",
        "b'authorization', b'Basic SECRET'",
        "{'password': 'SECRET', 'x': 1}",
        '{"client_secret": "SECRET"}',
        "/oauth/callback?code=SECRET",
        "Cookie: SECRET",
        "Set-Cookie: session=SECRET; Path=/",
    ],
)
def test_h4_what_looks_like_a_secret_is_left_out(text: str) -> None:
    """H4"""
    left = without_secrets(text)
    assert "SECRET" not in left
    assert "…" in left


def test_ids_of_requests(
    ground: Ground,
    settings: Settings,
    logs: tuple[io.StringIO, io.StringIO],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """In the answer and in every line; a proxy's own only where it is ours, and fit to stand in a line."""
    near = Api(app.build_on(ground, settings))
    far = Api(app.build_on(ground, msgspec.structs.replace(settings, trusted_proxies=("10.0.0.1",))))
    monkeypatch.setattr(type(ground.store), "reading", _fails)
    given = "7f3c1d5e-proxy.1"
    told = near.get("/api/v2/search?q=x", "x", headers={"x-request-id": given})
    assert (told.status, told.headers["x-request-id"]) == (500, given)
    entries = [json.loads(line) for line in logs[1].getvalue().splitlines()]
    about = [entry for entry in entries if entry["logger"] == "martlet.http"]
    assert [entry["cause"] for entry in about] == [given]
    assert about[0]["message"] == "GET /api/v2/search failed"
    assert about[0]["level"] == "error"
    assert "RuntimeError: broken" in about[0]["error"]
    assert f"GET /api/v2/search failed [{given}]\n" in logs[0].getvalue()
    for client, id in ((far, given), (near, "a b"), (near, "x" * 129), (near, ""), (near, "ü")):
        made = client.get("/health", headers={"x-request-id": id}).headers["x-request-id"]
        assert made
        assert made != id
    near.close()
    far.close()
