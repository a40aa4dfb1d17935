"""What tests of the client API do all the time, in a word each."""

from typing import Any

from martlet.model.names import MediaId
from martlet.storage import media
from martlet.storage.media import Media
from tests.client import Api, Person, Reply

POSTS = "/api/v1/statuses"


def publish(api: Api, by: Person, text: str = "Hello", **more: Any) -> dict[str, Any]:
    reply = api.post(POSTS, by, json={"status": text, **more})
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def do(api: Api, by: Person, verb: str, status: dict[str, Any], **more: Any) -> dict[str, Any]:
    """`do(api, bob, "favourite", status)`"""
    reply = api.post(f"{POSTS}/{status['id']}/{verb}", by, json=more or None)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def look(api: Api, status: dict[str, Any], viewer: Person | None = None) -> dict[str, Any]:
    reply = api.get(f"{POSTS}/{status['id']}", viewer)
    assert reply.status == 200, reply.body
    found: dict[str, Any] = reply.json
    return found


def upload(api: Api, owner: Person, state: str = "ready", kind: str = "image") -> str:
    """A row as an upload leaves it."""
    here = api.built.ground.here
    row = Media(
        id=MediaId(here.next_id()),
        owner_id=owner.id,
        post_id=None,
        position=0,
        state=state,
        kind=kind,
        content_type="image/png",
        file="a.png",
        preview="b.png",
        bytes=1,
        remote_url=None,
        description="",
        focus_x=0.0,
        focus_y=0.0,
        blurhash=None,
        meta="{}",
        error="",
        created_at=here.now_ms(),
    )
    with api.built.ground.store.write() as db:
        media.insert(db, row)
    return str(row.id)


def follow(api: Api, follower: Person, followed: Person) -> None:
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO follow (follower_id, followed_id, id, is_accepted) VALUES (:a, :b, :id, 1)",
            a=follower.id,
            b=followed.id,
            id=here.next_id(),
        )


def block(api: Api, blocker: Person, blocked: Person) -> None:
    with api.built.ground.store.write() as db:
        db.run(
            "INSERT INTO block (account_id, blocked_id, id) VALUES (:a, :b, 1)", a=blocker.id, b=blocked.id
        )
        for viewer, author, is_barred in ((blocker, blocked, 0), (blocked, blocker, 1)):
            db.run(
                "INSERT INTO hidden (viewer_id, author_id, is_barred) VALUES (:viewer, :author, :is_barred)",
                viewer=viewer.id,
                author=author.id,
                is_barred=is_barred,
            )


def mute(api: Api, by: Person, muted: Person) -> None:
    with api.built.ground.store.write() as db:
        db.run("INSERT INTO mute (account_id, muted_id, id) VALUES (:a, :b, 1)", a=by.id, b=muted.id)
        db.run("INSERT INTO hidden (viewer_id, author_id, is_barred) VALUES (:a, :b, 0)", a=by.id, b=muted.id)


def refusal(reply: Reply) -> str:
    assert reply.status == 422, reply.body
    return str(reply.json["error"])


def value(api: Api, sql: str, **parameters: object) -> Any:
    """A look into the database."""
    with api.built.ground.store.read() as db:
        return db.value(sql, **parameters)
