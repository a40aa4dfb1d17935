"""Old posts that people bring: as they were, once, and nobody is told (docs/security.md, group G)."""

import asyncio
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from martlet.model.names import Uri
from martlet.services import importing, importing_posts
from martlet.services.ports import Resolver
from martlet.storage import bulk_imports
from martlet.storage.bulk_imports import BulkImport
from tests.archives.making import FOLLOWERS, OLD, PUBLIC, Document, create, files, note, tarred, zipped
from tests.client import Api, Person


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


def picture() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (32, 20), "teal").save(made, "PNG")
    return made.getvalue()


def take(api: Api, who: Person, body: bytes, tmp_path: Path) -> int:
    file = tmp_path / "sent"
    file.write_bytes(body)
    id: int = api.run(importing_posts.take_archive(api.built.ground, who.id, file))
    return id


def bring(api: Api, who: Person, body: bytes, tmp_path: Path) -> BulkImport:
    id = take(api, who, body, tmp_path)
    api.work()
    return found(api, id)


def found(api: Api, id: int) -> BulkImport:
    one = api.run(api.built.ground.store.reading(bulk_imports.find, id))
    assert isinstance(one, BulkImport)
    return one


def counts(one: BulkImport) -> tuple[str, int, int, int, int]:
    return one.state, one.total, one.taken, one.known, one.failed


def posts(api: Api, who: Person, viewer: Person | None = None) -> list[Any]:
    """All that somebody has written, the oldest first."""
    shown: list[Any] = api.get(f"/api/v1/accounts/{who.id}/statuses?limit=40", viewer or who).json
    return shown[::-1]


def reasons(api: Api, one: BulkImport) -> list[str]:
    with api.built.ground.store.read() as db:
        return [reason for _, reason in importing.failed_rows(db, one)]


@pytest.mark.parametrize("make", [zipped, tarred], ids=["zip", "tar.gz"])
def test_posts_are_as_they_were(
    api: Api, ada: Person, tmp_path: Path, make: Callable[[dict[str, bytes]], bytes]
) -> None:
    shown = {
        "type": "Document",
        "mediaType": "image/png",
        "url": "/media_attachments/files/1/original/a.png",
        "name": "A teal field",
        "focalPoint": [0.5, -0.5],
    }
    question = {
        "type": "Question",
        "oneOf": [
            {"type": "Note", "name": "Tea", "replies": {"type": "Collection", "totalItems": 3}},
            {"type": "Note", "name": "Coffee", "replies": {"type": "Collection", "totalItems": 1}},
        ],
        "endTime": "2020-01-03T00:00:00Z",
        "votersCount": 4,
    }
    acts = [
        create(note(3, "<p>The third</p>", inReplyTo=f"{OLD}/statuses/1", attachment=[shown])),
        create(
            note(
                1,
                '<p>Hello <a href="https://old.example/tags/Harbour" class="mention hashtag">#Harbour</a></p>',
                contentMap={"de": "x"},
                summary="Careful",
                sensitive=True,
                updated="2020-01-02T05:00:00Z",
                tag=[{"type": "Hashtag", "name": "#Harbour"}],
            )
        ),
        {"id": f"{OLD}/follows/9", "type": "Follow", "actor": OLD, "object": "https://other.example/1"},
        create(note(2, "<p>Which?</p>", **question)),
        create(note(4, "<p>For followers</p>", to=[FOLLOWERS], cc=[])),
        create(note(5, "<p>Quiet</p><script>x</script>", to=[FOLLOWERS], cc=[PUBLIC])),
    ]
    result = bring(
        api, ada, make(files(*acts, media={"media_attachments/files/1/original/a.png": picture()})), tmp_path
    )
    assert counts(result) == ("done", 5, 5, 0, 0)
    first, asked, third, private, quiet = posts(api, ada)
    assert (first["created_at"], first["edited_at"]) == (
        "2020-01-02T00:01:00.000Z",
        "2020-01-02T05:00:00.000Z",
    )
    assert (first["spoiler_text"], first["sensitive"], first["language"]) == ("Careful", True, "de")
    assert [tag["name"] for tag in first["tags"]] == ["harbour"]
    assert first["uri"].startswith("http://localhost:3000/users/ada/posts/")
    poll = asked["poll"]
    assert (poll["expired"], poll["votes_count"], poll["voters_count"]) == (True, 4, 4)
    assert [(option["title"], option["votes_count"]) for option in poll["options"]] == [
        ("Tea", 3),
        ("Coffee", 1),
    ]
    assert third["in_reply_to_id"] == first["id"]
    [kept] = third["media_attachments"]
    assert (kept["type"], kept["description"], kept["meta"]["focus"]["x"]) == ("image", "A teal field", 0.5)
    assert api.get(kept["url"].partition(":3000")[2]).status == 200
    assert [one["visibility"] for one in (first, private, quiet)] == ["public", "private", "unlisted"]
    assert quiet["content"] == "<p>Quiet</p>"
    stranger = api.person("bob")
    assert len(posts(api, ada, stranger)) == 4
    account = api.get(f"/api/v1/accounts/{ada.id}").json
    assert (account["statuses_count"], account["last_status_at"]) == (5, "2020-01-02")
    assert [one["id"] for one in api.get("/api/v2/search?q=third&type=statuses", ada).json["statuses"]] == [
        third["id"]
    ]
    assert [one["id"] for one in api.get("/api/v1/timelines/tag/harbour", stranger).json] == [first["id"]]
    outbox = api.get("/users/ada/outbox?page=true", headers={"accept": "application/activity+json"}).json
    assert len(outbox["orderedItems"]) == 4
    assert list(api.built.ground.transfers.iterdir()) == []


