"""Who may answer a post, among people of one server."""

from typing import Any

import pytest

from tests.client import Api, Person

REQUESTS = "/api/v1/interaction_requests"


def policy(*automatic: str, manual: tuple[str, ...] = ()) -> dict[str, Any]:
    return {"can_reply": {"automatic_approval": list(automatic), "manual_approval": list(manual)}}


ASKING = policy("author", manual=("public",))


@pytest.fixture
def people(api: Api) -> dict[str, Person]:
    """Fay follows Ada, who follows Gus; Mia is named by her; of Sam she knows nothing."""
    people = {name: api.person(name) for name in ("ada", "fay", "gus", "mia", "sam")}
    follow = "/api/v1/accounts/{}/follow"
    assert api.post(follow.format(people["ada"].id), people["fay"]).status == 200
    assert api.post(follow.format(people["gus"].id), people["ada"]).status == 200
    api.work()
    return people


def write(api: Api, who: Person, status: str = "What do you think, @mia?", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, json={"status": status, **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def answer(api: Api, who: Person, post: Any, status: str = "Well …", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, json={"status": status, "in_reply_to_id": post["id"], **form})
    api.work()
    return reply


def below(api: Api, post: Any, who: Person | None) -> list[str]:
    found = api.get(f"/api/v1/statuses/{post['id']}/context", who).json["descendants"]
    return [one["id"] for one in found]


@pytest.mark.parametrize(
    ("said", "may", "may_ask"),
    [
        (policy("public"), {"ada", "fay", "gus", "mia", "sam"}, set()),
        (policy("followers"), {"ada", "fay", "mia"}, set()),
        (policy("following"), {"ada", "gus", "mia"}, set()),
        (policy("followers", "following"), {"ada", "fay", "gus", "mia"}, set()),
        (policy("mentioned"), {"ada", "mia"}, set()),
        (policy("author"), {"ada", "mia"}, set()),
        (policy(), {"ada", "mia"}, set()),
        (policy("followers", manual=("public",)), {"ada", "fay", "mia"}, {"gus", "sam"}),
        (policy("author", manual=("followers",)), {"ada", "mia"}, {"fay"}),
        (ASKING, {"ada", "mia"}, {"fay", "gus", "sam"}),
    ],
    ids=lambda value: None if isinstance(value, set) else str(sorted(value["can_reply"].items())),
)
def test_who_may_answer(
    api: Api, people: dict[str, Person], said: dict[str, Any], may: set[str], may_ask: set[str]
) -> None:
    post = write(api, people["ada"], interaction_policy=said)
    for name, who in people.items():
        reply = answer(api, who, post)
        if name in may | may_ask:
            assert reply.status == 200, (name, reply.body)
            assert reply.json.get("reply_approval") == ("pending" if name in may_ask else None), name
        else:
            assert reply.status == 403, name
    assert len(below(api, post, None)) == len(may)
    assert api.get(f"/api/v1/statuses/{post['id']}").json["replies_count"] == len(may)


def test_what_is_said_is_told(api: Api, people: dict[str, Person]) -> None:
    told = write(api, people["ada"], interaction_policy=ASKING)["interaction_policy"]
    assert told["can_reply"]["automatic_approval"] == told["can_reply"]["always"] == ["author"]
    assert told["can_reply"]["manual_approval"] == told["can_reply"]["with_approval"] == ["public"]
    assert told["can_reblog"]["automatic_approval"] == ["public"]
    old = {"can_reply": {"always": ["followers"], "with_approval": []}}
    told = write(api, people["ada"], interaction_policy=old)["interaction_policy"]
    assert told["can_reply"]["always"] == ["author", "followers"]
    assert "interaction_policy" not in write(api, people["ada"])
    assert "interaction_policy" not in write(api, people["ada"], interaction_policy=policy("public"))
    wrong = {"status": "x", "interaction_policy": policy("everybody")}
    assert api.post("/api/v1/statuses", people["ada"], json=wrong).status == 422


def test_an_answer_waits_until_it_is_approved(api: Api, people: dict[str, Person]) -> None:
    ada, sam, mia = people["ada"], people["sam"], people["mia"]
    api.post(f"/api/v1/accounts/{sam.id}/follow", mia)
    post = write(api, ada, interaction_policy=ASKING)
    reply = answer(api, sam, post, "Listen, @gus").json
    assert reply["reply_approval"] == "pending"
    for viewer in (mia, people["gus"], people["fay"], None):
        assert below(api, post, viewer) == []
        assert api.get(f"/api/v1/statuses/{reply['id']}", viewer).status == 404
        if viewer is not None:
            assert reply["id"] not in api.get("/api/v1/timelines/home", viewer).text
            assert reply["id"] not in api.get("/api/v1/notifications", viewer).text
    for viewer in (sam, ada):
        assert below(api, post, viewer) == [reply["id"]]
    assert reply["id"] not in api.get("/api/v1/timelines/home", ada).text
    (told,) = api.get("/api/v1/notifications?types[]=pending.reply", ada).json
    assert (told["type"], told["status"]["id"]) == ("pending.reply", reply["id"])
    (request,) = api.get(REQUESTS, ada).json
    assert (request["type"], request["reply"]["id"], request["status"]["id"]) == (
        "reply",
        reply["id"],
        post["id"],
    )
    assert request["account"]["acct"] == "sam"
    assert api.get(f"{REQUESTS}?status_id={reply['id']}", ada).json == []

    approved = api.post(f"{REQUESTS}/{request['id']}/authorize", ada)
    assert approved.json["accepted_at"]
    api.work()
    assert api.get(REQUESTS, ada).json == []
    for viewer in (mia, people["gus"], None, sam):
        assert below(api, post, viewer) == [reply["id"]]
    shown = api.get(f"/api/v1/statuses/{reply['id']}").json
    assert "reply_approval" not in shown
    assert shown["visibility"] == "public"
    assert [one["acct"] for one in shown["mentions"]] == ["gus"]
    assert [one["type"] for one in api.get("/api/v1/notifications", people["gus"]).json] == [
        "mention",
        "follow",
    ]
    assert api.get(f"/api/v1/statuses/{post['id']}").json["replies_count"] == 1


def test_an_approval_is_taken_back(api: Api, people: dict[str, Person]) -> None:
    ada, sam = people["ada"], people["sam"]
    post = write(api, ada, interaction_policy=ASKING)
    reply = answer(api, sam, post, "Listen, @gus #cats").json
    (request,) = api.get(REQUESTS, ada).json
    for _ in range(2):
        assert api.post(f"{REQUESTS}/{request['id']}/authorize", ada).status == 200
    api.work()
    refused = api.post(f"{REQUESTS}/{request['id']}/reject", ada)
    assert refused.json["rejected_at"]
    api.work()
    for viewer in (ada, people["gus"], None):
        assert below(api, post, viewer) == []
        assert api.get(f"/api/v1/statuses/{reply['id']}", viewer).status == 404
    assert api.get("/api/v1/timelines/tag/cats").json == []
    assert api.get(f"/api/v1/statuses/{post['id']}").json["replies_count"] == 0
    assert api.get(f"/api/v1/statuses/{reply['id']}", sam).json["reply_approval"] == "revoked"
    assert api.post(f"{REQUESTS}/{request['id']}/authorize", ada).status == 200
    api.work()
    assert below(api, post, None) == [reply["id"]]
    assert api.delete(f"/api/v1/statuses/{reply['id']}", sam).status == 200
    assert api.get(f"/api/v1/statuses/{post['id']}").json["replies_count"] == 0


def test_one_that_needed_no_approval_is_taken_out_as_well(api: Api, people: dict[str, Person]) -> None:
    post = write(api, people["ada"])
    reply = answer(api, people["sam"], post).json
    path = f"/api/v1/statuses/{reply['id']}/reject_reply"
    assert api.post(path, people["gus"]).status == 404
    assert api.post(path, people["sam"]).status == 404
    assert api.post(path, people["ada"]).status == 200
    api.work()
    assert below(api, post, people["gus"]) == []
    assert api.get(f"/api/v1/statuses/{reply['id']}", people["sam"]).json["reply_approval"] == "revoked"


def test_a_refused_answer_is_its_authors_alone(api: Api, people: dict[str, Person]) -> None:
    ada, sam = people["ada"], people["sam"]
    post = write(api, ada, interaction_policy=ASKING)
    reply = answer(api, sam, post).json
    (request,) = api.get(REQUESTS, ada).json
    assert api.post(f"{REQUESTS}/{request['id']}/reject", ada).json["rejected_at"]
    api.work()
    assert below(api, post, ada) == []
    assert below(api, post, sam) == [reply["id"]]
    assert api.get(f"/api/v1/statuses/{reply['id']}", sam).json["reply_approval"] == "rejected"


def test_a2_nobody_approves_for_others(api: Api, people: dict[str, Person]) -> None:
    """A2"""
    post = write(api, people["ada"], interaction_policy=ASKING)
    reply = answer(api, people["sam"], post).json
    (request,) = api.get(REQUESTS, people["ada"]).json
    for name in ("sam", "gus", "mia"):
        assert api.get(REQUESTS, people[name]).json == []
        for end in ("", "/authorize", "/reject"):
            method = "GET" if not end else "POST"
            assert api.call(method, f"{REQUESTS}/{request['id']}{end}", people[name]).status == 404
        path = f"/api/v1/statuses/{post['id']}/interaction_policy"
        assert api.put(path, people[name], json=policy("public")).status == 404
    assert api.get(f"/api/v1/statuses/{reply['id']}").status == 404


def test_f3_nobody_gets_round_it(api: Api, people: dict[str, Person]) -> None:
    """F3: not by answering one's own waiting answer, by editing it, by boosting it or the post, or by quoting it."""
    ada, sam = people["ada"], people["sam"]
    post = write(api, ada, interaction_policy=ASKING)
    reply = answer(api, sam, post, "xyzzy").json
    assert answer(api, sam, reply, "xyzzy too").status == 403
    assert answer(api, ada, reply, "Not yet").status == 403
    edited = api.put(f"/api/v1/statuses/{reply['id']}", sam, json={"status": "xyzzy @gus #cats"})
    assert edited.status == 200
    api.work()
    assert api.post(f"/api/v1/statuses/{reply['id']}/reblog", sam).status == 403
    quote = api.post("/api/v1/statuses", sam, json={"status": "Look", "quoted_status_id": reply["id"]})
    boost = api.post(f"/api/v1/statuses/{post['id']}/reblog", sam).json
    assert answer(api, sam, boost, "xyzzy").json["reply_approval"] == "pending"
    api.work()
    for viewer in (people["gus"], people["mia"], None):
        for path in (
            "/api/v1/timelines/public",
            "/api/v1/timelines/tag/cats",
            f"/api/v1/accounts/{sam.id}/statuses",
            "/api/v2/search?q=xyzzy",
            f"/api/v1/statuses/{post['id']}/context",
            f"/@sam/{reply['id']}",
            "/@sam",
        ):
            assert "xyzzy" not in api.get(path, viewer).text, path
    assert quote.status in (200, 403, 422)
    nobody = write(api, ada, interaction_policy=policy())
    boost = api.post(f"/api/v1/statuses/{nobody['id']}/reblog", sam).json
    assert answer(api, sam, boost).status == 403


def test_it_is_said_anew(api: Api, people: dict[str, Person]) -> None:
    ada, sam = people["ada"], people["sam"]
    post = write(api, ada)
    path = f"/api/v1/statuses/{post['id']}/interaction_policy"
    assert answer(api, sam, post).status == 200
    assert "interaction_policy" in api.put(path, ada, json=policy()).json
    assert answer(api, sam, post).status == 403
    assert len(below(api, post, None)) == 1
    kept = api.put(path, ada, json={"quote_approval_policy": "nobody"}).json
    assert kept["interaction_policy"]["can_reply"]["always"] == ["author"]
    assert "interaction_policy" not in api.put(path, ada, json=policy("public")).json
    assert answer(api, sam, post).status == 200


def test_what_one_prefers(api: Api, people: dict[str, Person]) -> None:
    ada, path = people["ada"], "/api/v1/interaction_policies/defaults"
    assert api.get(path, ada).json["public"]["can_reply"]["always"] == ["public"]
    changed = api.patch(path, ada, json={"public": policy("followers"), "private": policy("mentioned")}).json
    assert changed["public"]["can_reply"]["always"] == ["author", "followers"]
    assert changed["unlisted"]["can_reply"]["always"] == ["public"]
    assert api.get(path, ada).json == changed
    post = write(api, ada)
    assert post["interaction_policy"]["can_reply"]["always"] == ["author", "followers"]
    assert "interaction_policy" not in write(api, ada, visibility="unlisted")
    assert "interaction_policy" not in write(api, ada, interaction_policy=policy("public"))
    assert api.patch(path, ada, json={}).json["public"]["can_reply"]["always"] == ["public"]
