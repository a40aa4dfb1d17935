"""Rows that nothing should have let in: what is shown beside them is shown all the same (docs/security.md, D20)."""

import random
from collections.abc import Iterator
from typing import Any

import pytest

from martlet import app
from martlet.mastodon.serialize.bodies import PLACEHOLDER
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

BOB = "http://localhost:3000/users/bob"
WORDS = [
    "", "\u200b", "\u202e<b", "</p></div><script>", ":blobcat:" * 50, "@bob" * 100, "#" * 400, "a" * 5000, "\u2028", "{{ 7 * 7 }}",
    "{% for %}", "<math><mtext></table><mglyph><style>", "<" * 300, "&#x0;", "\u0645" * 200, "🏳️‍🌈" * 90, "https://" + "x" * 1900,
    "<ruby>" * 200, "<a href='//[::1'>x</a>", "\ufdfd", "%s%n", "\\", "\x07",
]  # fmt: skip
MOMENTS: list[Any] = [
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59Z",
    "1969-12-31T23:59:59Z",
    "2026-02-30T00:00:00Z",
    "soon",
    7,
]
NUMBERS: list[Any] = [-1, 0, 0.5, 2**31, 2**53, 10**30, True, "7", None, [], {}]
ADDRESSES = [
    "https://peer.example/1.png", "http://[::1]/x", "https://peer.example:99999/", "javascript:alert(1)", "data:text/html,x",
    "https://xn--/x.mp4", "https://peer.example/%ff%fe", "https://peer.example/" + "y" * 1900, "//peer.example", "",
]  # fmt: skip


def word(dice: random.Random) -> str:
    return dice.choice(WORDS)


def moment(dice: random.Random) -> Any:
    return dice.choice(MOMENTS)


def number(dice: random.Random) -> Any:
    return dice.choice(NUMBERS)


def address(dice: random.Random) -> str:
    return dice.choice(ADDRESSES)


def strange(dice: random.Random) -> Document:
    """What may stand in a post, each value of the right kind and out of all proportion."""
    file = {
        "type": dice.choice(["Document", "Image", "Video", "Audio", "Link"]), "name": word(dice), "url": address(dice),
        "mediaType": dice.choice(["image/png", "video/mp4", "audio/x", "image/", "/", word(dice)]), "blurhash": word(dice),
        "width": number(dice), "height": number(dice), "duration": dice.choice([number(dice), "PT9999999S", word(dice)]),
        "focalPoint": [number(dice), number(dice)], "icon": {"url": address(dice), "width": number(dice)},
    }  # fmt: skip
    tags = [
        {"type": "Emoji", "name": dice.choice([":blobcat:", word(dice)]), "icon": {"url": address(dice)}, "updated": moment(dice)},
        {"type": "Hashtag", "name": word(dice), "href": address(dice)},
        {"type": "Mention", "name": word(dice), "href": dice.choice([BOB, address(dice)])},
    ]  # fmt: skip
    options = [
        {"type": "Note", "name": word(dice), "replies": {"totalItems": number(dice)}} for _ in range(3)
    ]
    place = {
        "type": "Place",
        "name": word(dice),
        "address": dice.choice([word(dice), {"streetAddress": word(dice)}]),
    }
    everything: Document = {
        "type": dice.choice(["Note", "Question", "Article", "Page", "Image", "Video", "Audio", "Event"]),
        "content": word(dice), "name": word(dice), "summary": word(dice), "published": moment(dice), "updated": moment(dice), "url": address(dice),
        "sensitive": number(dice), "attachment": [file, {**file, "name": word(dice)}], "tag": tags, "contentMap": {word(dice): word(dice)},
        "oneOf": options, "endTime": moment(dice), "closed": moment(dice), "votersCount": number(dice), "startTime": moment(dice),
        "location": place, "likes": {"totalItems": number(dice)}, "mediaType": dice.choice(["text/html", "text/markdown"]),
        "language": {"identifier": word(dice)}, "timezone": word(dice), "duration": number(dice), "icon": [file], "image": file,
    }  # fmt: skip
    return {name: everything[name] for name in dice.sample(sorted(everything), dice.randrange(3, 14))}


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere()


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    found = Api(app.build_on(ground, settings, there))
    yield found
    found.close()


