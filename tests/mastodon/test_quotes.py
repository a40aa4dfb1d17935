"""Quoting posts, and not being quoted."""

from typing import Any

import pytest

from tests.client import Api, Person, Reply
from tests.mastodon.acts import POSTS, block, do, follow, look, mute, publish, refusal


def try_quoting(api: Api, by: Person, quoted: dict[str, Any], text: str = "Look", **more: Any) -> Reply:
    return api.post(POSTS, by, json={"status": text, "quoted_status_id": quoted["id"], **more})


def quote(api: Api, by: Person, quoted: dict[str, Any], text: str = "Look", **more: Any) -> dict[str, Any]:
    return publish(api, by, text, quoted_status_id=quoted["id"], **more)


def test_a_quote_shows_the_quoted_post(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada, "Said")
    quoting = quote(api, bob, status)
    assert quoting["quote"]["state"] == "accepted"
    assert quoting["quote"]["quoted_status"]["content"] == "<p>Said</p>"
    assert quoting["quote"]["quoted_status"]["account"]["username"] == "ada"
    assert quoting["content"].startswith('<p class="quote-inline">RE: <a href="http')
    assert look(api, status)["quotes_count"] == 1
    again = quote(api, ada, quoting)
    assert again["quote"]["quoted_status"]["quote"] == {"state": "accepted", "quoted_status_id": status["id"]}
    boost = do(api, ada, "reblog", quoting)
    assert boost["reblog"]["quote"]["quoted_status"]["id"] == status["id"]
    assert boost["quote"] is None


def test_a_link_that_was_written_is_not_written_again(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert "quote-inline" not in quote(api, bob, status, f"See {status['url']}")["content"]


@pytest.mark.parametrize(
    ("rule", "by_follower", "by_stranger"),
    [
        ("public", "automatic", "automatic"),
        ("followers", "automatic", "denied"),
        ("nobody", "denied", "denied"),
    ],
)
def test_the_rule_says_who_may_quote(api: Api, rule: str, by_follower: str, by_stranger: str) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    follow(api, bob, ada)
    status = publish(api, ada, quote_approval_policy=rule)
    automatic = {"public": ["public"], "followers": ["followers"], "nobody": []}[rule]
    for viewer, expected in ((ada, "automatic"), (bob, by_follower), (eve, by_stranger), (None, "denied")):
        approval = look(api, status, viewer)["quote_approval"]
        assert approval == {"automatic": automatic, "manual": [], "current_user": expected}
        if viewer is not None:
            assert try_quoting(api, viewer, status).status == (200 if expected == "automatic" else 403)


def test_a_boost_is_no_way_round_the_rule(api: Api) -> None:
    """Attack A19."""
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada, quote_approval_policy="nobody")
    boost = do(api, bob, "reblog", status)
    assert try_quoting(api, bob, boost).status == 403
    assert boost["quote_approval"]["current_user"] == "denied"
    open_one = publish(api, ada)
    assert quote(api, bob, do(api, bob, "reblog", open_one))["quote"]["quoted_status"]["id"] == open_one["id"]


def test_what_nobody_may_quote_is_told_to_each_as_it_is(api: Api) -> None:
    """Kept for one viewer, it is not shown to another who may do more: alone and boosted."""
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada, quote_approval_policy="nobody")
    boost = do(api, bob, "reblog", status)
    for viewer, expected in (
        (eve, "denied"),
        (ada, "automatic"),
        (None, "denied"),
        (eve, "denied"),
        (ada, "automatic"),
    ):
        for one in (look(api, status, viewer), look(api, boost, viewer)["reblog"]):
            assert one["quote_approval"] == {"automatic": [], "manual": [], "current_user": expected}


