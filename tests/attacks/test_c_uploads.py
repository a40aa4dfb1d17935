"""Group C of the attacks, through the doors: what is sent in as a picture, and what comes out at its address."""

import io
import json

import pytest
from PIL import Image

from tests.client import Api, Person
from tests.mastodon.acts import POSTS, publish

NOTE = json.dumps(
    {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Note",
        "id": "http://localhost:3000/users/ada",
    }
).encode()
DOCUMENTS = (
    "application/activity+json",
    'application/ld+json; profile="https://www.w3.org/ns/activitystreams"',
)


def png() -> bytes:
    held = io.BytesIO()
    Image.effect_noise((64, 64), 60).save(held, "PNG")
    return held.getvalue()


def sent(api: Api, who: Person, content: bytes) -> tuple[str, str]:
    """The id of a picture, and the path of its file."""
    reply = api.post("/api/v2/media", who, files={"file": ("x.png", content, "image/png")})
    assert reply.status in (200, 202), reply.text
    api.work()
    shown = api.get(f"/api/v1/media/{reply.json['id']}", who).json
    return shown["id"], shown["url"].removeprefix("http://localhost:3000")


@pytest.mark.parametrize(
    "claimed", ["image/png", "application/activity+json", "application/json", "text/html"]
)
@pytest.mark.parametrize("name", ["x.png", "x.json", "x.html", "../../users/ada"])
def test_c2_a_document_is_not_taken_for_a_picture(api: Api, claimed: str, name: str) -> None:
    ada = api.person("ada")
    for path, method, field in (
        ("/api/v2/media", "POST", "file"),
        ("/api/v1/media", "POST", "file"),
        ("/api/v1/accounts/update_credentials", "PATCH", "avatar"),
    ):
        reply = api.call(method, path, ada, files={field: (name, NOTE, claimed)})
        assert reply.status == 422, (path, reply.text)
    api.work()
    assert list(api.built.ground.media.keys()) == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM media WHERE state <> 'failed'") == 0


def test_c2_whoever_asks_for_a_document_at_a_pictures_address_gets_a_picture(api: Api) -> None:
    _, path = sent(api, api.person("ada"), png())
    for accept in (*DOCUMENTS, "application/json", "text/html", "*/*"):
        reply = api.get(path, headers={"accept": accept})
        assert (reply.status, reply.headers["content-type"]) == (200, "image/png")
        assert reply.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in reply.headers["content-security-policy"]


def test_c10_the_same_picture_of_somebody_else_stays(api: Api) -> None:
    """Two people send the same bytes; what one of them deletes is gone for nobody else."""
    ada, bob = api.person("ada"), api.person("bob")
    picture = png()
    (hers, her_path), (his, his_path) = sent(api, ada, picture), sent(api, bob, picture)
    assert her_path != his_path
    post = publish(api, ada, "look", media_ids=[hers])
    publish(api, bob, "look", media_ids=[his])
    assert api.delete(f"{POSTS}/{post['id']}?delete_media=true", ada).status == 200
    api.work()
    assert api.get(her_path).status == 404
    assert api.get(his_path).status == 200
