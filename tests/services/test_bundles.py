"""Posts in a file: out of one server and into another, with no network between them."""

import json
import os
import random
from contextlib import ExitStack
from pathlib import Path

import pytest

from martlet.activitypub import parse
from martlet.archives.bundles import ACTORS, OBJECTS, Bundle, Limits
from martlet.archives.errors import BundleTooLarge
from martlet.model.carrying import Trust
from martlet.model.evidence import IntegrityProof
from martlet.model.names import Uri
from martlet.services import carried_boosts, intake
from martlet.services.bundling import NothingToCarry, Pile
from tests.carrying import ACTIVITY, Island, Islands, boost, bundle, note, signed, tombstone
from tests.mastodon.moderating import staff
from tests.web.acts import inside


@pytest.fixture
def sea(islands: Islands) -> Island:
    return islands("sea.example")


def test_posts_are_carried_to_followers_and_answers_come_back(sea: Island, shore: Island) -> None:
    shore.follows("bob", sea, "ada")
    sea.knows(shore, "bob")
    first = sea.publish("ada", "Noon")
    second = sea.publish("ada", "And then", in_reply_to_id=first["id"])
    found = shore.bring(sea.packed("ada"))
    assert (found.new, found.refused, found.aside) == (2, 0, 0)
    assert [author.name for author in found.authors.values()] == ["@ada@sea.example"]

    home = shore.api.get("/api/v1/timelines/home", shore.person("bob")).json
    assert [one["uri"] for one in home] == [second["uri"], first["uri"]]
    assert home[0]["in_reply_to_id"] == home[1]["id"]
    assert shore.api.get("/api/v1/notifications", shore.person("bob")).json == []

    answer = shore.publish("bob", "@ada@sea.example Good", in_reply_to_id=home[1]["id"])
    shore.api.post(f"/api/v1/statuses/{home[1]['id']}/favourite", shore.person("bob"))
    back = shore.answers("bob", sea)
    for _ in range(2):
        sea.bring(back)
    told = sea.api.get("/api/v1/notifications", sea.person("ada")).json
    assert sorted(one["type"] for one in told) == ["favourite", "mention"]
    own = sea.api.get(f"/api/v1/statuses/{first['id']}", sea.person("ada")).json
    assert (own["favourites_count"], own["replies_count"]) == (1, 2)
    thread = sea.api.get(f"/api/v1/statuses/{first['id']}/context", sea.person("ada")).json
    assert [one["uri"] for one in thread["descendants"]] == [second["uri"], answer["uri"]]


def test_where_carried_posts_stand_is_the_owners_to_say(sea: Island, shore: Island) -> None:
    """With those who follow the author; in public timelines where the owner wants it, or their server brings them, too."""
    shore.follows("bob", sea, "ada")
    sky = shore.person("cleo")
    shore.api.post("/api/v1/tags/harbour/follow", sky)
    shore.api.get("/api/v1/timelines/home", sky)
    shore.api.work()

    def stands(text: str) -> list[bool]:
        places = ("timelines/public", "timelines/tag/harbour", "timelines/home")
        found = [shore.api.get(f"/api/v1/{place}", sky).text for place in places]
        followed = shore.api.get("/api/v1/timelines/home", shore.person("bob")).text
        return [text in one for one in (*found, followed)]

    first = sea.publish("ada", "Noon #harbour")
    shore.bring(sea.packed("ada"))
    assert stands("Noon") == [False, False, False, True]
    said = sea.api.get(first["uri"].removeprefix("https://sea.example"), headers=ACTIVITY).json
    brought = {"id": f"{first['uri']}#create", "type": "Create", "actor": sea.uri("ada"), "object": said}
    with shore.ground.store.write() as db:
        intake.accept(db, parse.act(brought), IntegrityProof(Uri(sea.uri("ada"))), shore.ground.here)
    assert stands("Noon") == [True, True, False, True]
    shore.ground.here.choices.carried_posts = "everybody"
    sea.publish("ada", "Evening #harbour")
    shore.bring(sea.packed("ada"))
    assert stands("Evening") == [True, True, True, True]


def test_whoever_works_on_a_report_is_told_which_file_brought_a_post(sea: Island, shore: Island) -> None:
    shore.follows("bob", sea, "ada")
    sea.publish("ada", "Fools")
    file = sea.packed("ada")
    shore.bring(file)
    with Bundle.open(file) as opened:
        carrier = opened.digest
    [post] = shore.api.get("/api/v1/timelines/home", shore.person("bob")).json
    told = {"account_id": post["account"]["id"], "status_ids": [post["id"]], "forward": True}
    filed = shore.api.post("/api/v1/reports", shore.person("bob"), json=told).json["id"]
    mo = staff(shore.api, "mo")
    [copy] = shore.api.get(f"/api/v1/admin/reports/{filed}", mo).json["copies"]
    assert (copy["uri"], copy["carrier"]) == (post["uri"], carrier)
    page = inside(shore.api, mo).get(f"/desk/reports/{filed}").text
    assert copy["digest"] in page
    assert carrier in page
    shore.api.work()
    with shore.ground.store.read() as db:
        sent = [json.loads(bytes(body)) for (body,) in db.rows("SELECT body FROM outgoing")]
    [flag] = [one for one in sent if one["type"] == "Flag"]
    assert f"{post['uri']} {copy['digest']}" in flag["content"]


