"""What is tried with quotes (docs/security.md, group D): consent that nobody gave, and posts that are not for all."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from martlet import app
from martlet.services.ports import Ground
from martlet.settings import Settings
from tests import client
from tests.attacks.test_d_intake import acquainted, no_trace, state
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.federation.test_quotes import FOR_ALL, consent, follow, here, of, quoted_by, request
from tests.mastodon.acts import look, publish, value

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
DOCUMENT = {"accept": "application/activity+json"}


@pytest.fixture
def there() -> Elsewhere:
    return Elsewhere("victim.test")


@pytest.fixture
def api(ground: Ground, settings: Settings, there: Elsewhere) -> Iterator[Api]:
    found = Api(app.build_on(ground, settings, there))
    yield found
    found.close()


@pytest.fixture
def ada(api: Api) -> client.Person:
    return api.person("ada")


@pytest.fixture
def alice(there: Elsewhere) -> Person:
    return there.person("alice")


@pytest.fixture
def evil(there: Elsewhere) -> Person:
    return there.person("evil", "evil.test")


def asked(api: Api, there: Elsewhere, ada: client.Person, alice: Person) -> tuple[dict[str, Any], Document]:
    """Ada quotes a post of Alice's; returns the quote, and the request for consent."""
    note = there.keep(alice.note("<p>Said</p>", interactionPolicy=FOR_ALL))
    quote = publish(api, ada, "Look", quoted_status_id=here(api, ada, note)["id"])
    api.work()
    return quote, of(there.received, "QuoteRequest")[-1]