def pages(api: Api, bob: client.Person, eve: Person, post: Document) -> dict[str, int]:
    """What every page answers on which Eve's posts may stand."""
    account = api.get("/api/v1/accounts/lookup", bob, query={"acct": f"{eve.username}@peer.example"}).json
    found = {}
    for viewer in (bob, None):
        for path in (
            "/api/v1/timelines/home", "/api/v1/timelines/public", "/api/v1/timelines/public?only_media=true",
            f"/api/v1/statuses/{post['id']}/context", f"/api/v1/accounts/{account['id']}",
            f"/api/v1/accounts/{account['id']}/statuses", "/api/v1/notifications", "/api/v1/timelines/tag/hello",
            f"/@bob/{post['id']}", "/@bob", "/", "/api/v2/search?q=hello",
        ):  # fmt: skip
            found[f"{path} {viewer is not None}"] = api.get(path, viewer, query={"limit": 40}).status
    return {path: status for path, status in found.items() if status not in {200, 302, 303, 401}}


@pytest.mark.parametrize("seed", range(3))
def test_d20_whatever_is_stored_all_pages_stay(
    api: Api, there: Elsewhere, bugs: list[str], seed: int
) -> None:
    dice = random.Random(seed)
    bob, eve = api.person("bob"), there.person("eve")
    post = api.post("/api/v1/statuses", bob, json={"status": "Hello"}).json
    there.bring(api, eve.act("Follow", BOB))
    kept = 0
    for _ in range(40):
        note = {**eve.note(), "inReplyTo": post["uri"], **strange(dice)}
        if there.send(api, eve.act(dice.choice(["Create", "Create", "Update"]), note), eve).status == 202:
            kept += 1
    eve.extra = {
        "name": dice.choice(WORDS), "summary": dice.choice(WORDS), "icon": {"url": dice.choice(ADDRESSES)},
        "attachment": [{"type": "PropertyValue", "name": dice.choice(WORDS), "value": dice.choice(WORDS)}],
        "published": dice.choice(MOMENTS), "url": dice.choice(ADDRESSES),
    }  # fmt: skip
    there.bring(api, eve.act("Update", eve.document))
    api.work()
    assert kept > 20
    assert pages(api, bob, eve, post) == {}
    assert bugs == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post WHERE is_local = 0") > 10
        assert db.rows("SELECT name, error FROM job WHERE error <> ''") == []


POISONS = {
    "sizes of a picture": "UPDATE media SET meta = '{'",
    "a moment": "UPDATE post SET created_at = 1000000000000000000 WHERE is_local = 0",
    "an edit": "UPDATE post SET edited_at = 1000000000000000000 WHERE is_local = 0",
    "a poll's end": "UPDATE poll SET expires_at = 1000000000000000000",
    "fields of a profile": "UPDATE account SET fields = '[1', version = version + 1 WHERE host <> ''",
    "an account's age": "UPDATE account SET created_at = 1000000000000000000, version = version + 1 WHERE host <> ''",
}


@pytest.mark.parametrize("poison", POISONS)
def test_d20_what_cannot_be_shown_takes_nothing_with_it(
    api: Api, there: Elsewhere, bugs: list[str], poison: str
) -> None:
    """Something stands in its place, and the log says why."""
    bob, eve = api.person("bob"), there.person("eve", image={"url": "https://peer.example/h.png"})
    post = api.post("/api/v1/statuses", bob, json={"status": "Hello"}).json
    picture = {"type": "Document", "mediaType": "image/png", "url": "https://peer.example/1.png"}
    options = [{"type": "Note", "name": name} for name in ("a", "b")]
    for more in (
        {"attachment": [picture]},
        {"type": "Question", "oneOf": options, "endTime": "2030-01-01T00:00:00Z"},
    ):
        there.bring(api, eve.act("Create", eve.note("<p>x</p>", inReplyTo=post["uri"], **more)))
    with api.built.ground.store.write() as db:
        db.run(POISONS[poison])
        db.run("UPDATE post SET revision = revision + 1")
        db.run("DELETE FROM rendered_post")
    assert pages(api, bob, eve, post) == {}
    assert any("cannot be shown" in told for told in bugs)
    answers = api.get(f"/api/v1/statuses/{post['id']}/context", bob).json["descendants"]
    assert len(answers) == 2
    assert {one["content"] for one in answers} <= {"<p>x</p>", PLACEHOLDER}
    own: Any = api.get(f"/api/v1/statuses/{post['id']}", bob).json
    assert own["content"] == "<p>Hello</p>"
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM rendered_post WHERE version = 0") == 0
