"""What needs nothing from elsewhere takes effect where it is written down; all else, and what fails, is a job."""

from typing import Any

import pytest

from martlet.model.errors import Unavailable
from martlet.services import intake
from martlet.storage.database import StorageFull
from tests import client
from tests.client import Api
from tests.elsewhere import Document, Elsewhere, Person
from tests.federation.test_intake import follow, home


@pytest.fixture
def eve(api: Api, there: Elsewhere, ada: client.Person) -> Person:
    """Ada follows her."""
    eve = there.person("eve")
    follow(api, there, ada, eve)
    return eve


def jobs(api: Api) -> int:
    with api.built.ground.store.read() as db:
        return int(db.value("SELECT count(*) FROM job WHERE name = 'take_in_activity'"))


def written_down(api: Api, act: Document) -> list[Any]:
    """Whether a body waits, for each row of this act's."""
    with api.built.ground.store.read() as db:
        rows = db.rows("SELECT body IS NOT NULL FROM incoming WHERE uri = :uri", uri=act["id"])
    return [bool(row[0]) for row in rows]


def posts(api: Api) -> int:
    with api.built.ground.store.read() as db:
        return int(db.value("SELECT count(*) FROM post"))


def sent(api: Api, there: Elsewhere, act: Document) -> int:
    return there.send(api, act).status


def test_a_post_is_here_when_its_sender_is_answered(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    note = eve.note()
    create = eve.act("Create", note)
    assert sent(api, there, create) == 202
    assert (posts(api), jobs(api), written_down(api, create)) == (1, 0, [])
    assert sent(api, there, {**create, "id": f"{eve.uri}/acts/again"}) == 202
    assert (posts(api), jobs(api)) == (1, 0)
    api.work()
    assert [post["uri"] for post in home(api, ada)] == [note["id"]]


def test_an_act_that_has_no_other_name_is_kept_by_its_own(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    api.work()
    post = api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    like = eve.act("Like", post["uri"])
    assert sent(api, there, like) == 202
    assert (jobs(api), written_down(api, like)) == (0, [False])
    assert api.get(f"/api/v1/statuses/{post['id']}", ada).json["favourites_count"] == 1
    assert sent(api, there, eve.act("Undo", like)) == 202
    assert sent(api, there, like) == 202
    assert api.get(f"/api/v1/statuses/{post['id']}", ada).json["favourites_count"] == 0


@pytest.mark.parametrize("missing", ["parent", "person", "quoted"])
def test_what_has_to_be_fetched_first_is_a_job(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, missing: str
) -> None:
    zoe = there.person("zoe")
    other = there.keep(zoe.note())
    more: Document = {
        "parent": {"inReplyTo": other["id"]},
        "person": {"tag": [{"type": "Mention", "href": zoe.uri, "name": "@zoe@peer.example"}]},
        "quoted": {"quote": other["id"]},
    }[missing]
    create = eve.act("Create", eve.note(**more))
    there.asked.clear()
    assert sent(api, there, create) == 202
    assert (posts(api), jobs(api), written_down(api, create), there.asked) == (0, 1, [True], [])
    api.work()
    assert there.asked
    assert jobs(api) == 0
    assert posts(api) == (1 if missing == "person" else 2)


def test_an_answer_to_what_is_known_is_no_job(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    first, own = eve.note(), api.post("/api/v1/statuses", ada, json={"status": "Hello"}).json
    there.bring(api, eve.act("Create", first))
    here = {"type": "Mention", "href": "http://localhost:3000/users/ada", "name": "@ada"}
    for parent in (first["id"], own["uri"]):
        assert sent(api, there, eve.act("Create", eve.note(inReplyTo=parent, tag=[here]))) == 202
    boost = eve.act("Announce", own["uri"], to=["https://www.w3.org/ns/activitystreams#Public"])
    assert sent(api, there, boost) == 202
    assert (posts(api), jobs(api)) == (5, 0)


def test_what_fails_is_undone_whole_and_tried_again(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = intake.accept

    def stumble(db: Any, *args: Any) -> None:
        monkeypatch.setattr(intake, "accept", accept)
        accept(db, *args)
        raise RuntimeError("after all was written")

    monkeypatch.setattr(intake, "accept", stumble)
    create = eve.act("Create", eve.note())
    assert sent(api, there, create) == 202
    assert (posts(api), jobs(api), written_down(api, create)) == (0, 1, [True])
    api.work()
    assert (posts(api), jobs(api), written_down(api, create)) == (1, 0, [False])
    assert len(home(api, ada)) == 1


def test_where_there_is_no_room_nothing_is_promised(
    api: Api, there: Elsewhere, eve: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: Any) -> None:
        raise StorageFull

    assert issubclass(StorageFull, Unavailable)
    monkeypatch.setattr(intake, "accept", full)
    create = eve.act("Create", eve.note())
    assert sent(api, there, create) == 503
    assert (posts(api), jobs(api), written_down(api, create)) == (0, 0, [])


def test_a_proof_that_does_not_hold_is_looked_at_here_too(api: Api, there: Elsewhere, eve: Person) -> None:
    proof = {
        "type": "DataIntegrityProof",
        "cryptosuite": "eddsa-jcs-2022",
        "verificationMethod": f"{eve.uri}#ed25519-key",
        "proofPurpose": "assertionMethod",
        "created": "2026-11-30T12:00:00Z",
        "proofValue": "z" + "2" * 88,
    }
    create = eve.act("Create", eve.note(), proof=proof)
    assert sent(api, there, create) == 202
    api.work()
    assert posts(api) == 0