def test_what_cannot_be_seen_cannot_be_quoted(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    assert try_quoting(api, bob, publish(api, ada, visibility="private")).status == 404
    assert try_quoting(api, bob, {"id": "1"}).status == 404
    follow(api, bob, ada)
    assert try_quoting(api, bob, publish(api, ada, visibility="private")).status == 403
    assert try_quoting(api, ada, publish(api, ada, visibility="direct")).status == 403


def test_quoting_shows_nothing_to_more_people(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    mine = publish(api, ada, visibility="private")
    assert quote(api, ada, mine, visibility="public")["visibility"] == "private"
    status = publish(api, ada, "Said")
    quoting = quote(api, bob, status)
    block(api, ada, eve)
    assert look(api, quoting, eve)["quote"] == {"state": "unauthorized", "quoted_status": None}


def test_quotes_of_people_not_wanted_say_so(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    quoting = quote(api, bob, publish(api, ada))
    mute(api, eve, ada)
    assert look(api, quoting, eve)["quote"]["state"] == "muted_account"
    assert look(api, quoting, eve)["quote"]["quoted_status"]["account"]["username"] == "ada"


def test_a_note_quotes_nobody_behind_their_back(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    assert "mentioned" in refusal(try_quoting(api, bob, status, visibility="direct"))
    assert try_quoting(api, bob, status, "@ada look", visibility="direct").status == 200


def test_a_deleted_post_leaves_its_quotes(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    quoting = quote(api, bob, status)
    api.delete(f"{POSTS}/{status['id']}", ada)
    assert look(api, quoting)["quote"] == {"state": "deleted", "quoted_status": None}


def test_a_deleted_quote_counts_no_more(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    quoting = quote(api, bob, status)
    api.delete(f"{POSTS}/{quoting['id']}", bob)
    assert look(api, status)["quotes_count"] == 0


def test_the_author_sees_the_quotes_and_takes_back_their_consent(api: Api) -> None:
    ada, bob, eve = (api.person(name) for name in ("ada", "bob", "eve"))
    status = publish(api, ada)
    first, second = quote(api, bob, status, "1"), quote(api, bob, status, "2")
    page = api.get(f"{POSTS}/{status['id']}/quotes", ada, query={"limit": 1})
    assert [one["id"] for one in page.json] == [second["id"]]
    assert [one["id"] for one in api.get(page.links["next"], ada).json] == [first["id"]]
    assert api.get(f"{POSTS}/{status['id']}/quotes", bob).status == 403
    assert api.get(f"{POSTS}/{status['id']}/quotes").status == 401
    path = f"{POSTS}/{status['id']}/quotes/{first['id']}/revoke"
    assert api.post(path, eve).status == 403
    assert api.post(path, ada).json["quote"] == {"state": "revoked", "quoted_status": None}
    assert api.post(path, ada).status == 200
    assert look(api, status)["quotes_count"] == 1
    assert look(api, first, bob)["quote"]["state"] == "revoked"
    assert [one["id"] for one in api.get(f"{POSTS}/{status['id']}/quotes", ada).json] == [second["id"]]
    assert api.post(f"{POSTS}/{status['id']}/quotes/{status['id']}/revoke", ada).status == 404


def test_the_rule_can_be_changed(api: Api) -> None:
    ada, bob = api.person("ada"), api.person("bob")
    status = publish(api, ada)
    path = f"{POSTS}/{status['id']}/interaction_policy"
    assert api.put(path, bob, json={"quote_approval_policy": "nobody"}).status == 404
    changed = api.put(path, ada, json={"quote_approval_policy": "nobody"}).json
    assert (changed["quote_approval"]["automatic"], changed["edited_at"]) == ([], None)
    assert try_quoting(api, bob, status).status == 403
    refusal(api.put(path, ada, json={"quote_approval_policy": "friends"}))
    edited = api.put(
        f"{POSTS}/{status['id']}", ada, json={"status": "Hello", "quote_approval_policy": "public"}
    )
    assert edited.json["quote_approval"]["automatic"] == ["public"]


def test_what_is_not_for_all_is_quoted_by_its_author_only(api: Api) -> None:
    ada = api.person("ada")
    for visibility, current in (("private", "automatic"), ("direct", "denied")):
        status = publish(api, ada, visibility=visibility, quote_approval_policy="public")
        assert status["quote_approval"] == {"automatic": [], "manual": [], "current_user": current}
