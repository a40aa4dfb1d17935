"""
Who may answer, between servers, in GoToSocial's words.

The documents of others here are written after https://docs.gotosocial.org/en/latest/federation/interaction_controls/
and what GoToSocial 0.20 sends and reads in its own tests (`ReplyRequest`, `Accept` with `result`, `Reject`).
"""

import json
from typing import Any

import pytest

from martlet.model.names import Uri
from martlet.services import placing
from martlet.signing import proofs
from martlet.signing.keys import PublicKey
from martlet.storage import uris
from tests import client
from tests.client import Api
from tests.elsewhere import CONTEXT, Document, Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
PUBLIC = "https://www.w3.org/ns/activitystreams#Public"
DOCUMENT = {"accept": "application/activity+json"}
REQUESTS = "/api/v1/interaction_requests"
ASKING = {"can_reply": {"automatic_approval": ["author"], "manual_approval": ["public"]}}
NOBODY = {"can_reply": {"automatic_approval": ["author"]}}
FOLLOWERS = {"can_reply": {"automatic_approval": ["followers"]}}


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def mallory(there: Elsewhere) -> Person:
    return there.person("mallory", "other.example")


def write(api: Api, who: client.Person, status: str = "What do you think?", **form: Any) -> Any:
    reply = api.post("/api/v1/statuses", who, json={"status": status, **form})
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


def look(api: Api, post: Any, viewer: client.Person | None = None) -> Any:
    return api.get(f"/api/v1/statuses/{post['id']}", viewer).json


def below(api: Api, post: Any, viewer: client.Person | None = None) -> list[Any]:
    found: list[Any] = api.get(f"/api/v1/statuses/{post['id']}/context", viewer).json["descendants"]
    return found


def of(there: Elsewhere, kind: str) -> list[Document]:
    return [one for one in there.received if one["type"] == kind]


def reply_request(person: Person, note: Document, target: str) -> Document:
    return person.act("ReplyRequest", target, instrument=note, to=ADA)


# -- answers that come ---------------------------------------------------