def test_g7_twice_changes_nothing_and_deleted_stays_deleted(api: Api, ada: Person, tmp_path: Path) -> None:
    body = zipped(files(*(create(note(number)) for number in range(4))))
    assert counts(bring(api, ada, body, tmp_path)) == ("done", 4, 4, 0, 0)
    before = posts(api, ada)
    assert counts(bring(api, ada, body, tmp_path)) == ("done", 4, 0, 4, 0)
    assert posts(api, ada) == before
    api.delete(f"/api/v1/statuses/{before[0]['id']}", ada)
    assert counts(bring(api, ada, body, tmp_path)) == ("done", 4, 0, 4, 0)
    assert len(posts(api, ada)) == 3
    bob = api.person("bob")
    assert counts(bring(api, bob, body, tmp_path)) == ("done", 4, 4, 0, 0)


@pytest.mark.parametrize(
    "order", list(itertools.permutations(range(4)))[::5], ids=lambda one: "".join(map(str, one))
)
def test_threads_hold_in_any_order(api: Api, ada: Person, tmp_path: Path, order: tuple[int, ...]) -> None:
    chain = [
        create(note(number, **({"inReplyTo": f"{OLD}/statuses/{number - 1}"} if number else {})))
        for number in range(4)
    ]
    bring(api, ada, zipped(files(*(chain[at] for at in order))), tmp_path)
    context = api.get(f"/api/v1/statuses/{posts(api, ada)[0]['id']}/context", ada).json
    assert len(context["descendants"]) == 3
    kept = posts(api, ada)
    assert [one["in_reply_to_id"] for one in kept] == [None, *(one["id"] for one in kept[:-1])]


def test_an_answer_to_somebody_stays_an_answer(api: Api, ada: Person, tmp_path: Path) -> None:
    bob = api.person("bob")
    hello = api.post("/api/v1/statuses", bob, json={"status": "Hello"}).json
    acts = [
        create(note(1, inReplyTo=hello["uri"])),
        create(note(2, inReplyTo="https://other.example/1")),
        create(note(3)),
    ]
    bring(api, ada, zipped(files(*acts)), tmp_path)
    known, unknown, own = posts(api, ada)
    assert (known["in_reply_to_id"], own["in_reply_to_id"]) == (hello["id"], None)
    assert unknown["in_reply_to_id"] is not None
    shown = api.get(f"/api/v1/accounts/{ada.id}/statuses?exclude_replies=true", ada).json
    assert [one["id"] for one in shown] == [own["id"]]


def test_f3_an_archive_answers_nobody_who_does_not_let_it(api: Api, ada: Person, tmp_path: Path) -> None:
    """F3"""
    policy = {"can_reply": {"automatic_approval": ["author"], "manual_approval": ["public"]}}
    hello = api.post(
        "/api/v1/statuses", api.person("bob"), json={"status": "Hello", "interaction_policy": policy}
    )
    bring(api, ada, zipped(files(create(note(1, inReplyTo=hello.json["uri"])))), tmp_path)
    assert len(posts(api, ada)) == 1
    assert api.get(f"/api/v1/statuses/{hello.json['id']}/context", ada).json["descendants"] == []


