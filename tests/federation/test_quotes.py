"""Quotes between servers (FEP-044f): shown where the author of the quoted post consents, and as long as they do."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from martlet.signing import proofs
from martlet.signing.keys import PublicKey
from tests import client
from tests.client import Api
from tests.elsewhere import CONTEXT, Document, Elsewhere, Person
from tests.mastodon.acts import POSTS, look, publish

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
DOCUMENT = {"accept": "application/activity+json"}
FOR_ALL = {"canQuote": {"automaticApproval": ["https://www.w3.org/ns/activitystreams#Public"]}}


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def mallory(there: Elsewhere) -> Person:
    return there.person("mallory", "other.example")


def follow(api: Api, there: Elsewhere, ada: client.Person, person: Person) -> str:
    """Ada follows somebody, who accepts; returns their id here."""
    found = api.get(f"/api/v2/search?q={person.uri}&resolve=true", ada).json
    id: str = found["accounts"][0]["id"]
    api.post(f"/api/v1/accounts/{id}/follow", ada)
    api.work()
    there.bring(api, person.act("Accept", [one for one in there.received if one["type"] == "Follow"][-1]))
    there.received.clear()
    return id


def block(api: Api, by: client.Person, account: dict[str, Any]) -> None:
    assert api.post(f"/api/v1/accounts/{account['id']}/block", by).status == 200
    api.work()


def here(api: Api, ada: client.Person, note: Document) -> dict[str, Any]:
    """A post from elsewhere, as Ada is shown it."""
    found: dict[str, Any] = api.get(f"/api/v2/search?q={note['id']}&resolve=true&type=statuses", ada).json
    return look(api, found["statuses"][0], ada)


def quoted_by(person: Person, of: str, **more: Any) -> Document:
    return person.note("<p>Look</p>", quote=of, **more)


def consent(person: Person, quote: str, quoted: str, number: int = 1) -> Document:
    return {
        "@context": CONTEXT,
        "id": f"{person.uri}/stamps/{number}",
        "type": "QuoteAuthorization",
        "attributedTo": person.uri,
        "interactingObject": quote,
        "interactionTarget": quoted,
    }


def of(received: list[Document], kind: str) -> list[Document]:
    return [one for one in received if one["type"] == kind]


# -- of a post elsewhere, written here -----------------------------------


def ask(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> tuple[dict[str, Any], Document]:
    """Ada quotes a post of Eve's; returns the quote, and the request for consent."""
    note = there.keep(eve.note("<p>Said</p>", interactionPolicy=FOR_ALL))
    status = here(api, ada, note)
    assert status["quote_approval"] == {"automatic": ["public"], "manual": [], "current_user": "automatic"}
    quote = publish(api, ada, "Look", quoted_status_id=status["id"])
    assert quote["quote"] == {"state": "pending", "quoted_status": None}
    api.work()
    [request] = of(there.received, "QuoteRequest")
    return quote, request


