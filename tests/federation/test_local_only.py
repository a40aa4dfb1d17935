"""Posts for people of this server only never leave it, by whatever road somebody asks."""

import json
from typing import Any

import pytest

from tests import client
from tests.client import Api
from tests.elsewhere import Elsewhere, Person

HERE = "http://localhost:3000"
ADA = f"{HERE}/users/ada"
WORD = "xyzzy"
DOCUMENT = {"accept": "application/activity+json"}


@pytest.fixture
def eve(api: Api, there: Elsewhere, ada: client.Person) -> Person:
    """Somebody elsewhere, who follows Ada."""
    del ada
    eve = there.person("eve")
    there.bring(api, eve.act("Follow", ADA))
    assert there.received[-1]["type"] == "Accept"
    there.received.clear()
    return eve


def write(api: Api, who: client.Person, **form: Any) -> Any:
    """Names Eve: that sends it to her no more than her follow does."""
    form = {"status": f"{WORD} @eve@peer.example #cats", "local_only": "true", **form}
    reply = api.post("/api/v1/statuses", who, form=form)
    assert reply.status == 200, reply.body
    api.work()
    return reply.json


@pytest.mark.parametrize("visibility", ["public", "unlisted", "private", "direct"])
def test_f1_f3_f5_nothing_of_it_is_told_or_fetched(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person, visibility: str
) -> None:
    """F1 F3 F5"""
    root = write(api, ada, local_only="false", status="The beginning")
    there.received.clear()
    post = write(api, ada, visibility=visibility, in_reply_to_id=root["id"], local_only="true")
    path = post["uri"].removeprefix(HERE)
    if visibility != "direct":
        api.post(f"/api/v1/statuses/{post['id']}/pin", ada)
        api.post(f"/api/v1/statuses/{post['id']}/reblog", ada)
    if visibility in ("public", "unlisted"):
        write(api, ada, status="Look", quoted_status_id=post["id"])
    api.put(f"/api/v1/statuses/{post['id']}", ada, form={"status": f"{WORD} again @eve@peer.example"})
    api.work()
    assert there.received == []
    ends = ("", "/activity", "/replies", "/context", "/likes", "/shares")
    for end in ends:
        assert there.fetch(api, path + end, eve).status == 404, end
        assert api.get(path + end, headers=DOCUMENT).status == 404, end
    lists = ("/outbox?page=true", "/featured", "/featured_tags", "/followers")
    around = ("/replies", "/context")
    asked = [f"/users/ada{one}" for one in lists] + [root["uri"].removeprefix(HERE) + one for one in around]
    pages = ["/@ada", f"/@ada/{post['id']}", f"/@ada/{root['id']}", "/@ada/tagged/cats", "/@ada.rss"]
    for one in asked:
        assert WORD not in there.fetch(api, one, eve).text
        assert post["uri"] not in there.fetch(api, one, eve).text, one
    for one in pages:
        assert WORD not in api.get(one).text, one
    assert api.delete(f"/api/v1/statuses/{post['id']}", ada).status == 200
    api.work()
    assert post["id"] not in json.dumps(there.received)


def test_d23_nobody_elsewhere_does_anything_with_it(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    """D23: though they know what it is called."""
    post = write(api, ada)
    there.bring(api, eve.act("Like", post["uri"]))
    there.bring(api, eve.act("EmojiReact", post["uri"], content="🎉"))
    there.bring(api, eve.act("Announce", post["uri"], to=["https://www.w3.org/ns/activitystreams#Public"]))
    quote = there.keep(eve.note("Look", quote=post["uri"], cc=[ADA]))
    there.bring(api, eve.act("QuoteRequest", post["uri"], instrument=quote))
    there.bring(api, eve.act("Create", quote))
    there.bring(api, eve.act("Create", eve.note("I have read that", inReplyTo=post["uri"], cc=[ADA])))
    there.bring(api, eve.act("Flag", [ADA, post["uri"]], content="Bad"))
    now = api.get(f"/api/v1/statuses/{post['id']}", ada).json
    counts = ("replies_count", "reblogs_count", "favourites_count", "quotes_count")
    assert [now[name] for name in counts] == [0, 0, 0, 0]
    assert now["reactions"] == []
    assert api.get(f"/api/v1/statuses/{post['id']}/context", ada).json["descendants"] == []
    with api.built.ground.store.read() as db:
        assert db.value("SELECT post_ids FROM report") in (None, "[]")
    assert WORD not in json.dumps(there.received)


def test_an_answer_for_all_does_not_name_what_nobody_else_can_have(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    del eve
    post = write(api, ada)
    write(api, ada, in_reply_to_id=post["id"], local_only="false", status="Well said")
    (create,) = there.received
    assert "inReplyTo" not in create["object"]
    assert post["id"] not in json.dumps(create)


def test_a_quote_that_is_taken_back_is_nobodys_business(
    api: Api, there: Elsewhere, ada: client.Person, eve: Person
) -> None:
    del eve
    post = write(api, ada, local_only="false", status="For all")
    quote = write(api, ada, quoted_status_id=post["id"])
    there.received.clear()
    revoked = api.post(f"/api/v1/statuses/{post['id']}/quotes/{quote['id']}/revoke", ada)
    assert revoked.status == 200, revoked.body
    api.work()
    assert quote["id"] not in json.dumps(there.received)
