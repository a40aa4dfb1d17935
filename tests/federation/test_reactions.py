"""Emoji for posts across servers, and the pictures of custom ones."""

from typing import Any

import pytest

from martlet.services import acquainting
from martlet.storage import emojis
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

ADA = "http://localhost:3000/users/ada"
PARTY = "🎉"
BLOB = "https://peer.example/blob.png"


def tag(name: str = "blobcat", url: str = BLOB, updated: str = "", **more: Any) -> Document:
    said: Document = {"type": "Emoji", "name": f":{name}:", "icon": {"type": "Image", "url": url}, **more}
    return said | ({"updated": updated} if updated else {})


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def post(api: Api, ada: client.Person) -> Document:
    found: Document = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    return found


def look(api: Api, post: Document, viewer: client.Person | None = None) -> Document:
    found: Document = api.get(f"/api/v1/statuses/{post['id']}", viewer).json
    return found


def told(api: Api, post: Document) -> list[tuple[str, int]]:
    return [(one["name"], one["count"]) for one in look(api, post)["reactions"]]


WAYS: dict[str, Document] = {
    "Pleroma": {"type": "EmojiReact", "content": PARTY},
    "Misskey": {"type": "Like", "content": PARTY, "_misskey_reaction": PARTY},
    "a like with content": {"type": "Like", "content": PARTY},
}


@pytest.mark.parametrize("way", WAYS)
def test_an_emoji_from_elsewhere(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person, post: Document, way: str
) -> None:
    act = {**eve.act("", post["uri"]), **WAYS[way]}
    there.bring(api, act)
    there.bring(api, {**act, "id": f"{act['id']}/again"})
    assert told(api, post) == [(PARTY, 1)]
    assert look(api, post)["favourites_count"] == 0
    (notification,) = api.get("/api/v1/notifications", ada).json
    assert (notification["type"], notification["emoji"]) == ("pleroma:emoji_reaction", PARTY)
    there.bring(api, eve.act("Undo", act))
    assert told(api, post) == []
    assert api.get("/api/v1/notifications", ada).json == []


@pytest.mark.parametrize("way", ["by its name", "by what it is", "by another name"])
def test_of_several_one_is_taken_back(
    api: Api, there: Elsewhere, eve: Person, post: Document, way: str
) -> None:
    party = eve.act("EmojiReact", post["uri"], content=PARTY)
    coffee = eve.act("EmojiReact", post["uri"], content="☕")
    for act in (party, coffee, eve.act("Like", post["uri"])):
        there.bring(api, act)
    assert told(api, post) == [(PARTY, 1), ("☕", 1)]
    assert look(api, post)["favourites_count"] == 1
    undone = {
        "by its name": party["id"],
        "by what it is": party,
        "by another name": {**party, "id": f"{eve.uri}/x"},
    }
    there.bring(api, eve.act("Undo", undone[way]))
    assert told(api, post) == [("☕", 1)]
    assert look(api, post)["favourites_count"] == 1


def test_what_was_taken_back_before_it_came_never_comes(
    api: Api, there: Elsewhere, eve: Person, post: Document
) -> None:
    act = eve.act("EmojiReact", post["uri"], content=PARTY)
    there.bring(api, eve.act("Undo", act))
    there.bring(api, act)
    assert told(api, post) == []


def test_a_heart_is_a_like_for_misskey(api: Api, there: Elsewhere, eve: Person, post: Document) -> None:
    like = eve.act("Like", post["uri"], content="❤", _misskey_reaction="❤")
    there.bring(api, like)
    assert (told(api, post), look(api, post)["favourites_count"]) == ([], 1)
    there.bring(api, eve.act("Undo", like))
    assert look(api, post)["favourites_count"] == 0
    there.bring(api, eve.act("EmojiReact", post["uri"], content="❤️"))
    assert told(api, post) == [("❤️", 1)]


