"""Threads of other servers are fetched whole: upward, downward, by whichever list their servers keep."""

import re
from typing import Any

import pytest

from martlet.activitypub import collections
from martlet.activitypub.addressing import PUBLIC
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.federation.test_intake import follow

OLD = "2026-01-02T03:04:05Z"


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def bob(there: Elsewhere) -> Person:
    return there.person("bob", "other.example")


def listed(uri: str, *items: Any, **more: Any) -> Document:
    return {"id": uri, "type": "Collection", "items": list(items), **more}


def note(there: Elsewhere, by: Person, name: str, to: Document | None = None, **more: Any) -> Document:
    """A post that its server hands out; `name` is what it says and is called."""
    more = {"published": OLD, **more} | ({} if to is None else {"inReplyTo": to["id"]})
    return there.keep(by.note(f"<p>{name}</p>", **{"id": f"{by.uri}/posts/{name}", **more}))


def answered(post: Document, *answers: Document) -> None:
    """The post's server lists these answers in the post's own document."""
    page = {"type": "CollectionPage", "items": [one["id"] for one in answers]}
    post["replies"] = {"id": f"{post['id']}/replies", "type": "Collection", "first": page}


def opened(api: Api, ada: client.Person, post: Document) -> str:
    """Its id here."""
    found = api.get(f"/api/v2/search?q={post['id']}&resolve=true", ada).json
    id: str = found["statuses"][0]["id"]
    return id


def context(api: Api, ada: client.Person | None, id: str) -> tuple[list[str], list[str]]:
    found = api.get(f"/api/v1/statuses/{id}/context", ada).json
    above, below = (
        [re.sub("<.*?>", "", one["content"]) for one in found[name]] for name in ("ancestors", "descendants")
    )
    return above, below


def refresh_of(reply: client.Reply) -> Any:
    header = reply.headers.get("mastodon-async-refresh", "")
    return dict(re.findall(r'(\w+)="?(\w+)"?', header))


