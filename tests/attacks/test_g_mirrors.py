"""Group G: what hostile servers and readers try with mirrors."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from martlet import app
from martlet.activitypub import contexts
from martlet.activitypub.things import Offer
from martlet.federation.roads import offering
from martlet.model.mirrors import DAY, Grant
from martlet.model.names import Uri
from martlet.network.answers import Answer
from martlet.services import identities, mirroring, tending_mirrors
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import http_signatures
from martlet.signing.http_signatures import Scheme
from martlet.storage import accounts, events, mirrored, uris
from martlet.storage.mirrored import Mirrored
from tests.carrying import Island, Islands, note, signed, tombstone
from tests.client import Api, Reply
from tests.elsewhere import Elsewhere, Person
from tests.linked import Wire, mirror, work


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


def test_g9_f1_private_posts_are_in_no_mirror(islands: Islands, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    A third of what is written is for few, and somebody elsewhere follows. Nothing of that reaches a mirror: neither its database,
    nor its files, nor what it hands out; nor what waits for its server.
    """
    monkeypatch.setattr(offering, "WAITED", -1000)
    sea, hill = (islands(name, Wire(name)) for name in ("sea.example", "hill.example"))
    far, post = Elsewhere("far.example").person("zoe_from_afar"), sea.publish("ada", "Trunk")
    sea.api.post(f"/api/v1/accounts/{sea.person('ada').id}/follow", sea.person("carl_unshown"))
    mirror(sea, hill, "ada")
    for one in (sea, hill):
        assert isinstance(one.beyond, Wire)
        one.beyond.kept[far.uri] = json.dumps(far.document).encode()
    sea.asks_for(far.uri)
    with sea.ground.store.write() as db:
        zoe = uris.accounts_at(db, [Uri(far.uri)])[Uri(far.uri)]
        db.run(
            "INSERT INTO follow (id, follower_id, followed_id, is_accepted, uri) VALUES (1, :zoe, :ada, 1, 'x')",
            zoe=zoe,
            ada=sea.account("ada"),
        )
    shown, hidden = _write(sea)
    hidden += ["Seedling", "carl_unshown", "mail.example", "127.0.0.1"]
    room, few = f"/carry/v1/inbox?actor={quote(sea.uri('ada'), safe='')}", [f"{far.uri}/followers"]
    for to, cc in ((few, [sea.uri("ada")]), ([sea.uri("ada")], [])):
        said = far.note("Seedling", inReplyTo=post["uri"], to=to, cc=cc)
        body = signed(far, far.act("Create", said, to=to, cc=cc))
        by = _signed_by(far.signer, "POST", f"https://hill.example{room}", body)
        assert hill.api.post(room, body=body, headers=by).status == 403
    with hill.ground.store.write() as db:
        db.run("UPDATE mirrored SET next_at = 0")
        tending_mirrors.want_now(db, hill.ground.here)
    work(hill, sea)

    kept = _everything(hill)
    assert [word for word in shown if word not in kept] == []
    assert [word for word in hidden if word in kept] == []
    given = _all_given(sea, hill)
    assert [word for word in shown if word.encode() not in given] == []
    assert [word for word in (*hidden, "zoe_from_afar", "far.example") if word.encode() in given] == []
    assert _rows(sea, "SELECT count(*) FROM delivery")[0][0] > 0, "what waits is for the follower's server"


def _write(sea: Island) -> tuple[list[str], list[str]]:
    """What a mirror is to have, and what nobody but those it is for."""
    few: list[dict[str, Any]] = [{"visibility": "private"}, {"visibility": "direct"}, {"local_only": True}]
    shown, hidden = ["Trunk"], list[str]()
    for number in range(18):
        is_hidden = number % 3 == 0
        word = f"{'Root' if is_hidden else 'Tree'}{number:02}"
        more = {**few[number // 3 % 3]} if is_hidden else {"visibility": ("public", "unlisted")[number % 2]}
        if number % 9 == 0:
            more |= {"media_ids": [sea.picture("ada", f"#{number:02}4080")]}
        made = sea.publish("ada", f"{word} @zoe_from_afar@far.example" if is_hidden else word, **more)
        if is_hidden:
            files = _rows(sea, f"SELECT digest FROM media WHERE post_id = {int(made['id'])}")
            hidden += [word, made["id"], *(bytes(digest).hex() for (digest,) in files)]
        if number % 4 == 0:
            sea.api.delete(f"/api/v1/statuses/{made['id']}", sea.person("ada"))
        elif not is_hidden:
            shown.append(word)
    return shown, hidden


def _all_given(sea: Island, hill: Island) -> bytes:
    """What a mirror is sent and hands out, and what waits for its server."""
    key = hill.api.run(identities.request_key(hill.ground, identities.SERVER))
    server = http_signatures.Signer("https://hill.example/actor#main-key", key)
    asked = _signed_by(server, "GET", "https://sea.example/carry/v1/deliveries", None)
    ada, names = sea.uri("ada"), [row[0] for row in _rows(sea, "SELECT uri FROM post WHERE is_local = 1")]
    paths = [f"/carry/v1/object?id={quote(name, safe='')}" for name in names]
    paths += [f"/carry/v1/{what}={quote(ada, safe='')}" for what in ("actor?id", "outbox?actor")]
    answers = [hill.api.get(path) for path in (*paths, "/@ada@sea.example")]
    answers.append(sea.api.get("/carry/v1/deliveries", headers=asked))
    assert isinstance(sea.beyond, Wire)
    sent = [body for url, body in sea.beyond.posted if url.startswith("https://hill.example")]
    return b"\n".join([*(one.body for one in answers), *sent])


def _signed_by(signer: http_signatures.Signer, method: str, url: str, body: bytes | None) -> dict[str, str]:
    return http_signatures.sign_request(method, url, body, signer, Scheme.CAVAGE, datetime.now(UTC))


def _rows(island: Island, sql: str) -> list[Any]:
    with island.ground.store.read() as db:
        return list(db.rows(sql))


def _everything(island: Island) -> str:
    """All that a server's database holds of others, and the names of the files that it mirrors."""
    tables = [
        row[0]
        for row in _rows(
            island, "SELECT name FROM sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        )
        if row[0] not in ("users", "login")
    ]
    found = list[str](island.ground.mirrored.keys())
    for table in tables:
        for row in _rows(island, f'SELECT * FROM "{table}"'):
            found += [
                one.decode("latin-1") + one.hex() if isinstance(one, bytes) else str(one) for one in row
            ]
    return "\n".join(found)