@pytest.mark.parametrize("content", ["", "nice!", ":unknown:", "🎉🎉", 7, None, [], "<img>"])
def test_what_is_no_emoji_is_a_like(
    api: Api, there: Elsewhere, eve: Person, post: Document, content: Any
) -> None:
    there.bring(api, eve.act("Like", post["uri"], content=content))
    assert (told(api, post), look(api, post)["favourites_count"]) == ([], 1)


def test_a_custom_emoji_and_its_picture(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person, post: Document
) -> None:
    act = eve.act("EmojiReact", post["uri"], content=":blobcat:", tag=[tag(id="https://peer.example/e/1")])
    there.bring(api, act)
    (one,) = look(api, post)["reactions"]
    assert (one["name"], one["count"]) == ("blobcat@peer.example", 1)
    assert one["url"].startswith("http://localhost:3000/proxy/emoji/")
    joined = api.put(f"/api/v1/pleroma/statuses/{post['id']}/reactions/{one['name']}", ada).json
    assert [(one["count"], one["me"]) for one in joined["reactions"]] == [(2, True)]


def test_b8_a_picture_is_believed_of_its_own_server_only(
    api: Api, there: Elsewhere, eve: Person, post: Document
) -> None:
    """What a third server says of another's emoji names its own, unless we know the very same from there."""
    cem = there.person("cem", "third.example")
    lie = tag(url="https://third.example/lie.png", id="https://peer.example/e/1")
    there.bring(api, cem.act("EmojiReact", post["uri"], content=":blobcat:", tag=[lie]))
    assert told(api, post) == [("blobcat@third.example", 1)]
    there.bring(api, eve.act("EmojiReact", post["uri"], content=":blobcat:", tag=[tag()]))
    dan = there.person("dan", "third.example")
    same = tag(id="https://peer.example/e/1")
    there.bring(api, dan.act("EmojiReact", post["uri"], content=":blobcat:", tag=[same]))
    assert told(api, post) == [("blobcat@third.example", 1), ("blobcat@peer.example", 2)]


def test_d23_who_may_not_see_a_post_does_not_react_to_it(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person
) -> None:
    secret = api.post("/api/v1/statuses", ada, json={"status": "x", "visibility": "direct"}).json
    there.bring(api, eve.act("EmojiReact", secret["uri"], content=PARTY))
    assert api.get(f"/api/v1/statuses/{secret['id']}", ada).json["reactions"] == []


# -- going out ---------------------------------------------------------------


@pytest.fixture
def theirs(api: Api, there: Elsewhere, eve: Person, ada: client.Person) -> Document:
    """A post of Eve's, known here."""
    note = there.keep(eve.note("<p>Hi</p>"))
    found = api.get("/api/v2/search", ada, query={"q": note["id"], "resolve": "true"}).json
    there.received.clear()
    post: Document = found["statuses"][0]
    return post


def test_an_emoji_goes_out_as_a_like_that_says_which(
    api: Api, there: Elsewhere, ada: client.Person, theirs: Document
) -> None:
    path = f"/api/v1/pleroma/statuses/{theirs['id']}/reactions/{PARTY}"
    api.put(path, ada)
    api.work()
    (like,) = there.received
    assert (like["type"], like["object"], like["content"]) == ("Like", theirs["uri"], PARTY)
    assert like["_misskey_reaction"] == PARTY
    assert "proof" in like
    api.delete(path, ada)
    api.work()
    undo = there.received[1]
    assert (undo["type"], undo["object"]["id"], undo["object"]["content"]) == ("Undo", like["id"], PARTY)


def test_a_custom_emoji_goes_out_with_its_picture(
    api: Api, there: Elsewhere, ada: client.Person, theirs: Document
) -> None:
    here = api.built.ground.here
    with api.built.ground.store.write() as db:
        row = emojis.Emoji(here.next_id(), "owl", "", "owl.png", "owl.png", None, 1, 1_790_000_000_000)
        emojis.insert(db, row)
    api.put(f"/api/v1/pleroma/statuses/{theirs['id']}/reactions/owl", ada)
    api.work()
    (like,) = there.received
    assert like["content"] == ":owl:"
    assert like["tag"] == [
        {
            "id": "http://localhost:3000/emojis/owl",
            "type": "Emoji",
            "name": ":owl:",
            "updated": "2026-09-21T14:13:20Z",
            "icon": {"type": "Image", "url": "http://localhost:3000/media/owl.png"},
        }
    ]
    fetched = api.get("/emojis/owl", headers={"accept": "application/activity+json"})
    assert {name: value for name, value in fetched.json.items() if name != "@context"} == like["tag"][0]
    assert api.get("/emojis/none").status == 404