def test_pictures_travel_with_their_posts(sea: Island, shore: Island) -> None:
    """They are shown without their server being asked, and once is enough."""
    shore.follows("bob", sea, "ada")
    sea.publish("ada", "Look", media_ids=[sea.picture("ada")])
    file = sea.packed("ada")
    with Bundle.open(file) as opened:
        assert len(opened.media) == 1
    found = shore.bring(file)
    assert (found.new, found.files, found.refused) == (1, 1, 0)
    assert shore.bring(file).files == 0
    [shown] = shore.api.get("/api/v1/timelines/home", shore.person("bob")).json[0]["media_attachments"]
    asked = len(shore.beyond.asked)
    for address in (shown["url"], shown["preview_url"]):
        reply = shore.api.get(address.removeprefix(shore.ground.here.url))
        assert (reply.status, reply.headers["content-type"].partition("/")[0]) == (200, "image")
    assert shore.beyond.asked[asked:] == []


def test_the_order_in_which_files_come_does_not_matter(shore: Island, tmp_path: Path) -> None:
    """A hundred orders of five files (ten on PostgreSQL, in CI), with edits, deletions, boosts, rivals and a stranger's: always the same is kept."""
    eve, ida = shore.stranger("eve", is_known=True), shore.stranger("ida", is_known=False)
    names = [f"{eve.uri}/posts/{number}" for number in range(6)]
    moments = [f"2026-11-0{day}T12:00:00Z" for day in range(1, 7)]
    versions = [[note(eve, id=name, content=f"<p>{at}</p>", updated=at) for at in moments] for name in names]
    rivals = [note(eve, id=f"{eve.uri}/posts/r", content=f"<p>{number}</p>") for number in range(5)]
    aside = [note(ida, id=f"{ida.uri}/posts/1", updated=at) for at in moments]
    actor = signed(ida, ida.document)
    elsewhere = shore.stranger("noa", is_known=False)
    far = elsewhere.note(id=f"{elsewhere.uri}/posts/1")
    boosted = [names[5], names[0], far["id"], names[4]]
    boosts = [f"{eve.uri}/boosts/{number}" for number in range(4)]
    acts = [boost(eve, name, target) for name, target in zip(boosts, boosted, strict=True)]
    with shore.ground.store.read() as db:
        id = db.value("SELECT id FROM account WHERE uri = :uri", uri=eve.uri)
    shore.api.post(f"/api/v1/accounts/{id}/follow", shore.person("asker"))
    with shore.ground.store.write() as db:
        db.run("UPDATE follow SET is_accepted = 1")
    files = [
        bundle(
            tmp_path / f"{number}.zip",
            *(of_one[(number + at) % 6] for at, of_one in enumerate(versions)),
            rivals[number],
            aside[number],
            acts[number % 4],
            acts[number // 2],
            actors=[actor],
            tombstones=[tombstone(eve, gone) for gone in (names[number], boosts[number + 2])]
            if number == 1
            else [tombstone(eve, names[number])]
            if number == 0
            else [],
        )
        for number in range(5)
    ]

    def kept() -> object:
        with shore.ground.store.read() as db:
            made = db.rows("SELECT uri FROM post WHERE boost_of_id IS NOT NULL ORDER BY uri")
            waiting = db.rows("SELECT uri, target FROM waiting_boost ORDER BY uri")
        return shore.digests(), list(map(tuple, made)), list(map(tuple, waiting))

    orders = random.Random(6)
    expected = None
    is_slow = shore.ground.store.dialect == "postgres" and not os.environ.get("MARTLET_TEST_LONG")
    for _ in range(10 if is_slow else 100):
        for file in orders.sample(files, 5):
            shore.take(file)
        expected = expected or kept()
        assert kept() == expected
        shore.forget_carried()
    for file in files * 2:
        shore.bring(file)
    assert kept() == expected
    assert len(shore.digests()) == 6 + 1 + 1 + 1 + 4
    assert expected[1:] == ([(boosts[0],)], [(boosts[2], far["id"])])  # type: ignore[index]  # lists, for mypy objects
    assert [shore.post(name) is None for name in names] == [True, True, False, False, False, False]


def test_boosts_travel_with_what_they_name(sea: Island, shore: Island) -> None:
    """Told to nobody; of a post that is not here once that was fetched by its name, or brought; taken back, too."""
    shore.follows("bob", sea, "ada")
    own = sea.publish("ada", "Mine")
    noa = shore.beyond.person("noa")
    mention = [{"type": "Mention", "href": shore.uri("bob"), "name": "@bob@shore.example"}]
    note, brought = noa.note(content="<p>From far away</p>"), noa.note(tag=mention)
    for one in (note, brought):
        sea.beyond.documents |= {noa.uri: noa.document, one["id"]: one}
        sea.asks_for(one["id"])
    with sea.ground.store.read() as db:
        far, farther = (
            db.value("SELECT id FROM post WHERE uri = :uri", uri=one["id"]) for one in (note, brought)
        )
    for id in (own["id"], far, farther):
        assert sea.api.post(f"/api/v1/statuses/{id}/reblog", sea.person("ada")).status == 200

    def home() -> list[str]:
        found = shore.api.get("/api/v1/timelines/home", shore.person("bob")).json
        return [(one["reblog"] or one)["uri"] for one in found]

    found = shore.bring(sea.packed("ada"))
    assert (found.new, found.refused) == (4, 0)
    assert (home(), shore.post(own["uri"])["reblogs_count"]) == ([own["uri"]], 1)
    shore.beyond.documents |= {noa.uri: noa.document, note["id"]: note}
    shore.beyond.is_down = False
    with shore.ground.store.write() as db:
        db.run("UPDATE job SET run_at = 0 WHERE name = :name", name=carried_boosts.FETCH)
    shore.api.work()
    shore.beyond.is_down = True
    assert sorted(home()) == sorted([note["id"], own["uri"]]), "all of it in one second"
    assert shore.api.get("/api/v1/notifications", shore.person("bob")).json == []
    shore.beyond.send(shore.api, noa.act("Create", brought), noa)
    shore.api.work()
    assert sorted(home()) == sorted([note["id"], own["uri"], brought["id"]])

    for id in (far, farther):
        sea.api.post(f"/api/v1/statuses/{id}/unreblog", sea.person("ada"))
    sea.api.delete(f"/api/v1/statuses/{own['id']}", sea.person("ada"))
    found = shore.bring(sea.packed("ada"))
    assert (found.refused, home()) == (0, [])
    [author] = found.authors.values()
    assert (author.documents, author.logged) == (4, 4)


def test_edits_and_deletions_follow_in_the_next_file(sea: Island, shore: Island) -> None:
    """Only what has changed is in it; and a checkpoint tells how much there is in all."""
    shore.knows(sea, "ada")
    first, second, third = (sea.publish("ada", word) for word in ("One", "Two", "Three"))
    assert shore.bring(sea.packed("ada")).new == 3
    moment = sea.ground.here.now_ms()
    ada = sea.person("ada")
    sea.api.put(f"/api/v1/statuses/{first['id']}", ada, json={"status": "Another"})
    sea.api.delete(f"/api/v1/statuses/{second['id']}", ada)
    file = sea.packed("ada", since=moment)
    found = shore.bring(file)
    assert (found.new + found.newer, found.known, found.refused) == (2, 0, 0)
    [author] = found.authors.values()
    assert (author.documents, author.logged) == (2, 3)
    assert shore.post(first["uri"])["content"] == "<p>Another</p>"
    assert shore.post(second["uri"]) is None
    assert shore.post(third["uri"])["content"] == "<p>Three</p>"
    again = shore.bring(sea.packed("ada"))
    assert [one.logged for one in again.authors.values()] == [3]
    assert (again.new, again.newer, again.known) == (0, 0, 3)
    with pytest.raises(NothingToCarry):
        sea.packed("ada", since=sea.ground.here.now_ms() + 1000)


def test_a_follow_in_a_file_is_answered_once(sea: Island, shore: Island) -> None:
    ada = shore.knows(sea, "ada")
    sea.knows(shore, "bob")
    shore.api.post(f"/api/v1/accounts/{ada}/follow", shore.person("bob"))
    back = shore.answers("bob", sea)
    found = sea.bring(back)
    assert (found.new, found.known) == (1, 0)
    assert sea.bring(back).known == 1
    followers = sea.api.get(f"/api/v1/accounts/{sea.person('ada').id}/followers", sea.person("ada")).json
    assert [one["acct"] for one in followers] == [f"bob@{shore.ground.here.host}"]
    told = sea.api.get("/api/v1/notifications", sea.person("ada")).json
    assert [one["type"] for one in told] == ["follow"]


def test_polls_travel_with_their_votes(sea: Island, shore: Island) -> None:
    shore.knows(sea, "ada")
    asked = sea.publish("ada", "Tea?", poll={"options": ["Yes", "No"], "expires_in": 3600})
    shore.bring(sea.packed("ada"))
    poll = asked["poll"]["id"]
    sea.api.post(f"/api/v1/polls/{poll}/votes", sea.person("bo"), json={"choices": [0]})
    found = shore.bring(sea.packed("ada"))
    assert found.refused == 0
    assert shore.kept(asked["uri"]) == (Trust.CONFIRMED, "post")
    assert [one["votes_count"] for one in shore.post(asked["uri"])["poll"]["options"]] == [1, 0]


def test_nothing_is_made_that_could_not_be_opened(tmp_path: Path) -> None:
    """As many people and documents as a bundle may hold, and no more."""
    limits = Limits(lines=10, authors=3, text=1000)
    for part, body, most in ((ACTORS, b"{}", 3), (OBJECTS, b"{}", 10), (OBJECTS, bytes(299), 3)):
        with ExitStack() as stack:
            pile = Pile(tmp_path, stack, limits)
            for _ in range(most):
                pile.add(part, body)
            with pytest.raises(BundleTooLarge):
                pile.add(part, body)
