"""Servers that are limited or suspended, and the side roads by which their people come back (attacks D15)."""

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from martlet import app
from martlet.activitypub.addressing import PUBLIC
from martlet.model.moderation import Decision, Policy, Severity
from martlet.services import moderating, restricting
from martlet.services.ports import Ground
from martlet.settings import Settings
from martlet.signing import proofs
from martlet.storage import accounts
from martlet.storage.database import Store
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.mastodon.acts import do, publish

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
SECRET = "xyzzy"
SUSPENDED = Policy(Severity.SUSPEND)
LIMITED = Policy(Severity.LIMIT)


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere("evil.test")


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    found = Api(app.build_on(ground, settings, there))
    yield found
    found.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    found = there.person("eve", indexable=True, discoverable=True)
    found.extra["name"] = f"Eve {SECRET}"
    return found


def decide(api: Api, host: str, policy: Policy) -> None:
    with api.built.ground.store.write() as db:
        restricting.decide(db, Decision(host, policy), api.built.ground.here)
    api.work()


def undo(api: Api, host: str) -> None:
    with api.built.ground.store.write() as db:
        restricting.undo(db, host, api.built.ground.here)
    api.work()


def id_of(api: Api, person: Person) -> str:
    with api.built.ground.store.read() as db:
        found = accounts.find_by_uri(db, person.uri)  # type: ignore[arg-type]  # a uri in tests
    assert found is not None
    return str(found.id)


def told(api: Api, person: client.Person) -> list[tuple[str, str]]:
    return [(one["id"], one["type"]) for one in api.get("/api/v1/notifications", person).json]


def followed(api: Api, there: Elsewhere, follower: client.Person, person: Person) -> None:
    """Somebody here follows somebody there."""
    host = person.uri.split("/")[2]
    found = api.get(f"/api/v2/search?q=@{person.username}@{host}&resolve=true", follower).json["accounts"][0]
    api.post(f"/api/v1/accounts/{found['id']}/follow", follower)
    api.work()
    there.bring(api, person.act("Accept", there.received[-1]))