def test_a_policy_is_told(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    there.bring(api, eve.act("Follow", ADA))
    post = write(api, ada, "What, @eve@peer.example?", interaction_policy=ASKING)
    [create] = of(there, "Create")
    said = create["object"]["interactionPolicy"]
    assert said["canReply"] == {"automaticApproval": [ADA, eve.uri], "manualApproval": [PUBLIC]}
    api.put(f"/api/v1/statuses/{post['id']}/interaction_policy", ada, json=FOLLOWERS)
    api.work()
    [update] = of(there, "Update")
    said = update["object"]["interactionPolicy"]["canReply"]
    assert said == {"automaticApproval": [ADA, eve.uri, f"{ADA}/followers"]}
    write(api, ada)
    assert "canReply" not in of(there, "Create")[-1]["object"]["interactionPolicy"]


@pytest.mark.parametrize("is_polite", [True, False])
def test_an_answer_from_elsewhere_is_approved_and_taken_out(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, *, is_polite: bool
) -> None:
    post = write(api, ada, interaction_policy=ASKING)
    note = there.keep(eve.note("<p>xyzzy</p>", inReplyTo=post["uri"], cc=[ADA]))
    request = reply_request(eve, note, post["uri"])
    there.bring(api, request if is_polite else eve.act("Create", note))
    assert of(there, "Accept") == of(there, "Reject") == []
    assert below(api, post) == []
    [waiting] = api.get(REQUESTS, ada).json
    assert waiting["reply"]["reply_approval"] == "pending"
    assert api.get("/api/v1/notifications", ada).json[0]["type"] == "pending.reply"

    api.post(f"{REQUESTS}/{waiting['id']}/authorize", ada)
    api.work()
    [shown] = below(api, post)
    assert "xyzzy" in shown["content"]
    [accept] = of(there, "Accept")
    meant = accept["object"]["instrument"] if is_polite else accept["object"]
    assert meant == note["id"]
    if is_polite:
        assert accept["object"]["id"] == request["id"]
    path = accept["result"].removeprefix(HERE)
    stamp = api.get(path, headers=DOCUMENT).json
    assert stamp["type"] == "ReplyAuthorization"
    assert (stamp["attributedTo"], stamp["interactingObject"], stamp["interactionTarget"]) == (
        ADA,
        note["id"],
        post["uri"],
    )
    keys = api.get("/users/ada", headers=DOCUMENT).json["assertionMethod"]
    proofs.verify(stamp, PublicKey.from_multibase(keys[0]["publicKeyMultibase"]), api.built.ground.here.now())

    api.post(f"{REQUESTS}/{waiting['id']}/reject", ada)
    api.work()
    assert below(api, post, ada) == []
    assert api.get(path, headers=DOCUMENT).status == 404
    assert len(of(there, "Reject")) == 1
    assert [one["object"]["id"] for one in of(there, "Delete")] == [accept["result"]]
    there.bring(api, request | {"id": f"{eve.uri}/acts/again"})
    assert below(api, post, ada) == []
    assert len(of(there, "Reject")) == 2


def test_followers_are_approved_at_once(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    there.bring(api, eve.act("Follow", ADA))
    there.received.clear()
    post = write(api, ada, interaction_policy=FOLLOWERS)
    note = eve.note("<p>Well</p>", inReplyTo=post["uri"], cc=[ADA])
    there.bring(api, reply_request(eve, note, post["uri"]))
    assert len(below(api, post)) == 1
    [accept] = of(there, "Accept")
    assert accept["object"]["instrument"] == note["id"]
    assert api.get(REQUESTS, ada).json == []


def test_what_nobody_may_answer(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    """Whoever knows the policy is told, and so is who does not; nothing is kept but what those who are named say."""
    post = write(api, ada, "Just us, @eve@peer.example", interaction_policy=NOBODY)
    note = mallory.note("<p>Ha</p>", inReplyTo=post["uri"], cc=[ADA])
    there.bring(api, reply_request(mallory, note, post["uri"]))
    there.bring(api, mallory.act("Create", note))
    assert below(api, post, ada) == []
    assert [one["object"] for one in of(there, "Reject")][-1] == note["id"]
    assert of(there, "Reject")[0]["object"]["type"] == "ReplyRequest"
    there.bring(api, eve.act("Create", eve.note("<p>Yes</p>", inReplyTo=post["uri"], cc=[ADA])))
    assert len(below(api, post)) == 1


def test_d12_nobody_approves_an_answer_for_others(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    """D12: not by naming a stamp of one's own, nor by asking in another's name or for another's answer."""
    post = write(api, ada, interaction_policy=ASKING)
    note = mallory.note(
        "<p>Ha</p>", inReplyTo=post["uri"], cc=[ADA], replyAuthorization=f"{ADA}/reply_authorizations/1"
    )
    there.bring(api, mallory.act("Create", note))
    stamp = {"@context": CONTEXT, "id": f"{mallory.uri}/stamps/1", "type": "ReplyAuthorization"}
    stamped = mallory.note("<p>Ha!</p>", inReplyTo=post["uri"], cc=[ADA], approvedBy=stamp["id"])
    there.keep(
        stamp | {"attributedTo": ADA, "interactingObject": stamped["id"], "interactionTarget": post["uri"]}
    )
    there.bring(api, mallory.act("Create", stamped))
    for request in (note["id"], reply_request(mallory, note, post["uri"])):
        there.bring(api, mallory.act("Accept", request, result=stamp["id"]))
    of_eve = eve.note("<p>Said by Eve?</p>", inReplyTo=post["uri"], cc=[ADA])
    there.bring(api, reply_request(mallory, of_eve, post["uri"]))
    assert below(api, post) == []
    assert len(api.get(REQUESTS, ada).json) == 2


def test_f3_nobody_gets_round_it_from_elsewhere(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    """F3: not by answering one's own waiting answer, by changing it, or by having been unable to see the post."""
    post = write(api, ada, interaction_policy=ASKING)
    note = there.keep(mallory.note("<p>xyzzy</p>", inReplyTo=post["uri"], cc=[ADA]))
    there.bring(api, mallory.act("Create", note))
    below_it = mallory.note("<p>xyzzy too</p>", inReplyTo=note["id"], cc=[ADA])
    there.bring(api, mallory.act("Create", below_it))
    of_eve = eve.note("<p>xyzzy as well</p>", inReplyTo=note["id"], cc=[ADA])
    there.bring(api, eve.act("Create", of_eve))
    later = {**note, "content": "<p>xyzzy again</p>", "updated": "2100-01-01T00:00:00Z"}
    there.bring(api, mallory.act("Update", later))
    there.bring(api, mallory.act("Announce", note["id"], to=[PUBLIC]))
    assert below(api, post) == []
    assert "xyzzy" not in api.get(f"/@ada/{post['id']}").text
    assert "xyzzy" not in api.get("/api/v1/timelines/public").text

    private = write(api, ada, visibility="private", interaction_policy=NOBODY)
    unseen = there.keep(mallory.note("<p>xyzzy</p>", inReplyTo=private["uri"], to=[PUBLIC, ADA]))
    there.bring(api, mallory.act("Create", unseen))
    there.bring(api, mallory.act("Follow", ADA))
    there.bring(api, mallory.act("Update", {**unseen, "updated": "2100-01-01T00:00:00Z"}))
    with api.built.ground.store.write() as db:  # as when its document is read anew
        kept = uris.find_post(db, Uri(unseen["id"]))
        assert kept is not None
        placing.place_again(db, kept, Uri(private["uri"]), api.built.ground.here)
    assert below(api, private, ada) == []


def test_d23_who_does_not_see_a_post_is_not_told_who_may_answer(
    api: Api, there: Elsewhere, ada: client.Person, mallory: Person
) -> None:
    """D23"""
    post = write(api, ada, visibility="private", interaction_policy=NOBODY)
    note = mallory.note("<p>Ha</p>", inReplyTo=post["uri"], cc=[ADA])
    there.bring(api, reply_request(mallory, note, post["uri"]))
    assert of(there, "Reject") == []
    assert below(api, post, ada) == []


# -- answers that are written here ---------------------------------------

OLD = {"canReply": {"always": "$author", "approvalRequired": PUBLIC}}
NEW = {"canReply": {"automaticApproval": ["$author"], "manualApproval": [PUBLIC]}}
ONLY_FOLLOWERS = {"canReply": {"automaticApproval": ["$author", "$author/followers"]}}
ONLY_AUTHOR = {"canReply": {"automaticApproval": "$author"}}
ADA_TOO = {"canReply": {"automaticApproval": ["$author", ADA]}}
ADA_ASKS = {"canReply": {"automaticApproval": PUBLIC, "manualApproval": ADA}}


def post_of(api: Api, there: Elsewhere, ada: client.Person, eve: Person, policy: Any, **more: Any) -> Any:
    """A post of Eve's with a policy, as Ada is shown it."""
    said = json.loads(json.dumps(policy).replace("$author", eve.uri))
    note = there.keep(eve.note("<p>Said</p>", interactionPolicy=said, **more))
    return api.get(f"/api/v2/search?q={note['id']}&resolve=true&type=statuses", ada).json["statuses"][0]


@pytest.mark.parametrize(
    ("policy", "becomes"),
    [
        ({}, "free"),
        (None, "free"),
        ({"canLike": {"automaticApproval": PUBLIC}}, "free"),
        (ONLY_AUTHOR, "denied"),
        (ONLY_FOLLOWERS, "denied"),
        (ADA_TOO, "free"),
        (ADA_ASKS, "pending"),
        (OLD, "pending"),
        (NEW, "pending"),
    ],
)
def test_what_others_say_is_respected(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, policy: Any, becomes: str
) -> None:
    post = post_of(api, there, ada, eve, policy)
    reply = api.post("/api/v1/statuses", ada, json={"status": "Well", "in_reply_to_id": post["id"]})
    api.work()
    assert reply.status == (403 if becomes == "denied" else 200)
    assert reply.json.get("reply_approval") == ("pending" if becomes == "pending" else None)
    assert len(of(there, "Create")) == (becomes == "free")
    assert len(of(there, "ReplyRequest")) == (becomes == "pending")
    assert len(below(api, post)) == (becomes == "free")


def test_who_is_named_always_may(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    tag = [{"type": "Mention", "href": ADA, "name": "@ada"}]
    post = post_of(api, there, ada, eve, ONLY_AUTHOR, tag=tag)
    assert "reply_approval" not in write(api, ada, in_reply_to_id=post["id"])


def asked(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, policy: Any
) -> tuple[Any, Any, Document]:
    """Ada answers Eve, and has to ask: Eve's post, the answer, and the request."""
    post = post_of(api, there, ada, eve, policy)
    reply = write(api, ada, "xyzzy @mallory@other.example", in_reply_to_id=post["id"])
    [(url, request)] = there.delivered
    assert url == f"{eve.uri}/inbox"
    assert (request["type"], request["actor"], request["object"]) == ("ReplyRequest", ADA, post["uri"])
    assert request["instrument"]["id"] == reply["uri"]
    assert request["instrument"]["to"] == [PUBLIC]
    there.delivered.clear()
    there.received.clear()
    return post, reply, request


@pytest.mark.parametrize("names", ["request", "id", "note"])
def test_an_answer_goes_out_once_it_is_approved(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person, names: str
) -> None:
    api.get(f"/api/v2/search?q={mallory.uri}&resolve=true", ada)
    post, reply, request = asked(api, there, ada, eve, NEW)
    assert [one["href"] for one in request["instrument"]["tag"]] == [mallory.uri]
    meant = {"request": request, "id": request["id"], "note": reply["uri"]}[names]
    there.bring(api, eve.act("Accept", meant, result=f"{eve.uri}/stamps/1"))
    [shown] = below(api, post)
    assert shown["id"] == reply["id"]
    creates = {url: one["object"] for url, one in there.delivered if one["type"] == "Create"}
    assert set(creates) == {f"{eve.uri}/inbox", f"{mallory.uri}/inbox"}
    note = creates[f"{mallory.uri}/inbox"]
    assert note["replyAuthorization"] == note["approvedBy"] == f"{eve.uri}/stamps/1"
    assert api.get(note["id"].removeprefix(HERE), headers=DOCUMENT).json == note

    there.bring(api, eve.act("Delete", f"{eve.uri}/stamps/1"))
    assert below(api, post) == []
    assert look(api, reply, ada)["reply_approval"] == "revoked"
    assert api.get(note["id"].removeprefix(HERE), headers=DOCUMENT).status == 404
    gone = {
        url for url, one in there.delivered if one["type"] == "Delete" and one["object"]["id"] == note["id"]
    }
    assert gone == {f"{eve.uri}/inbox", f"{mallory.uri}/inbox"}


def test_a_follower_asks_as_well(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """Only Eve's server knows who follows her: its stamp is what others believe."""
    id = api.get(f"/api/v2/search?q={eve.uri}&resolve=true", ada).json["accounts"][0]["id"]
    api.post(f"/api/v1/accounts/{id}/follow", ada)
    api.work()
    there.bring(api, eve.act("Accept", there.received[-1]))
    there.delivered.clear()
    asked(api, there, ada, eve, ONLY_FOLLOWERS)


def test_a_refused_answer_goes_nowhere(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    post, reply, request = asked(api, there, ada, eve, NEW)
    there.bring(api, eve.act("Reject", request))
    assert look(api, reply, ada)["reply_approval"] == "rejected"
    there.bring(api, eve.act("Accept", request, result=f"{eve.uri}/stamps/1"))
    assert below(api, post) == []
    assert there.received == []
    assert there.fetch(api, reply["uri"].removeprefix(HERE), mallory).status == 404


def test_d12_only_who_was_asked_approves(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    """D12"""
    post, reply, request = asked(api, there, ada, eve, NEW)
    for meant in (request, request["id"], reply["uri"]):
        there.bring(api, mallory.act("Accept", meant, result=f"{mallory.uri}/stamps/1"))
    for stamp in (f"{mallory.uri}/stamps/1", f"{ADA}/reply_authorizations/1", None):
        there.bring(api, eve.act("Accept", request, **({} if stamp is None else {"result": stamp})))
    other = {**request, "object": f"{eve.uri}/posts/other"}
    there.bring(api, eve.act("Accept", other, result=f"{eve.uri}/stamps/1"))
    there.bring(api, mallory.act("Reject", request))
    assert below(api, post) == []
    assert look(api, reply, ada)["reply_approval"] == "pending"
    there.bring(api, eve.act("Accept", request, result=f"{eve.uri}/stamps/1"))
    there.bring(api, mallory.act("Delete", f"{eve.uri}/stamps/1"))
    assert len(below(api, post)) == 1


def test_answers_between_others_are_believed_only_with_approval(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    post = post_of(api, there, ada, eve, ONLY_AUTHOR)
    found = api.get(f"/api/v2/search?q={mallory.uri}&resolve=true", ada).json["accounts"][0]["id"]
    api.post(f"/api/v1/accounts/{found}/follow", ada)
    api.work()
    follow = next(one for one in reversed(there.received) if one["type"] == "Follow")
    there.bring(api, mallory.act("Accept", follow))

    def approval(name: str, reply: Document, **changed: Any) -> str:
        there.keep(
            {
                "@context": CONTEXT, "id": name, "type": "ReplyAuthorization", "attributedTo": eve.uri,
                "interactingObject": reply["id"], "interactionTarget": post["uri"], **changed,
            }
        )  # fmt: skip
        return name

    def answered(name: str | None, **changed: Any) -> bool:
        reply = mallory.note(inReplyTo=post["uri"], replyAuthorization=name)
        if name is not None and changed.pop("is_there", True):
            approval(name, reply, **changed)
        before = len(below(api, post))
        there.bring(api, mallory.act("Create", reply))
        return len(below(api, post)) > before

    stamps = f"{eve.uri}/stamps"
    assert not answered(None)
    assert not answered(f"{stamps}/1", is_there=False)
    assert not answered(f"{mallory.uri}/stamps/2")
    assert not answered(f"{stamps}/3", attributedTo=mallory.uri)
    assert not answered(f"{stamps}/4", interactingObject=f"{mallory.uri}/posts/other")
    assert not answered(f"{stamps}/5", interactionTarget=f"{eve.uri}/posts/other")
    assert not answered(f"{stamps}/6", type="QuoteAuthorization")
    assert answered(f"{stamps}/7")
    there.bring(api, mallory.act("Delete", f"{stamps}/7"))
    assert len(below(api, post)) == 1
    there.bring(api, eve.act("Delete", f"{stamps}/7"))
    assert below(api, post) == []
