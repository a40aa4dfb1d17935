"""Requests, answers, posts and what takes them back: in any order, and twice, they end in the same state."""

import itertools
import random
from collections.abc import Callable, Sequence

import pytest

from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.federation.test_quotes import consent, follow, here, of, quoted_by, request
from tests.mastodon.acts import look, publish, value

Act = Callable[[], None]
Story = dict[str, Act]
TRIES = 3
"""Orders tried of each selection of acts."""


@pytest.fixture
def eve(there: Elsewhere) -> Person:
    return there.person("eve")


@pytest.fixture
def mallory(there: Elsewhere) -> Person:
    return there.person("mallory", "other.example")


def orders(names: Sequence[str], dice: random.Random) -> list[tuple[str, ...]]:
    found = list(itertools.permutations(names))
    dice.shuffle(found)
    return found[:TRIES]


def ends(
    tell: Callable[[], tuple[Story, Callable[[], object]]], names: Sequence[str]
) -> dict[tuple[str, ...], set[object]]:
    """For each selection of acts, how it ends: each order is tried on something new; all acts together with one twice."""
    dice = random.Random(1)
    found: dict[tuple[str, ...], set[object]] = {}
    for size in range(2, len(names) + 1):
        for chosen in itertools.combinations(names, size):
            found[chosen] = set()
            for order in orders(chosen, dice):
                story, state = tell()
                for name in order if size < len(names) else (*order, dice.choice(order)):
                    story[name]()
                found[chosen].add(state())
    return found


def state_of(api: Api, uri: str) -> object:
    return value(api, "SELECT coalesce(quote_state, 'none') FROM post WHERE uri = :uri", uri=uri)


def counts(api: Api) -> tuple[int, int]:
    """What is counted, and what should be."""
    return (
        value(api, "SELECT sum(quotes_count) FROM post"),
        value(
            api,
            "SELECT count(*) FROM post WHERE quote_state = 'accepted' AND quote_of_id IN (SELECT id FROM post)",
        ),
    )


def test_answers_to_a_quote_from_here(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    policy = {"canQuote": {"automaticApproval": ["as:Public"]}}
    numbers = itertools.count()

    def tell() -> tuple[Story, Callable[[], object]]:
        note, number = there.keep(eve.note(interactionPolicy=policy)), next(numbers)
        quote = publish(api, ada, "Look", quoted_status_id=here(api, ada, note)["id"])
        api.work()
        asked = of(there.received, "QuoteRequest")[-1]
        stamp = consent(eve, quote["uri"], note["id"], number)
        story = {
            "accept": eve.act("Accept", asked, result=stamp["id"]),
            "reject": eve.act("Reject", asked),
            "withdraw": eve.act("Delete", stamp),
            "delete": eve.act("Delete", note["id"]),
        }
        return acts(api, there, story), lambda: look(api, quote, ada)["quote"]["state"]

    found = ends(tell, ["accept", "reject", "withdraw", "delete"])
    assert {chosen: states for chosen, states in found.items() if len(states) > 1} == {}
    assert found["accept", "reject"] == found["accept", "withdraw"] == {"revoked"}
    assert found["accept", "reject", "withdraw", "delete"] == {"deleted"}
    assert counts(api)[0] == counts(api)[1]


def test_a_quote_between_others(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, mallory: Person
) -> None:
    follow(api, there, ada, eve)
    there.bring(api, mallory.act("Like", eve.uri))
    numbers = itertools.count()

    def tell() -> tuple[Story, Callable[[], object]]:
        said = there.keep(mallory.note())
        note = quoted_by(eve, said["id"])
        stamp = there.keep(consent(mallory, note["id"], said["id"], next(numbers)))
        edited = {**note, "content": "<p>Else</p>", "updated": "2030-01-01T00:00:00Z"}
        story = acts(
            api,
            there,
            {
                "create": eve.act("Create", note),
                "approve": eve.act("Update", {**note, "quoteAuthorization": stamp["id"]}),
                "edit": eve.act("Update", {**edited, "quoteAuthorization": stamp["id"]}),
                "withdraw": mallory.act("Delete", stamp),
                "delete": mallory.act("Delete", said["id"]),
            },
        )
        gone = {"withdraw": stamp["id"], "delete": said["id"]}

        def with_document(name: str) -> Act:
            def act() -> None:
                there.documents.pop(gone.get(name, ""), None)
                story[name]()

            return act

        return {name: with_document(name) for name in story}, lambda: state_of(api, note["id"])

    found = ends(tell, ["create", "approve", "edit", "withdraw", "delete"])
    assert {chosen: states for chosen, states in found.items() if len(states) > 1} == {}
    assert found["create", "approve"] == found["create", "approve", "edit"] == {"accepted"}
    assert found["create", "edit", "withdraw"] == {"revoked"}
    assert found["approve", "delete"] == {"deleted"}
    assert counts(api)[0] == counts(api)[1]


def test_a_request_to_somebody_here(api: Api, there: Elsewhere, ada: client.Person, eve: Person) -> None:
    follow(api, there, ada, eve)

    def tell() -> tuple[Story, Callable[[], object]]:
        status = publish(api, ada, "Said")
        note = quoted_by(eve, status["uri"])
        edited = {**note, "content": "<p>Else</p>", "updated": "2030-01-01T00:00:00Z"}
        story = {
            "create": eve.act("Create", note),
            "ask": request(eve, note),
            "edit": eve.act("Update", edited),
            "delete": eve.act("Delete", note["id"]),
        }
        return acts(api, there, story), lambda: (state_of(api, note["id"]), look(api, status)["quotes_count"])

    found = ends(tell, ["create", "ask", "edit", "delete"])
    assert {chosen: states for chosen, states in found.items() if len(states) > 1} == {}
    assert found["create", "ask"] == found["create", "ask", "edit"] == {("accepted", 1)}
    assert found["create", "ask", "edit", "delete"] == {(None, 0)}


def acts(api: Api, there: Elsewhere, story: dict[str, Document]) -> Story:
    def bring(document: Document) -> Act:
        names = itertools.count()
        return lambda: there.bring(api, {**document, "id": f"{document['id']}-{next(names)}"})

    return {name: bring(document) for name, document in story.items()}
