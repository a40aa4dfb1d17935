"""Lists: keeping them, and what they show."""

from typing import Any

import pytest

from martlet.services import following, listing
from tests.client import Api, Person, Reply

HOME = "/api/v1/timelines/home"


def follow(api: Api, follower: Person, followed: Person) -> None:
    with api.built.ground.store.write() as db:
        following.follow(db, follower.id, followed.id, following.Wanted(), api.built.ground.here)
    api.work()


def post(api: Api, by: Person, **form: str) -> str:
    reply = api.post("/api/v1/statuses", by, form={"status": "Hello", **form})
    assert reply.status == 200, reply.body
    api.work()
    return str(reply.json["id"])


def ids(reply: Reply) -> list[str]:
    assert reply.status == 200, reply.body
    return [one["id"] for one in reply.json]


def make_list(api: Api, owner: Person, members: list[Person], **form: Any) -> str:
    made = api.post("/api/v1/lists", owner, form={"title": "Friends", **form})
    assert made.status == 200, made.body
    if members:
        added = api.post(
            f"/api/v1/lists/{made.json['id']}/accounts",
            owner,
            json={"account_ids": [str(one.id) for one in members]},
        )
        assert added.status == 200, added.body
    return str(made.json["id"])


def shown(api: Api, owner: Person, id: str) -> list[str]:
    return ids(api.get(f"/api/v1/timelines/list/{id}", owner))


@pytest.fixture
def ada(api: Api) -> Person:
    return api.person("ada")


@pytest.fixture
def bob(api: Api, ada: Person) -> Person:
    person = api.person("bob")
    follow(api, ada, person)
    return person


@pytest.fixture
def cleo(api: Api, ada: Person) -> Person:
    person = api.person("cleo")
    follow(api, ada, person)
    return person


def test_making_changing_and_deleting(api: Api, ada: Person) -> None:
    made = api.post(
        "/api/v1/lists", ada, json={"title": "Friends", "replies_policy": "none", "exclusive": True}
    )
    assert made.json == {
        "id": made.json["id"],
        "title": "Friends",
        "replies_policy": "none",
        "exclusive": True,
    }
    path = f"/api/v1/lists/{made.json['id']}"
    assert api.get("/api/v1/lists", ada).json == [made.json]
    changed = api.put(path, ada, form={"title": "Others", "exclusive": "false"})
    assert changed.json == made.json | {"title": "Others", "exclusive": False}
    assert api.get(path, ada).json == changed.json
    assert api.delete(path, ada).json == {}
    assert api.get(path, ada).status == 404


@pytest.mark.parametrize(
    "form", [{}, {"title": "  "}, {"title": "x" * 300}, {"title": "x", "replies_policy": "everyone"}]
)
def test_what_does_not_make_a_list(api: Api, ada: Person, form: dict[str, str]) -> None:
    refused = api.post("/api/v1/lists", ada, form=form)
    assert refused.status == 422
    assert refused.json["error"].startswith("Validation failed: ")


def test_nobody_reaches_another_ones_list(api: Api, ada: Person, bob: Person) -> None:
    id = make_list(api, ada, [bob])
    calls = [
        api.get(f"/api/v1/lists/{id}", bob),
        api.put(f"/api/v1/lists/{id}", bob, form={"title": "Mine"}),
        api.delete(f"/api/v1/lists/{id}", bob),
        api.get(f"/api/v1/lists/{id}/accounts", bob),
        api.post(f"/api/v1/lists/{id}/accounts", bob, json={"account_ids": [str(ada.id)]}),
        api.delete(f"/api/v1/lists/{id}/accounts", bob, json={"account_ids": [str(bob.id)]}),
        api.get(f"/api/v1/timelines/list/{id}", bob),
    ]
    assert [reply.status for reply in calls] == [404] * 7
    assert ids(api.get(f"/api/v1/lists/{id}/accounts", ada)) == [str(bob.id)]
    assert api.get("/api/v1/lists", ada).json[0]["title"] == "Friends"
    assert api.get("/api/v1/lists", bob).json == []