def test_consent_is_asked_for_and_given(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    follower = there.person("fay", "third.example")
    there.bring(api, follower.act("Follow", ADA))
    there.delivered.clear()
    quote, request = ask(api, there, ada, eve)
    assert (request["actor"], request["object"]) == (ADA, request["instrument"]["quote"])
    assert request["instrument"]["id"] == quote["uri"]
    assert request["instrument"]["content"].endswith("<p>Look</p>")
    assert "quoteAuthorization" not in request["instrument"]
    assert [url for url, one in there.delivered if one["type"] == "QuoteRequest"] == [f"{eve.uri}/inbox"]

    there.delivered.clear()
    there.bring(api, eve.act("Accept", request, result=f"{eve.uri}/stamps/1"))
    shown = look(api, quote, ada)["quote"]
    assert (shown["state"], shown["quoted_status"]["content"]) == ("accepted", "<p>Said</p>")
    assert look(api, shown["quoted_status"])["quotes_count"] == 1
    updates = {url: one for url, one in there.delivered if one["type"] == "Update"}
    assert set(updates) == {f"{eve.uri}/inbox", f"{follower.uri}/inbox"}
    note = updates[f"{follower.uri}/inbox"]["object"]
    assert note["quote"] == note["quoteUri"] == note["_misskey_quote"] == request["object"]
    assert note["quoteAuthorization"] == f"{eve.uri}/stamps/1"
    assert [one["rel"] for one in note["tag"]] == ["https://misskey-hub.net/ns#_misskey_quote"]
    assert "updated" not in note
    assert api.get(f"/users/ada/posts/{quote['id']}", headers=DOCUMENT).json == note


def test_an_answer_may_name_the_request(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    quote, request = ask(api, there, ada, eve)
    there.bring(api, eve.act("Accept", request["id"], result=f"{eve.uri}/stamps/1"))
    assert look(api, quote, ada)["quote"]["state"] == "accepted"


def test_a_consent_without_a_result_is_none(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    quote, request = ask(api, there, ada, eve)
    there.bring(api, eve.act("Accept", request))
    there.bring(api, eve.act("Accept", request, result="https://other.example/stamps/1"))
    there.bring(api, eve.act("Accept", request, result=f"{ADA}/quote_authorizations/1"))
    assert look(api, quote, ada)["quote"]["state"] == "pending"


def test_a_refusal(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    quote, request = ask(api, there, ada, eve)
    there.bring(api, eve.act("Reject", request))
    assert look(api, quote, ada)["quote"] == {"state": "rejected", "quoted_status": None}


def test_a_consent_is_taken_back(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    quote, request = ask(api, there, ada, eve)
    there.bring(api, eve.act("Accept", request, result=f"{eve.uri}/stamps/1"))
    there.received.clear()
    there.bring(api, eve.act("Delete", consent(eve, quote["uri"], request["object"])))
    assert look(api, quote, ada)["quote"]["state"] == "revoked"
    assert here(api, ada, there.documents[request["object"]])["quotes_count"] == 0
    [update] = of(there.received, "Update")
    assert update["object"]["quote"] == request["object"]
    assert "quoteAuthorization" not in update["object"]


def test_a_consent_that_is_taken_back_is_handed_on(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """To whoever has the quote, in the words of whoever took it back; once, and only what can be believed from others."""
    follower = there.person("fay", "third.example")
    there.bring(api, follower.act("Follow", ADA))
    for is_signed in (True, False):
        quote, request = ask(api, there, ada, eve)
        stamp = consent(eve, quote["uri"], request["object"], 2 + is_signed)
        there.bring(api, eve.act("Accept", request, result=stamp["id"]))
        there.delivered.clear()
        there.received.clear()
        for _ in range(2):
            delete = eve.act("Delete", stamp)
            if is_signed:
                delete = proofs.sign(delete, eve.ed25519, f"{eve.uri}#ed25519-key", datetime.now(UTC))
            there.bring(api, delete)
        handed = [(url, one["actor"]) for url, one in there.delivered if one["type"] == "Delete"]
        assert handed == ([(f"{follower.uri}/inbox", eve.uri)] if is_signed else [])
        there.received.clear()


def test_the_quoted_post_is_edited_and_deleted(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    quote, request = ask(api, there, ada, eve)
    there.bring(api, eve.act("Accept", request, result=f"{eve.uri}/stamps/1"))
    note = there.documents[request["object"]]
    there.bring(api, eve.act("Update", {**note, "content": "<p>Else</p>", "updated": "2030-01-01T00:00:00Z"}))
    assert look(api, quote, ada)["quote"]["quoted_status"]["content"] == "<p>Else</p>"
    [told] = api.get("/api/v1/notifications?types[]=quoted_update", ada).json
    assert told["status"]["id"] == quote["id"]
    there.bring(api, eve.act("Delete", note["id"]))
    assert look(api, quote, ada)["quote"] == {"state": "deleted", "quoted_status": None}
    fetched = api.get(f"/users/ada/posts/{quote['id']}", headers=DOCUMENT).json
    assert fetched["quote"] == {"type": "Tombstone"}
    assert "quoteUri" not in fetched


def test_who_may_quote_is_what_the_author_says(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    for policy, approval, status in (
        (None, {"automatic": [], "manual": [], "current_user": "denied"}, 403),
        ({"automaticApproval": eve.uri}, {"automatic": [], "manual": [], "current_user": "denied"}, 403),
        (
            {"automaticApproval": [f"{eve.uri}/followers"], "manualApproval": ["as:Public"]},
            {"automatic": ["followers"], "manual": ["public"], "current_user": "manual"},
            200,
        ),
        (
            {"automaticApproval": [f"{eve.uri}/friends"]},
            {"automatic": ["unsupported_policy"], "manual": [], "current_user": "unknown"},
            200,
        ),
    ):
        note = there.keep(eve.note(interactionPolicy={} if policy is None else {"canQuote": policy}))
        shown = here(api, ada, note)
        assert shown["quote_approval"] == approval
        tried = api.post(POSTS, ada, json={"status": "Look", "quoted_status_id": shown["id"]})
        assert tried.status == status


# -- of a post here, written elsewhere -----------------------------------


def request(eve: Person, quote: Document) -> Document:
    return eve.act("QuoteRequest", quote["quote"], instrument=quote)


def test_somebody_here_is_quoted(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    status = publish(api, ada, "Said")
    note = quoted_by(eve, status["uri"])
    asked = request(eve, note)
    there.bring(api, asked)
    [accept] = of(there.received, "Accept")
    assert accept["object"] == {
        **{name: asked[name] for name in ("id", "type", "actor", "object")},
        "instrument": note["id"],
    }
    [told] = api.get("/api/v1/notifications", ada).json
    assert (told["type"], told["status"]["uri"]) == ("quote", note["id"])
    assert told["status"]["quote"]["quoted_status"]["id"] == status["id"]
    assert look(api, status)["quotes_count"] == 1

    path = accept["result"].removeprefix(HERE)
    stamp = api.get(path, headers=DOCUMENT)
    assert stamp.json["id"] == accept["result"]
    assert (stamp.json["type"], stamp.json["attributedTo"]) == ("QuoteAuthorization", ADA)
    assert (stamp.json["interactingObject"], stamp.json["interactionTarget"]) == (note["id"], status["uri"])
    actor = api.get("/users/ada", headers=DOCUMENT).json
    key = PublicKey.from_multibase(actor["assertionMethod"][0]["publicKeyMultibase"])
    proofs.verify(stamp.json, key, datetime.now(UTC))
    assert api.get(path, headers=DOCUMENT).body == stamp.body

    quotes = api.get(f"{POSTS}/{status['id']}/quotes", ada).json
    assert [one["uri"] for one in quotes] == [note["id"]]
    api.post(f"{POSTS}/{status['id']}/quotes/{quotes[0]['id']}/revoke", ada)
    there.received.clear()
    api.work()
    [delete] = of(there.received, "Delete")
    assert (delete["actor"], delete["object"]["id"]) == (ADA, accept["result"])
    assert delete["object"]["type"] == "QuoteAuthorization"
    assert api.get(path, headers=DOCUMENT).status == 404
    assert look(api, quotes[0], ada)["quote"]["state"] == "revoked"
    assert look(api, status)["quotes_count"] == 0
    there.bring(api, request(eve, note))
    assert there.received[-1]["type"] == "Reject"


@pytest.mark.parametrize("rule", ["nobody", "followers", "blocked", "private"])
def test_who_may_not_quote_is_refused(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, rule: str
) -> None:
    there.bring(api, eve.act("Follow", ADA))
    if rule == "followers":
        there.bring(api, eve.act("Undo", eve.act("Follow", ADA)))
    there.received.clear()
    more = {"visibility": "private"} if rule == "private" else {"quote_approval_policy": rule}
    status = publish(api, ada, "Said", **({} if rule == "blocked" else more))
    if rule == "blocked":
        block(api, ada, api.get("/api/v2/search?q=@eve@peer.example", ada).json["accounts"][0])
    note = quoted_by(eve, status["uri"])
    there.bring(api, request(eve, note))
    [reject] = of(there.received, "Reject")[-1:]
    assert reject["object"]["instrument"] == note["id"]
    assert of(there.received, "Accept") == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM post WHERE uri = :uri", uri=note["id"]) == 0


def test_followers_may_quote_where_followers_may(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    there.bring(api, eve.act("Follow", ADA))
    status = publish(api, ada, "Said", quote_approval_policy="followers")
    there.bring(api, request(eve, quoted_by(eve, status["uri"])))
    assert there.received[-1]["type"] == "Accept"
    policy = api.get(f"/users/ada/posts/{status['id']}", headers=DOCUMENT).json["interactionPolicy"]
    assert policy == {"canQuote": {"automaticApproval": [f"{ADA}/followers"]}}


def test_a_quote_that_is_only_named_is_fetched(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    status = publish(api, ada, "Said")
    note = there.keep(quoted_by(eve, status["uri"]))
    there.bring(api, eve.act("QuoteRequest", status["uri"], instrument=note["id"]))
    assert there.received[-1]["type"] == "Accept"
    assert here(api, ada, note)["quote"]["state"] == "accepted"


def test_a_quote_for_followers_is_read_by_whom_it_quotes_and_by_nobody_else(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    bob, status = api.person("bob"), publish(api, ada, "Said")
    note = quoted_by(eve, status["uri"], to=[f"{eve.uri}/followers"], cc=[])
    there.bring(api, request(eve, note))
    [told] = api.get("/api/v1/notifications", ada).json
    id, result = told["status"]["id"], there.received[-1]["result"].removeprefix(HERE)
    assert api.get(f"{POSTS}/{id}", bob).status == 404
    assert api.get(f"{POSTS}/{status['id']}/quotes", ada).json[0]["id"] == id
    assert api.get(result, headers=DOCUMENT).status == 404
    assert there.fetch(api, result, eve).status == 200


def test_policy_and_deletion_are_told(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    """Of a quoted post those who quote it are told as well, though nobody there follows its author."""
    status = publish(api, ada, "Said")
    there.bring(api, request(eve, quoted_by(eve, status["uri"])))
    there.received.clear()
    api.put(f"{POSTS}/{status['id']}/interaction_policy", ada, json={"quote_approval_policy": "nobody"})
    api.work()
    assert there.received[-1]["object"]["interactionPolicy"] == {"canQuote": {"automaticApproval": [ADA]}}
    api.delete(f"{POSTS}/{status['id']}", ada)
    api.work()
    assert [one["type"] for one in there.received] == ["Update", "Delete"]


def test_a_quote_is_deleted(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    status = publish(api, ada, "Said")
    note = quoted_by(eve, status["uri"])
    there.bring(api, request(eve, note))
    result = there.received[-1]["result"].removeprefix(HERE)
    there.bring(api, eve.act("Delete", note["id"]))
    assert look(api, status)["quotes_count"] == 0
    assert api.get(result, headers=DOCUMENT).status == 404


# -- between others ------------------------------------------------------


def test_a_quote_between_others_is_shown_with_consent(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    """The quoted post is fetched, and the consent to the quote asked of its author's server."""
    follow(api, there, ada, eve)
    said = there.keep(mallory.note("<p>Said</p>"))
    note = quoted_by(eve, said["id"])
    stamp = there.keep(consent(mallory, note["id"], said["id"]))
    there.bring(api, eve.act("Create", note))
    assert here(api, ada, note)["quote"] == {"state": "pending", "quoted_status": None}
    there.bring(api, eve.act("Update", {**note, "quoteAuthorization": stamp["id"]}))
    shown = here(api, ada, note)
    assert shown["quote"]["state"] == "accepted"
    assert shown["quote"]["quoted_status"]["content"] == "<p>Said</p>"
    assert shown["edited_at"] is None
    there.bring(api, mallory.act("Delete", stamp))
    assert here(api, ada, note)["quote"] == {"state": "revoked", "quoted_status": None}


def test_a_consent_that_comes_with_the_quote(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    follow(api, there, ada, eve)
    said, note = there.keep(mallory.note("<p>Said</p>")), eve.note("<p>Look</p>")
    stamp = there.keep(consent(mallory, note["id"], said["id"]))
    note |= {"quote": said["id"], "quoteAuthorization": stamp["id"]}
    there.bring(api, eve.act("Create", note))
    assert here(api, ada, note)["quote"]["state"] == "accepted"
    asked = there.asked.count(stamp["id"])
    there.bring(api, eve.act("Update", note))
    assert there.asked.count(stamp["id"]) == asked
    del there.documents[stamp["id"]]
    unsaid = {name: value for name, value in note.items() if name != "quoteAuthorization"}
    there.bring(api, eve.act("Update", unsaid))
    assert here(api, ada, note)["quote"]["state"] == "revoked"


def test_d12_consent_to_something_else(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    """For another quote, of another post, by somebody else, or under another server's name: none of it counts."""
    follow(api, there, ada, eve)
    said, other = there.keep(mallory.note("<p>Said</p>")), there.keep(mallory.note())
    neighbour = there.person("nat", "other.example")
    for number, change in enumerate(
        (
            {"interactingObject": f"{eve.uri}/posts/other"},
            {"interactionTarget": other["id"]},
            {"attributedTo": neighbour.uri},
            {"attributedTo": eve.uri, "id": f"{eve.uri}/stamps/9"},
            {"type": "Note", "content": "yes"},
        )
    ):
        note = quoted_by(eve, said["id"])
        stamp = there.keep({**consent(mallory, note["id"], said["id"], number), **change})
        there.bring(api, eve.act("Create", {**note, "quoteAuthorization": stamp["id"]}))
        assert here(api, ada, note)["quote"] == {"state": "pending", "quoted_status": None}, change


def test_what_could_not_be_had_is_asked_for_again(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    follow(api, there, ada, eve)
    said, note = mallory.note("<p>Said</p>"), eve.note("<p>Look</p>")
    stamp = consent(mallory, note["id"], said["id"])
    note |= {"quote": said["id"], "quoteAuthorization": stamp["id"]}
    there.broken |= {said["id"], stamp["id"]}
    there.bring(api, eve.act("Create", note))
    assert here(api, ada, note)["quote"]["state"] == "pending"
    there.broken.clear()
    for document in (said, stamp):
        there.keep(document)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=2)):
        api.work()
    assert here(api, ada, note)["quote"]["quoted_status"]["content"] == "<p>Said</p>"


def test_one_may_quote_oneself(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    follow(api, there, ada, eve)
    said = there.keep(eve.note("<p>Said</p>"))
    for name in ("quote", "quoteUrl"):
        note = eve.note("<p>Look</p>", **{name: said["id"]})
        there.bring(api, eve.act("Create", note))
        assert here(api, ada, note)["quote"]["state"] == "accepted"


@pytest.mark.parametrize("name", ["quoteUrl", "quoteUri", "_misskey_quote"])
def test_quotes_of_software_that_knows_no_consent_are_links(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person, name: str
) -> None:
    follow(api, there, ada, eve)
    said = there.keep(mallory.note("<p>Said</p>"))
    note = eve.note("<p>Look</p>", **{name: said["id"]})
    there.bring(api, eve.act("Create", note))
    assert here(api, ada, note)["quote"] is None
    stamp = there.keep(consent(mallory, note["id"], said["id"]))
    there.bring(api, eve.act("Update", {**note, "quoteAuthorization": stamp["id"]}))
    assert here(api, ada, note)["quote"]["state"] == "accepted"


def test_an_edit_ends_a_quote_or_begins_another(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    follow(api, there, ada, eve)
    first, second = there.keep(eve.note("<p>1</p>")), there.keep(eve.note("<p>2</p>"))
    note = quoted_by(eve, first["id"])
    there.bring(api, eve.act("Create", note))
    there.bring(api, eve.act("Update", {**note, "quote": second["id"], "updated": "2030-01-01T00:00:00Z"}))
    assert here(api, ada, note)["quote"]["quoted_status"]["content"] == "<p>2</p>"
    assert here(api, ada, first)["quotes_count"] == 0
    assert here(api, ada, second)["quotes_count"] == 1
    del note["quote"]
    there.bring(api, eve.act("Update", {**note, "updated": "2030-01-02T00:00:00Z"}))
    assert here(api, ada, note)["quote"] is None
    assert here(api, ada, second)["quotes_count"] == 0


def test_f10_a_quoted_post_is_shown_to_those_only_who_may_see_it(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """Eve quotes what she wrote for her followers, for everybody to see."""
    bob = api.person("bob")
    follow(api, there, ada, eve)
    private = eve.note("<p>secretword</p>", to=[f"{eve.uri}/followers"], cc=[])
    there.bring(api, eve.act("Create", private))
    note = quoted_by(eve, private["id"])
    there.bring(api, eve.act("Create", note))
    status = here(api, ada, note)
    assert "secretword" in status["quote"]["quoted_status"]["content"]
    assert look(api, status, bob)["quote"] == {"state": "unauthorized", "quoted_status": None}
    assert look(api, status)["quote"] == {"state": "unauthorized", "quoted_status": None}


def test_quoted_people_and_servers_that_the_viewer_blocks(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    follow(api, there, ada, eve)
    bob = api.person("bob")
    said = there.keep(eve.note("<p>Said</p>"))
    note = quoted_by(eve, said["id"])
    there.bring(api, eve.act("Create", note))
    status = here(api, ada, note)
    api.post("/api/v1/domain_blocks", bob, json={"domain": "peer.example"})
    api.work()
    assert look(api, status, bob)["quote"]["state"] == "blocked_domain"
    block(api, bob, status["account"])
    assert look(api, status, bob)["quote"]["state"] == "blocked_account"
