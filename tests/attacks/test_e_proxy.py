"""What strangers try with the files that we show of other servers (docs/security.md, E9 and C)."""

import asyncio
import itertools
from collections.abc import Iterator

import pytest

from martlet import app
from martlet.model import remote_media
from martlet.model.remote_media import FileForm, FileUse
from martlet.proxy.fetching import OF_ONE_HOST
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person
from tests.proxy.acts import HERE, attached, get, shown, tell
from tests.proxy.conftest import FILES, picture

SEA = f"{FILES}/sea.jpg"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
HTML = b"<!doctype html><title>x</title><script>alert(1)</script>"
NOTE = b'{"@context":"https://www.w3.org/ns/activitystreams","type":"Note","id":"http://localhost:3000/x"}'
DOCUMENTS = (
    "application/activity+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
    "text/html",
)


@pytest.fixture
def there() -> Elsewhere:
    found = Elsewhere()
    found.files[SEA] = picture()
    return found


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    client = Api(app.build_on(ground, settings, there))
    yield client
    client.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def sea(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> str:
    """The address of a picture that nobody has looked at yet."""
    tell(api, there, eve, ada, attached())
    found: str = shown(api, ada)["media_attachments"][0]["url"]
    return found


def test_e9_only_what_we_gave_out_is_fetched(api: Api, there: Elsewhere, sea: str) -> None:
    """Neither anybody's address, nor a file that we know by its number, nor one file's token for another."""
    _, _, _, _, use, id, token, form = sea.split("/")
    secret = api.built.ground.here.proxy_key
    for path in (
        f"/proxy/{use}/{id}/{'a' * 32}/{form}",
        f"/proxy/{use}/{id}/{token[:-1]}{'a' if token[-1] != 'a' else 'b'}/{form}",
        f"/proxy/{use}/{int(id) + 1}/{token}/{form}",
        f"/proxy/avatar/{id}/{token}/{form}",
        f"/proxy/{use}/{id}/{token.upper()}/{form}",
        f"/proxy/{use}/{id}/é/{form}",
        remote_media.path(b"another server's", FileUse.MEDIA, int(id), SEA, FileForm.ORIGINAL),
        remote_media.path(b"", FileUse.MEDIA, int(id), SEA, FileForm.ORIGINAL),
    ):
        reply = api.get(path)
        assert reply.status == 403, path
        assert reply.headers["content-type"].startswith("text/plain")
    for path in (
        "/proxy/https://evil.example/x",
        f"/proxy?url={SEA}",
        f"/proxy/{use}/0x1/{token}/{form}",
        f"/proxy/{use}/{id}/{token}/huge",
        f"/proxy/secrets/{id}/{token}/{form}",
        f"/proxy/{use}/{'9' * 30}/{token}/{form}",
        remote_media.path(secret, FileUse.MEDIA, 1, SEA, FileForm.ORIGINAL),
        remote_media.path(secret, FileUse.AVATAR, 1, SEA, FileForm.ORIGINAL),
    ):
        assert api.get(path).status == 404, path
    assert SEA not in there.asked


@pytest.mark.parametrize(
    "headers",
    [
        {"via": "1.1 martlet-media (peer.example)"},
        {"via": "2.0 Caddy, 1.1 Martlet-Media (x)"},
        {"user-agent": "Martlet/1.0 (+https://peer.example)"},
        {"user-agent": "Misskey/2026.1 (https://peer.example)"},
    ],
    ids=["via", "via after another", "martlet", "misskey"],
)
def test_e9_proxies_do_not_ask_each_other_in_circles(
    api: Api, there: Elsewhere, sea: str, headers: dict[str, str]
) -> None:
    assert api.get(sea.removeprefix(HERE), headers=headers).status == 403
    assert SEA not in there.asked
    assert get(api, sea, via="1.1 nginx").status == 200


@pytest.mark.parametrize("body", [SVG, HTML, NOTE, b"#EXTM3U\nhttp://127.0.0.1/", b"%PDF-1.7\n", b""])
def test_c2_c3_e9_pages_and_documents_do_not_come_through(
    api: Api, there: Elsewhere, sea: str, body: bytes
) -> None:
    there.files[SEA] = body
    reply = get(api, sea)
    assert reply.status == 415
    assert body == b"" or body not in reply.body
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert list(api.built.ground.cache.keys()) == []


def test_c2_e9_what_comes_through_is_what_we_say_it_is(api: Api, sea: str) -> None:
    for accept in DOCUMENTS:
        reply = get(api, sea, accept=accept)
        assert (reply.status, reply.headers["content-type"]) == (200, "image/jpeg")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in reply.headers["content-security-policy"]
        assert "default-src 'none'" in reply.headers["content-security-policy"]


def test_c3_e9_what_hides_in_a_picture_stays_behind(api: Api, there: Elsewhere, sea: str) -> None:
    there.files[SEA] = picture("PNG") + HTML
    reply = get(api, sea)
    assert reply.status == 200
    assert HTML not in reply.body
    assert b"stranger" not in reply.body


def test_c11_a_deleted_posts_picture_is_fetched_no_more(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    api.patch("/api/v2/notifications/policy", ada, json={"for_private_mentions": "accept"})
    note = tell(api, there, eve, ada, attached(), to=[f"{HERE}/users/ada"])
    sea = shown(api, ada)["media_attachments"][0]["url"]
    there.bring(api, eve.act("Delete", {"id": note["id"], "type": "Tombstone"}))
    assert get(api, sea).status == 404
    assert SEA not in there.asked


def test_e9_a_slow_server_holds_up_its_own_files_only(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many of a host's files are wanted, few are fetched at a time, and others come meanwhile."""
    slow = [f"https://slow.example/{number}" for number in range(12)]
    tell(api, there, eve, ada, *(attached(url) for url in slow), attached())
    *dripping, quick = (one["url"].removeprefix(HERE) for one in shown(api, ada)["media_attachments"])
    under_way, most, begun, done = 0, 0, asyncio.Event(), asyncio.Event()
    save = there.save

    async def slowly(url: str, *rest: object, **more: object) -> object:
        nonlocal under_way, most
        if url not in slow:
            return await save(url, *rest, **more)  # type: ignore[arg-type]  # handed on
        under_way += 1
        most = max(most, under_way)
        if under_way == OF_ONE_HOST:
            begun.set()
        await done.wait()
        under_way -= 1
        return await save(SEA, *rest, **more)  # type: ignore[arg-type]  # handed on

    monkeypatch.setattr(there, "save", slowly)

    async def all_at_once() -> tuple[int, list[int]]:
        waiting = [asyncio.ensure_future(api.calling("GET", path)) for path in dripping]
        await begun.wait()
        first = (await api.calling("GET", quick)).status
        assert not any(task.done() for task in waiting)
        done.set()
        return first, [(await task).status for task in waiting]

    first, rest = api.run(all_at_once())
    assert (first, set(rest), most) == (200, {200}, OF_ONE_HOST)


def test_e9_addresses_of_one_file_do_not_tell_those_of_another() -> None:
    made = {
        remote_media.path(b"secret", use, id, SEA, FileForm.ORIGINAL).split("/")[4]
        for use, id in itertools.product(FileUse, range(50))
    }
    assert len({token[8:] for token in made}) == len(FileUse) * 50
    assert all(len(token) == remote_media.TOKEN_LETTERS for token in made)