def test_members_are_followed_and_in_it_once(api: Api, ada: Person, bob: Person) -> None:
    stranger = api.person("stranger")
    id = make_list(api, ada, [bob])
    path = f"/api/v1/lists/{id}/accounts"
    assert api.post(path, ada, form={"account_ids[]": str(stranger.id)}).status == 404
    assert api.post(path, ada, form={"account_ids[]": "1"}).status == 404
    again = api.post(path, ada, form={"account_ids[]": str(bob.id)})
    assert again.status == 422
    assert again.json["error"] == "Validation failed: Account has already been taken"
    assert ids(api.get(f"/api/v1/accounts/{bob.id}/lists", ada)) == [id]
    assert ids(api.get(f"/api/v1/accounts/{bob.id}/lists", bob)) == []


def test_members_are_paged_or_all(api: Api, ada: Person, bob: Person, cleo: Person) -> None:
    id = make_list(api, ada, [bob, cleo])
    first = api.get(f"/api/v1/lists/{id}/accounts?limit=1", ada)
    second = api.get(first.links["next"], ada)
    assert ids(first) + ids(second) == [str(cleo.id), str(bob.id)]
    everyone = api.get(f"/api/v1/lists/{id}/accounts?limit=0", ada)
    assert len(ids(everyone)) == 2
    assert not everyone.links


def test_a_list_shows_its_members_from_before_and_from_now_on(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    before = post(api, bob)
    post(api, cleo)
    id = make_list(api, ada, [bob])
    after, private = post(api, bob), post(api, bob, visibility="private")
    assert shown(api, ada, id) == [private, after, before]
    api.delete(f"/api/v1/lists/{id}/accounts", ada, json={"account_ids": [str(bob.id)]})
    assert shown(api, ada, id) == []


def test_unfollowing_takes_people_out_of_lists(api: Api, ada: Person, bob: Person) -> None:
    id = make_list(api, ada, [bob])
    post(api, bob)
    with api.built.ground.store.write() as db:
        following.unfollow(db, ada.id, bob.id)
    assert shown(api, ada, id) == []
    assert ids(api.get(f"/api/v1/lists/{id}/accounts", ada)) == []


@pytest.mark.parametrize(
    ("policy", "wanted"),
    [
        ("none", {"self", "owner"}),
        ("list", {"self", "owner", "member"}),
        ("followed", {"self", "owner", "member", "friend"}),
    ],
)
def test_whose_answers_a_list_shows(
    api: Api, ada: Person, bob: Person, cleo: Person, policy: str, wanted: set[str]
) -> None:
    dora, stranger = api.person("dora"), api.person("stranger")
    follow(api, ada, dora)
    parents = {"owner": ada, "member": cleo, "friend": dora, "stranger": stranger}
    answered = {name: post(api, person) for name, person in parents.items()}
    id = make_list(api, ada, [bob, cleo], replies_policy=policy)
    answers = {post(api, bob, in_reply_to_id=parent): name for name, parent in answered.items()}
    answers[post(api, bob, in_reply_to_id=next(iter(answers)))] = "self"
    live = shown(api, ada, id)
    assert {answers[one] for one in live if one in answers} == wanted
    with api.built.ground.store.write() as db:
        # made anew, it shows the same
        other = "none" if policy != "none" else "list"
        listing.change(db, int(id), ada.id, title=None, replies=other, is_exclusive=None)  # type: ignore[arg-type]
        listing.change(db, int(id), ada.id, title=None, replies=policy, is_exclusive=None)  # type: ignore[arg-type]
    assert shown(api, ada, id) == live


def test_what_an_exclusive_list_shows_is_not_at_home(
    api: Api, ada: Person, bob: Person, cleo: Person
) -> None:
    first = post(api, bob)
    id = make_list(api, ada, [bob], exclusive="true")
    assert ids(api.get(HOME, ada)) == []
    second, other = post(api, bob), post(api, cleo)
    assert ids(api.get(HOME, ada)) == [other]
    assert shown(api, ada, id) == [second, first]
    api.put(f"/api/v1/lists/{id}", ada, form={"exclusive": "false"})
    assert ids(api.get(HOME, ada)) == [other, second, first]
    api.put(f"/api/v1/lists/{id}", ada, form={"exclusive": "true"})
    assert ids(api.get(HOME, ada)) == [other]
    api.delete(f"/api/v1/lists/{id}", ada)
    assert ids(api.get(HOME, ada)) == [other, second, first]