def test_a_thread_is_whole_after_it_was_opened(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    top = note(there, eve, "top")
    one, two = note(there, bob, "one", top), note(there, eve, "two", top)
    deep = note(there, eve, "deep", one)
    answered(top, one, two)
    answered(one, deep)
    id = opened(api, ada, top)
    reply = api.get(f"/api/v1/statuses/{id}/context", ada)
    assert reply.json == {"ancestors": [], "descendants": []}
    refresh = refresh_of(reply)
    assert (refresh["retry"], refresh["result_count"]) == ("3", "0")
    asked = f"/api/v1_alpha/async_refreshes/{refresh['id']}"
    assert api.get(asked, ada).json["async_refresh"] == {
        "id": refresh["id"],
        "status": "running",
        "result_count": 0,
    }
    api.work()
    assert api.get(asked, ada).json["async_refresh"] == {
        "id": refresh["id"],
        "status": "finished",
        "result_count": 3,
    }
    above, below = context(api, ada, id)
    assert (above, sorted(below)) == ([], ["deep", "one", "two"])
    assert refresh_of(api.get(f"/api/v1/statuses/{id}/context", ada)) == {}
    assert api.get(f"/api/v1/statuses/{id}", ada).json["replies_count"] == 2


def test_nothing_is_asked_for_nobody_and_nothing_again_at_once(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    top = note(there, eve, "top")
    id = opened(api, ada, top)
    there.asked.clear()
    context(api, None, id)
    api.work()
    assert there.asked == []
    for _ in range(3):
        context(api, ada, id)
    api.work()
    context(api, ada, id)
    api.work()
    assert there.asked == [top["id"]]


def test_what_stands_above_is_found_later_and_the_threads_become_one(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    """A server that was down when the answer came is up when somebody opens it."""
    top = note(there, bob, "top")
    middle = note(there, bob, "middle", top)
    answered(top, middle)
    low = note(there, eve, "low", middle)
    hidden = [there.documents.pop(one["id"]) for one in (top, middle)]
    id = opened(api, ada, low)
    aside = api.post("/api/v1/statuses", ada, json={"status": "mine", "in_reply_to_id": id}).json["id"]
    api.post(f"/api/v1/statuses/{aside}/mute", ada)
    for one in hidden:
        there.keep(one)
    context(api, ada, id)
    api.work()
    assert context(api, ada, id) == (["top", "middle"], ["mine"])
    assert context(api, ada, aside) == (["top", "middle", "low"], [])
    assert api.get(f"/api/v1/statuses/{opened(api, ada, top)}", ada).json["muted"]
    found = api.get(f"/api/v1/statuses/{id}", ada).json
    assert found["in_reply_to_id"] == opened(api, ada, middle)
    assert api.get(f"/api/v1/statuses/{opened(api, ada, middle)}", ada).json["replies_count"] == 1


def test_a_list_of_the_whole_thread_is_read(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    """FEP-7888; page after page, in no order, whole things of its own server among them."""
    name = f"https://{there.host}/contexts/1"
    top = note(there, eve, "top", context=name)
    one = note(there, bob, "one", top)
    two = note(there, eve, "two", one)
    three = note(there, bob, "three", two)
    del there.documents[two["id"]]
    there.keep(listed(name, first=f"{name}?page=1", totalItems=9))
    there.keep(listed(f"{name}?page=1", three["id"], two, type="CollectionPage", next=f"{name}?page=2"))
    there.keep(listed(f"{name}?page=2", one["id"], top["id"], type="CollectionPage"))
    id = opened(api, ada, top)
    context(api, ada, id)
    api.work()
    assert context(api, ada, id) == ([], ["one", "two", "three"])


def test_answers_below_a_post_of_ours_are_found(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    ours = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    one = eve.note("<p>one</p>", inReplyTo=ours["uri"])
    there.bring(api, eve.act("Create", one))
    two = note(there, bob, "two", one)
    there.keep(one)
    answered(one, two)
    context(api, ada, ours["id"])
    api.work()
    assert context(api, ada, ours["id"]) == ([], ["one", "two"])


def test_old_posts_are_nobodys_news(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    """Nobody is notified of what was written long ago, and no home timeline begins with it; of new posts they are."""
    named = [{"type": "Mention", "href": f"http://localhost:3000/users/{ada.username}"}]
    top = note(there, eve, "top")
    old = note(there, bob, "old", top, tag=named)
    new = note(there, bob, "new", top, tag=named, published=None)
    answered(top, old, new)
    id = opened(api, ada, top)
    context(api, ada, id)
    api.work()
    assert sorted(context(api, ada, id)[1]) == ["new", "old"]
    told = api.get("/api/v1/notifications", ada).json
    assert [one["status"]["content"] for one in told] == ["<p>new</p>"]


def test_old_posts_enter_no_home_timeline_and_new_ones_do(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    follow(api, there, ada, eve)
    api.get("/api/v1/timelines/home", ada)
    top = note(there, eve, "top")
    old, new = note(there, eve, "old", top), note(there, eve, "new", top, published=None)
    answered(top, old, new)
    context(api, ada, opened(api, ada, top))
    api.work()
    found = api.get("/api/v1/timelines/home", ada).json
    assert [one["content"] for one in found] == ["<p>new</p>"]


def test_an_answer_to_what_cannot_be_had_is_no_post_of_its_own(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    """It stands neither in the home timeline nor among first posts, until what it answers is here; as in Mastodon."""
    follow(api, there, ada, eve)
    api.get("/api/v1/timelines/home", ada)
    top = eve.note("<p>top</p>", id=f"{eve.uri}/posts/top")
    there.bring(api, eve.act("Create", low := note(there, eve, "low", top, published=None)))
    listed = api.post("/api/v1/lists", ada, json={"title": "Few", "replies_policy": "followed"}).json["id"]
    eve_here = api.get(f"/api/v1/statuses/{opened(api, ada, low)}", ada).json["account"]["id"]
    api.post(f"/api/v1/lists/{listed}/accounts", ada, json={"account_ids": [eve_here]})
    api.work()
    pages = [
        "timelines/home",
        f"timelines/list/{listed}",
        "timelines/public",
        f"accounts/{eve_here}/statuses?exclude_replies=true",
    ]
    assert [api.get(f"/api/v1/{page}", ada).json for page in pages] == [[], [], [], []]
    assert len(api.get(f"/api/v1/accounts/{eve_here}/statuses", ada).json) == 1
    there.keep(top)
    opened(api, ada, top)
    api.work()
    found = [[one["content"] for one in api.get(f"/api/v1/{page}", ada).json] for page in pages]
    assert [("<p>low</p>" in page) for page in found] == [True] * 4


def test_only_what_answers_the_thread_is_kept(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, bob: Person
) -> None:
    """A list of answers may name anything, and whole things of other servers are not believed."""
    top = note(there, eve, "top")
    stray, lost = note(there, bob, "stray"), note(there, bob, "lost", note(there, bob, "gone"))
    del there.documents[f"{bob.uri}/posts/gone"]
    forged = bob.note("<p>forged</p>", id=f"{bob.uri}/posts/true", inReplyTo=top["id"])
    note(there, bob, "true", top)
    page = {
        "type": "CollectionPage",
        "items": [stray["id"], lost["id"], forged, 7, None, "nonsense", {"id": 3}],
    }
    top["replies"] = {"id": f"{top['id']}/replies", "type": "Collection", "first": page}
    id = opened(api, ada, top)
    context(api, ada, id)
    api.work()
    assert context(api, ada, id) == ([], ["true"])
    for one in (stray, lost):
        assert api.get(f"/api/v2/search?q={one['id']}", ada).json["statuses"] == []


def test_a_quote_of_a_silent_server_is_kept_without_what_it_quotes(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    there.silent.add("gone.example")
    top = note(there, eve, "top")
    answers = [
        note(there, eve, f"answer {number}", top, quote=f"https://gone.example/{number}")
        for number in range(4)
    ]
    for one in answers:
        one["id"] = there.keep({**one, "id": one["id"].replace(" ", "-")})["id"]
    gone = [f"https://gone.example/posts/{number}" for number in range(3)]
    page = {"type": "CollectionPage", "items": [*gone, *(one["id"] for one in answers)]}
    top["replies"] = {"type": "Collection", "first": page}
    id = opened(api, ada, top)
    context(api, ada, id)
    api.work()
    assert sorted(context(api, ada, id)[1]) == [f"answer {number}" for number in range(4)]


def test_counts_are_those_of_the_posts_own_server(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    top = note(there, eve, "top")
    id = opened(api, ada, top)
    api.post(f"/api/v1/statuses/{id}/favourite", ada)
    top |= {
        "likes": {"type": "Collection", "totalItems": 40},
        "shares": {"type": "Collection", "totalItems": 7},
    }
    context(api, ada, id)
    api.work()
    found = api.get(f"/api/v1/statuses/{id}", ada).json
    assert (found["favourites_count"], found["reblogs_count"]) == (40, 7)
    api.post(f"/api/v1/statuses/{id}/unfavourite", ada)
    assert api.get(f"/api/v1/statuses/{id}", ada).json["favourites_count"] == 39


def test_a_poll_is_counted_anew_when_somebody_looks(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    options = [{"type": "Note", "name": name, "replies": {"totalItems": 0}} for name in ("yes", "no")]
    asked = note(there, eve, "poll", type="Question", oneOf=options, endTime="2030-01-01T00:00:00Z")
    id = opened(api, ada, asked)
    poll = api.get(f"/api/v1/statuses/{id}", ada).json["poll"]["id"]
    options[0]["replies"] = {"totalItems": 5}
    asked["votersCount"] = 5
    there.asked.clear()
    assert api.get(f"/api/v1/polls/{poll}", None).json["votes_count"] == 0
    assert api.get(f"/api/v1/polls/{poll}", ada).json["votes_count"] == 5
    assert api.get(f"/api/v1/polls/{poll}", ada).json["votes_count"] == 5
    assert there.asked == [asked["id"]]


def test_the_page_of_a_post_says_how_much_of_its_thread_is_here(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    ours = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    answer = note(there, eve, "answer", {"id": ours["uri"]})
    there.bring(api, eve.act("Create", answer))
    here, gone = note(there, eve, "here", answer), "https://gone.example/posts/1"
    there.silent.add("gone.example")
    answer["replies"] = listed(f"{answer['id']}/replies", here["id"], gone, totalItems=4)
    page = f"/@ada/{ours['id']}"
    assert "in this thread" not in api.get(page).text
    context(api, ada, ours["id"])
    api.work()
    told = api.get(page).text
    assert "2 of 5 answers in this thread are here." in told
    assert "One server does not answer." in told
    german = api.get(page, headers={"accept-language": "de"}).text
    assert "2 von 5 Antworten in dieser Unterhaltung sind da." in german
    assert "Ein Server antwortet nicht." in german


# -- our own threads, for others -----------------------------------------


def test_others_can_fetch_our_threads_whole(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    accept = {"accept": "application/activity+json"}
    top = api.post("/api/v1/statuses", ada, json={"status": "top"}).json
    more = api.post("/api/v1/statuses", ada, json={"status": "more", "in_reply_to_id": top["id"]}).json
    api.post(
        "/api/v1/statuses",
        ada,
        json={"status": "secret", "in_reply_to_id": top["id"], "visibility": "private"},
    )
    answer = eve.note(inReplyTo=more["uri"])
    there.bring(api, eve.act("Create", answer))
    path = top["uri"].removeprefix("http://localhost:3000")
    document = api.get(path, headers=accept).json
    assert [document[name] for name in ("context", "likes", "shares")] == [
        f"{top['uri']}/{name}" for name in ("context", "likes", "shares")
    ]
    assert (
        api.get(more["uri"].removeprefix("http://localhost:3000"), headers=accept).json["context"]
        == document["context"]
    )
    whole = api.get(f"{path}/context").json
    assert (whole["totalItems"], whole["attributedTo"]) == (3, document["attributedTo"])
    assert whole["first"]["orderedItems"] == [top["uri"], more["uri"], answer["id"]]
    read = collections.listing(whole)
    assert read is not None
    assert isinstance(read.first, collections.Listing)
    assert (read.total, read.first.items) == (3, tuple(whole["first"]["orderedItems"]))
    assert api.get(f"{path}/replies").json["totalItems"] == 1
    there.bring(api, eve.act("Like", top["uri"]))
    assert api.get(f"{path}/likes").json["totalItems"] == 1
    assert api.get(f"{path}/shares").json["totalItems"] == 0
    assert api.get(f"{more['uri'].removeprefix('http://localhost:3000')}/context").status == 404


def test_an_answer_of_ours_names_the_thread_as_its_first_post_does(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    name = f"https://{there.host}/contexts/1"
    id = opened(api, ada, note(there, eve, "top", context=name))
    context(api, ada, id)
    api.work()
    api.post("/api/v1/statuses", ada, json={"status": "Hello", "in_reply_to_id": id})
    api.work()
    created = next(one for one in there.received if one["type"] == "Create")
    assert created["object"]["context"] == name
    assert PUBLIC in created["object"]["to"]