class Town:
    """Ada follows Eve, of a bad server, and Bob, of a good one, who boosts Eve. Carl answers and quotes Eve."""

    def __init__(self, api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
        self.api, self.there, self.ada, self.eve = api, there, ada, eve
        self.carl = api.person("carl")
        self.bob = there.person("bob", "good.test")
        followed(api, there, ada, eve)
        followed(api, there, ada, self.bob)
        mention = {"type": "Mention", "href": ADA, "name": "@ada@localhost:3000"}
        hashtag = {"type": "Hashtag", "name": "#plugh"}
        self.note = there.keep(eve.note(f"<p>{SECRET} #plugh</p>", tag=[mention, hashtag]))
        there.bring(api, eve.act("Create", self.note))
        [post] = api.get("/api/v1/timelines/home", ada).json
        self.post: str = post["id"]
        there.bring(api, self.bob.act("Announce", self.note["id"], to=[PUBLIC]))
        self.reply = publish(api, self.carl, "An answer", in_reply_to_id=self.post)["id"]
        self.below = there.keep(
            eve.note(f"<p>{SECRET} below</p>", inReplyTo=f"{HERE}/users/carl/posts/{self.reply}")
        )
        there.bring(api, eve.act("Create", self.below))
        there.bring(api, eve.act("Follow", f"{HERE}/users/carl"))
        there.bring(api, eve.act("Create", eve.note(f"<p>{SECRET} dm</p>", to=[ADA], cc=[], tag=[mention])))
        for verb in ("favourite", "bookmark"):
            do(api, ada, verb, {"id": self.post})
        self.quote: str = publish(api, self.carl, "Look at this", visibility="unlisted")["id"]
        with api.built.ground.store.write() as db:
            db.run(
                """
                UPDATE post SET quote_of_id = :quoted, quote_state = 'accepted', version = 2, revision = 2
                 WHERE id = :id
                """,
                quoted=int(self.post),
                id=int(self.quote),
            )
        api.work()

    @property
    def surfaces(self) -> dict[str, Callable[[], bytes]]:
        """Where Ada, Carl and everybody come across Eve and her posts."""
        eve, bob = id_of(self.api, self.eve), id_of(self.api, self.bob)
        paths = {
            "home": "/api/v1/timelines/home",
            "notifications": "/api/v1/notifications",
            "post": f"/api/v1/statuses/{self.post}",
            "answers": f"/api/v1/statuses/{self.reply}/context",
            "quote": f"/api/v1/statuses/{self.quote}",
            "quotes": f"/api/v1/accounts/{self.carl.id}/statuses",
            "conversations": "/api/v1/conversations",
            "bookmarks": "/api/v1/bookmarks",
            "likes": "/api/v1/favourites",
            "profile": f"/api/v1/accounts/{eve}",
            "posts of hers": f"/api/v1/accounts/{eve}/statuses",
            "boosts of his": f"/api/v1/accounts/{bob}/statuses",
            "hashtag": "/api/v1/timelines/tag/plugh",
            "public": "/api/v1/timelines/public",
            "search": f"/api/v2/search?q={SECRET}&type=statuses",
            "search for people": f"/api/v2/search?q={SECRET}&type=accounts",
            "following": f"/api/v1/accounts/{self.ada.id}/following",
        }
        return {name: lambda path=path: self.api.get(path, self.ada).body for name, path in paths.items()}  # type: ignore[misc]  # bound at once; mypy knows no lambda with a default

    def seen(self) -> set[str]:
        return {name for name, look in self.surfaces.items() if SECRET.encode() in look()}


EVERYWHERE = {
    "home",
    "notifications",
    "post",
    "answers",
    "quote",
    "quotes",
    "conversations",
    "bookmarks",
    "likes",
    "profile",
    "posts of hers",
    "boosts of his",
    "hashtag",
    "public",
    "search",
    "search for people",
    "following",
}


def test_d15_a_suspended_server_is_seen_nowhere_and_back_when_that_is_undone(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    town = Town(api, there, ada, eve)
    assert town.seen() == EVERYWHERE
    decide(api, "evil.test", SUSPENDED)
    assert town.seen() == set()
    undo(api, "evil.test")
    assert town.seen() == EVERYWHERE - {"home", "following"}, "all but what followed from following"


def test_d15_follows_with_a_suspended_server_end_without_a_word(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    Town(api, there, ada, eve)
    there.received.clear()
    decide(api, "evil.test", SUSPENDED)
    with api.built.ground.store.read() as db:
        rows = db.rows("SELECT host FROM follow JOIN account ON account.id IN (follower_id, followed_id)")
        counts = db.rows("SELECT following_count, followers_count FROM account WHERE username = 'ada'")
    assert {row[0] for row in rows} == {"", "good.test"}
    assert counts == [(1, 0)]
    assert there.received == []


def acts(town: Town) -> list[Document]:
    """What Eve and Bob do once her server is suspended; his brings hers along."""
    eve, bob = town.eve, town.bob
    new = town.there.keep(eve.note(f"<p>{SECRET} new</p>", tag=[{"type": "Mention", "href": ADA}]))
    return [
        eve.act("Create", new),
        eve.act(
            "Update", {**town.note, "content": f"<p>{SECRET} edited</p>", "updated": "2030-01-01T00:00:00Z"}
        ),
        eve.act("Follow", ADA),
        eve.act("Like", f"{HERE}/users/carl/posts/{town.reply}"),
        eve.act("Announce", f"{HERE}/users/carl/posts/{town.reply}", to=[PUBLIC]),
        bob.act("Announce", town.below["id"], to=[PUBLIC]),
        bob.act("Announce", new["id"], to=[PUBLIC]),
        bob.act("Create", town.there.keep(bob.note("<p>So true</p>", inReplyTo=new["id"]))),
        bob.act("Create", town.there.keep(bob.note("<p>Look</p>", quote=new["id"], quoteUri=new["id"]))),
    ]


def test_d15_nothing_of_a_suspended_server_comes_by_any_road(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    town = Town(api, there, ada, eve)
    decide(api, "evil.test", SUSPENDED)
    there.asked.clear()
    for act in acts(town):
        assert there.send(api, act).status == (403 if act["actor"] == eve.uri else 202)
        if act["actor"] == eve.uri:  # somebody else brings it
            assert there.send(api, act, town.bob).status in {202, 401}
        api.work()
    api.get(f"/api/v2/search?q={eve.uri}&resolve=true", ada)
    api.get("/api/v2/search?q=@mallory@evil.test&resolve=true", ada)
    api.get(f"/api/v2/search?q={eve.uri}/posts/new&resolve=true", ada)
    api.work()
    assert town.seen() == set()
    assert [url for url in there.asked if "//evil.test/" in url] == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post WHERE uri LIKE 'https://evil.test/%'") == 3


def test_d15_a_suspended_server_is_refused_before_its_body_is_read(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what it may read here, it may no longer, if it says who it is."""
    post = publish(api, ada)["uri"].removeprefix(HERE)
    assert there.fetch(api, post, eve).status == 200
    decide(api, "evil.test", SUSPENDED)

    async def unread(*_: object) -> bytes:
        raise AssertionError

    monkeypatch.setattr("martlet.http.request.Request.body", unread)
    monkeypatch.setattr("martlet.federation.asking.Asking.signer", unread)
    assert there.send(api, eve.act("Follow", ADA)).status == 403
    assert there.fetch(api, post, eve).status == 403
    assert there.asked == []


@pytest.mark.parametrize("host", ["evil.test", "deep.down.evil.test", "evil.test:8443"])
def test_d15_a_domain_stands_for_those_below_it(
    api: Api, there: Elsewhere, ada: client.Person, host: str
) -> None:
    mallory = there.person("mallory", host)
    decide(api, "evil.test", SUSPENDED)
    assert there.send(api, mallory.act("Follow", ADA)).status == 403
    neighbour = there.person("nina", "notevil.test")
    assert there.send(api, neighbour.act("Follow", ADA)).status == 202
    del ada


def test_d15_a_handle_of_another_server_is_no_way_round(
    api: Api, there: Elsewhere, ada: client.Person, store: Store
) -> None:
    """An account counts as one of the server that its handle names and of the one that its address names."""
    eve = there.person("eve", "social.test")
    there.bring(api, eve.act("Follow", ADA))
    with api.built.ground.store.write() as db:
        db.run("UPDATE account SET host = 'evil.test' WHERE uri = :uri", uri=eve.uri)
        db.run("INSERT INTO peer (host, created_at) VALUES ('evil.test', 0)")
    decide(api, "evil.test", SUSPENDED)
    assert api.get(f"/api/v1/accounts/{id_of(api, eve)}", ada).json["suspended"]
    assert there.send(api, eve.act("Block", ADA)).status == 403
    undo(api, "evil.test")
    decide(api, "social.test", SUSPENDED)
    assert api.get(f"/api/v1/accounts/{id_of(api, eve)}", ada).json["suspended"]
    with store.read() as db:
        assert db.value("SELECT count(*) FROM follow") == 0


def test_d15_what_was_done_to_somebody_stays_when_their_server_is_forgiven(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, store: Store
) -> None:
    here = api.built.ground.here
    there.bring(api, eve.act("Follow", ADA))
    mallory = there.person("mallory")
    there.bring(api, mallory.act("Follow", ADA))
    with store.write() as db:
        moderating.suspend(db, int(id_of(api, eve)), here)  # type: ignore[arg-type]
    decide(api, "evil.test", SUSPENDED)
    with store.write() as db:
        moderating.suspend(db, int(id_of(api, mallory)), here)  # type: ignore[arg-type]
        moderating.unsuspend(db, int(id_of(api, eve)))  # type: ignore[arg-type]

    def is_suspended(person: Person) -> Any:
        return api.get(f"/api/v1/accounts/{id_of(api, person)}", ada).json.get("suspended", False)

    assert (is_suspended(eve), is_suspended(mallory)) == (True, True)
    undo(api, "evil.test")
    assert (is_suspended(eve), is_suspended(mallory)) == (False, True)


def test_d15_a_limited_server_is_met_by_its_followers_only(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    town = Town(api, there, ada, eve)
    there.bring(api, eve.act("Follow", ADA))
    decide(api, "evil.test", LIMITED)
    assert town.seen() == EVERYWHERE - {"hashtag", "public"}, "Ada follows Eve"
    town.ada = town.carl
    assert "search" not in town.seen()
    assert "search for people" not in town.seen()
    before = told(api, town.carl)
    mention = [{"type": "Mention", "href": f"{HERE}/users/carl"}, {"type": "Mention", "href": ADA}]
    there.bring(api, eve.act("Create", eve.note(f"<p>{SECRET} again</p>", tag=mention)))
    there.bring(api, eve.act("Like", f"{HERE}/users/carl/posts/{town.reply}"))
    assert told(api, town.carl) == before, "a stranger is told nothing"
    assert api.get("/api/v1/notifications?types[]=mention", ada).json[0]["account"]["username"] == "eve"
    mallory = there.person("mallory")
    there.bring(api, mallory.act("Follow", ADA))
    with api.built.ground.store.read() as db:
        new = accounts.find_by_uri(db, mallory.uri)  # type: ignore[arg-type]
    assert new is not None
    assert new.limited_at is not None, "who comes later is limited too"
    assert db.value("SELECT is_accepted FROM follow WHERE follower_id = :id", id=new.id) == 0
    undo(api, "evil.test")
    town.ada = ada
    assert {"hashtag", "public"} <= town.seen()


def test_media_of_a_server_may_be_refused_and_taken_again(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    icon = {"type": "Image", "url": "https://evil.test/face.png", "mediaType": "image/png"}
    eve.extra["icon"] = icon
    followed(api, there, ada, eve)
    picture = {"type": "Image", "url": "https://evil.test/a.png", "mediaType": "image/png", "name": "A hill"}
    there.bring(api, eve.act("Create", there.keep(eve.note(attachment=[picture]))))

    def pictures() -> list[list[tuple[Any, ...]]]:
        home = api.get("/api/v1/timelines/home", ada).json
        return [
            [(one["type"], one["url"] is None, one["description"]) for one in post["media_attachments"]]
            for post in home
        ]

    def face() -> str:
        found: str = api.get(f"/api/v1/accounts/{id_of(api, eve)}", ada).json["avatar"]
        return found

    shown, refused = pictures()[0], [("unknown", True, "A hill")]
    assert shown[0][0] == "image"
    assert "/static/" not in face()
    decide(api, "evil.test", Policy(refuses_media=True))
    there.bring(api, eve.act("Create", there.keep(eve.note(attachment=[picture]))))
    there.bring(api, eve.act("Update", eve.document))
    assert pictures() == [refused, refused]
    assert "/static/" in face()
    undo(api, "evil.test")
    there.bring(api, eve.act("Update", eve.document))
    assert pictures() == [shown, shown]
    assert "/static/" not in face()


def test_only_allowed_servers_are_spoken_with_where_that_is_set(
    ground: Ground, settings: Settings, there: Elsewhere
) -> None:
    here = replace(ground.here, federation="allow-list")
    with closing(Api(app.build_on(replace(ground, here=here), settings, there))) as api:
        ada = api.person("ada")
        bob = there.person("bob", "good.test")
        eve = there.person("eve")
        decide(api, "good.test", Policy(is_allowed=True))
        assert there.send(api, bob.act("Follow", ADA)).status == 202
        assert there.send(api, eve.act("Follow", ADA)).status == 403
        api.work()
        there.received.clear()
        there.asked.clear()
        publish(api, ada, "@eve@evil.test Hello")
        api.get(f"/api/v2/search?q={eve.uri}&resolve=true", ada)
        api.work()
        assert len(there.received) == 1
        assert [url for url in there.asked if "evil.test" in url] == []
        bob_here = api.get("/api/v2/search?q=@bob@good.test", ada).json["accounts"][0]["id"]
        undo(api, "good.test")
        assert there.send(api, bob.act("Block", ADA)).status == 403
        follow = f"/api/v1/accounts/{bob_here}/follow"
        assert api.post(follow, ada).status == 403, "it would be asked of nobody, and wait for ever"
        decide(api, "good.test", Policy(is_allowed=True))
        assert api.post(follow, ada).json["requested"]
        api.work()
        assert [act["type"] for act in there.received[1:]] == ["Follow"]


def test_d15_nobody_carries_what_comes_from_a_server_that_is_not_spoken_with(
    ground: Ground, settings: Settings, there: Elsewhere, eve: Person
) -> None:
    """However well it is signed: its author is known from a time when we did speak."""
    bob = there.person("bob", "good.test")

    def carried(api: Api) -> int:
        note = eve.note(f"<p>{SECRET}</p>", tag=[{"type": "Mention", "href": ADA}])
        act = proofs.sign(eve.act("Create", note), eve.ed25519, f"{eve.uri}#ed25519-key", datetime.now(UTC))
        assert there.send(api, act, bob).status == 202
        api.work()
        with ground.store.read() as db:
            return int(db.value("SELECT count(*) FROM post WHERE uri LIKE 'https://evil.test/%'"))

    with closing(Api(app.build_on(ground, settings, there))) as api:
        api.person("ada")
        assert carried(api) == 1
    here = replace(ground.here, federation="allow-list")
    with closing(Api(app.build_on(replace(ground, here=here), settings, there))) as api:
        decide(api, "good.test", Policy(is_allowed=True))
        assert carried(api) == 1