def test_g10_nobody_istold(api: Api, ada: Person, tmp_path: Path) -> None:
    """Not who is named, not followers, not other servers."""
    bob = api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    api.work()
    mention = [{"type": "Mention", "href": "http://localhost:3000/users/bob", "name": "@bob"}]
    before = told(api)
    acts = [create(note(number, tag=mention)) for number in range(3)]
    acts.append(create(note(4, tag=mention, to=["http://localhost:3000/users/bob"], cc=[])))
    bring(api, ada, zipped(files(*acts)), tmp_path)
    api.work()
    assert told(api) == before
    assert len(posts(api, ada, bob)) == 3, "what was for mentioned people only, only its author has"
    assert [one["acct"] for one in posts(api, ada)[0]["mentions"]] == ["bob"]


def told(api: Api) -> dict[str, int]:
    tables = ("notification", "timeline_entry", "outgoing", "delivery", "conversation", "tag_day")
    with api.built.ground.store.read() as db:
        return {table: db.value(f"SELECT count(*) FROM {table}") for table in tables}


def _without(post: Document, name: str) -> Document:
    return {key: value for key, value in post.items() if key != name}


@pytest.mark.parametrize(
    ("act", "reason"),
    [
        (create({**note(1), "attributedTo": "https://old.example/users/eve"}), "of_somebody_else"),
        (create(_without(note(1), "published")), "undated"),
        (create(note(1, "")), "empty"),
        (create(_without(note(1), "id")), "invalid"),
        (create({**note(1), "id": "javascript:alert(1)"}), "invalid"),
        (create(note(1, tag=[{"type": "Mention"}] * 2000)), "invalid"),
        ({"type": "Create", "object": {"type": "Note", "id": {"a": 1}}}, "invalid"),
    ],
    ids=["somebody else's", "no date", "nothing", "no name", "odd name", "too many tags", "nonsense"],
)
def test_g8_what_is_wrong_with_one_spoils_no_other(
    api: Api, ada: Person, tmp_path: Path, act: Document, reason: str, bugs: list[str]
) -> None:
    result = bring(api, ada, zipped(files(act, create(note(5)))), tmp_path)
    assert counts(result) == ("done", 2, 1, 0, 1)
    assert reasons(api, result) == [reason]
    assert bugs == []


def test_g8_other_things_are_no_posts(api: Api, ada: Person, tmp_path: Path) -> None:
    others: list[Any] = [
        {"type": "Follow", "actor": OLD, "object": "x"},
        {"type": "Create", "object": {"type": "Person", "id": "https://old.example/users/x"}},
        {"type": "Delete", "object": "http://localhost:3000/users/ada"},
        {
            "type": "Note",
            "name": "Tea",
            "inReplyTo": "https://other.example/1",
            **_without(note(7, ""), "type"),
        },
        "https://old.example/1",
        7,
        None,
        {},
    ]
    result = bring(api, ada, zipped(files(*others, create(note(5)))), tmp_path)
    assert counts(result)[2:] == (1, 0, 0)


@pytest.mark.parametrize(
    ("body", "error"),
    [
        (b"hello", "not_an_archive"),
        (zipped({"a": b""}), "not_an_archive"),
        (zipped(files(media={"../x": b""})), "archive_unsafe"),
        (zipped({"outbox.json": b"{" * 200}), "archive_refused"),
        (zipped({"outbox.json": b'{"orderedItems":[' + b"[" * 200}), "archive_refused"),
    ],
    ids=["text", "no outbox", "a name", "depth", "depth of an item"],
)
def test_g3_g4_bad_archives_fail_once(
    api: Api, ada: Person, tmp_path: Path, body: bytes, error: str, bugs: list[str]
) -> None:
    result = bring(api, ada, body, tmp_path)
    assert (result.state, result.error) == ("refused", error)
    assert list(api.built.ground.transfers.iterdir()) == []
    assert bugs == []
    assert counts(bring(api, ada, zipped(files(create(note(1)))), tmp_path))[:3] == ("done", 1, 1)