def test_d12_somebody_else_answers(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """A stranger, and a neighbour on the same server: to the request, whole and by its name, and later."""
    neighbour = there.person("nat")
    for person in (evil, neighbour):
        there.bring(api, person.act("Like", f"{HERE}/nothing"))
    quote, request = asked(api, there, ada, alice)
    stamp = f"{alice.uri}/stamps/1"
    for person in (evil, neighbour):
        for act in (
            person.act("Accept", request, result=f"{person.uri}/stamps/1"),
            person.act("Accept", request["id"], result=stamp),
            person.act("Reject", request),
            person.act("Reject", request["id"]),
        ):
            no_trace(api, partial(there.send, api, act))
    there.bring(api, alice.act("Accept", request, result=stamp))
    for person in (evil, neighbour):
        for act in (person.act("Delete", stamp), person.act("Reject", request), person.act("Undo", request)):
            no_trace(api, partial(there.send, api, act))
    assert look(api, quote, ada)["quote"]["state"] == "accepted"


def test_d12_consent_to_what_nobody_asked_for(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    """To a post that quotes nothing, to a quote of something else, and to a quote that is no longer there."""
    quote, request = asked(api, there, ada, alice)
    plain = publish(api, ada, "Hello")
    other = there.keep(alice.note())
    for changes in (
        {"instrument": plain["uri"], "id": f"{ADA}#quote_requests/{plain['id']}"},
        {"object": other["id"], "id": f"{ADA}#quote_requests/1"},
        {"instrument": f"{ADA}/posts/1", "id": f"{ADA}#quote_requests/1"},
    ):
        act = alice.act("Accept", {**request, **changes}, result=f"{alice.uri}/stamps/1")
        no_trace(api, partial(there.send, api, act))
    api.delete(f"/api/v1/statuses/{quote['id']}", ada)
    api.work()
    no_trace(api, lambda: there.send(api, alice.act("Accept", request, result=f"{alice.uri}/stamps/1")))


def test_d12_consent_said_to_be_ours(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Under the address of one that we gave to somebody else, or that we would have given."""
    follow(api, there, ada, evil)
    status = publish(api, ada, "Said")
    there.bring(api, request(alice, quoted_by(alice, status["uri"])))
    given = of(there.received, "Accept")[-1]["result"]
    for stamp in (given, f"{ADA}/quote_authorizations/1", f"{ADA}/quote_authorizations/{status['id']}"):
        note = quoted_by(evil, status["uri"], quoteAuthorization=stamp)
        there.bring(api, evil.act("Create", note))
        assert here(api, ada, note)["quote"] == {"state": "pending", "quoted_status": None}
    assert look(api, status)["quotes_count"] == 1
    assert (
        api.get(f"{ADA}/quote_authorizations/{status['id']}".removeprefix(HERE), headers=DOCUMENT).status
        == 404
    )


def test_d12_a_consent_that_is_not_where_it_says(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """It stands on the server of whoever quotes, and calls itself as if it stood on that of whom it quotes."""
    follow(api, there, ada, evil)
    said = there.keep(alice.note("<p>Said</p>"))
    note = quoted_by(evil, said["id"])
    stamp = consent(alice, note["id"], said["id"])
    there.documents[f"{evil.uri}/stamps/1"] = stamp
    there.bring(api, evil.act("Create", {**note, "quoteAuthorization": f"{evil.uri}/stamps/1"}))
    there.bring(api, evil.act("Update", {**note, "quoteAuthorization": stamp}))
    assert here(api, ada, note)["quote"]["quoted_status"] is None


def test_d1_d2_a_request_in_the_name_of_another(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    acquainted(api, there, ada, alice)
    there.bring(api, evil.act("Like", f"{HERE}/nothing"))
    status = publish(api, ada, "Said")
    note = there.keep(quoted_by(alice, status["uri"]))
    api.work()
    there.received.clear()
    for act in (
        evil.act("QuoteRequest", status["uri"], instrument=note),
        evil.act("QuoteRequest", status["uri"], instrument=note["id"]),
        evil.act("QuoteRequest", status["uri"], instrument={**note, "id": f"{evil.uri}/posts/1"}),
        evil.act("QuoteRequest", status["uri"], instrument=f"{ADA}/posts/{status['id']}"),
    ):
        no_trace(api, partial(there.send, api, act))
    assert there.send(api, request(alice, note), evil).status == 401
    assert of(there.received, "Accept") == []


def test_d23_asking_for_what_one_may_not_see(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person
) -> None:
    """Neither a word nor a refusal, which would say that it is there."""
    there.bring(api, alice.act("Like", f"{HERE}/nothing"))
    for visibility in ("private", "direct"):
        secret = publish(api, ada, "secretword", visibility=visibility)
        no_trace(api, lambda: there.send(api, request(alice, quoted_by(alice, secret["uri"]))))  # noqa: B023
    no_trace(api, lambda: there.send(api, request(alice, quoted_by(alice, f"{ADA}/posts/1"))))
    assert there.received == []


def test_d11_f10_a_quote_shows_nobody_more(
    api: Api, there: Elsewhere, ada: client.Person, alice: Person, evil: Person
) -> None:
    """Evil quotes what Ada wrote for her followers, to everybody, with whatever consent."""
    follow(api, there, ada, evil)
    secret = publish(api, ada, "secretword", visibility="private")
    note = quoted_by(evil, secret["uri"], quoteAuthorization=f"{evil.uri}/stamps/1")
    there.keep(consent(evil, note["id"], secret["uri"]))
    there.bring(api, evil.act("Create", note))
    id = value(api, "SELECT id FROM post WHERE uri = :uri", uri=note["id"])
    before = state(api)
    bob = api.person("bob")
    for viewer in (None, bob):
        assert b"secretword" not in api.get(f"/api/v1/statuses/{id}", viewer).body
        assert api.get(f"/api/v1/statuses/{secret['id']}", viewer).status == 404
    for path in (f"/users/ada/posts/{secret['id']}", f"/users/ada/quote_authorizations/{id}"):
        for reply in (api.get(path, headers=DOCUMENT), there.fetch(api, path, evil)):
            assert reply.status == 404
            assert b"secretword" not in reply.body
    assert state(api)["post"] == before["post"]
    del alice
