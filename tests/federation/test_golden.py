"""What other software writes, from the inbox to what apps show. The documents are those of `tests/golden`."""

import json
import re
from typing import Any

import pytest

from martlet.model.names import Uri
from martlet.signing.keys import PrivateKey
from martlet.storage import uris
from tests.client import Api
from tests.client import Person as Local
from tests.elsewhere import Document, Elsewhere, Person, rsa
from tests.golden import reading

BOB = "http://localhost:3000/users/bob"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
ACTORS = {
    "https://mastodon.example/users/ada": "mastodon/actor",
    "https://gts.example/users/cem": "gotosocial/actor",
    "https://misskey.example/users/9u1": "misskey/actor",
    "https://akkoma.example/users/dora": "akkoma/actor",
    "https://lemmy.example/c/gardens": "lemmy/group",
    "https://lemmy.example/u/fay": "lemmy/person",
    "https://peertube.example/video-channels/workshop": "peertube/channel",
}


class World:
    """Bob here, whose post 7 the documents speak of, and everybody who wrote them."""

    def __init__(self, api: Api, there: Elsewhere) -> None:
        self.api, self.there = api, there
        self.bob: Local = api.person("bob")
        self.post = api.post("/api/v1/statuses", self.bob, json={"status": "Seven"}).json
        for uri, name in ACTORS.items():
            self.someone(uri, reading.document(name))

    def someone(self, uri: str, said: Document | None = None) -> Person:
        """An account elsewhere, with keys of its own in place of invented ones."""
        keys = ("publicKey", "assertionMethod")
        extra = {name: value for name, value in (said or {}).items() if name not in keys}
        username = extra.get("preferredUsername") or re.sub(r"\W", "", uri.rpartition("/")[2])
        person = Person(uri, str(username), rsa(uri), PrivateKey.make_ed25519(), extra)
        self.there.people[uri] = person
        return person

    def document(self, name: str) -> Document:
        text = json.dumps(reading.document(name))
        for said, real in (
            ("https://martlet.example/users/bob/posts/7", self.post["uri"]),
            ("https://martlet.example/users/bob", BOB),
            ("bob@martlet.example", "bob@localhost:3000"),
        ):
            text = text.replace(said, real)
        found: Document = json.loads(text)
        return found

    def bring(self, act: Document) -> None:
        self.there.bring(self.api, act, self.there.people[act["actor"]])

    def follow(self, uri: str) -> None:
        found = self.api.get("/api/v2/search", self.bob, query={"q": uri, "resolve": "true"}).json
        self.api.post(f"/api/v1/accounts/{found['accounts'][0]['id']}/follow", self.bob)
        self.api.work()
        request = next(one for one in reversed(self.there.received) if one["type"] == "Follow")
        self.bring({"id": f"{uri}#yes", "type": "Accept", "actor": uri, "object": request})

    def published(self, name: str) -> Any:
        """A post, alone or in the act that publishes it, brought to Bob who follows its author; as Bob is shown it."""
        said = self.document(name)
        if said["type"] != "Create":
            author = next(uri for uri in map(str, _authors(said)))
            said = {"id": f"{said['id']}#create", "type": "Create", "actor": author, "object": said}
        if said["actor"] not in self.there.people:
            self.someone(said["actor"])
        self.follow(said["actor"])
        self.bring(said)
        return self.status(said["object"]["id"])

    def status(self, uri: str) -> Any:
        with self.api.built.ground.store.read() as db:
            post = uris.find_post(db, Uri(uri))
        assert post is not None, uri
        return self.api.get(f"/api/v1/statuses/{post.id}", self.bob).json


def _authors(said: Document) -> list[str]:
    found = said["attributedTo"] if isinstance(said["attributedTo"], list) else [said["attributedTo"]]
    return [one["id"] if isinstance(one, dict) else one for one in found]


@pytest.fixture
def world(api: Api, there: Elsewhere) -> World:
    return World(api, there)


def told(status: Any) -> dict[str, Any]:
    """What an app shows of a post, as far as it says something."""
    files = [
        {
            "is": one["type"],
            "from": one["remote_url"],
            "has_preview": one["type"] != "image" and bool(one["preview_url"]),
            "alt": one["description"],
            "size": one["meta"].get("original", {}).get("size"),
            "duration": one["meta"].get("original", {}).get("duration"),
            "focus": one["meta"].get("focus") if one["meta"].get("focus") != {"x": 0, "y": 0} else None,
        }
        for one in status["media_attachments"]
    ]
    said = {
        "content": status["content"],
        "warning": status["spoiler_text"],
        "sensitive": status["sensitive"],
        "language": status["language"],
        "visibility": status["visibility"],
        "page": status["url"],
        "files": [{name: value for name, value in one.items() if value} for one in files],
        "tags": [one["name"] for one in status["tags"]],
        "mentions": [one["acct"] for one in status["mentions"]],
        "emojis": [one["shortcode"] for one in status["emojis"]],
        "options": [[one["title"], one["votes_count"]] for one in (status["poll"] or {}).get("options", [])],
        "likes": status["favourites_count"],
        "boosts": status["reblogs_count"],
    }
    return {name: value for name, value in said.items() if value}


@pytest.mark.parametrize("name", reading.shown())
def test_what_apps_are_shown(world: World, name: str) -> None:
    assert told(world.published(name)) == reading.expected(name, reading.SHOWN)


# -- groups ------------------------------------------------------------------

GARDENS = "https://lemmy.example/c/gardens"
PAGE = "https://lemmy.example/post/551"


