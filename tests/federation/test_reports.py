"""Reports between servers: ours about people there, theirs about people here."""

from typing import Any

import pytest

from martlet.activitypub import build, parse
from martlet.activitypub.things import Flag
from martlet.model.moderation import Decision, Policy, Severity
from martlet.services import restricting
from martlet.services.exchanging_reports import A_DAY
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.mastodon.acts import publish

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"


@pytest.fixture
def there(there: Elsewhere) -> Elsewhere:
    there.person("instance", type="Application")
    return there


@pytest.fixture
def server(there: Elsewhere) -> Person:
    """The other server's own account."""
    return there.people["https://peer.example/users/instance"]


@pytest.fixture
def mod(api: Api) -> client.Person:
    return api.person("mod", role="moderator")


def told(api: Api, mod: client.Person) -> list[dict[str, Any]]:
    found = api.get("/api/v1/notifications?types[]=admin.report", mod).json
    return [one["report"] | {"from": one["account"]["acct"]} for one in found]


def flag(server: Person, *about: str, comment: str = "Spam") -> Document:
    return server.act("Flag", list(about), content=comment)


# -- out -------------------------------------------------------------------


def report(api: Api, by: client.Person, **form: Any) -> dict[str, Any]:
    reply = api.post("/api/v1/reports", by, json=form)
    assert reply.status == 200, reply.body
    api.work()
    found: dict[str, Any] = reply.json
    return found


@pytest.fixture
def eve(api: Api, there: Elsewhere, ada: client.Person) -> tuple[str, str, Document]:
    """Eve's id, her post's id, and the post."""
    person = there.person("eve")
    note = there.keep(person.note(tag=[{"type": "Mention", "href": ADA}]))
    there.bring(api, person.act("Create", note))
    [mention] = api.get("/api/v1/notifications", ada).json
    there.delivered.clear()
    there.received.clear()
    return mention["account"]["id"], mention["status"]["id"], note


def test_a_report_goes_to_the_other_server_in_this_servers_name(
    api: Api, there: Elsewhere, ada: client.Person, eve: tuple[str, str, Document]
) -> None:
    filed = report(api, ada, account_id=eve[0], status_ids=[eve[1]], comment="She lies", forward=True)
    assert filed["forwarded"]
    [(inbox, sent)] = there.delivered
    assert inbox == "https://peer.example/users/eve/inbox"
    assert sent["id"].startswith(f"{HERE}/actor#")
    del sent["id"], sent["@context"]
    assert sent == {
        "type": "Flag",
        "actor": f"{HERE}/actor",
        "content": "She lies",
        "object": ["https://peer.example/users/eve", eve[2]["id"]],
        "to": ["https://peer.example/users/eve"],
    }
    assert "ada" not in str(sent), "nobody is told who reported"
    assert api.get("/actor", headers={"accept": "application/activity+json"}).json["publicKey"]


def test_nothing_goes_out_unasked_or_to_a_suspended_server(
    api: Api, there: Elsewhere, ada: client.Person, eve: tuple[str, str, Document]
) -> None:
    report(api, ada, account_id=eve[0])
    assert there.received == []
    bob = api.person("bob")
    report(api, ada, account_id=str(bob.id), forward=True)
    assert there.received == []
    decide(api, Policy(severity=Severity.SUSPEND))
    report(api, ada, account_id=eve[0], forward=True)
    assert there.received == []


def decide(api: Api, policy: Policy) -> None:
    with api.built.ground.store.write() as db:
        restricting.decide(db, Decision("peer.example", policy), api.built.ground.here)
    api.work()


# -- in --------------------------------------------------------------------


def test_moderators_here_are_told(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, server: Person
) -> None:
    post = publish(api, ada, "Buy this")
    there.bring(api, flag(server, ADA, post["uri"]))
    [found] = told(api, mod)
    assert (found["target_account"]["acct"], found["status_ids"]) == ("ada", [post["id"]])
    assert (found["comment"], found["category"], found["forwarded"]) == ("Spam", "other", False)
    assert found["from"] == "instance@peer.example"
    assert there.received == [], "it is not sent back"


def test_posts_alone_name_their_authors_and_several_people_are_several_reports(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, server: Person
) -> None:
    bob = api.person("bob")
    posts = [publish(api, one, "Buy this") for one in (ada, bob)]
    there.bring(api, flag(server, *(post["uri"] for post in posts)))
    assert {(one["target_account"]["acct"], *one["status_ids"]) for one in told(api, mod)} == {
        ("ada", posts[0]["id"]),
        ("bob", posts[1]["id"]),
    }


def test_f5_moderators_are_shown_no_private_post_that_the_other_server_cannot_know(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, server: Person
) -> None:
    private = publish(api, ada, "For followers", visibility="private")
    there.bring(api, flag(server, ADA, private["uri"]))
    there.bring(api, there.person("fan").act("Follow", ADA))
    there.bring(api, flag(server, ADA, private["uri"], comment="Again"))
    assert [(one["comment"], one["status_ids"]) for one in told(api, mod)] == [
        ("Again", [private["id"]]),
        ("Spam", []),
    ]


@pytest.mark.parametrize(
    "about",
    [
        ["https://other.example/users/x"],
        ["https://peer.example/users/instance"],
        [f"{HERE}/users/nobody", f"{HERE}/users/ada/posts/1"],
        [f"{HERE}/actor"],
        [],
    ],
    ids=["elsewhere", "itself", "nobody", "server", "nothing"],
)
def test_what_is_not_about_anybody_here_is_left_out(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, server: Person, about: list[str]
) -> None:
    there.bring(api, flag(server, *about))
    assert told(api, mod) == []
    del ada


def test_reports_may_be_refused_and_have_an_end(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, server: Person
) -> None:
    decide(api, Policy(refuses_reports=True))
    there.bring(api, flag(server, ADA))
    assert told(api, mod) == []
    decide(api, Policy())
    for number in range(A_DAY):
        assert there.send(api, flag(server, ADA, comment=f"{number}")).status == 202
    api.work()
    there.bring(api, flag(server, ADA))
    with api.built.ground.store.read() as db:
        assert db.value("SELECT count(*) FROM report") == A_DAY
    del ada


def test_d18_a_report_without_end(
    api: Api, there: Elsewhere, ada: client.Person, mod: client.Person, server: Person
) -> None:
    many = [f"{HERE}/users/u{number}" for number in range(5000)]
    assert there.send(api, flag(server, ADA, *many)).status == 400
    there.bring(api, flag(server, ADA, *many[:90], comment="<b>x</b>" * 5000))
    [found] = told(api, mod)
    assert len(found["comment"]) == 1000
    del ada


def test_a_report_is_read_as_it_is_built() -> None:
    act = Flag("https://a.test/1", "https://a.test/actor", ("https://b.test/u", "https://b.test/p"), "Look")  # type: ignore[arg-type]
    assert parse.act(build.flag(act, ["https://b.test/u"])) == act