def test_reactions_to_posts_here_go_nowhere(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person, post: Document
) -> None:
    there.bring(api, eve.act("Follow", ADA))
    there.received.clear()
    api.put(f"/api/v1/pleroma/statuses/{post['id']}/reactions/{PARTY}", ada)
    api.work()
    assert there.received == []


# -- pictures of custom emoji ------------------------------------------------


def picture(api: Api, name: str = "blobcat", host: str = "peer.example") -> str | None:
    with api.built.ground.store.read() as db:
        return next((one.file for one in emojis.named(db, [name], host)), None)


def test_a_picture_is_renewed_by_what_is_newer(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person
) -> None:
    def say(url: str, updated: str = "") -> str | None:
        mention = {"type": "Mention", "href": ADA}
        note = eve.note("<p>:blobcat:</p>", tag=[mention, tag(url=url, updated=updated)])
        there.bring(api, eve.act("Create", note))
        return picture(api)

    assert say("https://peer.example/1.png") == "https://peer.example/1.png"
    assert say("https://peer.example/2.png") == "https://peer.example/2.png"
    assert say("https://peer.example/3.png", "2026-01-02T00:00:00Z") == "https://peer.example/3.png"
    assert say("https://peer.example/4.png", "2026-01-01T00:00:00Z") == "https://peer.example/3.png"
    assert say("https://peer.example/5.png", "2026-01-03T00:00:00Z") == "https://peer.example/5.png"
    assert say("javascript:alert(1)", "2026-01-04T00:00:00Z") == "https://peer.example/5.png"


def test_d21_a_server_has_so_many_emoji_here(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(acquainting, "MOST_EMOJIS", 3)
    mention = {"type": "Mention", "href": ADA}
    tags = [tag(f"e{number}", f"https://peer.example/{number}.png") for number in range(5)]
    there.bring(api, eve.act("Create", eve.note(tag=[mention, *tags])))
    assert [picture(api, f"e{number}") is not None for number in range(5)] == [True] * 3 + [False] * 2
    renewed = [tag("e0", "https://peer.example/new.png"), tag("e9", "https://peer.example/9.png")]
    there.bring(api, eve.act("Create", eve.note(tag=[mention, *renewed])))
    assert (picture(api, "e0"), picture(api, "e9")) == ("https://peer.example/new.png", None)


def test_emoji_stand_in_names_posts_profiles_and_polls(
    api: Api, there: Elsewhere, eve: Person, ada: client.Person
) -> None:
    eve.extra.update(name="Eve :blobcat:", summary="<p>:blobcat:</p>", tag=[tag()])
    poll = [{"type": "Note", "name": f"{name} :blobcat:"} for name in ("yes", "no")]
    note = eve.note(
        "<p>:blobcat:</p>", type="Question", oneOf=poll, endTime="2030-01-01T00:00:00Z",
        tag=[{"type": "Mention", "href": ADA}, tag()],
    )  # fmt: skip
    there.bring(api, eve.act("Create", note))
    (found,) = api.get("/api/v1/timelines/public", ada).json
    for emojis_of in (found["emojis"], found["account"]["emojis"], found["poll"]["emojis"]):
        assert [one["shortcode"] for one in emojis_of] == ["blobcat"]
    alone = api.get(f"/api/v1/polls/{found['poll']['id']}", ada).json
    assert [one["url"].startswith("http://localhost:3000/proxy/emoji/") for one in alone["emojis"]] == [True]
