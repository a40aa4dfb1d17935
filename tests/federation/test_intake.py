"""What comes in, in whatever order, ends in the same state; and only what its actor may do is done."""

import itertools
import json
from typing import Any

import pytest

from martlet.model.names import Uri
from martlet.storage import uris
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


def follow(api: Api, there: Elsewhere, ada: client.Person, person: Person) -> str:
    """Ada follows somebody, who accepts; returns their id here."""
    found = api.get(f"/api/v2/search?q=@{person.username}@{there.host}&resolve=true", ada).json
    id: str = found["accounts"][0]["id"]
    api.post(f"/api/v1/accounts/{id}/follow", ada)
    api.work()
    request = next(one for one in there.received if one["type"] == "Follow")
    there.bring(api, person.act("Accept", request))
    assert api.get(f"/api/v1/accounts/relationships?id[]={id}", ada).json[0]["following"]
    return id


def home(api: Api, ada: client.Person) -> list[Any]:
    found: list[Any] = api.get("/api/v1/timelines/home", ada).json
    return found


def test_a_follow_is_asked_for_accepted_and_ended(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    id = follow(api, there, ada, eve)
    api.post(f"/api/v1/accounts/{id}/unfollow", ada)
    api.work()
    undo = there.received[-1]
    assert (undo["type"], undo["object"]["type"], undo["object"]["object"]) == ("Undo", "Follow", eve.uri)


def test_an_acceptance_is_taken_back(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """The follow ends; and an acceptance that was taken back before it came never comes."""
    id = follow(api, there, ada, eve)
    request = there.received[-1]
    there.bring(api, eve.act("Undo", eve.act("Accept", {**request, "actor": eve.uri, "object": ADA})))
    assert api.get(f"/api/v1/accounts/relationships?id[]={id}", ada).json[0]["following"]
    there.bring(api, eve.act("Undo", eve.act("Accept", request)))
    assert not api.get(f"/api/v1/accounts/relationships?id[]={id}", ada).json[0]["following"]
    api.post(f"/api/v1/accounts/{id}/follow", ada)
    api.work()
    accept = eve.act("Accept", there.received[-1])
    for act in (eve.act("Undo", accept), accept):
        there.bring(api, act)
    found = api.get(f"/api/v1/accounts/relationships?id[]={id}", ada).json[0]
    assert (found["following"], found["requested"]) == (False, True)


@pytest.mark.parametrize("is_named", [False, True])
def test_a_refusal_is_taken_back(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, *, is_named: bool
) -> None:
    """The follow is asked for anew, as it was; a refusal that was taken back before it came never comes."""
    id = follow(api, there, ada, eve)

    def between() -> tuple[bool, bool]:
        found = api.get(f"/api/v1/accounts/relationships?id[]={id}", ada).json[0]
        return found["following"], found["requested"]

    api.post(f"/api/v1/accounts/{id}/follow", ada, json={"reblogs": False})
    reject = eve.act("Reject", there.received[-1])
    there.bring(api, reject)
    assert between() == (False, False)
    mallory = there.person("mallory", "other.example")
    there.bring(api, mallory.act("Undo", reject["id"] if is_named else reject))
    there.bring(api, eve.act("Undo", eve.act("Reject", there.received[-1])))
    assert between() == (False, False)
    there.bring(api, eve.act("Undo", reject["id"] if is_named else reject))
    assert between() == (False, True)
    request = there.received[-1]
    assert (request["type"], request["object"]) == ("Follow", eve.uri)
    there.bring(api, eve.act("Accept", request))
    assert not api.get(f"/api/v1/accounts/relationships?id[]={id}", ada).json[0]["showing_reblogs"]
    late = eve.act("Reject", request)
    for act in (eve.act("Undo", late["id"] if is_named else late), late, reject):
        there.bring(api, act)
        assert between() == (True, False)


def test_a_robot_says_so(api: Api, ada: client.Person) -> None:
    document = {"accept": "application/activity+json"}
    assert api.get("/users/ada", headers=document).json["type"] == "Person"
    api.patch("/api/v1/accounts/update_credentials", ada, json={"bot": True})
    assert api.get("/users/ada", headers=document).json["type"] == "Service"


def test_every_kind_of_account_and_post_is_read(api: Api, there: Elsewhere, ada: client.Person) -> None:
    """Who writes need not be a person, nor what is written a note."""
    kinds = ("Person", "Service", "Application", "Group", "Organization")
    posts = ("Note", "Article", "Page", "Image", "Video", "Audio", "Event")
    told: dict[str, tuple[bool, bool]] = {}
    for who, what in itertools.zip_longest(kinds, posts, fillvalue="Person"):
        person = there.person(what.lower(), type=who)
        follow(api, there, ada, person)
        title = {"name": what} if what != "Note" else {}
        file = {"type": "Link", "mediaType": "image/png", "href": f"https://peer.example/{what}.png"}
        shown = {"url": [file]} if what == "Image" else {}
        said = person.note(
            f"<p>In a {what}</p>", type=what, published="2026-01-02T03:04:05Z", **title, **shown
        )
        there.bring(api, person.act("Create", said))
        newest = home(api, ada)[0]
        assert (newest["uri"], f"In a {what}" in newest["content"]) == (said["id"], True)
        assert newest["content"].startswith(f"<p><strong>{what}</strong></p>") == bool(title)
        assert [one["type"] for one in newest["media_attachments"]] == ["image"] * bool(shown)
        told[who] = newest["account"]["bot"], newest["account"]["group"]
        there.bring(
            api,
            person.act("Update", {**said, "content": "<p>Changed</p>", "updated": "2026-01-03T03:04:05Z"}),
        )
        assert "Changed" in home(api, ada)[0]["content"]
        there.bring(api, person.act("Delete", {"id": said["id"], "type": "Tombstone"}))
        assert home(api, ada) == []
        there.received.clear()
    assert told == {
        "Person": (False, False),
        "Service": (True, False),
        "Application": (True, False),
        "Group": (False, True),
        "Organization": (False, False),
    }


def test_a_poll_is_edited_elsewhere(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """Other options take no votes along; a further one, or other words, leave no trace of the old."""
    follow(api, there, ada, eve)

    def asked(*options: tuple[str, int], **more: Any) -> Any:
        votes = [
            {"type": "Note", "name": name, "replies": {"type": "Collection", "totalItems": count}}
            for name, count in options
        ]
        return eve.note("<p>Tea?</p>", type="Question", id=f"{eve.uri}/posts/tea", oneOf=votes, **more)

    there.bring(api, eve.act("Create", asked(("Green", 2), ("Black", 1), published="2026-01-02T03:04:05Z")))
    id = api.get(f"/api/v2/search?q={eve.uri}/posts/tea&resolve=true", ada).json["statuses"][0]["id"]
    edited = asked(
        ("Green", 0),
        ("Mint", 4),
        ("None", 0),
        published="2026-01-02T03:04:05Z",
        updated="2026-01-03T03:04:05Z",
    )
    there.bring(api, eve.act("Update", edited))
    found = api.get(f"/api/v1/statuses/{id}", ada).json
    assert found["edited_at"] is not None
    options = [(one["title"], one["votes_count"]) for one in found["poll"]["options"]]
    assert options == [("Green", 0), ("Mint", 4), ("None", 0)]
    ended = {**edited, "endTime": "2026-01-03T05:00:00Z", "closed": "2026-01-03T04:00:00Z"}
    vote = api.post(f"/api/v1/polls/{found['poll']['id']}/votes", ada, json={"choices": [1]})
    assert (vote.status, found["poll"]["expired"]) == (200, False)
    there.bring(api, eve.act("Update", ended))
    found = api.get(f"/api/v1/statuses/{id}", ada).json
    assert (found["poll"]["expired"], found["poll"]["expires_at"]) == (True, "2026-01-03T04:00:00.000Z")
    assert [one["type"] for one in api.get("/api/v1/notifications", ada).json] == ["poll"]
    there.bring(
        api, eve.act("Update", {**edited, "type": "Note", "oneOf": None, "updated": "2026-01-04T03:04:05Z"})
    )
    assert api.get(f"/api/v1/statuses/{id}", ada).json["poll"] is None


def test_followers_from_elsewhere(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    asked = eve.act("Follow", ADA)
    there.bring(api, asked)
    accept = there.received[-1]
    assert (accept["type"], accept["object"]["id"]) == ("Accept", asked["id"])
    assert [one["acct"] for one in api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json] == [
        "eve@peer.example"
    ]
    again = eve.act("Follow", ADA)
    there.bring(api, again)
    assert there.received[-1]["object"]["id"] == again["id"]
    there.bring(api, eve.act("Undo", again))
    assert api.get(f"/api/v1/accounts/{ada.id}", ada).json["followers_count"] == 0


def test_a_post_and_what_becomes_of_it(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    follow(api, there, ada, eve)
    note = eve.note("<p>Hello <script>alert(1)</script></p>", published="2026-01-02T03:04:05Z")
    there.bring(api, eve.act("Create", note))
    [post] = home(api, ada)
    assert post["content"] == "<p>Hello </p>"
    assert post["created_at"] == "2026-01-02T03:04:05.000Z"
    assert (post["uri"], post["account"]["acct"]) == (note["id"], "eve@peer.example")

    there.bring(api, eve.act("Update", {**note, "content": "<p>Bye</p>", "updated": "2026-01-03T00:00:00Z"}))
    there.bring(api, eve.act("Update", {**note, "content": "<p>Old</p>", "updated": "2026-01-02T12:00:00Z"}))
    [post] = home(api, ada)
    assert post["content"] == "<p>Bye</p>"

    there.bring(api, eve.act("Delete", {"id": note["id"], "type": "Tombstone"}))
    assert home(api, ada) == []
    there.bring(api, eve.act("Create", note))
    assert home(api, ada) == []


def test_d22_nothing_comes_back_from_the_dead(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    follow(api, there, ada, eve)
    note = there.keep(eve.note())
    there.bring(api, eve.act("Create", note))
    there.bring(api, eve.act("Delete", note["id"]))
    for road in (
        eve.act("Create", note),
        eve.act("Update", {**note, "updated": "2027-01-01T00:00:00Z"}),
        eve.act("Announce", note["id"], to=[f"{eve.uri}/followers"]),
    ):
        there.bring(api, road)
    api.get(f"/api/v2/search?q={note['id']}&resolve=true", ada)
    assert home(api, ada) == []


def _story(eve: Person, post: str) -> list[Document]:
    like, boost = eve.act("Like", post), eve.act("Announce", post, to=[f"{eve.uri}/followers"])
    note = eve.note(inReplyTo=post, tag=[{"type": "Mention", "href": ADA}])
    return [
        like,
        eve.act("Undo", like),
        boost,
        eve.act("Undo", boost["id"]),
        eve.act("Create", note),
        eve.act("Delete", note["id"]),
    ]


@pytest.mark.parametrize("seed", range(6))
def test_any_order_ends_in_the_same_state(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, seed: int
) -> None:
    """Each pair (an act, and its undoing) both ways round, among the others, and twice."""
    posted = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    story = _story(eve, posted["uri"])
    order = list(itertools.permutations(range(len(story))))[seed * 119 + 7 * seed]
    there.bring(api, eve.act("Follow", ADA))
    for at in (*order, *order):
        there.bring(api, story[at])
    post = api.get(f"/api/v1/statuses/{posted['id']}", ada).json
    assert (post["favourites_count"], post["reblogs_count"], post["replies_count"]) == (0, 0, 0)
    kinds = {one["type"] for one in api.get("/api/v1/notifications", ada).json}
    assert kinds == {"follow"}
    with api.built.ground.store.read() as db:
        assert uris.find_post(db, Uri(story[4]["object"]["id"])) is None


def test_an_answer_to_what_nobody_here_knows(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """What it answers is fetched, up to the first post of the thread."""
    mallory = there.person("mallory")
    first = there.keep(mallory.note("<p>First</p>"))
    second = there.keep(mallory.note("<p>Second</p>", inReplyTo=first["id"]))
    follow(api, there, ada, eve)
    there.bring(api, eve.act("Create", eve.note("<p>Third</p>", inReplyTo=second["id"])))
    [post] = [one for one in home(api, ada) if "Third" in one["content"]] or [None]
    if post is None:  # an answer to a stranger does not stand in the home timeline
        with api.built.ground.store.read() as db:
            id = db.value("SELECT id FROM post WHERE html LIKE '%Third%'")
        post = api.get(f"/api/v1/statuses/{id}", ada).json
    above = api.get(f"/api/v1/statuses/{post['id']}/context", ada).json["ancestors"]
    assert [one["content"] for one in above] == ["<p>First</p>", "<p>Second</p>"]


def test_a_boost_of_what_nobody_here_knows(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """D10: of the boosted post nothing is taken but its name; what it says is asked of its own server."""
    mallory = there.person("mallory", "other.example")
    note = there.keep(mallory.note("<p>The real one</p>"))
    follow(api, there, ada, eve)
    forged = {**note, "content": "<p>Forged</p>"}
    there.bring(api, eve.act("Announce", forged, to=[f"{eve.uri}/followers"]))
    [boost] = home(api, ada)
    assert boost["reblog"]["content"] == "<p>The real one</p>"
    assert boost["reblog"]["account"]["acct"] == "mallory@other.example"


def test_d21_what_concerns_nobody_is_not_kept(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    note = eve.note()
    there.bring(api, eve.act("Create", note))
    with api.built.ground.store.read() as db:
        assert uris.find_post(db, Uri(note["id"])) is None
    del ada


def test_an_account_is_gone(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    id = follow(api, there, ada, eve)
    there.bring(api, eve.act("Create", eve.note()))
    there.bring(api, eve.act("Delete", eve.uri))
    assert home(api, ada) == []
    assert api.get(f"/api/v1/accounts/{ada.id}", ada).json["following_count"] == 0
    assert api.get(f"/api/v1/accounts/{id}", ada).status == 404


def test_a_profile_changes(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    id = follow(api, there, ada, eve)
    eve.extra["name"] = "Eve \u202e<b>"
    there.bring(api, eve.act("Update", eve.document))
    assert api.get(f"/api/v1/accounts/{id}", ada).json["display_name"] == "Eve <b>"


def test_what_a_stranger_brings_is_asked_of_its_own_server(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """Answers are passed on by the servers of those they answer, without a proof."""
    carrier = there.person("carrier", "other.example")
    follow(api, there, ada, eve)
    there.keep(carrier.document)
    note = there.keep(eve.note("<p>As it is</p>"))
    there.bring(api, eve.act("Create", {**note, "content": "<p>As it was told</p>"}), carrier)
    assert [one["content"] for one in home(api, ada)] == ["<p>As it is</p>"]
    there.bring(api, eve.act("Delete", note["id"]), carrier)
    assert len(home(api, ada)) == 1
    del there.documents[note["id"]]
    there.bring(api, eve.act("Delete", {"id": note["id"], "type": "Tombstone"}), carrier)
    assert home(api, ada) == []


def test_what_a_stranger_brings_is_something_else_there(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bugs: list[str]
) -> None:
    """Not a post, or nothing that can be read: left out, once and for all."""
    carrier = there.person("carrier", "other.example")
    follow(api, there, ada, eve)
    for odd in ({}, {"type": "Note", "attributedTo": 7}, {"type": ["Collection"]}):
        named = there.keep({**odd, "id": f"{eve.uri}/odd"})["id"]
        there.bring(api, eve.act("Create", {**eve.note(), "id": named}), carrier)
    there.bring(api, eve.act("Create", {**eve.note(), "id": eve.uri}), carrier)
    assert home(api, ada) == []
    assert bugs == []
    with api.built.ground.store.read() as db:
        assert db.rows("SELECT error FROM job WHERE error <> ''") == []


def test_who_is_named_is_looked_up_first(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """So that a post reaches somebody whom nobody here knew."""
    posted = api.post("/api/v1/statuses", ada, json={"status": "Hello @eve@peer.example"}).json
    assert [one["acct"] for one in posted["mentions"]] == ["eve@peer.example"]
    api.work()
    [sent] = there.received
    assert sent["object"]["tag"][0]["href"] == eve.uri
    assert eve.uri in sent["cc"]


def test_d14_a_handle_that_is_another_accounts(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """An account that calls itself as another is called is not known by that name."""
    api.get("/api/v2/search?q=@eve@peer.example&resolve=true", ada)
    mallory = there.person("mallory")
    mallory.extra["preferredUsername"] = "eve"
    there.send(api, mallory.act("Follow", ADA))
    api.work()
    assert api.get(f"/api/v1/accounts/{ada.id}/followers", ada).json == []
    found = api.get("/api/v1/accounts/lookup?acct=eve@peer.example", ada).json
    assert found["uri"] == eve.uri


def test_ours_called_by_the_addresses_of_their_pages(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """As pasted by people, and sent on so by WordPress, with slashes as PHP writes them."""
    post = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    page, profile = post["url"], f"{HERE}/@ada"
    mention = {"type": "Mention", "href": profile, "name": "@ada"}
    liked = eve.act("Like", page)
    answer = eve.act("Create", eve.note("<p>Yes</p>", inReplyTo=page, tag=[mention], cc=[ADA]))
    for act in (eve.act("Follow", profile), liked, eve.act("Announce", page), answer):
        there.send(api, act, body=json.dumps(act).replace("/", r"\/").encode())
        api.work()

    def counts() -> list[int]:
        found = api.get(f"/api/v1/statuses/{post['id']}", ada).json
        return [found[f"{name}_count"] for name in ("favourites", "reblogs")]

    told = api.get("/api/v1/notifications", ada).json
    assert sorted(one["type"] for one in told) == ["favourite", "follow", "mention", "reblog"]
    (named,) = [one["status"] for one in told if one["type"] == "mention"]
    assert (named["in_reply_to_id"], named["mentions"][0]["acct"]) == (post["id"], "ada")
    assert counts() == [1, 1]
    there.bring(api, eve.act("Undo", {**liked, "id": f"{eve.uri}/other"}))
    assert counts() == [0, 1]


def test_an_answer_to_the_page_of_a_post_elsewhere_and_a_boost_of_it(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    page, mallory = "https://peer.example/@eve/7", there.person("mallory")
    there.documents[page] = note = there.keep(eve.note("<p>Tea?</p>", url=page))
    follow(api, there, ada, eve)
    there.bring(api, eve.act("Create", note))
    mention = {"type": "Mention", "href": ADA, "name": "@ada"}
    answer = mallory.note("<p>Yes</p>", inReplyTo=page, tag=[mention], cc=[ADA])
    there.bring(api, mallory.act("Create", answer))
    (asked,) = home(api, ada)
    below = api.get(f"/api/v1/statuses/{asked['id']}/context", ada).json["descendants"]
    assert [one["content"] for one in below] == ["<p>Yes</p>"]
    there.received.clear()
    follow(api, there, ada, mallory)
    there.bring(api, mallory.act("Announce", page))
    assert api.get(f"/api/v1/statuses/{asked['id']}", ada).json["reblogs_count"] == 1


def test_a_change_that_only_names_its_post(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    follow(api, there, ada, eve)
    note = eve.note("<p>One</p>", published="2026-01-02T03:04:05Z")
    there.bring(api, eve.act("Create", note))
    there.keep({**note, "content": "<p>Two</p>", "updated": "2026-01-03T03:04:05Z"})
    there.bring(api, there.person("mallory").act("Update", note["id"]))
    assert home(api, ada)[0]["content"] == "<p>One</p>"
    there.bring(api, eve.act("Update", note["id"]))
    assert home(api, ada)[0]["content"] == "<p>Two</p>"


def test_what_is_for_followers_is_given_to_their_servers(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    there.bring(api, eve.act("Follow", ADA))
    mallory = there.person("mallory", "other.example")
    there.bring(api, mallory.act("Like", "http://localhost:3000/nothing"))
    post = api.post("/api/v1/statuses", ada, json={"status": "secretword", "visibility": "private"}).json
    path = f"/users/ada/posts/{post['id']}"
    assert there.fetch(api, path, mallory).status == 404
    assert api.get(path, headers={"accept": "application/activity+json"}).status == 404
    given = there.fetch(api, path, eve)
    assert (given.status, given.headers["cache-control"]) == (200, "private, no-store")
    assert b"secretword" in given.body


def test_pages_and_documents_live_at_one_address(api: Api, ada: client.Person) -> None:
    post = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    document = {"accept": 'application/ld+json; profile="https://www.w3.org/ns/activitystreams"'}
    for page, name in (("/@ada", "/users/ada"), (f"/@ada/{post['id']}", f"/users/ada/posts/{post['id']}")):
        assert api.get(page, headers=document).headers["location"] == name
        assert api.get(name, headers=document).json["id"] == f"{HERE}{name}"
        assert api.get(name, headers={"accept": "text/html"}).headers["location"] == page
        assert api.get(page, headers={"accept": "text/html"}).status == 200
    server = api.get("/actor", headers=document).json
    assert (server["type"], server["preferredUsername"]) == ("Application", "localhost:3000")
    finger = "/.well-known/webfinger?resource="
    for resource in ("acct:localhost:3000@localhost:3000", f"{HERE}/actor"):
        assert f"{HERE}/actor" in api.get(f"{finger}{resource}").text


def test_collections(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    there.bring(api, eve.act("Follow", ADA))
    ids = [api.post("/api/v1/statuses", ada, json={"status": f"Number {n}"}).json["id"] for n in range(21)]
    api.post("/api/v1/statuses", ada, json={"status": "secretword", "visibility": "private"})
    api.post(f"/api/v1/statuses/{ids[3]}/pin", ada)
    outbox = api.get("/users/ada/outbox").json
    first = api.get(outbox["first"].removeprefix(HERE)).json
    second = api.get(first["next"].removeprefix(HERE)).json
    items = [
        one["object"]["id"].rpartition("/")[2] for one in (*first["orderedItems"], *second["orderedItems"])
    ]
    assert items == ids[::-1]
    assert [one["id"] for one in api.get("/users/ada/featured").json["orderedItems"]] == [
        f"{ADA}/posts/{ids[3]}"
    ]
    followers = api.get("/users/ada/followers").json
    assert followers["totalItems"] == 1
    assert api.get(followers["first"].removeprefix(HERE)).json["orderedItems"] == [eve.uri]
    assert api.get("/users/ada/following").json["totalItems"] == 0
    there.bring(api, eve.act("Create", answer := eve.note(inReplyTo=f"{ADA}/posts/{ids[0]}")))
    replies = api.get(f"/users/ada/posts/{ids[0]}/replies").json
    assert replies["first"]["orderedItems"] == [answer["id"]]