@pytest.fixture
def garden(world: World) -> World:
    """Bob follows a community, which has just announced a post."""
    world.someone("https://lemmy.example/u/gil")
    world.follow(GARDENS)
    world.there.keep(world.document("lemmy/page_link"))
    world.there.keep(world.document("lemmy/comment"))
    world.bring(world.document("lemmy/announce_page"))
    return world


def home(world: World) -> list[Any]:
    found: list[Any] = world.api.get("/api/v1/timelines/home", world.bob).json
    return [one for one in found if one["account"]["acct"] != "bob"]


def test_a_community_boosts_what_is_posted_there(garden: World) -> None:
    (boost,) = home(garden)
    assert boost["account"]["group"]
    assert boost["account"]["acct"] == "gardens@lemmy.example"
    assert boost["reblog"]["account"]["acct"] == "fay@lemmy.example"
    assert "How moss &lt;3 grows" in boost["reblog"]["content"]


def test_a_post_that_is_announced_within_its_creation_is_boosted_once(garden: World) -> None:
    """As Mbin does alone, and Lemmy besides."""
    page = garden.document("lemmy/page_link")
    create = {"id": f"{PAGE}#c", "type": "Create", "actor": page["attributedTo"], "object": page}
    for number in (1, 2):
        announce = {"id": f"{GARDENS}/a/{number}", "type": "Announce", "actor": GARDENS, "to": PUBLIC}
        garden.bring({**announce, "object": create})
    assert len(home(garden)) == 1


def test_answers_come_with_the_community(garden: World) -> None:
    """What is shown is what their author's server says, whatever the community wrote."""
    act = garden.document("lemmy/announce_create_comment")
    act["object"]["object"]["content"] = "<p>Forged</p>"
    garden.bring(act)
    post = garden.status(PAGE)
    found = garden.api.get(f"/api/v1/statuses/{post['id']}/context", garden.bob).json["descendants"]
    assert [one["content"] for one in found] == ["<p>Mine <strong>never</strong> does</p>\n"]
    assert [one["account"]["acct"] for one in found] == ["gil@lemmy.example"]


def test_answers_to_what_nobody_here_knows_are_not_even_asked_for(world: World) -> None:
    world.follow(GARDENS)
    world.there.asked.clear()
    world.bring(world.document("lemmy/announce_create_comment"))
    assert not [url for url in world.there.asked if "comment" in url]


def test_likes_of_our_posts_that_a_community_hands_on_are_asked_for(garden: World) -> None:
    act = garden.document("lemmy/announce_like")
    garden.bring(act)
    assert garden.status(garden.post["uri"])["favourites_count"] == 0
    garden.there.keep(act["object"])
    garden.bring({**act, "id": f"{act['id']}2"})
    assert garden.status(garden.post["uri"])["favourites_count"] == 1
    undone = garden.document("lemmy/announce_undo_like")
    garden.bring(undone)
    assert garden.status(garden.post["uri"])["favourites_count"] == 1, "their server knows nothing of it"
    garden.there.keep({**undone["object"], "actor": "https://lemmy.example/u/fay"})
    garden.bring({**undone, "id": f"{undone['id']}2"})
    assert garden.status(garden.post["uri"])["favourites_count"] == 1, "it is somebody else's"
    garden.there.keep(undone["object"])
    garden.bring({**undone, "id": f"{undone['id']}3"})
    assert garden.status(garden.post["uri"])["favourites_count"] == 0


def test_what_a_community_says_is_deleted_is_gone_when_it_is(garden: World) -> None:
    act = garden.document("lemmy/announce_delete")
    garden.bring(act)
    assert garden.status(PAGE)
    garden.there.gone.add(PAGE)
    garden.bring({**act, "id": f"{act['id']}2"})
    assert home(garden) == []


def test_what_else_a_community_does_does_nothing(garden: World) -> None:
    """Nor what its members do in it, whether it hands that on or they bring it themselves."""
    before = garden.status(PAGE), garden.status(garden.post["uri"])
    garden.there.asked.clear()
    acts = ("lock", "undo_lock", "dislike", "undo_dislike", "undo_delete")
    for name in (*(f"announce_{act}" for act in acts), "dislike", "undo_dislike", "undo_delete"):
        garden.bring(garden.document(f"lemmy/{name}"))
    assert [url for url in garden.there.asked if "activities" in url] == []
    assert (garden.status(PAGE), garden.status(garden.post["uri"])) == before
    notes = garden.api.get("/api/v1/notifications", garden.bob).json
    assert notes == []


def test_what_was_deleted_stays_deleted(garden: World) -> None:
    """A community can have a post again that was deleted there; here it is gone, whichever word comes first."""
    delete = garden.document("lemmy/announce_delete")["object"]
    for act in (garden.document("lemmy/undo_delete"), delete, garden.document("lemmy/announce_undo_delete")):
        garden.bring(act)
    page = garden.document("lemmy/announce_page")
    garden.bring({**page, "id": f"{page['id']}2"})
    assert home(garden) == []


def test_an_act_without_a_name_takes_effect_once(world: World) -> None:
    """Some servers do not name what they do."""
    world.follow("https://mastodon.example/users/ada")
    like = {"type": "Like", "actor": "https://mastodon.example/users/ada", "object": world.post["uri"]}
    world.bring(like)
    world.bring(like)
    assert world.status(world.post["uri"])["favourites_count"] == 1
    world.bring({"type": "Undo", "actor": like["actor"], "object": like})
    assert world.status(world.post["uri"])["favourites_count"] == 0
