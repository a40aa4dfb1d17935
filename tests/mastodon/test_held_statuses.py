"""First posts with links or many mentions, mass mentions and known spam wait for a moderator."""

from typing import Any

import msgspec
import pytest

from martlet.settings import Settings
from tests.client import Api, Person, Reply
from tests.listening import listening
from tests.mastodon.moderating import ADMIN, log, report, staff, undo

QUEUE = f"{ADMIN}/held_statuses"
MARKS = f"{ADMIN}/spam_marks"
LINK = "Look at https://pills.example/now"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A server that looks at everybody's first two posts, and at who names more than three strangers."""
    return msgspec.structs.replace(settings, hold_first_posts=2, hold_mentions=2, hold_mass_mentions=3)


@pytest.fixture
def mod(api: Api) -> Person:
    return staff(api, "mod")


def write(api: Api, who: Person, status: str, **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, json={"status": status, **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def sees(api: Api, post: Any, who: Person | None) -> bool:
    return api.get(f"/api/v1/statuses/{post['id']}", who).status == 200


def waiting(api: Api, mod: Person, **query: str) -> list[Any]:
    found: list[Any] = api.get(QUEUE, mod, query=query).json
    return found


def decide(api: Api, mod: Person, post: Any, act: str, **form: Any) -> Reply:
    reply = api.post(f"{QUEUE}/{post['id']}/{act}", mod, json=form)
    api.work()
    return reply


def test_a_first_post_with_a_link_waits_and_goes_out_once_as_if_it_had_been_written_then(
    api: Api, mod: Person
) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    api.post(f"/api/v1/accounts/{ada.id}/follow", bob)
    api.work()
    post = write(api, ada, f"@bob {LINK}")
    assert (post["review"], post["visibility"], "limited_scope" in post) == ("pending", "private", False)
    assert sees(api, post, ada)
    assert not any(sees(api, post, who) for who in (bob, mod, None))
    assert api.get("/api/v1/notifications", bob).json == []
    assert api.get("/api/v1/timelines/home", bob).json == []
    assert [one["id"] for one in api.get("/api/v1/timelines/home", ada).json] == [post["id"]]
    (held,) = waiting(api, mod)
    assert (held["id"], held["reasons"], held["visibility"], held["state"]) == (
        post["id"], ["links"], "public", "pending",
    )  # fmt: skip
    assert held["status"]["account"]["username"] == "ada"
    with listening(api, "/api/v1/streaming/user", bob) as stream:
        assert decide(api, mod, post, "release").status == 200
        assert stream.until("update").json["id"] == post["id"]
    assert all(sees(api, post, who) for who in (bob, mod, None))
    assert [one["type"] for one in api.get("/api/v1/notifications", bob).json] == ["mention"]
    seen = api.get(f"/api/v1/statuses/{post['id']}", bob).json
    assert (seen["visibility"], seen["mentions"][0]["username"], "review" in seen) == ("public", "bob", False)
    assert waiting(api, mod) == []
    assert decide(api, mod, post, "release").status == 404
    assert log(api, mod)[0]["action"] == "held_post.release"
    assert log(api, mod)[0]["undoable"] is False


def test_what_waits_and_what_does_not(api: Api, mod: Person) -> None:
    ada = api.person("ada")
    for name in ("bob", "eve", "gus"):
        api.person(name)
    cases: list[tuple[str, dict[str, Any], list[str]]] = [
        ("Hello #world", {}, []),
        ("Hello @bob @eve", {}, []),
        ("Hello @bob @eve @gus", {}, ["mentions"]),
        (LINK, {}, ["links"]),
        (LINK, {"visibility": "unlisted"}, ["links"]),
        (LINK, {"visibility": "private"}, []),
        (LINK, {"visibility": "direct"}, []),
        ("See http://localhost:3000/about", {}, []),
        (LINK, {"local_only": True}, ["links"]),
    ]
    for number, (text, form, reasons) in enumerate(cases):
        one = api.person(f"new{number}")
        post = write(api, one, text, **form)
        assert post.get("review") == ("pending" if reasons else None), text
        held = {held["id"]: held["reasons"] for held in waiting(api, mod)}
        assert held.get(post["id"], []) == reasons, text
    assert "review" not in write(api, mod, LINK)  # who looks after the server
    for text in ("One", "Two"):
        write(api, ada, text)
    assert "review" not in write(api, ada, LINK)  # no longer among the first


def test_what_was_refused_stays_its_authors_and_can_be_taken_back(api: Api, mod: Person) -> None:
    ada = api.person("ada")
    post = write(api, ada, LINK)
    further = write(api, ada, "And more", in_reply_to_id=post["id"])
    assert waiting(api, mod)[0]["reasons"] == ["answers_held"]
    assert decide(api, mod, further, "release").status == 409
    assert decide(api, mod, post, "refuse").json["state"] == "rejected"
    assert api.get(f"/api/v1/statuses/{post['id']}", ada).json["review"] == "rejected"
    (told,) = api.get("/api/v1/notifications", ada).json
    assert (told["type"], told["status"]["id"]) == ("status.refused", post["id"])
    assert [one["id"] for one in waiting(api, mod, state="rejected")] == [post["id"]]
    assert undo(api, mod, log(api, mod)[0]).status == 200
    api.work()
    assert api.get("/api/v1/notifications", ada).json == [], "it waits again"
    assert [one["id"] for one in waiting(api, mod)] == [further["id"], post["id"]]
    for one in (post, further):
        assert decide(api, mod, one, "release").status == 200
    assert [one["id"] for one in api.get(f"/api/v1/statuses/{post['id']}/context").json["descendants"]] == [
        further["id"]
    ]
    assert api.get(f"/api/v1/statuses/{post['id']}").json["replies_count"] == 1


def test_edits_lead_nobody_round(api: Api, mod: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    plain = write(api, ada, "Hello")
    assert api.put(f"/api/v1/statuses/{plain['id']}", ada, json={"status": LINK}).status == 403
    assert api.put(f"/api/v1/statuses/{plain['id']}", ada, json={"status": "Hi"}).status == 200
    held = write(api, ada, LINK)
    assert api.put(f"/api/v1/statuses/{held['id']}", ada, json={"status": f"@bob {LINK}"}).status == 200
    api.work()
    assert api.get("/api/v1/notifications", bob).json == []
    assert not sees(api, held, bob)
    decide(api, mod, held, "release")
    assert [one["type"] for one in api.get("/api/v1/notifications", bob).json] == ["mention"]
    assert api.put(f"/api/v1/statuses/{held['id']}", ada, json={"status": f"Look! {LINK}"}).status == 200


def test_only_those_who_work_on_reports_decide(api: Api, mod: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob", "read write admin:read admin:write")
    post = write(api, ada, LINK)
    for reply in (
        api.get(QUEUE, bob),
        api.get(f"{QUEUE}/{post['id']}", bob),
        api.post(f"{QUEUE}/{post['id']}/release", bob),
        api.post(f"{QUEUE}/{post['id']}/refuse", bob),
        api.get(MARKS, bob),
        api.post(MARKS, bob, json={"status_id": post["id"]}),
        api.delete(f"{MARKS}/1", bob),
    ):
        assert reply.status == 403
    private = write(api, ada, "For followers", visibility="private")
    assert api.get(f"{QUEUE}/{private['id']}", mod).status == 404
    assert api.post(f"{QUEUE}/{private['id']}/release", mod).status == 404
    assert api.post(MARKS, mod, json={"status_id": private["id"]}).status == 404


def test_an_answer_that_needs_approval_too_gets_both(api: Api, mod: Person) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    policy = {"can_reply": {"automatic_approval": ["author"], "manual_approval": ["public"]}}
    asked = write(api, bob, "What do you think?", interaction_policy=policy)
    post = write(api, ada, LINK, in_reply_to_id=asked["id"])
    assert post["review"] == "pending"
    assert api.get("/api/v1/interaction_requests", bob).json == []
    decide(api, mod, post, "release")
    assert api.get(f"/api/v1/statuses/{post['id']}", ada).json["reply_approval"] == "pending"
    (request,) = api.get("/api/v1/interaction_requests", bob).json
    assert api.post(f"/api/v1/interaction_requests/{request['id']}/authorize", bob).status == 200
    api.work()
    assert sees(api, post, None)


def test_who_names_many_strangers_within_an_hour_waits_or_is_kept_aside(api: Api, mod: Person) -> None:
    ada = api.person("ada")
    write(api, ada, "One"), write(api, ada, "Two")
    people = [api.person(f"p{number}") for number in range(6)]
    api.post(f"/api/v1/accounts/{ada.id}/follow", people[5])
    api.work()
    at_once = write(api, ada, " ".join(f"@p{number}" for number in range(4)))
    assert waiting(api, mod)[0]["reasons"] == ["mass_mention"]
    decide(api, mod, at_once, "refuse")
    for number in (0, 1, 2):
        assert "review" not in write(api, ada, f"Hello @p{number}")
    assert write(api, ada, "Hello @p3")["review"] == "pending"
    assert "review" not in write(api, ada, "Hello @p5")  # who follows her
    write(api, ada, "Hello @p4", visibility="unlisted")
    policy = {"for_private_mentions": "accept"}
    for person in people:
        api.patch("/api/v2/notifications/policy", person, json=policy)
    write(api, ada, "In private @p4", visibility="direct")
    heard = [len(api.get("/api/v1/notifications?types[]=mention", one).json) for one in people]
    assert heard == [1, 1, 1, 0, 0, 1]
    assert len(api.get("/api/v1/notifications/requests", people[4]).json) == 1


def test_spam_is_known_again_by_shape_and_pictures_for_a_while(api: Api, mod: Person) -> None:
    eve, gus = api.person("eve"), api.person("gus")
    api.person("ada")
    text = (
        "Dear friends, we sell the very best and cheapest pills that you have ever seen, call us now at 555-"
    )
    first = write(api, eve, f"@ada {text}0199")
    assert "review" not in first
    mark = api.post(MARKS, mod, json={"status_id": first["id"]}).json
    assert (mark["has_text"], mark["status_id"]) == (True, first["id"])
    assert api.post(MARKS, mod, json={"status_id": write(api, gus, "Hi")["id"]}).status == 422
    assert write(api, eve, f"@gus {text.upper()}7777")["review"] == "pending"
    assert write(api, gus, f"{text}1 !!")["review"] == "pending"
    assert write(api, gus, text.replace("Dear friends", "Dear friend"))["review"] == "pending"
    assert "review" not in write(
        api, gus, "Dear friends, the choir meets on Thursday in the old school, bring your notes and a cake"
    )
    assert {tuple(one["reasons"]) for one in waiting(api, mod)} == {("spam",)}
    assert "words" not in str(log(api, mod)[0])
    assert api.delete(f"{MARKS}/{mark['id']}", mod).status == 200
    assert "review" not in write(api, gus, f"{text}3")
    assert undo(api, mod, log(api, mod)[0]).status == 200
    assert [one["id"] for one in api.get(MARKS, mod).json] == [mark["id"]]
    assert write(api, gus, f"{text}4")["review"] == "pending"
    with api.built.ground.store.write() as db:
        db.run("UPDATE spam_mark SET expires_at = 1")
    assert "review" not in write(api, gus, f"{text}5")


def test_what_is_refused_can_be_marked_as_spam_with_it(api: Api, mod: Person) -> None:
    ada = api.person("ada")
    post = write(api, ada, f"{LINK}, the best that you have ever seen")
    assert decide(api, mod, post, "refuse", spam=True).status == 200
    assert [one["action"] for one in log(api, mod)[:2]] == ["spam_mark.add", "held_post.refuse"]
    assert waiting(api, mod) == []
    reported = write(api, ada, "Hello")
    assert report(api, mod, ada, reported)
