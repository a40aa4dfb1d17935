"""Group G: what hostile servers and readers try with mirrors."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from martlet import app
from martlet.activitypub import contexts
from martlet.activitypub.things import Offer
from martlet.model.mirrors import DAY, Grant
from martlet.model.names import Uri
from martlet.network.answers import Answer
from martlet.services import mirroring, tending_mirrors
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.storage import accounts, events, mirrored
from martlet.storage.mirrored import Mirrored
from tests.carrying import note, signed, tombstone
from tests.client import Api, Reply
from tests.elsewhere import Elsewhere, Person


class Log(Elsewhere):
    """A server that answers with whatever log it likes."""

    lines: tuple[bytes, ...] = ()

    async def get(self, url: str, **options: Any) -> Answer:
        if urlsplit(url).path != "/carry/v1/outbox":
            return await super().get(url, **options)
        is_first = url.endswith("after=0")
        link = f'<{url.partition("&after")[0]}&after=9>; rel="next"'
        shown = self.lines if is_first else [line for line in self.lines if b"LogCheckpoint" in line]
        headers = {"content-type": "application/jsonl", "link": link}
        return Answer(200, headers, b"".join(line + b"\n" for line in shown), url)


@pytest.fixture
def origin() -> Log:
    return Log()


@pytest.fixture
def api(ground: Ground, settings: Settings, origin: Log) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, origin))
    yield client
    client.close()


@pytest.fixture
def eve(api: Api, origin: Log) -> Person:
    """Whose mirror this server is."""
    found, here = origin.person("eve"), api.built.ground.here
    api.get("/api/v2/search", api.person("asker"), query={"q": found.uri, "resolve": "true"})
    with api.built.ground.store.write() as db:
        account = accounts.find_by_uri(db, Uri(found.uri))
        assert account is not None
        now = here.now_ms()
        grant = Grant(account.uri, 0, 1 << 30, now + DAY)
        mirroring.offered(db, Offer(Uri(f"{found.uri}#1"), account.uri, grant, now), account, here)
        mirroring.accept(db, account.id, here)
    return found


def read_log(api: Api, eve: Person) -> Mirrored:
    """Have the log read from its beginning."""
    origin = api.built.ground
    with origin.store.write() as db:
        one = mirrored.find_by_uri(db, Uri(eve.uri))
        assert one is not None
        mirrored.update(db, one.account_id, cursor="", etag="")
        body = str(one.account_id)
        events.add_job(db, tending_mirrors.SYNC, body, origin.here.now_ms())
    api.work()
    with origin.store.read() as db:
        found = mirrored.find_by_uri(db, Uri(eve.uri))
    assert found is not None
    return found


def handed_out(api: Api, uri: str) -> Reply:
    return api.get(f"/carry/v1/object?id={quote(uri, safe='')}")


def checkpoint(eve: Person, sequence: int, total: int) -> bytes:
    return signed(
        eve,
        {
            "@context": contexts.CHECKPOINT,
            "id": f"{eve.uri}#log-{sequence}",
            "type": "LogCheckpoint",
            "attributedTo": eve.uri,
            "published": "2026-11-01T12:00:00Z",
            "sequence": sequence,
            "totalItems": total,
            "months": [{"month": "2026-11", "totalItems": total, "digest": "00" * 32}],
        },
    )


def test_g12_g9_g8_a_log_is_read_as_a_strangers_file_is(api: Api, origin: Log, eve: Person) -> None:
    """Only what its author signed for everybody is kept; an older checkpoint does not take the place of a newer one."""
    mallory = origin.person("mallory")
    good = note(eve, id=f"{eve.uri}/posts/good")
    hidden = note(eve, id=f"{eve.uri}/posts/hidden", to=[f"{eve.uri}/followers"], cc=[])
    forged = note(eve, id=f"{eve.uri}/posts/forged").replace(b"Hello", b"Hallo")
    others = signed(
        mallory, {**eve.note(), "id": f"{eve.uri}/posts/others", "published": "2026-11-01T12:00:00Z"}
    )
    hers = note(mallory, id=f"{mallory.uri}/posts/hers")
    abroad = note(eve, id="https://third.example/posts/1")
    ours = note(eve, id="http://localhost:3000/users/asker/posts/1")
    loose = note(eve, id=f"{eve.uri}/posts/loose").replace(b'{"@context"', b'{ "@context"')
    origin.lines = (good, hidden, forged, others, hers, abroad, ours, loose, checkpoint(eve, 5, 3))
    one = read_log(api, eve)
    assert (one.checkpoint_sequence, one.missing) == (5, 2)
    names = [json.loads(line)["id"] for line in (good, hidden, forged, others, hers, abroad, ours, loose)]
    assert [handed_out(api, name).status for name in names] == [200, *[404] * 7]
    assert handed_out(api, names[0]).body == good

    origin.lines = (good, checkpoint(eve, 3, 1))
    assert read_log(api, eve).checkpoint_sequence == 5
    for broken in (b"[1]", b"not json", b"9" * 300_000, b"[" * 100_000):
        origin.lines = (broken,)
        assert read_log(api, eve).failures > 0
    assert handed_out(api, names[0]).status == 200


def test_g11_g7_a_copy_is_no_original_and_ends_with_it(api: Api, origin: Log, eve: Person) -> None:
    """A mirrored post is no ActivityPub document anywhere here; deleted, it is gone, and does not come back."""
    good = note(eve, id=f"{eve.uri}/posts/good")
    origin.lines = (good,)
    read_log(api, eve)
    name = f"{eve.uri}/posts/good"
    wanted = {"accept": "application/activity+json"}
    answers = [
        api.get(f"/carry/v1/object?id={quote(name, safe='')}", headers=wanted),
        api.get(f"/carry/v1/actor?id={quote(eve.uri, safe='')}", headers=wanted),
        api.get("/@eve@peer.example", headers=wanted),
    ]
    assert [reply.status for reply in answers] == [200, 404, 302]
    assert not any("activity" in reply.headers.get("content-type", "") for reply in answers)
    assert answers[2].headers["location"] == eve.uri
    origin.lines = (tombstone(eve, name), good)
    read_log(api, eve)
    assert handed_out(api, name).status == 410
    assert b"Hello" not in api.get("/@eve@peer.example").body
    with api.built.ground.store.write() as db:
        account = accounts.find_by_uri(db, Uri(eve.uri))
        assert account is not None
        db.run("UPDATE account SET suspended_at = 1 WHERE id = :id", id=account.id)
    assert [handed_out(api, name).status, api.get("/@eve@peer.example").status] == [404, 404]