def test_g4_an_archive_that_kills_does_so_three_times(
    api: Api, ada: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def kill(*_: object) -> None:
        raise Killed

    id = take(api, ada, zipped(files(create(note(1)))), tmp_path)
    ground = api.built.ground
    monkeypatch.setattr("martlet.archives.unpacking.unpack", kill)
    for _ in range(importing_posts.TRIES):
        with pytest.raises(Killed):
            api.run(importing_posts.work(ground, Nobody(), str(id), ground.here))
    monkeypatch.undo()
    api.run(importing_posts.work(ground, Nobody(), str(id), ground.here))
    assert (found(api, id).state, found(api, id).error) == ("refused", "archive_refused")


def test_a_job_that_is_killed_goes_on_where_it_was(
    api: Api, ada: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After each post; and two jobs that work on the same one."""
    id = take(api, ada, zipped(files(*(create(note(number)) for number in range(5)))), tmp_path)
    ground = api.built.ground
    record, done = importing_posts._record, list[int]()

    def record_and_die(db: Any, one: BulkImport, *rest: Any) -> None:
        record(db, one, *rest)
        if len(done) < 3:
            done.append(1)
            raise KeyboardInterrupt

    monkeypatch.setattr(importing_posts, "_record", record_and_die)
    while found(api, id).state == "working":
        try:
            api.run(importing_posts.work(ground, Nobody(), str(id), ground.here))
        except KeyboardInterrupt:
            continue
    assert counts(found(api, id)) == ("done", 5, 5, 0, 0)
    assert len(posts(api, ada)) == 5


def test_two_jobs_take_each_post_once(api: Api, ada: Person, tmp_path: Path) -> None:
    id = take(api, ada, zipped(files(*(create(note(number)) for number in range(8)))), tmp_path)
    ground = api.built.ground
    api.run(
        _both(
            importing_posts.work(ground, Nobody(), str(id), ground.here),
            importing_posts.work(ground, Nobody(), str(id), ground.here),
        )
    )
    assert len(posts(api, ada)) == 8
    assert counts(found(api, id)) == ("done", 8, 8, 0, 0)


class Nobody(Resolver):
    """Finds nothing elsewhere."""

    async def handle(self, handle: str) -> None:
        raise AssertionError(handle)

    async def address(self, address: str) -> None:
        raise AssertionError(address)

    async def answers(self, host: str) -> bool:
        raise AssertionError(host)

    async def templates(self, handle: str) -> dict[str, str]:
        raise AssertionError(handle)

    async def post_anew(self, uri: Uri) -> None:
        raise AssertionError(uri)


async def _both(*jobs: Any) -> None:
    await asyncio.gather(*jobs, return_exceptions=True)


def test_media_that_cannot_be_shown_are_left_out(api: Api, ada: Person, tmp_path: Path) -> None:
    shown = [
        {"type": "Document", "mediaType": "image/png", "url": url}
        for url in (
            "media_attachments/a.png",
            "/media_attachments/missing.png",
            "../../etc/passwd",
            "outbox.json",
        )
    ]
    body = zipped(files(create(note(1, attachment=shown)), media={"media_attachments/a.png": b"no picture"}))
    assert counts(bring(api, ada, body, tmp_path)) == ("done", 1, 1, 0, 0)
    assert posts(api, ada)[0]["media_attachments"] == []
    assert posts(api, ada)[0]["content"] == "<p>Hello</p>"


def test_many_of_one_moment(api: Api, ada: Person, tmp_path: Path) -> None:
    moment = "2020-01-01T00:00:00Z"
    acts = [create({**note(number), "published": moment}) for number in range(60)]
    assert counts(bring(api, ada, zipped(files(*acts)), tmp_path)) == ("done", 60, 60, 0, 0)


def test_what_was_not_yet(api: Api, ada: Person, tmp_path: Path) -> None:
    """A post from the future is of now."""
    bring(api, ada, zipped(files(create({**note(1), "published": "2999-01-01T00:00:00Z"}))), tmp_path)
    later = api.post("/api/v1/statuses", ada, json={"status": "Later"}).json
    assert posts(api, ada)[-1]["id"] == later["id"]


def test_an_outbox_of_bare_posts(api: Api, ada: Person, tmp_path: Path) -> None:
    """As some servers write it; and without a document of the owner."""
    content = files(note(1), note(2))
    del content["actor.json"]
    content["outbox.json"] = content["outbox.json"].replace(b"orderedItems", b"items")
    assert counts(bring(api, ada, tarred(content), tmp_path)) == ("done", 2, 2, 0, 0)
